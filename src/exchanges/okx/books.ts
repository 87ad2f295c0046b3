// The continuity of one `books` channel: which frames may be applied, and when the book is lost (okx.md 13.1, 13.2, 13.4). Pure.
// Holding the levels is src/market's part; asking for a new snapshot is market-feed.ts's.

import type { BookChange } from '../../domain/book-change.ts';
import { levelsOf } from './decode-market.ts';
import { timeOrNull } from './decode.ts';
import { integerOrNull, type Row } from './frames.ts';

export type BookStep =
  | ({ readonly type: 'snapshot' } & BookChange)
  | ({ readonly type: 'update' } & BookChange)
  /** A frame was missed: the book is worthless until the next snapshot. */
  | { readonly type: 'lost'; readonly reason: string }
  /** Nothing to apply: waiting for a snapshot. */
  | { readonly type: 'ignored' };

const IGNORED: BookStep = { type: 'ignored' };

/**
 * Follows prevSeqId → seqId. The checksum is not looked at: it is the constant 0 since 2026-06-23 (13.3).
 * A sequence that goes back while prevSeqId still fits is a maintenance reset, not a gap.
 */
export class BookSequence {
  #last: number | null = null;

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
      return { type: 'snapshot', ...changeOf(row, this.#last) };
    }
    if (this.#last === null) return IGNORED;
    if (sequence === null || previous !== this.#last) {
      const reason = `expected the frame after ${this.#last}, got the one after ${previous ?? 'an unknown one'}`;
      this.#last = null;
      return { type: 'lost', reason };
    }
    this.#last = sequence;
    return { type: 'update', ...changeOf(row, sequence) };
  }
}

function changeOf(row: Row, sequence: number): BookChange {
  return { asks: levelsOf(row['asks']), bids: levelsOf(row['bids']), time: timeOrNull(row, 'ts') ?? 0, sequence };
}
