// Candle intervals that begin where an exchange says: at any offset from UTC, and by the calendar. Put together from the candle store's own.
// What the intervals are called, and which there are, is the dialects' business.

import { candleStart, joinCandles, type Candle, type CandleStore } from './candles.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Hong Kong and Singapore: their midnight is so far before that of UTC. */
export const EAST_ASIA = -8 * HOUR;
/** Weeks begin on Mondays; the epoch was a Thursday. */
const WEEK_OFFSET = 4 * DAY;

export interface Bar {
  /** When the bar that `time` falls into begins. */
  start(time: number): number;
  /** When the bar after the one beginning at `start` begins. */
  next(start: number): number;
  /** What of the store's it is made of. */
  readonly sourceMs: number;
}

/** Spans of one length, counted from the epoch, weeks from Mondays. `shift`: whole hours. */
export function spanBar(spanMs: number, shift = 0): Bar {
  const offset = spanMs === 7 * DAY ? shift + WEEK_OFFSET : shift;
  return {
    sourceMs: offset === 0 ? spanMs : HOUR,
    start: (time) => Math.floor((time - offset) / spanMs) * spanMs + offset,
    next: (start) => start + spanMs,
  };
}

/** `months` of the calendar, counted from January. */
export function monthBar(months: number, shift = 0): Bar {
  const monthAt = (time: number, more: number): number => {
    const date = new Date(time - shift);
    const month = Math.floor(date.getUTCMonth() / months) * months + more;
    return Date.UTC(date.getUTCFullYear(), month, 1) + shift;
  };
  return { sourceMs: HOUR, start: (time) => monthAt(time, 0), next: (start) => monthAt(start, months) };
}

/** As many bars as a client may ever ask for, in the store's own candles. */
const SOURCE_LIMIT = 10_000;

/** Bars that begin at or after `since`, oldest first; the last one may still be running. */
export function barsSince(store: CandleStore, symbol: string, bar: Bar, since: number, now: number): Candle[] {
  const startTime = candleStart(Math.max(since, now - SOURCE_LIMIT * bar.sourceMs), bar.sourceMs);
  const source = store.candles(symbol, { intervalMs: bar.sourceMs, startTime, limit: SOURCE_LIMIT + 1 }, now);
  const bars: Candle[] = [];
  for (const candle of source) {
    const openTime = bar.start(candle.openTime);
    const last = bars.at(-1);
    if (last?.openTime === openTime) bars[bars.length - 1] = joinCandles(last, candle);
    else bars.push({ ...candle, openTime, closeTime: bar.next(openTime) - 1 });
  }
  return bars.filter(({ openTime }) => openTime >= since);
}
