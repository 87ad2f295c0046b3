// Candle intervals by Binance's names, and candles as the wire prints them (binance.md A11.1, A11.2).
// Months are put together from days here; all other intervals the engine's candle store knows by their length.

import { joinCandles, type Candle, type CandleQuery, type CandleStore } from '../engine/candles.ts';
import { padded } from './symbols.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const INTERVALS = [
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
  '1M',
] as const;
export type Interval = (typeof INTERVALS)[number];

const LENGTHS: Readonly<Record<Interval, number>> = {
  '1s': SECOND,
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '4h': 4 * HOUR,
  '6h': 6 * HOUR,
  '8h': 8 * HOUR,
  '12h': 12 * HOUR,
  '1d': DAY,
  '3d': 3 * DAY,
  '1w': 7 * DAY,
  '1M': DAY,
};

export function intervalNamed(name: string): Interval | null {
  return INTERVALS.find((interval) => interval === name) ?? null;
}

/** Oldest first; the last one may still be running. */
export function candlesOf(
  store: CandleStore,
  symbol: string,
  interval: Interval,
  query: Omit<CandleQuery, 'intervalMs'>,
  now: number,
): Candle[] {
  if (interval !== '1M') return store.candles(symbol, { ...query, intervalMs: LENGTHS[interval] }, now);
  const days = store.candles(symbol, { ...query, intervalMs: DAY, limit: query.limit * 31 }, now);
  const months: Candle[] = [];
  for (const day of days) {
    const [openTime, closeTime] = monthOf(day.openTime);
    const last = months.at(-1);
    if (last?.openTime === openTime) months[months.length - 1] = joinCandles(last, day);
    else months.push({ ...day, openTime, closeTime });
  }
  return query.startTime === undefined ? months.slice(-query.limit) : months.slice(0, query.limit);
}

function monthOf(time: number): readonly [start: number, end: number] {
  const date = new Date(time);
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return [start, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - 1];
}

export function candleRow(candle: Candle): string {
  return (
    `[${candle.openTime},"${padded(candle.open)}","${padded(candle.high)}","${padded(candle.low)}","${padded(candle.close)}"` +
    `,"${padded(candle.volume)}",${candle.closeTime},"${padded(candle.quoteVolume)}",${candle.trades}` +
    `,"${padded(candle.takerBuyVolume)}","${padded(candle.takerBuyQuoteVolume)}","0"]`
  );
}

/** The payload of a kline stream. */
export function candleEvent(
  wire: string,
  interval: Interval,
  candle: Candle,
  isClosed: boolean,
  eventTime: number,
): string {
  return (
    `{"e":"kline","E":${eventTime},"s":"${wire}","k":{"t":${candle.openTime},"T":${candle.closeTime},"s":"${wire}","i":"${interval}"` +
    `,"f":${candle.firstTradeId},"L":${candle.lastTradeId},"o":"${padded(candle.open)}","c":"${padded(candle.close)}"` +
    `,"h":"${padded(candle.high)}","l":"${padded(candle.low)}","v":"${padded(candle.volume)}","n":${candle.trades},"x":${isClosed}` +
    `,"q":"${padded(candle.quoteVolume)}","V":"${padded(candle.takerBuyVolume)}","Q":"${padded(candle.takerBuyQuoteVolume)}","B":"0"}}`
  );
}
