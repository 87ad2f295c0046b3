// A position of a derivatives account, as a strategy sees it. Spot accounts have none: what they hold is in `assets`.

import type { Platform } from './platform.ts';

export interface Position {
  readonly platform: Platform;
  readonly account: string;
  readonly strategy: string;
  readonly symbol: string;
  /** Base asset; positive = long, negative = short. */
  readonly quantity: string;
  readonly avgPrice: string;
  readonly liquidationPrice: string | null;
  /** Exchange time, ms. */
  readonly utime: number;
}
