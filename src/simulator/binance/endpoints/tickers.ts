// Tickers on request: 24 hours, rolling windows, the trading day, last price, best bid and ask (binance.md A3.3, A11.1).
// Their streams are in streams/tickers.ts and share the numbers.

import type { Desk } from '../desk.ts';
import { marketEndpoint, type Endpoint } from '../endpoint.ts';
import { badCombination, illegal, invalidSymbol, invalidValue, oneOfMissing } from '../errors.ts';
import type { Params } from '../params.ts';
import { padded, type Listed } from '../symbols.ts';
import { change, DAY, type Change } from '../ticker-numbers.ts';
import type { Statistics } from '../references.ts';

const SEVERAL = ['symbol', 'symbols', 'symbolStatus'];
const WINDOW = /^(?:([1-9]|[1-5][0-9])m|([1-9]|1[0-9]|2[0-3])h|([1-7])d)$/;
const MINUTE = 60_000;

/** The symbols asked for; `single` when it was one by `symbol`: the answer is then an object, not a list. */
function asked(desk: Desk, params: Params): { readonly listed: readonly Listed[]; readonly single: boolean } {
  const one = params.optional('symbol');
  const many = params.list('symbols');
  if (one !== null && many !== null) throw badCombination();
  const names = one === null ? many : [one];
  if (names === null) return { listed: desk.symbols.all, single: false };
  const listed = names.map((name) => {
    const found = desk.symbols.find(name);
    if (found === null) throw invalidSymbol();
    return found;
  });
  return { listed, single: one !== null };
}

function answer(desk: Desk, params: Params, row: (listed: Listed) => string): string {
  const { listed, single } = asked(desk, params);
  const rows = listed.map(row);
  return single ? (rows[0] ?? '{}') : `[${rows.join(',')}]`;
}

function dayWeight(params: Params): number {
  if (params.has('symbol')) return 2;
  const count = params.list('symbols')?.length;
  if (count === undefined || count > 100) return 80;
  return count > 20 ? 40 : 2;
}

const pairWeight = (params: Params): number => (params.has('symbol') ? 2 : 4);
const windowWeight = (params: Params): number => Math.min(200, 4 * (params.list('symbols')?.length ?? 1));

function tail(statistics: Statistics | null, now: number): string {
  return (
    `"openPrice":"${padded(statistics?.open ?? null)}","highPrice":"${padded(statistics?.high ?? null)}","lowPrice":"${padded(statistics?.low ?? null)}"` +
    `,"volume":"${padded(statistics?.volume ?? null)}","quoteVolume":"${padded(statistics?.quoteVolume ?? null)}"` +
    `,"openTime":${statistics?.openTime ?? now - DAY},"closeTime":${statistics?.closeTime ?? now}` +
    `,"firstId":${statistics?.firstTradeId ?? -1},"lastId":${statistics?.lastTradeId ?? -1},"count":${statistics?.trades ?? 0}`
  );
}

function changes({ priceChange, priceChangePercent, weightedAverage }: Change): string {
  return `"priceChange":"${priceChange}","priceChangePercent":"${priceChangePercent}","weightedAvgPrice":"${weightedAverage}"`;
}

function isMini(params: Params): boolean {
  const type = params.oneOf('type', ['FULL', 'MINI'] as const, () => invalidValue('Invalid ticker type.'));
  return type === 'MINI';
}

/** A rolling or calendar window: no best prices, no previous close. */
function windowRow(wire: string, statistics: Statistics | null, mini: boolean, now: number): string {
  const last = `"lastPrice":"${padded(statistics?.close ?? null)}"`;
  if (mini) return `{"symbol":"${wire}",${last},${tail(statistics, now)}}`;
  return `{"symbol":"${wire}",${changes(change(statistics))},${last},${tail(statistics, now)}}`;
}

export function tickerEndpoints(desk: Desk): Endpoint[] {
  const { venue, references } = desk;

  const dayRow = ({ wire, instrument }: Listed, mini: boolean): string => {
    const statistics = references.rolling(instrument.symbol, DAY);
    const now = desk.clock.now();
    if (mini) return windowRow(wire, statistics, true, now);
    const { bids, asks } = venue.book(instrument.symbol, 1);
    const [lastTrade] = venue.trades(instrument.symbol, 1);
    return (
      `{"symbol":"${wire}",${changes(change(statistics))},"prevClosePrice":"${padded(statistics?.open ?? null)}"` +
      `,"lastPrice":"${padded(statistics?.close ?? null)}","lastQty":"${padded(lastTrade?.quantity ?? null)}"` +
      `,"bidPrice":"${padded(bids[0]?.[0] ?? null)}","bidQty":"${padded(bids[0]?.[1] ?? null)}"` +
      `,"askPrice":"${padded(asks[0]?.[0] ?? null)}","askQty":"${padded(asks[0]?.[1] ?? null)}",${tail(statistics, now)}}`
    );
  };

  return [
    marketEndpoint('GET /api/v3/ticker/24hr', 'ticker.24hr', dayWeight, [...SEVERAL, 'type'], (params) => {
      const mini = isMini(params);
      return answer(desk, params, (listed) => dayRow(listed, mini));
    }),
    marketEndpoint('GET /api/v3/ticker/price', 'ticker.price', pairWeight, SEVERAL, (params) =>
      answer(desk, params, ({ wire, instrument }) => {
        return `{"symbol":"${wire}","price":"${padded(venue.lastPrice(instrument.symbol))}"}`;
      }),
    ),
    marketEndpoint('GET /api/v3/ticker/bookTicker', 'ticker.book', pairWeight, SEVERAL, (params) =>
      answer(desk, params, ({ wire, instrument }) => {
        const { bids, asks } = venue.book(instrument.symbol, 1);
        const [[bid, bidQuantity], [ask, askQuantity]] = [bids[0] ?? [null, null], asks[0] ?? [null, null]];
        return `{"symbol":"${wire}","bidPrice":"${padded(bid)}","bidQty":"${padded(bidQuantity)}","askPrice":"${padded(ask)}","askQty":"${padded(askQuantity)}"}`;
      }),
    ),
    marketEndpoint('GET /api/v3/ticker', 'ticker', windowWeight, [...SEVERAL, 'windowSize', 'type'], (params) => {
      if (!params.has('symbol') && !params.has('symbols')) throw oneOfMissing('symbol', 'symbols');
      const windowMs = readWindow(params);
      const mini = isMini(params);
      return answer(desk, params, ({ wire, instrument }) =>
        windowRow(wire, references.rolling(instrument.symbol, windowMs), mini, desk.clock.now()),
      );
    }),
    marketEndpoint(
      'GET /api/v3/ticker/tradingDay',
      'ticker.tradingDay',
      windowWeight,
      [...SEVERAL, 'timeZone', 'type'],
      (params) => {
        if (!params.has('symbol') && !params.has('symbols')) throw oneOfMissing('symbol', 'symbols');
        const mini = isMini(params);
        const now = desk.clock.now();
        return answer(desk, params, ({ wire, instrument }) =>
          windowRow(wire, references.since(instrument.symbol, now - (now % DAY)), mini, now),
        );
      },
    ),
  ];
}

function readWindow(params: Params): number {
  const text = params.optional('windowSize') ?? '1d';
  const match = WINDOW.exec(text);
  if (match === null) throw illegal('windowSize', '^(([1-9]|[1-5][0-9])m|([1-9]|1[0-9]|2[0-3])h|[1-7]d)$');
  const [, minutes, hours, days] = match;
  return Number(minutes ?? 0) * MINUTE + Number(hours ?? 0) * 60 * MINUTE + Number(days ?? 0) * DAY;
}
