// How far the exchange's clock is from ours: measured over several samples, measured again when old, healed once when the exchange complains.
// How to ask for the time, and which error means "wrong clock", is the connector's part.

import { fail, ok, type Result } from '../domain/errors.ts';
import type { Clock } from '../seam/clock.ts';

/** So much may the wall clock stray from the monotonic one before the offset is taken for wrong: a clock that is being corrected slowly does. */
const MOST_STRAYED_MS = 500;

interface ClockOffsetOptions {
  readonly clock: Clock;
  /**
   * Asks the exchange for its time (ms since the epoch).
   * @param onLeaving to be called when the question leaves, where it may have to wait before (a rate limit): the round trip begins then
   */
  readonly ask: (onLeaving: () => void) => Promise<Result<number>>;
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
  /** By how much the wall clock was ahead of the monotonic one when the offset was found: another figure means that it was set. */
  private lead = 0;
  private measuring: Promise<Result<true>> | null = null;
  /** The samples after the first one. */
  private refining: Promise<void> = Promise.resolve();
  /** Which measurement is the newest: one that is still being refined must not touch what a later one found. */
  private round = 0;

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

  /** Also when our clock was set since, or the machine slept: an exchange need not say that this is what it refuses. */
  get isOld(): boolean {
    const { clock, maxAgeMs = 1_800_000 } = this.options;
    const now = clock.monotonic();
    return now - this.measuredAt >= maxAgeMs || Math.abs(clock.now() - now - this.lead) > MOST_STRAYED_MS;
  }

  /**
   * Resolves with the first sample: near enough to sign by, and whoever revokes in an emergency does not wait for the others, which make it
   * finer meanwhile. Calls at the same time share one measurement. Fails when the first sample does not come back; the old offset then stays.
   */
  measure(): Promise<Result<true>> {
    this.measuring ??= this.begin().finally(() => {
      this.measuring = null;
    });
    return this.measuring;
  }

  private async begin(): Promise<Result<true>> {
    const round = ++this.round;
    const [roundTrip, error] = await this.sample(Infinity, round);
    if (error !== null) return fail(error);
    this.measuredAt = this.options.clock.monotonic();
    this.refining = this.refine(roundTrip, round);
    return ok(true);
  }

  private async refine(first: number, round: number): Promise<void> {
    let best = first;
    for (let left = (this.options.samples ?? 5) - 1; left > 0 && round === this.round; left--) {
      const [roundTrip, error] = await this.sample(best, round);
      if (error === null) best = Math.min(best, roundTrip);
    }
  }

  /** Asks once, and takes the answer when it was quicker than `best` and nobody has begun to measure anew. Returns how long it took, ms. */
  private async sample(best: number, round: number): Promise<Result<number>> {
    const { clock, ask } = this.options;
    let wall = clock.now();
    let started = clock.monotonic();
    const [time, error] = await ask(() => {
      wall = clock.now();
      started = clock.monotonic();
    });
    if (error !== null) return fail(error);
    const roundTrip = clock.monotonic() - started;
    // The server read its clock about half-way through the round trip.
    if (roundTrip < best && round === this.round) {
      this.current = time - (wall + roundTrip / 2);
      this.lead = wall - started;
    }
    return ok(roundTrip);
  }

  /**
   * Makes a call that signs with `serverNow()`. When the exchange answers that the clock is wrong (so that nothing was done), measures anew
   * and makes it once more. `call` must sign anew each time.
   */
  async healOnce<T>(call: () => Promise<T>, isClockError: (answer: T) => boolean): Promise<T> {
    const answer = await call();
    return isClockError(answer) ? this.heal(answer, call) : answer;
  }

  /**
   * The second half of `healOnce`, for an answer that is known to complain about the clock.
   * @param mostMs later than this the call would not be what was meant: when the time is not known by then, the answer stands. Default: never.
   */
  async heal<T>(answer: T, call: () => Promise<T>, mostMs = Infinity): Promise<T> {
    const { clock, minAgeMs = 1_000 } = this.options;
    const age = clock.monotonic() - this.measuredAt;
    // The first sample may be far off, when a connection had to be opened for it: those after it are worth a moment.
    if (age < minAgeMs) await this.within(minAgeMs, this.refining);
    else if (!(await this.within(mostMs, this.measure()))) return answer;
    return call();
  }

  /** Whether it came to a good end by then. */
  private within(ms: number, work: Promise<Result<true> | void>): Promise<boolean> {
    const done = work.then((result) => result === undefined || result[1] === null);
    if (ms === Infinity) return done;
    return new Promise((resolve, reject) => {
      const timer = this.options.clock.after(ms, () => resolve(false));
      done.finally(() => timer.cancel()).then(resolve, reject);
    });
  }
}
