// OKX's candle intervals over the engine's candles: names, where a bar begins (UTC+8 for long ones unless `utc`), and the row (okx.md 13.6).
// How bars are put together is the engine's part (engine/bars.ts).

import { barsSince, EAST_ASIA, monthBar, spanBar, type Bar } from '../engine/bars.ts';
import type { Candle } from '../engine/candles.ts';
import type { Row } from './order-rows.ts';
import type { Site } from './site.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

export interface NamedBar extends Bar {
  readonly name: string;
}

const FIXED: ReadonlyMap<string, number> = new Map(
  Object.entries({
    '1s': 1000,
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

/** Longer bars begin at midnight of Hong Kong, unless their name says `utc`. */
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
export function barOf(name: string): NamedBar | null {
  const fixed = FIXED.get(name);
  if (fixed !== undefined) return { name, ...spanBar(fixed) };
  const isUtc = name.endsWith('utc');
  const plain = isUtc ? name.slice(0, -3) : name;
  const shift = isUtc ? 0 : EAST_ASIA;
  const long = LONG.get(plain);
  if (long !== undefined) return { name, ...spanBar(long, shift) };
  const months = MONTHS.get(plain);
  return months === undefined ? null : { name, ...monthBar(months, shift) };
}

/** Bars that begin at or after `since`, oldest first. */
export function barsOf(site: Site, symbol: string, bar: Bar, since: number): Candle[] {
  return barsSince(site.candles, symbol, bar, since, site.clock.now());
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
    sodUtc0: openAt(spanBar(DAY).start(now)),
    sodUtc8: openAt(spanBar(DAY, EAST_ASIA).start(now)),
  };
}
