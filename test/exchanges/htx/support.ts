// What the tests of this folder share: fixtures of the reference, reports in a form that compares well, a table of symbols, an instrument.
import { readFileSync } from 'node:fs';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import type { Assets } from '../../../src/domain/order.ts';
import type { AccountFeedHandlers, CreateCommand, FeedEvent } from '../../../src/exchanges/exchange.ts';
import { isRow, text, type Row } from '../../../src/exchanges/htx/frames.ts';
import { instrumentOf } from '../../../src/exchanges/htx/decode-market.ts';
import { SymbolTable } from '../../../src/exchanges/htx/symbols.ts';
import type { HttpRequest, HttpResponse, Socket, SocketHandlers, Transport } from '../../../src/seam/transport.ts';
import { parseJson } from '../../../src/wire/json.ts';

/** Reads a fixture the way frames are read from the wire. */
export function fixture(name: string): Row[] {
  const parsed = parseJson(readFileSync(new URL(`../../fixtures/htx/${name}.json`, import.meta.url), 'utf8'));
  if (!Array.isArray(parsed) || !parsed.every(isRow)) throw new Error(`${name}.json: expected a list of objects`);
  return parsed;
}

/** A fixture as rows of a table of tests, each with its section as title. */
export function named(name: string): [string, Row][] {
  return fixture(name).map((example) => [text(example, 'section'), example]);
}

/** What a report states, decimals as text; what it leaves unsaid is left out. */
export function stated(report: OrderReport | null): unknown {
  return report === null ? null : withoutNulls(JSON.parse(JSON.stringify(report)));
}

function withoutNulls(value: unknown): unknown {
  if (!isRow(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}

export function rowAt(row: Row, name: string): Row {
  const value = row[name];
  if (!isRow(value)) throw new Error(`${name}: expected an object`);
  return value;
}

export function symbols(): SymbolTable {
  const table = new SymbolTable();
  for (const [base, quote] of [
    ['BTC', 'USDT'],
    ['LTC', 'USDT'],
    ['ADA', 'USDT'],
    ['POLY', 'USDT'],
  ] as const)
    table.learn(`${base}${quote}`.toLowerCase(), `${base}/${quote}`);
  return table;
}

/** A row of market-symbols, its numbers as text (as the connector reads it). */
export const BTC_USDT_ROW: Row = {
  symbol: 'btcusdt',
  state: 'online',
  bc: 'btc',
  qc: 'usdt',
  pp: '2',
  ap: '6',
  vp: '8',
  minoa: '1.0E-5',
  maxoa: '1000',
  minov: '5',
  lominoa: '1.0E-5',
  lomaxoa: '1000',
  lomaxba: '500',
  lomaxsa: '400.5',
  smminoa: '1.0E-5',
  smmaxoa: '100',
  bmmaxov: '1000000',
  blmlt: '1.1',
  slmgt: '0.9',
  at: 'enabled',
};

export const btcUsdt = instrumentOf(BTC_USDT_ROW)!;

export function command(fields: Partial<CreateCommand> = {}): CreateCommand {
  return {
    instrument: btcUsdt,
    clientOrderId: 'k1-000001',
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('32000'),
    quantity: Decimal.from('0.001'),
    quoteQuantity: null,
    extra: {},
    ...fields,
  };
}

export function marketBuy(fields: Partial<CreateCommand>): CreateCommand {
  return command({ orderType: 'MARKET', price: null, quantity: null, ...fields });
}

/** A diary of what a feed told. */
export class FeedDiary implements AccountFeedHandlers {
  readonly lines: string[] = [];
  readonly reports: OrderReport[] = [];
  readonly assets: Assets[] = [];
  onLive(): void {
    this.lines.push('live');
  }
  onBroken(reason: string): void {
    this.lines.push(`broken: ${reason}`);
  }
  onReports(reports: readonly OrderReport[]): void {
    this.reports.push(...reports);
  }
  onAssets(assets: Assets): void {
    this.assets.push(assets);
  }
  onEvent(event: FeedEvent): void {
    this.lines.push(event.type === 'exception' ? `exception: ${event.error.message}` : event.type);
  }
  onFatal(error: Error): void {
    this.lines.push(`fatal: ${error.message}`);
  }
  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

/** A socket that the test opens, speaks through and ends. */
export class FakeSocket implements Socket {
  readonly url: string;
  readonly handlers: SocketHandlers;
  readonly sent: string[] = [];
  pings = 0;
  isOpen = false;
  isGone = false;

  constructor(url: string, handlers: SocketHandlers) {
    this.url = url;
    this.handlers = handlers;
  }
  send(frame: string): boolean {
    if (this.isOpen) this.sent.push(frame);
    return this.isOpen;
  }
  ping(): void {
    this.pings++;
  }
  close(): void {
    this.end(1000, '');
  }
  terminate(): void {
    this.end(1006, '');
  }
  open(): void {
    this.isOpen = true;
    this.handlers.onOpen();
  }
  say(frame: unknown, binary = false): void {
    this.handlers.onFrame(
      Buffer.isBuffer(frame) ? frame : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      binary,
    );
  }
  end(code: number, reason: string): void {
    if (this.isGone) return;
    this.isOpen = false;
    this.isGone = true;
    this.handlers.onClose(code, reason);
  }
  /** What it was told, as JSON. */
  get all(): Row[] {
    return this.sent.map((frame) => {
      const value = parseJson(frame);
      return isRow(value) ? value : {};
    });
  }
  get last(): Row {
    return this.all.at(-1) ?? {};
  }
}

/** Sockets under the test's control, and REST answers by path; the last answer of a path stays. */
export class FakeTransport implements Transport {
  readonly sockets: FakeSocket[] = [];
  readonly requests: HttpRequest[] = [];
  readonly answers = new Map<string, (HttpResponse | Error)[]>();

  connect(url: string, handlers: SocketHandlers): FakeSocket {
    const socket = new FakeSocket(url, handlers);
    this.sockets.push(socket);
    return socket;
  }
  request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const path = new URL(request.url).pathname;
    const queue = this.answers.get(path) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer === undefined) return Promise.reject(new Error(`no answer prepared for ${path}`));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
  answer(path: string, ...answers: (Row | Error | { status: number; body: string })[]): void {
    this.answers.set(
      path,
      answers.map((given) => {
        if (given instanceof Error) return given;
        const { status, body } = given;
        return typeof status === 'number' && typeof body === 'string'
          ? { status, headers: {}, body }
          : { status: 200, headers: {}, body: JSON.stringify(given) };
      }),
    );
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was dialled');
    return socket;
  }
}
