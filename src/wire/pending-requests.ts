// Requests over a socket that wait for the reply with their id. Every one ends exactly once: replied, timed out, or lost with the socket.
// Sending, and what a reply says, are the caller's part.

import type { Clock } from '../seam/clock.ts';
import { Deadlines, Limited } from './deadlines.ts';

export type RequestEnd =
  | { readonly end: 'reply'; readonly reply: unknown }
  /** Nothing left this machine. */
  | { readonly end: 'not-sent'; readonly reason: string }
  /** It left, and nothing is known of what became of it. */
  | { readonly end: 'timeout'; readonly afterMs: number }
  | { readonly end: 'lost'; readonly reason: string };

class Waiting extends Limited {
  readonly id: string;
  readonly resolve: (end: RequestEnd) => void;
  private readonly afterMs: number;
  private readonly among: Map<string, Waiting>;

  constructor(id: string, resolve: (end: RequestEnd) => void, afterMs: number, among: Map<string, Waiting>) {
    super();
    this.id = id;
    this.resolve = resolve;
    this.afterMs = afterMs;
    this.among = among;
  }

  expire(): void {
    this.among.delete(this.id);
    this.resolve({ end: 'timeout', afterMs: this.afterMs });
  }
}

export class PendingRequests {
  private readonly deadlines: Deadlines;
  private readonly waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.deadlines = new Deadlines(clock);
  }

  get size(): number {
    return this.waiting.size;
  }

  /** For a request that has just been sent: resolves when it ends. Ids in flight must differ. */
  add(id: string, timeoutMs: number): Promise<RequestEnd> {
    return new Promise((resolve) => {
      const waiting = new Waiting(id, resolve, timeoutMs, this.waiting);
      this.waiting.set(id, waiting);
      this.deadlines.add(waiting, timeoutMs);
    });
  }

  /** Gives the reply to the request that waits for it; false when none does (too late, or not ours). */
  settle(id: string, reply: unknown): boolean {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return false;
    this.waiting.delete(id);
    this.deadlines.delete(waiting);
    waiting.resolve({ end: 'reply', reply });
    return true;
  }

  /** The socket is gone: what was sent may or may not have arrived. */
  loseAll(reason: string): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const waiting of all) {
      this.deadlines.delete(waiting);
      waiting.resolve({ end: 'lost', reason });
    }
  }
}
