// What the journal has of an order, put together again: its state as far as it was heard of, and that in a few words for people.

import { Decimal } from '../domain/decimal.ts';
import { filledQuantity, intendedOrderState, merge, newOrderState, type OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import { isOwn } from './client-order-id.ts';
import type { Intent, OrderSummary } from './journal.ts';

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
