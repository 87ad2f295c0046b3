// What every part of the dialect shares: the venue, the gateway, the exchange's time, settings and counters.
// Built once per dialect by index.ts; nothing here speaks the wire.

import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { CandleStore } from '../engine/candles.ts';
import type { Gateway } from '../gateway.ts';
import type { Venue } from '../venue.ts';
import type { DeadMansSwitches } from './dead-mans-switch.ts';
import type { Limiter } from './limiter.ts';
import type { Settings } from './options.ts';

export interface Site {
  readonly venue: Venue;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly limiter: Limiter;
  readonly switches: DeadMansSwitches;
  readonly candles: CandleStore;
  /** The exchange's clock, ms: the venue's, set wrong by a fault at times. */
  now(): number;
  /** `inTime` and `outTime`. */
  microseconds(): string;
}

/** Microseconds since the epoch as `inTime` and `outTime` show them: the clock's milliseconds, and every reading later than the one before. */
export function microsecondClock(now: () => number): () => string {
  let last = 0;
  return () => {
    const present = now() * 1000;
    // A clock that was set back by more than a second is followed.
    last = present > last || last - present > 1_000_000 ? present : last + 1;
    return String(last);
  };
}

/** `length` hexadecimal digits. */
export function hexId(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += random.int(16).toString(16);
  return text;
}
