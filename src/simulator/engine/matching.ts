// Price-time priority: what an incoming order meets in the book, in which order, and where it stops.
// It decides; moving quantities and money is left to the callbacks (core.ts).

import { Decimal } from '../../domain/decimal.ts';
import type { SelfTradePrevention, Side } from '../venue.ts';
import type { Account } from './account.ts';
import type { EngineOrder } from './engine-order.ts';
import type { OrderBook, Resting } from './order-book.ts';

export interface Incoming {
  readonly side: Side;
  /** Worst acceptable price; null for a market order. */
  readonly limit: Decimal | null;
  /** Null for the house. */
  readonly account: Account | null;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly lotSize: Decimal;
  /** Exactly one of the two is set: base quantity, or quote amount to spend or to receive. */
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
}

interface MatchCallbacks {
  /** Must take `quantity` off `maker` in the book. */
  trade(maker: Resting, price: Decimal, quantity: Decimal): void;
  /** Must take the maker's order out of the book: its own account's taker came. */
  expireMaker(order: EngineOrder): void;
}

/** Why matching stopped. */
type MatchEnd = 'filled' | 'price' | 'exhausted' | 'self-trade';

/** Decimals of the quotient when a quote amount is turned into a base quantity; then cut to the lot. */
const QUOTIENT_DECIMALS = 12;

export function opposite(side: Side): Side {
  return side === 'BUY' ? 'SELL' : 'BUY';
}

/** Whether an order of `side` with this limit would trade at `price`. */
export function crosses(side: Side, limit: Decimal | null, price: Decimal): boolean {
  return limit === null || (side === 'BUY' ? price.lte(limit) : price.gte(limit));
}

/** The whole lots that a quote amount buys or sells at `price`. */
export function lotsFor(quote: Decimal, price: Decimal, lot: Decimal): Decimal {
  return quote.div(price, QUOTIENT_DECIMALS, 'down').toStep(lot, 'down');
}

/** What is still wanted of an incoming order. */
class Appetite {
  private base: Decimal | null;
  private quote: Decimal;
  private done = false;
  private readonly lot: Decimal;

  constructor(incoming: Incoming) {
    this.base = incoming.quantity;
    this.quote = incoming.quoteQuantity ?? Decimal.ZERO;
    this.lot = incoming.lotSize;
  }

  /** In base, at `price`. Once an amount did not reach for another lot it stays satisfied, whatever the next price. */
  at(price: Decimal): Decimal {
    if (this.done) return Decimal.ZERO;
    return this.base ?? lotsFor(this.quote, price, this.lot);
  }

  take(price: Decimal, quantity: Decimal): void {
    if (this.base === null) this.quote = this.quote.sub(price.mul(quantity));
    else this.base = this.base.sub(quantity);
    this.done = !this.at(price).isPositive();
  }

  get satisfied(): boolean {
    return this.done;
  }
}

/** Trades the incoming order against the book until it is satisfied or may not go on. */
export function match(book: OrderBook, incoming: Incoming, callbacks: MatchCallbacks): MatchEnd {
  const appetite = new Appetite(incoming);
  const other = opposite(incoming.side);
  for (;;) {
    if (appetite.satisfied) return 'filled';
    const maker = book.best(other)?.head ?? null;
    if (maker === null) return 'exhausted';
    if (!crosses(incoming.side, incoming.limit, maker.price)) return 'price';
    const wanted = appetite.at(maker.price);
    if (!wanted.isPositive()) return 'filled';
    if (isSelf(incoming, maker)) {
      if (incoming.selfTradePrevention !== 'expire-taker' && maker.owner !== null) callbacks.expireMaker(maker.owner);
      if (incoming.selfTradePrevention !== 'expire-maker') return 'self-trade';
      continue;
    }
    const quantity = Decimal.min(wanted, maker.remaining);
    appetite.take(maker.price, quantity);
    callbacks.trade(maker, maker.price, quantity);
  }
}

/** What `match` would do, without doing it: for FOK and for what a market order costs. */
export function probe(
  book: OrderBook,
  incoming: Incoming,
): { readonly complete: boolean; readonly base: Decimal; readonly quote: Decimal } {
  const appetite = new Appetite(incoming);
  let base = Decimal.ZERO;
  let quote = Decimal.ZERO;
  for (const level of book.levels(opposite(incoming.side))) {
    if (!crosses(incoming.side, incoming.limit, level.price)) break;
    for (let maker = level.head; maker !== null; maker = maker.next) {
      const wanted = appetite.at(maker.price);
      if (!wanted.isPositive()) return { complete: true, base, quote };
      if (isSelf(incoming, maker)) {
        if (incoming.selfTradePrevention === 'expire-maker') continue;
        return { complete: false, base, quote };
      }
      const quantity = Decimal.min(wanted, maker.remaining);
      appetite.take(maker.price, quantity);
      base = base.add(quantity);
      quote = quote.add(maker.price.mul(quantity));
    }
  }
  return { complete: appetite.satisfied, base, quote };
}

function isSelf(incoming: Incoming, maker: Resting): boolean {
  return incoming.selfTradePrevention !== 'none' && maker.owner !== null && maker.owner.account === incoming.account;
}
