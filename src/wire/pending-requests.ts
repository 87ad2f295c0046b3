// Requests over a socket that wait for the reply with their id. Every one ends exactly once: replied, timed out, or lost with the socket.
// Sending, and what a reply says, are the caller's part.

import type { Clock, Timer } from '../seam/clock.ts';

export type RequestEnd =
  | { readonly end: 'reply'; readonly reply: unknown }
  /** Nothing left this machine. */
  | { readonly end: 'not-sent'; readonly reason: string }
  /** It left, and nothing is known of what became of it. */
  | { readonly end: 'timeout'; readonly afterMs: number }
  | { readonly end: 'lost'; readonly reason: string };

interface Waiting {
  readonly resolve: (end: RequestEnd) => void;
  readonly timer: Timer;
}

export class PendingRequests {
  private readonly clock: Clock;
  private readonly waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** Hands `text` to `send` before returning; resolves when the request ends. Ids in flight must differ. */
  request(id: string, text: string, timeoutMs: number, send: (text: string) => boolean): Promise<RequestEnd> {
    if (!send(text)) return Promise.resolve({ end: 'not-sent', reason: 'the socket is not open' });
    return new Promise((resolve) => {
      const timer = this.clock.after(timeoutMs, () => {
        this.waiting.delete(id);
        resolve({ end: 'timeout', afterMs: timeoutMs });
      });
      this.waiting.set(id, { resolve, timer });
    });
  }

  /** Gives the reply to the request that waits for it; false when none does (too late, or not ours). */
  settle(id: string, reply: unknown): boolean {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return false;
    this.waiting.delete(id);
    waiting.timer.cancel();
    waiting.resolve({ end: 'reply', reply });
    return true;
  }

  /** The socket is gone: what was sent may or may not have arrived. */
  loseAll(reason: string): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { resolve, timer } of all) {
      timer.cancel();
      resolve({ end: 'lost', reason });
    }
  }
}
