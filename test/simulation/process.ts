// The strategies' process: its Trades on the simulated network, dying as by kill -9, and getting no turn for a while.
import type { Exchange } from '../../src/exchanges/exchange.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import type { TradeEnvironment } from '../../src/orders/environment.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { silentLog } from '../../src/seam/log.ts';
import type { InMemoryTransport } from '../../src/simulator/index.ts';
import { Trade } from '../../src/trade.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { asLive } from '../support/as-live.ts';
import type { Ledger } from './ledger.ts';
import { mortalClock } from './mortal-clock.ts';
import { RandomStrategy } from './random-strategy.ts';
import { Sleeper } from './sleeper.ts';
import { SYMBOL, type World } from './world.ts';

const TIMINGS = {
  requestTimeout: 3000,
  inDoubtPatience: 8000,
  notFoundAfter: 20_000,
  reconcileEvery: 30_000,
  feeWait: 2000,
};

/** Whoever wakes up knows soon whether the stream is still there. */
const WOKEN_MS = 500;

/** A strategy in one life of the process. */
export interface Actor {
  readonly ledger: Ledger;
  readonly trade: Trade;
  readonly strategy: RandomStrategy;
  /** What it was told last of its stream. */
  hasGap: boolean;
  /** The exchange refused the key before it ever took it: a Trade gives up then, and somebody has to start it again when the key is good. */
  wasRefused: boolean;
}

/** One life of the strategies' process. */
export interface Process {
  readonly actors: readonly Actor[];
  readonly transport: InMemoryTransport;
  readonly sleeper: Sleeper;
  /** Since when it gets no turn; null while it does. */
  asleepSince: number | null;
  isDead: boolean;
}

export const isReady = ({ actors }: Process): boolean => actors.every(({ trade }) => trade.lastProof !== null);
export const nameOf = (index: number): string => (index === 0 ? 'sim' : `sim${index + 1}`);

export function launch(world: World): Process {
  const { simulation, clock, ledgers, random, scenario, journal } = world;
  const transport = simulation.transport({ takesPing: (answer) => sleeper.enter(answer) });
  const mutate = scenario.mutate ?? ((exchange: Exchange) => exchange);
  const process = { isDead: false, asleepSince: null };
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
        const ledger = ledgers.find((_, index) => nameOf(index) === scope.strategy);
        return {
          ...own,
          intent: (key, intent) => {
            ledger?.intended.add(intent.clientOrderId);
            own.intent(key, intent);
          },
        };
      },
    },
    sessions: new AccountSessions(),
    exchange: (platform) => asLive(mutate(exchangeOf(platform))),
  };
  const actors = ledgers.map((ledger, index) => {
    const actor = act(world, ledger, nameOf(index), environment, () => process.isDead);
    const strategy = new RandomStrategy(actor.trade, {
      clock: sleeper.clock,
      random: seededRandom(`${scenario.seed}/strategy/${random.int(1_000_000)}`),
      market: world.market,
      ledger,
    });
    return Object.assign(actor, { strategy });
  });
  return Object.assign(process, { actors, transport, sleeper });
}

/** One strategy's Trade, which writes into its ledger what it is told. */
function act(
  { simulation, clock, scenario }: World,
  ledger: Ledger,
  name: string,
  environment: TradeEnvironment,
  isDead: () => boolean,
): Omit<Actor, 'strategy'> {
  const account = simulation.accounts[0];
  const endpoints = simulation.endpoints[scenario.platform];
  if (account === undefined || endpoints === undefined) throw new Error('the simulation has no account');
  const told = { wasRefused: false, hasGap: true };
  const trade: Trade = new Trade(
    {
      strategy: name,
      platform: scenario.platform,
      symbol: SYMBOL,
      account: account.name,
      accessKey: account.accessKey,
      secretKey: account.secretKey,
      passphrase: account.passphrase,
      endpoints,
      timings: TIMINGS,
      onInit: (success) => {
        if (isDead()) return;
        told.hasGap = false;
        ledger.seeAgain(clock.now());
        if (success) ledger.starts.push(clock.now());
        ledger.note('init', success);
      },
      onOrderUpdate: (order) => {
        if (!isDead()) ledger.onOrder(order, clock.now());
      },
      onFill: (fill) => {
        if (!isDead()) ledger.onFill(fill, clock.now());
      },
      onConnection: (event) => {
        if (isDead()) return;
        told.hasGap = event.type === 'gap-opened' || (event.type !== 'gap-closed' && told.hasGap);
        if (event.type === 'gap-opened') ledger.goBlind(clock.now());
        if (event.type === 'gap-closed') ledger.seeAgain(clock.now());
        ledger.note('connection', [clock.now(), event.type]);
      },
      onError: (error) => {
        if (isDead()) return;
        ledger.note('error', [clock.now(), error.kind, error.message]);
        if (error.kind === 'auth' && trade.lastProof === null) told.wasRefused = true;
      },
    },
    environment,
  );
  return Object.assign(told, { ledger, trade });
}

/** As kill -9: nothing of it runs any more, and it says good-bye to nobody. */
export function kill(process: Process): void {
  process.isDead = true;
  for (const { strategy } of process.actors) strategy.stop();
  process.transport.kill();
}

/** The process gets no turn for so long. */
export function sleep({ clock }: World, process: Process, ms: number): void {
  if (process.isDead || process.asleepSince !== null) return;
  for (const { ledger } of process.actors) ledger.goBlind(clock.now());
  process.asleepSince = clock.now();
  process.sleeper.fallAsleep();
  clock.after(ms, () => {
    process.asleepSince = null;
    process.sleeper.wake();
    clock.after(WOKEN_MS, () => {
      for (const { ledger, hasGap } of process.actors) if (!process.isDead && !hasGap) ledger.seeAgain(clock.now());
    });
  });
}

export const createdBy = ({ actors }: Process): number =>
  actors.reduce((sum, { strategy }) => sum + strategy.created, 0);
