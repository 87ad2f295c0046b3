// createOrder to certainty, against a scripted exchange: three outcomes, doubt, and what never happens (a second request for one call).
import { describe, expect, it } from 'vitest';
import { ClientOrderIds } from '../../src/orders/client-order-id.ts';
import type { CreateOrderOptions } from '../../src/orders/order-request.ts';
import { Stage } from './support/stage.ts';

const last = <T>(list: readonly T[]): T => list.at(-1)!;

describe('createOrder', () => {
  it('A8: is in orders and in the journal before the request leaves', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const pending = trade.createOrder('SELL', '2', '10');
    // Synchronously: nothing has been awaited yet.
    expect(stage.venue.count('create')).toBe(1);
    const [order] = [...trade.orders.values()];
    expect(order).toMatchObject({ status: 'NONE', orderId: '', quantity: '10', remain: '10' });
    const [remembered] = stage.journal
      .open({ platform: 'okx', venue: '', account: 'me', symbol: 'EOS/USDT', strategy: 'test' })
      .load();
    expect(remembered?.intent?.clientOrderId).toBe(order?.clientOrderId);
    expect(await stage.clock.runFor(pending)).toEqual(['1001', null]);
    expect([...trade.orders.keys()]).toEqual(['1001']);
    await trade.close();
  });

  it('A10: amounts reach the wire digit by digit', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', 2.001, '123456.78'));
    expect(stage.venue.sentCommands[0]).toMatchObject({ orderType: 'LIMIT' });
    expect(String(stage.venue.sentCommands[0]?.price)).toBe('2.001');
    stage.venue.fill(stage.venue.orders[0]!, '0.1');
    stage.venue.fill(stage.venue.orders[0]!, '0.2');
    await stage.clock.advance(50);
    expect(last(told.orders)).toMatchObject({ filled: '0.3', remain: '123456.48' });
    await trade.close();
  });

  it('refuses locally what no exchange would take, and sends nothing', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const wrong: readonly (readonly [Parameters<typeof trade.createOrder>, string])[] = [
      [['BUY', '0', '1'], 'greater than zero'],
      [['BUY', '-2', '1'], 'greater than zero'],
      [['BUY', Number.NaN, '1'], 'not a decimal number'],
      [['BUY', 'two', '1'], 'price "two" is not a decimal number'],
      [['BUY', '2.0005', '1'], 'the nearest legal price is 2'],
      [['BUY', '2', '1', { clientOrderId: 'not-allowed' }], '1 to 32 letters and digits'],
      [['BUY', null, '1', { orderType: 'MARKET', timeInForce: 'POST_ONLY' }], 'cannot be POST_ONLY'],
      [['BUY', null, '1', { orderType: 'MARKET', quoteQuantity: '5' }], 'quantity must be null'],
    ];
    for (const [args, message] of wrong) {
      const [id, error] = await stage.clock.runFor(trade.createOrder(...args));
      expect(id).toBeNull();
      expect(error).toMatchObject({ kind: 'invalid-order', outcome: 'not-sent', symbol: 'EOS/USDT', account: 'me' });
      expect(error?.message).toContain(message);
    }
    expect(stage.venue.count('create')).toBe(0);
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });

  it('throws at once on a mistake in the program', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const call = (...args: unknown[]): unknown => {
      const createOrder: unknown = Reflect.get(trade, 'createOrder');
      if (typeof createOrder !== 'function') throw new Error('no createOrder');
      return Reflect.apply(createOrder, trade, args);
    };
    expect(() => call('HOLD', '1', '1')).toThrow(RangeError);
    expect(() => call('BUY', {}, '1')).toThrow('price must be a decimal string or a number, got object');
    expect(() => call('BUY', '1', true)).toThrow(TypeError);
    expect(() => call('BUY', '1', '1', { orderType: 'STOP' })).toThrow('orderType must be LIMIT or MARKET, got "STOP"');
    expect(() => call('BUY', '1', '1', { clientOrderId: 5 })).toThrow(TypeError);
    expect(() => call('BUY', '1', '1', { extra: {} })).toThrow('option extra must be');
    expect(() => call('BUY', '1', '1', ['POST_ONLY'])).toThrow('options must be an object, got an array');
    // On the wire nobody would notice, and the order would be another one.
    expect(() => call('BUY', '1', '1', { timeInforce: 'IOC' })).toThrow(
      'option timeInforce is unknown; did you mean timeInForce?',
    );
    expect(() => call('BUY', '1', '1', { postOnly: true })).toThrow("did you mean timeInForce: 'POST_ONLY'?");
    await trade.close();
  });

  it('passes options of the exchange through and makes MARKET a MARKET (A11)', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const options: CreateOrderOptions = { orderType: 'MARKET', selfTradePreventionMode: 'EXPIRE_TAKER' };
    await stage.clock.runFor(trade.createOrder('BUY', null, '3', options));
    expect(stage.venue.sentCommands[0]).toMatchObject({
      orderType: 'MARKET',
      price: null,
      extra: { selfTradePreventionMode: 'EXPIRE_TAKER' },
    });
    await trade.close();
  });

  it("a refusal is FAILED, with the exchange's reason", async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { reject: 'insufficient-funds' });
    const [, error] = await stage.clock.runFor(trade.createOrder('BUY', '2', '1'));
    expect(error).toMatchObject({ kind: 'insufficient-funds', outcome: 'rejected', platform: 'okx' });
    expect(told.orders.map(({ status, reason }) => [status, reason])).toEqual([['FAILED', 'refused by the exchange']]);
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });

  it('is not sent when nothing left, and may be tried again', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'not-sent');
    const [, error] = await stage.clock.runFor(trade.createOrder('BUY', '2', '1'));
    expect(error?.outcome).toBe('not-sent');
    expect((await stage.clock.runFor(trade.createOrder('BUY', '2', '1')))[0]).toBe('1001');
    await trade.close();
  });

  it('A7: a lost reply is looked up; one request, one order, its id', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    const pending = trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(5_100);
    expect(trade.orders.size).toBe(1);
    expect(await stage.clock.runFor(pending)).toEqual(['1001', null]);
    expect(stage.venue.count('create')).toBe(1);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED']);
    await trade.close();
  });

  it('A7: an answer that does not repeat the client id settles it just as well', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    stage.venue.queryTellsClientId = false;
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    expect((await stage.clock.runFor(trade.createOrder('SELL', '2', '10')))[0]).toBe('1001');
    expect(told.orders.map(({ orderId }) => orderId)).toEqual(['1001']);
    expect([...trade.orders.keys()]).toEqual(['1001']);
    await trade.close();
  });

  it('A7: a push settles it before the time-out', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    const start = stage.clock.monotonic();
    expect(await stage.clock.runFor(trade.createOrder('SELL', '2', '10'))).toEqual(['1001', null]);
    expect(stage.clock.monotonic() - start).toBeLessThan(100);
    await stage.clock.advance(10_000);
    expect(stage.venue.count('query')).toBe(0);
    await trade.close();
  });

  it('in doubt for longer than the patience: says so, and goes on looking', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    stage.venue.fault('query', ...Array.from({ length: 6 }, () => 'request-lost' as const));
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error).toMatchObject({ kind: 'in-doubt', outcome: 'unknown' });
    expect(trade.orders.size).toBe(1);
    await stage.clock.advance(30_000);
    expect(last(told.orders)).toMatchObject({ status: 'SUBMITTED', orderId: '1001' });
    expect(stage.venue.count('create')).toBe(1);
    await trade.close();
  });

  it('in doubt during a ban: asked for again when it is over, and by nobody once the Trade is closed', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    stage.venue.queriesAgainAfter = 3 * 86_400_000;
    const pending = trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(20_000);
    expect((await pending)[1]?.kind).toBe('in-doubt');
    expect(stage.venue.count('query')).toBe(1);
    await stage.clock.runFor(trade.close());
    // Nothing is left that would keep the process alive.
    expect(await stage.clock.runAll(0)).toBe(true);
  });

  it('FAILED only after the exchange itself said three times over notFoundAfter that it knows no such order', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error?.kind).toBe('in-doubt');
    const doubtBegan = stage.clock.monotonic() - 5_000;
    expect(trade.orders.size).toBe(1);
    await stage.clock.runUntil(() => trade.orders.size === 0);
    expect(stage.clock.monotonic() - doubtBegan).toBeGreaterThan(30_000);
    expect(stage.venue.count('query')).toBeGreaterThanOrEqual(3);
    expect(last(told.orders)).toMatchObject({ status: 'FAILED', orderId: '' });
    expect(stage.venue.count('create')).toBe(1);
    await trade.close();
  });

  it('a caller that still waits is told: kind timeout, outcome rejected', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready({ timings: { inDoubtPatience: 120_000 } });
    stage.venue.fault('create', 'request-lost');
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error).toMatchObject({ kind: 'timeout', outcome: 'rejected' });
    await trade.close();
  });

  it('hummingbot #8457: a network error never counts as an answer', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    stage.venue.fault('query', ...Array.from({ length: 200 }, () => 'request-lost' as const));
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.advance(600_000);
    expect(trade.orders.size).toBe(1);
    await trade.close();
  });

  it('NautilusTrader #4958: an order presumed failed that turns up after all lives on, and its fill is told', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { lateBy: 60_000 });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runUntil(() => last(told.orders)?.status === 'FAILED');
    await stage.clock.runUntil(() => stage.venue.orders.length === 1);
    await stage.clock.advance(100);
    expect(last(told.orders)).toMatchObject({ status: 'SUBMITTED', orderId: '1001' });
    expect([...trade.orders.keys()]).toEqual(['1001']);
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    expect(told.orders.map(({ status }) => status)).toEqual(['FAILED', 'SUBMITTED', 'FILLED']);
    expect(told.fills).toHaveLength(1);
    await trade.close();
  });

  it('freqtrade #3647, ccxt #7411: nothing is ever sent twice, whatever is lost', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'reply-lost', 'request-lost', 'reply-lost', { lateBy: 1_000 });
    const calls = Array.from({ length: 6 }, () => trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(Promise.all(calls));
    await stage.clock.advance(120_000);
    expect(stage.venue.count('create')).toBe(6);
    const ids = stage.venue.orders.map(({ clientOrderId }) => clientOrderId);
    expect(new Set(ids).size).toBe(ids.length);
    await trade.close();
  });

  it('one client order id cannot carry two unfinished orders', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'mine1' }));
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'mine1' }));
    expect(error).toMatchObject({ kind: 'duplicate-order', outcome: 'not-sent' });
    expect(stage.venue.count('create')).toBe(1);
    await trade.close();
  });

  it('answers not-ready before onInit and while the stream is broken, unless told otherwise', async () => {
    const stage = new Stage();
    const { trade } = stage.trade();
    const [, early] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(early).toMatchObject({ kind: 'not-ready', outcome: 'not-sent' });
    await stage.clock.runFor(trade.ready);
    stage.venue.breakStream();
    const [, gap] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(gap?.kind).toBe('not-ready');
    const [id] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { evenIfNotReady: true }));
    expect(id).toBe('1001');
    await trade.close();
    const [, closed] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(closed).toMatchObject({ kind: 'closed', outcome: 'not-sent' });
  });

  it('makes client ids that carry the strategy', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const made = new ClientOrderIds('test', stage.clock, stage.environment.random).next();
    expect(stage.venue.orders[0]?.clientOrderId?.slice(0, 9)).toBe(made.slice(0, 9));
    await trade.close();
  });
});
