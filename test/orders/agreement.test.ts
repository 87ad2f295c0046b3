// The promise in one property: whatever is done, lost, late or broken - and whether or not the process dies in between - the strategy and the
// exchange end up agreeing on every order, every fill is told exactly once, and no createOrder makes two orders.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Fill, Order } from '../../src/domain/order.ts';
import { TRANSITIONS } from '../../src/domain/transitions.ts';
import type { Fault } from './support/fake-exchange.ts';
import { Stage } from './support/stage.ts';
import type { Trade } from '../../src/trade.ts';

type Step =
  | { readonly do: 'create' | 'revoke-all' | 'break' | 'restore' | 'restart' | 'by-hand' }
  | { readonly do: 'revoke' | 'fill' | 'cancel-by-hand'; readonly which: number }
  | { readonly do: 'pushes'; readonly delay: number | null }
  | { readonly do: 'wait'; readonly ms: number }
  | {
      readonly do: 'fault';
      readonly request: 'create' | 'cancel' | 'cancelAll' | 'query' | 'openOrders' | 'fills';
      readonly fault: Fault;
    };

const which = fc.nat({ max: 20 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>('reply-lost', 'request-lost', 'not-sent'),
  fc.constant({ reject: 'rate-limited' } as const),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'create' }) },
  { weight: 5, arbitrary: which.map((index): Step => ({ do: 'fill', which: index })) },
  { weight: 3, arbitrary: which.map((index): Step => ({ do: 'revoke', which: index })) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 3_000 }).map((ms): Step => ({ do: 'wait', ms })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('create', 'cancel', 'cancelAll', 'query', 'openOrders', 'fills' as const), fault)
      .map(([request, what]): Step => ({ do: 'fault', request, fault: what })),
  },
  { weight: 2, arbitrary: fc.constantFrom(null, 1, 5, 500).map((delay): Step => ({ do: 'pushes', delay })) },
  {
    weight: 5,
    arbitrary: fc.oneof(
      fc.constantFrom<Step>(
        { do: 'break' },
        { do: 'restore' },
        { do: 'restart' },
        { do: 'by-hand' },
        { do: 'revoke-all' },
      ),
      which.map((index): Step => ({ do: 'cancel-by-hand', which: index })),
    ),
  },
);

/** What the strategy was told, over all its processes. */
class Ears {
  readonly orders = new Map<string, Order>();
  readonly fills: Fill[] = [];
  readonly problems: string[] = [];

  order(order: Order): void {
    const key = order.orderId === '' ? order.clientOrderId : order.orderId;
    const before = this.orders.get(key);
    if (before !== undefined && before.status !== order.status && !TRANSITIONS[before.status].includes(order.status)) {
      this.problems.push(`${key} went from ${before.status} to ${order.status}`);
    }
    const remain = Decimal.from(order.quantity).sub(Decimal.from(order.filled)).toString();
    if (remain !== order.remain) this.problems.push(`${key}: remain is ${order.remain}, not ${remain}`);
    this.orders.set(key, order);
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  const stage = new Stage();
  const { venue, clock } = stage;
  const ears = new Ears();
  const start = (): Trade =>
    stage.trade({ onOrderUpdate: (order) => ears.order(order), onFill: (fill) => void ears.fills.push(fill) }).trade;
  let trade = start();
  await clock.runFor(trade.ready);
  const pick = (index: number) => venue.openOrders[index % Math.max(1, venue.openOrders.length)];
  let created = 0;
  for (const one of steps) {
    switch (one.do) {
      case 'create':
        created++;
        void trade.createOrder('SELL', '2', '10', { evenIfNotReady: true });
        break;
      case 'revoke':
        void trade.revokeOrder([...trade.orders.keys()][one.which % Math.max(1, trade.orders.size)] ?? 'none');
        break;
      case 'revoke-all':
        void trade.revokeOrder();
        break;
      case 'fill': {
        const order = pick(one.which);
        if (order !== undefined)
          venue.fill(order, one.which % 3 === 0 ? order.quantity.sub(order.filled).toString() : '0.01');
        break;
      }
      case 'by-hand':
        venue.place({ quantity: '5' });
        break;
      case 'cancel-by-hand': {
        const order = pick(one.which);
        if (order !== undefined) venue.cancel(order);
        break;
      }
      case 'pushes':
        venue.pushDelayMs = one.delay;
        break;
      case 'wait':
        await clock.advance(one.ms);
        break;
      case 'fault':
        venue.fault(one.request, one.fault);
        break;
      case 'break':
        if (venue.live) venue.breakStream();
        break;
      case 'restore':
        if (venue.handlers !== null && !venue.live) venue.restore();
        break;
      case 'restart':
        await clock.runFor(trade.close());
        trade = start();
        await clock.runFor(trade.ready);
    }
  }
  // The dust settles: nothing fails any more.
  venue.faults.clear();
  venue.pushDelayMs = 5;
  if (!venue.live) venue.restore();
  await clock.advance(200_000);

  expect(ears.problems).toEqual([]);
  const ours = new Set(venue.orders.map(({ clientOrderId }) => clientOrderId).filter((id) => id !== null));
  expect(venue.orders.filter(({ clientOrderId }) => clientOrderId !== null)).toHaveLength(ours.size);
  expect(ours.size).toBeLessThanOrEqual(created);
  for (const order of venue.orders) {
    const told = ears.orders.get(order.orderId);
    if (told === undefined) {
      // Somebody else's, placed and canceled unfilled while nobody could see it.
      expect([order.clientOrderId, order.life, order.filled.toString()]).toEqual([null, 'canceled', '0']);
      continue;
    }
    const status =
      order.life === 'open'
        ? order.filled.isZero()
          ? 'SUBMITTED'
          : 'PARTIAL-FILLED'
        : order.life === 'filled'
          ? 'FILLED'
          : 'CANCELED';
    expect([order.orderId, told.status, told.filled]).toEqual([order.orderId, status, order.filled.toString()]);
  }
  expect([...trade.orders.keys()].toSorted()).toEqual(venue.openOrders.map(({ orderId }) => orderId).toSorted());
  const happened = venue.orders.flatMap(({ fills }) => fills.map(({ tradeId }) => tradeId)).toSorted();
  const told = ears.fills.map(({ tradeId }) => tradeId).toSorted();
  expect(new Set(told).size).toBe(told.length);
  const byHand = new Set(
    venue.orders
      .filter(({ clientOrderId }) => clientOrderId === null)
      .flatMap(({ fills }) => fills.map(({ tradeId }) => tradeId)),
  );
  // A stranger's fills from before we first saw the order stand in the order only.
  expect(happened.filter((id) => !told.includes(id) && !byHand.has(id))).toEqual([]);
  expect(told.filter((id) => !happened.includes(id))).toEqual([]);
  const [, error] = await clock.runFor(trade.revokeOrder());
  expect(error).toBeNull();
  expect(venue.openOrders).toEqual([]);
  await trade.close();
}

describe('the order core', () => {
  it('agrees with the exchange in the end, whatever happened', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), play), { numRuns: 150 });
  });
});
