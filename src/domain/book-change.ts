// A change of an order book, or a whole one, in the order of one exchange's stream: what market feeds give and local books take.
// Whether it fits what came before is judged in the exchange's own folder.

import type { BookLevel } from './order.ts';

/** Price, quantity, price, quantity, …: each is its decimal exactly (exact-number.ts). */
type ExactLevels = readonly number[];

/** As texts, whatever their length; or, where the feed has read them so already, as exact numbers. */
export type BookLevels = readonly BookLevel[] | ExactLevels;

/** Levels as they came: best first in a snapshot; in an update a quantity of zero deletes the level. */
export interface BookChange {
  readonly asks: BookLevels;
  readonly bids: BookLevels;
  /** Exchange time, ms. */
  readonly time: number;
  /** Where the book stands after it, in the exchange's own numbering. */
  readonly sequence: number;
}

/** A whole book, and how far its levels can be relied on. */
export interface BookSnapshot extends BookChange {
  /** Levels a side asked for: a side that holds as many goes on beyond them, unseen. Absent: both sides are whole. */
  readonly askedLevels?: number;
  /** The stream follows only so many of the best levels a side: what falls out of them is not told of any more. Absent: it follows all. */
  readonly followedLevels?: number;
}

export function isExact(levels: BookLevels): levels is ExactLevels {
  return typeof levels[0] === 'number';
}
