// Orders in and out of HTX: over the order socket when it is open, else over REST (htx.md 5, 6). Creates are never sent twice.
// Parameters are encode.ts's part, what answers mean verdicts.ts's, and questions of several requests queries.ts's.

import { Decimal } from '../../domain/decimal.ts';
import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import { HTX } from '../../domain/platform.ts';
import type {
  CancelAllOutcome,
  CancelOutcome,
  CreateCommand,
  CreateOutcome,
  OrderRef,
  QueryOutcome,
  Trading,
} from '../exchange.ts';
import { calledOff } from '../../wire/waited.ts';
import { BUY_MARKET_MAX_VALUE, levelsOf, LIMIT_MAX_QUANTITY } from './decode-market.ts';
import { cancelOpenParams, cancelParams, needsBestAsk, placeParams, refusal, wireAmount } from './encode.ts';
import { CANCEL_BATCH, CANCEL_OPEN_SIZE, RATE_PAUSE_MS, type Bucket, type HtxLimits } from './limits.ts';
import { isSocketPace, noSuchOrder } from './outcomes.ts';
import { isOrderId, type HtxQueries } from './queries.ts';
import type { Answer } from './requests.ts';
import { canceledOpen, odd, type HtxRest, type Params } from './rest.ts';
import type { StreamMemory } from './stream-memory.ts';
import type { OrderOperation } from './order-socket.ts';
import {
  batchOutcomes,
  cancelByClientIdOutcome,
  cancelKey,
  cancelOutcome,
  createOutcome,
  failedOutcome,
} from './verdicts.ts';

/** What trading needs of the order socket. */
export interface OrderEntry {
  /** Open, logged in and trusted. */
  readonly isReady: boolean;
  /** Sends before it returns. An error with outcome `not-sent`: the socket has not taken the request in, it may go over REST. */
  request(operation: OrderOperation, params: unknown): Promise<Answer>;
}

interface TradingEnvironment {
  readonly rest: HtxRest;
  readonly socket: OrderEntry;
  readonly queries: HtxQueries;
  readonly limits: HtxLimits;
  readonly memory: StreamMemory;
  /** Null until `prepare` has learned it. */
  accountId(): string | null;
  exchangeTime(): number;
  /** Of our own clock, ms. */
  monotonic(): number;
  readonly requestTimeoutMs: number;
  /** An order that was sent at `sentAt` (monotonic) has just been accepted. */
  onAccepted(sentAt: number): void;
}

type IdKind = 'order-ids' | 'client-order-ids';

export class HtxTrading implements Trading {
  readonly #env: TradingEnvironment;

  constructor(env: TradingEnvironment) {
    this.#env = env;
  }

  refuse(command: CreateCommand): string | null {
    return (
      refusal(command) ??
      limitProblem(command) ??
      (command.orderType === 'MARKET' && command.quoteQuantity !== null
        ? moneyProblem(command.instrument, command.quoteQuantity)
        : null)
    );
  }

  create(command: CreateCommand): Promise<CreateOutcome> {
    const accountId = this.#env.accountId();
    if (accountId === null) return Promise.resolve({ outcome: 'not-sent', error: notReady() });
    return needsBestAsk(command)
      ? this.#buyByQuantity(command, accountId)
      : this.#place(command, accountId, wireAmount(command, null));
  }

  /** HTX takes only money in a market buy: the quantity is priced first, which takes one request more (encode.ts, moneyFor). */
  async #buyByQuantity(command: CreateCommand, accountId: string): Promise<CreateOutcome> {
    const askedAt = this.#env.monotonic();
    const [bestAsk, error] = await this.#bestAsk(command.instrument);
    if (error !== null) return { outcome: 'not-sent', error };
    if (command.isCalledOff?.() === true) return { outcome: 'not-sent', error: calledOff(HTX) };
    const money = wireAmount(command, bestAsk);
    const problem = money === null ? 'quantity is missing' : moneyProblem(command.instrument, money);
    if (problem !== null) {
      const message = `market buy of ${command.quantity ?? ''} ${command.instrument.base} at the best ask ${bestAsk}: ${problem}`;
      return {
        outcome: 'not-sent',
        error: new TradeError(message, { kind: 'invalid-order', outcome: 'not-sent', platform: HTX }),
      };
    }
    // It has waited for this answer already.
    const left = Math.max(0, askedAt + this.#env.requestTimeoutMs - this.#env.monotonic());
    return this.#place(command, accountId, money, left);
  }

  async #bestAsk(instrument: Instrument): Promise<Result<Decimal>> {
    const [tick, error] = await this.#env.rest.getOrderbook(instrument.rawSymbol, 5, 'order');
    if (error !== null)
      return fail(
        new TradeError(`no best ask to price a market buy by: ${error.message}`, {
          kind: error.kind,
          outcome: 'not-sent',
          platform: HTX,
          code: error.code,
          retryAfter: error.retryAfter,
          cause: error,
        }),
      );
    const best = levelsOf(tick['asks'])[0];
    if (best === undefined)
      return fail(
        new TradeError(`nobody sells ${instrument.base} right now`, {
          kind: 'rejected',
          outcome: 'not-sent',
          platform: HTX,
        }),
      );
    return ok(Decimal.from(best[0]));
  }

  #place(
    command: CreateCommand,
    accountId: string,
    amount: Decimal | null,
    mostWaitMs?: number,
  ): Promise<CreateOutcome> {
    const { isCalledOff } = command;
    if (amount === null)
      return Promise.resolve({
        outcome: 'not-sent',
        error: new TradeError('an order needs quantity or quoteQuantity', {
          kind: 'invalid-order',
          outcome: 'not-sent',
          platform: HTX,
        }),
      });
    const params = placeParams(command, accountId, amount);
    const sentAt = this.#env.monotonic();
    const overRest = (): Promise<Answer> => this.#env.rest.place(params, { isCalledOff, mostWaitMs });
    return this.#send('create-order', 'place', params, overRest, isCalledOff).then((answer) => {
      const outcome = createOutcome(answer, command);
      if (outcome.outcome === 'accepted') this.#env.onAccepted(sentAt);
      return outcome;
    });
  }

  /** Over the socket when it can take it now; else over REST, which waits its turn. */
  #send(
    operation: OrderOperation,
    bucket: Bucket,
    params: Params,
    overRest: () => Promise<Answer>,
    isCalledOff?: () => boolean,
  ): Promise<Answer> {
    const overSocket = this.#overSocket(operation, bucket, params);
    if (overSocket === null) return overRest();
    return overSocket.then(
      (answer) =>
        answer ?? (isCalledOff?.() === true ? { ok: false, error: calledOff(HTX), orderState: null } : overRest()),
    );
  }

  /** Null, at once or later, when the request may go over REST: the socket is not ready, has not taken it in, or a budget does not allow. */
  #overSocket(operation: OrderOperation, bucket: Bucket, params: Params): Promise<Answer | null> | null {
    const { socket, limits } = this.#env;
    const priority = operation === 'create-order' ? 'order' : 'cancel';
    if (
      !socket.isReady ||
      limits.budget('socket').waitTime(1, priority) > 0 ||
      !limits.budget(bucket).tryTake(1, priority)
    )
      return null;
    limits.budget('socket').tryTake(1, priority);
    return socket.request(operation, params).then((answer) => {
      if (answer.ok) return answer;
      const { kind, outcome, code } = answer.error;
      const isPace = isSocketPace(code);
      if (kind === 'rate-limited') limits.budget(isPace ? 'socket' : bucket).blockFor(RATE_PAUSE_MS);
      if (outcome === 'unknown') return answer;
      // That a refusal for rate was not executed is inferred (11.3): a cancel may go out twice; an order refused so is not tried again.
      return outcome === 'not-sent' || (isPace && priority === 'cancel') ? null : answer;
    });
  }

  async cancel(_instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> {
    const outcomes: (CancelOutcome | undefined)[] = refs.map(() => undefined);
    const places: Record<IdKind, number[]> = { 'order-ids': [], 'client-order-ids': [] };
    for (const [index, ref] of refs.entries()) {
      const key = cancelKey(ref);
      // What cannot be an id of HTX's would spoil the whole batch.
      if (key === null || (key.kind === 'order-ids' && !isOrderId(key.id))) continue;
      places[key.kind].push(index);
    }
    this.#env.memory.noteCancels(refs);
    const groups = (['order-ids', 'client-order-ids'] as const).flatMap((kind) =>
      chunks(places[kind], CANCEL_BATCH).map((indexes) => ({ kind, indexes })),
    );
    await Promise.all(
      groups.map(async ({ kind, indexes }) => {
        const ids = indexes.map((index) => idOf(refs[index], kind));
        const answers = await this.#cancelIds(kind, ids);
        for (const [at, index] of indexes.entries()) {
          const outcome = answers[at];
          if (outcome !== undefined) outcomes[index] = outcome;
        }
      }),
    );
    // An error costs its stack: none is made before the requests have left.
    return refs.map((ref, index) => outcomes[index] ?? { outcome: 'gone', error: noSuchOrder(ref) });
  }

  async #cancelIds(kind: IdKind, ids: readonly string[]): Promise<readonly CancelOutcome[]> {
    const { rest } = this.#env;
    const params = cancelParams(kind, ids);
    // The socket's cancel takes lists only, so it is counted as a batch (limits of /ws/trade are unconfirmed: 17).
    const [only] = ids;
    if (ids.length !== 1 || only === undefined)
      return batchOutcomes(
        await this.#send('cancel', 'batchcancel', params, () => rest.cancelBatch(params)),
        kind,
        ids,
      );
    const overSocket = this.#overSocket('cancel', 'batchcancel', params);
    const answer = overSocket === null ? null : await overSocket;
    if (answer !== null) return batchOutcomes(answer, kind, ids);
    return [
      kind === 'order-ids'
        ? cancelOutcome(await rest.cancelById(only))
        : cancelByClientIdOutcome(await rest.cancelByClientId(only)),
    ];
  }

  /**
   * One call takes on at most 100 orders (5.8, trap 25). When more are known than that, all of them go at once in batches side by side (5.7),
   * and the call after them takes what was not known. Else the list of open orders is asked for at the same time as the call. Either way
   * whatever is left then goes in batches as well: two round trips at most, instead of one call of 100 after another.
   */
  async cancelAll(instrument: Instrument, known: readonly OrderRef[] = []): Promise<CancelAllOutcome> {
    const accountId = this.#env.accountId();
    if (accountId === null) return { outcome: 'not-sent', error: notReady() };
    const answered = this.#env.memory.noteCancelAll(instrument.rawSymbol);
    const params = cancelOpenParams(accountId, instrument.rawSymbol);
    const cancelOpen = (): Promise<Answer> =>
      this.#send('cancelall', 'cancel-open-orders', params, () => this.#env.rest.cancelOpen(params));
    const named = known.length > CANCEL_OPEN_SIZE ? this.cancel(instrument, known) : null;
    const called = cancelOpen().finally(answered);
    const listed = named === null ? this.openOrders(instrument) : null;
    const [answer] = await Promise.all([called, named, listed]);
    if (!answer.ok) return failedOutcome(answer.error);
    const first = canceledOpen(answer.data);
    if (first === null) return { outcome: 'unknown', error: odd('batchCancelOpenOrders') };
    if (first.nextId === '-1' || first.nextId === '') return { outcome: 'accepted', reports: [] };
    const [open] = await (listed ?? this.openOrders(instrument));
    if (open !== null) {
      await this.cancel(
        instrument,
        open.map(({ orderId, clientOrderId }) => ({ orderId, clientOrderId })),
      );
      return { outcome: 'accepted', reports: [] };
    }
    return this.#cancelRest(cancelOpen, first.nextId);
  }

  /** Without a list: call after call, until nothing is left or the exchange names the same next order twice. */
  async #cancelRest(cancelOpen: () => Promise<Answer>, after: string): Promise<CancelAllOutcome> {
    let nextId = after;
    for (;;) {
      const answer = await cancelOpen();
      if (!answer.ok) return failedOutcome(answer.error);
      const next = canceledOpen(answer.data)?.nextId ?? '-1';
      if (next === '-1' || next === '' || next === nextId) return { outcome: 'accepted', reports: [] };
      nextId = next;
    }
  }

  query(instrument: Instrument, ref: OrderRef): Promise<QueryOutcome> {
    return this.#env.queries.order(instrument, ref);
  }

  openOrders(instrument: Instrument): Promise<Result<readonly OrderReport[]>> {
    const accountId = this.#env.accountId();
    return accountId === null ? Promise.resolve(fail(notReady())) : this.#env.queries.openOrders(instrument, accountId);
  }

  fills(
    instrument: Instrument,
    of: { readonly ref: OrderRef } | { readonly since: number },
  ): Promise<Result<readonly OrderReport[]>> {
    const { queries } = this.#env;
    return 'ref' in of
      ? queries.fillsOf(instrument, of.ref)
      : queries.fillsSince(instrument, of.since, this.#env.exchangeTime());
  }

  async armDeadMansSwitch(seconds: number): Promise<Result<true>> {
    const [, error] = await this.#env.rest.cancelAllAfter(seconds);
    return error === null ? ok(true) : fail(error);
  }
}

function idOf(ref: OrderRef | undefined, kind: IdKind): string {
  return (kind === 'order-ids' ? ref?.orderId : ref?.clientOrderId) ?? '';
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}

/** Which side's bound a limit order exceeds (3.1: lomaxba, lomaxsa). */
function limitProblem({ instrument, action, orderType, quantity }: CreateCommand): string | null {
  const most = instrument.extra[LIMIT_MAX_QUANTITY[action]];
  if (orderType !== 'LIMIT' || quantity === null || most === undefined || quantity.lte(Decimal.from(most))) return null;
  return `quantity ${quantity} is above the maximum ${most} of a limit ${action === 'BUY' ? 'buy' : 'sell'}`;
}

/** What is wrong with a market buy's money, naming the bound (3.1: minov, bmmaxov). */
function moneyProblem(instrument: Instrument, money: Decimal): string | null {
  if (!money.isPositive()) return `it comes to nothing in the decimals HTX accepts`;
  if (instrument.minNotional !== null && money.lt(instrument.minNotional))
    return `${money} ${instrument.quote} is below the minimum order value ${instrument.minNotional}`;
  const most = instrument.extra[BUY_MARKET_MAX_VALUE];
  if (most !== undefined && money.gt(Decimal.from(most)))
    return `${money} ${instrument.quote} is above the maximum ${most} of a market buy`;
  return null;
}

function notReady(): TradeError {
  return new TradeError('the spot account id is not known yet', {
    kind: 'not-ready',
    outcome: 'not-sent',
    platform: HTX,
  });
}
