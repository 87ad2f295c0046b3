// The private stream of an account: every order and balance change, on a connection that heals itself; order operations travel on it too.
// What is said on it is conversation.ts's part, when it is replaced wire/link.ts's; rows are read by decode.ts.

import type { BalanceSheet } from '../../domain/balance-sheet.ts';
import type { TradeError } from '../../domain/errors.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { Random } from '../../seam/random.ts';
import type { Transport } from '../../seam/transport.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import type { Probe, Session } from '../../wire/link-session.ts';
import { Link } from '../../wire/link.ts';
import type { RateBudget } from '../../wire/rate-budget.ts';
import type { AccountFeed, AccountFeedHandlers } from '../exchange.ts';
import { Conversation, type Credentials } from './conversation.ts';
import { assetsOf, balanceStampsOf } from './decode-market.ts';
import type { Args } from './encode.ts';
import type { PushFrame, Row } from './frames.ts';
import { isClockCode, isFatalLogin } from './outcomes.ts';
import { reportsOf } from './replies.ts';
import type { Answer } from './requests.ts';
import { scanOrders } from './scan.ts';
import type { OrderSocket } from './order-socket.ts';

export interface FeedContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly url: string;
  readonly credentials: Credentials;
  readonly time: ClockOffset;
  readonly requestTimeoutMs: number;
  readonly probe: Probe;
  /** New connections of this machine (3 a second). */
  readonly connects: RateBudget;
  readonly balances: BalanceSheet;
}

/**
 * ANY rather than SPOT: a margin order of the same pair, placed by hand, may come under another type, and must not be missed.
 * Rows of contracts are dropped by the decoder. Neither channel replays what happened before (7.1).
 */
const SUBSCRIPTIONS: readonly Args[] = [
  { channel: 'orders', instType: 'ANY' },
  // Only when something changes, not every five seconds as well (8).
  { channel: 'account', extraParams: '{"updateInterval":"0"}' },
];

const LOGIN_FAILED = '60009';
const INTERNAL_LOGIN_ERROR = '63999';

export class OkxAccountFeed implements AccountFeed, OrderSocket {
  readonly #context: FeedContext;
  readonly #link: Link;
  readonly #conversations = new WeakMap<Session, Conversation>();
  #handlers: AccountFeedHandlers | null = null;
  #receivedAt = 0;
  /** The last login was refused for the clock: it is measured before the next. */
  #isClockDoubtful = false;
  #sawInternalLoginError = false;

  constructor(context: FeedContext) {
    this.#context = context;
    const { transport, clock, random, log, url, probe } = context;
    this.#link = new Link({
      name: 'private stream',
      url,
      transport,
      clock,
      random,
      log,
      probe,
      silenceMs: probe.afterMs + probe.answerMs,
      admit: (signal) => this.#admit(signal),
      open: (session) => this.#open(session),
      isFatal: (error) => this.#isFatal(error),
      onFrame: (data, _binary, session, receivedAt) => {
        this.#receivedAt = receivedAt;
        const rows = scanOrders(data);
        if (rows === null) this.#conversations.get(session)?.hear(data);
        else this.#orders(rows);
      },
      onLive: () => this.#handlers?.onLive(),
      onBroken: (reason) => this.#handlers?.onBroken(reason),
      onEvent: (event) => this.#handlers?.onEvent(event),
      onFatal: (error) => this.#handlers?.onFatal(error),
    });
  }

  get isLive(): boolean {
    return this.#link.isLive;
  }

  start(handlers: AccountFeedHandlers): void {
    if (this.#handlers !== null) throw new Error('the account feed was started before');
    this.#handlers = handlers;
    this.#link.start();
  }

  /** Every symbol comes by the one subscription. */
  watch(): void {}

  stop(): Promise<void> {
    return this.#link.stop();
  }

  call(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> | null {
    const session = this.#link.session;
    return session === null ? null : (this.#conversations.get(session)?.call(op, args, expTime) ?? null);
  }

  async #admit(signal: AbortSignal): Promise<void> {
    const { connects, time } = this.#context;
    if (this.#isClockDoubtful) {
      this.#isClockDoubtful = false;
      await time.measure();
    }
    await connects.take(1, 'query', { signal });
  }

  #open(session: Session): Promise<void> {
    const { credentials, time, requestTimeoutMs } = this.#context;
    const conversation = new Conversation(session, requestTimeoutMs, {
      onLogin: () => {
        this.#sawInternalLoginError = false;
        this.#handlers?.onEvent({ type: 'authenticated' });
      },
      onPush: (frame) => this.#push(frame),
      // About to be closed by the exchange: the new connection is live before this one is let go.
      onLeaving: (reason) => this.#link.replace(session, reason),
      onComplaint: (error) => this.#handlers?.onEvent({ type: 'exception', error }),
    });
    this.#conversations.set(session, conversation);
    return conversation.open(credentials, time.serverNow(), SUBSCRIPTIONS);
  }

  #isFatal(error: TradeError): boolean {
    const { code } = error;
    if (code === undefined) return false;
    this.#isClockDoubtful = isClockCode(code);
    if (code === INTERNAL_LOGIN_ERROR) this.#sawInternalLoginError = true;
    // "Login failed" is about the credentials, unless the exchange has just said that its own login is broken (4.2).
    return isFatalLogin(code) && !(code === LOGIN_FAILED && this.#sawInternalLoginError);
  }

  #push(frame: PushFrame): void {
    if (frame.channel === 'orders') this.#orders(frame.rows);
    else if (frame.channel === 'account') {
      for (const row of frame.rows) {
        const assets = this.#context.balances.push(assetsOf(row), balanceStampsOf(row), this.#receivedAt);
        if (Object.keys(assets).length > 0) this.#handlers?.onAssets(assets);
      }
    }
  }

  #orders(rows: readonly Row[]): void {
    const reports = reportsOf(rows, 'push');
    if (reports.length > 0) this.#handlers?.onReports(reports, this.#receivedAt);
  }
}
