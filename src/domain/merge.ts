// THE FUNNEL: the only place where an order's state changes. A pure function joins a report into the state;
// the join is commutative, associative and idempotent, so order, repetition and replay of reports do not matter.

import { Decimal } from './decimal.ts';
import { FillLog } from './fill-log.ts';
import type { FillReport, OrderReport } from './order-report.ts';
import type { OrderAction, OrderStatus, OrderType, TimeInForce } from './order.ts';
import { higher, statusOf, type Life } from './transitions.ts';

/** A term of the order that an amendment can change: the report with the newest exchange time wins, each term by itself. */
interface Term {
  /** Exchange time of the source, or -1 when it had none. */
  readonly at: number;
  readonly value: Decimal | null;
}

export interface OrderState {
  readonly symbol: string;
  readonly orderId: string | null;
  readonly clientOrderId: string | null;
  /** Exchange time of the report that told the client id: the earliest wins, so that no later id (of a cancel, of an amendment) replaces it. */
  readonly clientOrderIdAt: number;
  readonly action: OrderAction | null;
  readonly orderType: OrderType | null;
  readonly timeInForce: TimeInForce | null;
  readonly tradeType: string | null;
  readonly price: Term;
  readonly quantity: Term;
  readonly life: Life;
  /** Cumulative figures as the exchange stated them: those with the most filled. */
  readonly filled: Decimal;
  readonly filledValue: Decimal | null;
  readonly fee: Decimal | null;
  readonly feeAsset: string | null;
  /** Every fill ever heard, by trade id. */
  readonly trades: FillLog;
  /** Sum over `trades`. */
  readonly tradedQuantity: Decimal;
  readonly tradedValue: Decimal;
  readonly reason: string | null;
  readonly reasonLife: Life;
  readonly ctime: number;
  readonly utime: number;
}

const NO_TERM: Term = { at: -1, value: null };

export function newOrderState(symbol: string): OrderState {
  return {
    symbol,
    orderId: null,
    clientOrderId: null,
    clientOrderIdAt: Infinity,
    action: null,
    orderType: null,
    timeInForce: null,
    tradeType: null,
    price: NO_TERM,
    quantity: NO_TERM,
    life: 'unseen',
    filled: Decimal.ZERO,
    filledValue: null,
    fee: null,
    feeAsset: null,
    trades: FillLog.EMPTY,
    tradedQuantity: Decimal.ZERO,
    tradedValue: Decimal.ZERO,
    reason: null,
    reasonLife: 'unseen',
    ctime: 0,
    utime: 0,
  };
}

interface MergeResult {
  readonly state: OrderState;
  /** Whether anything a strategy can see has changed. */
  readonly changed: boolean;
  /** Whether anything was learnt at all: only times may have moved where this is false. */
  readonly learnt: boolean;
  /** The fill that this report told for the first time, or null. */
  readonly newFill: FillReport | null;
  /** A known fill whose fee became known by this report, or null. */
  readonly feeFound: FillReport | null;
}

/** The state of an order of our own before it is sent: its terms and its client id, which nothing later replaces. */
export function intendedOrderState(
  symbol: string,
  clientOrderId: string,
  terms: {
    action: OrderAction;
    orderType: OrderType;
    timeInForce: TimeInForce;
    tradeType: string | null;
    price: Decimal | null;
    quantity: Decimal | null;
  },
): OrderState {
  // Filled in rather than copied: the order waits for it.
  const state: { -readonly [Name in keyof OrderState]: OrderState[Name] } = newOrderState(symbol);
  state.clientOrderId = clientOrderId;
  state.clientOrderIdAt = -1;
  state.action = terms.action;
  state.orderType = terms.orderType;
  state.timeInForce = terms.timeInForce;
  state.tradeType = terms.tradeType;
  state.price = { at: -1, value: terms.price };
  state.quantity = { at: -1, value: terms.quantity };
  return state;
}

/** Deterministic choice between two texts when both claim the same place: the greater one, so that order does not matter. */
function pick<T extends string>(a: T | null, b: T | null): T | null {
  if (a === null) return b;
  if (b === null || a === b) return a;
  return a > b ? a : b;
}

function pickDecimal(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null) return b;
  if (b === null) return a;
  return Decimal.max(a, b);
}

function mergeTerm(known: Term, told: Decimal | null, utime: number | null): Term {
  if (told === null) return known;
  const at = utime ?? -1;
  if (known.value === null) return { at, value: told };
  // The same amount keeps its Decimal: the text that was made of it once is with it.
  if (at > known.at) return { at, value: told.eq(known.value) ? known.value : told };
  if (at < known.at || told.lte(known.value)) return known;
  return { at, value: told };
}

function completed(known: FillReport, told: FillReport): FillReport {
  const fee = known.fee === null ? told.fee : known.fee;
  const feeAsset = known.fee === null ? told.feeAsset : known.feeAsset;
  const liquidity = known.liquidity ?? told.liquidity;
  if (fee === known.fee && feeAsset === known.feeAsset && liquidity === known.liquidity) return known;
  const { tradeId, price, quantity, time } = known;
  return { tradeId, price, quantity, fee, feeAsset, liquidity, time };
}

/** Joins a report into a state. The caller has made sure that both speak of the same order. */
export function merge(before: OrderState, report: OrderReport): MergeResult {
  let { trades, tradedQuantity, tradedValue } = before;
  let newFill: FillReport | null = null;
  let feeFound: FillReport | null = null;
  const fill = report.fill;
  if (fill !== null) {
    const known = trades.get(fill.tradeId);
    if (known === undefined) {
      newFill = fill;
      trades = trades.add(fill);
      tradedQuantity = tradedQuantity.add(fill.quantity);
      tradedValue = tradedValue.add(fill.price.mul(fill.quantity));
    } else if (known !== 'complete') {
      const merged = completed(known, fill);
      if (merged !== known) {
        trades = trades.replace(merged);
        if (known.fee === null && merged.fee !== null) feeFound = merged;
      }
    }
  }

  let { filled, filledValue, fee, feeAsset } = before;
  if (report.filled !== null) {
    const more = report.filled.cmp(filled);
    if (more > 0) {
      filled = report.filled;
      filledValue = report.filledValue;
      fee = report.fee;
      feeAsset = report.feeAsset;
    } else if (more === 0) {
      filledValue = pickDecimal(filledValue, report.filledValue);
      fee = pickDecimal(fee, report.fee);
      feeAsset = pick(feeAsset, report.feeAsset);
    }
  }

  const life = report.life === null ? before.life : higher(before.life, report.life);
  let { reason, reasonLife } = before;
  if (report.reason !== null) {
    const of: Life = report.life ?? 'unseen';
    if (reason === null || (of !== reasonLife && higher(of, reasonLife) === of)) {
      reason = report.reason;
      reasonLife = of;
    } else if (of === reasonLife) reason = pick(reason, report.reason);
  }

  let { clientOrderId, clientOrderIdAt } = before;
  if (report.clientOrderId !== null) {
    const at = report.utime ?? Number.MAX_SAFE_INTEGER;
    if (clientOrderId === null || at < clientOrderIdAt) {
      clientOrderId = report.clientOrderId;
      clientOrderIdAt = at;
    } else if (at === clientOrderIdAt) clientOrderId = pick(clientOrderId, report.clientOrderId);
  }

  const ctime =
    report.ctime === null ? before.ctime : before.ctime === 0 ? report.ctime : Math.min(before.ctime, report.ctime);
  const utime = Math.max(before.utime, report.utime ?? 0, fill?.time ?? 0);
  const state: OrderState = {
    symbol: before.symbol,
    orderId: pick(before.orderId, report.orderId),
    clientOrderId,
    clientOrderIdAt,
    action: pick(before.action, report.action),
    orderType: pick(before.orderType, report.orderType),
    timeInForce: pick(before.timeInForce, report.timeInForce),
    tradeType: pick(before.tradeType, report.tradeType),
    price: mergeTerm(before.price, report.price, report.utime),
    quantity: mergeTerm(before.quantity, report.quantity, report.utime),
    life,
    filled,
    filledValue,
    fee,
    feeAsset,
    trades,
    tradedQuantity,
    tradedValue,
    reason,
    reasonLife,
    ctime,
    utime,
  };
  const changed = newFill !== null || feeFound !== null || visiblyDiffers(before, state);
  return { state, changed, learnt: changed || hiddenDiffers(before, state), newFill, feeFound };
}

function hiddenDiffers(a: OrderState, b: OrderState): boolean {
  return (
    a.trades !== b.trades ||
    a.feeAsset !== b.feeAsset ||
    a.tradeType !== b.tradeType ||
    a.reasonLife !== b.reasonLife ||
    a.clientOrderIdAt !== b.clientOrderIdAt ||
    a.ctime !== b.ctime
  );
}

function sameDecimal(a: Decimal | null, b: Decimal | null): boolean {
  return a === b || (a !== null && b !== null && a.eq(b));
}

function visiblyDiffers(a: OrderState, b: OrderState): boolean {
  return (
    a.life !== b.life ||
    a.orderId !== b.orderId ||
    a.clientOrderId !== b.clientOrderId ||
    a.reason !== b.reason ||
    !sameDecimal(a.filled, b.filled) ||
    !sameDecimal(a.price.value, b.price.value) ||
    !sameDecimal(a.quantity.value, b.quantity.value) ||
    !sameDecimal(a.filledValue, b.filledValue) ||
    !sameDecimal(a.fee, b.fee) ||
    a.action !== b.action ||
    a.orderType !== b.orderType ||
    a.timeInForce !== b.timeInForce
  );
}

/**
 * The same state in less memory, for an order that has ended and of which everything was told: what was learnt of it in many pieces is
 * kept once. Further reports join it as ever.
 */
export function compactState(state: OrderState): OrderState {
  const same = (value: Decimal, other: Decimal | null): Decimal => (other !== null && value.eq(other) ? other : value);
  const tradedQuantity = same(state.tradedQuantity, state.quantity.value);
  const { filledValue } = state;
  return {
    ...state,
    filled: same(state.filled, tradedQuantity),
    tradedQuantity,
    filledValue: filledValue === null ? null : same(filledValue, state.tradedValue),
    trades: state.trades.compact(),
  };
}

/** Filled so far: what the exchange stated or what the fills add up to, whichever knows more. */
export function filledQuantity(state: OrderState): Decimal {
  return Decimal.max(state.filled, state.tradedQuantity);
}

/** How much of the filled quantity is not explained by known fills: they must be fetched. */
export function unexplainedQuantity(state: OrderState): Decimal {
  const gap = state.filled.sub(state.tradedQuantity);
  return gap.isPositive() ? gap : Decimal.ZERO;
}

/**
 * Filled to the last lot, as its amounts show. A market buy is when the exchange says so, and not before: where it is paid for in money, the quantity
 * it was stated in is an estimate, and it may go on buying beyond that (htx.md 5.1).
 */
export function isFilledUp(state: OrderState): boolean {
  if (state.orderType === 'MARKET' && state.action === 'BUY') return false;
  const quantity = state.quantity.value;
  return quantity !== null && quantity.isPositive() && filledQuantity(state).gte(quantity);
}

export function stateStatus(state: OrderState): OrderStatus {
  if (filledQuantity(state).isZero()) return statusOf(state.life, 'nothing');
  return statusOf(state.life, isFilledUp(state) ? 'all' : 'part');
}

const AVERAGE_DECIMALS = 18;

/** Average price: exact up to 18 decimals; zero until the first fill. */
export function averagePrice(state: OrderState): Decimal {
  const byTrades = state.tradedQuantity.gte(state.filled);
  const quantity = byTrades ? state.tradedQuantity : state.filled;
  const value = byTrades ? state.tradedValue : state.filledValue;
  if (quantity.isZero() || value === null) return Decimal.ZERO;
  return value.div(quantity, AVERAGE_DECIMALS);
}

/** Cumulative fee and its asset. When fills paid in several assets, those of the latest fill's asset are summed; each fill carries its own. */
export function cumulativeFee(state: OrderState): { readonly fee: Decimal; readonly asset: string | null } {
  if (state.trades.size === 0 || state.tradedQuantity.lt(state.filled)) {
    return { fee: state.fee ?? Decimal.ZERO, asset: state.fee === null || state.fee.isZero() ? null : state.feeAsset };
  }
  return state.trades.paid() ?? { fee: state.fee ?? Decimal.ZERO, asset: state.fee === null ? null : state.feeAsset };
}
