// The private stream of an account: every order and balance change, over one session at a time that is replaced when it ends or is about to.
// A session's own life is session.ts's part; rows are read by decode.ts. Order operations travel on the same session.

import type { TradeError } from '../../domain/errors.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { RateBudget } from '../../wire/rate-budget.ts';
import type { AccountFeed, AccountFeedHandlers } from '../exchange.ts';
import { assetsOf } from './decode-market.ts';
import type { Args } from './encode.ts';
import type { PushFrame } from './frames.ts';
import { isClockCode, isFatalLogin } from './outcomes.ts';
import { reportsOf } from './replies.ts';
import type { Answer } from './requests.ts';
import { OkxSession, type SessionContext, type SessionEnd } from './session.ts';
import type { OrderSocket } from './trading.ts';

export interface FeedContext {
  readonly session: Omit<SessionContext, 'subscriptions'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: { next(): number; reset(): void };
  /** New connections of this machine (3 a second). */
  readonly connects: RateBudget;
  readonly resync: () => Promise<unknown>;
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
  #handlers: AccountFeedHandlers | null = null;
  /** The session that counts. */
  #current: OkxSession | null = null;
  /** The one that shall replace it, while it is being made (64008). */
  #next: OkxSession | null = null;
  readonly #sessions = new Set<OkxSession>();
  #isLive = false;
  #isStopped = false;
  #attempt = 0;
  #timer: Timer | null = null;
  #sawInternalLoginError = false;
  #onAllEnded: (() => void) | null = null;

  constructor(context: FeedContext) {
    this.#context = context;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  start(handlers: AccountFeedHandlers): void {
    if (this.#handlers !== null) throw new Error('the account feed was started before');
    this.#handlers = handlers;
    this.#makeSession((session) => (this.#current = session));
  }

  /** Every symbol comes by the one subscription. */
  watch(): void {}

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isLive = false;
    this.#timer?.cancel();
    if (this.#sessions.size === 0) return;
    const ended = new Promise<void>((resolve) => (this.#onAllEnded = resolve));
    for (const session of [...this.#sessions]) session.close('stopped');
    await ended;
  }

  call(op: string, args: readonly Args[], expTime: number | null): Promise<Answer> | null {
    return this.#current?.call(op, args, expTime) ?? this.#next?.call(op, args, expTime) ?? null;
  }

  /** Opens a session as soon as the limit on connections allows. */
  #makeSession(take: (session: OkxSession) => void): void {
    const { connects } = this.#context;
    if (connects.tryTake(1, 'query')) take(this.#open());
    else {
      void connects.take(1, 'query').then(() => {
        if (!this.#isStopped) take(this.#open());
      });
    }
  }

  #open(): OkxSession {
    const session = new OkxSession(
      { ...this.#context.session, subscriptions: SUBSCRIPTIONS },
      {
        onOpen: () => this.#handlers?.onEvent({ type: 'open' }),
        onLogin: () => {
          this.#sawInternalLoginError = false;
          this.#handlers?.onEvent({ type: 'authenticated' });
        },
        onReady: () => this.#ready(session),
        onPush: (frame, receivedAt) => this.#push(frame, receivedAt),
        onLeaving: (reason) => this.#leaving(session, reason),
        onComplaint: (error) => this.#handlers?.onEvent({ type: 'exception', error }),
        onEnd: (end) => this.#ended(session, end),
      },
    );
    this.#sessions.add(session);
    return session;
  }

  #ready(session: OkxSession): void {
    this.#context.backoff.reset();
    this.#attempt = 0;
    if (session === this.#next) {
      // Both deliver for a moment: doubles are harmless, a gap is not.
      const old = this.#current;
      this.#current = session;
      this.#next = null;
      old?.retire();
      this.#context.log.info('private stream moved to a new session');
    }
    if (this.#isLive || session !== this.#current) return;
    this.#isLive = true;
    this.#handlers?.onLive();
  }

  #push(frame: PushFrame, receivedAt: number): void {
    if (frame.channel === 'orders') {
      const reports = reportsOf(frame.rows, 'push');
      if (reports.length > 0) this.#handlers?.onReports(reports, receivedAt);
    } else if (frame.channel === 'account') {
      for (const row of frame.rows) {
        const assets = assetsOf(row);
        if (Object.keys(assets).length > 0) this.#handlers?.onAssets(assets);
      }
    }
  }

  #leaving(session: OkxSession, reason: string): void {
    if (session !== this.#current || this.#next !== null || this.#isStopped) return;
    this.#context.log.info('private stream will be closed by the exchange; a new session takes over', { reason });
    this.#makeSession((next) => (this.#next = next));
  }

  #ended(session: OkxSession, end: SessionEnd): void {
    this.#sessions.delete(session);
    if (this.#isStopped) {
      if (this.#sessions.size === 0) this.#onAllEnded?.();
      return;
    }
    if (session !== this.#current && session !== this.#next) return;
    const handlers = this.#handlers;
    handlers?.onEvent({ type: 'close', code: end.code, reason: end.reason });
    if (this.#isFatal(end)) return this.#giveUp(end.error);
    if (end.error !== null) handlers?.onEvent({ type: 'exception', error: end.error });
    if (session === this.#next) {
      this.#next = null;
    } else {
      // A successor on its way, if there is one, counts from now on.
      this.#current = this.#next;
      this.#next = null;
      if (this.#isLive) {
        this.#isLive = false;
        handlers?.onBroken(end.reason);
      }
      if (this.#current !== null) return;
    }
    this.#retry(end);
  }

  #isFatal(end: SessionEnd): end is SessionEnd & { readonly error: TradeError } {
    const code = end.error?.code;
    if (code === undefined || !end.whileLoggingIn) return false;
    if (code === INTERNAL_LOGIN_ERROR) this.#sawInternalLoginError = true;
    // "Login failed" is about the credentials, unless the exchange has just said that its own login is broken (4.2).
    return isFatalLogin(code) && !(code === LOGIN_FAILED && this.#sawInternalLoginError);
  }

  #giveUp(error: TradeError): void {
    const wasLive = this.#isLive;
    this.#isLive = false;
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#current = null;
    this.#next = null;
    for (const session of [...this.#sessions]) session.close('login refused');
    if (wasLive) this.#handlers?.onBroken(error.message);
    this.#handlers?.onFatal(error);
  }

  #retry(end: SessionEnd): void {
    const retryInMs = this.#context.backoff.next();
    this.#attempt++;
    if (this.#current === null) this.#handlers?.onEvent({ type: 'reconnecting', attempt: this.#attempt, retryInMs, reason: end.reason });
    const clockWasOff = end.error?.code !== undefined && isClockCode(end.error.code);
    this.#timer?.cancel();
    this.#timer = this.#context.clock.after(retryInMs, () => {
      this.#timer = null;
      void (clockWasOff ? this.#context.resync() : Promise.resolve()).then(() => this.#again());
    });
  }

  #again(): void {
    if (this.#isStopped) return;
    if (this.#current === null) this.#makeSession((session) => (this.#current = session));
    else if (this.#next === null) this.#makeSession((session) => (this.#next = session));
  }
}
