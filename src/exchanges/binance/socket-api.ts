// Talking over one WebSocket API connection: signed requests, logging on, replies by id, what its limits say (binance.md A2.2, A2.3, A4).
// Keeping a connection is wire/link.ts's part; what is asked is account-feed.ts's and order-socket.ts's.

import { fail, ok, type TradeError, type Result } from '../../domain/errors.ts';
import { BINANCE } from '../../domain/platform.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import { unanswered } from '../../wire/errors.ts';
import type { Session } from '../../wire/link-session.ts';
import type { RequestEnd } from '../../wire/pending-requests.ts';
import type { CreateCommand } from '../exchange.ts';
import type { Call } from './encode.ts';
import type { SocketReply } from './frames.ts';
import type { BinanceLimits, Departure } from './limits.ts';
import { newOrderFrame } from './new-order.ts';
import { errorOf, isClockError, readSocketError } from './outcomes.ts';
import { isPlain, socketFrame, type Params, type Signer } from './sign.ts';

interface SocketApiContext {
  readonly signer: Signer;
  readonly accessKey: string;
  readonly time: ClockOffset;
  readonly limits: BinanceLimits;
  readonly timeoutMs: number;
}

/** `signed`: with key and signature. `logged-on`: the connection vouches for the key; only the time is stated. `bare`: neither. */
export type Authentication = 'signed' | 'logged-on' | 'bare';

export class SocketApi {
  readonly #context: SocketApiContext;
  /** Neither JSON nor a signature's text would write it otherwise. */
  readonly #isKeyPlain: boolean;
  #lastId = 0;

  constructor(context: SocketApiContext) {
    this.#context = context;
    this.#isKeyPlain = isPlain(context.accessKey);
  }

  /**
   * Sends before it returns. An error with outcome `not-sent` means that the socket was not open; with `unknown`, that no reply came.
   * A refusal for the clock is for the caller to heal.
   */
  call(session: Session, method: string, params: Params, authentication: Authentication): Promise<Result<unknown>> {
    const id = String(++this.#lastId);
    const text = this.#frame(id, method, params, authentication);
    const departure = this.#context.limits.departure(0, 0);
    return this.#answer(session, method, session.request(id, text, this.#context.timeoutMs), departure);
  }

  /**
   * As `call`, for an order or a cancel. Null when nothing was sent: the call is never made by a socket, or this one is not open.
   * @param onSilence called when no reply came in time
   */
  send(
    session: Session,
    call: Call,
    authentication: Authentication,
    onSilence: (session: Session) => void,
  ): Promise<Result<unknown>> | null {
    if (call.socketMethod === null) return null;
    const id = String(++this.#lastId);
    const text =
      (call.order === undefined ? null : this.#orderFrame(id, call.order, authentication)) ??
      this.#frame(id, call.socketMethod, call.params, authentication);
    const end = session.requestIfOpen(id, text, this.#context.timeoutMs);
    return end === null
      ? null
      : this.#answer(
          session,
          call.socketMethod,
          end,
          this.#context.limits.departure(call.weight, call.orders),
          onSilence,
        );
  }

  #frame(id: string, method: string, params: Params, authentication: Authentication): string {
    const { signer, accessKey, time } = this.#context;
    if (authentication === 'bare') return socketFrame(id, method, params, null);
    const timestamp = time.serverNow();
    return authentication === 'signed'
      ? socketFrame(id, method, { ...params, apiKey: accessKey, timestamp }, signer)
      : socketFrame(id, method, { ...params, timestamp }, null);
  }

  #orderFrame(id: string, order: CreateCommand, authentication: Authentication): string | null {
    const { signer, accessKey, time } = this.#context;
    if (authentication !== 'signed') return newOrderFrame(id, order, time.serverNow(), null, signer);
    return this.#isKeyPlain ? newOrderFrame(id, order, time.serverNow(), accessKey, signer) : null;
  }

  async #answer(
    session: Session,
    method: string,
    ending: Promise<RequestEnd>,
    departure: Departure,
    onSilence?: (session: Session) => void,
  ): Promise<Result<unknown>> {
    const end = await ending;
    if (end.end === 'timeout') onSilence?.(session);
    return end.end === 'reply' && isReply(end.reply)
      ? this.#read(end.reply, departure)
      : fail(unanswered(BINANCE, method, end));
  }

  #read(reply: SocketReply, departure: Departure): Result<unknown> {
    const { time, limits } = this.#context;
    limits.correct(reply.rateLimits, departure);
    if (reply.status === 200) return ok(reply.result);
    const answer = readSocketError(reply.status, reply.error, time.serverNow());
    limits.refused(answer);
    return fail(errorOf(answer));
  }

  /** As `call`, healing the clock once: for the login and subscription calls, which may be repeated. */
  healed(session: Session, method: string, params: Params, authentication: Authentication): Promise<Result<unknown>> {
    return this.#context.time.healOnce(
      () => this.call(session, method, params, authentication),
      ([, error]) => error !== null && isClockError(error),
    );
  }

  /** Logs the connection on where the key can (Ed25519). Throws the TradeError of a refusal. */
  async logOn(session: Session): Promise<void> {
    const [, error] = await this.healed(session, 'session.logon', {}, 'signed');
    if (error !== null) throw error;
  }

  /** Gives a reply to whoever waits for it; false when nobody does. */
  receive(session: Session, reply: SocketReply): boolean {
    return reply.id !== null && session.settle(reply.id, reply);
  }
}

function isReply(value: unknown): value is SocketReply {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'reply';
}

/**
 * Whether a refused login is final. -2015 also comes during a temporary ban (D7), so it must be said three times; a key of the
 * wrong form or a wrong secret is not going to be right next time.
 */
export function isFatalLogin(error: TradeError, failures: number): boolean {
  if (error.kind !== 'auth') return false;
  return error.code === '-2014' || error.code === '-1022' || failures >= 3;
}
