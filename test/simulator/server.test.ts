// The simulator on real ports, through the program's own real sockets: requests, pushes, and the faults that only a network can show.
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../src/runtime/real-clock.ts';
import type { DialectFactory, SimulatorReply } from '../../src/simulator/dialect.ts';
import { startSimulator, type RunningSimulator, type SimulatorServerOptions } from '../../src/simulator/index.ts';
import { realTransport } from '../../src/wire/transport-real.ts';
import { clientOf, type Client, type Line } from './fake-client.ts';
import { fakeDialect } from './fake-dialect.ts';
import { account, d, INSTRUMENTS } from './support.ts';

const ORDER = 'side=BUY&price=0.5&quantity=10';
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: SimulatorServerOptions = {}): Promise<{ simulator: RunningSimulator; client: Client }> {
  const simulator = await startSimulator({
    dialects: { fake: fakeDialect },
    listings: INSTRUMENTS.map((instrument) => ({ instrument, startPrice: d(1) })),
    accounts: [account(1)],
    market: 'quiet',
    ...options,
  });
  const transport = realTransport(realClock);
  cleanUps.push(
    () => simulator.close(),
    () => transport.close(),
  );
  const { rest = '', private: wsPrivate = '' } = simulator.endpoints['fake'] ?? {};
  return { simulator, client: clientOf(transport, rest, wsPrivate, (work) => work) };
}

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 5000) throw new Error('it never happened');
    await new Promise<void>((resolve) => realClock.after(5, resolve));
  }
}
const closed = (line: Line): Promise<void> => until(() => line.heard.at(-1)?.startsWith('close') === true);

describe('startSimulator', () => {
  it('serves requests and sockets on a loopback port', async () => {
    const { client, simulator } = await start();
    expect(simulator.endpoints['fake']?.['rest']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const line = await client.listen();
    expect(line.heard).toEqual(['open', 'frame {"hello":true}', 'frame {"login":true}']);
    expect(await client.ask('POST', '/order', `id=a&${ORDER}`)).toBe('200 {"id":"a","status":"open","filled":"0"}');
    line.socket.send('op=ping-me');
    line.socket.ping();
    await until(() => line.heard.length >= 8);
    expect(line.heard.slice(3).sort()).toEqual([
      'frame {"pong":"beat"}',
      'frame {"push":"order-accepted","id":"a","status":"open","filled":"0"}',
      'frame {"you":"pinged"}',
      'ping',
      'pong',
    ]);
    line.socket.close();
    await closed(line);
    await until(() => simulator.exchanges.get('fake')?.connectionCount === 0);
  });

  it('refuses a handshake in the dialect’s words', async () => {
    const { client, simulator } = await start();
    const answer = await new Promise<string>((resolve) => {
      client.transport.connect(`${simulator.endpoints['fake']?.['private']}-not`, {
        onOpen: () => resolve('open'),
        onFrame: () => undefined,
        onClose: (code, _reason, error) => resolve(`${code} ${error?.message}`),
      });
    });
    expect(answer).toContain('404');
  });

  it('lets a socket go half-open, and closes cleanly even so', async () => {
    const { client, simulator } = await start();
    const line = await client.listen();
    simulator.faults.inject({ fault: 'half-open', stream: 'private' });
    const before = line.heard.length;
    await client.ask('POST', '/order', `id=a&${ORDER}`);
    line.socket.ping();
    await new Promise<void>((resolve) => realClock.after(50, resolve));
    expect(line.heard).toHaveLength(before);
    // Not even when the exchange gives it up.
    simulator.faults.inject({ fault: 'connection-cut' });
    await until(() => simulator.exchanges.get('fake')?.connectionCount === 0);
    await new Promise<void>((resolve) => realClock.after(50, resolve));
    expect(line.socket.isOpen).toBe(true);
  });

  it('knows no exchange by a name that every object has', async () => {
    await expect(startSimulator({ exchanges: ['constructor'] })).rejects.toThrow('no exchange called "constructor"');
  });

  it('lets a half-open socket go once its client has, however much lay unread', async () => {
    const { client, simulator } = await start();
    const count = (): number | undefined => simulator.exchanges.get('fake')?.connectionCount;
    for (const leave of ['terminate', 'close'] as const) {
      const line = await client.listen();
      simulator.faults.inject({ fault: 'half-open', stream: 'private' });
      for (let sent = 0; sent < 100; sent++) line.socket.send('x'.repeat(10_000));
      await new Promise<void>((resolve) => realClock.after(20, resolve));
      expect([count(), line.socket.isOpen]).toEqual([1, true]);
      line.socket[leave]();
      // A close that is not answered is given up by the client itself, after long.
      if (leave === 'close') line.socket.terminate();
      await until(() => count() === 0);
    }
  });

  it('answers a request that the dialect cannot cope with, with latency and without, and goes on', async () => {
    const broken: DialectFactory = (context) => {
      const dialect = fakeDialect(context);
      const request = dialect.request.bind(dialect);
      dialect.request = (asked, deliver) => {
        if (asked.path !== '/unheard-of') return request(asked, deliver);
        const about = {
          operation: 'other',
          channel: 'rest',
          accountUid: null,
          symbol: null,
          remote: '',
          count: 1,
        } as const;
        context.gateway.run<SimulatorReply>(about, {
          execute: () => {
            throw new Error('nobody thought of this');
          },
          failure: (kind) => ({ status: 502, headers: {}, body: kind }),
          deliver,
        });
      };
      return dialect;
    };
    const way = { fixedMs: 2, jitterMs: 0 };
    for (const options of [{}, { latency: { wayIn: way, wayOut: way } }]) {
      const errors: unknown[] = [];
      const { client } = await start({
        dialects: { fake: broken },
        onError: (error) => errors.push(error),
        ...options,
      });
      expect(await client.ask('GET', '/unheard-of')).toBe('502 server-error');
      expect(errors).toEqual([new Error('nobody thought of this')]);
      expect(await client.ask('POST', '/order', `id=a&${ORDER}`)).toContain('200');
    }
  });

  it('survives what goes wrong by time, and tells of it', async () => {
    const errors: unknown[] = [];
    const broken: DialectFactory = (context) => {
      context.clock.after(0, () => {
        throw new Error('too late');
      });
      return fakeDialect(context);
    };
    const { client } = await start({ dialects: { fake: broken }, onError: (error) => errors.push(error) });
    await until(() => errors.length > 0);
    expect(await client.ask('GET', '/time')).toContain('200');
  });

  it('writes half a frame and drops the socket', async () => {
    const { client, simulator } = await start();
    const line = await client.listen();
    simulator.faults.inject({ fault: 'cut-mid-frame' });
    await client.ask('POST', '/order', `id=a&${ORDER}`);
    await closed(line);
    expect(line.heard.slice(3)).toEqual(['close 1006']);
  });

  it('resets what carries a lost answer, and keeps the order', async () => {
    const { client, simulator } = await start();
    simulator.faults.inject({ fault: 'reply-lost', operation: 'create', how: 'reset' });
    expect(await client.ask('POST', '/order', `id=a&${ORDER}`)).toBe('error maybe network');
    expect(simulator.venue('fake').openOrders(1, null)).toHaveLength(1);
  });

  it('stops listening while it restarts, and comes back on the same port with the same orders', async () => {
    const { client, simulator } = await start();
    await client.ask('POST', '/order', `id=a&${ORDER}`);
    const line = await client.listen();
    simulator.faults.inject({ fault: 'exchange-restart', durationMs: 150 });
    await closed(line);
    expect(await client.ask('GET', '/open')).toBe('error no network');
    await expect(knock(simulator)).resolves.toBe('ECONNREFUSED');
    await new Promise<void>((resolve) => realClock.after(200, resolve));
    expect(await client.ask('GET', '/open')).toBe('200 [{"id":"a","status":"open","filled":"0"}]');
    expect((await client.listen()).heard[0]).toBe('open');
  });

  // Between closing and opening, or on the next port, somebody else of the machine may have taken it.
  it('gives consecutive ports, and says when one is taken', { retry: 5 }, async () => {
    const first = await start({ dialects: { fake: fakeDialect, other: fakeDialect } });
    const port = Number(new URL(first.simulator.endpoints['fake']?.['rest'] ?? '').port);
    await expect(start({ port })).rejects.toThrow('EADDRINUSE');
    await first.simulator.close();
    const { simulator } = await start({ port, dialects: { fake: fakeDialect, other: fakeDialect } });
    expect(simulator.endpoints['other']?.['rest']).toBe(`http://127.0.0.1:${port + 1}`);
  });

  it('makes accounts with keys from the seed, and a market that lives on every instrument', async () => {
    const options: SimulatorServerOptions = { dialects: { fake: fakeDialect }, accounts: 100, seed: 'seven' };
    const simulator = await startSimulator(options);
    const again = await startSimulator(options);
    cleanUps.push(
      () => simulator.close(),
      () => again.close(),
    );
    expect(simulator.accounts).toEqual(again.accounts);
    expect(simulator.accounts.map((each) => each.name).slice(0, 3)).toEqual(['demo', 'demo-2', 'demo-3']);
    expect(new Set(simulator.accounts.map((each) => each.accessKey)).size).toBe(100);
    for (const symbol of ['BTC/USDT', 'ETH/USDT', 'EOS/USDT', 'LTC/USDT', 'BNB/USDT']) {
      expect(simulator.venue('fake').book(symbol, 50).bids.length).toBeGreaterThan(20);
    }
    expect(() => simulator.venue('nowhere')).toThrow('fake');
    await expect(startSimulator({ dialects: {}, exchanges: ['x'] })).rejects.toThrow('"x"');
  });
});

function knock(simulator: RunningSimulator): Promise<string> {
  const { hostname, port } = new URL(simulator.endpoints['fake']?.['rest'] ?? '');
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}
