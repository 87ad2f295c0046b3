// From a run that fails to the smallest that still does: fewer rules, rules that strike less, fewer deaths and sleeps, a shorter run.
// Each attempt is a whole run; what counts is that it fails, not how.
import type { FaultRule } from '../../src/simulator/index.ts';
import { runJob, type Job, type JobOutcome } from './job.ts';
import { rulesOf } from './plans.ts';

/** A run takes a tenth of a second or so: this bounds the patience of whoever waits. */
const MOST_ATTEMPTS = 150;

export interface Shrunk {
  readonly job: Job;
  readonly outcome: JobOutcome;
  readonly attempts: number;
}

/** Simpler variants of one rule, the boldest first. */
function* narrower(rule: FaultRule): Generator<FaultRule> {
  if (rule.count === undefined) {
    yield { ...rule, count: 1 };
    yield { ...rule, count: 3 };
  }
  if (Array.isArray(rule.operation) && rule.operation.length > 1)
    for (const operation of rule.operation) yield { ...rule, operation };
  if (Array.isArray(rule.at) && rule.at.length > 1) for (const at of rule.at) yield { ...rule, at };
  if (rule.probability !== undefined && rule.probability > 0.02)
    yield { ...rule, probability: Math.round(rule.probability * 500) / 1000 };
}

function* simpler(job: Job, rules: readonly FaultRule[]): Generator<Job> {
  const half = Math.ceil(rules.length / 2);
  if (rules.length > 3) {
    yield { ...job, rules: rules.slice(0, half) };
    yield { ...job, rules: rules.slice(half) };
  }
  for (const rule of rules) yield { ...job, rules: rules.filter((other) => other !== rule) };
  for (const deaths of [0, 1]) if (job.deaths === undefined || deaths < job.deaths) yield { ...job, deaths };
  for (const sleeps of [0, 1]) if (job.sleeps === undefined || sleeps < job.sleeps) yield { ...job, sleeps };
  const tradeMs = job.tradeMs ?? 60_000;
  for (const part of [0.25, 0.5, 0.8])
    if (tradeMs * part >= 2000) yield { ...job, tradeMs: Math.round(tradeMs * part) };
  for (const rule of rules) {
    for (const other of narrower(rule)) yield { ...job, rules: rules.map((each) => (each === rule ? other : each)) };
  }
}

/** @param failing a job that fails */
export async function shrink(failing: Job): Promise<Shrunk> {
  let job: Job = { ...failing, rules: failing.rules ?? rulesOf(failing.plan, failing.seed) };
  let outcome = await runJob(job);
  let attempts = 1;
  for (let improved = true; improved && attempts < MOST_ATTEMPTS;) {
    improved = false;
    for (const candidate of simpler(job, job.rules ?? [])) {
      if (attempts++ >= MOST_ATTEMPTS) break;
      const result = await runJob(candidate);
      if (result.problems.length === 0) continue;
      job = candidate;
      outcome = result;
      improved = true;
      break;
    }
  }
  return { job, outcome, attempts };
}
