// A change of an order book, or a whole one, in the order of one exchange's stream: what market feeds give and local books take.
// Whether it fits what came before is judged in the exchange's own folder.

import type { BookLevel } from './order.ts';

/** Levels as they came: best first in a snapshot; in an update a quantity of zero deletes the level. */
export interface BookChange {
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
  /** Exchange time, ms. */
  readonly time: number;
  /** Where the book stands after it, in the exchange's own numbering. */
  readonly sequence: number;
}
