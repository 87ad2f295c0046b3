// Our decimals against decimal.js, operation by operation, over everyday amounts and far beyond what a double can hold.
import fc from 'fast-check';
import { Decimal as Oracle } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { Decimal, type Rounding } from '../../src/domain/decimal.ts';

const Exact = Oracle.clone({ precision: 400, toExpNeg: -1_000, toExpPos: 1_000 });

const digits = (most: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most }).map((list) => list.join(''));

/** Plain decimals: short ones as prices are, and long ones that leave the fast path. */
const text = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(digits(6), digits(30)),
    fc.oneof(
      fc.constant(''),
      digits(8).map((d) => `.${d}`),
      digits(30).map((d) => `.${d}`),
    ),
  )
  .map((parts) => parts.join(''));

const number = text.map((value) => [Decimal.from(value), new Exact(value)] as const);
const memory = Buffer.alloc(40, '!');
const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
const same = (ours: Decimal, theirs: Oracle): void => {
  const expected = theirs.toFixed().replace(/^-0$/, '0');
  expect(ours.toString()).toBe(expected);
  const end = ours.write(view, 7);
  if (end >= 0) expect(memory.toString('latin1', 7, end)).toBe(expected);
};

describe('Decimal', () => {
  it('ccxt PR#30339, A10: reads and prints without losing or adding a digit', () => {
    fc.assert(fc.property(number, ([ours, theirs]) => same(ours, theirs)));
    expect(Decimal.from('0.12345678901234567890').toString()).toBe('0.1234567890123456789');
    expect(Decimal.from('100').toString()).toBe('100');
    expect(Decimal.from('-0').toString()).toBe('0');
    expect(Decimal.from('1e-8').toString()).toBe('0.00000001');
    expect(Decimal.from(1e21).toString()).toBe('1000000000000000000000');
    expect(Decimal.from(0.1).add(Decimal.from(0.2)).toString()).toBe('0.3');
  });

  it('is written as bytes as it is as text, and read from bytes as from text', () => {
    for (const [plain, ours] of [
      ['0', Decimal.ZERO],
      ['-0.5', Decimal.from('-0.50')],
      ['100', Decimal.from('100')],
      ['999999999.999999', Decimal.from('999999999.999999')],
      ['0.00000001', Decimal.from('0.1').mul(Decimal.from('0.0000001'))],
      ['3', Decimal.from('0.75').mul(Decimal.from('4'))],
    ] as const)
      expect(memory.toString('latin1', 0, ours.write(view, 0))).toBe(plain);
    // What is not of everyday size is left to the text.
    for (const long of ['1000000000', '0.0000000001', '12345678901234567890'])
      expect(Decimal.from(long).write(view, 0)).toBe(-1);
    let read = 0;
    fc.assert(
      fc.property(text, fc.constantFrom('"', ',', '', '"1'), (value, after) => {
        const bytes = Buffer.from(`x${value}${after}`);
        const scanned = Decimal.scan(bytes, 1);
        if (scanned === null) return;
        read++;
        expect(scanned.toString()).toBe(Decimal.from(value).toString());
        expect(Decimal.scanned).toBe(1 + value.length);
      }),
    );
    expect(read).toBeGreaterThan(20);
    for (const wrong of ['', '-', '"', 'e5', '1234567890123456'])
      expect(Decimal.scan(Buffer.from(wrong), 0)).toBeNull();
    // A second point does not belong to it: whoever scans sees what comes after.
    expect([Decimal.scan(Buffer.from('1.2.3'), 0)?.toString(), Decimal.scanned]).toEqual(['1.2', 3]);
  });

  it('refuses what is no number', () => {
    for (const wrong of ['', '.', '-', '1.2.3', 'abc', ' 1', '1 ', '0x10', '1e', 'NaN', 'Infinity', '--1', '1_000']) {
      expect([wrong, Decimal.tryFrom(wrong)]).toEqual([wrong, null]);
    }
    for (const wrong of [Number.NaN, Infinity, -Infinity]) expect(Decimal.tryFrom(wrong)).toBeNull();
    expect(() => Decimal.from('abc')).toThrow('not a decimal number: "abc"');
  });

  it('adds, subtracts and multiplies exactly', () => {
    fc.assert(
      fc.property(number, number, ([a, x], [b, y]) => {
        same(a.add(b), x.add(y));
        same(a.sub(b), x.sub(y));
        same(a.mul(b), x.mul(y));
      }),
    );
  });

  it('divides exactly what comes out even, short or long', () => {
    const short = fc
      .tuple(fc.constantFrom('', '-'), digits(5), digits(4))
      .map(([sign, whole, rest]) => `${sign}${whole}.${rest}`);
    fc.assert(
      fc.property(short, fc.oneof(short, text), fc.nat({ max: 18 }), (price, quantity, scale) => {
        const divisor = Decimal.from(quantity);
        fc.pre(!divisor.isZero());
        const value = Decimal.from(price).mul(divisor);
        const theirs = new Exact(value.toString())
          .div(new Exact(quantity))
          .toDecimalPlaces(scale, Oracle.ROUND_HALF_EVEN);
        same(value.div(divisor, scale), theirs);
      }),
      { numRuns: 2_000 },
    );
  });

  it('divides with the rounding it is told', () => {
    const roundings: readonly (readonly [Rounding, Oracle.Rounding])[] = [
      ['down', Oracle.ROUND_DOWN],
      ['up', Oracle.ROUND_UP],
      ['half-even', Oracle.ROUND_HALF_EVEN],
    ];
    fc.assert(
      fc.property(
        number,
        number,
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom(...roundings),
        ([a, x], [b, y], scale, [ours, theirs]) => {
          fc.pre(!y.isZero());
          same(a.div(b, scale, ours), x.div(y).toDecimalPlaces(scale, theirs));
        },
      ),
    );
    expect(() => Decimal.ONE.div(Decimal.ZERO, 2)).toThrow('division by zero');
  });

  it('compares as numbers do', () => {
    fc.assert(
      fc.property(number, number, ([a, x], [b, y]) => {
        expect(Math.sign(a.cmp(b))).toBe(x.cmp(y));
        expect(a.eq(b)).toBe(x.eq(y));
        expect(a.sign()).toBe(x.isZero() ? 0 : x.isNegative() ? -1 : 1);
        same(a.neg(), x.neg());
        same(a.abs(), x.abs());
        same(Decimal.min(a, b), Exact.min(x, y));
        same(Decimal.max(a, b), Exact.max(x, y));
      }),
    );
    expect(Decimal.from('1.0').eq(Decimal.from('1'))).toBe(true);
  });

  it('finds the nearest multiples of a step', () => {
    const step = fc.constantFrom('1', '0.1', '0.001', '0.00000001', '5', '0.25', '100');
    fc.assert(
      fc.property(number, step, ([a, x], by) => {
        const ours = Decimal.from(by);
        const theirs = new Exact(by);
        same(a.toStep(ours, 'down'), x.div(theirs).floor().mul(theirs));
        same(a.toStep(ours, 'up'), x.div(theirs).ceil().mul(theirs));
        expect(a.isMultipleOf(ours)).toBe(x.div(theirs).isInteger());
      }),
    );
  });

  it('prints fixed decimals and counts them', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 0, max: 40 }), ([a, x], scale) => {
        expect(a.decimals()).toBe(x.decimalPlaces());
        expect(a.toFixed(scale).replace(/^-(0(\.0*)?)$/, '$1')).toBe(
          x.toFixed(scale, Oracle.ROUND_DOWN).replace(/^-(0(\.0*)?)$/, '$1'),
        );
      }),
    );
    expect(JSON.stringify({ price: Decimal.from('0.10') })).toBe('{"price":"0.1"}');
  });
});
