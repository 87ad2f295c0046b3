// The log of fills against the plain way - a map copied at every change, sums made anew each time - also where versions part and go on apart.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { FillLog } from '../../src/domain/fill-log.ts';
import type { FillReport } from '../../src/domain/order-report.ts';

type Plain = ReadonlyMap<string, FillReport>;

function plainPaid(fills: Plain): string | null {
  let latest: FillReport | null = null;
  for (const fill of fills.values()) {
    if (fill.feeAsset === null) continue;
    if (latest === null || fill.time > latest.time || (fill.time === latest.time && fill.tradeId > latest.tradeId))
      latest = fill;
  }
  if (latest === null) return null;
  let fee = Decimal.ZERO;
  for (const fill of fills.values())
    if (fill.feeAsset === latest.feeAsset && fill.fee !== null) fee = fee.add(fill.fee);
  return `${fee} ${latest.feeAsset}`;
}

const fillOf = (tradeId: number): fc.Arbitrary<FillReport> =>
  fc.record({
    tradeId: fc.constant(String(tradeId)),
    price: fc.constant(Decimal.ONE),
    quantity: fc.constant(Decimal.ONE),
    fee: fc.option(fc.integer({ min: -50, max: 50 }).map((value) => Decimal.from(value))),
    feeAsset: fc.constantFrom(null, 'BTC', 'BNB'),
    liquidity: fc.constant(null),
    time: fc.integer({ min: 1, max: 5 }),
  });

/** A version (counted from the newest) and the fill it is given. */
const step = fc.tuple(
  fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
  fc.nat({ max: 24 }).chain(fillOf),
);

test('says what a copied map says, of every version', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const versions: [FillLog, Plain][] = [[FillLog.EMPTY, new Map()]];
      for (const [back, fill] of steps) {
        const [log, plain] = versions.at(-1 - (back % versions.length))!;
        const next = log.get(fill.tradeId) === undefined ? log.add(fill) : log.replace(fill);
        versions.push([next, new Map(plain).set(fill.tradeId, fill)]);
      }
      for (const [log, plain] of versions) {
        expect(log.size).toBe(plain.size);
        expect(log.keys()).toEqual([...plain.keys()]);
        expect(log.values()).toEqual([...plain.values()]);
        for (let id = 0; id <= 24; id++) expect(log.get(String(id))).toBe(plain.get(String(id)));
        const paid = log.paid();
        expect(paid === null ? null : `${paid.fee} ${paid.asset}`).toBe(plainPaid(plain));
        expect(log.withoutFee).toBe([...plain.values()].filter(({ fee }) => fee === null).length);
      }
    }),
    { numRuns: 500 },
  );
});

test('made compact, it knows the same ids and sums, and takes what comes later', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 12 }).chain(fillOf), { maxLength: 30 }), fc.nat({ max: 30 }), (fills, cut) => {
      let log = FillLog.EMPTY;
      let compact = FillLog.EMPTY;
      for (const [index, fill] of fills.entries()) {
        if (index === cut) {
          compact = log.compact();
          for (const id of log.keys())
            expect(compact.get(id)).toBe(
              log.values().find(({ tradeId }) => tradeId === id)?.fee === null ? log.get(id) : 'complete',
            );
        }
        const known = log.get(fill.tradeId);
        // As merging does it: a fee that is known stays.
        if (known === undefined) [log, compact] = [log.add(fill), compact.add(fill)];
        else if (known !== 'complete' && known.fee === null)
          [log, compact] = [log.replace(fill), compact.replace(fill)];
        if (index < cut) compact = log;
        expect(compact.keys()).toEqual(log.keys());
        expect(`${compact.paid()?.fee} ${compact.paid()?.asset} ${compact.withoutFee}`).toBe(
          `${log.paid()?.fee} ${log.paid()?.asset} ${log.withoutFee}`,
        );
      }
    }),
    { numRuns: 500 },
  );
});
