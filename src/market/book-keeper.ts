// Keeps one symbol's order book from the exchange's stream: finds the instrument (for ever, if the exchange cannot be reached), follows
// snapshots and changes, knows when the book is worthless, and gives frozen snapshots of it. Who is told, and when, is market.ts's part.

import type { BookChange, BookSnapshot } from '../domain/book-change.ts';
import type { Result, TradeError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { BookLevel, Orderbook } from '../domain/order.ts';
import type { ExchangeMarket } from '../exchanges/exchange.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Random } from '../seam/random.ts';
import { Backoff } from '../wire/backoff.ts';
import { LocalBook } from './local-book.ts';
import type { MarketEventWords } from './market-event.ts';
import type { MarketInfo } from './market-options.ts';

interface BookKeeperHandlers {
  /** There is a book, or another one than before. */
  onChange(): void;
  onEvent(event: MarketEventWords): void;
  /** Refused, or (once, before the first book) the exchange cannot be reached. */
  onError(error: TradeError): void;
  /** It will never work: there is no such symbol. Comes after onError, and nothing comes after it. */
  onFatal(): void;
}

interface BookKeeperParts {
  readonly info: MarketInfo;
  readonly depth: number;
  readonly market: ExchangeMarket;
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: BookKeeperHandlers;
}

/** Asking again cannot cure these. */
const FOR_GOOD: ReadonlySet<TradeError['kind']> = new Set(['auth', 'invalid-order', 'rejected', 'closed']);

export class BookKeeper {
  private readonly parts: BookKeeperParts;
  private readonly book = new LocalBook();
  private readonly backoff: Backoff;
  private time = 0;
  private standing = false;
  /** Null: outdated, or there is none. Made when somebody looks. */
  private snapshot: Orderbook | null = null;
  /** When the gap began; null: none is open, or there has been no book yet. */
  private gapSince: number | null = null;
  /** The gap was a break of the connection. */
  private wasBroken = false;
  private troubleTold = false;
  private retryTimer: Timer | null = null;
  private feedStarted = false;
  private closed = false;

  constructor(parts: BookKeeperParts) {
    this.parts = parts;
    this.backoff = new Backoff({ random: parts.random, minMs: 250 });
  }

  /** The book as it is now; null while there is none to trust. The same object until something changes. */
  get orderbook(): Orderbook | null {
    if (!this.standing) return null;
    this.snapshot ??= this.build();
    return this.snapshot;
  }

  start(): void {
    if (this.closed) return;
    void this.parts.market.instrument(this.parts.info.symbol).then((answer) => this.found(answer));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.retryTimer?.cancel();
    this.drop();
    if (this.feedStarted) await this.parts.market.feed.stop();
  }

  private found([instrument, error]: Result<Instrument>): void {
    if (this.closed) return;
    if (error === null) return this.follow(instrument);
    if (FOR_GOOD.has(error.kind)) {
      this.parts.handlers.onError(error.at(this.parts.info));
      this.parts.handlers.onFatal();
      return;
    }
    this.trouble(error);
    const retryInMs = Math.max(this.backoff.next(), error.retryAfter ?? 0);
    const { attempts } = this.backoff;
    this.parts.handlers.onEvent({ type: 'reconnecting', attempt: attempts, retryInMs, reason: error.message });
    this.retryTimer = this.parts.clock.after(retryInMs, () => this.start());
  }

  private follow(instrument: Instrument): void {
    const { feed } = this.parts.market;
    this.feedStarted = true;
    feed.watch(instrument, this.parts.depth);
    feed.start({
      onSnapshot: (_symbol, book) => this.load(book),
      onUpdate: (_symbol, change) => this.apply(change, instrument),
      onLost: (_symbol, reason) => this.lose(reason),
      onError: (error) => this.trouble(error),
      onEvent: (event) => {
        if (event.type === 'authenticated') return;
        if (event.type === 'reconnecting') this.wasBroken = true;
        this.parts.handlers.onEvent(event);
      },
    });
  }

  private load(snapshot: BookSnapshot): void {
    if (this.closed) return;
    const { bids, asks, time } = snapshot;
    this.book.load(bids, asks, snapshot);
    this.standing = true;
    this.troubleTold = true;
    this.changed(time);
    const { wasBroken, gapSince } = this;
    this.wasBroken = false;
    this.gapSince = null;
    if (gapSince === null) return;
    if (wasBroken) this.parts.handlers.onEvent({ type: 'reconnected' });
    this.parts.handlers.onEvent({ type: 'gap-closed', openedAt: gapSince });
  }

  private apply({ bids, asks, time }: BookChange, instrument: Instrument): void {
    // Some streams say at their pace that nothing has changed.
    if (this.closed || !this.standing || (bids.length === 0 && asks.length === 0)) return;
    this.book.apply(bids, asks);
    if (this.book.isThin) this.parts.market.feed.renew?.(instrument);
    if (this.book.isSpent) this.lose('the price has left the levels of the snapshot');
    else this.changed(time);
  }

  private changed(time: number): void {
    // Not every snapshot tells when it was taken.
    this.time = time > 0 ? time : this.parts.clock.now();
    this.snapshot = null;
    this.parts.handlers.onChange();
  }

  private lose(reason: string): void {
    if (!this.standing) return;
    this.drop();
    this.gapSince = this.parts.clock.now();
    this.parts.handlers.onEvent({ type: 'gap-opened', reason });
  }

  private drop(): void {
    this.standing = false;
    this.snapshot = null;
    this.book.clear();
  }

  /** Trouble that passes is for onConnection; whoever still waits for the first book hears of it once through onError, too. */
  private trouble(cause: TradeError): void {
    if (this.closed) return;
    const error = cause.at(this.parts.info);
    this.parts.handlers.onEvent({ type: 'exception', error });
    if (this.troubleTold && !FOR_GOOD.has(error.kind)) return;
    this.troubleTold = true;
    this.parts.handlers.onError(error);
  }

  private build(): Orderbook {
    const { info, depth } = this.parts;
    const { bids, asks } = this.book.top(depth);
    return Object.freeze({ ...info, asks: frozen(asks), bids: frozen(bids), timestamp: this.time });
  }
}

function frozen(levels: BookLevel[]): readonly BookLevel[] {
  for (const level of levels) Object.freeze(level);
  return Object.freeze(levels);
}
