// Commands into HTX's request parameters (htx.md 5.1-5.3, 5.7, 5.8). Pure: amounts are written in plain decimals, never with an exponent.
// What HTX cannot express is said here too, with the way out in words.

import { Decimal } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderAction, OrderType, TimeInForce } from '../../domain/order.ts';
import type { ClientOrderIdRules, CreateCommand } from '../exchange.ts';
import { CANCEL_OPEN_SIZE } from './limits.ts';

/** 5.3. An id is a correlation key and nothing more: HTX accepts the same one twice. */
export const CLIENT_ORDER_IDS: ClientOrderIdRules = {
  maxLength: 64,
  pattern: /^[A-Za-z0-9_-]{1,64}$/,
  description: '1 to 64 letters, digits, _ and -',
};

const LIMIT_TYPES: Readonly<Record<TimeInForce, string>> = {
  GTC: 'limit',
  IOC: 'ioc',
  FOK: 'limit-fok',
  POST_ONLY: 'limit-maker',
};

/** `buy-limit`, `sell-market` … */
export function wireType(action: OrderAction, orderType: OrderType, timeInForce: TimeInForce): string {
  return `${action === 'BUY' ? 'buy' : 'sell'}-${orderType === 'MARKET' ? 'market' : LIMIT_TYPES[timeInForce]}`;
}

/** Fields of a place request that only the command's own terms may set. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['account-id', 'symbol', 'type', 'amount', 'price', 'client-order-id']);

/** Why HTX cannot take this order, and the way out; null when it can. */
export function refusal(command: CreateCommand): string | null {
  const { action, orderType, timeInForce, quoteQuantity, clientOrderId, extra } = command;
  if (!CLIENT_ORDER_IDS.pattern.test(clientOrderId))
    return `clientOrderId ${JSON.stringify(clientOrderId)}: HTX takes ${CLIENT_ORDER_IDS.description}`;
  if (orderType === 'MARKET' && (timeInForce === 'FOK' || timeInForce === 'POST_ONLY')) {
    return `HTX has no ${timeInForce} market orders; use a LIMIT order, or leave timeInForce out`;
  }
  if (action === 'SELL' && quoteQuantity !== null)
    return 'HTX sells at market by base quantity only; give quantity instead of quoteQuantity';
  for (const name of Object.keys(extra)) if (OWN_FIELDS.has(name)) return `option ${name}: set by the order itself`;
  return null;
}

/**
 * The `amount` of a place request: base quantity; for a market buy the money to spend.
 * @param bestAsk needed when a market buy is stated in base quantity, ignored otherwise
 */
export function wireAmount(command: CreateCommand, bestAsk: Decimal | null): Decimal | null {
  if (command.quoteQuantity !== null) return command.quoteQuantity;
  if (command.quantity === null || !needsBestAsk(command)) return command.quantity;
  return bestAsk === null ? null : moneyFor(command.quantity, bestAsk, command.instrument);
}

/** A market buy in base quantity: HTX takes only money there (5.1). */
export function needsBestAsk(command: CreateCommand): boolean {
  return command.orderType === 'MARKET' && command.action === 'BUY' && command.quantity !== null;
}

/**
 * The rule of conversion: quantity times the best ask of the moment, cut down to as many decimals as HTX accepts in a market buy's amount
 * (those of base amounts and of values, whichever are fewer: 5.2, trap 6). Never up: no more is spent than the quantity costs at that ask.
 * Where the book is thinner or has moved, somewhat less or more than the quantity is bought for that money.
 */
export function moneyFor(quantity: Decimal, bestAsk: Decimal, instrument: Instrument): Decimal {
  const decimals = instrument.quotePrecision ?? instrument.lotSize.decimals();
  return Decimal.from(quantity.mul(bestAsk).toFixed(decimals));
}

/** Body of a place request, also `params` of create-order (5.1, 6). The caller's own options are passed through by name. */
export function placeParams(
  command: CreateCommand,
  accountId: string,
  amount: Decimal,
): Record<string, string | number | boolean> {
  const { instrument, action, orderType, timeInForce, price, clientOrderId, extra } = command;
  return {
    source: 'spot-api',
    ...extra,
    'account-id': accountId,
    symbol: instrument.rawSymbol,
    type: wireType(action, orderType, timeInForce),
    amount: amount.toString(),
    ...(price === null ? {} : { price: price.toString() }),
    'client-order-id': clientOrderId,
  };
}

/** Body of batchCancelOpenOrders, also `params` of cancelall (5.8, 6). */
export function cancelOpenParams(accountId: string, rawSymbol: string): Record<string, string | number> {
  return { 'account-id': accountId, symbol: rawSymbol, size: CANCEL_OPEN_SIZE };
}

/** Body of a batchcancel, also `params` of cancel: ids of one kind, at most 50 (5.7). */
export function cancelParams(
  kind: 'order-ids' | 'client-order-ids',
  ids: readonly string[],
): Record<string, readonly string[]> {
  return { [kind]: ids };
}
