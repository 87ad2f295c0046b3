// The whole stack under every named fault plan, on every exchange, from seeds; and the proof that broken rules are noticed.
import { describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { FAULT_PLANS } from '../../src/simulator/index.ts';
import { newTally, runSeed } from './campaign.ts';
import { MUTANTS } from './mutants.ts';

/** Each plan gets 51 seeds, 17 of its own on each exchange: 425 runs an exchange. */
const SEEDS_PER_PLAN = 17;

describe.each(PLATFORMS)('both sides agree in the end on %s', (platform) => {
  it.each(FAULT_PLANS.map(({ name }) => name))(
    'with the faults of %s',
    async (plan) => {
      const tally = newTally();
      const first = 1000 * PLATFORMS.indexOf(platform) + 1;
      for (let seed = first; seed < first + SEEDS_PER_PLAN; seed++) await runSeed(platform, plan, seed, tally);
      expect(tally.failures).toEqual([]);
      expect(tally.orders).toBeGreaterThan(SEEDS_PER_PLAN);
      if (plan !== 'calm') expect(tally.struck).toBeGreaterThan(0);
    },
    120_000,
  );

  it('the same seed gives the same trace twice', async () => {
    for (const seed of [3, 4]) {
      expect(await runSeed(platform, 'mixed', seed, newTally())).toBe(
        await runSeed(platform, 'mixed', seed, newTally()),
      );
    }
  });
});

describe('a broken rule is noticed within 100 seeds', () => {
  it.each(MUTANTS)(
    '$name',
    async (mutant) => {
      const tally = newTally();
      for (let seed = 1; seed <= 100 && tally.failures.length === 0; seed++)
        await runSeed('okx', mutant.plan, seed, tally, (exchange) => mutant.mutate(exchange));
      expect(tally.failures).not.toEqual([]);
    },
    120_000,
  );
});
