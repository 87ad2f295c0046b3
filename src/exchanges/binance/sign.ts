// Signatures of both kinds of request: REST signs what is percent-encoded, the WebSocket API signs what is not (binance.md A2).
// Which parameters a request has is encode.ts's part; when it is sent, requests.ts's.

import { createPrivateKey, sign as signAsymmetric, type KeyObject } from 'node:crypto';
import { Decimal } from '../../domain/decimal.ts';
import type { Secret } from '../../domain/secret.ts';
import { hmacSha256 } from '../../wire/hmac.ts';

/** A bigint is a JSON number on the WebSocket API: ids beyond 2^53 stay exact. */
export type ParamValue = string | number | boolean | bigint;
export type Params = Readonly<Record<string, ParamValue>>;

export interface Signer {
  /** Only Ed25519 keys can log a connection on (A2.3). */
  readonly canLogOn: boolean;
  /** HMAC: hex. RSA and Ed25519: base64, which must be percent-encoded in a URL (A2.1). Synchronous. */
  sign(payload: string): string;
}

export const PEM = '-----BEGIN';

/** The key is parsed once, here: parsing it for every signature would cost more than the signature. Throws TypeError for an unusable PEM. */
export function createSigner(secretKey: Secret): Signer {
  const text = secretKey.reveal();
  if (!text.includes(PEM)) {
    const hmac = hmacSha256(text);
    return { canLogOn: false, sign: (payload) => hmac(payload, 'hex') };
  }
  const key = privateKey(text);
  if (key.asymmetricKeyType === 'ed25519') {
    return { canLogOn: true, sign: (payload) => signAsymmetric(null, Buffer.from(payload), key).toString('base64') };
  }
  if (key.asymmetricKeyType === 'rsa') {
    return {
      canLogOn: false,
      sign: (payload) => signAsymmetric('sha256', Buffer.from(payload), key).toString('base64'),
    };
  }
  throw new TypeError(`secretKey: a private key in PEM must be Ed25519 or RSA, not ${key.asymmetricKeyType}`);
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // What the library says may quote the key.
    throw new TypeError('secretKey: looks like a PEM file but cannot be read as a private key without a passphrase');
  }
}

/** Left as it is by percent-encoding and by JSON, as nearly every value is. */
const PLAIN = /^[\w.-]*$/;

export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** A value as it is written and signed: numbers never with an exponent, which the exchange refuses (A2.2, F15). */
function textOf(value: ParamValue): string {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return String(value);
  return Decimal.tryFrom(value)?.toString() ?? String(value);
}

/** `name=value` pairs, percent-encoded: at once the query that is sent and the text that is signed (A2.1). */
export function queryOf(params: Params): string {
  let query = '';
  for (const name in params) {
    const value = params[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' && !isPlain(value) ? encodeURIComponent(value) : textOf(value);
    query += query === '' ? `${name}=${text}` : `&${name}=${text}`;
  }
  return query;
}

/** The query with its signature, which comes last. @param body what follows in the request's body, if anything (A2.1 rule 1) */
export function signedQuery(params: Params, signer: Signer, body = ''): string {
  const query = queryOf(params);
  return `${query}&signature=${encodeURIComponent(signer.sign(query + body))}`;
}

/** The text a WebSocket API request signs: sorted by name, not encoded, numbers as in their JSON (A2.2). */
export function socketPayload(params: Params): string {
  let payload = '';
  for (const name of Object.keys(params).sort()) {
    const value = params[name];
    if (value === undefined) continue;
    payload += payload === '' ? `${name}=${textOf(value)}` : `&${name}=${textOf(value)}`;
  }
  return payload;
}

/** A WebSocket API frame (A4). `signer` null: the method needs no signature, or the connection is logged on. */
export function socketFrame(id: string, method: string, params: Params, signer: Signer | null): string {
  let json = '';
  for (const name in params) {
    const value = params[name];
    if (value === undefined) continue;
    const text = typeof value === 'string' ? (isPlain(value) ? `"${value}"` : JSON.stringify(value)) : textOf(value);
    json += json === '' ? `"${name}":${text}` : `,"${name}":${text}`;
  }
  if (signer !== null) json += `,"signature":"${signer.sign(socketPayload(params))}"`;
  return `{"id":"${id}","method":"${method}","params":{${json}}}`;
}
