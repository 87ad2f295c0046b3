// Questions about orders and fills that take more than one request: every page of open orders, every window of fills (htx.md 5.12-5.16, traps 4, 19, 24).
// Answers are complete or errors, never a part. Single answers and their outcomes are trading.ts's.

import { fail, ok, type Result } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import type { OrderRef, QueryOutcome } from '../exchange.ts';
import { endedAt, fillRow, orderRow } from './decode.ts';
import { text, type Row } from './frames.ts';
import { CLIENT_ORDER_IDS } from './encode.ts';
import { FILLS_REACH_MS, FILLS_WINDOW_MS, PAGE_SIZE } from './limits.ts';
import { isNotFound, isWindowRefused, noSuchOrder } from './outcomes.ts';
import { everyPage } from './pages.ts';
import type { HtxRest } from './rest.ts';
import type { SpotAccount } from './spot-account.ts';
import type { StreamMemory } from './stream-memory.ts';

/** Order ids are integers; anything else was never one, and must not become part of a path. */
export function isOrderId(id: string | null): id is string {
  return id !== null && /^\d{1,30}$/.test(id);
}

function isClientOrderId(id: string | null): id is string {
  return id !== null && CLIENT_ORDER_IDS.pattern.test(id);
}

export class HtxQueries {
  readonly #rest: HtxRest;
  readonly #memory: StreamMemory;
  readonly #spot: SpotAccount;

  constructor(rest: HtxRest, memory: StreamMemory, spot: SpotAccount) {
    this.#rest = rest;
    this.#memory = memory;
    this.#spot = spot;
  }

  /** "Record invalid" is the exchange's word that it knows no such order: just placed, purged, or never there - told apart by time (trap 4). */
  async order(instrument: Pick<Instrument, 'symbol' | 'rawSymbol'>, ref: OrderRef): Promise<QueryOutcome> {
    let answer: Result<Row>;
    if (isOrderId(ref.orderId)) answer = await this.#rest.getOrder(ref.orderId);
    else if (isClientOrderId(ref.clientOrderId) && ref.orderId === null)
      answer = await this.#rest.getClientOrder(ref.clientOrderId);
    else return { outcome: 'not-found', error: noSuchOrder(ref) };
    const [row, error] = answer;
    if (error !== null)
      return isNotFound(error.code) ? { outcome: 'not-found', error } : { outcome: 'no-answer', error };
    // Either id is asked for without a symbol or an account: a client id may have been used again for another.
    if (text(row, 'symbol') !== instrument.rawSymbol) return { outcome: 'not-found', error: noSuchOrder(ref) };
    if (this.#isOthers(row)) return { outcome: 'not-found', error: noSuchOrder(ref), isOthers: true };
    return { outcome: 'found', reports: [orderRow(row, instrument.symbol, 'query', this.#wasCancelAsked(row))] };
  }

  async openOrders(instrument: Instrument, accountId: string): Promise<Result<readonly OrderReport[]>> {
    const [rows, error] = await everyPage('id', (from) =>
      this.#rest.getOpenOrders(instrument.rawSymbol, {
        'account-id': accountId,
        size: String(PAGE_SIZE),
        ...(from === null ? {} : { from, direct: 'next' }),
      }),
    );
    if (error !== null) return fail(error);
    return ok(
      rows
        .filter((row) => !this.#isOthers(row))
        .map((row) => orderRow(row, instrument.symbol, 'open-orders', this.#wasCancelAsked(row))),
    );
  }

  /** Rows appear somewhat after the trade (5.16): an empty answer right after a fill is normal, and so is "record invalid" for an order without fills. */
  async fillsOf(instrument: Instrument, ref: OrderRef): Promise<Result<readonly OrderReport[]>> {
    let orderId = ref.orderId;
    if (orderId === null) {
      const found = await this.order(instrument, ref);
      if (found.outcome === 'no-answer') return fail(found.error);
      orderId = found.outcome === 'found' ? (found.reports[0]?.orderId ?? null) : null;
    }
    if (!isOrderId(orderId)) return ok([]);
    const [rows, error] = await this.#rest.getOrderFills(orderId);
    if (error !== null) return isNotFound(error.code) ? ok([]) : fail(error);
    return ok(this.#fillReports(rows, instrument));
  }

  /**
   * Windows of 48 hours slide from `since` to `until` (exchange times, ms). HTX counts in whole ms (5.16); our reckoning of its clock has fractions,
   * and any other text than a whole number spoils the question. A window that may be too old for it, and is refused, has nothing to tell.
   */
  async fillsSince(instrument: Instrument, since: number, until: number): Promise<Result<readonly OrderReport[]>> {
    const found: Row[] = [];
    const certain = until - FILLS_REACH_MS.certain;
    let start = Math.max(0, Math.floor(since), until - FILLS_REACH_MS.most);
    for (let end: number; start <= until; start = end + 1) {
      const isOld = start < certain;
      end = Math.min(start + FILLS_WINDOW_MS - 1, isOld ? certain - 1 : until);
      const window = {
        symbol: instrument.rawSymbol,
        'start-time': String(start),
        'end-time': String(end),
        size: String(PAGE_SIZE),
      };
      // Windows are asked one after another on purpose: the endpoint allows ten a second, and a long absence has many.
      const [rows, error] = await everyPage('id', async (from) => {
        const page = await this.#rest.getFills(from === null ? window : { ...window, from, direct: 'next' });
        return page[1] !== null && isNotFound(page[1].code) ? ok([]) : page;
      });
      if (error === null) found.push(...rows);
      else if (!isOld || !isWindowRefused(error.code)) return fail(error);
    }
    return ok(this.#fillReports(found, instrument));
  }

  /** Fills name no account (5.16), and are listed of all of them. */
  #fillReports(rows: readonly Row[], instrument: Instrument): OrderReport[] {
    return rows
      .filter((row) => !this.#spot.isOthersOrder(text(row, 'order-id'), '', text(row, 'source')))
      .map((row) => fillRow(row, instrument.symbol))
      .filter((report) => report !== null);
  }

  #isOthers(row: Row): boolean {
    return this.#spot.isOthersOrder(text(row, 'id'), text(row, 'account-id'), text(row, 'source'));
  }

  #wasCancelAsked(row: Row): boolean {
    const order = {
      orderId: text(row, 'id'),
      clientOrderId: text(row, 'client-order-id'),
      rawSymbol: text(row, 'symbol'),
    };
    return this.#memory.wasCancelAsked(order, endedAt(row) ?? 0);
  }
}
