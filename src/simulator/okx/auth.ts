// Who is calling: the signed headers of REST and the login of the sockets, refused in OKX's words and order (okx.md 3, 4.2).
// What an authenticated user may then do is decided by the endpoints.

import { createHmac } from 'node:crypto';
import type { SimulatorRequest } from '../dialect.ts';
import type { VenueAccount } from '../venue.ts';
import { fieldsOf, isRecord, listOf } from './fields.ts';
import { Refusal, badParameter, refusal } from './refusal.ts';
import type { Site } from './site.ts';

const WINDOW_MS = 30_000;
const ISO_MILLISECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const LOGIN_TARGET = 'GET/users/self/verify';
const DEMO_HEADER = 'x-simulated-trading';

/** Base64 of HMAC-SHA256. */
export function signatureOf(secretKey: string, text: string): string {
  return createHmac('sha256', secretKey).update(text, 'utf8').digest('base64');
}

/** Whose key a request names, without believing it yet. */
export function claimedAccount(site: Site, request: SimulatorRequest): VenueAccount | null {
  return site.venue.accountByKey(request.headers['ok-access-key'] ?? '');
}

/** @throws Refusal with the gateway's code */
export function authenticate(site: Site, request: SimulatorRequest): VenueAccount {
  const { headers, method, path, query, body } = request;
  const key = headers['ok-access-key'] ?? '';
  const passphrase = headers['ok-access-passphrase'] ?? '';
  const sign = headers['ok-access-sign'] ?? '';
  const timestamp = headers['ok-access-timestamp'] ?? '';
  if (key === '') throw refusal('50103');
  if (passphrase === '') throw refusal('50104');
  if (sign === '') throw refusal('50106');
  if (timestamp === '') throw refusal('50107');
  const time = ISO_MILLISECONDS.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(time)) throw refusal('50112');
  if (Math.abs(site.now() - time) > WINDOW_MS) throw refusal('50102');
  const account = site.venue.accountByKey(key);
  if (account === null) throw refusal('50111');
  if (!account.permissions.valid) throw refusal('50119');
  checkEnvironment(site, request);
  if (passphrase !== account.passphrase) throw refusal('50105');
  const target = query === '' ? path : `${path}?${query}`;
  if (sign !== signatureOf(account.secretKey, timestamp + method + target + body)) throw refusal('50113');
  return account;
}

/** A demo key on the live exchange or the reverse (okx.md 1.3). */
export function checkEnvironment(site: Site, request: SimulatorRequest): void {
  const { demo } = site.settings;
  if (demo !== null && demo !== (request.headers[DEMO_HEADER] === '1')) throw refusal('50101');
}

/** @throws Refusal with a socket code (60xxx) */
export function login(site: Site, args: unknown): VenueAccount {
  const [first] = listOf(args);
  if (!isRecord(first)) throw refusal('60013');
  const fields = fieldsOf(first);
  for (const name of ['apiKey', 'passphrase', 'timestamp', 'sign']) {
    if (fields.text(name) === '') throw new Refusal('60027', `Parameter ${name} can not be empty.`);
  }
  const timestamp = fields.text('timestamp');
  if (!/^\d{1,12}(?:\.\d+)?$/.test(timestamp)) throw refusal('60004');
  if (Math.abs(site.now() - Number(timestamp) * 1000) > WINDOW_MS) throw refusal('60006');
  const account = site.venue.accountByKey(fields.text('apiKey'));
  if (account === null) throw refusal('60005');
  if (!account.permissions.valid) throw refusal('60032');
  if (fields.text('passphrase') !== account.passphrase) throw refusal('60024');
  if (fields.text('sign') !== signatureOf(account.secretKey, timestamp + LOGIN_TARGET)) throw refusal('60007');
  return account;
}

/**
 * The latest moment at which a request is still to be accepted: 50036 when it has passed already (okx.md 3).
 * @param text ms since the epoch; '' = no deadline
 */
export function checkDeadline(site: Site, text: string): void {
  if (text === '') return;
  if (!/^\d{1,16}$/.test(text)) throw badParameter('expTime');
  if (site.now() > Number(text)) throw refusal('50036');
}
