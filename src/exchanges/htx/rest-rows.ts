// The rows that REST answers with, as types: the documented fields of each kind, everything else as it came (htx.md 3-5, 10).
// HTX writes ids and numbers now as text, now as numbers (5.0, 31): a field is either, or absent. Use String(…) on ids, Decimal.from on amounts.

import type { Row } from './frames.ts';

type Scalar = string | number | boolean | null;
type Fields<Name extends string> = Row & { readonly [Field in Name]?: Scalar };

const ORDER_FIELDS = [
  'id', 'symbol', 'account-id', 'client-order-id', 'amount', 'price', 'created-at', 'finished-at', 'canceled-at', 'updated-at', 'type', 'source', 'state',
  'filled-amount', 'filled-cash-amount', 'filled-fees', 'field-amount', 'field-cash-amount', 'field-fees', 'stop-price', 'operator',
] as const; // prettier-ignore
const FILL_FIELDS = [
  'id', 'order-id', 'match-id', 'trade-id', 'symbol', 'type', 'source', 'price', 'filled-amount', 'filled-fees', 'fee-currency', 'filled-points',
  'fee-deduct-currency', 'fee-deduct-state', 'role', 'created-at',
] as const; // prettier-ignore
const SYMBOL_FIELDS = [
  'symbol', 'state', 'bc', 'qc', 'pp', 'ap', 'vp', 'minoa', 'maxoa', 'minov', 'maxov', 'lominoa', 'lomaxoa', 'lomaxba', 'lomaxsa', 'smminoa', 'smmaxoa',
  'bmmaxov', 'blmlt', 'slmgt', 'at',
] as const; // prettier-ignore
const ACCOUNT_FIELDS = ['id', 'type', 'subtype', 'state'] as const;
const FEE_FIELDS = ['symbol', 'makerFeeRate', 'takerFeeRate', 'actualMakerRate', 'actualTakerRate'] as const;
const CANDLE_FIELDS = ['id', 'open', 'close', 'low', 'high', 'amount', 'vol', 'count'] as const;
const STATUS_FIELDS = ['marketStatus', 'haltStartTime', 'haltEndTime', 'haltReason', 'affectedSymbols'] as const;
const PLACED_FIELDS = ['order-id', 'client-order-id', 'err-code', 'err-msg'] as const;
const CANCELED_OPEN_FIELDS = ['success-count', 'failed-count', 'next-id'] as const;
const BALANCE_FIELDS = ['id', 'type', 'state'] as const;
const BOOK_FIELDS = ['ts', 'version'] as const;
const TICKER_FIELDS = ['id', 'version', 'open', 'close', 'low', 'high', 'amount', 'vol', 'count'] as const;
const TRADES_FIELDS = ['id', 'ts'] as const;

/** Open orders have `filled-…`, all other queries `field-…` for the same amounts. */
export type HtxOrder = Fields<(typeof ORDER_FIELDS)[number]>;
/** `price` is the price of execution. */
export type HtxFill = Fields<(typeof FILL_FIELDS)[number]>;
export type HtxSymbol = Fields<(typeof SYMBOL_FIELDS)[number]>;
export type HtxAccountRow = Fields<(typeof ACCOUNT_FIELDS)[number]>;
export type HtxFee = Fields<(typeof FEE_FIELDS)[number]>;
export type HtxCandle = Fields<(typeof CANDLE_FIELDS)[number]>;
export type HtxMarketStatus = Fields<(typeof STATUS_FIELDS)[number]>;
/** One item of a batch placement: an id, or why not. */
export type HtxPlaced = Fields<(typeof PLACED_FIELDS)[number]>;
export type HtxCanceledOpen = Fields<(typeof CANCELED_OPEN_FIELDS)[number]>;
/** `list`: a `trade` and a `frozen` row for each currency. */
export type HtxBalance = Fields<(typeof BALANCE_FIELDS)[number]> & { readonly list?: unknown };
/** `bids` and `asks`: [price, size], best first. */
export type HtxBook = Fields<(typeof BOOK_FIELDS)[number]> & { readonly bids?: unknown; readonly asks?: unknown };
/** `bid` and `ask`: [price, size]. */
export type HtxTicker = Fields<(typeof TICKER_FIELDS)[number]> & { readonly bid?: unknown; readonly ask?: unknown };
/** `data`: the trades of one moment. */
export type HtxTrades = Fields<(typeof TRADES_FIELDS)[number]> & { readonly data?: unknown };

export type IsKind<Kind extends Row> = (row: Row) => row is Kind;

function isScalar(value: unknown): boolean {
  return value === undefined || value === null || typeof value !== 'object';
}

function kind<Name extends string>(fields: readonly Name[]): IsKind<Fields<Name>> {
  return (row): row is Fields<Name> => fields.every((field) => isScalar(row[field]));
}

export const isOrder = kind(ORDER_FIELDS);
export const isFill = kind(FILL_FIELDS);
export const isSymbol = kind(SYMBOL_FIELDS);
export const isAccount = kind(ACCOUNT_FIELDS);
export const isFee = kind(FEE_FIELDS);
export const isCandle = kind(CANDLE_FIELDS);
export const isMarketStatus = kind(STATUS_FIELDS);
export const isPlaced = kind(PLACED_FIELDS);
export const isCanceledOpen = kind(CANCELED_OPEN_FIELDS);
export const isBalance: IsKind<HtxBalance> = kind(BALANCE_FIELDS);
export const isBook: IsKind<HtxBook> = kind(BOOK_FIELDS);
export const isTicker: IsKind<HtxTicker> = kind(TICKER_FIELDS);
export const isTrades: IsKind<HtxTrades> = kind(TRADES_FIELDS);
