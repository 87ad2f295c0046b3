// The engine by properties: whatever accounts do in whatever order, nothing is created, lost or taken out of turn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { MatchingVenue } from '../../../src/simulator/engine/venue.ts';
import type { Level, Side, VenueEvent, VenueOrder } from '../../../src/simulator/venue.ts';
import { account, bench, BNB, d, EOS, order, RULES } from '../support.ts';

type Action =
  | { kind: 'limit' | 'ioc' | 'fok' | 'post-only'; uid: number; side: Side; price: number; lots: number; stp: number }
  | { kind: 'market' | 'quote'; uid: number; side: Side; lots: number }
  | { kind: 'cancel' | 'cancel-all'; uid: number; pick: number }
  | { kind: 'house'; side: Side; price: number; lots: number };

const uid = fc.integer({ min: 1, max: 3 });
const side = fc.constantFrom<Side>('BUY', 'SELL');
const price = fc.integer({ min: 1, max: 7 });
const lots = fc.integer({ min: 1, max: 60 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('limit' as const, 'ioc' as const, 'fok' as const, 'post-only' as const),
      uid,
      side,
      price,
      lots,
      stp: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('market' as const, 'quote' as const), uid, side, lots }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'cancel-all' as const), uid, pick: fc.nat() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('house' as const), side, price, lots }) },
);

/** Long enough, by itself, for queues to build up: left alone, arrays stay too short for that. */
const story = fc.array(action, { minLength: 10, maxLength: 80, size: 'max' });

const STP = ['none', 'expire-taker', 'expire-maker', 'expire-both'] as const;
const at = (tick: number): string => (0.79 + tick * 0.001).toFixed(3);
const lot = (count: number): string => (count * 0.1).toFixed(1);

function act(venue: MatchingVenue, step: Action): void {
  switch (step.kind) {
    case 'market':
      venue.place(step.uid, order(step.side, null, lot(step.lots)), RULES);
      return;
    case 'quote':
      venue.place(step.uid, order(step.side, null, null, { quoteQuantity: d(step.lots).div(d(7), 4) }), RULES);
      return;
    case 'cancel': {
      const open = venue.openOrders(step.uid, null);
      const target = open[step.pick % Math.max(1, open.length)];
      if (target !== undefined) venue.cancel(step.uid, EOS, { orderId: target.orderId }, 'x');
      return;
    }
    case 'cancel-all':
      if (step.pick % 4 === 0) venue.cancelAll(step.uid, EOS, 'x');
      return;
    case 'house':
      venue.house.quote(EOS, step.side, d(at(step.price)), d(lot(step.lots)));
      return;
    default:
      venue.place(
        step.uid,
        order(step.side, at(step.price), lot(step.lots), {
          timeInForce: step.kind === 'ioc' ? 'IOC' : step.kind === 'fok' ? 'FOK' : 'GTC',
          postOnly: step.kind === 'post-only',
          selfTradePrevention: STP[step.stp] ?? 'none',
        }),
        RULES,
      );
  }
}

function total(venue: MatchingVenue, asset: string): string {
  let sum = Decimal.ZERO;
  for (const { balances } of venue.accounts) {
    const held = balances.get(asset);
    if (held !== undefined) sum = sum.add(held.free).add(held.locked);
  }
  const { fees, house } = venue.exchangeBooks();
  return sum
    .add(fees.get(asset) ?? Decimal.ZERO)
    .add(house.get(asset) ?? Decimal.ZERO)
    .toString();
}

function busyBench(): MatchingVenue {
  const { venue } = bench({
    accounts: [
      account(1, { makerFee: d('-0.00015') }),
      account(2, { feeAsset: 'BNB' }),
      account(3, { balances: { EOS: '5', USDT: '6' } }),
    ],
  });
  venue.house.quote(BNB, 'SELL', d('500'), d('1'));
  venue.house.take(BNB, 'BUY', null, d('0.5'));
  return venue;
}

describe('whatever accounts do', () => {
  it('conserves every asset, fees and rebates included, and locks exactly what open orders need', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const venue = busyBench();
        const before = ['EOS', 'USDT', 'BNB'].map((asset) => total(venue, asset));
        for (const step of actions) act(venue, step);
        expect(['EOS', 'USDT', 'BNB'].map((asset) => total(venue, asset))).toEqual(before);
        for (const { uid: owner, balances } of venue.accounts) {
          let base = Decimal.ZERO;
          let quote = Decimal.ZERO;
          for (const open of venue.openOrders(owner, null)) {
            const left = (open.quantity ?? Decimal.ZERO).sub(open.filled);
            if (open.side === 'SELL') base = base.add(left);
            else quote = quote.add(left.mul(open.price ?? Decimal.ZERO));
          }
          expect((balances.get('EOS')?.locked ?? Decimal.ZERO).toString()).toBe(base.toString());
          expect((balances.get('USDT')?.locked ?? Decimal.ZERO).toString()).toBe(quote.toString());
        }
      }),
      { numRuns: 150 },
    );
  });

  it('never fills above the quantity, never below the limit, and each order is the sum of its fills', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const venue = busyBench();
        for (const step of actions) act(venue, step);
        for (const { uid: owner } of venue.accounts) {
          for (const made of venue.orders(owner, EOS)) expectSound(venue, made);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a book that is the sum of what rests, never crossed, and can be rebuilt from contiguous events', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const venue = busyBench();
        const copy = { BUY: new Map<string, Decimal>(), SELL: new Map<string, Decimal>() };
        let updateId = venue.book(EOS, 1).updateId;
        venue.listen((event) => {
          if (event.type !== 'book' || event.symbol !== EOS) return;
          expect(event.updateId).toBe(++updateId);
          apply(copy.BUY, event.bids);
          apply(copy.SELL, event.asks);
        });
        for (const step of actions) {
          act(venue, step);
          const { bids, asks } = venue.book(EOS, 100);
          expect(flat(new Map(bids.map(([p, q]) => [p.toString(), q])))).toEqual(flat(copy.BUY));
          expect(flat(new Map(asks.map(([p, q]) => [p.toString(), q])))).toEqual(flat(copy.SELL));
          const [bid] = bids;
          const [ask] = asks;
          if (bid !== undefined && ask !== undefined) expect(bid[0].lt(ask[0])).toBe(true);
        }
        expectBookIsSum(venue, 'BUY');
        expectBookIsSum(venue, 'SELL');
      }),
      { numRuns: 100 },
    );
  });

  it('serves the best price first and the oldest order first within it', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const venue = busyBench();
        venue.listen((event) => {
          if (event.type === 'order-filled' && event.fill.maker) expectFirstInLine(venue, event);
        });
        for (const step of actions.filter((each) => each.kind !== 'house')) act(venue, step);
      }),
      { numRuns: 100 },
    );
  });

  it('tells the same story twice', () => {
    fc.assert(
      fc.property(story, (actions) => {
        const tell = (): string => {
          const venue = busyBench();
          const lines: string[] = [];
          venue.listen((event) =>
            lines.push(
              JSON.stringify(event, (key, value: unknown) =>
                key === 'clientOrderId' ? '' : typeof value === 'bigint' ? String(value) : value,
              ),
            ),
          );
          for (const step of actions) act(venue, step);
          return lines.join('\n');
        };
        expect(tell()).toBe(tell());
      }),
      { numRuns: 30 },
    );
  });
});

function apply(copy: Map<string, Decimal>, changes: readonly Level[]): void {
  for (const [levelPrice, quantity] of changes) {
    if (quantity.isZero()) copy.delete(levelPrice.toString());
    else copy.set(levelPrice.toString(), quantity);
  }
}

function flat(copy: ReadonlyMap<string, Decimal>): string[] {
  return [...copy].map(([key, quantity]) => `${key}x${quantity.toString()}`).sort();
}

function expectSound(venue: MatchingVenue, made: VenueOrder): void {
  const fills = venue.fills(made.accountUid, { orderId: made.orderId });
  const sum = fills.reduce((left, fill) => left.add(fill.quantity), Decimal.ZERO);
  const quote = fills.reduce((left, fill) => left.add(fill.quoteQuantity), Decimal.ZERO);
  expect([sum.toString(), quote.toString()]).toEqual([made.filled.toString(), made.filledQuote.toString()]);
  if (made.quantity !== null) {
    expect(made.filled.lte(made.quantity)).toBe(true);
    expect(made.filled.eq(made.quantity)).toBe(made.status === 'filled');
  } else if (made.quoteQuantity !== null) {
    expect(made.filledQuote.lte(made.quoteQuantity)).toBe(true);
  }
  for (const fill of fills) {
    if (made.price === null) continue;
    expect(made.side === 'BUY' ? fill.price.lte(made.price) : fill.price.gte(made.price)).toBe(true);
  }
  if (made.timeInForce === 'FOK') expect(['0', made.quantity?.toString()]).toContain(made.filled.toString());
}

function expectBookIsSum(venue: MatchingVenue, of: Side): void {
  const { bids, asks } = venue.book(EOS, 100);
  for (const [levelPrice, quantity] of of === 'BUY' ? bids : asks) {
    let sum = venue.house.levelQuantity(EOS, of, levelPrice);
    for (const { uid: owner } of venue.accounts) {
      for (const open of venue.openOrders(owner, EOS)) {
        if (open.side === of && open.price?.eq(levelPrice) === true) {
          sum = sum.add((open.quantity ?? Decimal.ZERO).sub(open.filled));
        }
      }
    }
    expect(quantity.toString()).toBe(sum.toString());
  }
}

/** When a maker is filled, no order that still rests after the step may have had a better claim. */
function expectFirstInLine(venue: MatchingVenue, event: Extract<VenueEvent, { type: 'order-filled' }>): void {
  const { order: maker } = event;
  const makerPrice = maker.price ?? Decimal.ZERO;
  for (const { uid: owner } of venue.accounts) {
    for (const open of venue.openOrders(owner, EOS)) {
      if (open.side !== maker.side || open.price === null || open.orderId === maker.orderId) continue;
      if (open.createdAt > maker.createdAt) continue;
      const better = maker.side === 'BUY' ? open.price.gt(makerPrice) : open.price.lt(makerPrice);
      const older = open.price.eq(makerPrice) && open.orderId < maker.orderId;
      expect(better || older).toBe(false);
    }
  }
}
