// Counts what a demo went through, for its summary.

import type { DemoEvent } from './events.ts';

export interface Summary {
  readonly orders: number;
  readonly updates: number;
  readonly fills: number;
  /** From the exchange's time stamp to the strategy, ms. */
  readonly delayMs: { readonly p50: number | null; readonly p99: number | null };
  /** The part of it between the frame's arrival and the callback, µs. */
  readonly insideUs: { readonly p50: number | null; readonly p99: number | null };
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

export class Tally {
  private readonly orders = new Set<string>();
  private readonly delays: number[] = [];
  private readonly inside: number[] = [];
  private updates = 0;
  private fills = 0;

  take(event: DemoEvent): void {
    if (event.type === 'fill') this.fills++;
    if (event.type !== 'order') return;
    this.updates++;
    this.orders.add(event.order.clientOrderId);
    if (event.delayMs === null) return;
    this.delays.push(event.delayMs);
    this.inside.push(event.insideUs);
  }

  get summary(): Summary {
    const both = (values: readonly number[]) => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) });
    return {
      orders: this.orders.size,
      updates: this.updates,
      fills: this.fills,
      delayMs: both(this.delays),
      insideUs: both(this.inside),
    };
  }
}
