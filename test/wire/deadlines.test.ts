// Time limits that share a timer: each runs out in its own time, however they were set, and nothing is left when all are gone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import type { Timer } from '../../src/seam/clock.ts';
import { Deadlines, Limited } from '../../src/wire/deadlines.ts';

/** Counts timers that were neither called off nor have fired. */
class CountingClock extends VirtualClock {
  waiting = 0;
  override after(ms: number, fn: () => void): Timer {
    let isWaiting = true;
    const end = (): void => {
      if (isWaiting) this.waiting--;
      isWaiting = false;
    };
    this.waiting++;
    const timer = super.after(ms, () => {
      end();
      fn();
    });
    return {
      cancel: () => {
        end();
        timer.cancel();
      },
    };
  }
}

class Noted extends Limited {
  expiredAt: number | null = null;
  private readonly clock: VirtualClock;
  constructor(clock: VirtualClock) {
    super();
    this.clock = clock;
  }
  expire(): void {
    this.expiredAt = this.clock.monotonic();
  }
}

test('each runs out when it would have with a timer of its own', async () => {
  const plan = fc.array(fc.record({ at: fc.nat(300), ms: fc.nat(200), settledAfter: fc.option(fc.nat(250)) }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(plan, async (items) => {
      const clock = new CountingClock(0);
      const start = clock.monotonic();
      const deadlines = new Deadlines(clock);
      const noted = items.map(({ at, ms, settledAfter }) => {
        const item = new Noted(clock);
        clock.after(at, () => {
          deadlines.add(item, ms);
          if (settledAfter !== null) clock.after(settledAfter, () => deadlines.delete(item));
        });
        return item;
      });
      await clock.advance(1_000);
      for (const [index, { at, ms, settledAfter }] of items.entries()) {
        const { expiredAt } = noted[index]!;
        // Both at the same moment: either may come first.
        if (settledAfter === ms) continue;
        expect(expiredAt).toBe(settledAfter !== null && settledAfter < ms ? null : start + at + ms);
      }
      expect(clock.waiting).toBe(0);
    }),
    { numRuns: 200 },
  );
});
