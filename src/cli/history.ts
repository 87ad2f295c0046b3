// `aioquant orders --history`: what the journal remembers - orders with how they ended, and the receipt of every revoke.

import { describeReceipt, type RevokeReceipt, type RevokeTrigger } from '../domain/unfinished-orders.ts';
import type { Journal, OrderHistory } from '../orders/journal.ts';
import { isMissing, journalFile, openJournal } from '../runtime/assembly/journal.ts';
import { readConfig } from '../runtime/config.ts';
import type { OrdersOptions } from './orders.ts';
import { fitting, paint, print, printJson, table, type Align } from './terminal.ts';
import { UsageError } from './usage.ts';

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** When it was first heard of. */
function since({ events: [first] }: OrderHistory): number {
  return first?.at ?? 0;
}

/** What the receipt of a revoke says of an order that the journal itself has not seen to its end. */
interface EndedBy {
  readonly as: 'revoked' | 'filled';
  readonly trigger: RevokeTrigger;
  readonly at: number;
}

/** As many receipts of one symbol are looked through, newest first. */
const MOST_RECEIPTS = 100_000;

const WHEN: Readonly<Record<RevokeTrigger, string>> = {
  command: 'by command',
  crash: 'after a crash',
  start: 'at a start',
  stop: 'at a stop',
  strategy: 'by a strategy',
};

/** The newest receipt that names the order decides, unless something was heard of the order after it. */
function endOf({ orderId, clientOrderId, events }: OrderHistory, receipts: readonly RevokeReceipt[]): EndedBy | null {
  const heardAt = Math.max(
    0,
    ...events.filter(({ what }) => what === 'report' || what === 'intent').map(({ at }) => at),
  );
  const isOf = (id: string): boolean => id === orderId || id === clientOrderId;
  for (const { revoked, filled, left, trigger, endedAt: at } of receipts) {
    if (at < heardAt) continue;
    if (left.some(isOf)) return null;
    if (filled.some(isOf)) return { as: 'filled', trigger, at };
    if (revoked.some(isOf)) return { as: 'revoked', trigger, at };
  }
  return null;
}

/** Of the unfinished ones, those that a later receipt knows the end of. */
function endsOf(orders: readonly OrderHistory[], journal: Journal): ReadonlyMap<OrderHistory, EndedBy> {
  const ends = new Map<OrderHistory, EndedBy>();
  const places = new Map<string, OrderHistory[]>();
  for (const order of orders.filter(({ status }) => status === null)) {
    const place = JSON.stringify([order.platform, order.account, order.symbol]);
    places.set(place, [...(places.get(place) ?? []), order]);
  }
  for (const group of places.values()) {
    const { platform, account, symbol } = group[0] ?? {};
    const oldest = Math.min(...group.map(since));
    const receipts = journal.receipts({ platform, account, symbol, since: oldest, limit: MOST_RECEIPTS });
    for (const order of group) {
      const end = endOf(order, receipts);
      if (end !== null) ends.set(order, end);
    }
  }
  return ends;
}

function statusWord({ status }: OrderHistory, end: EndedBy | undefined): string {
  if (status !== null || end === undefined) return status ?? 'unfinished';
  return end.as === 'filled' ? 'FILLED' : `revoked (${WHEN[end.trigger]})`;
}

interface Column {
  readonly title: string;
  readonly align: Align;
  readonly of: (order: OrderHistory, end: EndedBy | undefined) => string;
}

function column(title: string, of: Column['of'], align: Align = 'left'): Column {
  return { title, align, of };
}

const WHICH: readonly Column[] = [
  column('since (UTC)', (order) => time(since(order))),
  column('account', ({ account }) => account),
  column('exchange', ({ platform, venue }) => exchangeName(platform, venue)),
  column('symbol', ({ symbol }) => symbol),
  // A strategy is told of other people's orders, too.
  column('strategy', ({ strategy, placed, adopted }) => (placed || adopted ? strategy : 'other')),
  column('order', ({ orderId, clientOrderId }) => orderId ?? clientOrderId ?? ''),
];
const TERMS: readonly Column[] = [
  column('side', ({ action }) => action ?? ''),
  column('price', ({ orderType, price }) => (orderType === 'MARKET' ? 'market' : (price ?? '')), 'right'),
  column('quantity', ({ quantity }) => quantity ?? '', 'right'),
  column('filled', ({ filled, quantity }, end) => (end?.as === 'filled' ? (quantity ?? '') : filled), 'right'),
];
const STATUS = column('status', statusWord);
const EVENTS = column('events', ({ events }) => String(events.length), 'right');

/** Where a terminal is too narrow for all columns, those go first that say least. */
function orderTable(orders: readonly OrderHistory[], ends: ReadonlyMap<OrderHistory, EndedBy>): string {
  const made = [
    [...WHICH, ...TERMS, STATUS, EVENTS],
    [...WHICH, ...TERMS, STATUS],
    [...WHICH, STATUS],
  ].map((columns) =>
    table(
      columns.map(({ title }) => title),
      orders.map((order) => columns.map(({ of }) => of(order, ends.get(order)))),
      columns.map(({ align }) => align),
    ),
  );
  return fitting(made, process.stdout.columns);
}

/** When it was made, and what came of it. */
function receiptRow(receipt: RevokeReceipt): string[] {
  const { startedAt, trigger, account, platform, symbol, whose, found, revoked, filled, confirmedAt } = receipt;
  const { confirmed, left, says } = describeReceipt(receipt);
  const word = confirmed ? `${says} at ${time(confirmedAt ?? receipt.endedAt)}` : paint.red(says);
  const counts = [found, revoked, filled].map((ids) => String(ids.length));
  return [time(startedAt), trigger, account, platform, symbol, whose, ...counts, left, word];
}

function exchangeName(platform: string, venue: string): string {
  return venue === '' ? platform : `${platform} (${venue})`;
}

export async function showHistory(options: OrdersOptions): Promise<0> {
  const { journal: setting } = readConfig(options.config);
  if (setting === 'memory')
    throw new UsageError('the configuration keeps no journal (journal: memory); give it a file to have a history');
  const file = journalFile(setting);
  // Opening it would make one, and looking changes nothing.
  if (isMissing(file)) {
    if (options.json !== true)
      print(`There is no journal at ${file}; a strategy that trades with this configuration makes it.`);
    return 0;
  }
  const journal = openJournal(setting);
  const accounts = options.account ?? [undefined];
  const symbols = options.symbol ?? [undefined];
  const queries = accounts.flatMap((account) =>
    symbols.map((symbol) => ({ account, symbol, strategy: options.own, limit: options.limit })),
  );
  // Each answer is newest first; the answers of several accounts or symbols are put in order together.
  const orders = queries
    .flatMap((query) => journal.history(query))
    .toSorted((a, b) => since(b) - since(a))
    .slice(0, options.limit);
  const receipts = queries
    .flatMap((query) => journal.receipts({ ...query, strategy: undefined }))
    .toSorted((a, b) => b.startedAt - a.startedAt)
    .slice(0, options.limit);
  const ends = endsOf(orders, journal);
  await journal.close();
  if (options.json === true) {
    for (const order of orders) printJson({ kind: 'order', ...order, endedBy: ends.get(order) ?? null });
    for (const receipt of receipts) printJson({ kind: 'receipt', ...receipt });
    return 0;
  }
  print(paint.bold('Orders, newest first'));
  print(orders.length === 0 ? 'None.' : orderTable(orders, ends));
  print(`\n${paint.bold('Revokes, newest first')}`);
  const receiptHead = [
    'time (UTC)',
    'trigger',
    'account',
    'exchange',
    'symbol',
    'whose',
    'found',
    'revoked',
    'filled',
    'left',
    'the exchange says',
  ];
  print(receipts.length === 0 ? 'None.' : table(receiptHead, receipts.map(receiptRow)));
  return 0;
}
