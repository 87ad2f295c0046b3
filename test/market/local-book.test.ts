// The local book against the plainest book there is: a map that is sorted whenever somebody looks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { exactNumber } from '../../src/domain/exact-number.ts';
import { LocalBook } from '../../src/market/local-book.ts';
import { seededRandom } from '../../src/runtime/random.ts';

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
        expect(book.top(1)).toEqual({ bids: top.bids.slice(0, 1), asks: top.asks.slice(0, 1) });
      }
    }),
    { numRuns: 200 },
  );
});

/** Prices of which many share a double, among short ones; quantities with more digits than a double holds. */
const longLevel = fc.tuple(
  fc.constantFrom(
    '60000.01',
    '60000.0100',
    '60000.010000000000001',
    '60000.010000000000002',
    '60000.02',
    '9007199254740993',
    '9007199254740992',
    '9007199254740993.0',
    '1',
    '0.3',
    '0.30000000000000004',
    '0.1e1',
  ),
  fc.constantFrom('0', '0.000', '0e5', '1', '0.5', '26.755973959140651643', '123456789012345678'),
);

test.each([
  ['as texts', (side: readonly (readonly [string, string])[]) => side],
  [
    'as exact numbers, where they are',
    (side: readonly (readonly [string, string])[]) => {
      const numbers = side.flat().map(exactNumber);
      return numbers.some(Number.isNaN) ? side : numbers;
    },
  ],
])('any mixture of long and short levels is kept to the last digit: %s', (_how, form) => {
  const someLevels = fc.array(fc.oneof(level, longLevel), { maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(someLevels, someLevels, fc.integer({ max: 9, min: 0 })), { maxLength: 30 }),
      (updates) => {
        const book = new LocalBook();
        const truth = new PlainBook();
        for (const [bids, asks, chance] of updates) {
          if (chance === 0) {
            truth.bids.clear();
            truth.asks.clear();
          }
          truth.apply(truth.bids, bids);
          truth.apply(truth.asks, asks);
          if (chance === 0) book.load(truth.sorted(truth.bids, true), truth.sorted(truth.asks, false));
          else book.apply(form(bids), form(asks));
          expect(book.top(1_000)).toEqual({
            bids: truth.sorted(truth.bids, true),
            asks: truth.sorted(truth.asks, false),
          });
          expect(book.size).toEqual({ bids: truth.bids.size, asks: truth.asks.size });
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('thousands of levels that come and go: places are given up and taken again, the best are right all the time', () => {
  const book = new LocalBook();
  const truth = new PlainBook();
  const random = seededRandom('levels');
  for (let step = 0; step < 4_000; step++) {
    // The market drifts: levels are left behind.
    const price = String(1_000 + Math.floor(step / 20) + random.int(400));
    const change = [[price, String(random.int(3))]] as const;
    book.apply([], change);
    truth.apply(truth.asks, change);
    if (step % 50 !== 0) continue;
    const wanted = truth.sorted(truth.asks, false);
    expect(book.size.asks).toBe(wanted.length);
    expect(book.top(10_000).asks).toEqual(wanted);
  }
  for (const [price] of truth.sorted(truth.asks, false)) book.apply([], [[price, '0']]);
  expect(book.top(1).asks).toEqual([]);
  expect(book.size.asks).toBe(0);
});

test('what is no number is no level', () => {
  const book = new LocalBook();
  book.apply(
    [
      ['abc', '1'],
      ['1', 'NaN'],
      ['', ''],
      ['2', '3'],
    ],
    [],
  );
  expect(book.top(5).bids).toEqual([['2', '3']]);
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
  expect(book.top(1).bids).toEqual([]);
});

const ladder = (from: number, to: number): [string, string][] =>
  Array.from({ length: to - from }, (_, index) => [String(1_000 - from - index), '1']);

test('beyond a snapshot that holds part of a side nothing is known, so nothing is shown', () => {
  const book = new LocalBook();
  book.load(ladder(0, 4), [['1001', '1']], { askedLevels: 4 });
  book.apply([['990', '7']], [['1100', '7']]);
  expect(book.top(10)).toEqual({
    bids: ladder(0, 4),
    asks: [
      ['1001', '1'],
      ['1100', '7'],
    ],
  });
  book.apply(pairsOfZero(0, 2), []);
  expect([book.isThin, book.isSpent]).toEqual([false, false]);
  book.apply(pairsOfZero(2, 3), []);
  expect([book.isThin, book.isSpent]).toEqual([true, false]);
  book.apply(pairsOfZero(3, 4), []);
  expect([book.isThin, book.isSpent]).toEqual([true, true]);
  expect(book.top(1).bids).toEqual([]);
  book.load(ladder(2, 5), [], { askedLevels: 4 });
  book.apply(pairsOfZero(2, 5), []);
  expect([book.isThin, book.isSpent]).toEqual([false, false]);
});

function pairsOfZero(from: number, to: number): [string, string][] {
  return ladder(from, to).map(([price]) => [price, '0']);
}

test.each([
  ['short', ''],
  ['long', '.00000000000000000001'],
])('levels that fall out of those a stream follows are given up (%s prices)', (_kind, end) => {
  const long = (levels: [string, string][]): [string, string][] =>
    levels.map(([price, quantity]) => [price + end, quantity]);
  const book = new LocalBook();
  book.load(long(ladder(10, 15)), [], { followedLevels: 5 });
  // A hole among the levels that stay.
  book.apply(long(pairsOfZero(12, 13)), []);
  book.apply(long(ladder(7, 10)), []);
  expect(book.size.bids).toBe(5);
  expect(book.top(10).bids).toEqual(long([...ladder(7, 12)]));
  // Two of the best go, and nobody says anything of those that fell out.
  book.apply(long(pairsOfZero(7, 9)), []);
  expect(book.top(10).bids).toEqual(long(ladder(9, 12)));
  book.apply(long(ladder(12, 14)), []);
  expect(book.top(10).bids).toEqual(long(ladder(9, 14)));
});
