// The proof that the audit can fail: a connector that breaks one rule is noticed within a hundred seeds. Each on one exchange (everywhere.ts).
import { afterAll, describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { EVERYWHERE } from '../support/everywhere.ts';
import { Threads } from './batch.ts';
import type { Job } from './job.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS = 100;
const threads = new Threads();
afterAll(() => threads.end());

describe.each(PLATFORMS)('a broken rule is noticed on %s:', (platform) => {
  const chosen = MUTANTS.filter((_, index) => EVERYWHERE || PLATFORMS[index % PLATFORMS.length] === platform);

  it.each(chosen)(
    '$name',
    async ({ name, plan }) => {
      const jobs = Array.from({ length: SEEDS }, (_, at): Job => ({ platform, plan, seed: at + 1, mutant: name }));
      const noticed: string[] = [];
      await threads.run(jobs, {
        onOutcome: ({ problems }) => {
          noticed.push(...problems);
          return problems.length === 0;
        },
      });
      expect(noticed).not.toEqual([]);
      // It runs, and is wrong; what does not run at all would prove nothing.
      expect(noticed.filter((problem) => problem.startsWith('thrown'))).toEqual([]);
    },
    60_000,
  );

  it.each(chosen.filter(({ rules }) => rules !== undefined))(
    'nothing, when nobody breaks it: the faults of $name alone do no harm',
    async ({ plan, rules = [] }) => {
      const jobs = Array.from({ length: 20 }, (_, at): Job => ({ platform, plan, rules, seed: at + 1 }));
      const noticed: string[] = [];
      await threads.run(jobs, {
        onOutcome: ({ problems }) => {
          noticed.push(...problems);
          return true;
        },
      });
      expect(noticed).toEqual([]);
    },
    60_000,
  );
});
