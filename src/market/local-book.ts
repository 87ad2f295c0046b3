// An order book kept level by level from a snapshot and its changes: what every exchange's market stream fills.
// Whether a change fits (sequence numbers, gaps) is judged in the exchange's own folder before it comes here; a side's order is book-side.ts's part.

import type { BookLevels, BookSnapshot } from '../domain/book-change.ts';
import type { BookLevel } from '../domain/order.ts';
import { BookSide } from './book-side.ts';

export class LocalBook {
  private readonly bidSide = new BookSide(1);
  private readonly askSide = new BookSide(-1);

  /** Replaces the book. */
  load(bids: BookLevels, asks: BookLevels, extent: Pick<BookSnapshot, 'askedLevels' | 'followedLevels'> = {}): void {
    this.bidSide.load(bids, extent.askedLevels, extent.followedLevels);
    this.askSide.load(asks, extent.askedLevels, extent.followedLevels);
  }

  /** Absolute quantities; zero removes the level. */
  apply(bids: BookLevels, asks: BookLevels): void {
    this.bidSide.apply(bids);
    this.askSide.apply(asks);
  }

  clear(): void {
    this.bidSide.clear();
    this.askSide.clear();
  }

  /** A side nears the end of what its snapshot told of it: another one is due. */
  get isThin(): boolean {
    return this.bidSide.isThin || this.askSide.isThin;
  }

  /** Nothing is left of what the snapshot told of a side that goes on beyond it: its best price is unknown. */
  get isSpent(): boolean {
    return this.bidSide.isSpent || this.askSide.isSpent;
  }

  /** Number of levels. */
  get size(): { readonly bids: number; readonly asks: number } {
    return { bids: this.bidSide.size, asks: this.askSide.size };
  }

  /** Best first, at most `depth` levels a side. */
  top(depth: number): { readonly bids: BookLevel[]; readonly asks: BookLevel[] } {
    return { bids: this.bidSide.top(depth), asks: this.askSide.top(depth) };
  }
}
