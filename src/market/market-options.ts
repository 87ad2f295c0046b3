// The options of a Market, read and checked: a mistake throws at once and names the option. Defaults are documented here.
// What a platform demands of endpoints is its own to check.

import { misspelt, TESTNET_ELSEWHERE } from '../domain/alike.ts';
import type { TradeError } from '../domain/errors.ts';
import { kindOf } from '../domain/kind-of.ts';
import type { Orderbook } from '../domain/order.ts';
import type { Platform } from '../domain/platform.ts';
import { parseSymbol } from '../domain/symbol.ts';
import type { EndpointsOption } from '../exchanges/exchange.ts';
import type { MarketEvent } from './market-event.ts';

/** Where it happened: comes with onError and onConnection. */
export interface MarketInfo {
  readonly platform: Platform;
  readonly symbol: string;
}

type Answer = void | Promise<void>;

export interface MarketOptions {
  readonly platform: Platform;
  /** `BASE/QUOTE`. */
  readonly symbol: string;
  /** `live` (default), `testnet`, or any of the platform's URLs. */
  readonly endpoints?: EndpointsOption | undefined;
  /** Levels a side in what `orderbook` and `onOrderbookUpdate` give; default 20. Fewer where the exchange's stream has no more. */
  readonly depth?: number | undefined;
  /** The book changed. While a callback runs, changes come together: the next call gets the newest book, those between are left out. */
  readonly onOrderbookUpdate?: ((book: Orderbook) => Answer) | undefined;
  readonly onConnection?: ((event: MarketEvent, info: MarketInfo) => Answer) | undefined;
  readonly onError?: ((error: TradeError, info: MarketInfo) => Answer) | undefined;
}

const CALLBACKS = ['onOrderbookUpdate', 'onConnection', 'onError'] as const;
/** Of which the default would hold, in silence, if they were spelt otherwise. */
const OPTIONAL = ['endpoints', 'depth', ...CALLBACKS] as const;
const DEFAULT_DEPTH = 20;

export type MarketCallbacks = Pick<MarketOptions, (typeof CALLBACKS)[number]>;

/** Checked, with defaults filled in. */
interface ReadOptions {
  readonly info: MarketInfo;
  readonly depth: number;
  readonly callbacks: MarketCallbacks;
}

/** @throws TypeError, RangeError that name the option */
export function readMarketOptions(options: MarketOptions): ReadOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`new Market: expected an object with the options, got ${kindOf(options)}`);
  const { platform, symbol, depth = DEFAULT_DEPTH } = options;
  checkText('platform', platform);
  checkText('symbol', symbol);
  parseSymbol(symbol);
  if (typeof depth !== 'number') throw new TypeError(`new Market: option depth must be a number, got ${kindOf(depth)}`);
  if (!Number.isInteger(depth) || depth < 1)
    throw new RangeError(`new Market: option depth must be a whole number above 0, got ${depth}`);
  for (const [name, value] of Object.entries(options)) {
    if (!/^on[A-Z]/.test(name)) continue;
    if (!CALLBACKS.some((known) => known === name))
      throw new TypeError(`new Market: there is no callback ${name}; there are ${CALLBACKS.join(', ')}`);
    if (value !== undefined && value !== null && typeof value !== 'function')
      throw new TypeError(`new Market: option ${name} must be a function, got ${kindOf(value)}`);
  }
  const slip = misspelt(options, OPTIONAL, TESTNET_ELSEWHERE);
  if (slip !== null) throw new RangeError(`new Market: option ${slip.key} is unknown; did you mean ${slip.meant}?`);
  return {
    info: Object.freeze({ platform, symbol }),
    depth,
    // Null is a way of saying "none".
    callbacks: {
      onOrderbookUpdate: options.onOrderbookUpdate ?? undefined,
      onConnection: options.onConnection ?? undefined,
      onError: options.onError ?? undefined,
    },
  };
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || value === null) throw new TypeError(`new Market: option ${name} is missing`);
  if (typeof value !== 'string')
    throw new TypeError(`new Market: option ${name} must be a string, got ${kindOf(value)}`);
  if (value.trim() === '') throw new TypeError(`new Market: option ${name} is empty`);
}
