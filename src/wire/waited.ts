// How long requests wait for room under a rate limit, and what becomes of those that cannot leave in time, or must not leave any more.

import { setMaxListeners } from 'node:events';
import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';
import { PerHost } from './per-host.ts';
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

function newController(): AbortController {
  const controller = new AbortController();
  // Any number of requests may wait at once; Node warns of more than ten.
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Those who share what is asked of a host once for all of them. */
class Sharers {
  private count = 0;
  private controller = newController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  join(): void {
    if (this.count++ === 0 && this.signal.aborted) this.controller = newController();
  }

  leave(): void {
    if (--this.count === 0) this.controller.abort();
  }
}

const SHARERS = new PerHost<Sharers>();

/** For an account, or whatever else asks, to say that it is closed: nothing of it waits any more. */
export class Closing {
  private readonly own = newController();
  private readonly sharers: Sharers;

  /** @param process see PerHost */
  constructor(process: object, host: string) {
    this.sharers = SHARERS.get(process, host, () => new Sharers());
    this.sharers.join();
  }

  /** For its own requests. */
  get signal(): AbortSignal {
    return this.own.signal;
  }

  /** The same for what it asks on behalf of others, too, which ends with the last of them. */
  shared<T extends object>(context: T): T & { readonly closing: AbortSignal } {
    const { sharers } = this;
    return {
      ...context,
      // Anew each time: all may go, and others come.
      get closing() {
        return sharers.signal;
      },
    };
  }

  end(): void {
    if (this.signal.aborted) return;
    this.own.abort();
    this.sharers.leave();
  }
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
