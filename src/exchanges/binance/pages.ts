// Every page of an account's fills: of one order, or of a symbol since a moment (binance.md A8.2).
// What a row means is decode.ts's part.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { BINANCE } from '../../domain/platform.ts';
import { pagesStuck } from '../../wire/errors.ts';
import { myTradesCall, type Call } from './encode.ts';
import { idOrNull, rowsOf, type Row } from './frames.ts';
import type { Params } from './sign.ts';

/** Rows of one answer at most, and the window that start and end may span. */
const PAGE_SIZE = 1_000;
const WINDOW_MS = 24 * 3_600_000;
/** A question for each day is a question too many somewhere. */
const MOST_WINDOWS = 366;
/** Where pages that follow ids cannot go on. */
const NO_ID = 'a trade without an id';

export type Ask = (call: Call) => Promise<Result<unknown>>;

/** All trades with the id `from` or a later one, until a page is not full. */
async function everyPage(ask: Ask, keep: Params, from: bigint): Promise<Result<readonly Row[]>> {
  const all: Row[] = [];
  for (let fromId = from; ;) {
    const [answer, error] = await ask(myTradesCall({ ...keep, fromId, limit: PAGE_SIZE }));
    if (error !== null) return fail(error);
    const rows = rowsOf(answer);
    all.push(...rows);
    const last = rows.at(-1);
    if (rows.length < PAGE_SIZE || last === undefined) return ok(all);
    const id = idOrNull(last, 'id');
    if (id === null) return fail(pagesStuck(BINANCE, NO_ID));
    if (BigInt(id) < fromId) return fail(pagesStuck(BINANCE, `id ${id}`));
    fromId = BigInt(id) + 1n;
  }
}

export function tradesOfOrder(ask: Ask, rawSymbol: string, orderId: string): Promise<Result<readonly Row[]>> {
  const keep = { symbol: rawSymbol, orderId: BigInt(orderId) };
  // From the first on: without a beginning only the newest would come.
  return everyPage(ask, keep, 0n);
}

/** A day at a time until one has trades, then by id to the newest. */
export async function tradesSince(
  ask: Ask,
  rawSymbol: string,
  since: number,
  now: number,
): Promise<Result<readonly Row[]>> {
  const keep = { symbol: rawSymbol };
  if (now - since > MOST_WINDOWS * WINDOW_MS) {
    const message = `fills are fetched up to ${MOST_WINDOWS} days back`;
    return fail(new TradeError(message, { kind: 'rejected', outcome: 'not-sent', platform: BINANCE }));
  }
  for (let start = Math.max(0, Math.floor(since)); ; start += WINDOW_MS) {
    const isLast = start + WINDOW_MS >= now;
    // The last window has no end: a fill while we ask belongs in.
    const window = isLast
      ? { ...keep, startTime: start }
      : { ...keep, startTime: start, endTime: start + WINDOW_MS - 1 };
    const [answer, error] = await ask(myTradesCall({ ...window, limit: PAGE_SIZE }));
    if (error !== null) return fail(error);
    const rows = rowsOf(answer);
    const last = rows.at(-1);
    if (isLast && rows.length < PAGE_SIZE) return ok(rows);
    if (last === undefined) continue;
    const id = idOrNull(last, 'id');
    if (id === null) return fail(pagesStuck(BINANCE, NO_ID));
    const [rest, failed] = await everyPage(ask, keep, BigInt(id) + 1n);
    return failed === null ? ok([...rows, ...rest]) : fail(failed);
  }
}
