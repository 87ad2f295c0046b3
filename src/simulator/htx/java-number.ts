// Market numbers as HTX prints them: unquoted, in the form of a Java double's text (htx.md section 13, point 6).

import type { Decimal } from '../../domain/decimal.ts';
import { RawNumber } from '../json-text.ts';

/** `4.74E-4`, `49500.0`, `5.06E8`: exponent form below 10^-3 and from 10^7 on, always with a fraction. */
export function javaDouble(value: Decimal): string {
  if (value.isZero()) return '0.0';
  const text = value.toString();
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const sign = negative ? '-' : '';
  if (whole !== '0' && whole.length >= 8) {
    const digits = (whole + fraction).replace(/0+$/, '');
    return `${sign}${digits[0] ?? '0'}.${digits.slice(1) || '0'}E${whole.length - 1}`;
  }
  if (whole === '0') {
    const first = fraction.search(/[1-9]/);
    if (first >= 3) {
      const digits = fraction.slice(first);
      return `${sign}${digits[0] ?? '0'}.${digits.slice(1) || '0'}E-${first + 1}`;
    }
  }
  return `${sign}${whole}.${fraction || '0'}`;
}

export function marketNumber(value: Decimal): RawNumber {
  return new RawNumber(javaDouble(value));
}
