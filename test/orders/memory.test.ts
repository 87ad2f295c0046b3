// A long run does not grow: fifty thousand orders through one Trade, and what stays of them in memory.
// That ended orders leave at all, and are not taken for new ones afterwards, is fills.test.ts's part.
import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { KEPT_AFTER_END_MS, Tracker } from '../../src/orders/tracker.ts';
import { TrackedOrder } from '../../src/orders/tracked-order.ts';
import { newOrderState } from '../../src/domain/merge.ts';
import { Trade } from '../../src/trade.ts';
import { Stage } from './support/stage.ts';
import { SYMBOL } from './support/fake-exchange.ts';

const ORDERS = 50_000;
const BURST = 50;
/** 250 orders a second: a reconcile comes every minute, ended orders stay fifteen seconds at least. */
const BURST_EVERY_MS = 200;
const MOST_TRACKED = 36_000;

describe('ccxt #26753, hummingbot #7462: memory', () => {
  it('holds a bounded part of fifty thousand orders, and none of them in the end', async () => {
    const stage = new Stage({}, new MemoryJournal(1_000));
    let updates = 0;
    let fills = 0;
    const trade = new Trade(
      stage.options({ onOrderUpdate: () => void updates++, onFill: () => void fills++ }),
      stage.environment,
    );
    await stage.clock.runFor(trade.ready);
    let most = 0;
    for (let placed = 0; placed < ORDERS; placed += BURST) {
      for (let i = 0; i < BURST; i++) void trade.createOrder('SELL', '2', '10');
      await stage.clock.advance(BURST_EVERY_MS / 2);
      // The fake keeps all its orders for ever; what has ended is taken off its hands here.
      for (const order of stage.venue.orders.splice(0)) stage.venue.fill(order, '10');
      await stage.clock.advance(BURST_EVERY_MS / 2);
      most = Math.max(most, stage.trackedBy(trade));
    }
    expect(fills).toBe(ORDERS);
    expect(updates).toBe(2 * ORDERS);
    expect(trade.orders.size).toBe(0);
    expect(most).toBeLessThan(MOST_TRACKED);
    await stage.clock.advance(KEPT_AFTER_END_MS + 120_000);
    expect(stage.trackedBy(trade)).toBe(0);
    expect(stage.journal.history({}).length).toBeLessThanOrEqual(1_000);
    await trade.close();
  }, 60_000);

  it('remembers the ids of the last fifty thousand that left, no more', () => {
    const tracker = new Tracker();
    for (let id = 1; id <= 60_000; id++) {
      const order = new TrackedOrder(
        `o:${id}`,
        { ...newOrderState(SYMBOL), orderId: String(id), life: 'canceled' },
        0,
        true,
      );
      tracker.file(order, null, 0);
      tracker.rememberPast(String(id), 'CANCELED');
    }
    tracker.retire(KEPT_AFTER_END_MS + 1);
    expect(tracker.size).toBe(0);
    expect(tracker.past('1')).toBeNull();
    expect(tracker.past('60000')).toBe('CANCELED');
  });
});
