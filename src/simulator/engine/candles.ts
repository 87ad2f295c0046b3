// Candles from trades, for the kline endpoints and streams of every dialect: whole minutes and seconds are kept, longer intervals are put together on demand.
// Floats never enter: prices and volumes are exact. Which intervals an exchange offers, and how it spells them, is its dialect's business.

import { Decimal } from '../../domain/decimal.ts';
import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { Venue, VenueInstrument, VenueTrade } from '../venue.ts';

export interface Candle {
  /** Start of the interval, ms since the epoch. */
  readonly openTime: number;
  /** Last millisecond of the interval. */
  readonly closeTime: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  /** Base volume. */
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly takerBuyVolume: Decimal;
  readonly takerBuyQuoteVolume: Decimal;
  readonly trades: number;
  readonly firstTradeId: bigint;
  readonly lastTradeId: bigint;
}

export interface CandleQuery {
  /** A whole multiple of a second. Intervals of a minute and more are made of minutes. */
  readonly intervalMs: number;
  readonly startTime?: number;
  readonly endTime?: number;
  /** The newest so many (the oldest when `startTime` is given). */
  readonly limit: number;
}

const SECOND = 1000;
const MINUTE = 60_000;
/** An hour of seconds and about a week of minutes. */
const SECONDS_KEPT = 3600;
const MINUTES_KEPT = 10_080;
/** Weeks begin on Mondays; the epoch was a Thursday. */
const WEEK = 604_800_000;
const WEEK_OFFSET = 4 * 86_400_000;

/** The start of the interval that `time` falls into (UTC; weeks from Monday). */
export function candleStart(time: number, intervalMs: number): number {
  const offset = intervalMs === WEEK ? WEEK_OFFSET : 0;
  return Math.floor((time - offset) / intervalMs) * intervalMs + offset;
}

function first(trade: VenueTrade, intervalMs: number): Candle {
  const openTime = candleStart(trade.time, intervalMs);
  const { price, quantity } = trade;
  const quote = price.mul(quantity);
  const bought = trade.takerSide === 'BUY';
  return {
    openTime,
    closeTime: openTime + intervalMs - 1,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: quantity,
    quoteVolume: quote,
    takerBuyVolume: bought ? quantity : Decimal.ZERO,
    takerBuyQuoteVolume: bought ? quote : Decimal.ZERO,
    trades: 1,
    firstTradeId: trade.tradeId,
    lastTradeId: trade.tradeId,
  };
}

/** Both in one candle; `later` begins at or after `earlier`. */
export function joinCandles(earlier: Candle, later: Candle): Candle {
  return {
    ...earlier,
    high: Decimal.max(earlier.high, later.high),
    low: Decimal.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume.add(later.volume),
    quoteVolume: earlier.quoteVolume.add(later.quoteVolume),
    takerBuyVolume: earlier.takerBuyVolume.add(later.takerBuyVolume),
    takerBuyQuoteVolume: earlier.takerBuyQuoteVolume.add(later.takerBuyQuoteVolume),
    trades: earlier.trades + later.trades,
    // One without trades has no id of its own to give.
    lastTradeId: later.trades > 0 ? later.lastTradeId : earlier.lastTradeId,
  };
}

class Series {
  private readonly intervalMs: number;
  private readonly keep: number;
  candles: Candle[] = [];

  constructor(intervalMs: number, keep: number) {
    this.intervalMs = intervalMs;
    this.keep = keep;
  }

  add(trade: VenueTrade): void {
    const candle = first(trade, this.intervalMs);
    const last = this.candles.at(-1);
    if (last !== undefined && last.openTime >= candle.openTime) {
      this.candles[this.candles.length - 1] = joinCandles(last, candle);
      return;
    }
    this.candles.push(candle);
    if (this.candles.length > this.keep * 2) this.candles = this.candles.slice(-this.keep);
  }
}

export class CandleStore {
  private readonly seconds = new Map<string, Series>();
  private readonly minutes = new Map<string, Series>();

  constructor(venue: Venue) {
    for (const symbol of venue.instruments.keys()) {
      this.seconds.set(symbol, new Series(SECOND, SECONDS_KEPT));
      this.minutes.set(symbol, new Series(MINUTE, MINUTES_KEPT));
    }
    venue.listen((event) => {
      if (event.type === 'trade') this.add(event.trade);
    });
  }

  private add(trade: VenueTrade): void {
    this.seconds.get(trade.symbol)?.add(trade);
    this.minutes.get(trade.symbol)?.add(trade);
  }

  /** Oldest first. Intervals without a trade repeat the last close with no volume, as the exchanges do. */
  candles(symbol: string, query: CandleQuery, now: number): Candle[] {
    const end = Math.min(query.endTime ?? now, now);
    const start = query.startTime ?? candleStart(end, query.intervalMs) - (query.limit - 1) * query.intervalMs;
    const kept = (query.intervalMs < MINUTE ? this.seconds : this.minutes).get(symbol)?.candles ?? [];
    const from = candleStart(start, query.intervalMs);
    // A market may have been silent for weeks: what nobody asked for is not made. Two may lie before the start.
    const most = query.startTime === undefined ? Number.POSITIVE_INFINITY : query.limit + 2;
    const after = (candle: Candle): number => Math.max(candle.openTime + query.intervalMs, from);
    const joined: Candle[] = [];
    for (const candle of since(kept, from)) {
      const openTime = candleStart(candle.openTime, query.intervalMs);
      if (openTime > end || joined.length >= most) break;
      let last = joined.at(-1);
      if (last !== undefined && last.openTime === openTime) {
        joined[joined.length - 1] = joinCandles(last, candle);
        continue;
      }
      while (last !== undefined && after(last) < openTime && joined.length < most) {
        last = flat(last, after(last), query.intervalMs);
        joined.push(last);
      }
      joined.push({ ...candle, openTime, closeTime: openTime + query.intervalMs - 1 });
    }
    let last = joined.at(-1);
    while (last !== undefined && after(last) <= end && joined.length < most) {
      last = flat(last, after(last), query.intervalMs);
      joined.push(last);
    }
    const wanted = joined.filter((candle) => candle.openTime >= start && candle.openTime <= end);
    return query.startTime === undefined ? wanted.slice(-query.limit) : wanted.slice(0, query.limit);
  }

  /** Invents `minutes` of history that end at the present price, so that a client's first request finds something to draw. */
  invent(instrument: VenueInstrument, price: Decimal, minutes: number, clock: Clock, random: Random): void {
    const series = this.minutes.get(instrument.symbol);
    if (series === undefined || series.candles.length > 0) return;
    const ticks = Math.round(price.div(instrument.tickSize, 0).toNumber());
    let close = ticks;
    const backwards: Candle[] = [];
    const current = candleStart(clock.now(), MINUTE);
    for (let index = 1; index <= minutes; index++) {
      const swing = Math.max(1, Math.round(ticks * 0.0006));
      const open = Math.max(1, close + random.int(2 * swing + 1) - swing);
      const high = Math.max(open, close) + random.int(swing);
      const low = Math.max(1, Math.min(open, close) - random.int(swing));
      const volume = instrument.lotSize.mul(Decimal.from(1 + random.int(5000)));
      const at = (count: number): Decimal => instrument.tickSize.mul(Decimal.from(count));
      backwards.push({
        openTime: current - index * MINUTE,
        closeTime: current - (index - 1) * MINUTE - 1,
        open: at(open),
        high: at(high),
        low: at(low),
        close: at(close),
        volume,
        quoteVolume: volume.mul(at(close)),
        takerBuyVolume: Decimal.ZERO,
        takerBuyQuoteVolume: Decimal.ZERO,
        trades: 1 + random.int(200),
        firstTradeId: 0n,
        lastTradeId: 0n,
      });
      close = open;
    }
    series.candles = backwards.reverse();
  }
}

/** The candles from `time` on, and the one before them: it knows the last close. */
function since(candles: readonly Candle[], time: number): readonly Candle[] {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candles[middle]?.openTime ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return candles.slice(Math.max(0, low - 1));
}

function flat(before: Candle, openTime: number, intervalMs: number): Candle {
  return {
    openTime,
    closeTime: openTime + intervalMs - 1,
    open: before.close,
    high: before.close,
    low: before.close,
    close: before.close,
    volume: Decimal.ZERO,
    quoteVolume: Decimal.ZERO,
    takerBuyVolume: Decimal.ZERO,
    takerBuyQuoteVolume: Decimal.ZERO,
    trades: 0,
    firstTradeId: -1n,
    lastTradeId: -1n,
  };
}
