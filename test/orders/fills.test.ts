// Each fill once, with its fee where that can be had; missing fills are fetched; nothing stays in memory for ever.
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { EMPTY_REPORT } from '../../src/domain/order-report.ts';
import { KEPT_AFTER_END_MS } from '../../src/orders/tracker.ts';
import { SYMBOL } from './support/fake-exchange.ts';
import { Stage } from './support/stage.ts';

describe('fills', () => {
  it('A21: each fill with its fee, exact average price and cumulative fee', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '3'));
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '1', '2.001');
    stage.venue.fill(order, '1', '2.002');
    stage.venue.fill(order, '1', '2.004');
    await stage.clock.advance(100);
    expect(told.orders.map(({ status, avgPrice, fee, remain }) => [status, avgPrice, fee, remain])).toEqual([
      ['SUBMITTED', '0', '0', '3'],
      ['PARTIAL-FILLED', '2.001', '0.002001', '2'],
      ['PARTIAL-FILLED', '2.0015', '0.004003', '1'],
      ['FILLED', '2.002333333333333333', '0.006007', '0'],
    ]);
    expect(told.fills.map(({ fee, feeAsset, liquidity }) => [fee, feeAsset, liquidity])).toEqual([
      ['0.002001', 'USDT', 'maker'],
      ['0.002002', 'USDT', 'maker'],
      ['0.002004', 'USDT', 'maker'],
    ]);
    expect(told.calls.slice(-2)).toEqual(['fill 3', 'order 1001 FILLED']);
    await trade.close();
  });

  // HTX takes money only: what a market buy stated in base comes to is known when it ends, and asks that became cheaper make it more (htx.md 5.1).
  it('a market buy that has bought more than it was stated as is not filled before the exchange says so', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('BUY', null, '3', { orderType: 'MARKET' }));
    const order = stage.venue.orders[0]!;
    let filled = Decimal.ZERO;
    for (const [index, bought] of ['3', '0.1', '0.1'].entries()) {
      const quantity = Decimal.from(bought);
      filled = filled.add(quantity);
      const isLast = index === 2;
      const time = stage.clock.now();
      stage.venue.push({
        ...stage.venue.report(order, 'push'),
        life: isLast ? 'filled' : 'open',
        quantity: isLast ? filled : null,
        filled,
        filledValue: filled,
        utime: time,
        fill: {
          tradeId: String(index),
          price: Decimal.ONE,
          quantity,
          fee: Decimal.ZERO,
          feeAsset: 'EOS',
          liquidity: 'taker',
          time,
        },
      });
      await stage.clock.advance(100);
    }
    expect(told.orders.map((one) => [one.status, one.quantity, one.filled, one.remain])).toEqual([
      ['SUBMITTED', '3', '0', '3'],
      ['PARTIAL-FILLED', '3', '3', '0'],
      ['PARTIAL-FILLED', '3.1', '3.1', '0'],
      ['FILLED', '3.2', '3.2', '0'],
    ]);
    await trade.close();
  });

  it('a doubled push is told once', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    const fill = stage.venue.fill(order, '4');
    await stage.clock.advance(100);
    for (let i = 0; i < 3; i++) stage.venue.push({ ...stage.venue.report(order, 'push'), fill });
    await stage.clock.advance(100);
    expect(told.fills).toHaveLength(1);
    expect(told.orders).toHaveLength(2);
    await trade.close();
  });

  it('what an ended order still learns, and nobody sees, leaves it finished in the journal', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '10');
    await stage.clock.advance(100);
    const known = stage.venue.report(order, 'push');
    const status = (): unknown => stage.journal.history({})[0]?.status;
    expect(status()).toBe('FILLED');
    // Nothing a strategy is shown; then a sum of fees that the fills, which say it better, stand for.
    for (const more of [{ tradeType: 'spot' }, { fee: order.value.neg(), feeAsset: 'USDT' }]) {
      stage.venue.push({ ...known, ...more });
      await stage.clock.advance(100);
      expect(status()).toBe('FILLED');
    }
    expect(told.orders).toHaveLength(2);
    await trade.close();
  });

  it('waits for a fee that travels apart, then tells the fill with it', async () => {
    const stage = new Stage({ feeWithFill: false });
    stage.venue.feeInPush = false;
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    const fill = stage.venue.fill(order, '10');
    await stage.clock.advance(50);
    expect(told.fills).toEqual([]);
    stage.venue.push({ ...EMPTY_REPORT, source: 'push', symbol: SYMBOL, orderId: order.orderId, fill });
    await stage.clock.advance(50);
    expect(told.fills.map(({ fee, feeAsset }) => [fee, feeAsset])).toEqual([['0.02', 'USDT']]);
    await trade.close();
  });

  it('asks for the fee when it does not come by itself', async () => {
    const stage = new Stage({ feeWithFill: false });
    stage.venue.feeInPush = false;
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(2_900);
    expect(told.fills.map(({ fee }) => fee)).toEqual(['0.02']);
    await trade.close();
  });

  it('after feeWait the fill comes without, and the order is corrected later', async () => {
    const stage = new Stage({ feeWithFill: false });
    stage.venue.feeInPush = false;
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fault('fills', ...Array.from({ length: 4 }, () => 'request-lost' as const));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(3_100);
    expect(told.fills.map(({ fee, feeAsset }) => [fee, feeAsset])).toEqual([['0', null]]);
    expect(told.orders.at(-1)).toMatchObject({ status: 'FILLED', fee: '0' });
    await stage.clock.advance(60_000);
    expect(told.fills).toHaveLength(1);
    expect(told.orders.at(-1)).toMatchObject({ status: 'FILLED', fee: '0.02', feeAsset: 'USDT' });
    await trade.close();
  });

  it('fetches a fill that the stated total proves', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    stage.venue.pushDelayMs = null;
    stage.venue.fill(order, '4');
    stage.venue.pushDelayMs = 5;
    stage.venue.push(stage.venue.report(order, 'push'));
    await stage.clock.advance(1_000);
    expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(['1']);
    await trade.close();
  });

  it("a fill known by the exchange's id only is kept for the order of ours that has none yet", async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    const created = trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(50);
    stage.venue.fill(stage.venue.orders[0]!, '4');
    stage.venue.pushDelayMs = 5;
    stage.venue.push(stage.venue.fillReports(stage.venue.orders[0]!)[0]!);
    await stage.clock.advance(50);
    expect(told.orders).toEqual([]);
    expect((await stage.clock.runFor(created))[0]).toBe('1001');
    await stage.clock.advance(1_000);
    expect(told.fills).toHaveLength(1);
    expect(trade.orders.size).toBe(1);
    expect(trade.orders.get('1001')).toMatchObject({
      filled: '4',
      clientOrderId: stage.venue.orders[0]?.clientOrderId,
    });
    await trade.close();
  });

  it.each(['asked for', 'found in a gap'])(
    'a last fill that is %s, after the end was told, brings no second end',
    async (how) => {
      const stage = new Stage();
      const { trade, told } = await stage.ready();
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      const order = stage.venue.orders[0]!;
      stage.venue.pushDelayMs = null;
      const { fee, feeAsset } = stage.venue.fill(order, '10');
      stage.venue.pushDelayMs = 5;
      stage.venue.push({ ...stage.venue.report(order, 'push'), fee, feeAsset });
      await stage.clock.advance(10);
      expect(told.orders.at(-1)?.status).toBe('FILLED');
      if (how === 'found in a gap') {
        stage.venue.breakStream();
        stage.venue.restore();
      }
      await stage.clock.advance(30_000);
      expect(stage.journal.history({})[0]?.status).toBe('FILLED');
      expect(told.calls.filter((call) => /order|fill/.test(call))).toEqual([
        'order 1001 SUBMITTED',
        'order 1001 FILLED',
        'fill 1',
      ]);
      await trade.close();
    },
  );

  it('a fill of an order that nobody here placed brings its order, and is told', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.pushDelayMs = null;
    const theirs = stage.venue.place({ quantity: '5' });
    stage.venue.fill(theirs, '5');
    stage.venue.pushDelayMs = 5;
    stage.venue.push({ ...stage.venue.fillReports(theirs)[0]!, action: null });
    await stage.clock.advance(5_000);
    expect(told.fills.map(({ orderId, action }) => [orderId, action])).toEqual([['1001', 'SELL']]);
    expect(told.orders.at(-1)).toMatchObject({ orderId: '1001', status: 'FILLED' });
    await trade.close();
  });

  it('NautilusTrader #4533: ended orders leave memory, and a late repetition is not a new order', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    for (let i = 0; i < 50; i++) {
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      stage.venue.fill(stage.venue.orders[i]!, '10');
    }
    await stage.clock.advance(1_000);
    const updates = told.orders.length;
    await stage.clock.advance(KEPT_AFTER_END_MS + 120_000);
    expect(stage.trackedBy(trade)).toBe(0);
    const old = stage.venue.orders[7]!;
    stage.venue.push({ ...stage.venue.report(old, 'push'), fill: old.fills[0]! });
    await stage.clock.advance(1_000);
    expect(told.orders).toHaveLength(updates);
    expect(told.fills).toHaveLength(50);
    expect((await stage.clock.runFor(trade.revokeOrder(old.orderId)))[1]).toMatchObject({
      kind: 'already-done',
      message: 'order 1008 was FILLED already',
    });
    await trade.close();
  });
});
