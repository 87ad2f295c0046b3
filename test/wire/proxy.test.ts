// Connections through an HTTP proxy: it is asked for the exchange by name, sees nothing of what is said, and vouches for nobody.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Secret } from '../../src/domain/secret.ts';
import { realClock } from '../../src/runtime/real-clock.ts';
import { TransportError } from '../../src/seam/transport.ts';
import { Proxy } from '../../src/wire/proxy.ts';
import { realTransport } from '../../src/wire/transport-real.ts';

const pem = readFileSync(new URL('../fixtures/wire/exchange-test.pem', import.meta.url), 'utf8');
const cert = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Of the exchange `exchange.test`, vouched for by itself. */
const authorities = getCACertificates();
beforeAll(() => setDefaultCACertificates([...authorities, cert]));
afterAll(() => setDefaultCACertificates([...authorities]));

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** An exchange behind a proxy, and what the proxy was asked for. */
async function stage(
  answer: (asked: string) => 'let through' | 'silence' | number = () => 'let through',
  options: { readonly connectTimeoutMs?: number } = {},
) {
  const exchange = createSecureServer({ key: pem, cert }, (request, response) => response.end(`got ${request.url}`));
  new WebSocketServer({ server: exchange }).on('connection', (socket) => socket.send('hello'));
  const exchangePort = await listen(exchange);
  closers.push(() => exchange.closeAllConnections());
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on('connect', ({ url = '', headers }, socket) => {
    const login = Buffer.from((headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64').toString();
    asked.push(`${url} ${login}`);
    const verdict = answer(url);
    if (verdict === 'silence') {
      closers.push(() => socket.destroy());
      return;
    }
    if (verdict !== 'let through') {
      socket.end(`HTTP/1.1 ${verdict} No\r\n\r\n`);
      return;
    }
    const onward = connect(exchangePort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [onward, socket]) one.on('error', () => [onward.destroy(), socket.destroy()]);
    closers.push(() => onward.destroy());
  });
  const port = await listen(server);
  const transport = realTransport(realClock, {
    ...options,
    proxy: new Proxy(new Secret(`http://me:p%40ss@127.0.0.1:${port}`)),
  });
  closers.push(() => transport.close());
  return { asked, exchangePort, transport };
}

const get = { method: 'GET', headers: {}, timeoutMs: 5_000 } as const;

function firstFrame(transport: ReturnType<typeof realTransport>, url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = transport.connect(url, {
      onOpen() {},
      onFrame: (data) => {
        resolve(data.toString());
        socket.terminate();
      },
      onClose: (_code, reason) => resolve(`closed: ${reason}`),
    });
  });
}

it('requests and streams go through it, by the name of the exchange, with its user and password', async () => {
  const { asked, transport } = await stage();
  const { status, body } = await transport.request({ ...get, url: 'https://exchange.test/api?a=1&b=%20' });
  expect([status, body]).toEqual([200, 'got /api?a=1&b=%20']);
  expect(await firstFrame(transport, 'wss://exchange.test/ws')).toBe('hello');
  expect(asked).toEqual(['exchange.test:443 me:p@ss', 'exchange.test:443 me:p@ss']);
});

it('connections are kept: later requests ask it for none', async () => {
  const { asked, transport } = await stage();
  for (let index = 0; index < 12; index++) await transport.request({ ...get, url: `https://exchange.test/${index}` });
  // The pool opens a second one before it knows that one will do.
  expect(asked.length).toBeLessThanOrEqual(2);
});

it('an exchange it leads to must prove itself as ever, and nothing is sent to another', async () => {
  const { transport } = await stage();
  const error: unknown = await transport
    .request({ ...get, url: 'https://other.test/' })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TransportError);
  expect(error).toMatchObject({ sent: 'no', kind: 'network' });
  expect(await firstFrame(transport, 'wss://other.test/ws')).toMatch(/^closed: .*(altname|other\.test)/i);
});

it('one that refuses is a network error: nothing was sent', async () => {
  const { transport } = await stage(() => 407);
  const error: unknown = await transport
    .request({ ...get, url: 'https://exchange.test/' })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ sent: 'no', kind: 'network' });
  expect(String(error)).not.toContain('p@ss');
  expect(await firstFrame(transport, 'wss://exchange.test/ws')).toMatch(/^closed: /);
});

it('one that says nothing holds up only what waits for it, and for no longer than a connection may take', async () => {
  let isSilent = true;
  const { transport, asked } = await stage(() => (isSilent ? 'silence' : 'let through'), { connectTimeoutMs: 300 });
  const unanswered = Array.from({ length: 70 }, async (_, index) => {
    const call = { ...get, timeoutMs: 200, url: `https://exchange.test/${index}` };
    return (await transport.request(call).catch((reason: unknown) => reason)) instanceof TransportError;
  });
  expect(new Set(await Promise.all(unanswered))).toEqual(new Set([true]));
  isSilent = false;
  const before = asked.length;
  let status: number | null = null;
  for (let tries = 0; status === null && tries < 10; tries++) {
    const call = { ...get, timeoutMs: 300, url: 'https://exchange.test/' };
    status = (await transport.request(call).catch(() => null))?.status ?? null;
  }
  expect(status).toBe(200);
  expect(asked.length).toBeGreaterThan(before);
});

it('a simulator on this machine, or without TLS, is reached directly', async () => {
  const { asked, transport } = await stage();
  const plain = createServer((_request, response) => response.end('direct'));
  const port = await listen(plain);
  expect((await transport.request({ ...get, url: `http://127.0.0.1:${port}/` })).body).toBe('direct');
  expect(asked).toEqual([]);
  const proxy = new Proxy(new Secret('http://127.0.0.1:1'));
  for (const url of ['ws://simulator.lan:17001/ws', 'https://localhost:8443', 'wss://127.0.0.1/ws', 'https://[::1]/'])
    expect(proxy.isFor(url)).toBe(false);
  for (const url of ['https://api.binance.com', 'wss://ws.okx.com:8443/ws/v5/private', 'https://127.example.org'])
    expect(proxy.isFor(url)).toBe(true);
});
