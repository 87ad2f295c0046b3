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
}

/** The exchange's clock in microseconds, as `inTime` and `outTime` show it. */
export function microseconds(site: Site): string {
  const fraction = site.clock.monotonic() % 1;
  return String(site.now() * 1000 + Math.floor(fraction * 1000));
}

/** `length` hexadecimal digits. */
export function hexId(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += random.int(16).toString(16);
  return text;
}
