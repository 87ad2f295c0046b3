// Which market streams there are, by name (binance.md A11.2). A name that means nothing is no error: its stream stays silent.

import type { Desk } from '../desk.ts';
import { intervalNamed } from '../intervals.ts';
import type { Listed } from '../symbols.ts';
import { BookTicker, DepthDifferences, PartialDepth } from './depth.ts';
import type { Publication, Publish } from './publication.ts';
import { averagePrice, dayTicker, miniTicker, tickerListStream, tickerStream, windowTicker } from './tickers.ts';
import { aggTradeStream, CandleStream, tradeStream } from './trades.ts';

const PARTIAL = /^depth(5|10|20)(@100ms|@1000ms)?$/;
const WINDOW = /^ticker_(.+)$/;
const ALL_WINDOW = /^!ticker_(.+)@arr$/;
const CANDLE = /^kline_(.+)$/;

/** `symbol` null: a stream of all symbols. */
export interface Opened {
  readonly symbol: string | null;
  readonly publication: Publication;
}

export function openStream(desk: Desk, name: string, publish: Publish): Opened | null {
  if (name.startsWith('!')) {
    const publication = ofAll(desk, name, publish);
    return publication === null ? null : { symbol: null, publication };
  }
  const at = name.indexOf('@');
  const wire = name.slice(0, at);
  const listed = at < 0 || wire !== wire.toLowerCase() ? null : desk.symbols.find(wire.toUpperCase());
  if (listed === null) return null;
  const publication = ofSymbol(desk, listed, name.slice(at + 1), publish);
  return publication === null ? null : { symbol: listed.instrument.symbol, publication };
}

function ofAll(desk: Desk, name: string, publish: Publish): Publication | null {
  if (name === '!miniTicker@arr') return tickerListStream(desk, miniTicker, publish);
  const text = windowTicker(ALL_WINDOW.exec(name)?.[1] ?? '');
  return text === null ? null : tickerListStream(desk, text, publish);
}

function ofSymbol(desk: Desk, listed: Listed, kind: string, publish: Publish): Publication | null {
  switch (kind) {
    case 'trade':
      return tradeStream(desk, listed, publish);
    case 'aggTrade':
      return aggTradeStream(desk, listed, publish);
    case 'bookTicker':
      return new BookTicker(desk, listed, publish);
    case 'miniTicker':
      return tickerStream(desk, listed, miniTicker, false, publish);
    case 'ticker':
      return tickerStream(desk, listed, dayTicker, true, publish);
    case 'avgPrice':
      return tickerStream(desk, listed, averagePrice, false, publish);
    case 'depth':
    case 'depth@1000ms':
      return new DepthDifferences(desk, listed, 1000, publish);
    case 'depth@100ms':
      return new DepthDifferences(desk, listed, 100, publish);
    default:
  }
  const partial = PARTIAL.exec(kind);
  if (partial !== null) {
    return new PartialDepth(desk, listed, Number(partial[1]), partial[2] === '@100ms' ? 100 : 1000, publish);
  }
  const interval = intervalNamed(CANDLE.exec(kind)?.[1] ?? '');
  if (interval !== null) return new CandleStream(desk, listed, interval, publish);
  const text = windowTicker(WINDOW.exec(kind)?.[1] ?? '');
  return text === null ? null : tickerStream(desk, listed, text, false, publish);
}
