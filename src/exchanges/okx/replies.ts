// Answers to placing, cancelling and querying, read into the port's outcomes: the two levels of codes, row by row (okx.md 6.1, 11.1). Pure.
// What a single code means is outcomes.ts's part.

import { TradeError } from '../../domain/errors.ts';
import type { ReportSource } from '../../domain/order-report.ts';
import { OKX } from '../../domain/platform.ts';
import type { CancelOutcome, CreateOutcome, OrderRef, QueryOutcome } from '../exchange.ts';
import { createReport, orderReport } from './decode.ts';
import { text, type Row } from './frames.ts';
import { cancelVerdict, errorFor, NOT_FOUND, outcomeOf } from './outcomes.ts';
import type { Answer } from './requests.ts';
import { isItemLevel } from './rest.ts';

export function createOutcomeOf(answer: Answer, symbol: string, clientOrderId: string): CreateOutcome {
  if (answer.type === 'lost')
    return { outcome: answer.error.outcome === 'not-sent' ? 'not-sent' : 'unknown', error: answer.error };
  const { reply } = answer;
  const row = reply.rows[0];
  if (isItemLevel(reply) && row !== undefined) {
    const code = text(row, 'sCode');
    // Without an id nothing was taken, whatever the code says; the order has to be looked up.
    if (code === '0' && text(row, 'ordId') !== '')
      return { outcome: 'accepted', reports: [createReport(row, symbol, clientOrderId)] };
    return code === '0' || code === ''
      ? wordless(symbol)
      : refused(code, text(row, 'sMsg'), symbol, text(row, 'subCode'));
  }
  return isBare(reply.code) ? wordless(symbol) : refused(reply.code, reply.msg, symbol);
}

function refused(code: string, message: string, symbol: string, subCode = ''): CreateOutcome {
  const error = errorFor(code, message, { subCode, symbol });
  return { outcome: outcomeOf(code) === 'unknown' ? 'unknown' : 'rejected', error };
}

/** 0, 1 or 2 without the row that would say what became of the order. */
function isBare(code: string): boolean {
  return code === '0' || code === '1' || code === '2' || code === '';
}

function wordless(symbol: string): { readonly outcome: 'unknown'; readonly error: TradeError } {
  const error = new TradeError('OKX answered without saying what became of the order', {
    kind: 'unknown',
    outcome: 'unknown',
    platform: OKX,
    symbol,
  });
  return { outcome: 'unknown', error };
}

/** One outcome for each ref, in order. */
export function cancelOutcomesOf(answer: Answer, symbol: string, refs: readonly OrderRef[]): CancelOutcome[] {
  if (answer.type === 'lost') {
    const outcome = answer.error.outcome === 'not-sent' ? 'not-sent' : 'unknown';
    return refs.map(() => ({ outcome, error: answer.error }));
  }
  const { reply } = answer;
  if (!isItemLevel(reply)) {
    const error = errorFor(reply.code, reply.msg, { symbol });
    if (isBare(reply.code)) return refs.map(() => wordless(symbol));
    return refs.map(() => canceled(reply.code, error));
  }
  return refs.map((ref, index) => {
    const row = rowOf(reply.rows, ref, index, refs.length);
    const code = row === undefined ? '' : text(row, 'sCode');
    if (row === undefined || code === '') return wordless(symbol);
    return canceled(code, errorFor(code, text(row, 'sMsg'), { subCode: text(row, 'subCode'), symbol }));
  });
}

function canceled(code: string, error: TradeError): CancelOutcome {
  const verdict = cancelVerdict(code);
  // Taken, not done: the order may still fill, so nothing is reported of it (trap 9).
  return verdict === 'accepted' ? { outcome: 'accepted', reports: [] } : { outcome: verdict, error };
}

/** Rows come in the order of the request; should one be missing, ids tell which. */
function rowOf(rows: readonly Row[], ref: OrderRef, index: number, asked: number): Row | undefined {
  if (rows.length === asked) return rows[index];
  return rows.find((row) =>
    ref.orderId !== null ? text(row, 'ordId') === ref.orderId : text(row, 'clOrdId') === ref.clientOrderId,
  );
}

export function queryOutcomeOf(answer: Answer, symbol: string): QueryOutcome {
  if (answer.type === 'lost') return { outcome: 'no-answer', error: answer.error };
  const { reply } = answer;
  if (reply.code === NOT_FOUND) return { outcome: 'not-found', error: errorFor(reply.code, reply.msg, { symbol }) };
  if (reply.code !== '0') return { outcome: 'no-answer', error: unread(errorFor(reply.code, reply.msg, { symbol })) };
  const reports = reportsOf(reply.rows, 'query');
  if (reports.length > 0) return { outcome: 'found', reports };
  return { outcome: 'not-found', error: errorFor(NOT_FOUND, 'Order does not exist', { symbol }) };
}

/**
 * The error of a question about orders. Only a refused key is the last word there: an instrument that is suspended, renamed or has lost its code
 * (51001, 51021, …) says nothing of the orders that may stand on it, and will do so another time.
 */
export function unread(error: TradeError): TradeError {
  if (error.kind !== 'invalid-order' && error.kind !== 'rejected') return error;
  const { message, outcome, code, retryAfter, cause, platform, account, symbol } = error;
  return new TradeError(message, { kind: 'unknown', outcome, code, retryAfter, cause, platform, account, symbol });
}

export function reportsOf(rows: readonly Row[], source: ReportSource) {
  return rows.map((row) => orderReport(row, source)).filter((report) => report !== null);
}
