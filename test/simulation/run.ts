// One whole-stack run: a random strategy or two on Trade, order core, connector and wire, against a simulated exchange, in one process on a virtual
// clock, everything from one seed. Their process dies and comes back, and sleeps; a person trades by hand on the same account; faults strike as planned.
// At the end the faults stop, the dust settles, and the books of both sides are compared.
import { seededRandom } from '../../src/runtime/random.ts';
import { createSimulation, DEFAULT_LISTINGS, type FaultRule } from '../../src/simulator/index.ts';
import type { Trade } from '../../src/trade.ts';
import { believedHoldings, holdings } from '../support/balances.ts';
import { audit } from './audit.ts';
import type { Ledger } from './ledger.ts';
import { person } from './person.ts';
import { createdBy, isReady, kill, launch, nameOf, sleep, type Actor } from './process.ts';
import { waysOf } from './ways.ts';
import { makeWorld, SYMBOL, type Scenario, type World } from './world.ts';

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

/** A stream is dead after 45 s without a word at the latest (docs/api.md, `streamSilence`), and pushes may be late besides. */
const LONGEST_SILENCE_MS = 50_000;
/** Bans, refused keys and back-off in a row: only then it is known what nobody was there to see. */
const LONGEST_START_MS = 90_000;
/** Pushes, the fees apart among them, have come by then. */
const ARRIVAL_MS = 2_000;
/** Long enough for every doubt to be settled and for one periodic comparison. */
const SETTLE_MS = 150_000;
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
const SLOW_MS = 2500;

function isPrompt({ fault, operation, delayMs }: FaultRule): boolean {
  if (PROMPT.has(fault)) return true;
  const longest = Array.isArray(delayMs) ? delayMs[1] : Infinity;
  return fault === 'reply-late' && operation === 'open-orders' && longest <= SLOW_MS;
}

/** Fills are looked for from this much earlier than the last proof. */
const CLOCK_TOLERANCE_MS = 8000;

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
  const { scenario, clock, venue, ledgers, random, simulation, uid } = world;
  const startedAt = clock.now();
  const tradeMs = scenario.tradeMs ?? 60_000;
  const until = startedAt + tradeMs;
  const nights = seededRandom(`${scenario.seed}/sleeps`);
  const sleeps = scenario.sleeps ?? Math.max(0, nights.int(4) - 1);
  const isAllPrompt = sleeps === 0 && scenario.rules.every(isPrompt);
  // Some orders of a person, and fills of theirs, are there before the first process starts.
  const silentTrades = new Set<string>();
  const unseenOrders = new Map(ledgers.map((ledger) => [ledger, new Set<string>()]));
  person(world, until);
  if (random.int(2) === 0) await clock.advance(15_000);
  let deadSince = startedAt;
  // What somebody else placed and ended while no process of ours was connected is nobody's to report; nor is what ended so, and came before that
  // death when the process could not have heard of it: a moment before, or while its stream may have been dead.
  const notePassedBy = (): void => {
    const unheard = isAllPrompt ? PROMPT_MS : LONGEST_SILENCE_MS + (sleeps > 0 ? LONGEST_SLEEP_MS : 0);
    for (const [ledger, unseen] of unseenOrders) {
      const told = new Set([...ledger.orders.values()].map(({ orderId }) => orderId));
      for (const { orderId, clientOrderId, status, createdAt, updatedAt } of venue.orders(uid, SYMBOL)) {
        const id = String(orderId);
        if (ledger.intended.has(clientOrderId) || status === 'open') continue;
        const isUnheard = createdAt >= deadSince - unheard && updatedAt >= deadSince && !told.has(id);
        if (createdAt >= deadSince || isUnheard) unseen.add(id);
      }
    }
  };

  let process = launch(world);
  let created = 0;
  await clock.runUntil(() => isReady(process), 40_000);
  notePassedBy();
  for (const fill of venue.fills(uid, { symbol: SYMBOL })) silentTrades.add(`${fill.orderId}/${fill.tradeId}`);
  for (const { strategy } of process.actors) strategy.start();
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
    created += createdBy(process);
    // One that never came to see anything does not count.
    if (isReady(process)) deadSince = process.asleepSince ?? clock.now();
    kill(process);
    for (const ledger of ledgers) {
      ledger.goBlind(clock.now());
      ledger.note('killed', clock.now());
    }
    await clock.advance(random.int(4000));
    const next = (process = launch(world));
    for (const { strategy } of next.actors) strategy.start();
    await clock.runUntil(() => isReady(next), LONGEST_START_MS + sleeps * LONGEST_SLEEP_MS);
    notePassedBy();
  }
  for (const { strategy } of process.actors) strategy.stop();
  created += createdBy(process);
  const struck = [...simulation.faults.struck.values()].reduce((sum, count) => sum + count, 0);
  simulation.faults.clear();
  for (const account of venue.accounts) account.permissions.valid = true;
  if (process.actors.some(({ wasRefused }) => wasRefused)) {
    kill(process);
    const next = (process = launch(world));
    await clock.runUntil(() => isReady(next), LONGEST_START_MS);
    notePassedBy();
  }
  await clock.runUntil(() => process.asleepSince === null, LONGEST_SLEEP_MS);
  await clock.advance(SETTLE_MS);
  // The market goes on: what it did in the last moment is still on its way.
  const lastFill = (): number => Math.max(0, ...venue.fills(uid, { symbol: SYMBOL }).map(({ time }) => time));
  await clock.runUntil(() => clock.now() - lastFill() > ARRIVAL_MS, 60_000);

  const skewMs = Math.max(0, ...scenario.rules.map((rule) => Math.abs(rule.skewMs ?? 0)));
  const placed = new Set(ledgers.flatMap(({ intended }) => [...intended]));
  const problems = process.actors.flatMap(({ ledger, trade, strategy }, index) => {
    const found = [...ledger.problems];
    if (strategy.pending > 0) found.push(`${strategy.pending} calls never resolved`);
    found.push(
      ...audit({
        venue,
        accountUid: uid,
        symbol: SYMBOL,
        ledger,
        placed,
        silentTrades,
        unseenOrders: unseenOrders.get(ledger) ?? new Set(),
        reasonsOnlyPushed: scenario.platform === 'htx',
        renamesCanceled: scenario.platform === 'binance',
        skewMs,
        clockJumped: skewMs > CLOCK_TOLERANCE_MS,
        promptMs: isAllPrompt ? PROMPT_MS : null,
      }),
      ...compareOpen(world, trade),
      ...compareBalances(world, trade),
    );
    return index === 0 ? found : found.map((problem) => `${nameOf(index)}: ${problem}`);
  });
  if (problems.length === 0) problems.push(...(await revokeAll(world, process.actors)));
  for (const { trade } of process.actors) await clock.runFor(trade.close(), 30_000);
  const sum = (figure: (ledger: Ledger) => number): number =>
    ledgers.reduce((total, ledger) => total + figure(ledger), 0);
  return {
    problems,
    hash: ledgers.map((ledger) => ledger.digest()).join(''),
    created,
    updates: sum(({ updates }) => updates),
    fills: sum(({ fills }) => fills.size),
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
async function revokeAll(world: World, actors: readonly Actor[]): Promise<string[]> {
  const { clock, venue, uid } = world;
  const [first] = actors;
  if (first === undefined) return [];
  const [, error] = await clock.runFor(first.trade.revokeOrder(), 120_000);
  if (error !== null && error.kind !== 'already-done')
    return [`the last revoke failed: ${error.kind}: ${error.message}`];
  const left = venue.openOrders(uid, SYMBOL);
  if (left.length > 0) return [`the exchange still holds ${left.length} orders after a successful revoke of all`];
  await clock.advance(20_000);
  return actors.flatMap(({ trade }) => compareOpen(world, trade));
}
