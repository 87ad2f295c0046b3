// Public market data as HTX words it, for REST and the market sockets (htx.md sections 9, 10, 13): numbers unquoted, as a Java program prints them.

import { Decimal } from '../../domain/decimal.ts';
import { barsSince, EAST_ASIA, monthBar, spanBar, type Bar } from '../engine/bars.ts';
import type { Candle, CandleStore } from '../engine/candles.ts';
import type { JsonValue } from '../json-text.ts';
import type { Level, Venue, VenueInstrument, VenueTrade } from '../venue.ts';
import { marketNumber } from './java-number.ts';
import { rawSymbol } from './symbols.ts';

const DAY_MS = 86_400_000;

/** From the day on they begin at midnight of Singapore (section 9.2). */
const PERIODS: ReadonlyMap<string, Bar> = new Map([
  ['1min', spanBar(60_000)],
  ['5min', spanBar(300_000)],
  ['15min', spanBar(900_000)],
  ['30min', spanBar(1_800_000)],
  ['60min', spanBar(3_600_000)],
  ['4hour', spanBar(14_400_000)],
  ['1day', spanBar(DAY_MS, EAST_ASIA)],
  ['1week', spanBar(7 * DAY_MS, EAST_ASIA)],
  ['1mon', monthBar(1, EAST_ASIA)],
  ['1year', monthBar(12, EAST_ASIA)],
]);

/** Null when HTX has no such period. */
export function periodNamed(name: string): Bar | null {
  return PERIODS.get(name) ?? null;
}

const CACHE_MS = 1000;

export function levels(side: readonly Level[]): JsonValue {
  return side.map(([price, quantity]) => [marketNumber(price), marketNumber(quantity)]);
}

function candleRow(candle: Candle): { readonly [key: string]: JsonValue } {
  return {
    id: Math.floor(candle.openTime / 1000),
    open: marketNumber(candle.open),
    close: marketNumber(candle.close),
    low: marketNumber(candle.low),
    high: marketNumber(candle.high),
    amount: marketNumber(candle.volume),
    vol: marketNumber(candle.quoteVolume),
    count: candle.trades,
  };
}

/** The id of a public trade row: at least 26 digits, which no double can hold (section 13, point 3). */
function longId(trade: VenueTrade): bigint {
  return trade.tradeId * 1_000_000_000_000_000_000_000n + 433_873_170_760_015n;
}

export function tradeRow(trade: VenueTrade, tradeIdName: 'tradeId' | 'trade-id'): JsonValue {
  return {
    id: longId(trade),
    ts: trade.time,
    [tradeIdName]: trade.tradeId,
    amount: marketNumber(trade.quantity),
    price: marketNumber(trade.price),
    direction: trade.takerSide.toLowerCase(),
  };
}

export class MarketData {
  readonly venue: Venue;
  private readonly store: CandleStore;
  private readonly now: () => number;
  private readonly books = new Map<string, { readonly at: number; readonly book: JsonValue }>();

  constructor(venue: Venue, store: CandleStore, now: () => number) {
    this.venue = venue;
    this.store = store;
    this.now = now;
  }

  depthTick(instrument: VenueInstrument, limit: number): { readonly [key: string]: JsonValue } {
    const book = this.venue.book(instrument.symbol, limit);
    return { bids: levels(book.bids), asks: levels(book.asks), version: book.updateId, ts: book.time };
  }

  /** What pulls of incremental books are answered from: up to a second old, so that it may be older than a client's first update (section 9.3). */
  cachedBook(instrument: VenueInstrument, depth: number): JsonValue {
    const key = `${instrument.symbol} ${depth}`;
    const known = this.books.get(key);
    const now = this.venue.clock.monotonic();
    if (known !== undefined && now - known.at < CACHE_MS) return known.book;
    const { updateId, bids, asks } = this.venue.book(instrument.symbol, depth);
    const book = { seqNum: updateId, bids: levels(bids), asks: levels(asks) };
    this.books.set(key, { at: now, book });
    return book;
  }

  /** Newest first: the newest `limit` up to `endTime`, or the oldest from `startTime` on. */
  candles(instrument: VenueInstrument, period: Bar, limit: number, startTime?: number, endTime?: number): JsonValue[] {
    const now = this.now();
    const end = Math.min(endTime ?? now, now);
    let since = startTime ?? period.start(end);
    if (startTime === undefined) for (let more = limit - 1; more > 0; more--) since = period.start(since - 1);
    const bars = barsSince(this.store, instrument.symbol, period, since, now).filter(({ openTime }) => openTime <= end);
    return (startTime === undefined ? bars.slice(-limit) : bars.slice(0, limit)).map(candleRow).reverse();
  }

  /** Null before the first trade. */
  currentCandle(instrument: VenueInstrument, period: Bar): JsonValue | null {
    return this.candles(instrument, period, 1)[0] ?? null;
  }

  /** The last 24 hours. */
  summary(instrument: VenueInstrument): { readonly [key: string]: JsonValue } {
    const candles = this.store.candles(
      instrument.symbol,
      { intervalMs: 60_000, limit: 1440, startTime: this.now() - DAY_MS },
      this.now(),
    );
    const last = this.venue.lastPrice(instrument.symbol) ?? Decimal.ZERO;
    let high = last;
    let low = last;
    let amount = Decimal.ZERO;
    let vol = Decimal.ZERO;
    let count = 0;
    for (const candle of candles) {
      high = Decimal.max(high, candle.high);
      low = Decimal.min(low, candle.low);
      amount = amount.add(candle.volume);
      vol = vol.add(candle.quoteVolume);
      count += candle.trades;
    }
    return {
      open: marketNumber(candles[0]?.open ?? last),
      high: marketNumber(high),
      low: marketNumber(low),
      close: marketNumber(last),
      amount: marketNumber(amount),
      vol: marketNumber(vol),
      count,
    };
  }

  /** Summary with the touch, as in `ticker` topics and `market/tickers`. */
  ticker(instrument: VenueInstrument): { readonly [key: string]: JsonValue } {
    const { bids, asks } = this.venue.book(instrument.symbol, 1);
    const trade = this.venue.trades(instrument.symbol, 1)[0];
    const [bid, bidSize] = bids[0] ?? [Decimal.ZERO, Decimal.ZERO];
    const [ask, askSize] = asks[0] ?? [Decimal.ZERO, Decimal.ZERO];
    return {
      ...this.summary(instrument),
      bid: marketNumber(bid),
      bidSize: marketNumber(bidSize),
      ask: marketNumber(ask),
      askSize: marketNumber(askSize),
      lastPrice: marketNumber(trade?.price ?? Decimal.ZERO),
      lastSize: marketNumber(trade?.quantity ?? Decimal.ZERO),
    };
  }

  tickers(): JsonValue[] {
    return [...this.venue.instruments.values()].map((instrument) => ({
      symbol: rawSymbol(instrument),
      ...this.ticker(instrument),
    }));
  }

  /** `{id, ts, data}` of trades of one moment. */
  tradeTick(trades: readonly VenueTrade[], name: 'tradeId' | 'trade-id'): JsonValue {
    const last = trades.at(-1);
    return { id: last?.tradeId ?? 0, ts: last?.time ?? this.now(), data: trades.map((trade) => tradeRow(trade, name)) };
  }
}
