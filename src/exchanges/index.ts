// The registry of exchanges: the one place that knows which there are. Adding an exchange adds a line to each of its lists.
//
// Comments that cite `binance.md F10` and the like mean the notes on each wire protocol that the connectors were written from. They are kept
// outside the repository; docs/adding-an-exchange.md says what they are.

import type { Platform } from '../domain/platform.ts';
import type { BinanceEndpoints } from './binance/endpoints.ts';
import { binance } from './binance/index.ts';
import type { BinanceRest } from './binance/rest.ts';
import type { Exchange } from './exchange.ts';
import type { HtxEndpoints } from './htx/endpoints.ts';
import { htx } from './htx/index.ts';
import type { HtxRest } from './htx/rest.ts';
import type { OkxEndpoints } from './okx/endpoints.ts';
import { okx } from './okx/index.ts';
import type { OkxRest } from './okx/rest.ts';

export const EXCHANGES: readonly Exchange[] = [binance, okx, htx];

/** The raw REST client of each platform: what `trade.restApi` is. */
export interface RestApis {
  readonly binance: BinanceRest;
  readonly okx: OkxRest;
  readonly htx: HtxRest;
}

/** The URLs of each platform, by the names it gives them. */
export interface PlatformEndpoints {
  readonly binance: BinanceEndpoints;
  readonly okx: OkxEndpoints;
  readonly htx: HtxEndpoints;
}

/** Where a platform is found: `live`, `testnet`, or any of its URLs, the others being those of `live`. */
export type EndpointsOf<P extends Platform> = 'live' | 'testnet' | Partial<PlatformEndpoints[P]>;

/** Throws RangeError for a platform it does not know. */
export function exchangeOf(platform: Platform): Exchange {
  const found = EXCHANGES.find((exchange) => exchange.platform === platform);
  if (found !== undefined) return found;
  const known = EXCHANGES.map((exchange) => exchange.platform).join(', ');
  throw new RangeError(`platform: "${platform}" is unknown; there are ${known}`);
}
