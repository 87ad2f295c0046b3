// Decides when a rule strikes: by chance, by counting, by time, or by all of them; always the same way for the same seed.
// Which occurrences are shown to it (matching requests, pushes, frames) is decided by faults.ts.

import type { Random } from '../../seam/random.ts';
import type { FaultRule } from './vocabulary.ts';

function list(value: number | readonly number[] | undefined): readonly number[] | null {
  if (value === undefined) return null;
  return typeof value === 'number' ? [value] : value;
}

/** Sums of fractional times are a hair off; without this a timer could wake for ever a hair too early. */
const ROUNDING_MS = 0.001;

export class Trigger {
  private readonly rule: FaultRule;
  private readonly random: Random;
  private readonly times: number[] | null;
  private readonly positions: readonly number[] | null;
  private occurrences = 0;
  private strikeCount = 0;
  private nextPeriod: number;

  constructor(rule: FaultRule, random: Random) {
    this.rule = rule;
    this.random = random;
    const times = list(rule.at);
    // Times before the window are none: nothing could ever use them up.
    const { every = 0, from = 0 } = rule;
    this.times = times === null ? null : times.filter((time) => time >= from).sort((a, b) => a - b);
    this.positions = list(rule.nth);
    this.nextPeriod = every === 0 ? 0 : Math.max(1, Math.ceil(from / every)) * every;
  }

  get strikes(): number {
    return this.strikeCount;
  }

  /** Whether the rule is driven by time alone, so that it can strike without an occurrence. */
  get isTimed(): boolean {
    return this.times !== null || this.rule.every !== undefined;
  }

  /** Whether nothing at all says when: then it strikes whatever it sees. */
  get isUnconditional(): boolean {
    const { probability, nth, everyNth, from, to } = this.rule;
    return !this.isTimed && [probability, nth, everyNth, from, to].every((condition) => condition === undefined);
  }

  /** The next time, ms after injection, at which a timed rule wants to strike; null when never again. */
  nextTime(): number | null {
    if (this.isSpent) return null;
    const time = this.times?.[0];
    const candidates = [time, this.rule.every === undefined ? undefined : this.nextPeriod].filter(
      (each) => each !== undefined,
    );
    if (candidates.length === 0) return null;
    const next = Math.min(...candidates);
    return this.rule.to !== undefined && next >= this.rule.to ? null : next;
  }

  get isSpent(): boolean {
    return this.rule.count !== undefined && this.strikeCount >= this.rule.count;
  }

  /** Whether `elapsed` ms after injection lies in the rule's window. */
  inWindow(elapsed: number): boolean {
    return elapsed + ROUNDING_MS >= (this.rule.from ?? 0) && elapsed < (this.rule.to ?? Number.POSITIVE_INFINITY);
  }

  /** One occurrence, `elapsed` ms after injection: does the rule strike it? */
  occurs(elapsed: number): boolean {
    if (this.isSpent) return false;
    // Asked for outside the window too: a timer that fires only after the end must not find the same time ahead of it again.
    const due = this.due(elapsed);
    if (!this.inWindow(elapsed)) return false;
    this.occurrences++;
    const struck = due && this.counted() && this.chance();
    if (struck) this.strikeCount++;
    return struck;
  }

  /** Uses up the times that have come. */
  private due(exactly: number): boolean {
    const elapsed = exactly + ROUNDING_MS;
    if (!this.isTimed) return true;
    const { every } = this.rule;
    let due = false;
    const next = this.times?.[0];
    if (this.times !== null && next !== undefined && next <= elapsed) {
      this.times.shift();
      due = true;
    }
    if (every !== undefined && this.nextPeriod <= elapsed) {
      this.nextPeriod = (Math.floor(elapsed / every) + 1) * every;
      due = true;
    }
    return due;
  }

  private counted(): boolean {
    if (this.positions !== null && !this.positions.includes(this.occurrences)) return false;
    return this.rule.everyNth === undefined || this.occurrences % this.rule.everyNth === 0;
  }

  private chance(): boolean {
    return this.rule.probability === undefined || this.random.next() < this.rule.probability;
  }
}
