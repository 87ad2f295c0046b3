// Configuration: reads YAML or JSON, puts environment variables in, checks everything, and hides secrets at once.
// The known keys are config-schema.ts's; every other top-level key is the user's own and stands in `config` as written.

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Platform } from '../domain/platform.ts';
import type { Secret } from '../domain/secret.ts';
import type { UnfinishedOrders } from '../domain/unfinished-orders.ts';
import { accountProblem } from './config-accounts.ts';
import { keyProblems } from './config-keys.ts';
import { ConfigError, describeIssues, fieldName } from './config-problems.ts';
import { settingsSchema, type AccountSettings, type Settings } from './config-schema.ts';
import { parseText } from './config-text.ts';

/**
 * Options of an account, ready to spread: `new Trade({ strategy, ...config.account('name'), symbol })`. They may hold a symbol, too: the one that
 * comes later in the braces is traded.
 */
export interface AccountOptions {
  readonly platform: Platform;
  readonly account: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly passphrase?: Secret;
  readonly endpoints: AccountSettings['endpoints'];
  readonly unfinishedOrders: UnfinishedOrders;
  /** The first of the account's `symbols`, for a Trade that follows the file; absent when the file names none. */
  readonly symbol?: string;
}

export interface Config extends Settings {
  readonly serverId: string;
  /**
   * @param name the account's name in the file; none: the first account
   * @throws ConfigError when the file has no such account
   */
  account(name?: string): AccountOptions;
}

/** The options of one account of the file. */
export function accountOptions(settings: AccountSettings): AccountOptions {
  const { name, platform, accessKey, secretKey, passphrase, endpoints, unfinishedOrders, symbols } = settings;
  const [symbol] = symbols;
  return {
    platform,
    account: name,
    accessKey,
    secretKey,
    endpoints,
    unfinishedOrders,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(symbol === undefined ? {} : { symbol }),
  };
}

/** @param hint what to do about a missing account */
function makeConfig(settings: Settings, hint = '; add at least one under "accounts:"'): Config {
  return {
    ...settings,
    serverId: settings.serverId ?? hostname(),
    account(name?: string): AccountOptions {
      const found = name === undefined ? settings.accounts[0] : settings.accounts.find((entry) => entry.name === name);
      if (found === undefined) {
        const known = settings.accounts.map((entry) => `"${entry.name}"`).join(', ');
        const has = known === '' ? `the configuration has no accounts${hint}` : `the configuration has ${known}`;
        throw new ConfigError(`config.account(${name === undefined ? '' : `"${name}"`}): ${has}`);
      }
      return accountOptions(found);
    },
  };
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Puts `${NAME}` (or `${NAME:-default}`) in every string of the parsed file, never in its text: a value cannot change the structure. */
function substitute(value: unknown, path: readonly PropertyKey[], env: NodeJS.ProcessEnv, problems: string[]): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(VARIABLE, (_whole, name: string, fallback: string | undefined) => {
      const found = env[name];
      if (found !== undefined && found !== '') return found;
      if (fallback !== undefined) return fallback;
      const state = found === undefined ? 'is not set' : 'is empty';
      problems.push(`${fieldName(path)}: environment variable ${name} ${state}; set it, e.g. export ${name}=…`);
      return '';
    });
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => substitute(item, [...path, index], env, problems));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => [
        key,
        substitute(item, [...path, key], env, problems),
      ]),
    );
  }
  return value;
}

/** @throws ConfigError always: one line per problem */
export function refuse(source: string, problems: readonly string[]): never {
  if (problems.length === 1) throw new ConfigError(`${source}: ${problems[0]}`);
  throw new ConfigError(`${source}: ${problems.length} mistakes\n${problems.map((line) => `  ${line}`).join('\n')}`);
}

interface ConfigChecks {
  /** Whether an account that its exchange would refuse makes the whole file unusable. Default: true. */
  readonly accounts?: boolean;
}

/** Every account that its exchange would refuse, with the field and what is wrong. */
export function accountProblems({ accounts }: Settings): Map<AccountSettings, string> {
  const problems = new Map<AccountSettings, string>();
  for (const [index, settings] of accounts.entries()) {
    const problem = accountProblem(settings);
    if (problem !== null) problems.set(settings, `${fieldName(['accounts', index])}.${problem}`);
  }
  return problems;
}

/**
 * The configuration in `text`.
 * @param source how messages name it; a name that ends in `.json` is read as JSON
 * @throws ConfigError
 */
export function parseConfig(
  text: string,
  source: string,
  env: NodeJS.ProcessEnv = process.env,
  checks: ConfigChecks = {},
): Config {
  const parsed = parseText(text, source);
  const problems: string[] = [];
  const root = substitute(parsed ?? {}, [], env, problems);
  if (problems.length > 0) refuse(source, problems);
  const result = settingsSchema.safeParse(root);
  problems.push(...keyProblems(root));
  if (!result.success) refuse(source, [...describeIssues(result.error, root), ...problems]);
  if (checks.accounts !== false) problems.push(...accountProblems(result.data).values());
  if (problems.length > 0) refuse(source, problems);
  return makeConfig(result.data);
}

/** What a path is that leads to no file, by the system's code. */
const UNREADABLE: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'no such file; check the path given with -c'],
  ['ENOTDIR', 'no such file; check the path given with -c'],
  ['EISDIR', 'is a folder; give the path of a file in it with -c'],
]);

const UTF_16_MARKS = ['fffe', 'feff'];

/**
 * Reads and checks a file.
 * @throws ConfigError when it is missing, unreadable or wrong
 */
export function readConfig(file: string, env: NodeJS.ProcessEnv = process.env, checks: ConfigChecks = {}): Config {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = UNREADABLE.get(code) ?? `cannot be read (${String(code)}); check that this user may read it`;
    throw new ConfigError(`${file}: ${why}`, { cause: error });
  }
  // Older PowerShells write it with ">".
  if (UTF_16_MARKS.includes(bytes.toString('hex', 0, 2)))
    throw new ConfigError(`${file}: is written in UTF-16; save it as UTF-8`);
  return parseConfig(bytes.toString('utf8'), file, env, checks);
}

/** The configuration of this process: `quant.start(file)` fills it in. Before that it holds the defaults and no account. */
export const config: Config = makeConfig(settingsSchema.parse({}), '; give one with -c FILE');

/** Makes `config` hold `loaded`, for everyone who has already imported it. */
export function useConfig(loaded: Config): void {
  for (const key of Object.keys(config)) Reflect.deleteProperty(config, key);
  Object.assign(config, loaded);
}
