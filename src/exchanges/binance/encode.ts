// From commands to calls: which endpoint or method, with which parameters, of which weight (binance.md A3.3, A7, A8). Pure.
// Signing is sign.ts's part, choosing between socket and REST requests.ts's.

import type { Instrument } from '../../domain/instrument.ts';
import type { CreateCommand, OrderRef } from '../exchange.ts';
import type { Priority } from '../../wire/rate-budget.ts';
import { EXTRA } from './decode-market.ts';
import type { Params, ParamValue } from './sign.ts';

/** One call, on either transport: the parameters are the same (A7). */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Name on the WebSocket API; null when it is only ever made by REST. */
  readonly socketMethod: string | null;
  readonly params: Params;
  /** The order that it places: new-order.ts writes most of them faster than from the parameters. */
  readonly order?: CreateCommand;
  /** Taken from the budget before it goes out. Order calls weigh nothing when they succeed; what a failed one weighs, its reply says (A3.3). */
  readonly weight: number;
  /** New orders placed by it, for the unfilled-order count. */
  readonly orders: number;
  readonly priority: Priority;
  /** Called right before it leaves by REST: it may have waited for the rate limit. */
  readonly onLeaving?: (() => void) | undefined;
}

/** Parameters a caller's own options may not take the place of. */
const RESERVED: ReadonlySet<string> = new Set([
  'symbol',
  'side',
  'type',
  'timeInForce',
  'quantity',
  'quoteOrderQty',
  'price',
  'newClientOrderId',
  'newOrderRespType',
  'apiKey',
  'timestamp',
  'signature',
  'recvWindow',
]);

/** The exchange's own word. Only with LIMIT the time in force is sent: with anything else it is -1106 or -1114 (A7.1). */
export function typeOf({ orderType, timeInForce }: CreateCommand): 'MARKET' | 'LIMIT_MAKER' | 'LIMIT' {
  return orderType === 'MARKET' ? 'MARKET' : timeInForce === 'POST_ONLY' ? 'LIMIT_MAKER' : 'LIMIT';
}

function orderParams(command: CreateCommand): Params {
  const { instrument, timeInForce, price, quantity, quoteQuantity } = command;
  const type = typeOf(command);
  const params: Record<string, ParamValue> = { symbol: instrument.rawSymbol, side: command.action, type };
  if (type === 'LIMIT') params['timeInForce'] = timeInForce;
  if (quantity !== null) params['quantity'] = quantity.toString();
  if (quoteQuantity !== null) params['quoteOrderQty'] = quoteQuantity.toString();
  if (price !== null) params['price'] = price.toString();
  params['newClientOrderId'] = command.clientOrderId;
  // With its fills, for every type: should the stream be down, the reply tells all the same.
  params['newOrderRespType'] = 'FULL';
  for (const name in command.extra) {
    const value = command.extra[name];
    if (value !== undefined && !RESERVED.has(name)) params[name] = value;
  }
  return params;
}

class CreateCall implements Call {
  readonly method = 'POST';
  readonly path = '/api/v3/order';
  readonly socketMethod = 'order.place';
  readonly order: CreateCommand;
  readonly weight = 0;
  readonly orders = 1;
  readonly priority = 'order';

  constructor(order: CreateCommand) {
    this.order = order;
  }

  /** Made when somebody asks: few orders are written from them. */
  get params(): Params {
    return orderParams(this.order);
  }
}

export function createCall(command: CreateCommand): Call {
  return new CreateCall(command);
}

/** Null when the order can be expressed; else why not, and the way out. */
export function refusalOf(command: CreateCommand): string | null {
  const { instrument, orderType, timeInForce, quoteQuantity, extra } = command;
  if (orderType === 'MARKET') {
    if (timeInForce === 'POST_ONLY') return 'a MARKET order cannot be POST_ONLY; use a LIMIT order with a price';
    if (timeInForce === 'FOK')
      return 'Binance has no MARKET order that is filled wholly or not at all; use a LIMIT order with timeInForce FOK';
    if (quoteQuantity !== null && instrument.extra[EXTRA.quoteOrders] === 'false') {
      return `${instrument.symbol} takes no market orders by quoteQuantity; give the quantity in ${instrument.base}`;
    }
  }
  const type = typeOf(command);
  if (!isListed(instrument, EXTRA.orderTypes, type)) return `${instrument.symbol} does not take ${type} orders`;
  for (const name in extra)
    if (RESERVED.has(name)) return `option ${name} is set by the order itself and cannot be given apart`;
  const mode = extra['selfTradePreventionMode'];
  if (typeof mode === 'string' && !isListed(instrument, EXTRA.selfTradePreventionModes, mode)) {
    return `selfTradePreventionMode ${mode} is not allowed for ${instrument.symbol}; allowed: ${instrument.extra[EXTRA.selfTradePreventionModes]}`;
  }
  return null;
}

/** Lists of exchangeInfo, taken apart once: a handful for all instruments, and every order is checked against one. */
const LISTS = new Map<string | number, ReadonlySet<string>>();

/** An empty list was not stated and forbids nothing. */
function isListed(instrument: Instrument, name: string, value: string): boolean {
  const list = instrument.extra[name] ?? '';
  if (list === '') return true;
  let words = LISTS.get(list);
  if (words === undefined) {
    words = new Set(String(list).split(','));
    LISTS.set(list, words);
  }
  return words.has(value);
}

/** The exchange's id alone where it is known: the fastest form, and with both the client id must match as well (A7.2). */
function refParams(rawSymbol: string, ref: OrderRef): Record<string, ParamValue> {
  if (ref.orderId !== null) return { symbol: rawSymbol, orderId: BigInt(ref.orderId) };
  return { symbol: rawSymbol, origClientOrderId: ref.clientOrderId ?? '' };
}

export function cancelCall(rawSymbol: string, ref: OrderRef): Call {
  return {
    method: 'DELETE',
    path: '/api/v3/order',
    socketMethod: 'order.cancel',
    params: refParams(rawSymbol, ref),
    weight: 0,
    orders: 0,
    priority: 'cancel',
  };
}

export function cancelAllCall(rawSymbol: string): Call {
  return {
    method: 'DELETE',
    path: '/api/v3/openOrders',
    socketMethod: 'openOrders.cancelAll',
    params: { symbol: rawSymbol },
    weight: 0,
    orders: 0,
    priority: 'cancel',
  };
}

/** A question by REST: answers can be large, and the socket is for orders. */
export function getCall(path: string, params: Params, weight: number): Call {
  return { method: 'GET', path, socketMethod: null, params, weight, orders: 0, priority: 'query' };
}

/** The account with its balances (A8.3). By itself, and often enough, so it takes only what others leave. */
export function balancesCall(): Call {
  return { ...getCall('/api/v3/account', { omitZeroBalances: true }, 20), priority: 'spare' };
}

export function queryCall(rawSymbol: string, ref: OrderRef): Call {
  return getCall('/api/v3/order', refParams(rawSymbol, ref), 4);
}

export function openOrdersCall(rawSymbol: string | undefined): Call {
  return rawSymbol === undefined
    ? getCall('/api/v3/openOrders', {}, 80)
    : getCall('/api/v3/openOrders', { symbol: rawSymbol }, 6);
}

/** @param params allowed combinations: symbol with orderId, startTime and endTime, or fromId; orderId with fromId (A8.2) */
export function myTradesCall(params: Params): Call {
  return getCall('/api/v3/myTrades', params, 'orderId' in params ? 5 : 20);
}

/** Weight of the depth endpoint by its limit (A3.3). */
export function depthWeight(limit: number): number {
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250;
}
