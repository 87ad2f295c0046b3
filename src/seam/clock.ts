// Time as the whole program sees it: the one source of "now" and of timers.
// Implementations (real, virtual) live in runtime/; nothing else may ask the system for time.

/** A timer that can be called off. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock time: integer milliseconds since the epoch. May step when the machine's clock is corrected. */
  now(): number;
  /** Milliseconds, fractional, from an arbitrary origin; never goes back. For measuring durations. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds (0 = as soon as possible, never synchronously). */
  after(ms: number, fn: () => void): Timer;
}

/** Resolves after `ms` on the given clock, or at once when the signal comes or has come. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal?.addEventListener('abort', end);
  });
}
