// Binance's trading rules and book levels, in the framework's words (binance.md A9, A11). Pure.
// Orders and fills are decode.ts's part; keeping rules fresh is instruments.ts's.

import { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { BookLevel } from '../../domain/order.ts';
import { isRow, rowsOf, text, type Row } from './frames.ts';

/** Names in `Instrument.extra`; lists are joined with commas. */
export const EXTRA = {
  orderTypes: 'orderTypes',
  selfTradePreventionModes: 'selfTradePreventionModes',
  quoteOrders: 'quoteOrderQtyMarketAllowed',
  status: 'status',
} as const;

/** An entry of `symbols` in exchangeInfo; null when it lacks the essentials. */
export function instrumentOf(row: Row): Instrument | null {
  const base = text(row, 'baseAsset');
  const quote = text(row, 'quoteAsset');
  const rawSymbol = text(row, 'symbol');
  if (base === '' || quote === '' || rawSymbol === '') return null;
  const filters = new Map(rowsOf(row['filters']).map((filter) => [text(filter, 'filterType'), filter]));
  const price = filters.get('PRICE_FILTER');
  const lot = filters.get('LOT_SIZE');
  const marketLot = filters.get('MARKET_LOT_SIZE');
  const notional = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL');
  const precision = row['quoteAssetPrecision'] ?? row['quotePrecision'];
  const status = text(row, 'status');
  return {
    symbol: `${base}/${quote}`,
    rawSymbol,
    base,
    quote,
    // A zero switches that part of a filter off; a step of zero allows everything (A9).
    tickSize: limit(price, 'tickSize') ?? Decimal.ZERO,
    lotSize: limit(lot, 'stepSize') ?? Decimal.ZERO,
    minPrice: limit(price, 'minPrice'),
    maxPrice: limit(price, 'maxPrice'),
    minQuantity: limit(lot, 'minQty'),
    maxQuantity: limit(lot, 'maxQty'),
    minMarketQuantity: limit(marketLot, 'minQty'),
    maxMarketQuantity: limit(marketLot, 'maxQty'),
    marketLotSize: limit(marketLot, 'stepSize'),
    minNotional: limit(notional, 'minNotional'),
    maxNotional: limit(notional, 'maxNotional'),
    // For market orders only where a flag says so (A9, F16).
    minMarketNotional: applies(notional, 'applyMinToMarket', 'applyToMarket') ? limit(notional, 'minNotional') : null,
    maxMarketNotional: applies(notional, 'applyMaxToMarket') ? limit(notional, 'maxNotional') : null,
    quotePrecision: typeof precision === 'number' ? precision : null,
    isTrading: status === 'TRADING' && row['isSpotTradingAllowed'] !== false,
    extra: {
      [EXTRA.status]: status,
      [EXTRA.orderTypes]: listOf(row['orderTypes']),
      [EXTRA.selfTradePreventionModes]: listOf(row['allowedSelfTradePreventionModes']),
      [EXTRA.quoteOrders]: row['quoteOrderQtyMarketAllowed'] === false ? 'false' : 'true',
    },
  };
}

function limit(filter: Row | undefined, name: string): Decimal | null {
  const value = filter === undefined ? '' : text(filter, name);
  const decimal = Decimal.tryFrom(value);
  return decimal === null || decimal.isZero() ? null : decimal;
}

function applies(filter: Row | undefined, ...flags: readonly string[]): boolean {
  return filter !== undefined && flags.some((flag) => filter[flag] === true);
}

function listOf(value: unknown): string {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(',') : '';
}

/** The entry of one symbol in an exchangeInfo answer. */
export function symbolRowOf(exchangeInfo: unknown, rawSymbol: string): Row | null {
  if (!isRow(exchangeInfo)) return null;
  return rowsOf(exchangeInfo['symbols']).find((row) => text(row, 'symbol') === rawSymbol) ?? null;
}

/** One side of a book, as it came but without padding: `[["60000.00000000","1.20000000"]]` (A11.1). */
export function levelsOf(value: unknown): BookLevel[] {
  const levels: BookLevel[] = [];
  if (!Array.isArray(value)) return levels;
  for (const level of value) {
    if (!Array.isArray(level)) continue;
    const price: unknown = level[0];
    const quantity: unknown = level[1];
    if (typeof price === 'string' && typeof quantity === 'string')
      levels.push([Decimal.from(price).toString(), Decimal.from(quantity).toString()]);
  }
  return levels;
}
