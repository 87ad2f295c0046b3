// What a strategy sees of an order, a fill and an order book: frozen snapshots with decimal strings. Names and statuses are AIOQuant's.

import type { Platform } from './platform.ts';

export const ORDER_ACTION_BUY = 'BUY';
export const ORDER_ACTION_SELL = 'SELL';
export type OrderAction = typeof ORDER_ACTION_BUY | typeof ORDER_ACTION_SELL;

export const ORDER_TYPE_LIMIT = 'LIMIT';
export const ORDER_TYPE_MARKET = 'MARKET';
export type OrderType = typeof ORDER_TYPE_LIMIT | typeof ORDER_TYPE_MARKET;

export const TIME_IN_FORCE = ['GTC', 'IOC', 'FOK', 'POST_ONLY'] as const;
export type TimeInForce = (typeof TIME_IN_FORCE)[number];

export const ORDER_STATUS_NONE = 'NONE';
export const ORDER_STATUS_SUBMITTED = 'SUBMITTED';
export const ORDER_STATUS_PARTIAL_FILLED = 'PARTIAL-FILLED';
export const ORDER_STATUS_FILLED = 'FILLED';
export const ORDER_STATUS_CANCELED = 'CANCELED';
export const ORDER_STATUS_FAILED = 'FAILED';
export type OrderStatus =
  | typeof ORDER_STATUS_NONE
  | typeof ORDER_STATUS_SUBMITTED
  | typeof ORDER_STATUS_PARTIAL_FILLED
  | typeof ORDER_STATUS_FILLED
  | typeof ORDER_STATUS_CANCELED
  | typeof ORDER_STATUS_FAILED;

export type Liquidity = 'maker' | 'taker';

export interface Order {
  readonly platform: Platform;
  readonly account: string;
  readonly strategy: string;
  readonly symbol: string;
  /** '' until the exchange's id is known (an order on its way or in doubt). */
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** Derivatives only. */
  readonly tradeType: string | null;
  readonly price: string | null;
  readonly quantity: string;
  readonly filled: string;
  /** quantity - filled, always. */
  readonly remain: string;
  /** '0' until the first fill. */
  readonly avgPrice: string;
  /** Cumulative; positive = paid. */
  readonly fee: string;
  readonly feeAsset: string | null;
  readonly status: OrderStatus;
  /** Why it was canceled or failed, in the exchange's words. */
  readonly reason: string | null;
  /** Exchange times, ms. */
  readonly ctime: number;
  readonly utime: number;
}

export interface Fill {
  readonly platform: Platform;
  readonly account: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly tradeId: string;
  readonly action: OrderAction;
  readonly price: string;
  readonly quantity: string;
  readonly fee: string;
  /** Upper case; null when the fee did not become known in time. */
  readonly feeAsset: string | null;
  readonly liquidity: Liquidity | null;
  readonly timestamp: number;
}

export type BookLevel = readonly [price: string, quantity: string];

export interface Orderbook {
  readonly platform: Platform;
  readonly symbol: string;
  /** Best first. */
  readonly asks: readonly BookLevel[];
  readonly bids: readonly BookLevel[];
  readonly timestamp: number;
}

export interface Asset {
  readonly free: string;
  readonly locked: string;
  readonly total: string;
}
export type Assets = Readonly<Record<string, Asset>>;
