// Order entry over /ws/trade (htx.md 6): one connection that heals by itself, requests told apart by `cid`. REST stands in while it is not there.
// What is sent and what replies mean is trading.ts's and verdicts.ts's part.

import { parseJson } from '../../wire/json.ts';
import { Link, type LinkOptions } from '../../wire/link.ts';
import type { Session } from '../../wire/link-session.ts';
import { tradeFrame, type TradeFrame } from './frames.ts';
import { answerKey, endError, isFatalLogin, logIn, type LoginContext } from './login.ts';
import { errorFor } from './outcomes.ts';
import type { Answer } from './requests.ts';
import type { OrderEntry } from './trading.ts';

export type TradeOperation = 'create-order' | 'cancel' | 'cancelall';

/** What HTX's socket sends while idle is unconfirmed (17): a protocol-level ping asks after as long as /ws/v2 would take to ping. */
const PROBE = { text: null, afterMs: 20_000, answerMs: 10_000 } as const;

export interface TradeSocketContext {
  readonly link: Pick<LinkOptions, 'transport' | 'clock' | 'random' | 'log'>;
  readonly login: LoginContext;
}

/** Requests one connection may make: 50 in a second (htx.md section 8.1; section 17 assumes the same here), less some for what the network bunches. */
const PACE = 40;
const PACE_WINDOW_MS = 1100;

export class HtxTradeSocket implements OrderEntry {
  readonly #context: TradeSocketContext;
  readonly #link: Link;
  #count = 0;
  readonly #sentAt: number[] = [];

  constructor(context: TradeSocketContext) {
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

  /** Open, and with room for one more request: what exceeds the pace of one connection goes over REST. */
  get isReady(): boolean {
    return this.#link.session?.isOpen === true && this.#hasRoom();
  }

  #hasRoom(): boolean {
    const now = this.#context.link.clock.monotonic();
    while (this.#sentAt.length > 0 && now - (this.#sentAt[0] ?? now) >= PACE_WINDOW_MS) this.#sentAt.shift();
    return this.#sentAt.length < PACE;
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  async request(operation: TradeOperation, params: unknown): Promise<Answer> {
    const { session } = this.#link;
    if (session === null) return failed('not-sent', operation);
    this.#sentAt.push(this.#context.link.clock.monotonic());
    const cid = String(++this.#count);
    const end = await session.request(
      cid,
      `{"cid":"${cid}","ch":"${operation}","params":${JSON.stringify(params)}}`,
      this.#context.login.timeoutMs,
    );
    if (end.end !== 'reply' || !isReply(end.reply))
      return { ok: false, error: endError(end, operation), orderState: null };
    const { envelope } = end.reply;
    return envelope.ok
      ? envelope
      : { ok: false, error: errorFor(envelope.code, envelope.message), orderState: envelope.orderState };
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
        session.settle(answerKey(frame.action, frame.channel), frame);
        break;
      case 'junk':
        this.#context.link.log.warn('unreadable frame on the order socket', { bytes: data.length });
    }
  }

  #read(data: Buffer): TradeFrame {
    try {
      return tradeFrame(parseJson(data.toString('utf8')));
    } catch {
      return { type: 'junk' };
    }
  }
}

function isReply(reply: unknown): reply is Extract<TradeFrame, { type: 'reply' }> {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'reply';
}

function failed(end: 'not-sent', operation: string): Answer {
  return { ok: false, error: endError({ end, reason: 'the order socket is not open' }, operation), orderState: null };
}
