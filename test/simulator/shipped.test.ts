// The exchanges that ship with the package, all at once: reachable where their endpoints say, and whole again after a restart.
import { describe, expect, it } from 'vitest';
import { realClock } from '../../src/runtime/real-clock.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { sleep } from '../../src/seam/clock.ts';
import { createSimulation, DIALECTS, startSimulator } from '../../src/simulator/index.ts';
import { realTransport } from '../../src/wire/transport-real.ts';
import { accepted, account, d, EOS, INSTRUMENTS, order, RULES } from './support.ts';

/** A public request each exchange answers with its book. */
const BOOKS: Readonly<Record<string, string>> = {
  binance: '/api/v3/depth?symbol=EOSUSDT&limit=5',
  okx: '/api/v5/market/books?instId=EOS-USDT&sz=5',
  htx: '/market/depth?symbol=eosusdt&type=step0&depth=5',
};

/** What each exchange shows of the past: rows by the time, or the number, that they begin with. */
const PASTS: readonly (readonly [exchange: string, path: string])[] = [
  ['binance', '/api/v3/klines?symbol=EOSUSDT&interval=1m&limit=200'],
  ['binance', '/api/v3/aggTrades?symbol=EOSUSDT&limit=200'],
  ['okx', '/api/v5/market/candles?instId=EOS-USDT&bar=1m&limit=200'],
  ['htx', '/market/history/kline?symbol=eosusdt&period=1min&size=200'],
];

/** Each row as text, by its first value. */
function rowsOf(body: string): ReadonlyMap<string, string> {
  const parsed = JSON.parse(body) as { readonly data?: unknown };
  const rows = (Array.isArray(parsed) ? parsed : (parsed.data ?? [])) as readonly object[];
  return new Map(rows.map((row) => [String(Object.values(row)[0]), JSON.stringify(row)]));
}

describe('the shipped exchanges', () => {
  it('are served side by side, each with its own endpoints and the same accounts', async () => {
    const simulator = await startSimulator();
    const transport = realTransport(realClock);
    try {
      expect(Object.keys(simulator.endpoints)).toEqual(Object.keys(DIALECTS));
      expect(Object.keys(simulator.endpoints['binance'] ?? {}).sort()).toEqual(['rest', 'stream', 'wsApi']);
      expect(Object.keys(simulator.endpoints['okx'] ?? {}).sort()).toEqual([
        'rest',
        'wsBusiness',
        'wsPrivate',
        'wsPublic',
      ]);
      expect(Object.keys(simulator.endpoints['htx'] ?? {}).sort()).toEqual([
        'rest',
        'wsFeed',
        'wsMarket',
        'wsPrivate',
        'wsTrade',
      ]);
      expect(simulator.accounts).toMatchObject([{ name: 'demo' }]);
      for (const [name, path] of Object.entries(BOOKS)) {
        const url = `${simulator.endpoints[name]?.['rest']}${path}`;
        const reply = await transport.request({ method: 'GET', url, headers: {}, timeoutMs: 5000 });
        expect([name, reply.status]).toEqual([name, 200]);
        expect(reply.body).toContain('bids');
      }
    } finally {
      await transport.close();
      await simulator.close();
    }
  });

  it('use no order id and no trade id twice when they are started again, and order ids of OKX are beyond 2^53', async () => {
    const listings = INSTRUMENTS.map((instrument) => ({ instrument, startPrice: d(1) }));
    const idsOf = async (): Promise<Record<string, readonly [order: bigint, trade: bigint]>> => {
      const simulator = await startSimulator({ market: 'quiet', listings, accounts: [account(1)] });
      const ids: Record<string, readonly [order: bigint, trade: bigint]> = {};
      for (const name of Object.keys(DIALECTS)) {
        accepted(simulator.venue(name).place(1, order('BUY', '0.5', '10'), RULES));
        const { order: made, fills } = accepted(simulator.venue(name).place(1, order('SELL', '0.5', '10'), RULES));
        ids[name] = [made.orderId, fills[0]?.tradeId ?? 0n];
      }
      await simulator.close();
      return ids;
    };
    const first = await idsOf();
    // Only a test starts one twice within a millisecond.
    await sleep(realClock, 2);
    const second = await idsOf();
    for (const name of Object.keys(DIALECTS)) {
      const [[order1, trade1], [order2, trade2]] = [first[name] ?? [0n, 0n], second[name] ?? [0n, 0n]];
      expect([order2 > order1, trade2 > trade1, trade2 < BigInt(Number.MAX_SAFE_INTEGER)]).toEqual([true, true, true]);
    }
    expect([String(first['okx']?.[0]).length, String(first['htx']?.[0]).length]).toEqual([19, 16]);
  });

  it('forget what ended long ago when they are served, and keep everything in a simulation', async () => {
    const listings = INSTRUMENTS.map((instrument) => ({ instrument, startPrice: d(1) }));
    const options = { market: 'quiet', exchanges: ['binance'], listings, accounts: [account(1)] } as const;
    const clock = new VirtualClock();
    const simulator = await startSimulator({ ...options, clock });
    const simulation = await createSimulation(options);
    try {
      for (const [venue, time] of [
        [simulator.venue('binance'), clock],
        [simulation.venue('binance'), simulation.clock],
      ] as const) {
        for (let made = 0; made < 50_100; made++) {
          const { orderId } = accepted(venue.place(1, order('BUY', '0.5', '10'), RULES)).order;
          venue.cancel(1, EOS, { orderId }, '');
        }
        await time.advance(2000);
      }
      expect(simulator.venue('binance').orders(1, null)).toHaveLength(50_000);
      expect(simulation.venue('binance').orders(1, null)).toHaveLength(50_100);
      simulator.venue('binance').retention.stop();
      await clock.advance(7 * 86_400_000);
      expect(simulator.venue('binance').retention.prune()).toBe(50_000);
    } finally {
      simulation.close();
      await simulator.close();
    }
  });

  it.each(PASTS)('%s shows the same past after a restart: %s', async (name, path) => {
    const simulation = await createSimulation({ exchanges: [name] });
    const transport = simulation.transport();
    const url = `${simulation.endpoints[name]?.['rest']}${path}`;
    const past = async (): Promise<ReadonlyMap<string, string>> => {
      const request = transport.request({ method: 'GET', url, headers: {}, timeoutMs: 5000 });
      return rowsOf((await simulation.clock.runFor(request)).body);
    };
    await simulation.clock.advance(200_000);
    const before = await past();
    // The last minute goes on.
    const closed = [...before].sort(([a], [b]) => Number(a) - Number(b)).slice(0, -1);
    expect(closed.length).toBeGreaterThan(2);
    simulation.faults.inject({ fault: 'exchange-restart', durationMs: 500 });
    await simulation.clock.advance(1000);
    const after = await past();
    for (const [begin, row] of closed.slice(-10)) expect(after.get(begin)).toBe(row);
    simulation.close();
  });

  it.each(Object.keys(DIALECTS))('%s answers again after a restart, and lets go of what it held', async (name) => {
    const simulation = await createSimulation({ exchanges: [name] });
    const transport = simulation.transport();
    const url = `${simulation.endpoints[name]?.['rest']}${BOOKS[name]}`;
    const ask = (): Promise<number | string> =>
      simulation.clock.runFor(
        transport.request({ method: 'GET', url, headers: {}, timeoutMs: 5000 }).then(
          (reply) => reply.status,
          (error: unknown) => String(error),
        ),
      );
    expect(await ask()).toBe(200);
    simulation.faults.inject({ fault: 'exchange-restart', durationMs: 500 });
    expect(await ask()).toContain('ECONNREFUSED');
    await simulation.clock.advance(500);
    expect(await ask()).toBe(200);
    simulation.close();
    // Markets, sessions and timers are gone with it: nothing is left to happen.
    expect(await simulation.clock.runAll(600_000)).toBe(true);
  });
});
