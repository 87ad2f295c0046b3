// HTX's pings: sent in the socket's own dialect at a fixed pace; a client that leaves two unanswered is cut before the third (htx.md sections 8.1, 9.1).

import type { Clock, Timer } from '../../seam/clock.ts';

export class Heartbeat {
  private unanswered: number[] = [];
  private timer: Timer | null = null;
  private readonly clock: Clock;
  private readonly everyMs: number;
  private readonly now: () => number;
  private readonly send: (stamp: number) => void;
  private readonly giveUp: () => void;

  constructor(options: {
    clock: Clock;
    everyMs: number;
    now: () => number;
    send: (stamp: number) => void;
    giveUp: () => void;
  }) {
    this.clock = options.clock;
    this.everyMs = options.everyMs;
    this.now = options.now;
    this.send = options.send;
    this.giveUp = options.giveUp;
    this.arm();
  }

  private arm(): void {
    this.timer = this.clock.after(this.everyMs, () => {
      if (this.unanswered.length >= 2) return this.giveUp();
      const stamp = this.now();
      this.unanswered.push(stamp);
      this.send(stamp);
      this.arm();
    });
  }

  /** Only the same number is an answer. */
  answered(stamp: unknown): void {
    const index = this.unanswered.indexOf(Number(stamp));
    if (index >= 0) this.unanswered = this.unanswered.slice(index + 1);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
