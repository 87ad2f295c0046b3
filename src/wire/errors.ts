// The errors of requests that got no answer, or none that can be the whole of it; the same for every exchange.

import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';
import { TransportError } from '../seam/transport.ts';

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

/** A list that comes in pages does not get past `cursor`: a part must not pass for the whole. */
export function pagesStuck(platform: Platform, cursor: string): TradeError {
  return new TradeError(`the pages of the answer do not advance behind ${cursor}`, {
    kind: 'unknown',
    outcome: 'unknown',
    platform,
  });
}
