// What createOrder is called with, read and checked: wrong types throw, amounts that make no order are an error, a checked order is a type of its own.
// Sending is submit.ts's part; what an account's mode cannot express is the exchange's.

import { misspelt } from '../domain/alike.ts';
import { Decimal } from '../domain/decimal.ts';
import { checkAmounts, type Instrument } from '../domain/instrument.ts';
import { kindOf } from '../domain/kind-of.ts';
import {
  ORDER_ACTION_BUY,
  ORDER_ACTION_SELL,
  ORDER_TYPE_LIMIT,
  ORDER_TYPE_MARKET,
  TIME_IN_FORCE,
  type OrderAction,
  type OrderType,
  type TimeInForce,
} from '../domain/order.ts';
import type { CreateCommand } from '../exchanges/exchange.ts';

/** A decimal as text; numbers are taken by their shortest text (0.1 is 0.1). */
export type Amount = string | number;

export interface CreateOrderOptions {
  readonly orderType?: OrderType | undefined;
  readonly timeInForce?: TimeInForce | undefined;
  /** The order's own id; made by the framework when left out. */
  readonly clientOrderId?: string | undefined;
  /** MARKET only: spend (or receive) this much of the quote asset instead of stating a quantity. */
  readonly quoteQuantity?: Amount | undefined;
  /** Send it even while the private stream is not live: its fate is then learnt later. */
  readonly evenIfNotReady?: boolean | undefined;
  /** The exchange's own options go to the wire by name. */
  readonly [extra: string]: string | number | boolean | undefined;
}

/** Types are right; amounts may be nonsense (`problem`). */
export interface OrderRequest {
  readonly action: OrderAction;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly clientOrderId: string | null;
  readonly price: Decimal | null;
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
  readonly evenIfNotReady: boolean;
  readonly extra: Readonly<Record<string, string | number | boolean>>;
  /** What makes it an order that no exchange could take, in words; null when nothing is known yet. */
  readonly problem: string | null;
}

declare const checked: unique symbol;
/** A command that passed every local check. Only `checkOrder` makes one. */
type CheckedCommand = CreateCommand & { readonly [checked]: true };

const NO_EXTRA: OrderRequest['extra'] = {};
const ACTIONS = [ORDER_ACTION_BUY, ORDER_ACTION_SELL] as const;
const ORDER_TYPES = [ORDER_TYPE_LIMIT, ORDER_TYPE_MARKET] as const;

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  for (const known of allowed) if (value === known) return known;
  if (typeof value !== 'string')
    throw new TypeError(`createOrder: ${name} must be ${allowed.join(' or ')}, got ${kindOf(value)}`);
  throw new RangeError(`createOrder: ${name} must be ${allowed.join(' or ')}, got "${value}"`);
}

/** In plain form: more than any exchange's amounts have, and what a double has too many (0.30000000000000004). Beyond lies nothing but a mistake. */
const MOST_DIGITS = 50;

function amount(name: string, value: unknown): Decimal | string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof Decimal)) {
    throw new TypeError(`createOrder: ${name} must be a decimal string or a number, got ${kindOf(value)}`);
  }
  // A long text is not even read: that takes the longer the more digits there are.
  const isLong = typeof value === 'string' && value.length > MOST_DIGITS;
  const read = isLong ? null : Decimal.tryFrom(value);
  if (isLong || (read !== null && read.toString().length > MOST_DIGITS)) {
    const text = String(value);
    const shown = text.length > MOST_DIGITS ? `${text.slice(0, MOST_DIGITS)}…` : text;
    return `${name} ${shown} has more than ${MOST_DIGITS} digits`;
  }
  return read ?? `${name} ${typeof value === 'string' ? JSON.stringify(value) : String(value)} is not a decimal number`;
}

const NAMES = ['orderType', 'timeInForce', 'clientOrderId', 'quoteQuantity', 'evenIfNotReady'] as const;
const KNOWN: ReadonlySet<string> = new Set(NAMES);
/** What other libraries call it. On the wire it would be passed over, and the order would take. */
const ELSEWHERE = { postOnly: ['timeInForce', 'POST_ONLY'] } as const;

function extraOf(options: CreateOrderOptions): OrderRequest['extra'] {
  let extra: Record<string, string | number | boolean> | null = null;
  for (const name in options) {
    const value = options[name];
    if (KNOWN.has(name) || value === undefined) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new TypeError(`createOrder: option ${name} must be a string, a number or a boolean, got ${kindOf(value)}`);
    }
    (extra ??= {})[name] = value;
  }
  if (extra === null) return NO_EXTRA;
  // Exchanges pass over what they do not know: the order would go out without what was meant.
  const slip = misspelt(options, NAMES, ELSEWHERE);
  if (slip !== null) throw new RangeError(`createOrder: option ${slip.key} is unknown; did you mean ${slip.meant}?`);
  return extra;
}

/**
 * Reads the arguments of createOrder.
 * @throws TypeError, RangeError for what is a mistake in the program
 */
export function readOrderRequest(
  action: unknown,
  price: unknown,
  quantity: unknown,
  options: CreateOrderOptions | undefined,
): OrderRequest {
  if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options))) {
    throw new TypeError(`createOrder: options must be an object, got ${kindOf(options)}`);
  }
  const given = options ?? {};
  const { clientOrderId, evenIfNotReady } = given;
  if (clientOrderId !== undefined && typeof clientOrderId !== 'string') {
    throw new TypeError(`createOrder: clientOrderId must be a string, got ${kindOf(clientOrderId)}`);
  }
  if (evenIfNotReady !== undefined && typeof evenIfNotReady !== 'boolean') {
    throw new TypeError(`createOrder: evenIfNotReady must be true or false, got ${kindOf(evenIfNotReady)}`);
  }
  const readPrice = amount('price', price);
  const readQuantity = amount('quantity', quantity);
  const readQuote = amount('quoteQuantity', given.quoteQuantity);
  let problem: string | null = null;
  if (typeof readPrice === 'string') problem = readPrice;
  else if (typeof readQuantity === 'string') problem = readQuantity;
  else if (typeof readQuote === 'string') problem = readQuote;
  if (readQuantity !== null && readQuote !== null) problem ??= 'quantity must be null when quoteQuantity is given';
  return {
    action: oneOf('action', action, ACTIONS),
    orderType: given.orderType === undefined ? ORDER_TYPE_LIMIT : oneOf('orderType', given.orderType, ORDER_TYPES),
    timeInForce: given.timeInForce === undefined ? 'GTC' : oneOf('timeInForce', given.timeInForce, TIME_IN_FORCE),
    clientOrderId: clientOrderId ?? null,
    price: typeof readPrice === 'string' ? null : readPrice,
    quantity: typeof readQuantity === 'string' ? null : readQuantity,
    quoteQuantity: typeof readQuote === 'string' ? null : readQuote,
    evenIfNotReady: evenIfNotReady ?? false,
    extra: options === undefined ? NO_EXTRA : extraOf(options),
    problem,
  };
}

/** The command to send, or why the order cannot be sent. */
export function checkOrder(
  request: OrderRequest,
  instrument: Instrument,
  clientOrderId: string,
  isCalledOff: () => boolean,
): CheckedCommand | string {
  const problem = request.problem ?? checkAmounts(instrument, request);
  if (problem !== null) return problem;
  if (request.orderType === ORDER_TYPE_MARKET && request.timeInForce === 'POST_ONLY') {
    return 'a MARKET order takes and cannot be POST_ONLY';
  }
  const command: CreateCommand = {
    instrument,
    clientOrderId,
    action: request.action,
    orderType: request.orderType,
    timeInForce: request.timeInForce,
    price: request.price,
    quantity: request.quantity,
    quoteQuantity: request.quoteQuantity,
    extra: request.extra,
    isCalledOff,
  };
  // The checks are above; the type only says that they were made.
  return command as CheckedCommand;
}
