// An order book kept level by level from a snapshot and its changes: what every exchange's market stream fills.
// Whether a change fits (sequence numbers, gaps) is judged in the exchange's own folder before it comes here.

import { Decimal } from '../domain/decimal.ts';
import type { BookLevel } from '../domain/order.ts';

/**
 * One side, best last: changes cluster near the best price, so little has to move. Prices are looked up by a double, which only
 * orders them; where two doubles are equal the texts decide, exactly. Levels keep the texts they came with.
 */
class Side {
  private readonly sign: 1 | -1;
  private readonly keys: number[] = [];
  private readonly prices: string[] = [];
  private readonly quantities: string[] = [];

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  get size(): number {
    return this.keys.length;
  }

  clear(): void {
    this.keys.length = 0;
    this.prices.length = 0;
    this.quantities.length = 0;
  }

  /** Negative, zero or positive as the level at `index` is worse than, at, or better than the price. */
  private compare(index: number, key: number, price: string): number {
    const known = this.keys[index] ?? 0;
    if (known !== key) return known - key;
    const text = this.prices[index] ?? '';
    return text === price ? 0 : this.sign * Decimal.from(text).cmp(Decimal.from(price));
  }

  set(price: string, quantity: string): void {
    const key = this.sign * Number(price);
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(middle, key, price) < 0) low = middle + 1;
      else high = middle;
    }
    const isKnown = low < this.keys.length && this.compare(low, key, price) === 0;
    if (Number(quantity) === 0) {
      // Removing an unknown level is normal.
      if (!isKnown) return;
      this.keys.splice(low, 1);
      this.prices.splice(low, 1);
      this.quantities.splice(low, 1);
    } else if (isKnown) this.quantities[low] = quantity;
    else {
      this.keys.splice(low, 0, key);
      this.prices.splice(low, 0, price);
      this.quantities.splice(low, 0, quantity);
    }
  }

  level(fromBest: number): BookLevel | null {
    const index = this.keys.length - 1 - fromBest;
    const price = this.prices[index];
    const quantity = this.quantities[index];
    return price === undefined || quantity === undefined ? null : [plain(price), plain(quantity)];
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
    for (const [price, quantity] of bids) this.bidSide.set(price, quantity);
    for (const [price, quantity] of asks) this.askSide.set(price, quantity);
  }

  private setLevel(side: Side, level: BookChanges[number] | undefined): void {
    if (level !== undefined) side.set(level[0], level[1]);
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
