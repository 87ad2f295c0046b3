// What the journal has of an order, put together again: its state as far as it was heard of, that in a few words for people, and the entries of
// one that is there under several names.

import { Decimal } from '../domain/decimal.ts';
import { filledQuantity, intendedOrderState, merge, newOrderState, type OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import { ORDER_STATUS_NONE } from '../domain/order.ts';
import { isOwn } from './client-order-id.ts';
import type { Intent, OrderJournal, OrderSummary, RememberedOrder } from './journal.ts';
import { KEPT_AFTER_END_MS } from './tracker.ts';

function decimal(text: string | null): Decimal | null {
  return text === null ? null : Decimal.tryFrom(text);
}

/** @param intent null: nobody here meant to place it */
export function rememberedState(symbol: string, intent: Intent | null, reports: readonly OrderReport[]): OrderState {
  const { price = null, quantity = null } = intent ?? {};
  const begin =
    intent === null
      ? newOrderState(symbol)
      : intendedOrderState(symbol, intent.clientOrderId, {
          ...intent,
          tradeType: null,
          price: decimal(price),
          quantity: decimal(quantity),
        });
  return reports.reduce((state, report) => merge(state, report).state, begin);
}

export function summarize(
  { symbol, strategy }: { readonly symbol: string; readonly strategy: string },
  intent: Intent | null,
  reports: readonly OrderReport[],
): OrderSummary {
  const state = rememberedState(symbol, intent, reports);
  const { action, orderType, price, quantity } = state;
  return {
    placed: intent !== null || reports.some((report) => isOwn(strategy, report.clientOrderId ?? '')),
    action,
    orderType,
    price: price.value?.toString() ?? null,
    quantity: quantity.value?.toString() ?? null,
    filled: filledQuantity(state).toString(),
  };
}

/** An order of that client id, placed about then: our clock may be ahead, and no id is taken again while its order is in memory. */
function isMeant({ clientOrderId, at }: Intent, reports: readonly OrderReport[]): boolean {
  return (
    reports.some((report) => report.clientOrderId === clientOrderId) &&
    reports.some(({ ctime }) => ctime !== null && ctime > at - KEPT_AFTER_END_MS)
  );
}

/**
 * The entries of each order together. It has several where more than one Trade of a strategy, or more than one process, knew it: who placed it
 * named it by its client id, the others by the exchange's. Whoever meant to place it comes first.
 */
export function byOrder(all: readonly RememberedOrder[]): readonly (readonly RememberedOrder[])[] {
  const groups: RememberedOrder[][] = [];
  const byId = new Map<string, RememberedOrder[]>();
  /** Of those of which nothing was heard under the name that their intent gave them. */
  const unheard: { readonly intent: Intent; readonly group: RememberedOrder[] }[] = [];
  for (const entry of all.toSorted((a, b) => Number(a.intent === null) - Number(b.intent === null))) {
    const { intent, reports } = entry;
    const id = reports.find(({ orderId }) => orderId !== null)?.orderId ?? null;
    let group = id === null ? undefined : byId.get(id);
    if (intent === null) group ??= unheard.find((one) => isMeant(one.intent, reports))?.group;
    if (group === undefined) groups.push((group = []));
    group.push(entry);
    if (id !== null) byId.set(id, group);
    if (intent !== null && reports.length === 0) unheard.push({ intent, group });
  }
  return groups;
}

/** One order is in the journal under two names: from here on it has the first one's. */
export function joinEntries(
  journal: OrderJournal,
  one: RememberedOrder,
  other: RememberedOrder,
  now: number,
): RememberedOrder {
  for (const report of other.reports) journal.report(one.key, report, now);
  for (const tradeId of other.told) journal.told(one.key, tradeId);
  if (other.adopted) journal.adopted(one.key);
  journal.closed(other.key, ORDER_STATUS_NONE, now);
  return {
    ...one,
    adopted: one.adopted || other.adopted,
    reports: [...one.reports, ...other.reports],
    told: new Set([...one.told, ...other.told]),
  };
}
