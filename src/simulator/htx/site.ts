// What every part of the HTX dialect works with.

import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { Gateway } from '../gateway.ts';
import type { Venue } from '../venue.ts';
import type { Commands, HtxSettings } from './commands.ts';
import type { DeadMansSwitch } from './dead-mans-switch.ts';
import type { MarketData } from './market-data.ts';
import type { Queries } from './queries.ts';
import type { RateLimits } from './rate-limits.ts';

export interface Site {
  readonly venue: Venue;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly random: Random;
  readonly commands: Commands;
  readonly queries: Queries;
  readonly market: MarketData;
  readonly switches: DeadMansSwitch;
  readonly limits: RateLimits;
  readonly settings: HtxSettings;
  /** The exchange's own clock, ms. */
  now(): number;
}
