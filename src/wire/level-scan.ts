// Reads lists of book levels - [["60000.01","0.5"],…] - straight from a frame's bytes into exact numbers: no text is made on the way.
// It knows the plain form that exchanges send and declines everything else; whoever calls it then parses the frame as ever.

import { EXACT_BELOW, exactNumber, POWERS_OF_TEN } from '../domain/exact-number.ts';
import { startsWith, textEnd } from './row-scan.ts';

/** Returned instead of a position; no byte is there, so reading on declines again. */
export const DECLINED = -1;

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
/** Digits that certainly fit 31 bits: integers are quicker than doubles here. */
const SHORT_DIGITS = 9;

/** The byte after `expected`, which must stand at `at`. */
export function passBytes(bytes: Buffer, at: number, expected: Buffer): number {
  return startsWith(bytes, at, expected) ? at + expected.length : DECLINED;
}

/** Appends the whole number at `at`: not negative, and small enough to be exact. */
export function scanInteger(bytes: Buffer, at: number, into: number[]): number {
  let place = at;
  let value = 0;
  let digit = (bytes[place] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = (bytes[++place] ?? 0) - ZERO;
  }
  // JSON has no leading zeros.
  if (place === at || value >= EXACT_BELOW || (bytes[at] === ZERO && place > at + 1)) return DECLINED;
  into.push(value);
  return place;
}

/**
 * Appends price and quantity of each level of the list at `at`; further texts of a level are passed over.
 * @returns the byte after the list, or DECLINED: then `into` is of no use
 */
export function scanLevels(bytes: Buffer, at: number, into: number[]): number {
  if (bytes[at] !== OPEN_LIST) return DECLINED;
  let place = at + 1;
  if (bytes[place] === CLOSE_LIST) return place + 1;
  for (;;) {
    if (bytes[place] !== OPEN_LIST) return DECLINED;
    place = scanDecimal(bytes, place + 1, into);
    if (bytes[place] !== COMMA) return DECLINED;
    place = scanDecimal(bytes, place + 1, into);
    while (bytes[place] === COMMA) place = bytes[place + 1] === QUOTE ? textEnd(bytes, place + 2) : DECLINED;
    if (bytes[place] !== CLOSE_LIST) return DECLINED;
    const next = bytes[place + 1];
    place += 2;
    if (next === CLOSE_LIST) return place;
    if (next !== COMMA) return DECLINED;
  }
}

/** Appends the number of a text of digits, perhaps with a point among them. */
function scanDecimal(bytes: Buffer, at: number, into: number[]): number {
  if (bytes[at] !== QUOTE) return DECLINED;
  const first = at + 1;
  let place = first;
  let whole = 0;
  let fraction = 0;
  let decimals = 0;
  let digit = (bytes[place] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9) {
    whole = (Math.imul(whole, 10) + digit) | 0;
    digit = (bytes[++place] ?? 0) - ZERO;
  }
  const wholes = place - first;
  if (bytes[place] === DOT) {
    const point = place;
    digit = (bytes[++place] ?? 0) - ZERO;
    while (digit >= 0 && digit <= 9) {
      fraction = (Math.imul(fraction, 10) + digit) | 0;
      digit = (bytes[++place] ?? 0) - ZERO;
    }
    decimals = place - point - 1;
  }
  if (bytes[place] !== QUOTE || wholes === 0) return DECLINED;
  if (wholes <= SHORT_DIGITS && decimals <= SHORT_DIGITS) {
    const power = POWERS_OF_TEN[decimals] ?? NaN;
    const mantissa = whole * power + fraction;
    if (mantissa < EXACT_BELOW) {
      // One division of exact numbers: the nearest double, as Number of the text would be.
      into.push(mantissa / power);
      return place + 1;
    }
  }
  const value = exactNumber(bytes.toString('latin1', first, place));
  if (Number.isNaN(value)) return DECLINED;
  into.push(value);
  return place + 1;
}
