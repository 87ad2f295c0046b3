// Public market data: book, trades, candles, prices (binance.md A11.1), the same over REST and the WebSocket API.
// Tickers are in tickers.ts, the symbol list in exchange-info.ts.

import { Decimal } from '../../../domain/decimal.ts';
import type { Level, VenueTrade } from '../../venue.ts';
import type { AggTrade } from '../agg-trades.ts';
import type { Desk } from '../desk.ts';
import { marketEndpoint, type Endpoint } from '../endpoint.ts';
import { candlesOf, candleRow, INTERVALS, type Interval } from '../intervals.ts';
import { invalidInterval, missing } from '../errors.ts';
import type { Params } from '../params.ts';
import { padded } from '../symbols.ts';
import { listedSymbol } from './new-order.ts';

const DEPTH_LIMIT = 100;
const DEPTH_MAX = 5000;
const LIST_LIMIT = 500;
const LIST_MAX = 1000;

export function levelsText(levels: readonly Level[]): string {
  return `[${levels.map(([price, quantity]) => `["${padded(price)}","${padded(quantity)}"]`).join(',')}]`;
}

function depthWeight(params: Params): number {
  const limit = params.limit(DEPTH_LIMIT, DEPTH_MAX);
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1000 ? 50 : 250;
}

function tradeRow({ tradeId, price, quantity, time, takerSide }: VenueTrade): string {
  return (
    `{"id":${tradeId},"price":"${padded(price)}","qty":"${padded(quantity)}","quoteQty":"${padded(price.mul(quantity))}"` +
    `,"time":${time},"isBuyerMaker":${takerSide === 'SELL'},"isBestMatch":true}`
  );
}

function aggTradeRow(trade: AggTrade): string {
  return (
    `{"a":${trade.id},"p":"${padded(trade.price)}","q":"${padded(trade.quantity)}","f":${trade.firstTradeId},"l":${trade.lastTradeId}` +
    `,"T":${trade.time},"m":${trade.takerSide === 'SELL'},"M":true}`
  );
}

export function marketEndpoints(desk: Desk): Endpoint[] {
  const { venue } = desk;

  const trades = (params: Params): string => {
    const { symbol } = listedSymbol(desk, params).instrument;
    const fromId = params.id('fromId');
    const limit = params.limit(LIST_LIMIT, LIST_MAX);
    const kept = venue.trades(symbol, LIST_MAX);
    const rows = fromId === null ? kept.slice(-limit) : kept.filter(({ tradeId }) => tradeId >= fromId).slice(0, limit);
    return `[${rows.map(tradeRow).join(',')}]`;
  };

  const candles = (params: Params): string => {
    const { symbol } = listedSymbol(desk, params).instrument;
    if (!params.has('interval')) throw missing('interval');
    const interval: Interval | null = params.oneOf('interval', INTERVALS, invalidInterval);
    if (interval === null) throw missing('interval');
    const startTime = params.integer('startTime');
    const endTime = params.integer('endTime');
    const rows = candlesOf(
      desk.candles,
      symbol,
      interval,
      {
        limit: params.limit(LIST_LIMIT, LIST_MAX),
        ...(startTime === null ? {} : { startTime }),
        ...(endTime === null ? {} : { endTime }),
      },
      desk.clock.now(),
    );
    return `[${rows.map(candleRow).join(',')}]`;
  };

  const KLINES = ['symbol', 'interval', 'startTime', 'endTime', 'timeZone', 'limit'];
  return [
    { ...marketEndpoint('GET /api/v3/ping', 'ping', 1, [], () => '{}'), operation: 'time' },
    {
      ...marketEndpoint('GET /api/v3/time', 'time', 1, [], () => `{"serverTime":${desk.serverTime()}}`),
      operation: 'time',
    },
    marketEndpoint('GET /api/v3/depth', 'depth', depthWeight, ['symbol', 'limit', 'symbolStatus'], (params) => {
      const { symbol } = listedSymbol(desk, params).instrument;
      const { updateId, bids, asks } = venue.book(symbol, params.limit(DEPTH_LIMIT, DEPTH_MAX));
      return `{"lastUpdateId":${updateId},"bids":${levelsText(bids)},"asks":${levelsText(asks)}}`;
    }),
    marketEndpoint('GET /api/v3/trades', 'trades.recent', 25, ['symbol', 'limit'], trades),
    marketEndpoint('GET /api/v3/historicalTrades', 'trades.historical', 25, ['symbol', 'limit', 'fromId'], trades),
    marketEndpoint(
      'GET /api/v3/aggTrades',
      'trades.aggregate',
      4,
      ['symbol', 'fromId', 'startTime', 'endTime', 'limit'],
      (params) => {
        const { symbol } = listedSymbol(desk, params).instrument;
        const fromId = params.id('fromId');
        const startTime = params.integer('startTime');
        const endTime = params.integer('endTime');
        const limit = params.limit(LIST_LIMIT, LIST_MAX);
        const rows = desk.aggTrades
          .list(symbol)
          .filter(
            ({ id, time }) =>
              (fromId === null || id >= fromId) &&
              (startTime === null || time >= startTime) &&
              (endTime === null || time <= endTime),
          );
        const isFromStart = fromId !== null || startTime !== null;
        return `[${(isFromStart ? rows.slice(0, limit) : rows.slice(-limit)).map(aggTradeRow).join(',')}]`;
      },
    ),
    marketEndpoint('GET /api/v3/klines', 'klines', 2, KLINES, candles),
    marketEndpoint('GET /api/v3/uiKlines', 'uiKlines', 2, KLINES, candles),
    marketEndpoint('GET /api/v3/avgPrice', 'avgPrice', 2, ['symbol'], (params) => {
      const { symbol } = listedSymbol(desk, params).instrument;
      const price = desk.references.average(symbol) ?? Decimal.ZERO;
      const closeTime = venue.trades(symbol, 1)[0]?.time ?? desk.clock.now();
      return `{"mins":5,"price":"${padded(price)}","closeTime":${closeTime}}`;
    }),
  ];
}
