// The order report: the one form into which everything an exchange says about an order is translated before it may change anything.
// Codecs (exchanges/<x>/decode) make reports; merge.ts is the only reader that changes an order.

import type { Decimal } from './decimal.ts';
import type { Liquidity, OrderAction, OrderType, TimeInForce } from './order.ts';

/** Where a report came from; for the journal and the log, never for the merge (arrival must not matter). */
export type ReportSource =
  | 'push'
  | 'create-reply'
  | 'cancel-reply'
  | 'open-orders'
  | 'query'
  | 'fills'
  | 'journal'
  | 'inferred';

/**
 * What a report says of the life of the order:
 * `open` it works (or waits) on the exchange; `filled`, `canceled`, `failed`: ended, in the exchange's own words;
 * `presumed-failed`, `presumed-canceled`: inferred from the exchange's repeated "no such order" - evidence of any kind overrules it;
 * `reopened`: open after it was taken for ended (order-manager.ts says it so, codecs say `open`).
 */
export type ReportedLife =
  | 'open'
  | 'filled'
  | 'canceled'
  | 'failed'
  | 'presumed-failed'
  | 'presumed-canceled'
  | 'reopened';

/** One fill. `fee` null: not known from this source (it may come in another report of the same trade id). */
export interface FillReport {
  readonly tradeId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** Positive = paid. */
  readonly fee: Decimal | null;
  /** Upper case. */
  readonly feeAsset: string | null;
  readonly liquidity: Liquidity | null;
  readonly time: number;
}

/** Every field that a source does not state is null: null never overwrites anything. */
export interface OrderReport {
  readonly source: ReportSource;
  /** Unified symbol. */
  readonly symbol: string;
  readonly orderId: string | null;
  /** The order's own client id (never the id of a cancel request); null when the source does not say or the order has none. */
  readonly clientOrderId: string | null;
  readonly life: ReportedLife | null;
  readonly action: OrderAction | null;
  readonly orderType: OrderType | null;
  readonly timeInForce: TimeInForce | null;
  readonly tradeType: string | null;
  /** Null for market orders or when unstated. */
  readonly price: Decimal | null;
  /** In the base asset; null when unstated (e.g. a market order that spends a quote amount). */
  readonly quantity: Decimal | null;
  /** Cumulative, base. */
  readonly filled: Decimal | null;
  /** Cumulative, quote (average price = filledValue / filled). */
  readonly filledValue: Decimal | null;
  /** Cumulative fee where the exchange states it (positive = paid) and its asset. */
  readonly fee: Decimal | null;
  readonly feeAsset: string | null;
  readonly fill: FillReport | null;
  readonly reason: string | null;
  readonly ctime: number | null;
  readonly utime: number | null;
}

/** A report that states nothing but where and about what; codecs spread it and add what they know. */
export const EMPTY_REPORT: Omit<OrderReport, 'source' | 'symbol'> = {
  orderId: null,
  clientOrderId: null,
  life: null,
  action: null,
  orderType: null,
  timeInForce: null,
  tradeType: null,
  price: null,
  quantity: null,
  filled: null,
  filledValue: null,
  fee: null,
  feeAsset: null,
  fill: null,
  reason: null,
  ctime: null,
  utime: null,
};
