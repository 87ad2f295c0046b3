// Payloads of the REST client in Binance's own form (binance.md A7-A11): the fields a user can rely on; more may be there.
// Ids are numbers, or texts where a double could not hold them; money is text.

import type { Id } from './frames.ts';

export interface ServerTime {
  readonly serverTime: number;
}

export interface ExchangeInfo {
  readonly timezone: string;
  readonly serverTime: number;
  readonly rateLimits: readonly RateLimit[];
  readonly symbols: readonly SymbolInfo[];
}

export interface RateLimit {
  readonly rateLimitType: string;
  readonly interval: string;
  readonly intervalNum: number;
  readonly limit: number;
  readonly count?: number;
}

interface SymbolInfo {
  readonly symbol: string;
  readonly status: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly orderTypes: readonly string[];
  readonly filters: readonly Readonly<Record<string, unknown>>[];
}

export interface Depth {
  readonly lastUpdateId: number;
  readonly bids: readonly (readonly [price: string, quantity: string])[];
  readonly asks: readonly (readonly [price: string, quantity: string])[];
}

export interface PublicTrade {
  readonly id: Id;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly time: number;
  readonly isBuyerMaker: boolean;
}

/** Open time, open, high, low, close, volume, close time, quote volume, trades, taker buy base, taker buy quote, unused. */
export type Kline = readonly [
  number,
  string,
  string,
  string,
  string,
  string,
  number,
  string,
  number,
  string,
  string,
  string,
];

export interface PriceTicker {
  readonly symbol: string;
  readonly price: string;
}

export interface BookTicker {
  readonly symbol: string;
  readonly bidPrice: string;
  readonly bidQty: string;
  readonly askPrice: string;
  readonly askQty: string;
}

export interface Account {
  readonly canTrade: boolean;
  readonly canWithdraw: boolean;
  readonly canDeposit: boolean;
  readonly accountType: string;
  readonly uid: number;
  readonly updateTime: number;
  readonly commissionRates: Readonly<Record<'maker' | 'taker' | 'buyer' | 'seller', string>>;
  readonly balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[];
}

interface OrderFill {
  readonly price: string;
  readonly qty: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly tradeId: Id;
}

export interface PlacedOrder {
  readonly symbol: string;
  readonly orderId: Id;
  readonly orderListId: Id;
  readonly clientOrderId: string;
  readonly transactTime: number;
  readonly price?: string;
  readonly origQty?: string;
  readonly executedQty?: string;
  readonly cummulativeQuoteQty?: string;
  readonly status?: string;
  readonly timeInForce?: string;
  readonly type?: string;
  readonly side?: string;
  readonly fills?: readonly OrderFill[];
}

export interface CanceledOrder extends PlacedOrder {
  /** The order's own id; `clientOrderId` is that of the cancel. */
  readonly origClientOrderId: string;
}

export interface OrderListReport {
  readonly orderListId: Id;
  readonly contingencyType: string;
  readonly listOrderStatus: string;
  readonly symbol: string;
  readonly orderReports: readonly CanceledOrder[];
}

export interface QueriedOrder {
  readonly symbol: string;
  readonly orderId: Id;
  readonly clientOrderId: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly cummulativeQuoteQty: string;
  readonly status: string;
  readonly timeInForce: string;
  readonly type: string;
  readonly side: string;
  readonly time: number;
  readonly updateTime: number;
  readonly isWorking: boolean;
}

export interface AccountTrade {
  readonly symbol: string;
  readonly id: Id;
  readonly orderId: Id;
  readonly price: string;
  readonly qty: string;
  readonly quoteQty: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly time: number;
  readonly isBuyer: boolean;
  readonly isMaker: boolean;
}
