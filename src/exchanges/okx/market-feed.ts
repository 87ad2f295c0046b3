// The public stream: order books of the instruments watched, each from a snapshot on and without gaps (okx.md 13). No login.
// Continuity is judged by books.ts; holding levels is src/market's part; a connection's life is session.ts's.

import type { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { RateBudget } from '../../wire/rate-budget.ts';
import { BookSequence, type BookChange } from './books.ts';
import type { Args } from './encode.ts';
import type { PushFrame } from './frames.ts';
import { OkxSession, type SessionContext } from './session.ts';

export interface MarketFeedHandlers {
  /** Replaces the book. */
  onSnapshot(symbol: string, book: BookChange): void;
  /** Changes it; a quantity of zero deletes the level. */
  onUpdate(symbol: string, change: BookChange): void;
  /** The book is worthless from now on, until the next snapshot. Not called for one that is so already. */
  onLost(symbol: string, reason: string): void;
  onError(error: TradeError): void;
}

export interface MarketFeedContext {
  readonly session: Omit<SessionContext, 'subscriptions' | 'login'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: { next(): number; reset(): void };
  readonly connects: RateBudget;
}

/** An idle book says so about every minute; longer silence means that its subscription is dead (13.2, 13.4). */
const BOOK_SILENCE_MS = 65_000;
/** First pause before a book is asked for anew; doubles while it goes on, so that a broken one does not use up the 480 operations of an hour. */
const FIRST_RESYNC_MS = 500;
const LONGEST_RESYNC_MS = 30_000;

interface Watched {
  readonly symbol: string;
  readonly instId: string;
  readonly sequence: BookSequence;
  pause: number;
  silence: Timer | null;
  /** A new subscription is under way: one at a time. */
  resync: Timer | null;
}

export class OkxMarketFeed {
  readonly #context: MarketFeedContext;
  readonly #watched = new Map<string, Watched>();
  #handlers: MarketFeedHandlers | null = null;
  #session: OkxSession | null = null;
  /** The one that takes over from a session about to be closed (64008). */
  #next: OkxSession | null = null;
  #isStopped = false;
  #timer: Timer | null = null;

  constructor(context: MarketFeedContext) {
    this.#context = context;
  }

  start(handlers: MarketFeedHandlers): void {
    this.#handlers = handlers;
    if (this.#watched.size > 0) this.#connect();
  }

  /** From now on the instrument's book comes. */
  watch(instrument: Instrument): void {
    if (this.#watched.has(instrument.rawSymbol)) return;
    const watched = { symbol: instrument.symbol, instId: instrument.rawSymbol, sequence: new BookSequence(), pause: FIRST_RESYNC_MS, silence: null, resync: null };
    this.#watched.set(instrument.rawSymbol, watched);
    if (this.#session !== null) {
      if (this.#session.isReady) this.#session.subscribe([bookOf(watched.instId)]);
    } else if (this.#handlers !== null) this.#connect();
  }

  unwatch(instrument: Instrument): void {
    const watched = this.#watched.get(instrument.rawSymbol);
    if (watched === undefined) return;
    watched.silence?.cancel();
    watched.resync?.cancel();
    this.#watched.delete(instrument.rawSymbol);
    if (this.#session?.isReady === true) this.#session.unsubscribe([bookOf(watched.instId)]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    for (const watched of this.#watched.values()) {
      watched.silence?.cancel();
      watched.resync?.cancel();
    }
    this.#session?.close('stopped');
    this.#next?.close('stopped');
  }

  #connect(): void {
    const open = (): void => {
      if (!this.#isStopped && this.#session === null) this.#session = this.#open();
    };
    const { connects } = this.#context;
    if (connects.tryTake(1, 'query')) open();
    else void connects.take(1, 'query').then(open);
  }

  #open(): OkxSession {
    const asked = new Set(this.#watched.keys());
    const session: OkxSession = new OkxSession(
      { ...this.#context.session, login: null, subscriptions: [...asked].map(bookOf) },
      {
        onOpen: () => {},
        onLogin: () => {},
        onReady: () => {
          this.#ready(session);
          // Those that came meanwhile.
          const late = [...this.#watched.keys()].filter((instId) => !asked.has(instId));
          if (late.length > 0) session.subscribe(late.map(bookOf));
        },
        onPush: (frame) => this.#push(session, frame),
        onLeaving: () => {
          if (session === this.#session && this.#next === null) this.#next = this.#open();
        },
        onComplaint: (error) => this.#handlers?.onError(error),
        onEnd: (end) => {
          if (end.error !== null) this.#handlers?.onError(end.error);
          this.#ended(session, end.reason);
        },
      },
    );
    return session;
  }

  #ready(session: OkxSession): void {
    this.#context.backoff.reset();
    if (session === this.#next) this.#promote();
  }

  /** The new session's snapshots replace the books; until they come, those of the old one stand. */
  #promote(): void {
    const old = this.#session;
    this.#session = this.#next;
    this.#next = null;
    for (const watched of this.#watched.values()) watched.sequence.reset();
    old?.close('replaced by a new session');
  }

  #push(session: OkxSession, frame: PushFrame): void {
    // A snapshot of the successor may be ahead of its last acknowledgement, and comes only once.
    if (session === this.#next && frame.action === 'snapshot') this.#promote();
    if (session !== this.#session || frame.channel !== 'books') return;
    const watched = this.#watched.get(frame.instId);
    if (watched === undefined) return;
    for (const row of frame.rows) {
      const step = watched.sequence.step(frame.action, row);
      if (step.type === 'snapshot') {
        watched.pause = FIRST_RESYNC_MS;
        this.#handlers?.onSnapshot(watched.symbol, step);
      } else if (step.type === 'update') this.#handlers?.onUpdate(watched.symbol, step);
      else if (step.type === 'lost') this.#lose(watched, step.reason);
    }
    if (watched.sequence.isContinuous) this.#expectMore(watched);
  }

  #expectMore(watched: Watched): void {
    watched.silence?.cancel();
    watched.silence = this.#context.clock.after(BOOK_SILENCE_MS, () => {
      watched.sequence.reset();
      this.#lose(watched, `no frame for ${BOOK_SILENCE_MS} ms`);
    });
  }

  /** Asks for a new snapshot: REST books have no sequence number to go on from (13.4). */
  #lose(watched: Watched, reason: string): void {
    watched.silence?.cancel();
    watched.silence = null;
    this.#handlers?.onLost(watched.symbol, reason);
    this.#context.log.warn('order book lost; asking for a new snapshot', { symbol: watched.symbol, reason });
    if (watched.resync === null) this.#resubscribe(watched);
  }

  #resubscribe(watched: Watched): void {
    const pause = watched.pause;
    watched.pause = Math.min(pause * 2, LONGEST_RESYNC_MS);
    watched.resync = this.#context.clock.after(pause, () => {
      watched.resync = null;
      if (this.#session?.isReady !== true || watched.sequence.isContinuous) return;
      this.#session.unsubscribe([bookOf(watched.instId)]);
      this.#session.subscribe([bookOf(watched.instId)]);
      // No snapshot comes of it? Once more, later.
      this.#resubscribe(watched);
    });
  }

  #ended(session: OkxSession, reason: string): void {
    if (this.#isStopped) return;
    if (session === this.#next) {
      this.#next = null;
      return;
    }
    if (session !== this.#session) return;
    this.#session = null;
    for (const watched of this.#watched.values()) {
      watched.silence?.cancel();
      watched.resync?.cancel();
      watched.resync = null;
      if (watched.sequence.isContinuous) this.#handlers?.onLost(watched.symbol, reason);
      watched.sequence.reset();
    }
    if (this.#next !== null) {
      this.#session = this.#next;
      this.#next = null;
      return;
    }
    this.#timer = this.#context.clock.after(this.#context.backoff.next(), () => this.#connect());
  }
}

function bookOf(instId: string): Args {
  return { channel: 'books', instId };
}
