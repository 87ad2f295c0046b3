// Orders in and out on OKX: over the private socket when it answers and the instrument's code is known, else by REST (okx.md 6, 9).
// What the wire says is encode.ts's and replies.ts's part; deciding, retrying and keeping account of orders is not done here.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import { OKX } from '../../domain/platform.ts';
import type {
  CancelAllOutcome,
  CancelOutcome,
  CreateCommand,
  CreateOutcome,
  OrderRef,
  QueryOutcome,
  Trading,
} from '../exchange.ts';
import { calledOff, patienceFor, waitsTooLong } from '../../wire/waited.ts';
import { fillReport, timeOrNull } from './decode.ts';
import { cancelArgs, codeOf, createArgs, isKnowable, refusalOf, type Args } from './encode.ts';
import { text } from './frames.ts';
import { BATCH_SIZE, RATE_PAUSE_MS, type Bucket, type OkxLimits } from './limits.ts';
import { LOGIN_NEEDED, noSuchOrder, WRONG_CODE } from './outcomes.ts';
import type { OrderSocket } from './order-socket.ts';
import { everyPage } from './pages.ts';
import { cancelOutcomesOf, createOutcomeOf, queryOutcomeOf, reportsOf, unread } from './replies.ts';
import { isRefusedForRate, type Answer, type OkxRequests } from './requests.ts';
import type { OkxRest } from './rest.ts';

interface TradingContext {
  readonly requests: OkxRequests;
  readonly rest: OkxRest;
  readonly limits: OkxLimits;
  readonly socket: OrderSocket;
  /** acctLv; null before the account was asked. */
  readonly level: () => string | null;
  /** The exchange's time by our reckoning, ms. */
  readonly now: () => number;
  readonly requestTimeoutMs: number;
  /** Comes when the account is closed: nothing waits for a limit any more. */
  readonly closing?: AbortSignal;
  /** Whether our clock was off by more than a second; measures it. */
  readonly clockWasOff: () => Promise<boolean>;
  /** A code that tells that what we know of the instrument or the account is out of date. */
  readonly onRefused: (code: string, symbol: string, message: string) => void;
}

/**
 * How long the exchange may still act on a placement (okx.md 11.4: 2 to 5 s). Whatever becomes of the request on its way, it is dropped
 * after that: a "no such order" answered later than this is worth more than one answered before.
 */
export const EXPIRES_AFTER_MS = { least: 2_000, most: 5_000 } as const;
const EXPIRED_ON_ARRIVAL = '50036';

/** trade/fills reaches back three days (9.5); an hour less, so that the border is not ours to judge. */
const FILLS_REACH_MS = (3 * 24 - 1) * 3_600_000;

export class OkxTrading implements Trading {
  readonly #context: TradingContext;
  readonly #expiresAfter: number;

  constructor(context: TradingContext) {
    this.#context = context;
    this.#expiresAfter = Math.min(Math.max(context.requestTimeoutMs, EXPIRES_AFTER_MS.least), EXPIRES_AFTER_MS.most);
  }

  refuse(command: CreateCommand): string | null {
    return refusalOf(command, this.#context.level());
  }

  async create(command: CreateCommand): Promise<CreateOutcome> {
    const { symbol, rawSymbol } = command.instrument;
    const level = this.#context.level();
    if (level === null) return { outcome: 'not-sent', error: notReady('the mode of the OKX account is not known yet') };
    let answer = await this.#place(command, level);
    // Dropped on arrival, so it never existed. When our clock was to blame, the order may go out once more with a right one.
    if (codeIn(answer) === EXPIRED_ON_ARRIVAL && (await this.#context.clockWasOff()))
      answer =
        command.isCalledOff?.() === true ? { type: 'lost', error: calledOff(OKX) } : await this.#place(command, level);
    const outcome = createOutcomeOf(answer, symbol, command.clientOrderId);
    if (outcome.outcome === 'rejected' && outcome.error.code !== undefined)
      this.#context.onRefused(outcome.error.code, rawSymbol, outcome.error.message);
    return outcome;
  }

  #place(command: CreateCommand, level: string): Promise<Answer> {
    const { instrument } = command;
    const expTime = (): number => this.#context.now() + this.#expiresAfter;
    return this.#write({
      instrument,
      bucket: 'place',
      cost: 1,
      priority: 'order',
      op: 'order',
      path: '/api/v5/trade/order',
      expTime,
      args: (name) => [createArgs(command, name, level)],
      isBatch: false,
      isCalledOff: command.isCalledOff,
    });
  }

  async cancel(instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> {
    const possible = refs.filter(isKnowable);
    const outcomes = await this.#cancelRefs(instrument, possible);
    if (possible.length === refs.length) return outcomes;
    // What cannot be an id of OKX's could have the whole batch refused (51000 may come for the request, 11.1).
    let next = 0;
    return refs.map((ref) => {
      const outcome = isKnowable(ref) ? outcomes[next++] : undefined;
      return outcome ?? { outcome: 'gone', error: noSuchOrder(ref) };
    });
  }

  async #cancelRefs(instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> {
    const chunks: (readonly OrderRef[])[] = [];
    for (let start = 0; start < refs.length; start += BATCH_SIZE) chunks.push(refs.slice(start, start + BATCH_SIZE));
    const outcomes = await Promise.all(chunks.map((chunk) => this.#cancelChunk(instrument, chunk)));
    return outcomes.flat();
  }

  async #cancelChunk(instrument: Instrument, refs: readonly OrderRef[]): Promise<CancelOutcome[]> {
    const isBatch = refs.length > 1;
    const answer = await this.#write({
      instrument,
      isBatch,
      // A batch of one would draw from the single bucket anyway (12).
      bucket: isBatch ? 'cancel-batch' : 'cancel',
      cost: refs.length,
      priority: 'cancel',
      op: isBatch ? 'batch-cancel-orders' : 'cancel-order',
      path: isBatch ? '/api/v5/trade/cancel-batch-orders' : '/api/v5/trade/cancel-order',
      expTime: null,
      args: (name) => refs.map((ref) => cancelArgs(ref, name)),
    });
    return cancelOutcomesOf(answer, instrument.symbol, refs);
  }

  /**
   * Socket first; REST when there is none that answers, when the instrument has no code yet, or when the socket says that it is not logged in.
   * Also for a cancel refused for the instrument's code: there is no order to be had twice, and an order that stands must not wait for the right code.
   */
  async #write(write: Write): Promise<Answer> {
    const { limits, socket, requests, onRefused, requestTimeoutMs, closing } = this.#context;
    const { rawSymbol } = write.instrument;
    const budget = limits.budget(write.bucket, rawSymbol);
    if (!budget.tryTake(write.cost, write.priority)) {
      const patience = patienceFor(write.priority, requestTimeoutMs, closing);
      const wait = await budget.take(write.cost, write.priority, patience);
      if (write.isCalledOff?.() === true) return { type: 'lost', error: calledOff(OKX) };
      if (wait > 0) return { type: 'lost', error: waitsTooLong(OKX, wait) };
    }
    const code = codeOf(write.instrument);
    const sent = code === null ? null : socket.call(write.op, write.args(code), write.expTime?.() ?? null);
    let isPaid = true;
    if (sent !== null) {
      const answer = await sent;
      const said = codeIn(answer) ?? '';
      if (answer.type === 'reply' && isRefusedForRate(answer.reply)) budget.blockFor(RATE_PAUSE_MS);
      if (write.priority === 'cancel' && WRONG_CODE.has(said)) {
        onRefused(said, rawSymbol, 'the instrument code was refused');
        isPaid = false;
        // 60011 proves that the operation was not looked at (4.2).
      } else if (said !== LOGIN_NEEDED) return answer;
    }
    if (sent !== null && write.isCalledOff?.() === true) return { type: 'lost', error: calledOff(OKX) };
    const args = write.args({ instId: rawSymbol });
    const body = JSON.stringify(write.isBatch ? args : args[0]);
    const { bucket, cost, priority, path, expTime } = write;
    return requests.send({
      method: 'POST',
      path,
      body,
      bucket,
      instId: rawSymbol,
      cost,
      priority,
      isPaid,
      isCalledOff: write.isCalledOff,
      ...(expTime === null ? {} : { expTime }),
    });
  }

  /** OKX has no cancel-all for spot (trap 28): list the open orders and cancel them in batches. */
  cancelAll(instrument: Instrument): Promise<CancelAllOutcome> {
    const error = new TradeError('OKX has no request that cancels every order of a symbol', {
      kind: 'invalid-order',
      outcome: 'not-sent',
      platform: OKX,
      symbol: instrument.symbol,
    });
    return Promise.resolve({ outcome: 'not-sent', error });
  }

  async query(instrument: Instrument, ref: OrderRef): Promise<QueryOutcome> {
    if (!isKnowable(ref)) return { outcome: 'not-found', error: noSuchOrder(ref) };
    const { rawSymbol, symbol } = instrument;
    const id = ref.orderId === null ? { clOrdId: ref.clientOrderId ?? '' } : { ordId: ref.orderId };
    const query = { instId: rawSymbol, ...id };
    return queryOutcomeOf(
      await this.#context.requests.send({
        method: 'GET',
        path: '/api/v5/trade/order',
        query,
        bucket: 'order',
        instId: rawSymbol,
      }),
      symbol,
    );
  }

  async openOrders(instrument: Instrument): Promise<Result<readonly OrderReport[]>> {
    const { rest } = this.#context;
    const [rows, error] = await everyPage({
      cursor: 'ordId',
      fetch: (after) => rest.getOpenOrders(instrument.rawSymbol, { after }),
    });
    return error === null ? ok(reportsOf(rows, 'open-orders')) : fail(unread(error.at({ symbol: instrument.symbol })));
  }

  async fills(
    instrument: Instrument,
    of: { readonly ref: OrderRef; readonly placedAt?: number } | { readonly since: number },
  ): Promise<Result<readonly OrderReport[]>> {
    const instId = instrument.rawSymbol;
    const reach = this.#context.now() - FILLS_REACH_MS;
    if ('since' in of) return this.#fillsOf(instId, undefined, (time) => time < of.since, of.since < reach);
    if (!isKnowable(of.ref)) return ok([]);
    let { placedAt = 0 } = of;
    let ordId = of.ref.orderId;
    if (ordId === null) {
      // Fills are found by the exchange's id alone.
      const found = await this.query(instrument, of.ref);
      if (found.outcome !== 'found') return fail(found.error);
      const [order] = found.reports;
      ordId = order?.orderId ?? null;
      if (ordId === null) return ok([]);
      placedAt = order?.ctime ?? 0;
    }
    // One that was filled lately may have older fills as well.
    return this.#fillsOf(instId, ordId, undefined, placedAt < reach);
  }

  /** @param reachBack ask the history of three months as well, which lags behind and has a sixth of the rate */
  async #fillsOf(
    instId: string,
    ordId: string | undefined,
    isTooOld: ((time: number) => boolean) | undefined,
    reachBack: boolean,
  ): Promise<Result<readonly OrderReport[]>> {
    const { rest } = this.#context;
    const isPast =
      isTooOld === undefined
        ? undefined
        : (row: Parameters<typeof fillReport>[0]): boolean => isTooOld(timeOrNull(row, 'ts') ?? 0);
    const paging = { cursor: 'billId', ...(isPast === undefined ? {} : { isPast }) } as const;
    const found = new Map<string, OrderReport>();
    const sources = [(after: string | undefined) => rest.getFills({ instId, ordId }, { after })];
    if (reachBack) sources.push((after) => rest.getFillsHistory('SPOT', { instId, ordId }, { after }));
    for (const fetch of sources) {
      const [rows, error] = await everyPage({ ...paging, fetch });
      if (error !== null) return fail(unread(error));
      for (const row of rows) {
        const report = isPast?.(row) === true ? null : fillReport(row);
        if (report !== null) found.set(`${text(row, 'ordId')} ${text(row, 'tradeId')}`, report);
      }
    }
    return ok([...found.values()]);
  }

  async armDeadMansSwitch(seconds: number): Promise<Result<true>> {
    if (seconds !== 0 && !(Number.isInteger(seconds) && seconds >= 10 && seconds <= 120)) {
      throw new RangeError(`armDeadMansSwitch: OKX takes 0 or 10 to 120 whole seconds, got ${seconds}`);
    }
    const [, error] = await this.#context.rest.cancelAllAfter(seconds);
    return error === null ? ok(true) : fail(error);
  }
}

interface Write {
  readonly instrument: Instrument;
  readonly bucket: Bucket;
  readonly cost: number;
  readonly priority: 'order' | 'cancel';
  readonly op: string;
  readonly path: string;
  readonly expTime: (() => number) | null;
  readonly args: (name: { readonly instId: string } | { readonly instIdCode: number }) => readonly Args[];
  readonly isBatch: boolean;
  /** See CreateCommand. */
  readonly isCalledOff?: (() => boolean) | undefined;
}

/** The one code of an answer about one order: of its row when it came that far, else of the request. */
function codeIn(answer: Answer): string | null {
  if (answer.type === 'lost') return null;
  const [row] = answer.reply.rows;
  return row === undefined ? answer.reply.code : text(row, 'sCode');
}

function notReady(message: string): TradeError {
  return new TradeError(message, { kind: 'not-ready', outcome: 'not-sent', platform: OKX });
}
