// The line between a strategy and its supervisor: what they tell each other, and the lease that proves the strategy's event loop turns.
// Starting and killing processes is supervisor.ts's part; here are only messages and time.

import { z } from 'zod';
import type { TradingPlace } from '../domain/live-trade.ts';
import { PLATFORMS } from '../domain/platform.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock, Timer } from '../seam/clock.ts';

/** Secrets cross the private pipe between the two processes in the open: the one place where they must. */
const placeMessage = z.object({
  type: z.literal('place'),
  strategy: z.string(),
  platform: z.enum(PLATFORMS),
  account: z.string(),
  symbol: z.string(),
  accessKey: z.string(),
  secretKey: z.string(),
  passphrase: z.string().nullable(),
  endpoints: z.record(z.string(), z.string()),
  unfinishedOrders: z.object({
    start: z.enum(['revoke', 'keep', 'adopt']),
    stop: z.enum(['revoke', 'keep']),
    crash: z.enum(['revoke', 'keep']),
    whose: z.enum(['all', 'own']),
  }),
});

const childMessage = z.discriminatedUnion('type', [
  /** The strategy's entrance has returned: from now on a failure is a crash, not a false start. */
  z.object({ type: z.literal('started') }),
  /** The event loop turns. */
  z.object({ type: z.literal('beat') }),
  placeMessage,
  /** A stop in order ran to its end; the process exits next. `confirmed`: nothing is left that should not be, on the exchanges' word. */
  z.object({ type: z.literal('stopped'), ending: z.enum(['stop', 'failure']), confirmed: z.boolean() }),
]);
export type ChildMessage = z.infer<typeof childMessage>;

/** Null when it is none of ours (a strategy may use the channel of its process, too). */
export function readChildMessage(message: unknown): ChildMessage | null {
  const parsed = childMessage.safeParse(message);
  return parsed.success ? parsed.data : null;
}

export function writePlace(place: TradingPlace): ChildMessage {
  return {
    ...place,
    type: 'place',
    secretKey: place.secretKey.reveal(),
    passphrase: place.passphrase?.reveal() ?? null,
    endpoints: { ...place.endpoints },
    unfinishedOrders: { ...place.unfinishedOrders },
  };
}

export function readPlace(message: Extract<ChildMessage, { type: 'place' }>): TradingPlace {
  const { type: _type, secretKey, passphrase, ...rest } = message;
  return {
    ...rest,
    secretKey: new Secret(secretKey),
    passphrase: passphrase === null ? null : new Secret(passphrase),
  };
}

const stopMessage = z.object({ type: z.literal('stop'), reason: z.string() });
type SupervisorMessage = z.infer<typeof stopMessage>;

export function readSupervisorMessage(message: unknown): SupervisorMessage | null {
  const parsed = stopMessage.safeParse(message);
  return parsed.success ? parsed.data : null;
}

/** How often a child renews: often enough that one lost beat costs nothing. */
export const beatsPerLease = 4;

/** The supervisor's side: expires when nothing was heard for a whole lease. */
export class LeaseWatch {
  private readonly clock: Clock;
  private readonly leaseMs: number;
  private readonly onExpired: (silenceMs: number) => void;
  private heardAt: number;
  private timer: Timer | null = null;

  constructor(clock: Clock, leaseMs: number, onExpired: (silenceMs: number) => void) {
    this.clock = clock;
    this.leaseMs = leaseMs;
    this.onExpired = onExpired;
    this.heardAt = clock.monotonic();
    this.set();
  }

  renew(): void {
    this.heardAt = this.clock.monotonic();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private set(): void {
    const step = this.leaseMs / beatsPerLease;
    const due = this.clock.monotonic() + step;
    this.timer = this.clock.after(step, () => {
      const now = this.clock.monotonic();
      // When we were late ourselves, the machine stood still (a suspended laptop, a paused guest): the child could not have
      // renewed either, and what it sent may still wait in the pipe. It gets a whole lease anew.
      if (now - due > step) this.heardAt = now;
      const silence = now - this.heardAt;
      if (silence >= this.leaseMs) {
        this.timer = null;
        this.onExpired(silence);
      } else this.set();
    });
  }
}
