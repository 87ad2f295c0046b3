// The audit at the end of a run: the exchange's books against what the strategy was told, order by order and fill by fill.
import { Decimal } from '../../src/domain/decimal.ts';
import type { OrderStatus } from '../../src/domain/order.ts';
import type { Venue, VenueOrder } from '../../src/simulator/venue.ts';
import type { Ledger } from './ledger.ts';

/** How the client order ids of orders placed by hand begin. */
export const HAND = 'hand';

/** The status a strategy must have been told for an order that stands so on the exchange. */
export function expectedStatus(order: VenueOrder): OrderStatus {
  switch (order.status) {
    case 'open':
      return order.filled.isZero() ? 'SUBMITTED' : 'PARTIAL-FILLED';
    case 'filled':
      return 'FILLED';
    case 'rejected':
      return 'FAILED';
    case 'canceled':
    case 'expired':
      return order.endReason === 'post-only-would-take' ? 'FAILED' : 'CANCELED';
  }
}

export interface AuditInput {
  readonly venue: Venue;
  readonly accountUid: number;
  readonly symbol: string;
  readonly ledger: Ledger;
  /** Client order ids that createOrder of this strategy or another was given. */
  readonly placed: ReadonlySet<string>;
  /** Trade ids made before the first process had loaded the order they belong to: in `filled`, not in onFill. */
  readonly silentTrades: ReadonlySet<string>;
  /** Orders that ended before any process of ours could see them (somebody else's, while nothing was running): nobody promised to report them. */
  readonly unseenOrders: Set<string>;
  /** Queries of this exchange do not tell a post-only order that would have taken from one that was canceled. */
  readonly reasonsOnlyPushed: boolean;
  /** A cancel gives the order another client id here, under which nobody knows it. */
  readonly renamesCanceled: boolean;
  /** How far the exchange's clock was off at most. The stamps on its orders and fills stayed those of the true clock. */
  readonly skewMs: number;
  /** A clock was set by more than anybody allows for: what a person placed and ended meanwhile may have been looked for at the wrong time. */
  readonly clockJumped: boolean;
  /** The faults of this run keep nothing back: what happened must be told within so many ms after it could be known; null: no limit. */
  readonly promptMs: number | null;
}

export function audit({
  venue,
  accountUid,
  symbol,
  ledger,
  placed,
  silentTrades,
  unseenOrders,
  reasonsOnlyPushed,
  renamesCanceled,
  skewMs,
  clockJumped,
  promptMs,
}: AuditInput): string[] {
  const problems: string[] = [];
  const told = new Map(
    [...ledger.orders.values()].filter((order) => order.orderId !== '').map((order) => [order.orderId, order]),
  );
  const perClientId = new Map<string, string>();
  for (const order of venue.orders(accountUid, symbol)) {
    const id = String(order.orderId);
    if (order.clientOrderId !== '') {
      const other = perClientId.get(order.clientOrderId);
      if (other !== undefined)
        problems.push(`one client id ${order.clientOrderId} made two orders: ${other} and ${id}`);
      perClientId.set(order.clientOrderId, id);
    }
    const isOthers = !ledger.intended.has(order.clientOrderId);
    if (!order.clientOrderId.startsWith(HAND) && !placed.has(order.clientOrderId))
      problems.push(`order ${id} carries ${order.clientOrderId}, which no createOrder was given`);
    const seen = told.get(id);
    // What others had finished before the first process was ready is not its to tell.
    if (seen === undefined && isOthers && order.status !== 'open' && order.updatedAt <= (ledger.readyAt ?? Infinity)) {
      unseenOrders.add(id);
      continue;
    }
    // Canceled before anything was heard of it, and found under its own id no more: taken for one that never arrived. Nothing rests, nothing was filled.
    if (seen === undefined && renamesCanceled && order.status === 'canceled' && order.filled.isZero()) {
      const last = ledger.orders.get(order.clientOrderId);
      if (last?.status === 'FAILED' && last.orderId === '') continue;
    }
    // By its stamp it may seem to have ended before the process was ready, and so not to be that one's to tell.
    const seemsPast = ledger.starts.some((at) => order.updatedAt >= at && order.updatedAt <= at + skewMs);
    if (seen === undefined && isOthers && (clockJumped || seemsPast) && order.status !== 'open') unseenOrders.add(id);
    if (unseenOrders.has(id)) continue;
    if (seen === undefined) {
      // Somebody else's order that came and went without a fill while nobody was connected: no exchange would tell, and nothing was lost.
      const passedBy =
        isOthers &&
        (order.status === 'canceled' || order.status === 'expired') &&
        order.filled.isZero() &&
        (promptMs === null || ledger.wasBlind(order.createdAt, order.updatedAt));
      if (order.status !== 'rejected' && !passedBy)
        problems.push(`order ${id} (${order.clientOrderId}, ${order.status}) was never reported`);
      continue;
    }
    const status = expectedStatus(order);
    // Where a canceled order's row does not say why, a post-only order whose own push was lost is CANCELED, no more; and whether a cancel
    // of ours was under way is told from times, which must be of one clock.
    const mistaken =
      seen.status === 'CANCELED'
        ? status === 'FAILED'
        : seen.status === 'FAILED' && status === 'CANCELED' && clockJumped;
    const reasonLost = mistaken && reasonsOnlyPushed && order.postOnly;
    if (seen.status !== status && !reasonLost)
      problems.push(`order ${id}: told ${seen.status}, the exchange has ${order.status} (${order.endReason ?? ''})`);
    const shownFrom = Math.max(order.createdAt, ledger.readyAt ?? 0);
    const firstLate = ledger.lateness(shownFrom, ledger.firstToldAt.get(id) ?? shownFrom);
    if (promptMs !== null && firstLate > promptMs) problems.push(`order ${id} was told of ${firstLate} ms late`);
    const endToldAt = ledger.endToldAt.get(id);
    if (promptMs !== null && order.status !== 'open' && endToldAt !== undefined) {
      const late = ledger.lateness(order.updatedAt, endToldAt);
      if (late > promptMs) problems.push(`order ${id}: its end (${order.status}) was told ${late} ms late`);
    }
    if (!Decimal.from(seen.filled).eq(order.filled))
      problems.push(`order ${id}: told filled ${seen.filled}, the exchange has ${order.filled}`);
    if (!order.filled.isZero()) {
      const average = order.filledQuote.div(order.filled, 18);
      if (!Decimal.from(seen.avgPrice).eq(average))
        problems.push(`order ${id}: told average ${seen.avgPrice}, the exchange has ${average}`);
      if (!Decimal.from(seen.fee).eq(order.fee))
        problems.push(
          `order ${id}: told fee ${seen.fee} ${seen.feeAsset ?? ''}, the exchange has ${order.fee} ${order.feeAsset ?? ''}`,
        );
    }
  }
  for (const order of ledger.orders.values()) {
    if (order.orderId === '' && order.status !== 'FAILED')
      problems.push(`order ${order.clientOrderId} ended as ${order.status} without an exchange id`);
  }

  const made = new Set<string>();
  for (const fill of venue.fills(accountUid, { symbol })) {
    const key = `${fill.orderId}/${fill.tradeId}`;
    made.add(key);
    const seen = ledger.fills.get(key);
    if (seen === undefined) {
      if (!silentTrades.has(key) && !unseenOrders.has(String(fill.orderId)))
        problems.push(`fill ${key} was never reported`);
      continue;
    }
    const late = ledger.lateness(fill.time, ledger.fillToldAt.get(key) ?? fill.time);
    if (promptMs !== null && late > promptMs) problems.push(`fill ${key} was told ${late} ms late`);
    if (!Decimal.from(seen.price).eq(fill.price) || !Decimal.from(seen.quantity).eq(fill.quantity)) {
      problems.push(
        `fill ${key}: told ${seen.quantity} at ${seen.price}, the exchange has ${fill.quantity} at ${fill.price}`,
      );
    }
    if (seen.feeAsset !== null && !Decimal.from(seen.fee).eq(fill.fee))
      problems.push(`fill ${key}: told fee ${seen.fee}, the exchange has ${fill.fee}`);
  }
  for (const key of ledger.fills.keys())
    if (!made.has(key)) problems.push(`fill ${key} was reported but never happened`);
  return problems;
}
