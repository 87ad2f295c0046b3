// Whole numbers as ASCII digits straight into memory, two at a time: no text is made on the way.

/** Only numbers below this one: they fit 31 bits, which are quick. */
export const DIGITS_BELOW = 1e9;

const ZERO = 48;
/** Both digits of each number below 100, as they stand in memory. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, pair) => ((ZERO + (pair % 10)) << 8) | (ZERO + Math.floor(pair / 10)),
);

/** How many digits a whole number below DIGITS_BELOW has. */
export function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}

/**
 * Writes the last `length` digits of a whole number from 0 to below DIGITS_BELOW; zeros stand before one that has fewer.
 * @returns the byte after them
 */
export function writeDigits(view: DataView, at: number, value: number, length: number): number {
  let rest = value | 0;
  let index = at + length;
  while (index >= at + 2) {
    const hundredth = (rest / 100) | 0;
    index -= 2;
    view.setUint16(index, PAIRS[rest - hundredth * 100] ?? 0, true);
    rest = hundredth;
  }
  if (index > at) view.setUint8(at, ZERO + (rest % 10));
  return at + length;
}
