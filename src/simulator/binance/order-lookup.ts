// Which order a request means: by id, by the client id it carries now, or both (binance.md A7.2, A8.1).
// A cancel renames an order, so the ids of cancels are remembered here, and how many orders each account has open.

import { PerVenue } from '../per-venue.ts';
import type { Venue, VenueAccount, VenueEvent, VenueOrder } from '../venue.ts';
import { clientIdOf, isRenamed } from './order-words.ts';

const KEPT = 10_000;

/** The newest orders that were renamed by a cancel, by their new name. */
export class CancelIds {
  private readonly orders = new Map<string, bigint>();

  note(order: VenueOrder): void {
    if (!isRenamed(order)) return;
    this.orders.set(`${order.accountUid} ${order.symbol} ${order.cancelId}`, order.orderId);
    if (this.orders.size > KEPT) for (const oldest of this.orders.keys()) return void this.orders.delete(oldest);
  }

  find(uid: number, symbol: string, cancelId: string): bigint | null {
    return this.orders.get(`${uid} ${symbol} ${cancelId}`) ?? null;
  }
}

const CANCEL_IDS = new PerVenue<CancelIds>();

/** An order keeps its new name over a restart of the exchange. */
export function cancelIdsOf(venue: Venue): CancelIds {
  return CANCEL_IDS.of(venue, () => new CancelIds());
}

/** Open orders per account and symbol, counted without listing them. */
export class OpenOrders {
  private readonly venue: Venue;
  private readonly counts = new Map<string, number>();

  constructor(venue: Venue) {
    this.venue = venue;
  }

  count(uid: number, symbol: string): number {
    const key = `${uid} ${symbol}`;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = this.venue.openOrders(uid, symbol).length;
      this.counts.set(key, count);
    }
    return count;
  }

  note(event: VenueEvent): void {
    if (event.type === 'order-accepted') this.add(event.order, 1);
    else if (event.type === 'order-ended') this.add(event.order, -1);
    else if (event.type === 'order-filled' && event.order.status === 'filled') this.add(event.order, -1);
  }

  private add({ accountUid, symbol }: VenueOrder, change: number): void {
    const key = `${accountUid} ${symbol}`;
    const count = this.counts.get(key);
    if (count !== undefined) this.counts.set(key, count + change);
  }
}

interface LookupOptions {
  readonly venue: Venue;
  readonly cancelIds: CancelIds;
  readonly findsCanceledByOriginalId: boolean;
}

/** The order that carries this client id now; a canceled one carries its cancel's. */
export function byClientId(
  { venue, cancelIds, findsCanceledByOriginalId }: LookupOptions,
  account: VenueAccount,
  symbol: string,
  clientOrderId: string,
): VenueOrder | null {
  const newest = venue.order(account.uid, symbol, { clientOrderId });
  if (newest !== null && (findsCanceledByOriginalId || clientIdOf(newest) === clientOrderId)) return newest;
  const renamed = cancelIds.find(account.uid, symbol, clientOrderId);
  if (renamed !== null) return venue.order(account.uid, symbol, { orderId: renamed });
  // The newest was canceled and renamed; an older one may still carry the id, having been filled.
  return newest === null
    ? null
    : (venue.orders(account.uid, symbol).findLast((order) => clientIdOf(order) === clientOrderId) ?? null);
}

/** `wrong` when the two ids belong to different orders. */
export function findOrder(
  options: LookupOptions,
  account: VenueAccount,
  symbol: string,
  orderId: bigint | null,
  clientOrderId: string | null,
): VenueOrder | 'wrong' | null {
  if (orderId === null) return clientOrderId === null ? null : byClientId(options, account, symbol, clientOrderId);
  const order = options.venue.order(account.uid, symbol, { orderId });
  if (order === null || clientOrderId === null || clientIdOf(order) === clientOrderId) return order;
  return options.findsCanceledByOriginalId && order.clientOrderId === clientOrderId ? order : 'wrong';
}
