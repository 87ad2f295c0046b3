// The public stream: books from a snapshot on, gaps that ask for a new one, silence, and sessions that are replaced.

import type { BookChange } from '../../../src/domain/book-change.ts';
import { describe, expect, it, test } from 'vitest';
import { probeOf } from '../../../src/exchanges/okx/conversation.ts';
import { OkxMarketFeed } from '../../../src/exchanges/okx/market-feed.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { btcUsdt, FakeTransport, OpenBudgets } from './fake.ts';

const ethUsdt = { ...btcUsdt, symbol: 'ETH/USDT', rawSymbol: 'ETH-USDT' };

function makeFeed() {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const lines: string[] = [];
  const told =
    (what: string) =>
    (symbol: string, { sequence }: BookChange) =>
      void lines.push(`${what} ${symbol} ${sequence}`);
  const feed = new OkxMarketFeed({
    transport,
    clock,
    random: seededRandom('feed'),
    log: silentLog,
    url: 'wss://okx.test/ws/v5/public',
    probe: probeOf(undefined),
    connects: new OpenBudgets().get('connect'),
  });
  feed.start({
    onSnapshot: told('snapshot'),
    onUpdate: told('update'),
    onLost: (symbol, reason) => void lines.push(`lost ${symbol}: ${reason}`),
    onError: ({ message }) => void lines.push(`error ${message}`),
  });
  return { clock, transport, feed, take: () => lines.splice(0) };
}

const snapshot = (seqId: number, instId = 'BTC-USDT') => ({
  arg: { channel: 'books', instId },
  action: 'snapshot',
  data: [{ asks: [['2', '1', '0', '1']], bids: [], ts: '1', checksum: 0, prevSeqId: -1, seqId }],
});
const update = (prevSeqId: number, seqId: number, instId = 'BTC-USDT') => ({
  arg: { channel: 'books', instId },
  action: 'update',
  data: [{ asks: [], bids: [], ts: '1', checksum: 0, prevSeqId, seqId }],
});
const goLive = async (clock: VirtualClock, transport: FakeTransport): Promise<void> => {
  await clock.settle();
  transport.socket.open();
  transport.socket.acknowledge('books');
  await clock.settle();
};

test('subscribes without a login, and tells snapshots and updates', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  expect(transport.socket.all).toEqual([{ op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] }]);
  transport.socket.say(update(1, 2));
  transport.socket.say(snapshot(10));
  transport.socket.say(update(10, 11));
  transport.socket.say(update(11, 11));
  transport.socket.say(snapshot(5, 'DOGE-USDT'));
  expect(take()).toEqual(['snapshot BTC/USDT 10', 'update BTC/USDT 11', 'update BTC/USDT 11']);
});

test('several books share one connection; one can be left', async () => {
  const { clock, transport, feed } = makeFeed();
  feed.watch(btcUsdt);
  await clock.settle();
  transport.socket.open();
  feed.watch(ethUsdt);
  feed.watch(btcUsdt);
  transport.socket.acknowledge('books');
  await clock.settle();
  expect(transport.sockets).toHaveLength(1);
  // The second came after the connection was begun.
  expect(transport.socket.all.map(({ op, args }) => [op, args])).toEqual([
    ['subscribe', [{ channel: 'books', instId: 'BTC-USDT' }]],
    ['subscribe', [{ channel: 'books', instId: 'ETH-USDT' }]],
  ]);
  feed.unwatch(btcUsdt);
  expect(transport.socket.last).toEqual({ op: 'unsubscribe', args: [{ channel: 'books', instId: 'BTC-USDT' }] });
});

describe('a gap', () => {
  it('loses the book and asks for a new snapshot, once', async () => {
    const { clock, transport, feed, take } = makeFeed();
    feed.watch(btcUsdt);
    await goLive(clock, transport);
    transport.socket.say(snapshot(10));
    transport.socket.say(update(12, 13));
    transport.socket.say(update(13, 14));
    expect(take()).toEqual([
      'snapshot BTC/USDT 10',
      'lost BTC/USDT: expected the frame after 10, got the one after 12',
    ]);
    await clock.advance(500);
    expect(transport.socket.all.slice(-2).map(({ op }) => op)).toEqual(['unsubscribe', 'subscribe']);
    transport.socket.say(snapshot(20));
    await clock.advance(10_000);
    expect(transport.socket.all.filter(({ op }) => op === 'unsubscribe')).toHaveLength(1);
    expect(take()).toEqual(['snapshot BTC/USDT 20']);
  });

  it('right after each new snapshot does not start the pauses over', async () => {
    const { clock, transport, feed } = makeFeed();
    feed.watch(btcUsdt);
    await goLive(clock, transport);
    transport.socket.say(snapshot(10));
    let answered = 0;
    for (let second = 0; second < 600; second++) {
      transport.socket.say(update(12, 13));
      await clock.advance(1_000);
      const asked = transport.socket.all.filter(({ op }) => op === 'unsubscribe').length;
      if (asked > answered) transport.socket.say(snapshot(10));
      answered = asked;
      transport.socket.say('pong');
    }
    expect(answered).toBeGreaterThan(10);
    expect(answered).toBeLessThan(40);
    // A minute of peace, and the next gap is a new trouble.
    transport.socket.say(snapshot(10));
    for (let second = 0; second < 60; second += 15) {
      await clock.advance(15_000);
      transport.socket.say(update(10, 10));
    }
    transport.socket.say(update(12, 13));
    await clock.advance(500);
    expect(transport.socket.all.filter(({ op }) => op === 'unsubscribe')).toHaveLength(answered + 1);
  });

  it('that is not mended is asked about ever more slowly: operations are limited', async () => {
    const { clock, transport, feed } = makeFeed();
    feed.watch(btcUsdt);
    await goLive(clock, transport);
    transport.socket.say(snapshot(10));
    transport.socket.say(update(12, 13));
    for (let second = 0; second < 600; second += 10) {
      await clock.advance(10_000);
      transport.socket.say('pong');
    }
    const asked = transport.socket.all.filter(({ op }) => op === 'unsubscribe').length;
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(40);
  });
});

test('a book that says nothing for 65 s is asked for anew, though the connection lives', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say(snapshot(10));
  for (let second = 0; second < 60; second += 10) {
    await clock.advance(10_000);
    transport.socket.say('pong');
  }
  expect(take()).toEqual(['snapshot BTC/USDT 10']);
  await clock.advance(5_000);
  expect(take()).toEqual(['lost BTC/USDT: no frame for 65000 ms']);
});

test('a book whose snapshot does not come is asked for again, and was never there to be lost', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  await clock.advance(9_999);
  expect(transport.socket.all).toHaveLength(1);
  await clock.advance(1);
  expect(transport.socket.all.slice(1).map(({ op }) => op)).toEqual(['unsubscribe', 'subscribe']);
  transport.socket.say(snapshot(10));
  feed.watch(ethUsdt);
  await clock.advance(10_000);
  expect(transport.socket.all.slice(-2)).toEqual(
    ['unsubscribe', 'subscribe'].map((op) => ({ op, args: [{ channel: 'books', instId: 'ETH-USDT' }] })),
  );
  expect(take()).toEqual(['snapshot BTC/USDT 10']);
});

test('a book that does not come on the new connection is lost soon after the old one is gone', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say(snapshot(10));
  transport.socket.say({ event: 'notice', code: '64008', msg: 'soon', connId: 'x' });
  await goLive(clock, transport);
  expect(transport.sockets).toHaveLength(2);
  await clock.advance(10_000);
  expect(take()).toEqual(['snapshot BTC/USDT 10', 'lost BTC/USDT: no snapshot came on the new connection']);
  await clock.advance(500);
  transport.socket.say(snapshot(20));
  expect(take()).toEqual(['snapshot BTC/USDT 20']);
});

test.each(['counts the operations', 'says so (60014)'])(
  'a connection that has had its share of operations is left for a fresh one: the client %s',
  async (how) => {
    const { clock, transport, feed } = makeFeed();
    feed.watch(btcUsdt);
    await goLive(clock, transport);
    transport.socket.say(snapshot(10));
    const [old] = transport.sockets;
    if (how === 'counts the operations') {
      for (let index = 0; index < 240; index++) {
        feed.watch(ethUsdt);
        feed.unwatch(ethUsdt);
      }
    } else old!.say({ event: 'error', code: '60014', msg: 'Requests too frequent', connId: 'x' });
    await clock.settle();
    expect(old!.sent.length).toBeLessThan(480);
    expect(transport.sockets).toHaveLength(2);
    await goLive(clock, transport);
    transport.socket.say(snapshot(12));
    await clock.advance(5_000);
    expect(old!.isGone).toBe(true);
  },
);

test('a lost connection loses every book, once, and comes back', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say(snapshot(10));
  transport.socket.end(1006, 'reset');
  await clock.advance(1_000);
  await goLive(clock, transport);
  transport.socket.say(update(10, 11));
  transport.socket.say(snapshot(30));
  expect(take()).toEqual(['snapshot BTC/USDT 10', 'lost BTC/USDT: reset', 'snapshot BTC/USDT 30']);
});

test('a session about to be closed is replaced first, and no book is lost', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say(snapshot(10));
  const [old] = transport.sockets;
  old!.say({ event: 'notice', code: '64008', msg: 'soon', connId: 'x' });
  await clock.settle();
  transport.socket.open();
  old!.say(update(10, 11));
  transport.socket.say(snapshot(12));
  transport.socket.acknowledge('books');
  transport.socket.say(update(12, 13));
  old!.say(update(11, 12));
  await clock.advance(5_000);
  expect(old!.isGone).toBe(true);
  expect(take()).toEqual(['snapshot BTC/USDT 10', 'update BTC/USDT 11', 'snapshot BTC/USDT 12', 'update BTC/USDT 13']);
});

test('a session about to be closed that is not live yet is replaced when it is', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await clock.settle();
  const [old] = transport.sockets;
  old!.open();
  old!.say({ event: 'notice', code: '64008', msg: 'soon', connId: 'x' });
  old!.acknowledge('books');
  old!.say(snapshot(10));
  await clock.runUntil(() => transport.sockets.length === 2, 3_000);
  await goLive(clock, transport);
  transport.socket.say(snapshot(12));
  await clock.advance(5_000);
  expect(old!.isGone).toBe(true);
  expect(take()).toEqual(['snapshot BTC/USDT 10', 'snapshot BTC/USDT 12']);
});

test('a refused subscription is told', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say({
    event: 'error',
    code: '60018',
    msg: 'Wrong URL or channel:books,instId:NO-SUCH doesn’t exist',
    connId: 'x',
  });
  expect(take()[0]).toContain('60018');
});

test('what comes while it is being stopped is told to nobody, and leaves no timer behind', async () => {
  const { clock, transport, feed, take } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  transport.socket.say(snapshot(10));
  take();
  const stopping = feed.stop();
  transport.socket.say(update(10, 11));
  await clock.runFor(stopping);
  expect(take()).toEqual([]);
  expect(await clock.runAll(0)).toBe(true);
});

test('stopping ends it', async () => {
  const { clock, transport, feed } = makeFeed();
  feed.watch(btcUsdt);
  await goLive(clock, transport);
  await feed.stop();
  await clock.advance(100_000);
  expect(transport.sockets).toHaveLength(1);
});
