// Puts simulated exchanges together from options: venues, accounts, markets (model or replay), faults, dialects.
// server.ts serves the result on real ports, simulation.ts inside a process.

import { seededRandom } from '../runtime/random.ts';
import type { Clock } from '../seam/clock.ts';
import { ClosableClock } from './closable-clock.ts';
import { DEFAULT_LISTINGS, defaultAccounts, type Listing } from './defaults.ts';
import type { DialectFactory } from './dialect.ts';
import { DIALECTS, ORDER_ID_DIGITS, RECORDING_DECODERS } from './dialects.ts';
import type { AccountSettings } from './engine/account.ts';
import type { RetentionOptions } from './engine/retention.ts';
import { createVenue, type MatchingVenue } from './engine/venue.ts';
import { SimulatedExchange } from './exchange.ts';
import { FaultsGroup } from './faults/faults-group.ts';
import { resolveFaults } from './faults/load.ts';
import type { FaultPlan, FaultRule } from './faults/vocabulary.ts';
import type { Latency } from './gateway/gateway.ts';
import { MarketModel } from './market/model.ts';
import { inspectRecording, readRecording, type RecordingContents } from './market/recording-reader.ts';
import { Replay } from './market/replay.ts';

export interface SimulatorOptions {
  /** Names of the exchanges to simulate; default: all there are. */
  readonly exchanges?: readonly string[];
  /** Dialects by exchange name, instead of those that ship with the package. */
  readonly dialects?: Readonly<Record<string, DialectFactory>>;
  /** Everything that happens by chance comes from it: keys, markets, latencies, faults. Default 1. */
  readonly seed?: number | string;
  /** How many accounts (demo, demo-2, …), or the accounts themselves. The same on every exchange. Default 1. */
  readonly accounts?: number | readonly AccountSettings[];
  /** What is listed, and where each market begins. */
  readonly listings?: readonly Listing[];
  /** `model`: a living market on every instrument. `quiet`: empty books, only accounts trade. Default model. */
  readonly market?: 'model' | 'quiet';
  /** How busy the model is; 1 is about ten book changes a second and instrument. */
  readonly activity?: number;
  /** A recording of a real market to be played on its symbol, over and over; other instruments follow `market`. */
  readonly replay?: string;
  /** How many times faster than recorded. Default 1. */
  readonly speed?: number;
  /** A plan's name, a file, a plan, or rules. */
  readonly faults?: string | FaultPlan | readonly FaultRule[];
  /** What requests and answers take inside the exchange. */
  readonly latency?: { readonly wayIn: Latency; readonly wayOut: Latency };
  /** First order id; beyond 2^53 to test the handling of big ids. */
  readonly firstOrderId?: bigint;
  /**
   * Ids of orders (where no first one is given) and of trades are made from the time, so that a simulator started again uses none twice.
   * Default false: always the same.
   */
  readonly idsFromTime?: boolean;
  readonly maxOpenOrders?: number;
  /** What of the past is kept. Default: everything; on real ports finished orders and fills of seven days, at most 50,000 orders per account. */
  readonly retention?: RetentionOptions;
  /**
   * Told of an error inside the simulator: the request that met it is answered with the exchange's own internal error, and everything goes on.
   * Default: it is thrown.
   */
  readonly onError?: (error: unknown) => void;
  /** A replay that cannot go on; default: the error is thrown. */
  readonly onReplayError?: (error: unknown) => void;
}

/** Runs the clockwork of the markets. */
interface MarketHand {
  readonly symbol: string;
  start(): void;
  stop(): void;
}

export interface Assembled {
  readonly exchanges: ReadonlyMap<string, SimulatedExchange>;
  /** The engine behind one exchange. Throws RangeError when it is not simulated. */
  venue(exchange: string): MatchingVenue;
  readonly accounts: readonly AccountSettings[];
  readonly faults: FaultsGroup;
  /** What a recording is played on; null without one. */
  readonly recordedSymbol: string | null;
  /** Replays open files: resolves when every book stands, rejects when one never will. */
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Each exchange gets a venue, a market and faults of its own, all from the same seed; markets run from now on.
 * @param hold told about waiting for the disk, for virtual clocks
 * @throws RangeError for an exchange, and in a plan for an account or a symbol, that is not there; FaultPlanError, or the error of a recording that cannot be read
 */
export async function assemble(
  options: SimulatorOptions,
  outer: Clock,
  hold?: (work: Promise<unknown>) => void,
): Promise<Assembled> {
  const clock = new ClosableClock(outer, options.onError ?? null);
  const seed = options.seed ?? 1;
  const dialects = options.dialects ?? DIALECTS;
  const names = options.exchanges ?? Object.keys(dialects);
  const plan = planOf(options.faults);
  const recording = options.replay === undefined ? null : await inspectRecording(options.replay, RECORDING_DECODERS);
  const listings = withRecorded(options.listings ?? DEFAULT_LISTINGS, recording);
  const { accounts: wanted = 1 } = options;
  const accounts = typeof wanted === 'number' ? defaultAccounts(seed, wanted) : wanted;
  if (plan !== null) checkNames(plan, accounts, listings);

  const exchanges = new Map<string, SimulatedExchange>();
  const hands: MarketHand[] = [];
  const ready: Promise<void>[] = [];
  for (const name of names) {
    const dialect = Object.hasOwn(dialects, name) ? dialects[name] : undefined;
    if (dialect === undefined) throw unknownExchange(name, Object.keys(dialects));
    const own = `${seed}/${name}`;
    const venue = createVenue({
      clock,
      random: seededRandom(`${own}/venue`),
      instruments: listings.map((listing) => listing.instrument),
      accounts,
      ...defined('firstOrderId', options.firstOrderId ?? idFromTime(ORDER_ID_DIGITS[name], options, clock)),
      ...defined('firstTradeId', idFromTime(FEWEST_DIGITS, options, clock)),
      ...defined('maxOpenOrders', options.maxOpenOrders),
      ...defined('retention', options.retention),
    });
    venue.retention.start();
    const exchange = new SimulatedExchange({
      name,
      venue,
      dialect,
      clock,
      random: seededRandom(`${own}/dialect`),
      seed: own,
      ...defined('wayIn', options.latency?.wayIn),
      ...defined('wayOut', options.latency?.wayOut),
      ...defined('onError', options.onError),
    });
    exchanges.set(name, exchange);
    for (const { instrument, startPrice } of listings) {
      const { symbol } = instrument;
      if (recording !== null && options.replay !== undefined && symbol === recording.symbol) {
        const file = options.replay;
        const replay = new Replay({
          venue,
          clock,
          symbol,
          read: () => readRecording(file, RECORDING_DECODERS),
          ...defined('speed', options.speed),
          ...defined('hold', hold),
          ...defined('onError', options.onReplayError),
        });
        hands.push({ symbol, start: () => replay.start(), stop: () => replay.stop() });
        ready.push(replay.ready);
      } else if (options.market !== 'quiet') {
        // The same markets on every exchange, move by move, as arbitrage would keep them.
        const random = seededRandom(`${seed}/market/${symbol}`);
        const model = new MarketModel({
          venue,
          clock,
          random,
          symbol,
          startPrice,
          ...defined('activity', options.activity),
        });
        model.open();
        hands.push(model);
      }
    }
  }
  const faults = new FaultsGroup(new Map([...exchanges].map(([name, exchange]) => [name, exchange.faults])));
  for (const hand of hands) hand.start();
  if (plan !== null) faults.inject(plan);
  const allReady = Promise.all(ready).then(() => undefined);
  // It may come while the ports are still being opened.
  allReady.catch(() => undefined);
  return {
    exchanges,
    venue(name) {
      const exchange = exchanges.get(name);
      if (exchange === undefined) throw unknownExchange(name, [...exchanges.keys()]);
      return exchange.venue;
    },
    accounts,
    faults,
    recordedSymbol: recording?.symbol ?? null,
    ready: allReady,
    close() {
      for (const hand of hands) hand.stop();
      for (const exchange of exchanges.values()) exchange.close();
      clock.close();
    },
  };
}

function unknownExchange(name: string, known: readonly string[]): RangeError {
  return new RangeError(`no exchange called "${name}" is simulated; there are: ${known.join(', ')}`);
}

function planOf(faults: SimulatorOptions['faults']): FaultPlan | null {
  if (faults === undefined) return null;
  if (typeof faults === 'string') return resolveFaults(faults);
  return 'rules' in faults ? faults : { name: 'given', description: '', rules: faults };
}

/** A rule for an account or a symbol that is not here would never strike, and nobody would know why. */
function checkNames({ rules }: FaultPlan, accounts: readonly AccountSettings[], listings: readonly Listing[]): void {
  const known = {
    account: accounts.map(({ name }) => name),
    symbol: listings.map(({ instrument }) => instrument.symbol),
  };
  for (const [index, rule] of rules.entries()) {
    for (const field of ['account', 'symbol'] as const) {
      const name = rule[field];
      if (name === undefined || known[field].includes(name)) continue;
      const some = known[field].slice(0, 10).join(', ');
      throw new RangeError(`rules.${index}.${field}: there is no "${name}" here; there are: ${some}`);
    }
  }
}

/** The recorded symbol is listed with the price at which its recording begins, and with its recorded steps if it was not listed. */
function withRecorded(listings: readonly Listing[], recording: RecordingContents | null): readonly Listing[] {
  if (recording === null) return listings;
  const { symbol, firstPrice, instrument } = recording;
  if (!listings.some((listing) => listing.instrument.symbol === symbol)) {
    return [...listings, { instrument, startPrice: firstPrice }];
  }
  return listings.map((listing) =>
    listing.instrument.symbol === symbol ? { ...listing, startPrice: firstPrice } : listing,
  );
}

/** `{key: value}`, or nothing when there is no value. */
function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const part: Partial<Record<K, V>> = {};
  if (value !== undefined) part[key] = value;
  return part;
}

/** With room for a thousand orders or trades a ms, before ids of the next start could meet those of this one; still exact as a double. */
const FEWEST_DIGITS = 16;

function idFromTime(digits: number | undefined, { idsFromTime }: SimulatorOptions, clock: Clock): bigint | undefined {
  if (idsFromTime !== true) return undefined;
  const time = String(Math.floor(clock.now()));
  return BigInt(time.padEnd(digits ?? FEWEST_DIGITS, '0'));
}
