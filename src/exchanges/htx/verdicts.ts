// Answers to order requests as outcomes: accepted, refused, gone, or unknown (htx.md 5.1, 5.5-5.8, 5.14, 6). Pure; REST and socket answer alike.
// What a code means by itself is outcomes.ts's part; sending, and what to ask next, is trading.ts's.

import { TradeError } from '../../domain/errors.ts';
import { EMPTY_REPORT, type OrderReport } from '../../domain/order-report.ts';
import { HTX } from '../../domain/platform.ts';
import type { CancelOutcome, CreateCommand, CreateOutcome, OrderRef } from '../exchange.ts';
import { integerOrNull, text, type Row } from './frames.ts';
import { cancelStateVerdict, cancelVerdict, errorFor, STATE_ERROR, stateError } from './outcomes.ts';
import type { Answer } from './requests.ts';
import { canceledBatch, idText, odd } from './rest.ts';

type Failed = { readonly outcome: 'rejected' | 'not-sent' | 'unknown'; readonly error: TradeError };

/** The outcome that an error states about itself. */
export function failedOutcome(error: TradeError): Failed {
  return { outcome: error.outcome, error };
}

const ACCEPTED = { outcome: 'accepted', reports: [] } as const;

export function createOutcome(answer: Answer, command: CreateCommand): CreateOutcome {
  if (!answer.ok) return failedOutcome(answer.error);
  const orderId = idText(answer.data);
  // "ok" without an id promises nothing that could be relied on: look it up.
  if (orderId === '') return { outcome: 'unknown', error: odd('place') };
  return { outcome: 'accepted', reports: [createReport(orderId, command)] };
}

/** The answer tells the id and that the order is on its way to the book, not that it rests there (5.1). */
function createReport(
  orderId: string,
  { instrument, clientOrderId, action, orderType, timeInForce, price }: CreateCommand,
): OrderReport {
  return {
    ...EMPTY_REPORT,
    source: 'create-reply',
    symbol: instrument.symbol,
    orderId,
    clientOrderId,
    life: 'open',
    action,
    orderType,
    timeInForce: orderType === 'MARKET' ? null : timeInForce,
    price,
  };
}

/** Answer of submitcancel: the request was queued; what becomes of the order is told by the stream (5.5). */
export function cancelOutcome(answer: Answer): CancelOutcome {
  if (answer.ok) return ACCEPTED;
  return refusedCancel(answer.error, answer.orderState);
}

function refusedCancel(error: TradeError, state: number | null): CancelOutcome {
  // No answer of the exchange carries a code of its own: its outcome was judged where it happened.
  const verdict =
    error.code === undefined || error.outcome === 'not-sent' ? error.outcome : cancelVerdict(error.code, state);
  switch (verdict) {
    case 'accepted':
      return ACCEPTED;
    case 'gone':
      return {
        outcome: 'gone',
        error: error.code === STATE_ERROR ? stateError(state) : withOutcome(error, 'rejected'),
      };
    case 'rejected':
      // An HTTP status stands where a code would; the error knows better than the table of codes.
      return failedOutcome(error);
    default:
      return failedOutcome(
        verdict === 'unknown' && error.outcome === 'rejected'
          ? isHttp(error)
            ? error
            : withOutcome(error, 'unknown')
          : error,
      );
  }
}

function isHttp(error: TradeError): boolean {
  return error.code !== undefined && /^4\d\d$/.test(error.code);
}

function withOutcome(error: TradeError, outcome: 'rejected' | 'unknown'): TradeError {
  return error.outcome === outcome
    ? error
    : new TradeError(error.message, { kind: error.kind, outcome, platform: HTX, code: error.code, cause: error.cause });
}

/** Answer of submitCancelClientOrder: ok stands for a state number, "not found" and "filled" included (5.6, trap 2). */
export function cancelByClientIdOutcome(answer: Answer): CancelOutcome {
  if (!answer.ok) return refusedCancel(answer.error, answer.orderState);
  const state = Number(idText(answer.data));
  switch (cancelStateVerdict(state)) {
    case 'gone':
      return { outcome: 'gone', error: stateError(state, 'Cancel by client id') };
    default:
      // 10, or an id as in the documentation's own sample.
      return ACCEPTED;
  }
}

/** One outcome per id, in the order of `ids`; an id that the answer does not name is unknown (5.7, trap 28). */
export function batchOutcomes(
  answer: Answer,
  kind: 'order-ids' | 'client-order-ids',
  ids: readonly string[],
): CancelOutcome[] {
  if (!answer.ok) return ids.map(() => refusedCancel(answer.error, answer.orderState));
  const batch = canceledBatch(answer.data);
  if (batch === null) return ids.map(() => ({ outcome: 'unknown', error: odd('batchcancel') }));
  const name = kind === 'order-ids' ? 'order-id' : 'client-order-id';
  const taken = new Set(batch.success);
  const failed = new Map(batch.failed.map((row) => [text(row, name), row]));
  return ids.map((id): CancelOutcome => {
    if (taken.has(id)) return ACCEPTED;
    const row = failed.get(id);
    return row === undefined ? { outcome: 'unknown', error: odd(`batchcancel of ${id}`) } : failedItem(row);
  });
}

function failedItem(row: Row): CancelOutcome {
  return refusedCancel(errorFor(text(row, 'err-code'), text(row, 'err-msg')), integerOrNull(row, 'order-state'));
}

/** The id to cancel by: the exchange's own where it is known - faster and steadier, says HTX (5.6). */
export function cancelKey(
  ref: OrderRef,
): { readonly kind: 'order-ids' | 'client-order-ids'; readonly id: string } | null {
  if (ref.orderId !== null && ref.orderId !== '') return { kind: 'order-ids', id: ref.orderId };
  if (ref.clientOrderId !== null && ref.clientOrderId !== '')
    return { kind: 'client-order-ids', id: ref.clientOrderId };
  return null;
}
