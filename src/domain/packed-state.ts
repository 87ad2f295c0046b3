// An order's state as one text: most orders in memory have ended, everything of them was told, and each is kept for a while only because
// something might still be heard of it. One text is quick to keep - the garbage collector copies what lives piece by piece.

import { Decimal } from './decimal.ts';
import { FillLog, type PackedFills } from './fill-log.ts';
import type { OrderState } from './merge.ts';

type Text<T> = T extends Decimal ? string : T extends Decimal | null ? string | null : T;
type Term = readonly [at: number, value: string | null];

/** In this order. */
type Packed = readonly [
  symbol: string,
  orderId: string | null,
  clientOrderId: string | null,
  clientOrderIdAt: number | null,
  action: OrderState['action'],
  orderType: OrderState['orderType'],
  timeInForce: OrderState['timeInForce'],
  tradeType: string | null,
  price: Term,
  quantity: Term,
  life: OrderState['life'],
  filled: string,
  filledValue: string | null,
  fee: string | null,
  feeAsset: string | null,
  trades: PackedFills,
  tradedQuantity: string,
  tradedValue: string,
  reason: string | null,
  reasonLife: OrderState['life'],
  ctime: number,
  utime: number,
];

function text<T extends Decimal | null>(value: T): Text<T>;
function text(value: Decimal | null): string | null {
  return value === null ? null : value.toString();
}

function decimal(value: string | null): Decimal | null {
  return value === null ? null : Decimal.from(value);
}

/** Null when more than the ids of its fills may be needed: one is still without its fee. */
export function packState(state: OrderState): string | null {
  const trades = state.trades.pack();
  if (trades === null) return null;
  const packed: Packed = [
    state.symbol,
    state.orderId,
    state.clientOrderId,
    // Infinity becomes null.
    state.clientOrderIdAt,
    state.action,
    state.orderType,
    state.timeInForce,
    state.tradeType,
    [state.price.at, text(state.price.value)],
    [state.quantity.at, text(state.quantity.value)],
    state.life,
    text(state.filled),
    text(state.filledValue),
    text(state.fee),
    state.feeAsset,
    trades,
    text(state.tradedQuantity),
    text(state.tradedValue),
    state.reason,
    state.reasonLife,
    state.ctime,
    state.utime,
  ];
  return JSON.stringify(packed);
}

/** @param packed by `packState`: further reports join the state as if it had never been packed */
export function unpackState(packed: string): OrderState {
  const [
    symbol,
    orderId,
    clientOrderId,
    clientOrderIdAt,
    action,
    orderType,
    timeInForce,
    tradeType,
    [priceAt, price],
    [quantityAt, quantity],
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
  ] = JSON.parse(packed) as Packed;
  return {
    symbol,
    orderId,
    clientOrderId,
    clientOrderIdAt: clientOrderIdAt ?? Infinity,
    action,
    orderType,
    timeInForce,
    tradeType,
    price: { at: priceAt, value: decimal(price) },
    quantity: { at: quantityAt, value: decimal(quantity) },
    life,
    filled: Decimal.from(filled),
    filledValue: decimal(filledValue),
    fee: decimal(fee),
    feeAsset,
    trades: FillLog.unpack(trades),
    tradedQuantity: Decimal.from(tradedQuantity),
    tradedValue: Decimal.from(tradedValue),
    reason,
    reasonLife,
    ctime,
    utime,
  };
}
