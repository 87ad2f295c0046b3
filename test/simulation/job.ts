// One run as data, so that it can cross a thread or a command line: which exchange, which plan or rules, which seed, which mutant.
// Running it is run.ts's part.
import type { Platform } from '../../src/domain/platform.ts';
import type { FaultRule } from '../../src/simulator/index.ts';
import { MUTANTS } from './mutants.ts';
import { rulesOf } from './plans.ts';
import { run, type RunOutcome } from './run.ts';

export interface Job {
  readonly platform: Platform;
  readonly plan: string;
  readonly seed: number;
  /** Instead of the plan's. */
  readonly rules?: readonly FaultRule[];
  /** Ms of virtual time in which the strategy trades. */
  readonly tradeMs?: number;
  readonly deaths?: number;
  readonly sleeps?: number;
  readonly strategies?: number;
  readonly documented?: boolean;
  /** The name of a deliberately broken variant. */
  readonly mutant?: string;
}

export interface JobOutcome extends RunOutcome {
  readonly job: Job;
}

/** Never rejects: what is thrown is a problem like others. */
export async function runJob(job: Job): Promise<JobOutcome> {
  const { platform, plan, seed, tradeMs, deaths, sleeps, strategies, documented, mutant } = job;
  const broken = mutant === undefined ? undefined : MUTANTS.find(({ name }) => name === mutant);
  const rules = job.rules ?? broken?.rules ?? rulesOf(plan, seed);
  if (mutant !== undefined && broken === undefined) throw new RangeError(`no mutant is called "${mutant}"`);
  try {
    const outcome = await run({
      platform,
      seed,
      rules,
      ...(tradeMs === undefined ? {} : { tradeMs }),
      ...(deaths === undefined ? {} : { deaths }),
      ...(sleeps === undefined ? {} : { sleeps }),
      ...(strategies === undefined ? {} : { strategies }),
      ...(documented === undefined ? {} : { documented }),
      ...(broken === undefined ? {} : { mutate: (exchange) => broken.mutate(exchange) }),
    });
    return { job, ...outcome };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { job, problems: [`thrown: ${text}`], hash: '', created: 0, updates: 0, fills: 0, struck: 0, virtualMs: 0 };
  }
}
