// The local book against the plainest book there is: a map that is sorted whenever somebody looks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { LocalBook } from '../../src/market/local-book.ts';

class PlainBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();

  apply(side: Map<string, string>, changes: readonly (readonly [string, string])[]): void {
    for (const [price, quantity] of changes) {
      const key = Decimal.from(price).toString();
      if (Decimal.from(quantity).isZero()) side.delete(key);
      else side.set(key, Decimal.from(quantity).toString());
    }
  }

  sorted(side: Map<string, string>, descending: boolean): [string, string][] {
    return [...side].sort(([a], [b]) => Decimal.from(a).cmp(Decimal.from(b)) * (descending ? -1 : 1));
  }
}

const level = fc.tuple(
  fc.integer({ min: 1, max: 60 }).chain((ticks) => fc.constantFrom((ticks / 100).toFixed(2), (ticks / 100).toFixed(8))),
  fc.integer({ min: 0, max: 3 }).map((quantity) => quantity.toFixed(8)),
);
const changes = fc.array(level, { maxLength: 12 });

test('any sequence of changes leaves the same levels in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(changes, changes), { maxLength: 20 }), (updates) => {
      const book = new LocalBook();
      const truth = new PlainBook();
      for (const [bids, asks] of updates) {
        book.apply(bids, asks);
        truth.apply(truth.bids, bids);
        truth.apply(truth.asks, asks);
        const top = book.top(1_000);
        expect(top.bids).toEqual(truth.sorted(truth.bids, true));
        expect(top.asks).toEqual(truth.sorted(truth.asks, false));
        expect(book.size).toEqual({ bids: truth.bids.size, asks: truth.asks.size });
        expect(book.bestBid).toEqual(top.bids[0] ?? null);
        expect(book.bestAsk).toEqual(top.asks[0] ?? null);
      }
    }),
    { numRuns: 200 },
  );
});

test('prices that a double cannot tell apart are different levels', () => {
  const book = new LocalBook();
  book.apply(
    [
      ['9007199254740993', '1'],
      ['9007199254740992', '2'],
      ['9007199254740993.0', '3'],
    ],
    [],
  );
  expect(book.top(5).bids).toEqual([
    ['9007199254740993', '3'],
    ['9007199254740992', '2'],
  ]);
});

test('a snapshot replaces everything, and levels lose their padding', () => {
  const book = new LocalBook();
  book.apply([['1', '1']], [['2', '1']]);
  book.load(
    [
      ['60000.00000000', '1.20000000'],
      ['59999.50000000', '0.10000000'],
    ],
    [['60000.01000000', '0.80000000']],
  );
  expect(book.top(1)).toEqual({ bids: [['60000', '1.2']], asks: [['60000.01', '0.8']] });
  book.clear();
  expect(book.bestBid).toBeNull();
});
