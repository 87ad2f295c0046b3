// OKX as an Exchange: credentials, the account prepared, trading rules, balances, books, and what refusals teach.

import { describe, expect, it, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { okx } from '../../../src/exchanges/okx/index.ts';
import { OkxRest } from '../../../src/exchanges/okx/rest.ts';
import type { AccountConfig, ExchangeAccount } from '../../../src/exchanges/exchange.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog, type Log } from '../../../src/seam/log.ts';
import { TransportError } from '../../../src/seam/transport.ts';
import { createRateBudgets, type RateBudgets } from '../../../src/wire/rate-budget.ts';
import { btcUsdt, FakeTransport, FeedDiary, json, limitOrder, OpenBudgets, rows } from './fake.ts';

const config: AccountConfig = {
  account: 'a@x.test',
  accessKey: 'key',
  secretKey: new Secret('mock-secret'),
  passphrase: new Secret('open sesame'),
  endpoints: okx.endpoints({ rest: 'https://okx.test', wsPrivate: 'wss://okx.test/ws/v5/private' }),
  timings: {
    requestTimeout: 5_000,
    inDoubtPatience: 10_000,
    notFoundAfter: 30_000,
    reconcileEvery: 60_000,
    feeWait: 3_000,
    streamSilence: undefined,
  },
};
const accountRow = { uid: '1', mainUid: '1', acctLv: '2', posMode: 'net_mode', perm: 'read_only,trade', kycLv: '2' };
const instrumentRow = {
  instType: 'SPOT',
  instId: 'BTC-USDT',
  instIdCode: 3,
  baseCcy: 'BTC',
  quoteCcy: 'USDT',
  tickSz: '0.1',
  lotSz: '0.00000001',
  minSz: '0.00001',
  state: 'live',
};

function open(log: Log = silentLog, budgets: RateBudgets = new OpenBudgets()) {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  transport.answer('public/time', rows({ ts: String(clock.now() + 40_000) }));
  transport.answer('account/config', rows(accountRow));
  transport.answer('public/instruments', rows(instrumentRow));
  const account: ExchangeAccount = okx.open(config, {
    transport,
    clock,
    random: { next: () => 0.5, int: () => 0, id: (length) => 'x'.repeat(length) },
    log,
    budgets,
  });
  return { clock, transport, account };
}

const paths = (transport: FakeTransport): string[] => transport.requests.map(({ url }) => new URL(url).pathname);

test('nothing waits for a rate limit once the account is closed', async () => {
  const budgets = createRateBudgets();
  const { clock, transport, account } = open(silentLog, budgets);
  const limit = { clock, capacity: 60, windowMs: 2_000, aligned: false, cancelReserve: 0 };
  for (const bucket of ['orders-pending', 'cancel:BTC-USDT'])
    budgets.get(`okx.test:key:${bucket}`, limit).blockFor(50_000);
  const asking = account.trading.openOrders(btcUsdt);
  const canceling = account.trading.cancel(btcUsdt, [{ orderId: '1', clientOrderId: null }]);
  await clock.runUntil(() => false, 1_000);
  await account.close();
  expect(await asking).toMatchObject([null, { kind: 'rate-limited' }]);
  expect(await canceling).toMatchObject([{ outcome: 'not-sent', error: { kind: 'rate-limited' } }]);
  expect(transport.requests.filter(({ url }) => url.includes('/trade/'))).toEqual([]);
  expect(await clock.runAll(0)).toBe(true);
});

describe('credentials', () => {
  it.each([
    ['accessKey', { accessKey: '' }],
    ['secretKey', { secretKey: new Secret('') }],
    ['secretKey', { secretKey: new Secret('-----BEGIN PRIVATE KEY-----') }],
    ['passphrase', { passphrase: null }],
    ['passphrase', { passphrase: new Secret('') }],
  ])('without a usable %s are refused by name', (name, part) => {
    expect(() => okx.checkCredentials({ ...config, ...part })).toThrow(TypeError);
    expect(() => okx.checkCredentials({ ...config, ...part })).toThrow(name);
  });
  it('that are complete pass', () => {
    expect(() => okx.checkCredentials(config)).not.toThrow();
  });
});

test('client order ids are letters and digits, at most 32', () => {
  const { pattern } = okx.clientOrderIds;
  expect(['a', 'Abc123', 'x'.repeat(32)].every((id) => pattern.test(id))).toBe(true);
  expect(['', 'a-b', 'a_b', 'x'.repeat(33), 'ü', 'a b'].some((id) => pattern.test(id))).toBe(false);
});

test('nothing is sent before it is asked for', () => {
  expect(open().transport.requests).toEqual([]);
});

describe('preparing', () => {
  it('measures the clock and signs by the exchange’s time; what was refused for our clock meanwhile goes out again', async () => {
    const { clock, transport, account } = open();
    const expired = json({ code: '50102', msg: 'Timestamp request expired' });
    transport.answer('account/config', expired, rows(accountRow));
    expect(await account.prepare()).toEqual([true, null]);
    expect(account.clockOffset()).toBe(40_000);
    const signed = transport.requests.filter(({ url }) => url.endsWith('account/config'));
    expect(signed.map(({ headers }) => headers['OK-ACCESS-TIMESTAMP'])).toEqual(
      [0, 40_000].map((offset) => new Date(clock.now() + offset).toISOString()),
    );
  });

  it('asks for the time and the account side by side', async () => {
    const { transport, account } = open();
    const preparing = account.prepare();
    expect(paths(transport).toSorted()).toEqual(['/api/v5/account/config', '/api/v5/public/time']);
    expect(await preparing).toEqual([true, null]);
  });

  it('tells what keeps it from succeeding', async () => {
    const { transport, account } = open();
    transport.answer('account/config', json({ code: '50119', msg: "API key doesn't exist" }));
    expect((await account.prepare())[1]).toMatchObject({ kind: 'auth', code: '50119' });
    const offline = open();
    offline.transport.answer('public/time', new TransportError('refused', 'no', 'network'));
    expect((await offline.account.prepare())[1]).toMatchObject({ kind: 'network', outcome: 'not-sent' });
  });

  it('warns of a key that may not trade', async () => {
    const warnings: string[] = [];
    const { transport, account } = open({ ...silentLog, warn: (message) => void warnings.push(message) });
    transport.answer('account/config', rows({ ...accountRow, perm: 'read_only', kycLv: '1' }));
    await account.prepare();
    expect(warnings).toEqual([
      'the API key has no permission to trade',
      'OKX refuses orders of accounts below identity level 2',
    ]);
    expect(await account.permissions()).toEqual([{ trade: false, withdraw: false }, null]);
  });
});

describe('trading rules', () => {
  it('are asked once and kept for minutes', async () => {
    const { clock, transport, account } = open();
    expect((await account.instrument('BTC/USDT'))[0]).toMatchObject({
      rawSymbol: 'BTC-USDT',
      extra: { instIdCode: 3 },
    });
    await account.instrument('BTC/USDT');
    expect(transport.requests.map(({ url }) => new URL(url).search)).toEqual(['?instType=SPOT&instId=BTC-USDT']);
    await clock.advance(300_001);
    await account.instrument('BTC/USDT');
    expect(transport.requests).toHaveLength(2);
  });

  it('are asked anew by who needs them fresher: a code that was missing on a new listing appears (2.1)', async () => {
    const { clock, transport, account } = open();
    transport.answer('public/instruments', rows({ ...instrumentRow, instIdCode: null }), rows(instrumentRow));
    const [first] = await account.instrument('BTC/USDT');
    expect(first?.extra).toEqual({});
    await clock.advance(10_000);
    expect((await account.instrument('BTC/USDT', 20_000))[0]).toBe(first);
    expect((await account.instrument('BTC/USDT', 5_000))[0]?.extra).toEqual({ instIdCode: 3 });
    expect(transport.requests).toHaveLength(2);
  });

  it('of a symbol nobody lists are an invalid order, not sent', async () => {
    const { transport, account } = open();
    transport.answer(
      'public/instruments',
      json({ code: '51001', msg: "Instrument ID doesn't exist", data: [] }, 400),
      rows(instrumentRow),
    );
    expect((await account.instrument('BTC/USDT'))[1]).toMatchObject({
      kind: 'invalid-order',
      outcome: 'not-sent',
      symbol: 'BTC/USDT',
    });
    expect((await account.instrument('BTC/USDT'))[1]).toBeNull();
  });

  it('that could not be asked are asked again', async () => {
    const { transport, account } = open();
    transport.answer('public/instruments', new TransportError('timed out', 'maybe', 'timeout'), rows(instrumentRow));
    expect((await account.instrument('BTC/USDT'))[1]).toMatchObject({ kind: 'timeout' });
    expect((await account.instrument('BTC/USDT'))[1]).toBeNull();
  });

  it('are loaded anew after a refusal that says that they have changed', async () => {
    const { transport, account } = open();
    await account.prepare();
    await account.instrument('BTC/USDT');
    transport.answer(
      'trade/order',
      json({
        code: '1',
        msg: '',
        data: [{ sCode: '51121', sMsg: 'Order quantity must be a multiple of the lot size.', ordId: '' }],
      }),
    );
    await account.trading.create(limitOrder());
    await account.instrument('BTC/USDT');
    expect(paths(transport).filter((path) => path.endsWith('instruments'))).toHaveLength(2);
  });
});

test('two keys of one user share its limits, once it is known whose they are', async () => {
  const budgets = new OpenBudgets();
  const transport = new FakeTransport();
  const [one, two] = ['key 1', 'key 2'].map((accessKey) => {
    const { clock } = open();
    return okx.open({ ...config, accessKey }, { transport, clock, random: seededRandom(1), log: silentLog, budgets });
  });
  transport.answer('public/time', rows({ ts: '1600000000000' }));
  transport.answer('account/config', rows({ ...accountRow, uid: '44' }));
  for (const account of [one!, two!]) {
    await account.prepare();
    await account.trading.openOrders(btcUsdt);
  }
  expect(budgets.taken.filter((line) => /config|pending/.test(line))).toEqual([
    'okx.test:key 1:config 1 query',
    'okx.test:44:orders-pending 1 query',
    'okx.test:key 2:config 1 query',
    'okx.test:44:orders-pending 1 query',
  ]);
});

test('a mode that was changed by hand is learnt from the refusal', async () => {
  const { clock, transport, account } = open();
  await account.prepare();
  transport.answer('account/config', rows({ ...accountRow, acctLv: '3' }));
  transport.answer(
    'trade/order',
    json({ code: '1', msg: '', data: [{ sCode: '51000', sMsg: 'Parameter tdMode error ', ordId: '' }] }),
  );
  expect(await account.trading.create(limitOrder())).toMatchObject({ outcome: 'rejected', error: { code: '51000' } });
  await clock.settle();
  transport.requests.length = 0;
  await account.trading.create(limitOrder());
  expect(transport.requests[0]!.body).toContain('"tdMode":"cross"');
});

test('books, balances', async () => {
  const { transport, account } = open();
  const [instrument] = await account.instrument('BTC/USDT');
  transport.answer('market/books', rows({ asks: [['2', '1', '0', '1']], bids: [['1', '3', '0', '1']], ts: '5' }));
  expect(await account.orderbook(instrument!, 1_000)).toEqual([
    { platform: 'okx', symbol: 'BTC/USDT', asks: [['2', '1']], bids: [['1', '3']], timestamp: 5 },
    null,
  ]);
  expect(transport.requests.at(-1)!.url).toContain('sz=400');
  transport.answer('account/balance', rows({ details: [{ ccy: 'USDT', availBal: '5', frozenBal: '1', eq: '6' }] }));
  expect(await account.assets()).toEqual([{ USDT: { free: '5', locked: '1', total: '6' } }, null]);
});

test('a currency that an answer leaves out is empty; an answer without a list says nothing (10.1)', async () => {
  const { clock, transport, account } = open();
  const empty = { free: '0', locked: '0', total: '0' };
  const eos = { ccy: 'EOS', availBal: '2', eq: '2', uTime: '100' };
  transport.answer('account/balance', rows({ uTime: '100', details: [eos] }));
  await account.assets();
  await clock.advance(1_000);
  transport.answer('account/balance', rows({ uTime: '150' }));
  expect((await account.assets())[1]).toMatchObject({ kind: 'unknown' });
  transport.answer('account/balance', rows());
  expect((await account.assets())[1]).toMatchObject({ kind: 'unknown' });
  transport.answer('account/balance', rows({ uTime: '200', details: [] }));
  expect(await account.assets()).toEqual([{ EOS: empty }, null]);
});

test('a push that is newer than an answer stands (8, 10.1)', async () => {
  const { clock, transport, account } = open();
  const diary = new FeedDiary();
  account.feed.start(diary);
  await clock.settle();
  transport.socket.goLive();
  await clock.settle();
  const push = (availBal: string, uTime: string): void =>
    transport.socket.say({
      arg: { channel: 'account', uid: '1' },
      eventType: 'event_update',
      data: [{ uTime, details: [{ ccy: 'EOS', availBal, eq: availBal, uTime }] }],
    });
  push('3', '200');
  transport.answer('account/balance', rows({ uTime: '150', details: [] }));
  expect((await account.assets())[0]).toMatchObject({ EOS: { total: '3' } });
  push('1', '120');
  expect(diary.assets).toHaveLength(1);
  transport.answer(
    'account/balance',
    rows({ uTime: '300', details: [{ ccy: 'EOS', availBal: '4', eq: '4', uTime: '250' }] }),
  );
  expect((await account.assets())[0]).toMatchObject({ EOS: { total: '4' } });
});

test('order entry goes over the private stream’s socket once it is live', async () => {
  const { clock, transport, account } = open();
  await account.prepare();
  const before = transport.requests.length;
  account.feed.start(new FeedDiary());
  await clock.settle();
  expect(transport.socket.url).toBe('wss://okx.test/ws/v5/private');
  transport.socket.goLive();
  await clock.settle();
  const pending = account.trading.create(limitOrder());
  const { id, op, args } = transport.socket.last;
  expect([op, args]).toMatchObject(['order', [{ instIdCode: 3, clOrdId: 'a1' }]]);
  transport.socket.say({
    id,
    op,
    code: '0',
    msg: '',
    data: [{ ordId: '77', clOrdId: 'a1', sCode: '0', sMsg: 'Order successfully placed.', ts: '1' }],
  });
  expect((await pending).outcome).toBe('accepted');
  expect(transport.requests).toHaveLength(before);
  await account.close();
  expect(transport.socket.isGone).toBe(true);
});

describe('the raw client', () => {
  it('gives rows in the exchange’s own form, with their documented fields as texts', async () => {
    const { transport, account } = open();
    if (!(account.rest instanceof OkxRest)) throw new Error('not the raw client');
    transport.answer(
      'trade/orders-pending',
      rows({ ordId: '77', px: '1', state: 'live', tag: null, brandNew: { a: 1 } }),
    );
    const [orders] = await account.rest.getOpenOrders('BTC-USDT');
    expect(orders!.map(({ ordId, px, state }) => [ordId, px, state])).toEqual([['77', '1', 'live']]);
    expect(orders![0]!['brandNew']).toEqual({ a: 1 });
    transport.answer('trade/orders-pending', rows({ ordId: 77 }));
    expect((await account.rest.getOpenOrders())[1]).toMatchObject({ kind: 'unknown', outcome: 'unknown' });
  });

  it('gives candles, and refuses what is none', async () => {
    const { transport, account } = open();
    if (!(account.rest instanceof OkxRest)) throw new Error('not the raw client');
    const candle = ['1597026383085', '3.7', '3.8', '3.6', '3.75', '4', '15', '15', '0'];
    transport.answer('market/candles', json({ code: '0', msg: '', data: [candle] }));
    expect(await account.rest.getCandles('BTC-USDT', '1Dutc', { limit: 300 })).toEqual([[candle], null]);
    expect(new URL(transport.requests.at(-1)!.url).search).toBe('?instId=BTC-USDT&bar=1Dutc&limit=300');
    transport.answer('market/candles', json({ code: '0', msg: '', data: [] }));
    expect(await account.rest.getCandles('BTC-USDT', '1m')).toEqual([[], null]);
    transport.answer('market/candles', json({ code: '0', msg: '', data: [candle.slice(1)] }));
    expect((await account.rest.getCandles('BTC-USDT', '1m'))[1]).toMatchObject({ kind: 'unknown' });
    transport.answer('market/candles', json({ code: '51000', msg: 'Parameter bar error', data: [] }, 400));
    expect((await account.rest.getCandles('BTC-USDT', '1x'))[1]).toMatchObject({ code: '51000' });
  });

  it('gives the error of a single order that was refused, and every row of a batch', async () => {
    const { transport, account } = open();
    if (!(account.rest instanceof OkxRest)) throw new Error('not the raw client');
    transport.answer(
      'trade/order',
      json({
        code: '1',
        msg: 'All operations failed',
        data: [{ ordId: '', sCode: '51008', sMsg: 'Insufficient', subCode: '1000' }],
      }),
    );
    expect((await account.rest.createOrder({ instId: 'BTC-USDT' }))[1]).toMatchObject({
      kind: 'insufficient-funds',
      code: '51008',
    });
    transport.answer(
      'trade/cancel-batch-orders',
      json({
        code: '2',
        msg: '',
        data: [
          { ordId: '1', sCode: '0' },
          { ordId: '2', sCode: '51400', sMsg: 'gone' },
        ],
      }),
    );
    const [results] = await account.rest.cancelOrders([
      { instId: 'BTC-USDT', ordId: '1' },
      { instId: 'BTC-USDT', ordId: '2' },
    ]);
    expect(results!.map(({ sCode }) => sCode)).toEqual(['0', '51400']);
    await expect(account.rest.cancelOrders(Array.from({ length: 21 }, () => ({ ordId: '1' })))).rejects.toThrow(
      RangeError,
    );
  });

  it('draws a list of one cancel from the limit of single ones (okx.md 12)', async () => {
    const budgets = new OpenBudgets();
    const { transport, account } = open(silentLog, budgets);
    if (!(account.rest instanceof OkxRest)) throw new Error('not the raw client');
    transport.answer('trade/cancel-batch-orders', rows({ ordId: '1', sCode: '0', sMsg: '' }));
    const one = { instId: 'BTC-USDT', ordId: '1' };
    await account.rest.cancelOrders([one]);
    await account.rest.cancelOrders([one, { ...one, ordId: '2' }]);
    expect(budgets.taken.filter((line) => line.includes('cancel'))).toEqual([
      'okx.test:key:cancel:BTC-USDT 1 cancel',
      'okx.test:key:cancel-batch:BTC-USDT 2 cancel',
    ]);
  });
});
