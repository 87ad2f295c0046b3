// How a request on a socket fails when a fault says so: logins, subscriptions and order operations each in their own words (okx.md 4.2, 4.4, 6.5).
// Nothing is executed here. The same for REST is rest-failures.ts.

import type { FailureKind } from '../gateway.ts';
import { Refusal, refusal } from './refusal.ts';

export function loginFailure(kind: FailureKind): Refusal {
  switch (kind) {
    case 'rate-limit':
    case 'ban':
      return refusal('60014');
    case 'clock-skew':
      return refusal('60006');
    case 'key-revoked':
      return refusal('60032');
    case 'server-error':
    case 'unknown-outcome':
    case 'maintenance':
    case 'order-not-found':
      return refusal('63999');
  }
}

function internalError(op: string): Refusal {
  return new Refusal('64007', `Operation ${op} failed due to WebSocket internal error. Please try again later.`);
}

export function subscribeFailure(kind: FailureKind, op: string): Refusal {
  if (kind === 'rate-limit' || kind === 'ban') return refusal('60014');
  return kind === 'key-revoked' ? refusal('60032') : internalError(op);
}

/** The outer code of an order operation; for `order-not-found` the items say it. */
export function operationFailure(kind: Exclude<FailureKind, 'order-not-found'>, op: string): Refusal {
  switch (kind) {
    case 'server-error':
      return internalError(op);
    case 'unknown-outcome':
      return refusal('50004');
    case 'rate-limit':
      return rateLimited();
    case 'ban':
      return refusal('50040');
    case 'clock-skew':
      return refusal('50102');
    case 'key-revoked':
      return refusal('50119');
    case 'maintenance':
      return refusal('50001');
  }
}

export function rateLimited(): Refusal {
  return new Refusal(
    '50011',
    'Rate limit reached. Please refer to API documentation and throttle requests accordingly',
  );
}
