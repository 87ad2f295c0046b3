// What a run is made of before anybody trades: the simulated exchange with its market, the books of what is told, the clock.
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import type { Exchange } from '../../src/exchanges/exchange.ts';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import type { Log } from '../../src/seam/log.ts';
import type { Random } from '../../src/seam/random.ts';
import { DEFAULT_LISTINGS, type FaultRule, type MatchingVenue, type Simulation } from '../../src/simulator/index.ts';
import { Ledger } from './ledger.ts';
import type { Market } from './random-strategy.ts';

export const SYMBOL = 'EOS/USDT';

export interface Scenario {
  readonly platform: Platform;
  readonly seed: number;
  readonly rules: readonly FaultRule[];
  /** How long the strategy trades, ms of virtual time. */
  readonly tradeMs?: number;
  /** How many times the strategy's process is killed and started again. Default: by the seed, at most two. */
  readonly deaths?: number;
  /** How many times the strategy's process gets no turn for some seconds. Default: by the seed, none in half of them, at most two. */
  readonly sleeps?: number;
  /** How many strategies trade on the account and the symbol, in one process. Default: by the seed, two in a quarter of them. */
  readonly strategies?: number;
  /** The exchange does what its documents say or suggest, nothing else. Default: by the seed, in half of them (ways.ts). */
  readonly documented?: boolean;
  /** A deliberately broken connector, to prove that the audit would notice (mutants.ts). */
  readonly mutate?: (exchange: Exchange) => Exchange;
  readonly log?: Log;
}

export interface World {
  readonly simulation: Simulation;
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  /** One for each strategy: what it was told. */
  readonly ledgers: readonly Ledger[];
  readonly random: Random;
  readonly market: Market;
  readonly journal: MemoryJournal;
  readonly scenario: Scenario;
  readonly uid: number;
}

export function makeWorld(scenario: Scenario, simulation: Simulation): World {
  const venue = simulation.venue(scenario.platform);
  const listing = DEFAULT_LISTINGS.find(({ instrument }) => instrument.symbol === SYMBOL);
  const uid = venue.accounts[0]?.uid;
  if (listing === undefined || uid === undefined) throw new Error('the simulation lists nothing to trade');
  const { tickSize, lotSize } = listing.instrument;
  const strategies = scenario.strategies ?? (seededRandom(`${scenario.seed}/strategies`).int(4) === 0 ? 2 : 1);
  return {
    simulation,
    clock: simulation.clock,
    venue,
    uid,
    scenario,
    ledgers: Array.from({ length: strategies }, () => new Ledger()),
    journal: new MemoryJournal(),
    random: seededRandom(`${scenario.seed}/world`),
    market: {
      tickSize,
      lotSize,
      baseQuantity: Decimal.from('10'),
      best: () => {
        const { bids, asks } = venue.book(SYMBOL, 1);
        const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]];
        return bid === undefined || ask === undefined ? null : { bid, ask };
      },
    },
  };
}
