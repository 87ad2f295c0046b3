// Gaps: the stream breaks, the exchange is away, the process dies. What happened meanwhile is told once.
import { expect } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { FaultRule } from '../../src/simulator/faults/vocabulary.ts';
import type { Case, Chapter } from './case.ts';
import { believedHoldings, holdings } from '../support/balances.ts';
import { last, value, type Stage } from './stage.ts';

const BREAKS: readonly (readonly [string, FaultRule])[] = [
  ['the stream is cut', { fault: 'connection-cut', stream: 'private', at: 0 }],
  ['the stream goes silent', { fault: 'half-open', stream: 'private', at: 0 }],
  ['the session expires', { fault: 'session-expired', stream: 'private', at: 0 }],
  ['a frame is cut in half', { fault: 'cut-mid-frame', stream: 'private', nth: 1 }],
  ['the exchange restarts', { fault: 'exchange-restart', durationMs: 20_000, at: 0 }],
];

async function tellsOnceAfter(stage: Stage, rule: FaultRule): Promise<void> {
  const { trade, told } = await stage.ready();
  const filled = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
  const canceled = value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
  const open = value(await stage.run(trade.createOrder('BUY', '0.6', '20')));
  await stage.clock.advance(1_000);
  stage.fault(rule);
  await stage.clock.advance(10);
  stage.other('SELL', '0.8', '10');
  stage.other('SELL', '0.8', '20');
  stage.venue.cancel(stage.uid, 'EOS/USDT', { orderId: BigInt(canceled) }, '');
  await stage.clock.advance(180_000);
  expect(last(told, filled)).toMatchObject({
    status: 'FILLED',
    filled: '30',
    fee: stage.truth(filled).fee.toString(),
  });
  expect(told.fills.map(({ quantity }) => quantity).sort()).toEqual(['10', '20']);
  expect(told.fills.every(({ feeAsset }) => feeAsset === 'EOS')).toBe(true);
  expect(last(told, canceled)).toMatchObject({ status: 'CANCELED', filled: '0' });
  expect([...trade.orders.keys()]).toEqual([open]);
  expect(told.calls.filter((call) => call.startsWith('init'))).toEqual(['init true']);
}

const breaks = BREAKS.map(([what, rule]): Case => ({
  name: `${what}: fills and ends meanwhile are told once`,
  run: (stage) => tellsOnceAfter(stage, rule),
}));

const others: readonly Case[] = [
  {
    name: 'logins refused for a while after a good run: the strategy hears of it once, and what happened is told when they are taken again',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      const id = value(await stage.run(trade.createOrder('BUY', '0.8', '20')));
      // Some log in, others subscribe with a signature.
      stage.fault({ fault: 'key-revoked', operation: 'login', nth: 1, durationMs: 120_000 }, false);
      stage.fault({ fault: 'key-revoked', operation: 'subscribe', nth: 1, durationMs: 120_000 }, false);
      stage.fault({ fault: 'connection-cut', stream: 'private', at: 0 });
      await stage.clock.advance(60_000);
      expect(told.errors.filter(({ kind }) => kind === 'auth')).toHaveLength(1);
      await stage.clock.advance(62_000);
      stage.other('SELL', '0.8', '20');
      await stage.clock.advance(180_000);
      expect(last(told, id)).toMatchObject({ status: 'FILLED' });
      expect(told.fills.map(({ quantity }) => quantity)).toEqual(['20']);
      expect(value(await stage.run(trade.createOrder('BUY', '0.7', '20')))).toBeTypeOf('string');
    },
  },
  {
    name: 'balances are there soon after the start, though nothing changed',
    run: async (stage) => {
      const { trade } = await stage.ready();
      await stage.clock.advance(1_000);
      expect(believedHoldings(trade)).toEqual(holdings(stage.venue, stage.uid));
    },
  },
  {
    name: 'balances that changed during a gap are read after it, one that was spent wholly among them',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      await stage.clock.advance(2_000);
      stage.fault({ fault: 'exchange-restart', durationMs: 20_000, at: 0 });
      await stage.clock.advance(100);
      for (const { asset, free } of stage.venue.accounts[0]!.balances.values())
        if (asset !== 'USDT') stage.venue.deposit(stage.uid, asset, free.neg());
      stage.venue.deposit(stage.uid, 'USDT', Decimal.from('7'));
      await stage.clock.runUntil(() => told.events.some(({ type }) => type === 'gap-closed'), 120_000);
      await stage.clock.advance(2_000);
      expect(believedHoldings(trade)).toEqual(holdings(stage.venue, stage.uid));
      expect(trade.assets['EOS']).toEqual({ free: '0', locked: '0', total: '0' });
    },
  },
  {
    name: 'fills made while the process was dead come once, in the next one',
    run: async (stage) => {
      const first = await stage.ready();
      const id = value(await stage.run(first.trade.createOrder('BUY', '0.8', '30')));
      stage.other('SELL', '0.8', '5');
      await stage.clock.advance(5_000);
      expect(first.told.fills).toHaveLength(1);
      await first.kill();
      stage.other('SELL', '0.8', '10');
      await stage.clock.advance(30_000);
      const { told, trade } = await stage.ready();
      await stage.clock.advance(60_000);
      expect(told.fills.map(({ quantity, orderId }) => [quantity, orderId])).toEqual([['10', id]]);
      expect(trade.orders.get(id)).toMatchObject({ status: 'PARTIAL-FILLED', filled: '15' });
      expect(told.calls.filter((call) => call.startsWith('init'))).toEqual(['init true']);
    },
  },
  {
    name: 'an order that ended while the process was dead is told by the next one',
    run: async (stage) => {
      const first = await stage.ready();
      const id = value(await stage.run(first.trade.createOrder('BUY', '0.8', '30')));
      await stage.clock.advance(2_000);
      await first.kill();
      stage.other('SELL', '0.8', '30');
      await stage.clock.advance(30_000);
      const { told } = await stage.ready();
      await stage.clock.advance(30_000);
      expect(last(told, id)).toMatchObject({ status: 'FILLED', filled: '30' });
      expect(told.fills).toHaveLength(1);
    },
  },
  {
    name: 'fills from before the first start are in the order, not in onFill',
    run: async (stage) => {
      const id = stage.byHand('0.8', '30');
      stage.other('SELL', '0.8', '10');
      await stage.clock.advance(5_000);
      const { told, trade } = await stage.ready();
      await stage.clock.advance(60_000);
      expect(told.fills).toEqual([]);
      expect(trade.orders.get(id)).toMatchObject({ status: 'PARTIAL-FILLED', filled: '10', avgPrice: '0.8' });
    },
  },
  {
    name: 'an exchange that is away at the start is waited for: one onError, one onInit',
    run: async (stage) => {
      stage.fault({ fault: 'exchange-restart', durationMs: 60_000, at: 0 });
      await stage.clock.advance(10);
      const { trade, told } = stage.trade();
      await stage.clock.advance(30_000);
      expect(told.calls).toEqual([expect.stringMatching(/^error /)]);
      expect(await stage.run(trade.ready, 300_000)).toBe(true);
      expect(told.calls).toEqual([expect.stringMatching(/^error /), 'init true']);
    },
  },
  {
    name: 'during a gap no order is placed unless the strategy wants it',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      stage.fault({ fault: 'exchange-restart', durationMs: 15_000, at: 0 });
      await stage.clock.advance(5_000);
      const [, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
      expect(error).toMatchObject({ kind: 'not-ready', outcome: 'not-sent' });
      await stage.clock.advance(90_000);
      value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
      expect(told.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['gap-opened', 'gap-closed']));
    },
  },
  {
    name: 'more fills than a page holds, all of them while the process was dead',
    run: async (stage) => {
      const first = await stage.ready();
      const id = value(await stage.run(first.trade.createOrder('BUY', '0.8', '600')));
      await stage.clock.advance(2_000);
      await first.kill();
      for (let index = 0; index < 550; index++) stage.other('SELL', '0.8', '1');
      await stage.clock.advance(60_000);
      const { told, trade } = await stage.ready();
      await stage.clock.advance(60_000);
      expect(told.fills).toHaveLength(550);
      expect(new Set(told.fills.map(({ tradeId }) => tradeId)).size).toBe(550);
      expect(trade.orders.get(id)).toMatchObject({
        status: 'PARTIAL-FILLED',
        filled: '550',
        fee: stage.truth(id).fee.toString(),
      });
    },
  },
];

export const gaps: Chapter = { title: 'gaps', cases: [...breaks, ...others] };
