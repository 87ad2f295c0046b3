// An order whose request has no certain outcome is looked up until its fate is known. It is never sent again and never assumed dead.
// FAILED is concluded only when the exchange itself kept saying that it knows no such order, and nothing else speaks for it.

import type { Instrument } from '../domain/instrument.ts';
import type { ExchangeAccount } from '../exchanges/exchange.ts';
import { sleep, type Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { OrderManager } from './order-manager.ts';
import { byTime } from './sort-reports.ts';
import type { TrackedOrder } from './tracked-order.ts';

/** Pauses between look-ups, ms; the last one repeats. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** How often the exchange must say "no such order". */
const LEAST_DENIALS = 3;
/** Fills of an order cannot be older than its request; clocks may differ by this much. */
const MARGIN_MS = 10_000;

export interface DoubtParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly manager: OrderManager;
  readonly notFoundAfter: number;
  readonly connector: () => { readonly account: ExchangeAccount; readonly instrument: Instrument } | null;
  readonly isStopped: () => boolean;
}

export const NEVER_ARRIVED = 'the exchange keeps saying that it knows no such order';

/** Looks one order up until it is settled. Resolves when it is, or when the Trade is closed. */
export async function resolveDoubt(order: TrackedOrder, parts: DoubtParts): Promise<void> {
  const { clock, manager, isStopped } = parts;
  let denials = 0;
  let firstDenial = 0;
  for (let attempt = 0; ; attempt++) {
    const pause = PAUSES[Math.min(attempt, PAUSES.length - 1)] ?? 8_000;
    await order.until(() => order.phase !== 'doubt', pause, (ms, fn) => clock.after(ms, fn));
    if (order.phase !== 'doubt' || isStopped()) return;
    const at = parts.connector();
    if (at === null) continue;
    const { orderId, clientOrderId } = order.state;
    const answer = await at.account.trading.query(at.instrument, { orderId, clientOrderId });
    if (isStopped()) return;
    if (answer.outcome === 'found') {
      manager.apply(answer.reports, clock.monotonic());
      // An answer without the exchange's id settles it as well: there is an order, and it is in the view.
      if (order.isProven) order.phase = 'settled';
      order.changed();
      manager.releaseParked();
      continue;
    }
    // No answer, whatever the reason, proves nothing.
    if (answer.outcome === 'no-answer') {
      if (answer.error.retryAfter !== undefined) await sleep(clock, answer.error.retryAfter);
      continue;
    }
    if (denials++ === 0) firstDenial = clock.monotonic();
    if (denials < LEAST_DENIALS || clock.monotonic() - firstDenial < parts.notFoundAfter) continue;
    if (await isAbsentElsewhere(order, at, parts)) {
      if (order.phase !== 'doubt' || isStopped()) return;
      parts.log.warn(`order ${clientOrderId ?? ''} never arrived: ${NEVER_ARRIVED}`, { denials });
      manager.conclude(order, 'presumed-failed', NEVER_ARRIVED);
      return;
    }
  }
}

/** The second and third witness: neither the open orders nor the fills since it was sent know it. Only answers count. */
async function isAbsentElsewhere(
  order: TrackedOrder,
  { account, instrument }: { readonly account: ExchangeAccount; readonly instrument: Instrument },
  { clock, manager }: DoubtParts,
): Promise<boolean> {
  const since = order.since + account.clockOffset() - MARGIN_MS;
  const [[open], [fills]] = await Promise.all([
    account.trading.openOrders(instrument),
    account.trading.fills(instrument, { since }),
  ]);
  if (open !== null) manager.apply(open, clock.monotonic());
  if (fills !== null) manager.apply(byTime(fills), clock.monotonic());
  if (open === null || fills === null || order.isProven) return false;
  // Fills of an order that is not known by its exchange id: whose they are is being asked.
  return manager.parkedIds.length === 0;
}
