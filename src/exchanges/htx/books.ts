// The continuity of one incremental book (mbp): what to hold back, when a snapshot fits, when the book is lost (htx.md 9.3, trap 20). Pure.
// Holding the levels is src/market's part; subscribing and asking for snapshots is market-feed.ts's.

import type { BookChange } from '../../domain/book-change.ts';
import type { MbpUpdate } from './decode-market.ts';

type SnapshotVerdict =
  /** The book begins: the snapshot, then these updates. */
  | { readonly type: 'begin'; readonly updates: readonly BookChange[] }
  /** Older than what was held back begins with: snapshots are cached, so wait a second or more before asking again. */
  | { readonly type: 'stale' }
  /** Not asked for any more. */
  | { readonly type: 'ignored' };

type UpdateVerdict =
  | { readonly type: 'apply'; readonly change: BookChange }
  | { readonly type: 'held' }
  /** Told already by the snapshot. */
  | { readonly type: 'old' }
  /** An update is missing before this one, which is held back: a new snapshot is needed. */
  | { readonly type: 'lost'; readonly reason: string };

/** Updates held back while waiting for a snapshot; some minutes of a busy book. */
const MOST_HELD = 5_000;

interface Held {
  readonly update: MbpUpdate;
  readonly change: BookChange;
}

export class MbpSequence {
  #held: Held[] = [];
  /** Sequence number of the book, null while it has none. */
  #last: number | null = null;
  /** The first update after a snapshot may begin before it. */
  #isFirst = false;

  /** Whether the book stands on a snapshot and no update has been missed since. */
  get isContinuous(): boolean {
    return this.#last !== null;
  }

  /** A new connection or subscription: everything before is worthless. */
  reset(): void {
    this.#held = [];
    this.#last = null;
  }

  update(update: MbpUpdate, time: number): UpdateVerdict {
    const change: BookChange = { asks: update.asks, bids: update.bids, time, sequence: update.sequence };
    if (this.#last === null) {
      this.#hold({ update, change });
      return { type: 'held' };
    }
    if (update.sequence <= this.#last) return { type: 'old' };
    if (!this.#follows(update, this.#last)) {
      const reason = `expected the update after ${this.#last}, got the one after ${update.previous ?? 'an unknown one'}`;
      this.#last = null;
      this.#held = [{ update, change }];
      return { type: 'lost', reason };
    }
    this.#last = update.sequence;
    this.#isFirst = false;
    return { type: 'apply', change };
  }

  snapshot(sequence: number): SnapshotVerdict {
    if (this.#last !== null) return { type: 'ignored' };
    const newer = this.#held.filter(({ update }) => update.sequence > sequence);
    const first = newer[0];
    // Levels are absolute: an update that spans the snapshot leaves the book as it is after it.
    if (first !== undefined && (first.update.previous === null || first.update.previous > sequence))
      return { type: 'stale' };
    this.#held = [];
    this.#last = newer.at(-1)?.update.sequence ?? sequence;
    this.#isFirst = newer.length === 0;
    return { type: 'begin', updates: newer.map(({ change }) => change) };
  }

  #follows({ previous }: MbpUpdate, last: number): boolean {
    return previous !== null && (this.#isFirst ? previous <= last : previous === last);
  }

  /** Only an unbroken chain is worth keeping. */
  #hold(held: Held): void {
    const last = this.#held.at(-1);
    if (last !== undefined && held.update.previous !== last.update.sequence) this.#held = [];
    this.#held.push(held);
    if (this.#held.length > MOST_HELD) this.#held.shift();
  }
}
