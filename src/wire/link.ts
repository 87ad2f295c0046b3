// A WebSocket connection that heals by itself: dialled again for ever with back-off, found dead by its silence, replaced before it expires.
// What is said on it - login, subscriptions, the meaning of frames - is the feed's part (`open`, `onFrame`).

import { TradeError } from '../domain/errors.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { Random } from '../seam/random.ts';
import { HandshakeError, type Transport } from '../seam/transport.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';
import { Session, type Probe } from './link-session.ts';

export type LinkEvent =
  | { readonly type: 'open' }
  | { readonly type: 'reconnecting'; readonly attempt: number; readonly retryInMs: number; readonly reason: string }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }
  | { readonly type: 'exception'; readonly error: TradeError };

export interface LinkOptions {
  /** For the log. */
  readonly name: string;
  readonly url: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How long `open` may take, ms. Default 15 000. */
  readonly openTimeoutMs?: number;
  /** Dead when neither frame nor ping came for this long, ms. Not used with `probe`. */
  readonly silenceMs: number;
  readonly probe?: Probe;
  /** Replaced after this long (a little earlier, at random), the new one live before the old one is closed. Undefined: never. */
  readonly rotateAfterMs?: number;
  /** How long a replaced connection stays to deliver what was under way, ms. Default 2 000; longer while requests are pending, up to five times. */
  readonly lingerMs?: number;
  readonly backoff?: Omit<BackoffOptions, 'random'>;
  /** Resolves when another attempt may be made (budget of connections), or when the signal says that none will be. */
  readonly admit?: (signal: AbortSignal) => Promise<unknown>;
  /** The server refused to open a connection. */
  readonly onRefused?: (refusal: HandshakeError) => void;
  /** Logs in and subscribes; resolves when everything that happens from now on will be delivered. Rejects with a TradeError. */
  readonly open: (session: Session) => Promise<void>;
  /** Whether to give up for good after `open` failed so; default: kind `auth`. `failures`: how often in a row `open` has failed so. */
  readonly isFatal?: (error: TradeError, failures: number) => boolean;
  /** Frames of every connection, also of the one being opened and of the one being replaced. `receivedAt`: monotonic. */
  readonly onFrame: (data: Buffer, binary: boolean, session: Session, receivedAt: number) => void;
  /** The first time, and again after every break. */
  readonly onLive: (session: Session) => void;
  /** Something may be missed from now on until the next onLive. Only after onLive, never twice in a row. */
  readonly onBroken: (reason: string) => void;
  /** Another connection has taken over without a break. */
  readonly onReplaced?: (session: Session) => void;
  readonly onEvent: (event: LinkEvent) => void;
  readonly onFatal: (error: TradeError) => void;
}

/** A connection must have lived this long before its end counts as a new trouble instead of the same one. */
const STEADY_MS = 10_000;

export class Link {
  private readonly options: LinkOptions;
  private readonly backoff: Backoff;
  private started = false;
  private stopped = false;
  private count = 0;
  private fatalFailures = 0;
  /** It was live once, so the keys are right. */
  private hasBeenLive = false;
  /** Live. */
  private current: Session | null = null;
  /** Dialled or being opened; to become the current one. */
  private next: Session | null = null;
  /** Closed while it was being opened; its `open` may still reject, as a refusal and the close it causes can arrive together. */
  private cutShort: Session | null = null;
  /** To be replaced as soon as it is live. */
  private doomed: { readonly session: Session; readonly reason: string } | null = null;
  /** Replaced, delivering their last. */
  private readonly lingering = new Set<Session>();
  private liveAt = 0;
  /** When the live connection took the place of another one. */
  private replacedAt = -Infinity;
  private openTimer: Timer | null = null;
  private retryTimer: Timer | null = null;
  private rotateTimer: Timer | null = null;
  private admitting = false;
  private readonly stopping = new AbortController();
  private lastReason = '';
  private onAllClosed: (() => void) | null = null;

  constructor(options: LinkOptions) {
    this.options = options;
    this.backoff = new Backoff({ random: options.random, ...options.backoff });
  }

  get isLive(): boolean {
    return this.current !== null;
  }

  /** The live connection, for sending. */
  get session(): Session | null {
    return this.current;
  }

  start(): void {
    if (this.started || this.stopped) return;
    this.started = true;
    this.dial();
  }

  /** Replaces the live connection now, the new one live before the old one is let go. Does nothing while there is none. */
  replaceNow(reason: string): void {
    if (this.stopped || this.current === null || this.next !== null || this.admitting) return;
    this.options.log.info('replacing connection', { connection: this.options.name, reason });
    this.lastReason = reason;
    this.retryTimer?.cancel();
    this.dial();
  }

  /** The other side will close this connection: replaced now, or soon, when it is still being opened or has just taken the place of another one. */
  replace(session: Session, reason: string): void {
    if (session === this.next) this.doomed = { session, reason };
    else if (session !== this.current) return;
    else if (this.options.clock.monotonic() - this.replacedAt < STEADY_MS) this.replaceSoon(reason);
    else this.replaceNow(reason);
  }

  /** Should every new one say so as well, they are not dialled as fast as they come. */
  private replaceSoon(reason: string): void {
    if (this.next !== null || this.admitting) return;
    this.retryTimer?.cancel();
    this.retryTimer = this.options.clock.after(this.backoff.next(), () => this.replaceNow(reason));
  }

  /** Gives the live connection up and dials anew: for when it can no longer be trusted. */
  breakNow(reason: string): void {
    this.current?.drop(reason);
  }

  /** Closes every connection; resolves when they are closed. Nothing is called any more but 'close' events, and `onFrame` where replies are waited for. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimers();
    this.stopping.abort();
    const all = [this.current, this.next, ...this.lingering].filter((session) => session !== null);
    this.current = null;
    this.next = null;
    for (const session of all) this.lingering.add(session);
    if (all.length === 0) return;
    const closed = new Promise<void>((resolve) => {
      this.onAllClosed = resolve;
    });
    for (const session of all) session.close();
    await closed;
  }

  private cancelTimers(): void {
    for (const timer of [this.openTimer, this.retryTimer, this.rotateTimer]) timer?.cancel();
  }

  private dial(): void {
    const { admit } = this.options;
    if (admit === undefined) return this.connect();
    this.admitting = true;
    const go = (): void => {
      this.admitting = false;
      if (!this.stopped) this.connect();
    };
    admit(this.stopping.signal).then(go, go);
  }

  private connect(): void {
    const { url, transport, clock, silenceMs } = this.options;
    const connectTimeoutMs = this.options.connectTimeoutMs ?? 10_000;
    const limit = connectTimeoutMs + (this.options.openTimeoutMs ?? 15_000);
    this.openTimer?.cancel();
    this.openTimer = clock.after(limit, () => this.next?.drop(`not live within ${limit} ms`));
    this.count++;
    this.cutShort = null;
    this.next = new Session(
      this.count,
      { url, transport, clock, connectTimeoutMs, silenceMs, probe: this.options.probe ?? null },
      {
        opened: (session) => this.opened(session),
        frame: (data, binary, session, receivedAt) => {
          // Replies that are waited for are taken in to the end.
          if (!this.stopped || session.pendingCount > 0) this.options.onFrame(data, binary, session, receivedAt);
        },
        ended: (session, code, reason, error) => this.ended(session, code, reason, error),
      },
    );
  }

  private opened(session: Session): void {
    if (this.stopped) return;
    this.options.onEvent({ type: 'open' });
    this.options.open(session).then(
      () => this.becameLive(session),
      (error: unknown) => this.openFailed(session, error),
    );
  }

  private openFailed(session: Session, cause: unknown): void {
    if ((session !== this.next && session !== this.cutShort) || this.stopped) return;
    const error =
      cause instanceof TradeError
        ? cause
        : new TradeError(cause instanceof Error ? cause.message : String(cause), {
            kind: 'unknown',
            outcome: 'unknown',
            cause,
          });
    const suspected =
      this.options.isFatal === undefined ? error.kind === 'auth' : this.options.isFatal(error, this.fatalFailures + 1);
    this.fatalFailures = error.kind === 'auth' ? this.fatalFailures + 1 : 0;
    // A key that was taken before is refused during bans and outages too (binance.md D7): then it may yet come right.
    if (suspected && !this.hasBeenLive) return this.giveUp(session, error);
    this.options.onEvent({ type: 'exception', error });
    session.drop(error.message);
  }

  private giveUp(session: Session, error: TradeError): void {
    this.stopped = true;
    this.cancelTimers();
    if (session === this.next) {
      this.next = null;
      this.lingering.add(session);
      session.close();
    }
    this.options.log.error('connection given up', { connection: this.options.name, error: error.message });
    this.options.onFatal(error);
  }

  private becameLive(session: Session): void {
    if (session !== this.next || !session.isOpen || this.stopped) return;
    this.openTimer?.cancel();
    this.next = null;
    this.fatalFailures = 0;
    this.hasBeenLive = true;
    const old = this.current;
    this.current = session;
    this.liveAt = this.options.clock.monotonic();
    this.armRotation();
    if (old === null) {
      this.options.log.info('connection live', { connection: this.options.name });
      this.options.onLive(session);
    } else {
      this.replacedAt = this.liveAt;
      this.options.log.info('connection replaced', { connection: this.options.name, reason: this.lastReason });
      this.linger(old, 0);
      this.options.onReplaced?.(session);
    }
    const { doomed } = this;
    this.doomed = null;
    if (doomed?.session === session) this.replaceSoon(doomed.reason);
  }

  /** What was under way on the replaced connection still arrives; then it is closed. */
  private linger(session: Session, round: number): void {
    this.lingering.add(session);
    this.options.clock.after(this.options.lingerMs ?? 2_000, () => {
      if (!this.lingering.has(session) || this.stopped) return;
      if (session.pendingCount > 0 && round < 4) this.linger(session, round + 1);
      else session.close();
    });
  }

  private armRotation(): void {
    this.rotateTimer?.cancel();
    const { rotateAfterMs, clock, random } = this.options;
    if (rotateAfterMs === undefined) return;
    // Up to a tenth earlier, so that the connections of many processes do not rotate together.
    this.rotateTimer = clock.after(rotateAfterMs * (1 - random.next() / 10), () => this.replaceNow('its time is up'));
  }

  private ended(session: Session, code: number, reason: string, error: Error | undefined): void {
    const wasReplaced = this.lingering.delete(session);
    if (!wasReplaced || this.stopped) this.options.onEvent({ type: 'close', code, reason });
    if (this.lingering.size === 0 && this.stopped) this.onAllClosed?.();
    if (wasReplaced || this.stopped) return;
    if (error instanceof HandshakeError) this.options.onRefused?.(error);
    const words = error?.message ?? (reason === '' ? `closed with code ${code}` : reason);
    if (session === this.current) {
      this.current = null;
      this.rotateTimer?.cancel();
      if (this.options.clock.monotonic() - this.liveAt >= STEADY_MS) this.backoff.reset();
      this.options.log.warn('connection lost', { connection: this.options.name, code, reason: words });
      this.options.onBroken(words);
      // A replacement under way simply becomes the connection.
      if (this.next === null && !this.admitting) this.retry(words);
      return;
    }
    if (session === this.next) {
      this.next = null;
      this.cutShort = session;
      this.openTimer?.cancel();
      this.retry(words);
    }
  }

  private retry(reason: string): void {
    if (this.stopped) return;
    this.retryTimer?.cancel();
    this.lastReason = reason;
    const retryInMs = this.backoff.next();
    this.options.log.info('connecting again', {
      connection: this.options.name,
      attempt: this.backoff.attempts,
      retryInMs,
      reason,
    });
    // While the old connection still carries the stream nothing is amiss.
    if (this.current === null)
      this.options.onEvent({ type: 'reconnecting', attempt: this.backoff.attempts, retryInMs, reason });
    this.retryTimer = this.options.clock.after(retryInMs, () => this.dial());
  }
}
