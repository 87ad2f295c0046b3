// The public stream: order books of the instruments watched, each from a snapshot on and without gaps (okx.md 13). No login.
// Continuity is judged by books.ts; holding levels is src/market's part; the connection is wire/link.ts's.

import type { Instrument } from '../../domain/instrument.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { Random } from '../../seam/random.ts';
import type { Transport } from '../../seam/transport.ts';
import type { Probe, Session } from '../../wire/link-session.ts';
import { Link } from '../../wire/link.ts';
import type { RateBudget } from '../../wire/rate-budget.ts';
import type { MarketFeed, MarketFeedHandlers } from '../exchange.ts';
import { BookSequence } from './books.ts';
import { Conversation } from './conversation.ts';
import type { Args } from './encode.ts';
import type { PushFrame } from './frames.ts';

export interface MarketFeedContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly url: string;
  readonly probe: Probe;
  readonly connects: RateBudget;
}

/** An idle book says so about every minute; longer silence means that its subscription is dead (13.2, 13.4). */
const BOOK_SILENCE_MS = 65_000;
/** A snapshot follows its subscription within moments. */
const SNAPSHOT_WAIT_MS = 10_000;
/** First pause before a book is asked for anew; doubles while it goes on, so that a broken one does not use up the operations of an hour (4.1). */
const FIRST_RESYNC_MS = 500;
const LONGEST_RESYNC_MS = 30_000;
/** A book that was whole for so long had a new trouble, not the same one. */
const STEADY_MS = 60_000;
/** Nothing waits for replies on this socket. */
const NO_REQUESTS_MS = 5_000;

interface Watched {
  readonly symbol: string;
  readonly instId: string;
  readonly sequence: BookSequence;
  /** The connection whose snapshot the book began with. During a replacement two deliver; the newer snapshot wins. */
  source: number;
  /** When its last snapshot came, monotonic. */
  since: number;
  pause: number;
  silence: Timer | null;
  /** When it is asked for anew, unless its snapshot comes before: one at a time. */
  resync: Timer | null;
}

export class OkxMarketFeed implements MarketFeed {
  readonly #context: MarketFeedContext;
  readonly #link: Link;
  readonly #watched = new Map<string, Watched>();
  readonly #conversations = new WeakMap<Session, Conversation>();
  #handlers: MarketFeedHandlers | null = null;
  /** Number of the live connection. */
  #live = 0;

  constructor(context: MarketFeedContext) {
    this.#context = context;
    const { transport, clock, random, log, url, probe, connects } = context;
    this.#link = new Link({
      name: 'market stream',
      url,
      transport,
      clock,
      random,
      log,
      probe,
      silenceMs: probe.afterMs + probe.answerMs,
      admit: (signal) => connects.take(1, 'query', { signal }),
      open: (session) => this.#open(session),
      onFrame: (data, _binary, session) => this.#conversations.get(session)?.hear(data),
      onLive: (session) => this.#moved(session),
      onReplaced: (session) => this.#moved(session),
      onBroken: (reason) => this.#broken(reason),
      onEvent: (event) => {
        if (event.type === 'exception') this.#handlers?.onError(event.error);
        else this.#handlers?.onEvent?.(event);
      },
      onFatal: (error) => this.#handlers?.onError(error),
    });
  }

  start(handlers: MarketFeedHandlers): void {
    this.#handlers = handlers;
    if (this.#watched.size > 0) this.#link.start();
  }

  /** From now on the instrument's book comes. */
  watch(instrument: Instrument): void {
    if (this.#watched.has(instrument.rawSymbol)) return;
    this.#watched.set(instrument.rawSymbol, {
      symbol: instrument.symbol,
      instId: instrument.rawSymbol,
      sequence: new BookSequence(),
      source: 0,
      since: 0,
      pause: FIRST_RESYNC_MS,
      silence: null,
      resync: null,
    });
    // A connection with nothing to say is hung up (4.1): it is made with the first book.
    if (this.#handlers !== null) this.#link.start();
    if (this.#say('subscribe', instrument.rawSymbol)) this.#expectSnapshots();
  }

  unwatch(instrument: Instrument): void {
    const watched = this.#watched.get(instrument.rawSymbol);
    if (watched === undefined) return;
    watched.silence?.cancel();
    watched.resync?.cancel();
    this.#watched.delete(instrument.rawSymbol);
    this.#say('unsubscribe', instrument.rawSymbol);
  }

  stop(): Promise<void> {
    for (const watched of this.#watched.values()) {
      watched.silence?.cancel();
      watched.resync?.cancel();
    }
    return this.#link.stop();
  }

  /** False: nothing was sent. */
  #say(op: 'subscribe' | 'unsubscribe', instId: string): boolean {
    const { session } = this.#link;
    return session !== null && this.#conversations.get(session)?.say(op, [bookOf(instId)]) === true;
  }

  /** Another connection carries the books from now on; all that are watched have been asked for on it. */
  #moved(session: Session): void {
    this.#live = session.number;
    this.#expectSnapshots();
  }

  #expectSnapshots(): void {
    for (const watched of this.#watched.values()) {
      if (!this.#stands(watched) && watched.resync === null) this.#askAgainAfter(watched, SNAPSHOT_WAIT_MS);
    }
  }

  /** Whether it is whole, from a snapshot of the live connection (or of the one about to be). */
  #stands({ sequence, source }: Watched): boolean {
    return sequence.isContinuous && source >= this.#live;
  }

  async #open(session: Session): Promise<void> {
    const asked = new Set(this.#watched.keys());
    const conversation = new Conversation(session, NO_REQUESTS_MS, {
      onLogin: () => {},
      onPush: (frame) => this.#push(session, frame),
      onLeaving: (reason) => this.#link.replace(session, reason),
      onComplaint: (error) => this.#handlers?.onError(error),
    });
    this.#conversations.set(session, conversation);
    await conversation.open(null, 0, [...asked].map(bookOf));
    // Those that came meanwhile.
    const late = [...this.#watched.keys()].filter((instId) => !asked.has(instId));
    if (late.length > 0) conversation.say('subscribe', late.map(bookOf));
  }

  #push(session: Session, frame: PushFrame): void {
    const watched = frame.channel === 'books' ? this.#watched.get(frame.instId) : undefined;
    if (watched === undefined) return;
    if (frame.action === 'snapshot' && session.number >= watched.source) watched.source = session.number;
    if (session.number !== watched.source) return;
    for (const row of frame.rows) {
      const step = watched.sequence.step(frame.action, row);
      if (step.type === 'snapshot') {
        watched.since = this.#context.clock.monotonic();
        watched.resync?.cancel();
        watched.resync = null;
        this.#handlers?.onSnapshot(watched.symbol, step);
      } else if (step.type === 'update') this.#handlers?.onUpdate(watched.symbol, step);
      else if (step.type === 'lost') this.#lose(watched, step.reason);
    }
    if (watched.sequence.isContinuous) this.#expectMore(watched);
  }

  #expectMore(watched: Watched): void {
    watched.silence?.cancel();
    watched.silence = this.#context.clock.after(BOOK_SILENCE_MS, () =>
      this.#lose(watched, `no frame for ${BOOK_SILENCE_MS} ms`),
    );
  }

  /** Asks for a new snapshot: REST books have no sequence number to go on from (13.4). */
  #lose(watched: Watched, reason: string): void {
    const { clock, log } = this.#context;
    watched.sequence.reset();
    watched.silence?.cancel();
    watched.silence = null;
    this.#handlers?.onLost(watched.symbol, reason);
    log.warn('order book lost; asking for a new snapshot', { symbol: watched.symbol, reason });
    // Not at every snapshot: one that is lost right after each would be asked for twice a second for ever.
    if (clock.monotonic() - watched.since >= STEADY_MS) watched.pause = FIRST_RESYNC_MS;
    if (watched.resync === null) this.#askAgainAfter(watched, this.#nextPause(watched));
  }

  #nextPause(watched: Watched): number {
    const { pause } = watched;
    watched.pause = Math.min(pause * 2, LONGEST_RESYNC_MS);
    return pause;
  }

  #askAgainAfter(watched: Watched, ms: number): void {
    watched.resync = this.#context.clock.after(ms, () => {
      watched.resync = null;
      if (!this.#link.isLive || this.#stands(watched)) return;
      // Its connection was replaced, and on the new one it has not come.
      if (watched.sequence.isContinuous) return this.#lose(watched, 'no snapshot came on the new connection');
      this.#say('unsubscribe', watched.instId);
      this.#say('subscribe', watched.instId);
      // No snapshot comes of it? Once more, later.
      this.#askAgainAfter(watched, this.#nextPause(watched));
    });
  }

  #broken(reason: string): void {
    for (const watched of this.#watched.values()) {
      // Its successor has delivered a snapshot already: that book stands.
      if (watched.source > this.#live) continue;
      watched.silence?.cancel();
      watched.resync?.cancel();
      watched.resync = null;
      if (watched.sequence.isContinuous) this.#handlers?.onLost(watched.symbol, reason);
      watched.sequence.reset();
    }
  }
}

function bookOf(instId: string): Args {
  return { channel: 'books', instId };
}
