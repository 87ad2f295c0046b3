// Which faults a run meets: a ready-made plan by name, or `mixed`, a plan drawn from the seed out of the whole vocabulary.
// What a fault does is the simulator's part (docs/faults.md).
import { seededRandom } from '../../src/runtime/random.ts';
import type { Random } from '../../src/seam/random.ts';
import { FAULT_PLANS, type FaultRule } from '../../src/simulator/index.ts';

export const MIXED = 'mixed';
export const PLAN_NAMES: readonly string[] = FAULT_PLANS.map(({ name }) => name);

/** @throws RangeError for a name that no plan has */
export function rulesOf(plan: string, seed: number): readonly FaultRule[] {
  if (plan === MIXED) return mixedRules(seed);
  const known = FAULT_PLANS.find(({ name }) => name === plan);
  if (known === undefined)
    throw new RangeError(`no fault plan is called "${plan}"; there are: ${PLAN_NAMES.join(', ')}, ${MIXED}`);
  return known.rules;
}

type Draw = (random: Random) => FaultRule;

const WRITES = ['create', 'cancel', 'cancel-all'] as const;
const between = (random: Random, least: number, most: number): number => least + random.int(most - least + 1);
const chance = (random: Random, most: number): number => Math.round((0.005 + random.next() * most) * 1000) / 1000;
const range = (random: Random, most: number): [number, number] => [between(random, 5, 300), between(random, 400, most)];

/** What requests: all of them, those that change something, or one kind. */
function operation(random: Random): Pick<FaultRule, 'operation'> {
  const dice = random.int(5);
  if (dice === 0) return {};
  return {
    operation:
      dice === 1
        ? 'create'
        : dice === 2
          ? 'cancel'
          : dice === 3
            ? ['query-order', 'open-orders', 'fills']
            : [...WRITES],
  };
}

/** When connections break: again and again, or at a few moments. */
function moments(random: Random): Pick<FaultRule, 'every' | 'at'> {
  if (random.int(2) === 0) return { every: between(random, 9_000, 45_000) };
  return { at: [between(random, 0, 20_000), between(random, 20_000, 60_000)] };
}

/** Every word of the vocabulary, with parameters by chance. */
const DRAWS: readonly Draw[] = [
  (r) => ({
    fault: 'request-lost',
    ...operation(r),
    probability: chance(r, 0.15),
    how: r.int(2) === 0 ? 'silence' : 'reset',
  }),
  (r) => ({
    fault: 'reply-lost',
    ...operation(r),
    probability: chance(r, 0.15),
    how: r.int(2) === 0 ? 'silence' : 'reset',
  }),
  (r) => ({ fault: 'reply-late', ...operation(r), probability: chance(r, 0.15), delayMs: range(r, 15_000) }),
  (r) => ({
    fault: 'request-late',
    operation: ['create', 'cancel'],
    probability: chance(r, 0.12),
    delayMs: range(r, 12_000),
  }),
  (r) => ({ fault: 'push-before-reply', operation: [...WRITES], probability: chance(r, 0.9), delayMs: range(r, 600) }),
  (r) => ({ fault: 'server-error-executed', operation: [...WRITES], probability: chance(r, 0.1) }),
  (r) => ({ fault: 'server-error-not-executed', ...operation(r), probability: chance(r, 0.1) }),
  (r) => ({ fault: 'unknown-outcome', operation: [...WRITES], probability: chance(r, 0.15) }),
  (r) => ({ fault: 'rate-limit', probability: chance(r, 0.02), retryAfterMs: between(r, 500, 4000) }),
  (r) => ({ fault: 'ban', at: between(r, 5000, 40_000), retryAfterMs: between(r, 2000, 20_000) }),
  (r) => ({ fault: 'maintenance', at: between(r, 5000, 40_000), durationMs: between(r, 2000, 10_000) }),
  (r) => ({ fault: 'timestamp-refused', ...operation(r), probability: chance(r, 0.04) }),
  (r) => ({ fault: 'key-revoked', at: between(r, 12_000, 45_000), durationMs: between(r, 1000, 9000) }),
  (r) => ({ fault: 'order-not-found', operation: ['cancel', 'query-order'], probability: chance(r, 0.25) }),
  (r) => ({ fault: 'push-dropped', probability: chance(r, 0.15) }),
  (r) => ({ fault: 'push-duplicated', probability: chance(r, 0.3) }),
  (r) => ({ fault: 'push-repeated', probability: chance(r, 0.3), delayMs: range(r, 40_000) }),
  (r) => ({ fault: 'push-reordered', probability: chance(r, 0.3) }),
  (r) => ({ fault: 'push-late', probability: chance(r, 0.1), delayMs: range(r, 6000) }),
  (r) => ({ fault: 'half-open', stream: ['private', 'trade'], ...moments(r) }),
  (r) => ({ fault: 'connection-cut', stream: ['private', 'trade'], ...moments(r) }),
  (r) => ({ fault: 'connection-cut', operation: 'create', probability: chance(r, 0.1) }),
  (r) => ({ fault: 'cut-mid-frame', stream: ['private', 'trade'], ...moments(r) }),
  (r) => ({ fault: 'session-expired', stream: ['private', 'trade'], ...moments(r) }),
  (r) => ({ fault: 'connection-refused', ...moments(r), durationMs: between(r, 500, 6000) }),
  (r) => ({ fault: 'exchange-restart', at: between(r, 5000, 50_000), durationMs: between(r, 1000, 8000) }),
  (r) => ({ fault: 'open-orders-stale', probability: chance(r, 0.5), lagMs: between(r, 500, 4000) }),
  (r) => ({ fault: 'open-orders-partial', probability: chance(r, 0.3), fraction: 0.3 }),
  (r) => ({ fault: 'open-orders-lag', probability: chance(r, 0.8), lagMs: between(r, 500, 8000) }),
  (r) => ({ fault: 'order-state-lag', probability: chance(r, 0.8), lagMs: between(r, 500, 8000) }),
  (r) => ({ fault: 'query-lag', probability: chance(r, 0.7), lagMs: between(r, 500, 3000) }),
  (r) => ({ fault: 'cancel-fill-race', probability: chance(r, 0.4), ...(r.int(2) === 0 ? { fraction: 0.5 } : {}) }),
  (r) => ({ fault: 'cancel-forgotten', probability: chance(r, 0.5) }),
  (r) => ({ fault: 'clock-skew', skewMs: between(r, -20_000, 40_000), from: between(r, 0, 30_000) }),
];

/** Two to nine rules; some of them only in a part of the run. */
export function mixedRules(seed: number): readonly FaultRule[] {
  const random = seededRandom(`${seed}/mixed`);
  const chosen = new Set<Draw>();
  const count = between(random, 2, 9);
  while (chosen.size < count) {
    const draw = DRAWS[random.int(DRAWS.length)];
    if (draw !== undefined) chosen.add(draw);
  }
  return [...chosen].map((draw) => {
    const rule = draw(random);
    if (rule.at !== undefined || rule.every !== undefined || rule.from !== undefined || random.int(3) > 0) return rule;
    const from = between(random, 0, 30_000);
    return { ...rule, from, to: from + between(random, 5000, 40_000) };
  });
}
