// What every connection has: a ping each 20 s that must be answered within 60 s, and a life of 24 h (binance.md A3.2).
// What is said before a connection is closed is its session's part.

import type { Timer } from '../../seam/clock.ts';
import type { ServerSocket } from '../dialect.ts';
import type { Desk } from './desk.ts';

export class Liveness {
  private readonly desk: Desk;
  private readonly socket: ServerSocket;
  private pingTimer: Timer;
  private readonly lifeTimer: Timer;
  /** Payloads of unanswered pings, oldest first, with the time they left. */
  private readonly unanswered = new Map<string, number>();
  private serial = 0;

  constructor(desk: Desk, socket: ServerSocket, onEndOfLife: () => void) {
    this.desk = desk;
    this.socket = socket;
    this.pingTimer = this.schedule();
    this.lifeTimer = desk.clock.after(desk.options.connectionLifeMs, onEndOfLife);
  }

  private schedule(): Timer {
    return this.desk.clock.after(this.desk.options.pingEveryMs, () => {
      this.ping();
    });
  }

  private ping(): void {
    const now = this.desk.clock.monotonic();
    for (const sentAt of this.unanswered.values()) {
      if (now - sentAt >= this.desk.options.pongWithinMs) return this.socket.terminate();
      break;
    }
    const payload = `${this.desk.serverTime()}${this.serial++ % 10}`;
    this.unanswered.set(payload, now);
    this.socket.ping(payload);
    this.pingTimer = this.schedule();
  }

  /** A pong with a payload that was not asked for does not count. */
  pong(payload: string): void {
    if (!this.unanswered.has(payload)) return;
    for (const older of this.unanswered.keys()) {
      this.unanswered.delete(older);
      if (older === payload) return;
    }
  }

  stop(): void {
    this.pingTimer.cancel();
    this.lifeTimer.cancel();
  }
}
