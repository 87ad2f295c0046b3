// Whether the order channel still speaks: it can stall while its connection's pings go on (htx.md 8.1, trap 29). Every accepted order yields
// `creation` first (8.3), so an accepted order after which nothing at all came is a channel that has fallen silent.

import type { Clock, Timer } from '../../seam/clock.ts';

/** How long a creation may take after the answer, ms; pushes come within a fraction of a second. */
const PATIENCE_MS = 8_000;

/** Times are of the monotonic clock. */
export class CreationWatch {
  readonly #clock: Clock;
  readonly #onSilent: () => void;
  #heardAt = -Infinity;
  #liveAt = Infinity;
  #silentAt = -Infinity;
  /** Of the accepted orders that nothing has been heard since: when the last one was sent. */
  #awaited = -Infinity;
  #timer: Timer | null = null;

  /** @param onSilent called once for each silence: not again before an order has been heard of, lest an order without a creation breaks one connection after the other */
  constructor(clock: Clock, onSilent: () => void) {
    this.#clock = clock;
    this.#onSilent = onSilent;
  }

  /** An event about an order of ours came. */
  heard(at: number): void {
    this.#heardAt = at;
  }

  /** The stream delivers from now on. */
  live(): void {
    this.#liveAt = this.#clock.monotonic();
  }

  broken(): void {
    this.#liveAt = Infinity;
    this.stop();
  }

  /** An order that was sent at `sentAt` has just been accepted. */
  accepted(sentAt: number): void {
    if (this.#heardAt >= sentAt || sentAt < this.#liveAt) return;
    this.#awaited = sentAt;
    this.#timer ??= this.#clock.after(PATIENCE_MS, () => this.#look(sentAt));
  }

  #look(sentAt: number): void {
    this.#timer = null;
    if (this.#heardAt >= sentAt) {
      if (this.#heardAt < this.#awaited) this.accepted(this.#awaited);
    } else if (this.#heardAt >= this.#silentAt) {
      this.#silentAt = this.#clock.monotonic();
      this.#onSilent();
    }
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
