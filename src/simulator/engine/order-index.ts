// One account's orders and fills, found by id, by client id, by symbol and in order of age, without scanning.
// Finished orders and old fills can be forgotten (`forget…`) so that a server that runs for weeks does not grow.

import type { FillQuery, OrderRef, VenueFill } from '../venue.ts';
import type { EngineOrder } from './engine-order.ts';

/** Insertion order is age: ids only grow. */
type OrdersById = Map<bigint, EngineOrder>;

interface SymbolIndex {
  readonly all: OrdersById;
  readonly open: OrdersById;
  /** The newest order with each client id. */
  readonly byClientId: Map<string, EngineOrder>;
  fills: VenueFill[];
}

const NONE: OrdersById = new Map();

export class OrderIndex {
  private readonly all: OrdersById = new Map();
  private readonly open: OrdersById = new Map();
  private readonly bySymbol = new Map<string, SymbolIndex>();
  /** Client ids of open orders, with how many open orders carry each. */
  private readonly openClientIds = new Map<string, number>();
  /** In order of finishing. */
  private readonly finished = new Set<EngineOrder>();

  private symbol(symbol: string): SymbolIndex {
    let index = this.bySymbol.get(symbol);
    if (index === undefined) {
      index = { all: new Map(), open: new Map(), byClientId: new Map(), fills: [] };
      this.bySymbol.set(symbol, index);
    }
    return index;
  }

  add(order: EngineOrder): void {
    const index = this.symbol(order.request.symbol);
    const clientId = order.request.clientOrderId;
    this.all.set(order.id, order);
    this.open.set(order.id, order);
    index.all.set(order.id, order);
    index.open.set(order.id, order);
    index.byClientId.set(clientId, order);
    this.openClientIds.set(clientId, (this.openClientIds.get(clientId) ?? 0) + 1);
  }

  /** The order is open no longer. */
  finish(order: EngineOrder): void {
    const clientId = order.request.clientOrderId;
    this.open.delete(order.id);
    this.symbol(order.request.symbol).open.delete(order.id);
    const carriers = (this.openClientIds.get(clientId) ?? 0) - 1;
    if (carriers > 0) this.openClientIds.set(clientId, carriers);
    else this.openClientIds.delete(clientId);
    this.finished.add(order);
  }

  hasOpenClientId(clientOrderId: string): boolean {
    return this.openClientIds.has(clientOrderId);
  }

  openCount(symbol: string): number {
    return this.bySymbol.get(symbol)?.open.size ?? 0;
  }

  find(symbol: string, ref: OrderRef): EngineOrder | null {
    const index = this.bySymbol.get(symbol);
    if (index === undefined) return null;
    return ('orderId' in ref ? index.all.get(ref.orderId) : index.byClientId.get(ref.clientOrderId)) ?? null;
  }

  findById(orderId: bigint): EngineOrder | null {
    return this.all.get(orderId) ?? null;
  }

  openOrders(symbol: string | null): IterableIterator<EngineOrder> {
    return (symbol === null ? this.open : (this.bySymbol.get(symbol)?.open ?? NONE)).values();
  }

  /** Those that ended at that time or later, oldest first. */
  *endedSince(symbol: string | null, time: number): Iterable<EngineOrder> {
    for (const order of this.finished)
      if (order.updatedAt >= time && (symbol === null || order.request.symbol === symbol)) yield order;
  }

  orders(symbol: string | null): IterableIterator<EngineOrder> {
    return (symbol === null ? this.all : (this.bySymbol.get(symbol)?.all ?? NONE)).values();
  }

  addFill(order: EngineOrder, fill: VenueFill): void {
    order.fills.push(fill);
    this.symbol(fill.symbol).fills.push(fill);
  }

  /** Oldest first. */
  fills(query: FillQuery): VenueFill[] {
    const wanted = (fill: VenueFill): boolean =>
      (query.symbol === undefined || fill.symbol === query.symbol) &&
      (query.fromTradeId === undefined || fill.tradeId >= query.fromTradeId) &&
      (query.startTime === undefined || fill.time >= query.startTime) &&
      (query.endTime === undefined || fill.time <= query.endTime);
    if (query.orderId !== undefined) return (this.all.get(query.orderId)?.fills ?? []).filter(wanted);
    if (query.symbol !== undefined) return (this.bySymbol.get(query.symbol)?.fills ?? []).filter(wanted);
    const found = [...this.bySymbol.values()].flatMap((index) => index.fills.filter(wanted));
    return this.bySymbol.size > 1 ? found.sort((a, b) => (a.fillId < b.fillId ? -1 : 1)) : found;
  }

  /** Forgets orders that finished before `time`, and all but the newest `keep` finished ones. Returns how many were forgotten. */
  forgetFinished(time: number, keep: number): number {
    let forgotten = 0;
    for (const order of this.finished) {
      if (order.updatedAt >= time && this.finished.size <= keep) break;
      this.finished.delete(order);
      this.all.delete(order.id);
      const index = this.symbol(order.request.symbol);
      index.all.delete(order.id);
      const clientId = order.request.clientOrderId;
      if (index.byClientId.get(clientId) === order) index.byClientId.delete(clientId);
      forgotten++;
    }
    return forgotten;
  }

  /** Forgets fills older than `time`, and all but the newest `keep` of each symbol. */
  forgetFills(time: number, keep: number): void {
    for (const index of this.bySymbol.values()) {
      const firstRecent = index.fills.findIndex((fill) => fill.time >= time);
      const byAge = firstRecent < 0 ? index.fills.length : firstRecent;
      const cut = Math.max(byAge, index.fills.length - keep);
      if (cut > 0) index.fills = index.fills.slice(cut);
    }
  }
}
