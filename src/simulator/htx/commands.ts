// What changes orders, the same over REST and over the order-entry socket: place, cancel by either id, in batches, all (htx.md sections 5.1-5.9, 6).
// The checks stand in the order of section 14, point 3.

import { Decimal } from '../../domain/decimal.ts';
import type { Timer } from '../../seam/clock.ts';
import type { Gateway } from '../gateway.ts';
import type { JsonValue } from '../json-text.ts';
import type {
  NewVenueOrder,
  OrderRef,
  PlaceRejection,
  SelfTradePrevention,
  Side,
  Venue,
  VenueAccount,
  VenueInstrument,
  VenueOrder,
} from '../venue.ts';
import { errorBody, NOT_FOUND, NO_PERMISSION, NO_SYMBOL, orderState, required, type HtxError } from './errors.ts';
import { spotAccountId, stateNumber } from './render.ts';
import { findInstrument, MARKET_BUY_MAX, precisionOf, rawSymbol } from './symbols.ts';

export type Body = { readonly [key: string]: JsonValue | undefined };
export type Params = Readonly<Record<string, unknown>>;

export interface HtxSettings {
  /** Whether a limit-maker that would take is accepted and canceled at once (`creation` and `cancellation` pushed) or refused; UNCONFIRMED on the exchange. */
  readonly crossingLimitMaker: 'cancel' | 'refuse';
  /**
   * How `/ws/trade` refuses what is no matter of the order itself - too fast, not logged in, no such operation: like REST, with the request's
   * `cid`, or in the codes of `/ws/v2` (section 8.6), which name no request; UNCONFIRMED on the exchange.
   */
  readonly tradeRefusals: 'rest-codes' | 'socket-codes';
  /** What an expired session of `/ws/trade` does: it is closed, or lives on without its login. No idle timeout is published: UNCONFIRMED. */
  readonly tradeExpiry: 'close' | 'forget-login';
  /** Each user has a margin account as well: first in the list of accounts, and on every private channel whatever the spot account does, once more. */
  readonly marginAccount: boolean;
  /** From the answer to a cancel to the cancellation, ms: the answer says no more than that it is queued (section 5.5), and a fill may come in between. */
  readonly cancelTakesMs: number;
  /** HTTP status of a REST refusal for rate: 429 (section 12), or 200 like that of every other error code (section 5.0). */
  readonly rateStatus: 429 | 200;
}

export const DEFAULT_SETTINGS: HtxSettings = {
  crossingLimitMaker: 'cancel',
  tradeRefusals: 'rest-codes',
  tradeExpiry: 'close',
  marginAccount: false,
  cancelTakesMs: 0,
  rateStatus: 429,
};

const MAX_BATCH_CANCEL = 50;
const MAX_BATCH_PLACE = 10;
const PLAIN = /^\d{1,20}(\.\d{1,20})?$/;
const TYPE = /^(buy|sell)-(market|limit|ioc|limit-maker|limit-fok)$/;
/** How long an order is found by its client id, counted from its creation: one that ended, and one that has not (section 5.3). */
const CLIENT_ID_MEMORY_MS = { ended: 2 * 3_600_000, open: 8 * 3_600_000 } as const;
/** After two hours a cancel is not told any more how the order ended (section 5.5). */
const END_MEMORY_MS = 2 * 3_600_000;
const CLOSED_LONG_AGO = -1;
const CANCELING = 10;

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

const PLACE_ERRORS: Readonly<Record<Exclude<PlaceRejection, 'insufficient-balance'>, HtxError>> = {
  'duplicate-client-order-id': { code: 'invalid-client-order-id', message: 'invalid client order id' },
  'post-only-would-take': {
    code: 'order-limitorder-price-min-error',
    message: 'The limit-maker order would take liquidity',
  },
  'no-liquidity': { code: 'order-marketorder-amount-min-error', message: 'No liquidity for the market order' },
  'too-many-orders': { code: 'order-holding-limit-failed', message: 'Too many open orders' },
  'unknown-symbol': NO_SYMBOL,
  'account-disabled': NO_PERMISSION,
};

/** `68,824,237`: how account ids stand in refusals (section 5.1). */
function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Null when the text is no order id. */
function idOf(value: unknown): bigint | null {
  const id = text(value);
  return id !== null && /^\d{1,20}$/.test(id) ? BigInt(id) : null;
}

export class Commands {
  private readonly venue: Venue;
  private readonly gateway: Gateway;
  readonly settings: HtxSettings;
  /** Cancels that are queued, by order id. */
  private readonly queued = new Map<bigint, Timer>();

  constructor(venue: Venue, gateway: Gateway, settings: HtxSettings) {
    this.venue = venue;
    this.gateway = gateway;
    this.settings = settings;
  }

  place(account: VenueAccount, params: Params): Body {
    const order = this.readOrder(account, params);
    if ('code' in order) return errorBody(order);
    const result = this.venue.place(account.uid, order, {
      uniqueClientOrderIds: false,
      postOnly: this.settings.crossingLimitMaker === 'cancel' ? 'accept-then-cancel' : 'reject',
    });
    if (!result.ok) {
      return errorBody(
        result.rejection === 'insufficient-balance' ? this.notEnough(account, order) : PLACE_ERRORS[result.rejection],
      );
    }
    return {
      status: 'ok',
      data: String(result.order.orderId),
      clientOrderId: order.clientOrderId === '' ? undefined : order.clientOrderId,
    };
  }

  private notEnough(account: VenueAccount, { symbol, side }: NewVenueOrder): HtxError {
    const instrument = this.venue.instruments.get(symbol);
    const asset = side === 'BUY' ? instrument?.quote : instrument?.base;
    const left = asset === undefined ? undefined : account.balances.get(asset)?.free;
    return {
      code: 'account-frozen-balance-insufficient-error',
      message: `trade account balance is not enough, left: ${left?.toString() ?? '0'}`,
    };
  }

  /** Each order stands for itself: the envelope is ok even when items fail (section 5.4). */
  placeBatch(account: VenueAccount, orders: readonly Params[]): Body {
    if (orders.length === 0 || orders.length > MAX_BATCH_PLACE) {
      return errorBody({ code: 'validation-constraints-error', message: `1 to ${MAX_BATCH_PLACE} orders` });
    }
    const data = orders.map((params): JsonValue => {
      const answer = this.place(account, params);
      const clientOrderId = text(params['client-order-id']) ?? '';
      if (answer['status'] === 'ok')
        return { 'order-id': BigInt(text(answer['data']) ?? '0'), 'client-order-id': clientOrderId };
      return { 'client-order-id': clientOrderId, 'err-code': answer['err-code'], 'err-msg': answer['err-msg'] };
    });
    return { status: 'ok', data };
  }

  private readOrder(account: VenueAccount, params: Params): NewVenueOrder | HtxError {
    const accountId = text(params['account-id']);
    if (accountId === null) return required('account-id');
    if (accountId !== String(spotAccountId(account))) {
      return {
        code: 'account-frozen-account-inexistent-error',
        message: `account for id ${grouped(accountId)} and user id ${grouped(String(account.uid))} does not exist`,
      };
    }
    const raw = text(params['symbol']);
    if (raw === null) return required('symbol');
    const instrument = findInstrument(this.venue, raw);
    if (instrument === null) return NO_SYMBOL;
    const type = text(params['type']);
    if (type === null) return required('type');
    const match = TYPE.exec(type);
    if (match === null) return { code: 'order-type-invalid', message: 'Order type is invalid' };
    const amountText = text(params['amount']);
    if (amountText === null) return required('amount');
    if (!PLAIN.test(amountText)) return { code: 'invalid-amount', message: 'Invalid amount' };
    const clientOrderId = text(params['client-order-id']) ?? '';
    if (!/^[A-Za-z0-9_-]{0,64}$/.test(clientOrderId))
      return { code: 'invalid-client-order-id', message: 'Invalid client order id' };
    const side: Side = match[1] === 'buy' ? 'BUY' : 'SELL';
    const kind = match[2] ?? '';
    const amount = Decimal.from(amountText);
    const priceText = text(params['price']);
    const market = kind === 'market';
    if (market && priceText !== null) return { code: 'order-invalid-price', message: 'A market order takes no price' };
    if (!market && (priceText === null || !PLAIN.test(priceText)))
      return { code: 'order-invalid-price', message: 'Invalid price' };
    const price = market || priceText === null ? null : Decimal.from(priceText);
    const problem = this.outOfBounds(instrument, side, amount, price);
    if (problem !== null) return problem;
    const byValue = market && side === 'BUY';
    return {
      symbol: instrument.symbol,
      side,
      type: market ? 'MARKET' : 'LIMIT',
      timeInForce: kind === 'ioc' ? 'IOC' : kind === 'limit-fok' ? 'FOK' : 'GTC',
      postOnly: kind === 'limit-maker',
      price,
      quantity: byValue ? null : amount,
      quoteQuantity: byValue ? amount : null,
      clientOrderId,
      selfTradePrevention: selfTrade(params),
      tag: { type },
    };
  }

  private outOfBounds(
    instrument: VenueInstrument,
    side: Side,
    amount: Decimal,
    price: Decimal | null,
  ): HtxError | null {
    const precision = precisionOf(instrument);
    if (amount.decimals() > precision.amount)
      return {
        code: 'order-orderamount-precision-error',
        message: `Order amount precision exceeded: ${precision.amount}`,
      };
    if (price !== null && price.decimals() > precision.price)
      return {
        code: 'order-orderprice-precision-error',
        message: `Order price precision exceeded: ${precision.price}`,
      };
    if (price === null && side === 'BUY') {
      if (amount.lt(instrument.minNotional))
        return {
          code: 'order-value-min-error',
          message: `Order total cannot be lower than: ${instrument.minNotional} ${instrument.quote}`,
        };
      return amount.gt(MARKET_BUY_MAX)
        ? {
            code: 'order-marketorder-amount-buy-max-error',
            message: `Order total cannot be higher than: ${MARKET_BUY_MAX} ${instrument.quote}`,
          }
        : null;
    }
    const family = price === null ? 'order-marketorder' : 'order-limitorder';
    if (amount.lt(instrument.minQuantity))
      return {
        code: `${family}-amount-min-error`,
        message: `Order amount cannot be lower than: ${instrument.minQuantity}`,
      };
    if (amount.gt(instrument.maxQuantity)) {
      return {
        code: price === null ? `${family}-amount-sell-max-error` : `${family}-amount-max-error`,
        message: `Order amount cannot be higher than: ${instrument.maxQuantity}`,
      };
    }
    if (price === null) return null;
    if (!price.isPositive()) return { code: 'order-invalid-price', message: 'Invalid price' };
    if (price.mul(amount).lt(instrument.minNotional))
      return {
        code: 'order-value-min-error',
        message: `Order total cannot be lower than: ${instrument.minNotional} ${instrument.quote}`,
      };
    const reference = this.venue.lastPrice(instrument.symbol);
    if (reference === null) return null;
    if (side === 'BUY' && price.gt(reference.mul(Decimal.from('1.1'))))
      return { code: 'order-limitorder-price-buy-max-error', message: 'The buy price is too high' };
    if (side === 'SELL' && price.lt(reference.mul(Decimal.from('0.9'))))
      return { code: 'order-limitorder-price-sell-min-error', message: 'The sell price is too low' };
    return null;
  }

  /** Whether an order is still resolved by its client id. */
  remembersClientId(order: VenueOrder): boolean {
    const memory = order.status === 'open' ? CLIENT_ID_MEMORY_MS.open : CLIENT_ID_MEMORY_MS.ended;
    return this.venue.clock.now() - order.createdAt < memory;
  }

  private isLongGone(order: VenueOrder): boolean {
    return order.status !== 'open' && this.venue.clock.now() - order.updatedAt >= END_MEMORY_MS;
  }

  find(account: VenueAccount, ref: OrderRef): VenueOrder | null {
    let newest: VenueOrder | null = null;
    for (const symbol of this.venue.instruments.keys()) {
      const order = this.venue.order(account.uid, symbol, ref);
      if (order !== null && (newest === null || order.orderId > newest.orderId)) newest = order;
    }
    return newest;
  }

  private cancelOne(account: VenueAccount, ref: OrderRef): HtxError | null {
    const order = this.find(account, ref);
    if (order === null || ('clientOrderId' in ref && !this.remembersClientId(order))) return NOT_FOUND;
    if (order.status === 'open' && this.settings.cancelTakesMs > 0)
      return this.queue(order) ? null : orderState(CANCELING);
    const result = this.gateway.cancel(account.uid, order.symbol, { orderId: order.orderId });
    if (result.ok) return null;
    // IOC and FOK orders cannot be canceled by their user, whatever became of them (section 5.2); the state says more.
    return orderState(this.isLongGone(order) ? CLOSED_LONG_AGO : stateNumber(result.order ?? order));
  }

  /** False when it is queued already. What the order has become when its turn comes, counts. */
  private queue({ accountUid, symbol, orderId }: VenueOrder, reason?: 'cancel-all'): boolean {
    if (this.queued.has(orderId)) return false;
    const timer = this.venue.clock.after(this.settings.cancelTakesMs, () => {
      this.queued.delete(orderId);
      this.venue.cancel(accountUid, symbol, { orderId }, '', reason);
    });
    this.queued.set(orderId, timer);
    return true;
  }

  close(): void {
    for (const timer of this.queued.values()) timer.cancel();
    this.queued.clear();
  }

  cancel(account: VenueAccount, orderId: string): Body {
    const id = idOf(orderId);
    if (id === null) return errorBody({ code: 'validation-format-error', message: 'Format Error: order-id.' });
    const error = this.cancelOne(account, { orderId: id });
    return error === null ? { status: 'ok', data: orderId } : errorBody(error);
  }

  /** `data` is a code, and `ok` covers "not found" and "already filled" (section 5.6). */
  cancelByClientId(account: VenueAccount, params: Params): Body {
    const clientOrderId = text(params['client-order-id']);
    if (clientOrderId === null || clientOrderId === '') {
      return errorBody({ code: 'validation-constraints-required', message: 'Field is missing: client-order-id.' });
    }
    const error = this.cancelOne(account, { clientOrderId });
    if (error === null) return { status: 'ok', data: 10 };
    return { status: 'ok', data: error.orderState ?? 0 };
  }

  cancelBatch(account: VenueAccount, params: Params): Body {
    const byId = params['order-ids'];
    const byClientId = params['client-order-ids'];
    const list: unknown = byId ?? byClientId;
    if (!Array.isArray(list) || list.length === 0) {
      return errorBody({ code: 'batchcancel-order-id-list-empty', message: 'The list of order ids is empty' });
    }
    if (list.length > MAX_BATCH_CANCEL || (byId !== undefined && byClientId !== undefined)) {
      return errorBody({
        code: 'validation-constraints-error',
        message: `at most ${MAX_BATCH_CANCEL} ids of one kind`,
      });
    }
    const success: string[] = [];
    const failed: JsonValue[] = [];
    for (const item of list as readonly unknown[]) {
      const id = text(item) ?? '';
      const orderId = byId === undefined ? null : idOf(id);
      const error =
        byId === undefined
          ? this.cancelOne(account, { clientOrderId: id })
          : orderId === null
            ? NOT_FOUND
            : this.cancelOne(account, { orderId });
      if (error === null) success.push(id);
      else {
        failed.push({
          'err-msg': error.message,
          'order-state': error.orderState,
          'order-id': byId === undefined ? '' : id,
          'err-code': error.code,
          'client-order-id': byId === undefined ? id : undefined,
        });
      }
    }
    return { status: 'ok', data: { success, failed } };
  }

  /** At most `size` orders a call; `next-id` is -1 when none is left (section 5.8). */
  cancelOpen(account: VenueAccount, params: Params): Body {
    const size = params['size'] === undefined ? 100 : Number(text(params['size']));
    if (!Number.isInteger(size) || size < 1 || size > 100)
      return errorBody({ code: 'validation-constraints-error', message: 'size: 1 to 100' });
    const symbols = text(params['symbol'])?.split(',') ?? null;
    const types = text(params['types'])?.split(',') ?? null;
    const side = text(params['side']);
    const matching = this.venue.openOrders(account.uid, null).filter((order) => {
      const instrument = this.venue.instruments.get(order.symbol);
      if (symbols !== null && (instrument === undefined || !symbols.includes(rawSymbol(instrument)))) return false;
      if (side !== null && order.side.toLowerCase() !== side) return false;
      return types === null || types.includes(order.tag['type'] ?? '');
    });
    const chosen = matching.slice(0, size);
    for (const order of chosen) {
      if (this.settings.cancelTakesMs > 0) this.queue(order, 'cancel-all');
      else this.gateway.cancel(account.uid, order.symbol, { orderId: order.orderId }, 'cancel-all');
    }
    const next = matching[size];
    return {
      status: 'ok',
      data: { 'success-count': chosen.length, 'failed-count': 0, 'next-id': next === undefined ? -1 : next.orderId },
    };
  }

  cancelEverything(account: VenueAccount, raw: string | null): Body {
    const instrument = raw === null ? null : findInstrument(this.venue, raw);
    if (raw !== null && instrument === null) return errorBody(NO_SYMBOL);
    this.venue.cancelAll(account.uid, instrument?.symbol ?? null, '');
    return { status: 'ok', data: true };
  }
}

function selfTrade(params: Params): SelfTradePrevention {
  switch (text(params['self_match_prevent_new'])) {
    case 'cancel_taker':
      return 'expire-taker';
    case 'cancel_maker':
      return 'expire-maker';
    case 'cancel_both':
      return 'expire-both';
    default:
      return text(params['self-match-prevent']) === '1' ? 'expire-taker' : 'none';
  }
}
