// The real transport against real servers on loopback: what was sent, what was not, and what is unknown.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { realClock } from '../../src/runtime/real-clock.ts';
import { HandshakeError, TransportError } from '../../src/seam/transport.ts';
import { realTransport } from '../../src/wire/transport-real.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}`;
}

function transport() {
  const made = realTransport(realClock);
  closers.push(() => made.close());
  return made;
}

const base = { method: 'GET', headers: {}, timeoutMs: 5_000 } as const;

async function failure(work: Promise<unknown>): Promise<TransportError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw new Error(`expected a TransportError, got ${String(error)}`);
  return error;
}

test('the URL and the body go out byte for byte; any status resolves', async () => {
  const url = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(418, { 'X-Used': '7', 'content-type': 'text/plain' });
      response.end(
        `${request.method} ${request.url} ${String(request.headers['x-key'])} ${Buffer.concat(chunks).toString()}`,
      );
    });
  });
  const path = '/api/v3/order?s=%EF%BC%91&a=["x"]&signature=aB%2B';
  const answer = await transport().request({
    ...base,
    method: 'POST',
    url: url + path,
    headers: { 'X-Key': 'k' },
    body: 'é=1',
  });
  expect(answer.status).toBe(418);
  expect(answer.headers['x-used']).toBe('7');
  expect(answer.body).toBe(`POST ${path} k é=1`);
});

test('a refused connection and an unknown host have certainly sent nothing', async () => {
  const unused = createServer();
  const port = await listen(unused);
  unused.close();
  const refused = await failure(transport().request({ ...base, url: `http://127.0.0.1:${port}/` }));
  expect(refused).toMatchObject({ sent: 'no', kind: 'network' });
  const unknown = await failure(transport().request({ ...base, url: 'http://nowhere.invalid/' }));
  expect(unknown).toMatchObject({ sent: 'no', kind: 'network' });
});

function identity(): { readonly key: string; readonly cert: string } {
  const pem = readFileSync(new URL('../fixtures/wire/self-signed.pem', import.meta.url), 'utf8');
  const at = pem.indexOf('-----BEGIN CERTIFICATE');
  return { key: pem.slice(pem.indexOf('-----BEGIN'), at), cert: pem.slice(at) };
}

test('A17: a certificate nobody vouches for is refused, and nothing is sent', async () => {
  let requests = 0;
  const server = createSecureServer(identity(), (_request, response) => {
    requests++;
    response.end('ok');
  });
  const port = await listen(server);
  const error = await failure(transport().request({ ...base, url: `https://127.0.0.1:${port}/` }));
  expect(error).toMatchObject({ sent: 'no', kind: 'network' });
  const refused = await new Promise<string>((resolve) => {
    transport().connect(`wss://127.0.0.1:${port}/`, {
      onOpen: () => resolve('open'),
      onFrame() {},
      onClose: (_code, reason) => resolve(reason),
    });
  });
  expect(refused).toMatch(/self.signed/i);
  expect(requests).toBe(0);
});

test('a server that speaks no TLS fails the handshake: nothing is sent', async () => {
  const server = createTcpServer((socket) => socket.end('no tls here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const error = await failure(transport().request({ ...base, url: `https://127.0.0.1:${address.port}/` }));
  expect(error.sent).toBe('no');
});

test('no answer in time, and a connection cut after the request, leave it unknown', async () => {
  const silent = await serve(() => undefined);
  expect(await failure(transport().request({ ...base, url: silent, timeoutMs: 50 }))).toMatchObject({
    sent: 'maybe',
    kind: 'timeout',
  });
  const cutting = await serve((request) => void request.socket.destroy());
  expect(await failure(transport().request({ ...base, url: cutting }))).toMatchObject({
    sent: 'maybe',
    kind: 'network',
  });
});

test('a request given up before it found a connection never leaves', async () => {
  let served = 0;
  const server = createServer((_request, response) => {
    served++;
    response.end('ok');
  });
  const port = await listen(server);
  const narrow = realTransport(realClock, { connections: 1 });
  closers.push(() => narrow.close());
  const url = `http://127.0.0.1:${port}/`;
  const slow = await serve(() => undefined);
  expect(await failure(narrow.request({ ...base, url: slow, timeoutMs: 60 }))).toMatchObject({ sent: 'maybe' });
  const blocking = narrow.request({ ...base, url: slow, timeoutMs: 120 }).catch(() => null);
  expect(await failure(narrow.request({ ...base, url: slow, timeoutMs: 40 }))).toMatchObject({
    sent: 'no',
    kind: 'timeout',
  });
  await blocking;
  expect((await narrow.request({ ...base, url })).body).toBe('ok');
  expect(served).toBe(1);
});

test('a WebSocket delivers frames as buffers, tells pings, and reports why a handshake was refused', async () => {
  const http = createServer();
  const port = await listen(http);
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url !== '/ws') {
      socket.end('HTTP/1.1 403 Forbidden\r\nRetry-After: 7\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => {
      client.ping('x');
      client.on('message', (data: Buffer) => {
        client.send(`echo ${data.toString()}`);
        client.send(Buffer.from([1, 2]), { binary: true });
        client.close(4000, 'bye');
      });
    });
  });
  const made = transport();
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    const socket = made.connect(`ws://127.0.0.1:${port}/ws`, {
      onOpen: () => void told.push(`open ${socket.send('hi')}`),
      onFrame: (data, binary) =>
        void told.push(`${binary ? 'binary' : 'text'} ${Buffer.isBuffer(data)} ${data.length}`),
      onPing: () => void told.push('ping'),
      onClose: (code, reason) => {
        told.push(`close ${code} ${reason}`);
        resolve();
      },
    });
    expect(socket.send('too early')).toBe(false);
  });
  expect(told).toEqual(['open true', 'ping', 'text true 7', 'binary true 2', 'close 4000 bye']);
  const refused = await new Promise<string>((resolve) => {
    made.connect(`ws://127.0.0.1:${port}/other`, {
      onOpen() {},
      onFrame() {},
      onClose: (code, reason, error) => {
        const refusal = error instanceof HandshakeError ? `${error.status} ${error.retryAfter}` : '';
        resolve(`${code} ${reason} (${refusal})`);
      },
    });
  });
  expect(refused).toBe('1006 Unexpected server response: 403 (403 7000)');
  const broken = await new Promise<string>((resolve) => {
    made.connect('not a url', { onOpen() {}, onFrame() {}, onClose: (code, reason) => resolve(`${code} ${reason}`) });
  });
  expect(broken).toMatch(/^1006 Invalid URL/);
});

for (const protocol of ['ws', 'wss'] as const)
  test(`${protocol}: messages of every size and form arrive whole and in order, also those that come with the handshake's answer`, async () => {
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, identity().cert]);
    closers.push(() => setDefaultCACertificates(trusted));
    const http = protocol === 'ws' ? createServer() : createSecureServer(identity());
    const port = await listen(http);
    const sizes = [0, 5, 125, 126, 3, 65_535, 65_536, 1, 300_000, 7, 64 * 1_024 - 4, 2];
    const messages = Array.from({ length: 400 }, (_, index) => Buffer.alloc(sizes[index % 12] ?? 0, index));
    new WebSocketServer({ server: http }).on('connection', (client, request) => {
      // The answer to the handshake leaves together with what follows it.
      request.socket.cork();
      for (const [index, message] of messages.entries()) {
        const binary = index % 3 > 0;
        if (index % 50 === 20) client.ping(String(index));
        if (index % 37 !== 5 || message.length < 2) client.send(message, { binary });
        else {
          client.send(message.subarray(0, 1), { binary, fin: false });
          client.send(message.subarray(1), { fin: true });
        }
      }
      request.socket.uncork();
      client.close(4000, 'all told');
    });
    const made = transport();
    const got: { readonly binary: boolean; readonly message: Buffer; readonly reused: boolean }[] = [];
    let pings = 0;
    const end = await new Promise<string>((resolve) => {
      made.connect(`${protocol}://127.0.0.1:${port}/`, {
        onOpen() {},
        onFrame: (data, binary) =>
          void got.push({ binary, message: Buffer.from(data), reused: data.buffer.byteLength === 65_536 }),
        onPing: () => void pings++,
        onClose: (code, reason) => resolve(`${code} ${reason}`),
      });
    });
    expect(end).toBe('4000 all told');
    expect(pings).toBe(8);
    expect(got).toHaveLength(400);
    expect(
      got.findIndex(
        ({ message, binary }, at) => !message.equals(messages[at] ?? Buffer.of(0)) || binary !== at % 3 > 0,
      ),
    ).toBe(-1);
    // Most of those that fit were never copied: the way past the streams is the one that was gone.
    expect(got.filter(({ reused }) => reused).length).toBeGreaterThan(100);
  });

test('a handler that throws costs none of the messages behind, in whatever form they come', async () => {
  const uncaught: string[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => uncaught.push(error.message));
  closers.push(() => {
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
  });
  const http = createServer();
  const port = await listen(http);
  new WebSocketServer({ server: http }).on('connection', (client) => {
    for (const text of ['one', 'two', 'three', 'four']) {
      client.send(text);
      client.send(text.slice(0, 1), { fin: false });
      client.send(text.slice(1));
    }
    client.close(4000);
  });
  const told: string[] = [];
  const end = await new Promise<number>((resolve) => {
    transport().connect(`ws://127.0.0.1:${port}/`, {
      onOpen() {},
      onFrame(data) {
        told.push(data.toString());
        if (told.length < 3) throw new Error(`defect ${told.length}`);
      },
      onClose: resolve,
    });
  });
  expect(told).toEqual(['one', 'one', 'two', 'two', 'three', 'three', 'four', 'four']);
  expect(end).toBe(4_000);
  expect(uncaught).toEqual(['defect 1', 'defect 2']);
}, 5_000);

test.each([
  ['a closing', Buffer.from([0x88, 2, 1_000 >> 8, 1_000 & 255]), '1000 '],
  ['what is no frame', Buffer.from([0xf1, 0]), '1006 Invalid WebSocket frame: RSV2 and RSV3 must be clear'],
  [
    'the head of too long a message',
    Buffer.from([0x82, 127, 0, 0, 0, 0, 255, 0, 0, 0]),
    '1006 Max payload size exceeded',
  ],
])(
  'after %s nothing is told, and the end is seen of a server that went on sending',
  async (_what, last, end) => {
    const server = createServer();
    const port = await listen(server);
    server.on('upgrade', ({ headers }, socket) => {
      const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
      socket.write(`Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`);
      socket.write(last);
      socket.resume();
      const more = setInterval(() => socket.write(Buffer.from([0x81, 1, 65])), 10);
      setTimeout(() => {
        clearInterval(more);
        socket.end();
      }, 100);
    });
    const told: string[] = [];
    const closing = await new Promise<string>((resolve) => {
      transport().connect(`ws://127.0.0.1:${port}/`, {
        onOpen() {},
        onFrame: (data) => void told.push(data.toString()),
        onClose: (code, reason) => resolve(`${code} ${reason}`),
      });
    });
    expect(closing).toBe(end);
    expect(told).toEqual([]);
  },
  5_000,
);

/** What goes to the kernel, and when somebody is told that it will, in order. */
function departures(): { readonly log: string[]; readonly onLeaving: () => void } {
  const log: string[] = [];
  const noted = (name: string, original: (...args: never[]) => unknown) =>
    function (this: Socket, ...args: never[]): unknown {
      log.push(name);
      return original.apply(this, args);
    };
  const prototype: Record<'_write' | '_writev', (...args: never[]) => unknown> = Socket.prototype as never;
  for (const [name, what] of [
    ['_write', 'piece'],
    ['_writev', 'pieces'],
  ] as const) {
    const original = prototype[name];
    prototype[name] = noted(what, original);
    closers.push(() => (prototype[name] = original));
  }
  return { log, onLeaving: () => void log.push('leaving') };
}

test('who wants to know is told before a frame leaves; the first goes at once, what follows it in one piece', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  closers.push(() => server.close());
  const got: string[] = [];
  const all = new Promise<void>((resolve) => {
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => {
        if (got.push(data.toString()) === 5) resolve();
      }),
    );
  });
  const { log, onLeaving } = departures();
  const made = realTransport(realClock, { onLeaving });
  closers.push(() => made.close());
  const address = server.address();
  if (typeof address === 'string' || address === null) throw new Error('no port');
  const socket = await new Promise<ReturnType<typeof made.connect>>((resolve) => {
    const opened = made.connect(`ws://127.0.0.1:${address.port}/`, {
      onOpen: () => resolve(opened),
      onFrame() {},
      onClose() {},
    });
  });
  log.length = 0;
  socket.send('1');
  expect(log).toEqual(['leaving', 'piece']);
  socket.send('2');
  socket.send('3');
  expect(log).toHaveLength(2);
  await Promise.resolve();
  expect(log).toEqual(['leaving', 'piece', 'leaving', 'pieces']);
  socket.send('4');
  expect(log.slice(4)).toEqual(['leaving', 'piece']);
  await Promise.resolve();
  socket.send('5');
  expect(log.slice(6)).toEqual(['leaving', 'piece']);
  await all;
  expect(got).toEqual(['1', '2', '3', '4', '5']);
  socket.terminate();
});

test('who wants to know is told before each request leaves, on a new connection and on a used one', async () => {
  const url = await serve((_request, response) => void response.end('ok'));
  const { log, onLeaving } = departures();
  const made = realTransport(realClock, { onLeaving });
  closers.push(() => made.close());
  const burst = (): Promise<unknown> => Promise.all([1, 2, 3].map(() => made.request({ ...base, url: `${url}/` })));
  await burst();
  await burst();
  // The server's answers are written in this process as well: after each telling comes a write, and there are as many tellings as requests.
  expect(log.filter((what) => what === 'leaving')).toHaveLength(6);
  const first = log.indexOf('leaving');
  expect(log.slice(0, first)).toEqual([]);
  expect(log.filter((what, index) => what === 'leaving' && log[index + 1] === 'leaving')).toEqual([]);
});
