// Budgets on a virtual clock: fixed windows aligned to the clock, headers, 429 then 418, unfilled orders (binance.md A3).
import { describe, expect, it } from 'vitest';
import { binanceBench, type Answer, LIMIT, OTHER, refusal, START, type Bench, type Fields } from './support.ts';

/** START is 40 s into its minute and on a 10 s boundary. */
const NEXT_MINUTE = 20_000;
const used = (answer: { headers: Readonly<Record<string, string>> }): string | undefined =>
  answer.headers['x-mbx-used-weight-1m'];
const place = (bench: Bench, fields: Fields = {}, identity?: typeof OTHER) =>
  bench.signed('POST', '/api/v3/order', { ...LIMIT, ...fields }, identity);

describe('request weight', () => {
  it.each<[string, string, number]>([
    ['/api/v3/ping', '', 1],
    ['/api/v3/exchangeInfo', '', 20],
    ['/api/v3/depth', 'symbol=BTCUSDT', 5],
    ['/api/v3/depth', 'symbol=BTCUSDT&limit=500', 25],
    ['/api/v3/depth', 'symbol=BTCUSDT&limit=1000', 50],
    ['/api/v3/depth', 'symbol=BTCUSDT&limit=9999', 250],
    ['/api/v3/trades', 'symbol=BTCUSDT', 25],
    ['/api/v3/klines', 'symbol=BTCUSDT&interval=1m', 2],
    ['/api/v3/ticker/24hr', '', 80],
    ['/api/v3/ticker/24hr', 'symbol=BTCUSDT', 2],
    ['/api/v3/ticker/price', '', 4],
    ['/api/v3/ticker/bookTicker', 'symbol=BTCUSDT', 2],
  ])('%s?%s weighs %d', async (path, query, weight) => {
    expect(used(await binanceBench().get(path, query))).toBe(String(weight));
  });

  it('of orders is free when they succeed', async () => {
    const bench = binanceBench();
    expect(used(await place(bench))).toBe('0');
    expect(used(await place(bench))).toBe('1');
    expect(
      used(await bench.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'aq-000001' })),
    ).toBe('1');
    expect(used(await bench.signed('GET', '/api/v3/openOrders'))).toBe('81');
    expect(used(await bench.signed('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' }))).toBe('87');
    expect(used(await bench.signed('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', orderId: 1 }))).toBe('92');
  });

  it('is shared by REST and the WebSocket API, whose connections weigh as well', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await bench.get('/api/v3/exchangeInfo');
    const reply = await socket.call('time');
    expect(reply['rateLimits']).toEqual([
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 23 },
    ]);
  });

  it('begins anew with the clock’s minute', async () => {
    const bench = binanceBench();
    await bench.get('/api/v3/exchangeInfo');
    await bench.clock.advance(NEXT_MINUTE - 1);
    expect(used(await bench.get('/api/v3/ping'))).toBe('21');
    await bench.clock.advance(1);
    expect(used(await bench.get('/api/v3/ping'))).toBe('1');
  });

  it('beyond the limit is 429 until the minute is over', async () => {
    const bench = binanceBench({ weightPerMinute: 40 });
    await bench.get('/api/v3/exchangeInfo');
    await bench.get('/api/v3/exchangeInfo');
    const answer = await bench.get('/api/v3/ping');
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '20']);
    expect(refusal(answer)).toBe(
      '-1003 Too much request weight used; current limit is 40 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
    );
    expect((await place(bench)).status).toBe(429);
    await bench.clock.advance(NEXT_MINUTE);
    expect((await bench.get('/api/v3/ping')).status).toBe(200);
  });

  it('ignoring 429 is answered by a ban of the address, and the next one is longer', async () => {
    const bench = binanceBench({ weightPerMinute: 1, refusalsBeforeBan: 2 });
    const statuses = async (count: number): Promise<number[]> => {
      const seen: number[] = [];
      for (let index = 0; index < count; index++) seen.push((await bench.get('/api/v3/ping')).status);
      return seen;
    };
    expect(await statuses(5)).toEqual([200, 429, 429, 418, 418]);
    const banned = await bench.get('/api/v3/ping');
    expect(banned.headers['retry-after']).toBe('120');
    expect(refusal(banned)).toBe(
      `-1003 Way too much request weight used; IP banned until ${START + 120_000}. Please use WebSocket Streams for live updates to avoid bans.`,
    );
    expect((await bench.open('/ws-api/v3')).closed).toBe(1006);
    await bench.clock.advance(120_000);
    expect(await statuses(4)).toEqual([200, 429, 429, 418]);
    expect((await bench.get('/api/v3/ping')).headers['retry-after']).toBe('240');
  });

  it.each([
    [
      'key',
      [
        [401, '-2015'],
        [418, '-1003'],
        [401, -2015],
      ],
    ],
    [
      'firewall',
      [
        [403, '<html>'],
        [403, '<html>'],
        [418, -1003],
      ],
    ],
  ] as const)('a ban may show itself otherwise: %s', async (bansShowAs, expected) => {
    const bench = binanceBench({ bansShowAs });
    const socket = await bench.open('/ws-api/v3');
    bench.exchange.faults.inject({ fault: 'ban', retryAfterMs: 60_000, count: 1 });
    const start = ({ status, text }: Answer): unknown => [status, /-\d{4}|<html>/.exec(text)?.[0]];
    expect(start(await bench.signed('GET', '/api/v3/account'))).toEqual(expected[0]);
    expect(start(await bench.get('/api/v3/ping'))).toEqual(expected[1]);
    const reply = await socket.signed('account.status');
    expect(reply).toMatchObject({ status: expected[2][0], error: { code: expected[2][1] } });
    await bench.clock.advance(60_000);
    expect((await bench.signed('GET', '/api/v3/account')).status).toBe(200);
  });

  it('over the WebSocket API tells a moment, not a delay', async () => {
    const bench = binanceBench({ weightPerMinute: 3 });
    const socket = await bench.open('/ws-api/v3');
    await socket.call('ping');
    expect(await socket.call('ping')).toMatchObject({
      status: 429,
      error: { code: -1003, data: { serverTime: START, retryAfter: START + NEXT_MINUTE } },
    });
  });
});

describe('unfilled orders', () => {
  const counts = (answer: { headers: Readonly<Record<string, string>> }): (string | undefined)[] => [
    answer.headers['x-mbx-order-count-10s'],
    answer.headers['x-mbx-order-count-1d'],
  ];

  it('are counted per account, in windows of the clock', async () => {
    const bench = binanceBench();
    expect(counts(await place(bench))).toEqual(['1', '1']);
    expect(counts(await place(bench, { newClientOrderId: 'b' }))).toEqual(['2', '2']);
    expect(counts(await place(bench, {}, OTHER))).toEqual(['1', '1']);
    await bench.clock.advance(10_000);
    expect(counts(await place(bench, { newClientOrderId: 'c' }))).toEqual(['1', '3']);
  });

  it('beyond the limit are refused until the window ends; the order never reaches the engine', async () => {
    const bench = binanceBench({ ordersPer10Seconds: 2 });
    await place(bench, { newClientOrderId: 'a' });
    await place(bench, { newClientOrderId: 'b' });
    const answer = await place(bench, { newClientOrderId: 'c' });
    expect([answer.status, answer.headers['retry-after'], refusal(answer)]).toEqual([
      429,
      '10',
      '-1015 Too many new orders; current limit is 2 orders per 10 SECOND.',
    ]);
    expect(bench.openIds()).toEqual(['a', 'b']);
    await bench.clock.advance(10_000);
    expect((await place(bench, { newClientOrderId: 'c' })).status).toBe(200);
  });

  it('of a day have a limit of their own', async () => {
    const bench = binanceBench({ ordersPerDay: 1 });
    await place(bench);
    expect(refusal(await place(bench, { newClientOrderId: 'b' }))).toBe(
      '-1015 Too many new orders; current limit is 1 orders per 1 DAY.',
    );
  });

  it('are given back by the first fill: one for a taker, five for a maker, never below zero', async () => {
    const bench = binanceBench();
    const now = async (identity?: typeof OTHER): Promise<unknown[]> =>
      (await bench.signed('GET', '/api/v3/rateLimit/order', {}, identity)).list.map((limit) => limit['count']);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await place(bench, { newClientOrderId: id });
    expect(counts(await place(bench, { side: 'SELL', quantity: '0.001' }, OTHER))).toEqual(['0', '0']);
    expect(await now()).toEqual([2, 2]);
    await place(bench, { side: 'SELL', quantity: '0.001', newClientOrderId: 'again' }, OTHER);
    expect(await now()).toEqual([2, 2]);
    expect(await now(OTHER)).toEqual([0, 0]);
  });

  it('stand in the responses of the WebSocket API, refused ones too', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await socket.signed('order.place', LIMIT);
    const reply = await socket.signed('order.place', { ...LIMIT, quantity: '20', newClientOrderId: 'b' });
    expect(reply).toEqual({
      id: 't1',
      status: 400,
      error: { code: -2010, msg: 'Account has insufficient balance for requested action.' },
      rateLimits: [
        { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 2 },
        { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000, count: 2 },
        { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 3 },
      ],
    });
  });
});

describe('connections', () => {
  it('are refused while a fault bans the address, and not for a ban of some requests', async () => {
    const bench = binanceBench();
    const { faults } = bench.exchange;
    const ban = { fault: 'ban', nth: 1, retryAfterMs: 5000 } as const;
    for (const rule of [
      { ...ban, operation: 'time' },
      { ...ban, account: 'account-1' },
    ] as const) {
      const some = faults.inject(rule);
      await bench.get('/api/v3/time');
      expect((await bench.open('/ws')).closed).toBeNull();
      some.remove();
    }
    faults.inject(ban);
    expect((await bench.open('/ws-api/v3')).closed).toBeNull();
    expect((await bench.get('/api/v3/time')).status).toBe(418);
    for (const path of ['/ws', '/ws-api/v3']) expect((await bench.open(path)).closed).toBe(1006);
    expect(bench.refusals.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([
      [418, 5000],
      [418, 5000],
    ]);
    await bench.clock.advance(5000);
    expect((await bench.open('/ws')).closed).toBeNull();
  });

  it('are limited per address and five minutes', async () => {
    const bench = binanceBench({ connectionsPer5Minutes: 2 });
    expect((await bench.open('/ws')).closed).toBeNull();
    expect((await bench.open('/ws-api/v3')).closed).toBeNull();
    expect((await bench.open('/ws')).closed).toBe(1006);
    await bench.clock.advance(300_000);
    expect((await bench.open('/ws')).closed).toBeNull();
  });
});
