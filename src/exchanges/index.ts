// The registry of exchanges: the one place that knows which there are. Adding an exchange adds a line.

import type { Platform } from '../domain/platform.ts';
import type { Exchange } from './exchange.ts';
import { htx } from './htx/index.ts';
import { okx } from './okx/index.ts';

export const EXCHANGES: readonly Exchange[] = [okx, htx];

/** Throws RangeError for a platform it does not know. */
export function exchangeOf(platform: Platform): Exchange {
  const found = EXCHANGES.find((exchange) => exchange.platform === platform);
  if (found !== undefined) return found;
  const known = EXCHANGES.map((exchange) => exchange.platform).join(', ');
  throw new RangeError(`platform: "${platform}" is unknown; there are ${known}`);
}
