// Words a configuration mistake: the field as the user would write it, what is wrong, and what to do about it.
// Finding mistakes is the schema's part.

import type { z } from 'zod';
import { alike } from '../domain/alike.ts';

/** The configuration cannot be used. The message names every field at fault and its remedy; the exit status is 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** `accounts[0].secretKey`, as people write paths. */
export function fieldName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`;
    else name += name === '' ? String(step) : `.${String(step)}`;
  }
  return name === '' ? 'the file' : name;
}

/** What stands at `path` in the parsed file; undefined when nothing does. */
function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** A key of the same object that was probably meant to be `wanted`. */
function misspelt(root: unknown, path: readonly PropertyKey[]): string | undefined {
  const wanted = path.at(-1);
  const parent = valueAt(root, path.slice(0, -1));
  if (typeof wanted !== 'string' || typeof parent !== 'object' || parent === null) return undefined;
  return Object.keys(parent).find((key) => key !== wanted && alike(key, wanted));
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`;
}

const EXPECTED: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', int: 'a whole number' };

/** Fields whose value must not be repeated in a message. */
const SENSITIVE = /key|secret|pass|proxy/i;

function describe(issue: z.core.$ZodIssue, root: unknown): string {
  const field = fieldName(issue.path);
  const value = valueAt(root, issue.path);
  const given = SENSITIVE.test(field) ? 'something else' : kindOf(value);
  if (value === undefined && issue.code !== 'unrecognized_keys') {
    const typo = misspelt(root, issue.path);
    return typo === undefined ? `${field}: is missing; add it` : `${field}: is missing; rename "${typo}"`;
  }
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
        return `${field}: expected text, got a ${typeof value}; put it in quotes`;
      }
      // Lines without ": " are one text to the parser, with everything that stands in them, secrets too.
      if (typeof value === 'string' && (issue.expected === 'object' || issue.expected === 'array')) {
        return `${field}: expected ${EXPECTED[issue.expected]}, got a text; write ": " after each key, and "- " before each item of a list`;
      }
      return `${field}: expected ${EXPECTED[issue.expected] ?? `a ${issue.expected}`}, got ${given}`;
    case 'invalid_value':
      return `${field}: expected ${issue.values.map(String).join(', ')}; got ${given}`;
    case 'unrecognized_keys':
      return `${field}: unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}; remove it or correct its spelling`;
    default:
      return `${field}: ${issue.message}`;
  }
}

/** One line per mistake. */
export function describeIssues(error: z.core.$ZodError, root: unknown): string[] {
  return error.issues.map((issue) => describe(issue, root));
}
