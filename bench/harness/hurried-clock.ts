// A clock that runs some times faster than the machine's, over the machine's own timers: hours of back-off and budgets pass in minutes while
// sockets stay real. What is not asked of a clock (the kernel, the libraries' own time limits) keeps its pace.

import { realClock } from '../../src/runtime/real-clock.ts';
import type { Clock } from '../../src/seam/clock.ts';

/** Processes that give the same origin agree on the time, as far as the machine's clock does. */
export interface Hurry {
  /** How many times faster. */
  readonly times: number;
  /** When it showed the machine's time, ms since the epoch. */
  readonly since: number;
}

export function hurriedClock({ times, since }: Hurry): Clock {
  return {
    now: () => Math.floor(since + (performance.timeOrigin + performance.now() - since) * times),
    monotonic: () => realClock.monotonic() * times,
    after: (ms, fn) => realClock.after(ms / times, fn),
  };
}
