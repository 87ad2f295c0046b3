// Signatures, timestamps and logins are checked as the exchange checks them (okx.md 3, 4.2).
import { describe, expect, it, test } from 'vitest';
import { signatureOf } from '../../../src/simulator/okx/index.ts';
import { DEMO, limitOrder, loginFrame, okxBench, sign, type Json } from './support.ts';

describe('the vectors of the reference', () => {
  const at = '2020-12-08T09:08:57.715Z';
  const order =
    '{"instId":"BTC-USDT","tdMode":"cash","clOrdId":"b15","side":"buy","ordType":"limit","px":"2.15","sz":"2"}';
  it.each([
    [`${at}GET/api/v5/account/balance`, 'tpQYvXdaAfU8ae6zI1rJ2xVcyMIk9BKWK/fysaanweQ='],
    [`${at}GET/api/v5/account/balance?ccy=BTC`, 'pS6nHuBl6Qc9S0h+soCkCVHaVHZzS19KqFpeI/doTlE='],
    [`${at}POST/api/v5/trade/order${order}`, '8YZow8ENL+p9sVZoPue+jR638wrfSGh6dPWt/sgVH8g='],
    ['1538054050GET/users/self/verify', 'Dmtp4TyTAO5yzuAvNFiwYvL5V3PEzvf8T2Y3IQaXs+8='],
  ])('%s', (text, expected) => {
    expect(signatureOf('mock-secret', text)).toBe(expected);
  });
});

describe('a REST request is refused', () => {
  const path = '/api/v5/account/balance';
  const headersOf = (now: number, change: Json = {}): Record<string, string> => {
    const timestamp = new Date(now).toISOString();
    const headers: Json = {
      'OK-ACCESS-KEY': DEMO.accessKey,
      'OK-ACCESS-SIGN': sign(DEMO.secretKey, `${timestamp}GET${path}`),
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-PASSPHRASE': DEMO.passphrase,
      ...change,
    };
    return Object.fromEntries(
      Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  };

  it.each([
    ['50103', 'without a key', { 'OK-ACCESS-KEY': null }],
    ['50104', 'without a passphrase', { 'OK-ACCESS-PASSPHRASE': null }],
    ['50106', 'without a signature', { 'OK-ACCESS-SIGN': null }],
    ['50107', 'without a timestamp', { 'OK-ACCESS-TIMESTAMP': null }],
    ['50112', 'with a timestamp in seconds', { 'OK-ACCESS-TIMESTAMP': '1597026383' }],
    ['50111', 'with an unknown key', { 'OK-ACCESS-KEY': 'nobody' }],
    ['50105', 'with a wrong passphrase', { 'OK-ACCESS-PASSPHRASE': 'wrong' }],
    ['50113', 'with a wrong signature', { 'OK-ACCESS-SIGN': 'wrong' }],
  ])('%s %s', async (code, _why, change) => {
    const { raw, clock } = okxBench();
    const { status, body } = await raw('GET', path, undefined, headersOf(clock.now(), change));
    expect(status).toBe(401);
    expect(body).toEqual({ msg: expect.any(String) as string, code });
  });

  it.each([-31_000, 31_000])('50102 when the clocks are %i ms apart', async (apart) => {
    const { raw, clock } = okxBench();
    const { status, body } = await raw('GET', path, undefined, headersOf(clock.now() + apart));
    expect(status).toBe(401);
    expect(body).toEqual({ msg: 'Timestamp request expired', code: '50102' });
  });

  test('and accepted with a clock 29 s off', async () => {
    const { raw, clock } = okxBench();
    expect((await raw('GET', path, undefined, headersOf(clock.now() - 29_000))).body['code']).toBe('0');
  });

  test('50102 when the exchange itself is wrong, and public/time shows it', async () => {
    const { raw, clock, exchange } = okxBench();
    exchange.faults.inject({ fault: 'clock-skew', skewMs: 40_000 });
    expect((await raw('GET', path, undefined, headersOf(clock.now()))).body['code']).toBe('50102');
    const time = (await raw('GET', '/api/v5/public/time')).data[0]?.['ts'];
    expect(Number(time) - clock.now()).toBeGreaterThan(39_000);
  });

  test('a query that is encoded differently than signed', async () => {
    const { raw, clock } = okxBench();
    const timestamp = new Date(clock.now()).toISOString();
    const answer = await raw('GET', `${path}?ccy=BTC%2CUSDT`, undefined, {
      ...headersOf(clock.now()),
      'OK-ACCESS-SIGN': sign(DEMO.secretKey, `${timestamp}GET${path}?ccy=BTC,USDT`),
    });
    expect(answer.body['code']).toBe('50113');
  });

  test('50119 with HTTP 200 when the key has been deleted', async () => {
    const { get, exchange } = okxBench();
    exchange.faults.inject({ fault: 'key-revoked' });
    for (const _ of [1, 2]) {
      const { status, body } = await get(path);
      expect([status, body['code']]).toEqual([200, '50119']);
    }
  });

  test('50120 when the key may not trade', async () => {
    const { post, get, venue } = okxBench();
    venue.accountByUid(1)!.permissions.trade = false;
    expect((await post('/api/v5/trade/order', limitOrder('buy', '1', '10'))).body['code']).toBe('50120');
    expect((await get('/api/v5/trade/orders-pending')).body['code']).toBe('0');
  });

  test('50101 when demo and live are confused', async () => {
    const live = okxBench({ demo: false });
    expect(
      (await live.raw('GET', path, undefined, headersOf(live.clock.now(), { 'x-simulated-trading': '1' }))).body[
        'code'
      ],
    ).toBe('50101');
    const demo = okxBench({ demo: true });
    expect((await demo.get(path)).body['code']).toBe('50101');
    expect(
      (await demo.raw('GET', path, undefined, headersOf(demo.clock.now(), { 'x-simulated-trading': '1' }))).body[
        'code'
      ],
    ).toBe('0');
  });
});

describe('a login', () => {
  test('is acknowledged with a connection id', async () => {
    const { open, clock } = okxBench();
    const client = await open('private');
    client.send(loginFrame(clock, DEMO));
    expect(await client.next(() => true)).toEqual({
      event: 'login',
      code: '0',
      msg: '',
      connId: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
  });

  it.each([
    ['60005', 'unknown key', { apiKey: 'nobody' }],
    ['60024', 'wrong passphrase', { passphrase: 'wrong' }],
    ['60007', 'wrong signature', { sign: 'wrong' }],
    ['60004', 'timestamp that is none', { timestamp: 'now' }],
    ['60027', 'empty parameter', { sign: '' }],
  ])('%s: %s, then the close', async (code, _why, change) => {
    const { open, clock } = okxBench();
    const client = await open('private');
    const frame = loginFrame(clock, DEMO);
    client.send({ ...frame, args: [{ ...(frame['args'] as Json[])[0], ...change }] });
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code });
    await clock.advance(10);
    expect(client.closed).toMatchObject({ code: 4001 });
  });

  test('60006: a frame that is replayed later', async () => {
    const { open, clock } = okxBench();
    const client = await open('private');
    client.send(loginFrame(clock, DEMO, clock.now() - 31_000));
    expect(await client.next(() => true)).toMatchObject({ code: '60006' });
  });

  test('60032: a deleted key', async () => {
    const { open, clock, venue } = okxBench();
    venue.accountByUid(1)!.permissions.valid = false;
    const client = await open('private');
    client.send(loginFrame(clock, DEMO));
    expect(await client.next(() => true)).toMatchObject({ code: '60032' });
  });

  test('60031: twice on one connection, which stays', async () => {
    const { login, clock } = okxBench();
    const client = await login();
    client.send(loginFrame(clock, DEMO));
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code: '60031' });
    await clock.advance(10);
    expect(client.isOpen).toBe(true);
  });

  test('60011: a private channel or an order before it', async () => {
    const { open } = okxBench();
    const client = await open('private');
    expect((await client.subscribe({ channel: 'orders', instType: 'ANY' }))[0]).toMatchObject({
      event: 'error',
      code: '60011',
    });
    client.send({ id: '1', op: 'order', args: [] });
    expect(await client.next(() => true)).toMatchObject({ id: '1', event: 'error', code: '60011' });
  });
});
