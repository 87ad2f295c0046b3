// `npm run bench`: every case with floor, ourselves and the peers in turn, then the page. `--quick`: a smoke run for CI. `--soak`: for an hour of patience.
// What a case measures is in cases/, who is measured in contenders/.
import { writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runMicro } from './cases/micro.ts';
import { runOrders, withOrders, type OrdersFigures, type OrdersSizes } from './cases/orders.ts';
import { runPolling, runRevoke } from './cases/revoke.ts';
import { runReconnects, type ReconnectFigures } from './cases/reconnects.ts';
import { runSoak } from './cases/soak.ts';
import { runStartUp } from './cases/start-up.ts';
import { runUpdates, withUpdates, type UpdatesFigures, type UpdatesSizes } from './cases/updates.ts';
import { CAN_PIN } from './harness/child.ts';
import { EXCHANGE_NAMES, type ExchangeName } from './harness/order-frames.ts';
import { figure, verdict, writePage } from './harness/page.ts';
import { installPeers } from './harness/peers.ts';
import { median, ratioTo, Rows } from './harness/rows.ts';
import { tooSlow } from './harness/smoke.ts';

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  only: { type: 'string' },
  rounds: { type: 'string' },
  soak: { type: 'boolean', default: false },
  minutes: { type: 'string', default: '10' },
  reconnects: { type: 'string', default: '1000' },
  'no-peers': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}\nSee: npm run bench -- --help`);
    process.exit(2);
  }
}

const options = readOptions();
const { quick, only } = options;
const rounds = Number(options.rounds ?? (quick ? 1 : 3));
const rows = new Rows();
const load = loadavg()[0] ?? 0;
const measured = commit();

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A contender that fails is a note, not the end of the run. */
async function attempt<T>(name: string, work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    say(`  ${name}: ${message}`);
    return message;
  }
}

/**
 * Each contender in turn with a server of its own; in a smoke run one serves them all, which is quicker.
 * @param onStage starts the server for as long as the work takes
 */
async function inTurn<S, T>(
  contenders: readonly string[],
  onStage: (work: (stage: S) => Promise<void>) => Promise<void>,
  run: (stage: S, contender: string) => Promise<T>,
  take: (contender: string, result: T | string) => void,
): Promise<void> {
  const groups = quick ? [contenders] : contenders.map((contender) => [contender]);
  for (const group of groups)
    await onStage(async (stage) => {
      for (const contender of group) take(contender, await attempt(contender, () => run(stage, contender)));
    });
}

/** By how much the flood misses its goal, at the most over several runs (docs/benchmarks.md shows one). */
const KNOWN_FLOOD: Readonly<Record<ExchangeName, number>> = { binance: 2, okx: 1.5, htx: 2.5 };
const FLOOD_CPU = "CPU of the callbacks' thread in a flood, many frames to a segment";

async function updates(exchange: ExchangeName, peers: readonly string[]): Promise<void> {
  const sizes: UpdatesSizes = quick
    ? { warmUp: 12_000, flood: 5_000, floods: 3, paceSeconds: 0 }
    : { warmUp: 60_000, flood: 60_000, floods: 2, paceSeconds: 2 };
  const section = `Order updates, ${{ binance: 'Binance', okx: 'OKX', htx: 'HTX' }[exchange]}`;
  const only = `updates-${exchange}`;
  const take = (contender: string, result: UpdatesFigures | string): void => {
    const row = (
      id: string,
      what: string,
      unit: string,
      must: { ratio: number } | null,
    ): Parameters<Rows['add']>[0] => ({ id: `${id}-${exchange}`, section, what, unit, must, only });
    const flood = { ...row('updates-cpu', FLOOD_CPU, 'µs', { ratio: 1 }), knownMiss: KNOWN_FLOOD[exchange] };
    if (typeof result === 'string') {
      rows.add(flood, contender, null, result);
      return;
    }
    const name = contender === 'sdk' ? (exchange === 'okx' ? 'okx-api' : 'binance SDK') : contender;
    const note =
      result.delivered === 1 && result.problem === null
        ? null
        : `delivered ${(result.delivered * 100).toFixed(1)} % of the states`;
    rows.add(flood, name, result.threadUs, note);
    rows.add(
      row('updates-process-cpu', 'the same of the whole process, until the journal is written', 'µs', null),
      name,
      result.cpuUs,
    );
    rows.add(
      row('updates-pace-cpu', "CPU of the callbacks' thread at 10,000 a second, one frame to a segment", 'µs', {
        ratio: 1,
      }),
      name,
      result.threadAt10k,
    );
    rows.add(
      row('updates-p50-1k', 'delay p50 at 1,000 a second', 'µs', { ratio: 1.15 }),
      name,
      result.p50At1k === null ? null : result.p50At1k * 1_000,
    );
    rows.add(
      row('updates-p50-10k', 'delay p50 at 10,000 a second', 'µs', { ratio: 1.15 }),
      name,
      result.p50At10k === null ? null : result.p50At10k * 1_000,
    );
    rows.add(row('updates-rate', 'most a second in a flood', '1/s', null), name, result.perSecond);
  };
  await inTurn(['floor', 'aioquant', ...peers], (work) => withUpdates(exchange, sizes, work), runUpdates, take);
}

async function orders(way: 'rest' | 'ws', peers: readonly string[]): Promise<void> {
  const sizes: OrdersSizes = quick
    ? { warmUp: 150, single: 100, rounds: 10 }
    : { warmUp: 400, single: 600, rounds: 40 };
  const section = `createOrder to the bytes' arrival, ${way === 'rest' ? 'REST' : 'WebSocket API'} (Binance)`;
  const take = (contender: string, result: OrdersFigures | string): void => {
    const name = contender === 'sdk' ? 'binance SDK' : contender;
    const base = { section, unit: 'µs', must: { ratio: 1.25 }, only: `orders-${way}` };
    const add = (inFlight: number, what: string, figure: (figures: OrdersFigures) => number): void => {
      const row = { ...base, id: `orders-${way}-${inFlight}`, what };
      if (typeof result === 'string') rows.add(row, name, null, result);
      else rows.add(row, name, figure(result));
    };
    add(1, 'one at a time, p50', ({ one }) => one);
    add(10, 'ten at once, first call to last arrival, p50', ({ ten }) => ten);
    add(50, 'fifty at once, first call to last arrival, p50', ({ fifty }) => fifty);
  };
  await inTurn(['floor', 'aioquant', ...peers], (work) => withOrders(way, sizes, work), runOrders, take);
}

async function revoke(exchange: ExchangeName): Promise<void> {
  const result = await attempt('aioquant', () => runRevoke(exchange, 500, 5));
  if (typeof result === 'string') {
    say(result);
    return;
  }
  const section = 'Revoking 500 orders, 5 ms injected delay';
  const base = { section, unit: 'ms', only: `revoke-${exchange}` };
  const limit = {
    binance: 'one cancel-all',
    okx: "OKX's own limit of 300 cancels in 2 s included",
    htx: 'ten batches at once',
  }[exchange];
  rows.add(
    {
      ...base,
      id: `revoke-${exchange}`,
      what: `${exchange}: accepted (${limit}); the floor is one round trip`,
      must: exchange === 'okx' ? null : { ratio: 2.5 + 10 / result.roundTrip },
    },
    'aioquant',
    result.accepted,
  );
  rows.add({ ...base, id: `revoke-${exchange}`, what: '', must: null }, 'floor', result.roundTrip);
  rows.add(
    {
      ...base,
      id: `revoke-ending-${exchange}`,
      what: `${exchange}: of that, from the first order's end to the last one's (${exchange === 'okx' ? 'the rate limit' : "the simulator's own work"})`,
      must: null,
    },
    'aioquant',
    result.ending,
  );
  rows.add(
    {
      ...base,
      id: `revoke-confirmed-${exchange}`,
      what: `${exchange}: confirmed, every order's end known`,
      must: null,
    },
    'aioquant',
    result.confirmed,
  );
}

async function polling(): Promise<void> {
  const { pushMs, pollMs, pushCpuMs, pollCpuMs, pollRequests } = await runPolling(quick ? 8 : 20);
  const base = {
    section: 'Push against polling REST each second (one change about every 0.85 s)',
    only: 'polling',
    must: null,
  };
  rows.add(
    { ...base, id: 'polling-delay', what: 'from the change to knowing it, p50', unit: 'ms' },
    'aioquant',
    pushMs,
  );
  rows.add({ ...base, id: 'polling-delay', what: '', unit: 'ms' }, 'polling', pollMs);
  rows.add(
    { ...base, id: 'polling-cpu', what: 'CPU a minute (both with the stream open)', unit: 'ms' },
    'aioquant',
    pushCpuMs,
  );
  rows.add({ ...base, id: 'polling-cpu', what: '', unit: 'ms' }, 'polling', pollCpuMs);
  rows.add({ ...base, id: 'polling-requests', what: 'requests a minute', unit: '' }, 'aioquant', 0);
  rows.add({ ...base, id: 'polling-requests', what: '', unit: '' }, 'polling', pollRequests);
}

async function startUp(): Promise<void> {
  const { demoMs, demoMb, idleMs, bareMb, idleMb } = await runStartUp();
  const base = { section: 'Start-up and memory', only: 'start-up', must: null };
  rows.add(
    { ...base, id: 'start-demo', what: '`aioquant demo`: process start to the first order update', unit: 'ms' },
    'aioquant',
    demoMs,
  );
  rows.add(
    { ...base, id: 'start-demo-memory', what: '`aioquant demo`: resident memory', unit: 'MB' },
    'aioquant',
    demoMb,
  );
  rows.add({ ...base, id: 'start-idle', what: 'a Trade: process start to ready', unit: 'ms' }, 'aioquant', idleMs);
  rows.add(
    {
      ...base,
      id: 'start-idle-memory',
      what: 'an idle Trade: resident memory; floor: Node with ws and undici loaded',
      unit: 'MB',
    },
    'aioquant',
    idleMb,
  );
  rows.add({ ...base, id: 'start-idle-memory', what: '', unit: 'MB' }, 'floor', bareMb);
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** Memory over time, then reconnects on all exchanges side by side: they mostly wait. */
async function soak(minutes: number, reconnects: number): Promise<void> {
  if (minutes > 0) await runSoak(minutes);
  if (reconnects === 0) return;
  const exchanges = EXCHANGE_NAMES.filter((name) => only === undefined || name === only);
  await Promise.all(
    exchanges.map(async (exchange) => {
      const figures = await attempt(exchange, () => runReconnects(exchange, reconnects, say));
      if (typeof figures !== 'string') console.log(`${exchange}: ${inWords(figures)}`);
      if (typeof figures === 'string' || figures.after > figures.before) process.exitCode = 1;
    }),
  );
}

function inWords(figures: ReconnectFigures): string {
  const { reconnects, seconds, unordered, before, after, serverBefore, serverAfter } = figures;
  const slopes =
    figures.descriptorSlope === null || figures.heapSlope === null
      ? 'too few for a slope'
      : `slopes by 1,000: ${figures.descriptorSlope.toFixed(2)} descriptors, ${figures.heapSlope.toFixed(2)} MB of heap`;
  return [
    `${reconnects} reconnects in ${seconds.toFixed(0)} s, each live again and told what happened next`,
    `${after} file descriptors, ${before} before${after > before ? ' - A LEAK' : ''}`,
    slopes,
    `${serverAfter} at the exchange, ${serverBefore} before`,
    ...(unordered === 0 ? [] : [`${unordered} more than were caused`]),
  ].join('; ');
}

const HELP = `Usage: npm run bench -- [options]

Measures every case with the floor, aioquant and the peers in turn, and writes docs/benchmarks.md and docs/benchmarks.svg.

  --only CASE        one case, or all whose names begin so; the page is not written
  --rounds N         how often each case is run (default 3, with --quick 1)
  --no-peers         without ccxt, binance and okx-api (else they are installed, about 80 MB, once)
  --quick            a smoke run of what is held against a floor; exit status 1 when a ratio is more than twice its goal - or twice what
                     it is known to be, for the flood -, and remains so in further looks
  --json FILE        the figures as JSON as well
  --soak             instead: memory over --minutes N (default 10), then --reconnects N (default 1000) on each exchange, in a hurry;
                     exit status 1 when file descriptors are left over (with --only EXCHANGE: there alone)

Examples:
  npm run bench -- --only updates-binance
  npm run bench -- --only orders --no-peers --rounds 5
  npm run bench -- --soak --minutes 0 --reconnects 200
`;

/** How often a smoke run looks again at what seemed too slow. */
const MOST_LOOKS = 6;

/** Cases that wait more than they work, or have no goal: a smoke run does without. */
const UNHURRIED = /^(?:revoke|polling|start-up)/;

/** Cases that the clients of others take part in. */
const WITH_PEERS = /^(?:updates-(?:binance|okx)|orders)/;

async function main(): Promise<void> {
  if (options.help) {
    console.log(HELP);
    return;
  }
  // Half of a short run is the start of its processes.
  if (quick) process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'aioquant-compile-cache');
  if (options.soak) {
    await soak(Number(options.minutes), Number(options.reconnects));
    return;
  }
  let hasPeers = false;
  const peers = (...names: string[]): string[] => (hasPeers ? names : []);
  const begun = performance.now();
  const cases: Readonly<Record<string, () => Promise<void>>> = {
    'updates-binance': () => updates('binance', peers('ccxt', 'sdk')),
    'updates-okx': () => updates('okx', peers('ccxt', 'sdk')),
    'updates-htx': () => updates('htx', []),
    'orders-rest': () => orders('rest', peers('ccxt', 'sdk')),
    'orders-ws': () => orders('ws', peers('ccxt', 'sdk')),
    micro: () => runMicro(rows, quick),
    ...Object.fromEntries(EXCHANGE_NAMES.map((exchange) => [`revoke-${exchange}`, () => revoke(exchange)])),
    polling,
    'start-up': startUp,
  };
  const chosen = Object.entries(cases).filter(([name]) =>
    only === undefined ? !quick || !UNHURRIED.test(name) : name === only || name.startsWith(only),
  );
  if (chosen.length === 0) {
    say(`no such case: ${only}. There are: ${Object.keys(cases).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  hasPeers = !quick && !options['no-peers'] && chosen.some(([name]) => WITH_PEERS.test(name)) && installPeers();
  // The last two hardly vary, and take their time.
  const once = new Set(['polling', 'start-up']);
  const measure = async (them: typeof chosen, times = rounds): Promise<void> => {
    for (let round = 1; round <= times; round++) {
      for (const [name, run] of them) {
        if (once.has(name) && round > 1) continue;
        const at = performance.now();
        await run();
        say(`round ${round} of ${times}: ${name}, ${((performance.now() - at) / 1_000).toFixed(1)} s`);
      }
    }
  };
  await measure(chosen);
  if (quick) {
    // One look is not enough to say so, and neither are two on a machine that is busy with something else for a while.
    for (let look = 1; look <= MOST_LOOKS; look++) {
      const bad = tooSlow(rows.all.values());
      const again = new Set(bad.map(({ row }) => row.only));
      if (again.size === 0) break;
      // What was not all delivered is looked at once more, and then it is so.
      const failed = new Set(bad.filter(({ row }) => row.notes.size > 0).map(({ row }) => row.only));
      if (failed.size > 0 && look > 1) break;
      for (const name of failed) rows.forget(name);
      say(`too slow so far: ${[...again].join(', ')}`);
      await measure(
        chosen.filter(([name]) => again.has(name)),
        1,
      );
    }
  }
  const all = [...rows.all.values()];
  for (const row of all) {
    // A smoke run leaves some out.
    if (row.values.size === 0 && row.notes.size === 0) continue;
    const ratio = ratioTo(row, 'aioquant', 'floor');
    const figures = [...row.values].map(([name, values]) => `${name} ${figure(median(values))}`).join(', ');
    console.log(
      `${row.section} | ${row.what} [${row.unit}]: ${figures}${ratio === null ? '' : ` | ${figure(ratio)}x floor`} ${verdict(row)}`,
    );
  }
  say(`took ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  if (options.json !== undefined) {
    const plain = all.map((row) => ({
      ...row,
      values: Object.fromEntries(row.values),
      notes: Object.fromEntries(row.notes),
      verdict: verdict(row),
    }));
    writeFileSync(
      options.json,
      `${JSON.stringify({ date: new Date().toISOString(), node: process.versions.node, cores: availableParallelism(), rounds, rows: plain }, null, 1)}\n`,
    );
  }
  if (quick) {
    const bad = tooSlow(all);
    for (const { row, words } of bad) console.log(`TOO SLOW: ${row.section}, ${row.what}: ${words}`);
    if (bad.length > 0) process.exitCode = 1;
    return;
  }
  if (only === undefined)
    writePage(all, {
      command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
      load,
      commit: measured,
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      rounds,
      isPinned: CAN_PIN,
      hasPeers,
    });
}

await main();
