// The configuration file's shape: what each known key may hold, and its default.
// Reading the file, environment variables and the wording of mistakes are config.ts's and config-problems.ts's part.

import { resolve } from 'node:path';
import { z } from 'zod';
import { PLATFORMS } from '../domain/platform.ts';
import { Secret } from '../domain/secret.ts';
import { parseSymbol } from '../domain/symbol.ts';
import { DEFAULT_UNFINISHED_ORDERS } from '../domain/unfinished-orders.ts';

const text = z.string().trim().min(1, 'must not be empty');
/** A shell's short form would become a folder of that name, wherever the program was started. */
const path = text.refine(
  (value) => !/^~(?:[/\\]|$)/.test(value),
  'begins with "~", which only shells know; write ${HOME} instead',
);
/** From where the program was started: a strategy that goes to another folder has the same file as its supervisor and the commands. */
const journal = path.transform((value) => (value === 'memory' ? value : resolve(value)));
const secret = text.transform((value) => new Secret(value));

const symbol = z.string().superRefine((value, context) => {
  try {
    parseSymbol(value);
  } catch {
    context.addIssue({ code: 'custom', message: `expected BASE/QUOTE such as BTC/USDT, got "${value}"` });
  }
});

/** Names and URLs inside are the exchange's to check (config-accounts.ts). */
const endpoints = z.custom<'live' | 'testnet' | Readonly<Record<string, string>>>(
  (value) =>
    value === 'live' || value === 'testnet' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  { error: 'expected live, testnet, or an object of URLs such as { rest: "https://…" }' },
);

const unfinishedOrders = z.strictObject({
  start: z.enum(['revoke', 'keep', 'adopt']).default(DEFAULT_UNFINISHED_ORDERS.start),
  stop: z.enum(['revoke', 'keep']).default(DEFAULT_UNFINISHED_ORDERS.stop),
  crash: z.enum(['revoke', 'keep']).default(DEFAULT_UNFINISHED_ORDERS.crash),
  whose: z.enum(['all', 'own']).default(DEFAULT_UNFINISHED_ORDERS.whose),
});

/** Keys that are not ours are the user's own, here as at the top level. */
export const accountSchema = z.looseObject({
  name: text,
  platform: z.preprocess((value) => (typeof value === 'string' ? value.toLowerCase() : value), z.enum(PLATFORMS)),
  accessKey: text,
  secretKey: secret,
  passphrase: secret.optional(),
  symbols: z.array(symbol).default([]),
  endpoints: endpoints.default('live'),
  unfinishedOrders: unfinishedOrders.default(DEFAULT_UNFINISHED_ORDERS),
});

const seconds = z.number().positive('must be a number of seconds above 0');

const log = z.strictObject({
  /** Lines below this level cost nothing. */
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `auto`: readable on a terminal, JSON otherwise. */
  format: z.enum(['auto', 'pretty', 'json']).default('auto'),
  /** Also append JSON lines to this file. Nothing is ever deleted. */
  file: path.optional(),
});

const supervisor = z.strictObject({
  restart: z.enum(['on-crash', 'never']).default('on-crash'),
  /** Seconds without a sign of life from the strategy's event loop until it counts as frozen. */
  lease: z.number().min(1, 'must be at least 1 second').default(10),
  /** Restarts in a row before the supervisor gives up; a run of ten minutes starts the count anew. */
  maxRestarts: z.number().int().min(0).default(10),
});

/** Seconds until the exchange's own dead man's switch cancels, kept within its limits; 0: not armed. */
const deadMansSwitch = z.number().min(0, 'must be a number of seconds; 0 switches it off').default(30);

/** A secret, because of the password; so what is wrong with it is said without it. */
const proxy = text.superRefine((value, context) => {
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.pathname === '/') return;
  context.addIssue({ code: 'custom', message: 'expected http://host:port or http://user:password@host:port' });
});

const stop = z.strictObject({
  /** Seconds a stop may take before it says what is left and ends the process. */
  timeLimit: seconds.default(30),
});

/** Top level: keys that are not ours are the user's own and pass through. */
export const settingsSchema = z
  .looseObject({
    serverId: text.optional(),
    /** The HTTP proxy through which exchanges are reached. */
    proxy: proxy.transform((value) => new Secret(value)).optional(),
    log: log.prefault({}),
    journal: journal.optional(),
    supervisor: supervisor.prefault({}),
    stop: stop.prefault({}),
    deadMansSwitch,
    accounts: z.array(accountSchema).default([]),
  })
  .superRefine(({ accounts }, context) => {
    const seen = new Map<string, number>();
    for (const [index, { name }] of accounts.entries()) {
      const first = seen.get(name);
      if (first === undefined) seen.set(name, index);
      else {
        const message = `"${name}" is already accounts[${first}]; give each account a name of its own`;
        context.addIssue({ code: 'custom', path: ['accounts', index, 'name'], message });
      }
    }
  });

export type Settings = z.infer<typeof settingsSchema>;
export type AccountSettings = Settings['accounts'][number];
