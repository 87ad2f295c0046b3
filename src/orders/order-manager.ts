// The orders of one Trade: takes reports in, merges them, and derives what the strategy is told - synchronously, without asking anybody.
// Requests (submit, revoke, reconcile, missing facts) are other files'; they bring their answers here as reports.

import { Decimal } from '../domain/decimal.ts';
import { compactState, intendedOrderState, merge, newOrderState } from '../domain/merge.ts';
import { stateReports } from '../domain/state-reports.ts';
import { EMPTY_REPORT, type FillReport, type OrderReport } from '../domain/order-report.ts';
import { ORDER_STATUS_NONE, type Fill, type Order } from '../domain/order.ts';
import type { OrderRef } from '../exchanges/exchange.ts';
import type { Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import { FillTeller } from './fill-teller.ts';
import type { Intent, OrderJournal, RememberedOrder } from './journal.ts';
import { OpenOrdersView } from './open-orders-view.ts';
import { byOrder, joinEntries, rememberedState } from './remembered-state.ts';
import { asMeant, isNewsOfPast, isWhole, named, tellsEnd } from './report-meaning.ts';
import { fillOf, isNews, snapshotOf, type Place } from './snapshot.ts';
import { TrackedOrder } from './tracked-order.ts';
import { Tracker } from './tracker.ts';

/**
 * Who hears. `delivered` is to be called when the strategy's callback is about to get it: what the journal notes as told must have been.
 * Null for an order that goes on: what a strategy heard of it meanwhile is not noted.
 */
export interface OrderSink {
  onOrder(order: Order, receivedAt: number, delivered: (() => void) | null): void;
  onFill(fill: Fill, receivedAt: number, delivered: () => void): void;
}

/** Facts about an order that only a question to the exchange can bring. */
interface FactsNeeded {
  /** The exchange states more filled than the known fills add up to; they may be on their way. */
  fills(order: TrackedOrder): void;
  /** The fee of a fill has not come. */
  fees(order: TrackedOrder): void;
  /** Nothing is known of it but an id, or it may be one of ours whose id we do not know yet. */
  terms(ref: OrderRef): void;
}

/** One that is forgotten is asked for again. */
const MOST_DISOWNED = 1_000;

/** Of the first load. */
interface FirstLoad {
  /** By the exchange's clock, ms: what an earlier process had seen of orders ends there; null: there was none. */
  readonly since: number | null;
  /** How much each order filled since then, as far as that is known. By order id. */
  readonly filledSince: ReadonlyMap<string, Decimal>;
}

interface OrderManagerParts {
  readonly place: Place;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: OrderJournal;
  readonly feeWait: number;
  readonly isOwn: (clientOrderId: string) => boolean;
  readonly sink: OrderSink;
  readonly needs: FactsNeeded;
}

export class OrderManager {
  readonly tracker = new Tracker();
  readonly view: OpenOrdersView;
  /**
   * Set while the first list is loaded: what orders that nobody here knew had filled before then is taken in silently, but for what they filled since
   * an earlier process had seen everything.
   */
  firstLoad: FirstLoad | null = null;
  /** Collects what comes to light while a gap is open; null while there is none. */
  findings: { readonly ended: Set<string>; readonly filled: Set<string> } | null = null;
  /** Orders that wait to be told until answers are merged; null: everything is told at once. */
  private untold: Map<TrackedOrder, number> | null = null;
  /** Whose change is being told: its fills first. */
  private telling: TrackedOrder | null = null;
  private readonly parts: OrderManagerParts;
  private readonly teller: FillTeller;
  /** Of the key that was given last to an order of ours: no two are the same. */
  private lastStamp = 0;
  /** Reports of orders nobody knows, while an order of ours has no exchange id yet: by the exchange's id. */
  private readonly parked = new Map<string, { readonly report: OrderReport; readonly receivedAt: number }[]>();
  /** Ids of such orders that turned out to be other accounts', oldest first. */
  private readonly disowned = new Set<string>();

  constructor(parts: OrderManagerParts) {
    this.parts = parts;
    const { clock, feeWait, journal } = parts;
    this.view = new OpenOrdersView(this.tracker.open, (order) => this.snapshot(order));
    this.teller = new FillTeller({
      clock,
      feeWait,
      tell: (order, fill, receivedAt) => this.tellFill(order, fill, receivedAt),
      keepSilent: (order, fill) => journal.told(order.key, fill.tradeId),
      feeMissing: (order) => parts.needs.fees(order),
    });
  }

  /** The order as a strategy sees it right now. */
  snapshot(order: TrackedOrder): Order {
    return (order.snapshot ??= snapshotOf(this.parts.place, order.state, order.toldStatus));
  }

  /**
   * Begins to track an order of our own. It is in `orders` and in the journal when this returns; nothing has been sent.
   * @param clockOffset exchange clock minus ours, ms
   */
  intend(intent: Intent, price: Decimal | null, quantity: Decimal | null, clockOffset: number): TrackedOrder {
    const { place, journal } = this.parts;
    const state = intendedOrderState(place.symbol, intent.clientOrderId, {
      ...intent,
      tradeType: null,
      price,
      quantity,
    });
    // An id that was refused may be tried again within the same millisecond: that is another order, and the journal closed the first.
    this.lastStamp = Math.max(intent.at, this.lastStamp + 1);
    const order = new TrackedOrder(`c:${intent.clientOrderId}:${this.lastStamp.toString(36)}`, state, intent.at, true);
    order.phase = 'sending';
    order.sentAt = intent.at + clockOffset;
    this.tracker.file(order, null, this.parts.clock.monotonic());
    journal.intent(order.key, intent);
    return order;
  }

  /** Takes up what an earlier process left. Those whose fate is open come back in doubt. */
  takeUp(remembered: readonly RememberedOrder[]): void {
    const { journal, clock } = this.parts;
    for (const entries of byOrder(remembered))
      this.remember(entries.reduce((one, other) => joinEntries(journal, one, other, clock.now())));
  }

  private remember(remembered: RememberedOrder): void {
    const { place, clock } = this.parts;
    const { intent } = remembered;
    const state = rememberedState(place.symbol, intent, remembered.reports);
    const order = new TrackedOrder(
      remembered.key,
      state,
      intent?.at ?? clock.now(),
      intent !== null || remembered.adopted,
    );
    for (const { clientOrderId } of remembered.reports)
      if (clientOrderId !== null && this.parts.isOwn(clientOrderId)) order.own = true;
    if (!order.isProven && !order.isEnded) order.phase = 'doubt';
    order.sentAt = intent?.at ?? null;
    // Another Trade may have told fills of which nothing is written under this name: the exchange will.
    order.toldBefore = remembered.told;
    const now = clock.monotonic();
    this.tracker.file(order, null, now);
    for (const fill of order.state.trades.values()) {
      if (!remembered.told.has(fill.tradeId)) this.teller.onNewFill(order, fill, now);
    }
    // One that ended has its end still to tell; those alive are told when the exchange has confirmed them.
    if (order.isEnded) this.tell(order, now);
    if (order.lacksFills || order.lacksFees) this.parts.needs.fills(order);
  }

  /** Merges reports in their order. `receivedAt`: monotonic clock. */
  apply(reports: readonly OrderReport[], receivedAt: number): void {
    for (const report of reports) this.applyOne(report, receivedAt);
  }

  applyOne(report: OrderReport, receivedAt: number): void {
    const known = this.tracker.find(report);
    const order = known === null ? this.meet(report, receivedAt) : this.underBothIds(known, report);
    if (order === null || this.isNamesake(order, report)) return;
    if (report.orderId !== null && order.state.orderId === null) this.settleId(order, report.orderId, receivedAt);
    this.mergeInto(order, report, receivedAt);
    if (this.parked.size > 0 && report.orderId !== null && isWhole(report)) this.unpark(report.orderId);
  }

  /** What the exchange's id found, or, where the report's client id is that of an order of ours that waits for its id, that one: they are the same. */
  private underBothIds(known: TrackedOrder, report: OrderReport): TrackedOrder {
    const { clientOrderId } = report;
    if (clientOrderId === null || clientOrderId === known.state.clientOrderId) return known;
    const waiting = this.tracker.find({ orderId: null, clientOrderId });
    return waiting === null || waiting.state.orderId !== null || this.isNamesake(waiting, report) ? known : waiting;
  }

  /** As `apply`, for what is known to be about one order: replies and answers do not always repeat its client id. */
  applyTo(ref: OrderRef, reports: readonly OrderReport[], receivedAt: number): void {
    this.apply(named(ref, reports), receivedAt);
  }

  private mergeInto(order: TrackedOrder, told: OrderReport, receivedAt: number): void {
    const before = order.state;
    const report = asMeant(before, told);
    const { state, changed, learnt, newFill, feeFound } = merge(before, report);
    if (changed && order.closedAs !== null) this.reopen(order);
    order.state = state;
    // Whatever it is that the exchange says of it, it knows the order; but old fills of it prove nothing of today.
    if (changed || (report.source !== 'fills' && report.source !== 'inferred')) order.isMissing = false;
    if (order.isConcluded && tellsEnd(report, state)) order.isConcluded = false;
    // Of one that is closed nothing has to be remembered but what makes it open again.
    if (changed || (learnt && order.closedAs === null))
      this.parts.journal.report(order.key, report, this.parts.clock.now(), before);
    if (!changed) return;
    if (order.phase !== 'settled' && order.isProven && state.orderId !== null) order.phase = 'settled';
    const named =
      before.orderId !== state.orderId ||
      (report.clientOrderId !== null && report.clientOrderId !== before.clientOrderId);
    if (named || order.isEnded !== (order.endedAt !== null)) {
      this.tracker.file(order, report, this.parts.clock.monotonic());
    }
    const outer = this.telling;
    this.telling = order;
    if (newFill !== null) this.teller.onNewFill(order, newFill, receivedAt);
    if (feeFound !== null) this.teller.onFeeFound(order, feeFound);
    if (before.action === null && state.action !== null) this.teller.onSideKnown(order);
    if (order.awaitsFills) this.parts.needs.fills(order);
    this.tell(order, receivedAt);
    this.telling = outer;
    // What opened it again was nothing a strategy could see.
    if (order.endTold !== null) this.closeIfTold(order);
    order.changed();
  }

  /** An order nobody knew: somebody else's, or ours under an id that we have not heard yet. */
  private meet(report: OrderReport, receivedAt: number): TrackedOrder | null {
    const { place, clock, isOwn, needs } = this.parts;
    const { orderId, clientOrderId } = report;
    if (this.isEcho(report)) {
      this.parts.log.debug('a refused attempt under the client id of another order', { orderId, clientOrderId });
      return null;
    }
    if (orderId !== null && this.disowned.has(orderId)) return null;
    const isBack = this.tracker.isPast(report);
    if (isBack && !isNewsOfPast(this.tracker.past(orderId ?? ''), report)) {
      // A list may lag behind the end (it does so after a restart): the order itself is asked for.
      if (report.life === 'open' && report.source === 'open-orders') needs.terms({ orderId, clientOrderId: null });
      return null;
    }
    if (orderId !== null && clientOrderId === null && !isWhole(report) && this.tracker.hasUnanswered()) {
      const parked = this.parked.get(orderId);
      if (parked !== undefined) parked.push({ report, receivedAt });
      else {
        this.parked.set(orderId, [{ report, receivedAt }]);
        // The answer names both ids, and so brings together what belongs together.
        needs.terms({ orderId, clientOrderId: null });
      }
      return null;
    }
    if (orderId === null && clientOrderId === null) return null;
    const own = clientOrderId !== null && isOwn(clientOrderId);
    const key = orderId !== null ? `o:${orderId}` : `c:${clientOrderId ?? ''}`;
    const order = new TrackedOrder(key, newOrderState(place.symbol), report.ctime ?? clock.now(), own);
    if (isBack && orderId !== null) {
      this.tracker.forgetPast(orderId);
      order.toldBefore = this.parts.journal.toldOf(orderId);
    }
    order.silent = this.silentOf(report, isBack, order.toldBefore);
    if (report.action === null) needs.terms({ orderId, clientOrderId });
    return order;
  }

  /** How much of what it states is filled, of an order nobody knew, is not to be told. */
  private silentOf(
    { filled, orderId, ctime, source }: OrderReport,
    isBack: boolean,
    toldBefore: ReadonlySet<string> | null,
  ): Decimal {
    if (filled === null) return Decimal.ZERO;
    // Where nobody knows any more what was told of it, all of it was.
    if (isBack) return toldBefore === null ? filled : Decimal.ZERO;
    if (this.firstLoad === null || source !== 'open-orders') return Decimal.ZERO;
    const { since, filledSince } = this.firstLoad;
    // All of it is younger than what the earlier process had seen.
    if (since !== null && ctime !== null && ctime >= since) return Decimal.ZERO;
    return Decimal.max(Decimal.ZERO, filled.sub(filledSince.get(orderId ?? '') ?? Decimal.ZERO));
  }

  /**
   * The report is of an older order that had the same client id, while the exchange's id of this one is not known: an answer to a question by
   * client id may be that (binance.md A7.1, F10). One that is open is this one: two open orders have no id in common.
   */
  isNamesake(order: TrackedOrder, report: OrderReport): boolean {
    if (order.state.orderId !== null || report.orderId === null || report.life === 'open') return false;
    return this.tracker.isPast(report) || order.isYoungerThan(report);
  }

  /** Somebody's refused attempt under the client id of an order that is another one: it says nothing of that (binance.md A6.5). */
  private isEcho({ life, clientOrderId }: OrderReport): boolean {
    return life === 'failed' && clientOrderId !== null && this.tracker.byId(clientOrderId) !== null;
  }

  /** The exchange's id of an order became known: what was kept aside under that id belongs to it. */
  private settleId(order: TrackedOrder, orderId: string, receivedAt: number): void {
    const other = this.tracker.find({ orderId, clientOrderId: null });
    if (other !== null && other !== order) this.together(() => this.join(order, other, receivedAt));
    const parked = this.parked.get(orderId);
    if (parked === undefined) return;
    this.parked.delete(orderId);
    for (const entry of parked) this.mergeInto(order, entry.report, entry.receivedAt);
  }

  /** What was known of one order under two ids comes together. Fills that were told under the other id are not told again. */
  private join(order: TrackedOrder, other: TrackedOrder, receivedAt: number): void {
    this.tracker.replace(other, order);
    this.reopen(other);
    order.told ??= other.told;
    order.silent = other.silent;
    order.unexplainable = other.unexplainable;
    const waiting = this.teller.drop(other);
    const { trades, tradedQuantity, tradedValue } = other.state;
    // It has none of its own yet: whatever tells of a fill names the order by the exchange's id.
    order.state = { ...order.state, trades, tradedQuantity, tradedValue };
    for (const report of stateReports(other.state)) {
      if (report.fill === null) this.mergeInto(order, report, receivedAt);
      else this.parts.journal.report(order.key, report, this.parts.clock.now());
    }
    for (const tradeId of trades.keys()) if (!waiting.has(tradeId)) this.parts.journal.told(order.key, tradeId);
    for (const fill of waiting.values()) this.teller.onNewFill(order, fill, receivedAt);
    // There is one order, and the journal brings up one: whatever the other entry was, its story ends here.
    this.parts.journal.closed(other.key, ORDER_STATUS_NONE, this.parts.clock.now());
  }

  /** The question about a parked order is answered, or there is nothing left it could belong to: it is an order of its own. */
  unpark(orderId: string): void {
    const parked = this.parked.get(orderId);
    if (parked === undefined) return;
    this.parked.delete(orderId);
    for (const { report, receivedAt } of parked) {
      const order = this.tracker.find(report);
      if (order !== null) this.mergeInto(order, report, receivedAt);
      else this.adoptParked(report, receivedAt);
    }
  }

  /** A parked order is another account's of the user: nobody's here, whatever a list of fills shows of it. */
  disown(orderId: string): void {
    if (!this.parked.delete(orderId)) return;
    this.disowned.add(orderId);
    if (this.disowned.size <= MOST_DISOWNED) return;
    for (const oldest of this.disowned) {
      this.disowned.delete(oldest);
      return;
    }
  }

  private adoptParked(report: OrderReport, receivedAt: number): void {
    const { place, clock } = this.parts;
    const order = new TrackedOrder(
      `o:${report.orderId ?? ''}`,
      newOrderState(place.symbol),
      report.ctime ?? clock.now(),
      false,
    );
    this.mergeInto(order, report, receivedAt);
  }

  get parkedIds(): readonly string[] {
    return [...this.parked.keys()];
  }

  /** Answers belong together: each order that changed is told once, after all of them are merged (and after its fills). */
  together(merging: () => void): void {
    const outer = this.untold;
    const mine: Map<TrackedOrder, number> = outer ?? new Map<TrackedOrder, number>();
    this.untold = mine;
    try {
      merging();
    } finally {
      if (outer === null) {
        this.untold = null;
        for (const [order, receivedAt] of mine) {
          this.tell(order, receivedAt);
          if (order.endTold !== null) this.closeIfTold(order);
        }
      }
    }
  }

  private tell(order: TrackedOrder, receivedAt: number): void {
    if (this.untold !== null) {
      order.snapshot = null;
      this.untold.set(order, receivedAt);
      return;
    }
    const { told } = order;
    // Nothing a strategy could use: not even buy or sell is known yet.
    if (order.state.action === null) return;
    const snapshot = snapshotOf(this.parts.place, order.state, told?.status ?? null);
    order.snapshot = snapshot;
    if (snapshot.status === 'NONE' || (told !== null && !isNews(told, snapshot))) return;
    if (this.findings !== null) {
      if (order.isEnded && order.id !== '') this.findings.ended.add(order.id);
      if (snapshot.filled !== (told?.filled ?? '0')) this.findings.filled.add(order.id);
    }
    order.told = snapshot;
    this.parts.sink.onOrder(snapshot, receivedAt, order.isEnded ? () => this.delivered(order, snapshot) : null);
  }

  /** Tells an unfinished order although nothing changed: the strategy has not seen it since it started. */
  present(order: TrackedOrder): void {
    if (order.toldStatus === null) this.tell(order, this.parts.clock.monotonic());
  }

  private tellFill(order: TrackedOrder, fill: FillReport, receivedAt: number): void {
    const { place, sink, journal } = this.parts;
    sink.onFill(fillOf(place, order.state, fill), receivedAt, () => {
      journal.told(order.key, fill.tradeId);
      this.closeIfTold(order);
    });
  }

  private delivered(order: TrackedOrder, snapshot: Order): void {
    order.endTold = snapshot;
    this.closeIfTold(order);
  }

  /** The strategy knows the end and every fill: the journal need not bring the order up again. */
  private closeIfTold(order: TrackedOrder): void {
    if (order.endTold === null || order.endTold !== order.told || !order.isEnded) return;
    if (order.waitingFills !== null || order.awaitsFills || order.lacksFees) return;
    // Its last fill was told, the order's own part in that is next: were what was told of it forgotten now, the end would be told again.
    if (order === this.telling || this.untold?.has(order) === true) return;
    this.parts.journal.closed(order.key, order.endTold.status, this.parts.clock.now());
    // Most orders are in this state most of the time that they are in memory.
    order.closedAs = order.endTold.status;
    order.snapshot = order.told = order.endTold = null;
    order.state = compactState(order.state);
  }

  /** There is news of an order that was closed: what was told of it is made again. */
  private reopen(order: TrackedOrder): void {
    if (order.closedAs === null) return;
    order.endTold = order.told = snapshotOf(this.parts.place, order.state, order.closedAs);
    order.closedAs = null;
  }

  /** What was concluded, not heard: a refusal, or silence. */
  conclude(
    order: TrackedOrder,
    life: 'failed' | 'presumed-failed' | 'presumed-canceled' | 'canceled',
    reason: string,
  ): void {
    order.phase = 'settled';
    order.isConcluded = life !== 'failed';
    this.mergeInto(
      order,
      { ...EMPTY_REPORT, source: 'inferred', symbol: this.parts.place.symbol, life, reason, utime: null },
      this.parts.clock.monotonic(),
    );
    this.settle(order);
  }

  /** Its request is answered. */
  settle(order: TrackedOrder): void {
    order.phase = 'settled';
    order.changed();
    this.releaseParked();
  }

  /** When every order of ours has its id, what is parked can only be other people's. */
  releaseParked(): void {
    if (this.parked.size === 0 || this.tracker.hasUnanswered()) return;
    for (const orderId of this.parked.keys()) this.unpark(orderId);
  }

  /** The exchange has shown every fill it has of the order: what is still unexplained stays so. */
  fillsAnswered(order: TrackedOrder): void {
    const rest = order.state.filled.sub(order.state.tradedQuantity);
    if (!rest.isPositive() || !order.silent.isPositive()) return;
    order.unexplainable = order.silent;
    order.silent = Decimal.ZERO;
  }

  /** The exchange does not tell the fees, or the fills, however often it is asked. */
  giveUpFacts(order: TrackedOrder): void {
    order.feesGivenUp = true;
    if (order.lacksFills) {
      order.fillsGivenUp = true;
      const { filled, tradedQuantity } = order.state;
      this.parts.log.warn(
        `order ${order.id}: the exchange states ${filled} filled and shows fills of ${tradedQuantity}; onFill cannot be called for the rest`,
      );
    }
    this.closeIfTold(order);
  }

  adopt(order: TrackedOrder): void {
    if (order.own) return;
    order.own = true;
    this.parts.journal.adopted(order.key);
  }

  /** Answers that are still on their way are merged for what they say of our own orders; whose else's there are, the next process asks. */
  stop(): void {
    this.teller.stop();
    this.parked.clear();
  }
}
