// What a report means for the order it is about, beyond the fields that the merge takes: how much of it it tells, and what it proves of its end.
// Pure. What follows from it is the order manager's part.

import { stateStatus, type OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import { ORDER_STATUS_CANCELED, ORDER_STATUS_FILLED, type OrderStatus } from '../domain/order.ts';
import { isEnded } from '../domain/transitions.ts';
import type { OrderRef } from '../exchanges/exchange.ts';

/**
 * A row about a whole order says its client id, if it has one: it is not one of ours whose id we do not know. Only of a canceled one it may
 * not: Binance puts the cancel's id in its place (binance.md A8.1).
 */
export function isWhole({ source, life }: OrderReport): boolean {
  return source === 'open-orders' || (source === 'query' && life !== 'canceled');
}

/**
 * It was taken for ended, from silence or by a refusal, and works after all. Of a refused one only the list of open orders proves that: a push
 * or a reply may be older than the refusal. It proves nothing of one whose end was told under the exchange's id: that list lags behind.
 */
function isReopening({ life: known, orderId }: OrderState, { life, source }: OrderReport): boolean {
  if (life !== 'open') return false;
  return known === 'presumed-canceled' || (known === 'failed' && orderId === null && source === 'open-orders');
}

/**
 * Of one that a list brought back: asked for by its id, the exchange says that it did end so (okx.md 7.7: a post-only order is taken, has an id,
 * and is canceled a moment later).
 */
function isEndedAgain({ life: known }: OrderState, { life, source }: OrderReport): boolean {
  return known === 'reopened' && life === 'failed' && source === 'query';
}

/** The report with the life it proves of an order of which so much is known: to be merged in its place. */
export function asMeant(known: OrderState, report: OrderReport): OrderReport {
  if (isReopening(known, report)) return { ...report, life: 'reopened' };
  return isEndedAgain(known, report) ? { ...report, life: 'canceled' } : report;
}

/**
 * An answer about an order that left memory says that what was told of its end was wrong: it is open, or it filled although it was taken for
 * canceled. Lists and pushes may be old.
 * @param told how it had ended
 */
export function isNewsOfPast(told: OrderStatus | null, { source, life }: OrderReport): boolean {
  // What is filled is filled: an answer that has it open is older than that.
  if (source !== 'query' || told === ORDER_STATUS_FILLED) return false;
  return life === 'open' || (life === 'filled' && told === ORDER_STATUS_CANCELED);
}

/** The exchange says that it has ended, or what it has filled amounts to that. A fill alone says that it had not. */
export function tellsEnd({ source, life }: OrderReport, state: OrderState): boolean {
  if (source === 'inferred') return false;
  return (life !== null && isEnded(life)) || stateStatus(state) === ORDER_STATUS_FILLED;
}

/** Reports of the order that was asked for, under the id it was asked by. */
export function named({ orderId, clientOrderId }: OrderRef, reports: readonly OrderReport[]): readonly OrderReport[] {
  if (orderId !== null || clientOrderId === null) return reports;
  return reports.map((report) => (report.clientOrderId === null ? { ...report, clientOrderId } : report));
}
