// `npm run simulate`: as many seeds as one likes, on every exchange, with every fault. A failure prints its seed, the smallest plan it
// shrinks to, and the command that replays it. Exit status: 0 all agreed, 1 some did not, 2 wrong usage.
import { parseArgs } from 'node:util';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { faultPlanSchema } from '../../src/simulator/faults/vocabulary.ts';
import { Threads } from './batch.ts';
import { replayCommand } from './command.ts';
import { runJob, type Job, type JobOutcome } from './job.ts';
import { MIXED, PLAN_NAMES, rulesOf } from './plans.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

const USAGE = `npm run simulate -- [options]
  --seeds N          how many seeds per exchange (default 300)
  --from S           the first seed (default 1)
  --exchange X       only this one: ${PLATFORMS.join(', ')}
  --plan NAME        ${MIXED} (default), all (every named plan in turn), or one of: ${PLAN_NAMES.join(', ')}
  --replay-seed S    run this seed alone, twice, and compare the traces
  --rules JSON       with --replay-seed: these fault rules instead of the plan's
  --deaths N         kill the process so many times (default: by the seed, at most twice)
  --sleeps N         let the process have no turn for some seconds so many times (default: by the seed, at most twice)
  --strategies N     so many on one account and symbol, in one process (default: by the seed, two in a quarter of them)
  --documented       the exchange does what its documents say or suggest; --undocumented: what they are silent on is drawn from
                     the seed (default: by the seed)
  --trade-ms N       trade for so long, ms of virtual time (default 60000)
  --mutant NAME      a deliberately broken variant (mutants.ts), to see it caught
  --threads N        default: one per core
  --no-shrink        print failures as they are
  --json             one JSON object per failure, and one with the figures at the end`;

class UsageError extends Error {}

function whole(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new UsageError(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        exchange: { type: 'string' },
        plan: { type: 'string' },
        'replay-seed': { type: 'string' },
        rules: { type: 'string' },
        deaths: { type: 'string' },
        sleeps: { type: 'string' },
        strategies: { type: 'string' },
        documented: { type: 'boolean' },
        undocumented: { type: 'boolean' },
        'trade-ms': { type: 'string' },
        mutant: { type: 'string' },
        threads: { type: 'string' },
        'no-shrink': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Arguments = ReturnType<typeof readArguments>;

/** What every run of this call has in common. */
function common(values: Arguments): Omit<Job, 'platform' | 'seed' | 'plan'> {
  const [deaths, sleeps] = [whole(values.deaths, 'deaths'), whole(values.sleeps, 'sleeps')];
  const tradeMs = whole(values['trade-ms'], 'trade-ms');
  const strategies = whole(values.strategies, 'strategies');
  const { rules, mutant } = values;
  if (values.documented === true && values.undocumented === true)
    throw new UsageError('--documented or --undocumented, not both');
  const documented = values.documented ?? (values.undocumented === true ? false : undefined);
  let parsed: Job['rules'];
  if (rules !== undefined) {
    if (values['replay-seed'] === undefined) throw new UsageError('--rules goes with --replay-seed');
    let data: unknown;
    try {
      data = JSON.parse(rules);
    } catch {
      throw new UsageError('--rules is no JSON');
    }
    const checked = faultPlanSchema.safeParse({ rules: data });
    if (!checked.success)
      throw new UsageError(`--rules: ${checked.error.issues.map(({ message }) => message).join('; ')}`);
    parsed = checked.data.rules;
  }
  return {
    ...(deaths === undefined ? {} : { deaths }),
    ...(sleeps === undefined ? {} : { sleeps }),
    ...(strategies === undefined ? {} : { strategies }),
    ...(documented === undefined ? {} : { documented }),
    ...(tradeMs === undefined ? {} : { tradeMs }),
    ...(mutant === undefined ? {} : { mutant }),
    ...(parsed === undefined ? {} : { rules: parsed }),
  };
}

function* jobs(values: Arguments, platforms: readonly Platform[], plan: string): Generator<Job> {
  const from = whole(values.from, 'from') ?? 1;
  const seeds = whole(values.seeds, 'seeds') ?? 300;
  const rest = common(values);
  for (let seed = from; seed < from + seeds; seed++) {
    for (const platform of platforms) {
      const name = plan === 'all' ? (PLAN_NAMES[seed % PLAN_NAMES.length] ?? MIXED) : plan;
      yield { platform, seed, plan: name, ...rest };
    }
  }
}

function show(outcome: JobOutcome, attempts: number | null, json: boolean): void {
  const { job, problems } = outcome;
  const { rules = rulesOf(job.plan, job.seed) } = job;
  const command = replayCommand(job);
  if (json) {
    process.stdout.write(`${JSON.stringify({ failed: { ...job, rules }, problems, command })}\n`);
    return;
  }
  const lines = [
    `FAILED ${job.platform}, plan ${job.plan}, seed ${job.seed}`,
    ...problems.slice(0, 8).map((problem) => `  ${problem}`),
    `  ${attempts === null ? 'its plan' : `the smallest plan found (${attempts} runs)`}:`,
    ...(rules.length === 0 ? ['    no fault at all'] : rules.map((rule) => `    ${JSON.stringify(rule)}`)),
    `  replay it with:`,
    `    ${command}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function replay(values: Arguments, job: Job): Promise<number> {
  const first = await runJob(job);
  const second = await runJob(job);
  const { problems, hash, created, updates, fills, struck } = first;
  if (first.hash !== second.hash && values.json !== true) process.stdout.write('two runs of the same seed differ\n');
  if (problems.length > 0) show(first, null, values.json === true);
  const figures = { hash, again: second.hash, created, updates, fills, struck };
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(figures)}\n`
      : `trace ${hash}, again ${second.hash}: ${created} orders placed, ${updates} updates, ${fills} fills, ${struck} faults\n`,
  );
  return problems.length === 0 && first.hash === second.hash ? 0 : 1;
}

async function main(): Promise<number> {
  const values = readArguments();
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { exchange, plan = MIXED } = values;
  if (plan !== 'all' && plan !== MIXED && !PLAN_NAMES.includes(plan))
    throw new UsageError(`no fault plan is called "${plan}"`);
  const platforms = PLATFORMS.filter((platform) => exchange === undefined || platform === exchange);
  if (platforms.length === 0) throw new UsageError(`--exchange: there are ${PLATFORMS.join(', ')}`);
  const replaySeed = whole(values['replay-seed'], 'replay-seed');
  if (replaySeed !== undefined) {
    const [platform] = platforms;
    if (exchange === undefined || platform === undefined) throw new UsageError('--replay-seed needs --exchange');
    return replay(values, { platform, plan, seed: replaySeed, ...common(values) });
  }
  const tally = new Tally((whole(values.seeds, 'seeds') ?? 300) * platforms.length);
  const failed: JobOutcome[] = [];
  const threads = new Threads(whole(values.threads, 'threads'));
  await threads.run(jobs(values, platforms, plan), {
    onOutcome: (outcome) => {
      tally.add(outcome);
      if (process.stderr.isTTY) process.stderr.write(`\r${tally.progress()} `);
      if (outcome.problems.length > 0) failed.push(outcome);
      return failed.length < MOST_FAILURES;
    },
  });
  await threads.end();
  if (process.stderr.isTTY) process.stderr.write('\n');
  for (const [index, outcome] of failed.entries()) {
    if (values['no-shrink'] === true || index >= MOST_SHRUNK) show(outcome, null, values.json === true);
    else {
      const shrunk = await shrink(outcome.job);
      show(shrunk.outcome, shrunk.attempts, values.json === true);
    }
  }
  process.stdout.write(values.json === true ? `${JSON.stringify(tally.figures())}\n` : `${tally.summary()}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** Whoever has this many failures has enough to do. */
const MOST_FAILURES = 50;
const MOST_SHRUNK = 3;

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
