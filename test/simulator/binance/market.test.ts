// Public data over REST and as streams: shapes, speeds, control frames, and books rebuilt from differences (binance.md A9, A11).
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../../src/domain/decimal.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { d } from '../support.ts';
import { binanceBench, BTC, refusal, START, type Bench, type SocketClient } from './support.ts';

/** A bench with a book and two trades, one each way. */
function living(): Bench {
  const bench = binanceBench({ inventedMinutes: 10 });
  const { house } = bench.venue;
  house.step(() => {
    for (let level = 0; level < 30; level++) {
      house.quote(BTC, 'BUY', d('60000').sub(d(level)), d('1'));
      house.quote(BTC, 'SELL', d('60001').add(d(level)), d('2'));
    }
  });
  house.take(BTC, 'BUY', null, d('0.5'));
  house.take(BTC, 'SELL', null, d('0.25'));
  return bench;
}
const frames = (socket: SocketClient): Record<string, unknown>[] =>
  socket.frames.map((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)));

describe('market data on request', () => {
  it('has the documented shapes', async () => {
    const bench = living();
    const text = async (path: string, query: string): Promise<string> =>
      (await bench.get(`/api/v3${path}`, query)).text;
    const { updateId } = bench.venue.book(BTC, 1);
    expect(await text('/depth', 'symbol=BTCUSDT&limit=1')).toBe(
      `{"lastUpdateId":${updateId},"bids":[["60000.00000000","0.75000000"]],"asks":[["60001.00000000","1.50000000"]]}`,
    );
    expect(await text('/trades', 'symbol=BTCUSDT&limit=1')).toBe(
      `[{"id":5000002,"price":"60000.00000000","qty":"0.25000000","quoteQty":"15000.00000000","time":${START},"isBuyerMaker":true,"isBestMatch":true}]`,
    );
    expect(await text('/aggTrades', 'symbol=BTCUSDT&limit=1')).toBe(
      `[{"a":2,"p":"60000.00000000","q":"0.25000000","f":5000002,"l":5000002,"T":${START},"m":true,"M":true}]`,
    );
    expect(await text('/ticker/price', 'symbol=BTCUSDT')).toBe('{"symbol":"BTCUSDT","price":"60000.00000000"}');
    expect(await text('/ticker/bookTicker', 'symbol=BTCUSDT')).toBe(
      '{"symbol":"BTCUSDT","bidPrice":"60000.00000000","bidQty":"0.75000000","askPrice":"60001.00000000","askQty":"1.50000000"}',
    );
    expect((await bench.get('/api/v3/avgPrice', 'symbol=BTCUSDT')).json).toMatchObject({ mins: 5, closeTime: START });
    const klines = z
      .array(z.array(z.unknown()))
      .parse(JSON.parse(await text('/klines', 'symbol=BTCUSDT&interval=1m&limit=3')));
    expect(klines.map((row) => row.length)).toEqual([12, 12, 12]);
    expect(klines[2]!.slice(0, 7)).toEqual([
      START - 40_000,
      '60001.00000000',
      '60001.00000000',
      '60000.00000000',
      '60000.00000000',
      '0.75000000',
      START + 19_999,
    ]);
    const day = await bench.get('/api/v3/ticker/24hr', 'symbol=BTCUSDT');
    expect(Object.keys(day.json)).toEqual([
      'symbol',
      'priceChange',
      'priceChangePercent',
      'weightedAvgPrice',
      'prevClosePrice',
      'lastPrice',
      'lastQty',
      'bidPrice',
      'bidQty',
      'askPrice',
      'askQty',
      'openPrice',
      'highPrice',
      'lowPrice',
      'volume',
      'quoteVolume',
      'openTime',
      'closeTime',
      'firstId',
      'lastId',
      'count',
    ]);
  });

  it('answers one as an object and several as a list, JSON or commas', async () => {
    const bench = living();
    expect(
      (await bench.get('/api/v3/ticker/price', `symbols=${encodeURIComponent('["BTCUSDT","BNBUSDT"]')}`)).list,
    ).toHaveLength(2);
    expect((await bench.get('/api/v3/exchangeInfo', 'symbols=["BTCUSDT"]')).json['symbols']).toHaveLength(1);
    expect((await bench.get('/api/v3/exchangeInfo', 'symbolStatus=HALT')).json['symbols']).toEqual([]);
    expect((await bench.get('/api/v3/exchangeInfo', 'permissions=MARGIN')).json['symbols']).toEqual([]);
    expect(
      (await bench.get('/api/v3/exchangeInfo', 'permissions=SPOT&showPermissionSets=false')).json['symbols'],
    ).toMatchObject([{ permissionSets: [] }, {}]);
  });

  it('lists symbols with the filters that are applied', async () => {
    const { json } = await living().get('/api/v3/exchangeInfo', 'symbol=BTCUSDT');
    expect(json).toMatchObject({ timezone: 'UTC', serverTime: START, exchangeFilters: [] });
    expect(json['symbols']).toMatchObject([
      {
        status: 'TRADING',
        baseAssetPrecision: 8,
        permissions: [],
        filters: [
          { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
          { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
          { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '900.00000000', stepSize: '0.00000000' },
          { filterType: 'PERCENT_PRICE_BY_SIDE', bidMultiplierUp: '5', bidMultiplierDown: '0.2' },
          { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true },
          { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
        ],
      },
    ]);
  });

  it.each([
    ['/depth', 'symbol=NOPE', '-1121 Invalid symbol.'],
    ['/exchangeInfo', 'symbol=NOPE', '-1121 Invalid symbol.'],
    ['/exchangeInfo', 'symbol=BTCUSDT&symbols=["BTCUSDT"]', '-1128 Combination of optional parameters invalid.'],
    ['/klines', 'symbol=BTCUSDT&interval=7m', '-1120 Invalid interval.'],
    ['/klines', 'symbol=BTCUSDT', "-1102 Mandatory parameter 'interval' was not sent, was empty/null, or malformed."],
    [
      '/ticker',
      'symbol=BTCUSDT&windowSize=99h',
      "-1100 Illegal characters found in parameter 'windowSize'; legal range is '^(([1-9]|[1-5][0-9])m|([1-9]|1[0-9]|2[0-3])h|[1-7]d)$'.",
    ],
    ['/time', 'x=1', "-1104 Not all sent parameters were read; read '0' parameter(s) but was sent '1'."],
  ])('refuses %s?%s', async (path, query, said) => {
    expect(refusal(await living().get(`/api/v3${path}`, query))).toBe(said);
  });
});

describe('streams', () => {
  it('are raw at /ws and wrapped at /stream', async () => {
    const bench = living();
    const raw = await bench.open('/ws/btcusdt@trade/btcusdt@bookTicker');
    const wrapped = await bench.open('/stream?streams=btcusdt@trade');
    bench.venue.house.take(BTC, 'BUY', null, d('0.1'));
    await bench.clock.advance(1);
    const trade = `{"e":"trade","E":${START},"s":"BTCUSDT","t":5000003,"p":"60001.00000000","q":"0.10000000","T":${START},"m":false,"M":true}`;
    const { updateId } = bench.venue.book(BTC, 1);
    expect(raw.frames).toEqual([
      trade,
      `{"u":${updateId},"s":"BTCUSDT","b":"60000.00000000","B":"0.75000000","a":"60001.00000000","A":"1.40000000"}`,
    ]);
    expect(wrapped.frames).toEqual([`{"stream":"btcusdt@trade","data":${trade}}`]);
  });

  it('are managed by control frames', async () => {
    const bench = living();
    const socket = await bench.open('/ws');
    const say = async (text: string): Promise<string | undefined> => {
      socket.send(text);
      await bench.clock.advance(250);
      return socket.frames.at(-1);
    };
    expect(
      await say('{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","nope@trade","btcusdt@nothing"],"id":1}'),
    ).toBe('{"result":null,"id":1}');
    expect(await say('{"method":"LIST_SUBSCRIPTIONS","id":"two"}')).toBe(
      '{"result":["btcusdt@aggTrade","nope@trade","btcusdt@nothing"],"id":"two"}',
    );
    expect(await say('{"method":"UNSUBSCRIBE","params":["nope@trade"],"id":3}')).toBe('{"result":null,"id":3}');
    expect(await say('{"method":"GET_PROPERTY","params":["combined"],"id":4}')).toBe('{"result":false,"id":4}');
    expect(await say('{"method":"SET_PROPERTY","params":["combined",true],"id":5}')).toBe('{"result":null,"id":5}');
    bench.venue.house.take(BTC, 'SELL', null, d('1'));
    await bench.clock.advance(1000);
    expect(frames(socket).at(-1)).toMatchObject({
      stream: 'btcusdt@aggTrade',
      data: { e: 'aggTrade', a: 4, f: 5_000_004, l: 5_000_004 },
    });
    expect(await say('{"method":"SET_PROPERTY","params":["combined","yes"],"id":6}')).toMatch(
      /^\{"code":1,.*"id":6\}$/,
    );
    expect(await say('{"method":"SET_PROPERTY","params":["colour",true],"id":7}')).toMatch(/^\{"code":0,.*"id":7\}$/);
    expect(await say('{"method":"DANCE","id":8}')).toMatch(/^\{"code":2,.*"id":8\}$/);
    expect(await say('hello')).toMatch(/^\{"code":3,.*"id":null\}$/);
  });

  it('end a connection that talks too much, or wants too much', async () => {
    const bench = binanceBench({ streamsPerConnection: 2 });
    const talker = await bench.open('/ws');
    for (let count = 0; count < 6; count++) talker.send(`{"method":"LIST_SUBSCRIPTIONS","id":${count}}`);
    await bench.clock.advance(1);
    expect([talker.closed, talker.frames.length]).toEqual([1008, 5]);
    const greedy = await bench.open('/ws');
    greedy.send('{"method":"SUBSCRIBE","params":["btcusdt@trade","btcusdt@depth","btcusdt@ticker"],"id":1}');
    await bench.clock.advance(1);
    expect(greedy.closed).toBe(1008);
  });

  it('say when the server is about to go', async () => {
    const bench = living();
    const raw = await bench.open('/ws/btcusdt@trade');
    const wrapped = await bench.open('/stream?streams=btcusdt@trade');
    bench.exchange.faults.inject({ fault: 'session-expired', stream: 'market' });
    await bench.clock.advance(1002);
    const notice = `{"e":"serverShutdown","E":${START}}`;
    expect([raw.frames, raw.closed]).toEqual([[notice], 1001]);
    expect([wrapped.frames, wrapped.closed]).toEqual([[`{"stream":"!serverShutdown","data":${notice}}`], 1001]);
  });

  it('tell candles every two seconds while there is trade, and once more when they close', async () => {
    const bench = living();
    const socket = await bench.open('/ws/btcusdt@kline_1m');
    await bench.clock.advance(3000);
    expect(socket.frames).toHaveLength(0);
    bench.venue.house.take(BTC, 'BUY', null, d('0.1'));
    await bench.clock.advance(1001);
    expect(frames(socket)).toMatchObject([
      {
        e: 'kline',
        s: 'BTCUSDT',
        k: {
          i: '1m',
          t: START - 40_000,
          T: START + 19_999,
          x: false,
          n: 3,
          c: '60001.00000000',
          v: '0.85000000',
          B: '0',
        },
      },
    ]);
    await bench.clock.advance(17_000);
    expect(frames(socket).map((frame) => z.object({ t: z.number(), x: z.boolean() }).parse(frame['k']))).toEqual([
      { t: START - 40_000, x: false },
      { t: START - 40_000, x: true },
      { t: START + 20_000, x: false },
    ]);
  });

  it('tell tickers once a second, for one or for all', async () => {
    const bench = living();
    const socket = await bench.open(
      '/stream?streams=btcusdt@ticker/btcusdt@miniTicker/!miniTicker@arr/btcusdt@ticker_1h/btcusdt@avgPrice',
    );
    bench.venue.house.take(BTC, 'BUY', null, d('0.1'));
    bench.venue.house.take(BTC, 'BUY', null, d('0.1'));
    await bench.clock.advance(3000);
    const keys = frames(socket).map(({ stream, data }) => [
      stream,
      Array.isArray(data) ? data.length : Object.keys(z.object({}).loose().parse(data)).join(''),
    ]);
    expect(keys).toEqual([
      ['btcusdt@ticker', 'eEspPwxcQbBaAohlvqOCFLn'],
      ['btcusdt@miniTicker', 'eEscohlvq'],
      ['btcusdt@ticker_1h', 'eEspPohlcwvqOCFLn'],
      ['btcusdt@avgPrice', 'eEsiwT'],
      ['!miniTicker@arr', 1],
    ]);
  });

  it('leave no timer behind', async () => {
    const bench = living();
    const socket = await bench.open('/ws/btcusdt@kline_1m/btcusdt@depth/btcusdt@ticker');
    socket.close();
    await bench.clock.advance(1);
    const { fired } = bench.clock;
    await bench.clock.advance(60_000);
    expect(bench.clock.fired - fired).toBeLessThan(3);
  });
});

/** The book as binance.md A11.3 tells clients to keep it. */
class LocalBook {
  private readonly sides = { b: new Map<string, string>(), a: new Map<string, string>() };
  updateId = 0;

  load(snapshot: { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] }): void {
    for (const [price, quantity] of snapshot.bids) this.sides.b.set(price, quantity);
    for (const [price, quantity] of snapshot.asks) this.sides.a.set(price, quantity);
    this.updateId = snapshot.lastUpdateId;
  }

  apply(event: { U: number; u: number; b: [string, string][]; a: [string, string][] }): void {
    if (event.u <= this.updateId) return;
    if (event.U > this.updateId + 1) throw new Error(`a gap: ${this.updateId} is followed by ${event.U}`);
    for (const side of ['b', 'a'] as const) {
      for (const [price, quantity] of event[side]) {
        if (Number(quantity) === 0) this.sides[side].delete(price);
        else this.sides[side].set(price, quantity);
      }
    }
    this.updateId = event.u;
  }

  levels(side: 'b' | 'a'): string[] {
    const sign = side === 'b' ? -1 : 1;
    return [...this.sides[side]]
      .sort(([x], [y]) => sign * Decimal.from(x).cmp(Decimal.from(y)))
      .map((level) => level.join());
  }
}

const level = z.tuple([z.string(), z.string()]);
const depthUpdate = z.object({
  e: z.literal('depthUpdate'),
  U: z.number(),
  u: z.number(),
  b: z.array(level),
  a: z.array(level),
});
const snapshot = z.object({ lastUpdateId: z.number(), bids: z.array(level), asks: z.array(level) });

describe('a book rebuilt from differences', () => {
  it.each([
    ['@depth@100ms', 100],
    ['@depth', 1000],
  ])('%s equals the exchange’s at every step', async (stream, period) => {
    const bench = living();
    const { house } = bench.venue;
    const random = seededRandom(stream);
    const restless = async (): Promise<void> => {
      for (let count = random.int(6); count >= 0; count--) {
        const side = random.int(2) === 0 ? 'BUY' : 'SELL';
        const price = d('60000').add(d(random.int(40) - 20));
        if (random.int(3) === 0) house.take(BTC, side, price, d('0.4'));
        else house.setLevel(BTC, side, price, d(random.int(3)));
      }
      await bench.clock.advance(random.int(period));
    };
    const socket = await bench.open(`/ws/btcusdt${stream}`);
    for (let count = 0; count < 5; count++) await restless();
    const book = new LocalBook();
    book.load(snapshot.parse((await bench.get('/api/v3/depth', 'symbol=BTCUSDT&limit=5000')).json));
    let applied = 0;
    let previous: number | null = null;
    let checked = 0;
    for (let step = 0; step < 150; step++) {
      await restless();
      for (; applied < socket.frames.length; applied++) {
        const event = depthUpdate.parse(JSON.parse(socket.frames[applied]!));
        if (previous !== null) expect(event.U).toBe(previous + 1);
        previous = event.u;
        book.apply(event);
      }
      const truth = bench.venue.book(BTC, 5000);
      if (truth.updateId !== BigInt(book.updateId)) continue;
      checked++;
      const text = (side: typeof truth.bids): string[] =>
        side.map(([price, quantity]) => `${price.toFixed(8)},${quantity.toFixed(8)}`);
      expect(book.levels('b')).toEqual(text(truth.bids));
      expect(book.levels('a')).toEqual(text(truth.asks));
    }
    expect(checked).toBeGreaterThan(10);
  });

  it('partial books are the best levels at that moment', async () => {
    const bench = living();
    const socket = await bench.open('/ws/btcusdt@depth5@100ms');
    bench.venue.house.take(BTC, 'BUY', null, d('2'));
    await bench.clock.advance(101);
    const partial = snapshot.parse(JSON.parse(socket.frames[0]!));
    expect(partial.bids).toHaveLength(5);
    expect(partial.asks[0]).toEqual(['60002.00000000', '1.50000000']);
    expect(BigInt(partial.lastUpdateId)).toBe(bench.venue.book(BTC, 1).updateId);
  });
});
