// A client of the simulated HTX for tests: signed REST calls and the four sockets over the in-memory carrier, on a virtual clock.
import { createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import type { Socket } from '../../../src/seam/transport.ts';
import { createVenue, type MatchingVenue, type VenueOptions } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import { htxDialect } from '../../../src/simulator/htx/index.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import { account, INSTRUMENTS, order, RULES } from '../support.ts';

export type Json = Record<string, unknown>;

export const HOST = 'htx.test';
export const FIRST_ORDER_ID = 1_474_908_579_893_191n;
/** The spot account of user 1; the decoy before it is 10. */
export const ACCOUNT_ID = '11';

export interface Identity {
  readonly key: string;
  readonly secret: string;
}
export const DEMO: Identity = { key: 'key-1', secret: 'secret-1' };
export const OTHER: Identity = { key: 'key-2', secret: 'secret-2' };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Json;
}

export type Query = Readonly<Record<string, string>>;

export interface Bench {
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  readonly exchange: SimulatedExchange;
  readonly raw: (
    method: 'GET' | 'POST',
    path: string,
    options?: { readonly body?: string; readonly headers?: Record<string, string> },
  ) => Promise<Answer>;
  readonly get: (path: string, query?: Query, identity?: Identity) => Promise<Answer>;
  readonly post: (path: string, body?: unknown, identity?: Identity) => Promise<Answer>;
  /** Places a limit order of account 1 over REST and gives its id. */
  readonly place: (fields?: Json) => Promise<string>;
  /** An order of the other account, past the wire. */
  readonly other: (side: 'BUY' | 'SELL', price: string, quantity: string) => void;
  readonly open: (path: string) => Promise<SocketClient>;
  /** `/ws/v2`, logged in and subscribed. */
  readonly stream: (...channels: string[]) => Promise<SocketClient>;
}

/** `2026-11-22T08:15:30`. */
export function stamp(now: number): string {
  return new Date(now).toISOString().slice(0, 19);
}

export function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64');
}

/** Path and query of a signed request. */
export function signedPath(method: string, path: string, query: Query, identity: Identity, now: number): string {
  const all: Query = {
    ...query,
    AccessKeyId: identity.key,
    SignatureMethod: 'HmacSHA256',
    SignatureVersion: '2',
    Timestamp: stamp(now),
  };
  const text = Object.keys(all)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name}=${encodeURIComponent(all[name] ?? '')}`)
    .join('&');
  const signature = hmac(identity.secret, `${method}\n${HOST}\n${path}\n${text}`);
  return `${path}?${text}&Signature=${encodeURIComponent(signature)}`;
}

/** The login frame of `/ws/v2` and `/ws/trade`. */
export function loginFrame(path: string, identity: Identity, now: number): Json {
  const params: Query = {
    accessKey: identity.key,
    signatureMethod: 'HmacSHA256',
    signatureVersion: '2.1',
    timestamp: stamp(now),
  };
  const text = Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const signature = hmac(identity.secret, `GET\n${HOST}\n${path}\n${text}`);
  return { action: 'req', ch: 'auth', params: { authType: 'api', ...params, signature } };
}

/** A limit order on EOS/USDT, as REST takes it. */
export function limitOrder(fields: Json = {}): Json {
  return {
    'account-id': ACCOUNT_ID,
    symbol: 'eosusdt',
    type: 'buy-limit',
    amount: '10',
    price: '0.8',
    source: 'spot-api',
    ...fields,
  };
}

/** Two accounts, EOS/USDT and BNB/USDT, empty books. */
export function htxBench(
  options: Parameters<typeof htxDialect>[0] = {},
  venueOptions: Partial<VenueOptions> = {},
): Bench {
  const clock = new VirtualClock(Date.UTC(2026, 10, 22, 8, 15, 30));
  const venue = createVenue({
    clock,
    random: seededRandom('htx'),
    instruments: INSTRUMENTS,
    accounts: [account(1), account(2)],
    firstOrderId: FIRST_ORDER_ID,
    ...venueOptions,
  });
  const exchange = new SimulatedExchange({
    name: 'htx',
    venue,
    dialect: htxDialect(options),
    clock,
    random: seededRandom('dialect'),
    seed: 1,
  });
  const transport = inMemoryTransport(new Map([[HOST, exchange]]), clock);

  const raw: Bench['raw'] = async (method, path, { body, headers = {} } = {}) => {
    const call = transport.request({
      method,
      url: `http://${HOST}${path}`,
      headers,
      timeoutMs: 10_000,
      ...(body === undefined ? {} : { body }),
    });
    const reply = await clock.runFor(call);
    const isJson = reply.body.startsWith('{');
    return {
      status: reply.status,
      headers: reply.headers,
      text: reply.body,
      body: isJson ? (JSON.parse(reply.body) as Json) : {},
    };
  };
  const get: Bench['get'] = (path, query = {}, identity = DEMO) =>
    raw('GET', signedPath('GET', path, query, identity, clock.now()));
  const post: Bench['post'] = (path, body = {}, identity = DEMO) =>
    raw('POST', signedPath('POST', path, {}, identity, clock.now()), {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const open: Bench['open'] = async (path) => {
    const client = new SocketClient(clock);
    client.attach((handlers) => transport.connect(`ws://${HOST}${path}`, handlers));
    await clock.runUntil(() => client.isOpen || client.closed !== null, 1000);
    return client;
  };
  return {
    clock,
    venue,
    exchange,
    raw,
    get,
    post,
    place: async (fields = {}) => {
      const { body } = await post('/v1/order/orders/place', limitOrder(fields));
      if (body['status'] !== 'ok') throw new Error(`refused: ${JSON.stringify(body)}`);
      return String(body['data']);
    },
    other: (side, price, quantity) => void venue.place(2, order(side, price, quantity), RULES),
    open,
    stream: async (...channels) => {
      const client = await open('/ws/v2');
      client.send(loginFrame('/ws/v2', DEMO, clock.now()));
      await client.next(({ ch }) => ch === 'auth');
      for (const ch of channels) {
        client.send({ action: 'sub', ch });
        await client.next((frame) => frame['action'] === 'sub' && frame['ch'] === ch);
      }
      return client;
    },
  };
}

export class SocketClient {
  /** As they came, decompressed. */
  readonly texts: string[] = [];
  readonly frames: Json[] = [];
  /** Whether every frame so far was a compressed one. */
  compressed: boolean | null = null;
  answersPings = true;
  closed: { readonly code: number; readonly reason: string } | null = null;
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
      onFrame: (data) => this.take(data),
      onClose: (code, reason) => {
        this.isOpen = false;
        this.closed = { code, reason };
      },
    });
  }

  private take(data: Buffer | string): void {
    const isGzip = typeof data !== 'string' && data[0] === 0x1f && data[1] === 0x8b;
    this.compressed = (this.compressed ?? true) && isGzip;
    const text = isGzip ? gunzipSync(data).toString() : data.toString();
    const frame = JSON.parse(text) as Json;
    if (this.answersPings && frame['ping'] !== undefined) return this.send({ pong: frame['ping'] });
    if (this.answersPings && frame['action'] === 'ping') return this.send({ action: 'pong', data: frame['data'] });
    this.texts.push(text);
    this.frames.push(frame);
  }

  send(frame: Json | string): void {
    this.socket?.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  close(): void {
    this.socket?.close();
  }

  /** Takes the first frame that satisfies; the others stay. */
  async next(wanted: (frame: Json) => boolean = () => true, limitMs = 5000): Promise<Json> {
    const find = (): number => this.frames.findIndex(wanted);
    if (!(await this.clock.runUntil(() => find() >= 0, limitMs)))
      throw new Error(`no such frame; there were ${JSON.stringify(this.frames)}`);
    const index = find();
    const frame = this.frames[index] as Json;
    this.frames.splice(index, 1);
    return frame;
  }

  async call(frame: Json): Promise<Json> {
    this.send(frame);
    const { cid } = frame;
    return this.next((answer) => answer['cid'] === cid);
  }

  /** `data` of what was pushed so far on a channel, oldest first. */
  pushes(channel: string): Json[] {
    return this.frames.filter(({ action, ch }) => action === 'push' && ch === channel).map(({ data }) => data as Json);
  }
}

/** `code: message` of an error body. */
export function refusal({ body }: { readonly body: Json }): string {
  return `${String(body['err-code'] ?? body['code'])}: ${String(body['err-msg'] ?? body['message'])}`;
}
