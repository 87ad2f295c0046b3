// Order entry over the WebSocket API: a connection of its own beside the private stream, replaced as soon as it leaves a request unanswered.
// Two connections because one TCP stream would tie their fates: replies held up behind a flood of events delay orders, and an order
// connection that stalls must be dropped without blinding the stream. What goes over it is trading.ts's part.

import type { Result } from '../../domain/errors.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { Random } from '../../seam/random.ts';
import type { Transport } from '../../seam/transport.ts';
import type { Session } from '../../wire/link-session.ts';
import { Link } from '../../wire/link.ts';
import type { Call } from './encode.ts';
import { readSocketFrame, text } from './frames.ts';
import type { BinanceLimits } from './limits.ts';
import type { OrderEntry } from './requests.ts';
import { isFatalLogin, type Authentication, type SocketApi } from './socket-api.ts';

export interface SocketContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly url: string;
  readonly api: SocketApi;
  readonly limits: BinanceLimits;
  /** Only Ed25519 keys can. */
  readonly canLogOn: boolean;
  readonly silenceMs: number;
}

/** A connection lives 24 h (A3.2); replaced well before. */
export const ROTATE_AFTER_MS = 23 * 3_600_000;
/** What session.logon weighs (A3.3). */
export const LOG_ON_WEIGHT = 2;

export class OrderSocket implements OrderEntry {
  readonly #context: SocketContext;
  readonly #link: Link;
  /** It left a request unanswered and has not been heard of since. */
  #suspect: Session | null = null;
  readonly #authentication: Authentication;
  readonly #onSilence = (session: Session): void => this.#unanswered(session);

  constructor(context: SocketContext) {
    this.#context = context;
    this.#authentication = context.canLogOn ? 'logged-on' : 'signed';
    const { transport, clock, random, log, url, limits, api, canLogOn, silenceMs } = context;
    this.#link = new Link({
      name: 'order entry',
      url,
      transport,
      clock,
      random,
      log,
      silenceMs,
      rotateAfterMs: ROTATE_AFTER_MS,
      admit: (signal) => limits.connect(canLogOn ? LOG_ON_WEIGHT : 0, signal),
      onRefused: (refusal) => limits.handshakeRefused(refusal),
      open: (session) => (canLogOn ? api.logOn(session) : Promise.resolve()),
      isFatal: isFatalLogin,
      onFrame: (data, _binary, session) => this.#receive(data, session),
      onLive: () => undefined,
      // Orders go by REST meanwhile; the state of the private stream is what concerns a strategy.
      onBroken: () => undefined,
      onEvent: () => undefined,
      onFatal: () => undefined,
    });
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  get isOpen(): boolean {
    return this.#link.session?.isOpen === true;
  }

  call(call: Call): Promise<Result<unknown>> | null {
    const { session } = this.#link;
    if (session === null || !session.isOpen || session === this.#suspect) return null;
    return this.#context.api.send(session, call, this.#authentication, this.#onSilence);
  }

  #unanswered(session: Session): void {
    // What was on its way on a connection that has been replaced says nothing about the one that is there now.
    if (!session.isOpen || session !== this.#link.session) return;
    this.#suspect = session;
    this.#link.replaceNow('a request was not answered in time');
  }

  #receive(data: Buffer, session: Session): void {
    const frame = readSocketFrame(data.toString());
    if (session === this.#suspect) this.#suspect = null;
    if (frame.type === 'reply') {
      // With id null: the key was revoked, or the login with it; what follows would be refused (A2.3).
      if (!this.#context.api.receive(session, frame) && frame.id === null && frame.status === 401)
        session.drop('the session was revoked');
    } else if (frame.type === 'event' && text(frame.event, 'e') === 'serverShutdown') {
      this.#link.replace(session, 'the server announced its shutdown');
    }
  }
}
