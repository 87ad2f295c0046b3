// Reference prices and statistics from candles: the five-minute average that filters use, and rolling tickers (binance.md A9, A11.1).
// Candles themselves are the engine's; here they are summed up.

import { Decimal } from '../../domain/decimal.ts';
import type { Candle, CandleStore } from '../engine/candles.ts';
import type { Venue } from '../venue.ts';

const MINUTE = 60_000;
const SECOND = 1000;
const AVERAGE_MINUTES = 5;
const DECIMALS = 8;

/** What a ticker tells about a stretch of time. */
export interface Statistics {
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly quoteVolume: Decimal;
  readonly openTime: number;
  readonly closeTime: number;
  readonly firstTradeId: bigint;
  readonly lastTradeId: bigint;
  readonly trades: number;
}

export class References {
  private readonly venue: Venue;
  private readonly candles: CandleStore;
  private readonly averages = new Map<string, { readonly second: number; readonly price: Decimal }>();

  constructor(venue: Venue, candles: CandleStore) {
    this.venue = venue;
    this.candles = candles;
  }

  /** Volume-weighted over five minutes; the last price when nothing was traded in them; null before the first trade. Kept for a second. */
  average(symbol: string): Decimal | null {
    const now = this.venue.clock.now();
    const second = Math.floor(now / SECOND);
    const kept = this.averages.get(symbol);
    if (kept?.second === second) return kept.price;
    const candles = this.candles.candles(symbol, { intervalMs: MINUTE, limit: AVERAGE_MINUTES }, now);
    let volume = Decimal.ZERO;
    let quote = Decimal.ZERO;
    for (const candle of candles) {
      volume = volume.add(candle.volume);
      quote = quote.add(candle.quoteVolume);
    }
    const price = volume.isZero() ? this.venue.lastPrice(symbol) : quote.div(volume, DECIMALS);
    if (price !== null) this.averages.set(symbol, { second, price });
    return price;
  }

  /** Over the last `windowMs`, in whole minutes; null before the first trade. */
  rolling(symbol: string, windowMs: number): Statistics | null {
    const now = this.venue.clock.now();
    const limit = Math.max(1, Math.round(windowMs / MINUTE));
    const candles = this.candles.candles(symbol, { intervalMs: MINUTE, limit }, now);
    return summary(candles, now - windowMs, now);
  }

  /** Since `startTime`. */
  since(symbol: string, startTime: number): Statistics | null {
    const now = this.venue.clock.now();
    const limit = Math.ceil((now - startTime) / MINUTE) + 1;
    return summary(this.candles.candles(symbol, { intervalMs: MINUTE, startTime, limit }, now), startTime, now);
  }
}

function summary(candles: readonly Candle[], openTime: number, closeTime: number): Statistics | null {
  const [first] = candles;
  const last = candles.at(-1);
  if (first === undefined || last === undefined) return null;
  let { high, low } = first;
  let volume = Decimal.ZERO;
  let quoteVolume = Decimal.ZERO;
  let trades = 0;
  let firstTradeId = -1n;
  let lastTradeId = -1n;
  for (const candle of candles) {
    high = Decimal.max(high, candle.high);
    low = Decimal.min(low, candle.low);
    volume = volume.add(candle.volume);
    quoteVolume = quoteVolume.add(candle.quoteVolume);
    trades += candle.trades;
    if (candle.trades > 0 && firstTradeId < 0n) firstTradeId = candle.firstTradeId;
    if (candle.trades > 0) lastTradeId = candle.lastTradeId;
  }
  return {
    open: first.open,
    high,
    low,
    close: last.close,
    volume,
    quoteVolume,
    openTime,
    closeTime,
    firstTradeId,
    lastTradeId,
    trades,
  };
}
