// Order entry: place, test, cancel, cancel all on a symbol (binance.md A7.1 to A7.3).
// How a new order is read is new-order.ts's part, cancel-replace has its own file.

import type { VenueAccount, VenueOrder } from '../../venue.ts';
import type { Desk } from '../desk.ts';
import type { Endpoint } from '../endpoint.ts';
import { invalidRestriction, missing, oneOfMissing, restricted, unknownOrder } from '../errors.ts';
import { findOrder } from '../order-lookup.ts';
import { statusOf } from '../order-words.ts';
import type { Params } from '../params.ts';
import { cancelReply, placeReply } from '../render-orders.ts';
import { commissionText } from './account.ts';
import { generatedId, listedSymbol, NEW_ORDER_PARAMS, place, readNewOrder } from './new-order.ts';

const RESTRICTIONS = ['ONLY_NEW', 'ONLY_PARTIALLY_FILLED'] as const;
type Restriction = (typeof RESTRICTIONS)[number];

export interface CancelRequest {
  readonly symbol: string;
  readonly orderId: bigint | null;
  readonly clientOrderId: string | null;
  readonly cancelId: string;
  readonly restriction: Restriction | null;
}

export function readRestriction(params: Params): Restriction | null {
  return params.oneOf('cancelRestrictions', RESTRICTIONS, invalidRestriction);
}

/** Cancels one open order; throws -2011 when there is none such, or it does not meet the restriction. */
export function cancel(desk: Desk, account: VenueAccount, request: CancelRequest): VenueOrder {
  const { symbol, orderId, clientOrderId, cancelId, restriction } = request;
  const found = findOrder(lookup(desk), account, symbol, orderId, clientOrderId);
  if (found === null || found === 'wrong' || found.status !== 'open') throw unknownOrder();
  const wanted = restriction === 'ONLY_NEW' ? 'NEW' : 'PARTIALLY_FILLED';
  if (restriction !== null && statusOf(found) !== wanted) throw restricted();
  const result = desk.venue.cancel(account.uid, symbol, { orderId: found.orderId }, cancelId);
  if (!result.ok) throw unknownOrder();
  desk.cancelIds.note(result.order);
  return result.order;
}

export function lookup(desk: Desk): Parameters<typeof findOrder>[0] {
  const { venue, cancelIds, options } = desk;
  return { venue, cancelIds, findsCanceledByOriginalId: options.findsCanceledByOriginalId };
}

export function orderEndpoints(desk: Desk): Endpoint[] {
  return [
    {
      rest: 'POST /api/v3/order',
      method: 'order.place',
      security: 'signed',
      operation: 'create',
      weight: 1,
      params: NEW_ORDER_PARAMS,
      isOrder: true,
      placesOrder: true,
      run({ params, account }) {
        const { listed, request, response } = readNewOrder(desk, account, params);
        desk.limits.checkOrders(account.uid, desk.serverTime());
        const { order, fills } = place(desk, account, request);
        return placeReply(listed.wire, order, fills, response, desk.selfTrades.of(order.orderId));
      },
    },
    {
      rest: 'POST /api/v3/order/test',
      method: 'order.test',
      security: 'signed',
      operation: 'other',
      weight: (params) => (params.raw('computeCommissionRates') === 'true' ? 20 : 1),
      params: [...NEW_ORDER_PARAMS, 'computeCommissionRates'],
      run({ params, account }) {
        readNewOrder(desk, account, params);
        if (params.boolean('computeCommissionRates') !== true) return '{}';
        return `{${commissionText(account, 'ForOrder')}}`;
      },
    },
    {
      rest: 'DELETE /api/v3/order',
      method: 'order.cancel',
      security: 'signed',
      operation: 'cancel',
      weight: 1,
      params: ['symbol', 'orderId', 'origClientOrderId', 'newClientOrderId', 'cancelRestrictions'],
      isOrder: true,
      run({ params, account }) {
        const listed = listedSymbol(desk, params);
        const orderId = params.id('orderId');
        const clientOrderId = params.optional('origClientOrderId');
        if (orderId === null && clientOrderId === null) throw oneOfMissing('origClientOrderId', 'orderId');
        const order = cancel(desk, account, {
          symbol: listed.instrument.symbol,
          orderId,
          clientOrderId,
          cancelId: params.clientId('newClientOrderId') ?? generatedId(desk),
          restriction: readRestriction(params),
        });
        return cancelReply(listed.wire, order);
      },
    },
    {
      rest: 'DELETE /api/v3/openOrders',
      method: 'openOrders.cancelAll',
      security: 'signed',
      operation: 'cancel-all',
      weight: 1,
      params: ['symbol'],
      isOrder: true,
      run({ params, account }) {
        if (!params.has('symbol')) throw missing('symbol');
        const listed = listedSymbol(desk, params);
        const ended = desk.venue.cancelAll(account.uid, listed.instrument.symbol, generatedId(desk));
        if (ended.length === 0) throw unknownOrder();
        for (const order of ended) desk.cancelIds.note(order);
        return `[${ended.map((order) => cancelReply(listed.wire, order)).join(',')}]`;
      },
    },
  ];
}
