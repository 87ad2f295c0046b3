// What an endpoint of the REST API is, what it gets and what it answers. The tables of endpoints are rest-*.ts, the way in is rest.ts.

import type { Operation } from '../gateway.ts';
import type { VenueAccount } from '../venue.ts';
import type { Fields } from './fields.ts';
import type { RateLimit } from './limiter.ts';
import type { Action } from './trading.ts';
import type { Site } from './site.ts';

export interface PublicCall {
  readonly site: Site;
  /** The query of a GET, or the body of a POST when it is one object. */
  readonly fields: Fields;
  /** The parsed body; null for a GET. */
  readonly body: unknown;
  readonly remote: string;
}

export interface PrivateCall extends PublicCall {
  readonly account: VenueAccount;
}

export interface Answer {
  readonly code: string;
  readonly msg: string;
  readonly data: readonly unknown[];
  /** Trade answers carry inTime and outTime. */
  readonly timed: boolean;
}

interface EndpointBase {
  readonly method: 'GET' | 'POST';
  /** Below /api/v5/. */
  readonly path: string;
  readonly operation: Operation;
  /** Null when the endpoint counts its items itself. */
  readonly limit: RateLimit | null;
  /** For endpoints that take orders: what is done with them, and whether the body is a list. */
  readonly items?: { readonly action: Action; readonly batch: boolean };
  /** Needs the trade permission. */
  readonly trades?: boolean;
}

interface PublicEndpoint extends EndpointBase {
  readonly access: 'public';
  handle(call: PublicCall): Answer;
}

export interface PrivateEndpoint extends EndpointBase {
  readonly access: 'private';
  handle(call: PrivateCall): Answer;
}

export type Endpoint = PublicEndpoint | PrivateEndpoint;

export function rows(data: readonly unknown[]): Answer {
  return { code: '0', msg: '', data, timed: false };
}

export function publicGet(
  path: string,
  operation: Operation,
  limit: RateLimit,
  handle: (call: PublicCall) => readonly unknown[],
): PublicEndpoint {
  return { access: 'public', method: 'GET', path, operation, limit, handle: (call) => rows(handle(call)) };
}

export function privateGet(
  path: string,
  operation: Operation,
  limit: RateLimit,
  handle: (call: PrivateCall) => readonly unknown[],
): PrivateEndpoint {
  return { access: 'private', method: 'GET', path, operation, limit, handle: (call) => rows(handle(call)) };
}
