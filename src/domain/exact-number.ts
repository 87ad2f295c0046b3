// Decimals that a double holds exactly: those of at most fifteen significant digits. Two that differ are two doubles, in the same order, and the
// shortest text of the double is the decimal again (IEEE 754), so within that bound a double is as good a key as the text. Sums are Decimal's part.

import { Decimal } from './decimal.ts';

/** Mantissas below it have at most fifteen digits. */
export const EXACT_BELOW = 1e15;
export const POWERS_OF_TEN: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

const SHORT = 16;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** Below it, a double's own text has an exponent. */
const PLAIN_FROM = 1e-6;

/** The double of a decimal text, when it is that decimal exactly; NaN when it is not, or when the text is no decimal. */
export function exactNumber(text: string): number {
  if (text.length <= SHORT) {
    let mantissa = 0;
    let point = -1;
    let place = 0;
    for (; place < text.length; place++) {
      const code = text.charCodeAt(place);
      if (code >= ZERO && code <= NINE) mantissa = mantissa * 10 + (code - ZERO);
      else if (code === DOT && point < 0) point = place;
      else break;
    }
    const decimals = point < 0 ? 0 : place - point - 1;
    // One division of exact numbers: the nearest double, as Number(text) would be.
    if (place === text.length && mantissa < EXACT_BELOW && place > (point < 0 ? 0 : 1))
      return mantissa / (POWERS_OF_TEN[decimals] ?? NaN);
  }
  const plain = Decimal.tryFrom(text)?.toString() ?? '';
  const digits = plain.replace(/^-?0*\.?0*|\./g, '');
  return plain === '' || digits.length >= SHORT ? NaN : Number(plain);
}

/** The decimal in plain notation, without padding. */
export function exactText(value: number): string {
  return Math.abs(value) >= PLAIN_FROM ? String(value) : Decimal.from(value).toString();
}
