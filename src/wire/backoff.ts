// How long to wait before trying again: exponential growth with full jitter, so that many clients do not return in step.
// Who waits, and for what, is the caller's part.

import type { Random } from '../seam/random.ts';

export interface BackoffOptions {
  readonly random: Random;
  /** Upper bound of the first wait, ms. Default 500. */
  readonly baseMs?: number;
  /** Upper bound of any wait, ms. Default 30 000. */
  readonly maxMs?: number;
  /** No wait is shorter, ms. Default 50. */
  readonly minMs?: number;
}

export class Backoff {
  private readonly random: Random;
  private readonly baseMs: number;
  private readonly maxMs: number;
  private readonly minMs: number;
  private count = 0;

  constructor(options: BackoffOptions) {
    this.random = options.random;
    this.baseMs = options.baseMs ?? 500;
    this.maxMs = options.maxMs ?? 30_000;
    this.minMs = options.minMs ?? 50;
  }

  /** Attempts since the last reset. */
  get attempts(): number {
    return this.count;
  }

  /** The next wait, whole ms. */
  next(): number {
    // 2^30 times the base is past every bound; the exponent is capped so that it stays finite.
    const bound = Math.min(this.maxMs, this.baseMs * 2 ** Math.min(this.count, 30));
    this.count++;
    return Math.max(this.minMs, Math.floor(this.random.next() * bound));
  }

  reset(): void {
    this.count = 0;
  }
}
