// Market data in OKX's form, shared by REST and the public channels: levels, books, tickers, trades (okx.md 13, 14).
// When something is sent is decided by market-*.ts.

import type { Level, VenueInstrument, VenueTrade } from '../venue.ts';
import { dayFigures } from './bars.ts';
import { instIdOf } from './instruments.ts';
import type { Row } from './order-rows.ts';
import type { Site } from './site.ts';

/** `[price, size, "0", orders]`. The venue tells no number of orders: one stands for any. A size of zero deletes the level. */
export function levelRow([price, quantity]: Level): readonly string[] {
  return [price.toString(), quantity.toString(), '0', quantity.isZero() ? '0' : '1'];
}

export function tickerRow(site: Site, instrument: VenueInstrument): Row {
  const { symbol } = instrument;
  const { bids, asks } = site.venue.book(symbol, 1);
  const [bid] = bids;
  const [ask] = asks;
  const last = site.venue.trades(symbol, 1).at(-1);
  const { open24h, high24h, low24h, volCcy24h, vol24h, sodUtc0, sodUtc8 } = dayFigures(site, symbol);
  return {
    instType: 'SPOT',
    instId: instIdOf(symbol),
    last: site.venue.lastPrice(symbol)?.toString() ?? '',
    lastSz: last?.quantity.toString() ?? '',
    askPx: ask?.[0].toString() ?? '',
    askSz: ask?.[1].toString() ?? '',
    bidPx: bid?.[0].toString() ?? '',
    bidSz: bid?.[1].toString() ?? '',
    open24h,
    high24h,
    low24h,
    volCcy24h,
    vol24h,
    ts: String(site.now()),
    sodUtc0,
    sodUtc8,
  };
}

export function tradeRow(trade: VenueTrade): Row {
  return {
    instId: instIdOf(trade.symbol),
    side: trade.takerSide === 'BUY' ? 'buy' : 'sell',
    sz: trade.quantity.toString(),
    px: trade.price.toString(),
    source: '0',
    tradeId: String(trade.tradeId),
    ts: String(trade.time),
  };
}
