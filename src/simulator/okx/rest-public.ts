// The endpoints that need no key: /api/v5/public, /api/v5/market and /api/v5/system (okx.md 1.4, 2, 14).
// Rows are market-rows.ts's and bars.ts's.

import { barOf, barRow, barsOf } from './bars.ts';
import { limitOf, orderIdOf, whole } from './fields.ts';
import { includesSpot, instrumentRow, listedInstruments, requiredInstrument, requiredType } from './instruments.ts';
import { limit } from './limiter.ts';
import { levelRow, tickerRow, tradeRow } from './market-rows.ts';
import type { Row } from './order-rows.ts';
import { priceLimitRow } from './price-limit.ts';
import { badParameter } from './refusal.ts';
import { publicGet, type Endpoint, type PublicCall } from './rest-call.ts';

const BOOK_LEVELS = 400;
const FULL_BOOK_LEVELS = 5000;
const BARS = 300;
const TRADES = 500;

function levelCount(call: PublicCall, most: number): number {
  const count = whole(call.fields, 'sz', 1);
  if (count < 1 || count > most) throw badParameter('sz');
  return count;
}

function books(call: PublicCall): Row[] {
  const { symbol } = requiredInstrument(call.site, call.fields);
  const { bids, asks, time } = call.site.venue.book(symbol, levelCount(call, BOOK_LEVELS));
  return [{ asks: asks.map(levelRow), bids: bids.map(levelRow), ts: String(time) }];
}

/** Levels of three elements: no dead field. */
function fullBooks(call: PublicCall): Row[] {
  const { symbol } = requiredInstrument(call.site, call.fields);
  const { bids, asks, time } = call.site.venue.book(symbol, levelCount(call, FULL_BOOK_LEVELS));
  const side = (levels: typeof bids): (readonly string[])[] =>
    levels.map(([price, quantity]) => [price.toString(), quantity.toString(), '1']);
  return [{ asks: side(asks), bids: side(bids), ts: String(time) }];
}

/** Newest first; the running bar is the first row (okx.md 14). */
function candles({ site, fields }: PublicCall): (readonly string[])[] {
  const { symbol } = requiredInstrument(site, fields);
  const bar = barOf(fields.text('bar') || '1m');
  if (bar === null) throw badParameter('bar');
  const after = whole(fields, 'after', null);
  const before = whole(fields, 'before', null);
  const now = site.clock.now();
  return barsOf(site, symbol, bar, 0)
    .filter(({ openTime }) => (after === null || openTime < after) && (before === null || openTime > before))
    .reverse()
    .slice(0, limitOf(fields, BARS, 100))
    .map((candle) => barRow(candle, bar.next(candle.openTime) <= now));
}

function trades({ site, fields }: PublicCall): Row[] {
  const { symbol } = requiredInstrument(site, fields);
  return site.venue
    .trades(symbol, limitOf(fields, TRADES, 100))
    .map(tradeRow)
    .reverse();
}

/** `type` 1 pages by trade id, 2 by time. */
function historyTrades({ site, fields }: PublicCall): Row[] {
  const { symbol } = requiredInstrument(site, fields);
  const byTime = fields.text('type') === '2';
  const after = orderIdOf(fields, 'after');
  const before = orderIdOf(fields, 'before');
  return site.venue
    .trades(symbol, 1000)
    .filter(({ tradeId, time }) => {
      const cursor = byTime ? BigInt(time) : tradeId;
      return (after === null || cursor < after) && (before === null || cursor > before);
    })
    .reverse()
    .slice(0, limitOf(fields, 100))
    .map(tradeRow);
}

function tickers({ site, fields }: PublicCall): Row[] {
  if (!includesSpot(requiredType(fields))) return [];
  return [...site.venue.instruments.values()].map((instrument) => tickerRow(site, instrument));
}

/** Derivatives do not exist here: what asks about them finds nothing. */
function none(): Row[] {
  return [];
}

export const PUBLIC_ENDPOINTS: readonly Endpoint[] = [
  publicGet('public/time', 'time', limit('time', 10, 'ip'), ({ site }) => [{ ts: String(site.now()) }]),
  publicGet('public/instruments', 'instruments', limit('instruments', 20, 'ip'), ({ site, fields }) =>
    listedInstruments(site, fields).map((instrument) => instrumentRow(site, instrument)),
  ),
  publicGet('public/price-limit', 'market', limit('price-limit', 20, 'ip'), ({ site, fields }) => [
    priceLimitRow(site, requiredInstrument(site, fields)),
  ]),
  publicGet('public/underlying', 'instruments', limit('underlying', 20, 'ip'), () => [[]]),
  publicGet('public/mark-price', 'market', limit('mark-price', 10, 'ip'), none),
  publicGet('public/funding-rate', 'market', limit('funding-rate', 10, 'ip'), none),
  publicGet('public/open-interest', 'market', limit('open-interest', 20, 'ip'), none),
  publicGet('system/status', 'other', limit('status', 1, 'ip', 5000), none),
  publicGet('market/ticker', 'market', limit('ticker', 20, 'ip'), ({ site, fields }) => [
    tickerRow(site, requiredInstrument(site, fields)),
  ]),
  publicGet('market/tickers', 'market', limit('tickers', 20, 'ip'), tickers),
  publicGet('market/books', 'market', limit('books', 40, 'ip'), books),
  publicGet('market/books-full', 'market', limit('books-full', 10, 'ip'), fullBooks),
  publicGet('market/candles', 'market', limit('candles', 40, 'ip'), candles),
  publicGet('market/history-candles', 'market', limit('history-candles', 20, 'ip'), candles),
  publicGet('market/trades', 'market', limit('trades', 100, 'ip'), trades),
  publicGet('market/history-trades', 'market', limit('history-trades', 20, 'ip'), historyTrades),
];
