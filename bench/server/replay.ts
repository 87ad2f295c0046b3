// The server of the order-update cases: private streams that play prepared frames, and an order entry that notes when bytes arrive.
// Everything else a client asks while it starts is answered by the simulator behind it.

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { startSimulator, type RunningSimulator } from '../../src/simulator/index.ts';
import { answer } from '../harness/child.ts';
import { orderFrames, type ExchangeName } from '../harness/order-frames.ts';
import { acceptedReply, acceptedRest, isOrderPath, replyTo } from './words.ts';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

let simulator: RunningSimulator;
let exchange: ExchangeName = 'binance';
/** The private stream: the connection that subscribed last. */
let stream: WebSocket | null = null;
let frames: Buffer[] = [];
/** Arrivals of orders: client order id to time. */
let arrivals = new Map<string, number>();
let refuseSecondSocket = false;
let sockets = 0;
/** Delay of every answer of the order entry and of proxied requests, ms. */
let delay = 0;
/** How many requests came, by method and path. */
const requests = new Map<string, number>();

/** A text frame as a server sends it (unmasked), ready for the socket. */
function wsFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : payload.length < 65_536
        ? Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255])
        : Buffer.from([0x81, 127, 0, 0, 0, 0, ...new Uint8Array(new Uint32Array([payload.length]).buffer).reverse()]);
  return Buffer.concat([head, payload]);
}

/** What has come is noted before anything is answered: the arrival of an order is not to wait for the answer to the one before. */
function later(fn: () => void): void {
  if (delay === 0) setImmediate(fn);
  else setTimeout(fn, delay);
}

function serveSocket(socket: WebSocket): void {
  sockets++;
  socket.on('error', () => undefined);
  // As every exchange does: a client that hears nothing for long gives the connection up.
  const pings = setInterval(() => socket.ping(), 10_000);
  socket.on('close', () => {
    clearInterval(pings);
    sockets--;
  });
  socket.on('message', (data: Buffer) => {
    const at = now();
    const text = data.toString();
    const id = /"(?:newClientOrderId|clOrdId|client-order-id)":"([^"]+)"/.exec(text)?.[1];
    if (id !== undefined) {
      arrivals.set(id, at);
      later(() => socket.send(acceptedReply(exchange, text, id)));
      return;
    }
    const { replies, isStream } = replyTo(exchange, text);
    if (isStream) stream = socket;
    for (const reply of replies) socket.send(reply);
  });
}

async function proxy(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = now();
  const url = request.url ?? '/';
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const key = `${request.method} ${url.split('?')[0]}`;
  requests.set(key, (requests.get(key) ?? 0) + 1);
  if (isOrderPath(exchange, request.method ?? '', url)) {
    const id =
      /(?:newClientOrderId=|"clOrdId":"|"client-order-id":")([A-Za-z0-9_-]+)/.exec(
        url.includes('newClientOrderId') ? url : body,
      )?.[1] ?? '';
    arrivals.set(id, at);
    later(() => {
      response.setHeader('content-type', 'application/json');
      response.end(acceptedRest(exchange, id));
    });
    return;
  }
  const rest = new URL(simulator.endpoints[exchange]?.['rest'] ?? '');
  // With the headers as they came, the host among them: some exchanges sign it.
  const onward = httpRequest(
    { host: rest.hostname, port: rest.port, path: url, method: request.method, headers: request.headers },
    (answered) => {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of answered) parts.push(part as Buffer);
        // The exchange's own limit on orders would be all that is measured.
        const text = Buffer.concat(parts)
          .toString()
          .replace(/("rateLimitType":"ORDERS"[^}]*"limit":)\d+/g, '$11000000');
        response.statusCode = answered.statusCode ?? 500;
        response.setHeader('content-type', answered.headers['content-type'] ?? 'application/json');
        later(() => response.end(text));
      })();
    },
  );
  onward.on('error', () => response.destroy());
  onward.end(body);
}

async function begin(
  name: ExchangeName,
  options: { refuseSecondSocket?: boolean; delay?: number } = {},
): Promise<object> {
  exchange = name;
  refuseSecondSocket = options.refuseSecondSocket ?? false;
  delay = options.delay ?? 0;
  simulator = await startSimulator({ exchanges: [name], market: 'quiet', seed: 1 });
  const http = createServer((request, response) => {
    void proxy(request, response);
  });
  http.keepAliveTimeout = 60_000;
  http.on('connection', (socket) => socket.setNoDelay(true));
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request, socket: Socket, head) => {
    if (refuseSecondSocket && sockets > 0) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    webSockets.handleUpgrade(request, socket, head, serveSocket);
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  const ws = `ws://127.0.0.1:${port}`;
  const endpoints = {
    binance: { rest: `http://127.0.0.1:${port}`, wsApi: `${ws}/ws-api/v3`, stream: ws },
    okx: {
      rest: `http://127.0.0.1:${port}`,
      wsPublic: `${ws}/ws/v5/public`,
      wsPrivate: `${ws}/ws/v5/private`,
      wsBusiness: `${ws}/ws/v5/business`,
    },
    htx: {
      rest: `http://127.0.0.1:${port}`,
      wsMarket: `${ws}/ws`,
      wsFeed: `${ws}/feed`,
      wsPrivate: `${ws}/ws/v2`,
      wsTrade: `${ws}/ws/trade`,
    },
  }[name];
  return { endpoints, account: simulator.accounts[0] };
}

const CHUNK = 64 * 1024;

function socketOf(webSocket: WebSocket): Socket {
  return (webSocket as unknown as { readonly _socket: Socket })._socket;
}

/** As fast as the client reads: many frames to a segment, as after a stall of the network. */
async function flood(from: number, to: number): Promise<void> {
  if (stream === null) throw new Error('nobody subscribed');
  const socket = socketOf(stream);
  for (let index = from; index < to;) {
    const chunk: Buffer[] = [];
    for (let size = 0; index < to && size < CHUNK; index++) {
      const frame = frames[index] ?? Buffer.alloc(0);
      chunk.push(frame);
      size += frame.length;
    }
    if (!socket.write(Buffer.concat(chunk))) await new Promise((resolve) => socket.once('drain', resolve));
  }
}

/** One frame at a time at an even pace; returns when each left. */
async function paced(from: number, to: number, perSecond: number): Promise<Float64Array> {
  if (stream === null) throw new Error('nobody subscribed');
  const socket = socketOf(stream);
  const sent = new Float64Array(to - from);
  const start = now() + 5;
  for (let index = 0; index < sent.length;) {
    const due = start + (index * 1_000) / perSecond;
    if (now() < due) {
      // Waiting awake: this core has nothing else to do, and timers are too coarse.
      if (due - now() > 0.05) await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    const frame = frames[from + index] ?? Buffer.alloc(0);
    sent[index] = now();
    socket.write(frame);
    index++;
  }
  return sent;
}

answer({
  begin,
  prepare(count: number, clientIdPrefix: string, startTime: number) {
    frames = orderFrames(exchange, count, { clientIdPrefix, startTime }).map(wsFrame);
    return frames.reduce((sum, frame) => sum + frame.length, 0);
  },
  prepareBlock(block: number, orders: number, clientIdPrefix: string, startTime: number) {
    const lives = { clientIdPrefix, startTime, orders, first: block * orders };
    frames = orderFrames(exchange, Infinity, lives).map(wsFrame);
    return frames.length;
  },
  flood,
  paced,
  arrivals() {
    const all = arrivals;
    arrivals = new Map();
    return all;
  },
  requests: () => Object.fromEntries(requests),
});
