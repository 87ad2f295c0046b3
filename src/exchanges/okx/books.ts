// The continuity of one `books` channel: which frames may be applied, and when the book is lost (okx.md 13.1, 13.2, 13.4). Pure.
// Holding the levels is src/market's part; asking for a new snapshot is market-feed.ts's.

import type { BookChange, BookSnapshot } from '../../domain/book-change.ts';
import type { BookLevel } from '../../domain/order.ts';
import { levelsOf } from './decode-market.ts';
import { timeOrNull } from './decode.ts';
import { integerOrNull, type Row } from './frames.ts';

type BookStep =
  | ({ readonly type: 'snapshot' } & BookSnapshot)
  | ({ readonly type: 'update' } & BookChange)
  /** A frame was missed, or the book cannot be right: it is worthless until the next snapshot. */
  | { readonly type: 'lost'; readonly reason: string }
  /** Nothing to apply: waiting for a snapshot. */
  | { readonly type: 'ignored' };

const IGNORED: BookStep = { type: 'ignored' };

/** Levels a side that the channel is about (13.1). Recorded books are told of each that falls out; should one not be, it is not kept (13.4, step 4). */
const DEPTH = 400;

/**
 * Follows prevSeqId → seqId. The checksum is not looked at: it is the constant 0 since 2026-06-23 (13.3).
 * A sequence that goes back while prevSeqId still fits is a maintenance reset, not a gap.
 */
export class BookSequence {
  #last: number | null = null;
  readonly #touch = new Touch();

  /** Whether a snapshot was taken and no frame has been missed since. */
  get isContinuous(): boolean {
    return this.#last !== null;
  }

  /** A new connection or subscription: everything before the next snapshot is worthless. */
  reset(): void {
    this.#last = null;
  }

  step(action: string, row: Row): BookStep {
    const sequence = integerOrNull(row, 'seqId');
    const previous = integerOrNull(row, 'prevSeqId');
    if (action === 'snapshot') {
      // Old recordings carry no sequence ids: their snapshot counts as number 0, and no update fits it.
      this.#last = sequence ?? 0;
      const book = changeOf(row, this.#last);
      this.#touch.begin(book);
      return { type: 'snapshot', ...book, followedLevels: DEPTH };
    }
    if (this.#last === null) return IGNORED;
    if (sequence === null || previous !== this.#last) {
      const reason = `expected the frame after ${this.#last}, got the one after ${previous ?? 'an unknown one'}`;
      this.#last = null;
      return { type: 'lost', reason };
    }
    const change = changeOf(row, sequence);
    if (!this.#touch.apply(change)) {
      this.#last = null;
      return { type: 'lost', reason: `crossed: a bid of ${this.#touch.bid} against an ask of ${this.#touch.ask}` };
    }
    this.#last = sequence;
    return { type: 'update', ...change };
  }
}

interface Levels extends BookChange {
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
}

/**
 * The best prices as far as frames tell without the book being held: the best bid is `bid` or more, the best ask `ask` or less.
 * Where even these cross, the book does (13.4, step 5). In a call auction it may: one that came crossed in its snapshot is let be (13.1).
 */
class Touch {
  bid = -Infinity;
  ask = Infinity;
  #mayCross = false;

  begin(book: Levels): void {
    this.bid = -Infinity;
    this.ask = Infinity;
    this.#mayCross = true;
    this.apply(book);
    this.#mayCross = this.bid >= this.ask;
  }

  /** False: crossed. */
  apply({ bids, asks }: Levels): boolean {
    for (const [text, size] of bids) {
      const price = Number(text);
      if (Number(size) === 0) {
        if (price === this.bid) this.bid = -Infinity;
      } else if (price > this.bid) this.bid = price;
    }
    for (const [text, size] of asks) {
      const price = Number(text);
      if (Number(size) === 0) {
        if (price === this.ask) this.ask = Infinity;
      } else if (price < this.ask) this.ask = price;
    }
    return this.#mayCross || this.bid < this.ask;
  }
}

function changeOf(row: Row, sequence: number): Levels {
  return { asks: levelsOf(row['asks']), bids: levelsOf(row['bids']), time: timeOrNull(row, 'ts') ?? 0, sequence };
}
