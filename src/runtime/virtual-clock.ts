// A clock that only moves when told to: whole asynchronous stacks run on it in no time and in the same order every time.
// Between two timers every pending promise continuation runs to its end; real input and output must be announced with `hold`.

import type { Clock, Timer } from '../seam/clock.ts';
import { TimerHeap, type HeapTimer } from './timer-heap.ts';

/** 2024-08-09T00:00:00Z: a date inside every exchange's range of plausible times. */
const DEFAULT_START = 1_723_161_600_000;
const DEFAULT_LIMIT_MS = 3_600_000;

/** Lets the event loop turn once: every promise that can settle without real input or output has then settled. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export class VirtualClock implements Clock {
  private readonly heap = new TimerHeap();
  private readonly held = new Set<Promise<unknown>>();
  private readonly start: number;
  /** Milliseconds since `start`, fractional. */
  private elapsed = 0;
  /** What corrections of the wall clock came to. */
  private step = 0;
  private sequence = 0;
  private running = false;
  private firedCount = 0;

  constructor(start: number = DEFAULT_START) {
    this.start = start;
  }

  now(): number {
    return Math.floor(this.start + this.elapsed) + this.step;
  }

  monotonic(): number {
    return this.elapsed;
  }

  /** How many timers have fired so far. */
  get fired(): number {
    return this.firedCount;
  }

  after(ms: number, fn: () => void): Timer {
    // NaN or a negative delay means "as soon as possible", as with the system's timers.
    const delay = ms > 0 ? ms : 0;
    const timer: HeapTimer = { at: this.elapsed + delay, sequence: this.sequence++, fn };
    this.heap.push(timer);
    return {
      cancel() {
        timer.fn = null;
      },
    };
  }

  /** Moves the wall clock by `ms` (either way) without moving the monotonic one, as when a machine's clock is corrected. */
  stepWall(ms: number): void {
    this.step += ms;
  }

  /** Keeps time standing until `work` (reading a file, say) has settled; its failure stays its owner's to handle. */
  hold(work: Promise<unknown>): void {
    this.held.add(work);
    const release = (): void => {
      this.held.delete(work);
    };
    work.then(release, release);
  }

  /** Runs everything due within the next `ms` and leaves the clock exactly `ms` later. Rejects with what a timer throws. */
  async advance(ms: number): Promise<void> {
    await this.exclusively(async () => {
      const target = this.elapsed + ms;
      await this.settle();
      while (this.fireNext(target)) await this.settle();
      this.elapsed = Math.max(this.elapsed, target);
    });
  }

  /** Runs until `predicate` holds (true) or `limitMs` of virtual time passed, or nothing is left to happen (false). */
  async runUntil(predicate: () => boolean, limitMs: number = DEFAULT_LIMIT_MS): Promise<boolean> {
    let reached = false;
    await this.exclusively(async () => {
      const target = this.elapsed + limitMs;
      await this.settle();
      while (!(reached = predicate())) {
        if (!this.fireNext(target)) {
          // With no timer left time cannot matter any more; with one beyond the limit it stands at the limit.
          if (this.heap.peek() !== null) this.elapsed = target;
          return;
        }
        await this.settle();
      }
    });
    return reached;
  }

  /** Runs until no timer is left or `limitMs` passed; false in the latter case. */
  async runAll(limitMs: number = DEFAULT_LIMIT_MS): Promise<boolean> {
    await this.runUntil(() => false, limitMs);
    return this.heap.peek() === null;
  }

  /** Awaits `promise` while running the clock; rejects when it has not settled after `limitMs` or when nothing is left that could settle it. */
  async runFor<T>(promise: Promise<T>, limitMs: number = DEFAULT_LIMIT_MS): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    if (!(await this.runUntil(() => settled, limitMs))) {
      throw new Error(`still pending after ${limitMs} ms of virtual time, or nothing is left that could settle it`);
    }
    return promise;
  }

  /** Runs everything that is pending at this very moment, without moving time. */
  async settle(): Promise<void> {
    await turn();
    while (this.held.size > 0) {
      await Promise.allSettled(this.held);
      await turn();
    }
  }

  private fireNext(target: number): boolean {
    const next = this.heap.peek();
    if (next === null || next.fn === null || next.at > target) return false;
    this.heap.pop();
    this.elapsed = Math.max(this.elapsed, next.at);
    const fn = next.fn;
    next.fn = null;
    this.firedCount++;
    fn();
    return true;
  }

  private async exclusively(run: () => Promise<void>): Promise<void> {
    if (this.running) throw new Error('the virtual clock is already being run by someone else');
    this.running = true;
    try {
      await run();
    } finally {
      this.running = false;
    }
  }
}
