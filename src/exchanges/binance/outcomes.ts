// Binance's error codes: what kind of error each is, and whether the request was refused or nobody knows (binance.md A10, C, D, F9, F10).
// The list of refusals is an allow-list: what is not on it is unknown for a call that changes something.

import { TradeError, type ErrorKind, type Outcome } from '../../domain/errors.ts';
import { BINANCE } from '../../domain/platform.ts';
import type { HttpResponse } from '../../seam/transport.ts';
import { isRow, number, parse, text, type Row } from './frames.ts';
import { FIREWALL_PAUSE_MS, isFirewall } from './limits.ts';

/** Refused, definitely: the request changed nothing (A10 "not executed"; A3.1 for what is wrong with the request itself). */
const REFUSALS: Readonly<Record<string, ErrorKind>> = {
  '-1003': 'rate-limited',
  '-1013': 'invalid-order',
  '-1014': 'invalid-order',
  '-1015': 'rate-limited',
  '-1020': 'rejected',
  '-1021': 'clock-skew',
  '-1022': 'auth',
  '-1100': 'invalid-order',
  '-1102': 'invalid-order',
  '-1104': 'invalid-order',
  '-1105': 'invalid-order',
  '-1106': 'invalid-order',
  '-1111': 'invalid-order',
  '-1114': 'invalid-order',
  '-1115': 'invalid-order',
  '-1116': 'invalid-order',
  '-1117': 'invalid-order',
  '-1120': 'invalid-order',
  '-1121': 'invalid-order',
  '-1127': 'invalid-order',
  '-1128': 'invalid-order',
  '-1131': 'rejected',
  '-1135': 'rejected',
  '-1145': 'invalid-order',
  '-1220': 'invalid-order',
  '-2010': 'rejected',
  '-2011': 'order-not-found',
  '-2013': 'order-not-found',
  '-2014': 'auth',
  '-2015': 'auth',
  '-2026': 'already-done',
  '-2035': 'rejected',
  '-2036': 'rejected',
  '-2038': 'rejected',
  '-2039': 'order-not-found',
  '-2042': 'rejected',
  '-2043': 'rejected',
};

/** Says by itself that nobody knows what became of the request (A10, D1). */
const UNKNOWNS: Readonly<Record<string, ErrorKind>> = {
  '-1000': 'unknown',
  '-1001': 'network',
  '-1006': 'unknown',
  '-1007': 'timeout',
  '-1008': 'maintenance',
  // A cancel-replace that failed in part, or in both halves: with whatever status, its data says what was done (A7.4).
  '-2021': 'unknown',
  '-2022': 'unknown',
};

const CLOCK_CODE = '-1021';

/** Some codes cover several refusals; only the words tell them apart (A10). */
function kindOfRefusal(code: string, message: string, otherwise: ErrorKind): ErrorKind {
  if (code === '-1013') return MARKET_CLOSED.test(message) ? 'maintenance' : otherwise;
  return code === '-2010' ? kindOfRefusedOrder(message) : otherwise;
}

/** In the filters' words and in the engine's. */
const MARKET_CLOSED = /market is closed/i;

function kindOfRefusedOrder(message: string): ErrorKind {
  if (/duplicate order/i.test(message)) return 'duplicate-order';
  if (/insufficient balance/i.test(message)) return 'insufficient-funds';
  if (MARKET_CLOSED.test(message)) return 'maintenance';
  if (
    /may not place|disabled on this account|not permitted for this account|restricted for this account|not enabled/i.test(
      message,
    )
  )
    return 'auth';
  if (/not supported|zero or less|exceeds qty|unsupported order combination|lot_size/i.test(message))
    return 'invalid-order';
  return 'rejected';
}

interface ErrorAnswer {
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
  /** ms, where the exchange said so. */
  readonly retryAfter: number | null;
  /** What became of the halves of a cancel-replace (A7.4): for the caller of the raw client to read. */
  readonly data?: Row;
}

export function errorOf({ status, code, message, retryAfter: told, data }: ErrorAnswer): TradeError {
  const retryAfter = told ?? (isFirewall(status, code) ? FIREWALL_PAUSE_MS : null);
  const refusal = code === null ? undefined : REFUSALS[code];
  const unknown = code === null ? undefined : UNKNOWNS[code];
  let kind: ErrorKind;
  let outcome: Outcome;
  // By status first: a 5xx promises nothing, whatever its body looks like (A3.1).
  if (status >= 500 || status === 408) {
    kind = unknown ?? (status === 503 ? 'maintenance' : status === 504 || status === 408 ? 'timeout' : 'unknown');
    outcome = 'unknown';
  } else if (unknown !== undefined) {
    kind = unknown;
    outcome = 'unknown';
  } else if (code !== null && refusal !== undefined) {
    kind = kindOfRefusal(code, message, refusal);
    // A duplicate proves that an order with this id exists: nothing for a caller to believe dead (D2.6).
    outcome = kind === 'duplicate-order' ? 'unknown' : 'rejected';
  } else if (status === 429 || status === 418 || isFirewall(status, code)) {
    kind = 'rate-limited';
    outcome = 'rejected';
  } else if (code === null && (status === 401 || status === 404 || status === 410)) {
    // A wrong path, a retired endpoint: it never came near the engine (A3.1).
    kind = status === 401 ? 'auth' : 'rejected';
    outcome = 'rejected';
  } else {
    kind = 'unknown';
    outcome = 'unknown';
  }
  return new TradeError(message === '' ? `Binance answered with status ${status}` : message, {
    kind,
    outcome,
    platform: BINANCE,
    ...(code === null ? {} : { code }),
    ...(retryAfter === null ? {} : { retryAfter }),
    cause: data === undefined ? { status, code, message } : { status, code, message, data },
  });
}

/** "IP banned until 1795300000000" (A3.1), for where nothing else says how long; null for other words. */
function banEnd(message: string, serverNow: number): number | null {
  const until = Number(/banned until (\d+)/i.exec(message)?.[1]);
  return until > serverNow ? until - serverNow : null;
}

/** The error in a REST response that is none of success. Its body need not be Binance's (A3.1). */
export function readRestError(response: HttpResponse, serverNow: number): ErrorAnswer {
  const body = parse(response.body);
  const seconds = Number(response.headers['retry-after']);
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null;
  if (!isRow(body))
    return {
      status: response.status,
      code: null,
      message: `HTTP ${response.status} with a body that is not Binance's`,
      retryAfter,
    };
  const message = text(body, 'msg');
  return {
    status: response.status,
    code: codeOf(body['code']),
    message,
    retryAfter: retryAfter ?? banEnd(message, serverNow),
    ...dataOf(body),
  };
}

/** The error of a WebSocket API reply. `retryAfter` is a moment there, not a delay (A3.1, F19). */
export function readSocketError(status: number, error: unknown, serverNow: number): ErrorAnswer {
  if (!isRow(error)) return { status, code: null, message: '', retryAfter: null };
  const extra = dataOf(error);
  const { data = {} } = extra;
  const until = number(data, 'retryAfter');
  const now = number(data, 'serverTime') ?? serverNow;
  const message = text(error, 'msg');
  return {
    status,
    code: codeOf(error['code']),
    message,
    retryAfter: until === null ? banEnd(message, now) : Math.max(0, until - now),
    ...extra,
  };
}

function dataOf({ data }: Row): { readonly data?: Row } {
  return isRow(data) ? { data } : {};
}

function codeOf(code: unknown): string | null {
  return typeof code === 'number' || (typeof code === 'string' && code !== '') ? String(code) : null;
}

export function isClockError(error: TradeError): boolean {
  return error.code === CLOCK_CODE;
}
