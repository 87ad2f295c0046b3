// Signatures of OKX v5: Base64 of HMAC-SHA256, for REST requests and for the socket's login (okx.md 3, 4.2).
// Knows the exact bytes that are signed; whose clock the timestamp comes from is the caller's part.

import type { Secret } from '../../domain/secret.ts';
import { hmacSha256 } from '../../wire/hmac.ts';

export interface OkxSigner {
  /**
   * `OK-ACCESS-SIGN` of a REST request.
   * @param timestamp ISO 8601 UTC with milliseconds, the same text as in OK-ACCESS-TIMESTAMP
   * @param requestPath path with the query string exactly as sent
   * @param body exactly as sent, '' for GET
   */
  request(timestamp: string, method: string, requestPath: string, body: string): string;
  /** `sign` of a login; `timestamp` is in whole seconds, as text. */
  login(timestamp: string): string;
}

const LOGIN_TARGET = 'GET/users/self/verify';

export function createSigner(secret: Secret): OkxSigner {
  const hmac = hmacSha256(secret.reveal());
  const sign = (text: string): string => hmac(text, 'base64');
  return {
    request: (timestamp, method, requestPath, body) => sign(timestamp + method + requestPath + body),
    login: (timestamp) => sign(timestamp + LOGIN_TARGET),
  };
}

/** OK-ACCESS-TIMESTAMP for an exchange time in ms. */
export function isoTimestamp(exchangeTime: number): string {
  return new Date(exchangeTime).toISOString();
}
