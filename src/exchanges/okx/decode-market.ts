// OKX's rows about instruments, balances, the account and order books, in the framework's words (okx.md 2, 10, 13, 14). Pure.
// Orders and fills are decode.ts's part.

import type { StampOf } from '../../domain/balance-sheet.ts';
import { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Asset, Assets, BookLevel, Orderbook } from '../../domain/order.ts';
import { OKX } from '../../domain/platform.ts';
import { decimalOrNull, timeOrNull } from './decode.ts';
import { integerOrNull, isRow, text, type Row } from './frames.ts';
import { toSpotSymbol } from './symbols.ts';

/** Key of `Instrument.extra`: the integer by which socket operations name the instrument. Absent for a while on new listings (2.1). */
export const INST_ID_CODE = 'instIdCode';

/** A spot row of public/instruments; null when it is none or lacks what an order needs. */
export function instrumentOf(row: Row): Instrument | null {
  const instId = text(row, 'instId');
  const symbol = toSpotSymbol(instId);
  const tickSize = decimalOrNull(row, 'tickSz');
  const lotSize = decimalOrNull(row, 'lotSz');
  if (symbol === null || tickSize === null || lotSize === null) return null;
  const [base = '', quote = ''] = instId.split('-');
  const code = integerOrNull(row, 'instIdCode');
  return {
    symbol,
    rawSymbol: instId,
    base: text(row, 'baseCcy') || base,
    quote: text(row, 'quoteCcy') || quote,
    tickSize,
    lotSize,
    minPrice: null,
    maxPrice: null,
    minQuantity: decimalOrNull(row, 'minSz'),
    maxQuantity: decimalOrNull(row, 'maxLmtSz'),
    minMarketQuantity: null,
    // maxMktSz of a spot pair is in USD, not in base (2.1): the exchange checks it.
    maxMarketQuantity: null,
    marketLotSize: null,
    minNotional: null,
    maxNotional: null,
    quotePrecision: null,
    // preopen, rebase, post_only, suspend and the like refuse ordinary orders (trap 37).
    isTrading: text(row, 'state') === 'live',
    extra: code === null ? {} : { [INST_ID_CODE]: code },
  };
}

/** Balances of a row of account/balance or of the account channel: the assets it names, no others (8). */
export function assetsOf(row: Row): Assets {
  const assets: Record<string, Asset> = {};
  const details = row['details'];
  if (!Array.isArray(details)) return assets;
  for (const entry of details) {
    if (!isRow(entry)) continue;
    const name = text(entry, 'ccy').toUpperCase();
    const free = decimalOrNull(entry, 'availBal') ?? decimalOrNull(entry, 'availEq') ?? Decimal.ZERO;
    // All reasons together, a bot's funds included (trap 45).
    const locked = decimalOrNull(entry, 'frozenBal') ?? Decimal.ZERO;
    const total = decimalOrNull(entry, 'eq') ?? decimalOrNull(entry, 'cashBal') ?? free.add(locked);
    if (name !== '') assets[name] = { free: free.toString(), locked: locked.toString(), total: total.toString() };
  }
  return assets;
}

/**
 * When each balance of such a row changed last, exchange time; null for assets that it does not name: the row's own time is later than that of
 * its balances (10.1), and would outdo a push that this answer does not know of yet.
 */
export function balanceStampsOf(row: Row): StampOf {
  const stamps = new Map<string, number | null>();
  const details = row['details'];
  if (Array.isArray(details))
    for (const entry of details)
      if (isRow(entry)) stamps.set(text(entry, 'ccy').toUpperCase(), timeOrNull(entry, 'uTime'));
  return (asset) => stamps.get(asset) ?? null;
}

/** Account levels (5.2): 1 spot, 2 futures, 3 multi-currency margin, 4 portfolio margin. */
export interface AccountMode {
  readonly uid: string;
  readonly level: string;
  readonly canTrade: boolean;
  readonly canWithdraw: boolean;
  /** Null when not stated. Below 2, orders are refused (59113). */
  readonly kycLevel: number | null;
}

/** A row of account/config; null when it does not state the account level. */
export function accountModeOf(row: Row): AccountMode | null {
  const level = text(row, 'acctLv');
  if (level === '') return null;
  const permissions = text(row, 'perm')
    .split(',')
    .map((permission) => permission.trim());
  const kyc = text(row, 'kycLv');
  return {
    uid: text(row, 'uid'),
    level,
    canTrade: permissions.includes('trade'),
    canWithdraw: permissions.includes('withdraw'),
    kycLevel: kyc === '' ? null : Number(kyc),
  };
}

/** Levels of one side: [price, size, dead field, number of orders]; the first two count (13.1). */
export function levelsOf(side: unknown): BookLevel[] {
  const levels: BookLevel[] = [];
  if (!Array.isArray(side)) return levels;
  for (const level of side) {
    if (!Array.isArray(level)) continue;
    const price: unknown = level[0];
    const size: unknown = level[1];
    if (typeof price === 'string' && typeof size === 'string') levels.push([price, size]);
  }
  return levels;
}

/** A row of market/books or books5. */
export function orderbookOf(row: Row, symbol: string): Orderbook {
  return {
    platform: OKX,
    symbol,
    asks: levelsOf(row['asks']),
    bids: levelsOf(row['bids']),
    timestamp: timeOrNull(row, 'ts') ?? 0,
  };
}
