// The public stream: order books of the instruments watched (htx.md 9). Incremental on /feed, each from a snapshot on and without gaps;
// where HTX does not offer that, whole snapshots once a second on /ws. Continuity is judged by books.ts; holding levels is src/market's part.

import { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { HTX } from '../../domain/platform.ts';
import type { Clock, Timer } from '../../seam/clock.ts';
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
/** A pull that is not answered is repeated. */
const ANSWER_MS = 5_000;

interface Watched {
  readonly symbol: string;
  readonly rawSymbol: string;
  readonly sequence: MbpSequence;
  /** Not offered as increments: whole snapshots come over /ws. */
  isWhole: boolean;
  isStanding: boolean;
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

  constructor({ link, wsFeed, wsMarket }: MarketFeedContext) {
    this.#clock = link.clock;
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
    if (this.#watched.size > 0) this.#feed.start();
  }

  /** From now on the instrument's book comes. */
  watch(instrument: Instrument): void {
    const { symbol, rawSymbol } = instrument;
    if (this.#watched.has(rawSymbol)) return;
    const watched = { symbol, rawSymbol, sequence: new MbpSequence(), isWhole: false, isStanding: false, timer: null };
    this.#watched.set(rawSymbol, watched);
    if (this.#handlers === null) return;
    this.#feed.start();
    this.#subscribe(watched);
  }

  unwatch(instrument: Instrument): void {
    const watched = this.#watched.get(instrument.rawSymbol);
    if (watched === undefined) return;
    watched.timer?.cancel();
    this.#watched.delete(instrument.rawSymbol);
    this.#socketOf(watched).send(JSON.stringify({ unsub: topicOf(watched), id: watched.rawSymbol }));
  }

  async stop(): Promise<void> {
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
    this.#socketOf(watched).send(JSON.stringify({ sub: topicOf(watched), id: watched.rawSymbol }));
  }

  /** Updates are held back from the acknowledgement on; then the snapshot they hang on is asked for. */
  #pull(watched: Watched, waitMs: number): void {
    const now = this.#clock.monotonic();
    const at = Math.max(now + waitMs, this.#nextPullAt);
    this.#nextPullAt = at + PULL_EVERY_MS;
    this.#after(watched, at - now, () => {
      this.#feed.send(JSON.stringify({ req: topicOf(watched), id: watched.rawSymbol }));
      this.#after(watched, ANSWER_MS, () => this.#pull(watched, 0));
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
    this.#fall(watched, reason);
  }

  #fall(watched: Watched, reason: string): void {
    if (!watched.isStanding) return;
    watched.isStanding = false;
    this.#handlers?.onLost(watched.symbol, reason);
  }

  #increment(frame: DataFrame): void {
    const watched = this.#watchedOf(frame, false);
    if (watched === undefined) return;
    switch (frame.type) {
      case 'subscribed':
        this.#pull(watched, 0);
        break;
      case 'push':
        this.#update(watched, frame.tick, frame.time);
        break;
      case 'reply':
        this.#snapshot(watched, frame.data);
        break;
      case 'error':
        this.#refused(watched, frame.message);
        break;
      case 'unsubscribed':
        break;
    }
  }

  #update(watched: Watched, tick: Row, time: number): void {
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
    this.#handlers?.onSnapshot(watched.symbol, {
      asks: snapshot.asks,
      bids: snapshot.bids,
      time: 0,
      sequence: snapshot.sequence,
    });
    for (const change of verdict.updates) this.#handlers?.onUpdate(watched.symbol, change);
  }

  /** "Too many" is a matter of time; anything else means that increments of this symbol are not to be had. */
  #refused(watched: Watched, message: string): void {
    if (/429|too many|timeout/.test(message)) {
      this.#pull(watched, STALE_WAIT_MS);
      return;
    }
    watched.timer?.cancel();
    watched.isWhole = true;
    this.#fall(watched, message);
    this.#market.start();
    this.#subscribe(watched);
  }

  #whole(frame: DataFrame): void {
    const watched = this.#watchedOf(frame, true);
    if (watched === undefined) return;
    if (frame.type === 'push') {
      const { asks, bids, time } = depthOf(frame.tick, DEPTH);
      watched.isStanding = true;
      this.#handlers?.onSnapshot(watched.symbol, { asks, bids, time: time === 0 ? frame.time : time, sequence: 0 });
    } else if (frame.type === 'error') {
      const error = new TradeError(`no book of ${watched.symbol}: ${frame.message} (${frame.code})`, {
        kind: 'rejected',
        outcome: 'rejected',
        platform: HTX,
        symbol: watched.symbol,
        code: frame.code,
      });
      this.#handlers?.onError(error);
    }
  }

  /** By topic, or by the id of the request: the raw symbol. */
  #watchedOf(frame: DataFrame, isWhole: boolean): Watched | undefined {
    const name = frame.type === 'error' ? frame.id : (frame.channel.split('.')[1] ?? '');
    const watched = this.#watched.get(name);
    return watched?.isWhole === isWhole ? watched : undefined;
  }
}

function topicOf({ rawSymbol, isWhole }: Watched): string {
  return isWhole ? `market.${rawSymbol}.depth.step0` : `market.${rawSymbol}.mbp.${LEVELS}`;
}
