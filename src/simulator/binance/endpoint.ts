// One thing the exchange can be asked, whichever way it is asked: its REST route, its WebSocket API method, its price, its parameters.
// The endpoints themselves are listed in endpoints/; requests.ts checks and runs them.

import type { Channel, Operation } from '../gateway.ts';
import type { VenueAccount } from '../venue.ts';
import type { Params } from './params.ts';

export interface Call {
  readonly params: Params;
  readonly channel: Channel;
  readonly remote: string;
}

interface SignedCall extends Call {
  readonly account: VenueAccount;
}

interface Common {
  /** `GET /api/v3/order`; null when it cannot be asked over REST. */
  readonly rest: string | null;
  /** `order.status`; null when it is not in the WebSocket API. */
  readonly method: string | null;
  readonly operation: Operation;
  readonly weight: number | ((params: Params) => number);
  /** Parameters besides apiKey, timestamp, recvWindow and signature. */
  readonly params: readonly string[];
  /** An order call: free of weight when it succeeds (A3.3). */
  readonly isOrder?: true;
  /** Places an order: replies tell the account's order counts, and being late costs one. */
  readonly placesOrder?: true;
}

/** `run` returns JSON text or throws ApiError. */
export type Endpoint =
  | (Common & { readonly security: 'none'; run(call: Call): string })
  | (Common & { readonly security: 'signed'; run(call: SignedCall): string });

export function weightOf(endpoint: Endpoint, params: Params): number {
  return typeof endpoint.weight === 'number' ? endpoint.weight : endpoint.weight(params);
}

const COMMON_PARAMS: ReadonlySet<string> = new Set([
  'apiKey',
  'timestamp',
  'recvWindow',
  'signature',
  'returnRateLimits',
]);

/** How many of the sent parameters this endpoint does not know. */
export function unknownParams(endpoint: Endpoint, params: Params): number {
  let unknown = 0;
  for (const name of params.names) {
    if (!endpoint.params.includes(name) && !COMMON_PARAMS.has(name)) unknown++;
  }
  return unknown;
}

/** A question about the market: no key, no account. */
export function marketEndpoint(
  rest: string | null,
  method: string | null,
  weight: Endpoint['weight'],
  params: readonly string[],
  run: (params: Params) => string,
): Endpoint {
  return { rest, method, security: 'none', operation: 'market', weight, params, run: (call) => run(call.params) };
}
