// OKX's candle intervals over the engine's candles: names, where a bar begins (UTC+8 for long ones unless `utc`), and the row (okx.md 13.6).
// The engine counts in UTC; long bars are put together from its hours.

import { candleStart, type Candle } from '../engine/candles.ts';
import type { Row } from './order-rows.ts';
import type { Site } from './site.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** Longer bars begin at midnight of Hong Kong. */
const HONG_KONG = 8 * HOUR;
/** Weeks begin on Mondays; the epoch was a Thursday. */
const WEEK_OFFSET = 4 * DAY;

export interface Bar {
  readonly name: string;
  /** When the bar that `time` falls into begins. */
  start(time: number): number;
  /** When the bar after the one beginning at `start` begins. */
  next(start: number): number;
  /** What of the engine's it is made of. */
  readonly sourceMs: number;
}

const FIXED: ReadonlyMap<string, number> = new Map(
  Object.entries({
    '1s': SECOND,
    '1m': MINUTE,
    '3m': 3 * MINUTE,
    '5m': 5 * MINUTE,
    '15m': 15 * MINUTE,
    '30m': 30 * MINUTE,
    '1H': HOUR,
    '2H': 2 * HOUR,
    '4H': 4 * HOUR,
  }),
);

const LONG: ReadonlyMap<string, number> = new Map(
  Object.entries({
    '6H': 6 * HOUR,
    '12H': 12 * HOUR,
    '1D': DAY,
    '2D': 2 * DAY,
    '3D': 3 * DAY,
    '5D': 5 * DAY,
    '1W': 7 * DAY,
  }),
);

const MONTHS: ReadonlyMap<string, number> = new Map([
  ['1M', 1],
  ['3M', 3],
]);

/** Null when OKX has no such bar. */
export function barOf(name: string): Bar | null {
  const fixed = FIXED.get(name);
  if (fixed !== undefined) return spanBar(name, fixed, 0, fixed);
  const isUtc = name.endsWith('utc');
  const plain = isUtc ? name.slice(0, -3) : name;
  const shift = isUtc ? 0 : -HONG_KONG;
  const long = LONG.get(plain);
  if (long !== undefined) return spanBar(name, long, plain === '1W' ? shift + WEEK_OFFSET : shift, HOUR);
  const months = MONTHS.get(plain);
  return months === undefined ? null : monthBar(name, months, shift);
}

function spanBar(name: string, spanMs: number, offset: number, sourceMs: number): Bar {
  return {
    name,
    sourceMs,
    start: (time) => Math.floor((time - offset) / spanMs) * spanMs + offset,
    next: (start) => start + spanMs,
  };
}

function monthBar(name: string, months: number, shift: number): Bar {
  const monthAt = (time: number, more: number): number => {
    const date = new Date(time - shift);
    const month = Math.floor(date.getUTCMonth() / months) * months + more;
    return Date.UTC(date.getUTCFullYear(), month, 1) + shift;
  };
  return { name, sourceMs: HOUR, start: (time) => monthAt(time, 0), next: (start) => monthAt(start, months) };
}

/** As many bars as a client may ever ask for, in the engine's own candles. */
const SOURCE_LIMIT = 10_000;

/** Bars that begin at or after `since`, oldest first. */
export function barsSince(site: Site, symbol: string, bar: Bar, since: number): Candle[] {
  const now = site.clock.now();
  const startTime = candleStart(Math.max(since, now - SOURCE_LIMIT * bar.sourceMs), bar.sourceMs);
  const source = site.candles.candles(symbol, { intervalMs: bar.sourceMs, startTime, limit: SOURCE_LIMIT + 1 }, now);
  const bars: Candle[] = [];
  for (const candle of source) {
    const openTime = bar.start(candle.openTime);
    const last = bars.at(-1);
    if (last === undefined || last.openTime !== openTime) {
      bars.push({ ...candle, openTime, closeTime: bar.next(openTime) - 1 });
      continue;
    }
    bars[bars.length - 1] = {
      ...last,
      high: candle.high.gt(last.high) ? candle.high : last.high,
      low: candle.low.lt(last.low) ? candle.low : last.low,
      close: candle.close,
      volume: last.volume.add(candle.volume),
      quoteVolume: last.quoteVolume.add(candle.quoteVolume),
    };
  }
  return bars.filter(({ openTime }) => openTime >= since);
}

/** `[ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm]`; for SPOT volCcy is the quote amount too. */
export function barRow(candle: Candle, isClosed: boolean): readonly string[] {
  return [
    String(candle.openTime),
    candle.open.toString(),
    candle.high.toString(),
    candle.low.toString(),
    candle.close.toString(),
    candle.volume.toString(),
    candle.quoteVolume.toString(),
    candle.quoteVolume.toString(),
    isClosed ? '1' : '0',
  ];
}

interface DayFigures {
  readonly open24h: string;
  readonly high24h: string;
  readonly low24h: string;
  readonly volCcy24h: string;
  readonly vol24h: string;
  readonly sodUtc0: string;
  readonly sodUtc8: string;
}

/** What a ticker says of the last 24 hours; '' and '0' before the first trade. */
export function dayFigures(site: Site, symbol: string): DayFigures & Row {
  const now = site.clock.now();
  const hours = site.candles.candles(symbol, { intervalMs: HOUR, limit: 24 }, now);
  const [first] = hours;
  if (first === undefined) {
    return { open24h: '', high24h: '', low24h: '', volCcy24h: '0', vol24h: '0', sodUtc0: '', sodUtc8: '' };
  }
  let { high, low, volume, quoteVolume } = first;
  for (const hour of hours.slice(1)) {
    if (hour.high.gt(high)) ({ high } = hour);
    if (hour.low.lt(low)) ({ low } = hour);
    volume = volume.add(hour.volume);
    quoteVolume = quoteVolume.add(hour.quoteVolume);
  }
  const openAt = (time: number): string => (hours.find(({ openTime }) => openTime >= time) ?? first).open.toString();
  return {
    open24h: first.open.toString(),
    high24h: high.toString(),
    low24h: low.toString(),
    volCcy24h: quoteVolume.toString(),
    vol24h: volume.toString(),
    sodUtc0: openAt(spanBar('', DAY, 0, HOUR).start(now)),
    sodUtc8: openAt(spanBar('', DAY, -HONG_KONG, HOUR).start(now)),
  };
}
