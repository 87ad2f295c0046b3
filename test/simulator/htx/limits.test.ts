// Rates, pings and the dead man's switch: what HTX allows and for how long (htx.md 5.10, 8.1, 9.1, 12).
import { describe, expect, it, test } from 'vitest';
import { order, RULES } from '../support.ts';
import { DEMO, htxBench, limitOrder, loginFrame, OTHER } from './support.ts';

const PLACE = '/v1/order/orders/place';

describe('rates', () => {
  test('two headers on limited endpoints tell what is left, and until when', async () => {
    const { post, clock, raw } = htxBench();
    const first = await post(PLACE, limitOrder());
    expect(first.headers['x-hb-ratelimit-requests-remain']).toBe('99');
    const expires = Number(first.headers['x-hb-ratelimit-requests-expire']);
    expect(expires - clock.now()).toBeGreaterThan(1_900);
    expect(expires - clock.now()).toBeLessThanOrEqual(2_000);
    const second = await post(PLACE, limitOrder());
    expect(second.headers['x-hb-ratelimit-requests-remain']).toBe('98');
    expect((await raw('GET', '/v1/common/timestamp')).headers).not.toHaveProperty('x-hb-ratelimit-requests-remain');
  });

  test('per user and endpoint: what is too much is refused, and nothing of it happens; a new window begins', async () => {
    const { post, get, clock, venue } = htxBench();
    for (let index = 0; index < 100; index++) await post(PLACE, limitOrder({ amount: '2' }));
    const refused = await post(PLACE, limitOrder());
    expect([refused.status, refused.body['err-code'], refused.headers['x-hb-ratelimit-requests-remain']]).toEqual([
      429,
      'base-request-exceed-frequency-limit',
      '0',
    ]);
    expect(venue.orders(1, null)).toHaveLength(100);
    expect((await post(PLACE, limitOrder({ 'account-id': '21' }), OTHER)).body['status']).toBe('ok');
    expect((await get('/v1/order/openOrders')).body['status']).toBe('ok');
    await clock.advance(2_000);
    expect((await post(PLACE, limitOrder())).body['status']).toBe('ok');
  });

  test('a connection of /ws/v2 may ask 50 times a second; pongs do not count', async () => {
    const { stream, clock } = htxBench();
    const client = await stream();
    await clock.advance(1_000);
    client.frames.length = 0;
    for (let index = 0; index < 60; index++) client.send({ action: 'pong', data: { ts: 1 } });
    for (let index = 0; index < 52; index++) client.send({ action: 'sub', ch: `naughty${index}` });
    await clock.advance(500);
    expect(client.frames.map(({ code }) => code)).toEqual([
      ...Array.from({ length: 50 }, () => 2001),
      ...Array.from({ length: 2 }, () => 4000),
    ]);
  });

  test('a pull of market data every 100 ms', async () => {
    const { open, clock } = htxBench();
    const client = await open('/ws');
    const req = 'market.eosusdt.depth.step0';
    client.send({ req, id: 'a' });
    client.send({ req, id: 'b' });
    await clock.advance(100);
    client.send({ req, id: 'c' });
    await clock.advance(50);
    expect(client.frames.map(({ id, status }) => `${String(id)} ${String(status)}`)).toEqual([
      'a ok',
      'b error',
      'c ok',
    ]);
    expect(client.frames[1]?.['err-msg']).toBe('429 too many request');
  });
});

describe('pings', () => {
  it.each([
    ['/ws/v2', 20_000],
    ['/ws/trade', 20_000],
    ['/ws', 5_000],
    ['/feed', 5_000],
  ])('%s every %i ms; two unanswered, and it is closed before the third', async (path, everyMs) => {
    const { open, clock } = htxBench();
    const client = await open(path);
    client.answersPings = false;
    await clock.advance(everyMs * 2 + 100);
    expect(client.frames).toHaveLength(2);
    const [ping] = client.frames;
    if (path.startsWith('/ws/')) expect(ping).toEqual({ action: 'ping', data: { ts: expect.any(Number) as number } });
    else expect(ping).toEqual({ ping: expect.any(Number) as number });
    expect(client.closed).toBeNull();
    await clock.advance(everyMs);
    expect(client.frames).toHaveLength(2);
    expect(client.closed).toMatchObject({ code: 1000 });
  });

  it.each(['/ws/v2', '/ws'])('%s stays open while they are answered; a wrong number is no answer', async (path) => {
    const { open, clock } = htxBench();
    const good = await open(path);
    const wrong = await open(path);
    wrong.answersPings = false;
    await clock.advance(65_000);
    wrong.send(path === '/ws' ? { pong: 1 } : { action: 'pong', data: { ts: 1 } });
    await clock.advance(120_000);
    expect(good.closed).toBeNull();
    expect(wrong.closed).not.toBeNull();
  });
});

describe("the dead man's switch", () => {
  const PATH = '/v2/algo-orders/cancel-all-after';

  test('cancels when it is not renewed, tells when, and can be taken off', async () => {
    const { post, place, venue, clock } = htxBench();
    await place();
    const armed = await post(PATH, { timeout: '10' });
    expect(armed.body).toEqual({
      code: 200,
      message: 'success',
      data: { currentTime: expect.any(Number) as number, triggerTime: expect.any(Number) as number },
    });
    const { currentTime, triggerTime } = armed.body['data'] as { currentTime: number; triggerTime: number };
    expect(triggerTime - currentTime).toBe(10_000);
    await clock.advance(8_000);
    await post(PATH, { timeout: 10 });
    await clock.advance(8_000);
    expect(venue.openOrders(1, null)).toHaveLength(1);
    expect((await post(PATH, { timeout: '0' })).body['data']).toMatchObject({ triggerTime: 0 });
    await clock.advance(20_000);
    expect(venue.openOrders(1, null)).toHaveLength(1);
    await post(PATH, { timeout: '5' });
    await clock.advance(6_000);
    expect(venue.openOrders(1, null)).toEqual([]);
  });

  test('takes 0 or at least 5 seconds', async () => {
    const { post } = htxBench();
    expect((await post(PATH, {})).body).toEqual({ code: 2003, message: 'missing mandatory field' });
    for (const timeout of ['4', '-1', 'soon', 5.5]) expect((await post(PATH, { timeout })).body['code']).toBe(2002);
  });

  test('cancels at most 500 orders, of the whole user', async () => {
    const { post, venue, clock } = htxBench();
    for (let index = 0; index < 520; index++) venue.place(1, order('BUY', '0.5', '10'), RULES);
    await post(PATH, { timeout: '5' });
    await clock.advance(6_000);
    expect(venue.openOrders(1, null)).toHaveLength(20);
  });
});

test('a login does not survive its connection', async () => {
  const { open, clock } = htxBench();
  const first = await open('/ws/v2');
  first.send(loginFrame('/ws/v2', DEMO, clock.now()));
  await first.next();
  first.close();
  const second = await open('/ws/v2');
  second.send({ action: 'sub', ch: 'orders#*' });
  expect(await second.next()).toMatchObject({ code: 2002, message: 'invalid.auth.state' });
});
