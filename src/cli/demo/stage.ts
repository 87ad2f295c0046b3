// The demo from beginning to end: simulator, orders of a crashed run, the strategy in a process of its own, the stop, the proof.
// How it looks is show.ts's part; the strategy is examples/strategy06.ts, unchanged.

import { fork, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openAccount, type AccountAccess } from '../../runtime/assembly/account-access.ts';
import { accessEnvironment, closeDefaultEnvironment } from '../../runtime/assembly/environment.ts';
import { readConfig } from '../../runtime/config.ts';
import { realClock } from '../../runtime/real-clock.ts';
import { onStopSignal, type StopSignal } from '../../runtime/stop-signals.ts';
import { startSimulator, type RunningSimulator } from '../../simulator/index.ts';
import type { DemoOptions } from '../demo.ts';
import { simulatorConfig } from '../simulator-config.ts';
import { UsageError } from '../usage.ts';
import { isDemoEvent, type DemoEvent, type StopRequest } from './events.ts';
import { JsonShow } from './json-show.ts';
import { plantOrders, type PlantedOrder } from './planted.ts';
import { PeopleShow, type Show } from './show.ts';
import { Tally } from './tally.ts';

const STRATEGY = 'strategy06';
const SYMBOL = 'BTC/USDT';
const QUANTITY = '0.002';
const PLANTED = 5;
/** As a shell says that Ctrl-C ended a program. */
const INTERRUPTED = 130;

const FINAL: ReadonlySet<string> = new Set(['CANCELED', 'FILLED', 'FAILED']);

async function startFor({ platform, replay, seed }: DemoOptions): Promise<RunningSimulator> {
  if (replay !== undefined && !existsSync(replay)) throw new UsageError(`--replay ${replay}: no such file`);
  try {
    return await startSimulator({
      exchanges: [platform],
      ...(replay === undefined ? {} : { replay }),
      ...(seed === undefined ? {} : { seed }),
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (replay !== undefined && error instanceof Error) throw new UsageError(`--replay ${replay}: ${error.message}`);
    throw error;
  }
}

/** The example as a file that can be run from here: Node strips no types below node_modules, so an installed package runs a copy. */
function strategyIn(folder: string): string {
  const file = fileURLToPath(new URL('../../../examples/strategy06.ts', import.meta.url));
  if (!file.includes('node_modules')) return file;
  const copy = join(folder, 'strategy06.ts');
  copyFileSync(file, copy);
  return copy;
}

/** Asks the exchange for what is unfinished; null when it does not answer. */
async function askExchange({ connector }: AccountAccess): Promise<string[] | null> {
  const [instrument] = await connector.instrument(SYMBOL);
  if (instrument === null) return null;
  const [orders] = await connector.trading.openOrders(instrument);
  return orders?.map(({ orderId, clientOrderId }) => orderId ?? clientOrderId ?? '?') ?? null;
}

/** Watches the strategy's process: its events, and the end of the orders that were planted. */
class Watch {
  private readonly waiting: Set<string>;
  private readonly show: Show;
  private readonly tally: Tally;
  private readonly ask: () => Promise<string[] | null>;
  private held: DemoEvent[] | null = null;
  hasHeard = false;

  constructor(planted: readonly PlantedOrder[], show: Show, tally: Tally, ask: () => Promise<string[] | null>) {
    this.waiting = new Set(planted.map(({ orderId }) => orderId));
    this.show = show;
    this.tally = tally;
    this.ask = ask;
  }

  take(event: DemoEvent): void {
    this.hasHeard = true;
    this.tally.take(event);
    // While the exchange is asked for its word, what comes next waits, so that the story is told in order.
    if (this.held !== null) this.held.push(event);
    else this.tell(event);
  }

  private tell(event: DemoEvent): void {
    this.show.event(event);
    if (event.type !== 'order' || !FINAL.has(event.order.status)) return;
    if (!this.waiting.delete(event.order.orderId) || this.waiting.size > 0) return;
    this.held = [];
    void this.ask().then((open) => {
      this.show.startRevoked(PLANTED, open?.length ?? Number.NaN);
      const held = this.held ?? [];
      this.held = null;
      for (const later of held) this.tell(later);
    });
  }
}

/** Resolves with the exit status of the strategy's process. */
function untilEnd(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
}

/** What the strategy's process writes is shown as trouble: at its log level it writes only when there is some. */
function readTrouble(child: ChildProcess, take: (event: DemoEvent) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      for (const line of text.split('\n'))
        if (line.trim() !== '') take({ type: 'trouble', message: line, at: Date.now() });
    });
  }
}

export async function demo(options: DemoOptions): Promise<0 | 1> {
  const { platform, seconds, replay, json } = options;
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-demo-'));
  // Until there is a strategy to stop.
  let onSignal = (_signal: StopSignal): void => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(INTERRUPTED);
  };
  onStopSignal(realClock, (signal) => onSignal(signal));
  let simulator: RunningSimulator | null = null;
  try {
    simulator = await startFor(options);
    const { recordedSymbol } = simulator;
    if (replay !== undefined && recordedSymbol !== SYMBOL) {
      throw new UsageError(
        `--replay ${replay}: the demo trades ${SYMBOL}, and this is a recording of ${recordedSymbol}; play it with aioquant simulate --replay`,
      );
    }
    const venue = simulator.venue(platform);
    const source = replay === undefined ? 'its market is a model' : `its market is the recording ${replay}`;
    const settings = { platform, symbol: SYMBOL, strategy: STRATEGY, venue, seconds, source };
    const show: Show = json === true ? new JsonShow(settings) : new PeopleShow(settings);
    const tally = new Tally();

    const configFile = join(folder, 'config.yaml');
    const extra = { log: { level: 'warn', format: 'pretty' }, journal: 'memory', quantity: QUANTITY };
    writeFileSync(configFile, simulatorConfig(simulator, [platform], { symbols: [SYMBOL], extra }), { mode: 0o600 });
    const account = readConfig(configFile).account();
    const environment = accessEnvironment();
    const access = openAccount(account, environment);

    show.opening();
    const planted = await plantOrders({
      access,
      environment,
      strategy: STRATEGY,
      symbol: SYMBOL,
      quantity: QUANTITY,
      count: PLANTED,
    });

    const entry = fileURLToPath(new URL(`./strategy-process${extname(import.meta.url)}`, import.meta.url));
    const child = fork(entry, [strategyIn(folder), configFile], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const watch = new Watch(planted, show, tally, () => askExchange(access));
    child.on('message', (message) => {
      if (isDemoEvent(message)) watch.take(message);
    });
    readTrouble(child, (event) => watch.take(event));
    let stopping = false;
    let isInterrupted = false;
    const stop = (reason: string): void => {
      if (stopping) return;
      stopping = true;
      show.stopping(reason);
      const request: StopRequest = { type: 'stop' };
      if (child.connected) child.send(request);
    };
    const timer = seconds === 0 ? null : environment.clock.after(seconds * 1_000, () => stop(`${seconds} s are over`));
    onSignal = (signal) => {
      isInterrupted = true;
      stop(signal === 'SIGINT' ? 'Ctrl-C' : signal);
    };
    // It takes a moment to load.
    show.planted(planted);
    const strategyStatus = await untilEnd(child);
    timer?.cancel();

    const unfinished = await askExchange(access);
    const uid = venue.accountByKey(account.accessKey)?.uid ?? 0;
    const inTheBooks = venue.openOrders(uid, null).length;
    const hasBegun = watch.hasHeard || !isInterrupted;
    show.closing(tally.summary, { unfinished, inTheBooks, strategyStatus, hasBegun });
    await access.connector.close();
    if (!hasBegun) return 0;
    return unfinished?.length === 0 && inTheBooks === 0 && strategyStatus === 0 ? 0 : 1;
  } finally {
    await closeDefaultEnvironment();
    await simulator?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
