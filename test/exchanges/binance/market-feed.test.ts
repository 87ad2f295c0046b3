// The market stream against the simulated Binance: books rebuilt from snapshots and changes equal the engine's own, through cuts and gaps.
import type { BookChange } from '../../../src/domain/book-change.ts';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { instrumentOf } from '../../../src/exchanges/binance/decode-market.ts';
import { BinanceLimits } from '../../../src/exchanges/binance/limits.ts';
import { BinanceMarketFeed } from '../../../src/exchanges/binance/market-feed.ts';
import { BinanceRequests } from '../../../src/exchanges/binance/requests.ts';
import { BinanceRest } from '../../../src/exchanges/binance/rest.ts';
import { createSigner } from '../../../src/exchanges/binance/sign.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import type { MarketFeedHandlers } from '../../../src/exchanges/exchange.ts';
import { LocalBook } from '../../../src/market/local-book.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import type { Transport } from '../../../src/seam/transport.ts';
import { binanceDialect, type BinanceOptions } from '../../../src/simulator/binance/index.ts';
import { createSimulation } from '../../../src/simulator/simulation.ts';
import { ClockOffset } from '../../../src/wire/clock-offset.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { FakeTransport } from '../../support/fake-transport.ts';

const noop = (): void => undefined;

async function setup(options: Partial<BinanceOptions> = {}) {
  const dialects = { binance: binanceDialect(options) };
  const simulation = await createSimulation({
    exchanges: ['binance'],
    dialects,
    market: 'model',
    activity: 3,
    seed: 7,
  });
  const { clock } = simulation;
  const endpoints = simulation.endpoints['binance'] ?? {};
  const network = simulation.transport();
  let dialled = 0;
  const transport: Transport = {
    request: (request) => network.request(request),
    connect: (...connection) => {
      dialled++;
      return network.connect(...connection);
    },
    close: () => network.close(),
  };
  const time = new ClockOffset({ clock, ask: () => Promise.reject(new Error('not asked here')) });
  const limits = new BinanceLimits(createRateBudgets(), clock, 'x', 'k', time);
  const requests = new BinanceRequests({
    transport,
    limits,
    accessKey: 'k',
    signer: createSigner(new Secret('s')),
    restUrl: endpoints['rest'] ?? '',
    timeoutMs: 5_000,
    time,
    orderEntry: { call: () => null },
  });
  const rest = new BinanceRest(requests);
  const feed = new BinanceMarketFeed({
    transport,
    clock,
    random: seededRandom(1),
    log: silentLog,
    url: endpoints['stream'] ?? '',
    rest,
    limits,
    silenceMs: 30_000,
  });
  const books = new Map<string, LocalBook>();
  const standing = new Set<string>();
  const told: string[] = [];
  let sequence = 0;
  const handlers: MarketFeedHandlers = {
    onSnapshot(symbol: string, { bids, asks, sequence: id }: BookChange) {
      const book = new LocalBook();
      book.load(bids, asks);
      books.set(symbol, book);
      standing.add(symbol);
      told.push(`snapshot ${symbol}`);
      sequence = id;
    },
    onUpdate(symbol: string, { bids, asks, sequence: id }: BookChange) {
      books.get(symbol)?.apply(bids, asks);
      sequence = id;
    },
    onLost(symbol: string) {
      standing.delete(symbol);
      told.push(`lost ${symbol}`);
    },
    onError: (error) => told.push(`error ${error.message}`),
  };
  const instrumentFor = async (rawSymbol: string) => {
    const [info, error] = await clock.runFor(rest.getExchangeInfo(rawSymbol));
    if (error !== null) throw error;
    const found = instrumentOf({ ...info.symbols[0] });
    if (found === null) throw new Error('no instrument');
    return found;
  };
  /** What the exchange itself says now; with the stream at rest both must be equal. */
  const differs = async (rawSymbol: string, symbol: string): Promise<unknown> => {
    const [depth, error] = await clock.runFor(rest.getOrderbook(rawSymbol, 1_000));
    if (error !== null) throw error;
    // The stream lags up to 100 ms and the snapshot may be newer: let it catch up, and compare when the ids agree.
    for (let step = 0; step < 400 && sequence < depth.lastUpdateId; step++) await clock.advance(1);
    if (sequence !== depth.lastUpdateId) return undefined;
    const truth = new LocalBook();
    truth.load(depth.bids, depth.asks);
    const mine = books.get(symbol)?.top(1_000);
    const theirs = truth.top(1_000);
    return JSON.stringify(mine) === JSON.stringify(theirs) ? null : { mine, theirs };
  };
  const url = `${endpoints['rest'] ?? ''}/api/v3/exchangeInfo`;
  /** What this address asks for behind the program's back. */
  const ask = () => clock.runFor(transport.request({ method: 'GET', url, headers: {}, timeoutMs: 5_000 }));
  const dials = (): number => dialled;
  return { simulation, clock, feed, limits, handlers, told, standing, instrumentFor, differs, ask, dials };
}

test('a book comes, follows, and equals the exchange whenever both can be compared', async () => {
  const { clock, feed, handlers, instrumentFor, differs, told, simulation } = await setup();
  feed.watch(await instrumentFor('EOSUSDT'), 20);
  feed.start(handlers);
  await clock.advance(3_000);
  expect(told).toEqual(['snapshot EOS/USDT']);
  let compared = 0;
  for (let round = 0; round < 60; round++) {
    await clock.advance(137);
    const difference = await differs('EOSUSDT', 'EOS/USDT');
    if (difference === undefined) continue;
    expect(difference).toBeNull();
    compared++;
  }
  expect(compared).toBeGreaterThan(5);
  await clock.runFor(feed.stop());
  simulation.close();
});

test('a cut loses the books, which come back by themselves; a second symbol joins a running stream', async () => {
  const { clock, feed, handlers, instrumentFor, told, standing, simulation } = await setup();
  feed.watch(await instrumentFor('EOSUSDT'), 20);
  feed.start(handlers);
  await clock.advance(3_000);
  feed.watch(await instrumentFor('BTCUSDT'), 20);
  await clock.advance(3_000);
  expect([...standing].sort()).toEqual(['BTC/USDT', 'EOS/USDT']);
  simulation.faults.inject({ fault: 'connection-cut', stream: 'market', at: 10 });
  await clock.advance(100);
  expect(told.filter((line) => line.startsWith('lost')).sort()).toEqual(['lost BTC/USDT', 'lost EOS/USDT']);
  await clock.advance(10_000);
  expect(standing.size).toBe(2);
  await clock.runFor(feed.stop());
  simulation.close();
});

test('a banned address opens no connection until the ban is over, and the book comes back', async () => {
  const { clock, feed, handlers, instrumentFor, standing, simulation, ask, dials } = await setup({
    weightPerMinute: 600,
    refusalsBeforeBan: 1,
    banMs: 180_000,
  });
  feed.watch(await instrumentFor('EOSUSDT'), 20);
  feed.start(handlers);
  await clock.advance(3_000);
  expect(standing.size).toBe(1);
  let status = 200;
  while (status !== 418) ({ status } = await ask());
  const before = dials();
  simulation.faults.inject({ fault: 'connection-cut', stream: 'market', at: 0 });
  await clock.advance(170_000);
  expect(standing.size).toBe(0);
  expect(dials()).toBe(before + 1);
  await clock.advance(30_000);
  expect(standing.size).toBe(1);
  await clock.runFor(feed.stop());
  simulation.close();
});

test.each([[false], [true]])(
  'A11.2 an announced shutdown replaces the connection it is about, and no other (while it is opened: %s)',
  async (isOpening) => {
    const clock = new VirtualClock();
    const transport = new FakeTransport();
    const shutdown = { stream: '!serverShutdown', data: { e: 'serverShutdown' } };
    let announces = isOpening;
    transport.onConnect = (socket) => {
      socket.responder = (text) => {
        if (announces) socket.receive(shutdown);
        announces = false;
        socket.receive({ result: null, id: Number(/"id":(\d+)/.exec(text)?.[1]) });
      };
      socket.open();
    };
    const time = new ClockOffset({ clock, ask: () => Promise.reject(new Error('not asked here')) });
    const limits = new BinanceLimits(createRateBudgets(), clock, 'x', 'k', time);
    const requests = new BinanceRequests({
      transport,
      limits,
      time,
      accessKey: 'k',
      signer: createSigner(new Secret('s')),
      restUrl: 'http://x.test',
      timeoutMs: 5_000,
      orderEntry: { call: () => null },
    });
    const feed = new BinanceMarketFeed({
      transport,
      clock,
      limits,
      random: seededRandom(1),
      log: silentLog,
      url: 'ws://x.test',
      rest: new BinanceRest(requests),
      silenceMs: 1e9,
    });
    feed.watch({ symbol: 'BTC/USDT', rawSymbol: 'BTCUSDT' } as Instrument, 20);
    feed.start({ onSnapshot: noop, onUpdate: noop, onLost: noop, onError: noop });
    await clock.advance(100);
    const [first] = transport.sockets;
    if (!isOpening) first!.receive(shutdown);
    await clock.advance(1_000);
    expect(transport.sockets).toHaveLength(2);
    first!.receive(shutdown);
    await clock.advance(10_000);
    expect(transport.sockets.map(({ gone }) => gone)).toEqual([true, false]);
  },
);

test('however many books are built, the weight that questions about orders need is left', async () => {
  const { clock, feed, handlers, instrumentFor, standing, limits, simulation } = await setup({ weightPerMinute: 700 });
  limits.learn([{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 700 }]);
  for (const rawSymbol of ['EOSUSDT', 'BTCUSDT', 'ETHUSDT']) feed.watch(await instrumentFor(rawSymbol), 1_000);
  await clock.advance(60_000 - (clock.now() % 60_000));
  feed.start(handlers);
  await clock.advance(3_000);
  expect(standing.size).toBe(1);
  expect(limits.waitTime(300, 0, 'query')).toBe(0);
  await clock.advance(120_000);
  expect(standing.size).toBe(3);
  await clock.runFor(feed.stop());
  simulation.close();
});
