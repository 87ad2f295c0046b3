// Counts and delays of one Trade, cheap enough for the path of every message: additions and one write into a ring.
// Percentiles are worked out only when somebody asks.

import type { Clock } from '../seam/clock.ts';

export interface Percentiles {
  /** Milliseconds; null when there was nothing in the last minute. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly count: number;
}

export interface TradeStats {
  readonly created: number;
  readonly accepted: number;
  /** Refused by the exchange, or not sent. */
  readonly refused: number;
  readonly doubted: number;
  readonly revoked: number;
  readonly updates: number;
  readonly fills: number;
  readonly gaps: number;
  /** Orders in memory: the unfinished ones, and ended ones that are still addressable. */
  readonly tracked: number;
  /** From the frame's arrival to the callback's call, last minute. */
  readonly updateDelay: Percentiles;
  /** From the call of createOrder to the exchange's answer, last minute. */
  readonly createDelay: Percentiles;
}

const RING = 4_096;
const WINDOW_MS = 60_000;

class Delays {
  private readonly values = new Float64Array(RING);
  private readonly times = new Float64Array(RING).fill(-Infinity);
  private next = 0;

  add(delay: number, now: number): void {
    this.values[this.next] = delay;
    this.times[this.next] = now;
    this.next = (this.next + 1) % RING;
  }

  percentiles(now: number): Percentiles {
    const recent = this.values.filter((_, index) => (this.times[index] ?? -Infinity) > now - WINDOW_MS).sort();
    const at = (share: number): number | null =>
      recent[Math.min(recent.length - 1, Math.floor(recent.length * share))] ?? null;
    return { p50: at(0.5), p99: at(0.99), count: recent.length };
  }
}

export class Stats {
  created = 0;
  accepted = 0;
  refused = 0;
  doubted = 0;
  revoked = 0;
  updates = 0;
  fills = 0;
  gaps = 0;
  private readonly clock: Clock;
  private readonly updateDelays = new Delays();
  private readonly createDelays = new Delays();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param receivedAt monotonic clock, when the frame came in */
  delivered(receivedAt: number): void {
    const now = this.clock.monotonic();
    this.updateDelays.add(now - receivedAt, now);
  }

  createDelay(ms: number): void {
    this.createDelays.add(ms, this.clock.monotonic());
  }

  read(tracked: number): TradeStats {
    const now = this.clock.monotonic();
    const { created, accepted, refused, doubted, revoked, updates, fills, gaps } = this;
    return {
      created,
      accepted,
      refused,
      doubted,
      revoked,
      updates,
      fills,
      gaps,
      tracked,
      updateDelay: this.updateDelays.percentiles(now),
      createDelay: this.createDelays.percentiles(now),
    };
  }
}
