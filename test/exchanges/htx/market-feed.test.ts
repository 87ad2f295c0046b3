// Books from the simulated exchange over both market sockets, frames recorded from the real one, and the payloads of the reference.

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { BookChange } from '../../../src/domain/book-change.ts';
import { Decimal } from '../../../src/domain/decimal.ts';
import { depthOf, instrumentOf, levelsOf, mbpOf } from '../../../src/exchanges/htx/decode-market.ts';
import { isRow, text } from '../../../src/exchanges/htx/frames.ts';
import { HtxMarketFeed } from '../../../src/exchanges/htx/market-feed.ts';
import { read } from '../../../src/exchanges/htx/market-socket.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { createVenue, type MatchingVenue } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import { createDialect } from '../../../src/simulator/htx/index.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import { account, EOS, INSTRUMENTS, order, RULES } from '../../simulator/support.ts';
import { pairsOf } from '../../support/level-pairs.ts';
import { FakeTransport, type FakeSocket } from './support.ts';

const eos = instrumentOf({ symbol: 'eosusdt', state: 'online', bc: 'eos', qc: 'usdt', pp: 4, ap: 1, vp: 8 })!;

/** A book kept the plain way, and how it came to be. */
class PlainBook {
  readonly diary: string[] = [];
  readonly errors: string[] = [];
  bids = new Map<string, string>();
  asks = new Map<string, string>();

  onSnapshot(_symbol: string, book: BookChange): void {
    this.diary.push('snapshot');
    this.bids = new Map(pairsOf(book.bids));
    this.asks = new Map(pairsOf(book.asks));
  }
  onUpdate(_symbol: string, change: BookChange): void {
    this.diary.push('update');
    for (const [side, levels] of [
      [this.bids, change.bids],
      [this.asks, change.asks],
    ] as const) {
      for (const [price, size] of pairsOf(levels))
        if (Decimal.from(size).isZero()) side.delete(price);
        else side.set(price, size);
    }
  }
  onLost(_symbol: string, reason: string): void {
    this.diary.push(`lost: ${reason}`);
  }
  onError(error: Error): void {
    this.errors.push(error.message);
  }
  top(side: 'bids' | 'asks'): string[] {
    const sign = side === 'bids' ? -1 : 1;
    return [...this[side]]
      .toSorted(([a], [b]) => sign * Decimal.from(a).cmp(Decimal.from(b)))
      .map(([price, size]) => `${price}x${size}`);
  }
}

function truth(venue: MatchingVenue, side: 'bids' | 'asks'): string[] {
  return venue.book(EOS, 150)[side].map(([price, size]) => `${price.toString()}x${size.toString()}`);
}

describe('incremental books', () => {
  test('follow the exchange through trade, silence and a cut', async () => {
    const clock = new VirtualClock();
    const venue = createVenue({
      clock,
      random: seededRandom('venue'),
      instruments: INSTRUMENTS,
      accounts: [account(1), account(2)],
    });
    const exchange = new SimulatedExchange({
      name: 'htx',
      venue,
      dialect: createDialect,
      clock,
      random: seededRandom('dialect'),
      seed: 1,
    });
    const feed = new HtxMarketFeed({
      link: {
        transport: inMemoryTransport(new Map([['htx.test', exchange]]), clock),
        clock,
        random: seededRandom('feed'),
        log: silentLog,
      },
      wsFeed: 'ws://htx.test/feed',
      wsMarket: 'ws://htx.test/ws',
    });
    const book = new PlainBook();
    const random = seededRandom('orders');
    const trade = async (steps: number): Promise<void> => {
      for (let step = 0; step < steps; step++) {
        const side = random.int(2) === 0 ? 'BUY' : 'SELL';
        const price = (8_000 + random.int(30) + (side === 'BUY' ? -15 : 0)) / 10_000;
        venue.place(1 + random.int(2), order(side, String(price), String(1 + random.int(50))), RULES);
        const open = venue.openOrders(1, EOS);
        if (open.length > 20) venue.cancel(1, EOS, { orderId: open[random.int(open.length)]!.orderId }, '');
        await clock.advance(random.int(80));
      }
      await clock.advance(500);
    };
    await trade(30);
    feed.start(book);
    feed.watch(eos);
    await trade(200);
    expect(book.diary[0]).toBe('snapshot');
    expect(book.diary.filter((entry) => entry !== 'update')).toEqual(['snapshot']);
    expect(book.top('bids')).toEqual(truth(venue, 'bids'));
    expect(book.top('asks')).toEqual(truth(venue, 'asks'));
    await clock.advance(600_000);
    exchange.faults.inject({ fault: 'connection-cut', stream: 'market', at: 10 });
    await trade(100);
    await clock.advance(5_000);
    await trade(20);
    expect(book.diary.filter((entry) => entry !== 'update')).toEqual([
      'snapshot',
      expect.stringContaining('lost'),
      'snapshot',
    ]);
    expect(book.top('bids')).toEqual(truth(venue, 'bids'));
    expect(book.errors).toEqual([]);
    await clock.runFor(feed.stop());
    expect(exchange.connectionCount).toBe(0);
  });
});

test('a book whose subscription the exchange refuses for a while comes all the same, in increments', async () => {
  const clock = new VirtualClock();
  const venue = createVenue({
    clock,
    random: seededRandom('venue'),
    instruments: INSTRUMENTS,
    accounts: [account(1), account(2)],
  });
  const exchange = new SimulatedExchange({
    name: 'htx',
    venue,
    dialect: createDialect,
    clock,
    random: seededRandom('dialect'),
    seed: 1,
  });
  const transport = inMemoryTransport(new Map([['htx.test', exchange]]), clock);
  const feed = new HtxMarketFeed({
    link: { transport, clock, random: seededRandom('feed'), log: silentLog },
    wsFeed: 'ws://htx.test/feed',
    wsMarket: 'ws://htx.test/ws',
  });
  const book = new PlainBook();
  const refused = exchange.faults.inject({
    fault: 'rate-limit',
    operation: 'subscribe',
    retryAfterMs: 3_000,
    count: 1,
  });
  feed.start(book);
  feed.watch(eos);
  venue.place(1, order('BUY', '0.8', '5'), RULES);
  await clock.advance(20_000);
  venue.place(1, order('BUY', '0.7', '5'), RULES);
  await clock.advance(1_000);
  expect(refused.strikes).toBeGreaterThan(0);
  expect(book.diary.filter((entry) => entry !== 'update')).toEqual(['snapshot']);
  expect(book.top('bids')).toEqual(truth(venue, 'bids'));
  await clock.runFor(feed.stop());
});

describe('with prepared answers', () => {
  async function started(): Promise<{
    clock: VirtualClock;
    transport: FakeTransport;
    book: PlainBook;
    feed: HtxMarketFeed;
  }> {
    const clock = new VirtualClock();
    const transport = new FakeTransport();
    const feed = new HtxMarketFeed({
      link: { transport, clock, random: seededRandom('x'), log: silentLog },
      wsFeed: 'ws://h/feed',
      wsMarket: 'ws://h/ws',
    });
    const book = new PlainBook();
    feed.start(book);
    feed.watch(eos);
    transport.socket.open();
    await clock.advance(0);
    return { clock, transport, book, feed };
  }
  const zip = (frame: unknown): Buffer => gzipSync(typeof frame === 'string' ? frame : JSON.stringify(frame));

  test('a ping is answered with the same integer, unquoted', async () => {
    const { transport } = await started();
    transport.socket.say(zip('{"ping":1764300452378}'), true);
    expect(transport.socket.sent.at(-1)).toBe('{"pong":1764300452378}');
  });

  test('a cached snapshot older than the first update is asked for again after a second, not at once', async () => {
    const { transport, clock, book } = await started();
    const { socket } = transport;
    expect(socket.last).toEqual({ sub: 'market.eosusdt.mbp.150', id: 'sub:eosusdt' });
    socket.say(zip({ id: 'sub:eosusdt', status: 'ok', subbed: 'market.eosusdt.mbp.150', ts: 1 }), true);
    socket.say(
      zip({ ch: 'market.eosusdt.mbp.150', ts: 2, tick: { seqNum: 12, prevSeqNum: 10, bids: [[0.8, 3.0]], asks: [] } }),
      true,
    );
    await clock.advance(10);
    expect(socket.last).toEqual({ req: 'market.eosusdt.mbp.150', id: 'req:eosusdt' });
    const snapshot = (seqNum: number): Buffer =>
      zip({
        id: 'req:eosusdt',
        status: 'ok',
        ts: 3,
        rep: 'market.eosusdt.mbp.150',
        data: { seqNum, bids: [[0.8, 1.0]], asks: [[0.9, 2.0]] },
      });
    socket.say(snapshot(9), true);
    const sent = socket.sent.length;
    await clock.advance(1_000);
    expect(socket.sent.length).toBe(sent);
    await clock.advance(200);
    expect(socket.sent.length).toBe(sent + 1);
    socket.say(snapshot(10), true);
    expect(book.diary).toEqual(['snapshot', 'update']);
    expect(book.top('bids')).toEqual(['0.8x3']);
  });

  test('where increments are not offered, whole snapshots come over the other socket', async () => {
    const { transport, clock, book } = await started();
    transport.socket.say(
      zip({
        status: 'error',
        ts: 1,
        id: 'sub:eosusdt',
        'err-code': 'bad-request',
        'err-msg': 'invalid mbp.150.symbol eosusdt',
      }),
      true,
    );
    expect(transport.sockets.map(({ url }) => url)).toEqual(['ws://h/feed', 'ws://h/ws']);
    transport.socket.open();
    await clock.advance(0);
    expect(transport.socket.last).toEqual({ sub: 'market.eosusdt.depth.step0', id: 'sub:eosusdt' });
    transport.socket.say(
      zip(
        '{"ch":"market.eosusdt.depth.step0","ts":5,"tick":{"bids":[[9.121E-7,92730.24]],"asks":[[9.2E-7,1.0E7]],"version":1,"ts":4}}',
      ),
      true,
    );
    expect(book.diary).toEqual(['snapshot']);
    expect(book.top('bids')).toEqual(['0.0000009121x92730.24']);
    expect(book.top('asks')).toEqual(['0.00000092x10000000']);
  });
});

describe('a topic that is not served', () => {
  const TOPIC = 'market.eosusdt.mbp.150';
  const DEPTH = 'market.eosusdt.depth.step0';
  const zip = (frame: unknown): Buffer => gzipSync(JSON.stringify(frame));
  const refusal = (id: string, message: string): unknown => ({
    status: 'error',
    ts: 1,
    id,
    'err-code': 'bad-request',
    'err-msg': message,
  });

  async function started(): Promise<{
    clock: VirtualClock;
    socket: FakeSocket;
    transport: FakeTransport;
    book: PlainBook;
    say: (frame: unknown) => void;
    /** Acknowledged, and standing on a snapshot. */
    stand: () => Promise<void>;
    /** So long, with the pings that keep the connections. */
    pass: (seconds: number, alive?: (second: number) => void) => Promise<void>;
    sent: (socket?: FakeSocket) => string[];
  }> {
    const clock = new VirtualClock();
    const transport = new FakeTransport();
    const feed = new HtxMarketFeed({
      link: { transport, clock, random: seededRandom('x'), log: silentLog },
      wsFeed: 'ws://h/feed',
      wsMarket: 'ws://h/ws',
    });
    const book = new PlainBook();
    feed.start(book);
    feed.watch(eos);
    const { socket } = transport;
    socket.open();
    await clock.advance(0);
    const say = (frame: unknown): void => socket.say(zip(frame), true);
    return {
      clock,
      socket,
      transport,
      book,
      say,
      stand: async () => {
        say({ id: 'sub:eosusdt', status: 'ok', subbed: TOPIC, ts: 1 });
        await clock.advance(200);
        say({ id: 'req:eosusdt', status: 'ok', ts: 3, rep: TOPIC, data: { seqNum: 10, bids: [[0.8, 1]], asks: [] } });
      },
      pass: async (seconds, alive) => {
        for (let second = 0; second < seconds; second++) {
          for (const one of transport.sockets) if (one.isOpen) one.say(zip({ ping: second }), true);
          alive?.(second);
          await clock.advance(1_000);
        }
      },
      sent: (of = socket) =>
        of.sent
          .splice(0)
          .filter((frame) => !frame.includes('pong'))
          .map((frame) => Object.keys(JSON.parse(frame) as object)[0] ?? ''),
    };
  }

  test('refused for rate: subscribed again, later and later', async () => {
    const { book, say, stand, pass, sent } = await started();
    expect(sent()).toEqual(['sub']);
    say(refusal('sub:eosusdt', '429 too many request'));
    await pass(2);
    expect(sent().filter((what) => what !== 'unsub')).toEqual(['sub']);
    say(refusal('sub:eosusdt', 'request timeout'));
    await pass(1);
    expect(sent()).not.toContain('sub');
    await pass(2);
    expect(sent()).toContain('sub');
    await stand();
    expect(book.diary).toEqual(['snapshot']);
  });

  test('never acknowledged: subscribed again', async () => {
    const { pass, sent } = await started();
    sent();
    await pass(8);
    expect(sent()).toEqual(['unsub', 'sub']);
  });

  test('a pull refused for rate is made again, and the subscription stays', async () => {
    const { say, pass, sent } = await started();
    say({ id: 'sub:eosusdt', status: 'ok', subbed: TOPIC, ts: 1 });
    await pass(1);
    sent();
    say(refusal('req:eosusdt', '429 too many request'));
    await pass(2);
    expect(sent()).toEqual(['req']);
  });

  test('silent while pings go on: the book is lost, and subscribed anew', async () => {
    const { book, say, stand, pass, sent } = await started();
    await stand();
    await pass(20, (second) =>
      say({ ch: TOPIC, ts: 2, tick: { seqNum: 11 + second, prevSeqNum: 10 + second, bids: [], asks: [] } }),
    );
    expect(book.diary.filter((line) => line !== 'update')).toEqual(['snapshot']);
    sent();
    await pass(10);
    expect(book.diary.at(-1)).toMatch(/^lost: nothing came/);
    expect(sent().slice(0, 2)).toEqual(['unsub', 'sub']);
    await stand();
    expect(book.diary.at(-1)).toBe('snapshot');
  });

  test('silent again and again: whole snapshots stand in, until increments are to be had again', async () => {
    const { book, say, stand, pass, sent, transport, clock } = await started();
    await stand();
    for (let round = 0; round < 4; round++) {
      await pass(9 + 2 ** round);
      if (round < 3) await stand();
    }
    const market = transport.socket;
    expect(market.url).toBe('ws://h/ws');
    market.open();
    await clock.advance(0);
    expect(sent(market)).toEqual(['sub']);
    const whole = (): void =>
      market.say(zip({ ch: DEPTH, ts: 5, tick: { bids: [[0.7, 1]], asks: [], version: 1, ts: 4 } }), true);
    whole();
    expect(book.top('bids')).toEqual(['0.7x1']);
    sent();
    await pass(700, whole);
    expect(sent()).toEqual(['sub']);
    say(refusal('trial:eosusdt', 'invalid mbp.150.symbol eosusdt'));
    await pass(600, whole);
    expect(sent()).toEqual(['sub']);
    expect(book.diary.at(-1)).toBe('snapshot');
    say({ id: 'trial:eosusdt', status: 'ok', subbed: TOPIC, ts: 1 });
    await pass(1);
    expect([sent(), sent(market)]).toEqual([['req'], ['unsub']]);
    await stand();
    expect(book.top('bids')).toEqual(['0.8x1']);
  });

  test('whole snapshots that stop are subscribed anew as well', async () => {
    const { book, say, pass, sent, transport, clock } = await started();
    say(refusal('sub:eosusdt', 'The coin pair does not currently offer subscription services.'));
    const market = transport.socket;
    market.open();
    await clock.advance(0);
    market.say(zip(refusal('sub:eosusdt', '429 too many request')), true);
    await pass(2);
    expect(sent(market).filter((what) => what === 'sub')).toHaveLength(2);
    market.say(zip({ ch: DEPTH, ts: 5, tick: { bids: [[0.7, 1]], asks: [], version: 1, ts: 4 } }), true);
    await pass(10);
    expect(book.diary.at(-1)).toMatch(/^lost/);
    expect(sent(market)).toContain('sub');
    expect(book.errors).toEqual([]);
  });
});

describe('numbers of the reference (9, 13)', () => {
  test('exponents and more digits than a double holds survive', () => {
    const frame = read(
      gzipSync(
        '{"ch":"market.btcusdt.depth.step0","ts":1,"tick":{"bids":[[46535.71,26.755973959140651643],[4.74E-4,5.0629586810098803E8],[9.487E-11,49500.0]],"asks":[],"ts":2}}',
      ),
    );
    if (frame.type !== 'push') throw new Error('not a push');
    expect(depthOf(frame.tick, 150)).toEqual({
      bids: [
        ['46535.71', '26.755973959140651643'],
        ['0.000474', '506295868.10098803'],
        ['0.00000000009487', '49500'],
      ],
      asks: [],
      time: 2,
    });
  });

  test('trade ids of 27 digits stay what they are', () => {
    const frame = read(
      Buffer.from(
        '{"ch":"market.btcusdt.trade.detail","ts":1639670532436,"tick":{"id":144446879688,"ts":1639670532434,"data":[{"id":144446879688433873170760015,"ts":1639670532434,"tradeId":102579820014,"amount":4.74E-4,"price":48542.5,"direction":"sell"}]}}',
      ),
    );
    if (frame.type !== 'push') throw new Error('not a push');
    const data: unknown = frame.tick['data'];
    const first: unknown = Array.isArray(data) ? data[0] : null;
    expect(isRow(first) && [text(first, 'id'), text(first, 'tradeId'), text(first, 'amount')]).toEqual([
      '144446879688433873170760015',
      '102579820014',
      '4.74E-4',
    ]);
  });

  test('increments as captured (9.3)', () => {
    const push = read(
      gzipSync(
        '{"ch":"market.btcusdt.mbp.20","ts":1639744309814,"tick":{"seqNum":144516551156,"prevSeqNum":144516551150,"bids":[[47231.83,0.957689]]}}',
      ),
    );
    expect(push.type === 'push' && mbpOf(push.tick)).toEqual({
      sequence: 144516551156,
      previous: 144516551150,
      bids: [['47231.83', '0.957689']],
      asks: [],
    });
    const reply = read(
      gzipSync(
        '{"id":"3000002","status":"ok","ts":1639751391156,"rep":"market.btcusdt.mbp.20","data":{"seqNum":144524033404,"bids":[[46705.1,0.211602]],"asks":[[46705.11,0.196215]]}}',
      ),
    );
    expect(reply.type === 'reply' && mbpOf(reply.data)).toEqual({
      sequence: 144524033404,
      previous: null,
      bids: [['46705.1', '0.211602']],
      asks: [['46705.11', '0.196215']],
    });
  });
});

const RECORDING = new URL('../../../../shared/data/htx-market-20210417.jsonl.gz', import.meta.url);

test('every recorded frame of the real exchange is read, and its books are in order', (context) => {
  if (!existsSync(RECORDING)) {
    context.skip('../shared/data is not here: recorded frames were not read');
    return;
  }
  let books = 0;
  for (const line of gunzipSync(readFileSync(RECORDING)).toString('utf8').split('\n')) {
    const record: unknown = line === '' ? null : JSON.parse(line);
    if (!isRow(record) || record['dir'] !== 'in') continue;
    const frame = read(Buffer.from(text(record, 'base64'), 'base64'));
    expect(frame.type).not.toBe('junk');
    if (frame.type !== 'push' || !frame.channel.endsWith('depth.step0')) continue;
    books++;
    for (const [side, sign] of [
      ['bids', -1],
      ['asks', 1],
    ] as const) {
      const levels = levelsOf(frame.tick[side]);
      expect(levels.length).toBe(Array.isArray(frame.tick[side]) ? frame.tick[side].length : 0);
      for (let index = 1; index < levels.length; index++)
        expect(sign * Decimal.from(levels[index]![0]).cmp(Decimal.from(levels[index - 1]![0]))).toBeGreaterThan(0);
    }
  }
  expect(books).toBeGreaterThan(50);
});
