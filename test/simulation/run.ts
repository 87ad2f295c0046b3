// One whole-stack run: a random strategy on Trade, order core, connector and wire, against a simulated exchange, in one process on a virtual
// clock, everything from one seed. The strategy's process dies and comes back, and sleeps; a person trades by hand on the same account; faults strike as planned.
// At the end the faults stop, the dust settles, and the books of both sides are compared.
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import type { Exchange } from '../../src/exchanges/exchange.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import type { TradeEnvironment } from '../../src/orders/environment.ts';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog, type Log } from '../../src/seam/log.ts';
import type { Random } from '../../src/seam/random.ts';
import {
  createSimulation,
  DEFAULT_LISTINGS,
  type FaultRule,
  type InMemoryTransport,
  type MatchingVenue,
  type Simulation,
} from '../../src/simulator/index.ts';
import { Trade } from '../../src/trade.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { believedHoldings, holdings } from '../support/balances.ts';
import { audit, HAND } from './audit.ts';
import { Ledger } from './ledger.ts';
import { mortalClock } from './mortal-clock.ts';
import { RandomStrategy, type Market } from './random-strategy.ts';
import { Sleeper } from './sleeper.ts';
import { asLive } from '../support/as-live.ts';
import { waysOf } from './ways.ts';

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
  /** The exchange does what its documents say or suggest, nothing else. Default: by the seed, in half of them (ways.ts). */
  readonly documented?: boolean;
  /** A deliberately broken connector, to prove that the audit would notice (mutants.ts). */
  readonly mutate?: (exchange: Exchange) => Exchange;
  readonly log?: Log;
}

export interface RunOutcome {
  readonly problems: readonly string[];
  /** The same seed gives the same hash. */
  readonly hash: string;
  readonly created: number;
  readonly updates: number;
  readonly fills: number;
  readonly struck: number;
  readonly virtualMs: number;
}

const SYMBOL = 'EOS/USDT';
/** A stream is dead after 45 s without a word at the latest (docs/api.md, `streamSilence`), and pushes may be late besides. */
const LONGEST_SILENCE_MS = 50_000;
/** Bans, refused keys and back-off in a row: only then it is known what nobody was there to see. */
const LONGEST_START_MS = 90_000;
/** Pushes, the fees apart among them, have come by then. */
const ARRIVAL_MS = 2_000;
/** Long enough for every doubt to be settled and for one periodic comparison. */
const SETTLE_MS = 150_000;
const TIMINGS = {
  requestTimeout: 3000,
  inDoubtPatience: 8000,
  notFoundAfter: 20_000,
  reconcileEvery: 30_000,
  feeWait: 2000,
};

interface World {
  readonly simulation: Simulation;
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly market: Market;
  readonly journal: MemoryJournal;
  readonly scenario: Scenario;
  readonly uid: number;
}

/** One life of the strategy's process. */
interface Process {
  readonly trade: Trade;
  readonly strategy: RandomStrategy;
  readonly transport: InMemoryTransport;
  readonly sleeper: Sleeper;
  /** Since when it gets no turn; null while it does. */
  asleepSince: number | null;
  isDead: boolean;
  /** What it was told last of its stream. */
  hasGap: boolean;
  /** The exchange refused the key before it ever took it: a Trade gives up then, and somebody has to start it again when the key is good. */
  wasRefused: boolean;
}

function launch(world: World): Process {
  const { simulation, clock, ledger, random, scenario, journal } = world;
  const transport = simulation.transport({ takesPing: (answer) => sleeper.enter(answer) });
  const mutate = scenario.mutate ?? ((exchange: Exchange) => exchange);
  const process: Pick<Process, 'isDead' | 'wasRefused' | 'hasGap' | 'asleepSince'> = {
    isDead: false,
    wasRefused: false,
    hasGap: true,
    asleepSince: null,
  };
  const sleeper = new Sleeper(mortalClock(clock, () => process.isDead));
  const environment: TradeEnvironment = {
    transport: sleeper.transport(transport),
    clock: sleeper.clock,
    random: seededRandom(`${scenario.seed}/process/${random.int(1_000_000)}`),
    log: scenario.log ?? silentLog,
    budgets: createRateBudgets(),
    journal: {
      writeIntents: () => journal.writeIntents(),
      history: (query) => journal.history(query),
      receipts: (query) => journal.receipts(query),
      flush: () => journal.flush(),
      close: () => journal.close(),
      open: (scope) => {
        const own = journal.open(scope);
        return {
          ...own,
          intent: (key, intent) => {
            ledger.intended.add(intent.clientOrderId);
            own.intent(key, intent);
          },
        };
      },
    },
    sessions: new AccountSessions(),
    exchange: (platform) => asLive(mutate(exchangeOf(platform))),
  };
  const account = simulation.accounts[0];
  const endpoints = simulation.endpoints[scenario.platform];
  if (account === undefined || endpoints === undefined) throw new Error('the simulation has no account');
  const trade: Trade = new Trade(
    {
      strategy: 'sim',
      platform: scenario.platform,
      symbol: SYMBOL,
      account: account.name,
      accessKey: account.accessKey,
      secretKey: account.secretKey,
      passphrase: account.passphrase,
      endpoints,
      timings: TIMINGS,
      onInit: (success) => {
        if (process.isDead) return;
        process.hasGap = false;
        ledger.seeAgain(clock.now());
        if (success) ledger.starts.push(clock.now());
        ledger.note('init', success);
      },
      onOrderUpdate: (order) => {
        if (!process.isDead) ledger.onOrder(order, clock.now());
      },
      onFill: (fill) => {
        if (!process.isDead) ledger.onFill(fill, clock.now());
      },
      onConnection: (event) => {
        if (process.isDead) return;
        process.hasGap = event.type === 'gap-opened' || (event.type !== 'gap-closed' && process.hasGap);
        if (event.type === 'gap-opened') ledger.goBlind(clock.now());
        if (event.type === 'gap-closed') ledger.seeAgain(clock.now());
        ledger.note('connection', [clock.now(), event.type]);
      },
      onError: (error) => {
        if (process.isDead) return;
        ledger.note('error', [clock.now(), error.kind, error.message]);
        if (error.kind === 'auth' && trade.lastProof === null) process.wasRefused = true;
      },
    },
    environment,
  );
  const strategy = new RandomStrategy(trade, {
    clock: sleeper.clock,
    random: seededRandom(`${scenario.seed}/strategy/${random.int(1_000_000)}`),
    market: world.market,
    ledger,
  });
  return Object.assign(process, { trade, strategy, transport, sleeper });
}

/** As kill -9: nothing of it runs any more, and it says good-bye to nobody. */
function kill(process: Process): void {
  process.isDead = true;
  process.strategy.stop();
  process.transport.kill();
}

/** The process gets no turn for so long. */
function sleep({ ledger, clock }: World, process: Process, ms: number): void {
  if (process.isDead || process.asleepSince !== null) return;
  ledger.goBlind(clock.now());
  process.asleepSince = clock.now();
  process.sleeper.fallAsleep();
  clock.after(ms, () => {
    process.asleepSince = null;
    process.sleeper.wake();
    clock.after(WOKEN_MS, () => {
      if (!process.isDead && !process.hasGap) ledger.seeAgain(clock.now());
    });
  });
}

/** Faults that keep back nothing of what a private stream tells while it lives, and no answer of what is asked. */
const PROMPT: ReadonlySet<string> = new Set([
  'connection-cut',
  'cut-mid-frame',
  'session-expired',
  'push-before-reply',
  'push-duplicated',
  'cancel-fill-race',
]);
/** A fill may wait for its fee, and everything for a question or two; the periodic comparison is much later. */
const PROMPT_MS = 8000;
const LONGEST_SLEEP_MS = 600_000;
const NAP_MS = 30_000;
/** Whoever wakes up knows soon whether the stream is still there. */
const WOKEN_MS = 500;
const SLOW_MS = 2500;

function isPrompt({ fault, operation, delayMs }: FaultRule): boolean {
  if (PROMPT.has(fault)) return true;
  const longest = Array.isArray(delayMs) ? delayMs[1] : Infinity;
  return fault === 'reply-late' && operation === 'open-orders' && longest <= SLOW_MS;
}

/** Fills are looked for from this much earlier than the last proof. */
const CLOCK_TOLERANCE_MS = 8000;

/** Somebody who trades on the same account by hand. */
function person(world: World, until: number): void {
  const { clock, random, venue, market, uid } = world;
  clock.after(2000 + random.int(8000), () => {
    if (clock.now() >= until) return;
    const best = market.best();
    const open = venue.openOrders(uid, SYMBOL);
    if (random.int(4) === 0 && open.length > 0) {
      const victim = open[random.int(open.length)];
      if (victim !== undefined) venue.cancel(uid, SYMBOL, { orderId: victim.orderId }, '');
    } else if (best !== null) {
      venue.place(
        uid,
        {
          symbol: SYMBOL,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          postOnly: false,
          price: best.bid.sub(market.tickSize.mul(Decimal.from(random.int(10)))),
          quantity: market.baseQuantity,
          quoteQuantity: null,
          clientOrderId: `${HAND}${random.id(8)}`,
          selfTradePrevention: 'none',
          tag: HAND_TAGS[world.scenario.platform],
        },
        { uniqueClientOrderIds: true, postOnly: 'reject' },
      );
    }
    person(world, until);
  });
}

/** What a dialect wants to find on an order that did not come through it. */
const HAND_TAGS: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
  binance: {},
  okx: {},
  htx: { type: 'buy-limit' },
};

function makeWorld(scenario: Scenario, simulation: Simulation): World {
  const venue = simulation.venue(scenario.platform);
  const listing = DEFAULT_LISTINGS.find(({ instrument }) => instrument.symbol === SYMBOL);
  const uid = venue.accounts[0]?.uid;
  if (listing === undefined || uid === undefined) throw new Error('the simulation lists nothing to trade');
  const { tickSize, lotSize } = listing.instrument;
  return {
    simulation,
    clock: simulation.clock,
    venue,
    uid,
    scenario,
    ledger: new Ledger(),
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

export async function run(scenario: Scenario): Promise<RunOutcome> {
  const listing = DEFAULT_LISTINGS.filter(({ instrument }) => instrument.symbol === SYMBOL);
  const simulation = await createSimulation({
    exchanges: [scenario.platform],
    dialects: waysOf(scenario.platform, scenario.seed, scenario.documented),
    seed: scenario.seed,
    listings: listing,
    activity: 0.3,
    faults: scenario.rules,
  });
  try {
    return await live(makeWorld(scenario, simulation));
  } finally {
    simulation.close();
  }
}

async function live(world: World): Promise<RunOutcome> {
  const { scenario, clock, venue, ledger, random, simulation, uid } = world;
  const startedAt = clock.now();
  const tradeMs = scenario.tradeMs ?? 60_000;
  const until = startedAt + tradeMs;
  const nights = seededRandom(`${scenario.seed}/sleeps`);
  const sleeps = scenario.sleeps ?? Math.max(0, nights.int(4) - 1);
  const isAllPrompt = sleeps === 0 && scenario.rules.every(isPrompt);
  // Some orders of a person, and fills of theirs, are there before the first process starts.
  const silentTrades = new Set<string>();
  const unseenOrders = new Set<string>();
  person(world, until);
  if (random.int(2) === 0) await clock.advance(15_000);
  let deadSince = startedAt;
  // What somebody else placed and ended while no process of ours was connected is nobody's to report; nor is what ended so, and came before that
  // death when the process could not have heard of it: a moment before, or while its stream may have been dead.
  const notePassedBy = (): void => {
    const told = new Set([...ledger.orders.values()].map(({ orderId }) => orderId));
    const unheard = isAllPrompt ? PROMPT_MS : LONGEST_SILENCE_MS + (sleeps > 0 ? LONGEST_SLEEP_MS : 0);
    for (const { orderId, clientOrderId, status, createdAt, updatedAt } of venue.orders(uid, SYMBOL)) {
      const id = String(orderId);
      if (!clientOrderId.startsWith(HAND) || status === 'open') continue;
      const isUnheard = createdAt >= deadSince - unheard && updatedAt >= deadSince && !told.has(id);
      if (createdAt >= deadSince || isUnheard) unseenOrders.add(id);
    }
  };

  let process = launch(world);
  let created = 0;
  await clock.runUntil(() => process.trade.lastProof !== null, 40_000);
  notePassedBy();
  for (const fill of venue.fills(uid, { symbol: SYMBOL })) silentTrades.add(`${fill.orderId}/${fill.tradeId}`);
  process.strategy.start();
  for (let count = 0; count < sleeps; count++) {
    const ms = 500 + nights.int(nights.int(8) === 0 ? LONGEST_SLEEP_MS - 500 : NAP_MS);
    clock.after(nights.int(Math.max(1, until - clock.now())), () => sleep(world, process, ms));
  }

  const deaths = scenario.deaths ?? random.int(3);
  for (let life = 0; life <= deaths; life++) {
    const left = until - clock.now();
    await clock.advance(
      life === deaths
        ? Math.max(left, 1000)
        : Math.max(1000, Math.floor((left * (0.2 + random.next() * 0.6)) / (deaths - life + 1))),
    );
    if (life === deaths) break;
    created += process.strategy.created;
    // One that never came to see anything does not count.
    if (process.trade.lastProof !== null) deadSince = process.asleepSince ?? clock.now();
    kill(process);
    ledger.goBlind(clock.now());
    ledger.note('killed', clock.now());
    await clock.advance(random.int(4000));
    process = launch(world);
    process.strategy.start();
    const { trade } = process;
    await clock.runUntil(() => trade.lastProof !== null, LONGEST_START_MS + sleeps * LONGEST_SLEEP_MS);
    notePassedBy();
  }
  process.strategy.stop();
  created += process.strategy.created;
  const struck = [...simulation.faults.struck.values()].reduce((sum, count) => sum + count, 0);
  simulation.faults.clear();
  for (const account of venue.accounts) account.permissions.valid = true;
  if (process.wasRefused) {
    kill(process);
    process = launch(world);
    const { trade } = process;
    await clock.runUntil(() => trade.lastProof !== null, LONGEST_START_MS);
    notePassedBy();
  }
  await clock.runUntil(() => process.asleepSince === null, LONGEST_SLEEP_MS);
  await clock.advance(SETTLE_MS);
  // The market goes on: what it did in the last moment is still on its way.
  const lastFill = (): number => Math.max(0, ...venue.fills(uid, { symbol: SYMBOL }).map(({ time }) => time));
  await clock.runUntil(() => clock.now() - lastFill() > ARRIVAL_MS, 60_000);

  const skewMs = Math.max(0, ...scenario.rules.map((rule) => Math.abs(rule.skewMs ?? 0)));
  const problems = [...ledger.problems];
  if (process.strategy.pending > 0) problems.push(`${process.strategy.pending} calls never resolved`);
  problems.push(
    ...audit({
      venue,
      accountUid: uid,
      symbol: SYMBOL,
      ledger,
      silentTrades,
      unseenOrders,
      reasonsOnlyPushed: scenario.platform === 'htx',
      renamesCanceled: scenario.platform === 'binance',
      skewMs,
      clockJumped: skewMs > CLOCK_TOLERANCE_MS,
      promptMs: isAllPrompt ? PROMPT_MS : null,
    }),
  );
  problems.push(...compareOpen(world, process.trade), ...compareBalances(world, process.trade));
  if (problems.length === 0) problems.push(...(await revokeAll(world, process.trade)));
  await clock.runFor(process.trade.close(), 30_000);
  return {
    problems,
    hash: ledger.digest(),
    created,
    updates: ledger.updates,
    fills: ledger.fills.size,
    struck,
    virtualMs: clock.now() - startedAt,
  };
}

function compareOpen({ venue, uid }: World, trade: Trade): string[] {
  const open = new Set(venue.openOrders(uid, SYMBOL).map((order) => String(order.orderId)));
  const believed = new Set([...trade.orders.values()].map((order) => order.orderId));
  const problems: string[] = [];
  for (const id of open)
    if (!believed.has(id)) problems.push(`order ${id} is open on the exchange but not in trade.orders`);
  for (const id of believed)
    if (!open.has(id)) problems.push(`order ${id} is in trade.orders but not open on the exchange`);
  return problems;
}

function compareBalances({ venue, uid }: World, trade: Trade): string[] {
  const held = holdings(venue, uid);
  const believed = believedHoldings(trade);
  const problems: string[] = [];
  for (const asset of new Set([...Object.keys(held), ...Object.keys(believed)])) {
    const [is, seems] = [JSON.stringify(held[asset]), JSON.stringify(believed[asset])];
    if (is !== seems) problems.push(`${asset}: trade.assets has ${seems ?? 'none'}, the exchange ${is ?? 'none'}`);
  }
  return problems;
}

/** After a successful revoke of everything the exchange holds none, and both sides still agree. */
async function revokeAll(world: World, trade: Trade): Promise<string[]> {
  const { clock, venue, uid } = world;
  const [, error] = await clock.runFor(trade.revokeOrder(), 120_000);
  if (error !== null && error.kind !== 'already-done')
    return [`the last revoke failed: ${error.kind}: ${error.message}`];
  const left = venue.openOrders(uid, SYMBOL);
  if (left.length > 0) return [`the exchange still holds ${left.length} orders after a successful revoke of all`];
  await clock.advance(20_000);
  return compareOpen(world, trade);
}
