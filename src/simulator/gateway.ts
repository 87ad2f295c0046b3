// THE GATEWAY PORT: every request and every push of a dialect passes here, so that latency and faults are written once for all exchanges.
// The vocabulary of faults is documented in docs/faults.md; faults/ decides when they strike.

import type { CancelResult, EndReason, OrderRef, VenueOrder } from './venue.ts';

/** What a request does, in neutral words. Faults and rate budgets are chosen by it. */
export type Operation =
  | 'create'
  | 'cancel'
  | 'cancel-all'
  | 'query-order'
  | 'open-orders'
  | 'fills'
  | 'account'
  | 'market'
  | 'instruments'
  | 'time'
  | 'login'
  | 'subscribe'
  | 'cancel-all-after'
  | 'other';

export type Channel = 'rest' | 'socket';

export interface RequestContext {
  readonly operation: Operation;
  readonly channel: Channel;
  /** Null before authentication. */
  readonly accountUid: number | null;
  readonly symbol: string | null;
  readonly remote: string;
  /** How many requests of this kind came in (a batch of 20 orders counts 20). */
  readonly count: number;
}

/** Answers that a fault may put in place of the real one; the dialect words them. */
export type FailureKind =
  /** Plain 5xx of the gateway with a body that is not the exchange's JSON. */
  | 'server-error'
  /** The exchange's own code for "execution status unknown". */
  | 'unknown-outcome'
  /** Too many requests: 429 and its code; `retryAfterMs` says for how long. */
  | 'rate-limit'
  /** The IP is banned (418 where the exchange has it, else its harshest limit answer). */
  | 'ban'
  /** The exchange's clock error: timestamp out of window. */
  | 'clock-skew'
  /** The key is unknown or may not do this (any more). */
  | 'key-revoked'
  /** Maintenance. */
  | 'maintenance'
  /** A query answers that it knows no such order. */
  | 'order-not-found';

export interface RequestPlan<Reply> {
  /** Does the thing and words the answer. Called at most once. Synchronous: between the engine's step and its events nothing can slip. */
  execute(): Reply;
  /** Words a failure without doing anything. */
  failure(kind: FailureKind, retryAfterMs: number): Reply;
  /** Hands the answer to the client. Never called when a fault eats it. */
  deliver(reply: Reply): void;
}

/** What a connection is for; faults may name it. */
export type StreamKind = 'private' | 'market' | 'trade';

/** What faults of queries look at. */
export interface QueriedOrder {
  readonly orderId: bigint;
  readonly symbol: string;
  readonly createdAt: number;
}

/** Where private pushes of an account go: a subscription on a connection. */
export interface PushTarget<Message> {
  readonly accountUid: number | null;
  readonly stream: StreamKind;
  readonly connection: object;
  /** What the push is about; null for what belongs to no symbol, as balances do. */
  readonly symbol: string | null;
  /** Puts a push on the socket; does nothing once the connection is gone. */
  send(message: Message): void;
}

export interface Gateway {
  /** Runs a request through latency and faults. `execute` runs after the way in, `deliver` after the way out. */
  run<Reply>(context: RequestContext, plan: RequestPlan<Reply>): void;
  /**
   * Sends a private push (an order, a fill, a balance) through latency and faults: it may be delayed, doubled, dropped, swapped with the next, or
   * come again, then also to a connection that the account has meanwhile. Pushes of one connection keep their order unless a fault says otherwise.
   */
  push<Message>(target: PushTarget<Message>, message: Message): void;
  /** Register an open connection, so that faults can cut it (`cut`), freeze it (half-open) or expire its session (`expire`). Returns the way to unregister. */
  register(connection: {
    readonly stream: StreamKind;
    /** Null until it logs in; read when a fault strikes. */
    accountUid(): number | null;
    /** Drops it without a closing handshake. */
    cut(): void;
    /** The exchange's own way of ending a session (eventStreamTerminated, notice 64008, …), then usually a close. */
    expire(): void;
  }): () => void;
  /** How long a fault still bans the client's address, ms; null when none does. For handshakes: requests are refused by `run`. */
  banLeft(): number | null;
  /** How far this exchange's clock runs ahead of the venue's clock, ms (fault "clock skew"). Dialects use `clock.now() + skew()` as server time. */
  skew(): number;
  /**
   * The open orders as a list of them shows them, oldest first: a fault may hide some (stale or partial page), or still show some that
   * ended, as they stood before.
   * @param symbol null: of all symbols
   */
  openOrders(accountUid: number, symbol: string | null): readonly VenueOrder[];
  /** For queries of one order: what is answered of it, which a fault may hide (null) or show as it stood before it ended. */
  queried(order: VenueOrder): VenueOrder | null;
  /**
   * Cancels an order as the venue does, where the answer says no more than that the cancel was taken: a fault may forget it, and the order
   * stands as it stood.
   */
  cancel(accountUid: number, symbol: string, ref: OrderRef, reason?: EndReason): CancelResult;
  /** For lists of orders and fills: whether an order made at `createdAt` is still invisible to queries (lag after acceptance). */
  isHidden(accountUid: number, order: QueriedOrder): boolean;
}
