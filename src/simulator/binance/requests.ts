// The way of every request through the exchange, in its order of checks: budget, key, signature, time, parameters, then the endpoint.
// How a request is written on the wire, and its answer, is rest.ts's and session-ws-api.ts's part.

import type { Channel, FailureKind, RequestContext } from '../gateway.ts';
import type { VenueAccount } from '../venue.ts';
import { checkTiming, isKeyWellFormed, isLate, isSigned, signatureOf, timingOf } from './auth.ts';
import type { Desk } from './desk.ts';
import { unknownParams, weightOf, type Endpoint } from './endpoint.ts';
import {
  type ApiError,
  badSignature,
  banned,
  BANNED,
  invalidKey,
  malformedKey,
  missing,
  noSuchOrder,
  outsideWindow,
  overloaded,
  timeoutError,
  tooMuchWeight,
  unknownError,
  unknownOrder,
  unread,
} from './errors.ts';
import type { BanWords } from './options.ts';
import type { Params } from './params.ts';

export interface Arrival {
  readonly endpoint: Endpoint;
  readonly params: Params;
  readonly channel: Channel;
  readonly remote: string;
  /** Null when the request carries none. */
  readonly apiKey: string | null;
  /** Whom the connection is logged on as; used when the request carries no signature of its own. */
  readonly session: VenueAccount | null;
  /** What the signature covers. */
  payload(): string;
  /** Server time when it came in. */
  readonly arrivedAt: number;
}

/** The account a request speaks for, before anything is proven; null when it speaks for none. */
export function claimedAccount(
  desk: Desk,
  arrival: Pick<Arrival, 'endpoint' | 'apiKey' | 'session'>,
): VenueAccount | null {
  if (arrival.endpoint.security === 'none') return null;
  return arrival.apiKey === null ? arrival.session : desk.venue.accountByKey(arrival.apiKey);
}

export function contextOf(desk: Desk, arrival: Arrival): RequestContext {
  const wire = arrival.params.raw('symbol');
  return {
    operation: arrival.endpoint.operation,
    channel: arrival.channel,
    accountUid: claimedAccount(desk, arrival)?.uid ?? null,
    symbol: wire === null ? null : (desk.symbols.find(wire)?.instrument.symbol ?? null),
    remote: arrival.remote,
    count: 1,
  };
}

/** Checks and runs. Returns the result's JSON text; throws ApiError. */
export function execute(desk: Desk, arrival: Arrival): string {
  const { endpoint, params, channel, remote } = arrival;
  const weight = weightOf(endpoint, params);
  desk.limits.charge(remote, weight, desk.serverTime());
  if (endpoint.security === 'none') {
    checkNames(endpoint, params);
    return endpoint.run({ params, channel, remote });
  }
  const account = authenticated(desk, arrival);
  const timing = timingOf(params);
  checkTiming(timing, arrival.arrivedAt);
  checkNames(endpoint, params);
  if (isLate(timing, desk.serverTime())) {
    if (endpoint.placesOrder) desk.limits.countOrder(account.uid, desk.serverTime());
    throw outsideWindow();
  }
  const result = endpoint.run({ params, channel, remote, account });
  if (endpoint.isOrder) desk.limits.refund(remote, weight, desk.serverTime());
  return result;
}

function authenticated(desk: Desk, arrival: Arrival): VenueAccount {
  const { apiKey, session, params, channel } = arrival;
  if (session !== null && apiKey === null && !params.has('signature')) {
    if (!session.permissions.valid) throw invalidKey();
    return session;
  }
  if (apiKey === null) throw channel === 'socket' ? missing('apiKey') : malformedKey();
  if (!isKeyWellFormed(apiKey)) throw malformedKey();
  const account = desk.venue.accountByKey(apiKey);
  if (account === null || !account.permissions.valid) throw invalidKey();
  const signature = signatureOf(params);
  params.required('timestamp');
  if (!isSigned(account, arrival.payload(), signature)) throw badSignature();
  return account;
}

function checkNames(endpoint: Endpoint, params: Params): void {
  const unknown = unknownParams(endpoint, params);
  if (unknown > 0) throw unread(params.size - unknown, params.size);
}

const BAN_WORDS: readonly BanWords[] = ['ban', 'key', 'firewall'];

/** In what words a refusal comes, when it is for a ban; null for any other. */
export function banWordsOf(desk: Desk, { endpoint, channel }: Arrival, { status }: ApiError): BanWords | null {
  if (status !== BANNED) return null;
  const { bansShowAs } = desk.options;
  const words = bansShowAs === 'any' ? (BAN_WORDS[desk.random.int(BAN_WORDS.length)] ?? 'ban') : bansShowAs;
  const isPossible = words === 'key' ? endpoint.security !== 'none' : words === 'firewall' ? channel === 'rest' : true;
  return isPossible ? words : 'ban';
}

/** Whether a failure cannot meet this endpoint: public data needs neither key nor timestamp, so it is answered as ever. */
export function isImmune(endpoint: Endpoint, kind: FailureKind): boolean {
  return endpoint.security === 'none' && (kind === 'key-revoked' || kind === 'clock-skew');
}

/** The words for a failure that a fault put in the place of the answer. `server-error` has none: the gateway's page comes instead. */
export function failureOf(desk: Desk, endpoint: Endpoint, kind: FailureKind, retryAfterMs: number): ApiError {
  switch (kind) {
    case 'server-error':
      return unknownError();
    case 'unknown-outcome':
      return timeoutError();
    case 'rate-limit':
      return tooMuchWeight(desk.options.weightPerMinute, retryAfterMs);
    case 'ban':
      return banned(desk.serverTime() + retryAfterMs, retryAfterMs);
    case 'clock-skew':
      return outsideWindow();
    case 'key-revoked':
      return invalidKey();
    case 'maintenance':
      return overloaded();
    case 'order-not-found':
      return endpoint.operation === 'cancel' || endpoint.operation === 'cancel-all' ? unknownOrder() : noSuchOrder();
  }
}
