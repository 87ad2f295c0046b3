// A clock whose timers end with the simulator: whatever is under way when it closes - a late answer, a night without network - never happens.
// What its timers throw goes to whoever wants to hear of errors; without anybody it is thrown on.

import type { Clock, Timer } from '../seam/clock.ts';

const NEVER: Timer = { cancel: () => undefined };

export class ClosableClock implements Clock {
  private readonly clock: Clock;
  private readonly onError: ((error: unknown) => void) | null;
  private readonly timers = new Set<Timer>();
  private isClosed = false;

  constructor(clock: Clock, onError: ((error: unknown) => void) | null) {
    this.clock = clock;
    this.onError = onError;
  }

  now(): number {
    return this.clock.now();
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  after(ms: number, fn: () => void): Timer {
    if (this.isClosed) return NEVER;
    const inner = this.clock.after(ms, () => {
      this.timers.delete(timer);
      this.run(fn);
    });
    const timer: Timer = {
      cancel: () => {
        this.timers.delete(timer);
        inner.cancel();
      },
    };
    this.timers.add(timer);
    return timer;
  }

  private run(fn: () => void): void {
    if (this.onError === null) return fn();
    try {
      fn();
    } catch (error) {
      this.onError(error);
    }
  }

  /** Nothing happens any more. */
  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) timer.cancel();
  }
}
