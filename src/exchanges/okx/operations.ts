// Order operations under way on one socket: each has an id, and ends with its reply, with silence, or with the socket (okx.md 6.5).
// Waiting by id is wire/pending-requests.ts's part; here are OKX's ids, its error events, and the answers in the form REST has too.

import { TradeError, type ErrorKind, type Outcome } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { Clock } from '../../seam/clock.ts';
import { PendingRequests, type RequestEnd } from '../../wire/pending-requests.ts';
import { operationFrame, type Args } from './encode.ts';
import type { EventFrame, Reply } from './frames.ts';
import type { Answer } from './requests.ts';

export class Operations {
  readonly #pending: PendingRequests;
  readonly #timeoutMs: number;
  /** The replies as they came, until their operation picks them up. */
  readonly #replies = new Map<string, Reply>();
  #count = 0;
  #onIdle: (() => void) | null = null;

  constructor(clock: Clock, timeoutMs: number) {
    this.#pending = new PendingRequests(clock);
    this.#timeoutMs = timeoutMs;
  }

  /** Hands the operation to `send` before returning. */
  async send(op: string, args: readonly Args[], expTime: number | null, send: (text: string) => boolean): Promise<Answer> {
    // 1 to 32 alphanumerics, unique on this socket.
    const id = (++this.#count).toString(36);
    const end = await this.#pending.request(id, operationFrame(id, op, args, expTime), this.#timeoutMs, send);
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    if (this.#pending.size === 0) this.#idle();
    return reply === undefined ? lost(end) : { type: 'reply', reply };
  }

  settle(id: string, reply: Reply): boolean {
    if (!this.#pending.settle(id, reply)) return false;
    this.#replies.set(id, reply);
    return true;
  }

  /** An error event that belongs to an operation: by its id, or, in the older form, by the request it quotes (4.3). */
  settleByError({ id, code, msg }: EventFrame): boolean {
    const named = id === '' ? /"id"\s*:\s*"(\w{1,32})"/.exec(msg)?.[1] : id;
    return named !== undefined && this.settle(named, { code, msg, rows: [] });
  }

  /** The socket is gone: every operation under way may or may not have been done. */
  loseAll(reason: string): void {
    this.#pending.loseAll(reason);
  }

  /** Calls once, when nothing is under way any more; at once when nothing is. */
  whenIdle(then: () => void): void {
    if (this.#pending.size === 0) then();
    else this.#onIdle = then;
  }

  #idle(): void {
    const then = this.#onIdle;
    this.#onIdle = null;
    then?.();
  }
}

function lost(end: RequestEnd): Answer {
  switch (end.end) {
    case 'not-sent':
      return failure(end.reason, 'network', 'not-sent');
    case 'timeout':
      return failure(`no reply within ${end.afterMs} ms`, 'timeout', 'unknown');
    case 'lost':
      return failure(end.reason, 'network', 'unknown');
    case 'reply':
      return failure('a reply without content', 'unknown', 'unknown');
  }
}

function failure(message: string, kind: ErrorKind, outcome: Outcome): Answer {
  return { type: 'lost', error: new TradeError(message, { kind, outcome, platform: OKX }) };
}
