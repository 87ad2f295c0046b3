// The whole stack under every named fault plan, twenty of them and more with 50 seeds each, spread over the exchanges; and that a seed says everything about its run.
// More seeds, and how a failure is shrunk: main.ts (`npm run simulate`).
import { afterAll, describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { EVERYWHERE } from '../support/everywhere.ts';
import { Threads } from './batch.ts';
import { replayCommand } from './command.ts';
import { runJob, type Job } from './job.ts';
import { MIXED, mixedRules, PLAN_NAMES } from './plans.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

const SEEDS_PER_PLAN = 50;
/** Nothing strikes, or what does is in `everything` too: they need fewer, and CI has ten minutes. */
const LESSER_PLANS: ReadonlySet<string> = new Set([
  'calm',
  'replies-lost',
  'half-open',
  'cuts',
  'sessions-expire',
  'restarts',
]);
const SEEDS_PER_LESSER_PLAN = 12;
/** Ms of virtual time: two thirds of what a run trades otherwise, for the same reason. */
const TRADE_MS = EVERYWHERE ? 60_000 : 40_000;

const threads = new Threads();
afterAll(() => threads.end());

function seedsOf(plan: string): number {
  return LESSER_PLANS.has(plan) ? SEEDS_PER_LESSER_PLAN : SEEDS_PER_PLAN;
}

/** Which exchange a seed is run on goes round, differently for every plan. */
function jobsOf(plan: string, index: number): Job[] {
  return Array.from({ length: seedsOf(plan) }, (_, at): Job => {
    const platform = PLATFORMS[(at + index) % PLATFORMS.length] ?? PLATFORMS[0]!;
    return { platform, plan, seed: 1 + index * SEEDS_PER_PLAN + at, tradeMs: TRADE_MS };
  });
}

describe('both sides agree in the end', () => {
  const tally = new Tally(PLAN_NAMES.reduce((sum, plan) => sum + seedsOf(plan), 0));

  it.each(PLAN_NAMES.map((plan, index) => ({ plan, index })))(
    'with the faults of $plan',
    async ({ plan, index }) => {
      const failures: string[] = [];
      let struck = 0;
      let created = 0;
      await threads.run(jobsOf(plan, index), {
        onOutcome: (outcome) => {
          tally.add(outcome);
          struck += outcome.struck;
          created += outcome.created;
          if (outcome.problems.length > 0)
            failures.push(`${replayCommand(outcome.job)}\n${outcome.problems.join('\n')}`);
          return failures.length < 3;
        },
      });
      expect(failures).toEqual([]);
      expect(created).toBeGreaterThan(seedsOf(plan));
      if (plan !== 'calm') expect(struck).toBeGreaterThan(0);
    },
    120_000,
  );

  it('at least twenty plans were run with fifty seeds, and three hundred seeds on every exchange', () => {
    expect(PLAN_NAMES.filter((plan) => seedsOf(plan) >= 50).length).toBeGreaterThanOrEqual(20);
    const { perExchange } = tally.figures();
    for (const platform of PLATFORMS) expect(perExchange[platform]?.runs).toBeGreaterThanOrEqual(300);
  });

  afterAll(() => {
    process.stdout.write(`simulation: ${tally.summary()}\n`);
  });
});

describe('a seed', () => {
  it.each(PLATFORMS)('gives the same trace twice on %s, also in a thread', async (platform) => {
    const job: Job = { platform, plan: MIXED, seed: 4 };
    const here = await runJob(job);
    const again = await runJob(job);
    const elsewhere: string[] = [];
    await threads.run([job, { ...job, seed: 5 }], {
      onOutcome: ({ hash }) => {
        elsewhere.push(hash);
        return true;
      },
    });
    expect(again.hash).toBe(here.hash);
    expect(elsewhere).toContain(here.hash);
    expect(new Set(elsewhere).size).toBe(2);
  });

  it('lets its process sleep as often as it is told to', async () => {
    const job: Job = { platform: 'binance', plan: 'calm', seed: 4, deaths: 0 };
    const [awake, asleep] = [await runJob({ ...job, sleeps: 0 }), await runJob({ ...job, sleeps: 2 })];
    expect([...awake.problems, ...asleep.problems]).toEqual([]);
    // It places nothing meanwhile.
    expect(asleep.created).toBeLessThan(awake.created);
  });

  it('has as many strategies as it is told to, and each is told everything', async () => {
    const job: Job = { platform: 'okx', plan: 'calm', seed: 4, deaths: 0, sleeps: 0 };
    const [one, two] = [await runJob({ ...job, strategies: 1 }), await runJob({ ...job, strategies: 2 })];
    expect([...one.problems, ...two.problems]).toEqual([]);
    expect(two.created).toBeGreaterThan(1.5 * one.created);
    expect(two.updates).toBeGreaterThan(2 * one.updates);
  });

  it('draws a plan of its own, and all of them together use most of the vocabulary', () => {
    expect(mixedRules(7)).toEqual(mixedRules(7));
    const used = new Set(Array.from({ length: 200 }, (_, seed) => mixedRules(seed).map(({ fault }) => fault)).flat());
    expect(used.size).toBeGreaterThanOrEqual(25);
  });
});

describe('a failure', () => {
  it('shrinks to what it needs, and its command says everything', async () => {
    const failing: Job = { platform: 'okx', plan: MIXED, seed: 3, mutant: 'a time-out means refused' };
    expect(mixedRules(3).length).toBeGreaterThan(3);
    const { job, outcome } = await shrink(failing);
    expect(outcome.problems).not.toEqual([]);
    expect(job.rules?.length).toBeLessThan(3);
    const command = replayCommand(job);
    expect(command).toContain('--replay-seed 3');
    expect(command).toContain('--rules');
    expect((await runJob(job)).hash).toBe(outcome.hash);
  });
});
