// Commands of the framework as OKX's orders and cancels, and what an account's mode cannot express (okx.md 5, 6). Pure.
// Whether they go over the socket or REST is trading.ts's part.

import type { Instrument } from '../../domain/instrument.ts';
import { INST_ID_CODE } from './decode-market.ts';
import type { CreateCommand, OrderRef } from '../exchange.ts';

/** How an order names its instrument: REST by id, the socket by integer code and nothing else (trap 1). */
type InstrumentName = { readonly instId: string } | { readonly instIdCode: number };

export type Args = Readonly<Record<string, string | number | boolean>>;

/** Null when the code is not known (new listings): the order must go by REST then. */
export function codeOf(instrument: Instrument): { readonly instIdCode: number } | null {
  const code = instrument.extra[INST_ID_CODE];
  return typeof code === 'number' ? { instIdCode: code } : null;
}

const ORDER_TYPES = { GTC: 'limit', IOC: 'ioc', FOK: 'fok', POST_ONLY: 'post_only' } as const;

/** Spot and futures mode pay in cash; multi-currency and portfolio margin refuse cash and take cross (5.2, trap 21). */
export function tdModeOf(level: string): 'cash' | 'cross' {
  return level === '3' || level === '4' ? 'cross' : 'cash';
}

/**
 * Why an account of this level cannot express the order, and the way out; null when it can.
 * @param level acctLv; null when the account was not asked yet
 */
export function refusalOf(command: CreateCommand, level: string | null): string | null {
  if (level === null) return 'the mode of the OKX account is not known yet; wait until the account is ready';
  if (command.orderType !== 'MARKET') return null;
  if (command.timeInForce !== 'GTC' && command.timeInForce !== 'IOC') {
    return `timeInForce ${command.timeInForce} does not exist for MARKET orders on OKX; use a LIMIT order`;
  }
  const mode = command.extra['tdMode'] ?? tdModeOf(level);
  if (mode === 'cash') return null;
  if (command.action === 'BUY' && command.quoteQuantity === null) {
    return (
      `with tdMode ${mode} (account level ${level}) OKX takes the size of a market buy in ${command.instrument.quote} only; ` +
      'give quoteQuantity, or use a LIMIT order with timeInForce IOC'
    );
  }
  if (command.action === 'SELL' && command.quoteQuantity !== null) {
    return `with tdMode ${mode} (account level ${level}) OKX takes the size of a market sell in ${command.instrument.base} only; give quantity`;
  }
  return null;
}

/** Fields of a new order. Optional fields are left out, never sent empty (5.1). The caller's own options come along, but cannot change the order itself. */
export function createArgs(command: CreateCommand, name: InstrumentName, level: string): Args {
  const market = command.orderType === 'MARKET';
  const size = command.quoteQuantity ?? command.quantity;
  const args: Record<string, string | number | boolean> = {
    tdMode: tdModeOf(level),
    ...command.extra,
    ...name,
    clOrdId: command.clientOrderId,
    side: command.action === 'BUY' ? 'buy' : 'sell',
    ordType: market ? 'market' : ORDER_TYPES[command.timeInForce],
    sz: size === null ? '' : size.toString(),
  };
  if (!market && command.price !== null) args['px'] = command.price.toString();
  // Always said: the default is quote for buys and base for sells (trap 4). On margin it is ignored.
  if (market && args['tdMode'] === 'cash') args['tgtCcy'] = command.quoteQuantity === null ? 'base_ccy' : 'quote_ccy';
  // A market order that the funds do not cover is refused rather than trimmed, on margin too (5.1, 5.4): nothing is rounded silently.
  if (market) args['banAmend'] ??= true;
  return args;
}

const GREATEST_ORDER_ID = String(2n ** 63n - 1n);

/** Order ids are whole numbers of up to 19 digits (trap 17). Anything else was never one, and asking for it is refused as a wrong parameter. */
export function isOrderId(id: string): boolean {
  return /^\d{1,19}$/.test(id) && id.padStart(GREATEST_ORDER_ID.length, '0') <= GREATEST_ORDER_ID;
}

/** Whether OKX can know the order: it is not named by what is no order id. */
export function isKnowable({ orderId }: OrderRef): boolean {
  return orderId === null || isOrderId(orderId);
}

/** Names the order to cancel; OKX's own id where both are known. */
export function cancelArgs(ref: OrderRef, name: InstrumentName): Args {
  if (ref.orderId !== null) return { ...name, ordId: ref.orderId };
  return { ...name, clOrdId: ref.clientOrderId ?? '' };
}

/** A socket operation. `expTime` (exchange time, ms) stands at the top level here, and in a header on REST (trap 31). */
export function operationFrame(id: string, op: string, args: readonly Args[], expTime: number | null): string {
  return JSON.stringify(expTime === null ? { id, op, args } : { id, op, args, expTime: String(expTime) });
}

export function loginFrame(apiKey: string, passphrase: string, timestamp: string, sign: string): string {
  return JSON.stringify({ op: 'login', args: [{ apiKey, passphrase, timestamp, sign }] });
}

export function subscriptionFrame(op: 'subscribe' | 'unsubscribe', args: readonly Args[]): string {
  return JSON.stringify({ op, args });
}

/** A path with its query, encoded once: the same bytes are signed and sent (3). Undefined values are left out. */
export function pathWithQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parts.push(`${name}=${encodeURIComponent(String(value))}`);
  }
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}
