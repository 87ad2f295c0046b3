// An order of the venue in OKX's words: states, reasons of cancellation, and what the placing request said that must be echoed.
// The rows themselves are built in order-rows.ts.

import type { Decimal } from '../../domain/decimal.ts';
import type { EndReason, SelfTradePrevention, VenueFill, VenueOrder } from '../venue.ts';

/** What of a request the venue carries along in `tag`, to be echoed. Orders placed past the dialect (by a test, by another hand) have none of it. */
export type Echo = Readonly<{
  ordType: string;
  tdMode: string;
  tgtCcy: string;
  tag: string;
}>;

export const STP_MODES: ReadonlyMap<string, SelfTradePrevention> = new Map([
  ['cancel_maker', 'expire-maker'],
  ['cancel_taker', 'expire-taker'],
  ['cancel_both', 'expire-both'],
]);

const STP_WORDS: Readonly<Record<SelfTradePrevention, string>> = {
  none: '',
  'expire-maker': 'cancel_maker',
  'expire-taker': 'cancel_taker',
  'expire-both': 'cancel_both',
};

/** cancelSource (okx.md 7.4) and the text that REST adds. */
const SOURCES: Readonly<Record<EndReason, readonly [source: string, reason: string]>> = {
  user: ['1', 'Order was canceled by you'],
  'cancel-all': ['1', 'Order was canceled by you'],
  'ioc-remainder': ['14', 'IOC order was partially canceled because it was not fully filled'],
  'fok-unfillable': ['13', 'FOK order was canceled because it could not be fully filled'],
  'market-exhausted': ['14', 'Market order was partially canceled because it was not fully filled'],
  'post-only-would-take': ['31', 'Post-only order was canceled because it would have taken liquidity'],
  'self-trade': ['32', 'Order was canceled by self trade prevention'],
  'cancel-all-after': ['20', 'Order was canceled by the cancel all after timer'],
  exchange: ['0', 'Order was canceled by system'],
};

export function echoOf(order: VenueOrder): Echo {
  const { tag } = order;
  return {
    ordType: tag['ordType'] ?? ordTypeOf(order),
    tdMode: tag['tdMode'] ?? 'cash',
    tgtCcy: tag['tgtCcy'] ?? (order.type === 'LIMIT' ? '' : order.quantity === null ? 'quote_ccy' : 'base_ccy'),
    tag: tag['tag'] ?? '',
  };
}

function ordTypeOf(order: VenueOrder): string {
  if (order.type === 'MARKET') return 'market';
  if (order.postOnly) return 'post_only';
  return order.timeInForce === 'GTC' ? 'limit' : order.timeInForce.toLowerCase();
}

export function stateOf(order: VenueOrder): string {
  if (order.status === 'open') return order.filled.isZero() ? 'live' : 'partially_filled';
  return order.status === 'filled' ? 'filled' : 'canceled';
}

export function sideOf(order: VenueOrder | VenueFill): string {
  return order.side === 'BUY' ? 'buy' : 'sell';
}

export function sizeOf(order: VenueOrder): string {
  return (order.quantity ?? order.quoteQuantity)?.toString() ?? '';
}

export function stpModeOf(order: VenueOrder): string {
  return STP_WORDS[order.selfTradePrevention];
}

export function cancelSourceOf(order: VenueOrder): readonly [source: string, reason: string] {
  return order.endReason === null ? ['', ''] : SOURCES[order.endReason];
}

/** Anything after the acceptance is stamped at least 1 ms later, as in recordings (okx.md 7.2, 9.1). */
export function updateTimeOf(order: VenueOrder): string {
  const untouched = order.status === 'open' && order.filled.isZero();
  return String(untouched ? order.updatedAt : Math.max(order.updatedAt, order.createdAt + 1));
}

/** Far beyond what OKX prints, so that price × quantity is found again exactly. */
const AVERAGE_DECIMALS = 18;

/** Null when nothing is filled. */
export function averageOf(order: VenueOrder): string | null {
  return order.filled.isZero() ? null : order.filledQuote.div(order.filled, AVERAGE_DECIMALS).toString();
}

/** OKX's sign: negative is paid, positive is a rebate. */
export function feeOf(amount: Decimal): string {
  return amount.neg().toString();
}

export function quoteOf(symbol: string): string {
  return symbol.slice(symbol.indexOf('/') + 1);
}

/** What an order receives: fees are in it, and it is named before any fill (okx.md 7.3). */
export function receivedCcyOf(order: VenueOrder): string {
  const quote = quoteOf(order.symbol);
  return order.side === 'BUY' ? order.symbol.slice(0, -quote.length - 1) : quote;
}

/** The other one: OKX names it as the currency of the (absent) rebate. */
export function givenCcyOf(order: VenueOrder): string {
  const quote = quoteOf(order.symbol);
  return order.side === 'SELL' ? order.symbol.slice(0, -quote.length - 1) : quote;
}
