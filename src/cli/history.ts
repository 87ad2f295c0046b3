// `aioquant orders --history`: what the journal remembers - orders with how they ended, and the receipt of every revoke.

import { openJournal } from '../runtime/assembly/journal.ts';
import { readConfig } from '../runtime/config.ts';
import type { OrdersOptions } from './orders.ts';
import { paint, print, printJson, table } from './terminal.ts';
import { UsageError } from './usage.ts';

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
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
  const orders = queries.flatMap((query) => journal.history(query)).slice(0, options.limit);
  const receipts = queries
    .flatMap((query) => journal.receipts({ ...query, strategy: undefined }))
    .slice(0, options.limit);
  await journal.close();
  if (options.json === true) {
    for (const order of orders) printJson({ kind: 'order', ...order });
    for (const receipt of receipts) printJson({ kind: 'receipt', ...receipt });
    return 0;
  }
  print(paint.bold('Orders, newest first'));
  const orderRows = orders.map(({ account, platform, symbol, strategy, orderId, clientOrderId, status, events }) => [
    time(events[0]?.at ?? 0),
    account,
    platform,
    symbol,
    strategy,
    orderId ?? clientOrderId ?? '',
    status ?? 'unfinished',
    String(events.length),
  ]);
  const orderHead = ['since (UTC)', 'account', 'exchange', 'symbol', 'strategy', 'order', 'status', 'events'];
  print(orderRows.length === 0 ? 'None.' : table(orderHead, orderRows));
  print(`\n${paint.bold('Revokes, newest first')}`);
  const receiptRows = receipts.map((receipt) => [
    time(receipt.startedAt),
    receipt.trigger,
    receipt.account,
    receipt.platform,
    receipt.symbol,
    ...[receipt.found, receipt.revoked, receipt.filled, receipt.left].map((ids) => String(ids.length)),
    receipt.confirmedAt === null
      ? paint.red(receipt.error ?? 'not confirmed')
      : `none left at ${time(receipt.confirmedAt)}`,
  ]);
  const receiptHead = [
    'time (UTC)',
    'at',
    'account',
    'exchange',
    'symbol',
    'found',
    'revoked',
    'filled',
    'left',
    'the exchange says',
  ];
  print(receiptRows.length === 0 ? 'None.' : table(receiptHead, receiptRows));
  return 0;
}
