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

/** Fewer deaths and sleeps, one strategy, nothing undocumented, a shorter run. */
function* quieter(job: Job): Generator<Job> {
  for (const deaths of [0, 1]) if (job.deaths === undefined || deaths < job.deaths) yield { ...job, deaths };
  for (const sleeps of [0, 1]) if (job.sleeps === undefined || sleeps < job.sleeps) yield { ...job, sleeps };
  if (job.strategies === undefined) yield { ...job, strategies: 1 };
  if (job.documented === undefined) yield { ...job, documented: true };
  const tradeMs = job.tradeMs ?? 60_000;
  for (const part of [0.25, 0.5, 0.8])
    if (tradeMs * part >= 2000) yield { ...job, tradeMs: Math.round(tradeMs * part) };
}

/** One rule that strikes less. */
function* milder(job: Job): Generator<Job> {
  const rules = job.rules ?? [];
  for (const rule of rules) {
    for (const other of narrower(rule)) yield { ...job, rules: rules.map((each) => (each === rule ? other : each)) };
  }
}

/** @param failing a job that fails */
export async function shrink(failing: Job): Promise<Shrunk> {
  let job: Job = { ...failing, rules: failing.rules ?? rulesOf(failing.plan, failing.seed) };
  let outcome = await runJob(job);
  let attempts = 1;

  const stillFails = async (candidate: Job): Promise<boolean> => {
    if (attempts >= MOST_ATTEMPTS) return false;
    attempts++;
    const result = await runJob(candidate);
    if (result.problems.length === 0) return false;
    job = candidate;
    outcome = result;
    return true;
  };
  const takeFirst = async (candidates: Iterable<Job>): Promise<boolean> => {
    for (const candidate of candidates) if (await stillFails(candidate)) return true;
    return false;
  };
  /** Half of the rules at a time, then a quarter, and so on to single ones. */
  const dropRules = async (): Promise<boolean> => {
    let dropped = false;
    for (let size = Math.ceil((job.rules?.length ?? 0) / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < (job.rules?.length ?? 0);) {
        const rules = job.rules?.toSpliced(at, size) ?? [];
        if (await stillFails({ ...job, rules })) dropped = true;
        else at += size;
      }
    }
    return dropped;
  };

  for (let improved = true; improved && attempts < MOST_ATTEMPTS;)
    improved = (await dropRules()) || (await takeFirst(quieter(job))) || (await takeFirst(milder(job)));
  return { job, outcome, attempts };
}
