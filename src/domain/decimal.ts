// Exact decimal numbers for prices, quantities and money: an integer mantissa and a scale, value = mantissa / 10^scale.
// The mantissa is a safe integer Number while it fits and a BigInt beyond, so everyday amounts cost nanoseconds and nothing ever rounds.
import { DIGITS_BELOW, digitCount, writeDigits } from './digits.ts';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const POW10: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** i);
/** So many digits always fit 31 bits. */
const INT_DIGITS = 9;
/** ... and so many a safe integer. */
const SAFE_DIGITS = 15;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
/** How many decimals are tried before a division goes the long way. */
const EXACT_DECIMALS = 4;
const ZEROS: readonly string[] = Array.from({ length: 16 }, (_, count) => '0'.repeat(count));
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

export type DecimalInput = Decimal | string | number | bigint;
export type Rounding = 'down' | 'up' | 'half-even';

const BIG_POW10: readonly bigint[] = Array.from({ length: 64 }, (_, i) => 10n ** BigInt(i));

function pow10(n: number): bigint {
  return BIG_POW10[n] ?? 10n ** BigInt(n);
}

export class Decimal {
  static readonly ZERO = new Decimal(0, null, 0);
  static readonly ONE = new Decimal(1, null, 0);

  /** Mantissa when it is a safe integer; meaningless when `big` is set. */
  private readonly small: number;
  private readonly big: bigint | null;
  private readonly scale: number;
  private text: string | null = null;

  private constructor(small: number, big: bigint | null, scale: number) {
    this.small = small;
    this.big = big;
    this.scale = scale;
  }

  private static fromBig(mantissa: bigint, scale: number): Decimal {
    if (mantissa <= 9007199254740991n && mantissa >= -9007199254740991n)
      return new Decimal(Number(mantissa), null, scale);
    return new Decimal(0, mantissa, scale);
  }

  /** Reads a plain or exponent decimal; numbers go through their shortest text (0.1 is 0.1). Throws RangeError on anything else. */
  static from(input: DecimalInput): Decimal {
    const value = Decimal.tryFrom(input);
    if (value === null) throw new RangeError(`not a decimal number: ${JSON.stringify(String(input))}`);
    return value;
  }

  /** As `from`, but null instead of throwing. NaN, infinities and empty strings are null. */
  static tryFrom(input: DecimalInput): Decimal | null {
    if (input instanceof Decimal) return input;
    if (typeof input === 'bigint') return Decimal.fromBig(input, 0);
    if (typeof input === 'string') return Decimal.parse(input);
    return Number.isFinite(input) ? Decimal.parse(String(input)) : null;
  }

  private static parse(text: string): Decimal | null {
    const length = text.length;
    if (length <= 16) {
      // The everyday case by hand: at most 15 digits, no exponent. As scan.
      let mantissa = 0;
      let scale = -1;
      let digits = 0;
      let zeros = 0;
      let index = 0;
      const isNegative = length > 0 && text.charCodeAt(0) === 45;
      if (isNegative) index = 1;
      for (; index < length; index++) {
        const digit = text.charCodeAt(index) - 48;
        if (digit === 0 && scale >= 0) zeros++;
        else if (digit >= 0 && digit <= 9) {
          mantissa = zeros === 0 ? mantissa * 10 + digit : mantissa * POW10[zeros + 1]! + digit;
          if (scale >= 0) scale += zeros + 1;
          zeros = 0;
        } else if (digit === -2 && scale < 0) {
          scale = 0;
          continue;
        } else break;
        digits++;
      }
      if (index === length && digits > 0 && digits <= 15)
        return new Decimal(isNegative && mantissa !== 0 ? -mantissa : mantissa, null, scale < 0 ? 0 : scale);
    }
    const match = PATTERN.exec(text);
    if (match === null) return null;
    const [, sign = '', whole = '', fraction = '', exponent] = match;
    if (whole === '' && fraction === '') return null;
    let mantissa = BigInt(whole + fraction || '0');
    if (sign === '-') mantissa = -mantissa;
    let scale = fraction.length - (exponent === undefined ? 0 : Number(exponent));
    if (scale < 0) {
      mantissa *= pow10(-scale);
      scale = 0;
    }
    return Decimal.fromBig(mantissa, scale);
  }

  /** The byte after the decimal that `scan` read last. */
  static scanned = 0;

  /**
   * Reads the plain decimal that begins at `at`, up to the first byte that does not belong to it; null when none does, or when it has more than
   * 15 digits, or nine on one side of the point. For frames that are read from their bytes: no text is made.
   */
  static scan(bytes: Uint8Array, at: number): Decimal | null {
    const isNegative = bytes[at] === MINUS;
    const first = isNegative ? at + 1 : at;
    let index = first;
    // In two parts, each of them an integer of 31 bits: doubles are slower.
    let whole = 0;
    let digit = (bytes[index] ?? 0) - ZERO;
    while (digit >= 0 && digit <= 9) {
      whole = (Math.imul(whole, 10) + digit) | 0;
      digit = (bytes[++index] ?? 0) - ZERO;
    }
    const wholeDigits = index - first;
    let fraction = 0;
    let scale = 0;
    if (digit === DOT - ZERO) {
      const point = ++index;
      digit = (bytes[index] ?? 0) - ZERO;
      while (digit >= 0 && digit <= 9) {
        fraction = (Math.imul(fraction, 10) + digit) | 0;
        digit = (bytes[++index] ?? 0) - ZERO;
      }
      scale = index - point;
    }
    if (wholeDigits + scale === 0 || wholeDigits > INT_DIGITS || scale > INT_DIGITS) return null;
    Decimal.scanned = index;
    // Zeros at the end say nothing, and small numbers are quicker.
    if (fraction === 0) scale = 0;
    else {
      for (let tenth = (fraction / 10) | 0; tenth * 10 === fraction; tenth = (fraction / 10) | 0) {
        fraction = tenth;
        scale--;
      }
    }
    if (wholeDigits + scale > SAFE_DIGITS) return null;
    const mantissa = whole * POW10[scale]! + fraction;
    if (mantissa === 0) return Decimal.ZERO;
    return new Decimal(isNegative ? -mantissa : mantissa, null, scale);
  }

  private mantissa(): bigint {
    return this.big ?? BigInt(this.small);
  }

  /** The mantissas of both at one common scale, as BigInts. */
  private aligned(other: Decimal): readonly [bigint, bigint, number] {
    const scale = Math.max(this.scale, other.scale);
    const a = this.scale === scale ? this.mantissa() : this.mantissa() * pow10(scale - this.scale);
    const b = other.scale === scale ? other.mantissa() : other.mantissa() * pow10(scale - other.scale);
    return [a, b, scale];
  }

  add(other: Decimal): Decimal {
    if (this.big === null && other.big === null) {
      const gap = this.scale - other.scale;
      if (gap === 0) {
        const sum = this.small + other.small;
        if (sum <= MAX_SAFE && sum >= -MAX_SAFE) return new Decimal(sum, null, this.scale);
      } else if (gap > 0 && gap < 16) {
        const b = other.small * POW10[gap]!;
        const sum = this.small + b;
        if (b <= MAX_SAFE && b >= -MAX_SAFE && sum <= MAX_SAFE && sum >= -MAX_SAFE)
          return new Decimal(sum, null, this.scale);
      } else if (gap < 0 && gap > -16) {
        const a = this.small * POW10[-gap]!;
        const sum = a + other.small;
        if (a <= MAX_SAFE && a >= -MAX_SAFE && sum <= MAX_SAFE && sum >= -MAX_SAFE)
          return new Decimal(sum, null, other.scale);
      }
    }
    const [a, b, scale] = this.aligned(other);
    return Decimal.fromBig(a + b, scale);
  }

  sub(other: Decimal): Decimal {
    if (this.big === null && other.big === null) {
      const gap = this.scale - other.scale;
      if (gap === 0) {
        const difference = this.small - other.small;
        if (difference <= MAX_SAFE && difference >= -MAX_SAFE) return new Decimal(difference, null, this.scale);
      } else if (gap > 0 && gap < 16) {
        const b = other.small * POW10[gap]!;
        const difference = this.small - b;
        if (b <= MAX_SAFE && b >= -MAX_SAFE && difference <= MAX_SAFE && difference >= -MAX_SAFE)
          return new Decimal(difference, null, this.scale);
      } else if (gap < 0 && gap > -16) {
        const a = this.small * POW10[-gap]!;
        const difference = a - other.small;
        if (a <= MAX_SAFE && a >= -MAX_SAFE && difference <= MAX_SAFE && difference >= -MAX_SAFE)
          return new Decimal(difference, null, other.scale);
      }
    }
    const [a, b, scale] = this.aligned(other);
    return Decimal.fromBig(a - b, scale);
  }

  mul(other: Decimal): Decimal {
    if (this.big === null && other.big === null) {
      const product = this.small * other.small;
      if (product <= MAX_SAFE && product >= -MAX_SAFE)
        return new Decimal(product === 0 ? 0 : product, null, this.scale + other.scale);
    }
    return Decimal.fromBig(this.mantissa() * other.mantissa(), this.scale + other.scale);
  }

  /** The quotient with at most `scale` decimals, rounded as told. Throws RangeError on division by zero. */
  div(other: Decimal, scale: number, rounding: Rounding = 'half-even'): Decimal {
    const exact = this.exactQuotient(other, scale);
    if (exact !== null) return exact;
    const divisor = other.mantissa();
    if (divisor === 0n) throw new RangeError('division by zero');
    let numerator = this.mantissa();
    let denominator = divisor;
    const shift = scale + other.scale - this.scale;
    if (shift >= 0) numerator *= pow10(shift);
    else denominator *= pow10(-shift);
    if (denominator < 0n) {
      numerator = -numerator;
      denominator = -denominator;
    }
    let quotient = numerator / denominator;
    const remainder = numerator % denominator;
    if (remainder !== 0n && rounding !== 'down') {
      const away = numerator < 0n ? -1n : 1n;
      const twice = (remainder < 0n ? -remainder : remainder) * 2n;
      if (rounding === 'up' || twice > denominator || (twice === denominator && quotient % 2n !== 0n)) quotient += away;
    }
    return Decimal.fromBig(quotient, scale);
  }

  /** Averages mostly come out even after a few decimals: then no BigInt is needed. Null when not, or when it is not that simple. */
  private exactQuotient(other: Decimal, scale: number): Decimal | null {
    if (this.big !== null || other.big !== null || other.small === 0) return null;
    let numerator = this.small;
    for (let more = 0; more <= EXACT_DECIMALS; more++, numerator *= 10) {
      if (numerator > MAX_SAFE || numerator < -MAX_SAFE) return null;
      const result = this.scale + more - other.scale;
      if (numerator % other.small !== 0 || result < 0) continue;
      const quotient = numerator / other.small;
      return result <= scale ? new Decimal(quotient === 0 ? 0 : quotient, null, result) : null;
    }
    return null;
  }

  neg(): Decimal {
    if (this.big !== null) return Decimal.fromBig(-this.big, this.scale);
    return this.small === 0 ? this : new Decimal(-this.small, null, this.scale);
  }

  abs(): Decimal {
    return this.sign() < 0 ? this.neg() : this;
  }

  /** -1, 0 or 1. */
  sign(): -1 | 0 | 1 {
    if (this.big !== null) return this.big < 0n ? -1 : 1;
    return this.small === 0 ? 0 : this.small < 0 ? -1 : 1;
  }

  isZero(): boolean {
    return this.big === null && this.small === 0;
  }

  isPositive(): boolean {
    return this.sign() > 0;
  }

  /** Negative, zero or positive as this is less than, equal to or greater than `other`. */
  cmp(other: Decimal): number {
    if (this.big === null && other.big === null) {
      const gap = this.scale - other.scale;
      if (gap === 0) return this.small - other.small;
      if (gap > 0 && gap < 16) {
        const b = other.small * POW10[gap]!;
        if (b <= MAX_SAFE && b >= -MAX_SAFE) return this.small - b;
      } else if (gap < 0 && gap > -16) {
        const a = this.small * POW10[-gap]!;
        if (a <= MAX_SAFE && a >= -MAX_SAFE) return a - other.small;
      }
    }
    const [a, b] = this.aligned(other);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  eq(other: Decimal): boolean {
    return this.cmp(other) === 0;
  }
  lt(other: Decimal): boolean {
    return this.cmp(other) < 0;
  }
  lte(other: Decimal): boolean {
    return this.cmp(other) <= 0;
  }
  gt(other: Decimal): boolean {
    return this.cmp(other) > 0;
  }
  gte(other: Decimal): boolean {
    return this.cmp(other) >= 0;
  }

  static min(a: Decimal, b: Decimal): Decimal {
    return a.cmp(b) <= 0 ? a : b;
  }
  static max(a: Decimal, b: Decimal): Decimal {
    return a.cmp(b) >= 0 ? a : b;
  }

  /** Whether this is a whole multiple of `step` (a zero step allows everything). */
  isMultipleOf(step: Decimal): boolean {
    if (step.isZero()) return true;
    if (this.big === null && step.big === null) {
      const gap = this.scale - step.scale;
      const one = gap >= 0 ? this.small : this.small * (POW10[-gap] ?? Infinity);
      const other = gap <= 0 ? step.small : step.small * (POW10[gap] ?? Infinity);
      if (one <= MAX_SAFE && one >= -MAX_SAFE && other <= MAX_SAFE && other >= -MAX_SAFE) return one % other === 0;
    }
    const [a, b] = this.aligned(step);
    return a % b === 0n;
  }

  /** The nearest multiple of a positive `step` at or below (`down`) or at or above (`up`) this value. */
  toStep(step: Decimal, rounding: 'down' | 'up'): Decimal {
    if (step.isZero()) return this;
    const [a, b, scale] = this.aligned(step);
    let units = a / b;
    const rest = a % b;
    if (rest < 0n && rounding === 'down') units -= 1n;
    if (rest > 0n && rounding === 'up') units += 1n;
    return Decimal.fromBig(units * b, scale);
  }

  /** Number of decimals after trailing zeros are dropped. */
  decimals(): number {
    const text = this.toString();
    const dot = text.indexOf('.');
    return dot < 0 ? 0 : text.length - dot - 1;
  }

  /** Plain notation without exponent and without trailing zeros: "0.1", "100", "-0.00000001". */
  toString(): string {
    return (this.text ??= this.render());
  }

  private render(): string {
    const { small, big, scale } = this;
    if (scale === 0) return big === null ? String(small) : big.toString();
    const unit = POW10[scale] ?? Infinity;
    const amount = small < 0 ? -small : small;
    if (big !== null || amount > MAX_SAFE - unit) return this.renderLong();
    // The everyday case: the whole part and the fraction, each a small number.
    let whole = Math.floor(amount / unit);
    let fraction = amount - whole * unit;
    // The quotient was rounded up to the next whole number.
    if (fraction < 0) {
      whole--;
      fraction += unit;
    }
    const sign = small < 0 ? '-' : '';
    if (fraction === 0) return `${sign}${whole}`;
    let decimals = scale;
    for (let tenth = fraction / 10; Number.isInteger(tenth); tenth = fraction / 10) {
      fraction = tenth;
      decimals--;
    }
    const digits = String(fraction);
    return `${sign}${whole}.${ZEROS[decimals - digits.length] ?? ''}${digits}`;
  }

  private renderLong(): string {
    const negative = this.sign() < 0;
    const digits =
      this.big === null ? String(negative ? -this.small : this.small) : (negative ? -this.big : this.big).toString();
    const padded = digits.length <= this.scale ? digits.padStart(this.scale + 1, '0') : digits;
    const point = padded.length - this.scale;
    let end = padded.length;
    while (end > point && padded.charCodeAt(end - 1) === 48) end--;
    const body = end === point ? padded.slice(0, point) : `${padded.slice(0, point)}.${padded.slice(point, end)}`;
    return negative ? `-${body}` : body;
  }

  /**
   * Writes plain notation as ASCII, as `toString` has it but without making a text. Needs room for 20 bytes.
   * @returns the byte after it; -1, and nothing is written, for what is not of everyday size
   */
  write(view: DataView, at: number): number {
    const { small, scale } = this;
    const unit = POW10[scale] ?? Infinity;
    const amount = small < 0 ? -small : small;
    const whole = Math.floor(amount / unit);
    const fraction = amount - whole * unit;
    // Integers of 31 bits only, which are quick. The quotient may have been rounded up to the next whole number: then the fraction is negative.
    if (this.big !== null || scale > INT_DIGITS || whole >= DIGITS_BELOW || fraction < 0) return -1;
    let end = at;
    if (small < 0) view.setUint8(end++, MINUS);
    end = writeDigits(view, end, whole, digitCount(whole));
    if (fraction === 0) return end;
    view.setUint8(end++, DOT);
    end = writeDigits(view, end, fraction, scale);
    while (view.getUint8(end - 1) === ZERO) end--;
    return end;
  }

  /** Plain notation with exactly `scale` decimals (more are cut off towards zero). */
  toFixed(scale: number): string {
    const text = this.toString();
    const dot = text.indexOf('.');
    if (scale === 0) return dot < 0 ? text : text.slice(0, dot);
    if (dot < 0) return `${text}.${'0'.repeat(scale)}`;
    const fraction = text.slice(dot + 1);
    return `${text.slice(0, dot)}.${fraction.length >= scale ? fraction.slice(0, scale) : fraction.padEnd(scale, '0')}`;
  }

  /** An approximation for display and models; never for money. */
  toNumber(): number {
    return Number(this.toString());
  }

  toJSON(): string {
    return this.toString();
  }
}
