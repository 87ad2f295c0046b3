// Shows unfinished orders as a table for people or as JSON lines for programs.

import { Decimal } from '../domain/decimal.ts';
import type { OrderReport } from '../domain/order-report.ts';
import { accessEnvironment } from '../runtime/assembly/environment.ts';
import { readConfig } from '../runtime/config.ts';
import { countAsked, countOrders, describeAsked, findOrders, type Found } from './found-orders.ts';
import type { OrdersOptions } from './orders.ts';
import { selectTargets } from './selected-accounts.ts';
import { counted, paint, print, printJson, table } from './terminal.ts';
import { whoseOrders } from './whose-orders.ts';

function remainOf({ quantity, filled }: OrderReport): string | null {
  return quantity === null ? null : quantity.sub(filled ?? Decimal.ZERO).toString();
}

function time(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function jsonOf({ target }: Found, order: OrderReport): Record<string, unknown> {
  return {
    account: target.settings.name,
    platform: target.settings.platform,
    symbol: target.symbol,
    orderId: order.orderId,
    clientOrderId: order.clientOrderId,
    action: order.action,
    orderType: order.orderType,
    price: order.price?.toString() ?? null,
    quantity: order.quantity?.toString() ?? null,
    filled: order.filled?.toString() ?? null,
    remain: remainOf(order),
    ctime: order.ctime,
  };
}

function rowOf({ target }: Found, order: OrderReport): string[] {
  const side = order.action === 'BUY' ? paint.green('BUY') : paint.red(order.action ?? '');
  return [
    target.settings.name,
    target.settings.platform,
    target.symbol,
    order.orderId ?? '',
    side,
    order.price?.toString() ?? 'market',
    order.quantity?.toString() ?? '',
    order.filled?.toString() ?? '',
    time(order.ctime),
    order.clientOrderId ?? '',
  ];
}

const HEAD = [
  'account',
  'exchange',
  'symbol',
  'order id',
  'side',
  'price',
  'quantity',
  'filled',
  'since (UTC)',
  'client id',
];
const ALIGN = ['left', 'left', 'left', 'right', 'left', 'right', 'right', 'right', 'left', 'left'] as const;

/** The orders as a table. */
export function orderTable(found: readonly Found[]): string {
  return table(
    HEAD,
    found.flatMap((entry) => entry.orders.map((order) => rowOf(entry, order))),
    ALIGN,
  );
}

/** Says on standard error which accounts could not be asked. Returns how many. */
export function printProblems(found: readonly Found[]): number {
  const problems = new Set<string>();
  for (const { target, problem } of found)
    if (problem !== null) problems.add(`${target.settings.name} (${target.settings.platform}): ${problem}`);
  for (const problem of problems) process.stderr.write(`could not be asked: ${problem}\n`);
  return problems.size;
}

export async function showOrders(options: OrdersOptions): Promise<0 | 1> {
  const config = readConfig(options.config);
  const targets = await selectTargets(config, options);
  const concernOf = await whoseOrders(options.own, targets, config.journal);
  const found = await findOrders(targets, concernOf, accessEnvironment(config));
  const count = countOrders(found);
  if (options.json === true) {
    for (const entry of found) {
      for (const order of entry.orders) printJson(jsonOf(entry, order));
      if (entry.problem !== null) {
        const { name, platform } = entry.target.settings;
        printJson({ account: name, platform, symbol: entry.target.symbol, error: entry.problem });
      }
    }
  } else {
    if (count > 0) print(orderTable(found));
    // Where nobody could be asked, what is said of that says it all.
    if (countAsked(found) > 0)
      print(
        `${count > 0 ? '\n' : ''}${count === 0 ? 'No unfinished orders' : counted(count, 'unfinished order')}${describeAsked(found, options.own)}.`,
      );
  }
  return printProblems(found) > 0 ? 1 : 0;
}
