// Order reports and intents as text, and back. What a file says is checked, not believed: anything that is no report is left out.

import { Decimal } from '../domain/decimal.ts';
import { EMPTY_REPORT, type FillReport, type OrderReport } from '../domain/order-report.ts';
import { TIME_IN_FORCE, type Liquidity, type OrderAction, type OrderType, type TimeInForce } from '../domain/order.ts';
import { LADDER } from '../domain/transitions.ts';
import type { Intent } from '../orders/journal.ts';

type Fields = Readonly<Record<string, unknown>>;

const SOURCES = [
  'push',
  'create-reply',
  'cancel-reply',
  'open-orders',
  'query',
  'fills',
  'journal',
  'inferred',
] as const;
const ACTIONS: readonly OrderAction[] = ['BUY', 'SELL'];
const TYPES: readonly OrderType[] = ['LIMIT', 'MARKET'];
const LIQUIDITY: readonly Liquidity[] = ['maker', 'taker'];

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function time(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function decimal(value: unknown): Decimal | null {
  return typeof value === 'string' ? Decimal.tryFrom(value) : null;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | null {
  return allowed.find((known) => known === value) ?? null;
}

/** Printable ASCII without quotes and backslashes: it stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

export function isPlain(value: string): boolean {
  return PLAIN.test(value);
}

/** As it stands between quotes. Constant words and decimals are plain; ids and reasons are anybody's. */
function inQuotes(value: string): string {
  return isPlain(value) ? value : JSON.stringify(value).slice(1, -1);
}

// Each piece closes the quote of the one before: the fewer pieces a text is put together from, the less it costs.

function fillText(fill: FillReport): string {
  let text =
    `","fill":{"tradeId":"${inQuotes(fill.tradeId)}","price":"${fill.price.toString()}` +
    `","quantity":"${fill.quantity.toString()}`;
  if (fill.fee !== null) text += `","fee":"${fill.fee.toString()}`;
  if (fill.feeAsset !== null) text += `","feeAsset":"${inQuotes(fill.feeAsset)}`;
  if (fill.liquidity !== null) text += `","liquidity":"${fill.liquidity}`;
  return Number.isFinite(fill.time) ? `${text}","time":${fill.time}}` : `${text}"}`;
}

/** JSON, put together by hand: every report is written. Fields that say nothing are left out: most of a report is null. */
export function reportText(report: OrderReport): string {
  let text = `{"source":"${report.source}","symbol":"${inQuotes(report.symbol)}`;
  if (report.orderId !== null) text += `","orderId":"${inQuotes(report.orderId)}`;
  if (report.clientOrderId !== null) text += `","clientOrderId":"${inQuotes(report.clientOrderId)}`;
  if (report.life !== null) text += `","life":"${report.life}`;
  if (report.action !== null) text += `","action":"${report.action}`;
  if (report.orderType !== null) text += `","orderType":"${report.orderType}`;
  if (report.timeInForce !== null) text += `","timeInForce":"${report.timeInForce}`;
  if (report.tradeType !== null) text += `","tradeType":"${inQuotes(report.tradeType)}`;
  if (report.price !== null) text += `","price":"${report.price.toString()}`;
  if (report.quantity !== null) text += `","quantity":"${report.quantity.toString()}`;
  if (report.filled !== null) text += `","filled":"${report.filled.toString()}`;
  if (report.filledValue !== null) text += `","filledValue":"${report.filledValue.toString()}`;
  if (report.fee !== null) text += `","fee":"${report.fee.toString()}`;
  if (report.feeAsset !== null) text += `","feeAsset":"${inQuotes(report.feeAsset)}`;
  text += report.fill === null ? '"' : fillText(report.fill);
  if (report.reason !== null) text += `,"reason":"${inQuotes(report.reason)}"`;
  if (report.ctime !== null && Number.isFinite(report.ctime)) text += `,"ctime":${report.ctime}`;
  if (report.utime !== null && Number.isFinite(report.utime)) text += `,"utime":${report.utime}`;
  return `${text}}`;
}

export function parseFields(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readFill(value: unknown): FillReport | null {
  if (!isFields(value)) return null;
  const tradeId = text(value['tradeId']);
  const price = decimal(value['price']);
  const quantity = decimal(value['quantity']);
  if (tradeId === null || price === null || quantity === null) return null;
  return {
    tradeId,
    price,
    quantity,
    fee: decimal(value['fee']),
    feeAsset: text(value['feeAsset']),
    liquidity: oneOf(value['liquidity'], LIQUIDITY),
    time: time(value['time']) ?? 0,
  };
}

/** Null when it is no report. */
export function readReport(line: string): OrderReport | null {
  const value = parseFields(line);
  if (value === null) return null;
  const source = oneOf(value['source'], SOURCES);
  const symbol = text(value['symbol']);
  if (source === null || symbol === null) return null;
  const life = oneOf(value['life'], LADDER);
  return {
    ...EMPTY_REPORT,
    source,
    symbol,
    orderId: text(value['orderId']),
    clientOrderId: text(value['clientOrderId']),
    life: life === 'unseen' ? null : life,
    action: oneOf(value['action'], ACTIONS),
    orderType: oneOf(value['orderType'], TYPES),
    timeInForce: oneOf(value['timeInForce'], TIME_IN_FORCE),
    tradeType: text(value['tradeType']),
    price: decimal(value['price']),
    quantity: decimal(value['quantity']),
    filled: decimal(value['filled']),
    filledValue: decimal(value['filledValue']),
    fee: decimal(value['fee']),
    feeAsset: text(value['feeAsset']),
    fill: readFill(value['fill']),
    reason: text(value['reason']),
    ctime: time(value['ctime']),
    utime: time(value['utime']),
  };
}

/** Null when it is no intent. */
export function readIntent(value: unknown): Intent | null {
  if (!isFields(value)) return null;
  const clientOrderId = text(value['clientOrderId']);
  const action = oneOf(value['action'], ACTIONS);
  const orderType = oneOf(value['orderType'], TYPES);
  const timeInForce: TimeInForce | null = oneOf(value['timeInForce'], TIME_IN_FORCE);
  const at = time(value['at']);
  if (clientOrderId === null || action === null || orderType === null || timeInForce === null || at === null)
    return null;
  return {
    clientOrderId,
    action,
    orderType,
    timeInForce,
    price: text(value['price']),
    quantity: text(value['quantity']),
    quoteQuantity: text(value['quoteQuantity']),
    at,
  };
}
