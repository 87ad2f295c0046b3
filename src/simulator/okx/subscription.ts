// What a channel knows of a subscriber, and a connection of its subscriptions: the seam between session.ts and the channels.

import type { Clock, Timer } from '../../seam/clock.ts';
import type { VenueAccount } from '../venue.ts';

/** One subscription as its channel sees it. */
export interface Subscriber {
  /** The `arg` of every frame, as JSON; with the uid for private channels. */
  readonly argText: string;
  /** Null on a connection that has not logged in. */
  readonly account: VenueAccount | null;
  /** Market data goes out as it is. */
  send(text: string): void;
  /** Private data goes through the gateway's faults; `symbol` is null for what belongs to none. */
  push(text: string, symbol: string | null): void;
}

/** An open subscription. It is live from the moment it exists. */
export interface Subscription {
  /** The acknowledgement has left: whatever comes first (a snapshot) may follow. */
  begin(): void;
  end(): void;
}

/** A subscription to which nothing ever happens. */
export const SILENT: Subscription = { begin: () => undefined, end: () => undefined };

/** Calls `flush` once, `ms` after the first of any number of marks. */
export class Throttle {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly flush: () => void;
  private timer: Timer | null = null;

  constructor(clock: Clock, ms: number, flush: () => void) {
    this.clock = clock;
    this.ms = ms;
    this.flush = flush;
  }

  mark(): void {
    this.timer ??= this.clock.after(this.ms, () => {
      this.timer = null;
      this.flush();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}

/** Calls `tick` every `ms` while started. */
export class Ticker {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly tick: () => void;
  private timer: Timer | null = null;

  constructor(clock: Clock, ms: number, tick: () => void) {
    this.clock = clock;
    this.ms = ms;
    this.tick = tick;
  }

  start(): void {
    this.timer ??= this.clock.after(this.ms, () => {
      this.timer = null;
      this.start();
      this.tick();
    });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
