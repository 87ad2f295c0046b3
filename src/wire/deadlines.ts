// Time limits of many things under way, with one timer among them: a timer for each would cost an order more than its checks.
// What running out means is the owner's part.

import type { Clock, Timer } from '../seam/clock.ts';

export abstract class Limited {
  /** Monotonic clock, ms; set by `Deadlines`. */
  deadline = 0;
  /** Called once, when the time is up. */
  abstract expire(): void;
}

export class Deadlines {
  private readonly clock: Clock;
  private readonly items = new Set<Limited>();
  private timer: Timer | null = null;
  /** When the timer fires. */
  private due = Infinity;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** `expire` is called after `ms`, unless it is deleted before. */
  add(item: Limited, ms: number): void {
    item.deadline = this.clock.monotonic() + ms;
    this.items.add(item);
    if (item.deadline < this.due) this.arm(item.deadline, ms);
  }

  delete(item: Limited): void {
    // Nothing is left behind that would keep a process alive.
    if (this.items.delete(item) && this.items.size === 0) this.disarm();
  }

  private arm(due: number, ms: number): void {
    this.timer?.cancel();
    this.due = due;
    this.timer = this.clock.after(ms, () => this.check());
  }

  private disarm(): void {
    this.timer?.cancel();
    this.timer = null;
    this.due = Infinity;
  }

  private check(): void {
    this.disarm();
    const now = this.clock.monotonic();
    let next = Infinity;
    const over: Limited[] = [];
    for (const item of this.items) {
      if (item.deadline <= now) over.push(item);
      else next = Math.min(next, item.deadline);
    }
    for (const item of over) this.items.delete(item);
    if (next < Infinity) this.arm(next, Math.ceil(next - now));
    for (const item of over) item.expire();
  }
}
