// Who hears what happens to an account: events are worded once and handed to every subscription of the account (binance.md A5).
// Balances of one step come in one event after its reports; a connection's own frames are session-ws-api.ts's part.

import { Decimal } from '../../domain/decimal.ts';
import type { Gateway } from '../gateway.ts';
import type { Balance, VenueAccount, VenueEvent } from '../venue.ts';
import { accountPosition, balanceUpdate, executionReport } from './render-events.ts';
import type { BinanceOptions } from './options.ts';
import type { Prevention, SelfTrades } from './self-trades.ts';
import type { Symbols } from './symbols.ts';

export interface Subscriber {
  /** Pushes of one connection keep their order. */
  readonly connection: object;
  /** Puts an event on the wire; does nothing once the connection or the subscription is gone. */
  send(body: string): void;
}

interface Audience {
  readonly subscribers: Set<Subscriber>;
  /** Free amounts as last told, for deltas. */
  readonly free: Map<string, Decimal>;
  /** Changed balances that wait for the end of the step. */
  pending: Map<string, Balance>;
  pendingTime: number;
}

interface UserStreamsOptions {
  readonly gateway: Gateway;
  readonly symbols: Symbols;
  readonly selfTrades: SelfTrades;
  readonly serverTime: () => number;
  readonly options: Pick<BinanceOptions, 'announcesDuplicates' | 'rejectsWithId'>;
}

export class UserStreams {
  private readonly options: UserStreamsOptions;
  private readonly audiences = new Map<number, Audience>();

  constructor(options: UserStreamsOptions) {
    this.options = options;
  }

  subscribe(account: VenueAccount, subscriber: Subscriber): () => void {
    let audience = this.audiences.get(account.uid);
    if (audience === undefined) {
      audience = { subscribers: new Set(), free: new Map(), pending: new Map(), pendingTime: 0 };
      for (const { asset, free } of account.balances.values()) audience.free.set(asset, free);
      this.audiences.set(account.uid, audience);
    }
    const { subscribers } = audience;
    subscribers.add(subscriber);
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0 && this.audiences.get(account.uid)?.subscribers === subscribers) {
        this.audiences.delete(account.uid);
      }
    };
  }

  note(event: VenueEvent): void {
    if (event.type === 'trade' || event.type === 'book') return;
    const uid = event.type === 'balances' ? event.accountUid : event.order.accountUid;
    const audience = this.audiences.get(uid);
    if (audience === undefined) return;
    if (event.type === 'balances') return this.balances(uid, audience, event);
    // A new order begins a new step: what the step before changed is told first.
    if (event.type === 'order-accepted') this.flush(uid, audience);
    if (event.type === 'order-rejected') return this.rejected(uid, audience, event);
    const { selfTrades } = this.options;
    const prevention =
      event.type === 'order-ended' && event.reason === 'self-trade' ? selfTrades.of(event.order.orderId) : null;
    this.report(uid, audience, event, prevention);
  }

  private report(
    uid: number,
    audience: Audience,
    event: Parameters<typeof executionReport>[1],
    prevention: Prevention | null,
  ): void {
    const { symbols, serverTime } = this.options;
    const { symbol } = event.order;
    this.publish(uid, audience, executionReport(symbols.wire(symbol), event, serverTime(), prevention), symbol);
  }

  private rejected(uid: number, audience: Audience, event: Extract<VenueEvent, { type: 'order-rejected' }>): void {
    if (!this.isAnnounced(event.rejection)) return;
    const order = this.options.options.rejectsWithId ? event.order : { ...event.order, orderId: -1n };
    this.report(uid, audience, { ...event, order }, null);
  }

  private isAnnounced(rejection: string): boolean {
    if (rejection === 'duplicate-client-order-id') return this.options.options.announcesDuplicates;
    return rejection === 'insufficient-balance' || rejection === 'post-only-would-take';
  }

  private balances(uid: number, audience: Audience, event: Extract<VenueEvent, { type: 'balances' }>): void {
    if (event.cause === 'deposit') {
      this.flush(uid, audience);
      for (const { asset, free } of event.changed) {
        const change = free.sub(audience.free.get(asset) ?? Decimal.ZERO);
        this.publish(uid, audience, balanceUpdate(asset, change, this.options.serverTime(), event.time));
      }
    }
    if (audience.pending.size === 0) {
      queueMicrotask(() => {
        this.flush(uid, audience);
      });
    }
    for (const balance of event.changed) {
      audience.pending.set(balance.asset, balance);
      audience.free.set(balance.asset, balance.free);
    }
    audience.pendingTime = event.time;
  }

  private flush(uid: number, audience: Audience): void {
    if (audience.pending.size === 0) return;
    const { pending } = audience;
    audience.pending = new Map();
    this.publish(uid, audience, accountPosition(pending.values(), this.options.serverTime(), audience.pendingTime));
  }

  private publish(accountUid: number, audience: Audience, body: string, symbol: string | null = null): void {
    for (const subscriber of audience.subscribers) {
      const { connection } = subscriber;
      const send = (event: string): void => subscriber.send(event);
      this.options.gateway.push({ accountUid, stream: 'private', connection, symbol, send }, body);
    }
  }

  close(): void {
    this.audiences.clear();
  }
}
