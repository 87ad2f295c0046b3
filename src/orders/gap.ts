// The record of a gap: from the moment the stream may have missed something to the moment the view is proven equal to the exchange's again.
// Closing it is the reconciler's work; telling the strategy is the desk's.

import type { Clock } from '../seam/clock.ts';
import type { GapFindings } from './connection-event.ts';
import type { OrderManager } from './order-manager.ts';
import type { TrackedOrder } from './tracked-order.ts';

export class Gap {
  private readonly clock: Clock;
  private readonly manager: OrderManager;
  private openedAt: number | null = null;

  constructor(clock: Clock, manager: OrderManager) {
    this.clock = clock;
    this.manager = manager;
  }

  get isOpen(): boolean {
    return this.openedAt !== null;
  }

  /** False when it was open already. */
  open(): boolean {
    if (this.openedAt !== null) return false;
    this.openedAt = this.clock.now();
    this.manager.findings = { ended: new Set(), filled: new Set() };
    return true;
  }

  /** What came to light; null when there was no gap. */
  close(unknown: readonly TrackedOrder[]): (GapFindings & { readonly openedAt: number }) | null {
    const { openedAt } = this;
    if (openedAt === null) return null;
    const { findings } = this.manager;
    this.openedAt = null;
    this.manager.findings = null;
    return {
      openedAt,
      ended: [...(findings?.ended ?? [])].toSorted(),
      filled: [...(findings?.filled ?? [])].toSorted(),
      unknown: unknown.map(({ id }) => id),
    };
  }
}
