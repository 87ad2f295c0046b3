// The venue's words about an order in Binance's: status, type, time in force, expiry reason, and the client id it now carries.
// Which of them stand where in a reply or an event is render-orders.ts's and render-events.ts's part.

import type { EndReason, SelfTradePrevention, VenueOrder } from '../venue.ts';

export const SELF_TRADE_MODES: ReadonlyMap<string, SelfTradePrevention> = new Map([
  ['NONE', 'none'],
  ['EXPIRE_TAKER', 'expire-taker'],
  ['EXPIRE_MAKER', 'expire-maker'],
  ['EXPIRE_BOTH', 'expire-both'],
]);
export const DEFAULT_SELF_TRADE_MODE = 'EXPIRE_MAKER';

const MODE_NAMES: Readonly<Record<SelfTradePrevention, string>> = {
  none: 'NONE',
  'expire-taker': 'EXPIRE_TAKER',
  'expire-maker': 'EXPIRE_MAKER',
  'expire-both': 'EXPIRE_BOTH',
};

const EXPIRY_REASONS: Readonly<Partial<Record<EndReason, string>>> = {
  'ioc-remainder': 'UNFILLED_IOC_QUANTITY_EXPIRED',
  'fok-unfillable': 'UNFILLED_FOK_ORDER_EXPIRED',
  'market-exhausted': 'INSUFFICIENT_LIQUIDITY',
  'post-only-would-take': 'REJECTED',
  exchange: 'EXCHANGE_CANCELED',
};

export function statusOf(order: VenueOrder): string {
  switch (order.status) {
    case 'open':
      return order.filled.isZero() ? 'NEW' : 'PARTIALLY_FILLED';
    case 'filled':
      return 'FILLED';
    case 'rejected':
      return 'REJECTED';
    case 'canceled':
      return order.endReason === 'exchange' ? 'EXPIRED' : 'CANCELED';
    case 'expired':
      return order.endReason === 'self-trade' ? 'EXPIRED_IN_MATCH' : 'EXPIRED';
  }
}

/** Why it expired (`eR`, `expiryReason`); null when it did not. */
export function expiryReasonOf(order: VenueOrder): string | null {
  return order.endReason === null ? null : (EXPIRY_REASONS[order.endReason] ?? null);
}

export function typeOf(order: VenueOrder): string {
  return order.postOnly ? 'LIMIT_MAKER' : order.type;
}

/** Market and maker orders are printed as GTC. */
export function timeInForceOf(order: VenueOrder): string {
  return order.postOnly || order.type === 'MARKET' ? 'GTC' : order.timeInForce;
}

export function selfTradeModeOf(order: VenueOrder): string {
  return MODE_NAMES[order.selfTradePrevention];
}

/** A cancel by request puts its own id in the place of the order's (A6.4). */
export function isRenamed(order: VenueOrder): boolean {
  return order.status === 'canceled' && order.cancelId !== '';
}

export function clientIdOf(order: VenueOrder): string {
  return isRenamed(order) ? order.cancelId : order.clientOrderId;
}
