// A client of the simulated Binance for tests: signed REST calls and sockets over the in-memory carrier, on a virtual clock.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { HandshakeError, type HttpRequest } from '../../../src/seam/transport.ts';
import { binanceDialect, type BinanceOptions } from '../../../src/simulator/binance/index.ts';
import type { AccountSettings } from '../../../src/simulator/engine/account.ts';
import { createVenue, type MatchingVenue, type VenueOptions } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import type { Latency } from '../../../src/simulator/gateway/gateway.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import type { VenueInstrument } from '../../../src/simulator/venue.ts';
import { d, instrument } from '../support.ts';

export const HOST = 'binance.test';
export const START = 1_795_300_000_000;
export const BTC = 'BTC/USDT';

/** What the wire's JSON is read into. */
export type Json = Record<string, unknown>;
const jsonObject: z.ZodType<Json> = z.record(z.string(), z.unknown());
const jsonList = z.array(jsonObject);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Json;
  readonly list: Json[];
}

export interface Identity {
  readonly key: string;
  readonly secret: string;
}
export const DEMO: Identity = { key: 'key-1', secret: 'secret-1' };
export const OTHER: Identity = { key: 'key-2', secret: 'secret-2' };

export type Fields = Readonly<Record<string, string | number>>;

export interface SocketClient {
  /** Frames as text, in order. */
  readonly frames: string[];
  /** Close code, once closed. */
  closed: number | null;
  readonly pings: number;
  send(text: string): void;
  /** WebSocket API call; resolves with its response. */
  call(method: string, params?: Json, id?: string): Promise<Json>;
  /** As `call`, signed. */
  signed(method: string, params?: Fields, identity?: Identity): Promise<Json>;
  /** Frames that are pushed events, parsed. */
  events(): Json[];
  /** The same without envelope. */
  reports(): Json[];
  close(): void;
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  readonly exchange: SimulatedExchange;
  get(path: string, query?: string, headers?: Record<string, string>): Promise<Answer>;
  raw(request: Partial<HttpRequest> & { readonly url: string }): Promise<Answer>;
  /** Signed over REST. */
  signed(method: HttpRequest['method'], path: string, fields?: Fields, identity?: Identity): Promise<Answer>;
  open(path: string): Promise<SocketClient>;
  /** Handshakes that were refused. */
  readonly refusals: readonly HandshakeError[];
  run<T>(work: Promise<T>): Promise<T>;
  /** Client ids of the open orders of account 1, from the engine. */
  openIds(): string[];
}

export function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

export function account(uid: number, extra: Partial<AccountSettings> = {}): AccountSettings {
  return {
    name: `account-${uid}`,
    uid,
    accessKey: `key-${uid}`,
    secretKey: `secret-${uid}`,
    passphrase: '',
    balances: { BTC: '10', USDT: '1000000', BNB: '10' },
    ...extra,
  };
}

export const INSTRUMENTS: readonly VenueInstrument[] = [
  { ...instrument(BTC, '0.01', '0.00001', 1), minNotional: d(5), maxQuantity: d(9000) },
  { ...instrument('BNB/USDT', '0.01', '0.001', 2), minNotional: d(5), maxQuantity: d(9000) },
];

export function binanceBench(
  options: Partial<BinanceOptions> = {},
  venueOptions: Partial<VenueOptions> = {},
  latency?: Latency,
): Bench {
  const clock = new VirtualClock(START);
  const venue = createVenue({
    clock,
    random: seededRandom('binance'),
    instruments: INSTRUMENTS,
    accounts: [account(1), account(2)],
    firstOrderId: 48_123_456_789n,
    ...venueOptions,
  });
  const exchange = new SimulatedExchange({
    name: 'binance',
    venue,
    dialect: binanceDialect(options),
    clock,
    random: seededRandom('dialect'),
    seed: 1,
    ...(latency === undefined ? {} : { wayIn: latency, wayOut: latency }),
  });
  const transport = inMemoryTransport(new Map([[HOST, exchange]]), clock, { networkMs: 0 });
  const run = <T>(work: Promise<T>): Promise<T> => clock.runFor(work, 600_000);

  async function raw(request: Partial<HttpRequest> & { readonly url: string }): Promise<Answer> {
    const reply = await run(transport.request({ method: 'GET', headers: {}, timeoutMs: 60_000, ...request }));
    const text = reply.body;
    return {
      status: reply.status,
      headers: reply.headers,
      text,
      get json() {
        return jsonObject.parse(JSON.parse(text));
      },
      get list() {
        return jsonList.parse(JSON.parse(text));
      },
    };
  }

  const get: Bench['get'] = (path, query = '', headers = {}) =>
    raw({ url: `http://${HOST}${path}${query === '' ? '' : `?${query}`}`, headers });

  const signed: Bench['signed'] = (method, path, fields = {}, identity = DEMO) => {
    const all: Fields = { ...fields, timestamp: fields['timestamp'] ?? clock.now() };
    const query = Object.entries(all)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    const url = `http://${HOST}${path}?${query}&signature=${hmac(identity.secret, query)}`;
    return raw({ method, url, headers: { 'X-MBX-APIKEY': identity.key } });
  };

  const refusals: HandshakeError[] = [];
  async function open(path: string): Promise<SocketClient> {
    const frames: string[] = [];
    const waiting = new Map<string, (frame: Json) => void>();
    let serial = 0;
    let pings = 0;
    const client: SocketClient = {
      frames,
      closed: null,
      get pings() {
        return pings;
      },
      send: (text) => void socket.send(text),
      call(method, params, id = `t${serial++}`) {
        const answer = new Promise<Json>((resolve) => waiting.set(id, resolve));
        socket.send(JSON.stringify({ id, method, ...(params === undefined ? {} : { params }) }));
        return run(answer);
      },
      signed(method, params = {}, identity = DEMO) {
        const all: Record<string, string | number> = {
          ...params,
          apiKey: identity.key,
          timestamp: params['timestamp'] ?? clock.now(),
        };
        const text = Object.keys(all)
          .sort()
          .map((name) => `${name}=${all[name]}`)
          .join('&');
        return client.call(method, { ...all, signature: hmac(identity.secret, text) });
      },
      events: () => frames.map((text) => jsonObject.parse(JSON.parse(text))).filter((frame) => 'event' in frame),
      reports: () => client.events().map((frame) => jsonObject.parse(frame['event'])),
      close: () => socket.close(),
    };
    let onOpen: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (onOpen = resolve));
    const socket = transport.connect(`ws://${HOST}${path}`, {
      onOpen: () => onOpen(),
      onFrame(data) {
        const text = data.toString();
        frames.push(text);
        const frame: unknown = JSON.parse(text);
        if (typeof frame === 'object' && frame !== null && 'id' in frame && typeof frame.id === 'string') {
          waiting.get(frame.id)?.(jsonObject.parse(frame));
        }
      },
      onPing: () => pings++,
      onClose(code, _reason, error) {
        if (error instanceof HandshakeError) refusals.push(error);
        client.closed = code;
        onOpen();
      },
    });
    await run(opened);
    return client;
  }

  return {
    clock,
    venue,
    exchange,
    get,
    raw,
    signed,
    open,
    refusals,
    run,
    openIds: () => venue.openOrders(1, null).map((order) => order.clientOrderId),
  };
}

/** Fields of a limit order that rests: the book is empty in a new bench. */
export const LIMIT: Fields = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.00300000',
  price: '60000.00',
  newClientOrderId: 'aq-000001',
};

/** `-1121 Invalid symbol.` of an error body. */
export function refusal(answer: { readonly json: Json }): string {
  return `${String(answer.json['code'])} ${String(answer.json['msg'])}`;
}
