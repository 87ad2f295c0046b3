// The public stream: order books of the instruments watched, each from a snapshot on and without gaps (binance.md A11.2, A11.3). No login.
// Continuity is judged by books.ts; holding levels is src/market's part; the connection is wire/link.ts's.

import { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { BINANCE } from '../../domain/platform.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { Random } from '../../seam/random.ts';
import type { Transport } from '../../seam/transport.ts';
import { Backoff } from '../../wire/backoff.ts';
import type { Session } from '../../wire/link-session.ts';
import { Link } from '../../wire/link.ts';
import type { MarketFeed, MarketFeedHandlers } from '../exchange.ts';
import { DepthSequence, depthUpdateOf, levelPairs, type DepthUpdate } from './books.ts';
import { scanDepth } from './depth-scan.ts';
import { isRow, parse, text } from './frames.ts';
import type { BinanceLimits } from './limits.ts';
import { ROTATE_AFTER_MS } from './order-socket.ts';
import type { BinanceRest } from './rest.ts';

export interface MarketFeedContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The `stream` endpoint, without a path. */
  readonly url: string;
  readonly rest: BinanceRest;
  readonly limits: BinanceLimits;
  readonly silenceMs: number;
  /** Snapshots that still wait for the rate limit are wanted by nobody. */
  readonly onStop?: () => void;
}

/**
 * Levels a side in a snapshot. Those beyond them stay unknown until they change (A11.3), so what is known has to reach further than what people
 * look at. Many books may have to be built at once: first the few levels that weigh a fifth, and when the price has gone half the way to their end
 * the most there are, which last long.
 */
const FIRST_LEVELS = 1_000;
const MOST_LEVELS = 5_000;
/** The first ones reach at least so many times as far as people look. */
const FIRST_REACH = 4;
/** An unknown name is answered like a known one and then stays silent (A11.2): a subscription that is not answered is no success either. */
const ANSWER_MS = 5_000;
/** A snapshot is asked for with the first change at hand, so that the two fit; but a market in which nothing happens tells no change. */
const QUIET_MS = 1_000;

interface Watched {
  readonly symbol: string;
  readonly rawSymbol: string;
  readonly stream: string;
  readonly sequence: DepthSequence;
  /** Levels of the first snapshot. */
  readonly levels: number;
  readonly backoff: Backoff;
  isStanding: boolean;
  isFetching: boolean;
  retry: Timer | null;
  quiet: Timer | null;
  /** Grows when the connection that carried the stream is gone. */
  breaks: number;
}

export class BinanceMarketFeed implements MarketFeed {
  readonly #context: MarketFeedContext;
  readonly #link: Link;
  readonly #byStream = new Map<string, Watched>();
  #handlers: MarketFeedHandlers | null = null;
  #lastId = 0;
  #stopped = false;

  constructor(context: MarketFeedContext) {
    this.#context = context;
    const { transport, clock, random, log, limits, silenceMs } = context;
    this.#link = new Link({
      name: 'market stream',
      url: `${context.url}/stream`,
      transport,
      clock,
      random,
      log,
      silenceMs,
      rotateAfterMs: ROTATE_AFTER_MS,
      admit: (signal) => limits.connect(null, signal),
      onRefused: (refusal) => limits.handshakeRefused(refusal),
      open: (session) => this.#subscribe(session, [...this.#byStream.keys()]),
      onFrame: (data, _binary, session) => this.#receive(data, session),
      onLive: (session) => this.#subscribeMissing(session),
      onReplaced: (session) => this.#subscribeMissing(session),
      onBroken: (reason) => {
        for (const watched of this.#byStream.values()) this.#lose(watched, reason);
      },
      onEvent: (event) => {
        if (event.type === 'exception') this.#handlers?.onError(event.error);
        else this.#handlers?.onEvent?.(event);
      },
      onFatal: (error) => this.#handlers?.onError(error),
    });
  }

  start(handlers: MarketFeedHandlers): void {
    this.#handlers = handlers;
    if (this.#byStream.size > 0) this.#link.start();
  }

  /** From now on the instrument's book comes. */
  watch(instrument: Instrument, depth: number): void {
    const stream = streamOf(instrument);
    if (this.#byStream.has(stream)) return;
    this.#byStream.set(stream, {
      symbol: instrument.symbol,
      rawSymbol: instrument.rawSymbol,
      stream,
      sequence: new DepthSequence(),
      levels: depth * FIRST_REACH > FIRST_LEVELS ? MOST_LEVELS : FIRST_LEVELS,
      backoff: new Backoff({ random: this.#context.random, baseMs: 250, maxMs: 10_000, minMs: 100 }),
      isStanding: false,
      isFetching: false,
      retry: null,
      quiet: null,
      breaks: 0,
    });
    if (this.#handlers !== null) this.#link.start();
    if (this.#link.session !== null) this.#subscribeMissing(this.#link.session);
  }

  /** What lies beyond the snapshot's levels becomes known only by another one; the book goes on until it comes (A11.3). */
  renew(instrument: Instrument): void {
    const watched = this.#byStream.get(streamOf(instrument));
    if (watched === undefined) return;
    if (!watched.sequence.isRenewing) watched.sequence.renew();
    this.#fetch(watched);
  }

  /** What was watched since the connection asked for its streams. */
  #subscribeMissing(session: Session): void {
    const known = session.data instanceof Set ? session.data : new Set();
    const missing = [...this.#byStream.keys()].filter((stream) => !known.has(stream));
    if (missing.length === 0) return;
    this.#subscribe(session, missing).catch((error: unknown) =>
      session.drop(error instanceof Error ? error.message : 'subscription failed'),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#context.onStop?.();
    for (const { retry, quiet } of this.#byStream.values()) {
      retry?.cancel();
      quiet?.cancel();
    }
    await this.#link.stop();
  }

  get isLive(): boolean {
    return this.#link.isLive;
  }

  /** All names in one message: every message counts towards five a second (F21). */
  async #subscribe(session: Session, streams: readonly string[]): Promise<void> {
    const id = String(++this.#lastId);
    session.data = new Set(this.#byStream.keys());
    const end = await session.request(
      id,
      `{"method":"SUBSCRIBE","params":${JSON.stringify(streams)},"id":${id}}`,
      ANSWER_MS,
    );
    if (end.end === 'reply' && isRow(end.reply) && !('code' in end.reply)) {
      for (const stream of streams) this.#fetchIfQuiet(stream);
      return;
    }
    const message =
      end.end === 'reply' && isRow(end.reply)
        ? text(end.reply, 'msg')
        : `the subscription was not answered (${end.end})`;
    throw new TradeError(message, { kind: 'unknown', outcome: 'unknown', platform: BINANCE });
  }

  #receive(data: Buffer, session: Session): void {
    const scanned = scanDepth(data);
    if (scanned !== null) {
      const watched = this.#byStream.get(scanned.stream);
      if (watched !== undefined) this.#update(watched, scanned.update);
      return;
    }
    const frame = parse(data.toString());
    if (!isRow(frame)) return;
    const { data: payload, id } = frame;
    if (isRow(payload)) {
      const watched = this.#byStream.get(text(frame, 'stream'));
      if (watched !== undefined) this.#update(watched, depthUpdateOf(payload));
      else if (text(payload, 'e') === 'serverShutdown')
        this.#link.replace(session, 'the server announced its shutdown');
    } else if (typeof id === 'number') session.settle(String(id), frame);
    else if (text(frame, 'e') === 'serverShutdown') this.#link.replace(session, 'the server announced its shutdown');
  }

  #update(watched: Watched, update: DepthUpdate | null): void {
    if (update === null) return;
    const step = watched.sequence.update(update);
    if (step.type === 'apply') this.#handlers?.onUpdate(watched.symbol, update);
    else if (step.type === 'gap') {
      this.#tellLost(watched, step.reason);
      this.#fetch(watched);
    } else if (step.type === 'held') this.#fetch(watched);
  }

  #fetchIfQuiet(stream: string): void {
    const watched = this.#byStream.get(stream);
    if (watched === undefined || this.#stopped) return;
    watched.quiet?.cancel();
    watched.quiet = this.#context.clock.after(QUIET_MS, () => {
      if (!watched.sequence.isContinuous && this.#link.isLive) this.#fetch(watched);
    });
  }

  /** Asks for a snapshot unless one is on its way; those that come too early are asked for again. */
  #fetch(watched: Watched): void {
    if (watched.isFetching || watched.retry !== null || this.#stopped) return;
    watched.isFetching = true;
    void this.#snapshot(watched).finally(() => {
      watched.isFetching = false;
      // Asked for by whoever was given this one.
      if (watched.sequence.isRenewing) this.#fetch(watched);
    });
  }

  async #snapshot(watched: Watched): Promise<void> {
    const { breaks } = watched;
    const levels = watched.sequence.isRenewing ? MOST_LEVELS : watched.levels;
    // However many books there are: the questions about orders come first.
    const [depth, error] = await this.#context.rest.getOrderbook(watched.rawSymbol, levels, 'spare');
    // A break, or another gap, may have come meanwhile: the sequence then holds what came after it, and decides.
    if (this.#stopped || !this.#wantsSnapshot(watched)) return;
    // With nothing held to join it to, one from before a break proves nothing; the next subscription asks again.
    if (watched.breaks !== breaks && !watched.sequence.isWaiting) return;
    if (error !== null) {
      this.#handlers?.onError(error.at({ symbol: watched.symbol }));
      // The next one will be newer: what was held for this one has stood in the book all along.
      if (watched.sequence.isRenewing) watched.sequence.renew();
      return this.#fetchLater(watched);
    }
    const step = watched.sequence.snapshot(depth.lastUpdateId);
    if (step.type !== 'apply') return this.#fetchLater(watched);
    watched.backoff.reset();
    watched.isStanding = true;
    const time = step.updates[0]?.time ?? this.#context.clock.now();
    this.#handlers?.onSnapshot(watched.symbol, {
      bids: levelPairs(depth.bids),
      asks: levelPairs(depth.asks),
      time,
      sequence: depth.lastUpdateId,
      askedLevels: levels,
    });
    for (const update of step.updates) this.#handlers?.onUpdate(watched.symbol, update);
  }

  #fetchLater(watched: Watched): void {
    watched.retry = this.#context.clock.after(watched.backoff.next(), () => {
      watched.retry = null;
      if (this.#wantsSnapshot(watched) && this.#link.isLive) this.#fetch(watched);
    });
  }

  #wantsSnapshot({ sequence }: Watched): boolean {
    return !sequence.isContinuous || sequence.isRenewing;
  }

  #lose(watched: Watched, reason: string): void {
    watched.breaks++;
    watched.sequence.reset();
    this.#tellLost(watched, reason);
  }

  #tellLost(watched: Watched, reason: string): void {
    if (!watched.isStanding) return;
    watched.isStanding = false;
    this.#handlers?.onLost(watched.symbol, reason);
  }
}

function streamOf({ rawSymbol }: Instrument): string {
  return `${rawSymbol.toLowerCase()}@depth@100ms`;
}
