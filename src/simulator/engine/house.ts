// The market's own hand in the book: liquidity and aggressors without an account, limited by no balance.
// The market model quotes with `quote` and `take`; a replay sets whole levels; faults fill single orders. Nothing here is seen by clients but its effect.

import { Decimal } from '../../domain/decimal.ts';
import type { Level, Side } from '../venue.ts';
import type { Core, Market } from './core.ts';
import { crosses, match, opposite } from './matching.ts';
import { resting, type PriceLevel, type Resting } from './order-book.ts';

/** A quote of the house, to be withdrawn later. */
export interface HouseQuote {
  readonly side: Side;
  readonly price: Decimal;
  /** Zero once it was traded away or withdrawn. */
  remaining(): Decimal;
}

/** What `setLevel` took off a level, and where in the queue it stood: in front of `before`, or last. */
export interface Taken {
  amount: Decimal;
  readonly before: Resting | null;
}

class Quote implements HouseQuote {
  readonly entry: Resting;
  constructor(entry: Resting) {
    this.entry = entry;
  }
  get side(): Side {
    return this.entry.side;
  }
  get price(): Decimal {
    return this.entry.price;
  }
  remaining(): Decimal {
    return this.entry.level === null ? Decimal.ZERO : this.entry.remaining;
  }
}

export class House {
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  /** Everything done inside is one engine step: one time, one book event per instrument. */
  step<T>(act: () => T): T {
    return this.core.step(act);
  }

  /** A limit order of the house: trades what it crosses, rests with what is left. */
  quote(symbol: string, side: Side, price: Decimal, quantity: Decimal): HouseQuote {
    return this.core.step(() => {
      const market = this.core.market(symbol);
      const left = quantity.sub(this.aggress(market, side, price, quantity));
      const entry = resting(side, price, left, null);
      if (left.isPositive()) {
        market.book.add(entry);
        this.core.touch(market);
      }
      return new Quote(entry);
    });
  }

  withdraw(symbol: string, quote: HouseQuote): void {
    if (!(quote instanceof Quote) || quote.entry.level === null) return;
    const { entry } = quote;
    this.core.step(() => {
      const market = this.core.market(symbol);
      market.book.remove(entry);
      this.core.touch(market);
    });
  }

  /** An aggressor of the house; `limit` null takes at any price. Returns what it got. */
  take(symbol: string, side: Side, limit: Decimal | null, quantity: Decimal): Decimal {
    return this.core.step(() => this.aggress(this.core.market(symbol), side, limit, quantity));
  }

  private aggress(market: Market, side: Side, limit: Decimal | null, quantity: Decimal): Decimal {
    let taken = Decimal.ZERO;
    match(
      market.book,
      {
        side,
        limit,
        account: null,
        selfTradePrevention: 'none',
        lotSize: market.instrument.lotSize,
        quantity,
        quoteQuantity: null,
      },
      {
        trade: (maker, _price, amount) => {
          taken = taken.add(amount);
          this.core.trade(market, null, side, maker, amount);
        },
        // The house has no account, so it never meets itself.
        expireMaker: () => undefined,
      },
    );
    return taken;
  }

  /**
   * Fills an account's resting order at its own price, wherever it stands in the queue.
   * `quantity` null means all that is left. Returns what was filled: zero when the order does not rest.
   */
  fillOrder(orderId: bigint, quantity: Decimal | null): Decimal {
    for (const { orders } of this.core.accounts.values()) {
      const order = orders.findById(orderId);
      if (order === null) continue;
      const { place } = order;
      if (place === null || place.level === null) return Decimal.ZERO;
      const amount = quantity === null ? place.remaining : Decimal.min(quantity, place.remaining);
      if (!amount.isPositive()) return Decimal.ZERO;
      this.core.step(() => {
        this.core.trade(this.core.market(order.request.symbol), null, opposite(place.side), place, amount);
      });
      return amount;
    }
    return Decimal.ZERO;
  }

  /** What of a level is the house's own. */
  levelQuantity(symbol: string, side: Side, price: Decimal): Decimal {
    const level = this.core.market(symbol).book.level(side, price);
    return level === null ? Decimal.ZERO : houseTotal(level);
  }

  /** Prices at which the house stands, best first. */
  *prices(symbol: string, side: Side): Generator<Decimal> {
    for (const level of this.core.market(symbol).book.levels(side)) {
      if (hasHouse(level)) yield level.price;
    }
  }

  /** The best levels, accounts' orders included. */
  top(symbol: string, side: Side, limit: number): Level[] {
    return this.core.market(symbol).book.top(side, limit);
  }

  /**
   * Makes the house's part of a level exactly `quantity`. What goes is taken from the end of the queue first (so accounts' orders
   * keep what stands ahead of them as long as the level can hold it); what comes stands last, after trading with accounts' orders it crosses.
   * House quotes on the other side that it crosses are withdrawn: in a recording they are merely out of date.
   * Returns what was taken, from the end of the queue to its front.
   */
  setLevel(symbol: string, side: Side, price: Decimal, quantity: Decimal): readonly Taken[] {
    return this.core.step(() => {
      const market = this.core.market(symbol);
      const level = market.book.level(side, price);
      const difference = quantity.sub(level === null ? Decimal.ZERO : houseTotal(level));
      if (difference.sign() < 0 && level !== null) return this.shrink(market, level, difference.neg());
      if (difference.isPositive()) this.append(market, side, price, this.meet(market, side, price, difference));
      return [];
    });
  }

  private shrink(market: Market, level: PriceLevel, by: Decimal): Taken[] {
    const taken: Taken[] = [];
    let before: Resting | null = null;
    let left = by;
    for (let entry = level.tail; entry !== null && left.isPositive();) {
      const { previous }: Resting = entry;
      if (entry.owner === null) {
        const amount = Decimal.min(left, entry.remaining);
        left = left.sub(amount);
        taken.push({ amount, before });
        market.book.change(entry, amount.neg());
      } else before = entry;
      entry = previous;
    }
    this.core.touch(market);
    return taken;
  }

  /** Puts back what was taken where it stood; when the order behind it is gone, at the front. */
  private putBack(market: Market, side: Side, price: Decimal, { amount, before }: Taken): void {
    if (before === null) return this.append(market, side, price, amount);
    const next = before.level === null ? market.book.level(side, price)?.head : before;
    if (next === null || next === undefined) return this.append(market, side, price, amount);
    market.book.addBefore(resting(side, price, amount, null), next);
    this.core.touch(market);
  }

  /** Adds at the end of the queue. */
  private append(market: Market, side: Side, price: Decimal, quantity: Decimal): void {
    if (!quantity.isPositive()) return;
    const tail = market.book.level(side, price)?.tail ?? null;
    if (tail !== null && tail.owner === null) market.book.change(tail, quantity);
    else market.book.add(resting(side, price, quantity, null));
    this.core.touch(market);
  }

  /** Newly recorded liquidity meets the other side. Returns what is left of it. */
  private meet(market: Market, side: Side, price: Decimal, quantity: Decimal): Decimal {
    let left = quantity;
    const other = opposite(side);
    for (;;) {
      const maker = market.book.best(other)?.head ?? null;
      if (maker === null || !crosses(side, price, maker.price) || !left.isPositive()) return left;
      this.core.touch(market);
      if (maker.owner === null) {
        market.book.remove(maker);
        continue;
      }
      const amount = Decimal.min(left, maker.remaining);
      left = left.sub(amount);
      this.core.trade(market, null, side, maker, amount);
    }
  }

  /** Accounts' orders resting on `side` at prices better than `price`, best first. */
  ordersBetterThan(
    symbol: string,
    side: Side,
    price: Decimal,
  ): { readonly orderId: bigint; readonly price: Decimal }[] {
    const found: { readonly orderId: bigint; readonly price: Decimal }[] = [];
    for (const level of this.core.market(symbol).book.levels(side)) {
      if (level.price.eq(price) || crosses(opposite(side), price, level.price) === false) break;
      for (let entry = level.head; entry !== null; entry = entry.next) {
        if (entry.owner !== null) found.push({ orderId: entry.owner.id, price: level.price });
      }
    }
    return found;
  }

  /**
   * A trade of the recording at `price`: walks the queue of that level from the front. House quotes give way silently, accounts' orders
   * are filled; the tape shows `quantity` in all (accounts' fills as trades of their own, the rest as one). `restore` is put back
   * first: what a recorded book update had already taken away for this very trade.
   */
  replayTrade(symbol: string, takerSide: Side, price: Decimal, quantity: Decimal, restore: readonly Taken[]): void {
    this.core.step(() => {
      const market = this.core.market(symbol);
      const side = opposite(takerSide);
      for (const taken of restore) this.putBack(market, side, price, taken);
      let left = quantity;
      let printed = Decimal.ZERO;
      for (let entry = market.book.level(side, price)?.head ?? null; entry !== null && left.isPositive();) {
        const { next } = entry;
        const amount = Decimal.min(left, entry.remaining);
        left = left.sub(amount);
        if (entry.owner === null) {
          market.book.change(entry, amount.neg());
          this.core.touch(market);
        } else {
          this.core.trade(market, null, takerSide, entry, amount);
          printed = printed.add(amount);
        }
        entry = next;
      }
      const rest = quantity.sub(printed);
      if (rest.isPositive()) this.core.print(market, market.nextTradeId++, price, rest, takerSide);
    });
  }

  /** Withdraws every quote of the house on the instrument. */
  clear(symbol: string): void {
    this.core.step(() => {
      const market = this.core.market(symbol);
      for (const side of ['BUY', 'SELL'] as const) {
        for (const level of market.book.levels(side)) {
          for (let entry = level.head; entry !== null;) {
            const { next } = entry;
            if (entry.owner === null) market.book.remove(entry);
            entry = next;
          }
        }
      }
      this.core.touch(market);
    });
  }
}

function houseTotal(level: PriceLevel): Decimal {
  let total = Decimal.ZERO;
  for (let entry = level.head; entry !== null; entry = entry.next) {
    if (entry.owner === null) total = total.add(entry.remaining);
  }
  return total;
}

function hasHouse(level: PriceLevel): boolean {
  for (let entry = level.head; entry !== null; entry = entry.next) if (entry.owner === null) return true;
  return false;
}
