// The typed raw client that `trade.restApi` is on HTX: one method for each endpoint, payloads in the exchange's own form (htx.md 3-5, 10).
// How a request is signed, sent and judged is requests.ts's part; what rows mean is decode.ts's.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import { isRow, rowsOf, text, type Row } from './frames.ts';
import type { Bucket } from './limits.ts';
import {
  isAccount,
  isBalance,
  isBook,
  isCanceledOpen,
  isCandle,
  isFee,
  isFill,
  isMarketStatus,
  isOrder,
  isPlaced,
  isSymbol,
  isTicker,
  isTrades,
  type HtxAccountRow,
  type HtxBalance,
  type HtxBook,
  type HtxCanceledOpen,
  type HtxCandle,
  type HtxFee,
  type HtxFill,
  type HtxMarketStatus,
  type HtxOrder,
  type HtxPlaced,
  type HtxSymbol,
  type HtxTicker,
  type HtxTrades,
  type IsKind,
} from './rest-rows.ts';
import type { Answer, Call, HtxRequests } from './requests.ts';
import type { Priority } from '../../wire/rate-budget.ts';
import type { QueryParams } from './sign.ts';
import { depthSize } from './decode-market.ts';

/** Parameters and bodies as HTX spells them; amounts are decimal strings. */
export type Params = Readonly<Record<string, unknown>>;

interface CanceledBatch {
  readonly success: readonly string[];
  readonly failed: readonly Row[];
}

interface CanceledOpen {
  /** Cancel requests made, not orders gone (5.8). */
  readonly count: number;
  /** '-1' when no more are left to ask for. */
  readonly nextId: string;
}

export class HtxRest {
  readonly #requests: HtxRequests;

  constructor(requests: HtxRequests) {
    this.#requests = requests;
  }

  /** Any endpoint that has no method here. Signed unless told otherwise; counted against the key's general limit. */
  async request(
    method: 'GET' | 'POST',
    path: string,
    options: { params?: QueryParams; body?: unknown; signed?: boolean } = {},
  ): Promise<Result<unknown>> {
    const { params, body, signed = true } = options;
    const answer = await this.#requests.send({
      method,
      path,
      bucket: 'other',
      priority: 'query',
      signed,
      ...(params === undefined ? {} : { params }),
      ...(body === undefined ? {} : { body }),
    });
    return payload(answer);
  }

  // Reference and market data (3, 10)

  /** Exchange time, ms. */
  async getServerTime(): Promise<Result<number>> {
    const [data, error] = await this.#public('/v1/common/timestamp', 'timestamp');
    if (error !== null) return fail(error);
    const time = Number(data);
    return Number.isSafeInteger(time) ? ok(time) : fail(odd('/v1/common/timestamp'));
  }

  /** 1 normal, 2 halted, 3 cancel only (3.4). */
  async getMarketStatus(): Promise<Result<HtxMarketStatus>> {
    return rowOf(isMarketStatus, await this.#public('/v2/market-status', 'reference'), '/v2/market-status');
  }

  /** Trading rules; all symbols when none is named. Numbers come as the text they were written with. */
  async getMarketSymbols(...rawSymbols: string[]): Promise<Result<readonly HtxSymbol[]>> {
    const params: QueryParams | undefined = rawSymbols.length === 0 ? undefined : { symbols: rawSymbols.join(',') };
    const path = '/v1/settings/common/market-symbols';
    return listOf(isSymbol, await this.#exact(path, 'reference', params), path);
  }

  /**
   * `tick` of the depth snapshot: at most 150 levels a side, and maybe fewer than asked for. Numbers come as the text they were written with.
   * @param priority `order`: an order waits for it, and no longer than an order may
   */
  async getOrderbook(rawSymbol: string, limit = 20, priority: 'query' | 'order' = 'query'): Promise<Result<HtxBook>> {
    const depth = depthSize(limit);
    const params = { symbol: rawSymbol, type: 'step0', ...(depth === null ? {} : { depth }) };
    return rowOf(isBook, await this.#exact('/market/depth', 'depth', params, priority), '/market/depth');
  }

  /** 24 h summary with the best bid and ask (`tick`). */
  async getTicker(rawSymbol: string): Promise<Result<HtxTicker>> {
    return rowOf(
      isTicker,
      await this.#public('/market/detail/merged', 'market', { symbol: rawSymbol }),
      '/market/detail/merged',
    );
  }

  async getTrades(rawSymbol: string, size = 100): Promise<Result<readonly HtxTrades[]>> {
    return listOf(
      isTrades,
      await this.#public('/market/history/trade', 'market', { symbol: rawSymbol, size: String(size) }),
      '/market/history/trade',
    );
  }

  /** Newest first. @param period 1min 5min 15min 30min 60min 4hour 1day 1week 1mon 1year */
  async getCandles(rawSymbol: string, period: string, size = 150): Promise<Result<readonly HtxCandle[]>> {
    return listOf(
      isCandle,
      await this.#public('/market/history/kline', 'market', { symbol: rawSymbol, period, size: String(size) }),
      '/market/history/kline',
    );
  }

  // Accounts (4)

  async getAccounts(): Promise<Result<readonly HtxAccountRow[]>> {
    return listOf(isAccount, await this.#signedGet('/v1/account/accounts', 'accounts'), '/v1/account/accounts');
  }

  async getBalance(accountId: string): Promise<Result<HtxBalance>> {
    return rowOf(isBalance, await this.#signedGet(`/v1/account/accounts/${accountId}/balance`, 'balance'), 'balance');
  }

  async getFeeRates(...rawSymbols: string[]): Promise<Result<readonly HtxFee[]>> {
    const path = '/v2/reference/transact-fee-rate';
    return listOf(isFee, await this.#signedGet(path, 'fee-rate', { symbols: rawSymbols.join(',') }), path);
  }

  // Orders (5)

  /** The order id. Never send it twice: HTX checks no client order id (5.3). */
  async placeOrder(params: Params): Promise<Result<string>> {
    return idOf(await this.place(params));
  }

  /** Up to ten; items fail one by one while the answer is ok (5.4). */
  async placeOrders(orders: readonly Params[]): Promise<Result<readonly HtxPlaced[]>> {
    const path = '/v1/order/batch-orders';
    return listOf(
      isPlaced,
      payload(await this.#requests.send({ ...signedPost(path, 'batch-orders', 'order', orders), isCreate: true })),
      path,
    );
  }

  async cancelOrder(orderId: string): Promise<Result<string>> {
    return idOf(await this.cancelById(orderId));
  }

  /** `data` is a state number, not an id; ok covers "not found" and "already filled" (5.6). */
  async cancelClientOrder(clientOrderId: string): Promise<Result<string>> {
    return idOf(await this.cancelByClientId(clientOrderId));
  }

  async cancelOrders(ids: Params): Promise<Result<Row>> {
    return rowOf(isRow, payload(await this.cancelBatch(ids)), '/v1/order/orders/batchcancel');
  }

  async cancelOpenOrders(params: Params): Promise<Result<HtxCanceledOpen>> {
    return rowOf(isCanceledOpen, payload(await this.cancelOpen(params)), '/v1/order/orders/batchCancelOpenOrders');
  }

  /**
   * @param rawSymbol as HTX spells it; left out: of all symbols
   * @param params account-id, side, size; from and direct for a further page
   */
  async getOpenOrders(rawSymbol?: string, params: QueryParams = {}): Promise<Result<readonly HtxOrder[]>> {
    const path = '/v1/order/openOrders';
    const query = rawSymbol === undefined ? params : { symbol: rawSymbol, ...params };
    return listOf(isOrder, await this.#signedGet(path, 'open-orders', query), path);
  }

  async getOrder(orderId: string): Promise<Result<HtxOrder>> {
    return rowOf(isOrder, await this.#signedGet(`/v1/order/orders/${orderId}`, 'order'), 'order');
  }

  async getClientOrder(clientOrderId: string): Promise<Result<HtxOrder>> {
    const path = '/v1/order/orders/getClientOrder';
    return rowOf(isOrder, await this.#signedGet(path, 'client-order', { clientOrderId }), path);
  }

  /** @param params symbol, states (comma list), start-time, end-time (at most 48 h apart), from, direct, size */
  async getOrders(params: QueryParams): Promise<Result<readonly HtxOrder[]>> {
    return listOf(isOrder, await this.#signedGet('/v1/order/orders', 'orders', params), '/v1/order/orders');
  }

  async getOrderFills(orderId: string): Promise<Result<readonly HtxFill[]>> {
    return listOf(
      isFill,
      await this.#signedGet(`/v1/order/orders/${orderId}/matchresults`, 'order-matchresults'),
      'matchresults',
    );
  }

  /** @param params symbol, start-time, end-time (at most 48 h apart), from (a row's id), direct, size */
  async getFills(params: QueryParams): Promise<Result<readonly HtxFill[]>> {
    return listOf(
      isFill,
      await this.#signedGet('/v1/order/matchresults', 'matchresults', params),
      '/v1/order/matchresults',
    );
  }

  /** Dead man's switch: 0 = off, else at least 5 seconds; of the whole user, at most 500 orders (5.10). */
  async cancelAllAfter(seconds: number): Promise<Result<unknown>> {
    return payload(
      await this.#requests.send(
        signedPost('/v2/algo-orders/cancel-all-after', 'algo-orders', 'cancel', { timeout: String(seconds) }),
      ),
    );
  }

  // The same writes with what the exchange says besides: for trading.ts

  place(params: Params, limits: Pick<Call, 'isCalledOff' | 'mostWaitMs'> = {}): Promise<Answer> {
    const call = signedPost('/v1/order/orders/place', 'place', 'order', params);
    return this.#requests.send({ ...call, ...limits, isCreate: true });
  }

  cancelById(orderId: string): Promise<Answer> {
    return this.#requests.send(signedPost(`/v1/order/orders/${orderId}/submitcancel`, 'submitcancel', 'cancel', {}));
  }

  cancelByClientId(clientOrderId: string): Promise<Answer> {
    const body = { 'client-order-id': clientOrderId };
    return this.#requests.send(
      signedPost('/v1/order/orders/submitCancelClientOrder', 'cancel-client-order', 'cancel', body),
    );
  }

  cancelBatch(body: Params): Promise<Answer> {
    return this.#requests.send(signedPost('/v1/order/orders/batchcancel', 'batchcancel', 'cancel', body));
  }

  cancelOpen(body: Params): Promise<Answer> {
    return this.#requests.send(
      signedPost('/v1/order/orders/batchCancelOpenOrders', 'cancel-open-orders', 'cancel', body),
    );
  }

  async #public(path: string, bucket: Bucket, params?: QueryParams): Promise<Result<unknown>> {
    return payload(await this.#requests.send(get(path, bucket, false, params)));
  }

  async #exact(
    path: string,
    bucket: Bucket,
    params?: QueryParams,
    priority: Priority = 'query',
  ): Promise<Result<unknown>> {
    return payload(await this.#requests.send({ ...get(path, bucket, false, params), priority, numbersAsText: true }));
  }

  async #signedGet(path: string, bucket: Bucket, params?: QueryParams): Promise<Result<unknown>> {
    return payload(await this.#requests.send(get(path, bucket, true, params)));
  }
}

function get(path: string, bucket: Bucket, signed: boolean, params: QueryParams | undefined): Call {
  const call: Call = { method: 'GET', path, bucket, priority: 'query', signed };
  return params === undefined ? call : { ...call, params };
}

function signedPost(path: string, bucket: Bucket, priority: Priority, body: unknown): Call {
  return { method: 'POST', path, bucket, priority, signed: true, body };
}

function payload(answer: Answer): Result<unknown> {
  return answer.ok ? ok(answer.data) : fail(answer.error);
}

/** An envelope that says ok around something else than the documented form. */
export function odd(what: string): TradeError {
  return new TradeError(`${what}: the answer has not the documented form`, {
    kind: 'unknown',
    outcome: 'unknown',
    platform: HTX,
  });
}

function rowOf<Kind extends Row>(isKind: IsKind<Kind>, [data, error]: Result<unknown>, what: string): Result<Kind> {
  if (error !== null) return fail(error);
  return isRow(data) && isKind(data) ? ok(data) : fail(odd(what));
}

function listOf<Kind extends Row>(
  isKind: IsKind<Kind>,
  [data, error]: Result<unknown>,
  what: string,
): Result<readonly Kind[]> {
  if (error !== null) return fail(error);
  if (!Array.isArray(data)) return fail(odd(what));
  const rows = rowsOf(data);
  return rows.every(isKind) ? ok(rows) : fail(odd(what));
}

/** Ids come as text from one endpoint and as number from another (5.0). */
export function idText(data: unknown): string {
  return typeof data === 'string' ? data : typeof data === 'number' ? String(data) : '';
}

function idOf(answer: Answer): Result<string> {
  if (!answer.ok) return fail(answer.error);
  const id = idText(answer.data);
  return id === '' ? fail(odd('order id')) : ok(id);
}

/** `data` of a batch cancel (5.7). Null when it has another form. */
export function canceledBatch(data: unknown): CanceledBatch | null {
  if (!isRow(data)) return null;
  const { success, failed } = data;
  if (!Array.isArray(success)) return null;
  return { success: success.map(idText), failed: rowsOf(failed) };
}

/** `data` of batchCancelOpenOrders (5.8). */
export function canceledOpen(data: unknown): CanceledOpen | null {
  if (!isRow(data)) return null;
  return { count: Number(text(data, 'success-count')), nextId: text(data, 'next-id') };
}
