// The exchange's budgets: request weight and raw requests per IP, connections per IP, unfilled orders per account (binance.md A3.2).
// Windows are fixed and aligned to the clock. Who is charged how much is said in endpoints/.

import { banned, tooManyConnections, tooManyOrders, tooMuchWeight } from './errors.ts';
import type { BinanceOptions } from './options.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const LONGEST_BAN = 3 * DAY;

/** A counter that starts anew whenever its interval of the clock begins. */
class Window {
  private readonly intervalMs: number;
  private startedAt = Number.NEGATIVE_INFINITY;
  private count = 0;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  used(now: number): number {
    const start = now - (now % this.intervalMs);
    if (start !== this.startedAt) {
      this.startedAt = start;
      this.count = 0;
    }
    return this.count;
  }

  add(now: number, amount: number): void {
    this.count = Math.max(0, this.used(now) + amount);
  }

  /** Milliseconds until the next one begins. */
  left(now: number): number {
    return this.intervalMs - (now % this.intervalMs);
  }
}

interface Address {
  readonly weight: Window;
  readonly requests: Window;
  readonly connections: Window;
  readonly refusals: Window;
  bannedUntil: number;
  bans: number;
}

interface OrderCount {
  readonly tenSeconds: Window;
  readonly day: Window;
}

export class RateLimits {
  private readonly options: BinanceOptions;
  private readonly addresses = new Map<string, Address>();
  private readonly orders = new Map<number, OrderCount>();

  constructor(options: BinanceOptions) {
    this.options = options;
  }

  private address(remote: string): Address {
    let address = this.addresses.get(remote);
    if (address === undefined) {
      address = {
        weight: new Window(MINUTE),
        requests: new Window(5 * MINUTE),
        connections: new Window(5 * MINUTE),
        refusals: new Window(MINUTE),
        bannedUntil: 0,
        bans: 0,
      };
      this.addresses.set(remote, address);
    }
    return address;
  }

  private count(uid: number): OrderCount {
    let count = this.orders.get(uid);
    if (count === undefined) {
      count = { tenSeconds: new Window(10 * SECOND), day: new Window(DAY) };
      this.orders.set(uid, count);
    }
    return count;
  }

  /** Charges a request; throws 429, or 418 once 429 has been ignored for long. */
  charge(remote: string, weight: number, now: number): void {
    const address = this.address(remote);
    this.refuseBanned(address, now);
    address.weight.add(now, weight);
    address.requests.add(now, 1);
    const { weightPerMinute, requestsPer5Minutes } = this.options;
    const isHeavy = address.weight.used(now) > weightPerMinute;
    if (!isHeavy && address.requests.used(now) <= requestsPer5Minutes) return;
    address.refusals.add(now, 1);
    if (address.refusals.used(now) > this.options.refusalsBeforeBan) this.ban(address, now);
    this.refuseBanned(address, now);
    throw tooMuchWeight(weightPerMinute, (isHeavy ? address.weight : address.requests).left(now));
  }

  private ban(address: Address, now: number): void {
    address.bannedUntil = now + Math.min(this.options.banMs * 2 ** address.bans, LONGEST_BAN);
    address.bans++;
  }

  private refuseBanned(address: Address, now: number): void {
    if (address.bannedUntil > now) throw banned(address.bannedUntil, address.bannedUntil - now);
  }

  /** Successful order calls weigh nothing (A3.3). */
  refund(remote: string, weight: number, now: number): void {
    this.address(remote).weight.add(now, -weight);
  }

  /** Weight that is charged without a request. */
  addWeight(remote: string, weight: number, now: number): void {
    this.address(remote).weight.add(now, weight);
  }

  weightUsed(remote: string, now: number): number {
    return this.address(remote).weight.used(now);
  }

  /** One more connection of this address. Throws 418 during a ban, 429 when there are too many. */
  connect(remote: string, now: number): void {
    const address = this.address(remote);
    address.connections.add(now, 1);
    this.refuseBanned(address, now);
    if (address.connections.used(now) > this.options.connectionsPer5Minutes)
      throw tooManyConnections(address.connections.left(now));
  }

  /** Throws -1015 when the account's unfilled orders leave no room for another one. */
  checkOrders(uid: number, now: number): void {
    const { tenSeconds, day } = this.count(uid);
    const { ordersPerDay, ordersPer10Seconds } = this.options;
    if (day.used(now) >= ordersPerDay) throw tooManyOrders(ordersPerDay, '1 DAY', day.left(now));
    if (tenSeconds.used(now) >= ordersPer10Seconds) {
      throw tooManyOrders(ordersPer10Seconds, '10 SECOND', tenSeconds.left(now));
    }
  }

  countOrder(uid: number, now: number): void {
    const { tenSeconds, day } = this.count(uid);
    day.add(now, 1);
    if (day.used(now) <= this.options.ordersPerDay) tenSeconds.add(now, 1);
  }

  /** The first fill of an order gives some of the count back. */
  firstFill(uid: number, maker: boolean, now: number): void {
    const credit = maker ? this.options.makerFillCredit : this.options.takerFillCredit;
    const { tenSeconds, day } = this.count(uid);
    tenSeconds.add(now, -credit);
    day.add(now, -credit);
  }

  orderCounts(uid: number, now: number): { readonly tenSeconds: number; readonly day: number } {
    const { tenSeconds, day } = this.count(uid);
    return { tenSeconds: tenSeconds.used(now), day: day.used(now) };
  }

  /** `rateLimits` of a WebSocket API response, without the brackets. */
  weightText(remote: string, now: number): string {
    return `{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${this.options.weightPerMinute},"count":${this.weightUsed(remote, now)}}`;
  }

  ordersText(uid: number, now: number): string {
    const { tenSeconds, day } = this.orderCounts(uid, now);
    const { ordersPer10Seconds, ordersPerDay } = this.options;
    return (
      `{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":${ordersPer10Seconds},"count":${tenSeconds}},` +
      `{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":${ordersPerDay},"count":${day}}`
    );
  }
}
