// `trade.orders`: a read-only map over the tracked unfinished orders that makes a snapshot only when somebody looks.
// Which orders are in it is the tracker's part.

import type { Order } from '../domain/order.ts';
import type { TrackedOrder } from './tracked-order.ts';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class OpenOrdersView implements ReadonlyMap<string, Order> {
  private readonly orders: ReadonlyMap<string, TrackedOrder>;
  private readonly snapshot: (order: TrackedOrder) => Order;

  constructor(orders: ReadonlyMap<string, TrackedOrder>, snapshot: (order: TrackedOrder) => Order) {
    this.orders = orders;
    this.snapshot = snapshot;
  }

  get size(): number {
    return this.orders.size;
  }

  get(id: string): Order | undefined {
    const order = this.orders.get(id);
    return order === undefined ? undefined : this.snapshot(order);
  }

  has(id: string): boolean {
    return this.orders.has(id);
  }

  forEach(callback: (value: Order, key: string, map: ReadonlyMap<string, Order>) => void): void {
    for (const [id, order] of this.orders) callback(this.snapshot(order), id, this);
  }

  *entries(): MapIterator<[string, Order]> {
    for (const [id, order] of this.orders) yield [id, this.snapshot(order)];
  }

  keys(): MapIterator<string> {
    return this.orders.keys();
  }

  *values(): MapIterator<Order> {
    for (const order of this.orders.values()) yield this.snapshot(order);
  }

  [Symbol.iterator](): MapIterator<[string, Order]> {
    return this.entries();
  }

  /** Whoever prints it wants to see orders, and not how they are kept. */
  [INSPECT](): ReadonlyMap<string, Order> {
    return new Map(this);
  }
}
