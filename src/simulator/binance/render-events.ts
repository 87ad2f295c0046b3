// Account events as JSON text, without their envelope: executionReport in every execution type, outboundAccountPosition, balanceUpdate.
// Key order and number formatting are those of binance.md A5.2 and A6; who gets them is user-streams.ts's part.

import type { Decimal } from '../../domain/decimal.ts';
import type { Balance, PlaceRejection, VenueEvent, VenueFill, VenueOrder } from '../venue.ts';
import {
  clientIdOf,
  expiryReasonOf,
  isRenamed,
  selfTradeModeOf,
  statusOf,
  timeInForceOf,
  typeOf,
} from './order-words.ts';
import { quantityOf } from './render-orders.ts';
import type { Prevention } from './self-trades.ts';
import { padded, ZERO } from './symbols.ts';

type OrderEvent = Extract<VenueEvent, { readonly order: VenueOrder }>;

const REJECT_REASONS: Readonly<Partial<Record<PlaceRejection, string>>> = {
  'insufficient-balance': 'INSUFFICIENT_BALANCES',
  'post-only-would-take': 'WOULD_MATCH_IMMEDIATELY',
};

export function executionReport(
  wire: string,
  event: OrderEvent,
  eventTime: number,
  prevention: Prevention | null,
): string {
  const { order } = event;
  const fill = event.type === 'order-filled' ? event.fill : null;
  const status = statusOf(order);
  const isPrevented = status === 'EXPIRED_IN_MATCH';
  const original = isRenamed(order) ? JSON.stringify(order.clientOrderId) : '""';
  return (
    `{"e":"executionReport","E":${eventTime},"s":"${wire}","c":${JSON.stringify(clientIdOf(order))},"S":"${order.side}"` +
    `,"o":"${typeOf(order)}","f":"${timeInForceOf(order)}","q":"${quantityOf(order)}","p":"${padded(order.price)}"` +
    `,"P":"${ZERO}","F":"${ZERO}","g":-1,"C":${original},"x":"${executionType(event, status)}","X":"${status}"` +
    `,"r":"${event.type === 'order-rejected' ? (REJECT_REASONS[event.rejection] ?? 'NONE') : 'NONE'}","i":${order.orderId}` +
    `${filled(order, fill)},"T":${event.time},"t":${fill === null ? '-1' : fill.tradeId}` +
    `${isPrevented && prevention !== null ? `,"v":${prevention.id}` : ''},"I":${event.sequence}` +
    `,"w":${isOnBook(event)},"m":${fill?.maker === true},"M":${fill !== null},"O":${order.createdAt}` +
    `,"Z":"${padded(order.filledQuote)}","Y":"${fill === null ? ZERO : padded(fill.quoteQuantity)}","Q":"${padded(order.quoteQuantity)}"` +
    `${strategy(order)}${event.type === 'order-rejected' ? '' : `,"W":${order.createdAt}`},"V":"${selfTradeModeOf(order)}"` +
    `${isPrevented && prevention !== null ? preventedMatch(wire, prevention) : ''}${expiry(event)}}`
  );
}

function executionType(event: OrderEvent, status: string): string {
  switch (event.type) {
    case 'order-accepted':
      return 'NEW';
    case 'order-filled':
      return 'TRADE';
    case 'order-rejected':
      return 'REJECTED';
    case 'order-ended':
      return status === 'EXPIRED_IN_MATCH' ? 'TRADE_PREVENTION' : status;
  }
}

/** l, z, L, n, N: the fill of this report and what there is in all. */
function filled(order: VenueOrder, fill: VenueFill | null): string {
  if (fill === null) return `,"l":"${ZERO}","z":"${padded(order.filled)}","L":"${ZERO}","n":"0","N":null`;
  return `,"l":"${padded(fill.quantity)}","z":"${padded(order.filled)}","L":"${padded(fill.price)}","n":"${padded(fill.fee)}","N":"${fill.feeAsset}"`;
}

/** Whether it stands in the book after this step; takers that never rest do not, even partly filled (A6.3). */
function isOnBook(event: OrderEvent): boolean {
  if (event.type === 'order-accepted') return true;
  const { order } = event;
  return (
    event.type === 'order-filled' && order.status === 'open' && order.type === 'LIMIT' && order.timeInForce === 'GTC'
  );
}

function strategy(order: VenueOrder): string {
  const { strategyId, strategyType } = order.tag;
  const id = strategyId === undefined ? '' : `,"j":${strategyId}`;
  return strategyType === undefined ? id : `${id},"J":${strategyType}`;
}

function preventedMatch(wire: string, prevention: Prevention): string {
  const { quantity, counterOrderId, matchQuantity, matchPrice } = prevention;
  return (
    `,"A":"${padded(quantity)}","B":"${padded(quantity)}","u":-1,"U":${counterOrderId},"Cs":"${wire}"` +
    `,"pl":"${padded(matchQuantity)}","pL":"${padded(matchPrice)}","pY":"${padded(matchQuantity.mul(matchPrice))}"`
  );
}

function expiry(event: OrderEvent): string {
  const reason = event.type === 'order-ended' ? expiryReasonOf(event.order) : null;
  return reason === null ? '' : `,"eR":"${reason}"`;
}

export function accountPosition(balances: Iterable<Balance>, eventTime: number, updateTime: number): string {
  const rows: string[] = [];
  for (const { asset, free, locked } of balances) {
    rows.push(`{"a":"${asset}","f":"${padded(free)}","l":"${padded(locked)}"}`);
  }
  return `{"e":"outboundAccountPosition","E":${eventTime},"u":${updateTime},"B":[${rows.join(',')}]}`;
}

export function balanceUpdate(asset: string, change: Decimal, eventTime: number, time: number): string {
  return `{"e":"balanceUpdate","E":${eventTime},"a":"${asset}","d":"${padded(change)}","T":${time}}`;
}
