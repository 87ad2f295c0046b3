// How many requests one connection of `/ws/v2` or `/ws/trade` may make: 50 a second (htx.md section 8.1).

import type { Clock } from '../../seam/clock.ts';

const PER_SECOND = 50;

export class RequestPace {
  private readonly clock: Clock;
  private readonly times: number[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Counts a request, and says whether it may pass. */
  allows(): boolean {
    const now = this.clock.monotonic();
    while (this.times.length > 0 && now - (this.times[0] ?? now) >= 1000) this.times.shift();
    if (this.times.length >= PER_SECOND) return false;
    this.times.push(now);
    return true;
  }
}
