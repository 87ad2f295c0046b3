// The WebSocket API as a connection: framing, sessions, subscriptions, the many ways it ends (binance.md A2.3, A4, A5).
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { account, binanceBench, hmac, LIMIT, START, type Bench, type Json, type SocketClient } from './support.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A bench whose first account has an Ed25519 key, and a socket logged on with it. */
async function loggedOn(): Promise<{ bench: Bench; socket: SocketClient; reply: Json }> {
  const bench = binanceBench({}, { accounts: [account(1, { ed25519PublicKeyPem: PEM }), account(2)] });
  const socket = await bench.open('/ws-api/v3');
  const timestamp = bench.clock.now();
  const signature = sign(null, Buffer.from(`apiKey=key-1&timestamp=${timestamp}`), privateKey).toString('base64');
  const reply = await socket.call('session.logon', { apiKey: 'key-1', timestamp, signature });
  return { bench, socket, reply };
}
const unsignedOrder = (bench: Bench): Json => ({ ...LIMIT, timestamp: bench.clock.now() });

describe('frames', () => {
  it('echo the id as it was: number, text, null, beyond 2^53', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3?returnRateLimits=false');
    for (const id of ['1', '"a-b"', 'null', '9007199254740993', '-3']) socket.send(`{"id":${id},"method":"ping"}`);
    socket.send('{"method":"v3/ping"}');
    await bench.clock.advance(1);
    expect(socket.frames).toEqual(
      ['1', '"a-b"', 'null', '9007199254740993', '-3', 'null'].map((id) => `{"id":${id},"status":200,"result":{}}`),
    );
  });

  it.each([
    ['no JSON', 'hello', -1135],
    ['no object', '[1]', -1135],
    ['no method', '{"id":1}', -1135],
    ['strange parameters', '{"id":1,"method":"ping","params":[1]}', -1135],
    ['an unknown method', '{"id":1,"method":"order.invent"}', -1020],
  ])('with %s are refused', async (_what, text, code) => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    socket.send(text);
    await bench.clock.advance(1);
    expect(JSON.parse(socket.frames[0]!)).toMatchObject({ status: 400, error: { code } });
  });

  it('sign numbers as they were written', async () => {
    const bench = binanceBench({}, { firstOrderId: 9_007_199_254_740_993n });
    const socket = await bench.open('/ws-api/v3');
    await socket.signed('order.place', LIMIT);
    const text = `apiKey=key-1&orderId=9007199254740993&recvWindow=5000.0&symbol=BTCUSDT&timestamp=${START}`;
    socket.send(
      `{"id":"q","method":"order.status","params":{"symbol":"BTCUSDT","orderId":9007199254740993,"recvWindow":5000.0,"apiKey":"key-1"` +
        `,"timestamp":${START},"signature":"${hmac('secret-1', text)}"}}`,
    );
    await bench.clock.advance(1);
    expect(socket.frames.at(-1)).toContain('"orderId":9007199254740993,');
  });

  it('leave rate limits out when told to, for one request or for all', async () => {
    const bench = binanceBench();
    const loud = await bench.open('/ws-api/v3');
    expect(await loud.call('ping', { returnRateLimits: false })).not.toHaveProperty('rateLimits');
    const quiet = await bench.open('/ws-api/v3?returnRateLimits=false');
    expect(await quiet.call('ping')).not.toHaveProperty('rateLimits');
    expect(await quiet.call('ping', { returnRateLimits: true })).toHaveProperty('rateLimits');
  });

  it('carry everything that REST has', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await socket.signed('order.place', LIMIT);
    const statuses: unknown[] = [];
    for (const [method, params] of [
      ['order.status', { symbol: 'BTCUSDT', origClientOrderId: 'aq-000001' }],
      ['openOrders.status', {}],
      ['allOrders', { symbol: 'BTCUSDT' }],
      ['myTrades', { symbol: 'BTCUSDT' }],
      ['account.status', {}],
      ['account.commission', { symbol: 'BTCUSDT' }],
      ['account.rateLimits.orders', {}],
      ['order.test', { ...LIMIT, newClientOrderId: 'test' }],
      ['order.cancelReplace', { ...LIMIT, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrigClientOrderId: 'aq-000001' }],
      ['openOrders.cancelAll', { symbol: 'BTCUSDT' }],
    ] as const) {
      statuses.push((await socket.signed(method, params))['status']);
    }
    for (const [method, params] of [
      ['exchangeInfo', { symbols: ['BTCUSDT', 'BNBUSDT'] }],
      ['depth', { symbol: 'BTCUSDT', limit: 5 }],
      ['trades.recent', { symbol: 'BTCUSDT' }],
      ['trades.historical', { symbol: 'BTCUSDT' }],
      ['trades.aggregate', { symbol: 'BTCUSDT' }],
      ['klines', { symbol: 'BTCUSDT', interval: '1m' }],
      ['uiKlines', { symbol: 'BTCUSDT', interval: '1M' }],
      ['avgPrice', { symbol: 'BTCUSDT' }],
      ['ticker.24hr', { symbol: 'BTCUSDT' }],
      ['ticker.tradingDay', { symbols: ['BTCUSDT'] }],
      ['ticker', { symbol: 'BTCUSDT', windowSize: '1h' }],
      ['ticker.price', {}],
      ['ticker.book', {}],
      ['time', {}],
    ] as const) {
      statuses.push((await socket.call(method, params))['status']);
    }
    expect(statuses).toEqual(statuses.map(() => 200));
  });
});

describe('a session', () => {
  it('logs on, stands, logs out', async () => {
    const { bench, socket, reply } = await loggedOn();
    const state = {
      apiKey: 'key-1',
      authorizedSince: START,
      connectedSince: START,
      returnRateLimits: true,
      userDataStream: false,
    };
    expect(reply).toMatchObject({ status: 200, result: { ...state, serverTime: START } });
    expect(await socket.call('order.place', unsignedOrder(bench))).toMatchObject({ status: 200 });
    expect(await socket.call('userDataStream.subscribe')).toMatchObject({ result: { subscriptionId: 0 } });
    expect(await socket.call('session.status')).toMatchObject({ result: { ...state, userDataStream: true } });
    expect(await socket.call('session.logout')).toMatchObject({
      result: { apiKey: null, authorizedSince: null, userDataStream: false },
    });
    expect(socket.reports().at(-1)).toEqual({ e: 'eventStreamTerminated', E: START });
    expect(await socket.call('order.place', unsignedOrder(bench))).toMatchObject({
      status: 400,
      error: { code: -1102 },
    });
  });

  it('needs the timestamp all the same', async () => {
    const { socket } = await loggedOn();
    expect(await socket.call('order.place', { ...LIMIT })).toMatchObject({ error: { code: -1102 } });
    expect(await socket.call('order.place', { ...LIMIT, timestamp: START - 6000 })).toMatchObject({
      error: { code: -1021 },
    });
  });

  it('yields to a request that is signed by another key', async () => {
    const { bench, socket } = await loggedOn();
    await socket.signed('order.place', LIMIT, { key: 'key-2', secret: 'secret-2' });
    expect(bench.openIds()).toEqual([]);
    expect(bench.venue.openOrders(2, null)).toHaveLength(1);
  });

  it('is not for HMAC keys', async () => {
    const socket = await binanceBench().open('/ws-api/v3');
    expect(await socket.signed('session.logon')).toMatchObject({ status: 400 });
    expect(await socket.call('userDataStream.subscribe')).toMatchObject({ status: 401 });
  });

  it('is revoked when its key is: a frame without id, and the stream ends', async () => {
    const { bench, socket } = await loggedOn();
    await socket.call('userDataStream.subscribe');
    bench.exchange.faults.inject({ fault: 'key-revoked' });
    const order = await socket.call('order.place', unsignedOrder(bench), 'o1');
    const denied = '"status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}';
    expect(order).toMatchObject({ id: 'o1', status: 401 });
    expect(socket.frames).toContain(`{"id":null,${denied}}`);
    expect(socket.reports().at(-1)).toMatchObject({ e: 'eventStreamTerminated' });
    expect(await socket.call('session.status')).toMatchObject({ result: { apiKey: null } });
    expect(bench.openIds()).toEqual([]);
  });
});

describe('subscriptions', () => {
  it('count up, one per account, and end on request', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    const subscribe = 'userDataStream.subscribe.signature';
    expect(await socket.signed(subscribe)).toMatchObject({ result: { subscriptionId: 0 } });
    expect(await socket.signed(subscribe)).toMatchObject({
      status: 400,
      error: { code: -2035, msg: 'User Data Stream subscription already active.' },
    });
    expect(await socket.signed(subscribe, {}, { key: 'key-2', secret: 'secret-2' })).toMatchObject({
      result: { subscriptionId: 1 },
    });
    expect(await socket.call('session.subscriptions')).toMatchObject({
      result: [{ subscriptionId: 0 }, { subscriptionId: 1 }],
    });
    expect(await socket.call('userDataStream.unsubscribe', { subscriptionId: 0 })).toMatchObject({
      status: 200,
      result: {},
    });
    expect(socket.events().at(-1)).toEqual({ subscriptionId: 0, event: { e: 'eventStreamTerminated', E: START } });
    expect(await socket.call('userDataStream.unsubscribe', { subscriptionId: 0 })).toMatchObject({
      error: { code: -2036 },
    });
    await bench.signed('POST', '/api/v3/order', LIMIT);
    await bench.clock.advance(1);
    expect(socket.events()).toHaveLength(1);
    expect(await socket.signed(subscribe)).toMatchObject({ result: { subscriptionId: 2 } });
    await socket.call('userDataStream.unsubscribe');
    expect(await socket.call('session.subscriptions')).toMatchObject({ result: [] });
  });
});

describe('the end of a connection', () => {
  it('comes when pings go unanswered for a minute', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await bench.clock.advance(300_000);
    expect([socket.pings, socket.closed]).toEqual([15, null]);
    bench.exchange.faults.inject({ fault: 'half-open' });
    await bench.clock.advance(100_000);
    expect(bench.exchange.connectionCount).toBe(0);
  });

  it('comes after 24 hours, with a notice', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await bench.clock.advance(86_400_000);
    expect(socket.frames).toEqual([`{"event":{"e":"serverShutdown","E":${START + 86_400_000}}}`]);
    expect(socket.closed).toBeNull();
    await bench.clock.advance(1001);
    expect(socket.closed).toBe(1001);
  });

  it('comes early when the exchange ends the session: streams are terminated first', async () => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    await socket.signed('userDataStream.subscribe.signature');
    bench.exchange.faults.inject({ fault: 'session-expired', stream: 'private' });
    await bench.clock.advance(1);
    expect(socket.events()).toEqual([{ subscriptionId: 0, event: { e: 'eventStreamTerminated', E: START } }]);
    await bench.clock.advance(200);
    expect(socket.closed).toBe(1001);
  });
});

describe('failures that faults put in the place of answers', () => {
  it.each<[Parameters<Bench['exchange']['faults']['inject']>[0], number, number, boolean]>([
    [{ fault: 'server-error-executed' }, 500, -1000, true],
    [{ fault: 'server-error-not-executed' }, 500, -1000, false],
    [{ fault: 'unknown-outcome', executed: true }, 504, -1007, true],
    [{ fault: 'unknown-outcome', executed: false }, 504, -1007, false],
    [{ fault: 'rate-limit' }, 429, -1003, false],
    [{ fault: 'ban' }, 418, -1003, false],
    [{ fault: 'maintenance' }, 503, -1008, false],
    [{ fault: 'timestamp-refused' }, 400, -1021, false],
    [{ fault: 'key-revoked' }, 401, -2015, false],
  ])('%j', async (rule, status, code, executed) => {
    const bench = binanceBench();
    const socket = await bench.open('/ws-api/v3');
    bench.exchange.faults.inject(rule);
    expect(await socket.signed('order.place', LIMIT)).toMatchObject({ status, error: { code } });
    expect(bench.openIds()).toEqual(executed ? ['aq-000001'] : []);
  });

  it('over REST: a page of the gateway, or JSON without a code', async () => {
    const bench = binanceBench();
    bench.exchange.faults.inject({ fault: 'server-error-executed', operation: 'create' });
    const bodies = new Set<string>();
    for (let count = 0; count < 20; count++) {
      const answer = await bench.signed('POST', '/api/v3/order', { ...LIMIT, newClientOrderId: `o${count}` });
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.text).not.toContain('"code"');
      bodies.add(answer.text.startsWith('<html>') ? 'page' : 'json');
    }
    expect(bodies).toEqual(new Set(['page', 'json']));
    expect(bench.openIds()).toHaveLength(20);
  });

  it('over REST: with the time to wait', async () => {
    const bench = binanceBench();
    bench.exchange.faults.inject({ fault: 'ban', retryAfterMs: 90_000 });
    const answer = await bench.get('/api/v3/ping');
    expect([answer.status, answer.headers['retry-after']]).toEqual([418, '90']);
  });

  it('a query that knows no order', async () => {
    const bench = binanceBench();
    bench.exchange.faults.inject({ fault: 'order-not-found' });
    const socket = await bench.open('/ws-api/v3');
    expect(await socket.signed('order.status', { symbol: 'BTCUSDT', orderId: 1 })).toMatchObject({
      error: { code: -2013 },
    });
    expect(await socket.signed('order.cancel', { symbol: 'BTCUSDT', orderId: 1 })).toMatchObject({
      error: { code: -2011 },
    });
  });
});

describe('paths', () => {
  it('that were retired answer with a page', async () => {
    const bench = binanceBench();
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const answer = await bench.raw({ method, url: 'http://binance.test/api/v3/userDataStream?listenKey=x' });
      expect([answer.status, answer.headers['content-type'], answer.text.slice(0, 6)]).toEqual([
        410,
        'text/html',
        '<html>',
      ]);
    }
  });

  it('that never were are not found', async () => {
    const bench = binanceBench();
    expect((await bench.get('/api/v3/nowhere')).json).toMatchObject({ status: 404 });
    expect((await bench.get('/api/v3/nowhere', '', { accept: 'text/html' })).text).toContain('<html>');
    expect((await bench.open('/nowhere')).closed).toBe(1006);
  });
});
