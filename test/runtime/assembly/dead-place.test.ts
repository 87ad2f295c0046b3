// What a supervisor does for a strategy that was killed, on each simulated exchange: whose orders it finds, and for how long it looks.
import { afterEach, describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../../src/domain/platform.ts';
import type { RevokeReceipt, UnfinishedOrders } from '../../../src/domain/unfinished-orders.ts';
import type { RememberedOrder } from '../../../src/orders/journal.ts';
import { sweepDeadPlace } from '../../../src/runtime/assembly/dead-place.ts';
import { CleanUp } from '../../../src/runtime/clean-up.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { Stage } from '../../conformance/stage.ts';

const OWN = { whose: 'own' } as const;

describe.each(PLATFORMS)('on %s', (platform) => {
  let stage: Stage;
  afterEach(() => stage.close());

  const open = async (): Promise<void> => {
    stage = await Stage.open({ platform, handTag: {} });
  };

  /** A supervisor's way to clean up, with the journal or without one. */
  function cleanUp(policy: Partial<UnfinishedOrders> = {}, hasJournal = true) {
    const { place, environment } = stage.supervisor(policy);
    const receipts: RevokeReceipt[] = [];
    const remembered = (): readonly RememberedOrder[] | null =>
      hasJournal ? stage.journal.open({ ...place, venue: '' }).load() : null;
    const made = new CleanUp({
      clock: stage.clock,
      log: silentLog,
      sweep: (where, task) => sweepDeadPlace({ ...task, place: where, remembered: remembered() }, environment),
      record: async (receipt) => void receipts.push(receipt),
    });
    const sign = { isStopping: false, stopRequested: new Promise<void>(() => undefined) };
    return {
      receipts,
      take: () => stage.run(made.take([place], 'crash')),
      handOver: () => stage.run(made.handOver()),
      finish: () => stage.run(made.finish(sign), 400_000),
    };
  }

  it("with own, orders with a client order id of the user's own are found in the journal; a stranger's stays", async () => {
    await open();
    const { trade, kill } = await stage.ready({ unfinishedOrders: OWN });
    const [made] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
    const [named] = await stage.run(trade.createOrder('BUY', '0.7', '20', { clientOrderId: 'grid7' }));
    const stranger = await stage.ready({ strategy: 'another', unfinishedOrders: OWN });
    const [other] = await stage.run(stranger.trade.createOrder('BUY', '0.7', '20', { clientOrderId: 'grid8' }));
    await kill();
    const cleaner = cleanUp(OWN);
    await cleaner.take();
    expect(cleaner.receipts).toMatchObject([{ found: { length: 2 }, left: [], error: null }]);
    expect(new Set(cleaner.receipts[0]?.revoked)).toEqual(new Set([made, named]));
    expect(stage.openIds).toEqual([other]);
  });

  it.each([
    [500, true],
    [4_000, true],
    [4_000, false],
  ])(
    'an order that was on its way for %s ms is revoked when it has arrived (journal: %s)',
    async (delayMs, hasJournal) => {
      await open();
      const { trade, kill } = await stage.ready();
      stage.fault({ fault: 'request-late', delayMs, operation: 'create', nth: 1 });
      void trade.createOrder('BUY', '0.7', '20');
      await stage.clock.advance(20);
      await kill();
      const cleaner = cleanUp({}, hasJournal);
      await cleaner.take();
      expect(cleaner.receipts).toMatchObject([{ left: [], error: null }]);
      await cleaner.finish();
      expect(cleaner.receipts.at(-1)).toMatchObject({ revoked: { length: 1 } });
      await stage.clock.advance(60_000);
      expect(stage.openIds).toEqual([]);
    },
  );

  it('an order that was noted seconds before it left may still arrive', async () => {
    await open();
    const { place, environment } = stage.supervisor({});
    const made = async (msAgo: number): Promise<number> => {
      const at = stage.clock.now() - msAgo;
      const terms = { action: 'BUY', orderType: 'LIMIT', timeInForce: 'GTC', price: '0.7', quantity: '20' } as const;
      const intent = { ...terms, clientOrderId: 'queued', quoteQuantity: null, at };
      const remembered = [{ key: 'c:queued', intent, adopted: false, reports: [], told: new Set<string>() }];
      const task = { trigger: 'crash', madeBefore: null, place, remembered } as const;
      return (await stage.run(sweepDeadPlace(task, environment))).arrivesWithinMs;
    };
    const validMs = await made(0);
    expect(validMs).toBeGreaterThan(0);
    expect(await made(validMs + 6_000)).toBe(validMs);
    expect(await made(validMs + 60_000)).toBe(0);
  });

  it('nothing was on its way, as the journal knows: one look is enough', async () => {
    await open();
    const { trade, kill } = await stage.ready();
    await stage.run(trade.createOrder('BUY', '0.7', '20'));
    await kill();
    const cleaner = cleanUp();
    await cleaner.take();
    const done = stage.clock.monotonic();
    await cleaner.finish();
    expect(stage.clock.monotonic()).toBe(done);
    expect(stage.openIds).toEqual([]);
  });

  it('what the dead sent is revoked beside the next life, whose own orders stay', async () => {
    await open();
    const { trade, kill } = await stage.ready();
    stage.fault({ fault: 'request-late', delayMs: 4_000, operation: 'create', nth: 1 });
    void trade.createOrder('BUY', '0.7', '20');
    await stage.clock.advance(20);
    await kill();
    const cleaner = cleanUp();
    await cleaner.take();
    await stage.clock.advance(1_000);
    await cleaner.handOver();
    const next = await stage.ready();
    const [made] = await stage.run(next.trade.createOrder('BUY', '0.7', '20'));
    const [named] = await stage.run(next.trade.createOrder('BUY', '0.7', '20', { clientOrderId: 'grid7' }));
    await stage.clock.advance(60_000);
    expect(cleaner.receipts.at(-1)).toMatchObject({ revoked: { length: 1 } });
    expect(new Set(stage.openIds)).toEqual(new Set([made, named]));
  });
});
