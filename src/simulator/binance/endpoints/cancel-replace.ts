// Cancel one order and place another: not transactional, with a result for each half (binance.md A7.4).
// Filters and order counts are looked at before anything is canceled.

import type { VenueAccount } from '../../venue.ts';
import type { Desk } from '../desk.ts';
import type { Endpoint } from '../endpoint.ts';
import { ApiError, invalidValue, missing, oneOfMissing } from '../errors.ts';
import type { Params } from '../params.ts';
import { cancelReply, placeReply } from '../render-orders.ts';
import { generatedId, NEW_ORDER_PARAMS, place, readNewOrder, type NewOrder } from './new-order.ts';
import { cancel, readRestriction, type CancelRequest } from './orders.ts';

const MODES = ['STOP_ON_FAILURE', 'ALLOW_FAILURE'] as const;
const LIMIT_MODES = ['DO_NOTHING', 'CANCEL_ONLY'] as const;

/** One half's result: its report, or why it failed. */
type Half = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: ApiError };

function attempt(act: () => string): Half {
  try {
    return { ok: true, text: act() };
  } catch (error) {
    if (error instanceof ApiError) return { ok: false, error };
    throw error;
  }
}

export function cancelReplaceEndpoints(desk: Desk): Endpoint[] {
  return [
    {
      rest: 'POST /api/v3/order/cancelReplace',
      method: 'order.cancelReplace',
      security: 'signed',
      operation: 'create',
      weight: 1,
      params: [
        ...NEW_ORDER_PARAMS,
        'cancelReplaceMode',
        'cancelOrderId',
        'cancelOrigClientOrderId',
        'cancelNewClientOrderId',
        'cancelRestrictions',
        'orderRateLimitExceededMode',
      ],
      isOrder: true,
      placesOrder: true,
      run: ({ params, account }) => cancelReplace(desk, account, params),
    },
  ];
}

function readCancel(desk: Desk, params: Params, symbol: string): CancelRequest {
  const orderId = params.id('cancelOrderId');
  const clientOrderId = params.optional('cancelOrigClientOrderId');
  if (orderId === null && clientOrderId === null) throw oneOfMissing('cancelOrigClientOrderId', 'cancelOrderId');
  const cancelId = params.clientId('cancelNewClientOrderId') ?? generatedId(desk);
  return { symbol, orderId, clientOrderId, cancelId, restriction: readRestriction(params) };
}

function cancelReplace(desk: Desk, account: VenueAccount, params: Params): string {
  const mode = params.oneOf('cancelReplaceMode', MODES, () => invalidValue('Invalid cancelReplaceMode.'));
  if (mode === null) throw missing('cancelReplaceMode');
  const limitMode =
    params.oneOf('orderRateLimitExceededMode', LIMIT_MODES, () =>
      invalidValue('Invalid orderRateLimitExceededMode.'),
    ) ?? 'DO_NOTHING';
  const order = readNewOrder(desk, account, params);
  const cancelRequest = readCancel(desk, params, order.request.symbol);
  const refusal = attempt(() => {
    desk.limits.checkOrders(account.uid, desk.serverTime());
    return '';
  });
  if (!refusal.ok && limitMode === 'DO_NOTHING') throw refusal.error;

  const { wire } = order.listed;
  const canceled = attempt(() => cancelReply(wire, cancel(desk, account, cancelRequest)));
  if (!canceled.ok && mode === 'STOP_ON_FAILURE') {
    // It counts as an order even though none was attempted (A3.2).
    if (refusal.ok) desk.limits.countOrder(account.uid, desk.serverTime());
    throw failed(canceled, null);
  }
  const placed = refusal.ok ? attempt(() => placeNew(desk, account, order)) : refusal;
  if (canceled.ok && placed.ok) return resultText(canceled, placed);
  throw failed(canceled, placed);
}

function placeNew(desk: Desk, account: VenueAccount, { listed, request, response }: NewOrder): string {
  const { order, fills } = place(desk, account, request);
  return placeReply(listed.wire, order, fills, response, desk.selfTrades.of(order.orderId));
}

function failed(canceled: Half, placed: Half | null): ApiError {
  const data = resultText(canceled, placed);
  if (canceled.ok || placed?.ok === true) {
    return new ApiError(409, -2021, 'Order cancel-replace partially failed.', { data });
  }
  return new ApiError(400, -2022, 'Order cancel-replace failed.', { data });
}

function resultText(canceled: Half, placed: Half | null): string {
  const outcome = (half: Half): string => (half.ok ? 'SUCCESS' : 'FAILURE');
  const response = (half: Half): string => (half.ok ? half.text : half.error.body);
  return (
    `{"cancelResult":"${outcome(canceled)}","newOrderResult":"${placed === null ? 'NOT_ATTEMPTED' : outcome(placed)}"` +
    `,"cancelResponse":${response(canceled)},"newOrderResponse":${placed === null ? 'null' : response(placed)}}`
  );
}
