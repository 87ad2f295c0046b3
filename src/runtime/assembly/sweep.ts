// Revokes every unfinished order of one account on one symbol without running a strategy, and asks until the exchange says that none is left.
// For the supervisor and the command line; a living Trade revokes through its own order manager.

import type { TradeError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import type { Platform } from '../../domain/platform.ts';
import type { RevokeReceipt, RevokeTrigger, Whose } from '../../domain/unfinished-orders.ts';
import type { ExchangeAccount } from '../../exchanges/exchange.ts';
import { sleep, type Clock } from '../../seam/clock.ts';

export interface Sweep {
  readonly platform: Platform;
  readonly account: string;
  readonly symbol: string;
  readonly connector: ExchangeAccount;
  /** One request may cancel every order of the symbol: the exchange has one, and they are all concerned. */
  readonly cancelsAll: boolean;
  readonly whose: Whose;
  /** Whether an order that the exchange lists is one of those to be revoked. */
  readonly concerns: (report: OrderReport) => boolean;
  /** The key has worked before: when it is refused now, that may pass (binance.md D7). */
  readonly keyIsProven: boolean;
  readonly trigger: RevokeTrigger;
  readonly clock: Clock;
  /** Gives up after this many ms, having asked once more, and says what is left. */
  readonly timeLimitMs: number;
  /**
   * After the exchange first said that none is left, ask once more this much later: a request that a killed process had
   * already sent may still be on its way. 0: do not.
   */
  readonly stragglerMs: number;
  /** So many orders that ended are asked for one by one; of more, only those that the list of fills names. */
  readonly mostQueries: number;
  /** Told what the exchange lists, before it is canceled: some exchanges forget an order's client id with the cancel. */
  readonly onListed?: ((reports: readonly OrderReport[]) => void) | undefined;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** What `mostQueries` should not exceed: it is a burst of requests. */
export const QUERIES_AT_ONCE = 50;

/** The orders of a sweep, by exchange id: every one ever seen open, and what the exchange said of its end. */
interface Tally {
  readonly found: Map<string, OrderReport>;
  readonly canceled: Set<string>;
  readonly filled: Set<string>;
}

function idOf(report: OrderReport): string | null {
  return report.orderId ?? report.clientOrderId;
}

function note(tally: Tally, reports: readonly OrderReport[]): void {
  for (const report of reports) {
    const id = idOf(report);
    if (id === null) continue;
    if (report.life === 'canceled') tally.canceled.add(id);
    if (report.life === 'filled') tally.filled.add(id);
  }
}

/** The unfinished orders the sweep is about, every page. */
async function listOpen(task: Sweep, instrument: Instrument): Promise<readonly OrderReport[] | TradeError> {
  const [reports, error] = await task.connector.trading.openOrders(instrument);
  if (error !== null) return error;
  return reports.filter(task.concerns);
}

/** One round of canceling. Returns an error only when the exchange refused. */
async function cancel(
  task: Sweep,
  instrument: Instrument,
  open: readonly OrderReport[],
  tally: Tally,
): Promise<TradeError | null> {
  const { trading } = task.connector;
  const refs = open.map(({ orderId, clientOrderId }) => ({ orderId, clientOrderId }));
  if (task.cancelsAll) {
    const outcome = await trading.cancelAll(instrument, refs);
    if (outcome.outcome !== 'accepted') return outcome.error;
    note(tally, outcome.reports);
    return null;
  }
  let refused: TradeError | null = null;
  for (const outcome of await trading.cancel(instrument, refs)) {
    if (outcome.outcome === 'accepted') note(tally, outcome.reports);
    // "Gone" is for the next list to confirm.
    else if (outcome.outcome !== 'gone') refused ??= outcome.error;
  }
  return refused;
}

/**
 * Of the orders that ended without the exchange saying how, tells those that were filled from those that were canceled. Each is asked for,
 * unless they are too many: a fill may come into the list of fills only some time after it (htx.md 5.16).
 */
async function classify(task: Sweep, instrument: Instrument, since: number, tally: Tally): Promise<void> {
  const { trading } = task.connector;
  let open = [...tally.found].filter(([id]) => !tally.canceled.has(id) && !tally.filled.has(id));
  if (open.length > task.mostQueries) {
    const [fills] = await trading.fills(instrument, { since });
    const traded = new Set(fills?.map(idOf));
    if (fills !== null) open = open.filter(([id]) => traded.has(id));
  }
  await Promise.all(
    open.map(async ([, { orderId, clientOrderId }]) => {
      const answer = await trading.query(instrument, { orderId, clientOrderId });
      if (answer.outcome === 'found') note(tally, answer.reports);
    }),
  );
}

/**
 * As long as the exchange says, and no longer than there is time.
 * @param askedAt others of the requests that were made then may have waited out the same ban before the problem was told: see orders/revoke.ts
 */
function pauseOf(
  { clock }: Sweep,
  wait: number,
  problem: TradeError | null,
  askedAt: number,
  deadline: number,
): number {
  const now = clock.monotonic();
  const quiet = askedAt + (problem?.retryAfter ?? 0) - now;
  return Math.max(0, Math.min(Math.max(wait, quiet), deadline - now));
}

async function listRules(task: Sweep, deadline: number): Promise<Instrument | TradeError> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const askedAt = task.clock.monotonic();
    const isLast = askedAt >= deadline;
    // The rules are public: no need to wait for the clock and the key.
    const [[, failure], answer] = await Promise.all([task.connector.prepare(), task.connector.instrument(task.symbol)]);
    const [, unknown] = answer;
    if (unknown?.kind === 'invalid-order') return unknown;
    const [instrument, error] = failure === null ? answer : ([null, failure] as const);
    if (error === null) return instrument;
    const isWrongKey = failure?.kind === 'auth' && !task.keyIsProven;
    if (isLast || isWrongKey || error.kind === 'closed') return error;
    await sleep(task.clock, pauseOf(task, wait, error, askedAt, deadline));
  }
}

/** Finds, revokes, confirms. Never rejects: what went wrong stands in the receipt. */
export async function sweep(task: Sweep): Promise<RevokeReceipt> {
  const { clock, connector } = task;
  const startedAt = clock.now();
  const deadline = clock.monotonic() + task.timeLimitMs;
  const tally: Tally = { found: new Map(), canceled: new Set(), filled: new Set() };
  let left: readonly OrderReport[] | null = null;
  let problem: TradeError | null = null;
  let confirmedAt: number | null = null;

  const whyNot = (): string => {
    const why = problem?.message ?? 'the exchange still lists open orders';
    return left === null ? `the exchange never said what is open, and anything may be: ${why}` : why;
  };
  const receipt = (): RevokeReceipt => {
    const leftIds = (left ?? [...tally.found.values()]).map(idOf).filter((id) => id !== null);
    const stillOpen = new Set(leftIds);
    const ended = [...tally.found.keys()].filter((id) => !stillOpen.has(id));
    return {
      trigger: task.trigger,
      platform: task.platform,
      account: task.account,
      symbol: task.symbol,
      whose: task.whose,
      found: [...tally.found.keys()],
      revoked: ended.filter((id) => !tally.filled.has(id)),
      filled: ended.filter((id) => tally.filled.has(id)),
      left: leftIds,
      error: confirmedAt === null ? whyNot() : null,
      startedAt,
      endedAt: clock.now(),
      confirmedAt,
    };
  };

  const instrument = await listRules(task, deadline);
  if (instrument instanceof Error) {
    problem = instrument;
    return receipt();
  }
  const since = startedAt + connector.clockOffset() - 1_000;
  /** Null: it did not answer. */
  const look = async (): Promise<readonly OrderReport[] | null> => {
    const open = await listOpen(task, instrument);
    if (open instanceof Error) {
      problem = open;
      // That none was left before says nothing of a straggler.
      confirmedAt = null;
      return null;
    }
    left = open;
    for (const report of open) tally.found.set(idOf(report) ?? '', report);
    confirmedAt = open.length === 0 ? clock.now() : null;
    return open;
  };
  let asked = task.stragglerMs === 0;
  for (let wait = FIRST_WAIT_MS; ;) {
    let askedAt = clock.monotonic();
    const isLast = askedAt >= deadline;
    const open = await look();
    if (open?.length === 0) {
      if (asked) break;
      asked = true;
      await sleep(clock, task.stragglerMs);
      continue;
    }
    if (open !== null) {
      task.onListed?.(open);
      askedAt = clock.monotonic();
      problem = await cancel(task, instrument, open, tally);
      if (problem === null && wait === FIRST_WAIT_MS) {
        // Taken: ask at once. Only when that shows more is there a reason to wait.
        wait *= 2;
        continue;
      }
      if (isLast) await look();
    }
    if (isLast || problem?.kind === 'closed') break;
    await sleep(clock, pauseOf(task, wait, problem, askedAt, deadline));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  await classify(task, instrument, since, tally);
  return receipt();
}
