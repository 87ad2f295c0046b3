// Public data: a book put together from the channels equals the venue's, trades, tickers, candles and instruments (okx.md 2, 13, 14).
import { describe, expect, it, test } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import { EOS, d } from '../support.ts';
import { okxBench, rowOf, type Bench, type Json } from './support.ts';

type Levels = string[][];

/** Books by the rules of okx.md 13.4; says what does not fit. */
class LocalBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  seqId = -1;

  /** What of the frame breaks the rules; '' when nothing does. */
  apply(frame: Json): string {
    const { prevSeqId, seqId, checksum, bids, asks } = rowOf(frame);
    const isSnapshot = frame['action'] === 'snapshot';
    if (prevSeqId !== (isSnapshot ? -1 : this.seqId)) return `prevSeqId ${String(prevSeqId)} after ${this.seqId}`;
    if (checksum !== 0) return `checksum ${String(checksum)}`;
    this.seqId = Number(seqId);
    if (isSnapshot) this.bids.clear();
    if (isSnapshot) this.asks.clear();
    this.put(this.bids, bids as Levels);
    this.put(this.asks, asks as Levels);
    return '';
  }

  private put(side: Map<string, string>, levels: Levels): void {
    for (const [price = '', size = ''] of levels) {
      if (size === '0') side.delete(price);
      else side.set(price, size);
    }
  }

  levels(side: 'bids' | 'asks'): Levels {
    const sign = side === 'bids' ? -1 : 1;
    return [...this[side]].sort(([a], [b]) => sign * (Number(a) - Number(b)));
  }
}

function venueLevels(bench: Bench, side: 'bids' | 'asks', depth = 400): Levels {
  return bench.venue.book(EOS, depth)[side].map(([price, quantity]) => [price.toString(), quantity.toString()]);
}

/** Random quotes and takes over more than 400 levels. */
async function churn(bench: Bench, seed: string, steps: number): Promise<void> {
  const random = seededRandom(seed);
  for (let index = 0; index < steps; index++) {
    const quantity = d(1 + random.int(50)).mul(d('0.1'));
    const away = d(1 + random.int(600)).mul(d('0.0001'));
    const choice = random.int(10);
    if (choice < 4) bench.venue.house.setLevel(EOS, 'BUY', d('0.8').sub(away), random.int(3) === 0 ? d(0) : quantity);
    else if (choice < 8)
      bench.venue.house.setLevel(EOS, 'SELL', d('0.8').add(away), random.int(3) === 0 ? d(0) : quantity);
    else bench.venue.house.take(EOS, choice === 8 ? 'BUY' : 'SELL', null, quantity);
    if (random.int(4) === 0) await bench.clock.advance(random.int(60));
  }
}

describe('books', () => {
  test('rebuilt from snapshot and updates, also by those who come later, equal the venue’s', async () => {
    const bench = okxBench();
    await churn(bench, 'before', 2000);
    const early = await bench.open('public');
    await early.subscribe({ channel: 'books', instId: 'EOS-USDT' });
    await churn(bench, 'between', 500);
    const late = await bench.open('public');
    await late.subscribe({ channel: 'books', instId: 'EOS-USDT' });
    await churn(bench, 'after', 500);
    for (const client of [early, late]) {
      const book = new LocalBook();
      for (const frame of await client.during('books', 200)) expect(book.apply(frame)).toBe('');
      expect(book.seqId).toBe(Number(bench.venue.book(EOS, 1).updateId));
      for (const side of ['bids', 'asks'] as const) {
        expect(book.levels(side).length).toBeGreaterThan(100);
        expect(book.levels(side)).toEqual(venueLevels(bench, side));
      }
    }
  });

  test('levels that drop out of the depth are deleted, those that come back are sent again', async () => {
    const bench = okxBench();
    for (let index = 0; index < 401; index++)
      bench.venue.house.setLevel(EOS, 'BUY', d('0.8').sub(d('0.0001').mul(d(index))), d('1'));
    const client = await bench.open('public');
    await client.subscribe({ channel: 'books', instId: 'EOS-USDT' });
    bench.venue.house.setLevel(EOS, 'BUY', d('0.8001'), d('1'));
    const [, update] = await client.during('books', 150);
    expect(rowOf(update)['bids']).toEqual([['0.8001', '1', '0', '1'], ['0.7601', '0', '0', '0']]); // prettier-ignore
    bench.venue.house.setLevel(EOS, 'BUY', d('0.8001'), d('0'));
    const [back] = await client.during('books', 150);
    expect(rowOf(back)['bids']).toEqual([['0.8001', '0', '0', '0'], ['0.7601', '1', '0', '1']]); // prettier-ignore
  });

  test('an idle minute brings an empty update with seqId equal to prevSeqId', async () => {
    const bench = okxBench({ idleMs: 1_000_000 });
    await churn(bench, 'idle', 50);
    const client = await bench.open('public');
    await client.subscribe({ channel: 'books', instId: 'EOS-USDT' });
    const frames = await client.during('books', 65_000);
    const row = rowOf(frames.at(-1));
    expect(frames).toHaveLength(2);
    expect(row).toMatchObject({ bids: [], asks: [], checksum: 0 });
    expect(row['seqId']).toBe(row['prevSeqId']);
  });

  test.each([1_000, 14_000, 20_000])(
    'the idle minute is counted from the last frame, %s ms after the first',
    async (later) => {
      const bench = okxBench({ idleMs: 1_000_000 });
      const client = await bench.open('public');
      await client.subscribe({ channel: 'books', instId: 'EOS-USDT' });
      await client.during('books', later);
      bench.venue.house.setLevel(EOS, 'BUY', d('0.7'), d('1'));
      expect(await client.during('books', 59_000)).toHaveLength(1);
      const [idle] = await client.during('books', 3_000);
      expect(rowOf(idle)).toMatchObject({ bids: [], asks: [] });
      expect(await client.during('books', 57_000)).toEqual([]);
      expect(await client.during('books', 3_000)).toHaveLength(1);
    },
  );

  test('books5 and bbo-tbt send whole pictures', async () => {
    const bench = okxBench();
    await churn(bench, 'whole', 500);
    const client = await bench.open('public');
    await client.subscribe({ channel: 'books5', instId: 'EOS-USDT' }, { channel: 'bbo-tbt', instId: 'EOS-USDT' });
    await churn(bench, 'more', 300);
    await bench.clock.advance(200);
    const five = client.frames.filter(({ arg }) => (arg as Json)['channel'] === 'books5').at(-1) as Json;
    const best = client.frames.filter(({ arg }) => (arg as Json)['channel'] === 'bbo-tbt').at(-1) as Json;
    expect(five).not.toHaveProperty('action');
    const fiveRow = rowOf(five);
    expect(Object.keys(fiveRow)).toEqual(['asks', 'bids', 'instId', 'ts', 'seqId']);
    expect((fiveRow['bids'] as Levels).map((level) => level.slice(0, 2))).toEqual(venueLevels(bench, 'bids', 5));
    const bestRow = rowOf(best);
    expect(Object.keys(bestRow)).toEqual(['asks', 'bids', 'ts', 'seqId']);
    expect((bestRow['asks'] as Levels).map((level) => level.slice(0, 2))).toEqual(venueLevels(bench, 'asks', 1));
  });

  test('over REST', async () => {
    const bench = okxBench();
    await churn(bench, 'rest', 300);
    const { data } = await bench.raw('GET', '/api/v5/market/books?instId=EOS-USDT&sz=7');
    expect(data[0]).not.toHaveProperty('seqId');
    expect(((data[0] as Json)['asks'] as Levels).map((level) => level.slice(0, 2))).toEqual(
      venueLevels(bench, 'asks', 7),
    );
    expect((await bench.raw('GET', '/api/v5/market/books?instId=EOS-USDT')).data[0]?.['bids']).toHaveLength(1);
    const full = (await bench.raw('GET', '/api/v5/market/books-full?instId=EOS-USDT&sz=2')).data[0]?.['bids'] as Levels;
    expect(full.map((level) => level.length)).toEqual([3, 3]);
    expect((await bench.raw('GET', '/api/v5/market/books?instId=EOS-USDT&sz=401')).body).toMatchObject({
      code: '51000',
    });
  });
});

describe('trades', () => {
  test('one row for a taker and price, one for each match in trades-all', async () => {
    const bench = okxBench();
    const merged = await bench.open('public');
    await merged.subscribe({ channel: 'trades', instId: 'EOS-USDT' });
    const all = await bench.open('business');
    await all.subscribe({ channel: 'trades-all', instId: 'EOS-USDT' });
    for (const quantity of ['1', '2', '3']) bench.venue.house.quote(EOS, 'SELL', d('0.8'), d(quantity));
    bench.venue.house.quote(EOS, 'SELL', d('0.81'), d('1'));
    bench.venue.house.take(EOS, 'BUY', null, d('7'));
    const rows = (await merged.during('trades', 50)).map((frame) => (frame['data'] as Json[])[0] as Json);
    expect(rows.map(({ px, sz, side, count, source }) => [px, sz, side, count, source])).toEqual([
      ['0.8', '6', 'buy', '3', '0'],
      ['0.81', '1', 'buy', '1', '0'],
    ]);
    expect(typeof rows[0]?.['seqId']).toBe('number');
    const each = (await all.during('trades-all', 50)).map((frame) => (frame['data'] as Json[])[0] as Json);
    expect(each.map(({ sz }) => sz)).toEqual(['1', '2', '3', '1']);
    expect(rows.map(({ tradeId }) => tradeId)).toEqual([each[2]?.['tradeId'], each[3]?.['tradeId']]);
    const rest = (await bench.raw('GET', '/api/v5/market/trades?instId=EOS-USDT&limit=2')).data;
    expect(rest.map(({ tradeId }) => tradeId)).toEqual([each[3]?.['tradeId'], each[2]?.['tradeId']]);
    const older = (
      await bench.raw('GET', `/api/v5/market/history-trades?instId=EOS-USDT&after=${String(each[2]?.['tradeId'])}`)
    ).data;
    expect(older.map(({ sz }) => sz)).toEqual(['2', '1']);
  });
});

describe('tickers and candles', () => {
  test('a ticker, over REST and as it changes', async () => {
    const bench = okxBench();
    const client = await bench.open('public');
    await client.subscribe({ channel: 'tickers', instId: 'EOS-USDT' });
    expect((await client.push('tickers')).row).toMatchObject({ last: '', bidPx: '', askPx: '' });
    bench.venue.house.quote(EOS, 'SELL', d('0.8'), d('10'));
    bench.venue.house.take(EOS, 'BUY', null, d('4'));
    const { row } = await client.push('tickers');
    expect(row).toMatchObject({
      instType: 'SPOT', instId: 'EOS-USDT', last: '0.8', lastSz: '4', askPx: '0.8', askSz: '6', bidPx: '', bidSz: '', open24h: '0.8', high24h: '0.8',
      low24h: '0.8', vol24h: '4', volCcy24h: '3.2',
    }); // prettier-ignore
    const { data } = await bench.raw('GET', '/api/v5/market/ticker?instId=EOS-USDT');
    expect(data[0]).toMatchObject({ last: '0.8', vol24h: '4' });
    expect((await bench.raw('GET', '/api/v5/market/tickers?instType=SPOT')).data).toHaveLength(2);
    expect((await bench.raw('GET', '/api/v5/market/tickers?instType=SWAP')).data).toEqual([]);
  });

  test('a running bar is pushed when it changes, a closed one once more', async () => {
    const bench = okxBench();
    const client = await bench.open('business');
    await client.subscribe({ channel: 'candle1m', instId: 'EOS-USDT' });
    for (const [price, quantity] of [['0.8', '2'], ['0.82', '1'], ['0.79', '1']] as const) {
      bench.venue.house.quote(EOS, 'SELL', d(price), d(quantity));
      bench.venue.house.take(EOS, 'BUY', null, d(quantity));
    } // prettier-ignore
    const start = bench.clock.now();
    const running = await client.during('candle1m', 1500);
    const open = String(Math.floor(start / 60_000) * 60_000);
    expect(running.map(({ data }) => data)).toEqual([
      [[open, '0.8', '0.82', '0.79', '0.79', '4', '3.21', '3.21', '0']],
    ]);
    for (const _ of [1, 2]) {
      client.send('ping');
      await bench.clock.advance(25_000);
    }
    client.send('ping');
    const later = await client.during('candle1m', 10_000);
    expect(later[0]?.['data']).toEqual([[open, '0.8', '0.82', '0.79', '0.79', '4', '3.21', '3.21', '1']]);
    const { data } = await bench.raw('GET', '/api/v5/market/candles?instId=EOS-USDT&bar=1m&limit=5');
    expect(data.map((row) => (row as unknown as string[])[8])).toEqual(['0', '1']);
  });

  test('a market that has just begun has a past', async () => {
    const bench = okxBench({ inventedMinutes: 300 });
    bench.venue.house.quote(EOS, 'SELL', d('0.8'), d('2'));
    bench.venue.house.take(EOS, 'BUY', null, d('2'));
    const { data } = await bench.raw('GET', '/api/v5/market/candles?instId=EOS-USDT&limit=300');
    const bars = data as unknown as string[][];
    expect(bars).toHaveLength(300);
    expect(bars[0]?.slice(4, 6)).toEqual(['0.8', '2']);
    for (const [, open, high, low, close] of bars) {
      expect(Number(high)).toBeGreaterThanOrEqual(Math.max(Number(open), Number(close)));
      expect(Number(low)).toBeLessThanOrEqual(Math.min(Number(open), Number(close)));
    }
    expect(
      (await bench.raw('GET', '/api/v5/market/candles?instId=EOS-USDT&bar=1H')).data.length,
    ).toBeGreaterThanOrEqual(5);
  });

  it.each([
    ['1D', 16],
    ['1Dutc', 0],
    ['12H', 4],
    ['6Hutc', 0],
    ['1W', 16],
    ['1M', 16],
  ])('%s bars begin at %i o’clock UTC', async (bar, hour) => {
    const bench = okxBench();
    bench.venue.house.quote(EOS, 'SELL', d('0.8'), d('2'));
    bench.venue.house.take(EOS, 'BUY', null, d('2'));
    const { data } = await bench.raw('GET', `/api/v5/market/candles?instId=EOS-USDT&bar=${bar}`);
    const [ts] = data[0] as unknown as string[];
    expect(new Date(Number(ts)).getUTCHours() % (bar.includes('H') ? 12 : 24)).toBe(hour);
  });
});

describe('instruments', () => {
  test('spot as recorded, with an integer code; nothing else is listed', async () => {
    const { raw, get } = okxBench();
    const { data } = await raw('GET', '/api/v5/public/instruments?instType=SPOT');
    expect(data.map(({ instId }) => instId)).toEqual(['EOS-USDT', 'BNB-USDT']);
    expect(data[0]).toMatchObject({
      instIdCode: 1,
      tickSz: '0.0001',
      lotSz: '0.1',
      minSz: '0.1',
      state: 'live',
      baseCcy: 'EOS',
      tradeQuoteCcyList: ['USDT'],
    });
    for (const type of ['SWAP', 'FUTURES', 'OPTION', 'MARGIN']) {
      expect((await raw('GET', `/api/v5/public/instruments?instType=${type}`)).body).toEqual({
        code: '0',
        msg: '',
        data: [],
      });
    }
    expect((await raw('GET', '/api/v5/public/instruments')).body).toMatchObject({ code: '50014' });
    expect((await raw('GET', '/api/v5/public/instruments?instType=SPOT&instId=NOPE-USDT')).body).toMatchObject({
      code: '51001',
    });
    expect((await get('/api/v5/account/instruments?instType=SPOT&instId=BNB-USDT')).data).toHaveLength(1);
    expect((await get('/api/v5/account/trade-fee?instType=SPOT')).data[0]).toMatchObject({
      maker: '-0.0008',
      taker: '-0.001',
    });
  });
});
