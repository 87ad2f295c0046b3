// A process that died and its successor: what was in doubt is resumed, what happened meanwhile is told once, nothing is told twice.
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/orders/journal.ts';
import { Stage, type Told } from './support/stage.ts';
import type { Trade } from '../../src/trade.ts';

/** Kills the process: its connections are gone and nothing of it runs any more. */
async function kill(trade: Trade): Promise<void> {
  await trade.close();
}

async function placed(stage: Stage): Promise<{ trade: Trade; told: Told }> {
  const made = await stage.ready();
  await stage.clock.runFor(made.trade.createOrder('SELL', '2', '10'));
  return made;
}

describe('restart', () => {
  it('fills made while the process was dead come through onFill, and the end through onOrderUpdate, before onInit', async () => {
    const stage = new Stage();
    const { trade } = await placed(stage);
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '2');
    await stage.clock.advance(100);
    await kill(trade);
    stage.venue.fill(order, '3');
    stage.venue.fill(order, '5');
    await stage.clock.advance(60_000);
    const { trade: next, told } = await stage.ready();
    expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(['2', '3']);
    expect(told.calls.slice(-2)).toEqual(['order 1001 FILLED', 'init true']);
    await kill(next);
    const { trade: third, told: later } = await stage.ready();
    expect(later.calls.filter((call) => /fill|order/.test(call))).toEqual([]);
    await kill(third);
  });

  it('an order in doubt when the process died is resumed and found', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    stage.venue.fault('create', 'reply-lost');
    void trade.createOrder('SELL', '2', '10');
    await stage.clock.advance(100);
    await kill(trade);
    const { trade: next, told } = await stage.ready();
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['1001', 'SUBMITTED']]);
    expect(stage.venue.count('create')).toBe(1);
    await kill(next);
  });

  it('an intent that never left is FAILED after the exchange denied it long enough, and not before', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', 'request-lost');
    void trade.createOrder('SELL', '2', '10');
    await kill(trade);
    const { trade: next, told } = await stage.ready();
    expect(next.orders.size).toBe(1);
    expect(told.orders).toEqual([]);
    await stage.clock.runUntil(() => next.orders.size === 0);
    expect(told.orders.map(({ status }) => status)).toEqual(['FAILED']);
    await kill(next);
    const { trade: third, told: later } = await stage.ready();
    expect(later.orders).toEqual([]);
    await kill(third);
  });

  it.each([true, false])(
    'what had ended before an order in doubt left is not told again by a later process that looks for that among the fills (named by client id: %s)',
    async (named) => {
      const stage = new Stage();
      stage.venue.fillsNameClientIds = named;
      const { trade } = await placed(stage);
      stage.venue.fill(stage.venue.orders[0]!, '10');
      await stage.clock.advance(1_000);
      stage.venue.fault('create', 'request-lost');
      void trade.createOrder('SELL', '2', '10');
      await kill(trade);
      await stage.clock.advance(600_000);
      // It proves its view, which the next one begins with, and does not live to see the doubt settled.
      const { trade: next } = await stage.ready();
      await kill(next);
      const { trade: third, told } = await stage.ready();
      expect(third.orders.size).toBe(1);
      await stage.clock.runUntil(() => third.orders.size === 0);
      await stage.clock.advance(60_000);
      expect(told.fills).toEqual([]);
      expect(told.orders.map(({ status }) => status)).toEqual(['FAILED']);
      await kill(third);
    },
  );

  it('an order tried again under its client id in the very millisecond of a refusal is remembered for itself', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    stage.venue.fault('create', 'not-sent', 'reply-lost');
    const options = { clientOrderId: 'grid1' };
    await trade.createOrder('SELL', '2', '10', options);
    void trade.createOrder('SELL', '2', '10', options);
    await stage.clock.advance(100);
    await kill(trade);
    const { trade: next, told } = await stage.ready({ unfinishedOrders: { whose: 'own' } });
    expect(told.orders.map(({ orderId, status, reason }) => [orderId, status, reason])).toEqual([
      ['1001', 'SUBMITTED', null],
    ]);
    expect(await stage.clock.runFor(next.revokeOrder())).toEqual([['1001'], null]);
    await kill(next);
  });

  it('an order in doubt is not taken for an older one of the same client id', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' }));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(7 * 60_000);
    stage.venue.fault('create', 'request-lost');
    void trade.createOrder('SELL', '2', '10', { clientOrderId: 'grid1' });
    await kill(trade);
    const { trade: next, told } = await stage.ready();
    await stage.clock.runUntil(() => next.orders.size === 0);
    expect(told.fills).toEqual([]);
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['', 'FAILED']]);
    await kill(next);
  });

  it('a Trade that is closed over the first it is told hears no more, and touches no order, though others use the account', async () => {
    const stage = new Stage();
    const { trade: other } = await stage.ready({ strategy: 'other' });
    // A callback that never finishes: what comes after it is told by the next process.
    const { trade } = await stage.ready({ onOrderUpdate: () => new Promise(() => undefined) });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    await kill(trade);
    stage.venue.place({});
    for (const callback of ['onFill', 'onOrderUpdate'] as const) {
      const { trade: next, told } = stage.trade({
        unfinishedOrders: { start: 'revoke' },
        [callback]: (about: { orderId: string }) => {
          if (callback === 'onFill' || about.orderId === '1002') void next.close();
        },
        onAssetUpdate: () => void told.calls.push('assets'),
      });
      expect(await stage.clock.runFor(next.ready)).toBe(false);
      const heard = [...told.calls];
      stage.venue.handlers?.onAssets({ EOS: { free: callback, locked: '0', total: callback } });
      await stage.clock.advance(5_000);
      expect(told.calls).toEqual(heard);
      expect(stage.venue.openOrders).toHaveLength(1);
    }
    await kill(other);
  });

  it('an order that two Trades of the strategy knew is one order, and its own, whatever each of them wrote down', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    const { trade: beside } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'myname' }));
    const order = stage.venue.orders[0]!;
    stage.venue.fill(order, '1');
    await stage.clock.advance(100);
    await kill(trade);
    await kill(beside);
    const { trade: next, told } = await stage.ready({ unfinishedOrders: { whose: 'own' } });
    stage.venue.fill(order, '2');
    await stage.clock.advance(100);
    expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(['2']);
    expect(await stage.clock.runFor(next.revokeOrder())).toEqual([['1001'], null]);
    await kill(next);
    const { trade: third, told: later } = await stage.ready();
    expect(later.calls.filter((call) => /fill|order/.test(call))).toEqual([]);
    await kill(third);
  });

  it.each(['who placed it', 'who stood beside'])(
    'fills that one of two Trades of the strategy told after the other had ended are not told again: %s ended first',
    async (first) => {
      const stage = new Stage();
      const { trade } = await stage.ready();
      const { trade: beside } = await stage.ready();
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
      const order = stage.venue.orders[0]!;
      await stage.clock.advance(100);
      const [ended, last] = first === 'who placed it' ? [trade, beside] : [beside, trade];
      await kill(ended);
      stage.venue.restore();
      await stage.clock.advance(100);
      stage.venue.fill(order, '4');
      stage.venue.fill(order, '6');
      await stage.clock.advance(100);
      await kill(last);
      const { trade: next, told } = await stage.ready();
      await stage.clock.advance(5_000);
      expect(told.fills).toEqual([]);
      expect(next.orders.size).toBe(0);
      await kill(next);
    },
  );

  it.each([
    ['right', 0],
    ['two minutes fast', 120_000],
  ])('an order in doubt of which a Trade beside it had heard is not in doubt, our clock being %s', async (_, ahead) => {
    const stage = new Stage();
    stage.venue.clockOffsetMs = -ahead;
    const { trade } = await stage.ready();
    await kill(trade);
    const { trade: beside } = await stage.ready();
    const scope = { platform: 'okx', venue: '', account: 'me', symbol: 'EOS/USDT', strategy: 'test' } as const;
    const order = stage.venue.place({ clientOrderId: 'myname' });
    await stage.clock.advance(100);
    await kill(beside);
    const { action, orderType, timeInForce } = order;
    const terms = { action, orderType, timeInForce, price: '2', quantity: '10', quoteQuantity: null };
    stage.journal.open(scope).intent('c:myname:1', { clientOrderId: 'myname', ...terms, at: order.ctime + ahead });
    const { trade: next, told } = await stage.ready({ unfinishedOrders: { whose: 'own' } });
    expect([...next.orders.keys()]).toEqual(['1001']);
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['1001', 'SUBMITTED']]);
    expect(await stage.clock.runFor(next.revokeOrder())).toEqual([['1001'], null]);
    await kill(next);
  });

  it('an end that the dead process knew but its strategy was not told is told by the next one', async () => {
    const stage = new Stage();
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    // A callback that never finishes: what comes after it waits, and dies with the process.
    const { trade } = await stage.ready({ onOrderUpdate: () => blocked });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    await kill(trade);
    const { trade: next, told } = await stage.ready();
    expect(told.fills).toHaveLength(1);
    expect(told.orders.map(({ status }) => status)).toEqual(['FILLED']);
    await kill(next);
    release();
  });

  it("unfinished orders are told again, and revoking counts them as the strategy's own", async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10', { clientOrderId: 'myname' }));
    await kill(trade);
    const { trade: next, told } = await stage.ready({ unfinishedOrders: { whose: 'own' } });
    expect(told.calls.slice(-2)).toEqual(['order 1001 SUBMITTED', 'init true']);
    expect(await stage.clock.runFor(next.revokeOrder())).toEqual([['1001'], null]);
    await kill(next);
  });

  it('a fee that never came before the process died is still corrected', async () => {
    const stage = new Stage({ feeWithFill: false });
    stage.venue.feeInPush = false;
    const { trade, told: before } = await placed(stage);
    stage.venue.fault('fills', ...Array.from({ length: 4 }, () => 'request-lost' as const));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(3_050);
    expect(before.fills.map(({ feeAsset }) => feeAsset)).toEqual([null]);
    await kill(trade);
    stage.venue.faults.clear();
    const { trade: next, told } = await stage.ready();
    await stage.clock.advance(10_000);
    expect(told.fills).toEqual([]);
    expect(told.orders.at(-1)).toMatchObject({ status: 'FILLED', fee: '0.02', feeAsset: 'USDT' });
    await kill(next);
  });
  it('an order placed by hand between two processes that is partly filled by then: all of its fills are told', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.advance(70_000);
    await kill(trade);
    const order = stage.venue.place({});
    stage.venue.fill(order, '1');
    stage.venue.fill(order, '2');
    await stage.clock.advance(5_000);
    const { trade: next, told } = await stage.ready();
    stage.venue.fill(order, '7');
    await stage.clock.advance(1_000);
    expect(told.fills.map(({ quantity }) => quantity)).toEqual(['1', '2', '7']);
    await kill(next);
  });

  it('... however late the list of fills shows them', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.advance(70_000);
    await kill(trade);
    const order = stage.venue.place({});
    stage.venue.fill(order, '1');
    await stage.clock.advance(3_000);
    stage.venue.fill(order, '2');
    await stage.clock.advance(2_000);
    stage.venue.fillsLagMs = 4_000;
    const { trade: next, told } = await stage.ready();
    stage.venue.fill(order, '7');
    await stage.clock.advance(60_000);
    expect(told.fills.map(({ quantity }) => quantity).toSorted()).toEqual(['1', '2', '7']);
    await kill(next);
  });

  it('an order placed by hand and filled between two processes is told by the second; what the first had told is not', async () => {
    const stage = new Stage();
    const { trade } = await placed(stage);
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    await kill(trade);
    const byHand = stage.venue.place({ quantity: '5' });
    stage.venue.fill(byHand, '5');
    const { trade: next, told } = await stage.ready();
    expect(told.fills.map(({ orderId }) => orderId)).toEqual(['1002']);
    expect(told.orders.map(({ orderId, status }) => [orderId, status])).toEqual([['1002', 'FILLED']]);
    await kill(next);
  });

  it('one that nobody heard of before the first process died is told however late the list of fills shows it', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    const order = stage.venue.place({});
    stage.venue.fill(order, '10');
    await kill(trade);
    stage.venue.fillsLagMs = 5_000;
    const { trade: next, told } = await stage.ready();
    expect(told.fills).toEqual([]);
    await stage.clock.advance(120_000);
    expect(told.fills).toHaveLength(1);
    expect(told.orders.at(-1)?.status).toBe('FILLED');
    await kill(next);
    const { trade: third, told: later } = await stage.ready();
    await stage.clock.advance(120_000);
    expect(later.calls.filter((call) => /fill|order/.test(call))).toEqual([]);
    await kill(third);
  });

  it('... and one that the exchange denies at first, although it lists the fill, is asked for until it is known', async () => {
    const stage = new Stage();
    const { trade } = await placed(stage);
    await kill(trade);
    const byHand = stage.venue.place({ quantity: '5' });
    stage.venue.fill(byHand, '5');
    stage.venue.invisibleForMs = 5_000;
    const { trade: next, told } = await stage.ready();
    await stage.clock.advance(20_000);
    expect(told.fills.map(({ orderId }) => orderId)).toEqual(['1002']);
    expect(told.orders.findLast(({ orderId }) => orderId === '1002')).toMatchObject({ status: 'FILLED', filled: '5' });
    await kill(next);
  });

  it('a closed Trade tells nothing any more, though answers still come: the next one asks, and tells', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    stage.venue.fault('create', { heldFor: 1_000 });
    void trade.createOrder('SELL', '2', '10');
    stage.venue.place({ quantity: '5' });
    // The push has come; the question whose order it is has not been answered.
    await stage.clock.advance(6);
    expect(told.orders).toEqual([]);
    await stage.clock.runFor(trade.close());
    await stage.clock.advance(10_000);
    expect(told.orders.filter(({ quantity }) => quantity === '5')).toEqual([]);
    const { trade: next, told: toldNext } = await stage.ready();
    expect(toldNext.orders.map(({ quantity, status }) => [quantity, status])).toContainEqual(['5', 'SUBMITTED']);
    await kill(next);
  });

  it('losing the journal does not lose orders: the exchange is the truth', async () => {
    const stage = new Stage();
    const { trade } = await placed(stage);
    await kill(trade);
    const other = new Stage();
    const forgetful: Journal = other.journal;
    Object.assign(stage.environment, { journal: forgetful });
    const { trade: next, told } = await stage.ready();
    expect(told.orders.map(({ orderId }) => orderId)).toEqual(['1001']);
    expect((await stage.clock.runFor(next.revokeOrder()))[0]).toEqual(['1001']);
    await kill(next);
  });

  it('what is known of the orders of one venue is not believed of another, where ids come again', async () => {
    const stage = new Stage();
    const { trade } = await placed(stage);
    await kill(trade);
    const elsewhere = new Stage({}, stage.journal);
    elsewhere.venue.name = 'testnet';
    const { trade: next, told } = await elsewhere.ready();
    expect(told.orders).toEqual([]);
    expect((await elsewhere.clock.runFor(next.createOrder('SELL', '3', '10')))[0]).toBe('1001');
    expect(told.orders.map(({ orderId, price, status }) => [orderId, price, status])).toEqual([
      ['1001', '3', 'SUBMITTED'],
    ]);
    await kill(next);
    const { trade: third } = await stage.ready();
    expect([...third.orders.values()].map(({ price }) => price)).toEqual(['2']);
    await kill(third);
  });

  it('an order known to be open that the exchange has long forgotten is taken for canceled only where it may forget', async () => {
    for (const [venue, forgets, expected] of [
      ['', 7_200_000, 0],
      ['', null, 1],
      // It may have been emptied.
      ['testnet', null, 0],
    ] as const) {
      const stage = new Stage({ forgetsCanceledAfterMs: forgets });
      stage.venue.name = venue;
      const { trade } = await placed(stage);
      await kill(trade);
      stage.venue.orders.length = 0;
      await stage.clock.advance(10_000_000);
      const { trade: next, told } = await stage.ready();
      expect(next.orders.size).toBe(1);
      await stage.clock.advance(120_000);
      expect(next.orders.size).toBe(expected);
      if (expected === 0) expect(told.orders.at(-1)).toMatchObject({ status: 'CANCELED' });
      await kill(next);
    }
  });
});
