// Who sent a request: signatures over raw bytes (REST) or sorted parameters (WebSocket API), and the time it claims (binance.md A2).
// HMAC-SHA256 for accounts with a secret, Ed25519 for those with a public key.

import { createHmac, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { VenueAccount } from '../venue.ts';
import { aheadOfServer, badWindow, illegal, missing, outsideWindow } from './errors.ts';
import type { Params } from './params.ts';

const DEFAULT_WINDOW = 5000;
const MAX_WINDOW = 60_000;
const FUTURE_TOLERANCE = 1000;
const TIMESTAMP = /^[0-9]{1,20}$/;
const WINDOW = /^[0-9]{1,5}(\.[0-9]{1,3})?$/;
const KEY = /^[\w-]{1,256}$/;
/** Anything at or above is in microseconds. */
const MICROSECONDS = 1e14;

export const isKeyWellFormed = (key: string): boolean => KEY.test(key);

const publicKeys = new WeakMap<VenueAccount, KeyObject>();

/** Whether `signature` is the account's own over `payload`. */
export function isSigned(account: VenueAccount, payload: string, signature: string): boolean {
  if (account.ed25519PublicKeyPem === null) {
    return createHmac('sha256', account.secretKey).update(payload).digest('hex') === signature.toLowerCase();
  }
  let key = publicKeys.get(account);
  if (key === undefined) {
    key = createPublicKey(account.ed25519PublicKeyPem);
    publicKeys.set(account, key);
  }
  return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64'));
}

/** What a REST signature covers: the query's bytes followed by the body's, the signature itself taken out (A2.1). */
export function restPayload(query: string, body: string): string {
  return withoutSignature(query) + withoutSignature(body);
}

function withoutSignature(form: string): string {
  if (!form.includes('signature=')) return form;
  return form
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&');
}

/** What a WebSocket API signature covers: all parameters but itself, sorted by name, not encoded (A2.2). */
export function socketPayload(values: ReadonlyMap<string, string>): string {
  const pairs: string[] = [];
  for (const name of [...values.keys()].sort()) {
    if (name !== 'signature') pairs.push(`${name}=${values.get(name) ?? ''}`);
  }
  return pairs.join('&');
}

interface Timing {
  /** Milliseconds. */
  readonly timestamp: number;
  readonly recvWindow: number;
}

export function timingOf(params: Params): Timing {
  const stamp = params.required('timestamp');
  if (!TIMESTAMP.test(stamp)) throw illegal('timestamp', '^[0-9]{1,20}$');
  const window = params.optional('recvWindow');
  if (window !== null && !WINDOW.test(window)) throw illegal('recvWindow', '^[0-9]{1,5}(\\.[0-9]{1,3})?$');
  const recvWindow = window === null ? DEFAULT_WINDOW : Number(window);
  if (recvWindow > MAX_WINDOW) throw badWindow();
  const timestamp = Number(stamp);
  return { timestamp: timestamp >= MICROSECONDS ? timestamp / 1000 : timestamp, recvWindow };
}

/** The check when a request comes in (A2.4). */
export function checkTiming({ timestamp, recvWindow }: Timing, serverTime: number): void {
  if (timestamp >= serverTime + FUTURE_TOLERANCE) throw aheadOfServer();
  if (serverTime - timestamp > recvWindow) throw outsideWindow();
}

/** The check just before the engine. */
export function isLate({ timestamp, recvWindow }: Timing, serverTime: number): boolean {
  return serverTime - timestamp > recvWindow;
}

export function signatureOf(params: Params): string {
  if (!params.has('signature')) throw missing('signature');
  return params.required('signature');
}
