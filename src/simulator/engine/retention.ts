// How much of the past the engine keeps: a test keeps everything, a server that runs for weeks must not grow.
// It only forgets; when to do so is said by its owner (`prune`) or by time (`start`).

import type { Timer } from '../../seam/clock.ts';
import type { Core } from './core.ts';

export interface RetentionOptions {
  /** Finished orders and fills older than this are forgotten, ms. Default: never. */
  readonly maxAgeMs?: number;
  /** At most this many finished orders per account, and fills per account and instrument. Default: no limit. */
  readonly maxFinished?: number;
}

const PERIOD_MS = 1000;

export class Retention {
  private readonly core: Core;
  private readonly options: RetentionOptions;
  private timer: Timer | null = null;

  constructor(core: Core, options: RetentionOptions) {
    this.core = core;
    this.options = options;
  }

  /** Forgets what is due now; returns how many orders that were. */
  prune(): number {
    const { maxAgeMs, maxFinished } = this.options;
    const time = maxAgeMs === undefined ? Number.NEGATIVE_INFINITY : this.core.clock.now() - maxAgeMs;
    const keep = maxFinished ?? Number.POSITIVE_INFINITY;
    let forgotten = 0;
    for (const { orders } of this.core.accounts.values()) {
      forgotten += orders.forgetFinished(time, keep);
      orders.forgetFills(time, keep);
    }
    return forgotten;
  }

  /** Prunes every second from now on; without limits there is nothing to start. */
  start(): void {
    if (this.timer !== null || (this.options.maxAgeMs === undefined && this.options.maxFinished === undefined)) return;
    this.timer = this.core.clock.after(PERIOD_MS, () => {
      this.timer = null;
      this.prune();
      this.start();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
