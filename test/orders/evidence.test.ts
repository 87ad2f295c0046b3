// What was concluded from an exchange's silence, or is still unknown, and what the exchange shows afterwards: evidence always wins.
import { describe, expect, it } from 'vitest';
import { SYMBOL } from './support/fake-exchange.ts';
import { Stage, type Told } from './support/stage.ts';

const SCOPE = { platform: 'okx', venue: '', account: 'me', symbol: SYMBOL, strategy: 'test' } as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As OKX and HTX: no cancel-all, and canceled orders are forgotten after two hours. */
const FORGETFUL = { cancelAll: false, cancelBatchSize: 20, forgetsCanceledAfterMs: 2 * HOUR_MS } as const;

describe('an order that was taken for canceled', () => {
  /** It rests for hours; then the exchange denies it for a bad while. */
  const denied = async (stage: Stage) => {
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.advance(3 * HOUR_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.runUntil(() => told.orders.at(-1)?.status === 'CANCELED');
    stage.venue.hasAmnesia = false;
    return { trade, told, order: stage.venue.orders[0]! };
  };

  /** It turns up, and is denied for a bad while once more: then it is believed. */
  const deniedAgain = async (stage: Stage, { orders }: Told) => {
    await stage.clock.advance(2 * HOUR_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.runUntil(() => orders.length === 4);
    expect(orders.at(-1)?.status).toBe('CANCELED');
  };

  it('is open again when the exchange lists it, is revoked, and its fills are told', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told, order } = await denied(stage);
    await stage.clock.advance(2 * MINUTE_MS);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'CANCELED', 'SUBMITTED']);
    stage.venue.fill(order, '4');
    await stage.clock.advance(100);
    expect(told.fills).toHaveLength(1);
    const [, error] = await stage.clock.runFor(trade.revokeOrder());
    expect(error).toBeNull();
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('is revoked by id although it counts as canceled', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade } = await denied(stage);
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('and turns up hours later is open again', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.advance(3 * HOUR_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.advance(2 * HOUR_MS);
    expect(trade.orders.size).toBe(0);
    stage.venue.hasAmnesia = false;
    await stage.clock.advance(2 * MINUTE_MS);
    expect([...trade.orders.keys()]).toEqual(['1001']);
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'CANCELED', 'SUBMITTED', 'FILLED']);
    expect(told.fills).toHaveLength(1);
    await trade.close();
  });

  it('a second time is believed, and is not asked for any more', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await denied(stage);
    await stage.clock.advance(2 * MINUTE_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.advance(3 * HOUR_MS);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'CANCELED', 'SUBMITTED', 'CANCELED']);
    const before = stage.venue.count('query');
    await stage.clock.advance(HOUR_MS);
    expect(stage.venue.count('query')).toBe(before);
    expect((await stage.clock.runFor(trade.revokeOrder()))[1]).toBeNull();
    await trade.close();
  });

  it('and was believed to be is revoked with everything when the exchange lists it all the same', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await denied(stage);
    await deniedAgain(stage, told);
    expect(trade.orders.size).toBe(0);
    stage.venue.hasAmnesia = false;
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    expect(stage.journal.receipts({})[0]).toMatchObject({ found: ['1001'], revoked: ['1001'], left: [] });
    await trade.close();
  });

  it('and was believed to be is revoked by id all the same, and is once the exchange says so', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await denied(stage);
    await deniedAgain(stage, told);
    stage.venue.hasAmnesia = false;
    stage.venue.fault('cancel', 'request-lost');
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    expect((await stage.clock.runFor(trade.revokeOrder('1001')))[1]?.kind).toBe('already-done');
    expect(stage.venue.count('cancel')).toBe(2);
    await trade.close();
  });

  it('and was believed to be is revoked with everything although it filled a little since', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told, order } = await denied(stage);
    await deniedAgain(stage, told);
    stage.venue.fill(order, '4');
    await stage.clock.advance(100);
    expect(told.fills).toHaveLength(1);
    stage.venue.hasAmnesia = false;
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('and cannot be canceled counts as left', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await denied(stage);
    await deniedAgain(stage, told);
    stage.venue.hasAmnesia = false;
    stage.venue.fault('cancel', ...Array.from({ length: 100 }, () => ({ reject: 'rejected' as const })));
    const [, error] = await stage.clock.runFor(trade.revokeOrder());
    expect(error).toMatchObject({ failed: [{ orderId: '1001' }] });
    expect(stage.journal.receipts({})[0]).toMatchObject({ left: ['1001'], confirmedAt: null });
    await trade.close();
  });

  it('a filled one that a list a moment behind still shows is not revoked', async () => {
    for (const capabilities of [FORGETFUL, { ...FORGETFUL, cancelAll: true }]) {
      const stage = new Stage(capabilities);
      const { trade } = await stage.ready();
      for (let i = 0; i < 2; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      stage.venue.staleRow = stage.venue.report(stage.venue.orders[0]!, 'open-orders');
      stage.venue.fill(stage.venue.orders[0]!, '10');
      await stage.clock.advance(500);
      stage.clock.after(300, () => {
        stage.venue.staleRow = null;
      });
      stage.venue.breakStream();
      expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1002'], null]);
      expect(stage.journal.receipts({})[0]).toMatchObject({ revoked: ['1002'], left: [] });
      await trade.close();
    }
  });

  it('and was filled after all is not revoked either when a list is behind', async () => {
    const stage = new Stage({ ...FORGETFUL, cancelAll: true });
    const { trade, told, order } = await denied(stage);
    await stage.clock.advance(2 * MINUTE_MS);
    stage.venue.staleRow = stage.venue.report(order, 'open-orders');
    stage.venue.fill(order, '10');
    await stage.clock.advance(500);
    expect(told.orders.at(-1)?.status).toBe('FILLED');
    stage.clock.after(300, () => {
      stage.venue.staleRow = null;
    });
    stage.venue.breakStream();
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([[], null]);
    await trade.close();
  });

  it('counts as revoked only when the exchange says that it has ended', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade } = await denied(stage);
    stage.venue.cancelReplyIsFinal = false;
    stage.venue.pushDelayMs = null;
    const before = stage.venue.count('query');
    expect(await stage.clock.runFor(trade.revokeOrder('1001'))).toEqual([['1001'], null]);
    expect(stage.venue.count('query')).toBe(before + 1);
    await trade.close();
  });

  it('tells later fills when it was partly filled before, and the earlier ones not again', async () => {
    for (const starts of [1, 2]) {
      const stage = new Stage(FORGETFUL);
      const { trade, told: first } = await stage.ready();
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      const order = stage.venue.orders[0]!;
      stage.venue.fill(order, '4');
      await stage.clock.advance(3 * HOUR_MS);
      expect(first.fills).toHaveLength(1);
      stage.venue.hasAmnesia = true;
      await stage.clock.runUntil(() => first.orders.at(-1)?.status === 'CANCELED');
      await stage.clock.advance(1_000);
      await trade.close();
      stage.venue.hasAmnesia = false;
      for (let start = 1; start < starts; start++) {
        const { trade: between, told } = await stage.ready();
        await stage.clock.advance(MINUTE_MS);
        expect(told.fills).toEqual([]);
        await between.close();
      }
      const { trade: last, told } = await stage.ready();
      await stage.clock.advance(MINUTE_MS);
      expect([...last.orders.values()]).toMatchObject([{ orderId: '1001', filled: '4' }]);
      stage.venue.fill(order, '6');
      await stage.clock.advance(5 * MINUTE_MS);
      expect(told.fills.map(({ quantity }) => quantity)).toEqual(['6']);
      expect(told.orders.at(-1)).toMatchObject({ status: 'FILLED', filled: '10' });
      await last.close();
    }
  });

  it('and filled on while nobody thought of it any more tells that, too', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '4');
    await stage.clock.advance(3 * HOUR_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.advance(26 * HOUR_MS);
    expect(stage.trackedBy(trade)).toBe(0);
    stage.venue.pushDelayMs = null;
    stage.venue.fill(order, '3');
    stage.venue.hasAmnesia = false;
    await stage.clock.advance(3 * MINUTE_MS);
    expect(told.fills.map(({ quantity }) => quantity)).toEqual(['4', '3']);
    expect(told.orders.at(-1)).toMatchObject({ status: 'PARTIAL-FILLED', filled: '7' });
    await trade.close();
  });

  it('and came back after a restart tells what it filled before it was given up, and nothing twice', async () => {
    for (const aheadMs of [0, 5_000]) {
      const stage = new Stage(FORGETFUL);
      const { trade, told: first } = await stage.ready();
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      const order = stage.venue.orders[0]!;
      // Stamps of fills are the exchange's, whose clock may be ahead.
      const fill = (quantity: string): void => {
        const made = stage.venue.fill(order, quantity);
        order.fills[order.fills.length - 1] = { ...made, time: made.time + aheadMs };
      };
      fill('4');
      await stage.clock.advance(3 * HOUR_MS);
      stage.venue.hasAmnesia = true;
      stage.venue.pushDelayMs = null;
      stage.venue.fillsLagMs = Infinity;
      fill('3');
      await stage.clock.runUntil(() => first.orders.at(-1)?.status === 'CANCELED');
      await trade.close();
      stage.venue.hasAmnesia = false;
      stage.venue.fillsLagMs = 0;
      const { trade: next, told } = await stage.ready();
      await stage.clock.advance(2 * MINUTE_MS);
      expect(first.fills.map(({ quantity }) => quantity)).toEqual(['4']);
      expect(told.fills.map(({ quantity }) => quantity)).toEqual(['3']);
      expect([...next.orders.values()]).toMatchObject([{ orderId: '1001', filled: '7' }]);
      await next.close();
    }
  });

  it('is open again after a restart, and can be revoked', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, order } = await denied(stage);
    await trade.close();
    const { trade: next, told } = await stage.ready();
    // The list may be behind: the order itself is asked for.
    await stage.clock.advance(1_000);
    expect([...next.orders.keys()]).toEqual(['1001']);
    stage.venue.fill(order, '4');
    await stage.clock.advance(100);
    expect(told.fills).toHaveLength(1);
    expect((await stage.clock.runFor(next.revokeOrder()))[1]).toBeNull();
    expect(stage.venue.openOrders).toEqual([]);
    await next.close();
  });

  it('and filled between two processes is told with its fills, those that were told before left out', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade, told: first } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '1');
    await stage.clock.advance(3 * HOUR_MS);
    stage.venue.hasAmnesia = true;
    await stage.clock.runUntil(() => first.orders.at(-1)?.status === 'CANCELED');
    stage.venue.hasAmnesia = false;
    await trade.close();
    stage.venue.fill(order, '9');
    const { trade: next, told } = await stage.ready();
    await stage.clock.advance(2 * MINUTE_MS);
    expect([...first.fills, ...told.fills].map(({ quantity }) => quantity)).toEqual(['1', '9']);
    expect(told.orders.map(({ orderId, status, filled }) => [orderId, status, filled])).toEqual([
      ['1001', 'FILLED', '10'],
    ]);
    await next.close();
    const { trade: third, told: toldThird } = await stage.ready();
    await stage.clock.advance(2 * MINUTE_MS);
    expect(toldThird.calls.filter((call) => /order|fill/.test(call))).toEqual([]);
    await third.close();
  });
});

it.each([false, true])(
  'a list that lags behind at a restart brings no finished order back (nor does an answer: %s)',
  async (too) => {
    const stage = new Stage();
    stage.venue.answersStale = too;
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    const [order] = stage.venue.orders;
    stage.venue.fill(order!, '1');
    await stage.clock.advance(100);
    stage.venue.staleRow = stage.venue.report(order!, 'open-orders');
    stage.venue.fill(order!, '9');
    await stage.clock.advance(500);
    await trade.close();
    const { trade: next, told } = await stage.ready();
    await stage.clock.advance(3_000);
    stage.venue.staleRow = null;
    await stage.clock.advance(5 * MINUTE_MS);
    expect(told.calls.filter((call) => /order|fill/.test(call))).toEqual([]);
    await next.close();
  },
);

it('an order with a fill that is denied is taken for canceled like any other', async () => {
  const stage = new Stage(FORGETFUL);
  const { trade, told } = await stage.ready();
  await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
  stage.venue.fill(stage.venue.orders[0]!, '4');
  await stage.clock.advance(3 * HOUR_MS);
  stage.venue.hasAmnesia = true;
  // Its fills are listed as ever.
  stage.venue.remembersFills = true;
  await stage.clock.advance(5 * MINUTE_MS);
  expect(told.orders.at(-1)).toMatchObject({ status: 'CANCELED', filled: '4' });
  await trade.close();
});

it('a refused order that the exchange lists all the same is in the view and is revoked', async () => {
  const stage = new Stage(FORGETFUL);
  const { trade, told } = await stage.ready();
  stage.venue.fault('create', { reject: 'rejected' });
  await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
  stage.venue.pushDelayMs = null;
  stage.venue.place({ clientOrderId: stage.venue.sentCommands[0]!.clientOrderId });
  await stage.clock.advance(2 * MINUTE_MS);
  expect(told.orders.map(({ status }) => status)).toEqual(['FAILED', 'SUBMITTED']);
  expect((await stage.clock.runFor(trade.revokeOrder()))[0]).toEqual(['1001']);
  expect(stage.venue.openOrders).toEqual([]);
  await trade.close();
});

it('a post-only order that would have taken is not brought back by a list that lags behind', async () => {
  const stage = new Stage(FORGETFUL);
  const { trade, told } = await stage.ready();
  await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { timeInForce: 'POST_ONLY' }));
  const order = stage.venue.orders[0]!;
  stage.venue.staleRow = stage.venue.report(order, 'open-orders');
  stage.venue.cancel(order, 'Post-only order would have taken liquidity', 'failed');
  await stage.clock.advance(2 * MINUTE_MS);
  expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'FAILED']);
  expect([...trade.orders.keys()]).toEqual([]);
  await trade.close();
});

it('a refused order that a list brought back ends when the exchange says that it did', async () => {
  const stage = new Stage(FORGETFUL);
  const { trade, told } = await stage.ready();
  stage.venue.fault('create', { reject: 'rejected' });
  await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
  stage.venue.pushDelayMs = null;
  const order = stage.venue.place({ clientOrderId: stage.venue.sentCommands[0]!.clientOrderId });
  await stage.clock.runUntil(() => told.orders.length === 2);
  stage.venue.cancel(order, 'Post-only order would have taken liquidity', 'failed');
  await stage.clock.advance(2 * MINUTE_MS);
  expect(told.orders.map(({ status }) => status)).toEqual(['FAILED', 'SUBMITTED', 'CANCELED']);
  expect(told.orders.at(-1)?.reason).toBe('Post-only order would have taken liquidity');
  expect([...trade.orders.keys()]).toEqual([]);
  expect((await stage.clock.runFor(trade.revokeOrder()))[1]).toBeNull();
  await trade.close();
});

describe('while an order of ours is in doubt', () => {
  const doubted = async (stage: Stage) => {
    const made = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    void made.trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(6_000);
    return made;
  };

  it('an order placed by hand, without a client id, is told as soon as it is asked for, and so is its fill', async () => {
    const stage = new Stage();
    const { trade, told } = await doubted(stage);
    const manual = stage.venue.place({ clientOrderId: null });
    stage.venue.fill(manual, '4');
    await stage.clock.advance(1_000);
    expect(told.calls.filter((call) => call.includes('1001') || call.startsWith('fill'))).toEqual([
      'order 1001 SUBMITTED',
      'fill 1',
      'order 1001 PARTIAL-FILLED',
    ]);
    await trade.close();
  });

  it('revoking everything revokes that one too', async () => {
    const stage = new Stage(FORGETFUL);
    const { trade } = await doubted(stage);
    stage.venue.place({ clientOrderId: null });
    await stage.clock.advance(10);
    await stage.clock.runFor(trade.revokeOrder());
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });

  it('one that was taken for somebody else’s is ours as soon as an answer names both ids', async () => {
    const stage = new Stage();
    stage.venue.pushDelayMs = null;
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', 'reply-lost');
    const pending = trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(100);
    const order = stage.venue.orders[0]!;
    const hear = (clientOrderId: string | null): void =>
      stage.venue.handlers?.onReports(
        [{ ...stage.venue.report(order, 'query'), clientOrderId }],
        stage.clock.monotonic(),
      );
    hear(null);
    expect([...trade.orders.keys()]).toHaveLength(2);
    hear(order.clientOrderId);
    expect([...trade.orders.keys()]).toEqual(['1001']);
    expect(await stage.clock.runFor(pending)).toEqual(['1001', null]);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'SUBMITTED']);
    expect(told.orders.at(-1)?.clientOrderId).toBe(order.clientOrderId);
    await trade.close();
  });

  it('a fill that was told as of an order of somebody else is not told again when that turns out to be ours', async () => {
    for (const waits of [100, 12_000]) {
      const stage = new Stage();
      stage.venue.pushDelayMs = null;
      const { trade, told } = await stage.ready();
      stage.venue.fault('create', 'reply-lost');
      void trade.createOrder('SELL', '2', '10');
      await stage.clock.advance(100);
      const order = stage.venue.orders[0]!;
      const fill = stage.venue.fill(order, '4');
      const hear = (clientOrderId: string | null): void =>
        stage.venue.handlers?.onReports(
          [{ ...stage.venue.report(order, 'query'), clientOrderId, fill }],
          stage.clock.monotonic(),
        );
      hear(null);
      expect(told.fills).toHaveLength(1);
      await stage.clock.advance(waits);
      hear(order.clientOrderId);
      await stage.clock.advance(5 * MINUTE_MS);
      expect(told.fills).toHaveLength(1);
      expect([...trade.orders.values()]).toMatchObject([{ orderId: '1001', filled: '4' }]);
      await trade.close();
      // One order for the journal, too: its end is told once, by whichever process hears of it.
      stage.venue.pushDelayMs = 5;
      const { trade: next, told: toldNext } = await stage.ready();
      stage.venue.fill(order, '6');
      await stage.clock.advance(MINUTE_MS);
      await next.close();
      const { trade: last, told: toldLast } = await stage.ready();
      await stage.clock.advance(MINUTE_MS);
      expect(toldNext.fills.map(({ quantity }) => quantity)).toEqual(['6']);
      expect(toldNext.orders.at(-1)).toMatchObject({ status: 'FILLED', filled: '10' });
      expect([...toldLast.orders, ...toldLast.fills]).toEqual([]);
      expect(stage.journal.open(SCOPE).load()).toEqual([]);
      await last.close();
    }
  });

  it('revoking it never answers that there is no such order', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', { lateBy: 4_000 });
    void trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(6_000);
    const [key] = [...trade.orders.keys()];
    expect(await stage.clock.runFor(trade.revokeOrder(key!))).toEqual([['1001'], null]);
    expect(stage.venue.openOrders).toEqual([]);
    await trade.close();
  });
});

describe('fills that are listed late', () => {
  it.each([90_000, 400_000, 20 * MINUTE_MS])('by %i ms are told all the same', async (lag) => {
    const stage = new Stage();
    stage.venue.fillsLagMs = lag;
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '4');
    stage.venue.fill(stage.venue.orders[0]!, '6');
    await stage.clock.advance(2_000);
    stage.venue.restore();
    await stage.clock.advance(lag + 2 * MINUTE_MS);
    expect(told.fills.map(({ quantity }) => quantity)).toEqual(['4', '6']);
    // Its age says which lists can have them.
    const asked = stage.venue.requests.filter((request) => request.startsWith('fills 1001'));
    expect(new Set(asked)).toEqual(new Set([`fills 1001 placed at ${stage.venue.orders[0]!.ctime}`]));
    await stage.clock.advance(10 * MINUTE_MS);
    expect(stage.trackedBy(trade)).toBe(0);
    await trade.close();
  });

  it('or never, are given up, and the order leaves memory', async () => {
    const stage = new Stage();
    stage.venue.fillsLagMs = Infinity;
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.breakStream();
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(2_000);
    stage.venue.restore();
    await stage.clock.advance(HOUR_MS);
    expect(stage.trackedBy(trade)).toBe(0);
    await trade.close();
    // Its end was told once, and is no news for the next process.
    const { trade: next, told } = await stage.ready();
    await stage.clock.advance(MINUTE_MS);
    expect(told.orders).toEqual([]);
    await next.close();
  });
});

it.each(['first', 'gap', 'routine'])('a defect in the %s comparison does not end all comparing', async (when) => {
  const stage = new Stage();
  const defect = new Error('thrown, not returned');
  if (when === 'first') stage.venue.defect = defect;
  const { trade, told } = stage.trade();
  await stage.clock.advance(1_000);
  if (when !== 'first') stage.venue.defect = defect;
  if (when === 'gap') {
    stage.venue.breakStream();
    stage.venue.restore();
  }
  await stage.clock.advance(10 * MINUTE_MS);
  expect(stage.venue.defect).toBeNull();
  expect(told.errors.map(({ message }) => message)).toEqual(['thrown, not returned']);
  const before = stage.venue.count('openOrders');
  await stage.clock.advance(10 * MINUTE_MS);
  expect(stage.venue.count('openOrders') - before).toBeGreaterThan(5);
  expect((await stage.clock.runFor(trade.createOrder('SELL', '2', '10')))[0]).toBe('1001');
  await trade.close();
});
