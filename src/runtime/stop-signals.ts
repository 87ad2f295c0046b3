// The signals that ask for a stop, each told once: where several hand on what a person or a service manager sent, its copies are one.
// What a stop does is quant.ts's and supervisor.ts's part.

import type { Clock } from '../seam/clock.ts';

/** SIGQUIT is Ctrl-\ at a terminal, SIGBREAK Ctrl-Break on Windows: unheard, they would end supervisor and strategy at once. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** What a process receives its signals through: `process` itself, but for tests. */
interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
}

/**
 * A terminal sends Ctrl-C to all that runs in it, and npm sends it on to what it started: the second copy is nobody's second Ctrl-C.
 * Nobody who wants to be asked whether to abandon a stop minds pressing again after so long.
 */
export const ECHO_MS = 500;

export function onStopSignal(
  clock: Clock,
  listener: (signal: StopSignal) => void,
  source: SignalSource = process,
): void {
  for (const signal of STOP_SIGNALS) {
    let toldAt = -Infinity;
    source.on(signal, () => {
      const now = clock.monotonic();
      // Counted from the one that was told: whoever keeps pressing is heard in the end.
      if (now - toldAt < ECHO_MS) return;
      toldAt = now;
      listener(signal);
    });
  }
}
