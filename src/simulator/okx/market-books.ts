// The order book channels: `books` as snapshot and updates chained by seqId, `books5` and `bbo-tbt` as whole pictures (okx.md 13.1 to 13.3).
// All subscribers of a channel see the same chain, as on the exchange.

import type { Timer } from '../../seam/clock.ts';
import type { Level, VenueEvent } from '../venue.ts';
import { instIdOf } from './instruments.ts';
import { levelRow } from './market-rows.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { Site } from './site.ts';
import { Throttle, type Subscriber, type Subscription } from './subscription.ts';

const DEPTH = 400;
const PERIOD_MS = 100;
const BBO_PERIOD_MS = 10;
const IDLE_MS = 60_000;

interface Picture {
  readonly seqId: number;
  readonly time: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

function pictureOf(site: Site, symbol: string, depth: number): Picture {
  const { updateId, time, bids, asks } = site.venue.book(symbol, depth);
  return { seqId: Number(updateId), time, bids, asks };
}

/** Levels that are new, changed or gone (size zero) in `now`, best first. */
function changes(before: readonly Level[], now: readonly Level[], bestFirst: 1 | -1): Level[] {
  const old = new Map(before.map(([price, quantity]) => [price.toString(), quantity]));
  const changed: Level[] = [];
  for (const level of now) {
    const [price, quantity] = level;
    const key = price.toString();
    const was = old.get(key);
    old.delete(key);
    if (was === undefined || (was !== quantity && !was.eq(quantity))) changed.push(level);
  }
  for (const key of old.keys()) changed.push([Decimal.from(key), Decimal.ZERO]);
  return changed.sort(([a], [b]) => a.cmp(b) * bestFirst);
}

/** One channel of one instrument. */
abstract class BookChannel {
  protected readonly site: Site;
  protected readonly symbol: string;
  protected readonly subscribers = new Set<Subscriber>();
  protected lastSentAt = 0;
  protected last: Picture;
  private readonly depth: number;
  private readonly throttle: Throttle;
  private idle: Timer | null = null;

  constructor(site: Site, symbol: string, depth: number, periodMs: number) {
    this.site = site;
    this.symbol = symbol;
    this.depth = depth;
    this.last = pictureOf(site, symbol, depth);
    this.throttle = new Throttle(site.clock, periodMs, () => this.publish());
  }

  open(subscriber: Subscriber): Subscription {
    let ended = false;
    return {
      begin: () => {
        if (ended) return;
        // With nobody listening the chain has stood still: begin it anew.
        if (this.subscribers.size === 0) {
          this.last = pictureOf(this.site, this.symbol, this.depth);
          this.lastSentAt = this.site.clock.monotonic();
          this.watchIdle();
        }
        this.subscribers.add(subscriber);
        const first = this.first(subscriber);
        if (first !== null) subscriber.send(first);
      },
      end: () => {
        ended = true;
        this.subscribers.delete(subscriber);
        if (this.subscribers.size === 0) this.stop();
      },
    };
  }

  touched(): void {
    if (this.subscribers.size > 0) this.throttle.mark();
  }

  stop(): void {
    this.throttle.stop();
    this.idle?.cancel();
  }

  private publish(): void {
    const now = pictureOf(this.site, this.symbol, this.depth);
    const bids = changes(this.last.bids, now.bids, -1);
    const asks = changes(this.last.asks, now.asks, 1);
    if (bids.length === 0 && asks.length === 0) return;
    const before = this.last;
    this.last = now;
    this.sendAll(this.next(before, { ...now, bids, asks }));
  }

  /** A minute after the last frame, whenever that was: clients take a longer silence for the end (okx.md 13.2, 13.4). */
  private watchIdle(): void {
    const left = this.lastSentAt + IDLE_MS - this.site.clock.monotonic();
    // Less than a millisecond may be nothing but rounding, and would never pass.
    if (left < 1) this.keepAlive();
    this.idle = this.site.clock.after(left < 1 ? IDLE_MS : left, () => this.watchIdle());
  }

  private keepAlive(): void {
    const { seqId } = this.last;
    this.sendAll(this.next({ ...this.last }, { seqId, time: this.site.now(), bids: [], asks: [] }));
  }

  private sendAll(body: string | null): void {
    this.lastSentAt = this.site.clock.monotonic();
    if (body === null) return;
    for (const subscriber of this.subscribers) subscriber.send(`{"arg":${subscriber.argText},${body}`);
  }

  /** The frame a new subscriber begins with; null when it is lost. */
  protected abstract first(subscriber: Subscriber): string | null;
  /** What follows `arg` in a frame that says how `before` became the present; null when it is lost. */
  protected abstract next(before: Picture, changed: Picture): string | null;
}

/** What the numbering begins with after a reset (okx.md 13.2). */
const FIRST_AFTER_RESET = 3;

class ChainedBook extends BookChannel {
  /** How far the numbers of the wire are behind the venue's. */
  private behind = 0;

  protected first(subscriber: Subscriber): string | null {
    if (this.site.settings.bookFault({ symbol: this.symbol, action: 'snapshot' }) === 'lost') return null;
    return `{"arg":${subscriber.argText},"action":"snapshot","data":[${this.row(this.last, -1)}]}`;
  }

  protected next(before: Picture, changed: Picture): string | null {
    const fault = this.site.settings.bookFault({ symbol: this.symbol, action: 'update' });
    const previous = before.seqId - this.behind;
    if (fault === 'reset') this.behind = changed.seqId - FIRST_AFTER_RESET;
    return fault === 'lost' ? null : `"action":"update","data":[${this.row(changed, previous)}]}`;
  }

  private row({ seqId, time, bids, asks }: Picture, prevSeqId: number): string {
    return JSON.stringify({
      asks: asks.map(levelRow),
      bids: bids.map(levelRow),
      ts: String(time),
      // Constant since 2026-06-23 (okx.md 13.3).
      checksum: 0,
      prevSeqId,
      seqId: seqId - this.behind,
    });
  }
}

class WholeBook extends BookChannel {
  private readonly named: boolean;

  /** @param named whether rows carry the instId, as `books5` does */
  constructor(site: Site, symbol: string, depth: number, periodMs: number, named: boolean) {
    super(site, symbol, depth, periodMs);
    this.named = named;
  }

  protected first(subscriber: Subscriber): string {
    return `{"arg":${subscriber.argText},${this.next()}`;
  }

  protected next(): string {
    const { seqId, time, bids, asks } = this.last;
    const row = {
      asks: asks.map(levelRow),
      bids: bids.map(levelRow),
      ...(this.named ? { instId: instIdOf(this.symbol) } : {}),
      ts: String(time),
      seqId,
    };
    return `"data":[${JSON.stringify(row)}]}`;
  }
}

const CHANNELS: Readonly<Record<string, (site: Site, symbol: string) => BookChannel>> = {
  books: (site, symbol) => new ChainedBook(site, symbol, DEPTH, PERIOD_MS),
  books5: (site, symbol) => new WholeBook(site, symbol, 5, PERIOD_MS, true),
  'bbo-tbt': (site, symbol) => new WholeBook(site, symbol, 1, BBO_PERIOD_MS, false),
};

export class BookFeed {
  private readonly site: Site;
  private readonly bySymbol = new Map<string, Map<string, BookChannel>>();
  private readonly stopListening: () => void;

  constructor(site: Site) {
    this.site = site;
    this.stopListening = site.venue.listen((event) => this.hear(event));
  }

  private hear(event: VenueEvent): void {
    if (event.type !== 'book') return;
    for (const channel of this.bySymbol.get(event.symbol)?.values() ?? []) channel.touched();
  }

  open(channel: string, symbol: string, subscriber: Subscriber): Subscription {
    const make = CHANNELS[channel];
    if (make === undefined) throw new RangeError(`no book channel ${channel}`);
    let channels = this.bySymbol.get(symbol);
    if (channels === undefined) this.bySymbol.set(symbol, (channels = new Map<string, BookChannel>()));
    let book = channels.get(channel);
    if (book === undefined) channels.set(channel, (book = make(this.site, symbol)));
    return book.open(subscriber);
  }

  close(): void {
    this.stopListening();
    for (const channels of this.bySymbol.values()) for (const channel of channels.values()) channel.stop();
  }
}
