// A live book over the whole stack, on every exchange in memory: every book delivered is one that the exchange had, in its order; whatever happens
// to the stream, there is no book rather than a wrong one, and then the right one again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { TradeError } from '../../src/domain/errors.ts';
import type { Orderbook } from '../../src/domain/order.ts';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { Market, type MarketEnvironment } from '../../src/market.ts';
import type { MarketEvent } from '../../src/market/market-event.ts';
import type { MarketOptions } from '../../src/market/market-options.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { silentLog } from '../../src/seam/log.ts';
import type { Transport } from '../../src/seam/transport.ts';
import { sleep } from '../../src/seam/clock.ts';
import { createSimulation, type Simulation } from '../../src/simulator/simulation.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { order, RULES } from '../simulator/support.ts';

const SYMBOL = 'EOS/USDT';
const DEPTH = 20;

type Levels = readonly (readonly [price: { toString(): string }, quantity: { toString(): string }])[];
const words = ({ bids, asks }: { readonly bids: Levels; readonly asks: Levels }): string =>
  JSON.stringify(
    [bids, asks].map((side) => side.map(([price, quantity]) => `${quantity.toString()} @ ${price.toString()}`)),
  );

class Scene {
  readonly platform: Platform;
  readonly simulation: Simulation;
  /** Every top of the book that the exchange has had. */
  readonly history: string[] = [];
  readonly books: Orderbook[] = [];
  readonly events: MarketEvent[] = [];
  readonly errors: TradeError[] = [];
  /** Errors in the log. */
  readonly said: string[] = [];
  /** While true, frames from the exchange are lost on the way. */
  isDeaf = false;
  private readonly markets: Market[] = [];

  private constructor(platform: Platform, simulation: Simulation) {
    this.platform = platform;
    this.simulation = simulation;
    const venue = simulation.venue(platform);
    const note = (): void => void this.history.push(words(venue.book(SYMBOL, DEPTH)));
    note();
    venue.listen((event) => {
      if (event.type === 'book' && event.symbol === SYMBOL) note();
    });
  }

  static async open(platform: Platform, market: 'model' | 'quiet' = 'model'): Promise<Scene> {
    const simulation = await createSimulation({ exchanges: [platform], market, activity: 2, seed: 'market' });
    return new Scene(platform, simulation);
  }

  private get transport(): Transport {
    const inner = this.simulation.transport();
    return {
      request: (request) => inner.request(request),
      connect: (url, handlers, options) =>
        inner.connect(
          url,
          {
            onOpen: () => handlers.onOpen(),
            onFrame: (data, binary) => {
              if (!this.isDeaf) handlers.onFrame(data, binary);
            },
            onPing: () => handlers.onPing?.(),
            onPong: () => handlers.onPong?.(),
            onClose: (code, reason, error) => handlers.onClose(code, reason, error),
          },
          options,
        ),
      close: () => inner.close(),
    };
  }

  market(options: Partial<MarketOptions> = {}): Market {
    const environment: MarketEnvironment = {
      transport: this.transport,
      clock: this.clock,
      random: seededRandom('market'),
      log: { ...silentLog, error: (message) => void this.said.push(message) },
      budgets: createRateBudgets(),
      exchange: exchangeOf,
    };
    const market = new Market(
      {
        platform: this.platform,
        symbol: SYMBOL,
        endpoints: this.simulation.endpoints[this.platform],
        onOrderbookUpdate: (book) => void this.books.push(book),
        onConnection: (event) => void this.events.push(event),
        onError: (error) => void this.errors.push(error),
        ...options,
      },
      environment,
    );
    this.markets.push(market);
    return market;
  }

  get clock(): Simulation['clock'] {
    return this.simulation.clock;
  }

  fault(rule: Parameters<Simulation['faults']['inject']>[0]): void {
    this.simulation.faults.inject(rule);
  }

  /** Somebody else buys. */
  place(price: string): void {
    const venue = this.simulation.venue(this.platform);
    venue.place(venue.accounts[0]?.uid ?? 0, order('BUY', price, '10', { symbol: SYMBOL }), RULES);
  }

  get eventTypes(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** Every book is one that the exchange had, none older than the one before. */
  expectTrue(books: readonly Orderbook[] = this.books): void {
    let at = 0;
    for (const book of books) {
      const found = this.history.indexOf(words(book), at);
      if (found < 0) throw new Error(`the exchange never had this book (after ${at}): ${words(book)}`);
      at = found;
    }
  }

  async close(): Promise<void> {
    for (const market of this.markets) await this.clock.runFor(market.close());
    this.simulation.close();
  }
}

describe.each(PLATFORMS)('on %s', (platform) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open(platform);
  });
  afterEach(() => scene.close());

  /** A market with its first book. */
  const standing = async (options: Partial<MarketOptions> = {}): Promise<Market> => {
    const market = scene.market(options);
    expect(market.orderbook).toBeNull();
    expect(await scene.clock.runFor(market.ready, 60_000)).toBe(true);
    return market;
  };

  it('keeps the book that the exchange has, without keys', async () => {
    const market = await standing();
    await scene.clock.advance(30_000);
    expect(scene.books.length).toBeGreaterThan(50);
    expect(new Set(scene.books.map(words)).size).toBeGreaterThan(50);
    scene.expectTrue();
    const [book] = scene.books;
    expect(book).toMatchObject({ platform, symbol: SYMBOL });
    expect(book?.bids).toHaveLength(DEPTH);
    expect(book?.asks).toHaveLength(DEPTH);
    expect(Object.isFrozen(book) && Object.isFrozen(book?.bids) && Object.isFrozen(book?.bids[0])).toBe(true);
    expect(Math.abs((scene.books.at(-1)?.timestamp ?? 0) - scene.clock.now())).toBeLessThan(1_500);
    expect(market.orderbook).toBe(market.orderbook);
    expect(scene.eventTypes).toEqual(['open']);
    expect(scene.events[0]).toMatchObject({ stream: 'market' });
    expect(scene.errors).toEqual([]);
  });

  it('is silent while nothing changes, and has its book all the same, also after a break', async () => {
    await scene.close();
    scene = await Scene.open(platform, 'quiet');
    const market = await standing();
    await scene.clock.advance(100_000);
    expect(market.orderbook).toMatchObject({ bids: [], asks: [] });
    expect(scene.books).toHaveLength(1);
    expect(scene.eventTypes).toEqual(['open']);
    scene.place('0.7');
    await scene.clock.advance(2_000);
    expect(scene.books.at(-1)).toMatchObject({ bids: [['0.7', '10']], asks: [] });
    expect(scene.books).toHaveLength(2);
    scene.fault({ fault: 'exchange-restart', at: 0, durationMs: 3_000 });
    await scene.clock.advance(100);
    expect(market.orderbook).toBeNull();
    expect(await scene.clock.runUntil(() => market.orderbook !== null, 60_000)).toBe(true);
    expect(market.orderbook).toMatchObject({ bids: [['0.7', '10']], asks: [] });
  });

  it('shows as many levels as asked for', async () => {
    const market = await standing({ depth: 3 });
    expect(market.orderbook?.bids).toHaveLength(3);
    expect(market.orderbook?.asks).toHaveLength(3);
  });

  it('brings the newest book to a slow callback, one call at a time', async () => {
    let running = 0;
    const books: (Orderbook | null)[] = [];
    const newest: boolean[] = [];
    const market = scene.market({
      onOrderbookUpdate: async (book) => {
        running++;
        expect(running).toBe(1);
        books.push(book);
        newest.push(book === market.orderbook);
        await sleep(scene.clock, 2_000);
        running--;
      },
    });
    await scene.clock.runFor(market.ready, 60_000);
    await scene.clock.advance(20_500);
    expect(books.length).toBeGreaterThanOrEqual(10);
    expect(books.length).toBeLessThanOrEqual(11);
    expect(newest).toEqual(books.map(() => true));
    scene.expectTrue(books.filter((book) => book !== null));
  });

  it('has no book while the connection is cut, and then the right one', async () => {
    const market = await standing();
    await scene.clock.advance(5_000);
    const seen: (Orderbook | null)[] = [];
    scene.fault({ fault: 'exchange-restart', at: 0, durationMs: 3_000 });
    await scene.clock.advance(1_000);
    seen.push(market.orderbook);
    const before = scene.books.length;
    await scene.clock.runUntil(() => market.orderbook !== null, 120_000);
    await scene.clock.advance(5_000);
    expect(seen).toEqual([null]);
    expect(scene.books.length).toBeGreaterThan(before);
    scene.expectTrue();
    const told = scene.eventTypes.filter((type) => type !== 'reconnecting' && type !== 'exception');
    expect(told.filter((type) => type !== 'close')).toEqual([
      'open',
      'gap-opened',
      'open',
      'reconnected',
      'gap-closed',
    ]);
    expect(scene.eventTypes).toContain('reconnecting');
    expect(told).toContain('close');
    const opened = scene.events.find(({ type }) => type === 'gap-opened');
    expect(scene.events.find(({ type }) => type === 'gap-closed')).toMatchObject({ openedAt: opened?.at });
    expect(scene.errors).toEqual([]);
  });

  it('finds a connection that carries nothing any more', async () => {
    const market = await standing();
    scene.fault({ fault: 'half-open', stream: 'market', at: 0 });
    expect(await scene.clock.runUntil(() => market.orderbook === null, 45_000)).toBe(true);
    expect(await scene.clock.runUntil(() => market.orderbook !== null, 60_000)).toBe(true);
    await scene.clock.advance(5_000);
    scene.expectTrue();
    expect(scene.eventTypes).toEqual(expect.arrayContaining(['gap-opened', 'reconnected', 'gap-closed']));
  });

  it('notices changes that were missed on a connection that lives on', async () => {
    const market = await standing();
    await scene.clock.advance(2_000);
    scene.isDeaf = true;
    await scene.clock.advance(1_500);
    scene.isDeaf = false;
    expect(await scene.clock.runUntil(() => market.orderbook === null, 5_000)).toBe(true);
    expect(await scene.clock.runUntil(() => market.orderbook !== null, 60_000)).toBe(true);
    await scene.clock.advance(5_000);
    scene.expectTrue();
    expect(scene.eventTypes).toEqual(['open', 'gap-opened', 'gap-closed']);
  });

  it('tries for ever when it cannot be reached at first, and says so once', async () => {
    scene.fault({ fault: 'connection-refused', at: 0, durationMs: 300_000 });
    await scene.clock.advance(1);
    const market = scene.market();
    await scene.clock.advance(290_000);
    expect(market.orderbook).toBeNull();
    expect(scene.errors).toHaveLength(1);
    expect(scene.errors[0]).toMatchObject({ kind: 'network', platform, symbol: SYMBOL });
    expect(scene.eventTypes.filter((type) => type === 'reconnecting').length).toBeGreaterThan(5);
    expect(await scene.clock.runFor(market.ready, 120_000)).toBe(true);
    await scene.clock.advance(2_000);
    scene.expectTrue();
    expect(scene.errors).toHaveLength(1);
    expect(scene.eventTypes).not.toContain('gap-opened');
  });

  it('says that there is no such symbol', async () => {
    const market = scene.market({ symbol: 'NOSUCH/USDT' });
    expect(await scene.clock.runFor(market.ready, 60_000)).toBe(false);
    expect(scene.errors).toHaveLength(1);
    expect(scene.errors[0]).toMatchObject({ kind: 'invalid-order', platform, symbol: 'NOSUCH/USDT' });
    await scene.clock.advance(60_000);
    expect(scene.errors).toHaveLength(1);
    expect(market.orderbook).toBeNull();
  });

  it('is quiet once closed', async () => {
    const market = await standing();
    await scene.clock.runFor(market.close());
    expect(market.orderbook).toBeNull();
    const told = scene.books.length;
    await scene.clock.advance(60_000);
    expect(scene.books).toHaveLength(told);
    expect(scene.eventTypes).toEqual(['open', 'close']);
    await market.close();
  });

  it('closed a second time, waits for the first', async () => {
    const market = await standing();
    const first = market.close();
    await scene.clock.runFor(market.close());
    expect(scene.eventTypes).toEqual(['open', 'close']);
    await first;
  });

  it('is quiet once closed, also about what waited behind a callback that takes its time', async () => {
    const market = await standing({
      onOrderbookUpdate: async (book) => {
        scene.books.push(book);
        await sleep(scene.clock, 5_000);
        throw new Error('too late for onError');
      },
    });
    scene.fault({ fault: 'connection-cut' });
    await scene.clock.advance(2_000);
    expect(market.orderbook).not.toBeNull();
    expect(scene.eventTypes).toEqual(['open']);
    await scene.clock.runFor(market.close());
    await scene.clock.advance(20_000);
    expect(scene.books).toHaveLength(1);
    expect(scene.eventTypes).toEqual(['open', 'close']);
    expect(scene.errors).toEqual([]);
    expect(scene.said).toEqual([expect.stringContaining('too late for onError')]);
  });

  it('is not ready when closed before the first book', async () => {
    const market = scene.market();
    await scene.clock.runFor(market.close());
    expect(await market.ready).toBe(false);
    await scene.clock.advance(10_000);
    expect(scene.books).toEqual([]);
  });

  it('takes null for a callback that is not given', async () => {
    const none = Object.fromEntries(['onOrderbookUpdate', 'onConnection', 'onError'].map((name) => [name, null]));
    scene.fault({ fault: 'connection-refused', at: 0, durationMs: 1_000 });
    await scene.clock.advance(1);
    const market = scene.market(none);
    expect(await scene.clock.runFor(market.ready, 60_000)).toBe(true);
    await scene.clock.advance(2_000);
    expect(scene.said.filter((line) => line.includes('callback'))).toEqual([]);
  });

  it('reports a callback that throws, and goes on', async () => {
    let calls = 0;
    await standing({
      onOrderbookUpdate: () => {
        calls++;
        if (calls === 2) throw new Error('oops');
      },
    });
    await scene.clock.advance(10_000);
    expect(calls).toBeGreaterThan(10);
    expect(scene.errors.map(({ message }) => message)).toEqual(['a callback of the market failed: oops']);
  });
});

describe('on binance, whose snapshots hold the best levels only: first 1,000 a side, then 5,000', () => {
  const LEVELS = 6_500;
  let scene: Scene;
  let market: Market;
  beforeEach(async () => {
    scene = await Scene.open('binance', 'quiet');
    setLevels(0, LEVELS, '10');
    await scene.clock.advance(1_000);
    market = scene.market();
    await scene.clock.runFor(market.ready, 60_000);
    await scene.clock.advance(1_000);
  });
  afterEach(() => scene.close());

  /** Bids from the best one on. */
  const setLevels = (from: number, to: number, quantity: string): void => {
    const { house } = scene.simulation.venue('binance');
    house.step(() => {
      for (let index = from; index < to; index++)
        house.setLevel(SYMBOL, 'BUY', Decimal.from(((9_000 - index) / 10_000).toFixed(4)), Decimal.from(quantity));
    });
  };

  it('shows what lies beyond them once the price comes there', async () => {
    scene.expectTrue();
    let gone = 0;
    for (const next of [600, 3_200, 6_400]) {
      setLevels(gone, next, '0');
      gone = next;
      await scene.clock.advance(2_000);
    }
    expect(words(market.orderbook ?? { bids: [], asks: [] })).toBe(scene.history.at(-1));
    expect(market.orderbook?.bids[0]?.[0]).toBe('0.26');
    scene.expectTrue();
    expect(scene.eventTypes).toEqual(['open']);
  });

  /** Every book seen holds the best levels that the exchange had, if fewer of them than asked for. */
  const expectBest = (books: readonly Orderbook[]): void => {
    for (const { bids } of books) {
      const start = JSON.stringify(bids.map(([price, quantity]) => `${quantity} @ ${price}`)).slice(0, -1);
      expect(scene.history.some((book) => book.startsWith(`[${start}`))).toBe(true);
    }
  };

  it('has fewer levels rather than wrong ones when the price jumps near their end', async () => {
    setLevels(0, 995, '0');
    await scene.clock.advance(2_000);
    expect(scene.books.some(({ bids }) => bids.length === 5)).toBe(true);
    expect(market.orderbook?.bids).toHaveLength(DEPTH);
    expectBest(scene.books);
    expect(scene.eventTypes).toEqual(['open']);
  });

  it('has no book while it knows none of the levels that are left', async () => {
    setLevels(0, 6_490, '0');
    await scene.clock.advance(2_000);
    expect(words(market.orderbook ?? { bids: [], asks: [] })).toBe(scene.history.at(-1));
    expect(market.orderbook?.bids).toHaveLength(10);
    expectBest(scene.books);
    expect(scene.eventTypes).toEqual(['open', 'gap-opened', 'gap-closed']);
  });

  it('begins with the larger one when people look deep', async () => {
    const deep = scene.market({ depth: 300 });
    await scene.clock.runFor(deep.ready, 60_000);
    setLevels(0, 1_200, '0');
    await scene.clock.advance(1_000);
    expect(deep.orderbook?.bids).toHaveLength(300);
    expect(scene.eventTypes.filter((type) => type === 'gap-opened')).toHaveLength(1);
  });

  it('keeps asking for another snapshot when one is refused', async () => {
    scene.fault({ fault: 'maintenance', operation: 'market', channel: 'rest', at: 0, durationMs: 20_000 });
    setLevels(0, 990, '0');
    await scene.clock.advance(10_000);
    setLevels(990, 1_100, '0');
    await scene.clock.advance(2_000);
    expect(market.orderbook).toBeNull();
    await scene.clock.advance(20_000);
    expect(words(market.orderbook ?? { bids: [], asks: [] })).toBe(scene.history.at(-1));
    expect(scene.eventTypes.filter((type) => type !== 'exception')).toEqual(['open', 'gap-opened', 'gap-closed']);
  });
});

describe('a mistake in the options throws at once and names it', () => {
  const build = (options: Readonly<Record<string, unknown>>): (() => Market) => {
    const given: MarketOptions = { platform: 'okx', symbol: SYMBOL };
    return () => new Market(Object.assign(given, options));
  };
  it.each([
    [{ symbol: undefined }, /option symbol is missing/],
    [{ symbol: 'EOSUSDT' }, /EOSUSDT/],
    [{ platform: 'nowhere' }, /"nowhere" is unknown/],
    [{ depth: 0 }, /option depth must be a whole number above 0/],
    [{ depth: '5' }, /option depth must be a number/],
    [{ endpoints: { wsPublick: 'ws://x' } }, /wsPublick/],
    [{ testnet: true }, /option testnet is unknown; did you mean endpoints: 'testnet'\?/],
    [{ endpoint: { wsPublic: 'ws://x' } }, /option endpoint is unknown; did you mean endpoints\?/],
    [{ onorderbookUpdate: () => undefined }, /option onorderbookUpdate is unknown; did you mean onOrderbookUpdate\?/],
    [{ onOrderBookUpdate: () => undefined }, /no callback onOrderBookUpdate/],
    [{ onError: 'loud' }, /option onError must be a function/],
  ])('%o', (options, message) => {
    expect(build(options)).toThrow(message);
  });
});
