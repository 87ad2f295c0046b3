// The typed raw client that `trade.restApi` is: one method for each endpoint, rows in OKX's own form (okx.md 6, 9, 10, 14).
// A failure is a TradeError; meaning (orders, fills, outcomes) is given by decode.ts and trading.ts.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { Args } from './encode.ts';
import { text, type Reply, type Row } from './frames.ts';
import { BATCH_SIZE, PAGE_SIZE, type Bucket } from './limits.ts';
import { errorFor } from './outcomes.ts';
import type { Answer, OkxRequests, RequestOptions } from './requests.ts';
import {
  asBalances,
  asBooks,
  asCandles,
  asConfig,
  asFees,
  asFills,
  asInstruments,
  asOrders,
  asResults,
  asTickers,
  asTimers,
  asTrades,
  type OkxBalance,
  type OkxBook,
  type OkxCandle,
  type OkxConfig,
  type OkxFee,
  type OkxFill,
  type OkxInstrument,
  type OkxOrder,
  type OkxResult,
  type OkxTicker,
  type OkxTimer,
  type OkxTrade,
} from './rest-rows.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;
export type Rows = Result<readonly Row[]>;
export type Many<Kind extends Row> = Result<readonly Kind[]>;

/** Paging by an id of the rows: `after` it is older, `before` it is newer. */
export interface Page {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly limit?: number | undefined;
}

export class OkxRest {
  readonly #requests: OkxRequests;

  constructor(requests: OkxRequests) {
    this.#requests = requests;
  }

  // ---- public

  /** Exchange time, ms. */
  async getServerTime(): Promise<Result<number>> {
    const [rows, error] = await this.#public('/api/v5/public/time', {}, 'time');
    if (error !== null) return fail(error);
    const time = Number(text(rows[0] ?? {}, 'ts'));
    return time > 0 ? ok(time) : fail(unexpected('no time in the answer'));
  }

  async getInstruments(instType: string, instId?: string): Promise<Many<OkxInstrument>> {
    return asInstruments(await this.#public('/api/v5/public/instruments', { instType, instId }, 'instruments'));
  }

  async getTicker(instId: string): Promise<Many<OkxTicker>> {
    return asTickers(await this.#public('/api/v5/market/ticker', { instId }, 'ticker'));
  }

  /** @param limit levels for each side, 1 to 400 */
  async getOrderbook(instId: string, limit = 20): Promise<Many<OkxBook>> {
    return asBooks(await this.#public('/api/v5/market/books', { instId, sz: limit }, 'books'));
  }

  async getTrades(instId: string, limit = 100): Promise<Many<OkxTrade>> {
    return asTrades(await this.#public('/api/v5/market/trades', { instId, limit }, 'trades'));
  }

  /**
   * One page, newest first; the first is not closed yet. Pages by open time (ms): `after` it is older.
   * @param bar '1m', '3m', '5m', '15m', '30m', '1H', '2H', '4H', '6H', '12H', '1D', …; from 6H on aligned to UTC+8, '6Hutc' and the like to UTC (trap 41)
   * @param page at most 300; reaches back 1440 bars
   */
  getCandles(instId: string, bar: string, page: Page = {}): Promise<Result<readonly OkxCandle[]>> {
    return this.#candles('/api/v5/market/candles', 'candles', instId, bar, page);
  }

  /** The same for those that are older. */
  getHistoryCandles(instId: string, bar: string, page: Page = {}): Promise<Result<readonly OkxCandle[]>> {
    return this.#candles('/api/v5/market/history-candles', 'history-candles', instId, bar, page);
  }

  // ---- account

  /** @param currencies e.g. 'BTC,USDT'; none: all that are not empty */
  async getBalance(currencies?: string): Promise<Many<OkxBalance>> {
    return asBalances(await this.#get('/api/v5/account/balance', { ccy: currencies }, 'balance'));
  }

  async getAccountConfig(): Promise<Many<OkxConfig>> {
    return asConfig(await this.#get('/api/v5/account/config', {}, 'config'));
  }

  async getTradeFee(instType: string, instId?: string): Promise<Many<OkxFee>> {
    return asFees(await this.#get('/api/v5/account/trade-fee', { instType, instId }, 'trade-fee'));
  }

  // ---- orders: what one exchange answer says, unread

  async createOrder(args: Args): Promise<Many<OkxResult>> {
    return asResults(await this.#post('/api/v5/trade/order', args, 'place', instIdOf(args), 1, 'order'));
  }

  async cancelOrder(args: Args): Promise<Many<OkxResult>> {
    return asResults(await this.#post('/api/v5/trade/cancel-order', args, 'cancel', instIdOf(args), 1, 'cancel'));
  }

  /** At most 20. Read each row's sCode: an answer without an error may hold refusals (trap 8). */
  async cancelOrders(args: readonly Args[]): Promise<Many<OkxResult>> {
    if (args.length > BATCH_SIZE)
      throw new RangeError(`cancelOrders: at most ${BATCH_SIZE} orders, got ${args.length}`);
    return asResults(
      await this.#post(
        '/api/v5/trade/cancel-batch-orders',
        args,
        // A list of one draws from the single bucket (12).
        args.length === 1 ? 'cancel' : 'cancel-batch',
        instIdOf(args[0] ?? {}),
        args.length,
        'cancel',
      ),
    );
  }

  async getOrder(instId: string, id: { readonly ordId?: string; readonly clOrdId?: string }): Promise<Many<OkxOrder>> {
    return asOrders(await this.#get('/api/v5/trade/order', { instId, ...id }, 'order', instId));
  }

  /** One page, newest first; pages by ordId. */
  async getOpenOrders(instId?: string, page: Page = {}): Promise<Many<OkxOrder>> {
    return asOrders(await this.#get('/api/v5/trade/orders-pending', { instId, ...withLimit(page) }, 'orders-pending'));
  }

  /** One page of the last seven days; canceled orders without a fill stay for two hours only (trap 25). */
  async getOrderHistory(instType: string, instId?: string, page: Page = {}): Promise<Many<OkxOrder>> {
    return asOrders(
      await this.#get('/api/v5/trade/orders-history', { instType, instId, ...withLimit(page) }, 'orders-history'),
    );
  }

  /** One page of the last three days, newest first; pages by billId. */
  async getFills(
    filter: { readonly instType?: string; readonly instId?: string; readonly ordId?: string | undefined },
    page: Page = {},
  ): Promise<Many<OkxFill>> {
    return asFills(await this.#get('/api/v5/trade/fills', { ...filter, ...withLimit(page) }, 'fills'));
  }

  /** One page of the last three months. */
  async getFillsHistory(
    instType: string,
    filter: { readonly instId?: string; readonly ordId?: string | undefined },
    page: Page = {},
  ): Promise<Many<OkxFill>> {
    return asFills(
      await this.#get('/api/v5/trade/fills-history', { instType, ...filter, ...withLimit(page) }, 'fills-history'),
    );
  }

  /** @param seconds 0 disarms; else 10 to 120. Without a tag it covers every order of the account. */
  async cancelAllAfter(seconds: number, tag?: string): Promise<Many<OkxTimer>> {
    const args = tag === undefined ? { timeOut: String(seconds) } : { timeOut: String(seconds), tag };
    return asTimers(
      await this.#post('/api/v5/trade/cancel-all-after', args, 'cancel-all-after', undefined, 1, 'order'),
    );
  }

  #public(path: string, query: Query, bucket: Bucket): Promise<Rows> {
    return this.#read({ method: 'GET', path, query, bucket, isPublic: true });
  }

  async #candles(
    path: string,
    bucket: Bucket,
    instId: string,
    bar: string,
    page: Page,
  ): Promise<Result<readonly OkxCandle[]>> {
    const query = { instId, bar, ...withLimit(page) };
    const answer = await this.#requests.send({ method: 'GET', path, query, bucket, isPublic: true });
    const [, error] = rowsOf(answer);
    if (error !== null) return fail(error);
    return asCandles(answer.type === 'reply' ? (answer.reply.lists ?? []) : []);
  }

  #get(path: string, query: Query, bucket: Bucket, instId?: string): Promise<Rows> {
    return this.#read({ method: 'GET', path, query, bucket, ...(instId === undefined ? {} : { instId }) });
  }

  async #read(options: RequestOptions): Promise<Rows> {
    return rowsOf(await this.#requests.send(options));
  }

  async #post(
    path: string,
    args: Args | readonly Args[],
    bucket: Bucket,
    instId: string | undefined,
    cost: number,
    priority: 'order' | 'cancel',
  ): Promise<Rows> {
    const place = instId === undefined ? {} : { instId };
    const answer = await this.#requests.send({
      method: 'POST',
      path,
      body: JSON.stringify(args),
      bucket,
      cost,
      priority,
      ...place,
    });
    return writtenRowsOf(answer);
  }
}

function instIdOf(args: Args): string | undefined {
  const id = args['instId'];
  return typeof id === 'string' ? id : undefined;
}

function withLimit(page: Page): Query {
  return { after: page.after, before: page.before, limit: page.limit ?? PAGE_SIZE };
}

function unexpected(message: string): TradeError {
  return new TradeError(message, { kind: 'unknown', outcome: 'unknown', platform: OKX });
}

/** The answer to a read: rows, or the error of the request. */
export function rowsOf(answer: Answer): Rows {
  if (answer.type === 'lost') return fail(answer.error);
  const { reply } = answer;
  return reply.code === '0' ? ok(reply.rows) : fail(errorFor(reply.code, reply.msg));
}

/** The answer to a write: rows also when all or some of them were refused (codes 1 and 2), unless it is a single one that was. */
function writtenRowsOf(answer: Answer): Rows {
  if (answer.type === 'lost') return fail(answer.error);
  const { reply } = answer;
  if (!isItemLevel(reply)) return fail(errorFor(reply.code, reply.msg));
  const [row] = reply.rows;
  const code = row === undefined ? '0' : text(row, 'sCode');
  if (reply.rows.length === 1 && row !== undefined && code !== '0' && code !== '') {
    return fail(errorFor(code, text(row, 'sMsg'), { subCode: text(row, 'subCode') }));
  }
  return ok(reply.rows);
}

/** 0, 1 and 2 say: read each row. Anything else is about the request as a whole (6.1). */
export function isItemLevel(reply: Reply): boolean {
  return reply.code === '0' || reply.code === '2' || (reply.code === '1' && reply.rows.length > 0);
}
