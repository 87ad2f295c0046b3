// HTX's trading rules, book levels and depth replies, in the framework's words (htx.md 3.1, 9.2, 9.3, 10, 13). Pure.
// Numbers come unquoted, with exponents and up to 18 decimals: the reader keeps them as text, and they leave here in plain notation.
// Orders and fills are decode.ts's part; keeping rules fresh is instruments.ts's.

import { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { BookLevel } from '../../domain/order.ts';
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

/** A row of market-symbols. Null when a field is missing that every symbol has; all others may be absent (3.1). */
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
  const minQuantity = decimalOrNull(row, 'lominoa') ?? decimalOrNull(row, 'minoa');
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
    minQuantity,
    maxQuantity,
    // Those of a market sell, which may be less than a limit order's (3.1); a market buy is bounded by value (minNotional, buyMarketMaxValue).
    minMarketQuantity: decimalOrNull(row, 'smminoa') ?? minQuantity,
    maxMarketQuantity: decimalOrNull(row, 'smmaxoa') ?? maxQuantity,
    isMarketQuantityApart: true,
    marketLotSize: null,
    minNotional: decimalOrNull(row, 'minov'),
    maxNotional: decimalOrNull(row, 'maxov'),
    // A market buy's money may have no more decimals than a base amount (5.2, trap 6).
    quotePrecision: Math.min(amountPrecision, valuePrecision),
    isTrading: text(row, 'state') === 'online' && text(row, 'at') !== 'disabled',
    extra,
  };
}

/** `[price, size]` pairs in plain notation; rows that are neither are left out. Absent side: no levels. */
export function levelsOf(value: unknown): BookLevel[] {
  if (!Array.isArray(value)) return [];
  const levels: BookLevel[] = [];
  for (const row of value) {
    if (!Array.isArray(row)) continue;
    const price = plain(row[0]);
    const size = plain(row[1]);
    if (price !== null && size !== null) levels.push([price, size]);
  }
  return levels;
}

function plain(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return Decimal.tryFrom(value)?.toString() ?? null;
}

/** Best levels of a depth snapshot (`tick` of /market/depth, depth.step0 or mbp.refresh); there may be fewer than asked for (trap 32). */
export function depthOf(
  tick: Row,
  depth: number,
): { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[]; readonly time: number } {
  return {
    bids: levelsOf(tick['bids']).slice(0, depth),
    asks: levelsOf(tick['asks']).slice(0, depth),
    time: integerOrNull(tick, 'ts') ?? 0,
  };
}

/** The size to ask /market/depth for: it serves 5, 10, 20, 30 or, unasked, 150 levels (10). Null = leave it out. */
export function depthSize(depth: number): string | null {
  for (const size of [5, 10, 20, 30]) if (depth <= size) return String(size);
  return null;
}

/** An incremental book message, or the snapshot it hangs on (9.3). Sequence numbers of a snapshot have no `previous`. */
export interface MbpUpdate {
  readonly sequence: number;
  readonly previous: number | null;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** Null when it has no sequence number. */
export function mbpOf(row: Row): MbpUpdate | null {
  const sequence = integerOrNull(row, 'seqNum');
  if (sequence === null) return null;
  return {
    sequence,
    previous: integerOrNull(row, 'prevSeqNum'),
    bids: levelsOf(row['bids']),
    asks: levelsOf(row['asks']),
  };
}
