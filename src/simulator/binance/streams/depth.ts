// Streams of the book: differences, the best levels, the best price (binance.md A11.2).
// Differences of one stream join without a gap: U is always the u before plus one.

import type { Decimal } from '../../../domain/decimal.ts';
import type { Level } from '../../venue.ts';
import type { Desk } from '../desk.ts';
import { levelsText } from '../endpoints/market.ts';
import { padded, type Listed } from '../symbols.ts';
import { Throttle, type BookEvent, type Publication, type Publish } from './publication.ts';

const byPrice = (a: Level, b: Level): number => a[0].cmp(b[0]);

export class DepthDifferences implements Publication {
  private readonly desk: Desk;
  private readonly listed: Listed;
  private readonly publish: Publish;
  private readonly throttle: Throttle;
  private bids = new Map<string, Level>();
  private asks = new Map<string, Level>();
  private first: bigint | null = null;
  private last = 0n;

  constructor(desk: Desk, listed: Listed, periodMs: number, publish: Publish) {
    this.desk = desk;
    this.listed = listed;
    this.publish = publish;
    this.throttle = new Throttle(desk.clock, periodMs, () => {
      this.flush();
    });
  }

  onBook({ updateId, bids, asks }: BookEvent): void {
    this.first ??= updateId;
    this.last = updateId;
    for (const level of bids) this.bids.set(level[0].toString(), level);
    for (const level of asks) this.asks.set(level[0].toString(), level);
    this.throttle.touch();
  }

  private flush(): void {
    if (this.first === null) return;
    const bids = levelsText([...this.bids.values()].sort((a, b) => byPrice(b, a)));
    const asks = levelsText([...this.asks.values()].sort(byPrice));
    const text = `{"e":"depthUpdate","E":${this.desk.serverTime()},"s":"${this.listed.wire}","U":${this.first},"u":${this.last},"b":${bids},"a":${asks}}`;
    this.first = null;
    this.bids = new Map();
    this.asks = new Map();
    this.publish(text);
  }

  stop(): void {
    this.throttle.stop();
  }
}

/** The best `levels` of each side: no symbol in the payload. */
export class PartialDepth implements Publication {
  private readonly throttle: Throttle;

  constructor(desk: Desk, { instrument }: Listed, levels: number, periodMs: number, publish: Publish) {
    this.throttle = new Throttle(desk.clock, periodMs, () => {
      const { updateId, bids, asks } = desk.venue.book(instrument.symbol, levels);
      publish(`{"lastUpdateId":${updateId},"bids":${levelsText(bids)},"asks":${levelsText(asks)}}`);
    });
  }

  onBook(): void {
    this.throttle.touch();
  }

  stop(): void {
    this.throttle.stop();
  }
}

type Best = Level | null;

function isSame(a: Best, b: Best): boolean {
  if (a === null || b === null) return a === b;
  return a[0].eq(b[0]) && a[1].eq(b[1]);
}

/** Whenever the best bid or ask, or what stands there, changes. Neither `e` nor a time in it. */
export class BookTicker implements Publication {
  private readonly desk: Desk;
  private readonly listed: Listed;
  private readonly publish: Publish;
  private bid: Best = null;
  private ask: Best = null;

  constructor(desk: Desk, listed: Listed, publish: Publish) {
    this.desk = desk;
    this.listed = listed;
    this.publish = publish;
  }

  onBook({ updateId }: BookEvent): void {
    const { bids, asks } = this.desk.venue.book(this.listed.instrument.symbol, 1);
    const [bid = null] = bids;
    const [ask = null] = asks;
    if (isSame(bid, this.bid) && isSame(ask, this.ask)) return;
    this.bid = bid;
    this.ask = ask;
    const price = (best: Best): Decimal | null => best?.[0] ?? null;
    const quantity = (best: Best): Decimal | null => best?.[1] ?? null;
    this.publish(
      `{"u":${updateId},"s":"${this.listed.wire}","b":"${padded(price(bid))}","B":"${padded(quantity(bid))}","a":"${padded(price(ask))}","A":"${padded(quantity(ask))}"}`,
    );
  }

  stop(): void {
    this.bid = null;
    this.ask = null;
  }
}
