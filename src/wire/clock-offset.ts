// How far the exchange's clock is from ours: measured over several samples, measured again when old, healed once when the exchange complains.
// How to ask for the time, and which error means "wrong clock", is the connector's part.

import { ok, type Result } from '../domain/errors.ts';
import type { Clock } from '../seam/clock.ts';

export interface ClockOffsetOptions {
  readonly clock: Clock;
  /** Asks the exchange for its time (ms since the epoch). */
  readonly ask: () => Promise<Result<number>>;
  /** Default 5; the one with the shortest round trip counts. */
  readonly samples?: number;
  /** Measured again when older than this, ms. Default 30 minutes. */
  readonly maxAgeMs?: number;
  /** A complaint about the clock this soon after a measurement is not answered with another one. Default 1 000. */
  readonly minAgeMs?: number;
}

export class ClockOffset {
  private readonly options: ClockOffsetOptions;
  private current = 0;
  private measuredAt = -Infinity;
  private measuring: Promise<Result<true>> | null = null;

  constructor(options: ClockOffsetOptions) {
    this.options = options;
  }

  /** Exchange clock minus ours, ms; 0 before the first measurement. */
  get offset(): number {
    return this.current;
  }

  /** The exchange's time as far as known: whole ms. */
  serverNow(): number {
    return Math.round(this.options.clock.now() + this.current);
  }

  get isOld(): boolean {
    return this.options.clock.monotonic() - this.measuredAt >= (this.options.maxAgeMs ?? 1_800_000);
  }

  /** Calls at the same time share one measurement. Fails only when not a single sample came back; the old offset then stays. */
  measure(): Promise<Result<true>> {
    this.measuring ??= this.sampleAll().finally(() => {
      this.measuring = null;
    });
    return this.measuring;
  }

  private async sampleAll(): Promise<Result<true>> {
    const { clock, ask } = this.options;
    const samples = this.options.samples ?? 5;
    let best = Infinity;
    let failure: Result<true> | null = null;
    for (let index = 0; index < samples; index++) {
      const wall = clock.now();
      const started = clock.monotonic();
      const [time, error] = await ask();
      const roundTrip = clock.monotonic() - started;
      if (error !== null) {
        failure = [null, error];
        // The first sample tells whether anybody is there: no need to wait for every one to time out.
        if (best === Infinity) break;
        continue;
      }
      if (roundTrip < best) {
        best = roundTrip;
        // The server read its clock about half-way through the round trip.
        this.current = time - (wall + roundTrip / 2);
      }
    }
    if (best === Infinity && failure !== null) return failure;
    this.measuredAt = clock.monotonic();
    return ok(true);
  }

  /**
   * Makes a call that signs with `serverNow()`. When the exchange answers that the clock is wrong (so that nothing was done), measures anew
   * and makes it once more. `call` must sign anew each time.
   */
  async healOnce<T>(call: () => Promise<T>, isClockError: (answer: T) => boolean): Promise<T> {
    const answer = await call();
    return isClockError(answer) ? this.heal(answer, call) : answer;
  }

  /** The second half of `healOnce`, for an answer that is known to complain about the clock. */
  async heal<T>(answer: T, call: () => Promise<T>): Promise<T> {
    const age = this.options.clock.monotonic() - this.measuredAt;
    if (age >= (this.options.minAgeMs ?? 1_000)) {
      const [, error] = await this.measure();
      if (error !== null) return answer;
    }
    return call();
  }
}
