// OKX's rate limits as budgets: which bucket an endpoint draws from and how large it is (okx.md 12).
// REST and socket forms of one operation share a bucket; placing and cancelling, single and batch have buckets of their own.

import type { Clock } from '../../seam/clock.ts';
import type { RateBudget, RateBudgets } from '../../wire/rate-budget.ts';

const TWO_SECONDS = 2_000;

/** Whose bucket it is: of the IP, of the user, or of the user for each instrument. */
type Scope = 'ip' | 'user' | 'user+instrument';

interface Limit {
  readonly scope: Scope;
  readonly capacity: number;
  readonly windowMs: number;
}

const per2s = (capacity: number, scope: Scope): Limit => ({ capacity, scope, windowMs: TWO_SECONDS });

/** By bucket name. `cancel-batch` counts orders, not requests (docs; the demo counts requests, so this errs on the safe side). */
export const LIMITS = {
  place: per2s(60, 'user+instrument'),
  cancel: per2s(60, 'user+instrument'),
  'cancel-batch': per2s(300, 'user+instrument'),
  order: per2s(60, 'user+instrument'),
  'orders-pending': per2s(60, 'user'),
  'orders-history': per2s(40, 'user'),
  fills: per2s(60, 'user'),
  'fills-history': per2s(10, 'user'),
  'cancel-all-after': { scope: 'user', capacity: 1, windowMs: 1_000 },
  balance: per2s(10, 'user'),
  config: per2s(5, 'user'),
  'trade-fee': per2s(5, 'user'),
  instruments: per2s(20, 'ip'),
  time: per2s(10, 'ip'),
  ticker: per2s(20, 'ip'),
  books: per2s(40, 'ip'),
  trades: per2s(100, 'ip'),
  candles: per2s(40, 'ip'),
  'history-candles': per2s(20, 'ip'),
  /** New connections: 3 a second for each IP (4.1). */
  connect: { scope: 'ip', capacity: 3, windowMs: 1_000 },
} as const satisfies Readonly<Record<string, Limit>>;

export type Bucket = keyof typeof LIMITS;

/** Subscribe, unsubscribe and login operations on one connection; the exchange takes 480 an hour (4.1). */
export const MOST_SESSION_OPERATIONS = 470;

export const BATCH_SIZE = 20;
export const PAGE_SIZE = 100;

/** After a refusal for rate: OKX sends no Retry-After; half its window lets the bucket refill. */
export const RATE_PAUSE_MS = 1_000;

export class OkxLimits {
  readonly #budgets: RateBudgets;
  readonly #clock: Clock;
  readonly #host: string;
  #user: string;
  /** Budgets by bucket and instrument, so that no key is put together on an order's way out. */
  readonly #known = new Map<Bucket, Map<string, RateBudget>>();

  /** @param host of the REST endpoint: live, demo and simulators keep apart by it. @param user the access key, until the user is known */
  constructor(budgets: RateBudgets, clock: Clock, host: string, user: string) {
    this.#budgets = budgets;
    this.#clock = clock;
    this.#host = host;
    this.#user = user;
  }

  /** The limits are the user's: several keys of one share them (12). @param uid as the account's configuration states it */
  belongTo(uid: string): void {
    if (uid === '' || uid === this.#user) return;
    this.#user = uid;
    this.#known.clear();
  }

  /** @param instId needed for buckets of the scope user+instrument, ignored by the others */
  budget(bucket: Bucket, instId = ''): RateBudget {
    const limit: Limit = LIMITS[bucket];
    const place = limit.scope === 'user+instrument' ? instId : '';
    let byPlace = this.#known.get(bucket);
    if (byPlace === undefined) {
      byPlace = new Map<string, RateBudget>();
      this.#known.set(bucket, byPlace);
    }
    let budget = byPlace.get(place);
    if (budget === undefined) {
      const owner = limit.scope === 'ip' ? 'ip' : this.#user;
      const key = [this.#host, owner, bucket, place].filter((part) => part !== '').join(':');
      budget = this.#budgets.get(key, {
        clock: this.#clock,
        capacity: limit.capacity,
        windowMs: limit.windowMs,
        aligned: false,
        cancelReserve: 0,
      });
      byPlace.set(place, budget);
    }
    return budget;
  }
}
