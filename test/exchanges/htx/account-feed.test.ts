// The private stream with prepared frames: what is said, in which order, and what becomes of answers, pings and odd pushes.

import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import type { QueryOutcome } from '../../../src/exchanges/exchange.ts';
import { HtxAccountFeed } from '../../../src/exchanges/htx/account-feed.ts';
import { Balances } from '../../../src/exchanges/htx/balances.ts';
import { noSuchOrder } from '../../../src/exchanges/htx/outcomes.ts';
import { HtxSigner } from '../../../src/exchanges/htx/sign.ts';
import { SpotAccount } from '../../../src/exchanges/htx/spot-account.ts';
import { StreamMemory } from '../../../src/exchanges/htx/stream-memory.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { FakeTransport, FeedDiary, fixture, rowAt, symbols, type FakeSocket } from './support.ts';

const CHANNELS = ['accounts.update#2', 'trade.clearing#*#1', 'orders#*'];

interface Bench {
  readonly clock: VirtualClock;
  readonly transport: FakeTransport;
  readonly diary: FeedDiary;
  readonly feed: HtxAccountFeed;
  readonly socket: FakeSocket;
  readonly lookedUp: string[];
}

function bench(options: { clockWasOff?: boolean; found?: QueryOutcome } = {}): Bench {
  const clock = new VirtualClock(Date.UTC(2026, 10, 22, 8, 15, 30));
  const transport = new FakeTransport();
  const lookedUp: string[] = [];
  const spot = new SpotAccount();
  spot.learn('68824237');
  const feed = new HtxAccountFeed({
    link: { transport, clock, random: seededRandom('feed'), log: silentLog },
    login: {
      url: 'wss://api.huobi.pro/ws/v2',
      signer: new HtxSigner('testaccess-key00001-htx', new Secret('testsecret-0001')),
      timeoutMs: 5_000,
      exchangeTime: () => clock.now(),
      clockWasOff: () => Promise.resolve(options.clockWasOff ?? false),
    },
    symbols: symbols(),
    memory: new StreamMemory(() => clock.now()),
    balances: new Balances(),
    spot,
    streamSilence: undefined,
    lookUp: (symbol, rawSymbol, orderId) => {
      lookedUp.push(`${symbol} ${rawSymbol} ${orderId}`);
      return Promise.resolve(
        options.found ?? { outcome: 'not-found', error: noSuchOrder({ orderId, clientOrderId: null }) },
      );
    },
  });
  const diary = new FeedDiary();
  feed.start(diary);
  return { clock, transport, diary, feed, lookedUp, socket: transport.socket };
}

async function live(of: Bench): Promise<void> {
  of.socket.open();
  await of.clock.advance(0);
  of.socket.say({ action: 'req', code: 200, ch: 'auth', data: {} });
  await of.clock.advance(0);
  for (const ch of CHANNELS) of.socket.say({ action: 'sub', code: 200, ch, data: {} });
  await of.clock.advance(0);
}

test('logs in as the reference signs it, subscribes, and is live when all is acknowledged', async () => {
  const of = bench();
  of.socket.open();
  await of.clock.advance(0);
  expect(of.socket.all).toEqual([
    {
      action: 'req',
      ch: 'auth',
      params: {
        authType: 'api',
        accessKey: 'testaccess-key00001-htx',
        signatureMethod: 'HmacSHA256',
        signatureVersion: '2.1',
        timestamp: '2026-11-22T08:15:30',
        signature: '1/e2NwbFh0kvIFaDIj/kfCbsktFS2iwch4pa63Z6n1A=',
      },
    },
  ]);
  of.socket.say({ action: 'req', code: 200, ch: 'auth', data: {} });
  await of.clock.advance(0);
  expect(of.socket.all.slice(1)).toEqual(CHANNELS.map((ch) => ({ action: 'sub', ch })));
  of.socket.say({ action: 'sub', code: 200, ch: 'orders#*', data: {} });
  of.socket.say({ action: 'sub', code: 200, ch: 'trade.clearing#*#1', data: {} });
  await of.clock.advance(0);
  expect(of.feed.isLive).toBe(false);
  // The ack may name another mode.
  of.socket.say({ action: 'sub', code: 200, ch: 'accounts.update', data: {} });
  await of.clock.advance(0);
  expect(of.feed.isLive).toBe(true);
  expect(of.diary.take()).toEqual(['open', 'authenticated', 'live']);
});

test('pings are answered in kind, with the same integer', async () => {
  const of = bench();
  await live(of);
  of.socket.say('{"action":"ping","data":{"ts":1764299053602}}');
  expect(of.socket.sent.at(-1)).toBe('{"action":"pong","data":{"ts":1764299053602}}');
  of.socket.say('{"ping":1764300452378}');
  expect(of.socket.sent.at(-1)).toBe('{"pong":1764300452378}');
  of.socket.say('{"op":"ping","ts":"1764300452378"}');
  expect(of.socket.sent.at(-1)).toBe('{"op":"pong","ts":"1764300452378"}');
});

describe('login refused', () => {
  test('twice in a row: given up', async () => {
    const of = bench();
    for (let attempt = 0; attempt < 2; attempt++) {
      of.transport.socket.open();
      await of.clock.advance(0);
      of.transport.socket.say({ action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' });
      await of.clock.advance(2_000);
    }
    expect(of.diary.lines.at(-1)).toMatch(/^(fatal: auth.fail|close)/);
    expect(of.diary.lines.filter((line) => line.startsWith('fatal'))).toEqual(['fatal: auth.fail (2002)']);
    await of.clock.advance(120_000);
    expect(of.transport.sockets).toHaveLength(2);
  });

  test('because of our clock: tried again for ever', async () => {
    const of = bench({ clockWasOff: true });
    for (let attempt = 0; attempt < 4; attempt++) {
      of.transport.socket.open();
      await of.clock.advance(0);
      of.transport.socket.say({ action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' });
      await of.clock.advance(10_000);
    }
    expect(of.transport.sockets.length).toBeGreaterThan(4);
    expect(of.diary.lines.some((line) => line.startsWith('fatal'))).toBe(false);
  });
});

test('a refused subscription is tried on a new connection', async () => {
  const of = bench();
  of.socket.open();
  await of.clock.advance(0);
  of.socket.say({ action: 'req', code: 200, ch: 'auth', data: {} });
  await of.clock.advance(0);
  of.socket.say({ action: 'sub', code: 2002, ch: 'accounts.update#2', message: 'invalid.auth.state' });
  await of.clock.advance(1_000);
  expect(of.transport.sockets).toHaveLength(2);
});

test('wildcard and plain channels, text and number ids all arrive; other symbols and channels do not', async () => {
  const of = bench();
  await live(of);
  for (const example of fixture('orders-push')) of.socket.say(rowAt(example, 'frame'));
  expect(of.diary.reports).toHaveLength(fixture('orders-push').filter((example) => 'report' in example).length);
  const before = of.diary.reports.length;
  of.socket.say({
    action: 'push',
    ch: 'orders#*',
    data: { eventType: 'creation', symbol: 'nobodyknows', type: 'buy-limit', orderId: 1, orderStatus: 'submitted' },
  });
  of.socket.say('not json');
  of.socket.say({ action: 'push', ch: 'something.new', data: { symbol: 'btcusdt' } });
  expect(of.diary.reports).toHaveLength(before);
  expect(of.feed.isLive).toBe(true);
});

describe('another account of the same user', () => {
  const order = (data: object): object => ({
    action: 'push',
    ch: 'orders#*',
    data: { symbol: 'btcusdt', clientOrderId: 'x', type: 'buy-limit', orderPrice: '2', orderSize: '1', ...data },
  });
  const trade = { eventType: 'trade', tradeId: 5, tradePrice: '2', tradeVolume: '1', execAmt: '1', remainAmt: '0' };
  const creation = { eventType: 'creation', orderStatus: 'submitted', orderCreateTime: 1 };

  test('its orders are not ours: told by the account of the creation, and from then on by their id', async () => {
    const of = bench();
    await live(of);
    of.socket.say(order({ ...creation, orderId: 7, accountId: 68824238 }));
    of.socket.say(order({ ...trade, orderId: 7, orderStatus: 'filled', tradeTime: 2 }));
    of.socket.say(order({ ...creation, orderId: 9, accountId: '68824237' }));
    of.socket.say(order({ ...trade, orderId: 9, orderStatus: 'filled', tradeTime: 2 }));
    of.socket.say(order({ ...creation, orderId: 10 }));
    expect(of.diary.reports.map(({ orderId }) => orderId)).toEqual(['9', '9', '10']);
  });

  test('told by its fee, or by its source', async () => {
    const of = bench();
    await live(of);
    of.socket.say({
      action: 'push',
      ch: 'trade.clearing#*',
      data: { ...trade, symbol: 'btcusdt', orderId: 7, orderType: 'buy-limit', accountId: 68824238, transactFee: '1' },
    });
    of.socket.say(order({ eventType: 'cancellation', orderId: 7, orderStatus: 'canceled', lastActTime: 3 }));
    of.socket.say(order({ ...trade, orderId: 8, orderStatus: 'filled', orderSource: 'super-margin-api' }));
    expect(of.diary.reports).toEqual([]);
  });

  test('its balances are not ours, and its sequence numbers hold none of ours up', async () => {
    const of = bench();
    await live(of);
    const push = (data: object): void =>
      of.socket.say({
        action: 'push',
        ch: 'accounts.update#2',
        data: { currency: 'usdt', accountType: 'trade', ...data },
      });
    push({ accountId: 68824238, balance: '7', available: '7', seqNum: 900 });
    push({ accountId: 68824237, balance: '5', available: '4', seqNum: 3 });
    expect(of.diary.assets).toEqual([{ USDT: { free: '4', locked: '1', total: '5' } }]);
  });
});

describe('balances (8.5)', () => {
  const push = (data: object): object => ({ action: 'push', ch: 'accounts.update', data });

  test('absolute amounts; a missing one is what was last known; older ones are dropped', async () => {
    const of = bench();
    await live(of);
    of.socket.say(
      push({
        currency: 'usdc',
        accountId: 68824237,
        balance: '98.72432',
        available: '98.72432',
        changeType: null,
        accountType: 'trade',
        changeTime: null,
        seqNum: 1,
      }),
    );
    of.socket.say(
      push({
        currency: 'usdt',
        accountId: 68824237,
        balance: '78.45797228',
        changeType: 'order.match',
        accountType: 'trade',
        seqNum: 18,
        changeTime: 1764754899212,
      }),
    );
    expect(of.diary.assets).toEqual([{ USDC: { free: '98.72432', locked: '0', total: '98.72432' } }]);
    of.socket.say(push({ currency: 'usdc', available: '90', accountType: 'trade', seqNum: '3' }));
    of.socket.say(push({ currency: 'usdc', available: '80', balance: '80', accountType: 'trade', seqNum: 2 }));
    of.socket.say(push({ currency: 'usdc', balance: '5', accountType: 'loan', seqNum: 9 }));
    expect(of.diary.assets.slice(1)).toEqual([{ USDC: { free: '90', locked: '8.72432', total: '98.72432' } }]);
  });

  test('a push that tells half, and overtakes the answer of REST, is completed by it', () => {
    const balances = new Balances();
    expect(balances.push({ currency: 'usdt', accountType: 'trade', balance: '80', seqNum: 2 })).toBeNull();
    const list = [
      { currency: 'usdt', type: 'trade', balance: '90', 'seq-num': '1' },
      { currency: 'usdt', type: 'frozen', balance: '10', 'seq-num': '1' },
    ];
    expect(balances.snapshot(list)).toEqual({ USDT: { free: '80', locked: '0', total: '80' } });
  });

  test('what a push leaves out cannot be as it was when less is there in all, or more is free, than that allows', () => {
    const balances = new Balances();
    const usdt = { currency: 'usdt', accountType: 'trade' };
    balances.push({ ...usdt, balance: '100', available: '100', seqNum: 1 });
    expect(balances.push({ ...usdt, balance: '80', seqNum: 2 })).toEqual({
      USDT: { free: '80', locked: '0', total: '80' },
    });
    expect(balances.push({ ...usdt, available: '90', seqNum: 3 })).toEqual({
      USDT: { free: '90', locked: '0', total: '90' },
    });
  });

  test('REST rows and pushes are joined by their sequence numbers (4.2)', () => {
    const balances = new Balances();
    const list = [
      {
        currency: 'usdt',
        type: 'trade',
        balance: '91.850043797676510303',
        available: 'invalid',
        debt: 'invalid',
        'seq-num': '477',
      },
      { currency: 'usdt', type: 'frozen', balance: '5.160000000000000015', debt: '0', 'seq-num': '477' },
      { currency: 'dust', type: 'trade', balance: '0', 'seq-num': '0' },
      { currency: 'dust', type: 'frozen', balance: '0', 'seq-num': '0' },
      { currency: 'usdt', type: 'interest', balance: '7', 'seq-num': '477' },
    ];
    const usdt = { free: '91.850043797676510303', locked: '5.160000000000000015', total: '97.010043797676510318' };
    expect(balances.snapshot(list)).toEqual({ USDT: usdt });
    expect(
      balances.push({ currency: 'usdt', balance: '1', available: '1', accountType: 'trade', seqNum: 476 }),
    ).toBeNull();
    expect(
      balances.push({ currency: 'usdt', balance: '90', available: '80', accountType: 'trade', seqNum: 478 }),
    ).toEqual({ USDT: { free: '80', locked: '10', total: '90' } });
    expect(balances.snapshot(list)).toEqual({ USDT: { free: '80', locked: '10', total: '90' } });
  });
});

test('the end of a market buy with a fill unheard is looked up, not believed', async () => {
  const report = { source: 'query', symbol: 'BTC/USDT', orderId: '9', life: 'filled' };
  const of = bench({ found: { outcome: 'found', reports: [report as never] } });
  await live(of);
  of.socket.say({
    action: 'push',
    ch: 'orders#*',
    data: {
      eventType: 'trade',
      symbol: 'btcusdt',
      orderId: 9,
      type: 'buy-market',
      orderValue: '30',
      orderStatus: 'filled',
      tradeId: 2,
      tradePrice: '20',
      tradeVolume: '1',
      tradeTime: 5,
      execAmt: '30',
      remainAmt: '0',
    },
  });
  expect(of.diary.reports.at(-1)).toMatchObject({ life: null, fill: { tradeId: '2' } });
  await of.clock.advance(10_000);
  expect(of.lookedUp).toEqual(['BTC/USDT btcusdt 9']);
  expect(of.diary.reports.at(-1)).toMatchObject({ life: 'filled', source: 'query' });
});

test('thirty seconds of silence are a dead connection', async () => {
  const of = bench();
  await live(of);
  await of.clock.advance(29_000);
  expect(of.feed.isLive).toBe(true);
  await of.clock.advance(2_000);
  expect(of.feed.isLive).toBe(false);
  expect(of.diary.lines.filter((line) => line.startsWith('broken'))).toHaveLength(1);
});
