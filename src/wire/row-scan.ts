// Reads chosen members of a JSON object straight from a frame's bytes: what JSON.parse would give for them, for a quarter of the cost.
// It knows the plain form that exchanges send and declines everything else; whoever calls it then parses the frame as ever.

import { Decimal } from '../domain/decimal.ts';

/**
 * Value of a member as wire/json.ts's parseJson gives it - an integer beyond 2^53 as its text -, except that an `amount` of
 * everyday size is a Decimal already, a `time` a number, and an `id` its digits.
 */
export type Scanned = string | number | boolean | null | undefined | Decimal;

/**
 * How a member is read. Texts: `word` is one of a few, `amount` a decimal, `time` a whole number written as text, `text` anything.
 * Numbers: `id` gives a whole one as its text, which is what it becomes in the end and much cheaper to make. Values of other types are
 * read as what they are.
 */
export type Kind = 'word' | 'amount' | 'time' | 'text' | 'id' | 'number';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;

/** Bytes of a text that stand for themselves: ASCII without quote, backslash and controls. */
const PLAIN = new Uint8Array(256);
for (let byte = 32; byte < 127; byte++) PLAIN[byte] = byte === QUOTE || byte === 92 ? 0 : 1;

/** Longer texts are copied: a slice would keep the whole frame in memory for as long as an id lives. */
const LONGEST_SLICE = 12;
/** Objects within objects that are looked through; deeper ones are left to the parser, which needs no stack for them. */
const DEEPEST = 8;
/** Digits that a double holds exactly whatever they are. */
const SAFE_DIGITS = 15;
const DECLINED = -1;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');
const T = 116;
const F = 102;
const N = 110;

export function startsWith(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[at + index] !== expected[index]) return false;
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Where the number ends that begins at `at`, by JSON's grammar; DECLINED when it is none. */
export function numberEnd(bytes: Buffer, at: number): number {
  let end = bytes[at] === MINUS ? at + 1 : at;
  if (bytes[end] === ZERO) end++;
  else {
    const first = end;
    while (isDigit(bytes[end])) end++;
    if (end === first) return DECLINED;
  }
  if (bytes[end] === DOT) {
    const first = ++end;
    while (isDigit(bytes[end])) end++;
    if (end === first) return DECLINED;
  }
  if (bytes[end] === 101 || bytes[end] === 69) {
    end++;
    if (bytes[end] === MINUS || bytes[end] === 43) end++;
    const first = end;
    while (isDigit(bytes[end])) end++;
    if (end === first) return DECLINED;
  }
  return end;
}

/** The byte after the closing quote of the text that begins at `at`; DECLINED when there is none, or an escape, or more than ASCII. */
export function textEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (PLAIN[bytes[end] ?? 0] === 1) end++;
  return bytes[end] === QUOTE ? end + 1 : DECLINED;
}

/** The byte after the value that begins at `at`, checked by JSON's grammar but not read. */
export function valueEnd(bytes: Buffer, at: number, depth = 0): number {
  switch (bytes[at]) {
    case QUOTE:
      return textEnd(bytes, at + 1);
    case OPEN:
      return nestedEnd(bytes, at + 1, CLOSE, depth + 1);
    case OPEN_LIST:
      return nestedEnd(bytes, at + 1, CLOSE_LIST, depth + 1);
    case T:
      return startsWith(bytes, at, TRUE) ? at + TRUE.length : DECLINED;
    case F:
      return startsWith(bytes, at, FALSE) ? at + FALSE.length : DECLINED;
    case N:
      return startsWith(bytes, at, NULL) ? at + NULL.length : DECLINED;
    default:
      return numberEnd(bytes, at);
  }
}

function nestedEnd(bytes: Buffer, first: number, close: number, depth: number): number {
  if (depth > DEEPEST) return DECLINED;
  if (bytes[first] === close) return first + 1;
  for (let at = first; ; at++) {
    if (close === CLOSE) {
      if (bytes[at] !== QUOTE) return DECLINED;
      at = textEnd(bytes, at + 1);
      if (at === DECLINED || bytes[at] !== COLON) return DECLINED;
      at++;
    }
    at = valueEnd(bytes, at, depth);
    if (at === DECLINED) return DECLINED;
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== COMMA) return DECLINED;
  }
}

/** A member that was at this place of the object the last time: most likely it is there again. */
interface Expected {
  /** `name":` */
  readonly key: Buffer;
  /** Null when nobody wants it. */
  readonly slot: Slot | null;
}

interface Word {
  /** With the closing quote. */
  readonly bytes: Buffer;
  readonly word: string;
}

interface Slot {
  readonly index: number;
  readonly kind: Kind;
  /** Words read before: they need not be made again. */
  readonly words: Word[];
}

/** A member that turns out to have more words than these is read like any other text. */
const MOST_WORDS = 8;

export class RowScanner<Row> {
  /** The byte after the object that was read last. */
  end = 0;
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly values: Scanned[];
  private readonly make: (values: readonly Scanned[]) => Row;
  private readonly expected: Expected[] = [];

  /**
   * @param wanted members to read, and what they are
   * @param make the row from their values in the order of `wanted`; undefined for those that are not there
   */
  constructor(wanted: Readonly<Record<string, Kind>>, make: (values: readonly Scanned[]) => Row) {
    const names = Object.entries(wanted);
    this.slots = new Map(names.map(([name, kind], index) => [name, { index, kind, words: [] }]));
    this.values = names.map(() => undefined);
    this.make = make;
  }

  /**
   * The row of the object whose `{` is at `at`; null when it is not of the plain form (white space, escapes, anything but ASCII, a wanted
   * member that is an object or a list, no JSON).
   * @param text the same bytes as latin1
   */
  read(bytes: Buffer, text: string, at: number): Row | null {
    if (bytes[at] !== OPEN) return null;
    this.values.fill(undefined);
    let place = at + 1;
    if (bytes[place] === CLOSE) this.end = place + 1;
    else {
      for (let member = 0; ; member++) {
        place = this.member(bytes, text, place, member);
        if (place === DECLINED) return null;
        const after = bytes[place++];
        if (after === COMMA) continue;
        if (after !== CLOSE) return null;
        this.end = place;
        break;
      }
    }
    return this.make(this.values);
  }

  /** Reads `"name":value`; returns the byte after it. */
  private member(bytes: Buffer, text: string, at: number, index: number): number {
    if (bytes[at] !== QUOTE) return DECLINED;
    let expected = this.expected[index];
    if (expected === undefined || !startsWith(bytes, at + 1, expected.key)) {
      const end = textEnd(bytes, at + 1);
      if (end === DECLINED || bytes[end] !== COLON) return DECLINED;
      const slot = this.slots.get(text.slice(at + 1, end - 1)) ?? null;
      this.expected[index] = expected = { key: Buffer.from(bytes.subarray(at + 1, end + 1)), slot };
    }
    const { slot, key } = expected;
    const start = at + 1 + key.length;
    return slot === null ? valueEnd(bytes, start) : this.value(bytes, text, start, slot);
  }

  private value(bytes: Buffer, text: string, at: number, slot: Slot): number {
    const { values } = this;
    const { index } = slot;
    const first = bytes[at] ?? 0;
    if (first === QUOTE && slot.kind === 'word') {
      for (const known of slot.words) {
        if (!startsWith(bytes, at + 1, known.bytes)) continue;
        values[index] = known.word;
        return at + 1 + known.bytes.length;
      }
    }
    if (first === OPEN || first === OPEN_LIST) return DECLINED;
    const end = valueEnd(bytes, at);
    if (end === DECLINED) return DECLINED;
    if (first === QUOTE) {
      const last = end - 1;
      values[index] = quoted(bytes, text, at + 1, last, slot.kind);
      if (slot.kind === 'word' && slot.words.length < MOST_WORDS)
        slot.words.push({
          bytes: Buffer.from(bytes.subarray(at + 1, end)),
          word: bytes.toString('latin1', at + 1, last),
        });
    } else if (first === T) values[index] = true;
    else if (first === F) values[index] = false;
    else if (first === N) values[index] = null;
    else if (slot.kind === 'id' && areDigits(bytes, at, end)) values[index] = textOf(bytes, text, at, end);
    else values[index] = numberOf(bytes, text, at, end);
    return end;
  }
}

/** A run of digits that a double holds exactly, as a number; null for anything else. */
function wholeNumber(bytes: Buffer, at: number, end: number): number | null {
  if (end === at || end - at > SAFE_DIGITS) return null;
  let value = 0;
  for (let place = at; place < end; place++) {
    const byte = bytes[place] ?? 0;
    if (byte < ZERO || byte > NINE) return null;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

function quoted(bytes: Buffer, text: string, at: number, end: number, kind: Kind): string | number | Decimal {
  if (kind === 'amount') return Decimal.fromAscii(bytes, at, end) ?? textOf(bytes, text, at, end);
  if (kind === 'time') return wholeNumber(bytes, at, end) ?? textOf(bytes, text, at, end);
  return textOf(bytes, text, at, end);
}

function areDigits(bytes: Buffer, at: number, end: number): boolean {
  for (let place = at; place < end; place++) if (!isDigit(bytes[place])) return false;
  return true;
}

function textOf(bytes: Buffer, text: string, at: number, end: number): string {
  return end - at <= LONGEST_SLICE ? text.slice(at, end) : bytes.toString('latin1', at, end);
}

function numberOf(bytes: Buffer, text: string, at: number, end: number): number | string {
  const whole = wholeNumber(bytes, at, end);
  if (whole !== null) return whole;
  const source = text.slice(at, end);
  const value = Number(source);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : source;
}
