// The typed raw client that `trade.restApi` is: one method for each endpoint, payloads in Binance's own form (binance.md A3.3, A7-A11).
// A failure is a TradeError; meaning (orders, fills, outcomes) is given by decode.ts and trading.ts.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { BINANCE } from '../../domain/platform.ts';
import type { Clock } from '../../seam/clock.ts';
import { ClockOffset } from '../../wire/clock-offset.ts';
import { PerHost } from '../../wire/per-host.ts';
import type { Priority } from '../../wire/rate-budget.ts';
import { cancelAllCall, depthWeight, getCall, myTradesCall, openOrdersCall, type Call } from './encode.ts';
import { isRow, number } from './frames.ts';
import type {
  Account,
  AccountTrade,
  BookTicker,
  CanceledOrder,
  Depth,
  ExchangeInfo,
  Kline,
  OrderListReport,
  PlacedOrder,
  PriceTicker,
  PublicTrade,
  QueriedOrder,
  RateLimit,
  ServerTime,
} from './rest-rows.ts';
import type { BinanceRequests } from './requests.ts';
import type { Params, ParamValue } from './sign.ts';

/** Optional parameters of an endpoint, by Binance's names. */
export type Options = Readonly<Record<string, ParamValue | undefined>>;

export class BinanceRest {
  readonly #requests: BinanceRequests;

  constructor(requests: BinanceRequests) {
    this.#requests = requests;
  }

  // ---- market

  ping(): Promise<Result<Readonly<Record<string, never>>>> {
    return this.#public('/api/v3/ping', {}, 1);
  }

  getServerTime(): Promise<Result<ServerTime>> {
    return this.#public('/api/v3/time', {}, 1);
  }

  /** @param rawSymbol none: every symbol, which is a large answer */
  getExchangeInfo(rawSymbol?: string): Promise<Result<ExchangeInfo>> {
    return this.#public('/api/v3/exchangeInfo', { symbol: rawSymbol }, 20);
  }

  /**
   * @param limit levels for each side, 1 to 5000
   * @param priority `spare`: takes only what others leave (RateBudget)
   */
  getOrderbook(rawSymbol: string, limit = 100, priority: 'query' | 'spare' = 'query'): Promise<Result<Depth>> {
    return this.#public('/api/v3/depth', { symbol: rawSymbol, limit }, depthWeight(limit), priority);
  }

  getTrades(rawSymbol: string, limit = 500): Promise<Result<readonly PublicTrade[]>> {
    return this.#public('/api/v3/trades', { symbol: rawSymbol, limit }, 25);
  }

  /** @param options startTime, endTime, limit (500, at most 1000) */
  getKlines(rawSymbol: string, interval: string, options: Options = {}): Promise<Result<readonly Kline[]>> {
    return this.#public('/api/v3/klines', { symbol: rawSymbol, interval, ...options }, 2);
  }

  getPrice(rawSymbol: string): Promise<Result<PriceTicker>> {
    return this.#public('/api/v3/ticker/price', { symbol: rawSymbol }, 2);
  }

  getBookTicker(rawSymbol: string): Promise<Result<BookTicker>> {
    return this.#public('/api/v3/ticker/bookTicker', { symbol: rawSymbol }, 2);
  }

  /** The last 24 hours. */
  getTicker(rawSymbol: string): Promise<Result<Readonly<Record<string, string | number>>>> {
    return this.#public('/api/v3/ticker/24hr', { symbol: rawSymbol }, 2);
  }

  // ---- account

  getAccount(options: Options = { omitZeroBalances: true }): Promise<Result<Account>> {
    return this.#signed(getCall('/api/v3/account', defined(options), 20));
  }

  /** How many unfilled orders count against the limits. */
  getOrderCount(): Promise<Result<readonly RateLimit[]>> {
    return this.#signed(getCall('/api/v3/rateLimit/order', {}, 40));
  }

  // ---- orders

  /** @param params by Binance's names: symbol, side, type, quantity, price, timeInForce, newClientOrderId … Never sent twice. */
  createOrder(params: Params): Promise<Result<PlacedOrder>> {
    return this.#signed(write('POST', '/api/v3/order', params, 'order', 1));
  }

  /** Checked by the exchange, never placed. */
  testOrder(params: Params): Promise<Result<Readonly<Record<string, unknown>>>> {
    const weight = String(params['computeCommissionRates']) === 'true' ? 20 : 1;
    return this.#signed({ ...write('POST', '/api/v3/order/test', params, 'query', 0), weight });
  }

  /** @param id orderId or origClientOrderId */
  cancelOrder(rawSymbol: string, id: Options): Promise<Result<CanceledOrder>> {
    return this.#signed(write('DELETE', '/api/v3/order', { symbol: rawSymbol, ...defined(id) }, 'cancel', 0));
  }

  /** Error -2011 when there is nothing to cancel. Lists of orders come as one entry. */
  cancelOpenOrders(rawSymbol: string): Promise<Result<readonly (CanceledOrder | OrderListReport)[]>> {
    return this.#signed(cancelAllCall(rawSymbol));
  }

  /** @param id orderId or origClientOrderId */
  getOrder(rawSymbol: string, id: Options): Promise<Result<QueriedOrder>> {
    return this.#signed(getCall('/api/v3/order', { symbol: rawSymbol, ...defined(id) }, 4));
  }

  /** @param rawSymbol none: of every symbol, at a high weight */
  getOpenOrders(rawSymbol?: string): Promise<Result<readonly QueriedOrder[]>> {
    return this.#signed(openOrdersCall(rawSymbol));
  }

  /** @param options orderId (from there on), or startTime and endTime (at most 24 h apart); limit (500, at most 1000) */
  getAllOrders(rawSymbol: string, options: Options = {}): Promise<Result<readonly QueriedOrder[]>> {
    return this.#signed(getCall('/api/v3/allOrders', { symbol: rawSymbol, ...defined(options) }, 20));
  }

  /** @param options orderId, fromId, startTime, endTime, limit (500, at most 1000) */
  getMyTrades(rawSymbol: string, options: Options = {}): Promise<Result<readonly AccountTrade[]>> {
    return this.#signed(myTradesCall({ symbol: rawSymbol, ...defined(options) }));
  }

  /** Any other endpoint of the API that needs a signature. */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options: Options = {},
    weight = 1,
  ): Promise<Result<unknown>> {
    return this.#signed({
      method,
      path,
      socketMethod: null,
      params: defined(options),
      weight,
      orders: 0,
      priority: 'query',
    });
  }

  async #public<T>(path: string, options: Options, weight: number, priority: Priority = 'query'): Promise<Result<T>> {
    return trusted<T>(await this.#requests.sendPublic({ ...getCall(path, defined(options), weight), priority }));
  }

  async #signed<T>(call: Call): Promise<Result<T>> {
    return trusted<T>(await this.#requests.sendByRest(call));
  }
}

/** The raw client hands on what the exchange sent: its form is the exchange's word, not checked by us. */
function trusted<T>([value, error]: Result<unknown>): Result<T> {
  return error === null ? ok(value as T) : [null, error];
}

function write(method: 'POST' | 'DELETE', path: string, params: Params, priority: Priority, orders: number): Call {
  return { method, path, socketMethod: null, params, weight: 0, orders, priority };
}

function defined(options: Options): Params {
  const params: Record<string, ParamValue> = {};
  for (const name in options) {
    const value = options[name];
    if (value !== undefined) params[name] = value;
  }
  return params;
}

/** The same for all accounts and markets of a process. */
const CLOCKS = new PerHost<ClockOffset>();

/** The exchange's clock, by which requests are dated and rate windows begin. @param requests whom to ask, once there is somebody */
export function exchangeClock(
  process: object,
  host: string,
  clock: Clock,
  requests: () => BinanceRequests,
): ClockOffset {
  // Three samples, as signatures tolerate seconds: who starts in order to revoke has no time for more.
  const ask = (onLeaving: () => void): Promise<Result<number>> => askTime(requests(), onLeaving);
  return CLOCKS.get(process, host, () => new ClockOffset({ clock, ask, samples: 3 }));
}

/**
 * With the right of a cancel, which may be what waits for it. What waits out a ban, or for the next minute, has not been on its way: half of
 * that would be added to every timestamp (A2.4).
 */
async function askTime(requests: BinanceRequests, onLeaving: () => void): Promise<Result<number>> {
  const [answer, error] = await requests.sendPublic({
    ...getCall('/api/v3/time', {}, 1),
    priority: 'cancel',
    onLeaving,
  });
  if (error !== null) return fail(error);
  const serverTime = isRow(answer) ? number(answer, 'serverTime') : null;
  return serverTime === null
    ? fail(new TradeError('Binance did not tell its time', { kind: 'unknown', outcome: 'unknown', platform: BINANCE }))
    : ok(serverTime);
}
