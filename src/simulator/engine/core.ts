// The engine's inner state and its elementary acts: open a step, trade, end an order, close the step and tell the listeners.
// Accounts' requests come through venue.ts, the market's own liquidity through house.ts; both are built from these acts.

import type { Decimal } from '../../domain/decimal.ts';
import type { Clock } from '../../seam/clock.ts';
import type {
  EndReason,
  Side,
  VenueEvent,
  VenueFill,
  VenueInstrument,
  VenueOrderStatus,
  VenueTrade,
} from '../venue.ts';
import type { Account } from './account.ts';
import type { EngineOrder } from './engine-order.ts';
import { EventQueue, type Unnumbered } from './event-queue.ts';
import { lotsFor } from './matching.ts';
import { OrderBook, type Resting } from './order-book.ts';
import { OrderIndex } from './order-index.ts';
import { Settlement } from './settlement.ts';

/** Public trades kept per instrument. */
const TRADES_KEPT = 1000;

const CANCEL_REASONS: ReadonlySet<EndReason> = new Set(['user', 'cancel-all', 'cancel-all-after', 'exchange']);

/** Everything the engine holds about one instrument. */
export interface Market {
  readonly instrument: VenueInstrument;
  readonly book: OrderBook;
  updateId: bigint;
  bookTime: number;
  nextTradeId: bigint;
  lastPrice: Decimal | null;
  trades: VenueTrade[];
}

export interface AccountState {
  readonly account: Account;
  readonly orders: OrderIndex;
}

interface CoreOptions {
  readonly clock: Clock;
  readonly instruments: readonly VenueInstrument[];
  readonly firstOrderId: bigint;
  readonly firstTradeId: bigint;
  readonly firstUpdateId: bigint;
}

export class Core {
  readonly clock: Clock;
  readonly markets = new Map<string, Market>();
  readonly accounts = new Map<number, AccountState>();
  readonly queue = new EventQueue();
  readonly settlement: Settlement;
  private nextOrderId: bigint;
  private nextFillId: bigint;
  private depth = 0;
  /** The time of the step in progress. */
  private stepTime = 0;
  private readonly touchedMarkets = new Set<Market>();
  private readonly touchedAccounts = new Set<Account>();

  constructor(options: CoreOptions) {
    this.clock = options.clock;
    this.nextOrderId = options.firstOrderId;
    this.nextFillId = options.firstTradeId;
    this.settlement = new Settlement((symbol) => this.markets.get(symbol)?.lastPrice ?? null);
    for (const instrument of options.instruments) {
      this.markets.set(instrument.symbol, {
        instrument,
        book: new OrderBook(instrument.symbol),
        updateId: options.firstUpdateId,
        bookTime: options.clock.now(),
        nextTradeId: options.firstTradeId,
        lastPrice: null,
        trades: [],
      });
    }
  }

  get now(): number {
    return this.depth > 0 ? this.stepTime : this.clock.now();
  }

  takeOrderId(): bigint {
    return this.nextOrderId++;
  }

  market(symbol: string): Market {
    const market = this.markets.get(symbol);
    if (market === undefined) throw new RangeError(`the venue does not list ${symbol}`);
    return market;
  }

  state(uid: number): AccountState {
    const state = this.accounts.get(uid);
    if (state === undefined) throw new RangeError(`the venue has no account with uid ${uid}`);
    return state;
  }

  openAccount(account: Account): void {
    this.accounts.set(account.uid, { account, orders: new OrderIndex() });
  }

  /** Runs `act` as one step: one time, and when the outermost step ends one book event per changed instrument. */
  step<T>(act: () => T): T {
    if (this.depth === 0) this.stepTime = this.clock.now();
    this.depth++;
    try {
      return act();
    } finally {
      this.depth--;
      if (this.depth === 0) this.close();
    }
  }

  private close(): void {
    this.flushBalances('match');
    for (const market of this.touchedMarkets) {
      const changes = market.book.commit();
      if (changes === null) continue;
      market.updateId++;
      market.bookTime = this.stepTime;
      const { symbol } = market.instrument;
      this.emit({ type: 'book', symbol, updateId: market.updateId, ...changes, time: this.stepTime });
    }
    this.touchedMarkets.clear();
    this.queue.dispatch();
  }

  emit(event: Unnumbered<VenueEvent>): void {
    this.queue.push(event);
  }

  /** The book of this instrument is about to change in this step. */
  touch(market: Market): void {
    this.touchedMarkets.add(market);
  }

  touchAccount(account: Account): void {
    this.touchedAccounts.add(account);
  }

  flushBalances(cause: 'place' | 'match' | 'cancel' | 'deposit'): void {
    for (const account of this.touchedAccounts) {
      const changed = account.takeChanges();
      if (changed.length > 0) {
        this.emit({ type: 'balances', accountUid: account.uid, changed, cause, time: this.now });
      }
    }
    this.touchedAccounts.clear();
  }

  /** `taker` is null when the house is the aggressor. Takes `quantity` off `maker`. */
  trade(market: Market, taker: EngineOrder | null, takerSide: Side, maker: Resting, quantity: Decimal): void {
    const { price } = maker;
    const tradeId = market.nextTradeId++;
    this.touch(market);
    market.book.change(maker, quantity.neg());
    if (taker !== null) this.fill(market, taker, tradeId, price, quantity, false);
    if (maker.owner !== null) this.fill(market, maker.owner, tradeId, price, quantity, true);
    if (taker !== null && maker.owner === null) {
      this.settlement.settleHouse(market.instrument, takerSide === 'SELL', price, quantity);
    } else if (taker === null && maker.owner !== null) {
      this.settlement.settleHouse(market.instrument, takerSide === 'BUY', price, quantity);
    }
    this.print(market, tradeId, price, quantity, takerSide);
  }

  /** Puts a trade on the public tape. */
  print(market: Market, tradeId: bigint, price: Decimal, quantity: Decimal, takerSide: Side): void {
    const trade: VenueTrade = { tradeId, symbol: market.instrument.symbol, price, quantity, takerSide, time: this.now };
    market.lastPrice = price;
    market.trades.push(trade);
    if (market.trades.length > TRADES_KEPT * 2) market.trades = market.trades.slice(-TRADES_KEPT);
    this.emit({ type: 'trade', trade, time: this.now });
  }

  private fill(
    market: Market,
    order: EngineOrder,
    tradeId: bigint,
    price: Decimal,
    quantity: Decimal,
    maker: boolean,
  ): void {
    const fee = this.settlement.settle(order, market.instrument, price, quantity, maker);
    const quoteQuantity = price.mul(quantity);
    const fill: VenueFill = Object.freeze({
      fillId: this.nextFillId++,
      tradeId,
      orderId: order.id,
      accountUid: order.account.uid,
      symbol: market.instrument.symbol,
      side: order.request.side,
      price,
      quantity,
      quoteQuantity,
      fee: fee.amount,
      feeAsset: fee.asset,
      maker,
      time: this.now,
    });
    order.filled = order.filled.add(quantity);
    order.filledQuote = order.filledQuote.add(quoteQuantity);
    // Where the fee asset changes on the way (the fee account ran dry), the sum is that of the latest asset.
    order.fee = order.feeAsset === fee.asset ? order.fee.add(fee.amount) : fee.amount;
    order.feeAsset = fee.asset;
    const { orders } = this.state(order.account.uid);
    orders.addFill(order, fill);
    if (isSatisfied(order, price, market.instrument.lotSize)) this.finish(order, 'filled', null);
    else order.changed(this.now);
    this.touchAccount(order.account);
    this.emit({ type: 'order-filled', order: order.snapshot(), fill, time: this.now });
  }

  /** Ends an order with whatever is filled of it: out of the book, money released, listeners told. */
  end(market: Market, order: EngineOrder, reason: EndReason): void {
    if (order.place !== null) {
      market.book.remove(order.place);
      this.touch(market);
    }
    this.flushBalances('match');
    this.finish(order, CANCEL_REASONS.has(reason) ? 'canceled' : 'expired', reason);
    this.touchAccount(order.account);
    this.emit({ type: 'order-ended', order: order.snapshot(), reason, time: this.now });
    this.flushBalances('cancel');
  }

  /** Marks the end, without an event of its own. */
  finish(order: EngineOrder, status: VenueOrderStatus, reason: EndReason | null): void {
    order.status = status;
    order.endReason = reason;
    this.settlement.release(order);
    order.changed(this.now);
    this.state(order.account.uid).orders.finish(order);
  }
}

function isSatisfied(order: EngineOrder, price: Decimal, lot: Decimal): boolean {
  const { quantity, quoteQuantity } = order.request;
  if (quantity !== null) return order.filled.gte(quantity);
  return quoteQuantity !== null && lotsFor(quoteQuantity.sub(order.filledQuote), price, lot).isZero();
}
