// Start, reconnect and the gap between, against the fake exchange: nothing is missed, nothing is told twice, and every gap is visible.
import { describe, expect, it } from 'vitest';
import type { ConnectionEvent } from '../../src/orders/connection-event.ts';
import { errorOf } from './support/fake-exchange.ts';
import { Stage, type Told } from './support/stage.ts';

const closedGap = (told: Told): Extract<ConnectionEvent, { type: 'gap-closed' }> | undefined =>
  told.events.findLast((event) => event.type === 'gap-closed');

describe('start', () => {
  it('a fill of another account of the user, which the list of fills does not tell apart, is nobody’s here (htx.md 5.16)', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.breakStream();
    const order = stage.venue.place({});
    stage.venue.othersOrder = order.orderId;
    stage.venue.fill(order, '1');
    await stage.clock.advance(100);
    stage.venue.restore();
    await stage.clock.advance(5_000);
    expect(closedGap(told)).toBeDefined();
    expect([told.fills, told.orders, [...trade.orders.keys()]]).toEqual([[], [], []]);
    await trade.close();
  });

  it('... nor when an order in doubt is looked for among the fills', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.pushDelayMs = null;
    const others = stage.venue.place({});
    stage.venue.othersOrder = others.orderId;
    stage.venue.fill(others, '1');
    stage.venue.fault('create', 'request-lost');
    void trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(10_000);
    expect(trade.orders.size).toBe(1);
    await stage.clock.advance(600_000);
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['', 'FAILED']]);
    expect([told.fills, [...trade.orders.keys()]]).toEqual([[], []]);
    await trade.close();
  });

  it('... and one of before the first start is nobody’s news there, either', async () => {
    const stage = new Stage();
    const before = stage.venue.place({});
    stage.venue.fill(before, '10');
    await stage.clock.advance(1_000);
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    void trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(600_000);
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['', 'FAILED']]);
    expect(told.fills).toEqual([]);
    await trade.close();
  });

  it('NautilusTrader #5000: tells every unfinished order before onInit, and fills from before only in their orders', async () => {
    const stage = new Stage();
    const first = stage.venue.place({});
    stage.venue.fill(first, '3');
    stage.venue.place({});
    const { trade, told } = await stage.ready();
    expect(told.calls.filter((call) => !/^(open|authenticated)$/.test(call))).toEqual([
      'order 1001 PARTIAL-FILLED',
      'order 1002 SUBMITTED',
      'init true',
    ]);
    expect(trade.orders.get('1001')).toMatchObject({ filled: '3', avgPrice: '2', fee: '0.006', feeAsset: 'USDT' });
    stage.venue.fill(first, '1');
    await stage.clock.advance(100);
    expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(['2']);
    expect(trade.lastProof).not.toBeNull();
    await trade.close();
  });

  it('A6: an exchange that cannot be reached is retried, told once through onError, and onInit comes in the end', async () => {
    const stage = new Stage();
    stage.venue.fault('prepare', ...Array.from({ length: 8 }, () => 'not-sent' as const));
    stage.venue.fault('instrument', 'not-sent');
    stage.venue.fault('openOrders', 'request-lost', 'request-lost');
    const { trade, told } = await stage.ready();
    expect(told.inits).toEqual([true]);
    expect(told.errors.map(({ kind }) => kind)).toEqual(['network']);
    expect(told.events.filter(({ type }) => type === 'reconnecting')).toHaveLength(9);
    await trade.close();
  });

  it('a wrong key is onError, then onInit(false), and ready is false', async () => {
    const stage = new Stage();
    stage.venue.fault('prepare', { reject: 'auth' });
    const { trade, told } = stage.trade();
    expect(await stage.clock.runFor(trade.ready)).toBe(false);
    expect(told.calls).toEqual(['error auth', 'init false']);
    const [, error] = await stage.clock.runFor(trade.revokeOrder());
    expect(error?.kind).toBe('auth');
    await trade.close();
  });

  it('a key that was taken a moment ago and is refused by the first question is tried again, and given up when that goes on', async () => {
    const stage = new Stage();
    stage.venue.fault('openOrders', { reject: 'auth' }, { reject: 'rejected' });
    const { trade, told } = await stage.ready();
    expect(told.inits).toEqual([true]);
    expect(told.errors).toEqual([]);
    expect(told.events.filter(({ type }) => type === 'exception')).toHaveLength(2);
    await trade.close();
    const other = new Stage();
    other.venue.fault('openOrders', ...Array.from({ length: 20 }, () => ({ reject: 'auth' as const })));
    const { trade: refused, told: toldThen } = other.trade();
    expect(await other.clock.runFor(refused.ready, 10_000)).toBe(false);
    expect(toldThen.calls.filter((call) => /error|init/.test(call))).toEqual(['error auth', 'init false']);
    await refused.close();
  });

  it('an unknown symbol is onInit(false)', async () => {
    const stage = new Stage();
    const { trade, told } = stage.trade({ symbol: 'NO/SUCH' });
    expect(await stage.clock.runFor(trade.ready)).toBe(false);
    expect(told.calls).toEqual(['error invalid-order', 'init false']);
    await trade.close();
  });

  it('a break in the middle of loading means starting over; still one onInit', async () => {
    const stage = new Stage();
    stage.venue.place({});
    const { trade, told } = stage.trade();
    await stage.clock.runUntil(() => stage.venue.count('openOrders') === 1);
    stage.venue.breakStream();
    await stage.clock.advance(1_000);
    expect(told.inits).toEqual([]);
    stage.venue.restore();
    await stage.clock.runFor(trade.ready);
    expect(told.inits).toEqual([true]);
    expect(told.orders).toHaveLength(1);
    await trade.close();
  });

  it('onInit may await revokeOrder()', async () => {
    const stage = new Stage();
    for (let i = 0; i < 5; i++) stage.venue.place({});
    let revoked: readonly string[] | null = null;
    const { trade, told } = stage.trade({
      onInit: async () => {
        [revoked] = await trade.revokeOrder();
      },
    });
    expect(await stage.clock.runFor(trade.ready)).toBe(true);
    expect(revoked).toHaveLength(5);
    expect(told.orders.filter(({ status }) => status === 'CANCELED')).toHaveLength(5);
    await trade.close();
  });

  it('the policy can revoke at the start, before onInit', async () => {
    const stage = new Stage();
    stage.venue.place({});
    const { trade, told } = await stage.ready({ unfinishedOrders: { start: 'revoke' } });
    expect(told.calls.slice(-2)).toEqual(['order 1001 CANCELED', 'init true']);
    expect(stage.journal.receipts({})[0]).toMatchObject({ trigger: 'start', revoked: ['1001'] });
    await trade.close();
  });
});

describe('a broken stream', () => {
  it('A4, ccxt #10754, #19152, #22494, #26945: a fill while the stream was down is told right after the reconnect, once', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '10');
    stage.venue.fill(stage.venue.orders[1]!, '4');
    stage.venue.cancel(stage.venue.orders[2]!);
    await stage.clock.advance(3_000);
    expect(told.fills).toEqual([]);
    stage.venue.restore();
    await stage.clock.runUntil(() => closedGap(told) !== undefined);
    expect(told.fills.map(({ orderId, quantity }) => [orderId, quantity])).toEqual([
      ['1001', '10'],
      ['1002', '4'],
    ]);
    expect(
      told.orders
        .slice(3)
        .map(({ orderId, status }) => `${orderId} ${status}`)
        .toSorted(),
    ).toEqual(['1001 FILLED', '1002 PARTIAL-FILLED', '1003 CANCELED']);
    expect(closedGap(told)).toMatchObject({
      stream: 'private',
      ended: ['1001', '1003'],
      filled: ['1001', '1002'],
      unknown: [],
    });
    await stage.clock.advance(300_000);
    expect(told.fills).toHaveLength(2);
    await trade.close();
  });

  it('a clock that is set while the stream is down does not hide what was filled before', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.breakStream();
    const byHand = stage.venue.place({});
    stage.venue.fill(byHand, '10');
    await stage.clock.advance(2_000);
    stage.venue.clockOffsetMs = 30_000;
    stage.venue.restore();
    await stage.clock.runUntil(() => closedGap(told) !== undefined);
    expect(told.fills.map(({ orderId, quantity }) => [orderId, quantity])).toEqual([[byHand.orderId, '10']]);
    await trade.close();
  });

  it('is over when a ban is, though another question has waited it out', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.breakStream();
    stage.venue.fault('openOrders', { reject: 'rate-limited', retryAfter: 30_000 });
    stage.venue.fillsDelayMs = 30_000;
    stage.venue.restore();
    await stage.clock.advance(29_000);
    expect(stage.venue.count('openOrders')).toBe(2);
    stage.venue.fillsDelayMs = 0;
    await stage.clock.advance(2_000);
    expect(closedGap(told)).toBeDefined();
    await trade.close();
  });

  it('A5: onInit once per Trade; a reconnect has events of its own, and the book is left alone', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    for (let i = 0; i < 3; i++) {
      stage.venue.breakStream();
      await stage.clock.advance(500);
      stage.venue.restore();
      await stage.clock.advance(1_000);
    }
    expect(told.inits).toEqual([true]);
    expect(stage.venue.openOrders).toHaveLength(1);
    expect(told.events.map(({ type }) => type).slice(2)).toEqual(
      Array.from({ length: 3 }, () => ['gap-opened', 'reconnected', 'gap-closed']).flat(),
    );
    await trade.close();
  });

  it('rust-ibapi #777: a fate still unknown at the end of a gap is listed, and resolved later', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.cancel(stage.venue.orders[0]!);
    stage.venue.invisibleForMs = 30_000;
    stage.venue.restore();
    await stage.clock.runUntil(() => closedGap(told) !== undefined);
    expect(closedGap(told)?.unknown).toEqual(['1001']);
    expect(trade.orders.has('1001')).toBe(true);
    await stage.clock.runUntil(() => trade.orders.size === 0);
    expect(told.orders.at(-1)).toMatchObject({ orderId: '1001', status: 'CANCELED' });
    await trade.close();
  });

  it('pushes during the reconcile are held back, then told in order', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '1');
    stage.venue.restore();
    stage.venue.fill(stage.venue.orders[0]!, '2');
    await stage.clock.runUntil(() => closedGap(told) !== undefined);
    await stage.clock.advance(100);
    expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(['1', '2']);
    await trade.close();
  });

  it('another break in mid-reconcile: it starts over, and nothing is lost', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '1');
    stage.venue.restore();
    await stage.clock.advance(10);
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '9');
    stage.venue.restore();
    await stage.clock.runUntil(() => closedGap(told) !== undefined);
    expect(told.fills).toHaveLength(2);
    expect(told.events.filter(({ type }) => type === 'gap-opened')).toHaveLength(1);
    await trade.close();
  });

  it('an order somebody else placed and that was filled in the gap is told, with its fill', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.advance(20_000);
    stage.venue.breakStream();
    const theirs = stage.venue.place({ quantity: '5' });
    stage.venue.fill(theirs, '5');
    stage.venue.restore();
    await stage.clock.advance(5_000);
    expect(told.orders.at(-1)).toMatchObject({ orderId: '1001', status: 'FILLED', filled: '5', remain: '0' });
    expect(told.fills).toHaveLength(1);
    await trade.close();
  });
});

describe('when all looks well', () => {
  it('vnpy #3161, TradeStation Lean PR#95, passivbot_lighter #3: a healthy-looking stream that drops pushes is caught by the periodic comparison', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.pushDelayMs = null;
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(61_000);
    expect(told.orders.at(-1)).toMatchObject({ status: 'FILLED' });
    expect(told.fills).toHaveLength(1);
    expect(told.events.some(({ type }) => type === 'gap-opened')).toBe(false);
    await trade.close();
  });

  it('the periodic comparison comes to an end where new orders keep coming faster than it can ask', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.delayMs = 200;
    // Fifty a second, each open for 300 ms: there is always one that the list of a moment ago could not hold.
    for (let step = 0; step < 6_500; step++) {
      const order = { clientOrderId: null, action: 'SELL', orderType: 'LIMIT', timeInForce: 'GTC' } as const;
      stage.venue.place({ ...order, price: '2', quantity: '10' });
      if (stage.venue.orders.length > 15) stage.venue.fill(stage.venue.orders.shift()!, '10');
      await stage.clock.advance(20);
    }
    expect(stage.clock.now() - (trade.lastProof ?? 0)).toBeLessThan(65_000);
    expect(stage.venue.count('openOrders')).toBeGreaterThanOrEqual(3);
    expect(stage.venue.count('query')).toBeLessThan(100);
    await trade.close();
  });

  it('a comparison after a gap, too, and what it has to wait for is known', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    // Slower than pushes are held back.
    stage.venue.delayMs = 6_000;
    stage.venue.breakStream();
    stage.venue.restore();
    for (let step = 0; step < 60; step++) {
      stage.venue.place({});
      if (stage.venue.orders.length > 5) stage.venue.fill(stage.venue.orders.shift()!, '10');
      await stage.clock.advance(500);
    }
    expect(told.events.at(-1)?.type).toBe('gap-closed');
    await trade.close();
  });

  it('an exchange that answers nothing for a while is asked again, without harm', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('openOrders', ...Array.from({ length: 30 }, () => 'request-lost' as const));
    await stage.clock.advance(400_000);
    expect(trade.orders.size).toBe(1);
    expect(stage.clock.now() - (trade.lastProof ?? 0)).toBeLessThan(100_000);
    expect(told.errors).toEqual([]);
    await trade.close();
  });

  it('a stream that fails for good is an error, and orders stay in the view', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.handlers?.onFatal(errorOf('auth', 'rejected', 'key deleted'));
    await stage.clock.advance(10);
    expect(told.errors.map(({ message }) => message)).toEqual(['key deleted']);
    expect(told.inits).toEqual([true]);
    expect(trade.orders.size).toBe(1);
    await trade.close();
  });
});
