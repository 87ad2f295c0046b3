// One connection to `/ws/v2`: login, subscriptions, and the pushes of orders, clearing and balances (htx.md sections 2.7, 8).

import type { ServerSession, ServerSocket } from '../dialect.ts';
import { jsonText, type JsonValue } from '../json-text.ts';
import type { Balance, VenueAccount, VenueEvent, VenueFill, VenueOrder } from '../venue.ts';
import type { Params } from './commands.ts';
import { members, readFrame, word } from './frame.ts';
import { Heartbeat } from './heartbeat.ts';
import { Queries } from './queries.ts';
import {
  cancellationPush,
  clearingCancellation,
  clearingTrade,
  creationPush,
  marginAccountId,
  marginFill,
  marginOrder,
  spotAccountId,
  tradePush,
} from './render.ts';
import { RequestPace } from './request-pace.ts';
import type { Site } from './site.ts';
import { logIn } from './socket-login.ts';
import { findInstrument, rawSymbol } from './symbols.ts';

const PING_EVERY_MS = 20_000;
/** Clearing is asynchronous: fees and balances follow a trade by so much (section 14, point 4). */
const CLEARING_MIN_MS = 5;
const CLEARING_SPREAD_MS = 45;
/** How far the margin account's sequence numbers are ahead. */
const MARGIN_SEQUENCES = 1_000_000;
const CHANNEL = /^(orders|trade\.clearing|accounts\.update)(?:#(\*|[a-z0-9]+))?(?:#([01]))?$/;

interface Subscription {
  /** The channel as subscribed: pushes echo it. */
  readonly channel: string;
  readonly topic: 'orders' | 'trade.clearing' | 'accounts.update';
  /** Raw symbol or `*`; the mode of accounts.update. */
  readonly scope: string;
  /** trade.clearing: whether cancellations come too. */
  readonly cancellations: boolean;
}

function parseChannel(channel: string): Subscription | null {
  const match = CHANNEL.exec(channel);
  if (match === null) return null;
  const [, topic, scope, mode] = match;
  if (topic === 'orders')
    return scope === undefined || mode !== undefined ? null : { channel, topic, scope, cancellations: false };
  if (topic === 'trade.clearing')
    return scope === undefined ? null : { channel, topic, scope, cancellations: mode === '1' };
  if (topic === 'accounts.update')
    return ['0', '1', '2'].includes(scope ?? '0')
      ? { channel, topic, scope: scope ?? '0', cancellations: false }
      : null;
  return null;
}

const CHANGE_TYPES = {
  place: 'order.place',
  match: 'order.match',
  cancel: 'order.cancel',
  deposit: 'deposit',
} as const;

export class PrivateSession implements ServerSession {
  private readonly site: Site;
  private readonly socket: ServerSocket;
  private readonly host: string;
  private account: VenueAccount | null = null;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly heartbeat: Heartbeat;
  private readonly stopListening: () => void;
  private readonly unregister: () => void;
  private readonly pace: RequestPace;
  private closed = false;

  constructor(site: Site, socket: ServerSocket, host: string) {
    this.site = site;
    this.socket = socket;
    this.host = host;
    this.pace = new RequestPace(site.clock);
    this.heartbeat = new Heartbeat({
      clock: site.clock,
      everyMs: PING_EVERY_MS,
      now: () => site.now(),
      send: (ts) => this.send({ action: 'ping', data: { ts } }),
      giveUp: () => socket.close(1000, 'time out close'),
    });
    this.stopListening = site.venue.listen((event) => this.onEvent(event));
    this.unregister = site.gateway.register({
      stream: 'private',
      accountUid: () => this.account?.uid ?? null,
      cut: () => socket.terminate(),
      expire: () => socket.close(1000, 'time out close'),
    });
  }

  private send(message: JsonValue): void {
    this.socket.send(jsonText(message));
  }

  onFrame(text: string): void {
    const frame = readFrame(text);
    if (frame === null) return this.send({ code: 2001, message: 'invalid.json' });
    // Pings and pongs do not count (section 8.1).
    if (frame['action'] !== 'pong' && !this.pace.allows())
      return this.send({
        action: word(frame['action']),
        code: 4000,
        ch: word(frame['ch']),
        message: 'too.many.request',
      });
    const channel = typeof frame['ch'] === 'string' ? frame['ch'] : '';
    switch (frame['action']) {
      case 'pong':
        return this.heartbeat.answered(members(frame['data'])['ts']);
      case 'req':
        return channel === 'auth'
          ? this.logIn(members(frame['params']))
          : this.send({ action: 'req', code: 2001, ch: channel, message: 'invalid.ch' });
      case 'sub':
        return this.subscribe(channel);
      case 'unsub':
        this.subscriptions.delete(channel);
        return this.send({ action: 'unsub', code: 200, ch: channel, data: {} });
      default:
        return this.send({ code: 2001, message: 'invalid.action' });
    }
  }

  private logIn(params: Params): void {
    logIn(this.site, {
      host: this.host,
      path: '/ws/v2',
      remote: this.socket.remote,
      params,
      loggedIn: (account) => {
        this.account = account;
      },
      failure: (kind) =>
        kind === 'rate-limit' || kind === 'ban'
          ? { action: 'req', code: 4000, ch: 'auth', message: 'too.many.request' }
          : kind === 'key-revoked' || kind === 'clock-skew'
            ? { action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' }
            : { action: 'req', code: 500, ch: 'auth', message: 'system error' },
      deliver: (reply) => this.send(reply),
    });
  }

  private subscribe(channel: string): void {
    const { site } = this;
    site.gateway.run<{ readonly reply: JsonValue; readonly after: () => void }>(
      {
        operation: 'subscribe',
        channel: 'socket',
        accountUid: this.account?.uid ?? null,
        symbol: null,
        remote: this.socket.remote,
        count: 1,
      },
      {
        execute: () => {
          const nothing = (): void => undefined;
          if (this.account === null)
            return { reply: { action: 'sub', code: 2002, ch: channel, message: 'invalid.auth.state' }, after: nothing };
          const subscription = parseChannel(channel);
          if (subscription === null)
            return { reply: { action: 'sub', code: 2001, ch: channel, message: 'invalid.ch' }, after: nothing };
          const named = subscription.topic !== 'accounts.update' && subscription.scope !== '*';
          if (named && findInstrument(site.venue, subscription.scope) === null) {
            return { reply: { action: 'sub', code: 2001, ch: channel, message: 'invalid.symbol' }, after: nothing };
          }
          this.subscriptions.set(channel, subscription);
          return {
            reply: { action: 'sub', code: 200, ch: channel, data: {} },
            after: () => {
              if (subscription.topic === 'accounts.update') this.balanceSnapshot(channel);
            },
          };
        },
        failure: () => ({
          reply: { action: 'sub', code: 500, ch: channel, message: 'system error' },
          after: () => undefined,
        }),
        deliver: ({ reply, after }) => {
          this.send(reply);
          after();
        },
      },
    );
  }

  /** One message per currency, with no cause (section 8.5). */
  private balanceSnapshot(channel: string): void {
    if (this.account === null) return;
    for (const balance of this.account.balances.values()) {
      for (const fields of this.balanceFields(balance))
        this.send({
          action: 'push',
          ch: channel,
          data: { ...fields, changeType: null, accountType: 'trade', changeTime: null },
        });
    }
  }

  /** Of each account that has it. Sequence numbers count for one currency of one account (section 8.5). */
  private balanceFields(balance: Balance): { readonly [key: string]: JsonValue }[] {
    const { account } = this;
    if (account === null) return [];
    const currency = balance.asset.toLowerCase();
    const spot = {
      currency,
      accountId: spotAccountId(account),
      balance: Queries.total(balance).toString(),
      available: balance.free.toString(),
      seqNum: balance.version,
    };
    if (!this.site.settings.marginAccount) return [spot];
    const margin = { currency, accountId: marginAccountId(account), balance: '7', available: '7' };
    return [spot, { ...margin, seqNum: MARGIN_SEQUENCES + balance.version }];
  }

  private readonly sendPush = (message: JsonValue): void => {
    if (!this.closed) this.send(message);
  };

  /** Through the gateway, unless the connection is gone meanwhile. */
  private push(message: JsonValue, symbol: string | null): void {
    const accountUid = this.account?.uid ?? null;
    this.site.gateway.push({ accountUid, stream: 'private', connection: this, symbol, send: this.sendPush }, message);
  }

  private afterClearing(run: () => void): void {
    const delay = CLEARING_MIN_MS + this.site.random.next() * CLEARING_SPREAD_MS;
    this.site.clock.after(delay, () => {
      if (!this.closed) run();
    });
  }

  private onEvent(event: VenueEvent): void {
    const { account } = this;
    if (account === null || this.subscriptions.size === 0) return;
    switch (event.type) {
      case 'order-accepted':
        // A post-only order that would take ends in the same step: `creation`, then `cancellation` (section 5.2).
        if (event.order.accountUid !== account.uid) return;
        return this.forEachAccount(event.order, (order, accountId) =>
          this.pushOrder(order.symbol, (raw) => creationPush(order, raw, accountId)),
        );
      case 'order-filled': {
        if (event.order.accountUid !== account.uid) return;
        const fills = this.fillsUpTo(event.order, event.fill.tradeId);
        return this.forEachAccount(event.order, (order, accountId, isMargin) => {
          const fill = isMargin ? marginFill(event.fill) : event.fill;
          this.pushOrder(order.symbol, (raw) => tradePush(order, fill, fills, raw));
          this.afterClearing(() =>
            this.pushClearing(order.symbol, false, (raw) => clearingTrade(order, fill, raw, accountId)),
          );
        });
      }
      case 'order-ended': {
        if (event.order.accountUid !== account.uid) return;
        const fills = this.fillsUpTo(event.order);
        return this.forEachAccount(event.order, (order, accountId) => {
          this.pushOrder(order.symbol, (raw) => cancellationPush(order, fills, raw));
          this.afterClearing(() =>
            this.pushClearing(order.symbol, true, (raw) => clearingCancellation(order, raw, accountId)),
          );
        });
      }
      case 'balances':
        if (event.accountUid !== account.uid) return;
        return event.cause === 'match' ? this.afterClearing(() => this.pushBalances(event)) : this.pushBalances(event);
      case 'order-rejected':
      case 'trade':
      case 'book':
        return;
    }
  }

  /** The spot account, then what the margin account makes of it, if there is one. */
  private forEachAccount(
    order: VenueOrder,
    tell: (order: VenueOrder, accountId: number, isMargin: boolean) => void,
  ): void {
    if (this.account === null) return;
    tell(order, spotAccountId(this.account), false);
    if (this.site.settings.marginAccount) tell(marginOrder(order), marginAccountId(this.account), true);
  }

  private fillsUpTo({ accountUid, symbol, orderId }: VenueOrder, tradeId?: bigint): readonly VenueFill[] {
    const fills = this.site.venue.fills(accountUid, { symbol, orderId });
    return tradeId === undefined ? fills : fills.filter((fill) => fill.tradeId <= tradeId);
  }

  private scoped(topic: Subscription['topic'], raw: string): Subscription[] {
    return [...this.subscriptions.values()].filter(
      (one) => one.topic === topic && (one.scope === '*' || one.scope === raw),
    );
  }

  private raw(symbol: string): string {
    const instrument = this.site.venue.instruments.get(symbol);
    return instrument === undefined ? symbol : rawSymbol(instrument);
  }

  private pushOrder(symbol: string, render: (raw: string) => JsonValue): void {
    const raw = this.raw(symbol);
    for (const { channel } of this.scoped('orders', raw))
      this.push({ action: 'push', ch: channel, data: render(raw) }, symbol);
  }

  private pushClearing(symbol: string, isCancellation: boolean, render: (raw: string) => JsonValue): void {
    const raw = this.raw(symbol);
    for (const { channel, cancellations } of this.scoped('trade.clearing', raw)) {
      if (!isCancellation || cancellations) this.push({ action: 'push', ch: channel, data: render(raw) }, symbol);
    }
  }

  /** Mode 0 speaks of totals only: placing and canceling, which move nothing but what is available, stay silent there. */
  private pushBalances(event: Extract<VenueEvent, { type: 'balances' }>): void {
    const changeType = CHANGE_TYPES[event.cause];
    const totalChanged = event.cause === 'match' || event.cause === 'deposit';
    for (const { channel, topic, scope } of this.subscriptions.values()) {
      if (topic !== 'accounts.update' || (scope === '0' && !totalChanged)) continue;
      for (const fields of event.changed.flatMap((balance) => this.balanceFields(balance))) {
        const { available, balance: total, ...rest } = fields;
        const common = { ...rest, changeType, accountType: 'trade', changeTime: event.time };
        const messages: JsonValue[] =
          scope === '2'
            ? [{ ...common, balance: total ?? '0', available: available ?? '0' }]
            : scope === '1'
              ? [
                  ...(totalChanged ? [{ ...common, balance: total ?? '0' }] : []),
                  { ...common, available: available ?? '0' },
                ]
              : [{ ...common, balance: total ?? '0' }];
        for (const data of messages) this.push({ action: 'push', ch: channel, data }, null);
      }
    }
  }

  onClose(): void {
    this.closed = true;
    this.heartbeat.stop();
    this.stopListening();
    this.unregister();
  }
}
