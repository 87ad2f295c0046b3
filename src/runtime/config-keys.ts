// Finds keys that would be accepted in silence although they were surely meant for something else: a misspelt key whose default
// would then hold, and a key at a level where nobody reads it. Whatever else is unknown is the user's own.

import { alike } from '../domain/alike.ts';
import { fieldName } from './config-problems.ts';
import { accountSchema, settingsSchema } from './config-schema.ts';

type Shape = Readonly<Record<string, { safeParse(value: undefined): { readonly success: boolean } }>>;

const TOP = Object.keys(settingsSchema.shape);

/** Of an account's keys, those that nobody would give another meaning at the top, and whose default is dangerous when they are not read. */
const ACCOUNTS_ONLY = ['unfinishedOrders', 'endpoints'];

/** What a Trade takes and a configuration does not. */
const TRADE_ONLY = ['timings', 'tradeDuringGaps'];

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One line per key of `given` that is not in `shape` but like one that is missing. A required one is told by the schema. */
function misspelt(given: Readonly<Record<string, unknown>>, shape: Shape, path: readonly PropertyKey[]): string[] {
  const missing = Object.entries(shape)
    .filter(([name, schema]) => !(name in given) && schema.safeParse(undefined).success)
    .map(([name]) => name);
  return Object.keys(given).flatMap((key) => {
    const meant = key in shape ? undefined : missing.find((name) => alike(key, name));
    if (meant === undefined) return [];
    return `${fieldName([...path, key])}: is unknown; rename it to "${meant}", or, if it is your own, to something less like it`;
  });
}

function misplaced(
  given: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  path: readonly PropertyKey[],
  remedy: string,
): string[] {
  return keys.filter((key) => key in given).map((key) => `${fieldName([...path, key])}: ${remedy}`);
}

/** One line per key of the parsed file that is misspelt or at the wrong level. */
export function keyProblems(root: unknown): string[] {
  if (!isObject(root)) return [];
  const problems = [
    ...misspelt(root, settingsSchema.shape, []),
    ...misplaced(root, ACCOUNTS_ONLY, [], 'belongs in an account; move it to each one under "accounts"'),
  ];
  const accounts: readonly unknown[] = Array.isArray(root['accounts']) ? root['accounts'] : [];
  for (const [index, account] of accounts.entries()) {
    if (!isObject(account)) continue;
    const path = ['accounts', index];
    problems.push(
      ...misspelt(account, accountSchema.shape, path),
      ...misplaced(account, TOP, path, 'belongs at the top level; move it there'),
      ...misplaced(account, TRADE_ONLY, path, 'is an option of a Trade; give it to new Trade({ … })'),
    );
  }
  return problems;
}
