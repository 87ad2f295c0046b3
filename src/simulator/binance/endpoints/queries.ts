// An account's orders and fills, asked for: one order, open orders, all orders, trades (binance.md A8.1, A8.2).
// What a fault hides from queries is the gateway's business.

import type { FillQuery, VenueAccount, VenueFill, VenueOrder } from '../../venue.ts';
import type { Desk } from '../desk.ts';
import type { Endpoint } from '../endpoint.ts';
import { badCombination, noSuchOrder, oneOfMissing, windowTooLong, wrongClientId } from '../errors.ts';
import { findOrder } from '../order-lookup.ts';
import type { Params } from '../params.ts';
import { fillRow, orderRow } from '../render-orders.ts';
import { listedSymbol } from './new-order.ts';
import { lookup } from './orders.ts';

const DAY = 86_400_000;
const STANDARD_LIMIT = 500;
const LARGEST_LIMIT = 1000;

interface Span {
  readonly startTime: number | null;
  readonly endTime: number | null;
}

function readSpan(params: Params): Span {
  const startTime = params.integer('startTime');
  const endTime = params.integer('endTime');
  if (startTime !== null && endTime !== null && endTime - startTime > DAY) throw windowTooLong();
  return { startTime, endTime };
}

/** Ascending; the newest `limit`, unless a beginning is given: then the oldest from there (A8.2). */
function page<T>(rows: readonly T[], limit: number, fromStart: boolean): readonly T[] {
  if (rows.length <= limit) return rows;
  return fromStart ? rows.slice(0, limit) : rows.slice(-limit);
}

export function queryEndpoints(desk: Desk): Endpoint[] {
  const row = (order: VenueOrder): string =>
    orderRow(desk.symbols.wire(order.symbol), order, desk.selfTrades.of(order.orderId));

  const isVisible = (account: VenueAccount, order: VenueOrder): boolean => !desk.gateway.isHidden(account.uid, order);

  const isFillVisible = (account: VenueAccount, fill: VenueFill): boolean => {
    const order = desk.venue.order(account.uid, fill.symbol, { orderId: fill.orderId });
    return order === null || isVisible(account, order);
  };

  return [
    {
      rest: 'GET /api/v3/order',
      method: 'order.status',
      security: 'signed',
      operation: 'query-order',
      weight: 4,
      params: ['symbol', 'orderId', 'origClientOrderId'],
      run({ params, account }) {
        const { instrument } = listedSymbol(desk, params);
        const orderId = params.id('orderId');
        const clientOrderId = params.optional('origClientOrderId');
        if (orderId === null && clientOrderId === null) throw oneOfMissing('origClientOrderId', 'orderId');
        const order = findOrder(lookup(desk), account, instrument.symbol, orderId, clientOrderId);
        if (order === 'wrong') throw wrongClientId();
        const shown = order === null ? null : desk.gateway.queried(order);
        if (shown === null) throw noSuchOrder();
        return row(shown);
      },
    },
    {
      rest: 'GET /api/v3/openOrders',
      method: 'openOrders.status',
      security: 'signed',
      operation: 'open-orders',
      weight: (params) => (params.has('symbol') ? 6 : 80),
      params: ['symbol'],
      run({ params, account }) {
        const symbol = params.has('symbol') ? listedSymbol(desk, params).instrument.symbol : null;
        const orders = desk.gateway.openOrders(account.uid, symbol);
        return `[${orders.map(row).join(',')}]`;
      },
    },
    {
      rest: 'GET /api/v3/allOrders',
      method: 'allOrders',
      security: 'signed',
      operation: 'query-order',
      weight: 20,
      params: ['symbol', 'orderId', 'startTime', 'endTime', 'limit'],
      run({ params, account }) {
        const { instrument } = listedSymbol(desk, params);
        const fromId = params.id('orderId');
        const { startTime, endTime } = readSpan(params);
        const limit = params.limit(STANDARD_LIMIT, LARGEST_LIMIT);
        const orders = desk.venue.orders(account.uid, instrument.symbol).filter((order) => {
          if (fromId !== null) return order.orderId >= fromId;
          return (
            (startTime === null || order.createdAt >= startTime) && (endTime === null || order.createdAt <= endTime)
          );
        });
        const visible = orders.filter((order) => isVisible(account, order));
        return `[${page(visible, limit, fromId !== null || startTime !== null)
          .map(row)
          .join(',')}]`;
      },
    },
    {
      rest: 'GET /api/v3/myTrades',
      method: 'myTrades',
      security: 'signed',
      operation: 'fills',
      weight: (params) => (params.has('orderId') ? 5 : 20),
      params: ['symbol', 'orderId', 'startTime', 'endTime', 'fromId', 'limit'],
      run({ params, account }) {
        const { wire, instrument } = listedSymbol(desk, params);
        const query = readFillQuery(params, instrument.symbol);
        const limit = params.limit(STANDARD_LIMIT, LARGEST_LIMIT);
        const fills = desk.venue.fills(account.uid, query).filter((fill) => isFillVisible(account, fill));
        const fromStart = query.fromTradeId !== undefined || query.startTime !== undefined;
        return `[${page(fills, limit, fromStart)
          .map((fill) => fillRow(wire, fill))
          .join(',')}]`;
      },
    },
    {
      rest: 'GET /api/v3/myPreventedMatches',
      method: 'myPreventedMatches',
      security: 'signed',
      operation: 'other',
      weight: (params) => (params.has('orderId') ? 20 : 2),
      params: ['symbol', 'preventedMatchId', 'orderId', 'fromPreventedMatchId', 'limit'],
      run({ params, account }) {
        const { wire } = listedSymbol(desk, params);
        const orderId = params.id('orderId');
        const prevention = orderId === null ? null : desk.selfTrades.of(orderId);
        if (prevention === null) return '[]';
        const { id, takerOrderId, makerOrderId, matchPrice, matchQuantity } = prevention;
        return (
          `[{"symbol":"${wire}","preventedMatchId":${id},"takerOrderId":${takerOrderId},"makerSymbol":"${wire}","makerOrderId":${makerOrderId}` +
          `,"tradeGroupId":${account.uid},"price":"${matchPrice.toFixed(8)}","makerPreventedQuantity":"${matchQuantity.toFixed(8)}"}]`
        );
      },
    },
  ];
}

/** Only some combinations are allowed (A8.2). */
function readFillQuery(params: Params, symbol: string): FillQuery {
  const orderId = params.id('orderId');
  const fromId = params.id('fromId');
  const { startTime, endTime } = readSpan(params);
  const hasSpan = startTime !== null || endTime !== null;
  if (hasSpan && (orderId !== null || fromId !== null)) throw badCombination();
  return {
    symbol,
    ...(orderId === null ? {} : { orderId }),
    ...(fromId === null ? {} : { fromTradeId: fromId }),
    ...(startTime === null ? {} : { startTime }),
    ...(endTime === null ? {} : { endTime }),
  };
}
