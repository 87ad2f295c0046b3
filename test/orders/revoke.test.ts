// Revoking is confirmed: every order is reported as what it became, and "none left" is the exchange's own word.
import { describe, expect, it } from 'vitest';
import { RevokeError } from '../../src/domain/errors.ts';
import { Stage } from './support/stage.ts';

describe('revokeOrder with ids', () => {
  it('cancels one and returns its id', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(told.orders.at(-1)).toMatchObject({ status: 'CANCELED' });
    await trade.close();
  });

  it('waits for the end where the reply is only "taken", by push or by asking', async () => {
    const stage = new Stage();
    stage.venue.cancelReplyIsFinal = false;
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect((await stage.clock.runFor(trade.revokeOrder('1001')))[0]).toEqual(['1001']);
    expect(stage.venue.count('query')).toBe(0);
    stage.venue.pushDelayMs = null;
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect((await stage.clock.runFor(trade.revokeOrder('1002')))[0]).toEqual(['1002']);
    expect(stage.venue.count('query')).toBe(1);
    await trade.close();
  });

  it('A1: the rest is revoked, and the finished one is reported as what it became', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    for (let i = 0; i < 4; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    // Filled, but the push is lost: the strategy does not know.
    stage.venue.pushDelayMs = null;
    stage.venue.fill(stage.venue.orders[1]!, '10');
    stage.venue.pushDelayMs = 5;
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001', '1002', '1003', '1004'));
    expect(error).toBeInstanceOf(RevokeError);
    if (!(error instanceof RevokeError)) return;
    expect(error.revoked).toEqual(['1001', '1003', '1004']);
    expect(error.failed.map(({ orderId, error: { kind, message } }) => [orderId, kind, message])).toEqual([
      ['1002', 'already-done', 'order 1002 was FILLED already'],
    ]);
    expect(error.kind).toBe('already-done');
    await trade.close();
  });

  it('those that may still be open come before those that had ended: `already-done` says that nothing is left', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    for (let i = 0; i < 3; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.fill(stage.venue.orders[0]!, '10');
    stage.venue.fault('cancel', 'reply-lost', { reject: 'rejected' });
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001', '1002', '1003'));
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.failed.map(({ orderId, error: { kind } }) => [orderId, kind])).toEqual([
      ['1002', 'rejected'],
      ['1001', 'already-done'],
    ]);
    expect(error).toMatchObject({ kind: 'rejected', revoked: ['1003'] });
    await trade.close();
  });

  it('an order that is still on its way holds none of the others up', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('create', 'request-lost');
    void trade.createOrder('SELL', '2', '10', { clientOrderId: 'late' });
    const revoking = trade.revokeOrder('late', '1001');
    await stage.clock.advance(100);
    expect(stage.venue.openOrders).toEqual([]);
    const [, error] = await stage.clock.runFor(revoking);
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.revoked).toEqual(['1001']);
    await trade.close();
  });

  it('is sent as soon as the reply to the order is known to be lost', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'cut');
    void trade.createOrder('SELL', '2', '10', { clientOrderId: 'mine' });
    void trade.revokeOrder('mine');
    await stage.clock.advance(100);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it("A23: one shape of result; one id gives that order's own error", async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const [, never] = await stage.clock.runFor(trade.revokeOrder('9999'));
    expect(never).toMatchObject({ name: 'TradeError', kind: 'order-not-found', outcome: 'rejected' });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    const [, done] = await stage.clock.runFor(trade.revokeOrder('1001'));
    expect(done).toMatchObject({ name: 'TradeError', kind: 'already-done' });
    expect(() => trade.revokeOrder('')).toThrow(TypeError);
    const given = (id: unknown) => (): void => void Reflect.apply((it: string) => trade.revokeOrder(it), null, [id]);
    expect(given(['1001'])).toThrow('strings, got an array; give the ids one by one: revokeOrder(...ids)');
    expect(given(1001)).toThrow('order ids are strings, got number');
    await trade.close();
  });

  it('a cancel of ours whose reply was lost counts as ours', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.fault('cancel', 'reply-lost');
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    await trade.close();
  });

  it('a cancel that never arrived is sent again; not-sent ones and rate limits too', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancel', 'not-sent', { reject: 'rate-limited' }, 'request-lost');
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(stage.venue.count('cancel')).toBe(4);
    await trade.close();
  });

  it('a ban is waited out once, though the question for another order has waited it out, too', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.fill(stage.venue.orders[1]!, '10');
    stage.venue.fault('cancel', { reject: 'rate-limited', retryAfter: 6_000 });
    stage.venue.queryDelayMs = 6_000;
    const start = stage.clock.monotonic();
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001', '1002'));
    expect(error).toMatchObject({ kind: 'already-done', revoked: ['1001'], failed: [{ orderId: '1002' }] });
    expect(stage.clock.monotonic() - start).toBeLessThan(7_000);
    await trade.close();
  });

  it('a ban is waited out once, though another cancel of the same batch has waited it out, too', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancel', { reject: 'rate-limited', retryAfter: 6_000 }, { heldFor: 6_000 });
    const start = stage.clock.monotonic();
    const [revoked] = await stage.clock.runFor(trade.revokeOrder('1001', '1002'));
    expect(revoked).toEqual(['1001', '1002']);
    expect(stage.clock.monotonic() - start).toBeLessThan(7_000);
    await trade.close();
  });

  it('an order that must be asked for first holds up no cancel of another', async () => {
    const stage = new Stage({ cancelNamesSymbol: false });
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.place({});
    stage.venue.queryDelayMs = 3_000;
    const revoking = trade.revokeOrder('1001', '1002');
    await stage.clock.advance(100);
    expect(stage.venue.openOrders.map(({ orderId }) => orderId)).toEqual(['1002']);
    expect(await stage.clock.runFor(revoking)).toEqual([['1001', '1002'], null]);
    await trade.close();
  });

  it('says that no cancel was sent when the question before it is never answered', async () => {
    const stage = new Stage({ cancelNamesSymbol: false });
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    stage.venue.place({});
    stage.venue.fault('query', ...Array<'request-lost'>(100).fill('request-lost'));
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001'));
    expect(error).toMatchObject({ kind: 'network', outcome: 'not-sent' });
    expect(error?.message).toContain('no cancel of order 1001 was sent');
    expect(stage.venue.count('cancel')).toBe(0);
    await trade.close();
  });

  it.each(['not-sent', { reject: 'rate-limited' }] as const)(
    'a cancel that may have been carried out is in doubt, though those after it were not (%j)',
    async (fault) => {
      const stage = new Stage();
      const { trade } = await stage.ready();
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      stage.venue.fault('cancel', 'request-lost', ...Array<typeof fault>(100).fill(fault));
      const [, error] = await stage.clock.runFor(trade.revokeOrder('1001'));
      expect(error).toMatchObject({ kind: 'in-doubt', outcome: 'unknown' });
      await trade.close();
    },
  );

  it('vnpy_binance #73: a refused cancel says nothing about the order', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancel', { reject: 'rejected' });
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001'));
    expect(error?.kind).toBe('rejected');
    expect(trade.orders.get('1001')?.status).toBe('SUBMITTED');
    await trade.close();
  });

  it('hummingbot #5896: "unknown order" resolves the order and does not loop', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.cancel(stage.venue.orders[0]!, 'by hand');
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001'));
    // Somebody else did it.
    expect(error).toMatchObject({ kind: 'already-done', message: 'order 1001 was CANCELED already' });
    expect(stage.venue.count('cancel')).toBe(1);
    expect(told.orders.at(-1)).toMatchObject({ status: 'CANCELED', reason: 'by hand' });
    await trade.close();
  });

  it('an order still on its way is revoked when its reply is in', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const created = trade.createOrder('SELL', '2', '10');
    const [clientOrderId] = [...trade.orders.keys()];
    expect(await stage.clock.runFor(trade.revokeOrder(clientOrderId!))).toEqual([['1001'], null]);
    expect((await created)[0]).toBe('1001');
    await trade.close();
  });

  it('cancels an order whose reply takes longer than the patience, too', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade } = await stage.ready({ timings: { inDoubtPatience: 2_000 } });
    stage.venue.fault('create', 'reply-lost');
    void trade.createOrder('SELL', '2', '10', { clientOrderId: 'mine' });
    await stage.clock.runFor(trade.revokeOrder('mine'));
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('works while the stream is down', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1002'], null]);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'SUBMITTED', 'CANCELED', 'CANCELED']);
    await trade.close();
  });

  it('an order never tracked is not called unknown when only a lagging answer denied it, and no cancel', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    stage.venue.place({});
    stage.venue.invisibleForMs = 5_100;
    stage.venue.fault('cancel', 'request-lost');
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('an old order that was never tracked is told to the caller only', async () => {
    const stage = new Stage();
    const old = stage.venue.place({ quantity: '10' });
    stage.venue.fill(old, '10');
    const { trade, told } = await stage.ready();
    const [, error] = await stage.clock.runFor(trade.revokeOrder('1001'));
    expect(error).toMatchObject({ kind: 'already-done', message: 'order 1001 was FILLED already' });
    await stage.clock.advance(5_000);
    expect(told.orders).toEqual([]);
    expect(told.fills).toEqual([]);
    await trade.close();
  });
});

describe.each([
  ['a cancel-all endpoint', { cancelAll: true, cancelBatchSize: 1 }],
  ['batches', { cancelAll: false, cancelBatchSize: 20 }],
])('revokeOrder() with %s', (_name, capabilities) => {
  it("A2: revokes a hundred orders, everybody's, and asks until none is left", async () => {
    const stage = new Stage(capabilities);
    stage.venue.delayMs = 50;
    for (let i = 0; i < 60; i++) stage.venue.place({});
    const { trade, told } = await stage.ready();
    for (let i = 0; i < 40; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(trade.orders.size).toBe(100);
    const start = stage.clock.monotonic();
    const [revoked, error] = await stage.clock.runFor(trade.revokeOrder());
    expect(error).toBeNull();
    expect(revoked).toHaveLength(100);
    expect(stage.clock.monotonic() - start).toBeLessThan(500);
    expect(stage.venue.openOrders).toEqual([]);
    expect(stage.venue.requests.at(-1)).toBe('openOrders');
    expect(told.orders.filter(({ status }) => status === 'CANCELED')).toHaveLength(100);
    const [receipt] = stage.journal.receipts({});
    expect(receipt).toMatchObject({ trigger: 'strategy', left: [], filled: [], error: null });
    expect(receipt?.revoked).toHaveLength(100);
    expect(receipt?.confirmedAt).not.toBeNull();
    await trade.close();
  });

  it('an order that never arrived is nothing to revoke: what is in doubt is waited for, and nothing is left', async () => {
    const stage = new Stage(capabilities);
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    const create = trade.createOrder('SELL', '2', '10');
    const [, doubt] = await stage.clock.runFor(create);
    expect(doubt?.kind).toBe('in-doubt');
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([[], null]);
    expect(told.orders.at(-1)).toMatchObject({ status: 'FAILED' });
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });

  it('A1: an order that fills in the race is listed as what it became; the rest is gone', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    for (let i = 0; i < 3; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.fill(stage.venue.orders[0]!, '10');
    const [, error] = await stage.clock.runFor(trade.revokeOrder());
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.revoked).toEqual(['1002', '1003']);
    expect(error.failed.map(({ orderId, error: { kind } }) => [orderId, kind])).toEqual([['1001', 'already-done']]);
    expect(stage.journal.receipts({})[0]).toMatchObject({ filled: ['1001'], left: [], revoked: ['1002', '1003'] });
    await trade.close();
  });

  it('is `already-done` only when nothing is left: what may still be open comes first', async () => {
    const stage = new Stage({ cancelAll: false, cancelBatchSize: 1 });
    const { trade } = await stage.ready();
    for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancel', ...Array.from({ length: 100 }, () => ({ reject: 'rejected' as const })));
    const revoking = trade.revokeOrder();
    stage.venue.fill(stage.venue.orders[0]!, '10');
    const [, error] = await stage.clock.runFor(revoking);
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.failed.map(({ orderId, error: { kind } }) => [orderId, kind])).toEqual([
      ['1002', 'rejected'],
      ['1001', 'already-done'],
    ]);
    expect(error.kind).toBe('rejected');
    await trade.close();
  });

  it('is not `already-done` when the exchange never said that none is left', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancelAll', { reject: 'rejected' });
    stage.venue.fault('cancel', 'not-sent');
    stage.venue.fault('openOrders', ...Array.from({ length: 100 }, () => 'not-sent' as const));
    const revoking = trade.revokeOrder();
    stage.venue.fill(stage.venue.orders[0]!, '10');
    const [, error] = await stage.clock.runFor(revoking);
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.failed.map(({ orderId, error: { kind } }) => [orderId, kind])).toEqual([['1001', 'already-done']]);
    expect(error).toMatchObject({ kind: 'network', outcome: 'unknown' });
    await trade.close();
  });

  it('hummingbot #2534: an order in flight while we revoke is caught too', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    stage.venue.delayMs = 200;
    const created = trade.createOrder('SELL', '2', '10');
    stage.venue.delayMs = 20;
    const [revoked] = await stage.clock.runFor(trade.revokeOrder());
    expect(revoked).toEqual(['1001']);
    expect((await created)[0]).toBe('1001');
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('an empty book is a success with nothing in it', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([[], null]);
    await trade.close();
  });

  it('replies lost, requests lost: ends empty all the same', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready({ timings: { inDoubtPatience: 60_000 } });
    for (let i = 0; i < 3; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancelAll', 'reply-lost', 'request-lost');
    stage.venue.fault('cancel', 'reply-lost', 'request-lost');
    stage.venue.fault('openOrders', 'request-lost');
    const [revoked, error] = await stage.clock.runFor(trade.revokeOrder());
    expect(error).toBeNull();
    expect(revoked?.toSorted()).toEqual(['1001', '1002', '1003']);
    await trade.close();
  });

  it('a key that is refused for a moment, and was taken before, ends no revoke', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    for (let i = 0; i < 3; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('cancel', { reject: 'auth' }, { reject: 'auth' });
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    stage.venue.fault('cancelAll', { reject: 'auth' });
    stage.venue.fault('openOrders', { reject: 'auth' });
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1002', '1003'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('does not hammer an exchange that refuses the key, and says so in the end', async () => {
    const stage = new Stage({ cancelAll: true, cancelBatchSize: 1 });
    const { trade } = await stage.ready();
    for (let i = 0; i < 20; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const refused = Array.from({ length: 1_000 }, () => ({ reject: 'auth' as const }));
    for (const request of ['cancel', 'cancelAll', 'openOrders'] as const) stage.venue.fault(request, ...refused);
    const [live] = stage.live;
    const before = stage.venue.requests.length;
    const receipt = await stage.clock.runFor(live!.revokeAtStop(120_000), 600_000);
    expect(receipt.left).toHaveLength(20);
    expect(receipt.error).toContain('auth');
    expect(stage.venue.requests.length - before).toBeLessThan(60);
    expect(stage.venue.count('cancel')).toBe(0);
    await trade.close();
  });

  it('at a stop says what is left when the time is over, however slowly the exchange answers', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    for (const request of ['cancel', 'cancelAll'] as const)
      stage.venue.fault(request, ...Array.from({ length: 100 }, () => 'not-sent' as const));
    stage.venue.delayMs = 4_000;
    const [live] = stage.live;
    const start = stage.clock.monotonic();
    const receipt = await stage.clock.runFor(live!.revokeAtStop(10_000));
    expect(stage.clock.monotonic() - start).toBe(10_000);
    expect(receipt).toMatchObject({ left: ['1001', '1002'], confirmedAt: null });
    expect(stage.journal.receipts({})).toEqual([receipt]);
    await trade.close();
  });

  it('at a stop says of an order, too, that came up while the exchange was slow to answer', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.delayMs = 60_000;
    const [live] = stage.live;
    const stopping = live!.revokeAtStop(10_000);
    await stage.clock.advance(1_000);
    stage.venue.place({});
    expect(await stage.clock.runFor(stopping)).toMatchObject({ left: ['1001', '1002'], confirmedAt: null });
    await trade.close();
  });

  it('an order that came up while the others were waited for is revoked before none is said to be left', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.cancelReplyIsFinal = false;
    stage.venue.pushDelayMs = null;
    const [live] = stage.live;
    const stopping = live!.revokeAtStop(10_000);
    await stage.clock.advance(200);
    stage.venue.pushDelayMs = 5;
    stage.venue.place({});
    expect(await stage.clock.runFor(stopping)).toMatchObject({ revoked: ['1001', '1002'], left: [], error: null });
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('at a stop during the start says so in time, too, connected or not', async () => {
    for (const failures of [4, 1_000]) {
      const stage = new Stage(capabilities);
      stage.venue.place({});
      stage.venue.fault('prepare', ...Array.from({ length: failures }, () => 'not-sent' as const));
      for (const request of ['cancel', 'cancelAll', 'openOrders'] as const)
        stage.venue.fault(request, ...Array.from({ length: 1_000 }, () => 'not-sent' as const));
      const { trade } = stage.trade();
      const [live] = stage.live;
      const start = stage.clock.monotonic();
      const receipt = await stage.clock.runFor(live!.revokeAtStop(8_000));
      expect(stage.clock.monotonic() - start).toBe(8_000);
      expect(receipt).toMatchObject({ confirmedAt: null });
      expect(receipt.error).not.toBeNull();
      await trade.close();
    }
  });

  it('waits out a ban once, and not again with every question after it', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const request = capabilities.cancelAll ? 'cancelAll' : 'cancel';
    stage.venue.fault(request, { reject: 'rate-limited', retryAfter: 15_000 });
    const [live] = stage.live;
    const start = stage.clock.monotonic();
    const receipt = await stage.clock.runFor(live!.revokeAtStop(29_000));
    expect(receipt).toMatchObject({ revoked: ['1001'], left: [], error: null });
    expect(stage.clock.monotonic() - start).toBeGreaterThanOrEqual(15_000);
    expect(stage.clock.monotonic() - start).toBeLessThan(16_000);
    await trade.close();
  });

  it('says what is left when the exchange cannot be reached', async () => {
    const stage = new Stage(capabilities);
    const { trade } = await stage.ready();
    for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const never = Array.from({ length: 100 }, () => 'not-sent' as const);
    for (const request of ['cancelAll', 'cancel', 'openOrders', 'query'] as const) stage.venue.fault(request, ...never);
    const [, error] = await stage.clock.runFor(trade.revokeOrder());
    if (!(error instanceof RevokeError)) throw new Error('expected a RevokeError');
    expect(error.kind).toBe('network');
    expect(error.failed.map(({ orderId }) => orderId)).toEqual(['1001', '1002']);
    expect(stage.journal.receipts({})[0]).toMatchObject({ left: ['1001', '1002'], confirmedAt: null });
    await trade.close();
  });

  it('hummingbot #2896, Krypto #500: `own` spares other strategies and orders placed by hand', async () => {
    const stage = new Stage(capabilities);
    const byHand = stage.venue.place({});
    const { trade: other } = await stage.ready({ strategy: 'other' });
    await stage.clock.runFor(other.createOrder('SELL', '2', '10'));
    const { trade } = await stage.ready({ unfinishedOrders: { whose: 'own' } });
    const [mine] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const [named] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'myname' }));
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([[mine, named], null]);
    expect(stage.venue.openOrders.map(({ orderId }) => orderId)).toEqual([byHand.orderId, '1002']);
    expect(stage.venue.count('cancelAll')).toBe(0);
    await stage.clock.runFor(other.revokeOrder());
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
    await other.close();
  });
});

it('revoking everything waits out a ban once, though another cancel of the same batch has waited it out, too', async () => {
  const stage = new Stage({ cancelAll: false });
  const { trade } = await stage.ready();
  for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
  stage.venue.fault('cancel', { reject: 'rate-limited', retryAfter: 15_000 }, { heldFor: 15_000 });
  const [live] = stage.live;
  const start = stage.clock.monotonic();
  const receipt = await stage.clock.runFor(live!.revokeAtStop(29_000));
  expect(receipt).toMatchObject({ revoked: ['1001', '1002'], left: [], error: null });
  expect(stage.clock.monotonic() - start).toBeLessThan(16_000);
  await trade.close();
});

describe('the revoke at the start', () => {
  it('that the exchange did not confirm is told to onError, even when no order is known to be left', async () => {
    const stage = new Stage();
    const { trade, told } = stage.trade({ unfinishedOrders: { start: 'revoke' } });
    await stage.clock.runUntil(() => stage.venue.count('openOrders') > 0);
    for (const request of ['openOrders', 'cancelAll', 'cancel', 'query', 'fills'] as const)
      stage.venue.fault(request, ...Array.from({ length: 500 }, () => 'request-lost' as const));
    await stage.clock.advance(10);
    stage.venue.pushDelayMs = null;
    stage.venue.place({ clientOrderId: 'by-hand' });
    expect(await stage.clock.runFor(trade.ready, 300_000)).toBe(true);
    expect(stage.journal.receipts({})).toMatchObject([{ trigger: 'start', left: [], confirmedAt: null }]);
    expect(told.errors).toMatchObject([{ outcome: 'unknown' }]);
    await trade.close();
  });
});
