// OKX's rows about orders and fills, translated into order reports (okx.md 7, 9). Pure.
// What a code of refusal means is outcomes.ts's part; instruments, balances and books are decode-market.ts's.

import { Decimal } from '../../domain/decimal.ts';
import {
  EMPTY_REPORT,
  type FillReport,
  type OrderReport,
  type ReportedLife,
  type ReportSource,
} from '../../domain/order-report.ts';
import type { Liquidity, OrderAction, OrderType, TimeInForce } from '../../domain/order.ts';
import { cancelReason, POST_ONLY_WOULD_TAKE } from './cancel-sources.ts';
import { asText, asTextOrNull, type Row } from './frames.ts';
import { toSpotSymbol } from './symbols.ts';

// Pushes are the hot path: each field is read by its literal name, because a helper taking the name would be slower.

/** A number of the wire; null for "" and absence (trap 15). */
function asDecimal(value: unknown): Decimal | null {
  // A Decimal already, where scan.ts has read the row.
  if (value instanceof Decimal) return value;
  return typeof value === 'string' && value !== '' ? Decimal.tryFrom(value) : null;
}

/** Milliseconds; null when not stated. */
function asTime(value: unknown): number | null {
  // A number already, where scan.ts has read the row.
  const time = typeof value === 'number' ? value : Number(asText(value));
  return Number.isSafeInteger(time) && time > 0 ? time : null;
}

/** OKX states what it takes as a negative number, and a rebate as a positive one (trap 6). */
function asFee(value: unknown): Decimal | null {
  return asDecimal(value)?.neg() ?? null;
}

/** Upper case; null when not stated. */
function asAsset(value: unknown): string | null {
  return asTextOrNull(value)?.toUpperCase() ?? null;
}

export function decimalOrNull(row: Row, name: string): Decimal | null {
  return asDecimal(row[name]);
}

export function timeOrNull(row: Row, name: string): number | null {
  return asTime(row[name]);
}

interface Kind {
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce | null;
}

/** By ordType; there is no time-in-force field (5.1). A market order states none. */
const KINDS: Readonly<Record<string, Kind>> = {
  limit: { orderType: 'LIMIT', timeInForce: 'GTC' },
  market: { orderType: 'MARKET', timeInForce: null },
  post_only: { orderType: 'LIMIT', timeInForce: 'POST_ONLY' },
  fok: { orderType: 'LIMIT', timeInForce: 'FOK' },
  ioc: { orderType: 'LIMIT', timeInForce: 'IOC' },
  optimal_limit_ioc: { orderType: 'MARKET', timeInForce: null },
  mmp: { orderType: 'LIMIT', timeInForce: 'GTC' },
  mmp_and_post_only: { orderType: 'LIMIT', timeInForce: 'POST_ONLY' },
  op_fok: { orderType: 'LIMIT', timeInForce: 'FOK' },
  rpi: { orderType: 'LIMIT', timeInForce: 'POST_ONLY' },
};

function actionOf(side: string): OrderAction | null {
  return side === 'buy' ? 'BUY' : side === 'sell' ? 'SELL' : null;
}

/** Null for a state that is not known here: it says nothing, and must not break anything (trap 35). */
function lifeOf(state: string, cancelSource: string): ReportedLife | null {
  switch (state) {
    case 'live':
    case 'partially_filled':
      return 'open';
    case 'filled':
      return 'filled';
    case 'canceled':
    case 'mmp_canceled':
      // OKX accepts a crossing post-only order and cancels it at once; the contract calls that FAILED on every exchange.
      return cancelSource === POST_ONLY_WOULD_TAKE ? 'failed' : 'canceled';
    default:
      return null;
  }
}

/** Whether `sz` is in the quote asset: market orders that spend or earn a quote amount, and every market buy on margin (trap 4). */
function isSizedInQuote(row: Row): boolean {
  if (asText(row['ordType']) !== 'market') return false;
  const target = asText(row['tgtCcy']);
  if (asText(row['side']) === 'buy') return asText(row['tdMode']) === 'cross' || target !== 'base_ccy';
  return target === 'quote_ccy';
}

/** Spot, and margin orders of the same pair; contracts are counted in other units and are not read here. */
function spotSymbolOf(row: Row): string | null {
  const type = asText(row['instType']);
  return type === 'SPOT' || type === 'MARGIN' || type === '' ? toSpotSymbol(asText(row['instId'])) : null;
}

/**
 * A row of the `orders` channel, of orders-pending, of orders-history or of an order query.
 * Null when it is not about a spot pair. Only pushes tell a fill completely: other rows repeat the last one without its fee (trap 26).
 */
export function orderReport(row: Row, source: ReportSource): OrderReport | null {
  const symbol = spotSymbolOf(row);
  if (symbol === null) return null;
  const kind = KINDS[asText(row['ordType'])];
  const cancelSource = asText(row['cancelSource']);
  const life = lifeOf(asText(row['state']), cancelSource);
  const filled = asDecimal(row['accFillSz']);
  const hasFills = filled !== null && filled.isPositive();
  const average = hasFills ? asDecimal(row['avgPx']) : null;
  const ended = life === 'canceled' || life === 'failed';
  return {
    source,
    symbol,
    orderId: asTextOrNull(row['ordId']),
    clientOrderId: asTextOrNull(row['clOrdId']),
    life,
    action: actionOf(asText(row['side'])),
    orderType: kind?.orderType ?? null,
    timeInForce: kind?.timeInForce ?? null,
    tradeType: null,
    price: kind?.orderType === 'MARKET' ? null : asDecimal(row['px']),
    quantity: quantityOf(row, life, filled),
    filled,
    filledValue: average !== null && average.isPositive() && filled !== null ? average.mul(filled) : null,
    // Before any fill, feeCcy is the expected asset and fee "0": that is not a fee (7.3).
    fee: hasFills ? asFee(row['fee']) : null,
    feeAsset: hasFills ? asAsset(row['feeCcy']) : null,
    fill: source === 'push' ? pushedFill(row) : null,
    reason: ended ? cancelReason(cancelSource, asText(row['cancelSourceReason'])) : null,
    ctime: asTime(row['cTime']),
    utime: asTime(row['uTime']),
  };
}

/** In the base asset. What a quote amount came to in base is known once it is filled, not before. */
function quantityOf(row: Row, life: ReportedLife | null, filled: Decimal | null): Decimal | null {
  if (!isSizedInQuote(row)) return asDecimal(row['sz']);
  return life === 'filled' ? filled : null;
}

/** A push carries a fill exactly when it has a trade id; the last push of a market order may say `filled` and carry none (7.6, trap 14). */
function pushedFill(row: Row): FillReport | null {
  return fillOf(row, row['fillFee'], row['fillFeeCcy']);
}

function fillOf(row: Row, fees: unknown, feeAsset: unknown): FillReport | null {
  const tradeId = asTextOrNull(row['tradeId']);
  const price = asDecimal(row['fillPx']);
  const quantity = asDecimal(row['fillSz']);
  if (tradeId === null || price === null || quantity === null || !quantity.isPositive()) return null;
  const fee = asFee(fees);
  return {
    tradeId,
    price,
    quantity,
    fee,
    feeAsset: fee === null ? null : asAsset(feeAsset),
    liquidity: liquidityOf(asText(row['execType'])),
    time: asTime(row['fillTime']) ?? asTime(row['ts']) ?? asTime(row['uTime']) ?? 0,
  };
}

function liquidityOf(execType: string): Liquidity | null {
  return execType === 'T' ? 'taker' : execType === 'M' ? 'maker' : null;
}

/** A row of trade/fills or trade/fills-history (9.5). Null when it is not about a spot pair or tells no fill. */
export function fillReport(row: Row): OrderReport | null {
  const symbol = spotSymbolOf(row);
  const fill = symbol === null ? null : fillOf(row, row['fee'], row['feeCcy']);
  if (symbol === null || fill === null) return null;
  return {
    ...EMPTY_REPORT,
    source: 'fills',
    symbol,
    orderId: asTextOrNull(row['ordId']),
    clientOrderId: asTextOrNull(row['clOrdId']),
    action: actionOf(asText(row['side'])),
    fill,
  };
}

/** The item of an accepted placement: the order exists and has its id; whether it rests, trades or is canceled comes apart (6.1). */
export function createReport(row: Row, symbol: string, clientOrderId: string): OrderReport {
  return {
    ...EMPTY_REPORT,
    source: 'create-reply',
    symbol,
    orderId: asTextOrNull(row['ordId']),
    clientOrderId: asTextOrNull(row['clOrdId']) ?? clientOrderId,
    life: 'open',
    ctime: asTime(row['ts']),
  };
}
