// The continuity of one depth stream: a REST snapshot joined with the changes around it, and the gaps that make it worthless (binance.md A11.3). Pure.
// Holding the levels is src/market's part; fetching the snapshot is market-feed.ts's.

import type { BookChange } from '../../domain/book-change.ts';
import type { BookLevel } from '../../domain/order.ts';
import { number, type Row } from './frames.ts';

/** A depthUpdate event: it takes the book from before `first` to `sequence`. */
export interface DepthUpdate extends BookChange {
  readonly first: number;
}

/** Null for a payload that is none. */
export function depthUpdateOf(data: Row): DepthUpdate | null {
  const first = number(data, 'U');
  const sequence = number(data, 'u');
  if (first === null || sequence === null) return null;
  return { first, sequence, time: number(data, 'E') ?? 0, bids: levelPairs(data['b']), asks: levelPairs(data['a']) };
}

/** The pairs as they are: nothing is copied on the hot path. */
export function levelPairs(value: unknown): readonly BookLevel[] {
  return Array.isArray(value) && value.every(isPair) ? value : [];
}

function isPair(value: unknown): value is BookLevel {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}

type DepthStep =
  | { readonly type: 'apply'; readonly updates: readonly DepthUpdate[] }
  /** Held until the snapshot comes. */
  | { readonly type: 'held' }
  /** Already contained in the book. */
  | { readonly type: 'old' }
  /** Something between was missed: the book is worthless. */
  | { readonly type: 'gap'; readonly reason: string };

/** Changes held while a snapshot is waited for: eight minutes of a stream. A snapshot older than the oldest of them is asked for anew. */
const MOST_HELD = 5_000;

const HELD: DepthStep = { type: 'held' };
const OLD: DepthStep = { type: 'old' };

export class DepthSequence {
  /** Last update id of the book; null while there is none. */
  #last: number | null = null;
  /** Changes that a snapshot on its way has to be joined with. */
  #held: DepthUpdate[] = [];
  #isRenewing = false;

  get isContinuous(): boolean {
    return this.#last !== null;
  }

  /** Whether a snapshot is wanted that replaces a book which goes on meanwhile. */
  get isRenewing(): boolean {
    return this.#isRenewing;
  }

  /** From now on changes are held, too, until such a snapshot comes. */
  renew(): void {
    if (this.#last === null) return;
    this.#isRenewing = true;
    this.#held = [];
  }

  /** Whether changes wait for a snapshot. */
  get isWaiting(): boolean {
    return this.#last === null && this.#held.length > 0;
  }

  /** Forgets the book; `next` is the first change after the gap, if it is known already. */
  reset(): void {
    this.#last = null;
    this.#held = [];
    this.#isRenewing = false;
  }

  update(update: DepthUpdate): DepthStep {
    if (this.#last === null) {
      // Two connections may deliver the same while one replaces the other.
      const newest = this.#held.at(-1);
      if (newest !== undefined && update.sequence <= newest.sequence) return OLD;
      if (newest !== undefined && update.first > newest.sequence + 1) this.#held = [];
      this.#hold(update);
      return HELD;
    }
    if (update.sequence <= this.#last) return OLD;
    if (update.first > this.#last + 1) {
      const reason = `changes ${this.#last + 1} to ${update.first - 1} were missed`;
      this.#last = null;
      this.#held = [update];
      this.#isRenewing = false;
      return { type: 'gap', reason };
    }
    if (this.#isRenewing) this.#hold(update);
    this.#last = update.sequence;
    return { type: 'apply', updates: [update] };
  }

  #hold(update: DepthUpdate): void {
    this.#held.push(update);
    if (this.#held.length > MOST_HELD) this.#held.shift();
  }

  /** Joins a snapshot with what was held. `gap`: it is older than the first change held, or than a book without one; fetch another one. */
  snapshot(lastUpdateId: number): DepthStep {
    const next = this.#held[0]?.first ?? (this.#last === null ? null : this.#last + 1);
    if (next !== null && next > lastUpdateId + 1) {
      return { type: 'gap', reason: `the snapshot ends at ${lastUpdateId}, before the first change at hand, ${next}` };
    }
    const updates = this.#held.filter((update) => update.sequence > lastUpdateId);
    this.#held = [];
    this.#isRenewing = false;
    this.#last = updates.at(-1)?.sequence ?? lastUpdateId;
    return { type: 'apply', updates };
  }
}
