// THE PORT: what an exchange must offer to the rest of the program, in neutral words. One folder per exchange fills it in;
// nothing outside that folder knows which exchange it is talking to.

import type { BookChange, BookSnapshot } from '../domain/book-change.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { Result, TradeError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Assets, OrderAction, Orderbook, OrderType, TimeInForce } from '../domain/order.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { Platform } from '../domain/platform.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { Random } from '../seam/random.ts';
import type { Transport } from '../seam/transport.ts';
import type { RateBudgets } from '../wire/rate-budget.ts';

/** What an exchange can do. The rest of the program asks here instead of asking which exchange it is. */
export interface Capabilities {
  /** One request cancels every order of a symbol. */
  readonly cancelAll: boolean;
  /** How many orders one cancel request may name; 1 = no batches. */
  readonly cancelBatchSize: number;
  /** A cancel finds orders of the symbol it names only; else it takes whatever order has the id, and whose that is must be asked first. */
  readonly cancelNamesSymbol: boolean;
  /** Orders can be placed and canceled over a WebSocket. */
  readonly socketOrderEntry: boolean;
  /** Whether the exchange refuses a client order id that an open order carries. Never a licence to resend. */
  readonly refusesDuplicateClientOrderId: boolean;
  /** `refused`: a post-only order that would take is refused at once; `canceled`: it is accepted and canceled at once; `either`: not known. */
  readonly postOnlyCrossing: 'refused' | 'canceled' | 'either';
  /** Whether a fill's fee comes in the same report as the fill. */
  readonly feeWithFill: boolean;
  /** Ended orders without a fill may be unknown to queries after this many ms (null: kept for days). */
  readonly forgetsCanceledAfterMs: number | null;
  /** For so long after it was sent, ms, a placement that is still on its way may be taken: later it is refused as too old. */
  readonly placementValidMs: number;
  readonly deadMansSwitch: {
    readonly minSeconds: number;
    readonly maxSeconds: number;
    /** Most orders it cancels, or null for all. */
    readonly maxOrders: number | null;
  } | null;
  readonly testnet: boolean;
  readonly passphrase: boolean;
  readonly ed25519Keys: boolean;
  /** A market buy can be stated in base quantity on the wire; else the connector converts. */
  readonly marketBuyByBase: boolean;
}

export interface ClientOrderIdRules {
  readonly maxLength: number;
  /** The whole id must match. */
  readonly pattern: RegExp;
  /** In words, for error messages. */
  readonly description: string;
}

/** What a connector gets from outside: everything that touches the world. */
export interface ExchangeEnvironment {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Shared by all accounts of the process, so that limits per IP hold. */
  readonly budgets: RateBudgets;
}

export interface Timings {
  /** How long a request may take before its outcome is unknown. */
  readonly requestTimeout: number;
  /** How long createOrder waits for doubt to settle before it resolves `in-doubt`. */
  readonly inDoubtPatience: number;
  /** How long the exchange must keep saying "no such order" before FAILED is concluded. */
  readonly notFoundAfter: number;
  readonly reconcileEvery: number;
  readonly feeWait: number;
  /** A stream is dead after this silence; undefined: the exchange's own default. */
  readonly streamSilence: number | undefined;
}

export type Endpoints = Readonly<Record<string, string>>;
export type EndpointsOption = 'live' | 'testnet' | Endpoints;

export interface AccountConfig {
  readonly account: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly passphrase: Secret | null;
  readonly endpoints: Endpoints;
  readonly timings: Timings;
}

export interface Exchange {
  readonly platform: Platform;
  readonly capabilities: Capabilities;
  readonly clientOrderIds: ClientOrderIdRules;
  /** The full set of URLs for an option. Throws RangeError naming the endpoint that is unknown or no URL, or the missing testnet. */
  endpoints(option: EndpointsOption | undefined): Endpoints;
  /**
   * Which world of orders the full set of URLs leads to: '' for the live exchange, by whichever of its hosts; else a name, `testnet` or the host
   * of REST. An order of one venue is unknown in every other, and what is one's order id in both may be two orders.
   */
  venue(endpoints: Endpoints): string;
  /** Throws TypeError naming the option that is missing or malformed (e.g. passphrase). */
  checkCredentials(config: Pick<AccountConfig, 'accessKey' | 'secretKey' | 'passphrase'>): void;
  /** Makes the account's connector; nothing is sent yet. */
  open(config: AccountConfig, environment: ExchangeEnvironment): ExchangeAccount;
  /** Makes a connector to the public market, without keys; nothing is sent yet. */
  openMarket(config: MarketConfig, environment: ExchangeEnvironment): ExchangeMarket;
}

/** One account on one exchange. */
export interface ExchangeAccount {
  /** The typed raw REST client (`trade.restApi`): Result<payload> in the exchange's own form. */
  readonly rest: object;
  readonly feed: AccountFeed;
  readonly trading: Trading;
  /** Measures the clock offset and learns the account's mode or id. Must have succeeded before anything else; may be repeated. */
  prepare(): Promise<Result<true>>;
  /**
   * Trading rules; cached, refreshed when old. Unknown symbol: kind `invalid-order`, outcome `not-sent`.
   * @param maxAgeMs rules known for longer are asked for anew; the same object as long as they were not. Default: the exchange's own measure
   */
  instrument(symbol: string, maxAgeMs?: number): Promise<Result<Instrument>>;
  orderbook(instrument: Instrument, depth: number): Promise<Result<Orderbook>>;
  /**
   * Asked of the exchange: every balance that is not empty, and as zero those that were known and are empty now. Never older than what onAssets
   * has told: where a push overtook the answer, the push's balance is in it.
   */
  assets(): Promise<Result<Assets>>;
  /** What the key may do; null where the exchange does not say. For `doctor`. */
  permissions(): Promise<Result<{ readonly trade: boolean | null; readonly withdraw: boolean | null }>>;
  /** Exchange clock minus our clock, ms, as last measured. */
  clockOffset(): number;
  /** Closes every connection of this account. Touches no order. */
  close(): Promise<void>;
}

export type FeedEvent =
  | { readonly type: 'open' }
  | { readonly type: 'authenticated' }
  /** The connection that carried the stream is gone (or was found dead); a new attempt starts in `retryInMs`. */
  | { readonly type: 'reconnecting'; readonly attempt: number; readonly retryInMs: number; readonly reason: string }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  | { readonly type: 'exception'; readonly error: TradeError };

export interface AccountFeedHandlers {
  /**
   * Logged in, subscribed and acknowledged: from now on every change of every order is delivered to onReports.
   * Comes again after every break. The receiver reconciles now.
   */
  onLive(): void;
  /** The stream may have missed something from now on, until the next onLive. Never called twice in a row. */
  onBroken(reason: string): void;
  /** Order reports in the order of arrival, all symbols of the account. `receivedAt`: monotonic clock when the frame came in. */
  onReports(reports: readonly OrderReport[], receivedAt: number): void;
  /** Absolute balances of the assets named. */
  onAssets(assets: Assets): void;
  /** For people: what the connection goes through. */
  onEvent(event: FeedEvent): void;
  /** Wrong key or the like: it will not be tried again. */
  onFatal(error: TradeError): void;
}

/**
 * The private stream. Reconnects for ever with back-off and jitter, notices half-open connections by the exchange's ping period, replaces sessions
 * before they expire - the new one live before the old one is dropped, without onBroken, where the exchange allows it.
 */
export interface AccountFeed {
  start(handlers: AccountFeedHandlers): void;
  /** Symbols to receive where the exchange subscribes one by one; others ignore it. */
  watch(instrument: Instrument): void;
  stop(): Promise<void>;
  readonly isLive: boolean;
}

export interface CreateCommand {
  readonly instrument: Instrument;
  readonly clientOrderId: string;
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Decimal | null;
  /** Base asset. Exactly one of quantity and quoteQuantity is set. */
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  /** The caller's own options of this exchange (e.g. selfTradePreventionMode), passed through to the wire by name. */
  readonly extra: Readonly<Record<string, string | number | boolean>>;
  /** To be asked after the order had to wait its turn, and before it is sent once more: true when it must not leave any more. */
  readonly isCalledOff?: (() => boolean) | undefined;
}

export type CreateOutcome =
  /** The exchange took it. `reports` have its order id, and what else the reply tells (fills, an immediate end). */
  | { readonly outcome: 'accepted'; readonly reports: readonly OrderReport[] }
  /** The exchange said no: the order never existed, definitely. */
  | { readonly outcome: 'rejected'; readonly error: TradeError }
  /** Nothing left this machine, definitely. */
  | { readonly outcome: 'not-sent'; readonly error: TradeError }
  /** Anything else: time-out, connection lost, 5xx, codes that mean unknown, "duplicate client id" (which proves that it exists). */
  | { readonly outcome: 'unknown'; readonly error: TradeError };

/** At least one id. Where both are known the exchange's own id is used. */
export interface OrderRef {
  readonly orderId: string | null;
  readonly clientOrderId: string | null;
}

export type CancelOutcome =
  /** The exchange took the cancel (where its reply is final, `reports` says CANCELED). */
  | { readonly outcome: 'accepted'; readonly reports: readonly OrderReport[] }
  /** "Unknown order", "already filled", "already canceled": not open any more, or not yet. Look it up. */
  | { readonly outcome: 'gone'; readonly error: TradeError }
  | { readonly outcome: 'rejected'; readonly error: TradeError }
  | { readonly outcome: 'not-sent'; readonly error: TradeError }
  | { readonly outcome: 'unknown'; readonly error: TradeError };

export type CancelAllOutcome =
  /** Taken; `reports` of those it says it canceled, where the reply lists them. More may be left (paged endpoints): ask and repeat. */
  | { readonly outcome: 'accepted'; readonly reports: readonly OrderReport[] }
  | { readonly outcome: 'rejected' | 'not-sent' | 'unknown'; readonly error: TradeError };

export type QueryOutcome =
  | { readonly outcome: 'found'; readonly reports: readonly OrderReport[] }
  /** The exchange itself answered that it knows no such order. A network error is never this. */
  | {
      readonly outcome: 'not-found';
      readonly error: TradeError;
      /** There is one, of another account of the user: no business of this one's. */
      readonly isOthers?: boolean;
    }
  /** No answer that says anything about the order. */
  | { readonly outcome: 'no-answer'; readonly error: TradeError };

/** Orders in and out. Chooses socket or REST by itself; respects the rate budget, cancels first; never resends a create. */
export interface Trading {
  /** Null when this account and instrument can express the order; else why not, and the way out, in words. Nothing is sent. */
  refuse(command: CreateCommand): string | null;
  /** The bytes leave synchronously, before the first await, when the socket is open and the budget allows. */
  create(command: CreateCommand): Promise<CreateOutcome>;
  /** One outcome per ref, in order. Uses batches where there are any, in parallel. */
  cancel(instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]>;
  /**
   * Only where `capabilities.cancelAll`. "Nothing to cancel" is accepted with no reports.
   * @param known orders that are certainly among them: where one request takes only so many, these are named at the same time
   */
  cancelAll(instrument: Instrument, known?: readonly OrderRef[]): Promise<CancelAllOutcome>;
  query(instrument: Instrument, ref: OrderRef): Promise<QueryOutcome>;
  /** Every page, or an error; never a part. */
  openOrders(instrument: Instrument): Promise<Result<readonly OrderReport[]>>;
  /**
   * All fills of one order, or all fills of the instrument since an exchange time (ms); every page, or an error. `placedAt`: when the exchange took the
   * order, by its clock, ms; 0 or left out where that is not known. Lists that reach back for so long only need not have all of an older one.
   */
  fills(
    instrument: Instrument,
    of: { readonly ref: OrderRef; readonly placedAt?: number } | { readonly since: number },
  ): Promise<Result<readonly OrderReport[]>>;
  /** Arms the exchange's dead man's switch (seconds; 0 = off). Only where `capabilities.deadMansSwitch`. */
  armDeadMansSwitch(seconds: number): Promise<Result<true>>;
}

export interface MarketConfig {
  /** The full set of URLs. */
  readonly endpoints: Endpoints;
  /** How long a request may take, ms. */
  readonly requestTimeout: number;
}

/** The public side of an exchange. */
export interface ExchangeMarket {
  readonly feed: MarketFeed;
  /** Cached. Unknown symbol: kind `invalid-order`, outcome `not-sent`. */
  instrument(symbol: string): Promise<Result<Instrument>>;
}

export interface MarketFeedHandlers {
  /** Replaces the book. */
  onSnapshot(symbol: string, book: BookSnapshot): void;
  /** Changes it; a quantity of zero deletes the level. */
  onUpdate(symbol: string, change: BookChange): void;
  /** The book is worthless from now on, until the next snapshot. Not called for one that is so already. */
  onLost(symbol: string, reason: string): void;
  /** Something was refused or did not answer; where it can, the feed tries again by itself. */
  onError(error: TradeError): void;
  /** For people: what the connection goes through; never 'exception', which is onError's. */
  onEvent?(event: FeedEvent): void;
}

/** The public stream: order books of the instruments watched, each from a snapshot on and without gaps. Heals by itself, like the private one. */
export interface MarketFeed {
  start(handlers: MarketFeedHandlers): void;
  /** From now on the instrument's book comes. @param depth levels a side that people look at */
  watch(instrument: Instrument, depth: number): void;
  /**
   * The book nears the end of what its snapshot told: asks for another one, which replaces it; until then the book goes on.
   * May be asked for again while it is on its way. Only where snapshots have `askedLevels`.
   */
  renew?(instrument: Instrument): void;
  stop(): Promise<void>;
}
