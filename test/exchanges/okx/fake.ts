// Stand-ins for the network under test control: sockets that the test opens and speaks through, REST answers by path, budgets that allow.
// Used by the tests of this folder; the real protocol in full is tested against the simulator.

import { Decimal } from '../../../src/domain/decimal.ts';
import type { Assets } from '../../../src/domain/order.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import type { AccountFeedHandlers, CreateCommand, FeedEvent } from '../../../src/exchanges/exchange.ts';
import { instrumentOf } from '../../../src/exchanges/okx/decode-market.ts';
import { isRow, parse, type Row } from '../../../src/exchanges/okx/frames.ts';
import type { HttpRequest, HttpResponse, Socket, SocketHandlers, Transport } from '../../../src/seam/transport.ts';
import type { RateBudget, RateBudgets } from '../../../src/wire/rate-budget.ts';

export class FakeSocket implements Socket {
  readonly url: string;
  readonly handlers: SocketHandlers;
  readonly sent: string[] = [];
  isOpen = false;
  isGone = false;

  constructor(url: string, handlers: SocketHandlers) {
    this.url = url;
    this.handlers = handlers;
  }

  send(text: string): boolean {
    if (this.isOpen) this.sent.push(text);
    return this.isOpen;
  }
  ping(): void {}
  close(): void {
    this.endSoon(1000);
  }
  terminate(): void {
    this.endSoon(1006);
  }
  /** As the seam wants it: never inside the call that causes it. */
  private endSoon(code: number): void {
    this.isOpen = false;
    queueMicrotask(() => this.end(code, ''));
  }

  // ---- what the exchange does

  open(): void {
    this.isOpen = true;
    this.handlers.onOpen();
  }
  say(frame: unknown): void {
    this.handlers.onFrame(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
  }
  end(code: number, reason: string): void {
    if (this.isGone) return;
    this.isOpen = false;
    this.isGone = true;
    this.handlers.onClose(code, reason);
  }
  /** The last thing it was told, as JSON. */
  get last(): Row {
    return asRow(parse(this.sent.at(-1) ?? ''));
  }
  get all(): Row[] {
    return this.sent.map((text) => asRow(parse(text)));
  }
  loginOk(): void {
    this.say({ event: 'login', code: '0', msg: '', connId: 'a4d3ae55' });
  }
  acknowledge(...channels: string[]): void {
    for (const channel of channels) this.say({ event: 'subscribe', arg: { channel }, connId: 'a4d3ae55' });
  }
  /** All the way to a live private session. */
  goLive(): void {
    this.open();
    this.loginOk();
    this.acknowledge('orders', 'account');
  }
}

function asRow(value: unknown): Row {
  return isRow(value) ? value : {};
}

export type RestAnswer = HttpResponse | Error;

export class FakeTransport implements Transport {
  readonly sockets: FakeSocket[] = [];
  readonly requests: HttpRequest[] = [];
  /** Answers by path; the last one of a path stays. */
  readonly answers = new Map<string, RestAnswer[]>();

  connect(url: string, handlers: SocketHandlers): FakeSocket {
    const socket = new FakeSocket(url, handlers);
    this.sockets.push(socket);
    return socket;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const path = new URL(request.url).pathname.replace('/api/v5/', '');
    const queue = this.answers.get(path) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer === undefined) return Promise.reject(new Error(`no answer prepared for ${path}`));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  /** Prepares the answers to a path below /api/v5/, in order. */
  answer(path: string, ...answers: (RestAnswer | Row)[]): void {
    this.answers.set(
      path,
      answers.map((given) => (given instanceof Error || isResponse(given) ? given : json(given))),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

function isResponse(value: Row | HttpResponse): value is HttpResponse {
  return typeof value['status'] === 'number' && typeof value['body'] === 'string';
}

export function json(body: unknown, status = 200): HttpResponse {
  return { status, headers: {}, body: JSON.stringify(body) };
}
export const rows = (...data: Row[]): Row => ({ code: '0', msg: '', data });

/** Budgets that always allow, and note what was asked for. */
export class OpenBudgets implements RateBudgets {
  readonly taken: string[] = [];
  get(key: string): RateBudget {
    const note = (cost: number, priority: string): void => void this.taken.push(`${key} ${cost} ${priority}`);
    return {
      tryTake: (cost, priority) => {
        note(cost, priority);
        return true;
      },
      take: (cost, priority) => {
        note(cost, priority);
        return Promise.resolve(0);
      },
      turn: () => Promise.resolve(0),
      hasRoom: () => true,
      fits: () => true,
      spend: (cost) => note(cost, 'spent'),
      mark: () => 0,
      replace: () => undefined,
      correct: () => {},
      blockFor: (ms) => void this.taken.push(`${key} blocked ${ms}`),
      waitTime: () => 0,
      used: 0,
    };
  }
}

/** A diary of what a feed told. */
export class FeedDiary implements AccountFeedHandlers {
  readonly lines: string[] = [];
  readonly reports: OrderReport[] = [];
  readonly assets: Assets[] = [];
  readonly events: FeedEvent[] = [];
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
    this.events.push(event);
    this.lines.push(event.type);
  }
  onFatal(error: Error): void {
    this.lines.push(`fatal: ${error.message}`);
  }
  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

export const btcUsdt = instrumentOf({
  instType: 'SPOT',
  instId: 'BTC-USDT',
  instIdCode: 3,
  tickSz: '0.1',
  lotSz: '0.00000001',
  minSz: '0.00001',
  state: 'live',
})!;

export function limitOrder(fields: Partial<CreateCommand> = {}): CreateCommand {
  return {
    instrument: btcUsdt,
    clientOrderId: 'a1',
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('2.15'),
    quantity: Decimal.from('2'),
    quoteQuantity: null,
    extra: {},
    ...fields,
  };
}
