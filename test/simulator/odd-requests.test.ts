// Whatever a client sends, an exchange answers: odd names and values in every place of every kind of request, to all three dialects.
// On the benches an error inside a dialect is thrown, so that the first one to come ends the test and shows its stack.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/runtime/random.ts';
import type { Random } from '../../src/seam/random.ts';
import { binanceBench, LIMIT } from './binance/support.ts';
import { htxBench, loginFrame, type Json } from './htx/support.ts';
import { okxBench } from './okx/support.ts';

/** Requests per kind; all of them together take about two seconds. */
const REQUESTS = 400;

/** What every object of JavaScript knows, what has no encoding, what is no number, what is too long. */
const ODD: readonly unknown[] = [
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '\ud800',
  '',
  ' ',
  'abc',
  '-1',
  '0',
  '1.5',
  '1e400',
  'NaN',
  '0x10',
  '9'.repeat(19),
  '9'.repeat(40),
  'ä€🜁',
  '%zz',
  'a'.repeat(300),
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  [],
  {},
  ['constructor', null],
  { constructor: { name: 1 } },
];

const pick = <T>(random: Random, from: readonly T[]): T => from[random.int(from.length)] as T;

/** Some of `value`'s members, at any depth, replaced by something odd. */
function spoiled(random: Random, value: unknown, chance = 0.25): unknown {
  if (random.next() < chance) return pick(random, ODD);
  if (Array.isArray(value)) return value.map((item: unknown) => spoiled(random, item, chance));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, spoiled(random, member, chance)]);
  return { ...Object.fromEntries(members), ...(random.next() < 0.1 ? { [String(pick(random, ODD))]: 'x' } : {}) };
}

/** The top is always an object: what is no frame at all is one case among the others. */
function frameOf(random: Random, templates: readonly Json[]): string {
  const template = pick(random, templates);
  const members = Object.entries(template).map(([name, member]) => [name, spoiled(random, member)]);
  return random.next() < 0.02 ? String(pick(random, ODD)) : JSON.stringify(Object.fromEntries(members));
}

/** Query values are texts that a URL can carry. */
function fieldsOf(random: Random, template: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template)
      .filter(() => random.next() > 0.1)
      .map(([name, value]) => [
        name,
        String(random.next() < 0.4 ? JSON.stringify(pick(random, ODD)).replaceAll('"', '') : value).toWellFormed(),
      ]),
  );
}

describe('odd names and values', () => {
  it('leave HTX alive', async () => {
    const random = seededRandom('odd/htx');
    const { clock, get, post, open, place } = htxBench();
    await place();
    const order = { 'account-id': '11', symbol: 'eosusdt', type: 'buy-limit', amount: '10', price: '0.8' };
    const lists = { symbol: 'eosusdt', states: 'canceled', types: 'buy-limit', from: '1', direct: 'next', size: '10' };
    const times = { 'start-time': '1', 'end-time': '2' };
    const posts: readonly (readonly [string, unknown])[] = [
      ['/v1/order/orders/place', order],
      ['/v1/order/batch-orders', [order, order]],
      ['/v1/order/orders/1/submitcancel', {}],
      ['/v1/order/orders/submitCancelClientOrder', { 'client-order-id': 'a' }],
      ['/v1/order/orders/batchcancel', { 'order-ids': ['1'] }],
      ['/v1/order/orders/batchCancelOpenOrders', { symbol: 'eosusdt', types: 'buy-limit', size: 10 }],
      ['/v2/algo-orders/cancel-all-after', { timeout: 10 }],
    ];
    const gets: readonly (readonly [string, Json])[] = [
      ['/v1/account/accounts', {}],
      ['/v1/account/accounts/constructor/balance', {}],
      ['/v1/order/openOrders', { ...lists, side: 'buy' }],
      ['/v1/order/orders', { ...lists, ...times }],
      ['/v1/order/history', { ...lists, ...times }],
      ['/v1/order/matchresults', { ...lists, ...times }],
      ['/v1/order/orders/constructor', {}],
      ['/v1/order/orders/constructor/matchresults', {}],
      ['/v1/order/orders/getClientOrder', { clientOrderId: 'a' }],
      ['/v1/order/cancelAllOrders', { symbol: 'eosusdt' }],
      ['/v2/reference/transact-fee-rate', { symbols: 'eosusdt' }],
      ['/market/depth', { symbol: 'eosusdt', type: 'step0', depth: '5' }],
      ['/market/history/kline', { symbol: 'eosusdt', period: '1day', size: '5' }],
      ['/market/history/candles', { symbol: 'eosusdt', period: '1day', from: '1', to: '2' }],
      ['/market/history/trade', { symbol: 'eosusdt', size: '5' }],
    ];
    const sub = (topic: string): Json => ({ sub: `market.eosusdt.${topic}`, id: '1' });
    const topics = ['kline.1day', 'kline.constructor', 'kline.__proto__', 'depth.step0', 'mbp.150', 'bbo', 'ticker'];
    const market = topics.flatMap((topic) => [sub(topic), { req: `market.eosusdt.${topic}`, id: '1', from: 1, to: 2 }]);
    const login = loginFrame('/ws/trade', { key: 'key-1', secret: 'secret-1' }, clock.now());
    const sockets: readonly (readonly [string, readonly Json[]])[] = [
      ['/ws', market],
      ['/feed', market],
      [
        '/ws/v2',
        [
          login,
          { action: 'sub', ch: 'orders#eosusdt' },
          { action: 'unsub', ch: 'orders#*' },
          { action: 'pong', data: { ts: 1 } },
        ],
      ],
      [
        '/ws/trade',
        [
          login,
          { cid: '1', ch: 'create-order', params: order },
          { cid: '1', ch: 'create-batchorder', params: [order] },
          { cid: '1', ch: 'cancel', params: { 'order-ids': ['1'] } },
          { cid: '1', ch: 'cancelall', params: { symbol: 'eosusdt', size: 1 } },
        ],
      ],
    ];
    for (let count = 0; count < REQUESTS; count++) {
      const [path, body] = pick(random, posts);
      expect((await post(path, spoiled(random, body))).status).toBeLessThan(500);
      const [list, query] = pick(random, gets);
      expect((await get(list, fieldsOf(random, query))).status).toBeLessThan(500);
      await clock.advance(100);
    }
    for (const [path, templates] of sockets) {
      for (let connections = 0; connections < REQUESTS / 25; connections++) {
        const socket = await open(path);
        if (path !== '/ws' && connections % 2 === 1)
          socket.send(loginFrame(path, { key: 'key-1', secret: 'secret-1' }, clock.now()));
        for (let frames = 0; frames < 25; frames++) {
          socket.send(frameOf(random, templates));
          await clock.advance(110);
        }
        socket.close();
      }
    }
    expect((await get('/v1/account/accounts')).body['status']).toBe('ok');
  });

  it('leave OKX alive', async () => {
    const random = seededRandom('odd/okx');
    const { clock, get, post, open, login } = okxBench();
    const order = {
      instId: 'EOS-USDT',
      instIdCode: 1,
      tdMode: 'cash',
      side: 'buy',
      ordType: 'limit',
      px: '0.8',
      sz: '10',
      clOrdId: 'a',
      stpMode: 'cancel_maker',
    };
    const market = { ...order, ordType: 'market', tgtCcy: 'base_ccy' };
    const cancel = { instId: 'EOS-USDT', instIdCode: 1, ordId: '1' };
    const amend = { ...cancel, newSz: '5' };
    const list = {
      instType: 'SPOT',
      instId: 'EOS-USDT',
      ordId: '1',
      after: '1',
      before: '2',
      begin: '1',
      end: '2',
      limit: '5',
      ordType: 'limit',
      state: 'canceled',
    };
    const posts: readonly (readonly [string, unknown])[] = [
      ['order', order],
      ['order', market],
      ['batch-orders', [order, order]],
      ['cancel-order', cancel],
      ['cancel-batch-orders', [cancel, cancel]],
      ['amend-order', amend],
      ['amend-batch-orders', [amend]],
      ['cancel-all-after', { timeOut: '10', tag: 'a' }],
    ];
    const privates = ['order', 'orders-pending', 'orders-history', 'orders-history-archive', 'fills', 'fills-history'];
    const publics: readonly (readonly [string, Json])[] = [
      ['public/instruments', list],
      ['public/price-limit', list],
      ['market/ticker', list],
      ['market/tickers', list],
      ['market/books', { ...list, sz: '5' }],
      ['market/candles', { ...list, bar: '1D' }],
      ['market/history-trades', { ...list, type: '2' }],
    ];
    const channels = ['orders', 'account', 'books', 'candle1m', 'candleconstructor', 'tickers', 'trades'];
    const arg = { channel: 'orders', instType: 'SPOT', instId: 'EOS-USDT', extraParams: '{"updateInterval":"0"}' };
    const frames: readonly Json[] = [
      { id: '1', op: 'order', args: [order] },
      { id: '1', op: 'order', args: [market], expTime: '1' },
      { id: '1', op: 'batch-orders', args: [order, order] },
      { id: '1', op: 'cancel-order', args: [cancel] },
      { id: '1', op: 'amend-order', args: [amend] },
      { op: 'login', args: [{ apiKey: 'key-1', passphrase: 'phrase', timestamp: '1', sign: 'x' }] },
      ...channels.map((channel) => ({ op: 'subscribe', args: [{ ...arg, channel }] })),
      ...channels.map((channel) => ({ op: 'unsubscribe', args: [{ ...arg, channel }] })),
    ];
    const queryOf = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
    for (let count = 0; count < REQUESTS; count++) {
      const [path, body] = pick(random, posts);
      expect((await post(`/api/v5/trade/${path}`, spoiled(random, body))).status).toBeLessThan(500);
      const [known, query] = pick(random, publics);
      await get(`/api/v5/${known}?${queryOf(fieldsOf(random, query))}`);
      await get(`/api/v5/trade/${pick(random, privates)}?${queryOf(fieldsOf(random, list))}`);
      await clock.advance(100);
    }
    for (let connections = 0; connections < REQUESTS / 12; connections++) {
      const path = pick(random, ['public', 'business', 'private', 'private'] as const);
      const socket = connections % 2 === 0 ? await open(path) : await login();
      for (let count = 0; count < 25; count++) {
        socket.send(frameOf(random, frames));
        await clock.advance(100);
      }
      socket.close();
      await clock.advance(1000);
    }
    expect((await get('/api/v5/account/balance')).body['code']).toBe('0');
  });

  it('leave Binance alive', async () => {
    const random = seededRandom('odd/binance');
    const bench = binanceBench({ weightPerMinute: 1e9 });
    const order = {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.003',
      price: '60000',
      newClientOrderId: 'a',
      selfTradePreventionMode: 'NONE',
      newOrderRespType: 'FULL',
      strategyId: '1',
      strategyType: '1000000',
    };
    const which = {
      symbol: 'BTCUSDT',
      orderId: '1',
      origClientOrderId: 'a',
      startTime: '1',
      endTime: '2',
      fromId: '1',
      limit: '5',
    };
    const replace = { ...order, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: '1' };
    const view = {
      symbol: 'BTCUSDT',
      symbols: '["BTCUSDT"]',
      interval: '1d',
      windowSize: '1d',
      type: 'MINI',
      timeZone: '0',
      limit: '5',
      startTime: '1',
      endTime: '2',
      fromId: '1',
    };
    const calls: readonly (readonly ['GET' | 'POST' | 'DELETE', string, string, Json])[] = [
      ['POST', '/api/v3/order', 'order.place', order],
      ['POST', '/api/v3/order/test', 'order.test', order],
      ['DELETE', '/api/v3/order', 'order.cancel', which],
      ['GET', '/api/v3/order', 'order.status', which],
      ['DELETE', '/api/v3/openOrders', 'openOrders.cancelAll', which],
      ['GET', '/api/v3/openOrders', 'openOrders.status', which],
      ['POST', '/api/v3/order/cancelReplace', 'order.cancelReplace', replace],
      ['GET', '/api/v3/allOrders', 'allOrders', which],
      ['GET', '/api/v3/myTrades', 'myTrades', which],
      ['GET', '/api/v3/account', 'account.status', { omitZeroBalances: 'true' }],
    ];
    const publics = [
      'depth',
      'trades',
      'historicalTrades',
      'aggTrades',
      'klines',
      'uiKlines',
      'avgPrice',
      'exchangeInfo',
      'ticker/24hr',
      'ticker/tradingDay',
      'ticker/price',
      'ticker/bookTicker',
      'ticker',
    ];
    const streams = [
      'btcusdt@kline_1d',
      'btcusdt@kline_constructor',
      'btcusdt@ticker_constructor',
      'btcusdt@ticker_1h',
      'btcusdt@depth5@100ms',
      '!ticker_constructor@arr',
      '!ticker_1h@arr',
      'constructor',
      '__proto__',
    ];
    const control: readonly Json[] = [
      'SUBSCRIBE',
      'UNSUBSCRIBE',
      'LIST_SUBSCRIPTIONS',
      'SET_PROPERTY',
      'GET_PROPERTY',
      'constructor',
    ].flatMap((method) => streams.map((name) => ({ method, params: [name, 'combined', true], id: 1 })));
    const methods: readonly Json[] = [
      ...calls.map(([, , method, params]) => ({
        id: '1',
        method,
        params: { ...params, apiKey: 'key-1', timestamp: 1, signature: 'x' },
      })),
      ...[
        'ping',
        'klines',
        'depth',
        'ticker',
        'session.logon',
        'session.status',
        'userDataStream.subscribe',
        'userDataStream.unsubscribe',
        'constructor',
        'toString',
      ].map((method) => ({ id: 1, method, params: { ...view, subscriptionId: 1, returnRateLimits: false } })),
    ];
    for (let count = 0; count < REQUESTS; count++) {
      const [method, path, , fields] = pick(random, calls);
      expect((await bench.signed(method, path, fieldsOf(random, fields))).status).toBeLessThan(500);
      await bench.get(`/api/v3/${pick(random, publics)}`, new URLSearchParams(fieldsOf(random, view)).toString());
      await bench.clock.advance(2000);
    }
    for (let connections = 0; connections < REQUESTS / 12; connections++) {
      const [path, templates] =
        connections % 2 === 0
          ? (['/ws-api/v3', methods] as const)
          : (['/stream?streams=btcusdt@trade', control] as const);
      const socket = await bench.open(path);
      for (let count = 0; count < 25; count++) {
        socket.send(frameOf(random, templates));
        await bench.clock.advance(400);
      }
      socket.close();
      await bench.clock.advance(20_000);
    }
    expect((await bench.signed('GET', '/api/v3/account')).status).toBe(200);
  });
});

describe('names that every object knows', () => {
  it('are no command, no login and no page of HTX', async () => {
    const { get, open } = htxBench();
    const trade = await open('/ws/trade');
    expect(await trade.call({ cid: '1', ch: 'constructor' })).toMatchObject({ 'err-code': 'invalid-command' });
    const { params } = loginFrame('/ws/v2', { key: 'key-1', secret: 'secret-1' }, 0);
    const accounts = await open('/ws/v2');
    accounts.send({ action: 'req', ch: 'auth', params: { ...(params as Json), accessKey: '\ud800' } });
    expect(await accounts.next()).toMatchObject({ ch: 'auth', code: 2002 });
    for (const path of ['openOrders', 'orders', 'history', 'matchresults']) {
      const { body } = await get(`/v1/order/${path}`, { states: 'canceled', direct: 'next', from: 'abc' });
      expect(body).toMatchObject({ status: 'error', 'err-code': 'validation-format-error' });
    }
  });

  it('are no operation, no bar and no mode of OKX', async () => {
    const { get, login, post } = okxBench();
    const socket = await login();
    expect(await socket.operation('constructor', [{ instIdCode: 1 }])).toMatchObject({ event: 'error', code: '60019' });
    const { body } = await get('/api/v5/market/candles?instId=EOS-USDT&bar=constructor');
    expect(body).toMatchObject({ code: '51000' });
    const order = { instId: 'EOS-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '0.8', sz: '10' };
    const { data } = await post('/api/v5/trade/order', { ...order, stpMode: 'constructor' });
    expect(data).toMatchObject([{ sCode: '51000', sMsg: 'Parameter stpMode error ' }]);
  });

  it('are no mode and no window of Binance', async () => {
    const bench = binanceBench();
    const { json } = await bench.signed('POST', '/api/v3/order', { ...LIMIT, selfTradePreventionMode: 'constructor' });
    expect(json).toMatchObject({ code: -1013 });
    const streams = await bench.open('/stream?streams=btcusdt@ticker_constructor');
    expect(streams.closed).toBeNull();
  });
});
