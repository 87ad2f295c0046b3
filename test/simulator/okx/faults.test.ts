// Faults in OKX's words: what a client reads when the gateway makes a request fail, and what has happened behind it (okx.md 11.1).
import { describe, expect, it, test } from 'vitest';
import type { FaultRule } from '../../../src/simulator/faults/vocabulary.ts';
import { loginFrame, DEMO, limitOrder, okxBench, socketOrder, type Json } from './support.ts';

const ORDER = '/api/v5/trade/order';

describe('over REST', () => {
  it.each<[FaultRule, number, string, number]>([
    [{ fault: 'unknown-outcome', executed: true }, 400, '50004', 1],
    [{ fault: 'unknown-outcome', executed: false }, 400, '50004', 0],
    [{ fault: 'rate-limit', retryAfterMs: 1000 }, 429, '50011', 0],
    [{ fault: 'ban', retryAfterMs: 1000 }, 429, '50040', 0],
    [{ fault: 'maintenance', durationMs: 1000 }, 503, '50001', 0],
    [{ fault: 'timestamp-refused' }, 401, '50102', 0],
    [{ fault: 'key-revoked', durationMs: 1000 }, 200, '50119', 0],
  ])('%j is HTTP %i, code %s', async (rule, status, code, orders) => {
    const { exchange, post, venue } = okxBench();
    exchange.faults.inject({ ...rule, operation: 'create', count: 1 });
    const answer = await post(ORDER, limitOrder('buy', '0.8', '10'));
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.body['msg']).not.toBe('');
    expect(venue.openOrders(1, null)).toHaveLength(orders);
  });

  test('a server error is HTML', async () => {
    const { exchange, post, venue } = okxBench();
    exchange.faults.inject({ fault: 'server-error-executed', operation: 'create' });
    const { status, text } = await post(ORDER, limitOrder('buy', '0.8', '10'));
    expect([status, text.startsWith('<html>')]).toEqual([502, true]);
    expect(venue.openOrders(1, null)).toHaveLength(1);
  });

  test('order-not-found: 51603 to a query, 51400 to each cancel', async () => {
    const { exchange, post, get, venue } = okxBench();
    await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'a' }));
    exchange.faults.inject({ fault: 'order-not-found' });
    expect((await get(`${ORDER}?instId=EOS-USDT&clOrdId=a`)).body).toEqual({
      code: '51603',
      msg: 'Order does not exist',
      data: [],
    });
    const cancel = await post('/api/v5/trade/cancel-batch-orders', [
      { instId: 'EOS-USDT', clOrdId: 'a' },
      { instId: 'EOS-USDT', ordId: '7' },
    ]);
    expect(cancel.body['code']).toBe('1');
    expect(cancel.data.map(({ sCode, clOrdId, ordId }) => [sCode, clOrdId, ordId])).toEqual([['51400', 'a', ''], ['51400', '', '7']]); // prettier-ignore
    expect(venue.openOrders(1, null)).toHaveLength(1);
  });

  test('an order that queries do not see yet: 51603, no row in any list, and then it is there', async () => {
    const { exchange, post, get, clock } = okxBench();
    exchange.faults.inject({ fault: 'query-lag', lagMs: 2000 });
    await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'a' }));
    expect((await get(`${ORDER}?instId=EOS-USDT&clOrdId=a`)).body['code']).toBe('51603');
    expect((await get('/api/v5/trade/orders-pending')).data).toEqual([]);
    await clock.advance(2000);
    expect((await get(`${ORDER}?instId=EOS-USDT&clOrdId=a`)).body['code']).toBe('0');
    expect((await get('/api/v5/trade/orders-pending')).data).toHaveLength(1);
  });

  test('a cancel that loses the race is 51400', async () => {
    const { exchange, post, get } = okxBench();
    await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'a' }));
    exchange.faults.inject({ fault: 'cancel-fill-race' });
    expect((await post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', clOrdId: 'a' })).data[0]).toMatchObject({
      sCode: '51400',
    });
    expect((await get(`${ORDER}?instId=EOS-USDT&clOrdId=a`)).data[0]).toMatchObject({ state: 'filled' });
  });
});

describe('over a socket', () => {
  it.each<[FaultRule, string, number]>([
    [{ fault: 'unknown-outcome', executed: true }, '50004', 1],
    [{ fault: 'server-error-executed' }, '64007', 1],
    [{ fault: 'server-error-not-executed' }, '64007', 0],
    [{ fault: 'rate-limit' }, '50011', 0],
    [{ fault: 'maintenance' }, '50001', 0],
    [{ fault: 'timestamp-refused' }, '50102', 0],
  ])('%j of an order is %s', async (rule, code, orders) => {
    const { exchange, login, venue } = okxBench();
    const client = await login();
    exchange.faults.inject({ ...rule, operation: 'create', count: 1 });
    const reply = await client.operation('order', [socketOrder('buy', '0.8', '10')]);
    expect(reply).toMatchObject({ op: 'order', code, data: [] });
    expect(venue.openOrders(1, null)).toHaveLength(orders);
  });

  test('a deleted key: 50119, then the close', async () => {
    const { exchange, login, clock } = okxBench();
    const client = await login();
    exchange.faults.inject({ fault: 'key-revoked' });
    expect(await client.operation('order', [socketOrder('buy', '0.8', '10')])).toMatchObject({ code: '50119' });
    await clock.advance(5);
    expect(client.closed).toMatchObject({ code: 4007 });
  });

  it.each<[FaultRule, string]>([
    [{ fault: 'maintenance' }, '63999'],
    [{ fault: 'timestamp-refused' }, '60006'],
    [{ fault: 'rate-limit' }, '60014'],
    [{ fault: 'key-revoked' }, '60032'],
  ])('%j of a login is %s', async (rule, code) => {
    const { exchange, open, clock } = okxBench();
    exchange.faults.inject({ ...rule, operation: 'login' });
    const client = await open('private');
    client.send(loginFrame(clock, DEMO));
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code });
    await clock.advance(5);
    expect(client.isOpen).toBe(false);
  });

  test('a subscription that fails is not subscribed', async () => {
    const { exchange, login, post } = okxBench();
    const client = await login();
    exchange.faults.inject({ fault: 'maintenance', operation: 'subscribe' });
    expect((await client.subscribe({ channel: 'orders', instType: 'ANY' }))[0]).toMatchObject({
      event: 'error',
      code: '64007',
    });
    await post(ORDER, limitOrder('buy', '0.8', '10'));
    expect(await client.during('orders', 10)).toEqual([]);
  });

  test('pushes are dropped and doubled', async () => {
    const { exchange, login, post } = okxBench();
    const client = await login();
    await client.subscribe({ channel: 'orders', instType: 'ANY' });
    exchange.faults.inject([
      { fault: 'push-dropped', nth: 1 },
      { fault: 'push-duplicated', nth: 2 },
    ]);
    await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'first' }));
    await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'second' }));
    const ids = (await client.during('orders', 10)).map(({ data }) => (data as Json[])[0]?.['clOrdId']);
    expect(ids).toEqual(['second', 'second']);
  });
});

test('after a restart of the exchange orders are where they were, and the switch is forgotten', async () => {
  const { exchange, login, post, get, clock } = okxBench();
  const client = await login();
  await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'a' }));
  await post('/api/v5/trade/cancel-all-after', { timeOut: '10' });
  exchange.faults.inject({ fault: 'exchange-restart', durationMs: 1000 });
  await clock.advance(20_000);
  expect(client.isOpen).toBe(false);
  expect((await get(`${ORDER}?instId=EOS-USDT&clOrdId=a`)).data[0]).toMatchObject({ state: 'live' });
  expect((await login()).isOpen).toBe(true);
});
