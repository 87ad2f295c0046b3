// Ready-made fault plans by name, for simulations and for `aioquant simulate --faults NAME`. Data only.
// What each fault does is in vocabulary.ts and docs/faults.md. Times are ms after the simulator's start.

import type { FaultPlan } from './vocabulary.ts';

export const FAULT_PLANS: readonly FaultPlan[] = [
  { name: 'calm', description: 'nothing goes wrong', rules: [] },
  {
    name: 'replies-lost',
    description: 'one in eight creates and cancels is executed without an answer',
    rules: [
      { fault: 'reply-lost', operation: ['create', 'cancel', 'cancel-all'], probability: 0.12 },
      { fault: 'reply-lost', operation: 'create', probability: 0.05, how: 'reset' },
    ],
  },
  {
    name: 'requests-lost',
    description: 'one in eight creates and cancels never arrives',
    rules: [
      { fault: 'request-lost', operation: ['create', 'cancel', 'cancel-all'], probability: 0.12 },
      { fault: 'request-lost', operation: 'create', probability: 0.05, how: 'reset' },
    ],
  },
  {
    name: 'late-replies',
    description: 'answers take up to fifteen seconds, longer than clients wait',
    rules: [{ fault: 'reply-late', probability: 0.15, delayMs: [500, 15_000] }],
  },
  {
    name: 'late-requests',
    description: 'creates and cancels reach the engine seconds after they were given up',
    rules: [{ fault: 'request-late', operation: ['create', 'cancel'], probability: 0.12, delayMs: [500, 12_000] }],
  },
  {
    name: 'pushes-first',
    description: 'every push overtakes the answer to the request that caused it',
    rules: [{ fault: 'push-before-reply', operation: ['create', 'cancel', 'cancel-all'], delayMs: [5, 400] }],
  },
  {
    name: 'pushes-dropped',
    description: 'one private push in ten is lost, the socket looks healthy',
    rules: [{ fault: 'push-dropped', probability: 0.1 }],
  },
  {
    name: 'pushes-shuffled',
    description: 'private pushes come twice, late, in the wrong order, and once more when they are long out of date',
    rules: [
      { fault: 'push-duplicated', probability: 0.2 },
      { fault: 'push-reordered', probability: 0.2 },
      { fault: 'push-late', probability: 0.1, delayMs: [100, 5000] },
      { fault: 'push-repeated', probability: 0.2, delayMs: [500, 30_000] },
    ],
  },
  {
    name: 'half-open',
    description: 'private sockets go silent without closing, again and again',
    rules: [{ fault: 'half-open', stream: ['private', 'trade'], every: 40_000 }],
  },
  {
    name: 'cuts',
    description: 'private sockets are cut, some of them in mid-frame',
    rules: [
      { fault: 'connection-cut', stream: ['private', 'trade'], every: 17_000 },
      { fault: 'cut-mid-frame', stream: ['private', 'trade'], every: 31_000 },
    ],
  },
  {
    name: 'cut-on-create',
    description: 'the connections drop in the very moment an order is accepted',
    rules: [{ fault: 'connection-cut', operation: 'create', probability: 0.1 }],
  },
  {
    name: 'refused-at-first',
    description: 'nobody answers for the first five seconds, later now and then for three',
    rules: [
      { fault: 'connection-refused', at: 0, durationMs: 5000 },
      { fault: 'connection-refused', every: 45_000, durationMs: 3000 },
      { fault: 'connection-cut', every: 45_500 },
    ],
  },
  {
    name: 'server-errors',
    description: '5xx answers, with and without the order behind them',
    rules: [
      { fault: 'server-error-executed', operation: ['create', 'cancel', 'cancel-all'], probability: 0.08 },
      { fault: 'server-error-not-executed', probability: 0.08 },
    ],
  },
  {
    name: 'unknown-outcomes',
    description: 'the exchange itself does not know whether it executed',
    rules: [{ fault: 'unknown-outcome', operation: ['create', 'cancel', 'cancel-all'], probability: 0.15 }],
  },
  {
    name: 'rate-limited',
    description: 'too many requests, again and again',
    rules: [{ fault: 'rate-limit', probability: 0.02, retryAfterMs: 3000 }],
  },
  {
    name: 'banned',
    description: 'the address is banned for a while',
    rules: [
      { fault: 'rate-limit', from: 8000, probability: 0.05, retryAfterMs: 1000, to: 10_000 },
      { fault: 'ban', at: 10_000, retryAfterMs: 20_000 },
    ],
  },
  {
    name: 'clock-skew',
    description: "the exchange's clock runs ahead, then behind, and refuses timestamps",
    rules: [
      { fault: 'clock-skew', skewMs: 30_000, to: 20_000 },
      { fault: 'clock-skew', skewMs: -8000, from: 20_000 },
      { fault: 'timestamp-refused', operation: ['create', 'cancel', 'open-orders'], probability: 0.03 },
    ],
  },
  {
    name: 'key-revoked',
    description: 'the key is not accepted for eight seconds',
    rules: [{ fault: 'key-revoked', at: 15_000, durationMs: 8000 }],
  },
  {
    name: 'sessions-expire',
    description: 'the exchange ends private sessions in its own words',
    rules: [{ fault: 'session-expired', stream: ['private', 'trade'], every: 25_000 }],
  },
  {
    name: 'stale-lists',
    description: 'lists of open orders miss the newest orders, or some at random',
    rules: [
      { fault: 'open-orders-stale', probability: 0.5, lagMs: 3000 },
      { fault: 'open-orders-partial', probability: 0.2, fraction: 0.3 },
      { fault: 'connection-cut', stream: 'private', every: 20_000 },
    ],
  },
  {
    name: 'lagging-lists',
    description: 'orders that ended seconds ago still stand in lists of open orders, or are answered as they were',
    rules: [
      { fault: 'open-orders-lag', probability: 0.7, lagMs: 5000 },
      { fault: 'order-state-lag', probability: 0.5, lagMs: 5000 },
      { fault: 'push-dropped', probability: 0.05 },
      { fault: 'connection-cut', stream: 'private', every: 20_000 },
    ],
  },
  {
    name: 'query-lag',
    description: 'a new order cannot be found for two seconds, while answers get lost',
    rules: [
      { fault: 'query-lag', lagMs: 2000, probability: 0.7 },
      { fault: 'reply-lost', operation: 'create', probability: 0.15 },
    ],
  },
  {
    name: 'cancel-races',
    description: 'orders are filled, wholly or in part, just before their cancel arrives',
    rules: [
      { fault: 'cancel-fill-race', probability: 0.25 },
      { fault: 'cancel-fill-race', probability: 0.25, fraction: 0.5 },
    ],
  },
  {
    name: 'cancels-forgotten',
    description:
      'one cancel in four is taken and never carried out, where taking it promises no more, and some answers get lost',
    rules: [
      { fault: 'cancel-forgotten', probability: 0.25 },
      { fault: 'reply-lost', operation: ['cancel', 'cancel-all'], probability: 0.1 },
    ],
  },
  {
    name: 'restarts',
    description: 'the exchange restarts twice',
    rules: [{ fault: 'exchange-restart', at: [12_000, 50_000], durationMs: 6000 }],
  },
  {
    name: 'maintenance',
    description: 'a maintenance window, then a restart',
    rules: [
      { fault: 'maintenance', at: 10_000, durationMs: 10_000 },
      { fault: 'exchange-restart', at: 20_000, durationMs: 3000 },
    ],
  },
  {
    name: 'everything',
    description: 'all of it, each seldom',
    rules: [
      { fault: 'reply-lost', operation: ['create', 'cancel', 'cancel-all'], probability: 0.04 },
      { fault: 'request-lost', probability: 0.02 },
      { fault: 'reply-late', probability: 0.04, delayMs: [200, 12_000] },
      { fault: 'request-late', operation: ['create', 'cancel'], probability: 0.03, delayMs: [200, 12_000] },
      { fault: 'push-before-reply', probability: 0.1 },
      { fault: 'push-dropped', probability: 0.03 },
      { fault: 'push-duplicated', probability: 0.05 },
      { fault: 'push-reordered', probability: 0.05 },
      { fault: 'push-repeated', probability: 0.05, delayMs: [100, 30_000] },
      { fault: 'push-late', probability: 0.03, delayMs: [100, 4000] },
      { fault: 'server-error-executed', operation: ['create', 'cancel'], probability: 0.02 },
      { fault: 'server-error-not-executed', probability: 0.02 },
      { fault: 'unknown-outcome', operation: ['create', 'cancel', 'cancel-all'], probability: 0.03 },
      { fault: 'rate-limit', probability: 0.003, retryAfterMs: 2000 },
      { fault: 'timestamp-refused', probability: 0.01 },
      { fault: 'open-orders-stale', probability: 0.2, lagMs: 2000 },
      { fault: 'open-orders-partial', probability: 0.1, fraction: 0.3 },
      { fault: 'open-orders-lag', probability: 0.2, lagMs: 3000 },
      { fault: 'order-state-lag', probability: 0.2, lagMs: 3000 },
      { fault: 'query-lag', probability: 0.3, lagMs: 1500 },
      { fault: 'cancel-fill-race', probability: 0.1 },
      { fault: 'cancel-forgotten', probability: 0.05 },
      { fault: 'half-open', stream: ['private', 'trade'], at: [21_000, 71_000] },
      { fault: 'connection-cut', every: 37_000 },
      { fault: 'cut-mid-frame', every: 53_000 },
      { fault: 'session-expired', stream: 'private', at: 45_000 },
      { fault: 'connection-refused', at: 37_000, durationMs: 2500 },
      { fault: 'clock-skew', skewMs: 2500, from: 30_000, to: 60_000 },
      { fault: 'exchange-restart', at: 62_000, durationMs: 4000 },
    ],
  },
];
