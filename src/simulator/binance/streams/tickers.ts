// Streams of tickers: 24 hours in full and in small, rolling windows, the average price; for one symbol or for all that changed (binance.md A11.2).
// Each tells at most once a second, and nothing while nothing changes.

import { Decimal } from '../../../domain/decimal.ts';
import type { Desk } from '../desk.ts';
import { padded, type Listed } from '../symbols.ts';
import { change, DAY } from '../ticker-numbers.ts';
import { Throttle, type BookEvent, type Publication, type Publish, type TradeEvent } from './publication.ts';

const PERIOD = 1000;
const HOUR = 3_600_000;

/** Words one symbol's ticker; null before its first trade. */
type TickerText = (desk: Desk, listed: Listed) => string | null;

export const miniTicker: TickerText = (desk, { wire, instrument }) => {
  const statistics = desk.references.rolling(instrument.symbol, DAY);
  if (statistics === null) return null;
  const { close, open, high, low, volume, quoteVolume } = statistics;
  return (
    `{"e":"24hrMiniTicker","E":${desk.serverTime()},"s":"${wire}","c":"${padded(close)}","o":"${padded(open)}","h":"${padded(high)}"` +
    `,"l":"${padded(low)}","v":"${padded(volume)}","q":"${padded(quoteVolume)}"}`
  );
};

export const dayTicker: TickerText = (desk, { wire, instrument }) => {
  const statistics = desk.references.rolling(instrument.symbol, DAY);
  if (statistics === null) return null;
  const { priceChange, priceChangePercent, weightedAverage } = change(statistics);
  const { bids, asks } = desk.venue.book(instrument.symbol, 1);
  const [trade] = desk.venue.trades(instrument.symbol, 1);
  const { open, high, low, close, volume, quoteVolume, openTime, closeTime, firstTradeId, lastTradeId, trades } =
    statistics;
  return (
    `{"e":"24hrTicker","E":${desk.serverTime()},"s":"${wire}","p":"${priceChange}","P":"${priceChangePercent}","w":"${weightedAverage}"` +
    `,"x":"${padded(open)}","c":"${padded(close)}","Q":"${padded(trade?.quantity ?? null)}"` +
    `,"b":"${padded(bids[0]?.[0] ?? null)}","B":"${padded(bids[0]?.[1] ?? null)}","a":"${padded(asks[0]?.[0] ?? null)}","A":"${padded(asks[0]?.[1] ?? null)}"` +
    `,"o":"${padded(open)}","h":"${padded(high)}","l":"${padded(low)}","v":"${padded(volume)}","q":"${padded(quoteVolume)}"` +
    `,"O":${openTime},"C":${closeTime},"F":${firstTradeId},"L":${lastTradeId},"n":${trades}}`
  );
};

const WINDOWS: ReadonlyMap<string, number> = new Map([
  ['1h', HOUR],
  ['4h', 4 * HOUR],
  ['1d', DAY],
]);

/** Null when there is no such window. */
export function windowTicker(window: string): TickerText | null {
  const windowMs = WINDOWS.get(window);
  if (windowMs === undefined) return null;
  return (desk, { wire, instrument }) => {
    const statistics = desk.references.rolling(instrument.symbol, windowMs);
    if (statistics === null) return null;
    const { priceChange, priceChangePercent, weightedAverage } = change(statistics);
    const { open, high, low, close, volume, quoteVolume, openTime, closeTime, firstTradeId, lastTradeId, trades } =
      statistics;
    return (
      `{"e":"${window}Ticker","E":${desk.serverTime()},"s":"${wire}","p":"${priceChange}","P":"${priceChangePercent}"` +
      `,"o":"${padded(open)}","h":"${padded(high)}","l":"${padded(low)}","c":"${padded(close)}","w":"${weightedAverage}"` +
      `,"v":"${padded(volume)}","q":"${padded(quoteVolume)}","O":${openTime},"C":${closeTime},"F":${firstTradeId},"L":${lastTradeId},"n":${trades}}`
    );
  };
}

export const averagePrice: TickerText = (desk, { wire, instrument }) => {
  const price = desk.references.average(instrument.symbol) ?? Decimal.ZERO;
  const [trade] = desk.venue.trades(instrument.symbol, 1);
  return trade === undefined
    ? null
    : `{"e":"avgPrice","E":${desk.serverTime()},"s":"${wire}","i":"5m","w":"${padded(price)}","T":${trade.time}}`;
};

export function tickerStream(
  desk: Desk,
  listed: Listed,
  text: TickerText,
  hearsBook: boolean,
  publish: Publish,
): Publication {
  const throttle = new Throttle(desk.clock, PERIOD, () => {
    const payload = text(desk, listed);
    if (payload !== null) publish(payload);
  });
  const touch = (): void => {
    throttle.touch();
  };
  return {
    onTrade: touch,
    ...(hearsBook ? { onBook: touch } : {}),
    stop() {
      throttle.stop();
    },
  };
}

/** Of all symbols, those that changed since the last one. */
export function tickerListStream(desk: Desk, text: TickerText, publish: Publish): Publication {
  const changed = new Set<string>();
  const throttle = new Throttle(desk.clock, PERIOD, () => {
    const payloads: string[] = [];
    for (const symbol of changed) {
      const listed = desk.symbols.find(desk.symbols.wire(symbol));
      const payload = listed === null ? null : text(desk, listed);
      if (payload !== null) payloads.push(payload);
    }
    changed.clear();
    if (payloads.length > 0) publish(`[${payloads.join(',')}]`);
  });
  const touch = (event: TradeEvent | BookEvent): void => {
    changed.add(event.type === 'trade' ? event.trade.symbol : event.symbol);
    throttle.touch();
  };
  return {
    onTrade: touch,
    stop() {
      throttle.stop();
    },
  };
}
