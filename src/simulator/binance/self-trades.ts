// Prevented matches: what an order that died of self-trade prevention tells about the trade that did not happen (binance.md A6.7).
// The engine says only that it ended; the other order is found here from the events of the same step.

import { Decimal } from '../../domain/decimal.ts';
import { PerVenue } from '../per-venue.ts';
import type { Venue, VenueEvent, VenueOrder } from '../venue.ts';

export interface Prevention {
  readonly id: number;
  /** What of the order was prevented: all that was left of it. */
  readonly quantity: Decimal;
  readonly counterOrderId: bigint;
  /** The match that did not happen. */
  readonly matchQuantity: Decimal;
  readonly matchPrice: Decimal;
  readonly takerOrderId: bigint;
  readonly makerOrderId: bigint;
}

/** Older ones are forgotten: only replies and queries soon after show them. */
const KEPT = 1000;

export class SelfTrades {
  private readonly venue: Venue;
  private readonly byOrder = new Map<bigint, Prevention>();
  /** Per account, the order that was accepted last: in a step that prevents a match it is the taker. */
  private readonly incoming = new Map<number, VenueOrder>();
  private readonly expiredMaker = new Map<number, VenueOrder>();
  private nextId = 1;

  constructor(venue: Venue) {
    this.venue = venue;
  }

  note(event: VenueEvent): void {
    if (event.type === 'order-accepted') {
      this.incoming.set(event.order.accountUid, event.order);
      this.expiredMaker.delete(event.order.accountUid);
    } else if (event.type === 'order-filled') {
      if (this.incoming.get(event.order.accountUid)?.orderId === event.order.orderId) {
        this.incoming.set(event.order.accountUid, event.order);
      }
    } else if (event.type === 'order-ended' && event.reason === 'self-trade') this.prevent(event.order);
  }

  private prevent(order: VenueOrder): void {
    const taker = this.incoming.get(order.accountUid);
    if (taker === undefined) return;
    const isTaker = taker.orderId === order.orderId;
    const maker = isTaker ? (this.expiredMaker.get(order.accountUid) ?? this.restingOpposite(order)) : order;
    if (maker === null || maker.price === null) return;
    if (!isTaker) this.expiredMaker.set(order.accountUid, order);
    const left = remaining(order);
    const match = Decimal.min(remaining(isTaker ? order : taker), remaining(maker));
    this.byOrder.set(order.orderId, {
      id: this.nextId++,
      quantity: left,
      counterOrderId: isTaker ? maker.orderId : taker.orderId,
      matchQuantity: match,
      matchPrice: maker.price,
      takerOrderId: taker.orderId,
      makerOrderId: maker.orderId,
    });
    if (this.byOrder.size > KEPT) for (const oldest of this.byOrder.keys()) return void this.byOrder.delete(oldest);
  }

  /** The account's own best order on the other side: the one that an expired taker would have met. */
  private restingOpposite(taker: VenueOrder): VenueOrder | null {
    let best: VenueOrder | null = null;
    for (const order of this.venue.openOrders(taker.accountUid, taker.symbol)) {
      if (order.side === taker.side || order.price === null) continue;
      const standing = best?.price ?? null;
      const difference = standing === null ? null : order.price.cmp(standing);
      if (difference === null || (taker.side === 'BUY' ? difference < 0 : difference > 0)) best = order;
    }
    return best;
  }

  of(orderId: bigint): Prevention | null {
    return this.byOrder.get(orderId) ?? null;
  }
}

const SELF_TRADES = new PerVenue<SelfTrades>();

/** What was prevented, and the count of it, outlive a restart of the exchange. */
export function selfTradesOf(venue: Venue): SelfTrades {
  return SELF_TRADES.of(venue, () => new SelfTrades(venue));
}

function remaining(order: VenueOrder): Decimal {
  return order.quantity === null ? Decimal.ZERO : order.quantity.sub(order.filled);
}
