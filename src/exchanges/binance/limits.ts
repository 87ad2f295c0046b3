// Binance's rate limits as budgets: the weight of an IP and the unfilled-order count of an account (binance.md A3.1-A3.3).
// Which call weighs what stands with the call in encode.ts.

import type { Clock } from '../../seam/clock.ts';
import type { Priority, RateBudget, RateBudgets } from '../../wire/rate-budget.ts';
import { isRow, number, rowsOf, text, type Row } from './frames.ts';

const MINUTE = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { S: 1_000, M: MINUTE, H: 3_600_000, D: 86_400_000 };
const INTERVAL_MS: Readonly<Record<string, number>> = { SECOND: 1_000, MINUTE, HOUR: 3_600_000, DAY: 86_400_000 };

/** What the documents say; exchangeInfo corrects it (A3.2). */
const WEIGHT = { capacity: 6_000, windowMs: MINUTE } as const;
const ORDERS = [
  { capacity: 50, windowMs: 10_000 },
  { capacity: 160_000, windowMs: 86_400_000 },
] as const;
/** Kept back of the weight for cancels: they weigh nothing when they succeed, 1 when they do not. */
const CANCEL_RESERVE = 600;
/** Connections an IP may open in five minutes (A3.2). */
const CONNECTS = { capacity: 300, windowMs: 300_000 } as const;
/** What connecting to the WebSocket API weighs. */
const CONNECT_WEIGHT = 2;

interface OrderLimit {
  readonly windowMs: number;
  readonly budget: RateBudget;
}

export class BinanceLimits {
  readonly #budgets: RateBudgets;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #accessKey: string;
  #weight: RateBudget;
  #orders: readonly OrderLimit[];

  /** @param host of the REST endpoint: live, testnet and simulators keep apart by it */
  constructor(budgets: RateBudgets, clock: Clock, host: string, accessKey: string) {
    this.#budgets = budgets;
    this.#clock = clock;
    this.#host = host;
    this.#accessKey = accessKey;
    this.#weight = this.#weightBudget(WEIGHT.capacity);
    this.#orders = ORDERS.map(({ capacity, windowMs }) => this.#orderLimit(capacity, windowMs));
  }

  /** The capacity is part of the key: a limit that turns out different gets a budget of its own. */
  #weightBudget(capacity: number): RateBudget {
    return this.#budgets.get(`${this.#host}:weight:${capacity}`, {
      clock: this.#clock,
      capacity,
      windowMs: WEIGHT.windowMs,
      aligned: true,
      cancelReserve: Math.min(CANCEL_RESERVE, Math.floor(capacity / 10)),
    });
  }

  #orderLimit(capacity: number, windowMs: number): OrderLimit {
    const key = `${this.#host}:${this.#accessKey}:orders:${windowMs}:${capacity}`;
    return {
      windowMs,
      budget: this.#budgets.get(key, { clock: this.#clock, capacity, windowMs, aligned: true, cancelReserve: 0 }),
    };
  }

  /** True and taken when it fits now. @param orders new orders placed by it */
  tryTake(weight: number, orders: number, priority: Priority): boolean {
    // All or nothing: what one budget gave would be lost should another refuse.
    if (!this.#weight.hasRoom(weight, priority)) return false;
    if (orders > 0) for (const { budget } of this.#orders) if (!budget.hasRoom(orders, priority)) return false;
    if (weight > 0) this.#weight.spend(weight);
    if (orders > 0) for (const { budget } of this.#orders) budget.spend(orders);
    return true;
  }

  async take(weight: number, orders: number, priority: Priority): Promise<void> {
    if (orders > 0) for (const { budget } of this.#orders) await budget.take(orders, priority);
    await this.#weight.take(weight, priority);
  }

  /** ms until it could go out. */
  waitTime(weight: number, orders: number, priority: Priority): number {
    let wait = this.#weight.waitTime(weight, priority);
    if (orders > 0) for (const { budget } of this.#orders) wait = Math.max(wait, budget.waitTime(orders, priority));
    return wait;
  }

  /** Resolves when another connection may be opened. @param weight what logging in on it will weigh; null for market streams, which weigh nothing */
  async connect(weight: number | null): Promise<void> {
    const connects = this.#budgets.get(`${this.#host}:connects`, {
      clock: this.#clock,
      ...CONNECTS,
      aligned: false,
      cancelReserve: 0,
    });
    await connects.take(1, 'cancel');
    if (weight !== null) await this.#weight.take(CONNECT_WEIGHT + weight, 'cancel');
  }

  /** `rateLimits` of exchangeInfo: the capacities in force. */
  learn(rateLimits: unknown): void {
    const orders: OrderLimit[] = [];
    for (const row of rowsOf(rateLimits)) {
      const limit = number(row, 'limit');
      const windowMs = intervalOf(row);
      if (limit === null || limit <= 0 || windowMs === null) continue;
      const type = text(row, 'rateLimitType');
      if (type === 'REQUEST_WEIGHT' && windowMs === WEIGHT.windowMs) {
        const { used } = this.#weight;
        this.#weight = this.#weightBudget(limit);
        this.#weight.correct(used);
      } else if (type === 'ORDERS') orders.push(this.#orderLimit(limit, windowMs));
    }
    if (orders.length === 0) return;
    for (const { windowMs, budget } of this.#orders)
      orders.find((other) => other.windowMs === windowMs)?.budget.correct(budget.used);
    this.#orders = orders;
  }

  /** `rateLimits` of a WebSocket API reply: what is used. */
  correct(rateLimits: unknown): void {
    if (!Array.isArray(rateLimits)) return;
    for (const row of rateLimits) {
      if (!isRow(row)) continue;
      const count = number(row, 'count');
      const windowMs = intervalOf(row);
      if (count !== null && windowMs !== null) this.#used(text(row, 'rateLimitType'), windowMs, count);
    }
  }

  /** `X-MBX-USED-WEIGHT-1M`, `X-MBX-ORDER-COUNT-10S` and the like of a REST response. */
  correctByHeaders(headers: Readonly<Record<string, string>>): void {
    for (const name in headers) {
      if (!name.startsWith('x-mbx-')) continue;
      const match = /^x-mbx-(used-weight|order-count)-(\d+)([smhd])$/.exec(name);
      if (match === null) continue;
      const windowMs = Number(match[2]) * (UNIT_MS[(match[3] ?? '').toUpperCase()] ?? 0);
      const count = Number(headers[name]);
      if (Number.isFinite(count)) this.#used(match[1] === 'used-weight' ? 'REQUEST_WEIGHT' : 'ORDERS', windowMs, count);
    }
  }

  #used(type: string, windowMs: number, count: number): void {
    if (type === 'REQUEST_WEIGHT' && windowMs === WEIGHT.windowMs) this.#weight.correct(count);
    else if (type === 'ORDERS') this.#orders.find((limit) => limit.windowMs === windowMs)?.budget.correct(count);
  }

  /**
   * Takes notice of a refusal for rate. 429 and 418: nothing more of this IP until then, cancels included (D7).
   * -1015: too many unfilled orders; no new one until the shortest window has passed.
   */
  refused({
    status,
    code,
    retryAfter,
  }: {
    readonly status: number;
    readonly code: string | null;
    readonly retryAfter: number | null;
  }): void {
    if (code === '-1015') {
      const shortest = this.#orders.reduce((a, b) => (a.windowMs <= b.windowMs ? a : b));
      shortest.budget.blockFor(retryAfter ?? shortest.windowMs - (this.#clock.now() % shortest.windowMs));
    } else if (status === 429 || status === 418) {
      this.#weight.blockFor(retryAfter ?? MINUTE - (this.#clock.now() % MINUTE));
    }
  }
}

function intervalOf(row: Row): number | null {
  const unit = INTERVAL_MS[text(row, 'interval')];
  const count = number(row, 'intervalNum');
  return unit === undefined || count === null ? null : unit * count;
}
