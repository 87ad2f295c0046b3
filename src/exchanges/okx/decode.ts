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
import { text, textOrNull, type Row } from './frames.ts';
import { toSpotSymbol } from './symbols.ts';

/** A number of the wire; null for "" and absence (trap 15). */
export function decimalOrNull(row: Row, name: string): Decimal | null {
  const value = row[name];
  // A Decimal already, where scan.ts has read the row.
  if (value instanceof Decimal) return value;
  return typeof value === 'string' && value !== '' ? Decimal.tryFrom(value) : null;
}

/** Milliseconds; null when not stated. */
export function timeOrNull(row: Row, name: string): number | null {
  const told = row[name];
  // A number already, where scan.ts has read the row.
  const value = typeof told === 'number' ? told : Number(text(row, name));
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** OKX states what it takes as a negative number, and a rebate as a positive one (trap 6). */
function feeOrNull(row: Row, name: string): Decimal | null {
  return decimalOrNull(row, name)?.neg() ?? null;
}

/** Upper case; null when not stated. */
function assetOrNull(row: Row, name: string): string | null {
  return textOrNull(row, name)?.toUpperCase() ?? null;
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
  if (text(row, 'ordType') !== 'market') return false;
  const target = text(row, 'tgtCcy');
  if (text(row, 'side') === 'buy') return text(row, 'tdMode') === 'cross' || target !== 'base_ccy';
  return target === 'quote_ccy';
}

/** Spot, and margin orders of the same pair; contracts are counted in other units and are not read here. */
function spotSymbolOf(row: Row): string | null {
  const type = text(row, 'instType');
  return type === 'SPOT' || type === 'MARGIN' || type === '' ? toSpotSymbol(text(row, 'instId')) : null;
}

/**
 * A row of the `orders` channel, of orders-pending, of orders-history or of an order query.
 * Null when it is not about a spot pair. Only pushes tell a fill completely: other rows repeat the last one without its fee (trap 26).
 */
export function orderReport(row: Row, source: ReportSource): OrderReport | null {
  const symbol = spotSymbolOf(row);
  if (symbol === null) return null;
  const kind = KINDS[text(row, 'ordType')];
  const cancelSource = text(row, 'cancelSource');
  const life = lifeOf(text(row, 'state'), cancelSource);
  const filled = decimalOrNull(row, 'accFillSz');
  const hasFills = filled !== null && filled.isPositive();
  const average = hasFills ? decimalOrNull(row, 'avgPx') : null;
  const ended = life === 'canceled' || life === 'failed';
  return {
    source,
    symbol,
    orderId: textOrNull(row, 'ordId'),
    clientOrderId: textOrNull(row, 'clOrdId'),
    life,
    action: actionOf(text(row, 'side')),
    orderType: kind?.orderType ?? null,
    timeInForce: kind?.timeInForce ?? null,
    tradeType: null,
    price: kind?.orderType === 'MARKET' ? null : decimalOrNull(row, 'px'),
    quantity: quantityOf(row, life, filled),
    filled,
    filledValue: average !== null && average.isPositive() && filled !== null ? average.mul(filled) : null,
    // Before any fill, feeCcy is the expected asset and fee "0": that is not a fee (7.3).
    fee: hasFills ? feeOrNull(row, 'fee') : null,
    feeAsset: hasFills ? assetOrNull(row, 'feeCcy') : null,
    fill: source === 'push' ? pushedFill(row) : null,
    reason: ended ? cancelReason(cancelSource, text(row, 'cancelSourceReason')) : null,
    ctime: timeOrNull(row, 'cTime'),
    utime: timeOrNull(row, 'uTime'),
  };
}

/** In the base asset. What a quote amount came to in base is known once it is filled, not before. */
function quantityOf(row: Row, life: ReportedLife | null, filled: Decimal | null): Decimal | null {
  if (!isSizedInQuote(row)) return decimalOrNull(row, 'sz');
  return life === 'filled' ? filled : null;
}

/** A push carries a fill exactly when it has a trade id; the last push of a market order may say `filled` and carry none (7.6, trap 14). */
function pushedFill(row: Row): FillReport | null {
  return fillOf(row, 'fillFee', 'fillFeeCcy');
}

function fillOf(row: Row, feeField: string, feeAssetField: string): FillReport | null {
  const tradeId = textOrNull(row, 'tradeId');
  const price = decimalOrNull(row, 'fillPx');
  const quantity = decimalOrNull(row, 'fillSz');
  if (tradeId === null || price === null || quantity === null || !quantity.isPositive()) return null;
  const fee = feeOrNull(row, feeField);
  return {
    tradeId,
    price,
    quantity,
    fee,
    feeAsset: fee === null ? null : assetOrNull(row, feeAssetField),
    liquidity: liquidityOf(text(row, 'execType')),
    time: timeOrNull(row, 'fillTime') ?? timeOrNull(row, 'ts') ?? timeOrNull(row, 'uTime') ?? 0,
  };
}

function liquidityOf(execType: string): Liquidity | null {
  return execType === 'T' ? 'taker' : execType === 'M' ? 'maker' : null;
}

/** A row of trade/fills or trade/fills-history (9.5). Null when it is not about a spot pair or tells no fill. */
export function fillReport(row: Row): OrderReport | null {
  const symbol = spotSymbolOf(row);
  const fill = symbol === null ? null : fillOf(row, 'fee', 'feeCcy');
  if (symbol === null || fill === null) return null;
  return {
    ...EMPTY_REPORT,
    source: 'fills',
    symbol,
    orderId: textOrNull(row, 'ordId'),
    clientOrderId: textOrNull(row, 'clOrdId'),
    action: actionOf(text(row, 'side')),
    fill,
  };
}

/** The item of an accepted placement: the order exists and has its id; whether it rests, trades or is canceled comes apart (6.1). */
export function createReport(row: Row, symbol: string, clientOrderId: string): OrderReport {
  return {
    ...EMPTY_REPORT,
    source: 'create-reply',
    symbol,
    orderId: textOrNull(row, 'ordId'),
    clientOrderId: textOrNull(row, 'clOrdId') ?? clientOrderId,
    life: 'open',
    ctime: timeOrNull(row, 'ts'),
  };
}
