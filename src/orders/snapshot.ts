// From the state of an order to what a strategy sees: frozen snapshots with decimal strings. What a callback is worth is decided here too.
// When snapshots are made, and who gets them, is the order manager's part.

import { Decimal } from '../domain/decimal.ts';
import { averagePrice, cumulativeFee, filledQuantity, stateStatus, type OrderState } from '../domain/merge.ts';
import type { FillReport } from '../domain/order-report.ts';
import type { Fill, Order, OrderStatus } from '../domain/order.ts';
import type { Platform } from '../domain/platform.ts';
import { TRANSITIONS } from '../domain/transitions.ts';

/** Whose orders they are: goes into every snapshot. */
export interface Place {
  readonly platform: Platform;
  readonly account: string;
  readonly strategy: string;
  readonly symbol: string;
}

/** Statuses only go forwards: what was told stays where the new knowledge would be a step back. */
function forwards(told: OrderStatus | null, now: OrderStatus): OrderStatus {
  return told === null || told === now || TRANSITIONS[told].includes(now) ? now : told;
}

/** @param told the status that was told last, or null */
export function snapshotOf(place: Place, state: OrderState, told: OrderStatus | null): Order {
  const filledNow = filledQuantity(state);
  // A market order that spends a quote amount has no quantity of its own: it is what it has bought. One that bought more than was asked for has that.
  const stated = state.quantity.value;
  const quantity = stated === null || stated.lt(filledNow) ? filledNow : stated;
  const nothing = filledNow.isZero();
  const fee = nothing ? null : cumulativeFee(state);
  return Object.freeze<Order>({
    platform: place.platform,
    account: place.account,
    strategy: place.strategy,
    symbol: place.symbol,
    orderId: state.orderId ?? '',
    clientOrderId: state.clientOrderId ?? '',
    action: state.action ?? 'BUY',
    orderType: state.orderType ?? 'LIMIT',
    timeInForce: state.timeInForce ?? 'GTC',
    tradeType: state.tradeType,
    price: state.price.value === null ? null : state.price.value.toString(),
    quantity: quantity.toString(),
    filled: filledNow.toString(),
    remain: nothing ? quantity.toString() : quantity.sub(filledNow).toString(),
    avgPrice: nothing ? '0' : averagePrice(state).toString(),
    fee: fee === null ? '0' : fee.fee.toString(),
    feeAsset: fee === null ? null : fee.asset,
    status: forwards(told, stateStatus(state)),
    reason: state.reason,
    ctime: state.ctime,
    utime: state.utime,
  });
}

/**
 * Whether a strategy that was told `a` has to be told `b`: they differ in anything but the time of the last update. That an order failed is
 * said once, whatever else is learnt of it: a strategy may place another one each time it hears that.
 */
export function isNews(a: Order, b: Order): boolean {
  if (a.status === 'FAILED' && b.status === 'FAILED') return false;
  return (
    a.status !== b.status ||
    a.filled !== b.filled ||
    a.fee !== b.fee ||
    a.avgPrice !== b.avgPrice ||
    a.orderId !== b.orderId ||
    a.price !== b.price ||
    a.quantity !== b.quantity ||
    a.reason !== b.reason ||
    a.feeAsset !== b.feeAsset ||
    a.clientOrderId !== b.clientOrderId ||
    a.action !== b.action ||
    a.orderType !== b.orderType ||
    a.timeInForce !== b.timeInForce ||
    a.tradeType !== b.tradeType
  );
}

/** The fill as a strategy sees it. An unknown fee is '0' of no asset. */
export function fillOf(place: Place, state: OrderState, fill: FillReport): Fill {
  const known = fill.fee !== null;
  return Object.freeze<Fill>({
    platform: place.platform,
    account: place.account,
    strategy: place.strategy,
    symbol: place.symbol,
    orderId: state.orderId ?? '',
    clientOrderId: state.clientOrderId ?? '',
    tradeId: fill.tradeId,
    action: state.action ?? 'BUY',
    price: fill.price.toString(),
    quantity: fill.quantity.toString(),
    fee: (fill.fee ?? Decimal.ZERO).toString(),
    feeAsset: known ? fill.feeAsset : null,
    liquidity: fill.liquidity,
    timestamp: fill.time,
  });
}
