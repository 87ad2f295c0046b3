// Replies about orders as JSON text: placement (ACK, RESULT, FULL), cancel, query rows, fills (binance.md A7, A8).
// Text is put together by hand: ids stay exact beyond 2^53 and nothing is built only to be serialized.

import { Decimal } from '../../domain/decimal.ts';
import type { VenueFill, VenueOrder } from '../venue.ts';
import { clientIdOf, expiryReasonOf, selfTradeModeOf, statusOf, timeInForceOf, typeOf } from './order-words.ts';
import type { Prevention } from './self-trades.ts';
import { padded, ZERO } from './symbols.ts';

export type ResponseKind = 'ACK' | 'RESULT' | 'FULL';

/** Place and cancel replies print an absent quote amount with six decimals; queries with eight. */
const NO_QUOTE_AMOUNT = '0.000000';

function quoteAmount(order: VenueOrder): string {
  return order.quoteQuantity === null ? NO_QUOTE_AMOUNT : padded(order.quoteQuantity);
}

/** An order by quote amount has no quantity of its own. What stands there is not documented: here every other one shows what it got, the rest zero. */
export function quantityOf(order: VenueOrder): string {
  return padded(order.quantity ?? (order.orderId % 2n === 0n ? order.filled : Decimal.ZERO));
}

function strategy(order: VenueOrder): string {
  const { strategyId, strategyType } = order.tag;
  const id = strategyId === undefined ? '' : `,"strategyId":${strategyId}`;
  return strategyType === undefined ? id : `${id},"strategyType":${strategyType}`;
}

function prevented(prevention: Prevention | null): string {
  if (prevention === null) return '';
  return `,"preventedMatchId":${prevention.id},"preventedQuantity":"${padded(prevention.quantity)}"`;
}

function expiry(order: VenueOrder): string {
  const reason = expiryReasonOf(order);
  return reason === null ? '' : `,"expiryReason":"${reason}"`;
}

export function placeReply(
  wire: string,
  order: VenueOrder,
  fills: readonly VenueFill[],
  kind: ResponseKind,
  prevention: Prevention | null,
): string {
  const clientId = JSON.stringify(order.clientOrderId);
  const head = `{"symbol":"${wire}","orderId":${order.orderId},"orderListId":-1,"clientOrderId":${clientId},"transactTime":${order.updatedAt}`;
  if (kind === 'ACK') return `${head}}`;
  const body =
    `,"price":"${padded(order.price)}","origQty":"${quantityOf(order)}","executedQty":"${padded(order.filled)}"` +
    `,"origQuoteOrderQty":"${quoteAmount(order)}","cummulativeQuoteQty":"${padded(order.filledQuote)}"` +
    `,"status":"${statusOf(order)}","timeInForce":"${timeInForceOf(order)}","type":"${typeOf(order)}","side":"${order.side}"` +
    `${strategy(order)},"workingTime":${order.createdAt}`;
  const list = kind === 'FULL' ? `,"fills":[${fills.map((fill) => fillOfReply(fill)).join(',')}]` : '';
  return `${head}${body}${list},"selfTradePreventionMode":"${selfTradeModeOf(order)}"${prevented(prevention)}${expiry(order)}}`;
}

function fillOfReply(fill: VenueFill): string {
  return `{"price":"${padded(fill.price)}","qty":"${padded(fill.quantity)}","commission":"${padded(fill.fee)}","commissionAsset":"${fill.feeAsset}","tradeId":${fill.tradeId}}`;
}

export function cancelReply(wire: string, order: VenueOrder): string {
  return (
    `{"symbol":"${wire}","origClientOrderId":${JSON.stringify(order.clientOrderId)},"orderId":${order.orderId},"orderListId":-1` +
    `,"clientOrderId":${JSON.stringify(clientIdOf(order))},"transactTime":${order.updatedAt},"price":"${padded(order.price)}"` +
    `,"origQty":"${quantityOf(order)}","executedQty":"${padded(order.filled)}","origQuoteOrderQty":"${quoteAmount(order)}"` +
    `,"cummulativeQuoteQty":"${padded(order.filledQuote)}","status":"${statusOf(order)}","timeInForce":"${timeInForceOf(order)}"` +
    `,"type":"${typeOf(order)}","side":"${order.side}"${strategy(order)},"selfTradePreventionMode":"${selfTradeModeOf(order)}"}`
  );
}

export function orderRow(wire: string, order: VenueOrder, prevention: Prevention | null): string {
  return (
    `{"symbol":"${wire}","orderId":${order.orderId},"orderListId":-1,"clientOrderId":${JSON.stringify(clientIdOf(order))}` +
    `,"price":"${padded(order.price)}","origQty":"${quantityOf(order)}","executedQty":"${padded(order.filled)}"` +
    `,"cummulativeQuoteQty":"${padded(order.filledQuote)}","status":"${statusOf(order)}","timeInForce":"${timeInForceOf(order)}"` +
    `,"type":"${typeOf(order)}","side":"${order.side}","stopPrice":"${ZERO}","icebergQty":"${ZERO}"${strategy(order)}` +
    `,"time":${order.createdAt},"updateTime":${order.updatedAt},"isWorking":true,"workingTime":${order.createdAt}` +
    `,"origQuoteOrderQty":"${padded(order.quoteQuantity)}","selfTradePreventionMode":"${selfTradeModeOf(order)}"` +
    `${prevented(prevention)}${expiry(order)}}`
  );
}

export function fillRow(wire: string, fill: VenueFill): string {
  return (
    `{"symbol":"${wire}","id":${fill.tradeId},"orderId":${fill.orderId},"orderListId":-1,"price":"${padded(fill.price)}"` +
    `,"qty":"${padded(fill.quantity)}","quoteQty":"${padded(fill.quoteQuantity)}","commission":"${padded(fill.fee)}"` +
    `,"commissionAsset":"${fill.feeAsset}","time":${fill.time},"isBuyer":${fill.side === 'BUY'},"isMaker":${fill.maker},"isBestMatch":true}`
  );
}
