// A client of the simulated OKX for tests: signed requests and sockets over the in-memory carrier, on a virtual clock.
import { createHmac } from 'node:crypto';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import type { Socket } from '../../../src/seam/transport.ts';
import { createVenue, type MatchingVenue, type VenueOptions } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import { okxDialect, type OkxOptions } from '../../../src/simulator/okx/index.ts';
import type { Latency } from '../../../src/simulator/gateway/gateway.ts';
import { INSTRUMENTS, account, d } from '../support.ts';

export type Json = Record<string, unknown>;

export const HOST = 'okx.test';
export const FIRST_ORDER_ID = 3_470_000_000_000_000_000n;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Json;
  /** `data` of the body; [] when there is none. */
  readonly data: Json[];
}

export interface Identity {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
}

export const DEMO: Identity = { accessKey: 'key-1', secretKey: 'secret-1', passphrase: 'phrase' };
export const OTHER: Identity = { accessKey: 'key-2', secretKey: 'secret-2', passphrase: 'phrase' };

export function sign(secretKey: string, text: string): string {
  return createHmac('sha256', secretKey).update(text).digest('base64');
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  readonly exchange: SimulatedExchange;
  /** A request without credentials, or with exactly the headers given. */
  readonly raw: (
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly get: (path: string, identity?: Identity) => Promise<Answer>;
  readonly post: (
    path: string,
    body: unknown,
    identity?: Identity,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  readonly open: (path: 'public' | 'private' | 'business') => Promise<SocketClient>;
  /** A private socket that has logged in. */
  readonly login: (identity?: Identity) => Promise<SocketClient>;
}

/** Two accounts, EOS-USDT (code 1) and BNB-USDT (code 2), an empty book, no latency. */
export function okxBench(options: OkxOptions = {}, venueOptions: Partial<VenueOptions> = {}, latency?: Latency): Bench {
  const clock = new VirtualClock();
  const venue = createVenue({
    clock,
    random: seededRandom('okx'),
    instruments: INSTRUMENTS,
    accounts: [1, 2].map((uid) => account(uid, { makerFee: d('0.0008'), takerFee: d('0.001') })),
    firstOrderId: FIRST_ORDER_ID,
    ...venueOptions,
  });
  const exchange = new SimulatedExchange({
    name: 'okx',
    venue,
    dialect: okxDialect({ inventedMinutes: 0, ...options }),
    clock,
    random: seededRandom('dialect'),
    seed: 1,
    ...(latency === undefined ? {} : { wayIn: latency, wayOut: latency }),
  });
  const transport = inMemoryTransport(new Map([[HOST, exchange]]), clock);

  const raw: Bench['raw'] = async (method, path, body, headers = {}) => {
    const url = `http://${HOST}${path}`;
    const call = transport.request({
      method,
      url,
      headers,
      timeoutMs: 10_000,
      ...(body === undefined ? {} : { body }),
    });
    const { status, body: text } = await clock.runFor(call);
    let json: Json = {};
    if (text.startsWith('{')) json = JSON.parse(text) as Json;
    return { status, text, body: json, data: (json['data'] ?? []) as Json[] };
  };
  const signed = (
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    identity: Identity,
    headers: Record<string, string>,
  ): Promise<Answer> => {
    const timestamp = new Date(clock.now()).toISOString();
    return raw(method, path, body, {
      'OK-ACCESS-KEY': identity.accessKey,
      'OK-ACCESS-SIGN': sign(identity.secretKey, timestamp + method + path + (body ?? '')),
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-PASSPHRASE': identity.passphrase,
      'Content-Type': 'application/json',
      ...headers,
    });
  };
  const open: Bench['open'] = async (path) => {
    const client = new SocketClient(clock);
    client.attach((handlers) => transport.connect(`ws://${HOST}/ws/v5/${path}`, handlers));
    await clock.runUntil(() => client.isOpen || client.closed !== null, 1000);
    return client;
  };
  return {
    clock,
    venue,
    exchange,
    raw,
    get: (path, identity = DEMO) => signed('GET', path, undefined, identity, {}),
    post: (path, body, identity = DEMO, headers = {}) => signed('POST', path, JSON.stringify(body), identity, headers),
    open,
    login: async (identity = DEMO) => {
      const client = await open('private');
      client.send(loginFrame(clock, identity));
      await client.next((frame) => frame['event'] === 'login');
      return client;
    },
  };
}

export function loginFrame(clock: VirtualClock, identity: Identity, at: number = clock.now()): Json {
  const timestamp = String(Math.floor(at / 1000));
  return {
    op: 'login',
    args: [
      {
        apiKey: identity.accessKey,
        passphrase: identity.passphrase,
        timestamp,
        sign: sign(identity.secretKey, `${timestamp}GET/users/self/verify`),
      },
    ],
  };
}

export class SocketClient {
  readonly texts: string[] = [];
  readonly frames: Json[] = [];
  closed: { code: number; reason: string; error: string } | null = null;
  isOpen = false;
  private readonly clock: VirtualClock;
  private socket: Socket | null = null;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  attach(connect: (handlers: Parameters<ReturnType<typeof inMemoryTransport>['connect']>[1]) => Socket): void {
    this.socket = connect({
      onOpen: () => {
        this.isOpen = true;
      },
      onFrame: (data) => {
        const text = data.toString();
        this.texts.push(text);
        if (text.startsWith('{')) this.frames.push(JSON.parse(text) as Json);
      },
      onClose: (code, reason, error) => {
        this.isOpen = false;
        this.closed = { code, reason, error: error?.message ?? '' };
      },
    });
  }

  send(frame: Json | string): void {
    this.socket?.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  close(): void {
    this.socket?.close();
  }

  /** Takes the first frame that satisfies; the others stay. */
  async next(wanted: (frame: Json) => boolean, limitMs = 5000): Promise<Json> {
    const find = (): number => this.frames.findIndex(wanted);
    if (!(await this.clock.runUntil(() => find() >= 0, limitMs))) {
      throw new Error(`no such frame; there were ${JSON.stringify(this.frames)}`);
    }
    const index = find();
    const frame = this.frames[index] as Json;
    this.frames.splice(index, 1);
    return frame;
  }

  /** Subscribes and waits for the acknowledgement (or the error) of each arg. */
  async subscribe(...args: Json[]): Promise<Json[]> {
    this.send({ op: 'subscribe', args });
    const answers: Json[] = [];
    for (const _ of args) {
      answers.push(await this.next(({ event }) => event === 'subscribe' || event === 'error'));
    }
    return answers;
  }

  async operation(op: string, args: unknown, extra: Json = {}): Promise<Json> {
    const id = `op${this.texts.length}`;
    this.send({ id, op, args, ...extra });
    return this.next((frame) => frame['id'] === id);
  }

  /** The rows of the next push of a channel. */
  async push(channel: string): Promise<{ frame: Json; row: Json }> {
    const frame = await this.next(({ arg, event }) => event === undefined && (arg as Json)['channel'] === channel);
    return { frame, row: (frame['data'] as Json[])[0] ?? {} };
  }

  /** Everything pushed on a channel within `ms`. */
  async during(channel: string, ms: number): Promise<Json[]> {
    await this.clock.advance(ms);
    const found = this.frames.filter(
      ({ arg, event }) => event === undefined && arg !== undefined && (arg as Json)['channel'] === channel,
    );
    this.frames.length = 0;
    return found;
  }
}

/** The first row of a frame; {} when it has none. */
export function rowOf(frame: Json | undefined): Json {
  return ((frame?.['data'] ?? []) as Json[])[0] ?? {};
}

/** A limit order on EOS-USDT as REST takes it. */
export function limitOrder(side: 'buy' | 'sell', px: string, sz: string, extra: Json = {}): Json {
  return { instId: 'EOS-USDT', tdMode: 'cash', side, ordType: 'limit', px, sz, ...extra };
}

/** The same as the socket takes it. */
export function socketOrder(side: 'buy' | 'sell', px: string, sz: string, extra: Json = {}): Json {
  return { instIdCode: 1, tdMode: 'cash', side, ordType: 'limit', px, sz, ...extra };
}
