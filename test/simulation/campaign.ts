// Many runs: which seeds, on which exchange, under which faults; what failed, and the smallest plan with which it still fails.
import type { Platform } from '../../src/domain/platform.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { FAULT_PLANS, type FaultRule } from '../../src/simulator/index.ts';
import { run, type Scenario } from './run.ts';

/** Faults drawn from all plans by the seed: two to six rules mixed. */
export function mixedRules(seed: number): readonly FaultRule[] {
  const random = seededRandom(`${seed}/mixed`);
  const all = FAULT_PLANS.flatMap(({ rules }) => rules);
  return Array.from({ length: 2 + random.int(5) }, () => all[random.int(all.length)]).filter(
    (rule) => rule !== undefined,
  );
}

/** @throws RangeError when there is no such plan */
export function rulesOf(plan: string, seed: number): readonly FaultRule[] {
  if (plan === 'mixed') return mixedRules(seed);
  const found = FAULT_PLANS.find(({ name }) => name === plan);
  if (found === undefined)
    throw new RangeError(
      `no fault plan is called "${plan}"; there are mixed, ${FAULT_PLANS.map(({ name }) => name).join(', ')}`,
    );
  return found.rules;
}

export interface Failure {
  readonly platform: Platform;
  readonly plan: string;
  readonly seed: number;
  readonly problems: readonly string[];
}

export interface Tally {
  runs: number;
  orders: number;
  updates: number;
  fills: number;
  struck: number;
  virtualMs: number;
  readonly failures: Failure[];
}

export function newTally(): Tally {
  return { runs: 0, orders: 0, updates: 0, fills: 0, struck: 0, virtualMs: 0, failures: [] };
}

export async function runSeed(
  platform: Platform,
  plan: string,
  seed: number,
  tally: Tally,
  mutate?: Scenario['mutate'],
): Promise<string> {
  const rules = rulesOf(plan, seed);
  const outcome = await run({ platform, seed, rules, ...(mutate === undefined ? {} : { mutate }) });
  tally.runs++;
  tally.orders += outcome.created;
  tally.updates += outcome.updates;
  tally.fills += outcome.fills;
  tally.struck += outcome.struck;
  tally.virtualMs += outcome.virtualMs;
  if (outcome.problems.length > 0) tally.failures.push({ platform, plan, seed, problems: outcome.problems });
  return outcome.hash;
}

/** Leaves out rule after rule as long as the run still fails. */
export async function shrink({ platform, plan, seed }: Failure): Promise<readonly FaultRule[]> {
  let rules = rulesOf(plan, seed);
  for (let index = 0; index < rules.length;) {
    const fewer = rules.filter((_, at) => at !== index);
    const { problems } = await run({ platform, seed, rules: fewer });
    if (problems.length > 0) rules = fewer;
    else index++;
  }
  return rules;
}
