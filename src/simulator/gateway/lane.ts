// A line in which things happen after their delays but never overtake each other: the way of frames on one connection.
// With no delay and nobody waiting a thing happens at once.

import type { Clock, Timer } from '../../seam/clock.ts';

/** Sums of fractional times are a hair off. */
const ROUNDING_MS = 0.001;

interface Waiting {
  readonly due: number;
  readonly run: () => void;
}

export class Lane {
  private readonly clock: Clock;
  private readonly queue: Waiting[] = [];
  private lastDue = 0;
  private timer: Timer | null = null;
  private readonly onIdle: () => void;

  /** `onIdle` is called whenever the line has emptied. */
  constructor(clock: Clock, onIdle: () => void = () => undefined) {
    this.clock = clock;
    this.onIdle = onIdle;
  }

  add(delayMs: number, run: () => void): void {
    if (delayMs <= 0 && this.queue.length === 0) {
      run();
      return;
    }
    const due = Math.max(this.lastDue, this.clock.monotonic() + delayMs);
    this.lastDue = due;
    this.queue.push({ due, run });
    this.arm();
  }

  private arm(): void {
    const head = this.queue[0];
    if (this.timer !== null || head === undefined) return;
    this.timer = this.clock.after(head.due - this.clock.monotonic(), () => {
      this.timer = null;
      try {
        this.runDue();
      } finally {
        this.arm();
      }
    });
  }

  private runDue(): void {
    for (
      let head = this.queue[0];
      head !== undefined && head.due <= this.clock.monotonic() + ROUNDING_MS;
      head = this.queue[0]
    ) {
      this.queue.shift();
      head.run();
    }
    if (this.queue.length === 0) this.onIdle();
  }
}
