// Reading the journal for people: finished and unfinished orders with everything that was heard of them, and receipts of revokes.
// What is written, and when, is sqlite-journal.ts's part.

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { OrderStatus } from '../domain/order.ts';
import { TRANSITIONS } from '../domain/transitions.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type { HistoryEvent, HistoryQuery, JournalPlace, JournalScope, OrderHistory } from '../orders/journal.ts';
import { summarize } from '../orders/remembered-state.ts';
import { parseFields, readIntent, readReport } from './report-text.ts';

const DEFAULT_LIMIT = 1_000;

/** Conditions and their values, for what the query names. */
function where(
  query: HistoryQuery,
  columns: readonly ('platform' | 'account' | 'symbol' | 'strategy')[],
  time: string,
): { sql: string; values: (string | number)[] } {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  for (const column of columns) {
    const value = query[column];
    if (value === undefined) continue;
    parts.push(`${column} = ?`);
    values.push(value);
  }
  if (query.since !== undefined) {
    parts.push(`${time} >= ?`);
    values.push(query.since);
  }
  return { sql: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}

function text(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function isPlatform(value: string): value is JournalScope['platform'] {
  // Written by ourselves; which platforms exist is not this file's to know.
  return value !== '';
}

export function readStatus(value: SQLOutputValue | undefined): OrderStatus | null {
  for (const status of Object.keys(TRANSITIONS)) if (status === value && isStatus(status)) return status;
  return null;
}

function isStatus(value: string): value is OrderStatus {
  return value in TRANSITIONS;
}

const EVENTS: readonly HistoryEvent['what'][] = ['intent', 'report', 'result', 'closed'];

function detail(value: string): unknown {
  return parseFields(value) ?? value.replace(/^"|"$/g, '');
}

/** Newest first. */
export function readHistory(database: DatabaseSync, query: HistoryQuery): readonly OrderHistory[] {
  const { sql, values } = where(query, ['platform', 'account', 'symbol', 'strategy'], 'orders.at');
  const orders = database
    .prepare(
      `SELECT orders.*, platform, venue, account, symbol, strategy FROM orders JOIN scopes ON scopes.id = orders.scope ${sql} ORDER BY orders.id DESC LIMIT ?`,
    )
    .all(...values, query.limit ?? DEFAULT_LIMIT);
  const events = database.prepare('SELECT at, what, detail FROM events WHERE "order" = ? ORDER BY id');
  const found: OrderHistory[] = [];
  for (const order of orders) {
    const platform = text(order['platform']) ?? '';
    if (!isPlatform(platform)) continue;
    const symbol = text(order['symbol']) ?? '';
    const strategy = text(order['strategy']) ?? '';
    const heard = events.all(Number(order['id']));
    const reports = heard
      .filter(({ what }) => what === 'report')
      .map((event) => readReport(text(event['detail']) ?? '', symbol))
      .filter((report) => report !== null);
    const intent = readIntent(parseFields(text(order['intent']) ?? ''));
    found.push({
      platform,
      venue: text(order['venue']) ?? '',
      account: text(order['account']) ?? '',
      symbol,
      strategy,
      ...summarize({ symbol, strategy }, intent, reports),
      adopted: order['adopted'] === 1,
      key: text(order['key']) ?? '',
      orderId: text(order['order_id']),
      clientOrderId: text(order['client_order_id']),
      status: readStatus(order['status']),
      events: heard.flatMap((event): HistoryEvent[] => {
        const what = EVENTS.find((known) => known === event['what']);
        return what === undefined
          ? []
          : [{ at: Number(event['at']), what, detail: detail(text(event['detail']) ?? '') }];
      }),
    });
  }
  return found;
}

/** Where orders are unfinished, whichever strategy's. */
export function readUnfinishedPlaces(database: DatabaseSync): readonly JournalPlace[] {
  return database
    .prepare(
      'SELECT DISTINCT platform, venue, account, symbol FROM scopes WHERE EXISTS (SELECT 1 FROM orders WHERE scope = scopes.id AND status IS NULL) ORDER BY symbol',
    )
    .all()
    .flatMap((row): JournalPlace[] => {
      const platform = text(row['platform']) ?? '';
      if (!isPlatform(platform)) return [];
      const [venue, account, symbol] = [text(row['venue']), text(row['account']), text(row['symbol'])];
      return [{ platform, venue: venue ?? '', account: account ?? '', symbol: symbol ?? '' }];
    });
}

function isReceipt(value: unknown): value is RevokeReceipt {
  return (
    typeof value === 'object' &&
    value !== null &&
    'trigger' in value &&
    'found' in value &&
    Array.isArray(value.found) &&
    'left' in value &&
    Array.isArray(value.left)
  );
}

/** Newest first. */
export function readReceipts(database: DatabaseSync, query: HistoryQuery): readonly RevokeReceipt[] {
  const { sql, values } = where(query, ['platform', 'account', 'symbol'], 'at');
  return database
    .prepare(`SELECT detail FROM receipts ${sql} ORDER BY id DESC LIMIT ?`)
    .all(...values, query.limit ?? DEFAULT_LIMIT)
    .flatMap((row) => {
      const value: unknown = parseFields(text(row['detail']) ?? '');
      return isReceipt(value) ? [value] : [];
    });
}
