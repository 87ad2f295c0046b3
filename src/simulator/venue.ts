// THE VENUE: what every dialect of the simulator stands on. One matching engine, its accounts, its market and its events,
// in the venue's own neutral words; a dialect translates them to its exchange's wire and back. No sockets, no real time here.

import type { Decimal } from '../domain/decimal.ts';
import type { Clock } from '../seam/clock.ts';
import type { Random } from '../seam/random.ts';

export type Side = 'BUY' | 'SELL';
export type VenueTimeInForce = 'GTC' | 'IOC' | 'FOK';
/** Who dies when one account would trade with itself. `none` lets it trade. */
export type SelfTradePrevention = 'none' | 'expire-taker' | 'expire-maker' | 'expire-both';

export interface VenueInstrument {
  /** `BASE/QUOTE`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly minQuantity: Decimal;
  readonly maxQuantity: Decimal;
  readonly minNotional: Decimal;
  /** Small integer, unique per instrument (OKX instIdCode). */
  readonly code: number;
}

/** Credentials and settings of one simulated account. An account may trade through every dialect (one key each or the same). */
export interface VenueAccount {
  readonly name: string;
  /** Positive integer, unique: account ids and uids on the wires. */
  readonly uid: number;
  readonly accessKey: string;
  /** HMAC secret; or, when `ed25519PublicKeyPem` is set, unused. */
  readonly secretKey: string;
  readonly ed25519PublicKeyPem: string | null;
  readonly passphrase: string;
  /** May be taken away by a fault ("key revoked"). */
  readonly permissions: { trade: boolean; withdraw: boolean; valid: boolean };
  /** Fee rates, e.g. 0.001. A negative maker rate is a rebate. */
  readonly makerFee: Decimal;
  readonly takerFee: Decimal;
  /** Pay fees in this asset instead of the received one (BNB option), or null. */
  readonly feeAsset: string | null;
  readonly balances: ReadonlyMap<string, Balance>;
}

export interface Balance {
  readonly asset: string;
  readonly free: Decimal;
  readonly locked: Decimal;
  /** Grows with every change of this balance. */
  readonly version: number;
}

export interface NewVenueOrder {
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce: VenueTimeInForce;
  readonly postOnly: boolean;
  readonly price: Decimal | null;
  /** Base quantity; null when `quoteQuantity` is given (market orders that spend a quote amount). */
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  readonly clientOrderId: string;
  readonly selfTradePrevention: SelfTradePrevention;
  /** Free for the dialect: what it must echo later (e.g. the wire's order type, OKX tag). */
  readonly tag: Readonly<Record<string, string>>;
}

export type VenueOrderStatus = 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';
/** Why an order ended unfilled. */
export type EndReason =
  | 'user'
  | 'cancel-all'
  | 'ioc-remainder'
  | 'fok-unfillable'
  | 'market-exhausted'
  | 'post-only-would-take'
  | 'self-trade'
  | 'cancel-all-after'
  | 'exchange';

export interface VenueOrder {
  readonly orderId: bigint;
  readonly accountUid: number;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'LIMIT' | 'MARKET';
  readonly timeInForce: VenueTimeInForce;
  readonly postOnly: boolean;
  readonly price: Decimal | null;
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  /** The client id it was placed with; never changes here (dialects that rewrite it on cancel use cancelId). */
  readonly clientOrderId: string;
  /** The cancel request's own id, '' until canceled by request. */
  readonly cancelId: string;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly tag: Readonly<Record<string, string>>;
  readonly status: VenueOrderStatus;
  readonly endReason: EndReason | null;
  readonly filled: Decimal;
  readonly filledQuote: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Whether it ever rested in the book. */
  readonly rested: boolean;
}

export interface VenueFill {
  /** Of this side of the trade alone; grows by one with every fill of the venue, whatever its instrument. */
  readonly fillId: bigint;
  readonly tradeId: bigint;
  readonly orderId: bigint;
  readonly accountUid: number;
  readonly symbol: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly quoteQuantity: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly time: number;
}

/** One public trade. */
export interface VenueTrade {
  readonly tradeId: bigint;
  readonly symbol: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** The side of the aggressor. */
  readonly takerSide: Side;
  readonly time: number;
}

/**
 * What happened, in engine order. `order` is a snapshot taken right after the step (frozen; later steps make new ones).
 * All events of one engine step share `time`. `sequence` grows by one per event over the whole venue.
 */
export type VenueEvent =
  | { readonly type: 'order-accepted'; readonly order: VenueOrder; readonly time: number; readonly sequence: number }
  | {
      readonly type: 'order-rejected';
      readonly order: VenueOrder;
      readonly rejection: PlaceRejection;
      readonly time: number;
      readonly sequence: number;
    }
  | {
      readonly type: 'order-filled';
      readonly order: VenueOrder;
      readonly fill: VenueFill;
      readonly time: number;
      readonly sequence: number;
    }
  | {
      readonly type: 'order-ended';
      readonly order: VenueOrder;
      readonly reason: EndReason;
      readonly time: number;
      readonly sequence: number;
    }
  /** Balances of one account after a step that changed them: only the changed assets. */
  | {
      readonly type: 'balances';
      readonly accountUid: number;
      readonly changed: readonly Balance[];
      readonly cause: 'place' | 'match' | 'cancel' | 'deposit';
      readonly time: number;
      readonly sequence: number;
    }
  | { readonly type: 'trade'; readonly trade: VenueTrade; readonly time: number; readonly sequence: number }
  /** Book levels that changed in one step: absolute quantities, zero = gone. `updateId` is contiguous per symbol. */
  | {
      readonly type: 'book';
      readonly symbol: string;
      readonly updateId: bigint;
      readonly bids: readonly Level[];
      readonly asks: readonly Level[];
      readonly time: number;
      readonly sequence: number;
    };

export type Level = readonly [price: Decimal, quantity: Decimal];

/** Refusals of the engine itself; a dialect checks its own filters (and words them) before it calls `place`. */
export type PlaceRejection =
  | 'insufficient-balance'
  | 'duplicate-client-order-id'
  | 'post-only-would-take'
  | 'no-liquidity'
  | 'too-many-orders'
  | 'unknown-symbol'
  | 'account-disabled';

export type PlaceResult =
  | { readonly ok: true; readonly order: VenueOrder; readonly fills: readonly VenueFill[] }
  | {
      readonly ok: false;
      readonly rejection: PlaceRejection;
      /** Set when the exchange keeps a record of the refused order. */ readonly order: VenueOrder | null;
    };

export type CancelResult =
  | { readonly ok: true; readonly order: VenueOrder }
  /** `order` is null when no such order was ever known. */
  | { readonly ok: false; readonly order: VenueOrder | null };

export type OrderRef = { readonly orderId: bigint } | { readonly clientOrderId: string };

/** How strict the engine is where the exchanges differ. A dialect passes its own when placing. */
export interface PlaceRules {
  /** Refuse a client order id that an open order of the account already carries. */
  readonly uniqueClientOrderIds: boolean;
  /** `reject`: no order is made. `accept-then-cancel`: the order is accepted and ends at once (OKX, HTX). */
  readonly postOnly: 'reject' | 'accept-then-cancel';
}

export interface FillQuery {
  readonly symbol?: string;
  readonly orderId?: bigint;
  /** Trade ids at or above. */
  readonly fromTradeId?: bigint;
  readonly startTime?: number;
  readonly endTime?: number;
}

export interface Venue {
  readonly clock: Clock;
  readonly random: Random;
  readonly instruments: ReadonlyMap<string, VenueInstrument>;
  readonly accounts: readonly VenueAccount[];
  accountByKey(accessKey: string): VenueAccount | null;
  accountByUid(uid: number): VenueAccount | null;

  /** Synchronous: matches, emits the events to every listener in order, and returns what happened. */
  place(accountUid: number, order: NewVenueOrder, rules: PlaceRules): PlaceResult;
  /** `cancelId`: the cancel request's id where the exchange has one. */
  cancel(accountUid: number, symbol: string, ref: OrderRef, cancelId: string, reason?: EndReason): CancelResult;
  /** Cancels every open order of the account (on the symbol, or on all); returns the ended ones, oldest first. */
  cancelAll(accountUid: number, symbol: string | null, cancelId: string, reason?: EndReason): readonly VenueOrder[];

  /** By client id: the newest order that carries it. */
  order(accountUid: number, symbol: string, ref: OrderRef): VenueOrder | null;
  /** Oldest first. */
  openOrders(accountUid: number, symbol: string | null): readonly VenueOrder[];
  /** Every order ever, oldest first. */
  orders(accountUid: number, symbol: string | null): readonly VenueOrder[];
  /** Oldest first. */
  fills(accountUid: number, query: FillQuery): readonly VenueFill[];

  /** Best first, at most `limit` levels each; `updateId` of the last change. */
  book(
    symbol: string,
    limit: number,
  ): {
    readonly updateId: bigint;
    readonly bids: readonly Level[];
    readonly asks: readonly Level[];
    readonly time: number;
  };
  /** Newest last. */
  trades(symbol: string, limit: number): readonly VenueTrade[];
  lastPrice(symbol: string): Decimal | null;

  deposit(accountUid: number, asset: string, amount: Decimal): void;
  /** Listeners are called synchronously, in order of registration. Returns the way to stop listening. */
  listen(listener: (event: VenueEvent) => void): () => void;
}
