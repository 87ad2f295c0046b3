// Timers a strategy holds: loop tasks that never overlap themselves, and single tasks that run once, now or later.
// What a task throws goes to the log and stops nothing; quant.stop ends all tasks.

import type { Clock, Timer } from './seam/clock.ts';
import type { Log } from './seam/log.ts';
import { logger } from './runtime/logger.ts';
import { realClock } from './runtime/real-clock.ts';

export type TaskFunction<Args extends readonly unknown[]> = (...args: Args) => unknown;

interface Loop {
  timer: Timer | null;
}

function checkFunction(name: string, fn: unknown): void {
  if (typeof fn !== 'function') throw new TypeError(`${name}: expected a function, got ${typeof fn}`);
}

function checkSeconds(name: string, seconds: number, least: 'positive' | 'zero'): void {
  if (typeof seconds !== 'number') throw new TypeError(`${name}: expected a number of seconds, got ${typeof seconds}`);
  const fits = least === 'positive' ? seconds > 0 : seconds >= 0;
  if (!Number.isFinite(seconds) || !fits) {
    const range = least === 'positive' ? 'above 0' : 'of at least 0';
    throw new RangeError(`${name}: expected a number of seconds ${range}, got ${seconds}`);
  }
}

/** The tasks of one process, on one clock. */
export class Tasks {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly loops = new Map<string, Loop>();
  private readonly pending = new Set<Timer>();
  private lastId = 0;
  private stopped = false;

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  /** Runs `fn` every `intervalSeconds`, the first time after one interval. A run that takes longer makes the next ones wait, never overlap. */
  register<Args extends readonly unknown[]>(fn: TaskFunction<Args>, intervalSeconds: number, args: Args): string {
    checkFunction('LoopRunTask.register(fn)', fn);
    checkSeconds('LoopRunTask.register(intervalSeconds)', intervalSeconds, 'positive');
    const id = `loop-${++this.lastId}`;
    if (this.stopped) return id;
    const loop: Loop = { timer: null };
    this.loops.set(id, loop);
    const interval = intervalSeconds * 1000;
    const start = this.clock.monotonic();
    let beat = 0;
    const next = (): void => {
      // The next beat of the same rhythm: beats that passed during a long run are skipped, and delays never add up.
      // A timer may fire a little early, hence never the same beat again.
      const elapsed = this.clock.monotonic() - start;
      beat = Math.max(beat, Math.floor(elapsed / interval)) + 1;
      loop.timer = this.clock.after(beat * interval - elapsed, () => void tick());
    };
    const tick = async (): Promise<void> => {
      await this.run(id, fn, args);
      if (this.loops.get(id) === loop) next();
    };
    next();
    return id;
  }

  /** Ends a loop task; a run under way finishes. False when there is no such task. */
  unregister(id: string): boolean {
    this.loops.get(id)?.timer?.cancel();
    return this.loops.delete(id);
  }

  /** Runs `fn` once, after `delaySeconds`, never synchronously. */
  later<Args extends readonly unknown[]>(fn: TaskFunction<Args>, delaySeconds: number, args: Args): Timer {
    checkFunction('SingleTask(fn)', fn);
    checkSeconds('SingleTask.callLater(delaySeconds)', delaySeconds, 'zero');
    if (this.stopped) return { cancel() {} };
    const timer = this.clock.after(delaySeconds * 1000, () => {
      this.pending.delete(timer);
      void this.run('single task', fn, args);
    });
    this.pending.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.pending.delete(timer);
      },
    };
  }

  /** Ends every task, for good: what is registered afterwards never runs. */
  stop(): void {
    this.stopped = true;
    for (const id of this.loops.keys()) this.unregister(id);
    for (const timer of this.pending) timer.cancel();
    this.pending.clear();
  }

  private async run<Args extends readonly unknown[]>(id: string, fn: TaskFunction<Args>, args: Args): Promise<void> {
    try {
      await fn(...args);
    } catch (error) {
      this.log.error(`${id} (${fn.name === '' ? 'anonymous' : fn.name}) failed`, { err: error });
    }
  }
}

/** All tasks of this process. */
export const tasks: Tasks = new Tasks(realClock, logger);

export const LoopRunTask = {
  /**
   * Calls `fn(...args)` every `intervalSeconds`. It never overlaps itself; what it throws is logged and it runs again next time.
   * @returns the id for `unregister`
   */
  register<Args extends readonly unknown[]>(fn: TaskFunction<Args>, intervalSeconds = 1, ...args: Args): string {
    return tasks.register(fn, intervalSeconds, args);
  },
  /** False when no such task is registered. */
  unregister(taskId: string): boolean {
    return tasks.unregister(taskId);
  },
} as const;

export const SingleTask = {
  /** Calls `fn(...args)` as soon as the current work is done. */
  run<Args extends readonly unknown[]>(fn: TaskFunction<Args>, ...args: Args): Timer {
    return tasks.later(fn, 0, args);
  },
  /** Calls `fn(...args)` once, `delaySeconds` from now. The timer returned can call it off. */
  callLater<Args extends readonly unknown[]>(fn: TaskFunction<Args>, delaySeconds = 0, ...args: Args): Timer {
    return tasks.later(fn, delaySeconds, args);
  },
} as const;
