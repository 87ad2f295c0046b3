// An order whose fate is unknown is looked up until it is known: one whose request has no certain outcome, or one that the exchange suddenly
// does not know. It is never sent again and never assumed dead: only what the exchange itself keeps saying counts, never a network error.

import type { ExchangeAccount } from '../exchanges/exchange.ts';
import type { Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { Connection } from './connection.ts';
import type { OrderManager } from './order-manager.ts';
import { byTime } from './sort-reports.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** Pauses between look-ups, ms; the last one repeats. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000] as const;
const LAST_PAUSE_MS = 8_000;
/** For an order whose end cannot be concluded, only hoped for. */
const SLOW_PAUSE_MS = 60_000;
/** How often the exchange must say "no such order". */
const LEAST_DENIALS = 3;
/** Fills of an order cannot be older than its request; clocks may differ by this much. */
const MARGIN_MS = 10_000;
/** By so much the stamp on a fill may be behind what the exchange says is the time. */
const STAMP_MARGIN_MS = 1_000;

interface DoubtParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly manager: OrderManager;
  readonly notFoundAfter: number;
  /** After this many ms an exchange may have forgotten an order that ended without a fill; null: it does not forget. */
  readonly forgetsCanceledAfter: number | null;
  readonly connection: () => Connection | null;
  /** See Reconciler. */
  readonly newsFrom: (offset: number) => number;
  readonly isStopped: () => boolean;
}

const NEVER_ARRIVED = 'the exchange keeps saying that it knows no such order';
const FORGOTTEN = 'the exchange no longer knows the order, lists it nowhere and has no further fill of it';

function isOpen(order: TrackedOrder): boolean {
  return order.phase === 'doubt' || (order.isMissing && !order.isEnded);
}

/** The orders that are being looked up: each once at a time. */
export class LookUps {
  private readonly parts: DoubtParts & { readonly background: (work: Promise<unknown>) => void };
  private readonly orders = new Set<TrackedOrder>();

  constructor(parts: DoubtParts & { readonly background: (work: Promise<unknown>) => void }) {
    this.parts = parts;
  }

  /** Starts finding out what became of an order, unless that is under way. */
  start(order: TrackedOrder): void {
    if (this.orders.has(order)) return;
    this.orders.add(order);
    this.parts.background(resolveDoubt(order, this.parts).finally(() => this.orders.delete(order)));
  }
}

/** Looks one order up until its fate is known. Resolves then, or when the Trade is closed. */
async function resolveDoubt(order: TrackedOrder, parts: DoubtParts): Promise<void> {
  const { clock, manager, isStopped, log } = parts;
  let denials = 0;
  let firstDenial = 0;
  let warned = false;
  const isOver = (): boolean => !isOpen(order) || isStopped();
  for (let attempt = 0; ; attempt++) {
    const pause = warned ? SLOW_PAUSE_MS : (PAUSES[Math.min(attempt, PAUSES.length - 1)] ?? LAST_PAUSE_MS);
    await order.until(isOver, pause, clock);
    if (isOver()) return;
    const at = parts.connection();
    if (at === null) continue;
    const { orderId, clientOrderId } = order.state;
    const answer = await at.account.trading.query(at.instrument, { orderId, clientOrderId });
    if (isStopped()) return;
    const isOurs = answer.outcome === 'found' && !answer.reports.some((report) => manager.isNamesake(order, report));
    if (isOurs) {
      order.isMissing = false;
      manager.applyTo(order.state, answer.reports, clock.monotonic());
      // An answer without the exchange's id settles it as well: there is an order, and it is in the view.
      if (order.isProven) order.phase = 'settled';
      order.changed();
      manager.releaseParked();
      continue;
    }
    // No answer, whatever the reason, proves nothing.
    if (answer.outcome === 'no-answer') {
      if (answer.error.retryAfter !== undefined) await order.until(isOver, answer.error.retryAfter, clock);
      continue;
    }
    if (denials++ === 0) firstDenial = clock.monotonic();
    if (denials < LEAST_DENIALS || clock.monotonic() - firstDenial < parts.notFoundAfter) continue;
    if (!(await isAbsentElsewhere(order, at, parts)) || isOver()) continue;
    if (!order.isProven) {
      log.warn(`order ${order.id} never arrived: ${NEVER_ARRIVED}`, { denials });
      manager.conclude(order, 'presumed-failed', NEVER_ARRIVED);
      return;
    }
    if (mayBeForgotten(order, at.account, parts)) {
      log.warn(`order ${order.id} is taken for canceled: ${FORGOTTEN}`, { denials });
      // The second time it is believed.
      manager.conclude(order, order.state.life === 'reopened' ? 'canceled' : 'presumed-canceled', FORGOTTEN);
      return;
    }
    if (!warned)
      log.error(
        `the exchange says that it knows no order ${order.id}, which was open; it stays in the view and is asked for`,
      );
    warned = true;
  }
}

function mayBeForgotten(
  order: TrackedOrder,
  account: ExchangeAccount,
  { clock, forgetsCanceledAfter }: DoubtParts,
): boolean {
  if (forgetsCanceledAfter === null) return false;
  const lastHeard = Math.max(order.state.utime, order.since + account.clockOffset());
  return clock.now() + account.clockOffset() - lastHeard >= forgetsCanceledAfter;
}

/** The second and third witness: neither the open orders nor the fills know it. Only answers count. */
async function isAbsentElsewhere(
  order: TrackedOrder,
  at: Connection,
  { clock, manager, newsFrom }: DoubtParts,
): Promise<boolean> {
  const { account, instrument } = at;
  const { orderId, clientOrderId, filled } = order.state;
  const wasProven = order.isProven;
  const sentAt = order.since + account.clockOffset();
  const of = wasProven
    ? { ref: { orderId, clientOrderId }, placedAt: order.state.ctime }
    : { since: sentAt - MARGIN_MS };
  const [[open], [fills]] = await Promise.all([
    account.trading.openOrders(instrument),
    account.trading.fills(instrument, of),
  ]);
  if (open !== null) manager.apply(open, clock.monotonic());
  if (fills !== null && wasProven) manager.applyTo(order.state, byTime(fills), clock.monotonic());
  else if (fills !== null) {
    // An order that left later than that had nothing filled before, and what others had is no news.
    const first = newsFrom(account.clockOffset());
    const from = sentAt >= first ? first - STAMP_MARGIN_MS : -Infinity;
    const news = fills.filter(({ fill, ...ids }) => (fill?.time ?? 0) >= from || manager.tracker.find(ids) !== null);
    manager.apply(byTime(news), clock.monotonic());
  }
  if (open === null || fills === null) return false;
  if (open.some((report) => manager.tracker.find(report) === order)) return false;
  if (wasProven) return order.state.filled.eq(filled) && !order.lacksFills;
  // Fills of an order that is not known by its exchange id: whose they are is being asked.
  return !order.isProven && manager.parkedIds.length === 0;
}
