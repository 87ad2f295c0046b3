// When a fill is told: at once when its fee is known, else when the fee comes or the wait for it is over; never when it is older than the first start.
// Who fetches fills that are missing is missing-facts.ts's part.

import type { FillReport } from '../domain/order-report.ts';
import type { Clock } from '../seam/clock.ts';
import type { TrackedOrder } from './tracked-order.ts';

export interface FillTellerParts {
  readonly clock: Clock;
  /** How long a fill waits for its fee, ms. */
  readonly feeWait: number;
  /** Hands the fill to the strategy. */
  readonly tell: (order: TrackedOrder, fill: FillReport, receivedAt: number) => void;
  /** The fill belongs to the time before the first start. */
  readonly keepSilent: (order: TrackedOrder, fill: FillReport) => void;
  /** A fee is awaited: somebody should ask for it. */
  readonly feeMissing: (order: TrackedOrder) => void;
}

export class FillTeller {
  private readonly parts: FillTellerParts;
  private readonly waiting = new Set<TrackedOrder>();

  constructor(parts: FillTellerParts) {
    this.parts = parts;
  }

  onNewFill(order: TrackedOrder, fill: FillReport, receivedAt: number): void {
    if (order.silent.isPositive()) {
      order.silent = order.silent.sub(fill.quantity);
      this.parts.keepSilent(order, fill);
      return;
    }
    // Without a known side there is nothing to tell yet: it waits like one without a fee.
    if (fill.fee !== null && order.state.action !== null) {
      this.parts.tell(order, fill, receivedAt);
      return;
    }
    const timer = this.parts.clock.after(this.parts.feeWait, () => this.release(order, fill.tradeId));
    (order.waitingFills ??= new Map()).set(fill.tradeId, { fill, receivedAt, timer });
    this.waiting.add(order);
    this.parts.feeMissing(order);
  }

  onFeeFound(order: TrackedOrder, fill: FillReport): void {
    const waiting = order.waitingFills?.get(fill.tradeId);
    if (waiting === undefined) return;
    waiting.fill = fill;
    if (order.state.action !== null) this.release(order, fill.tradeId);
  }

  /** The order's side became known: what waited for that alone goes out. */
  onSideKnown(order: TrackedOrder): void {
    for (const { fill } of order.waitingFills?.values() ?? []) {
      if (fill.fee !== null) this.release(order, fill.tradeId);
    }
  }

  private release(order: TrackedOrder, tradeId: string): void {
    const waiting = order.waitingFills?.get(tradeId);
    if (waiting === undefined) return;
    waiting.timer.cancel();
    if (order.state.action === null) {
      const timer = this.parts.clock.after(this.parts.feeWait, () => this.release(order, tradeId));
      order.waitingFills?.set(tradeId, { ...waiting, timer });
      return;
    }
    order.waitingFills?.delete(tradeId);
    if (order.waitingFills?.size === 0) {
      order.waitingFills = null;
      this.waiting.delete(order);
    }
    this.parts.tell(order, waiting.fill, waiting.receivedAt);
  }

  /** Tells nothing more. */
  stop(): void {
    for (const order of this.waiting) {
      for (const { timer } of order.waitingFills?.values() ?? []) timer.cancel();
    }
    this.waiting.clear();
  }
}
