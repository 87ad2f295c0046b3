// A double in the place of a decimal: only where nothing at all is lost by it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { exactNumber, exactText } from '../../src/domain/exact-number.ts';

/** Any decimal text of up to `most` significant digits, padded or not. */
const decimalText = (most: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** BigInt(most) - 1n }),
      fc.integer({ min: 0, max: 18 }),
      fc.integer({ min: 0, max: 10 }),
    )
    .map(([mantissa, scale, padding]) => {
      const digits = mantissa.toString().padStart(scale + 1, '0');
      const whole = digits.slice(0, digits.length - scale);
      return scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}${'0'.repeat(padding)}`;
    });

test('fifteen significant digits go into a double and come out again', () => {
  fc.assert(
    fc.property(decimalText(15), (text) => {
      const value = exactNumber(text);
      // Zeros at the end of a whole number are counted as digits: those may be declined, but never be wrong.
      if (!Number.isNaN(value)) {
        expect(value).toBe(Number(text));
        expect(exactText(value)).toBe(Decimal.from(text).toString());
      }
    }),
    { numRuns: 5_000 },
  );
});

test('with more digits than that, what is given is right or nothing', () => {
  fc.assert(
    fc.property(decimalText(19), (text) => {
      const value = exactNumber(text);
      if (!Number.isNaN(value)) expect(exactText(value)).toBe(Decimal.from(text).toString());
    }),
    { numRuns: 5_000 },
  );
});

test('two decimals that differ are two numbers, in the same order', () => {
  fc.assert(
    fc.property(decimalText(15), fc.integer({ min: -3, max: 3 }), (text, ulps) => {
      const one = Decimal.from(text);
      const other = one.add(Decimal.from(`${ulps}e-${one.decimals()}`));
      const value = exactNumber(text);
      const next = exactNumber(other.toString());
      if (!Number.isNaN(value) && !Number.isNaN(next)) expect(Math.sign(value - next)).toBe(Math.sign(one.cmp(other)));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['60000.01000000', 60_000.01],
  ['1234567890123.45000000', 1_234_567_890_123.45],
  ['0.00000850', 0.0000085],
  ['0.00000000', 0],
  ['999999999999999', 999_999_999_999_999],
  ['1e3', 1_000],
  ['1.', 1],
  ['.5', 0.5],
  ['-2.50', -2.5],
])('%s is %d', (text, value) => {
  expect(exactNumber(text)).toBe(value);
});

test.each([
  '',
  '.',
  'abc',
  '1.2.3',
  '0x10',
  ' 1',
  'NaN',
  'Infinity',
  '1000000000000001',
  '0.1234567890123456',
  '26.755973959140651643',
])('"%s" is none', (text) => {
  expect(exactNumber(text)).toBeNaN();
});

test('texts are plain, however small', () => {
  expect(exactText(0.0000085)).toBe('0.0000085');
  expect(exactText(1e-12)).toBe('0.000000000001');
  expect(exactText(0)).toBe('0');
  expect(exactText(-0)).toBe('0');
});
