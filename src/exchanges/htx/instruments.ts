// HTX's trading rules (market-symbols, htx.md 3.1) as instruments. Pure decoding; the cache that keeps them fresh is reference.ts's part.

import { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { decimalOrNull } from './decode.ts';
import { integerOrNull, text, type Row } from './frames.ts';

/** 10^-decimals: HTX states ticks and lots as numbers of decimals. */
function stepOf(decimals: number): Decimal {
  return Decimal.from(`1e-${decimals}`);
}

/** Name in `Instrument.extra`: the most money one market buy may spend. */
export const BUY_MARKET_MAX_VALUE = 'buyMarketMaxValue';
/** Names in `Instrument.extra`: the most base one limit order may buy or sell, where that is less than `maxQuantity`. */
export const LIMIT_MAX_QUANTITY = { BUY: 'limitBuyMaxQuantity', SELL: 'limitSellMaxQuantity' } as const;

/** Null when a field is missing that every symbol has. All others may be absent (3.1). */
export function instrumentOf(row: Row): Instrument | null {
  const rawSymbol = text(row, 'symbol');
  const base = text(row, 'bc').toUpperCase();
  const quote = text(row, 'qc').toUpperCase();
  const pricePrecision = integerOrNull(row, 'pp');
  const amountPrecision = integerOrNull(row, 'ap');
  const valuePrecision = integerOrNull(row, 'vp');
  if (
    rawSymbol === '' ||
    base === '' ||
    quote === '' ||
    pricePrecision === null ||
    amountPrecision === null ||
    valuePrecision === null
  )
    return null;
  const maxQuantity = decimalOrNull(row, 'lomaxoa') ?? decimalOrNull(row, 'maxoa');
  const extra: Record<string, string> = {};
  const marketBuyMax = decimalOrNull(row, 'bmmaxov');
  if (marketBuyMax !== null) extra[BUY_MARKET_MAX_VALUE] = marketBuyMax.toString();
  for (const [name, field] of [
    [LIMIT_MAX_QUANTITY.BUY, 'lomaxba'],
    [LIMIT_MAX_QUANTITY.SELL, 'lomaxsa'],
  ] as const) {
    const most = decimalOrNull(row, field);
    if (most !== null && (maxQuantity === null || most.lt(maxQuantity))) extra[name] = most.toString();
  }
  return {
    symbol: `${base}/${quote}`,
    rawSymbol,
    base,
    quote,
    tickSize: stepOf(pricePrecision),
    lotSize: stepOf(amountPrecision),
    // Price bands move with the last trade (blmlt, slmgt): nothing that holds until the order arrives.
    minPrice: null,
    maxPrice: null,
    minQuantity: decimalOrNull(row, 'lominoa') ?? decimalOrNull(row, 'minoa'),
    maxQuantity,
    // Those of a market sell; a market buy is bounded by value (minNotional, buyMarketMaxValue).
    minMarketQuantity: decimalOrNull(row, 'smminoa'),
    maxMarketQuantity: decimalOrNull(row, 'smmaxoa'),
    marketLotSize: null,
    minNotional: decimalOrNull(row, 'minov'),
    maxNotional: decimalOrNull(row, 'maxov'),
    // A market buy's money may have no more decimals than a base amount (5.2, trap 6).
    quotePrecision: Math.min(amountPrecision, valuePrecision),
    isTrading: text(row, 'state') === 'online' && text(row, 'at') !== 'disabled',
    extra,
  };
}
