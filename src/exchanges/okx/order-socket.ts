// Order operations over the private socket: OKX's ids, its replies and error events, and the answers in the form REST has too (okx.md 6.5).
// Waiting by id, time limits and lost connections are wire/'s part.

import { OKX } from '../../domain/platform.ts';
import { unanswered } from '../../wire/errors.ts';
import type { Session } from '../../wire/link-session.ts';
import { operationFrame, type Args } from './encode.ts';
import type { EventFrame, Reply } from './frames.ts';
import type { Answer } from './requests.ts';

/** The private socket as far as orders go by it. */
export interface OrderSocket {
  /** The bytes leave synchronously. Null when no socket is open and logged in, or it is in doubt whether it carries anything: then nothing was sent. */
  call(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> | null;
}

/** On one connection. */
export class Operations {
  readonly #session: Session;
  readonly #timeoutMs: number;
  /** The replies as they came, until their operation picks them up. */
  readonly #replies = new Map<string, Reply>();
  #count = 0;

  constructor(session: Session, timeoutMs: number) {
    this.#session = session;
    this.#timeoutMs = timeoutMs;
  }

  /** Sends before it returns. */
  async send(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> {
    // 1 to 32 alphanumerics, unique on this connection.
    const id = (++this.#count).toString(36);
    const end = await this.#session.request(id, operationFrame(id, op, args, expTime), this.#timeoutMs);
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    if (end.end === 'timeout') this.#session.doubt();
    return reply === undefined ? { type: 'lost', error: unanswered(OKX, op, end) } : { type: 'reply', reply };
  }

  settle(id: string, reply: Reply): boolean {
    this.#replies.set(id, reply);
    const isOurs = this.#session.settle(id, reply);
    if (!isOurs) this.#replies.delete(id);
    return isOurs;
  }

  /** An error event that belongs to an operation: by its id, or, in the older form, by the request it quotes (4.3). */
  settleByError({ id, code, msg }: EventFrame): boolean {
    const named = id === '' ? /"id"\s*:\s*"(\w{1,32})"/.exec(msg)?.[1] : id;
    return named !== undefined && this.settle(named, { code, msg, rows: [] });
  }
}
