// The heartbeat of the process: one beat a second from the event loop, for whatever must be renewed while it turns.
// It also says when the loop stood still, which is when orders and pushes waited.

import type { Clock, Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';

const INTERVAL_MS = 1_000;
/** A loop that stood still for longer than this is worth a warning. */
const LATE_MS = 1_000;

export class Heartbeat {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly listeners = new Set<(count: number) => unknown>();
  private timer: Timer | null = null;
  private count = 0;

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  /** Returns the way to stop listening. A listener that throws, or whose promise rejects, is logged and called again. */
  onBeat(listener: (count: number) => unknown): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  start(): void {
    if (this.timer !== null) return;
    const set = (): void => {
      const due = this.clock.monotonic() + INTERVAL_MS;
      this.timer = this.clock.after(INTERVAL_MS, () => {
        const late = this.clock.monotonic() - due;
        if (late > LATE_MS) this.log.warn(`the event loop stood still for ${Math.round(late)} ms`);
        this.beat();
        if (this.timer !== null) set();
      });
    };
    set();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private beat(): void {
    this.count++;
    for (const listener of this.listeners) void this.call(listener);
  }

  private async call(listener: (count: number) => unknown): Promise<void> {
    try {
      await listener(this.count);
    } catch (error) {
      this.log.error('a heartbeat listener failed', { err: error });
    }
  }
}
