// One WebSocket connection: its frames, its login, its subscriptions, its silence and its end (okx.md 4).
// Channels are opened in channels.ts, order operations done in socket-trade.ts.

import type { Timer } from '../../seam/clock.ts';
import type { ServerSession, ServerSocket } from '../dialect.ts';
import type { FailureKind, Operation } from '../gateway.ts';
import type { VenueAccount } from '../venue.ts';
import { login } from './auth.ts';
import { COUNTED, MAX_CONNECTIONS_PER_CHANNEL, openChannel, type Feeds, type SocketPath } from './channels.ts';
import type { ConnectionCounts } from './connection-counts.ts';
import { fieldsOf, isRecord, listOf } from './fields.ts';
import { Refusal, refusal, textOf } from './refusal.ts';
import { hexId, type Site } from './site.ts';
import { loginFailure, subscribeFailure } from './socket-failures.ts';
import { isOrderOperation, runOperation } from './socket-trade.ts';
import { Ticker, type Subscription } from './subscription.ts';

const LONGEST_FRAME = 65_536;
/** Logins, subscriptions and unsubscriptions (okx.md 4.1). */
const OPERATIONS_PER_HOUR = 480;
const HOUR_MS = 3_600_000;

type Frame = Readonly<Record<string, unknown>>;

interface SessionContext {
  readonly site: Site;
  readonly feeds: Feeds;
  readonly counts: ConnectionCounts;
  /** Told when the connection is gone. */
  onGone(session: Session): void;
}

export class Session implements ServerSession {
  private readonly context: SessionContext;
  private readonly site: Site;
  private readonly socket: ServerSocket;
  private readonly path: SocketPath;
  private readonly connId: string;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly unregister: (() => void)[] = [];
  private account: VenueAccount | null = null;
  private tradesHere = false;
  private operations = 0;
  private operationsSince: number;
  private lastSentAt: number;
  private idleTimer: Timer;
  private closeTimer: Timer | null = null;
  private readonly pings: Ticker | null;

  constructor(context: SessionContext, socket: ServerSocket, path: SocketPath) {
    this.context = context;
    this.site = context.site;
    this.socket = socket;
    this.path = path;
    this.connId = hexId(this.site.random, 8);
    const now = this.site.clock.monotonic();
    this.lastSentAt = now;
    this.operationsSince = now;
    const { idleMs, protocolPingMs } = this.site.settings;
    this.idleTimer = this.watchIdle(idleMs);
    this.pings = protocolPingMs === null ? null : new Ticker(this.site.clock, protocolPingMs, () => socket.ping(''));
    this.pings?.start();
    this.register(path === 'private' ? 'private' : 'market');
  }

  private register(stream: 'private' | 'market' | 'trade'): void {
    this.unregister.push(
      this.site.gateway.register({
        stream,
        accountUid: () => this.account?.uid ?? null,
        cut: () => this.socket.terminate(),
        expire: () => this.announceEnd(),
      }),
    );
  }

  // ---- what leaves

  private sendText(text: string): void {
    this.lastSentAt = this.site.clock.monotonic();
    this.socket.send(text);
  }

  private sendEvent(frame: Frame): void {
    this.sendText(JSON.stringify({ ...frame, connId: this.connId }));
  }

  private sendError(id: string, { code, message }: Refusal): void {
    this.sendEvent({ ...named(id), event: 'error', code, msg: message });
  }

  private close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** Nothing sent for half a minute: the connection is of no use to anybody. Any answer counts, a pong too. */
  private watchIdle(afterMs: number): Timer {
    return this.site.clock.after(afterMs, () => {
      const silent = this.site.clock.monotonic() - this.lastSentAt;
      const left = this.site.settings.idleMs - silent;
      // Less than a millisecond may be nothing but rounding, and would never pass.
      if (left >= 1) this.idleTimer = this.watchIdle(left);
      else this.close(4004, 'No data received in 30s.');
    });
  }

  /** A service upgrade: notice first, the close a minute later (okx.md 4.3). */
  private announceEnd(): void {
    if (this.closeTimer !== null || !this.socket.isOpen) return;
    this.sendEvent({ event: 'notice', code: '64008', msg: textOf('64008') });
    this.closeTimer = this.site.clock.after(this.site.settings.noticeMs, () => this.close(1001, 'Service upgrade'));
  }

  private closeIfRevoked(): boolean {
    if (this.account === null || this.account.permissions.valid) return false;
    this.close(4007, 'API key has been updated or deleted. Please reconnect.');
    return true;
  }

  // ---- what comes

  onFrame(text: string): void {
    if (text === 'ping') {
      if (!this.closeIfRevoked()) this.sendText('pong');
      return;
    }
    if (text.length > LONGEST_FRAME) return this.close(1009, 'Request message exceeds the maximum frame length');
    const frame = parsed(text);
    if (frame === null) return this.sendError('', new Refusal('60012', `Invalid request: ${text}`));
    const op = fieldsOf(frame).text('op');
    if (op === 'login') return this.onLogin(frame);
    if (op === 'subscribe' || op === 'unsubscribe') return this.onSubscription(frame, op, text);
    if (isOrderOperation(op)) return this.onOrderOperation(frame, op);
    this.sendError(fieldsOf(frame).text('id'), new Refusal('60019', `Invalid op: ${op}`));
  }

  /** False when this connection has asked for too much within the hour. */
  private countOperation(): boolean {
    const now = this.site.clock.monotonic();
    if (now - this.operationsSince >= HOUR_MS) {
      this.operationsSince = now;
      this.operations = 0;
    }
    return ++this.operations <= OPERATIONS_PER_HOUR || !this.site.settings.limits;
  }

  /** Runs something through the gateway whose answers are sent by `act` itself; a Refusal becomes an error event. */
  private run(
    operation: Operation,
    uid: number | null,
    failure: (kind: FailureKind) => () => void,
    act: () => () => void,
  ): void {
    this.site.gateway.run<() => void>(
      { operation, channel: 'socket', accountUid: uid, symbol: null, remote: this.socket.remote, count: 1 },
      { execute: act, failure, deliver: (send) => send() },
    );
  }

  private onLogin(frame: Frame): void {
    const id = fieldsOf(frame).text('id');
    const { args } = frame;
    const [claim] = listOf(args);
    const claimed = this.site.venue.accountByKey(fieldsOf(claim).text('apiKey'));
    const refuse = (no: Refusal) => (): void => {
      this.sendError(id, no);
      if (no.code !== '60031') this.close(4001, 'Login failed.');
    };
    this.run(
      'login',
      claimed?.uid ?? null,
      (kind) => refuse(loginFailure(kind)),
      () => {
        try {
          if (!this.countOperation()) throw refusal('60014');
          if (this.account !== null) throw refusal('60031');
          this.account = login(this.site, args);
          return () => this.sendEvent({ ...named(id), event: 'login', code: '0', msg: '' });
        } catch (error) {
          if (error instanceof Refusal) return refuse(error);
          throw error;
        }
      },
    );
  }

  private onSubscription(frame: Frame, op: 'subscribe' | 'unsubscribe', text: string): void {
    if (this.closeIfRevoked()) return;
    const id = fieldsOf(frame).text('id');
    const { args } = frame;
    this.run(
      'subscribe',
      this.account?.uid ?? null,
      (kind) => () => {
        this.sendError(id, subscribeFailure(kind, op));
        this.closeIfRevoked();
      },
      () => {
        if (!Array.isArray(args)) return () => this.sendError(id, new Refusal('60012', `Invalid request: ${text}`));
        if (!this.countOperation()) return () => this.sendError(id, refusal('60014'));
        if (args.length === 0) return () => this.sendError(id, refusal('60013'));
        const answers = args.map((arg: unknown) =>
          op === 'subscribe' ? this.subscribe(id, arg) : this.unsubscribe(id, arg),
        );
        return () => {
          for (const answer of answers) answer();
        };
      },
    );
  }

  /** Opens one channel at once; returns what is to be sent when the answer may leave. */
  private subscribe(id: string, arg: unknown): () => void {
    if (!isRecord(arg)) return () => this.sendError(id, refusal('60013'));
    const { account } = this;
    const { extraParams: _extraParams, ...echo } = arg;
    const key = keyOf(echo);
    const channel = fieldsOf(arg).text('channel');
    try {
      const isPrivate = COUNTED.has(channel);
      const argText = JSON.stringify(isPrivate ? { ...echo, uid: String(account?.uid ?? '') } : echo);
      const opened = openChannel(this.site, this.context.feeds, this.path, arg, {
        argText,
        account,
        send: (text) => this.sendText(text),
        push: (text, symbol) => this.push(text, symbol),
      });
      this.subscriptions.get(key)?.end();
      this.subscriptions.set(key, opened);
      const count = isPrivate && account !== null ? this.context.counts.add(account.uid, channel, this) : null;
      return () => {
        this.sendEvent({ ...named(id), event: 'subscribe', arg: echo });
        if (count !== null && !this.announceCount(channel, count, key)) return;
        if (this.subscriptions.get(key) === opened) opened.begin();
      };
    } catch (error) {
      if (error instanceof Refusal) return () => this.sendError(id, error);
      throw error;
    }
  }

  /** Too many connections on one channel: the subscription ends although it was acknowledged. */
  private announceCount(channel: string, count: number, key: string): boolean {
    const isTooMany = count > MAX_CONNECTIONS_PER_CHANNEL;
    const event = isTooMany ? 'channel-conn-count-error' : 'channel-conn-count';
    this.sendEvent({ event, channel, connCount: String(Math.min(count, MAX_CONNECTIONS_PER_CHANNEL)) });
    if (isTooMany) this.endSubscription(key, channel);
    return !isTooMany;
  }

  private endSubscription(key: string, channel: string): void {
    this.subscriptions.get(key)?.end();
    this.subscriptions.delete(key);
    const others = [...this.subscriptions.keys()].some((other) => channelOf(other) === channel);
    if (!others && this.account !== null) this.context.counts.remove(this.account.uid, channel, this);
  }

  private unsubscribe(id: string, arg: unknown): () => void {
    if (!isRecord(arg)) return () => this.sendError(id, refusal('60013'));
    const { extraParams: _extraParams, ...echo } = arg;
    this.endSubscription(keyOf(echo), fieldsOf(arg).text('channel'));
    return () => this.sendEvent({ ...named(id), event: 'unsubscribe', arg: echo });
  }

  private readonly sendPush = (text: string): void => {
    if (this.socket.isOpen) this.sendText(text);
  };

  private push(text: string, symbol: string | null): void {
    if (this.closeIfRevoked()) return;
    const accountUid = this.account?.uid ?? null;
    this.site.gateway.push({ accountUid, stream: 'private', connection: this, symbol, send: this.sendPush }, text);
  }

  private onOrderOperation(frame: Frame, op: string): void {
    const fields = fieldsOf(frame);
    const id = fields.text('id');
    if (this.path !== 'private') return this.sendError(id, refusal('60028'));
    if (this.account === null) return this.sendError(id, refusal('60011'));
    if (id === '') return this.sendError(id, new Refusal('60027', 'Parameter id can not be empty.'));
    if (!/^[A-Za-z0-9]{1,32}$/.test(id)) return this.sendError(id, new Refusal('60033', 'Parameter id error'));
    if (!this.tradesHere) {
      this.tradesHere = true;
      this.register('trade');
    }
    const request = { id, op, args: frame['args'], expTime: fields.text('expTime') };
    runOperation(this.site, this.account, this.socket.remote, request, (text, failed) => {
      this.sendText(text);
      if (failed === 'key-revoked' || failed === null) this.closeIfRevoked();
    });
  }

  onClose(): void {
    this.idleTimer.cancel();
    this.pings?.stop();
    this.closeTimer?.cancel();
    for (const subscription of this.subscriptions.values()) subscription.end();
    this.subscriptions.clear();
    if (this.account !== null) this.context.counts.removeAll(this.account.uid, this);
    for (const stop of this.unregister) stop();
    this.context.onGone(this);
  }
}

function named(id: string): Frame {
  return id === '' ? {} : { id };
}

function parsed(text: string): Frame | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** The same subscription whatever the order of its fields. */
function keyOf(arg: Frame): string {
  const names = Object.keys(arg)
    .filter((name) => name !== 'channel')
    .sort();
  return JSON.stringify([arg['channel'], ...names.map((name) => [name, arg[name]])]);
}

function channelOf(key: string): unknown {
  const value: unknown = JSON.parse(key);
  return Array.isArray(value) ? value[0] : null;
}
