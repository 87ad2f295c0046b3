// What becomes of orders that cannot leave in time under a rate limit, or must not leave any more.

import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';

/** It would leave long after it was meant, and would not be the order that was meant. */
export function waitsTooLong(platform: Platform, waitMs: number): TradeError {
  const retryAfter = Math.ceil(waitMs);
  return new TradeError(`not sent: the rate limit leaves no room for ${retryAfter} ms`, {
    kind: 'rate-limited',
    outcome: 'not-sent',
    retryAfter,
    platform,
  });
}

/** While it waited the Trade was told to take no more orders, or was closed. */
export function calledOff(platform: Platform): TradeError {
  return new TradeError('not sent: while it waited for the rate limit, orders stopped being taken', {
    kind: 'closed',
    outcome: 'not-sent',
    platform,
  });
}
