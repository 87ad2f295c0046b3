// A desk's part in the end of the process: what is unfinished, when nothing is on its way any more, and the receipt of a revoke that could not be tried.
// The order of a clean stop is runtime/shutdown.ts's business.

import type { RevokeReceipt, Whose } from '../domain/unfinished-orders.ts';
import type { Clock } from '../seam/clock.ts';
import type { OrderManager } from './order-manager.ts';
import type { Place } from './snapshot.ts';

/** Order ids, or client order ids where the exchange's is not known yet. */
export function unfinishedIds(manager: OrderManager, whose: Whose): readonly string[] {
  return [...manager.tracker.open.values()].filter((order) => whose === 'all' || order.own).map(({ id }) => id);
}

/** Resolves when nothing is on its way or in doubt, or after `limitMs`: what is still in doubt then is revoke's to find. */
export async function settleOrders(manager: OrderManager, clock: Clock, limitMs: number): Promise<void> {
  const unsettled = [...manager.tracker.open.values()].filter(({ phase }) => phase !== 'settled');
  await Promise.all(unsettled.map((order) => order.until(() => order.phase === 'settled', limitMs, clock)));
}

/** Nothing could be asked: all that is believed unfinished is left. */
export function blindReceipt(
  place: Place,
  whose: Whose,
  left: readonly string[],
  error: string | null,
  now: number,
): RevokeReceipt {
  return {
    trigger: 'stop',
    platform: place.platform,
    account: place.account,
    symbol: place.symbol,
    whose,
    found: left,
    revoked: [],
    filled: [],
    left,
    error,
    startedAt: now,
    endedAt: now,
    confirmedAt: null,
  };
}
