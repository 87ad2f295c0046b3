// Whether a connection to OKX still lives: after a silence the text `ping` goes out, and a connection that stays silent then is dead (okx.md 4.1).
// One timer whatever the traffic: a frame only notes the time.

import type { Clock, Timer } from '../../seam/clock.ts';

export interface LivenessTimes {
  /** Silence after which we ask, ms. OKX itself hangs up after 30 s without any traffic. */
  readonly pingAfterMs: number;
  /** How long the answer may take, ms. */
  readonly answerWithinMs: number;
}

export const DEFAULT_LIVENESS: LivenessTimes = { pingAfterMs: 20_000, answerWithinMs: 10_000 };

/** A whole silence split as the default is: two thirds before asking, one third for the answer. */
export function livenessOf(streamSilence: number | undefined): LivenessTimes {
  if (streamSilence === undefined) return DEFAULT_LIVENESS;
  const pingAfterMs = Math.min((streamSilence * 2) / 3, DEFAULT_LIVENESS.pingAfterMs);
  return { pingAfterMs, answerWithinMs: streamSilence - pingAfterMs };
}

export class Liveness {
  readonly #clock: Clock;
  readonly #times: LivenessTimes;
  readonly #acts: { ping(): void; dead(silenceMs: number): void };
  #heardAt = 0;
  /** When the unanswered ping went out; null when none is out. */
  #askedAt: number | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, times: LivenessTimes, acts: { ping(): void; dead(silenceMs: number): void }) {
    this.#clock = clock;
    this.#times = times;
    this.#acts = acts;
  }

  start(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#wait(this.#times.pingAfterMs);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Any frame is a sign of life. */
  heard(at: number): void {
    this.#heardAt = at;
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#check());
  }

  #check(): void {
    const now = this.#clock.monotonic();
    const silence = now - this.#heardAt;
    const asked = this.#askedAt;
    if (asked !== null && this.#heardAt < asked) {
      this.#timer = null;
      this.#acts.dead(silence);
      return;
    }
    this.#askedAt = null;
    if (silence < this.#times.pingAfterMs) {
      this.#wait(this.#times.pingAfterMs - silence);
      return;
    }
    this.#askedAt = now;
    this.#acts.ping();
    this.#wait(this.#times.answerWithinMs);
  }
}
