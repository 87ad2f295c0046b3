// Orders and fills in HTX's words: rows of its queries and pushes of its private channels (htx.md sections 5.12-5.16, 7, 8.3, 8.4).

import { Decimal } from '../../domain/decimal.ts';
import type { JsonValue } from '../json-text.ts';
import type { VenueAccount, VenueFill, VenueOrder } from '../venue.ts';

/** A decoy account stands before the spot account in the list, as on the exchange (section 14, point 2). */
export function spotAccountId(account: VenueAccount): number {
  return account.uid * 10 + 1;
}
export function pointAccountId(account: VenueAccount): number {
  return account.uid * 10;
}
export function marginAccountId(account: VenueAccount): number {
  return account.uid * 10 + 2;
}

const OF_MARGIN = 1_000_000_000n;
/** Tag of an order that was not sent by the spot account. */
const SOURCE = 'source';

/** The order and the fill that the margin account makes of the spot account's. */
export function marginOrder(order: VenueOrder): VenueOrder {
  return {
    ...order,
    orderId: order.orderId + OF_MARGIN,
    clientOrderId: order.clientOrderId === '' ? '' : `${order.clientOrderId}-m`,
    tag: { ...order.tag, [SOURCE]: 'super-margin-api' },
  };
}
export function marginFill(fill: VenueFill): VenueFill {
  return { ...fill, orderId: fill.orderId + OF_MARGIN, tradeId: fill.tradeId + OF_MARGIN };
}

function sourceOf(order: VenueOrder): string {
  return order.tag[SOURCE] ?? 'spot-api';
}

export function stateOf(order: VenueOrder): string {
  if (order.status === 'open') return order.filled.isZero() ? 'submitted' : 'partial-filled';
  if (order.status === 'filled') return 'filled';
  return order.filled.isZero() ? 'canceled' : 'partial-canceled';
}

/** The number that cancel answers give for an order that is not open (section 5.5). */
export function stateNumber(order: VenueOrder): number {
  const state = stateOf(order);
  return state === 'filled' ? 6 : state === 'partial-canceled' ? 5 : 7;
}

/** REST pads decimals to 18 places (section 5.0). */
function padded(value: Decimal): string {
  return value.toFixed(18);
}

/** Zero is `0.0` where the query rows have it. */
function short(value: Decimal): string {
  return value.isZero() ? '0.0' : padded(value);
}

function isBuyMarket(order: VenueOrder): boolean {
  return order.type === 'MARKET' && order.side === 'BUY';
}

/** What was asked for: base, or the quote value of a buy-market. */
function asked(order: VenueOrder): Decimal {
  return order.quoteQuantity ?? order.quantity ?? Decimal.ZERO;
}

export function wireType(order: VenueOrder): string {
  return order.tag['type'] ?? `${order.side.toLowerCase()}-${order.type.toLowerCase()}`;
}

/** A row of `GET /v1/order/openOrders`. */
export function openOrderRow(order: VenueOrder, rawSymbol: string, accountId: number): JsonValue {
  return {
    id: order.orderId,
    symbol: rawSymbol,
    'account-id': accountId,
    'account-type': 'spot',
    'client-order-id': order.clientOrderId,
    price: order.price === null ? undefined : padded(order.price),
    amount: padded(asked(order)),
    'created-at': order.createdAt,
    type: wireType(order),
    state: stateOf(order),
    source: 'api',
    'filled-amount': short(order.filled),
    'filled-cash-amount': short(order.filledQuote),
    'filled-fees': short(order.fee),
    'ice-amount': '0.0',
  };
}

/** The answer of `GET /v1/order/orders/{id}` and the rows of order history. */
export function orderRow(order: VenueOrder, rawSymbol: string, accountId: number): JsonValue {
  const state = stateOf(order);
  const ended = order.status === 'open' ? 0 : order.updatedAt;
  const canceled = state === 'canceled' || state === 'partial-canceled';
  return {
    id: order.orderId,
    symbol: rawSymbol,
    'account-id': accountId,
    'user-id': order.accountUid,
    'client-order-id': order.clientOrderId,
    amount: padded(asked(order)),
    price: order.price === null ? '0' : padded(order.price),
    'created-at': order.createdAt,
    'finished-at': ended,
    'canceled-at': canceled ? ended : 0,
    type: wireType(order),
    'field-amount': short(order.filled),
    'field-cash-amount': short(order.filledQuote),
    'field-fees': short(order.fee),
    source: 'spot-api',
    state,
    'updated-at': order.updatedAt,
  };
}

export function matchRow(fill: VenueFill, order: VenueOrder | null, rawSymbol: string): JsonValue {
  return {
    // Unique per row and growing with time: the paging key (section 5.16).
    id: fill.fillId,
    'order-id': fill.orderId,
    'match-id': fill.tradeId,
    'trade-id': fill.tradeId,
    symbol: rawSymbol,
    type: order === null ? `${fill.side.toLowerCase()}-limit` : wireType(order),
    source: 'spot-api',
    price: fill.price.toString(),
    'filled-amount': fill.quantity.toString(),
    'filled-fees': fill.fee.toString(),
    'fee-currency': fill.feeAsset.toLowerCase(),
    'filled-points': '0.0',
    'fee-deduct-currency': '',
    'fee-deduct-state': 'done',
    role: fill.maker ? 'maker' : 'taker',
    'created-at': fill.time,
  };
}

/** How much of the order is done and left, in its own unit: quote for a buy-market (section 8.3). */
function executed(order: VenueOrder): { readonly execAmt: string; readonly remainAmt: string } {
  const done = isBuyMarket(order) && order.quoteQuantity !== null ? order.filledQuote : order.filled;
  return { execAmt: done.toString(), remainAmt: asked(order).sub(done).toString() };
}

function terms(order: VenueOrder): { readonly [key: string]: JsonValue | undefined } {
  const size =
    isBuyMarket(order) && order.quoteQuantity !== null
      ? { orderValue: asked(order).toString() }
      : { orderSize: asked(order).toString() };
  return order.price === null ? size : { orderPrice: order.price.toString(), ...size };
}

export function creationPush(order: VenueOrder, rawSymbol: string, accountId: number): JsonValue {
  return {
    orderCreateTime: order.createdAt,
    totalTradeAmount: '0',
    orderSource: sourceOf(order),
    accountId,
    ...terms(order),
    eventType: 'creation',
    symbol: rawSymbol,
    orderStatus: 'submitted',
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    type: wireType(order),
  };
}

/** Turnover keeps the scale of price times volume, as `16.68600` (section 8.3, notes for emitters). `fills`: those of the order so far. */
function turnover(order: VenueOrder, fills: readonly VenueFill[]): string {
  let scale = 0;
  for (const { price, quantity } of fills) scale = Math.max(scale, price.decimals() + quantity.decimals());
  return fills.length === 0 ? '0' : order.filledQuote.toFixed(scale);
}

export function tradePush(
  order: VenueOrder,
  fill: VenueFill,
  fills: readonly VenueFill[],
  rawSymbol: string,
): JsonValue {
  return {
    tradePrice: fill.price.toString(),
    tradeVolume: fill.quantity.toString(),
    tradeTime: fill.time,
    aggressor: !fill.maker,
    ...executed(order),
    ...terms(order),
    tradeId: fill.tradeId,
    totalTradeAmount: turnover(order, fills),
    orderSource: sourceOf(order),
    symbol: rawSymbol,
    eventType: 'trade',
    clientOrderId: order.clientOrderId,
    orderStatus: order.status === 'filled' ? 'filled' : 'partial-filled',
    orderId: order.orderId,
    type: wireType(order),
  };
}

export function cancellationPush(order: VenueOrder, fills: readonly VenueFill[], rawSymbol: string): JsonValue {
  return {
    ...executed(order),
    lastActTime: order.updatedAt,
    ...terms(order),
    orderSource: sourceOf(order),
    totalTradeAmount: turnover(order, fills),
    canceledSource: '',
    canceledSourceDesc: '',
    symbol: rawSymbol,
    eventType: 'cancellation',
    clientOrderId: order.clientOrderId,
    orderStatus: stateOf(order),
    orderId: order.orderId,
    type: wireType(order),
  };
}

export function clearingTrade(order: VenueOrder, fill: VenueFill, rawSymbol: string, accountId: number): JsonValue {
  return {
    eventType: 'trade',
    symbol: rawSymbol,
    orderId: order.orderId,
    orderSide: order.side.toLowerCase(),
    orderType: wireType(order),
    accountId,
    source: sourceOf(order),
    ...terms(order),
    clientOrderId: order.clientOrderId,
    orderCreateTime: order.createdAt,
    orderStatus: order.status === 'filled' ? 'filled' : 'partial-filled',
    feeCurrency: fill.feeAsset.toLowerCase(),
    tradePrice: fill.price.toString(),
    tradeVolume: fill.quantity.toString(),
    aggressor: !fill.maker,
    tradeId: fill.tradeId,
    tradeTime: fill.time,
    transactFee: fill.fee.toString(),
    feeDeduct: '0',
    feeDeductType: '',
  };
}

export function clearingCancellation(order: VenueOrder, rawSymbol: string, accountId: number): JsonValue {
  return {
    eventType: 'cancellation',
    symbol: rawSymbol,
    orderId: order.orderId,
    orderSide: order.side.toLowerCase(),
    orderType: wireType(order),
    accountId,
    source: sourceOf(order),
    ...terms(order),
    clientOrderId: order.clientOrderId,
    orderCreateTime: order.createdAt,
    remainAmt: executed(order).remainAmt,
    orderStatus: stateOf(order),
  };
}
