// The public stream: order books of the instruments watched (htx.md 9). Incremental on /feed, each from a snapshot on and without gaps;
// where HTX does not offer that, whole snapshots once a second on /ws. A topic that falls silent is subscribed anew (trap 29).
// Continuity is judged by books.ts; holding levels is src/market's part.

import { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { HTX } from '../../domain/platform.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
import type { Log } from '../../seam/log.ts';
import type { LinkEvent, LinkOptions } from '../../wire/link.ts';
import type { MarketFeed, MarketFeedHandlers } from '../exchange.ts';
import { MbpSequence } from './books.ts';
import { depthOf, mbpOf } from './decode-market.ts';
import type { Row } from './frames.ts';
import { HtxMarketSocket, type DataFrame } from './market-socket.ts';

export interface MarketFeedContext {
  readonly link: Pick<LinkOptions, 'transport' | 'clock' | 'random' | 'log'>;
  readonly wsFeed: string;
  readonly wsMarket: string;
}

/** 150 levels, changes each 100 ms: the one incremental topic that every symbol has (trap 21). */
const LEVELS = 150;
const DEPTH = 150;
/** One pull in 100 ms for each connection (9.1). */
const PULL_EVERY_MS = 110;
/** The snapshot is served from a cache: asking again at once returns the same one (trap 20). */
const STALE_WAIT_MS = 1_100;
/** A subscription or a pull that is not answered is repeated. */
const ANSWER_MS = 5_000;
/** Either topic speaks at least once a second, mbp.150 also when nothing has changed (9.2, 9.3): this long without a word, and it has stalled. */
const SILENCE_MS = 4_000;
/** Before a topic is subscribed anew: the first wait, doubled for each failure that follows, and the longest. */
const AGAIN_MS = 1_100;
const AGAIN_AT_MOST_MS = 30_000;
/** After so many failures in a row whole snapshots stand in. */
const MOST_FAILURES = 4;
/** Increments are tried again after so many looks at the silence, ten minutes, while whole snapshots stand in. */
const LOOKS_PER_TRIAL = 150;
/** What is refused in these words may be had later (9.1). */
const LATER = /429|too many|timeout|request limit/;

/** The purpose of a request, first in its id: what it was is all that tells the errors of one topic apart. */
type Purpose = 'sub' | 'unsub' | 'req' | 'trial';

interface Watched {
  readonly symbol: string;
  readonly rawSymbol: string;
  readonly sequence: MbpSequence;
  /** Not offered as increments: whole snapshots come over /ws. */
  isWhole: boolean;
  isStanding: boolean;
  /** Since the last look at the silence. */
  heard: 'nothing' | 'snapshot' | 'push';
  /** Subscriptions in a row that were refused, not answered, or fell silent. */
  failures: number;
  /** At whole snapshots, since they stand in. */
  looks: number;
  timer: Timer | null;
}

export class HtxMarketFeed implements MarketFeed {
  readonly #clock: Clock;
  readonly #feed: HtxMarketSocket;
  readonly #market: HtxMarketSocket;
  readonly #watched = new Map<string, Watched>();
  #handlers: MarketFeedHandlers | null = null;
  /** Our monotonic clock when the next pull may leave. */
  #nextPullAt = 0;
  #silenceTimer: Timer | null = null;
  readonly #log: Log;

  constructor({ link, wsFeed, wsMarket }: MarketFeedContext) {
    this.#clock = link.clock;
    this.#log = link.log;
    const onError = (error: TradeError): void => this.#handlers?.onError(error);
    this.#feed = new HtxMarketSocket(
      { ...link, name: 'htx books', url: wsFeed },
      {
        onError,
        onEvent: (event) => this.#tell(false, event),
        onLive: () => this.#each(false, (watched) => this.#subscribe(watched)),
        onBroken: (reason) => this.#each(false, (watched) => this.#lose(watched, reason)),
        onFrame: (frame) => this.#increment(frame),
      },
    );
    this.#market = new HtxMarketSocket(
      { ...link, name: 'htx depth', url: wsMarket },
      {
        onError,
        onEvent: (event) => this.#tell(true, event),
        onLive: () => this.#each(true, (watched) => this.#subscribe(watched)),
        onBroken: (reason) => this.#each(true, (watched) => this.#lose(watched, reason)),
        onFrame: (frame) => this.#whole(frame),
      },
    );
  }

  start(handlers: MarketFeedHandlers): void {
    this.#handlers = handlers;
    if (this.#watched.size === 0) return;
    this.#feed.start();
    this.#listenForSilence();
  }

  /** From now on the instrument's book comes. */
  watch(instrument: Instrument): void {
    const { symbol, rawSymbol } = instrument;
    if (this.#watched.has(rawSymbol)) return;
    const watched: Watched = {
      symbol,
      rawSymbol,
      sequence: new MbpSequence(),
      isWhole: false,
      isStanding: false,
      heard: 'nothing',
      failures: 0,
      looks: 0,
      timer: null,
    };
    this.#watched.set(rawSymbol, watched);
    if (this.#handlers === null) return;
    this.#feed.start();
    this.#listenForSilence();
    this.#subscribe(watched);
  }

  unwatch(instrument: Instrument): void {
    const watched = this.#watched.get(instrument.rawSymbol);
    if (watched === undefined) return;
    watched.timer?.cancel();
    this.#watched.delete(instrument.rawSymbol);
    this.#unsubscribe(watched);
  }

  async stop(): Promise<void> {
    this.#silenceTimer?.cancel();
    for (const { timer } of this.#watched.values()) timer?.cancel();
    await Promise.all([this.#feed.stop(), this.#market.stop()]);
  }

  #socketOf({ isWhole }: Watched): HtxMarketSocket {
    return isWhole ? this.#market : this.#feed;
  }

  #each(isWhole: boolean, act: (watched: Watched) => void): void {
    for (const watched of this.#watched.values()) if (watched.isWhole === isWhole) act(watched);
  }

  /** What a socket goes through matters while it carries a book. */
  #tell(isWhole: boolean, event: LinkEvent): void {
    const carries = [...this.#watched.values()].some((watched) => watched.isWhole === isWhole);
    if (carries) this.#handlers?.onEvent?.(event);
  }

  #subscribe(watched: Watched): void {
    watched.sequence.reset();
    const isSent = this.#socketOf(watched).send(
      JSON.stringify({ sub: topicOf(watched), id: idOf('sub', watched.rawSymbol) }),
    );
    if (isSent) this.#after(watched, ANSWER_MS, () => this.#failed(watched, 'the subscription was not answered'));
  }

  /** Refused when there is no such subscription, which does no harm. */
  #unsubscribe(watched: Watched): void {
    this.#socketOf(watched).send(JSON.stringify({ unsub: topicOf(watched), id: idOf('unsub', watched.rawSymbol) }));
  }

  /** Unsubscribed first: what a second subscription to the same topic does is not documented (9.1). */
  #failed(watched: Watched, reason: string): void {
    this.#fall(watched, reason);
    watched.failures++;
    this.#log.warn('no book over a topic of HTX; it is subscribed anew', { topic: topicOf(watched), reason });
    this.#unsubscribe(watched);
    if (!watched.isWhole && watched.failures >= MOST_FAILURES) return this.#takeWhole(watched, reason);
    const wait = Math.min(AGAIN_MS * 2 ** (watched.failures - 1), AGAIN_AT_MOST_MS);
    this.#after(watched, wait, () => this.#subscribe(watched));
  }

  #listenForSilence(): void {
    this.#silenceTimer ??= this.#clock.after(SILENCE_MS, () => {
      this.#silenceTimer = null;
      if (this.#watched.size === 0) return;
      for (const watched of this.#watched.values()) this.#look(watched);
      this.#listenForSilence();
    });
  }

  #look(watched: Watched): void {
    const { heard, isStanding } = watched;
    watched.heard = 'nothing';
    if (isStanding && heard === 'nothing') this.#failed(watched, `nothing came for ${SILENCE_MS} ms`);
    else if (heard === 'push' && isStanding) watched.failures = 0;
    if (!watched.isWhole) return;
    watched.looks++;
    if (watched.looks % LOOKS_PER_TRIAL === 0) this.#tryIncrements(watched);
  }

  #tryIncrements({ rawSymbol }: Watched): void {
    this.#feed.send(JSON.stringify({ sub: incrementsOf(rawSymbol), id: idOf('trial', rawSymbol) }));
  }

  /** Updates are held back from the acknowledgement on; then the snapshot they hang on is asked for. */
  #pull(watched: Watched, waitMs: number): void {
    const now = this.#clock.monotonic();
    const at = Math.max(now + waitMs, this.#nextPullAt);
    this.#nextPullAt = at + PULL_EVERY_MS;
    this.#after(watched, at - now, () => {
      this.#feed.send(JSON.stringify({ req: topicOf(watched), id: idOf('req', watched.rawSymbol) }));
      this.#after(watched, ANSWER_MS, () => this.#failed(watched, 'the snapshot was not sent'));
    });
  }

  #after(watched: Watched, ms: number, act: () => void): void {
    watched.timer?.cancel();
    watched.timer = this.#clock.after(ms, () => {
      watched.timer = null;
      act();
    });
  }

  #lose(watched: Watched, reason: string): void {
    watched.timer?.cancel();
    watched.sequence.reset();
    watched.failures = 0;
    this.#fall(watched, reason);
  }

  #fall(watched: Watched, reason: string): void {
    if (!watched.isStanding) return;
    watched.isStanding = false;
    this.#handlers?.onLost(watched.symbol, reason);
  }

  #increment(frame: DataFrame): void {
    const watched = this.#watchedOf(frame);
    if (watched === undefined) return;
    if (watched.isWhole) {
      if (frame.type === 'subscribed') this.#leaveWhole(watched);
      return;
    }
    switch (frame.type) {
      case 'subscribed':
        if (!watched.sequence.isContinuous) this.#pull(watched, 0);
        break;
      case 'push':
        this.#update(watched, frame.tick, frame.time);
        break;
      case 'reply':
        this.#snapshot(watched, frame.data);
        break;
      case 'error':
        this.#refused(watched, purposeOf(frame.id), frame.message);
        break;
      case 'unsubscribed':
        break;
    }
  }

  #update(watched: Watched, tick: Row, time: number): void {
    watched.heard = 'push';
    const update = mbpOf(tick);
    if (update === null) return;
    const verdict = watched.sequence.update(update, time);
    if (verdict.type === 'apply') this.#handlers?.onUpdate(watched.symbol, verdict.change);
    else if (verdict.type === 'lost') {
      this.#fall(watched, verdict.reason);
      this.#pull(watched, 0);
    }
  }

  #snapshot(watched: Watched, data: Row): void {
    const snapshot = mbpOf(data);
    if (snapshot === null) return;
    const verdict = watched.sequence.snapshot(snapshot.sequence);
    if (verdict.type === 'stale') this.#pull(watched, STALE_WAIT_MS);
    if (verdict.type !== 'begin') return;
    watched.timer?.cancel();
    watched.isStanding = true;
    watched.heard = 'snapshot';
    this.#handlers?.onSnapshot(watched.symbol, {
      asks: snapshot.asks,
      bids: snapshot.bids,
      time: 0,
      sequence: snapshot.sequence,
      followedLevels: LEVELS,
    });
    for (const change of verdict.updates) this.#handlers?.onUpdate(watched.symbol, change);
  }

  /** "Too many" is a matter of time; anything else means that increments of this symbol are not to be had now. */
  #refused(watched: Watched, purpose: Purpose | null, message: string): void {
    if (purpose !== 'sub' && purpose !== 'req') return;
    if (!LATER.test(message)) this.#takeWhole(watched, message);
    else if (purpose === 'sub') this.#failed(watched, message);
    else this.#pull(watched, STALE_WAIT_MS);
  }

  #takeWhole(watched: Watched, reason: string): void {
    watched.timer?.cancel();
    watched.isWhole = true;
    watched.failures = 0;
    watched.looks = 0;
    this.#fall(watched, reason);
    this.#market.start();
    this.#subscribe(watched);
  }

  /** Increments are subscribed; the book is theirs from the next snapshot on. */
  #leaveWhole(watched: Watched): void {
    this.#unsubscribe(watched);
    watched.isWhole = false;
    watched.failures = 0;
    watched.sequence.reset();
    this.#fall(watched, 'increments are offered again');
    this.#pull(watched, 0);
  }

  #whole(frame: DataFrame): void {
    const watched = this.#watchedOf(frame);
    if (watched?.isWhole !== true) return;
    if (frame.type === 'push') {
      const { asks, bids, time } = depthOf(frame.tick, DEPTH);
      watched.timer?.cancel();
      watched.isStanding = true;
      watched.heard = 'push';
      this.#handlers?.onSnapshot(watched.symbol, { asks, bids, time: time === 0 ? frame.time : time, sequence: 0 });
    } else if (frame.type === 'error' && purposeOf(frame.id) === 'sub') {
      if (watched.failures === 0 && !LATER.test(frame.message)) this.#complain(watched, frame);
      this.#failed(watched, frame.message);
    }
  }

  #complain({ symbol }: Watched, { code, message }: Extract<DataFrame, { type: 'error' }>): void {
    const error = new TradeError(`no book of ${symbol}: ${message} (${code})`, {
      kind: 'rejected',
      outcome: 'rejected',
      platform: HTX,
      symbol,
      code,
    });
    this.#handlers?.onError(error);
  }

  /** By topic, or by the id of the request. */
  #watchedOf(frame: DataFrame): Watched | undefined {
    return this.#watched.get(
      frame.type === 'error' ? frame.id.slice(frame.id.indexOf(':') + 1) : (frame.channel.split('.')[1] ?? ''),
    );
  }
}

function idOf(purpose: Purpose, rawSymbol: string): string {
  return `${purpose}:${rawSymbol}`;
}

function purposeOf(id: string): Purpose | null {
  const [purpose] = id.split(':', 1);
  return purpose === 'sub' || purpose === 'unsub' || purpose === 'req' || purpose === 'trial' ? purpose : null;
}

function topicOf({ rawSymbol, isWhole }: Watched): string {
  return isWhole ? `market.${rawSymbol}.depth.step0` : incrementsOf(rawSymbol);
}

function incrementsOf(rawSymbol: string): string {
  return `market.${rawSymbol}.mbp.${LEVELS}`;
}
