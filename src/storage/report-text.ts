// Order reports and intents from their text. What a file says is checked, not believed: anything that is no report is left out.

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

/** Null when it is no report. @param of whose symbol it is when it names none */
export function readReport(line: string, of: string | null = null): OrderReport | null {
  const value = parseFields(line);
  if (value === null) return null;
  const source = oneOf(value['source'], SOURCES);
  const symbol = text(value['symbol']) ?? of;
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
