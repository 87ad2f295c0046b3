// Calls a strategy's callbacks one at a time, in order, whether they are synchronous or not. One that throws is reported and stops nothing.
// What is called, and with what, is trade.ts's part.

import { TradeError } from '../domain/errors.ts';
import type { Platform } from '../domain/platform.ts';
import type { Log } from '../seam/log.ts';

type Call = () => unknown;

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

export class Callbacks {
  private readonly queue: Call[] = [];
  private head = 0;
  private busy = false;
  private readonly onThrown: (error: unknown) => void;

  /** @param onThrown must not throw; what it does is not queued */
  constructor(onThrown: (error: unknown) => void) {
    this.onThrown = onThrown;
  }

  /** Calls it now when nothing is running, else in turn. */
  call(fn: Call): void {
    if (this.busy) {
      this.queue.push(fn);
      return;
    }
    this.busy = true;
    this.run(fn);
  }

  private run(first: Call): void {
    for (let fn: Call | undefined = first; fn !== undefined; fn = this.next()) {
      let pending: Promise<unknown> | null;
      try {
        const result = fn();
        // What only looks like a promise may throw when it is waited for, or be done twice: the language's own sees to that.
        pending = isPromise(result) ? Promise.resolve(result) : null;
      } catch (error) {
        this.onThrown(error);
        continue;
      }
      if (pending === null) continue;
      const proceed = (): void => {
        const following = this.next();
        if (following !== undefined) this.run(following);
      };
      pending.then(proceed, (error: unknown) => {
        this.onThrown(error);
        proceed();
      });
      return;
    }
  }

  private next(): Call | undefined {
    const fn = this.queue[this.head];
    if (fn !== undefined) {
      this.head++;
      // The consumed part is cut off now and then, not at every call.
      if (this.head > 1_024) {
        this.queue.splice(0, this.head);
        this.head = 0;
      }
      return fn;
    }
    // Nearly always nothing was waiting: then there is nothing to cut off.
    if (this.head > 0) {
      this.queue.length = 0;
      this.head = 0;
    }
    this.busy = false;
    return undefined;
  }
}

interface ThrownParts {
  /** Whose callback it was, for the message. */
  readonly whose: 'strategy' | 'market';
  readonly info: { readonly platform: Platform; readonly symbol: string };
  readonly log: Log;
  readonly onError: ((error: TradeError) => unknown) | undefined;
}

/** Anything can be thrown, also what cannot be made a text. */
function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'it threw a value that has no text';
  }
}

/** A callback threw: the log and onError hear of it; what onError itself throws is only logged, so that nothing can loop. */
export function tellThrown(thrown: unknown, callbacks: Callbacks, { whose, info, log, onError }: ThrownParts): void {
  const error = new TradeError(`a callback of the ${whose} failed: ${textOf(thrown)}`, {
    kind: 'unknown',
    outcome: 'not-sent',
    cause: thrown,
    ...info,
  });
  log.error(error.message, { err: thrown, ...info });
  if (onError === undefined) return;
  callbacks.call(async () => {
    try {
      await onError(error);
    } catch (again) {
      log.error('onError itself failed', { err: again, ...info });
    }
  });
}
