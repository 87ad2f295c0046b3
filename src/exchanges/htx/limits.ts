// HTX's rate limits as budgets: which bucket an endpoint draws from and how large it is (htx.md 12).
// Limits are per user and endpoint, whichever of the user's keys asks; those of public data and of sockets are per IP.
// Refusals and headers correct them (requests.ts).

import type { Clock } from '../../seam/clock.ts';
import { PerHost } from '../../wire/per-host.ts';
import type { RateBudget, RateBudgets } from '../../wire/rate-budget.ts';

const TWO_SECONDS = 2_000;

interface Limit {
  readonly scope: 'ip' | 'user' | 'key';
  readonly capacity: number;
  readonly windowMs: number;
}

const per2s = (capacity: number): Limit => ({ scope: 'user', capacity, windowMs: TWO_SECONDS });

/** By bucket name; one endpoint each, unless the documentation has no number for it: then `other` (10 a second for each key). */
export const LIMITS = {
  place: per2s(100),
  submitcancel: per2s(100),
  'cancel-client-order': per2s(100),
  // Sources say 5, 20 or 50 calls in two seconds (5.4): the reference's advice is ten calls a second at most.
  'batch-orders': per2s(20),
  batchcancel: per2s(50),
  'cancel-open-orders': per2s(50),
  'open-orders': per2s(50),
  order: per2s(50),
  'client-order': per2s(50),
  orders: per2s(50),
  'order-matchresults': per2s(50),
  matchresults: per2s(20),
  'algo-orders': per2s(20),
  'fee-rate': per2s(50),
  accounts: per2s(100),
  balance: per2s(100),
  other: { scope: 'key', capacity: 10, windowMs: 1_000 },
  reference: { scope: 'ip', capacity: 100, windowMs: TWO_SECONDS },
  timestamp: { scope: 'ip', capacity: 10, windowMs: 1_000 },
  depth: { scope: 'ip', capacity: 10, windowMs: 1_000 },
  market: { scope: 'ip', capacity: 10, windowMs: 1_000 },
  /** Requests on /ws/v2 and, by analogy, on /ws/trade, from one IP (8.1), in somewhat more than a second for what the network bunches. Those of one connection: order-socket.ts. */
  socket: { scope: 'ip', capacity: 100, windowMs: 1_100 },
} as const satisfies Readonly<Record<string, Limit>>;

export type Bucket = keyof typeof LIMITS;

/** Most ids in one batchcancel (5.7), orders one batchCancelOpenOrders takes on (5.8), rows of a page (5.12, 5.16). */
export const CANCEL_BATCH = 50;
export const CANCEL_OPEN_SIZE = 100;
export const PAGE_SIZE = 500;
/** Fills are listed in windows of at most this (5.16, trap 19). */
export const FILLS_WINDOW_MS = 48 * 3_600_000;
/** They reach back 120 days, say some, and 180, say others (5.16): an hour less than the one is certain, the other is the most. */
export const FILLS_REACH_MS = { certain: (120 * 24 - 1) * 3_600_000, most: 180 * 24 * 3_600_000 } as const;

/** After a refusal for rate without a number: HTX sends no Retry-After that anyone could confirm (12). */
export const RATE_PAUSE_MS = 1_000;
/** After HTTP 403, an address blocked by the content network: repeating makes it worse (12). */
export const BLOCKED_PAUSE_MS = 5_000;

/** Every budget there is at a host, whoever's it is: it is our address that the content network blocks, and not one of its users (12). */
class Address {
  readonly #clock: Clock;
  readonly #budgets = new Set<RateBudget>();
  #blockedUntil = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(budget: RateBudget): void {
    this.#budgets.add(budget);
    const left = this.#blockedUntil - this.#clock.monotonic();
    if (left > 0) budget.blockFor(left);
  }

  blockFor(ms: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#clock.monotonic() + ms);
    for (const budget of this.#budgets) budget.blockFor(ms);
  }
}

const ADDRESSES = new PerHost<Address>();

export class HtxLimits {
  readonly #budgets: RateBudgets;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #address: Address;
  readonly #key: string;
  #user: string;
  readonly #known = new Map<Bucket, RateBudget>();

  /** @param host of the REST endpoint: live hosts and simulators keep apart by it. @param key the access key; it stands for its user until `learnUser` */
  constructor(budgets: RateBudgets, clock: Clock, host: string, key: string) {
    this.#budgets = budgets;
    this.#clock = clock;
    this.#host = host;
    this.#address = ADDRESSES.get(budgets, host, () => new Address(clock));
    this.#key = key;
    this.#user = key;
  }

  /** @param user what all keys of one user have in common */
  learnUser(user: string): void {
    if (this.#user === user) return;
    this.#user = user;
    this.#known.clear();
  }

  budget(bucket: Bucket): RateBudget {
    let budget = this.#known.get(bucket);
    if (budget === undefined) {
      const limit: Limit = LIMITS[bucket];
      const owner = { ip: 'ip', user: this.#user, key: this.#key }[limit.scope];
      budget = this.#budgets.get(`${this.#host}:${owner}:${bucket}`, {
        clock: this.#clock,
        capacity: limit.capacity,
        windowMs: limit.windowMs,
        aligned: false,
        cancelReserve: 0,
      });
      this.#known.set(bucket, budget);
      this.#address.add(budget);
    }
    return budget;
  }

  /** The address is blocked: nothing is worth sending for a while, whoever's it is. */
  blockAll(ms: number): void {
    this.#address.blockFor(ms);
  }

  /** The exchange says how many requests of a bucket are left (header X-HB-RateLimit-Requests-Remain). */
  remain(bucket: Bucket, left: number): void {
    const { capacity } = LIMITS[bucket];
    if (left >= 0 && left < capacity) this.budget(bucket).correct(capacity - left);
  }
}
