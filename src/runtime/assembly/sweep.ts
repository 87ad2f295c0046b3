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
  readonly cancelsAll: boolean;
  readonly whose: Whose;
  /** Whether a client order id is one of the strategy's; asked only for `own`. */
  readonly isOwn: (clientOrderId: string) => boolean;
  readonly trigger: RevokeTrigger;
  readonly clock: Clock;
  /** Gives up after this many ms and says what is left. */
  readonly timeLimitMs: number;
  /**
   * After the exchange first said that none is left, ask once more this much later: a request that a killed process had
   * already sent may still be on its way. 0: do not.
   */
  readonly stragglerMs: number;
  /** Told what the exchange lists, before it is canceled: some exchanges forget an order's client id with the cancel. */
  readonly onListed?: ((reports: readonly OrderReport[]) => void) | undefined;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
/** Errors that another attempt cannot cure. */
const HOPELESS: ReadonlySet<TradeError['kind']> = new Set(['auth', 'invalid-order', 'closed']);

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
  if (task.whose === 'all') return reports;
  return reports.filter(({ clientOrderId }) => clientOrderId !== null && task.isOwn(clientOrderId));
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
  if (task.cancelsAll && task.whose === 'all') {
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

/** Of the orders that ended without the exchange saying how: those that traded meanwhile are asked for, the others were canceled. */
async function classify(task: Sweep, instrument: Instrument, since: number, tally: Tally): Promise<void> {
  const open = [...tally.found].filter(([id]) => !tally.canceled.has(id) && !tally.filled.has(id));
  if (open.length === 0) return;
  const { trading } = task.connector;
  const [fills] = await trading.fills(instrument, { since });
  const traded = fills === null ? null : new Set(fills.map(idOf));
  const asked = open.filter(([id]) => traded === null || traded.has(id));
  await Promise.all(
    asked.map(async ([, { orderId, clientOrderId }]) => {
      const answer = await trading.query(instrument, { orderId, clientOrderId });
      if (answer.outcome === 'found') note(tally, answer.reports);
    }),
  );
}

async function listRules(task: Sweep, deadline: number): Promise<Instrument | TradeError> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    // The rules are public: no need to wait for the clock and the key.
    const [[, failure], answer] = await Promise.all([task.connector.prepare(), task.connector.instrument(task.symbol)]);
    const [instrument, error] = failure === null ? answer : ([null, failure] as const);
    if (error === null) return instrument;
    if (HOPELESS.has(error.kind) || task.clock.monotonic() + wait > deadline) return error;
    await sleep(task.clock, Math.max(wait, error.retryAfter ?? 0));
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
      error: confirmedAt === null ? (problem?.message ?? 'the exchange still lists open orders') : null,
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
  let asked = task.stragglerMs === 0;
  for (let wait = FIRST_WAIT_MS; ;) {
    const open = await listOpen(task, instrument);
    if (!(open instanceof Error)) {
      left = open;
      for (const report of open) tally.found.set(idOf(report) ?? '', report);
      if (open.length === 0) {
        confirmedAt = clock.now();
        if (asked) break;
        asked = true;
        await sleep(clock, task.stragglerMs);
        continue;
      }
      confirmedAt = null;
      task.onListed?.(open);
      problem = await cancel(task, instrument, open, tally);
      if (problem === null && wait === FIRST_WAIT_MS) {
        // Taken: ask at once. Only when that shows more is there a reason to wait.
        wait *= 2;
        continue;
      }
    } else problem = open;
    if (problem !== null && HOPELESS.has(problem.kind)) break;
    if (clock.monotonic() + wait > deadline) break;
    await sleep(clock, Math.max(wait, problem?.retryAfter ?? 0));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
  if (tally.found.size > 0) await classify(task, instrument, since, tally);
  return receipt();
}
