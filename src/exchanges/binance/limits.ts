// Binance's rate limits as budgets: the weight of an IP and the unfilled-order count of an account (binance.md A3.1-A3.3).
// Which call weighs what stands with the call in encode.ts.

import type { Clock } from '../../seam/clock.ts';
import type { HandshakeError } from '../../seam/transport.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import type { Patience, Priority, RateBudget, RateBudgets } from '../../wire/rate-budget.ts';
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
/** After the firewall's page (403), which names no time: asking on makes it worse. */
export const FIREWALL_PAUSE_MS = 5_000;
/** The shortest ban there is (A3.1): for one that does not say how long it lasts, as at a handshake. Who asks on meanwhile makes it longer. */
const LEAST_BAN_MS = 120_000;
/** Connections an IP may open in five minutes (A3.2). */
const CONNECTS = { capacity: 300, windowMs: 300_000 } as const;
/** What connecting to the WebSocket API weighs. */
const CONNECT_WEIGHT = 2;

interface OrderLimit {
  readonly capacity: number;
  readonly windowMs: number;
  readonly budget: RateBudget;
}

/** Where the budgets stood when a request left, and what it cost: its reply's count is compared with that moment (RateBudget.replace). */
export interface Departure {
  readonly weight: RateBudget;
  readonly weightMark: number;
  readonly weightCost: number;
  readonly orders: readonly OrderLimit[];
  readonly orderCost: number;
  readonly orderMarks: readonly number[];
}

const NO_ORDERS: readonly never[] = [];

export class BinanceLimits {
  readonly #budgets: RateBudgets;
  readonly #clock: Clock;
  readonly #time: Pick<ClockOffset, 'offset' | 'serverNow'>;
  /** Windows begin by the exchange's clock (A3.1). */
  readonly #offset = (): number => this.#time.offset;
  readonly #host: string;
  #owner: string;
  #weight: RateBudget;
  #orders: readonly OrderLimit[];

  /**
   * @param host of the REST endpoint (limitsPlaceOf): live, testnet and simulators keep apart by it
   * @param owner the access key, until the account is known
   * @param time the one that everybody of this process has for the host, as the budgets are
   */
  constructor(
    budgets: RateBudgets,
    clock: Clock,
    host: string,
    owner: string,
    time: Pick<ClockOffset, 'offset' | 'serverNow'>,
  ) {
    this.#budgets = budgets;
    this.#clock = clock;
    this.#time = time;
    this.#host = host;
    this.#owner = owner;
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
      offset: this.#offset,
      cancelReserve: Math.min(CANCEL_RESERVE, Math.floor(capacity / 10)),
    });
  }

  #orderLimit(capacity: number, windowMs: number): OrderLimit {
    const key = `${this.#host}:${this.#owner}:orders:${windowMs}:${capacity}`;
    const limit = { clock: this.#clock, capacity, windowMs, aligned: true, offset: this.#offset, cancelReserve: 0 };
    return { capacity, windowMs, budget: this.#budgets.get(key, limit) };
  }

  /** Orders are counted for the account, whichever of its keys places them (A3.2). @param uid as the account states it */
  belongTo(uid: string): void {
    if (uid === this.#owner) return;
    this.#owner = uid;
    this.#replaceOrders(this.#orders.map(({ capacity, windowMs }) => this.#orderLimit(capacity, windowMs)));
  }

  /** What was used is taken along. */
  #replaceOrders(orders: readonly OrderLimit[]): void {
    for (const { windowMs, budget } of this.#orders)
      orders.find((other) => other.windowMs === windowMs)?.budget.correct(budget.used);
    this.#orders = orders;
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

  /**
   * As RateBudget.take. One budget after the other is waited for, and nothing is taken before all of them have room: a place taken early would count in
   * a window that is over when the request leaves, and would be lost should another budget leave no room in time.
   */
  async take(weight: number, orders: number, priority: Priority, patience: Patience = {}): Promise<number> {
    const { mostMs = Infinity, signal } = patience;
    const until = this.#clock.monotonic() + mostMs;
    const shares = [{ budget: this.#weight, cost: weight }];
    if (orders > 0) for (const { budget } of this.#orders) shares.push({ budget, cost: orders });
    // Whoever had the turn at one budget does not queue there again behind those who came later.
    const hadTurn = new Set<RateBudget>();
    for (;;) {
      const full = shares.find(({ budget, cost }) =>
        hadTurn.has(budget) ? !budget.fits(cost, priority) : !budget.hasRoom(cost, priority),
      );
      if (full === undefined) break;
      const left = until - this.#clock.monotonic();
      const wait = await full.budget.turn(full.cost, priority, { mostMs: left, signal });
      if (wait > 0) return Math.max(wait, this.waitTime(weight, orders, priority));
      hadTurn.add(full.budget);
    }
    for (const { budget, cost } of shares) budget.spend(cost);
    return 0;
  }

  /** ms until it could go out. */
  waitTime(weight: number, orders: number, priority: Priority): number {
    let wait = this.#weight.waitTime(weight, priority);
    if (orders > 0) for (const { budget } of this.#orders) wait = Math.max(wait, budget.waitTime(orders, priority));
    return wait;
  }

  get #connects(): RateBudget {
    const limit = { clock: this.#clock, ...CONNECTS, aligned: false, cancelReserve: 0 };
    return this.#budgets.get(`${this.#host}:connects`, limit);
  }

  /**
   * Resolves when another connection may be opened: never during a ban.
   * @param weight what logging in on it will weigh; null for market streams, which weigh nothing
   * @param signal nobody waits for it any more
   */
  async connect(weight: number | null, signal?: AbortSignal): Promise<void> {
    await this.#connects.take(1, 'cancel', { signal });
    await this.#weight.take(weight === null ? 0 : CONNECT_WEIGHT + weight, 'cancel', { signal });
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
    if (orders.length > 0) this.#replaceOrders(orders);
  }

  /** A request leaves, paid for. @param orders new orders placed by it */
  departure(weightCost: number, orders: number): Departure {
    const weight = this.#weight;
    const limits = orders > 0 ? this.#orders : NO_ORDERS;
    return {
      weight,
      weightMark: weight.mark(),
      weightCost,
      orders: limits,
      orderCost: orders,
      orderMarks: orders > 0 ? limits.map(({ budget }) => budget.mark()) : NO_ORDERS,
    };
  }

  /** `rateLimits` of a WebSocket API reply: what is used. */
  correct(rateLimits: unknown, departure: Departure): void {
    if (!Array.isArray(rateLimits)) return;
    for (const row of rateLimits) {
      if (!isRow(row)) continue;
      const count = number(row, 'count');
      const windowMs = intervalOf(row);
      if (count !== null && windowMs !== null) used(text(row, 'rateLimitType'), windowMs, count, departure);
    }
  }

  /** `X-MBX-USED-WEIGHT-1M`, `X-MBX-ORDER-COUNT-10S` and the like of a REST response. */
  correctByHeaders(headers: Readonly<Record<string, string>>, departure: Departure): void {
    for (const name in headers) {
      if (!name.startsWith('x-mbx-')) continue;
      const match = /^x-mbx-(used-weight|order-count)-(\d+)([smhd])$/.exec(name);
      if (match === null) continue;
      const windowMs = Number(match[2]) * (UNIT_MS[(match[3] ?? '').toUpperCase()] ?? 0);
      const count = Number(headers[name]);
      if (!Number.isFinite(count)) continue;
      used(match[1] === 'used-weight' ? 'REQUEST_WEIGHT' : 'ORDERS', windowMs, count, departure);
    }
  }

  /**
   * Takes notice of a refusal for rate. 429, 418 and the firewall: nothing more of this IP until then, cancels included (D7).
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
    if (isAboutOrders(status, code)) {
      const shortest = this.#orders.reduce((a, b) => (a.windowMs <= b.windowMs ? a : b));
      shortest.budget.blockFor(retryAfter ?? shortest.windowMs - (this.#time.serverNow() % shortest.windowMs));
    } else if (status === 418) this.#weight.blockFor(retryAfter ?? LEAST_BAN_MS);
    else if (status === 429) {
      this.#weight.blockFor(retryAfter ?? MINUTE - (this.#time.serverNow() % MINUTE));
    } else if (isFirewall(status, code)) this.#weight.blockFor(retryAfter ?? FIREWALL_PAUSE_MS);
  }

  /** A connection was not opened. 418: the IP is banned, whatever it asks for. 429: too many connections, nothing else (A3.2). */
  handshakeRefused({ status, retryAfter }: Pick<HandshakeError, 'status' | 'retryAfter'>): void {
    if (status === 418) this.refused({ status, code: null, retryAfter });
    else if (status === 429) this.#connects.blockFor(retryAfter ?? MINUTE);
  }
}

/** Too many unfilled orders. A cancel-replace may say so by 429 with a code of its own: the table of A7.4 has that, its sample 409. */
function isAboutOrders(status: number, code: string | null): boolean {
  return code === '-1015' || (status === 429 && (code === '-2021' || code === '-2022'));
}

/** The firewall's own page (A3.1), and no word of Binance's: a form a ban may take. Nothing of it came near the engine. */
export function isFirewall(status: number, code: string | null): boolean {
  return status === 403 && code === null;
}

/** First fills take something off the count of orders (A3.2): what the exchange says may well be less than what we counted. */
function used(type: string, windowMs: number, count: number, departure: Departure): void {
  if (type === 'REQUEST_WEIGHT' && windowMs === WEIGHT.windowMs)
    departure.weight.replace(count, departure.weightMark, departure.weightCost);
  if (type !== 'ORDERS') return;
  const index = departure.orders.findIndex((limit) => limit.windowMs === windowMs);
  departure.orders[index]?.budget.replace(count, departure.orderMarks[index] ?? 0, departure.orderCost);
}

function intervalOf(row: Row): number | null {
  const unit = INTERVAL_MS[text(row, 'interval')];
  const count = number(row, 'intervalNum');
  return unit === undefined || count === null ? null : unit * count;
}
