// One side of a local order book: its levels in the order of their prices, exact, best last.
// Which side a change belongs to, and what the book looks like, is local-book.ts's part.

import { isExact, type BookLevels } from '../domain/book-change.ts';
import { Decimal } from '../domain/decimal.ts';
import { exactNumber, exactText } from '../domain/exact-number.ts';
import type { BookLevel } from '../domain/order.ts';

const FIRST_CAPACITY = 1_024;

/** Emptied places are given up when there are more of them than of levels, and than this. */
const MOST_EMPTY = 64;

/**
 * Best last: changes cluster near the best price, so little has to move. A level is two doubles that hold its decimals exactly; one that has
 * more digits than that keeps its texts besides, and where the doubles of two prices are equal those decide. A level that is removed leaves
 * its place empty (quantity 0): most come back, and neither moves anything then.
 */
export class BookSide {
  private readonly sign: 1 | -1;
  /** Price (negative on the side whose best price is the lowest) and quantity in turn. */
  private cells = new Float64Array(FIRST_CAPACITY * 2);
  /** Places, empty ones among them; the last, the best, is never empty. */
  private count = 0;
  private empty = 0;
  /** The place looked for last: a frame tells its levels in order, so the next one is near. */
  private hint = 0;
  /** How many levels the snapshot held. */
  private loaded = 0;
  /** Of the worst level of a snapshot that does not hold the whole side: what lies beyond it is unknown, so no level there is kept. */
  private edge = -Infinity;
  /** So many of the best levels are kept: the stream tells of no others. */
  private most = Infinity;
  /** By place, of levels with long prices or quantities; null while there are none. */
  private texts: (BookLevel | undefined)[] | null = null;

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  get size(): number {
    return this.count - this.empty;
  }

  /** Fewer than half of the levels are left that a snapshot of part of the side held. */
  get isThin(): boolean {
    return this.edge !== -Infinity && this.size * 2 < this.loaded;
  }

  /** None of them is left. */
  get isSpent(): boolean {
    return this.edge !== -Infinity && this.size === 0;
  }

  clear(): void {
    this.count = 0;
    this.empty = 0;
    this.texts = null;
    this.edge = -Infinity;
    this.most = Infinity;
  }

  /** Absolute quantities; zero removes the level. */
  apply(levels: BookLevels): void {
    if (isExact(levels)) {
      for (let index = 1; index < levels.length; index += 2)
        this.set(levels[index - 1] ?? NaN, levels[index] ?? NaN, undefined);
    } else for (const level of levels) this.setTexts(level);
    if (this.size > this.most) this.cut();
  }

  /**
   * Best first, as a snapshot comes: from its end, every level is added at the end.
   * @param asked a side with so many levels goes on beyond them
   * @param most levels that the stream follows
   */
  load(levels: BookLevels, asked = Infinity, most = Infinity): void {
    this.clear();
    if (isExact(levels)) {
      for (let index = levels.length - 1; index > 0; index -= 2)
        this.set(levels[index - 1] ?? NaN, levels[index] ?? NaN, undefined);
    } else {
      for (let index = levels.length - 1; index >= 0; index--) {
        const level = levels[index];
        if (level !== undefined) this.setTexts(level);
      }
    }
    this.loaded = this.size;
    if (this.loaded >= asked) this.edge = this.cells[0] ?? NaN;
    this.most = most;
  }

  private setTexts(level: BookLevel): void {
    const price = exactNumber(level[0]);
    const quantity = exactNumber(level[1]);
    if (!Number.isNaN(price) && !Number.isNaN(quantity)) {
      this.set(price, quantity, undefined);
      return;
    }
    const exact = Decimal.tryFrom(level[1]);
    // What is no number is no level.
    if (exact === null || Decimal.tryFrom(level[0]) === null) return;
    this.texts ??= Array.from({ length: this.count }, () => undefined);
    this.set(Number(level[0]), exact.isZero() ? 0 : NaN, level);
  }

  /** @param long the texts of a level whose doubles are not exact */
  private set(price: number, quantity: number, long: BookLevel | undefined): void {
    const { count, cells, texts } = this;
    const key = this.sign * price;
    if (key < this.edge) return;
    const place = this.placeOf(key, long);
    const isThere =
      place < count && cells[place * 2] === key && (texts === null || this.compareTexts(place, key, long) === 0);
    if (isThere) {
      const before = cells[place * 2 + 1];
      cells[place * 2 + 1] = quantity;
      if (quantity === 0) {
        if (before !== 0) this.emptied(place);
        return;
      }
      if (before === 0) this.empty--;
      if (texts !== null) texts[place] = long;
    } else if (quantity !== 0) this.insert(place, key, quantity, long);
    // Removing an unknown level is normal.
  }

  private insert(place: number, key: number, quantity: number, long: BookLevel | undefined): void {
    this.makeRoom();
    const { count, cells } = this;
    if (place < count) cells.copyWithin(place * 2 + 2, place * 2, count * 2);
    cells[place * 2] = key;
    cells[place * 2 + 1] = quantity;
    this.count++;
    this.texts?.splice(place, 0, long);
  }

  private emptied(place: number): void {
    const { cells, texts } = this;
    this.empty++;
    if (place === this.count - 1) {
      while (this.count > 0 && cells[this.count * 2 - 1] === 0) {
        this.count--;
        this.empty--;
      }
      if (texts !== null) texts.length = this.count;
    }
    if (this.empty > MOST_EMPTY && this.empty * 2 > this.count) this.compact();
  }

  private compact(): void {
    const { cells, texts, count } = this;
    let to = 0;
    for (let from = 0; from < count; from++) {
      if (cells[from * 2 + 1] === 0) continue;
      cells[to * 2] = cells[from * 2] ?? NaN;
      cells[to * 2 + 1] = cells[from * 2 + 1] ?? NaN;
      if (texts !== null) texts[to] = texts[from];
      to++;
    }
    this.count = to;
    this.empty = 0;
    if (texts !== null) texts.length = to;
  }

  /** Gives up the worst levels, down to those that are followed. */
  private cut(): void {
    const { cells, texts } = this;
    let excess = this.size - this.most;
    let gone = 0;
    for (; excess > 0; gone++) {
      if (cells[gone * 2 + 1] === 0) this.empty--;
      else excess--;
    }
    cells.copyWithin(0, gone * 2, this.count * 2);
    this.count -= gone;
    texts?.splice(0, gone);
  }

  /** Where the price is, or belongs. */
  private placeOf(key: number, long: BookLevel | undefined): number {
    const { cells, texts, count, hint } = this;
    let low = 0;
    let high = count;
    if (texts === null && hint < count) {
      if ((cells[hint * 2] ?? NaN) < key) low = hint + 1;
      else {
        high = hint;
        let step = 1;
        for (; step <= high && (cells[(high - step) * 2] ?? NaN) >= key; step *= 2) high -= step;
        low = Math.max(0, high - step);
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      const known = cells[middle * 2] ?? NaN;
      if (known < key || (known === key && texts !== null && this.compareTexts(middle, key, long) < 0))
        low = middle + 1;
      else high = middle;
    }
    this.hint = low;
    return low;
  }

  /** Negative, zero or positive as the level at `place`, whose double is the same, is worse than, at, or better than the price. */
  private compareTexts(place: number, key: number, long: BookLevel | undefined): number {
    const known = this.texts?.[place];
    if (known === undefined && long === undefined) return 0;
    const text = exactText(this.sign * key);
    return this.sign * Decimal.from(known?.[0] ?? text).cmp(Decimal.from(long?.[0] ?? text));
  }

  private makeRoom(): void {
    if (this.count * 2 < this.cells.length) return;
    const larger = new Float64Array(this.cells.length * 2);
    larger.set(this.cells);
    this.cells = larger;
  }

  /** The best levels, best first. Without padding, as everywhere in the program: "60000.01000000" is "60000.01". */
  top(depth: number): BookLevel[] {
    const levels: BookLevel[] = [];
    for (let place = this.count - 1; place >= 0 && levels.length < depth; place--) {
      const quantity = this.cells[place * 2 + 1] ?? NaN;
      if (quantity !== 0) levels.push(this.level(place, quantity));
    }
    return levels;
  }

  private level(place: number, quantity: number): BookLevel {
    const long = this.texts?.[place];
    return long === undefined
      ? [exactText(this.sign * (this.cells[place * 2] ?? NaN)), exactText(quantity)]
      : [Decimal.from(long[0]).toString(), Decimal.from(long[1]).toString()];
  }
}
