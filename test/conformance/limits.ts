// Limits, bans, clocks and keys: refusals are obeyed, skew is healed, a key that is gone is the end.
import { expect } from 'vitest';
import type { ExchangeAccount } from '../../src/exchanges/exchange.ts';
import { openAccount } from '../../src/runtime/assembly/account-access.ts';
import type { RateBudget, RateBudgets } from '../../src/wire/rate-budget.ts';
import type { Case, Chapter } from './case.ts';
import { value } from './stage.ts';

const cases: readonly Case[] = [
  {
    name: 'an account that is closed leaves the others their turn in the queue of what they share',
    run: async (stage) => {
      const { place, environment } = stage.supervisor();
      const made: RateBudget[] = [];
      const { budgets } = environment;
      const noted: RateBudgets = {
        ...budgets,
        get(key, limit) {
          const budget = budgets.get(key, limit);
          made.push(budget);
          return budget;
        },
      };
      const open = (): ExchangeAccount => openAccount(place, { ...environment, budgets: noted }).connector;
      const [first, second] = [open(), open()];
      value(await stage.run(first.prepare()));
      for (const budget of made) budget.blockFor(2_000);
      const waiting = first.instrument(place.symbol, 0);
      await stage.clock.advance(100);
      await stage.run(first.close());
      const asked = second.instrument(place.symbol, 0);
      await stage.clock.advance(5_000);
      for (const answer of [await waiting, await asked]) expect(value(answer).symbol).toBe(place.symbol);
      await stage.run(second.close());
    },
  },
  {
    name: 'a refusal for rate is told as such, and the exchange is left alone for as long',
    run: async (stage) => {
      const { trade, requests } = await stage.ready();
      stage.fault({ fault: 'rate-limit', retryAfterMs: 1_000, operation: 'open-orders', nth: 1 });
      const [, error] = await stage.run(trade.getOpenOrderIds());
      if (error !== null) expect(error).toMatchObject({ kind: 'rate-limited' });
      await stage.clock.advance(30_000);
      requests.length = 0;
      expect(value(await stage.run(trade.getOpenOrderIds()))).toEqual([]);
      expect(requests.length).toBeLessThan(5);
    },
  },
  {
    name: 'an order refused for rate never existed, and the next one goes through',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'rate-limit', retryAfterMs: 500, operation: 'create', nth: 1 });
      const [id, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
      expect([id, error?.kind, error?.outcome]).toEqual([null, 'rate-limited', 'rejected']);
      await stage.clock.advance(30_000);
      const next = value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
      expect(stage.venue.orders(stage.uid, null).map(({ orderId }) => String(orderId))).toEqual([next]);
    },
  },
  {
    name: 'after a ban nothing is asked for a while, whatever the strategy calls; then all goes on',
    run: async (stage) => {
      const { trade, requests } = await stage.ready();
      stage.fault({ fault: 'ban', retryAfterMs: 4_000, operation: 'open-orders', nth: 1 });
      await stage.run(trade.getOpenOrderIds());
      const refusedAt = stage.clock.now();
      requests.length = 0;
      const calls = Array.from({ length: 20 }, () => trade.getOpenOrderIds());
      await stage.clock.advance(3_500);
      // How long is the exchange's own: what it said, or its connector's pause where it says nothing.
      expect(requests.filter((at) => at > refusedAt + 1 && at < refusedAt + 900)).toEqual([]);
      await stage.run(Promise.all(calls));
      await stage.clock.advance(60_000);
      expect(value(await stage.run(trade.getOpenOrderIds()))).toEqual([]);
    },
  },
  {
    name: 'a clock that is wrong from the start does no harm',
    run: async (stage) => {
      stage.fault({ fault: 'clock-skew', skewMs: -400_000 });
      const { trade } = await stage.ready();
      const id = value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
      expect(value(await stage.run(trade.revokeOrder(id)))).toEqual([id]);
    },
  },
  {
    name: 'a clock that jumps is measured again',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'clock-skew', skewMs: 400_000 });
      const [, error] = await stage.run(trade.getOpenOrderIds());
      if (error !== null) expect(['clock-skew', 'auth']).toContain(error.kind);
      await stage.clock.advance(90_000);
      value(await stage.run(trade.getOpenOrderIds()));
      value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
    },
  },
  {
    name: 'a timestamp that is refused once does not stop anything',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'timestamp-refused', operation: 'open-orders', nth: 1 });
      await stage.run(trade.getOpenOrderIds());
      await stage.clock.advance(30_000);
      expect(value(await stage.run(trade.getOpenOrderIds()))).toEqual([]);
    },
  },
  {
    name: 'a key that may only read places nothing, and is told so',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.venue.accounts[0]!.permissions.trade = false;
      const [, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
      expect(error).toMatchObject({ kind: 'auth', outcome: 'rejected' });
      expect(stage.venue.orders(stage.uid, null)).toEqual([]);
    },
  },
  {
    name: 'maintenance is waited out',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'maintenance', durationMs: 10_000, operation: 'create', nth: 1 });
      const [, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
      expect(error).not.toBeNull();
      await stage.clock.advance(120_000);
      value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
      expect([...trade.orders.keys()]).toEqual(stage.openIds);
    },
  },
];

const waiting: readonly Case[] = [
  {
    name: 'orders that wait for the rate limit do not leave once the Trade is closed',
    run: async (stage) => {
      const { trade } = await stage.ready();
      const calls = Array.from({ length: 200 }, () => trade.createOrder('BUY', '0.6', '20'));
      await stage.clock.advance(100);
      await stage.clock.runFor(trade.close());
      // What had left before may still arrive.
      await stage.clock.advance(100);
      const arrived = stage.openIds.length;
      expect(arrived).toBeLessThan(200);
      await stage.clock.advance(60_000);
      expect(stage.openIds).toHaveLength(arrived);
      const refused = (await Promise.all(calls)).map(([, error]) => error).filter((error) => error !== null);
      expect(refused.every(({ outcome }) => outcome === 'not-sent')).toBe(true);
    },
  },
];

export const limits: Chapter = { title: 'limits, clocks and keys', cases: [...cases, ...waiting] };
