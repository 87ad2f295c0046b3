// When a fill is told: at once when its fee is known, else when the fee comes or the wait for it is over; never when it is older than the first start.
// Who fetches fills that are missing is missing-facts.ts's part.

import type { FillReport } from '../domain/order-report.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { TrackedOrder, WaitingFill } from './tracked-order.ts';

interface FillTellerParts {
  readonly clock: Clock;
  /** How long a fill waits for its fee, ms. */
  readonly feeWait: number;
  /** Hands the fill to the strategy. */
  readonly tell: (order: TrackedOrder, fill: FillReport, receivedAt: number) => void;
  /** The fill was told before, or belongs to the time before the first start. */
  readonly keepSilent: (order: TrackedOrder, fill: FillReport) => void;
  /** A fee has been awaited for some time: somebody should ask for it. */
  readonly feeMissing: (order: TrackedOrder) => void;
}

/** A fee that has not come by then is asked for. */
const ASK_AFTER_MS = 1_000;

export class FillTeller {
  private readonly parts: FillTellerParts;
  private readonly askAfter: number;
  /** In the order in which they began to wait. */
  private readonly waiting = new Set<WaitingFill>();
  /** One for all of them: nearly every fee comes before anything is due. */
  private timer: Timer | null = null;

  constructor(parts: FillTellerParts) {
    this.parts = parts;
    this.askAfter = Math.min(parts.feeWait / 2, ASK_AFTER_MS);
  }

  onNewFill(order: TrackedOrder, fill: FillReport, receivedAt: number): void {
    if (order.toldBefore?.has(fill.tradeId) === true) {
      this.parts.keepSilent(order, fill);
      return;
    }
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
    this.wait({ order, fill, receivedAt, since: this.parts.clock.monotonic(), isAskedFor: false });
  }

  onFeeFound(order: TrackedOrder, fill: FillReport): void {
    const waiting = order.waitingFills?.get(fill.tradeId);
    if (waiting === undefined) return;
    waiting.fill = fill;
    if (order.state.action !== null) this.release(waiting);
  }

  /** The order's side became known: what waited for that alone goes out. */
  onSideKnown(order: TrackedOrder): void {
    for (const waiting of order.waitingFills?.values() ?? []) if (waiting.fill.fee !== null) this.release(waiting);
  }

  private wait(waiting: WaitingFill): void {
    const { order, fill } = waiting;
    (order.waitingFills ??= new Map()).set(fill.tradeId, waiting);
    this.waiting.add(waiting);
    if (this.timer === null) this.arm(this.askAfter);
  }

  private arm(ms: number): void {
    this.timer = this.parts.clock.after(ms, () => {
      this.timer = null;
      this.look();
    });
  }

  /** Asks for what has waited for long, tells what has waited for too long. */
  private look(): void {
    const { clock, feeWait, feeMissing } = this.parts;
    const now = clock.monotonic();
    let next = Infinity;
    for (const waiting of this.waiting) {
      const age = now - waiting.since;
      if (age >= feeWait) {
        if (waiting.order.state.action !== null) {
          this.release(waiting);
          continue;
        }
        // Still nobody knows whether it was bought or sold: it stands behind the others again.
        this.waiting.delete(waiting);
        this.waiting.add(waiting);
        waiting.since = now;
        waiting.isAskedFor = false;
        next = Math.min(next, this.askAfter);
        continue;
      }
      if (age >= this.askAfter && !waiting.isAskedFor) {
        waiting.isAskedFor = true;
        feeMissing(waiting.order);
      }
      next = Math.min(next, (waiting.isAskedFor ? feeWait : this.askAfter) - age);
      // Those behind it came later.
      if (!waiting.isAskedFor) break;
    }
    if (next === Infinity) return;
    // A callback may have brought another one, which is not due before these.
    this.timer?.cancel();
    // Whole milliseconds: a fraction of one may be no time at all for the clock.
    this.arm(Math.ceil(next));
  }

  private release(waiting: WaitingFill): void {
    const { order, fill, receivedAt } = waiting;
    this.waiting.delete(waiting);
    order.waitingFills?.delete(fill.tradeId);
    if (order.waitingFills?.size === 0) order.waitingFills = null;
    this.parts.tell(order, fill, receivedAt);
  }

  /** The order is another one's now: its fills that wait will not be told under it. Returns them, by trade id. */
  drop(order: TrackedOrder): ReadonlyMap<string, FillReport> {
    const dropped = [...(order.waitingFills?.values() ?? [])];
    order.waitingFills = null;
    for (const waiting of dropped) this.waiting.delete(waiting);
    return new Map(dropped.map(({ fill }) => [fill.tradeId, fill]));
  }

  /** Tells nothing more. */
  stop(): void {
    this.timer?.cancel();
    this.timer = null;
    this.waiting.clear();
  }
}
