// Orders in and out on Binance: over the WebSocket API when its socket is open, else by REST (binance.md A7, A8, D).
// What the wire says is encode.ts's and decode.ts's part; deciding, looking up and keeping account of orders is not done here.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { EMPTY_REPORT, type OrderReport } from '../../domain/order-report.ts';
import { BINANCE } from '../../domain/platform.ts';
import type {
  CancelAllOutcome,
  CancelOutcome,
  CreateCommand,
  CreateOutcome,
  OrderRef,
  QueryOutcome,
  Trading,
} from '../exchange.ts';
import { cancelReports, createReports, queryReport, tradeReport } from './decode.ts';
import { cancelAllCall, cancelCall, createCall, openOrdersCall, queryCall, refusalOf } from './encode.ts';
import { tradesOfOrder, tradesSince } from './pages.ts';
import { isRow, rowsOf } from './frames.ts';
import type { BinanceRequests } from './requests.ts';

/** "Unknown order sent.": not open now, or nothing to cancel (D3, F38). */
const UNKNOWN_ORDER = '-2011';
const NO_SUCH_ORDER = '-2013';
/** Canceled or expired without a fill more than 90 days ago: it existed, and ended so (A8.1). */
const ARCHIVED = '-2026';

export class BinanceTrading implements Trading {
  readonly #requests: BinanceRequests;
  readonly #serverNow: () => number;

  constructor(requests: BinanceRequests, serverNow: () => number) {
    this.#requests = requests;
    this.#serverNow = serverNow;
  }

  refuse(command: CreateCommand): string | null {
    return refusalOf(command);
  }

  async create(command: CreateCommand): Promise<CreateOutcome> {
    const { symbol } = command.instrument;
    const [reply, error] = await this.#requests.send(createCall(command));
    if (error !== null) return { outcome: error.outcome, error: error.at({ symbol }) };
    if (!isRow(reply)) return { outcome: 'unknown', error: unexpected('a reply without an order', symbol) };
    return { outcome: 'accepted', reports: createReports(reply, symbol) };
  }

  /** There is no batch: one request each, side by side. */
  cancel(instrument: Instrument, refs: readonly OrderRef[]): Promise<readonly CancelOutcome[]> {
    return Promise.all(refs.map((ref) => this.#cancelOne(instrument, ref)));
  }

  async #cancelOne({ rawSymbol, symbol }: Instrument, ref: OrderRef): Promise<CancelOutcome> {
    if (!isPossible(ref)) return { outcome: 'gone', error: noSuchOrder(ref, symbol) };
    const [reply, error] = await this.#requests.send(cancelCall(rawSymbol, ref));
    if (error === null) return { outcome: 'accepted', reports: cancelReports(reply, symbol) };
    const isGone = error.code === UNKNOWN_ORDER || error.code === NO_SUCH_ORDER || error.code === ARCHIVED;
    return { outcome: isGone ? 'gone' : error.outcome, error: error.at({ symbol }) };
  }

  async cancelAll({ rawSymbol, symbol }: Instrument): Promise<CancelAllOutcome> {
    const [reply, error] = await this.#requests.send(cancelAllCall(rawSymbol));
    if (error === null) return { outcome: 'accepted', reports: cancelReports(reply, symbol) };
    if (error.code === UNKNOWN_ORDER) return { outcome: 'accepted', reports: [] };
    return { outcome: error.outcome, error: error.at({ symbol }) };
  }

  /**
   * By the exchange's id where it is known. By client id a canceled order may not be found any more: the cancel put its own id in the
   * place of the order's (A8.1).
   */
  async query({ rawSymbol, symbol }: Instrument, ref: OrderRef): Promise<QueryOutcome> {
    if (!isPossible(ref)) return { outcome: 'not-found', error: noSuchOrder(ref, symbol) };
    const [reply, error] = await this.#requests.send(queryCall(rawSymbol, ref));
    if (error === null) {
      if (!isRow(reply)) return { outcome: 'no-answer', error: unexpected('an answer without an order', symbol) };
      return { outcome: 'found', reports: [queryReport(reply, symbol, 'query')] };
    }
    if (error.code === ARCHIVED) {
      return {
        outcome: 'found',
        reports: [{ ...EMPTY_REPORT, ...ref, source: 'query', symbol, life: 'canceled', reason: error.message }],
      };
    }
    return { outcome: error.code === NO_SUCH_ORDER ? 'not-found' : 'no-answer', error: error.at({ symbol }) };
  }

  async openOrders({ rawSymbol, symbol }: Instrument): Promise<Result<readonly OrderReport[]>> {
    const [rows, error] = await this.#requests.send(openOrdersCall(rawSymbol));
    if (error !== null) return fail(error.at({ symbol }));
    if (!Array.isArray(rows)) return fail(unexpected('an answer without a list of orders', symbol));
    return ok(rowsOf(rows).map((row) => queryReport(row, symbol, 'open-orders')));
  }

  async fills(
    instrument: Instrument,
    of: { readonly ref: OrderRef } | { readonly since: number },
  ): Promise<Result<readonly OrderReport[]>> {
    const { rawSymbol, symbol } = instrument;
    const ask = this.#requests.send.bind(this.#requests);
    const [rows, error] =
      'since' in of
        ? await tradesSince(ask, rawSymbol, of.since, this.#serverNow())
        : await this.#tradesOf(instrument, of.ref);
    if (error !== null) return fail(error.at({ symbol }));
    return ok(rows.map((row) => tradeReport(row, symbol)).filter((report) => report !== null));
  }

  /** Trades are found by the exchange's id alone. */
  async #tradesOf(instrument: Instrument, ref: OrderRef): ReturnType<typeof tradesOfOrder> {
    if (!isPossible(ref)) return fail(noSuchOrder(ref, instrument.symbol));
    let { orderId } = ref;
    if (orderId === null) {
      const found = await this.query(instrument, ref);
      if (found.outcome !== 'found') return fail(found.error);
      orderId = found.reports[0]?.orderId ?? null;
      if (orderId === null) return ok([]);
    }
    return tradesOfOrder((call) => this.#requests.send(call), instrument.rawSymbol, orderId);
  }

  armDeadMansSwitch(): Promise<Result<true>> {
    return Promise.resolve(
      fail(
        new TradeError("Binance spot has no dead man's switch", {
          kind: 'invalid-order',
          outcome: 'not-sent',
          platform: BINANCE,
        }),
      ),
    );
  }
}

function unexpected(message: string, symbol: string): TradeError {
  return new TradeError(`Binance sent ${message}`, { kind: 'unknown', outcome: 'unknown', platform: BINANCE, symbol });
}

/** Order ids are numbers (A7.1); anything else the exchange has never given out, and there is nothing to ask. */
function isPossible({ orderId }: OrderRef): boolean {
  return orderId === null || /^[0-9]{1,20}$/.test(orderId);
}

function noSuchOrder({ orderId }: OrderRef, symbol: string): TradeError {
  return new TradeError(`"${orderId}" is no order id of Binance`, {
    kind: 'order-not-found',
    outcome: 'rejected',
    platform: BINANCE,
    symbol,
  });
}
