// What HTX's codes mean: the kind of error a strategy sees, and whether the exchange has said no or has said nothing (htx.md 5, 11).
// The definite refusals are an allow-list: a code nobody has documented leaves the fate of a place open, to be looked up.

import { TradeError, type ErrorKind, type Outcome } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import { RATE_PAUSE_MS } from './limits.ts';

/** Codes that promise nothing about what happened to a write (11.2, 11.3). */
const UNKNOWN: Readonly<Record<string, ErrorKind>> = {
  'gateway-internal-error': 'unknown',
  timeout: 'timeout',
  'base-system-error': 'unknown',
  'order-update-error': 'unknown',
  // /ws/v2 and /ws/trade: system error (8.6).
  '500': 'unknown',
};

/**
 * The client order id is taken, say old pages; newer ones say that nothing checks it (5.3). If it comes, an order with this id
 * may exist: it must be looked up. Malformed ids never get this far.
 */
const DUPLICATE = new Set(['invalid-client-order-id', 'invalid.client.order.id']);

const NOT_FOUND = new Set(['base-record-invalid', 'base-not-found', 'not-found', 'order-queryorder-invalid', '1007']);

export const STATE_ERROR = 'order-orderstate-error';
/** IOC and FOK orders cannot be canceled: they end by themselves within milliseconds (5.2). */
const CANCEL_FORBIDDEN = 'order-user-cancel-forbidden';

const KINDS: Readonly<Record<string, ErrorKind>> = {
  'account-frozen-balance-insufficient-error': 'insufficient-funds',
  'order-accountbalance-error': 'insufficient-funds',
  'dw-insufficient-balance': 'insufficient-funds',
  'account-balance-insufficient-error': 'insufficient-funds',

  'base-request-exceed-frequency-limit': 'rate-limited',
  'rate-too-many-requests': 'rate-limited',
  'too.many.request': 'rate-limited',
  'too.many.connection': 'rate-limited',
  '1006': 'rate-limited',
  '40403': 'rate-limited',
  '510': 'rate-limited',
  '429': 'rate-limited',
  '4000': 'rate-limited',

  'api-signature-not-valid': 'auth',
  'api-signature-check-failed': 'auth',
  'login-required': 'auth',
  'sub-user-auth-required': 'auth',
  'base-operation-forbidden': 'auth',
  '1002': 'auth',
  '1003': 'auth',
  '2002': 'auth',
  '403': 'auth',

  'system-maintenance': 'maintenance',
  'order-disabled': 'maintenance',
  'cancel-disabled': 'maintenance',
  'base-symbol-trade-disabled': 'maintenance',

  'order-orderstate-error': 'already-done',
  'order-user-cancel-forbidden': 'already-done',
};

/** Refusals of the window of time that a list was asked for (11.2). */
const WINDOW = new Set([
  'base-date-limit-error',
  'order-date-limit-error',
  'invalid-interval',
  'invalid_interval',
  'invalid-start-time',
  'invalid-end-time',
  'invalid-start-date',
  'invalid-end-date',
]);

/** Refusals of the order's own terms: parameters, size, price, precision, symbol, market phase (11.2). */
const INVALID = new Set([
  'order-value-min-error',
  'order-amount-over-limit',
  'order-limitorder-amount-min-error',
  'order-limitorder-amount-max-error',
  'order-marketorder-amount-min-error',
  'order-marketorder-amount-buy-max-error',
  'order-marketorder-amount-sell-max-error',
  'order-orderamount-precision-error',
  'order-orderprice-precision-error',
  'order-limitorder-price-min-error',
  'order-limitorder-price-max-error',
  'order-limitorder-price-buy-min-error',
  'order-limitorder-price-buy-max-error',
  'order-limitorder-price-sell-min-error',
  'order-limitorder-price-sell-max-error',
  'order-invalid-price',
  'order-price-greater-than-limit',
  'order-price-less-than-limit',
  'order-etp-nav-price-min-error',
  'order-etp-nav-price-max-error',
  'order-holding-limit-failed',
  'invalid-amount',
  'base-symbol-error',
  'symbol-not-support',
  'parameter-required',
  'validation-constraints-required',
  'validation-format-error',
  'validation-constraints-error',
  'base-argument-unsupported',
  'order-type-invalid',
  'order-source-invalid',
  'order-stop-order-hit-trigger',
  'method-not-allowed',
  'bad-request',
  'invalid-parameter',
  ...WINDOW,
  'batchcancel-order-id-list-empty',
  '1001',
  '2003',
  '3100',
]);

/** Definite too, without a better name than "rejected". */
const REJECTED = new Set([
  'forbidden-trade-for-open-protect',
  'market-orders-not-support-during-limit-price-trading',
  'price-exceeds-the-protective-price-during-limit-price-trading',
  'account-frozen-account-inexistent-error',
  'account-account-id-inexistent',
  'account-get-accounts-inexistent-error',
]);

/** Families whose members are all checks made before matching: a missing parameter, a bound of amount or price, the account. */
const DEFINITE_FAMILY =
  /^(require-|validation-|account-|order-(limitorder|marketorder|etp|price|value|amount|orderamount|orderprice|invalid)|price-exceeds-|base-symbol-)|^30(0[2-9]|10)$/;

export function kindOf(code: string): ErrorKind {
  const named = KINDS[code] ?? UNKNOWN[code];
  if (named !== undefined) return named;
  if (NOT_FOUND.has(code)) return 'order-not-found';
  if (DUPLICATE.has(code)) return 'duplicate-order';
  if (INVALID.has(code) || /^(require-|validation-|order-)|^30(0[2-9]|10)$/.test(code)) return 'invalid-order';
  return 'rejected';
}

/** What a code says of a place or another write: did the exchange refuse, or is it unknown what happened. */
export function outcomeOf(code: string): Outcome {
  if (code in UNKNOWN || DUPLICATE.has(code)) return 'unknown';
  const isDefinite =
    code in KINDS || NOT_FOUND.has(code) || INVALID.has(code) || REJECTED.has(code) || DEFINITE_FAMILY.test(code);
  return isDefinite ? 'rejected' : 'unknown';
}

/** Refusals by an order socket whose login is gone, or never held: nothing is wrong with the request (2.6, 8.6). */
const LOGIN_LOST = new Set([
  'login-required',
  'api-signature-not-valid',
  'api-signature-check-failed',
  '1002',
  '1003',
  '2002',
]);

export function isLoginLost(code: string): boolean {
  return LOGIN_LOST.has(code);
}

/** An order socket that cannot make out what is asked of it: bad request, not found, invalid.json, invalid.action, invalid.ch (8.6). */
export function isNotUnderstood(code: string): boolean {
  return code === '2001' || code === '400' || code === '404';
}

/** A socket's pace was exceeded, its connection's or its address's (8.1): REST has limits of its own. */
export function isSocketPace(code: string | undefined): boolean {
  return code === '4000' || code === '429' || code === 'too.many.request' || code === 'too.many.connection';
}

export function isNotFound(code: string | undefined): boolean {
  return code !== undefined && NOT_FOUND.has(code);
}

export function isWindowRefused(code: string | undefined): boolean {
  return code !== undefined && WINDOW.has(code);
}

/**
 * A wrong clock of ours is answered like a wrong signature (2.6): worth measuring the offset once more and one more try.
 * An unknown key, a missing permission or an address that is not bound share the code, but not the words.
 */
export function mayBeClock(error: TradeError): boolean {
  const { code, message } = error;
  if (code === 'api-signature-not-valid') return message.includes('Verification failure');
  return code === 'api-signature-check-failed' || code === '1003';
}

export type CancelVerdict = 'accepted' | 'gone' | 'unknown' | 'rejected';

/** The numbers of a cancel's answer (`order-state`, or `data` of submitCancelClientOrder): 5.5, 5.6, trap 2. */
const CANCELING = 10;
const ENDED_STATES: Readonly<Record<number, string>> = {
  [-1]: 'closed long ago',
  0: 'not found',
  5: 'partly filled and canceled',
  6: 'filled',
  7: 'canceled',
};

/** What a state number means for the cancel that was answered with it; a number not listed says nothing. */
export function cancelStateVerdict(state: number | null): CancelVerdict {
  if (state === CANCELING) return 'accepted';
  // A missing state is an ended order that HTX does not describe (5.5): it must be looked up.
  return state === null || state in ENDED_STATES ? 'gone' : 'unknown';
}

/** What the error code of a cancel means for it. `state`: the accompanying `order-state`, null when missing. */
export function cancelVerdict(code: string, state: number | null): CancelVerdict {
  if (code === STATE_ERROR) return cancelStateVerdict(state);
  if (NOT_FOUND.has(code) || code === CANCEL_FORBIDDEN) return 'gone';
  return outcomeOf(code) === 'unknown' ? 'unknown' : 'rejected';
}

/** The error of a cancel that found its order in the state `state`. */
export function stateError(state: number | null, message = 'Incorrect order state'): TradeError {
  const words = state === null ? '' : `: ${ENDED_STATES[state] ?? `state ${state}`}`;
  return new TradeError(`${message}${words} (${STATE_ERROR})`, {
    kind: state === 0 ? 'order-not-found' : 'already-done',
    outcome: 'rejected',
    platform: HTX,
    code: STATE_ERROR,
    cause: { code: STATE_ERROR, state },
  });
}

/** The error for ids that HTX cannot know, or that name an order of another symbol. */
export function noSuchOrder(ref: {
  readonly orderId: string | null;
  readonly clientOrderId: string | null;
}): TradeError {
  return new TradeError(`no such order: ${ref.orderId ?? ref.clientOrderId ?? 'no id'}`, {
    kind: 'order-not-found',
    outcome: 'rejected',
    platform: HTX,
  });
}

/**
 * The error for a code of the exchange. `outcome` may be given where the place decides (a read changes nothing).
 * `retryAfter`, ms, counts for refusals for rate only, which have one in any case.
 */
export function errorFor(
  code: string,
  message: string,
  details: { readonly outcome?: Outcome; readonly retryAfter?: number; readonly kind?: ErrorKind } = {},
): TradeError {
  // Market data says it in words only: "429 too many request", "request limit" (9.1, 10).
  const isSlowDown = (code === 'bad-request' || code === 'invalid-parameter') && /\b429\b|request limit/.test(message);
  const kind = details.kind ?? (isSlowDown ? 'rate-limited' : kindOf(code));
  return new TradeError(`${message === '' ? 'no message' : message} (${code})`, {
    kind,
    outcome: details.outcome ?? outcomeOf(code),
    platform: HTX,
    code,
    retryAfter: kind === 'rate-limited' ? (details.retryAfter ?? RATE_PAUSE_MS) : undefined,
    cause: { code, message },
  });
}

/**
 * The error for an HTTP answer that carries no envelope of the exchange: 4xx never reached matching, 5xx may have (11.1, 11.3),
 * and so may 408, a gateway's time-out like 504.
 * 403 is an address blocked by the content network or a refused form of request; 418 and 429 ask to slow down (12).
 */
export function httpError(status: number, pauseMs: number): TradeError {
  const isRate = status === 429 || status === 418 || status === 403;
  const isRefused = status >= 400 && status < 500 && status !== 408;
  let kind: ErrorKind = status >= 500 ? 'maintenance' : 'unknown';
  if (isRate) kind = 'rate-limited';
  else if (isRefused) kind = 'rejected';
  else if (status === 408) kind = 'timeout';
  return new TradeError(`HTTP ${status} without an answer of the exchange`, {
    kind,
    outcome: isRefused ? 'rejected' : 'unknown',
    platform: HTX,
    code: String(status),
    retryAfter: isRate ? pauseMs : undefined,
    cause: { status },
  });
}
