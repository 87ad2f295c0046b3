// All orders of one symbol by their ids: the unfinished ones, the ended ones that stay addressable for a while, and a mere
// memory of those that left. What reports do to an order is order-manager.ts's part.

import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { OrderRef } from '../exchanges/exchange.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** Ended orders stay addressable this long (for late fills and fees, and for revokes that come too late), then leave memory. */
export const KEPT_AFTER_END_MS = 5 * 60_000;
/** ... but never more than this many of them, as long as each had a little time. */
const MOST_ENDED = 20_000;
const LEAST_KEPT_MS = 15_000;
/** An order that was only taken for canceled may turn up again. */
const PRESUMED_KEPT_MS = 86_400_000;
/** Ids of orders that left memory, so that a late repetition is not taken for a new order. */
const MOST_REMEMBERED = 50_000;

/** Its fills are not all told, or it may turn up again. */
function mayStillChange({ waitingFills, awaitsFills, state }: TrackedOrder, age: number): boolean {
  if ((waitingFills !== null && waitingFills.size > 0) || awaitsFills) return true;
  return state.life === 'presumed-canceled' && age < PRESUMED_KEPT_MS;
}

export class Tracker {
  private readonly byOrderId = new Map<string, TrackedOrder>();
  private readonly byClientId = new Map<string, TrackedOrder>();
  /** By the id they are shown under: the exchange's, or the client's until that is known. */
  private readonly openOrders = new Map<string, TrackedOrder>();
  /** In the order in which they ended. One that lives again, which is rare, is looked for. */
  private ended: TrackedOrder[] = [];
  private readonly left = new Map<string, OrderStatus>();

  /** Unfinished orders, by shown id. */
  get open(): ReadonlyMap<string, TrackedOrder> {
    return this.openOrders;
  }

  /**
   * Orders taken for never arrived, which each comparison asks for again. Those taken for canceled, and those refused for rate, come back only
   * when something shows them.
   */
  *revivable(): Iterable<TrackedOrder> {
    for (const order of this.ended) if (order.state.life === 'presumed-failed' && !order.refusedForRate) yield order;
  }

  get size(): number {
    return this.openOrders.size + this.ended.length;
  }

  /** The order a report or a reference is about. The exchange's id decides; a client id may have been used before. */
  find(ref: OrderRef): TrackedOrder | null {
    if (ref.orderId !== null) {
      // Nearly every report is about an unfinished order, and those are few: they are found without a walk through all of the memory.
      const open = this.openOrders.get(ref.orderId);
      if (open !== undefined && open.state.orderId === ref.orderId) return open;
      const known = this.byOrderId.get(ref.orderId);
      if (known !== undefined) return known;
      // The client id may be a later order's by now.
      if (this.left.size > 0 && this.left.has(ref.orderId)) return null;
    }
    if (ref.clientOrderId !== null) {
      const known = this.byClientId.get(ref.clientOrderId);
      if (known === undefined) return null;
      const other = known.state.orderId;
      if (ref.orderId === null || other === null || other === ref.orderId) return known;
    }
    return null;
  }

  /** By whatever id a caller has. */
  byId(id: string): TrackedOrder | null {
    return this.byOrderId.get(id) ?? this.byClientId.get(id) ?? null;
  }

  /** How an order that has left memory ended; null when there never was one. */
  past(id: string): OrderStatus | null {
    return this.left.get(id) ?? null;
  }

  /** It is open, whatever was thought. */
  forgetPast(orderId: string): void {
    this.left.delete(orderId);
  }

  /** An order that an earlier process saw to its end. */
  rememberPast(orderId: string, status: OrderStatus): void {
    this.left.set(orderId, status);
  }

  isPast(report: OrderReport): boolean {
    return report.orderId !== null && this.left.has(report.orderId);
  }

  /** Takes the order in, or files it anew after its ids or its life changed. */
  file(order: TrackedOrder, report: OrderRef | null, now: number): void {
    const { orderId, clientOrderId } = order.state;
    if (orderId !== null && order.filedOrderId !== orderId) this.byOrderId.set((order.filedOrderId = orderId), order);
    if (clientOrderId !== null && order.filedClientId !== clientOrderId)
      this.byClientId.set((order.filedClientId = clientOrderId), order);
    const told = report === null ? null : report.clientOrderId;
    if (told !== null && told !== clientOrderId) {
      this.byClientId.set(told, order);
      (order.otherClientIds ??= new Set()).add(told);
    }
    if (order.isEnded) {
      if (order.endedAt !== null) return;
      this.hide(order);
      order.endedAt = now;
      this.ended.push(order);
      return;
    }
    if (order.endedAt !== null) {
      order.endedAt = null;
      this.takeOut(order);
    }
    const { id, shownAs } = order;
    if (shownAs === id) return;
    if (shownAs !== null) this.openOrders.delete(shownAs);
    this.openOrders.set(id, order);
    order.shownAs = id;
  }

  private hide(order: TrackedOrder): void {
    if (order.shownAs === null) return;
    this.openOrders.delete(order.shownAs);
    order.shownAs = null;
  }

  private takeOut(order: TrackedOrder): void {
    const place = this.ended.indexOf(order);
    if (place >= 0) this.ended.splice(place, 1);
  }

  /** Lets an order go that turned out to be another one we know. */
  replace(order: TrackedOrder, by: TrackedOrder): void {
    this.hide(order);
    if (order.endedAt !== null) this.takeOut(order);
    for (const index of [this.byOrderId, this.byClientId]) {
      for (const [id, known] of index) if (known === order) index.set(id, by);
    }
  }

  /** Since when the oldest order is tracked whose id the exchange has not told (our clock, ms); Infinity when there is none. */
  oldestUnanswered(): number {
    let oldest = Infinity;
    for (const { state, since } of this.openOrders.values())
      if (state.orderId === null) oldest = Math.min(oldest, since);
    return oldest;
  }

  hasUnanswered(): boolean {
    for (const order of this.openOrders.values()) if (order.state.orderId === null) return true;
    return false;
  }

  /** Lets ended orders go whose time is over. Called only after the view was proven equal to the exchange's. */
  retire(now: number): void {
    const { ended } = this;
    const staying: TrackedOrder[] = [];
    let count = 0;
    for (const order of ended) {
      const age = now - (order.endedAt ?? now);
      const crowded = ended.length - count + staying.length > MOST_ENDED && age >= LEAST_KEPT_MS;
      if (age < KEPT_AFTER_END_MS && !crowded) break;
      count++;
      if (mayStillChange(order, age)) staying.push(order);
      else this.forget(order);
    }
    if (count > 0) this.ended = [...staying, ...ended.slice(count)];
    if (this.left.size <= MOST_REMEMBERED) return;
    for (const id of this.left.keys()) {
      this.left.delete(id);
      if (this.left.size <= MOST_REMEMBERED) break;
    }
  }

  private forget(order: TrackedOrder): void {
    const { orderId, clientOrderId } = order.state;
    order.filedOrderId = null;
    order.filedClientId = null;
    if (orderId !== null) {
      this.byOrderId.delete(orderId);
      const status = order.toldStatus;
      if (status !== null) this.left.set(orderId, status);
    }
    for (const id of [clientOrderId, ...(order.otherClientIds ?? [])]) {
      if (id !== null && this.byClientId.get(id) === order) this.byClientId.delete(id);
    }
  }
}
