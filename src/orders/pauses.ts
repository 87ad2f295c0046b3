// Pauses that can be cut short: what is closed must not keep the process alive for the rest of a back-off.

import type { Clock, Timer } from '../seam/clock.ts';

export class Pauses {
  private readonly clock: Clock;
  private readonly running = new Map<Timer, () => void>();
  private ended = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves after `ms`, or at once when `end` is called or was. */
  pause(ms: number): Promise<void> {
    if (this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.clock.after(ms, () => {
        this.running.delete(timer);
        resolve();
      });
      this.running.set(timer, resolve);
    });
  }

  /** Every pause ends now, and so does every later one. */
  end(): void {
    this.ended = true;
    for (const [timer, resolve] of this.running) {
      timer.cancel();
      resolve();
    }
    this.running.clear();
  }
}
