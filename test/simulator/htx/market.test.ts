// Market data: numbers as a Java program prints them, topics of `/ws` and `/feed`, and an incremental book that equals the venue's (htx.md 9, 10, 13).
import { describe, expect, it, test } from 'vitest';
import { javaDouble } from '../../../src/simulator/htx/java-number.ts';
import { d, EOS, order, RULES } from '../support.ts';
import { htxBench, type Bench, type Json, type SocketClient } from './support.ts';

test.each([
  ['0', '0.0'],
  ['0.000474', '4.74E-4'],
  ['0.000000000009487', '9.487E-12'],
  ['0.00003', '3.0E-5'],
  ['0.001', '0.001'],
  ['0.0009', '9.0E-4'],
  ['49500', '49500.0'],
  ['48660.95', '48660.95'],
  ['9999999.5', '9999999.5'],
  ['10000000', '1.0E7'],
  ['506295866.98810803', '5.0629586698810803E8'],
  ['-0.0005', '-5.0E-4'],
])('%s is printed %s', (value, text) => {
  expect(javaDouble(d(value))).toBe(text);
});

function trade({ venue, other }: Bench, price: string, quantity: string): void {
  venue.place(1, order('BUY', price, quantity), RULES);
  other('SELL', price, quantity);
}

async function subscribe(client: SocketClient, topic: string): Promise<void> {
  client.send({ sub: topic, id: 'id1' });
  const { ts, ...rest } = await client.next((frame) => frame['id'] === 'id1');
  expect(rest).toEqual({ id: 'id1', status: 'ok', subbed: topic });
  expect(typeof ts).toBe('number');
}

const pushesOf = (client: SocketClient, topic: string): Json[] => client.frames.filter(({ ch }) => ch === topic);
const tickOf = (frame: Json | undefined): Json => (frame?.['tick'] ?? {}) as Json;

describe('over REST', () => {
  test('depth, merged, trades and candles have the envelope and unquoted numbers', async () => {
    const bench = htxBench();
    bench.other('SELL', '0.8', '0.5');
    bench.other('BUY', '0.0005', '12000000');
    trade(bench, '0.6', '3');
    const depth = await bench.raw('GET', '/market/depth?symbol=eosusdt&type=step0&depth=5');
    expect(depth.text).toContain('"asks":[[0.8,0.5]]');
    expect(depth.text).toContain('"bids":[[5.0E-4,1.2E7]]');
    expect(depth.body).toMatchObject({ ch: 'market.eosusdt.depth.step0', status: 'ok' });
    const merged = await bench.raw('GET', '/market/detail/merged?symbol=eosusdt');
    expect(tickOf(merged.body)).toMatchObject({
      bid: [0.0005, 12_000_000],
      ask: [0.8, 0.5],
      close: 0.6,
      amount: 3,
      count: 1,
    });
    const trades = await bench.raw('GET', '/market/history/trade?symbol=eosusdt&size=10');
    const [row] = (trades.body['data'] as { data: Json[] }[])[0]?.data ?? [];
    expect(row).toMatchObject({ price: 0.6, amount: 3, direction: 'sell' });
    expect(row).toHaveProperty('trade-id');
    expect(trades.text).toMatch(/"id":\d{26,}/);
    const candles = await bench.raw('GET', '/market/history/kline?symbol=eosusdt&period=1min&size=5');
    expect((candles.body['data'] as Json[])[0]).toMatchObject({ open: 0.6, close: 0.6, amount: 3, count: 1 });
  });

  test('candles of a day and more begin at midnight of Singapore, shorter ones go by UTC', async () => {
    const bench = htxBench();
    trade(bench, '0.6', '3');
    // From the afternoon of a Sunday into Singapore's Monday.
    await bench.clock.advance(8 * 3_600_000);
    trade(bench, '0.7', '4');
    const rows = async (period: string, path = 'kline'): Promise<[string, number][]> => {
      const { body } = await bench.raw('GET', `/market/history/${path}?symbol=eosusdt&period=${period}&size=5`);
      const data = body['data'] as { id: number; amount: number }[];
      return data.map(({ id, amount }) => [new Date(id * 1000).toISOString().slice(0, 13), amount]);
    };
    const days = [
      ['2026-11-22T16', 4],
      ['2026-11-21T16', 3],
    ];
    expect(await rows('1day')).toEqual(days);
    expect(await rows('1day', 'candles')).toEqual(days);
    expect(await rows('1week')).toEqual([
      ['2026-11-22T16', 4],
      ['2026-11-15T16', 3],
    ]);
    expect(await rows('1mon')).toEqual([['2026-10-31T16', 7]]);
    expect(await rows('1year')).toEqual([['2025-12-31T16', 7]]);
    expect(await rows('4hour')).toEqual([
      ['2026-11-22T16', 4],
      ['2026-11-22T12', 0],
      ['2026-11-22T08', 3],
    ]);
    const client = await bench.open('/ws');
    client.send({ req: 'market.eosusdt.kline.1mon', id: 'm' });
    expect((await client.next(({ id }) => id === 'm'))['data']).toMatchObject([{ amount: 7, open: 0.6, close: 0.7 }]);
    client.send({ sub: 'market.eosusdt.kline.1day', id: 's' });
    const pushed = await client.next(({ ch }) => ch === 'market.eosusdt.kline.1day');
    expect(tickOf(pushed)).toMatchObject({ id: Date.UTC(2026, 10, 22, 16) / 1000, amount: 4 });
  });

  test.each([
    ['kline', '7min'],
    ['kline', 'constructor'],
    ['kline', ''],
    ['candles', '1mon'],
    ['candles', '1year'],
    ['candles', '__proto__'],
  ])('%s has no period called "%s"', async (path, period) => {
    const { body } = await htxBench().raw('GET', `/market/history/${path}?symbol=eosusdt&period=${period}`);
    expect(body).toMatchObject({ status: 'error', 'err-code': 'invalid-parameter', 'err-msg': 'invalid period' });
  });

  test('unknown symbols are refused; reference data is complete for the connector', async () => {
    const { raw } = htxBench();
    expect((await raw('GET', '/market/depth?symbol=nope&type=step0')).body).toMatchObject({
      status: 'error',
      'err-code': 'invalid-parameter',
      'err-msg': 'invalid symbol',
    });
    const rules = await raw('GET', '/v1/settings/common/market-symbols');
    expect(typeof rules.body['ts']).toBe('string');
    expect((rules.body['data'] as Json[])[0]).toMatchObject({
      symbol: 'eosusdt',
      bc: 'eos',
      qc: 'usdt',
      pp: 4,
      ap: 1,
      at: 'enabled',
    });
    for (const path of ['/v2/settings/common/symbols', '/v1/common/symbols'])
      expect((await raw('GET', path)).body['data']).toHaveLength(2);
    expect((await raw('GET', '/v2/market-status')).body).toEqual({
      code: 200,
      message: 'success',
      data: { marketStatus: 1 },
    });
  });
});

describe('topics', () => {
  test('every frame is gzip; the full books come by the clock', async () => {
    const bench = htxBench();
    bench.other('SELL', '0.8', '5');
    const client = await bench.open('/ws');
    const [step0, refresh] = ['market.eosusdt.depth.step0', 'market.eosusdt.mbp.refresh.5'];
    await subscribe(client, step0);
    await subscribe(client, refresh);
    await bench.clock.advance(3_050);
    expect(client.compressed).toBe(true);
    expect(pushesOf(client, step0).length).toBe(4);
    expect(pushesOf(client, refresh).length).toBeGreaterThanOrEqual(30);
    expect(tickOf(pushesOf(client, step0)[0])).toMatchObject({ asks: [[0.8, 5]], bids: [] });
    expect(tickOf(pushesOf(client, refresh)[0])).toHaveProperty('seqNum');
  });

  test('bbo and trades come with what happens', async () => {
    const bench = htxBench();
    const client = await bench.open('/ws');
    const [bbo, trades] = ['market.eosusdt.bbo', 'market.eosusdt.trade.detail'];
    await subscribe(client, bbo);
    await subscribe(client, trades);
    bench.other('SELL', '0.8', '5');
    trade(bench, '0.7', '2');
    await bench.clock.advance(50);
    expect(tickOf(pushesOf(client, bbo).at(-1))).toMatchObject({ ask: 0.8, askSize: 5, symbol: 'eosusdt' });
    const [row] = tickOf(pushesOf(client, trades)[0])['data'] as Json[];
    expect(row).toMatchObject({ price: 0.7, amount: 2, direction: 'sell' });
    expect(Number.isSafeInteger(row?.['tradeId'])).toBe(true);
    expect(client.texts.some((text) => /"id":\d{26,},/.test(text))).toBe(true);
    client.send({ unsub: bbo, id: 'u' });
    expect(await client.next(({ id }) => id === 'u')).toMatchObject({ status: 'ok', unsubbed: bbo });
    client.frames.length = 0;
    bench.other('SELL', '0.75', '5');
    await bench.clock.advance(50);
    expect(pushesOf(client, bbo)).toEqual([]);
  });

  it.each([
    ['/ws', { sub: 'market.nopeusdt.bbo' }, 'The coin pair does not currently offer subscription services.'],
    ['/ws', { sub: 'market.eosusdt.mbp.20' }, 'invalid topic market.eosusdt.mbp.20'],
    ['/feed', { sub: 'market.eosusdt.bbo' }, 'invalid topic market.eosusdt.bbo'],
    ['/ws', { sub: 'market.eosusdt.kline.7min' }, 'invalid topic market.eosusdt.kline.7min'],
    ['/ws', { unsub: 'market.eosusdt.bbo' }, 'unsub with not subbed topic'],
    ['/ws', { hello: 'there' }, 'invalid topic'],
  ])('%s refuses %o', async (path, frame, message) => {
    const { open } = htxBench();
    const client = await open(path);
    client.send({ ...frame, id: 'x' });
    expect(await client.next()).toEqual({
      status: 'error',
      ts: expect.any(Number) as number,
      id: 'x',
      'err-code': 'bad-request',
      'err-msg': message,
    });
  });

  test('what is no JSON is told so', async () => {
    const { open } = htxBench();
    const client = await open('/ws');
    client.send('hello');
    expect(await client.next()).toMatchObject({ 'err-msg': 'not json string' });
  });

  test('klines of the past are pulled oldest first, in seconds', async () => {
    const bench = htxBench();
    for (const price of ['0.6', '0.7', '0.65']) {
      trade(bench, price, '2');
      await bench.clock.advance(60_000);
    }
    const client = await bench.open('/ws');
    client.send({ req: 'market.eosusdt.kline.1min', id: 'k' });
    const { data } = await client.next(({ id }) => id === 'k');
    const rows = data as { id: number; close: number }[];
    expect(rows.map(({ close }) => close).slice(0, 3)).toEqual([0.6, 0.7, 0.65]);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
    expect(rows[0]?.id).toBeLessThan(10_000_000_000);
  });
});

/** A client's book as section 9.3 says it is built. */
class Book {
  private readonly sides = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  private last: number;

  constructor(snapshot: Json) {
    this.last = Number(snapshot['seqNum']);
    this.take(snapshot);
  }

  private take(tick: Json): void {
    for (const name of ['bids', 'asks'] as const) {
      for (const [price = 0, size = 0] of (tick[name] ?? []) as number[][])
        if (size === 0) this.sides[name].delete(price);
        else this.sides[name].set(price, size);
    }
  }

  apply(tick: Json): void {
    if (Number(tick['seqNum']) <= this.last) return;
    if (Number(tick['prevSeqNum']) > this.last) throw new Error(`a gap after ${this.last}`);
    this.last = Number(tick['seqNum']);
    this.take(tick);
  }

  get levels(): { readonly bids: number[][]; readonly asks: number[][] } {
    return {
      bids: [...this.sides.bids].toSorted((a, b) => b[0] - a[0]),
      asks: [...this.sides.asks].toSorted((a, b) => a[0] - b[0]),
    };
  }
}

/** Buys and sells around 0.73 that sometimes meet, and a cancel now and then. */
function shuffleBook({ venue }: Bench, seed: number): void {
  if (seed % 7 === 6) {
    const open = venue.openOrders(1, EOS);
    const victim = open[(seed * 13) % open.length];
    if (victim !== undefined) venue.cancel(1, EOS, { orderId: victim.orderId }, '');
    return;
  }
  const side = seed % 2 === 0 ? 'BUY' : 'SELL';
  const away = ((seed * 37) % 120) - 6;
  const price = (0.73 + (side === 'BUY' ? -away : away) / 1000).toFixed(3);
  venue.place(1, order(side, price, String(2 + (seed % 9))), RULES);
}

describe('incremental books', () => {
  it.each([5, 20, 150, 400])('mbp.%i, rebuilt by the rules, is the book of the venue', async (depth) => {
    const bench = htxBench();
    for (let seed = 0; seed < 40; seed++) shuffleBook(bench, seed);
    const topic = `market.eosusdt.mbp.${depth}`;
    const client = await bench.open('/feed');
    await subscribe(client, topic);
    client.send({ req: topic, id: 'r' });
    const { data, rep } = await client.next(({ id }) => id === 'r');
    expect(rep).toBe(topic);
    const book = new Book(data as Json);
    for (let seed = 40; seed < 240; seed++) {
      shuffleBook(bench, seed);
      await bench.clock.advance(30);
    }
    await bench.clock.advance(200);
    for (const frame of pushesOf(client, topic)) book.apply(tickOf(frame));
    const { bids, asks } = bench.venue.book(EOS, depth);
    const numbers = (side: typeof bids): number[][] => side.map(([price, size]) => [price.toNumber(), size.toNumber()]);
    expect(book.levels).toEqual({ bids: numbers(bids), asks: numbers(asks) });
    expect(bids.length + asks.length).toBeGreaterThan(0);
  });

  test('mbp.20 names only the side that changed; mbp.150 both, and also when nothing did', async () => {
    const bench = htxBench();
    const client = await bench.open('/feed');
    await subscribe(client, 'market.eosusdt.mbp.20');
    await subscribe(client, 'market.eosusdt.mbp.150');
    bench.other('SELL', '0.8', '5');
    await bench.clock.advance(450);
    const small = pushesOf(client, 'market.eosusdt.mbp.20').map(tickOf);
    expect(small).toHaveLength(1);
    expect(small[0]).toMatchObject({ asks: [[0.8, 5]] });
    expect(small[0]).not.toHaveProperty('bids');
    const large = pushesOf(client, 'market.eosusdt.mbp.150').map(tickOf);
    expect(large.length).toBeGreaterThanOrEqual(4);
    expect(large.at(-1)).toMatchObject({ bids: [], asks: [] });
  });

  test('a snapshot comes from a cache of a second, and may be older than the first update of a newcomer', async () => {
    const bench = htxBench();
    const topic = 'market.eosusdt.mbp.20';
    const first = await bench.open('/feed');
    await subscribe(first, topic);
    bench.other('SELL', '0.8', '5');
    await bench.clock.advance(300);
    const second = await bench.open('/feed');
    await subscribe(second, topic);
    bench.other('SELL', '0.81', '5');
    const pull = async (id: string): Promise<number> => {
      second.send({ req: topic, id });
      const { data } = await second.next((frame) => frame['id'] === id);
      return Number((data as Json)['seqNum']);
    };
    const stale = await pull('a');
    const update = tickOf(pushesOf(second, topic)[0]);
    expect(stale).toBeLessThan(Number(update['prevSeqNum']));
    await bench.clock.advance(1_000);
    expect(await pull('b')).toBeGreaterThanOrEqual(Number(update['prevSeqNum']));
  });
});
