// One instrument's order book: price levels sorted by price, each a first-in-first-out queue of resting quantities.
// It knows nothing of accounts and money; matching.ts trades against it, venue.ts publishes what `commit` says has changed.

import { Decimal } from '../../domain/decimal.ts';
import type { Level, Side } from '../venue.ts';
import type { EngineOrder } from './engine-order.ts';

/** A quantity standing in the queue of a level. Without an owner it belongs to the house: the market model or a recording. */
export interface Resting {
  readonly side: Side;
  readonly price: Decimal;
  readonly owner: EngineOrder | null;
  remaining: Decimal;
  /** Null when it no longer stands in the book. */
  level: PriceLevel | null;
  previous: Resting | null;
  next: Resting | null;
}

export interface PriceLevel {
  readonly price: Decimal;
  /** Sum of `remaining` over the queue. A level at zero stays until the step is committed, so that it can be refilled in the same step. */
  total: Decimal;
  /** What the last `book` event said about this level. */
  published: Decimal;
  touched: boolean;
  head: Resting | null;
  tail: Resting | null;
}

export function resting(side: Side, price: Decimal, remaining: Decimal, owner: EngineOrder | null): Resting {
  return { side, price, remaining, owner, level: null, previous: null, next: null };
}

/** Worst price first, so that work near the best price happens at the end of the array, where it is cheap. */
class BookSide {
  readonly levels: PriceLevel[] = [];
  /** 1 for bids (ascending array), -1 for asks (descending array). */
  private readonly direction: 1 | -1;

  constructor(direction: 1 | -1) {
    this.direction = direction;
  }

  /** Index of the level at `price`, or where it would have to be inserted. */
  private position(price: Decimal): number {
    let low = 0;
    let high = this.levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const level = this.levels[middle];
      if (level !== undefined && level.price.cmp(price) * this.direction < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  find(price: Decimal): PriceLevel | null {
    const level = this.levels[this.position(price)];
    return level !== undefined && level.price.eq(price) ? level : null;
  }

  findOrCreate(price: Decimal): PriceLevel {
    const index = this.position(price);
    const found = this.levels[index];
    if (found !== undefined && found.price.eq(price)) return found;
    const level: PriceLevel = {
      price,
      total: Decimal.ZERO,
      published: Decimal.ZERO,
      touched: false,
      head: null,
      tail: null,
    };
    this.levels.splice(index, 0, level);
    return level;
  }

  drop(level: PriceLevel): void {
    const index = this.position(level.price);
    if (this.levels[index] === level) this.levels.splice(index, 1);
  }

  best(): PriceLevel | null {
    for (let index = this.levels.length - 1; index >= 0; index--) {
      const level = this.levels[index];
      if (level !== undefined && level.head !== null) return level;
    }
    return null;
  }

  /** Levels with something in them, best first. */
  *bestFirst(): Generator<PriceLevel> {
    for (let index = this.levels.length - 1; index >= 0; index--) {
      const level = this.levels[index];
      if (level !== undefined && level.head !== null) yield level;
    }
  }
}

export class OrderBook {
  readonly symbol: string;
  private readonly bids = new BookSide(1);
  private readonly asks = new BookSide(-1);
  private touchedBids: PriceLevel[] = [];
  private touchedAsks: PriceLevel[] = [];

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  private side(side: Side): BookSide {
    return side === 'BUY' ? this.bids : this.asks;
  }

  private touch(side: Side, level: PriceLevel): void {
    if (level.touched) return;
    level.touched = true;
    (side === 'BUY' ? this.touchedBids : this.touchedAsks).push(level);
  }

  /** Puts it at the end of its level's queue. */
  add(entry: Resting): void {
    const level = this.side(entry.side).findOrCreate(entry.price);
    entry.level = level;
    entry.previous = level.tail;
    entry.next = null;
    if (level.tail === null) level.head = entry;
    else level.tail.next = entry;
    level.tail = entry;
    level.total = level.total.add(entry.remaining);
    this.touch(entry.side, level);
  }

  /** Puts it in front of another that stands in the same level. */
  addBefore(entry: Resting, other: Resting): void {
    const { level } = other;
    if (level === null) return;
    entry.level = level;
    entry.previous = other.previous;
    entry.next = other;
    if (other.previous === null) level.head = entry;
    else other.previous.next = entry;
    other.previous = entry;
    level.total = level.total.add(entry.remaining);
    this.touch(entry.side, level);
  }

  /** Takes it out of its queue. Does nothing when it does not stand in the book. */
  remove(entry: Resting): void {
    const level = entry.level;
    if (level === null) return;
    if (entry.previous === null) level.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) level.tail = entry.previous;
    else entry.next.previous = entry.previous;
    level.total = level.total.sub(entry.remaining);
    entry.level = null;
    entry.previous = null;
    entry.next = null;
    this.touch(entry.side, level);
  }

  /** Changes what is left of it (by a negative or positive amount) without losing its place; at zero it leaves the book. */
  change(entry: Resting, by: Decimal): void {
    const level = entry.level;
    if (level === null) return;
    entry.remaining = entry.remaining.add(by);
    level.total = level.total.add(by);
    this.touch(entry.side, level);
    if (!entry.remaining.isPositive()) this.remove(entry);
  }

  best(side: Side): PriceLevel | null {
    return this.side(side).best();
  }

  level(side: Side, price: Decimal): PriceLevel | null {
    return this.side(side).find(price);
  }

  /** Levels with something in them, best first. */
  levels(side: Side): Iterable<PriceLevel> {
    return this.side(side).bestFirst();
  }

  /** The best levels as prices and sums. */
  top(side: Side, limit: number): Level[] {
    const levels: Level[] = [];
    for (const level of this.side(side).bestFirst()) {
      if (levels.length >= limit) break;
      levels.push([level.price, level.total]);
    }
    return levels;
  }

  /** Ends a step: forgets empty levels and returns what changed since the last one, best first; null when nothing did. */
  commit(): { readonly bids: readonly Level[]; readonly asks: readonly Level[] } | null {
    if (this.touchedBids.length === 0 && this.touchedAsks.length === 0) return null;
    const bids = this.settle(this.bids, this.touchedBids, -1);
    const asks = this.settle(this.asks, this.touchedAsks, 1);
    this.touchedBids = [];
    this.touchedAsks = [];
    return bids.length === 0 && asks.length === 0 ? null : { bids, asks };
  }

  private settle(side: BookSide, touched: readonly PriceLevel[], order: 1 | -1): Level[] {
    const changed: Level[] = [];
    for (const level of touched) {
      level.touched = false;
      if (level.head === null) side.drop(level);
      if (level.total.eq(level.published)) continue;
      level.published = level.total;
      changed.push([level.price, level.total]);
    }
    return changed.length > 1 ? changed.sort((a, b) => a[0].cmp(b[0]) * order) : changed;
  }
}
