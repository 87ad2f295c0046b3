// Fault plans from files: YAML or JSON, validated field by field, with messages that say where and what.
// The words are vocabulary.ts's; ready-made plans are in plans.ts.

import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parse } from 'yaml';
import { FAULT_PLANS } from './plans.ts';
import { faultPlanSchema, type FaultPlan } from './vocabulary.ts';

/** A fault plan that cannot be used; the message names the file and the field. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
}

/** Checks a plan that came as data. `source` names it in errors. A bare list counts as the list of rules. */
export function parseFaults(value: unknown, source: string): FaultPlan {
  const result = faultPlanSchema.safeParse(Array.isArray(value) ? { rules: value } : value);
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'plan'}: ${issue.message}`,
    );
    throw new FaultPlanError(`${source}: ${problems.join('; ')}`);
  }
  const { name, description, rules } = result.data;
  return { name: name ?? source, description: description ?? '', rules };
}

/** @throws FaultPlanError when the file cannot be read, is neither YAML nor JSON, or holds something that is not a plan */
export function loadFaults(file: string): FaultPlan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FaultPlanError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new FaultPlanError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const plan = parseFaults(value, file);
  return plan.name === file ? { ...plan, name: basename(file, extname(file)) } : plan;
}

/** A ready-made plan by its name, else a file. */
export function resolveFaults(nameOrFile: string): FaultPlan {
  const known = FAULT_PLANS.find((plan) => plan.name === nameOrFile);
  if (known !== undefined) return known;
  // Anything that looks like a path is a file; a bare word that is no plan deserves the list of those that are.
  if (!/[./\\]/.test(nameOrFile)) {
    const names = FAULT_PLANS.map((plan) => plan.name).join(', ');
    throw new FaultPlanError(`no fault plan is called "${nameOrFile}"; there are: ${names}; or give a file`);
  }
  return loadFaults(nameOrFile);
}
