// HTX's rows about orders and fills, translated into order reports (htx.md 5.12-5.16, 7, 8.3, 8.4). Pure.
// What only memory can tell (when a post-only order was created, what a market buy has bought so far) comes in as hints; stream-memory.ts has them.

import { Decimal } from '../../domain/decimal.ts';
import {
  EMPTY_REPORT,
  type FillReport,
  type OrderReport,
  type ReportedLife,
  type ReportSource,
} from '../../domain/order-report.ts';
import type { Liquidity, OrderAction, OrderType, TimeInForce } from '../../domain/order.ts';
import { asInteger, asText, text, type Row } from './frames.ts';

// Pushes are the hot path: each field is read by its literal name, because a helper taking the name would be slower.

/** A number of the wire, as text or number, padded, trimmed or with an exponent (5.0, 13); null when absent or no number. */
function asDecimal(value: unknown): Decimal | null {
  // A Decimal already, where scan.ts has read the row.
  if (value instanceof Decimal) return value;
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? Decimal.tryFrom(value) : null;
}

function asTextOrNull(value: unknown): string | null {
  const told = asText(value);
  return told === '' ? null : told;
}

/** Milliseconds; null when absent or 0, which HTX writes for "not yet". */
function asTime(value: unknown): number | null {
  const time = asInteger(value);
  return time !== null && time > 0 ? time : null;
}

function asAsset(value: unknown): string | null {
  return asTextOrNull(value)?.toUpperCase() ?? null;
}

export function decimalOrNull(row: Row, name: string): Decimal | null {
  return asDecimal(row[name]);
}

/** Of a field that has two spellings (trap 18). */
function eitherDecimal(row: Row, name: string, otherName: string): Decimal | null {
  return decimalOrNull(row, name) ?? decimalOrNull(row, otherName);
}

export function timeOrNull(row: Row, name: string): number | null {
  return asTime(row[name]);
}

interface OrderKind {
  readonly action: OrderAction | null;
  readonly orderType: OrderType | null;
  readonly timeInForce: TimeInForce | null;
  /** Amounts of this order (size, executed, remaining) are in the quote asset (5.1, trap 5). */
  readonly isSizedInQuote: boolean;
}

/** By what follows the side (5.2). A market order states no time in force. Stop types wait in `created`, then are what they name. */
const TERMS: Readonly<Record<string, readonly [OrderType, TimeInForce | null]>> = {
  limit: ['LIMIT', 'GTC'],
  ioc: ['LIMIT', 'IOC'],
  'limit-fok': ['LIMIT', 'FOK'],
  'limit-maker': ['LIMIT', 'POST_ONLY'],
  'stop-limit': ['LIMIT', 'GTC'],
  'stop-limit-fok': ['LIMIT', 'FOK'],
  market: ['MARKET', null],
};

/** There are a few dozen types; should an exchange ever send texts without end, they are read anew each time. */
const MOST_KINDS = 100;
const KINDS = new Map<string, OrderKind>();

/** The order type is the only place that names the side in the stream's main events (trap 7). */
export function kindOfType(type: string): OrderKind {
  const known = KINDS.get(type);
  if (known !== undefined) return known;
  const kind = readKind(type);
  if (KINDS.size < MOST_KINDS) KINDS.set(type, kind);
  return kind;
}

function readKind(type: string): OrderKind {
  const dash = type.indexOf('-');
  const side = type.slice(0, Math.max(dash, 0));
  const terms = TERMS[type.slice(dash + 1)];
  const action = side === 'buy' ? 'BUY' : side === 'sell' ? 'SELL' : null;
  return {
    action,
    orderType: terms?.[0] ?? null,
    timeInForce: terms?.[1] ?? null,
    isSizedInQuote: action === 'BUY' && terms?.[0] === 'MARKET',
  };
}

/** REST `state` and stream `orderStatus` (7). Null for one that is not known here: it says nothing, and must not break anything. */
export function lifeOf(state: string): ReportedLife | null {
  switch (state) {
    case 'pre-submitted':
    case 'created':
    case 'submitted':
    case 'partial-filled':
    case 'canceling':
      return 'open';
    case 'filled':
      return 'filled';
    case 'partial-canceled':
    case 'canceled':
      return 'canceled';
    case 'rejected':
      return 'failed';
    default:
      return null;
  }
}

export const POST_ONLY_WOULD_TAKE = 'post-only order would have taken liquidity';

/**
 * A limit-maker order that would take is refused, or accepted and canceled at once - unconfirmed which (5.2, 17) - and nothing in the
 * cancellation says why. Unfilled, ended in the very instant of its creation and not at our request: it would have taken, which is FAILED
 * on every exchange. A cancel by somebody else needs a moment to arrive.
 */
export function isPostOnlyRefusal(
  kind: OrderKind,
  ended: {
    readonly life: ReportedLife | null;
    readonly filled: Decimal | null;
    readonly createdAt: number | null;
    readonly endedAt: number | null;
  },
  cancelAsked: boolean,
): boolean {
  if (kind.timeInForce !== 'POST_ONLY' || ended.life !== 'canceled' || cancelAsked) return false;
  if (ended.filled !== null && ended.filled.isPositive()) return false;
  return ended.createdAt !== null && ended.createdAt === ended.endedAt;
}

/** What the stream's memory adds to one event of the order channel. */
export interface PushHints {
  /** Exchange time of the order's creation, if its creation was heard. */
  readonly createdAt: number | null;
  /** We asked for this order's cancellation. */
  readonly cancelAsked: boolean;
  /**
   * Market buys only, whose `execAmt` is money: the base quantity bought so far when the fills heard explain all the money spent;
   * null when fills are missing. Then the event's final word is withheld: the order must be looked up, not closed with fills unheard.
   */
  readonly bought: Decimal | null;
}

/** Events of the order channel that are about an order; `trigger` and `deletion` are about conditional orders, see `orderPush`. */
const ORDER_EVENTS = new Set(['creation', 'trade', 'cancellation']);

/**
 * An event of `orders#` (8.3). Null for events of conditional orders: they have no order id, and the client id of one that failed
 * at its trigger may be that of a live order (errCode 2002), which a report by client id would close.
 */
export function orderPush(row: Row, symbol: string, hints: PushHints): OrderReport | null {
  const event = asText(row['eventType']);
  if (!ORDER_EVENTS.has(event)) return null;
  const kind = kindOfType(asText(row['type']));
  const life = lifeOf(asText(row['orderStatus']));
  const executed = asDecimal(row['execAmt']) ?? (event === 'creation' ? Decimal.ZERO : null);
  const filled = kind.isSizedInQuote ? (executed?.isZero() ? executed : hints.bought) : executed;
  const value = asDecimal(row['totalTradeAmount']) ?? (kind.isSizedInQuote ? executed : null);
  const utime = asTime(row['tradeTime']) ?? asTime(row['lastActTime']) ?? asTime(row['orderCreateTime']);
  const isRefusal = isPostOnlyRefusal(
    kind,
    { life, filled, createdAt: hints.createdAt, endedAt: utime },
    hints.cancelAsked,
  );
  const isWithheld = kind.isSizedInQuote && filled === null && life !== 'open';
  // Hot path: every field by its name, in the order of all codecs, because spreading others' fields in costs several times as much.
  return {
    source: 'push',
    symbol,
    orderId: asTextOrNull(row['orderId']),
    clientOrderId: asTextOrNull(row['clientOrderId']),
    life: isWithheld ? null : isRefusal ? 'failed' : life,
    action: kind.action,
    orderType: kind.orderType,
    timeInForce: kind.timeInForce,
    tradeType: null,
    price: priceOf(kind, row['orderPrice']),
    quantity: quantityOf(kind, row['orderSize'], life, filled),
    filled,
    filledValue: filled === null ? null : value,
    // What orders state as fees is approximate, and its asset unsaid (5.13): fees come with fills.
    fee: null,
    feeAsset: null,
    fill: event === 'trade' ? pushedFill(row, NO_FEES_YET) : null,
    reason: isRefusal
      ? POST_ONLY_WOULD_TAKE
      : event === 'cancellation'
        ? (asTextOrNull(row['canceledSourceDesc']) ??
          asTextOrNull(row['canceledSource']) ??
          asTextOrNull(row['orderStatus']))
        : null,
    ctime: asTime(row['orderCreateTime']),
    utime,
  };
}

/**
 * An event of `trade.clearing#` (8.4): the fill again, now with its fee. It says nothing of the order's life: messages of this
 * channel are not in sequence (trap 9). Null for cancellations.
 */
export function clearingPush(row: Row, symbol: string): OrderReport | null {
  if (asText(row['eventType']) !== 'trade') return null;
  const fill = pushedFill(row, feeOf(row, CLEARING_FEES));
  if (fill === null) return null;
  const kind = kindOfType(asText(row['orderType']));
  return {
    source: 'push',
    symbol,
    orderId: asTextOrNull(row['orderId']),
    clientOrderId: asTextOrNull(row['clientOrderId']),
    life: null,
    action: kind.action,
    orderType: kind.orderType,
    timeInForce: kind.timeInForce,
    tradeType: null,
    price: priceOf(kind, row['orderPrice']),
    quantity: quantityOf(kind, row['orderSize'], null, null),
    filled: null,
    filledValue: null,
    fee: null,
    feeAsset: null,
    fill,
    reason: null,
    ctime: asTime(row['orderCreateTime']),
    utime: asTime(row['tradeTime']),
  };
}

type Fees = Pick<FillReport, 'fee' | 'feeAsset'>;

/** Those of the order channel: they come on the other one. */
const NO_FEES_YET: Fees = { fee: null, feeAsset: null };

function pushedFill(row: Row, fees: Fees): FillReport | null {
  const aggressor = row['aggressor'];
  return fillOf(
    asTextOrNull(row['tradeId']),
    asDecimal(row['tradePrice']),
    asDecimal(row['tradeVolume']),
    fees,
    aggressor === true ? 'taker' : aggressor === false ? 'maker' : null,
    asTime(row['tradeTime']),
  );
}

function fillOf(
  tradeId: string | null,
  price: Decimal | null,
  quantity: Decimal | null,
  { fee, feeAsset }: Fees,
  liquidity: Liquidity | null,
  time: number | null,
): FillReport | null {
  if (tradeId === null || price === null || quantity === null || !quantity.isPositive()) return null;
  return { tradeId, price, quantity, fee, feeAsset, liquidity, time: time ?? 0 };
}

/** REST pads the price of market orders with a zero. */
function priceOf({ orderType }: OrderKind, price: unknown): Decimal | null {
  return orderType === 'MARKET' ? null : asDecimal(price);
}

/** What a market buy's money comes to in base is known once it is filled, not before. */
function quantityOf(
  { isSizedInQuote }: OrderKind,
  size: unknown,
  life: ReportedLife | null,
  filled: Decimal | null,
): Decimal | null {
  if (!isSizedInQuote) return asDecimal(size);
  return life === 'filled' ? filled : null;
}

/** When an order of REST ended, ms; null while it has not. */
export function endedAt(row: Row): number | null {
  return timeOrNull(row, 'canceled-at') ?? timeOrNull(row, 'finished-at');
}

/** A row of open orders, of the history, or of a query by either id (5.12-5.15); amounts are `filled-…` in one and `field-…` in the others. */
export function orderRow(row: Row, symbol: string, source: ReportSource, cancelAsked: boolean): OrderReport {
  const kind = kindOfType(text(row, 'type'));
  const life = lifeOf(text(row, 'state'));
  const filled = eitherDecimal(row, 'filled-amount', 'field-amount');
  const createdAt = timeOrNull(row, 'created-at');
  const ended = endedAt(row);
  const isRefusal = isPostOnlyRefusal(kind, { life, filled, createdAt, endedAt: ended }, cancelAsked);
  return {
    ...EMPTY_REPORT,
    source,
    symbol,
    orderId: asTextOrNull(row['id']),
    clientOrderId: asTextOrNull(row['client-order-id']),
    life: isRefusal ? 'failed' : life,
    action: kind.action,
    orderType: kind.orderType,
    timeInForce: kind.timeInForce,
    price: priceOf(kind, row['price']),
    quantity: quantityOf(kind, row['amount'], life, filled),
    filled,
    filledValue: filled === null ? null : eitherDecimal(row, 'filled-cash-amount', 'field-cash-amount'),
    reason: isRefusal
      ? POST_ONLY_WOULD_TAKE
      : life === 'canceled' || life === 'failed'
        ? (asTextOrNull(row['canceled-source-desc']) ??
          asTextOrNull(row['canceled-source']) ??
          asTextOrNull(row['state']))
        : null,
    ctime: createdAt,
    utime: timeOrNull(row, 'updated-at') ?? ended ?? createdAt,
  };
}

/** A row of matchresults (5.16); `price` is the price of execution. Null when it is no fill. */
export function fillRow(row: Row, symbol: string): OrderReport | null {
  const role = text(row, 'role');
  const fill = fillOf(
    asTextOrNull(row['trade-id']),
    decimalOrNull(row, 'price'),
    decimalOrNull(row, 'filled-amount'),
    feeOf(row, MATCH_FEES),
    role === 'taker' || role === 'maker' ? role : null,
    timeOrNull(row, 'created-at'),
  );
  if (fill === null) return null;
  const kind = kindOfType(text(row, 'type'));
  return {
    ...EMPTY_REPORT,
    source: 'fills',
    symbol,
    orderId: asTextOrNull(row['order-id']),
    action: kind.action,
    orderType: kind.orderType,
    timeInForce: kind.timeInForce,
    fill,
    utime: timeOrNull(row, 'created-at'),
  };
}

interface FeeNames {
  readonly fee: string;
  readonly asset: string;
  readonly deducted: string;
  readonly deductedIn: string;
}

const CLEARING_FEES: FeeNames = {
  fee: 'transactFee',
  asset: 'feeCurrency',
  deducted: 'feeDeduct',
  deductedIn: 'feeDeductType',
};
const MATCH_FEES: FeeNames = {
  fee: 'filled-fees',
  asset: 'fee-currency',
  deducted: 'filled-points',
  deductedIn: 'fee-deduct-currency',
};

/** The stream calls the fee points `point`, REST calls them `hbpoint` (5.16, 8.4): one name for both. */
const POINTS = new Set(['POINT', 'HBPOINT']);

/**
 * What a fill paid: positive = paid, negative = rebate. With deduction switched on, the fee in the received asset is zero and the amount
 * taken in HT, points or a later token stands beside it. One fill has one fee asset: should both be non-zero, the received asset's counts.
 * While a deduction is `ongoing` the fee is not known yet.
 */
function feeOf(row: Row, names: FeeNames): Fees {
  const fee = decimalOrNull(row, names.fee);
  if (fee !== null && !fee.isZero()) return { fee, feeAsset: asAsset(row[names.asset]) };
  // The documentation's clearing sample writes the name with a trailing space (8.4).
  const deducted = eitherDecimal(row, names.deducted, `${names.deducted} `);
  const deductedIn = asAsset(row[names.deductedIn]);
  if (deducted !== null && !deducted.isZero() && deductedIn !== null)
    return { fee: deducted, feeAsset: POINTS.has(deductedIn) ? 'HBPOINT' : deductedIn };
  if (fee === null || text(row, 'fee-deduct-state') === 'ongoing') return { fee: null, feeAsset: null };
  return { fee, feeAsset: asAsset(row[names.asset]) };
}
