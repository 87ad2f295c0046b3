// The machine's own clock and timers behind the Clock seam.
// With random.ts one of the few places that may ask the system for time; simulations use virtual-clock.ts instead.

// The global one is a getter, which would be called for every frame.
import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../seam/clock.ts';

/** Longest delay the system's timer takes; longer ones would fire at once. */
const LONGEST_MS = 2_147_483_647;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms: number, fn: () => void): Timer {
    if (ms <= LONGEST_MS) {
      const handle = setTimeout(fn, Math.max(0, ms));
      return { cancel: () => clearTimeout(handle) };
    }
    // A longer wait is walked in steps the system can count.
    let inner: Timer = realClock.after(LONGEST_MS, () => {
      inner = realClock.after(ms - LONGEST_MS, fn);
    });
    return { cancel: () => inner.cancel() };
  },
};
