// `aioquant orders --history`: what the journal remembers - orders with how they ended, and the receipt of every revoke.

import { describeReceipt, type RevokeReceipt } from '../domain/unfinished-orders.ts';
import type { OrderHistory } from '../orders/journal.ts';
import { openJournal } from '../runtime/assembly/journal.ts';
import { readConfig } from '../runtime/config.ts';
import type { OrdersOptions } from './orders.ts';
import { paint, print, printJson, table } from './terminal.ts';
import { UsageError } from './usage.ts';

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** When it was first heard of. */
function since({ events: [first] }: OrderHistory): number {
  return first?.at ?? 0;
}

/** When it was made, and what came of it. */
function receiptRow(receipt: RevokeReceipt): string[] {
  const { startedAt, trigger, account, platform, symbol, found, revoked, filled, confirmedAt } = receipt;
  const { confirmed, left, says } = describeReceipt(receipt);
  const word = confirmed ? `${says} at ${time(confirmedAt ?? receipt.endedAt)}` : paint.red(says);
  const counts = [found, revoked, filled].map((ids) => String(ids.length));
  return [time(startedAt), trigger, account, platform, symbol, ...counts, left, word];
}

function exchangeName(platform: string, venue: string): string {
  return venue === '' ? platform : `${platform} (${venue})`;
}

export async function showHistory(options: OrdersOptions): Promise<0> {
  const { journal: setting } = readConfig(options.config);
  if (setting === 'memory')
    throw new UsageError('the configuration keeps no journal (journal: memory); give it a file to have a history');
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
  await journal.close();
  if (options.json === true) {
    for (const order of orders) printJson({ kind: 'order', ...order });
    for (const receipt of receipts) printJson({ kind: 'receipt', ...receipt });
    return 0;
  }
  print(paint.bold('Orders, newest first'));
  const orderRows = orders.map((order) => [
    time(since(order)),
    order.account,
    exchangeName(order.platform, order.venue),
    order.symbol,
    order.strategy,
    order.orderId ?? order.clientOrderId ?? '',
    order.status ?? 'unfinished',
    String(order.events.length),
  ]);
  const orderHead = ['since (UTC)', 'account', 'exchange', 'symbol', 'strategy', 'order', 'status', 'events'];
  print(orderRows.length === 0 ? 'None.' : table(orderHead, orderRows));
  print(`\n${paint.bold('Revokes, newest first')}`);
  const receiptHead = [
    'time (UTC)',
    'trigger',
    'account',
    'exchange',
    'symbol',
    'found',
    'revoked',
    'filled',
    'left',
    'the exchange says',
  ];
  print(receipts.length === 0 ? 'None.' : table(receiptHead, receipts.map(receiptRow)));
  return 0;
}
