// HTX's refusals: codes and texts as the reference quotes them (htx.md sections 2.6, 5, 11).

import type { SimulatorReply } from '../dialect.ts';
import type { FailureKind } from '../gateway.ts';
import { jsonText, type JsonValue } from '../json-text.ts';

export interface HtxError {
  readonly code: string;
  readonly message: string;
  /** Numeric state in cancel answers (section 5.5). */
  readonly orderState?: number;
}

export const NOT_LOGGED_IN: HtxError = {
  code: 'login-required',
  message: 'The account is not logged in, please log in and try again.',
};
export const BAD_SIGNATURE: HtxError = {
  code: 'api-signature-not-valid',
  message: 'Signature not valid: Verification failure [校验失败]',
};
export const BAD_KEY: HtxError = {
  code: 'api-signature-not-valid',
  message: 'Signature not valid: Incorrect Access key [Access key错误]',
};
export const NO_PERMISSION: HtxError = {
  code: 'api-signature-not-valid',
  message: 'Signature not valid: API key has no permission [API Key没有权限]',
};
export const GATEWAY: HtxError = { code: 'gateway-internal-error', message: 'Failed to load data. Try again later.' };
export const RECORD_INVALID: HtxError = { code: 'base-record-invalid', message: 'record invalid' };
export const NOT_FOUND: HtxError = { code: 'base-not-found', message: 'The record is not found.' };
export const TOO_FREQUENT: HtxError = {
  code: 'base-request-exceed-frequency-limit',
  message: 'Request is too frequent, please try again later.',
};
export const METHOD: HtxError = { code: 'method-not-allowed', message: 'Method not allowed.' };
export const NO_SYMBOL: HtxError = { code: 'base-symbol-error', message: 'The symbol is invalid' };

export function orderState(state: number): HtxError {
  return { code: 'order-orderstate-error', message: 'Incorrect order state', orderState: state };
}

export function required(name: string): HtxError {
  return { code: `require-${name}`, message: `Parameter \`${name}\` is required.` };
}

/** The members of a v1 error answer; sockets add their `cid`. */
export function errorBody(error: HtxError): { readonly [key: string]: JsonValue } {
  return {
    status: 'error',
    'err-code': error.code,
    'err-msg': error.message,
    ...(error.orderState === undefined ? {} : { 'order-state': error.orderState }),
    data: null,
  };
}

/** The codes of v2 paths (section 2.6, 5.17). */
const V2_CODES: Readonly<Record<string, number>> = {
  'login-required': 1002,
  'api-signature-not-valid': 1003,
  'base-request-exceed-frequency-limit': 1006,
  'base-record-invalid': 1007,
  'gateway-internal-error': 500,
  'system-maintenance': 2003,
};

/** The same refusal as v2 paths word it. */
function v2ErrorBody(error: HtxError): { readonly [key: string]: JsonValue } {
  const code = error === BAD_KEY ? 1002 : (V2_CODES[error.code] ?? 500);
  return { code, message: code === 1003 ? 'invalid signature' : error.message, data: null };
}

/** A fault's answer. `http` is what a REST client gets; sockets send `body` when it is JSON of HTX's own, else they hang up. */
export function failureOf(kind: FailureKind): {
  readonly status: number;
  readonly error: HtxError | null;
  readonly text: string;
} {
  const own = (error: HtxError, status = 200): { status: number; error: HtxError; text: string } => ({
    status,
    error,
    text: jsonText(errorBody(error)),
  });
  switch (kind) {
    case 'server-error':
      return {
        status: 502,
        error: null,
        text: '<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>',
      };
    case 'unknown-outcome':
      return own(GATEWAY);
    case 'rate-limit':
      return own(TOO_FREQUENT, 429);
    case 'ban':
      return {
        status: 403,
        error: null,
        text: '<html><head><title>403 Forbidden</title></head><body>403 Forbidden</body></html>',
      };
    case 'clock-skew':
      return own(BAD_SIGNATURE);
    case 'key-revoked':
      return own(BAD_KEY);
    case 'maintenance':
      return own({ code: 'system-maintenance', message: 'System maintenance. Please try again later.' });
    case 'order-not-found':
      return own(RECORD_INVALID);
  }
}

export const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json;charset=UTF-8' };

export function reply(body: JsonValue, status = 200, headers: Readonly<Record<string, string>> = {}): SimulatorReply {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: jsonText(body) };
}

export function refuse(error: HtxError, status = 200): SimulatorReply {
  return reply(errorBody(error), status);
}

/** As the path's version words it. */
export function refuseOn(path: string, error: HtxError, status = 200): SimulatorReply {
  return reply(path.startsWith('/v2/') ? v2ErrorBody(error) : errorBody(error), status);
}

/** @param rateStatus HTTP status of a refusal for rate */
export function failureReply(kind: FailureKind, path: string, rateStatus: number): SimulatorReply {
  const { status, error, text } = failureOf(kind);
  if (error === null) return { status, headers: { 'content-type': 'text/html' }, body: text };
  return refuseOn(path, error, kind === 'rate-limit' ? rateStatus : status);
}
