// Revoking: none, one, several; what is done already, what never was, what is not ours; replies that get lost; more than a page.
import { expect } from 'vitest';
import type { FaultRule } from '../../src/simulator/faults/vocabulary.ts';
import { RevokeError } from '../../src/domain/errors.ts';
import type { Case, Chapter } from './case.ts';
import { last, value, type Running, type Stage } from './stage.ts';

async function placed(stage: Stage, { trade }: Running, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++)
    ids.push(value(await stage.run(trade.createOrder('BUY', `0.${60 + index}`, '20'))));
  return ids;
}

/** What becomes of one cancel, and what the caller must hear all the same: the order ended by our doing. */
const LOST: readonly FaultRule[] = [
  { fault: 'reply-lost', how: 'silence', operation: 'cancel', nth: 1 },
  { fault: 'reply-lost', how: 'reset', operation: 'cancel', nth: 1 },
  { fault: 'request-lost', how: 'silence', operation: 'cancel', nth: 1 },
  { fault: 'server-error-executed', operation: 'cancel', nth: 1 },
  { fault: 'server-error-not-executed', operation: 'cancel', nth: 1 },
  { fault: 'unknown-outcome', executed: true, operation: 'cancel', nth: 1 },
  { fault: 'unknown-outcome', executed: false, operation: 'cancel', nth: 1 },
];

async function countsAsOurs(stage: Stage, rule: FaultRule): Promise<void> {
  const running = await stage.ready();
  const [id = ''] = await placed(stage, running, 1);
  stage.fault(rule);
  expect(await stage.run(running.trade.revokeOrder(id))).toEqual([[id], null]);
  expect(stage.openIds).toEqual([]);
  await stage.clock.advance(5_000);
  expect(last(running.told, id).status).toBe('CANCELED');
}

const lost = LOST.map((rule): Case => ({
  name: `our own cancel counts as ours after ${rule.fault}${rule.how === undefined ? '' : `, ${rule.how}`}${rule.executed === undefined ? '' : `, executed: ${rule.executed}`}`,
  run: (stage) => countsAsOurs(stage, rule),
}));

const others: readonly Case[] = [
  {
    name: 'none given: every unfinished order of the symbol, those of other hands as well',
    run: async (stage) => {
      const foreign = stage.byHand();
      const running = await stage.ready();
      const ids = await placed(stage, running, 3);
      const late = stage.byHand();
      const revoked = value(await stage.run(running.trade.revokeOrder()));
      expect(revoked.toSorted()).toEqual([...ids, foreign, late].sort());
      expect(stage.openIds).toEqual([]);
      await stage.clock.advance(5_000);
      expect(running.trade.orders.size).toBe(0);
      expect(await stage.run(running.trade.revokeOrder())).toEqual([[], null]);
    },
  },
  {
    name: 'an order on its way when everything is revoked: ours, and gone',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      const created = trade.createOrder('BUY', '0.8', '20');
      const revoked = await stage.run(trade.revokeOrder());
      const id = value(await created);
      expect(revoked).toEqual([[id], null]);
      expect(stage.openIds).toEqual([]);
      await stage.clock.advance(1_000);
      expect(last(told, id).status).toBe('CANCELED');
    },
  },
  {
    name: 'whose: own leaves what others placed',
    run: async (stage) => {
      const foreign = stage.byHand();
      const running = await stage.ready({ unfinishedOrders: { whose: 'own' } });
      const ids = await placed(stage, running, 2);
      expect(value(await stage.run(running.trade.revokeOrder())).toSorted()).toEqual(ids.toSorted());
      expect(stage.openIds).toEqual([foreign]);
      expect(value(await stage.run(running.trade.revokeOrder(foreign)))).toEqual([foreign]);
    },
  },
  {
    name: 'one and several by id',
    run: async (stage) => {
      const running = await stage.ready();
      const [a = '', b = '', c = ''] = await placed(stage, running, 3);
      expect(value(await stage.run(running.trade.revokeOrder(a)))).toEqual([a]);
      expect(value(await stage.run(running.trade.revokeOrder(b, c))).toSorted()).toEqual([b, c].sort());
    },
  },
  {
    name: 'one that is done is already-done; one that never was is order-not-found',
    run: async (stage) => {
      const running = await stage.ready();
      const [a = '', b = ''] = await placed(stage, running, 2);
      value(await stage.run(running.trade.revokeOrder(a)));
      const [, done] = await stage.run(running.trade.revokeOrder(a));
      expect(done).toMatchObject({ kind: 'already-done' });
      expect(done).not.toBeInstanceOf(RevokeError);
      const [, unknown] = await stage.run(running.trade.revokeOrder('4242'));
      expect(unknown).toMatchObject({ kind: 'order-not-found' });
      stage.other('SELL', '0.61', '20');
      await stage.clock.advance(2_000);
      const [, filled] = await stage.run(running.trade.revokeOrder(b));
      expect(filled).toMatchObject({ kind: 'already-done' });
    },
  },
  {
    name: 'an order of another symbol is order-not-found, and stays as it is',
    run: async (stage) => {
      const { trade } = await stage.ready();
      const ids = [stage.byHand('50000', '0.01', 'BTC/USDT'), stage.byHand('50001', '0.01', 'BTC/USDT')];
      const [, one] = await stage.run(trade.revokeOrder(ids[0] ?? ''));
      expect(one).toMatchObject({ kind: 'order-not-found', outcome: 'rejected' });
      const [, both] = await stage.run(trade.revokeOrder(...ids));
      expect(both).toMatchObject({ kind: 'order-not-found', revoked: [] });
      await stage.clock.advance(2_000);
      const left = stage.venue.openOrders(stage.uid, 'BTC/USDT').map(({ orderId }) => String(orderId));
      expect(left.toSorted()).toEqual(ids.toSorted());
    },
  },
  {
    name: 'what cannot be an order id is order-not-found, alone and beside one that is',
    run: async (stage) => {
      const running = await stage.ready();
      const [a = ''] = await placed(stage, running, 1);
      const impossible = ['abc', '-5', ' ', '1&symbol=EOSUSDT', '9'.repeat(40)];
      for (const id of impossible) {
        const [, error] = await stage.run(running.trade.revokeOrder(id));
        expect(error).toMatchObject({ kind: 'order-not-found', outcome: 'rejected' });
      }
      const [, error] = await stage.run(running.trade.revokeOrder(...impossible, a));
      expect(error).toMatchObject({ kind: 'order-not-found', revoked: [a] });
      expect(stage.openIds).toEqual([]);
    },
  },
  {
    name: 'several with failures: a RevokeError that lists all and has the kind of the first failure',
    run: async (stage) => {
      const running = await stage.ready();
      const [a = '', b = ''] = await placed(stage, running, 2);
      value(await stage.run(running.trade.revokeOrder(a)));
      const [, error] = await stage.run(running.trade.revokeOrder(a, b, '4242'));
      expect(error).toBeInstanceOf(RevokeError);
      if (!(error instanceof RevokeError)) return;
      expect(error.revoked).toEqual([b]);
      expect(error.failed.map((failure) => `${failure.orderId} ${failure.error.kind}`).sort()).toEqual(
        ['4242 order-not-found', `${a} already-done`].sort(),
      );
      expect(error.kind).toBe(error.failed[0]?.error.kind);
    },
  },
  {
    name: 'filled just before the cancel arrives: already-done, and the fill is told',
    run: async (stage) => {
      const running = await stage.ready();
      const [id = ''] = await placed(stage, running, 1);
      stage.fault({ fault: 'cancel-fill-race', fraction: 1 });
      const [, error] = await stage.run(running.trade.revokeOrder(id));
      expect(error).toMatchObject({ kind: 'already-done' });
      await stage.clock.advance(10_000);
      expect(last(running.told, id)).toMatchObject({ status: 'FILLED', filled: '20' });
      expect(running.told.fills).toHaveLength(1);
    },
  },
  {
    name: 'more open orders than a page holds are all listed, and all revoked',
    simulation: { maxOpenOrders: 1_000 },
    run: async (stage) => {
      const ids = Array.from({ length: 620 }, () => stage.byHand());
      const { trade } = await stage.ready();
      expect(trade.orders.size).toBe(620);
      expect(value(await stage.run(trade.getOpenOrderIds())).toSorted()).toEqual(ids.toSorted());
      expect(value(await stage.run(trade.revokeOrder(), 300_000)).toSorted()).toEqual(ids.toSorted());
      expect(stage.openIds).toEqual([]);
      await stage.clock.advance(60_000);
      expect(trade.orders.size).toBe(0);
    },
  },
];

export const revoking: Chapter = { title: 'revoking', cases: [...lost, ...others] };
