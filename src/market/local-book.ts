// An order book kept level by level from a snapshot and its changes: what every exchange's market stream fills.
// Whether a change fits (sequence numbers, gaps) is judged in the exchange's own folder before it comes here.

import { Decimal } from '../domain/decimal.ts';
import type { BookLevel } from '../domain/order.ts';

type Level = BookChanges[number];

const FIRST_CAPACITY = 1_024;
const ZERO = 48;

/** Whether a quantity is zero; looks closer only at those that begin like one. */
function isZero(quantity: string): boolean {
  return quantity.charCodeAt(0) === ZERO && Number(quantity) === 0;
}

/**
 * One side, best last: changes cluster near the best price, so little has to move. Prices are looked up by a double, which only
 * orders them; where two doubles are equal the texts decide, exactly. Levels are kept as they came.
 */
class Side {
  private readonly sign: 1 | -1;
  private keys = new Float64Array(FIRST_CAPACITY);
  private readonly levels: Level[] = [];

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  get size(): number {
    return this.levels.length;
  }

  clear(): void {
    this.levels.length = 0;
  }

  /** Negative, zero or positive as the level at `index`, whose double is the same, is worse than, at, or better than the price. */
  private compareTexts(index: number, price: string): number {
    const text = this.levels[index]?.[0] ?? '';
    return text === price ? 0 : this.sign * Decimal.from(text).cmp(Decimal.from(price));
  }

  set(level: Level): void {
    const [price, quantity] = level;
    const { levels } = this;
    const count = levels.length;
    const key = this.sign * Number(price);
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const known = this.keys[middle] ?? 0;
      if (known < key || (known === key && this.compareTexts(middle, price) < 0)) low = middle + 1;
      else high = middle;
    }
    const isKnown = low < count && this.keys[low] === key && this.compareTexts(low, price) === 0;
    if (isZero(quantity)) {
      // Removing an unknown level is normal.
      if (!isKnown) return;
      this.keys.copyWithin(low, low + 1, count);
      levels.splice(low, 1);
    } else if (isKnown) levels[low] = level;
    else if (low === count) {
      this.makeRoom(count);
      this.keys[count] = key;
      levels.push(level);
    } else {
      this.makeRoom(count);
      this.keys.copyWithin(low + 1, low, count);
      this.keys[low] = key;
      levels.splice(low, 0, level);
    }
  }

  private makeRoom(count: number): void {
    if (count < this.keys.length) return;
    const larger = new Float64Array(this.keys.length * 2);
    larger.set(this.keys);
    this.keys = larger;
  }

  level(fromBest: number): BookLevel | null {
    const level = this.levels[this.levels.length - 1 - fromBest];
    return level === undefined ? null : [plain(level[0]), plain(level[1])];
  }
}

/** Without padding, as everywhere in the program: "60000.01000000" is "60000.01". */
function plain(text: string): string {
  return Decimal.from(text).toString();
}

export type BookChanges = readonly (readonly [price: string, quantity: string, ...unknown[]])[];

export class LocalBook {
  private readonly bidSide = new Side(1);
  private readonly askSide = new Side(-1);

  /** Replaces the book. */
  load(bids: BookChanges, asks: BookChanges): void {
    this.clear();
    // Worst first, so that every level is added at the end.
    for (let index = bids.length - 1; index >= 0; index--) this.setLevel(this.bidSide, bids[index]);
    for (let index = asks.length - 1; index >= 0; index--) this.setLevel(this.askSide, asks[index]);
  }

  /** Absolute quantities; zero removes the level. */
  apply(bids: BookChanges, asks: BookChanges): void {
    for (const level of bids) this.bidSide.set(level);
    for (const level of asks) this.askSide.set(level);
  }

  private setLevel(side: Side, level: BookChanges[number] | undefined): void {
    if (level !== undefined) side.set(level);
  }

  clear(): void {
    this.bidSide.clear();
    this.askSide.clear();
  }

  get bestBid(): BookLevel | null {
    return this.bidSide.level(0);
  }

  get bestAsk(): BookLevel | null {
    return this.askSide.level(0);
  }

  /** Number of levels. */
  get size(): { readonly bids: number; readonly asks: number } {
    return { bids: this.bidSide.size, asks: this.askSide.size };
  }

  /** Best first, at most `depth` levels a side. */
  top(depth: number): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } {
    return { bids: take(this.bidSide, depth), asks: take(this.askSide, depth) };
  }
}

function take(side: Side, depth: number): BookLevel[] {
  const levels: BookLevel[] = [];
  for (let index = 0; index < depth; index++) {
    const level = side.level(index);
    if (level === null) break;
    levels.push(level);
  }
  return levels;
}
