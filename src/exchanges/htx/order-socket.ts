// Order entry over /ws/trade (htx.md 6): one connection that heals by itself, requests told apart by `cid`. REST stands in while it is not there,
// or not to be trusted: a connection that leaves a request unanswered, or says that it is not logged in, is replaced (8.1: streams stall while
// pings go on). What is sent and what replies mean is trading.ts's and verdicts.ts's part.

import { TradeError } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import { parseJson } from '../../wire/json.ts';
import { Link, type LinkOptions } from '../../wire/link.ts';
import type { Session } from '../../wire/link-session.ts';
import { unanswered } from '../../wire/errors.ts';
import type { RequestEnd } from '../../wire/pending-requests.ts';
import { tradeFrame, type TradeFrame } from './frames.ts';
import { answerKey, isFatalLogin, logIn, type LoginContext } from './login.ts';
import { errorFor, isLoginLost, isNotUnderstood } from './outcomes.ts';
import type { Answer } from './requests.ts';
import type { OrderEntry } from './trading.ts';

export type OrderOperation = 'create-order' | 'cancel' | 'cancelall';

/** What HTX's socket sends while idle is unconfirmed (17): a protocol-level ping asks after as long as /ws/v2 would take to ping. */
const PROBE = { text: null, afterMs: 20_000, answerMs: 10_000 } as const;

interface OrderSocketContext {
  readonly link: Pick<LinkOptions, 'transport' | 'clock' | 'random' | 'log'>;
  readonly login: LoginContext;
}

/** Requests one connection may make: 50 in a second (htx.md section 8.1; section 17 assumes the same here), less some for what the network bunches. */
const PACE = 40;
const PACE_WINDOW_MS = 1100;

/** How long orders go over REST alone after so many connections in a row that failed a request, ms: the first is replaced, and that may be all. */
const REST_ONLY_MS = [0, 30_000, 300_000] as const;

export class HtxOrderSocket implements OrderEntry {
  readonly #context: OrderSocketContext;
  readonly #link: Link;
  #count = 0;
  readonly #sentAt: number[] = [];
  /** Requests under way, by `cid`, and what they went out on. */
  readonly #waiting = new Map<string, Session>();
  /** They have failed a request: nothing more is sent on them. */
  readonly #distrusted = new WeakSet<Session>();
  /** Connections that failed a request, one after the other. */
  #failures = 0;
  /** On our monotonic clock. */
  #restOnlyUntil = -Infinity;

  constructor(context: OrderSocketContext) {
    this.#context = context;
    const { link, login } = context;
    const { log } = link;
    this.#link = new Link({
      ...link,
      name: 'htx orders',
      url: login.url,
      silenceMs: PROBE.afterMs + PROBE.answerMs,
      probe: PROBE,
      open: (session) => logIn(session, login),
      onFrame: (data, _binary, session) => this.#frame(data, session),
      onLive: () => log.info('orders go over the socket'),
      onBroken: (reason) => log.warn('order socket lost; orders go over REST meanwhile', { reason }),
      onEvent: () => undefined,
      isFatal: isFatalLogin,
      onFatal: (error) => log.warn('order socket refused; orders go over REST', { error: error.message }),
    });
  }

  /** Open, trusted, and with room for one more request: what exceeds the pace of one connection goes over REST. */
  get isReady(): boolean {
    const { session } = this.#link;
    return session !== null && session.isOpen && !this.#distrusted.has(session) && this.#mayTakeOne();
  }

  #mayTakeOne(): boolean {
    const now = this.#context.link.clock.monotonic();
    if (now < this.#restOnlyUntil) return false;
    while (this.#sentAt.length > 0 && now - (this.#sentAt[0] ?? now) >= PACE_WINDOW_MS) this.#sentAt.shift();
    return this.#sentAt.length < PACE;
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  async request(operation: OrderOperation, params: unknown): Promise<Answer> {
    const { session } = this.#link;
    if (session === null)
      return failed(unanswered(HTX, operation, { end: 'not-sent', reason: 'the order socket is not open' }));
    this.#sentAt.push(this.#context.link.clock.monotonic());
    const cid = String(++this.#count);
    this.#waiting.set(cid, session);
    const end = await session.request(
      cid,
      `{"cid":"${cid}","ch":"${operation}","params":${JSON.stringify(params)}}`,
      this.#context.login.timeoutMs,
    );
    this.#waiting.delete(cid);
    return this.#judge(end, operation, session);
  }

  #judge(end: RequestEnd, operation: OrderOperation, session: Session): Answer {
    if (end.end !== 'reply' || !isReply(end.reply)) {
      if (end.end === 'timeout') this.#distrust(session, 'a request was not answered in time');
      if (end.end === 'lost') this.#distrust(session, 'a request was lost with its connection');
      return failed(unanswered(HTX, operation, end));
    }
    const { envelope } = end.reply;
    if (envelope.ok) {
      this.#failures = 0;
      return envelope;
    }
    const { code, message, orderState } = envelope;
    const error = errorFor(code, message);
    // Neither reached matching (2.6, 8.6): over REST the same request is another one.
    if (isLoginLost(code) || isNotUnderstood(code)) {
      this.#distrust(session, error.message);
      // Unless that was never said of this one: an order must not go out twice, and HTX would take it twice (5.3).
      return failed(end.reply.isGuess === true && operation === 'create-order' ? undecided(error) : untaken(error));
    }
    if (end.reply.isGuess === true && operation === 'create-order') return failed(undecided(error));
    this.#failures = 0;
    return { ok: false, error, orderState };
  }

  /** Once for each connection: it is replaced, and left alone for longer when those before it were no better. */
  #distrust(session: Session, reason: string): void {
    const { session: current } = this.#link;
    if (this.#distrusted.has(session)) return;
    this.#distrusted.add(session);
    if (current !== null && current !== session) return;
    this.#failures++;
    const pause = REST_ONLY_MS[Math.min(this.#failures, REST_ONLY_MS.length) - 1] ?? 0;
    const { clock, log } = this.#context.link;
    this.#restOnlyUntil = clock.monotonic() + pause;
    log.warn('the order socket is not trusted; orders go over REST', { reason, forAtLeastMs: pause });
    this.#link.replaceNow(reason);
  }

  #frame(data: Buffer, session: Session): void {
    const frame = this.#read(data);
    switch (frame.type) {
      case 'ping':
        session.send(frame.pong);
        break;
      case 'reply':
        if (!session.settle(frame.cid, frame))
          this.#context.link.log.warn('a reply on the order socket came too late', { cid: frame.cid });
        break;
      case 'answer':
        if (!session.settle(answerKey(frame.action, frame.channel), frame) && frame.code !== '200')
          this.#unaddressed(frame.code, frame.message, session);
        break;
      case 'junk':
        this.#context.link.log.warn('unreadable frame on the order socket', { bytes: data.length });
    }
  }

  /**
   * A refusal that names no request (4000 and the like have no `cid`: 8.6). It may be the answer to the only one there is: good enough for a cancel,
   * while an order is looked up. Of several, none can be told.
   */
  #unaddressed(code: string, message: string, session: Session): void {
    this.#context.link.log.warn('a refusal on the order socket names no request', { code, message });
    const cids = [...this.#waiting].filter(([, carrier]) => carrier === session).map(([cid]) => cid);
    const [only] = cids;
    // What was given up as unanswered may be meant as well.
    if (only !== undefined && cids.length === 1 && !this.#distrusted.has(session)) {
      const envelope = { ok: false, code, message, orderState: null } as const;
      session.settle(only, { type: 'reply', cid: only, envelope, isGuess: true } satisfies Settled);
    } else this.#distrust(session, `${message} (${code})`);
  }

  #read(data: Buffer): TradeFrame {
    try {
      return tradeFrame(parseJson(data.toString('utf8')));
    } catch {
      return { type: 'junk' };
    }
  }
}

/** What a request is settled with; a guess, when the frame did not name it. */
type Settled = Extract<TradeFrame, { type: 'reply' }> & { readonly isGuess?: boolean };

function isReply(reply: unknown): reply is Settled {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'reply';
}

function failed(error: TradeError): Answer {
  return { ok: false, error, orderState: null };
}

/** Whether it was meant is not known. */
function undecided({ message, kind, code, retryAfter, cause }: TradeError): TradeError {
  return new TradeError(`${message} (it named no request)`, {
    kind,
    outcome: 'unknown',
    platform: HTX,
    code,
    retryAfter,
    cause,
  });
}

/** The socket has not taken the request in: as good as not sent. */
function untaken({ message, kind, code, cause }: TradeError): TradeError {
  return new TradeError(message, { kind, outcome: 'not-sent', platform: HTX, code, cause });
}
