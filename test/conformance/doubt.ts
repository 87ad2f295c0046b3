// Doubt: the fate of a request is unknown. It is looked up, never guessed and never sent again.
import { expect } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { TradeError } from '../../src/domain/errors.ts';
import type { FaultRule } from '../../src/simulator/faults/vocabulary.ts';
import type { Case, Chapter } from './case.ts';
import { last, statusesOf, value, type Stage } from './stage.ts';

const EXECUTED: readonly FaultRule[] = [
  { fault: 'reply-lost', how: 'silence', operation: 'create', nth: 1 },
  { fault: 'reply-lost', how: 'reset', operation: 'create', nth: 1 },
  { fault: 'reply-late', delayMs: 7_000, operation: 'create', nth: 1 },
  { fault: 'server-error-executed', operation: 'create', nth: 1 },
  { fault: 'unknown-outcome', executed: true, operation: 'create', nth: 1 },
  { fault: 'push-before-reply', delayMs: 1_000, operation: 'create', nth: 1 },
];
const NOT_EXECUTED: readonly FaultRule[] = [
  { fault: 'request-lost', how: 'silence', operation: 'create', nth: 1 },
  { fault: 'request-lost', how: 'reset', operation: 'create', nth: 1 },
  { fault: 'server-error-not-executed', operation: 'create', nth: 1 },
  { fault: 'unknown-outcome', executed: false, operation: 'create', nth: 1 },
];

const called = ({ fault, how }: FaultRule): string => (how === undefined ? fault : `${fault}, ${how}`);

async function findsItsOrder(stage: Stage, rule: FaultRule): Promise<void> {
  const { trade, told } = await stage.ready();
  stage.fault(rule);
  const id = value(await stage.run(trade.createOrder('BUY', '0.7', '20')));
  await stage.clock.advance(10_000);
  expect(stage.venue.orders(stage.uid, null)).toHaveLength(1);
  expect(stage.openIds).toEqual([id]);
  expect(last(told, id).status).toBe('SUBMITTED');
  expect([...trade.orders.keys()]).toEqual([id]);
}

const executed = EXECUTED.map((rule): Case => ({
  name: `createOrder finds its order after ${called(rule)}`,
  run: (stage) => findsItsOrder(stage, rule),
}));

async function failsOnceProven(stage: Stage, rule: FaultRule): Promise<void> {
  const { trade, told } = await stage.ready();
  stage.fault(rule);
  const [id, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
  expect(id).toBeNull();
  expect(error).toMatchObject({ kind: 'in-doubt', outcome: 'unknown' });
  expect(told.orders.map(({ status }) => status)).not.toContain('FAILED');
  await stage.clock.advance(90_000);
  expect(stage.venue.orders(stage.uid, null)).toEqual([]);
  expect(told.orders.at(-1)).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/\S/) as string });
  expect(trade.orders.size).toBe(0);
}

const notExecuted = NOT_EXECUTED.map((rule): Case => ({
  name: `createOrder is in doubt, and FAILED once the exchange has proven it, after ${called(rule)}`,
  run: (stage) => failsOnceProven(stage, rule),
}));

/** What may become of the create that a process was killed over. */
const DIED_OVER: readonly FaultRule[] = [
  { fault: 'request-lost', how: 'silence', operation: 'create', nth: 1 },
  { fault: 'reply-lost', how: 'silence', operation: 'create', nth: 1 },
  { fault: 'request-late', delayMs: 8_000, operation: 'create', nth: 1 },
];

/** As a strategy does that begins with an empty book: it revokes all in its onInit, and goes on only without an error. */
async function startsEmpty(stage: Stage, rule: FaultRule): Promise<void> {
  const first = await stage.ready();
  stage.fault(rule);
  void first.trade.createOrder('BUY', '0.7', '20');
  await stage.clock.advance(1_000);
  await first.kill();
  const revoked = Promise.withResolvers<TradeError | null>();
  const { trade, told } = stage.trade({
    onInit: async () => revoked.resolve((await trade.revokeOrder())[1]),
  });
  expect(await stage.run(revoked.promise)).toBeNull();
  expect(stage.openIds).toEqual([]);
  expect(trade.orders.size).toBe(0);
  expect(told.errors).toEqual([]);
  const second = value(await stage.run(trade.createOrder('BUY', '0.8', '20')));
  expect(stage.openIds).toEqual([second]);
  expect(value(await stage.run(trade.revokeOrder()))).toEqual([second]);
  // Nothing comes up afterwards either.
  await stage.clock.advance(60_000);
  expect(stage.openIds).toEqual([]);
}

const diedOver = DIED_OVER.map((rule): Case => ({
  name: `killed over a create (${called(rule)}): the next process's revoke-all in onInit settles it and leaves nothing`,
  run: (stage) => startsEmpty(stage, rule),
}));

const others: readonly Case[] = [
  {
    name: 'an order that cannot be queried at once is not given up',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'query-lag', lagMs: 12_000 });
      stage.fault({ fault: 'push-dropped', stream: 'private', to: 11_000 });
      stage.fault({ fault: 'reply-lost', how: 'silence', operation: 'create', nth: 1 });
      const [id, error] = await stage.run(trade.createOrder('BUY', '0.7', '20'));
      await stage.clock.advance(90_000);
      if (error !== null) expect(error.kind).toBe('in-doubt');
      else expect(stage.openIds).toEqual([id]);
      expect([...trade.orders.keys()]).toEqual(stage.openIds);
    },
  },
  {
    name: 'a request that arrives long after its caller gave up is found in the end',
    run: async (stage) => {
      const { trade } = await stage.ready();
      stage.fault({ fault: 'request-late', delayMs: 8_000, operation: 'create', nth: 1 });
      await stage.run(trade.createOrder('BUY', '0.7', '20'));
      await stage.clock.advance(120_000);
      expect([...trade.orders.keys()]).toEqual(stage.openIds);
    },
  },
  {
    name: 'pushes that come twice count once',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      stage.fault({ fault: 'push-duplicated', stream: 'private', everyNth: 1 });
      const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
      stage.other('SELL', '0.8', '10');
      stage.other('SELL', '0.8', '20');
      await stage.clock.advance(10_000);
      expect(told.fills).toHaveLength(2);
      expect(last(told, id)).toMatchObject({ status: 'FILLED', filled: '30', fee: stage.truth(id).fee.toString() });
    },
  },
  {
    name: 'a push that comes again when it is long out of date tells nothing',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      // Each of what an order's life is told by, once while it lives, and once when it is over and forgotten.
      for (const delayMs of [3_000, 300_000]) stage.fault({ fault: 'push-repeated', stream: 'private', delayMs });
      const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
      stage.other('SELL', '0.8', '10');
      await stage.clock.advance(2_000);
      stage.other('SELL', '0.8', '20');
      await stage.clock.advance(240_000);
      const before = told.orders.length;
      expect(trade.orders.size).toBe(0);
      await stage.clock.advance(120_000);
      expect(told.orders.slice(before)).toEqual([]);
      expect(told.fills).toHaveLength(2);
      expect(last(told, id)).toMatchObject({ status: 'FILLED', filled: '30' });
    },
  },
  {
    name: 'pushes out of order never take a status back',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      stage.fault({ fault: 'push-reordered', stream: 'private', everyNth: 2 });
      const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
      for (const quantity of ['10', '5', '15']) {
        stage.other('SELL', '0.8', quantity);
        await stage.clock.advance(40);
      }
      await stage.clock.advance(90_000);
      const rank = ['SUBMITTED', 'PARTIAL-FILLED', 'FILLED'];
      const ranks = statusesOf(told, id).map((status) => rank.indexOf(status));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(last(told, id)).toMatchObject({ status: 'FILLED', filled: '30' });
      expect(told.fills).toHaveLength(3);
    },
  },
  {
    name: 'lost pushes are made up for',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      const id = value(await stage.run(trade.createOrder('BUY', '0.8', '30')));
      await stage.clock.advance(1_000);
      stage.fault({ fault: 'push-dropped', stream: 'private', to: 2_000 });
      stage.other('SELL', '0.8', '30');
      await stage.clock.advance(180_000);
      expect(last(told, id)).toMatchObject({ status: 'FILLED', filled: '30', fee: stage.truth(id).fee.toString() });
      expect(told.fills).toHaveLength(1);
    },
  },
  {
    name: 'open orders that a list leaves out are not taken for gone',
    run: async (stage) => {
      const { trade, told } = await stage.ready();
      const ids: string[] = [];
      for (let index = 0; index < 6; index++) ids.push(value(await stage.run(trade.createOrder('BUY', '0.7', '20'))));
      stage.fault({ fault: 'open-orders-partial', fraction: 0.5, to: 200_000 });
      await stage.clock.advance(240_000);
      expect([...trade.orders.keys()].sort()).toEqual(ids.toSorted());
      expect(told.orders.every(({ status }) => status === 'SUBMITTED')).toBe(true);
    },
  },
  {
    name: 'one order, one client id: a duplicate is never an acceptance',
    needs: ({ refusesDuplicateClientOrderId }) => refusesDuplicateClientOrderId,
    run: async (stage) => {
      const connector = await stage.connector();
      const instrument = value(await stage.run(connector.instrument('EOS/USDT')));
      const command = {
        instrument,
        clientOrderId: 'twin1',
        action: 'BUY',
        orderType: 'LIMIT',
        timeInForce: 'GTC',
        price: Decimal.from('0.7'),
        quantity: Decimal.from('20'),
        quoteQuantity: null,
        extra: {},
      } as const;
      expect((await stage.run(connector.trading.create(command))).outcome).toBe('accepted');
      expect((await stage.run(connector.trading.create(command))).outcome).toBe('unknown');
      expect(stage.openIds).toHaveLength(1);
      await stage.run(connector.close());
    },
  },
];

export const doubt: Chapter = { title: 'doubt', cases: [...executed, ...notExecuted, ...diedOver, ...others] };
