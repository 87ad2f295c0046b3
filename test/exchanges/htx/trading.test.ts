// Trading with prepared answers: which way a request takes, what it says, what odd answers come to.

import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { htx } from '../../../src/exchanges/htx/index.ts';
import type { ExchangeAccount } from '../../../src/exchanges/exchange.ts';
import { text, type Row } from '../../../src/exchanges/htx/frames.ts';
import { LIMITS, type Bucket } from '../../../src/exchanges/htx/limits.ts';
import { HtxRest } from '../../../src/exchanges/htx/rest.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { TransportError } from '../../../src/seam/transport.ts';
import { parseJson } from '../../../src/wire/json.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { BTC_USDT_ROW, btcUsdt, command, FakeTransport, FeedDiary, marketBuy, type FakeSocket } from './support.ts';

const PLACE = '/v1/order/orders/place';
const OPEN_ORDERS = '/v1/order/openOrders';

interface Bench {
  readonly clock: VirtualClock;
  readonly transport: FakeTransport;
  readonly account: ExchangeAccount;
  /** Holds a limit up as if the exchange had said so. */
  readonly block: (bucket: Bucket, owner: string, ms: number) => void;
}

async function bench(): Promise<Bench> {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const budgets = createRateBudgets();
  const account = htx.open(
    {
      account: 'a',
      accessKey: 'key',
      secretKey: new Secret('secret'),
      passphrase: null,
      endpoints: htx.endpoints({
        rest: 'http://h.test:81',
        wsPrivate: 'ws://h.test:81/ws/v2',
        wsTrade: 'ws://h.test:81/ws/trade',
      }),
      timings: {
        requestTimeout: 5_000,
        inDoubtPatience: 10_000,
        notFoundAfter: 30_000,
        reconcileEvery: 60_000,
        feeWait: 3_000,
        streamSilence: undefined,
      },
    },
    { transport, clock, random: seededRandom('x'), log: silentLog, budgets },
  );
  transport.answer('/v1/common/timestamp', { status: 'ok', data: clock.now() });
  transport.answer('/v1/account/accounts', {
    status: 'ok',
    data: [
      { id: 99, type: 'otc', subtype: '', state: 'working' },
      { id: 98, type: 'spot', subtype: '', state: 'lock' },
      { id: 71463752, type: 'spot', subtype: '', state: 'working' },
      { id: 97, type: 'point', state: 'working' },
    ],
  });
  transport.answer('/v1/settings/common/market-symbols', {
    status: 'ok',
    data: [BTC_USDT_ROW],
    ts: '1641880897191',
    full: 1,
  });
  transport.answer('/v2/market-status', {
    code: 200,
    message: 'success',
    data: { marketStatus: 3, haltReason: 2, affectedSymbols: 'all' },
  });
  expect(await clock.runFor(account.prepare())).toEqual([true, null]);
  transport.requests.length = 0;
  const block = (bucket: Bucket, owner: string, ms: number): void => {
    const limit = { clock, aligned: false, cancelReserve: 0, ...LIMITS[bucket] };
    budgets.get(`h.test:81:${owner}:${bucket}`, limit).blockFor(ms);
  };
  return { clock, transport, account, block };
}

/** Logs the order socket in. */
async function withSocket({ clock, transport, account }: Bench): Promise<FakeSocket> {
  account.feed.start(new FeedDiary());
  const socket = transport.sockets.find(({ url }) => url.endsWith('/ws/trade'));
  if (socket === undefined) throw new Error('no order socket');
  socket.open();
  await clock.advance(0);
  socket.say({ action: 'req', code: 200, ch: 'auth', data: {} });
  await clock.advance(0);
  return socket;
}

const bodyOf = (transport: FakeTransport): unknown => parseJson(transport.requests.at(-1)?.body ?? '');

describe('placing', () => {
  test('over REST: leaves before the first await, signed for the host dialled, body unsigned', async () => {
    const { transport, account } = await bench();
    transport.answer(PLACE, { status: 'ok', data: '1474908579893191', clientOrderId: 'k1-000001' });
    const outcome = account.trading.create(command());
    expect(transport.requests).toHaveLength(1);
    const [request] = transport.requests;
    expect(request?.url).toMatch(
      /^http:\/\/h\.test:81\/v1\/order\/orders\/place\?AccessKeyId=key&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2024-08-09T00%3A00%3A00&Signature=[^&]+$/,
    );
    expect(request?.headers).toEqual({ 'content-type': 'application/json' });
    expect(bodyOf(transport)).toMatchObject({ 'account-id': '71463752', symbol: 'btcusdt', type: 'buy-limit' });
    expect(await outcome).toMatchObject({ outcome: 'accepted', reports: [{ orderId: '1474908579893191' }] });
  });

  test('over the socket when it is logged in: leaves at once, answered by cid', async () => {
    const of = await bench();
    const socket = await withSocket(of);
    const outcome = of.account.trading.create(command());
    expect(socket.last).toMatchObject({
      cid: '1',
      ch: 'create-order',
      params: { 'account-id': '71463752', 'client-order-id': 'k1-000001' },
    });
    expect(of.transport.requests).toEqual([]);
    socket.say('{"status":"ok","data":1314507823485263,"cid":"1"}');
    expect(await of.clock.runFor(outcome)).toMatchObject({
      outcome: 'accepted',
      reports: [{ orderId: '1314507823485263' }],
    });
  });

  test('a socket that drops with an unanswered cid leaves doubt, and nothing is sent again', async () => {
    const of = await bench();
    const socket = await withSocket(of);
    const outcome = of.account.trading.create(command());
    socket.end(1006, '');
    expect(await of.clock.runFor(outcome)).toMatchObject({ outcome: 'unknown', error: { kind: 'network' } });
    expect(of.transport.requests).toEqual([]);
  });

  test.each([
    ['{"code":2001,"message":"invalid.ch","cid":"1"}'],
    ['{"status":"error","err-code":"login-required","err-msg":"x","data":null,"cid":"1"}'],
  ])('a socket that has not taken it in (%s): over REST, once', async (refusal) => {
    const of = await bench();
    const socket = await withSocket(of);
    of.transport.answer(PLACE, { status: 'ok', data: '1474908579893191', clientOrderId: 'k1-000001' });
    const outcome = of.account.trading.create(command());
    socket.say(refusal);
    expect(await of.clock.runFor(outcome)).toMatchObject({ outcome: 'accepted' });
    expect(of.transport.requests).toHaveLength(1);
    // The connection is replaced, and not used meanwhile.
    expect(of.transport.socket.url).toMatch(/trade$/);
    expect(of.transport.socket).not.toBe(socket);
    const sent = socket.sent.length;
    await of.clock.runFor(of.account.trading.create(command({ clientOrderId: 'k2' })));
    expect(socket.sent).toHaveLength(sent);
  });

  test.each([
    ['{"code":2001,"message":"invalid.action"}', 'rejected'],
    ['{"code":2002,"message":"invalid.auth.state"}', 'auth'],
    ['{"code":4000,"message":"too.many.request"}', 'rate-limited'],
  ])('a refusal that names no request (%s) sends no order a second time: it is looked up', async (refusal, kind) => {
    const of = await bench();
    const socket = await withSocket(of);
    of.transport.answer(PLACE, { status: 'ok', data: '1474908579893191', clientOrderId: 'k1-000001' });
    const outcome = of.account.trading.create(command());
    socket.say(refusal);
    expect(await of.clock.runFor(outcome)).toMatchObject({ outcome: 'unknown', error: { kind, outcome: 'unknown' } });
    // It was of something else, and the order has been taken.
    socket.say('{"status":"ok","data":"111","cid":"1"}');
    await of.clock.advance(1_000);
    expect(of.transport.requests.filter(({ url }) => url.includes(PLACE))).toEqual([]);
  });

  test('a market buy whose price was asked for does not leave once it is called off', async () => {
    const of = await bench();
    const socket = await withSocket(of);
    of.transport.answer('/market/depth', {
      status: 'ok',
      ts: 1,
      tick: { asks: [[1, 5]], bids: [[0.9, 5]] },
    });
    let isOff = false;
    const before = socket.sent.length;
    const outcome = of.account.trading.create(
      command({ orderType: 'MARKET', price: null, timeInForce: 'IOC', isCalledOff: () => isOff }),
    );
    isOff = true;
    expect(await of.clock.runFor(outcome)).toMatchObject({ outcome: 'not-sent', error: { kind: 'closed' } });
    expect(socket.sent).toHaveLength(before);
  });

  test('a market buy whose price cannot be asked for in time does not leave late', async () => {
    const { account, transport, clock, block } = await bench();
    block('depth', 'ip', 5_001);
    const outcome = await account.trading.create(command({ orderType: 'MARKET', price: null, timeInForce: 'IOC' }));
    expect(outcome).toMatchObject({ outcome: 'not-sent', error: { kind: 'rate-limited', retryAfter: 5_001 } });
    await clock.advance(60_000);
    expect(transport.requests).toEqual([]);
  });

  test('a market buy that has waited for its price waits only for what is left of its time', async () => {
    const { account, transport, clock, block } = await bench();
    transport.answer('/market/depth', { status: 'ok', ts: 1, tick: { asks: [[60_000, 5]], bids: [[59_999, 5]] } });
    block('depth', 'ip', 4_000);
    const creating = account.trading.create(command({ orderType: 'MARKET', price: null, timeInForce: 'IOC' }));
    await clock.advance(3_000);
    block('place', 'account 71463752', 3_000);
    await clock.advance(1_000);
    expect(await creating).toMatchObject({ outcome: 'not-sent', error: { kind: 'rate-limited', retryAfter: 2_000 } });
    await clock.advance(60_000);
    expect(transport.requests).toHaveLength(1);
  });

  test('an order whose turn is put off beyond its time does not leave', async () => {
    const { account, transport, clock, block } = await bench();
    block('place', 'account 71463752', 4_000);
    const creating = account.trading.create(command());
    await clock.advance(1_000);
    block('place', 'account 71463752', 5_000);
    await clock.settle();
    expect(await creating).toMatchObject({ outcome: 'not-sent', error: { kind: 'rate-limited', retryAfter: 5_000 } });
    await clock.advance(60_000);
    expect(transport.requests).toEqual([]);
  });

  test('a socket refusal that names none of several requests decides none of them', async () => {
    const of = await bench();
    const socket = await withSocket(of);
    const outcomes = Promise.all([
      of.account.trading.create(command()),
      of.account.trading.create(command({ clientOrderId: 'k2' })),
    ]);
    socket.say('{"code":4000,"message":"too.many.request"}');
    socket.say('{"status":"ok","data":"7","cid":"2"}');
    expect(await of.clock.runFor(outcomes)).toMatchObject([
      { outcome: 'unknown', error: { kind: 'timeout' } },
      { outcome: 'accepted' },
    ]);
    expect(of.transport.requests).toEqual([]);
  });

  test.each([
    [new TransportError('refused', 'no', 'network'), 'not-sent', 'network'],
    [new TransportError('reset', 'maybe', 'network'), 'unknown', 'network'],
    [new TransportError('slow', 'maybe', 'timeout'), 'unknown', 'timeout'],
    [new Error('not of the transport'), 'unknown', 'network'],
    [{ status: 502, body: '<html>502 Bad Gateway</html>' }, 'unknown', 'maintenance'],
    [
      { status: 500, body: '{"status":"error","err-code":"order-value-min-error","err-msg":"x","data":null}' },
      'unknown',
      'maintenance',
    ],
    [
      { status: 408, body: '{"status":"error","err-code":"order-value-min-error","err-msg":"x","data":null}' },
      'unknown',
      'timeout',
    ],
    [{ status: 200, body: '' }, 'unknown', 'unknown'],
    [{ status: 429, body: '' }, 'rejected', 'rate-limited'],
    [{ status: 403, body: '<html>403</html>' }, 'rejected', 'rate-limited'],
    [{ status: 403, body: '{"status":"error","err-code":"403","err-msg":"x","data":null}' }, 'rejected', 'auth'],
    [{ status: 200, body: '{"code":2002,"message":"x"}' }, 'rejected', 'invalid-order'],
    [
      { status: 405, body: '{"status":"error","err-code":"method-not-allowed","err-msg":"x","data":null}' },
      'rejected',
      'invalid-order',
    ],
  ] as const)('%j is %s', async (answer, outcome, kind) => {
    const { clock, transport, account } = await bench();
    transport.answer(PLACE, answer);
    expect(await clock.runFor(account.trading.create(command()))).toMatchObject({ outcome, error: { kind, outcome } });
    expect(transport.requests.filter(({ url }) => url.includes(PLACE))).toHaveLength(1);
  });

  test('a refused signature is not sent again; the clock is measured anew', async () => {
    const { clock, transport, account } = await bench();
    transport.answer(PLACE, {
      status: 'error',
      'err-code': 'api-signature-not-valid',
      'err-msg': 'Signature not valid: Verification failure [校验失败]',
      data: null,
    });
    transport.answer('/v1/common/timestamp', { status: 'ok', data: clock.now() + 3_600_000 });
    expect(await clock.runFor(account.trading.create(command()))).toMatchObject({
      outcome: 'rejected',
      error: { kind: 'clock-skew' },
    });
    expect(account.clockOffset()).toBe(3_600_000);
    expect(transport.requests.filter(({ url }) => url.includes(PLACE))).toHaveLength(1);
  });

  test('before the account id is known nothing is sent', async () => {
    const transport = new FakeTransport();
    const account = htx.open(
      {
        account: 'a',
        accessKey: 'k',
        secretKey: new Secret('s'),
        passphrase: null,
        endpoints: htx.endpoints('live'),
        timings: {
          requestTimeout: 5_000,
          inDoubtPatience: 1,
          notFoundAfter: 1,
          reconcileEvery: 1,
          feeWait: 1,
          streamSilence: undefined,
        },
      },
      { transport, clock: new VirtualClock(), random: seededRandom('x'), log: silentLog, budgets: createRateBudgets() },
    );
    expect(await account.trading.create(command())).toMatchObject({
      outcome: 'not-sent',
      error: { kind: 'not-ready' },
    });
    expect(transport.requests).toEqual([]);
  });

  test('a market buy of a base quantity beyond the bounds of value is not sent', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/market/depth', {
      status: 200,
      body: '{"status":"ok","ts":1,"tick":{"bids":[],"asks":[[48660.95,0.5]],"ts":1}}',
    });
    expect(await clock.runFor(account.trading.create(marketBuy({ quantity: Decimal.from('0.0001') })))).toMatchObject({
      outcome: 'not-sent',
      error: {
        kind: 'invalid-order',
        message: 'market buy of 0.0001 BTC at the best ask 48660.95: 4.866095 USDT is below the minimum order value 5',
      },
    });
    expect(account.trading.refuse(marketBuy({ quoteQuantity: Decimal.from('2000000') }))).toContain(
      'above the maximum 1000000 of a market buy',
    );
  });
});

test('a limit order beyond the bound of its side is not sent', async () => {
  const { account } = await bench();
  const of = (action: 'BUY' | 'SELL', quantity: string): string | null =>
    account.trading.refuse(command({ action, quantity: Decimal.from(quantity) }));
  expect([of('BUY', '500'), of('SELL', '400.5')]).toEqual([null, null]);
  expect(of('BUY', '500.1')).toBe('quantity 500.1 is above the maximum 500 of a limit buy');
  expect(of('SELL', '401')).toBe('quantity 401 is above the maximum 400.5 of a limit sell');
});

describe('canceling', () => {
  test('one by REST goes to its own endpoint, by the exchange’s id where it is known', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/orders/17/submitcancel', { status: 'ok', data: '17' });
    expect(await clock.runFor(account.trading.cancel(btcUsdt, [{ orderId: '17', clientOrderId: 'k' }]))).toEqual([
      { outcome: 'accepted', reports: [] },
    ]);
    transport.answer('/v1/order/orders/submitCancelClientOrder', { status: 'ok', data: 0 });
    expect(await clock.runFor(account.trading.cancel(btcUsdt, [{ orderId: null, clientOrderId: 'k' }]))).toMatchObject([
      { outcome: 'gone', error: { kind: 'order-not-found' } },
    ]);
    expect(bodyOf(transport)).toEqual({ 'client-order-id': 'k' });
  });

  test('many go in fifties, side by side, each kind of id apart', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/orders/batchcancel', { status: 'ok', data: { success: [], failed: [] } });
    const refs = [
      ...Array.from({ length: 120 }, (_, index) => ({ orderId: String(index + 1), clientOrderId: null })),
      { orderId: null, clientOrderId: 'a' },
      { orderId: null, clientOrderId: 'b' },
    ];
    const outcomes = account.trading.cancel(btcUsdt, refs);
    expect(
      transport.requests.map(
        ({ body }) =>
          Object.entries(parseJson(body ?? '') as Record<string, string[]>).map(
            ([name, ids]) => `${name} ${ids.length}`,
          )[0],
      ),
    ).toEqual(['order-ids 50', 'order-ids 50', 'order-ids 20', 'client-order-ids 2']);
    expect((await clock.runFor(outcomes)).every(({ outcome }) => outcome === 'unknown')).toBe(true);
  });

  test('all: when more than a call takes are left, the listed ones go in batches', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/orders/batchCancelOpenOrders', {
      status: 'ok',
      data: { 'success-count': 100, 'failed-count': 0, 'next-id': 5454600 },
    });
    transport.answer(OPEN_ORDERS, {
      status: 'ok',
      data: [
        { id: 1, symbol: 'btcusdt', type: 'buy-limit', state: 'submitted', amount: '1' },
        { id: 2, symbol: 'btcusdt', type: 'buy-limit', state: 'submitted', amount: '1' },
      ],
    });
    transport.answer('/v1/order/orders/batchcancel', {
      status: 'ok',
      data: { success: ['1', '2'], failed: [] },
    });
    expect(await clock.runFor(account.trading.cancelAll(btcUsdt))).toEqual({ outcome: 'accepted', reports: [] });
    expect(bodyOf(transport)).toEqual({ 'order-ids': ['1', '2'] });
  });

  test('all, of which more are known than a call takes: named in batches before the call, and no list is asked for', async () => {
    const { clock, transport, account } = await bench();
    const known = Array.from({ length: 120 }, (_, index) => ({ orderId: String(index + 1), clientOrderId: null }));
    for (const size of [50, 50, 20])
      transport.answer('/v1/order/orders/batchcancel', { status: 'ok', data: { success: [String(size)], failed: [] } });
    transport.answer('/v1/order/orders/batchCancelOpenOrders', {
      status: 'ok',
      data: { 'success-count': 0, 'failed-count': 0, 'next-id': -1 },
    });
    const before = transport.requests.length;
    expect(await clock.runFor(account.trading.cancelAll(btcUsdt, known))).toEqual({ outcome: 'accepted', reports: [] });
    expect(transport.requests.slice(before).map(({ url }) => new URL(url).pathname.split('/').at(-1))).toEqual([
      'batchcancel',
      'batchcancel',
      'batchcancel',
      'batchCancelOpenOrders',
    ]);
  });

  test('all, when the list cannot be had: call after call, until the same next order is named twice', async () => {
    const { clock, transport, account } = await bench();
    const left = (nextId: number): Row => ({
      status: 'ok',
      data: { 'success-count': 100, 'failed-count': 0, 'next-id': nextId },
    });
    transport.answer(OPEN_ORDERS, { status: 502, body: '' });
    transport.answer('/v1/order/orders/batchCancelOpenOrders', left(7), left(8), left(8));
    expect(await clock.runFor(account.trading.cancelAll(btcUsdt))).toEqual({ outcome: 'accepted', reports: [] });
    expect(transport.requests.filter(({ url }) => url.includes('batchCancelOpenOrders'))).toHaveLength(3);
    transport.answer('/v1/order/orders/batchCancelOpenOrders', {
      status: 'error',
      'err-code': 'gateway-internal-error',
      'err-msg': 'x',
      data: null,
    });
    expect(await clock.runFor(account.trading.cancelAll(btcUsdt))).toMatchObject({ outcome: 'unknown' });
  });
});

describe('asking', () => {
  const row = (id: number): Row => ({
    id,
    symbol: 'btcusdt',
    type: 'buy-limit',
    state: 'submitted',
    amount: '1',
    price: '2',
    'created-at': 5,
    'filled-amount': '0.0',
    'filled-cash-amount': '0.0',
  });

  test('open orders: every page, each order once whether `from` is inclusive or not', async () => {
    const { clock, transport, account } = await bench();
    const page = (from: number, count: number): Row => ({
      status: 'ok',
      data: Array.from({ length: count }, (_, index) => row(from - index)),
    });
    transport.answer(OPEN_ORDERS, page(2_000, 500), page(1_501, 500), page(1_002, 3));
    const [reports, error] = await clock.runFor(account.trading.openOrders(btcUsdt));
    expect(error).toBeNull();
    expect(new Set(reports?.map(({ orderId }) => orderId)).size).toBe(1_001);
    expect(transport.requests.map(({ url }) => new URL(url).searchParams.get('from'))).toEqual([null, '1501', '1002']);
    expect(new URL(transport.requests[1]?.url ?? '').searchParams.get('direct')).toBe('next');
  });

  test('open orders with one page missing are an error, never a part', async () => {
    const { clock, transport, account } = await bench();
    transport.answer(
      OPEN_ORDERS,
      { status: 'ok', data: Array.from({ length: 500 }, (_, index) => row(index + 1)) },
      { status: 502, body: '' },
    );
    expect((await clock.runFor(account.trading.openOrders(btcUsdt)))[0]).toBeNull();
  });

  test('open orders whose pages do not advance are an error, never a part', async () => {
    const { clock, transport, account } = await bench();
    transport.answer(OPEN_ORDERS, { status: 'ok', data: Array.from({ length: 500 }, (_, index) => row(index + 1)) });
    expect((await clock.runFor(account.trading.openOrders(btcUsdt)))[1]).toMatchObject({
      kind: 'unknown',
      message: 'the pages of the answer do not advance behind id 500',
    });
  });

  test('fills behind whose last full page nothing is found are all there', async () => {
    const { clock, transport, account } = await bench();
    const fill = (id: number): Row => ({
      id,
      'order-id': 7,
      symbol: 'btcusdt',
      source: 'spot-api',
      type: 'buy-limit',
      price: '2',
      'filled-amount': '1',
      'filled-fees': '0.001',
      'fee-currency': 'btc',
      'filled-points': '0.0',
      'trade-id': id,
      'match-id': 1_000 + id,
      role: 'taker',
      'created-at': 1_494_901_400_468,
    });
    transport.answer(
      '/v1/order/matchresults',
      { status: 'ok', data: Array.from({ length: 500 }, (_, index) => fill(index + 1)) },
      { status: 'error', 'err-code': 'base-record-invalid', 'err-msg': 'record invalid', data: null },
    );
    const [fills, error] = await clock.runFor(account.trading.fills(btcUsdt, { since: clock.now() - 1_000 }));
    expect([fills?.length, error]).toEqual([500, null]);
  });

  test('fills since a time slide in windows of 48 hours', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/matchresults', { status: 'ok', data: [] });
    const hours = 3_600_000;
    await clock.runFor(account.trading.fills(btcUsdt, { since: clock.now() - 100 * hours }));
    const windows = transport.requests
      .map(({ url }) => new URL(url).searchParams)
      .map((query) => Number(query.get('end-time')) - Number(query.get('start-time')));
    expect(windows).toEqual([48 * hours - 1, 48 * hours - 1, 4 * hours]);
  });

  test('windows that are too old for HTX have nothing to tell, and whether they begin at 120 or at 180 days is its word (5.16)', async () => {
    const { clock, transport, account } = await bench();
    const days = 86_400_000;
    const refusal = { status: 'error', 'err-code': 'invalid-start-time', 'err-msg': 'x', data: null };
    const nothing = { status: 'ok', data: [] };
    const hour = 3_600_000;
    const now = clock.now();
    const ask = () => clock.runFor(account.trading.fills(btcUsdt, { since: clock.now() - 200 * days }));
    const path = '/v1/order/matchresults';
    const refused = Array.from({ length: 31 }, () => refusal);
    transport.answer(path, ...refused, nothing);
    expect(await ask()).toEqual([[], null]);
    const windows = transport.requests.map(({ url }) => new URL(url).searchParams);
    const edges = windows.map((query) => [Number(query.get('start-time')), Number(query.get('end-time'))] as const);
    expect(edges[0]?.[0]).toBe(now - 180 * days);
    // An hour less, so that the border is not ours to judge; and nothing is left out.
    expect(edges[31]?.[0]).toBe(now - 120 * days + hour);
    for (const [index, [start]] of edges.entries()) if (index > 0) expect(start).toBe((edges[index - 1]?.[1] ?? 0) + 1);
    transport.answer(path, ...refused, nothing, refusal);
    expect((await ask())[1]).toMatchObject({ code: 'invalid-start-time' });
    transport.answer(path, { ...refusal, 'err-code': 'base-system-error' });
    expect((await ask())[1]).toMatchObject({ code: 'base-system-error' });
  });

  test('the windows are whole milliseconds, whatever our reckoning of the exchange’s clock has behind the point (5.16)', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/matchresults', { status: 'ok', data: [] });
    const since = clock.now() - 50 * 3_600_000 + 0.25;
    expect(await clock.runFor(account.trading.fills(btcUsdt, { since }))).toEqual([[], null]);
    const starts = transport.requests.map(({ url }) => new URL(url).searchParams.get('start-time'));
    const ends = transport.requests.map(({ url }) => new URL(url).searchParams.get('end-time'));
    expect(starts[0]).toBe(String(Math.floor(since)));
    for (const time of [...starts, ...ends]) expect(time).toMatch(/^\d{13}$/);
    expect(starts).toHaveLength(2);
  });

  test('"record invalid" is not-found, by either id, and an order without fills has none', async () => {
    const { clock, transport, account } = await bench();
    const invalid = {
      status: 'error',
      'err-code': 'base-record-invalid',
      'err-msg': 'record invalid',
      data: null,
    } as Row;
    transport.answer('/v1/order/orders/5', invalid);
    transport.answer('/v1/order/orders/getClientOrder', invalid);
    transport.answer('/v1/order/orders/5/matchresults', invalid);
    expect(await clock.runFor(account.trading.query(btcUsdt, { orderId: '5', clientOrderId: 'k' }))).toMatchObject({
      outcome: 'not-found',
    });
    expect(await clock.runFor(account.trading.query(btcUsdt, { orderId: null, clientOrderId: 'k' }))).toMatchObject({
      outcome: 'not-found',
    });
    expect(await clock.runFor(account.trading.fills(btcUsdt, { ref: { orderId: '5', clientOrderId: null } }))).toEqual([
      [],
      null,
    ]);
  });

  test('a client id that was used again on another symbol is not this symbol’s order', async () => {
    const { clock, transport, account } = await bench();
    transport.answer('/v1/order/orders/getClientOrder', {
      status: 'ok',
      data: { ...row(7), symbol: 'ethusdt' },
    });
    expect(await clock.runFor(account.trading.query(btcUsdt, { orderId: null, clientOrderId: 'k' }))).toMatchObject({
      outcome: 'not-found',
    });
  });

  test('orders and fills of another account of the same user are not ours', async () => {
    const { clock, transport, account } = await bench();
    const theirs = { ...row(8), 'account-id': 97 };
    transport.answer('/v1/order/orders/8', { status: 'ok', data: theirs });
    transport.answer(OPEN_ORDERS, { status: 'ok', data: [{ ...row(7), 'account-id': 71463752 }, theirs] });
    const fill = { price: '2', 'filled-amount': '1', symbol: 'btcusdt', type: 'buy-limit', 'created-at': clock.now() };
    transport.answer('/v1/order/matchresults', {
      status: 'ok',
      data: [
        { ...fill, id: 1, 'order-id': 7, 'trade-id': 1, source: 'spot-api' },
        { ...fill, id: 2, 'order-id': 8, 'trade-id': 2, source: 'spot-web' },
        { ...fill, id: 3, 'order-id': 9, 'trade-id': 3, source: 'margin-api' },
      ],
    });
    expect(await clock.runFor(account.trading.query(btcUsdt, { orderId: '8', clientOrderId: null }))).toMatchObject({
      outcome: 'not-found',
      isOthers: true,
    });
    expect(await clock.runFor(account.trading.openOrders(btcUsdt))).toMatchObject([[{ orderId: '7' }], null]);
    expect(await clock.runFor(account.trading.fills(btcUsdt, { since: clock.now() - 1_000 }))).toMatchObject([
      [{ orderId: '7' }],
      null,
    ]);
  });

  test('what is no order id does not become part of a path', async () => {
    const { clock, transport, account } = await bench();
    expect(
      await clock.runFor(account.trading.query(btcUsdt, { orderId: '../accounts', clientOrderId: null })),
    ).toMatchObject({ outcome: 'not-found' });
    expect(transport.requests).toEqual([]);
  });
});

test('nothing waits for a rate limit once the account is closed', async () => {
  const { account, transport, clock, block } = await bench();
  block('open-orders', 'account 71463752', 50_000);
  const asking = account.trading.openOrders(btcUsdt);
  await clock.advance(1_000);
  await account.close();
  expect(await asking).toMatchObject([null, { kind: 'rate-limited', outcome: 'not-sent' }]);
  expect(transport.requests).toEqual([]);
  expect(await clock.runAll(0)).toBe(true);
});

test('the clock is measured again when that was long ago, though no signature was refused for it (2.4)', async () => {
  const { account, transport, clock } = await bench();
  transport.answer('/v1/order/orders/5', { status: 'ok', data: {} });
  const ask = () => clock.runFor(account.trading.query(btcUsdt, { orderId: '5', clientOrderId: null }));
  await ask();
  expect(transport.requests).toHaveLength(1);
  await clock.advance(1_800_000);
  transport.answer('/v1/common/timestamp', { status: 'ok', data: clock.now() + 5_000 });
  await ask();
  await clock.advance(100);
  expect(account.clockOffset()).toBe(5_000);
});

test('403 in the exchange’s own words is about one endpoint: nothing else waits', async () => {
  const { clock, transport, account } = await bench();
  transport.answer('/v1/order/orders/5', {
    status: 403,
    body: '{"status":"error","err-code":"403","err-msg":"no access for sub users","data":null}',
  });
  transport.answer(PLACE, { status: 'ok', data: '1474908579893191' });
  const started = clock.now();
  expect(await clock.runFor(account.trading.query(btcUsdt, { orderId: '5', clientOrderId: null }))).toMatchObject({
    outcome: 'no-answer',
    error: { kind: 'auth' },
  });
  expect(await clock.runFor(account.trading.create(command()))).toMatchObject({ outcome: 'accepted' });
  expect(clock.now()).toBe(started);
});

test('a refusal for rate in an envelope says when to come again', async () => {
  const { clock, transport, account } = await bench();
  const refusal = { status: 'error', 'err-code': 'base-request-exceed-frequency-limit', 'err-msg': 'x', data: null };
  transport.answer(PLACE, refusal);
  expect(await clock.runFor(account.trading.create(command()))).toMatchObject({
    outcome: 'rejected',
    error: { kind: 'rate-limited', retryAfter: 1_000 },
  });
});

test('the window the exchange names is waited out', async () => {
  const { clock, transport, account } = await bench();
  transport.answers.set('/v1/order/orders/5', [
    {
      status: 200,
      headers: { 'x-hb-ratelimit-requests-remain': '0', 'x-hb-ratelimit-requests-expire': String(clock.now() + 1_500) },
      body: '{"status":"ok","data":{}}',
    },
  ]);
  const started = clock.now();
  await clock.runFor(account.trading.query(btcUsdt, { orderId: '5', clientOrderId: null }));
  await clock.runFor(account.trading.query(btcUsdt, { orderId: '5', clientOrderId: null }));
  expect(clock.now() - started).toBeGreaterThanOrEqual(1_500);
});

test('the raw client hands over payloads in the exchange’s own form', async () => {
  const { clock, transport, account } = await bench();
  const { rest } = account;
  if (!(rest instanceof HtxRest)) throw new Error('not the HTX client');
  transport.answer('/v2/reference/transact-fee-rate', {
    code: 200,
    data: [{ symbol: 'btcusdt', makerFeeRate: '0.002' }],
    success: true,
  });
  const [rates] = await clock.runFor(rest.getFeeRates('btcusdt', 'ethusdt'));
  expect(rates).toEqual([{ symbol: 'btcusdt', makerFeeRate: '0.002' }]);
  expect(new URL(transport.requests.at(-1)?.url ?? '').search).toContain('symbols=btcusdt%2Cethusdt');
  transport.answer('/v1/order/batch-orders', {
    status: 'ok',
    data: [
      { 'order-id': 361560582529749, 'client-order-id': '2345' },
      { 'client-order-id': '23456', 'err-code': 'order-value-min-error', 'err-msg': 'x' },
    ],
  });
  const [placed] = await clock.runFor(rest.placeOrders([{ symbol: 'btcusdt' }, { symbol: 'btcusdt' }]));
  expect(placed?.map((item) => text(item, 'order-id') || text(item, 'err-code'))).toEqual([
    '361560582529749',
    'order-value-min-error',
  ]);
});

test.each([
  [{ accessKey: '', secretKey: new Secret('s') }, 'accessKey'],
  [{ accessKey: 'k', secretKey: new Secret('') }, 'secretKey'],
  [{ accessKey: 'k', secretKey: new Secret('-----BEGIN PRIVATE KEY-----') }, 'Ed25519'],
])('credentials are checked by name: %#', (credentials, words) => {
  expect(() => htx.checkCredentials({ ...credentials, passphrase: null })).toThrow(TypeError);
  expect(() => htx.checkCredentials({ ...credentials, passphrase: null })).toThrow(words);
});
