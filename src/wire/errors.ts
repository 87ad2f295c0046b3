// The errors of requests that got no answer, or none that can be the whole of it; the same for every exchange.

import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';
import { TransportError } from '../seam/transport.ts';
import type { RequestEnd } from './pending-requests.ts';

/** A request whose transport rejected: certain to have never left, or maybe executed. What is no TransportError promises nothing. */
export function transportError(platform: Platform, error: unknown): TradeError {
  if (error instanceof TransportError) {
    return new TradeError(error.message, {
      kind: error.kind,
      outcome: error.sent === 'no' ? 'not-sent' : 'unknown',
      platform,
      cause: error.cause,
    });
  }
  const message = error instanceof Error ? error.message : 'the request failed';
  return new TradeError(message, { kind: 'network', outcome: 'unknown', platform, cause: error });
}

/** A request over a socket, `what`, that ended without a reply, or with one of no known form. */
export function unanswered(platform: Platform, what: string, end: RequestEnd): TradeError {
  switch (end.end) {
    case 'not-sent':
      return new TradeError(`${what}: ${end.reason}`, { kind: 'network', outcome: 'not-sent', platform });
    case 'timeout':
      return new TradeError(`${what}: no reply within ${end.afterMs} ms`, {
        kind: 'timeout',
        outcome: 'unknown',
        platform,
      });
    case 'lost':
      return new TradeError(`${what}: the connection was lost before the reply: ${end.reason}`, {
        kind: 'network',
        outcome: 'unknown',
        platform,
      });
    case 'reply':
      return new TradeError(`${what}: the reply has not the documented form`, {
        kind: 'unknown',
        outcome: 'unknown',
        platform,
      });
  }
}

/** A list that comes in pages does not get past `cursor`: a part must not pass for the whole. */
export function pagesStuck(platform: Platform, cursor: string): TradeError {
  return new TradeError(`the pages of the answer do not advance behind ${cursor}`, {
    kind: 'unknown',
    outcome: 'unknown',
    platform,
  });
}
