// The words for what can go wrong between a client and an exchange: every fault by name, what it strikes, and its parameters.
// When a fault strikes is trigger.ts's business, what then happens faults.ts's; docs/faults.md explains each to users.

import { z } from 'zod';

/** What an occurrence of a fault is counted on. */
export type FaultTarget =
  /** A request, when it reaches the exchange. */
  | 'request'
  /** A private push, when it leaves the exchange. */
  | 'push'
  /** Open connections: at a time, or on a frame to the client, or on a request when `operation` is given. */
  | 'connection'
  /** The exchange's address as a whole. */
  | 'network'
  /** The answer to a list or a query. */
  | 'query'
  /** An order somebody is about to cancel. */
  | 'cancel'
  /** The exchange's clock. */
  | 'clock';

type Parameter = 'delayMs' | 'durationMs' | 'lagMs' | 'skewMs' | 'fraction' | 'executed' | 'retryAfterMs' | 'how';

interface FaultKind {
  readonly target: FaultTarget;
  readonly parameters: readonly Parameter[];
  readonly meaning: string;
}

export const FAULTS = {
  'request-lost': {
    target: 'request',
    parameters: ['how'],
    meaning: 'the request never reaches the engine and is never answered',
  },
  'reply-lost': {
    target: 'request',
    parameters: ['how'],
    meaning: 'the request is executed, its answer never arrives',
  },
  'reply-late': {
    target: 'request',
    parameters: ['delayMs'],
    meaning: 'the request is executed at once, its answer comes late',
  },
  'request-late': {
    target: 'request',
    parameters: ['delayMs'],
    meaning: 'the request itself takes long to reach the engine, perhaps longer than the client waits',
  },
  'push-before-reply': {
    target: 'request',
    parameters: ['delayMs'],
    meaning: 'the answer is held until the pushes that the request caused have left',
  },
  'server-error-executed': {
    target: 'request',
    parameters: [],
    meaning: 'executed, but the answer is a plain 5xx of the gateway',
  },
  'server-error-not-executed': {
    target: 'request',
    parameters: [],
    meaning: 'not executed, the answer is a plain 5xx of the gateway',
  },
  'unknown-outcome': {
    target: 'request',
    parameters: ['executed'],
    meaning:
      'executed or not (by chance, unless `executed` says which); the answer is the exchange\'s own "execution status unknown"',
  },
  'rate-limit': {
    target: 'request',
    parameters: ['retryAfterMs', 'executed'],
    meaning:
      'too many requests, for `retryAfterMs` from the first refusal; with `executed` they are executed all the same',
  },
  ban: {
    target: 'request',
    parameters: ['retryAfterMs'],
    meaning: 'the address is banned for `retryAfterMs`',
  },
  maintenance: {
    target: 'request',
    parameters: ['durationMs'],
    meaning: 'requests are refused with the maintenance answer for `durationMs`',
  },
  'timestamp-refused': {
    target: 'request',
    parameters: [],
    meaning: "the exchange's clock error, once",
  },
  'key-revoked': {
    target: 'request',
    parameters: ['durationMs'],
    meaning: 'the key is not accepted any more (for `durationMs`, else for good)',
  },
  'order-not-found': {
    target: 'request',
    parameters: [],
    meaning: 'the answer says that there is no such order; nothing is executed',
  },
  'push-dropped': { target: 'push', parameters: [], meaning: 'a private push is lost' },
  'push-duplicated': { target: 'push', parameters: [], meaning: 'a private push comes twice' },
  'push-repeated': {
    target: 'push',
    parameters: ['delayMs'],
    meaning: 'a private push comes again after `delayMs`, as it was, whatever has been told since',
  },
  'push-reordered': { target: 'push', parameters: [], meaning: 'a private push comes after the one that follows it' },
  'push-late': {
    target: 'push',
    parameters: ['delayMs'],
    meaning: 'a private push, and all that follow it on its connection, come late',
  },
  'half-open': {
    target: 'connection',
    parameters: [],
    meaning: 'the socket carries nothing any more, either way, and nobody is told',
  },
  'connection-cut': { target: 'connection', parameters: [], meaning: 'the socket is dropped without a word' },
  'cut-mid-frame': {
    target: 'connection',
    parameters: [],
    meaning: 'half of the next frame is written, then the socket is dropped',
  },
  'session-expired': {
    target: 'connection',
    parameters: [],
    meaning: 'the exchange ends the session in its own words, as after its maximum age',
  },
  'connection-refused': {
    target: 'network',
    parameters: ['durationMs'],
    meaning: 'new connections and requests are refused for `durationMs`; open sockets live on',
  },
  'exchange-restart': {
    target: 'network',
    parameters: ['durationMs'],
    meaning: 'every connection is cut, nothing is reachable for `durationMs`; orders and balances are kept',
  },
  'open-orders-stale': {
    target: 'query',
    parameters: ['lagMs'],
    meaning: 'the list of open orders misses orders younger than `lagMs`',
  },
  'open-orders-partial': {
    target: 'query',
    parameters: ['fraction'],
    meaning: 'the list of open orders misses a random `fraction` of them, at least one',
  },
  'open-orders-lag': {
    target: 'query',
    parameters: ['lagMs'],
    meaning: 'the list of open orders still shows those that ended within the last `lagMs`, as they were before',
  },
  'order-state-lag': {
    target: 'query',
    parameters: ['lagMs'],
    meaning: 'an order that ended within the last `lagMs` is answered, when it is asked for, as it was before',
  },
  'query-lag': {
    target: 'query',
    parameters: ['lagMs'],
    meaning: 'an order cannot be queried or listed for `lagMs` after its acceptance',
  },
  'cancel-fill-race': {
    target: 'cancel',
    parameters: ['fraction'],
    meaning: 'the order is filled (by `fraction` of what is left) just before its cancel arrives',
  },
  'cancel-forgotten': {
    target: 'cancel',
    parameters: [],
    meaning: 'a cancel is taken and never carried out (where taking it promises no more)',
  },
  'clock-skew': { target: 'clock', parameters: ['skewMs'], meaning: "the exchange's clock runs `skewMs` ahead" },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof FAULTS;
const names = Object.keys(FAULTS).filter((name): name is FaultName => name in FAULTS);
export const FAULT_NAMES: readonly FaultName[] = names;

const OPERATIONS = [
  'create',
  'cancel',
  'cancel-all',
  'query-order',
  'open-orders',
  'fills',
  'account',
  'market',
  'instruments',
  'time',
  'login',
  'subscribe',
  'cancel-all-after',
  'other',
] as const;

function oneOrMany<T extends z.ZodType>(item: T): z.ZodUnion<[T, z.ZodArray<T>]> {
  return z.union([item, z.array(item).min(1)]);
}

const duration = z.number().min(0);

const ruleShape = z.strictObject({
  fault: z.enum(names),
  /** Only on this exchange, when a simulation runs several. */
  exchange: z.string().optional(),
  operation: oneOrMany(z.enum(OPERATIONS)).optional(),
  channel: z.enum(['rest', 'socket']).optional(),
  stream: oneOrMany(z.enum(['private', 'market', 'trade'])).optional(),
  /** Account name. */
  account: z.string().optional(),
  symbol: z.string().optional(),

  probability: z.number().min(0).max(1).optional(),
  /** The first, fifth, … matching occurrence, counted from 1. */
  nth: oneOrMany(z.int().min(1)).optional(),
  everyNth: z.int().min(1).optional(),
  /** At most so many strikes. */
  count: z.int().min(1).optional(),
  /** Only from / before so many ms after injection. */
  from: duration.optional(),
  to: duration.optional(),
  /** At these times, ms after injection (for what strikes requests: at the first matching one from then on). */
  at: oneOrMany(duration).optional(),
  /** Every so many ms after injection. */
  every: z.number().min(1).optional(),

  delayMs: z.union([duration, z.tuple([duration, duration])]).optional(),
  durationMs: duration.optional(),
  lagMs: duration.optional(),
  skewMs: z.number().optional(),
  fraction: z.number().min(0).max(1).optional(),
  executed: z.boolean().optional(),
  retryAfterMs: duration.optional(),
  /** Whether what is lost is lost in silence, or the connection that carried it is reset. */
  how: z.enum(['silence', 'reset']).optional(),
});

const PARAMETERS = ['delayMs', 'durationMs', 'lagMs', 'skewMs', 'fraction', 'executed', 'retryAfterMs', 'how'] as const;

/** What a rule can be narrowed to, by what its occurrences know of themselves. */
const SELECTORS: Readonly<Record<FaultTarget, readonly string[]>> = {
  request: ['operation', 'channel', 'account', 'symbol'],
  push: ['stream', 'account', 'symbol'],
  connection: ['operation', 'stream', 'account'],
  network: ['operation'],
  query: ['account', 'symbol'],
  cancel: ['account', 'symbol'],
  clock: [],
};
/** With `operation`, an occurrence of the fault is a request. */
const SELECTORS_OF_REQUESTS = ['channel', 'account', 'symbol'];

export const faultRuleSchema = ruleShape.superRefine((rule, context) => {
  const allowed: readonly string[] = FAULTS[rule.fault].parameters;
  for (const parameter of PARAMETERS) {
    if (rule[parameter] !== undefined && !allowed.includes(parameter)) {
      const hint = allowed.length > 0 ? `it takes ${allowed.join(', ')}` : 'it takes no parameters';
      context.addIssue({ code: 'custom', path: [parameter], message: `${rule.fault} has no ${parameter}; ${hint}` });
    }
  }
  const { target } = FAULTS[rule.fault];
  for (const selector of ['operation', 'channel', 'stream', 'account', 'symbol'] as const) {
    if (rule[selector] === undefined || SELECTORS[target].includes(selector)) continue;
    const needsOperation = SELECTORS[target].includes('operation') && SELECTORS_OF_REQUESTS.includes(selector);
    if (needsOperation && rule.operation !== undefined) continue;
    const message = needsOperation
      ? `${rule.fault} can be narrowed to ${selector} only together with operation`
      : `${rule.fault} cannot be narrowed to ${selector}`;
    context.addIssue({ code: 'custom', path: [selector], message });
  }
  for (const trigger of ['probability', 'nth', 'everyNth', 'count', 'at', 'every'] as const) {
    if (target !== 'clock' || rule[trigger] === undefined) continue;
    const message = `${rule.fault} lasts from \`from\` to \`to\` and knows no ${trigger}`;
    context.addIssue({ code: 'custom', path: [trigger], message });
  }
  if (rule.fault === 'clock-skew' && rule.skewMs === undefined) {
    context.addIssue({ code: 'custom', path: ['skewMs'], message: 'clock-skew needs skewMs' });
  }
});

export const faultPlanSchema = z.strictObject({
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  rules: z.array(faultRuleSchema),
});

export type FaultRule = z.infer<typeof faultRuleSchema>;

export interface FaultPlan {
  readonly name: string;
  readonly description: string;
  readonly rules: readonly FaultRule[];
}
