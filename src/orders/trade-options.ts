// The options of a Trade, read and checked: a mistake throws at once and names the option. Defaults are documented here.
// What a platform demands of keys and endpoints is its own to check.

import { misspelt, TESTNET_ELSEWHERE } from '../domain/alike.ts';
import type { TradeError } from '../domain/errors.ts';
import type { Assets, Fill, Order } from '../domain/order.ts';
import { kindOf } from '../domain/kind-of.ts';
import type { Platform } from '../domain/platform.ts';
import type { Position } from '../domain/position.ts';
import { Secret } from '../domain/secret.ts';
import { parseSymbol } from '../domain/symbol.ts';
import { DEFAULT_UNFINISHED_ORDERS, type UnfinishedOrders } from '../domain/unfinished-orders.ts';
import type { EndpointsOption, Timings } from '../exchanges/exchange.ts';
import type { ConnectionEvent } from './connection-event.ts';
import type { Place } from './snapshot.ts';

/** Where it happened: comes with onInit, onError and onConnection. */
export interface TradeInfo extends Place {
  /** On failure. */
  readonly error?: TradeError;
}

type Answer = void | Promise<void>;

/** @typeParam E where a platform may be found: what is possible there is for whoever knows the platforms to say. */
export interface TradeOptions<P extends Platform = Platform, E = EndpointsOption> {
  readonly strategy: string;
  readonly platform: P;
  /** `BASE/QUOTE`. Spot only so far: a swap (`BASE/QUOTE:SETTLE`) is refused. */
  readonly symbol: string;
  /** The name the account goes by; for people, the log and the journal. */
  readonly account: string;
  readonly accessKey: string;
  /** The HMAC secret, or an Ed25519 private key in PEM where the exchange has it. */
  readonly secretKey: string | Secret;
  /** Where the exchange demands one. */
  readonly passphrase?: string | Secret | undefined;
  /** `live` (default), `testnet`, or any of the platform's URLs. */
  readonly endpoints?: E | undefined;
  /** Milliseconds. Default: requestTimeout 5 000, inDoubtPatience 10 000, notFoundAfter 30 000, reconcileEvery 60 000, feeWait 3 000, streamSilence the exchange's own. */
  readonly timings?: Partial<Timings> | undefined;
  /** Default: adopted at the start, revoked at stop and after a crash, whoever placed them. */
  readonly unfinishedOrders?: Partial<UnfinishedOrders> | undefined;
  /** Orders may be placed while the private stream is broken (default false: kind `not-ready`). */
  readonly tradeDuringGaps?: boolean | undefined;
  /** Something visible of an order changed. Statuses only go forwards. */
  readonly onOrderUpdate?: ((order: Order) => Answer) | undefined;
  /** Once per trade id. */
  readonly onFill?: ((fill: Fill) => Answer) | undefined;
  /** Swaps only, which are not there yet: not called. */
  readonly onPositionUpdate?: ((position: Position) => Answer) | undefined;
  /** Balances that changed. */
  readonly onAssetUpdate?: ((assets: Assets) => Answer) | undefined;
  /** Once: true when everything is loaded and live, false when that can never be. */
  readonly onInit?: ((success: boolean, info: TradeInfo) => Answer) | undefined;
  readonly onError?: ((error: TradeError, info: TradeInfo) => Answer) | undefined;
  readonly onConnection?: ((event: ConnectionEvent, info: TradeInfo) => Answer) | undefined;
}

export const CALLBACKS = [
  'onOrderUpdate',
  'onFill',
  'onPositionUpdate',
  'onAssetUpdate',
  'onInit',
  'onError',
  'onConnection',
] as const;

/** Of which the default would hold, in silence, if they were spelt otherwise. */
const OPTIONAL = ['passphrase', 'endpoints', 'timings', 'unfinishedOrders', 'tradeDuringGaps', ...CALLBACKS] as const;

export const DEFAULT_TIMINGS: Timings = {
  requestTimeout: 5_000,
  inDoubtPatience: 10_000,
  notFoundAfter: 30_000,
  reconcileEvery: 60_000,
  feeWait: 3_000,
  streamSilence: undefined,
};

export type TradeCallbacks = Pick<
  TradeOptions<Platform, unknown>,
  'onOrderUpdate' | 'onFill' | 'onAssetUpdate' | 'onInit' | 'onError' | 'onConnection'
>;

/** Checked, with defaults filled in. */
interface ReadOptions {
  readonly place: Place;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly passphrase: Secret | null;
  readonly timings: Timings;
  readonly unfinishedOrders: UnfinishedOrders;
  readonly tradeDuringGaps: boolean;
  /** Those that are called. */
  readonly callbacks: TradeCallbacks;
}

function text(name: string, value: unknown): string {
  if (value === undefined || value === null) throw new TypeError(`new Trade: option ${name} is missing`);
  if (typeof value !== 'string')
    throw new TypeError(`new Trade: option ${name} must be a string, got ${kindOf(value)}`);
  if (value.trim() === '') throw new TypeError(`new Trade: option ${name} is empty`);
  return value;
}

function secret(name: string, value: unknown): Secret {
  if (value instanceof Secret) {
    if (value.isEmpty) throw new TypeError(`new Trade: option ${name} is empty`);
    return value;
  }
  return new Secret(text(name, value));
}

/** None of these is switched off by 0: everything would be asked without a pause, or nothing would ever come in time. */
const NEVER_ZERO: ReadonlySet<string> = new Set<keyof Timings>(['requestTimeout', 'reconcileEvery', 'streamSilence']);

function readTimings(given: unknown): Timings {
  if (given === undefined) return DEFAULT_TIMINGS;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`new Trade: option timings must be an object, got ${kindOf(given)}`);
  const read: Record<string, number | undefined> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!(name in DEFAULT_TIMINGS)) {
      throw new RangeError(
        `new Trade: timings.${name} is unknown; there are ${Object.keys(DEFAULT_TIMINGS).join(', ')}`,
      );
    }
    if (value === undefined) continue;
    if (typeof value !== 'number')
      throw new TypeError(`new Trade: timings.${name} must be a number of ms, got ${kindOf(value)}`);
    const isZero = value === 0 && NEVER_ZERO.has(name);
    if (isZero || !(value >= 0 && value < 2 ** 31)) {
      const range = NEVER_ZERO.has(name) ? 'above 0' : 'of at least 0';
      throw new RangeError(`new Trade: timings.${name} must be a number of ms ${range}, got ${value}`);
    }
    read[name] = value;
  }
  return { ...DEFAULT_TIMINGS, ...read };
}

const POLICY: Readonly<Record<keyof UnfinishedOrders, readonly string[]>> = {
  start: ['revoke', 'keep', 'adopt'],
  stop: ['revoke', 'keep'],
  crash: ['revoke', 'keep'],
  whose: ['all', 'own'],
};

function readPolicy(given: Partial<UnfinishedOrders> | undefined): UnfinishedOrders {
  if (given === undefined) return DEFAULT_UNFINISHED_ORDERS;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`new Trade: option unfinishedOrders must be an object, got ${kindOf(given)}`);
  for (const [name, value] of Object.entries(given)) {
    const allowed = Object.entries(POLICY).find(([known]) => known === name)?.[1];
    if (allowed === undefined)
      throw new RangeError(
        `new Trade: unfinishedOrders.${name} is unknown; there are ${Object.keys(POLICY).join(', ')}`,
      );
    if (value !== undefined && !allowed.includes(value)) {
      throw new RangeError(
        `new Trade: unfinishedOrders.${name} must be ${allowed.join(' or ')}, got ${JSON.stringify(value)}`,
      );
    }
  }
  const { start, stop, crash, whose } = given;
  return {
    start: start ?? DEFAULT_UNFINISHED_ORDERS.start,
    stop: stop ?? DEFAULT_UNFINISHED_ORDERS.stop,
    crash: crash ?? DEFAULT_UNFINISHED_ORDERS.crash,
    whose: whose ?? DEFAULT_UNFINISHED_ORDERS.whose,
  };
}

/** @throws TypeError, RangeError that name the option */
export function readTradeOptions(options: TradeOptions<Platform, unknown>): ReadOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`new Trade: expected an object with the options, got ${kindOf(options)}`);
  }
  const { platform } = options;
  text('platform', platform);
  const place: Place = {
    platform,
    account: text('account', options.account),
    strategy: text('strategy', options.strategy),
    symbol: text('symbol', options.symbol),
  };
  parseSymbol(place.symbol);
  for (const [name, value] of Object.entries(options)) {
    const known = CALLBACKS.find((callback) => callback === name);
    // Also under the names that they had in Python: nobody would ever be called.
    if (known === undefined && /^on[A-Z]|[cC]allback$/.test(name)) {
      throw new TypeError(`new Trade: there is no callback ${name}; there are ${CALLBACKS.join(', ')}`);
    }
    if (known !== undefined && value !== undefined && value !== null && typeof value !== 'function') {
      throw new TypeError(`new Trade: option ${name} must be a function, got ${kindOf(value)}`);
    }
  }
  // Other names than ours may come along with what was spread. A misspelt `endpoints` would mean the live exchange.
  const slip = misspelt(options, OPTIONAL, TESTNET_ELSEWHERE);
  if (slip !== null) throw new RangeError(`new Trade: option ${slip.key} is unknown; did you mean ${slip.meant}?`);
  const { tradeDuringGaps, passphrase } = options;
  if (tradeDuringGaps !== undefined && typeof tradeDuringGaps !== 'boolean') {
    throw new TypeError(`new Trade: option tradeDuringGaps must be true or false, got ${kindOf(tradeDuringGaps)}`);
  }
  return {
    place: Object.freeze(place),
    accessKey: text('accessKey', options.accessKey),
    secretKey: secret('secretKey', options.secretKey),
    passphrase: passphrase === undefined || passphrase === null ? null : secret('passphrase', passphrase),
    timings: readTimings(options.timings),
    unfinishedOrders: readPolicy(options.unfinishedOrders),
    tradeDuringGaps: tradeDuringGaps ?? false,
    // Null is a way of saying "none".
    callbacks: {
      onOrderUpdate: options.onOrderUpdate ?? undefined,
      onFill: options.onFill ?? undefined,
      onAssetUpdate: options.onAssetUpdate ?? undefined,
      onInit: options.onInit ?? undefined,
      onError: options.onError ?? undefined,
      onConnection: options.onConnection ?? undefined,
    },
  };
}
