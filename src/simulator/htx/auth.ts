// Who is asking: signature version 2 on REST, 2.1 on sockets, HMAC-SHA256 or Ed25519 (htx.md section 2).

import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { SimulatorRequest } from '../dialect.ts';
import type { Venue, VenueAccount } from '../venue.ts';
import { BAD_KEY, BAD_SIGNATURE, NOT_LOGGED_IN, type HtxError } from './errors.ts';

/** How far a Timestamp may be off; the reference names 5 minutes and 1 minute (section 2.4): the simulator takes the wider. */
const TOLERANCE_MS = 300_000;

export type Who = { readonly account: VenueAccount } | { readonly error: HtxError };

function encode(text: string): string {
  // Half of a surrogate pair has no encoding; no client that sends one has signed it.
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function joined(values: ReadonlyMap<string, string>): string {
  return [...values.keys()]
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((name) => `${name}=${encode(values.get(name) ?? '')}`)
    .join('&');
}

function matches(account: VenueAccount, method: string, text: string, signature: string): boolean {
  if (method === 'Ed25519') {
    if (account.ed25519PublicKeyPem === null) return false;
    return verify(
      null,
      Buffer.from(text),
      createPublicKey(account.ed25519PublicKeyPem),
      Buffer.from(signature, 'base64'),
    );
  }
  const expected = createHmac('sha256', account.secretKey).update(text).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Null when the text is not `YYYY-MM-DDThh:mm:ss`. */
function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) return null;
  const time = Date.parse(`${text}Z`);
  return Number.isNaN(time) ? null : time;
}

function check(
  venue: Venue,
  key: string,
  method: string,
  timestamp: string,
  text: string,
  signature: string,
  now: number,
): Who {
  const account = venue.accountByKey(key);
  if (account === null || !account.permissions.valid) return { error: BAD_KEY };
  const time = timeOf(timestamp);
  if (time === null || Math.abs(now - time) > TOLERANCE_MS) return { error: BAD_SIGNATURE };
  return matches(account, method, text, signature) ? { account } : { error: BAD_SIGNATURE };
}

/** The account behind a signed REST request: the signature covers method, host header, path and every query parameter. */
export function authenticate(venue: Venue, request: SimulatorRequest, now: number): Who {
  const query = new URLSearchParams(request.query);
  const key = query.get('AccessKeyId');
  const signature = query.get('Signature');
  if (key === null || signature === null) return { error: NOT_LOGGED_IN };
  const values = new Map([...query].filter(([name]) => name !== 'Signature'));
  const method = values.get('SignatureMethod') ?? '';
  if (values.get('SignatureVersion') !== '2' || (method !== 'HmacSHA256' && method !== 'Ed25519'))
    return { error: BAD_SIGNATURE };
  const host = (request.headers['host'] ?? '').toLowerCase();
  const text = `${request.method}\n${host}\n${request.path}\n${joined(values)}`;
  return check(venue, key, method, values.get('Timestamp') ?? '', text, signature, now);
}

/** The account behind a socket login (section 2.7); null when it fails in any way. */
export function socketLogin(
  venue: Venue,
  host: string,
  path: string,
  params: Readonly<Record<string, unknown>>,
  now: number,
): VenueAccount | null {
  const text = (name: string): string => {
    const value = params[name];
    return typeof value === 'string' ? value : '';
  };
  if (text('signatureVersion') !== '2.1') return null;
  const names = ['accessKey', 'signatureMethod', 'signatureVersion', 'timestamp'];
  const values = new Map(names.map((name) => [name, text(name)]));
  const signed = `GET\n${host.toLowerCase()}\n${path}\n${joined(values)}`;
  const who = check(
    venue,
    text('accessKey'),
    text('signatureMethod'),
    text('timestamp'),
    signed,
    text('signature'),
    now,
  );
  return 'account' in who ? who.account : null;
}
