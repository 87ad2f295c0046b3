// The clock of one process: its timers die with it, as they do after kill -9. Without this a "dead" Trade would go on writing its journal.
import type { Clock } from '../../src/seam/clock.ts';

export function mortalClock(clock: Clock, isDead: () => boolean): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, fn) =>
      clock.after(ms, () => {
        if (!isDead()) fn();
      }),
  };
}
