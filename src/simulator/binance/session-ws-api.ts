// One connection to the WebSocket API: requests in, responses and account events out, the session that may be logged on (binance.md A2.3, A4, A5).
// What a method does is in endpoints/, what belongs to the connection itself in session-methods.ts.

import type { ServerSession, ServerSocket } from '../dialect.ts';
import type { VenueAccount } from '../venue.ts';
import { socketPayload } from './auth.ts';
import type { Desk } from './desk.ts';
import type { Endpoint } from './endpoint.ts';
import {
  ApiError,
  alreadySubscribed,
  invalidKey,
  notSubscribed,
  subscriptionsExhausted,
  unsupported,
} from './errors.ts';
import { Liveness } from './liveness.ts';
import { Params } from './params.ts';
import { banWordsOf, claimedAccount, contextOf, execute, failureOf, isImmune, type Arrival } from './requests.ts';
import { sessionMethods, type Logon, type Session } from './session-methods.ts';
import { errorFrame, readRequest, successFrame, type RequestFrame } from './socket-frames.ts';

/** Over the life of a connection. */
const SUBSCRIPTION_IDS = 65_535;
const ACTIVE_SUBSCRIPTIONS = 1000;
/** From the last event of a stream that the exchange ends to the closing of the connection. */
const LAST_WORDS_MS = 100;
const GOING_AWAY = 1001;

interface Subscription {
  readonly account: VenueAccount;
  /** Made with the session's key: ends with the session. */
  readonly ofSession: boolean;
  readonly stop: () => void;
}

export class WsApiSession implements ServerSession, Session {
  readonly connectedSince: number;
  readonly returnsRateLimits: boolean;
  logon: Logon | null = null;
  private readonly desk: Desk;
  private readonly socket: ServerSocket;
  private readonly methods: ReadonlyMap<string, Endpoint>;
  private readonly own: ReadonlyMap<string, Endpoint>;
  private readonly liveness: Liveness;
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly unregister: (() => void)[];
  private nextSubscription = 0;
  private isPrivate = false;
  private isEnding = false;
  /** Whom the last signed request spoke for: the account this connection is about, when nobody logged on. */
  private lastAccount: number | null = null;
  private readonly onGone: () => void;

  constructor(
    desk: Desk,
    socket: ServerSocket,
    methods: ReadonlyMap<string, Endpoint>,
    query: string,
    onGone: () => void,
  ) {
    this.desk = desk;
    this.socket = socket;
    this.methods = methods;
    this.connectedSince = desk.serverTime();
    this.returnsRateLimits = !/(?:^|&)returnRateLimits=false(?:&|$)/.test(query);
    this.own = sessionMethods(desk, this);
    this.onGone = onGone;
    this.liveness = new Liveness(desk, socket, () => {
      this.shutDown();
    });
    this.unregister = [this.register('trade')];
  }

  private register(stream: 'trade' | 'private'): () => void {
    return this.desk.gateway.register({
      stream,
      accountUid: () => this.logon?.account.uid ?? this.lastAccount,
      cut: () => {
        this.socket.terminate();
      },
      expire: () => {
        this.expire();
      },
    });
  }

  onFrame(text: string): void {
    const { desk } = this;
    let frame: RequestFrame;
    try {
      frame = readRequest(text);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.socket.send(errorFrame('null', error, desk.serverTime(), this.weights()));
    }
    const endpoint = this.own.get(frame.method) ?? this.methods.get(frame.method);
    if (endpoint === undefined) {
      return this.socket.send(errorFrame(frame.id, unsupported(), desk.serverTime(), this.weights()));
    }
    this.run(frame, endpoint);
  }

  private run({ id, method, values }: RequestFrame, endpoint: Endpoint): void {
    const { desk } = this;
    const apiKey = values.get('apiKey');
    const arrival: Arrival = {
      endpoint,
      params: new Params(values),
      channel: 'socket',
      remote: this.socket.remote,
      apiKey: apiKey === undefined || apiKey === '' ? null : apiKey,
      session: method === 'session.logon' ? null : (this.logon?.account ?? null),
      payload: () => socketPayload(values),
      arrivedAt: desk.serverTime(),
    };
    const context = contextOf(desk, arrival);
    if (context.accountUid !== null) this.lastAccount = context.accountUid;
    desk.gateway.run<string>(context, {
      execute: () => this.answer(id, arrival),
      failure: (kind, retryAfterMs) =>
        isImmune(endpoint, kind)
          ? this.answer(id, arrival)
          : this.refusal(id, arrival, failureOf(desk, endpoint, kind, retryAfterMs)),
      deliver: (reply) => {
        this.socket.send(reply);
      },
    });
  }

  private answer(id: string, arrival: Arrival): string {
    try {
      return successFrame(id, execute(this.desk, arrival), this.rateLimits(arrival));
    } catch (error) {
      if (error instanceof ApiError) return this.refusal(id, arrival, error);
      throw error;
    }
  }

  private refusal(id: string, arrival: Arrival, error: ApiError): string {
    const words = banWordsOf(this.desk, arrival, error);
    if (words === 'key') return errorFrame(id, invalidKey(), this.desk.serverTime(), this.rateLimits(arrival));
    if (error.code === invalidKey().code && arrival.session !== null && arrival.apiKey === null) this.revoke(error);
    return errorFrame(id, error, this.desk.serverTime(), this.rateLimits(arrival));
  }

  /** The session's key is good no more (A2.3). */
  private revoke(error: ApiError): void {
    if (this.logon === null) return;
    this.logOut();
    this.socket.send(errorFrame('null', error, this.desk.serverTime(), null));
  }

  private weights(): string | null {
    return this.returnsRateLimits ? this.desk.limits.weightText(this.socket.remote, this.desk.serverTime()) : null;
  }

  private rateLimits(arrival: Arrival): string | null {
    const wanted = arrival.params.raw('returnRateLimits');
    if (wanted === null ? !this.returnsRateLimits : wanted === 'false') return null;
    const now = this.desk.serverTime();
    const weights = this.desk.limits.weightText(this.socket.remote, now);
    const account = arrival.endpoint.placesOrder ? claimedAccount(this.desk, arrival) : null;
    return account === null ? weights : `${this.desk.limits.ordersText(account.uid, now)},${weights}`;
  }

  // ---- account events

  get subscriptionIds(): readonly number[] {
    return [...this.subscriptions.keys()];
  }

  /** Returns the subscription's id. */
  subscribe(account: VenueAccount, ofSession: boolean): number {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.account.uid === account.uid) throw alreadySubscribed();
    }
    if (this.nextSubscription > SUBSCRIPTION_IDS || this.subscriptions.size >= ACTIVE_SUBSCRIPTIONS) {
      throw subscriptionsExhausted();
    }
    const id = this.nextSubscription++;
    const prefix = `{"subscriptionId":${id},"event":`;
    const stop = this.desk.userStreams.subscribe(account, {
      connection: this,
      send: (body) => {
        if (this.subscriptions.has(id)) this.socket.send(`${prefix}${body}}`);
      },
    });
    this.subscriptions.set(id, { account, ofSession, stop });
    if (!this.isPrivate) {
      this.isPrivate = true;
      this.unregister.push(this.register('private'));
    }
    return id;
  }

  /** Null ends all. */
  unsubscribe(id: number | null): void {
    if (id !== null && !this.subscriptions.has(id)) throw notSubscribed();
    for (const active of id === null ? this.subscriptionIds : [id]) this.end(active);
  }

  private end(id: number): void {
    this.subscriptions.get(id)?.stop();
    this.subscriptions.delete(id);
    this.socket.send(`{"subscriptionId":${id},"event":{"e":"eventStreamTerminated","E":${this.desk.serverTime()}}}`);
  }

  logOut(): void {
    this.logon = null;
    for (const [id, { ofSession }] of this.subscriptions) if (ofSession) this.end(id);
  }

  // ---- the end of the connection

  /** Ends it before its time: account streams are terminated, then the connection is closed. */
  private expire(): void {
    if (this.subscriptions.size === 0) return this.shutDown();
    if (this.isEnding) return;
    this.isEnding = true;
    this.unsubscribe(null);
    this.closeAfter(LAST_WORDS_MS);
  }

  private shutDown(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.socket.send(`{"event":{"e":"serverShutdown","E":${this.desk.serverTime()}}}`);
    this.closeAfter(this.desk.options.shutdownNoticeMs);
  }

  private closeAfter(ms: number): void {
    this.desk.clock.after(ms, () => {
      this.socket.close(GOING_AWAY, '');
    });
  }

  onPong(payload: string): void {
    this.liveness.pong(payload);
  }

  onClose(): void {
    this.liveness.stop();
    for (const { stop } of this.subscriptions.values()) stop();
    this.subscriptions.clear();
    for (const unregister of this.unregister) unregister();
    this.onGone();
  }
}
