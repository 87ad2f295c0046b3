// The parent's side of the kill tests: an exchange on real ports, one process after another on the same journal, and the judgement after each
// death - no duplicate, no orphan, the same fills. Which deaths are died is kill.test.ts's part.
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import {
  DEFAULT_LISTINGS,
  startSimulator,
  type MatchingVenue,
  type RunningSimulator,
} from '../../src/simulator/index.ts';
import { expectedStatus } from './audit.ts';
import type { Command, Line, Report } from './fixtures/mortal-messages.ts';

const SYMBOL = 'EOS/USDT';
/**
 * "Told" marks reach the disk in groups of 20 ms: what was told shortly before a death may be told again
 * (docs/reliability.md). On a busy machine a process may get no turn for a while. */
const TOLD_AGAIN_MS = 500;
const QUIET_MS = 80;
const AGREE_WITHIN_MS = 15_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Child {
  readonly process: ChildProcess;
  private waiting: ((report: Report | null) => void) | null = null;
  private readonly early: Report[] = [];
  isDead = false;

  constructor(folder: string, log: number) {
    this.process = fork(new URL('./fixtures/mortal.ts', import.meta.url), {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', log],
      env: {
        ...process.env,
        MORTAL_FILE: join(folder, 'journal.sqlite'),
        MORTAL_LOG: '4',
      },
    });
    this.process.on('message', (report: Report) => {
      if (this.waiting === null) this.early.push(report);
      else this.settle(report);
    });
    this.process.on('exit', () => {
      this.isDead = true;
      this.settle(null);
    });
  }

  private settle(report: Report | null): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.(report);
  }

  /** The next thing it says; null when it died. */
  next(): Promise<Report | null> {
    const report = this.early.shift();
    if (report !== undefined) return Promise.resolve(report);
    if (this.isDead) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  async tell(command: Command): Promise<Report | null> {
    const answer = this.next();
    // One that died meanwhile cannot be told; its exit answers.
    this.process.send(command, () => undefined);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.isDead) return;
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }
}

export class Mortals {
  readonly platform: Platform;
  readonly venue: MatchingVenue;
  readonly uid: number;
  /** How many createOrder calls were made. */
  creates = 0;
  deaths: string[] = [];
  private readonly simulator: RunningSimulator;
  private readonly folder: string;
  private readonly log: number;
  private standby: Child;
  private child: Child | null = null;

  private constructor(platform: Platform, simulator: RunningSimulator) {
    this.platform = platform;
    this.simulator = simulator;
    this.venue = simulator.venue(platform);
    this.uid = this.venue.accounts[0]?.uid ?? 0;
    this.folder = mkdtempSync(join(tmpdir(), 'mortals-'));
    this.log = openSync(join(this.folder, 'log'), 'a');
    this.standby = new Child(this.folder, this.log);
  }

  static async begin(platform: Platform): Promise<Mortals> {
    const listings = DEFAULT_LISTINGS.filter(({ instrument }) => instrument.symbol === SYMBOL);
    return new Mortals(
      platform,
      await startSimulator({ exchanges: [platform], market: 'quiet', accounts: 2, listings }),
    );
  }

  /** Starts the next process. False when it died as agreed. */
  async start(dieAt: number | null): Promise<boolean> {
    const child = this.standby;
    this.child = child;
    this.standby = new Child(this.folder, this.log);
    const loaded = await child.next();
    const account = this.simulator.accounts[0];
    const endpoints = this.simulator.endpoints[this.platform];
    if (loaded === null || account === undefined || endpoints === undefined)
      throw new Error('the process did not start');
    const report = await child.tell({ do: 'start', platform: this.platform, account, endpoints, dieAt });
    if (report?.outcome !== undefined && report.outcome !== null) throw new Error(`the process is ${report.outcome}`);
    return report !== null;
  }

  /** False when it died as agreed. */
  async create(price: string, quantity: string, dieAt: number | null): Promise<boolean> {
    this.creates++;
    return (await this.tell({ do: 'create', price, quantity, dieAt })) !== null;
  }

  async revoke(orderIds: readonly string[], dieAt: number | null): Promise<boolean> {
    return (await this.tell({ do: 'revoke', orderIds, dieAt })) !== null;
  }

  private tell(command: Command): Promise<Report | null> {
    if (this.child === null) throw new Error('nobody is alive');
    return this.child.tell(command);
  }

  async kill(): Promise<void> {
    // Not in the moment after a telling: that death is died at the crossings.
    await pause(QUIET_MS);
    await this.child?.kill();
    const line: Line = { what: 'killed', at: Date.now(), where: 'from outside' };
    writeSync(this.log, `${JSON.stringify(line)}\n`);
  }

  /** What the exchange has and no file of the dead process speaks of: it left before it was written down. */
  forgotten(): string[] {
    const written = readdirSync(this.folder)
      .filter((name) => name.startsWith('journal.'))
      .map((name) => readFileSync(join(this.folder, name), 'latin1'));
    return this.venue
      .orders(this.uid, SYMBOL)
      .filter(({ clientOrderId }) => !written.some((text) => text.includes(clientOrderId)))
      .map(({ clientOrderId }) => `order ${clientOrderId} left before its intent was written`);
  }

  get openIds(): string[] {
    return this.venue.openOrders(this.uid, SYMBOL).map(({ orderId }) => String(orderId));
  }

  /** Somebody fills a part of the oldest open order. */
  fillSome(quantity: string): void {
    const order = this.venue.openOrders(this.uid, SYMBOL)[0];
    if (order !== undefined) this.venue.house.fillOrder(order.orderId, Decimal.from(quantity));
  }

  /** Somebody else offers so much at a price. */
  offer(price: string, quantity: string): void {
    const other = this.venue.accounts[1];
    if (other === undefined) throw new Error('there is nobody else');
    this.venue.place(
      other.uid,
      {
        symbol: SYMBOL,
        side: 'SELL',
        type: 'LIMIT',
        timeInForce: 'GTC',
        postOnly: false,
        price: Decimal.from(price),
        quantity: Decimal.from(quantity),
        quoteQuantity: null,
        clientOrderId: '',
        selfTradePrevention: 'none',
        tag: { type: 'sell-limit' },
      },
      { uniqueClientOrderIds: false, postOnly: 'reject' },
    );
  }

  private lines(): Line[] {
    const text = readFileSync(join(this.folder, 'log'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  lastDeath(): string {
    return this.lines().findLast((line) => line.what === 'killed')?.where ?? 'nobody died';
  }

  /** Waits until the living process agrees with the exchange; what is wrong when it does not come to that. `settled`: nothing is in doubt either. */
  async disagreements(settled: boolean): Promise<string[]> {
    const until = Date.now() + AGREE_WITHIN_MS;
    for (;;) {
      const report = await this.tell({ do: 'look', dieAt: null });
      if (report === null) return ['the process died without being told to'];
      const problems = this.judge(report, settled);
      if (problems.length === 0 || Date.now() > until) return problems;
      await pause(25);
    }
  }

  private judge({ open }: Report, settled: boolean): string[] {
    const problems: string[] = [];
    const lines = this.lines();
    const intents = new Set(lines.flatMap((line) => (line.what === 'intent' ? [line.clientOrderId] : [])));
    if (intents.size > this.creates) problems.push(`${intents.size} intents of ${this.creates} createOrder calls`);
    const seen = new Set<string>();
    const told = new Map(
      lines.flatMap((line) => (line.what === 'order' && line.orderId !== '' ? [[line.orderId, line] as const] : [])),
    );
    for (const order of this.venue.orders(this.uid, SYMBOL)) {
      const { clientOrderId: id } = order;
      if (seen.has(id)) problems.push(`duplicate: two orders carry ${id}`);
      seen.add(id);
      if (!intents.has(id)) problems.push(`an order carries ${id}, which was never meant`);
      const last = told.get(String(order.orderId));
      if (last?.status !== expectedStatus(order))
        problems.push(`order ${order.orderId}: told ${last?.status}, it is ${order.status}`);
      else if (!Decimal.from(last.filled).eq(order.filled))
        problems.push(`order ${order.orderId}: told filled ${last.filled}, it is ${order.filled}`);
    }
    const real = this.openIds;
    for (const id of real) if (!open.includes(id)) problems.push(`orphan: order ${id} is open and nobody watches it`);
    for (const id of open)
      if ((settled || id !== '') && !real.includes(id)) problems.push(`order "${id}" is in the view and not open`);
    problems.push(...this.judgeFills(lines));
    return problems;
  }

  private judgeFills(lines: readonly Line[]): string[] {
    const problems: string[] = [];
    const made = new Set(this.venue.fills(this.uid, { symbol: SYMBOL }).map(({ tradeId }) => String(tradeId)));
    const toldAt = new Map<string, { readonly at: number; readonly index: number }>();
    let index = -1;
    for (const line of lines) {
      index++;
      if (line.what !== 'fill') continue;
      if (!made.has(line.tradeId)) problems.push(`fill ${line.tradeId} was told but never happened`);
      const before = toldAt.get(line.tradeId);
      // What counts is the death that the first telling was followed by; others may have come since.
      const death = lines.find((other, at) => at > (before?.index ?? 0) && other.what === 'killed');
      const mayRepeat = before !== undefined && death !== undefined && death.at - before.at <= TOLD_AGAIN_MS;
      if (before !== undefined && !mayRepeat)
        problems.push(
          `fill ${line.tradeId} was told twice, first ${(death?.at ?? Infinity) - before.at} ms before a death (${death?.what === 'killed' ? death.where : 'none'})`,
        );
      toldAt.set(line.tradeId, { at: line.at, index });
    }
    for (const id of made) if (!toldAt.has(id)) problems.push(`fill ${id} was never told`);
    return problems;
  }

  async end(): Promise<void> {
    await Promise.all([this.child?.kill(), this.standby.kill()]);
    await this.simulator.close();
    closeSync(this.log);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
