// Which of the orders that an exchange lists a sweep is about: whose they are, and which life of the strategy made them.

import type { OrderReport } from '../../domain/order-report.ts';
import type { Whose } from '../../domain/unfinished-orders.ts';
import { isOwn, madeAt } from '../../orders/client-order-id.ts';
import type { RememberedOrder } from '../../orders/journal.ts';

export interface Concern {
  readonly whose: Whose;
  /** Whose orders `own` means. */
  readonly strategy: string;
  /** The strategy's unfinished orders that the journal knows: those with a client order id of the user's own are told by nothing else. */
  readonly remembered: readonly RememberedOrder[];
  /** Our clock, ms: what was made from then on belongs to a life that still trades, and is left alone. Null: there is none. */
  readonly madeBefore: number | null;
}

/** An order of unknown origin, made so shortly before a new life began, may be its own: clocks are not that exact. */
const CLOCK_MARGIN_MS = 1_000;

/** @param clockOffset exchange clock minus our clock, ms */
export function concerned(
  { whose, strategy, remembered, madeBefore }: Concern,
  clockOffset: () => number,
): (report: OrderReport) => boolean {
  const intended = new Map<string, number>();
  const adopted = new Set<string>();
  for (const { intent, adopted: isAdopted, reports } of remembered) {
    if (intent !== null) intended.set(intent.clientOrderId, intent.at);
    if (isAdopted) for (const { orderId } of reports) if (orderId !== null) adopted.add(orderId);
  }
  const isOurs = ({ orderId, clientOrderId }: OrderReport): boolean =>
    whose === 'all' ||
    (clientOrderId !== null && (isOwn(strategy, clientOrderId) || intended.has(clientOrderId))) ||
    (orderId !== null && adopted.has(orderId));
  const isEarlier = ({ clientOrderId, ctime }: OrderReport, before: number): boolean => {
    const made = clientOrderId === null ? null : (madeAt(strategy, clientOrderId) ?? intended.get(clientOrderId));
    // A request that was on its way for long is as old as its id, not as the order.
    if (typeof made === 'number') return made < before;
    return ctime !== null && ctime < before + clockOffset() - CLOCK_MARGIN_MS;
  };
  return (report) => isOurs(report) && (madeBefore === null || isEarlier(report, madeBefore));
}
