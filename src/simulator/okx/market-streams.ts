// The other public channels: tickers, trades and trades-all, and candles (okx.md 13.5 to 13.7).
// Books are market-books.ts's.

import type { VenueEvent, VenueTrade } from '../venue.ts';
import { barRow, barsOf, type NamedBar } from './bars.ts';
import { tickerRow, tradeRow } from './market-rows.ts';
import type { Site } from './site.ts';
import { Throttle, Ticker, type Subscriber, type Subscription } from './subscription.ts';

const TICKER_PERIOD_MS = 100;
const CANDLE_PERIOD_MS = 1000;

/** Matches of one taker at one price are one row of `trades`. */
interface Merged {
  readonly last: VenueTrade;
  readonly count: number;
}

class SymbolStreams {
  readonly tickers = new Set<Subscriber>();
  readonly trades = new Set<Subscriber>();
  readonly allTrades = new Set<Subscriber>();
  readonly ticker: Throttle;
  private readonly site: Site;
  private readonly symbol: string;
  private merged: Merged | null = null;
  private readonly leftover: Throttle;

  constructor(site: Site, symbol: string) {
    this.site = site;
    this.symbol = symbol;
    this.ticker = new Throttle(site.clock, TICKER_PERIOD_MS, () => {
      for (const subscriber of this.tickers) subscriber.send(this.tickerFrame(subscriber));
    });
    this.leftover = new Throttle(site.clock, 0, () => this.flush());
  }

  tickerFrame(subscriber: Subscriber): string {
    const instrument = this.site.venue.instruments.get(this.symbol);
    const row = instrument === undefined ? '' : JSON.stringify(tickerRow(this.site, instrument));
    return `{"arg":${subscriber.argText},"data":[${row}]}`;
  }

  trade(trade: VenueTrade): void {
    if (this.allTrades.size > 0) {
      const row = JSON.stringify(tradeRow(trade));
      for (const subscriber of this.allTrades) subscriber.send(`{"arg":${subscriber.argText},"data":[${row}]}`);
    }
    if (this.trades.size === 0) return;
    const { merged } = this;
    if (merged !== null && isSameTaker(merged.last, trade)) {
      const quantity = merged.last.quantity.add(trade.quantity);
      this.merged = { last: { ...trade, quantity }, count: merged.count + 1 };
      return;
    }
    this.flush();
    this.merged = { last: trade, count: 1 };
    this.leftover.mark();
  }

  /** The engine's step is over: nothing can be merged any more. */
  flush(): void {
    const { merged } = this;
    if (merged === null) return;
    this.merged = null;
    this.leftover.stop();
    const { instId, tradeId, px, sz, side, ts } = tradeRow(merged.last);
    const seqId = Number(this.site.venue.book(this.symbol, 0).updateId);
    const count = String(merged.count);
    const row = JSON.stringify({ instId, tradeId, px, sz, side, ts, count, source: '0', seqId });
    for (const subscriber of this.trades) subscriber.send(`{"arg":${subscriber.argText},"data":[${row}]}`);
  }

  stop(): void {
    this.ticker.stop();
    this.leftover.stop();
  }
}

function isSameTaker(a: VenueTrade, b: VenueTrade): boolean {
  return a.takerSide === b.takerSide && a.time === b.time && a.price.eq(b.price);
}

export class StreamFeed {
  private readonly site: Site;
  private readonly bySymbol = new Map<string, SymbolStreams>();
  private readonly candleTickers = new Set<Ticker>();
  private readonly stopListening: () => void;

  constructor(site: Site) {
    this.site = site;
    this.stopListening = site.venue.listen((event) => this.hear(event));
  }

  private hear(event: VenueEvent): void {
    if (event.type === 'trade') {
      const streams = this.bySymbol.get(event.trade.symbol);
      streams?.trade(event.trade);
      if (streams !== undefined && streams.tickers.size > 0) streams.ticker.mark();
    } else if (event.type === 'book') {
      const streams = this.bySymbol.get(event.symbol);
      streams?.flush();
      if (streams !== undefined && streams.tickers.size > 0) streams.ticker.mark();
    }
  }

  private streams(symbol: string): SymbolStreams {
    let streams = this.bySymbol.get(symbol);
    if (streams === undefined) this.bySymbol.set(symbol, (streams = new SymbolStreams(this.site, symbol)));
    return streams;
  }

  openTicker(symbol: string, subscriber: Subscriber): Subscription {
    const streams = this.streams(symbol);
    streams.tickers.add(subscriber);
    return {
      begin: () => subscriber.send(streams.tickerFrame(subscriber)),
      end: () => {
        streams.tickers.delete(subscriber);
      },
    };
  }

  /** @param merged `trades`; else `trades-all`, one row for each match */
  openTrades(symbol: string, subscriber: Subscriber, merged: boolean): Subscription {
    const streams = this.streams(symbol);
    const audience = merged ? streams.trades : streams.allTrades;
    audience.add(subscriber);
    return {
      begin: () => undefined,
      end: () => {
        audience.delete(subscriber);
      },
    };
  }

  /** At most one frame a second, when the bar has changed; a bar that has ended is sent once more as confirmed. */
  openCandles(symbol: string, bar: NamedBar, subscriber: Subscriber): Subscription {
    let since = bar.start(this.site.clock.now());
    let sent = '';
    const ticker = new Ticker(this.site.clock, CANDLE_PERIOD_MS, () => {
      const now = this.site.clock.now();
      const rows: (readonly string[])[] = [];
      for (const candle of barsOf(this.site, symbol, bar, since)) {
        rows.push(barRow(candle, bar.next(candle.openTime) <= now));
      }
      since = bar.start(now);
      const text = JSON.stringify(rows.slice(-1));
      if (rows.length === 0 || (rows.length === 1 && text === sent)) return;
      sent = text;
      for (const row of rows) subscriber.send(`{"arg":${subscriber.argText},"data":${JSON.stringify([row])}}`);
    });
    this.candleTickers.add(ticker);
    return {
      begin: () => ticker.start(),
      end: () => {
        ticker.stop();
        this.candleTickers.delete(ticker);
      },
    };
  }

  close(): void {
    this.stopListening();
    for (const streams of this.bySymbol.values()) streams.stop();
    for (const ticker of this.candleTickers) ticker.stop();
  }
}
