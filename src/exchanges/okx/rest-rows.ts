// The rows that REST answers with, as types: the documented text fields of each kind, everything else as it came (okx.md 2, 6, 9, 10, 14).
// A field OKX has not sent is undefined (a few are null), one that does not apply is "". A row whose known field is no text is refused, not passed on.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { Row } from './frames.ts';
import type { Rows } from './rest.ts';

type Texts<Field extends string> = Row & { readonly [Name in Field]?: string | null };

const ORDER_FIELDS = [
  'instType', 'instId', 'ordId', 'clOrdId', 'tag', 'ordType', 'side', 'posSide', 'tdMode', 'px', 'sz', 'tgtCcy', 'state', 'accFillSz', 'avgPx',
  'fillPx', 'fillSz', 'fillTime', 'tradeId', 'fee', 'feeCcy', 'rebate', 'rebateCcy', 'category', 'cancelSource', 'cancelSourceReason', 'cTime', 'uTime',
] as const; // prettier-ignore

const FILL_FIELDS = [
  'instType', 'instId', 'tradeId', 'ordId', 'clOrdId', 'billId', 'tag', 'fillPx', 'fillSz', 'side', 'execType', 'fee', 'feeCcy', 'feeRate', 'fillTime', 'ts',
] as const; // prettier-ignore

const INSTRUMENT_FIELDS = [
  'instType', 'instId', 'baseCcy', 'quoteCcy', 'settleCcy', 'ctVal', 'ctMult', 'ctValCcy', 'tickSz', 'lotSz', 'minSz', 'maxLmtSz', 'maxMktSz', 'state',
] as const; // prettier-ignore

const RESULT_FIELDS = ['ordId', 'clOrdId', 'tag', 'ts', 'sCode', 'sMsg', 'subCode'] as const;
const CONFIG_FIELDS = ['uid', 'mainUid', 'acctLv', 'posMode', 'perm', 'kycLv', 'level', 'label', 'feeType'] as const;
const TICKER_FIELDS = [
  'instType',
  'instId',
  'last',
  'lastSz',
  'askPx',
  'askSz',
  'bidPx',
  'bidSz',
  'open24h',
  'high24h',
  'low24h',
  'vol24h',
  'volCcy24h',
  'ts',
] as const;
const TRADE_FIELDS = ['instId', 'side', 'sz', 'px', 'tradeId', 'ts', 'source'] as const;
const FEE_FIELDS = ['level', 'instType', 'maker', 'taker', 'ts'] as const;
const TIMER_FIELDS = ['triggerTime', 'tag', 'ts'] as const;
const BOOK_FIELDS = ['ts'] as const;
const BALANCE_FIELDS = ['uTime', 'totalEq', 'adjEq', 'availEq'] as const;

export type OkxOrder = Texts<(typeof ORDER_FIELDS)[number]>;
export type OkxFill = Texts<(typeof FILL_FIELDS)[number]>;
export type OkxInstrument = Texts<(typeof INSTRUMENT_FIELDS)[number]>;
/** One item of a placement or a cancel; `sCode` "0" means taken. */
export type OkxResult = Texts<(typeof RESULT_FIELDS)[number]>;
export type OkxConfig = Texts<(typeof CONFIG_FIELDS)[number]>;
export type OkxTicker = Texts<(typeof TICKER_FIELDS)[number]>;
export type OkxTrade = Texts<(typeof TRADE_FIELDS)[number]>;
export type OkxFee = Texts<(typeof FEE_FIELDS)[number]>;
export type OkxTimer = Texts<(typeof TIMER_FIELDS)[number]>;
/** `asks` and `bids`: [price, size, dead field, number of orders], best first. */
export type OkxBook = Texts<(typeof BOOK_FIELDS)[number]>;
/** `details`: one row for each currency. */
export type OkxBalance = Texts<(typeof BALANCE_FIELDS)[number]>;

/** Open time (ms) and prices; `volume` in base, then in quote, once more in quote; `confirm` "1" when the candle is closed (13.6, 14). */
export type OkxCandle = readonly [
  openTime: string,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  quoteVolume: string,
  quoteVolumeAgain: string,
  confirm: string,
];
const CANDLE_LENGTH = 9;

/** Turns the rows of an answer into rows of a kind, or refuses the answer. */
type Typed<Kind extends Row> = (rows: Rows) => Result<readonly Kind[]>;

function typed<Field extends string>(fields: readonly Field[]): Typed<Texts<Field>> {
  const isKind = (row: Row): row is Texts<Field> =>
    fields.every((field) => (row[field] ?? null) === null || typeof row[field] === 'string');
  return ([rows, error]) => {
    if (error !== null) return fail(error);
    if (rows.every(isKind)) return ok(rows);
    return fail(otherForm(rows));
  };
}

function otherForm(cause: unknown): TradeError {
  return new TradeError('OKX answered with rows of another form than documented', {
    kind: 'unknown',
    outcome: 'unknown',
    platform: OKX,
    cause,
  });
}

function isCandle(list: readonly unknown[]): list is OkxCandle {
  return list.length >= CANDLE_LENGTH && list.slice(0, CANDLE_LENGTH).every((field) => typeof field === 'string');
}

export function asCandles(lists: readonly (readonly unknown[])[]): Result<readonly OkxCandle[]> {
  return lists.every(isCandle) ? ok(lists) : fail(otherForm(lists));
}

export const asOrders = typed(ORDER_FIELDS);
export const asFills = typed(FILL_FIELDS);
export const asInstruments = typed(INSTRUMENT_FIELDS);
export const asResults = typed(RESULT_FIELDS);
export const asConfig = typed(CONFIG_FIELDS);
export const asTickers = typed(TICKER_FIELDS);
export const asTrades = typed(TRADE_FIELDS);
export const asFees = typed(FEE_FIELDS);
export const asTimers = typed(TIMER_FIELDS);
export const asBooks = typed(BOOK_FIELDS);
export const asBalances = typed(BALANCE_FIELDS);
