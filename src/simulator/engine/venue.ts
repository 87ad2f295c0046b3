// The venue as accounts see it: place, cancel, ask. `createVenue` is the way in; its `house` is the market's own hand.
// Matching, money and events are in core.ts and its neighbours; an exchange's wire is put over this by a dialect.

import type { Decimal } from '../../domain/decimal.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type {
  CancelResult,
  EndReason,
  FillQuery,
  Level,
  NewVenueOrder,
  OrderRef,
  PlaceRejection,
  PlaceResult,
  PlaceRules,
  Venue,
  VenueAccount,
  VenueEvent,
  VenueFill,
  VenueInstrument,
  VenueOrder,
  VenueTrade,
} from '../venue.ts';
import { Account, type AccountSettings } from './account.ts';
import { Core, type AccountState, type Market } from './core.ts';
import { EngineOrder } from './engine-order.ts';
import { House } from './house.ts';
import { crosses, match, opposite, probe, type Incoming } from './matching.ts';
import { resting } from './order-book.ts';
import { Retention, type RetentionOptions } from './retention.ts';

export interface VenueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly instruments: readonly VenueInstrument[];
  readonly accounts: readonly AccountSettings[];
  /** Order ids count up from here, over all instruments; beyond 2^53 to test clients' handling of big ids. Default 1,000,000,001. */
  readonly firstOrderId?: bigint;
  /** Trade ids count up from here, per instrument: two instruments use the same numbers, as on exchanges. Fill ids too, over all instruments. */
  readonly firstTradeId?: bigint;
  readonly firstUpdateId?: bigint;
  /** Open orders one account may have on one instrument. Default 1,000; dialects word and apply their exchange's own limit before that. */
  readonly maxOpenOrders?: number;
  /** What of the past is kept. Default: everything. */
  readonly retention?: RetentionOptions;
}

/** The venue and the hands of those who run it: the market, the faults, the retention. */
export class MatchingVenue implements Venue {
  readonly clock: Clock;
  readonly random: Random;
  readonly instruments: ReadonlyMap<string, VenueInstrument>;
  readonly house: House;
  readonly retention: Retention;
  private readonly core: Core;
  private readonly maxOpenOrders: number;
  private readonly byKey = new Map<string, Account>();
  private readonly beforeCancelHooks = new Set<(order: VenueOrder) => void>();

  constructor(options: VenueOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.instruments = new Map(options.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.maxOpenOrders = options.maxOpenOrders ?? 1000;
    this.core = new Core({
      clock: options.clock,
      instruments: options.instruments,
      firstOrderId: options.firstOrderId ?? 1_000_000_001n,
      firstTradeId: options.firstTradeId ?? 5_000_001n,
      firstUpdateId: options.firstUpdateId ?? 10_000_000n,
    });
    for (const settings of options.accounts) this.openAccount(settings);
    this.house = new House(this.core);
    this.retention = new Retention(this.core, options.retention ?? {});
  }

  /** Opens another account while the venue runs. */
  openAccount(settings: AccountSettings): VenueAccount {
    const account = new Account(settings);
    this.core.openAccount(account);
    this.byKey.set(account.accessKey, account);
    return account;
  }

  get accounts(): readonly VenueAccount[] {
    return [...this.core.accounts.values()].map(({ account }) => account);
  }

  accountByKey(accessKey: string): VenueAccount | null {
    return this.byKey.get(accessKey) ?? null;
  }

  accountByUid(uid: number): VenueAccount | null {
    return this.core.accounts.get(uid)?.account ?? null;
  }

  place(accountUid: number, request: NewVenueOrder, rules: PlaceRules): PlaceResult {
    const { core } = this;
    const state = core.state(accountUid);
    const market = core.markets.get(request.symbol);
    return core.step(() => {
      if (market === undefined) return this.reject(state.account, request, 'unknown-symbol');
      const incoming = toIncoming(request, market.instrument, state.account);
      const wouldTake = request.postOnly && this.wouldTake(market, incoming);
      const refusal = this.refusal(state, market, request, rules, wouldTake);
      if (refusal !== null) return this.reject(state.account, request, refusal);
      const lock = lockFor(market, incoming);
      if (state.account.free(lock.asset).lt(lock.amount)) {
        return this.reject(state.account, request, 'insufficient-balance');
      }
      const order = new EngineOrder(core.takeOrderId(), state.account, Object.freeze({ ...request }), core.now);
      core.settlement.reserve(order, lock.asset, lock.amount);
      state.orders.add(order);
      core.touchAccount(state.account);
      core.emit({ type: 'order-accepted', order: order.snapshot(), time: core.now });
      core.flushBalances('place');
      this.work(market, order, incoming, wouldTake);
      return { ok: true, order: order.snapshot(), fills: [...order.fills] };
    });
  }

  private refusal(
    state: AccountState,
    market: Market,
    request: NewVenueOrder,
    rules: PlaceRules,
    wouldTake: boolean,
  ): PlaceRejection | null {
    if (!state.account.permissions.valid || !state.account.permissions.trade) return 'account-disabled';
    if (rules.uniqueClientOrderIds && state.orders.hasOpenClientId(request.clientOrderId)) {
      return 'duplicate-client-order-id';
    }
    if (state.orders.openCount(market.instrument.symbol) >= this.maxOpenOrders) return 'too-many-orders';
    return wouldTake && rules.postOnly === 'reject' ? 'post-only-would-take' : null;
  }

  private wouldTake(market: Market, incoming: Incoming): boolean {
    const best = market.book.best(opposite(incoming.side));
    return best !== null && crosses(incoming.side, incoming.limit, best.price);
  }

  /** Refused orders are nobody's: an id is used up for the event, but they are not kept. */
  private reject(account: Account, request: NewVenueOrder, rejection: PlaceRejection): PlaceResult {
    const order = new EngineOrder(this.core.takeOrderId(), account, request, this.core.now);
    order.status = 'rejected';
    this.core.emit({ type: 'order-rejected', order: order.snapshot(), rejection, time: this.core.now });
    return { ok: false, rejection, order: null };
  }

  /** What becomes of an accepted order: it trades, rests, or ends. */
  private work(market: Market, order: EngineOrder, incoming: Incoming, wouldTake: boolean): void {
    const { core } = this;
    const { request } = order;
    if (wouldTake) return core.end(market, order, 'post-only-would-take');
    if (request.timeInForce === 'FOK' && !probe(market.book, incoming).complete) {
      return core.end(market, order, 'fok-unfillable');
    }
    const ended = match(market.book, incoming, {
      trade: (maker, _price, quantity) => core.trade(market, order, request.side, maker, quantity),
      expireMaker: (own) => core.end(market, own, 'self-trade'),
    });
    if (order.status !== 'open') return;
    if (ended === 'self-trade') return core.end(market, order, 'self-trade');
    if (request.type === 'MARKET') return core.end(market, order, 'market-exhausted');
    if (request.timeInForce !== 'GTC') return core.end(market, order, 'ioc-remainder');
    const remaining = order.remaining();
    if (request.price === null || remaining === null) return;
    order.place = resting(request.side, request.price, remaining, order);
    order.changed(order.updatedAt);
    market.book.add(order.place);
    core.touch(market);
  }

  cancel(
    accountUid: number,
    symbol: string,
    ref: OrderRef,
    cancelId: string,
    reason: EndReason = 'user',
  ): CancelResult {
    const { orders } = this.core.state(accountUid);
    const order = orders.find(symbol, ref);
    if (order === null) return { ok: false, order: null };
    if (order.status === 'open') for (const hook of this.beforeCancelHooks) hook(order.snapshot());
    if (order.status !== 'open') return { ok: false, order: order.snapshot() };
    return this.core.step(() => {
      order.cancelId = cancelId;
      this.core.end(this.core.market(symbol), order, reason);
      return { ok: true, order: order.snapshot() };
    });
  }

  cancelAll(
    accountUid: number,
    symbol: string | null,
    cancelId: string,
    reason: EndReason = 'cancel-all',
  ): readonly VenueOrder[] {
    const { core } = this;
    const open = [...core.state(accountUid).orders.openOrders(symbol)];
    for (const order of open) for (const hook of this.beforeCancelHooks) hook(order.snapshot());
    return core.step(() => {
      const ended: VenueOrder[] = [];
      for (const order of open) {
        if (order.status !== 'open') continue;
        order.cancelId = cancelId;
        core.end(core.market(order.request.symbol), order, reason);
        ended.push(order.snapshot());
      }
      return ended;
    });
  }

  /** `hook` is called with every open order that somebody is about to cancel, and may fill it first through `house.fillOrder`. */
  beforeCancel(hook: (order: VenueOrder) => void): () => void {
    this.beforeCancelHooks.add(hook);
    return () => {
      this.beforeCancelHooks.delete(hook);
    };
  }

  order(accountUid: number, symbol: string, ref: OrderRef): VenueOrder | null {
    return this.core.state(accountUid).orders.find(symbol, ref)?.snapshot() ?? null;
  }

  openOrders(accountUid: number, symbol: string | null): readonly VenueOrder[] {
    return Array.from(this.core.state(accountUid).orders.openOrders(symbol), (order) => order.snapshot());
  }

  /** Those that rested in the book, or were to, and ended at that time or later: as they stood before they ended. */
  endedSince(accountUid: number, symbol: string | null, time: number): readonly VenueOrder[] {
    const { orders } = this.core.state(accountUid);
    return Array.from(orders.endedSince(symbol, time), ({ beforeEnd }) => beforeEnd).filter((order) => order !== null);
  }

  orders(accountUid: number, symbol: string | null): readonly VenueOrder[] {
    return Array.from(this.core.state(accountUid).orders.orders(symbol), (order) => order.snapshot());
  }

  fills(accountUid: number, query: FillQuery): readonly VenueFill[] {
    return this.core.state(accountUid).orders.fills(query);
  }

  book(
    symbol: string,
    limit: number,
  ): {
    readonly updateId: bigint;
    readonly bids: readonly Level[];
    readonly asks: readonly Level[];
    readonly time: number;
  } {
    const market = this.core.market(symbol);
    return {
      updateId: market.updateId,
      bids: market.book.top('BUY', limit),
      asks: market.book.top('SELL', limit),
      time: market.bookTime,
    };
  }

  trades(symbol: string, limit: number): readonly VenueTrade[] {
    return limit <= 0 ? [] : this.core.market(symbol).trades.slice(-limit);
  }

  lastPrice(symbol: string): Decimal | null {
    return this.core.market(symbol).lastPrice;
  }

  deposit(accountUid: number, asset: string, amount: Decimal): void {
    const { core } = this;
    core.step(() => {
      const { account } = core.state(accountUid);
      account.credit(asset, amount);
      core.touchAccount(account);
      core.flushBalances('deposit');
    });
  }

  listen(listener: (event: VenueEvent) => void): () => void {
    return this.core.queue.listen(listener);
  }

  /** What the exchange itself holds, per asset: fees taken, and the house's gains and losses. With the accounts it always sums to the deposits. */
  exchangeBooks(): { readonly fees: ReadonlyMap<string, Decimal>; readonly house: ReadonlyMap<string, Decimal> } {
    return { fees: this.core.settlement.fees, house: this.core.settlement.house };
  }
}

/** A venue with its accounts and an empty book on every instrument. */
export function createVenue(options: VenueOptions): MatchingVenue {
  return new MatchingVenue(options);
}

function toIncoming(request: NewVenueOrder, instrument: VenueInstrument, account: Account): Incoming {
  if (request.type === 'LIMIT' && (request.price === null || request.quantity === null)) {
    throw new RangeError('a limit order needs a price and a quantity');
  }
  if ((request.quantity === null) === (request.quoteQuantity === null)) {
    throw new RangeError('an order needs either a quantity or a quote quantity');
  }
  return {
    side: request.side,
    limit: request.type === 'LIMIT' ? request.price : null,
    account,
    selfTradePrevention: request.selfTradePrevention,
    lotSize: instrument.lotSize,
    quantity: request.quantity,
    quoteQuantity: request.quoteQuantity,
  };
}

/** What an order must lock. A market order by base locks what the book asks for it at this moment. */
function lockFor(market: Market, incoming: Incoming): { readonly asset: string; readonly amount: Decimal } {
  const { base, quote } = market.instrument;
  if (incoming.side === 'SELL') {
    return { asset: base, amount: incoming.quantity ?? probe(market.book, incoming).base };
  }
  if (incoming.limit !== null && incoming.quantity !== null) {
    return { asset: quote, amount: incoming.limit.mul(incoming.quantity) };
  }
  return { asset: quote, amount: incoming.quoteQuantity ?? probe(market.book, incoming).quote };
}
