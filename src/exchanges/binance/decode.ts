// From Binance's words to order reports, fills and balances (binance.md A6-A8, C, F). Pure.
// Which frame is which, and who gets the report, is account-feed.ts's and trading.ts's part.

import { Decimal } from '../../domain/decimal.ts';
import type { Asset, Assets, Liquidity, OrderAction, OrderType, TimeInForce } from '../../domain/order.ts';
import {
  EMPTY_REPORT,
  type FillReport,
  type OrderReport,
  type ReportedLife,
  type ReportSource,
} from '../../domain/order-report.ts';
import {
  asId,
  asNumber,
  asText,
  asTextOrNull,
  idOrNull,
  isRow,
  number,
  rowsOf,
  text,
  textOrNull,
  type Row,
} from './frames.ts';

/** Part C. Null: says nothing about the life of the order (PENDING_CANCEL is documented as unused; anything new must be asked about). */
export function lifeOf(status: string, expiryReason: string | null): ReportedLife | null {
  switch (status) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
    case 'PENDING_NEW':
      return 'open';
    case 'FILLED':
      return 'filled';
    case 'CANCELED':
    case 'EXPIRED_IN_MATCH':
      return 'canceled';
    case 'EXPIRED':
      // A contingent leg that the engine refused; every other expiry is an order that was accepted and then ended.
      return expiryReason === 'REJECTED' ? 'failed' : 'canceled';
    case 'REJECTED':
      return 'failed';
    default:
      return null;
  }
}

/** Why it ended, in the exchange's words; null while it works or when it was filled. */
function reasonOf(status: string, rejectReason: string | null, expiryReason: string | null): string | null {
  if (status === 'REJECTED') return rejectReason ?? 'REJECTED';
  if (status === 'CANCELED' || status === 'EXPIRED' || status === 'EXPIRED_IN_MATCH') return expiryReason ?? status;
  return null;
}

function actionOf(side: string): OrderAction | null {
  return side === 'BUY' || side === 'SELL' ? side : null;
}

function orderTypeOf(type: string): OrderType | null {
  if (type === 'LIMIT' || type === 'LIMIT_MAKER' || type.endsWith('_LIMIT')) return 'LIMIT';
  return type === 'MARKET' || type === 'STOP_LOSS' || type === 'TAKE_PROFIT' ? 'MARKET' : null;
}

function timeInForceOf(type: string, timeInForce: string): TimeInForce | null {
  if (type === 'LIMIT_MAKER') return 'POST_ONLY';
  return timeInForce === 'GTC' || timeInForce === 'IOC' || timeInForce === 'FOK' ? timeInForce : null;
}

function asDecimal(value: unknown): Decimal | null {
  // A Decimal already, where scan.ts has read the row.
  if (value instanceof Decimal) return value;
  return typeof value === 'string' ? Decimal.tryFrom(value) : null;
}

/** A price or quantity for which zero means "not stated". */
function asPositive(value: unknown): Decimal | null {
  const amount = asDecimal(value);
  return amount !== null && amount.isPositive() ? amount : null;
}

function decimal(row: Row, name: string): Decimal | null {
  return asDecimal(row[name]);
}

function positive(row: Row, name: string): Decimal | null {
  return asPositive(row[name]);
}

/** Null for an order by quote amount, which has no quantity of its own: what stands there is not documented, and no term to be filled up to. */
function quantityOf(quantity: unknown, quoteQuantity: unknown): Decimal | null {
  return asPositive(quoteQuantity) === null ? asPositive(quantity) : null;
}

/** The commission of one fill: "0" with asset null when there was none (A6.1). */
function feeOf(row: Row, feeName: string, assetName: string): Pick<FillReport, 'fee' | 'feeAsset'> {
  return { fee: decimal(row, feeName), feeAsset: textOrNull(row, assetName)?.toUpperCase() ?? null };
}

/**
 * An executionReport (A6). Null for what must not touch an order: a REJECTED without an order id of its own is the echo of somebody's
 * attempt under the same client id and says nothing of the order that carries it (A6.5, F13).
 */
export function executionReport(event: Row, symbol: string): OrderReport | null {
  // Hot path: each field is read by its literal name, because a helper taking the name would be slower.
  const status = asText(event['X']);
  const orderId = asId(event['i']);
  if (orderId === null) return null;
  const kind = asText(event['x']);
  const type = asText(event['o']);
  const expiry = asTextOrNull(event['eR']);
  const reject = asText(event['r']);
  const orderType = orderTypeOf(type);
  return {
    source: 'push',
    symbol,
    orderId,
    // On CANCELED `c` is the id of the cancel request and `C` the order's own (A6.4, F1).
    clientOrderId: asTextOrNull(kind === 'CANCELED' || status === 'CANCELED' ? event['C'] : event['c']),
    life: lifeOf(status, expiry),
    action: actionOf(asText(event['S'])),
    orderType,
    timeInForce: timeInForceOf(type, asText(event['f'])),
    tradeType: null,
    price: orderType === 'MARKET' ? null : asPositive(event['p']),
    quantity: quantityOf(event['q'], event['Q']),
    filled: asDecimal(event['z']),
    filledValue: asDecimal(event['Z']),
    fee: null,
    feeAsset: null,
    fill: kind === 'TRADE' ? pushedFill(event) : null,
    reason: reasonOf(status, reject === '' || reject === 'NONE' ? null : reject, expiry),
    ctime: asNumber(event['O']),
    utime: asNumber(event['T']),
  };
}

function pushedFill(event: Row): FillReport | null {
  const tradeId = asId(event['t']);
  const price = asDecimal(event['L']);
  const quantity = asPositive(event['l']);
  if (tradeId === null || price === null || quantity === null) return null;
  return {
    tradeId,
    price,
    quantity,
    // "0" of no asset when there was no commission (A6.1).
    fee: asDecimal(event['n']),
    feeAsset: asTextOrNull(event['N'])?.toUpperCase() ?? null,
    liquidity: liquidityOf(event['m']),
    time: asNumber(event['T']) ?? 0,
  };
}

function liquidityOf(isMaker: unknown): Liquidity | null {
  return typeof isMaker === 'boolean' ? (isMaker ? 'maker' : 'taker') : null;
}

/** What replies and queries say of an order in common (A7.1, A7.2, A8.1); the callers add ids and times, which differ. */
function orderReport(row: Row, symbol: string, source: ReportSource): OrderReport {
  const status = text(row, 'status');
  const type = text(row, 'type');
  const expiry = textOrNull(row, 'expiryReason');
  const orderType = orderTypeOf(type);
  const value = decimal(row, 'cummulativeQuoteQty');
  return {
    ...EMPTY_REPORT,
    source,
    symbol,
    orderId: idOrNull(row, 'orderId'),
    life: lifeOf(status, expiry),
    action: actionOf(text(row, 'side')),
    orderType,
    timeInForce: timeInForceOf(type, text(row, 'timeInForce')),
    price: orderType === 'MARKET' ? null : positive(row, 'price'),
    quantity: quantityOf(row['origQty'], row['origQuoteOrderQty']),
    filled: decimal(row, 'executedQty'),
    // Negative for very old orders: not available (A8.1).
    filledValue: value === null || value.sign() < 0 ? null : value,
    reason: reasonOf(status, null, expiry),
  };
}

/** Reply to a placement: its fills first, then the order as a whole (A7.1). An ACK tells only the ids, and that it was taken. */
export function createReports(row: Row, symbol: string): OrderReport[] {
  const time = number(row, 'transactTime');
  const whole = orderReport(row, symbol, 'create-reply');
  const clientOrderId = textOrNull(row, 'clientOrderId');
  const reports: OrderReport[] = [];
  for (const fill of rowsOf(row['fills'])) {
    const tradeId = idOrNull(fill, 'tradeId');
    const price = decimal(fill, 'price');
    const quantity = positive(fill, 'qty');
    if (tradeId === null || price === null || quantity === null) continue;
    reports.push({
      ...EMPTY_REPORT,
      source: 'create-reply',
      symbol,
      orderId: whole.orderId,
      clientOrderId,
      utime: time,
      // Whatever trades while it is placed takes.
      fill: {
        tradeId,
        price,
        quantity,
        ...feeOf(fill, 'commission', 'commissionAsset'),
        liquidity: 'taker',
        time: time ?? 0,
      },
    });
  }
  reports.push({
    ...whole,
    clientOrderId,
    life: whole.life ?? ('status' in row ? null : 'open'),
    ctime: time,
    utime: time,
  });
  return reports;
}

/** Reply to a cancel: `clientOrderId` is the cancel's own, `origClientOrderId` the order's (A7.2). */
export function cancelReport(row: Row, symbol: string): OrderReport {
  return {
    ...orderReport(row, symbol, 'cancel-reply'),
    clientOrderId: textOrNull(row, 'origClientOrderId'),
    utime: number(row, 'transactTime'),
  };
}

/** Reply to cancel-all, and to a cancel that took a whole order list with it: plain reports and lists of them, mixed (A7.3). */
export function cancelReports(result: unknown, symbol: string): OrderReport[] {
  const rows = isRow(result) ? [result] : rowsOf(result);
  return rows
    .flatMap((row) => ('orderReports' in row ? rowsOf(row['orderReports']) : [row]))
    .map((row) => cancelReport(row, symbol));
}

/** A row of a query or of the open orders (A8.1). A canceled order's clientOrderId is that of the cancel, so it tells nothing. */
export function queryReport(row: Row, symbol: string, source: 'query' | 'open-orders'): OrderReport {
  const report = orderReport(row, symbol, source);
  return {
    ...report,
    clientOrderId: text(row, 'status') === 'CANCELED' ? null : textOrNull(row, 'clientOrderId'),
    ctime: number(row, 'time'),
    utime: number(row, 'updateTime'),
  };
}

/** A row of myTrades (A8.2); null when it is none. */
export function tradeReport(row: Row, symbol: string): OrderReport | null {
  const tradeId = idOrNull(row, 'id');
  const price = decimal(row, 'price');
  const quantity = positive(row, 'qty');
  if (tradeId === null || price === null || quantity === null) return null;
  const time = number(row, 'time') ?? 0;
  const { isBuyer } = row;
  return {
    ...EMPTY_REPORT,
    source: 'fills',
    symbol,
    orderId: idOrNull(row, 'orderId'),
    action: typeof isBuyer === 'boolean' ? (isBuyer ? 'BUY' : 'SELL') : null,
    fill: {
      tradeId,
      price,
      quantity,
      ...feeOf(row, 'commission', 'commissionAsset'),
      liquidity: liquidityOf(row['isMaker']),
      time,
    },
  };
}

/** `balances` of the account (asset, free, locked) or `B` of outboundAccountPosition (a, f, l): absolute figures (A5.2, A8.3). */
export function assetsOf(
  rows: unknown,
  names: { readonly asset: string; readonly free: string; readonly locked: string },
): Assets {
  const assets: Record<string, Asset> = {};
  for (const row of rowsOf(rows)) {
    const name = text(row, names.asset);
    const free = decimal(row, names.free);
    const locked = decimal(row, names.locked);
    if (name === '' || free === null || locked === null) continue;
    assets[name] = { free: free.toString(), locked: locked.toString(), total: free.add(locked).toString() };
  }
  return assets;
}

export const ACCOUNT_NAMES = { asset: 'asset', free: 'free', locked: 'locked' } as const;
export const POSITION_NAMES = { asset: 'a', free: 'f', locked: 'l' } as const;
