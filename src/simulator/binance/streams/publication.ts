// A market stream that somebody listens to: it hears trades and book changes of its symbol and publishes payloads.
// Which streams exist is said in catalogue.ts; who listens to them is hub.ts's part.

import type { Clock, Timer } from '../../../seam/clock.ts';
import type { VenueEvent } from '../../venue.ts';
import type { AggTrade } from '../agg-trades.ts';

export type TradeEvent = Extract<VenueEvent, { readonly type: 'trade' }>;
export type BookEvent = Extract<VenueEvent, { readonly type: 'book' }>;

export interface Publication {
  onTrade?(event: TradeEvent): void;
  onBook?(event: BookEvent): void;
  onAggTrade?(trade: AggTrade): void;
  /** Nobody listens any more: no timer may stay. */
  stop(): void;
}

/** Hands a payload's JSON text to the listeners. */
export type Publish = (data: string) => void;

/** Milliseconds until the clock next shows a multiple of `periodMs`. */
function untilBeat(clock: Clock, periodMs: number): number {
  return periodMs - (clock.now() % periodMs);
}

/** Calls `fn` at every multiple of `periodMs` of the clock, until stopped. */
export class Beat {
  private readonly clock: Clock;
  private readonly periodMs: number;
  private readonly fn: () => void;
  private timer: Timer;

  constructor(clock: Clock, periodMs: number, fn: () => void) {
    this.clock = clock;
    this.periodMs = periodMs;
    this.fn = fn;
    this.timer = this.schedule();
  }

  private schedule(): Timer {
    return this.clock.after(untilBeat(this.clock, this.periodMs), () => {
      this.timer = this.schedule();
      this.fn();
    });
  }

  stop(): void {
    this.timer.cancel();
  }
}

/** Calls `fn` at the next beat after `touch`, and not at all while nothing is touched. */
export class Throttle {
  private readonly clock: Clock;
  private readonly periodMs: number;
  private readonly fn: () => void;
  private timer: Timer | null = null;

  constructor(clock: Clock, periodMs: number, fn: () => void) {
    this.clock = clock;
    this.periodMs = periodMs;
    this.fn = fn;
  }

  touch(): void {
    this.timer ??= this.clock.after(untilBeat(this.clock, this.periodMs), () => {
      this.timer = null;
      this.fn();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
