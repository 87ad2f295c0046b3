// An instrument's trading rules in neutral words, and the local check of an order against them. Nothing is ever rounded silently.

import { Decimal } from './decimal.ts';
import type { OrderAction, OrderType } from './order.ts';

export interface Instrument {
  /** Unified symbol. */
  readonly symbol: string;
  /** The exchange's own name. */
  readonly rawSymbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly minPrice: Decimal | null;
  readonly maxPrice: Decimal | null;
  readonly minQuantity: Decimal | null;
  readonly maxQuantity: Decimal | null;
  /** Extra limits of market orders where they differ. */
  readonly minMarketQuantity: Decimal | null;
  readonly maxMarketQuantity: Decimal | null;
  /** Whether those are of market sells, and minQuantity and maxQuantity of limit orders; market buys have none but of value then. Absent: all count. */
  readonly isMarketQuantityApart?: boolean;
  readonly marketLotSize: Decimal | null;
  /** Minimum price * quantity of a limit order, in the quote asset. */
  readonly minNotional: Decimal | null;
  readonly maxNotional: Decimal | null;
  /** The same of a market order by quote amount, where it differs; absent: the same. */
  readonly minMarketNotional?: Decimal | null;
  readonly maxMarketNotional?: Decimal | null;
  /** Decimals allowed in a quote amount (market orders that spend a quote amount), or null when unstated. */
  readonly quotePrecision: number | null;
  /** Whether it can be traded now. */
  readonly isTrading: boolean;
  /** What only the exchange's own folder understands (an instrument code, a contract size). */
  readonly extra: Readonly<Record<string, string | number>>;
}

/**
 * What an order of a symbol must keep to, for strategies. Decimal strings; null where the exchange states no such limit. An order that does not is
 * refused before it is sent, with the nearest legal value.
 */
export interface SymbolRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** A price is a multiple of this. */
  readonly tickSize: string;
  /** A quantity is a multiple of this. */
  readonly lotSize: string;
  readonly minPrice: string | null;
  readonly maxPrice: string | null;
  /** In the base asset. */
  readonly minQuantity: string | null;
  readonly maxQuantity: string | null;
  /** Least price * quantity, in the quote asset. */
  readonly minNotional: string | null;
  readonly maxNotional: string | null;
  /** Whether it can be traded now, as far as is known. */
  readonly isTrading: boolean;
}

export function rulesOf(instrument: Instrument): SymbolRules {
  const text = (value: Decimal | null): string | null => (value === null ? null : value.toString());
  return Object.freeze<SymbolRules>({
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    tickSize: instrument.tickSize.toString(),
    lotSize: instrument.lotSize.toString(),
    minPrice: text(instrument.minPrice),
    maxPrice: text(instrument.maxPrice),
    minQuantity: text(instrument.minQuantity),
    maxQuantity: text(instrument.maxQuantity),
    minNotional: text(instrument.minNotional),
    maxNotional: text(instrument.maxNotional),
    isTrading: instrument.isTrading,
  });
}

export interface OrderAmounts {
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly price: Decimal | null;
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
}

/** Returns what is wrong, naming the rule, the value and the nearest legal value; null when the order may be sent. */
export function checkAmounts(instrument: Instrument, order: OrderAmounts): string | null {
  const { price, quantity, quoteQuantity } = order;
  if (!instrument.isTrading) return `${instrument.symbol} is not open for trading on this exchange`;
  const market = order.orderType === 'MARKET';
  if (market && price !== null) return 'price must be null for a MARKET order';
  if (!market && price === null) return 'price is required for a LIMIT order';
  if (price !== null) {
    if (!price.isPositive()) return `price ${price} must be greater than zero`;
    if (!price.isMultipleOf(instrument.tickSize)) return offStep('price', price, 'tick size', instrument.tickSize);
    if (below(price, instrument.minPrice)) return `price ${price} is below the minimum ${instrument.minPrice}`;
    if (above(price, instrument.maxPrice)) return `price ${price} is above the maximum ${instrument.maxPrice}`;
  }
  if (quoteQuantity !== null) {
    if (!market) return 'quoteQuantity is only for MARKET orders';
    if (!quoteQuantity.isPositive()) return `quoteQuantity ${quoteQuantity} must be greater than zero`;
    if (instrument.quotePrecision !== null && quoteQuantity.decimals() > instrument.quotePrecision) {
      return offStep('quoteQuantity', quoteQuantity, 'quote step', Decimal.from(`1e-${instrument.quotePrecision}`));
    }
    const { minMarketNotional: min = instrument.minNotional, maxMarketNotional: max = instrument.maxNotional } =
      instrument;
    return notionalProblem(instrument, quoteQuantity, min, max);
  }
  if (quantity === null) return 'quantity is required';
  if (!quantity.isPositive()) return `quantity ${quantity} must be greater than zero`;
  if (!quantity.isMultipleOf(instrument.lotSize)) return offStep('quantity', quantity, 'lot size', instrument.lotSize);
  const isApart = market && instrument.isMarketQuantityApart === true;
  if (!isApart) {
    if (below(quantity, instrument.minQuantity))
      return `quantity ${quantity} is below the minimum ${instrument.minQuantity}`;
    if (above(quantity, instrument.maxQuantity))
      return `quantity ${quantity} is above the maximum ${instrument.maxQuantity}`;
  }
  if (market) {
    if (instrument.marketLotSize !== null && !quantity.isMultipleOf(instrument.marketLotSize))
      return offStep('quantity', quantity, 'market lot size', instrument.marketLotSize);
    if (isApart && order.action === 'BUY') return null;
    if (below(quantity, instrument.minMarketQuantity))
      return `quantity ${quantity} is below the market order minimum ${instrument.minMarketQuantity}`;
    if (above(quantity, instrument.maxMarketQuantity))
      return `quantity ${quantity} is above the market order maximum ${instrument.maxMarketQuantity}`;
  }
  return price === null
    ? null
    : notionalProblem(instrument, price.mul(quantity), instrument.minNotional, instrument.maxNotional);
}

function notionalProblem(
  { quote }: Instrument,
  value: Decimal,
  min: Decimal | null,
  max: Decimal | null,
): string | null {
  if (below(value, min)) return `order value ${value} ${quote} is below the minimum ${min}`;
  if (above(value, max)) return `order value ${value} ${quote} is above the maximum ${max}`;
  return null;
}

function below(value: Decimal, limit: Decimal | null): boolean {
  return limit !== null && value.lt(limit);
}
function above(value: Decimal, limit: Decimal | null): boolean {
  return limit !== null && value.gt(limit);
}

function offStep(what: string, value: Decimal, rule: string, step: Decimal): string {
  const down = value.toStep(step, 'down');
  const up = value.toStep(step, 'up');
  const nearest = value.sub(down).lte(up.sub(value)) && down.isPositive() ? down : up;
  return `${what} ${value} is not a multiple of the ${rule} ${step}; the nearest legal ${what} is ${nearest}`;
}
