// How long requests wait for room under a rate limit, and what becomes of those that cannot leave in time, or must not leave any more.

import { setMaxListeners } from 'node:events';
import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';
import type { Patience, Priority } from './rate-budget.ts';

/** A cancel or a question may wait out a whole minute's window; longer than that (a ban) its caller should know. */
const LONGEST_WAIT_MS = 60_000;

/**
 * An order that would leave long after it was meant would not be the order that was meant.
 * @param timeoutMs how long a request may take
 * @param closing comes when the account is closed: nobody waits beyond that
 */
export function patienceFor(priority: Priority, timeoutMs: number, closing: AbortSignal | undefined): Patience {
  return { mostMs: priority === 'order' ? timeoutMs : LONGEST_WAIT_MS, signal: closing };
}

/** For an account, or whatever else asks, to say that it is closed. */
export function newClosing(): AbortController {
  const closing = new AbortController();
  // Any number of requests may wait at once; Node warns of more than ten.
  setMaxListeners(0, closing.signal);
  return closing;
}

/** There was, or would have been, no room for as long as it may wait. */
export function waitsTooLong(platform: Platform, waitMs: number): TradeError {
  const retryAfter = Math.ceil(waitMs);
  return new TradeError(`not sent: the rate limit leaves no room for ${retryAfter} ms`, {
    kind: 'rate-limited',
    outcome: 'not-sent',
    retryAfter,
    platform,
  });
}

/** Before it could leave the Trade was told to take no more orders, or was closed. */
export function calledOff(platform: Platform): TradeError {
  return new TradeError('not sent: before it could leave, orders stopped being taken', {
    kind: 'closed',
    outcome: 'not-sent',
    platform,
  });
}
