// When a rule strikes by time, driven as faults.ts drives it: at its times inside its window, once each, and then no more.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import { Trigger } from '../../../src/simulator/faults/trigger.ts';
import type { FaultRule } from '../../../src/simulator/index.ts';
import { fake } from '../fake-client.ts';

const STEPS = 500;
const time = fc.integer({ min: 0, max: 9000 });
const times = fc.record(
  {
    at: fc.oneof(time, fc.uniqueArray(time, { minLength: 1, maxLength: 5 })),
    every: fc.integer({ min: 100, max: 4000 }),
    from: time,
    to: time,
    count: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: [] },
);

/** Wakes the trigger when it asks for it, up to `late()` ms late, and gives the times of its strikes. Without an end it is stopped before 10 s. */
function driven(rule: FaultRule, late: () => number): readonly number[] {
  const trigger = new Trigger({ to: 10_000, ...rule }, seededRandom(1));
  const strikes: number[] = [];
  let now = 0;
  for (let steps = 0; steps < STEPS; steps++) {
    const next = trigger.nextTime();
    if (next === null) return strikes;
    now = Math.max(now, next) + late();
    if (trigger.occurs(now)) strikes.push(now);
  }
  throw new Error('it wakes for ever');
}

function expected({ at = [], every, from = 0, to = 10_000, count = Infinity }: FaultRule): readonly number[] {
  const all = new Set(typeof at === 'number' ? [at] : at);
  if (every !== undefined) for (let period = every; period < to; period += every) all.add(period);
  return [...all]
    .filter((each) => each >= from && each < to)
    .sort((a, b) => a - b)
    .slice(0, count);
}

describe('a rule with times', () => {
  it('strikes at each of them that lies in its window', () => {
    fc.assert(
      fc.property(times, (rule) => {
        const given: FaultRule = { fault: 'connection-cut', ...rule };
        expect(driven(given, () => 0)).toEqual(expected(given));
      }),
    );
  });

  it('comes to its end also when its timers are late', () => {
    fc.assert(
      fc.property(times, fc.integer(), (rule, seed) => {
        const random = seededRandom(seed);
        const strikes = driven({ fault: 'connection-cut', ...rule }, () => random.next() * 300);
        for (const strike of strikes) {
          expect(strike).toBeGreaterThanOrEqual(rule.from ?? 0);
          expect(strike).toBeLessThan(rule.to ?? 10_000);
        }
      }),
    );
  });

  it('waits for its window', async () => {
    const sim = await fake();
    const struck: number[] = [];
    const begin = sim.clock.now();
    sim.faults.onStrike((strike) => struck.push(strike.time - begin));
    sim.faults.inject({ fault: 'connection-cut', every: 1000, from: 5000, to: 8000 });
    sim.faults.inject({ fault: 'exchange-restart', at: [100, 6500], from: 2000, durationMs: 10 });
    await sim.clock.advance(20_000);
    expect(struck).toEqual([5000, 6000, 6500, 7000]);
  });
});
