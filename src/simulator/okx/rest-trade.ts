// The endpoints under /api/v5/trade (okx.md 6, 9).
// What an order may be is placing.ts's, what happens to it trading.ts's, what lists show history.ts's.

import { emptyParameter, refusal } from './refusal.ts';
import { limit } from './limiter.ts';
import { finishedOrders, fills, orderRow, pendingOrders, queriedOrder } from './history.ts';
import { requiredInstrument } from './instruments.ts';
import { whole } from './fields.ts';
import { privateGet, rows, type Answer, type Endpoint, type PrivateCall, type PrivateEndpoint } from './rest-call.ts';
import { BATCH_SIZE, chargeItems, outerCode, runItem, type Action } from './trading.ts';
import type { Row } from './order-rows.ts';

const OUTER_TEXTS = { '0': '', '1': 'All operations failed', '2': 'Bulk operation partially succeeded.' } as const;

/** One answer for all items of a trade request. */
export function itemsAnswer(items: readonly Row[]): Answer {
  const code = outerCode(items);
  return { code, msg: OUTER_TEXTS[code], data: items, timed: true };
}

const TOO_LARGE = { place: '51111', cancel: '51406', amend: '51501' } as const;

function itemsEndpoint(path: string, action: Action, batch: boolean): PrivateEndpoint {
  return {
    access: 'private',
    method: 'POST',
    path: `trade/${path}`,
    operation: action === 'place' ? 'create' : action === 'cancel' ? 'cancel' : 'other',
    limit: null,
    items: { action, batch },
    trades: true,
    handle({ site, account, body }) {
      const items: readonly unknown[] = batch ? (Array.isArray(body) ? body : [body]) : [body];
      if (items.length === 0) throw refusal('50000');
      if (items.length > BATCH_SIZE) throw refusal(TOO_LARGE[action]);
      if (!chargeItems(site, account, action, items)) throw refusal('50011');
      return itemsAnswer(items.map((item) => runItem(site, account, action, item, 'rest')));
    },
  };
}

function oneOrder({ site, account, fields }: PrivateCall): readonly Row[] {
  const instrument = requiredInstrument(site, fields);
  if (fields.text('ordId') === '' && fields.text('clOrdId') === '') throw emptyParameter('ordId');
  const order = queriedOrder(site, account, instrument.symbol, fields);
  if (order === null) throw refusal('51603');
  return [orderRow(site, order)];
}

const CANCEL_ALL_AFTER = limit('cancel-all-after', 1, 'user+tag', 1000);

/** Times in seconds, as in the documentation's example (okx.md 6.7). */
function cancelAllAfter({ site, account, fields }: PrivateCall): Answer {
  if (fields.text('timeOut') === '') throw emptyParameter('timeOut');
  const seconds = whole(fields, 'timeOut', 0);
  const tag = fields.text('tag');
  site.switches.set(account.uid, tag, seconds);
  const now = Math.floor(site.now() / 1000);
  const triggerTime = seconds === 0 ? '0' : String(now + seconds);
  return rows([{ triggerTime, tag, ts: String(now) }]);
}

export const TRADE_ENDPOINTS: readonly Endpoint[] = [
  itemsEndpoint('order', 'place', false),
  itemsEndpoint('batch-orders', 'place', true),
  itemsEndpoint('cancel-order', 'cancel', false),
  itemsEndpoint('cancel-batch-orders', 'cancel', true),
  itemsEndpoint('amend-order', 'amend', false),
  itemsEndpoint('amend-batch-orders', 'amend', true),
  privateGet('trade/order', 'query-order', limit('order', 60, 'user+instrument'), oneOrder),
  privateGet('trade/orders-pending', 'open-orders', limit('orders-pending', 60, 'user'), ({ site, account, fields }) =>
    pendingOrders(site, account, fields),
  ),
  privateGet('trade/orders-history', 'query-order', limit('orders-history', 40, 'user'), ({ site, account, fields }) =>
    finishedOrders(site, account, fields, 7),
  ),
  privateGet(
    'trade/orders-history-archive',
    'query-order',
    limit('orders-history-archive', 20, 'user'),
    ({ site, account, fields }) => finishedOrders(site, account, fields, 90),
  ),
  privateGet('trade/fills', 'fills', limit('fills', 60, 'user'), ({ site, account, fields }) =>
    fills(site, account, fields, 3),
  ),
  privateGet('trade/fills-history', 'fills', limit('fills-history', 10, 'user'), ({ site, account, fields }) =>
    fills(site, account, fields, 90),
  ),
  {
    access: 'private',
    method: 'POST',
    path: 'trade/cancel-all-after',
    operation: 'cancel-all-after',
    limit: CANCEL_ALL_AFTER,
    trades: true,
    handle: cancelAllAfter,
  },
  privateGet('trade/account-rate-limit', 'other', limit('account-rate-limit', 1, 'user', 1000), ({ site }) => [
    { accRateLimit: '', fillRatio: '', mainFillRatio: '', nextAccRateLimit: '', ts: String(site.now()) },
  ]),
];
