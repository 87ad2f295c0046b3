// Reads chosen members of a JSON object straight from a frame's bytes: what JSON.parse would give for them, for a quarter of the cost.
// It knows the plain form that exchanges send and declines everything else; whoever calls it then parses the frame as ever.

import { Decimal } from '../domain/decimal.ts';

/**
 * Value of a member as wire/json.ts's parseJson gives it - an integer beyond 2^53 as its text -, except that an `amount` of
 * everyday size is a Decimal already, a `time` a number, and an `id` its digits.
 */
export type Scanned = string | number | boolean | null | undefined | Decimal;

/** What objects are read into. */
export type ScannedRow = Record<string, Scanned>;

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

/** Objects within objects that are looked through; deeper ones are left to the parser, which needs no stack for them. */
const DEEPEST = 8;
/** Digits that a double holds exactly whatever they are. */
const SAFE_DIGITS = 15;
/** Digits that 31 bits hold whatever they are. */
const HALF_DIGITS = 9;
const HALF = 10 ** HALF_DIGITS;
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

/** A member that came before: what followed it then most likely follows it again. */
interface Member {
  /** `"name":` */
  readonly key: Buffer;
  /** Null when nobody wants it. */
  readonly slot: Slot | null;
  readonly next: Member[];
}

/** An exchange has a few forms of the same object; one that sends ever new ones is read more slowly. */
const MOST_NEXT = 6;

/** A member that turns out to have more words than these is read like any other text. */
const MOST_WORDS = 8;

export class RowScanner {
  /** The byte after the object that was read last. */
  end = 0;
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly values: Scanned[];
  private readonly fill: (row: ScannedRow, values: readonly Scanned[]) => void;
  private readonly first: Member[] = [];

  /**
   * @param wanted members to read, and what they are
   * @param fill gives the row their values, which come in the order of `wanted`; undefined for those that are not there
   */
  constructor(wanted: Readonly<Record<string, Kind>>, fill: (row: ScannedRow, values: readonly Scanned[]) => void) {
    const names = Object.entries(wanted);
    this.slots = new Map(names.map(([name, kind], index) => [name, { index, kind, words: [] }]));
    this.values = names.map(() => undefined);
    this.fill = fill;
  }

  /**
   * Reads the object whose `{` is at `at` into the row. False when it is not of the plain form (white space, escapes, anything but ASCII, a
   * wanted member that is an object or a list, no JSON): then the row is as it was.
   */
  read(bytes: Buffer, at: number, row: ScannedRow): boolean {
    if (bytes[at] !== OPEN) return false;
    const { values } = this;
    values.fill(undefined);
    if (bytes[at + 1] === CLOSE) {
      this.end = at + 2;
      this.fill(row, values);
      return true;
    }
    let expected = this.first;
    // The walk through what nobody wants is written out here: most of a frame is that, and a call for every piece would cost as much again.
    for (let place = at + 1; ; place++) {
      const member = expectedAt(bytes, place, expected) ?? this.learn(bytes, place, expected);
      if (member === null) return false;
      const { slot } = member;
      place += member.key.length;
      expected = member.next;
      if (slot !== null) place = this.value(bytes, place, slot);
      else if (bytes[place] === QUOTE) {
        place++;
        while (PLAIN[bytes[place] ?? 0] === 1) place++;
        if (bytes[place] !== QUOTE) return false;
        place++;
      } else place = valueEnd(bytes, place);
      if (place === DECLINED) return false;
      const after = bytes[place];
      if (after === COMMA) continue;
      if (after !== CLOSE) return false;
      this.end = place + 1;
      this.fill(row, values);
      return true;
    }
  }

  private learn(bytes: Buffer, at: number, expected: Member[]): Member | null {
    if (bytes[at] !== QUOTE) return null;
    const end = textEnd(bytes, at + 1);
    if (end === DECLINED || bytes[end] !== COLON) return null;
    const slot = this.slots.get(bytes.toString('latin1', at + 1, end - 1)) ?? null;
    const member: Member = { key: Buffer.from(bytes.subarray(at, end + 1)), slot, next: [] };
    if (expected.length < MOST_NEXT) expected.push(member);
    return member;
  }

  /** Returns the byte after the value. */
  private value(bytes: Buffer, at: number, slot: Slot): number {
    if (bytes[at] !== QUOTE) return this.bare(bytes, at, slot);
    const { values } = this;
    const { index } = slot;
    const first = at + 1;
    switch (slot.kind) {
      case 'amount': {
        const amount = Decimal.scan(bytes, first);
        if (amount === null || bytes[Decimal.scanned] !== QUOTE) break;
        values[index] = amount;
        return Decimal.scanned + 1;
      }
      case 'word':
        for (const known of slot.words) {
          if (!startsWith(bytes, first, known.bytes)) continue;
          values[index] = known.word;
          return first + known.bytes.length;
        }
        break;
      case 'time': {
        const end = digitsEnd(bytes, first);
        if (end === first || end - first > SAFE_DIGITS || bytes[end] !== QUOTE) break;
        values[index] = wholeNumber(bytes, first, end);
        return end + 1;
      }
      case 'text':
      case 'id':
      case 'number':
    }
    const end = textEnd(bytes, first);
    if (end === DECLINED) return DECLINED;
    const text = textOf(bytes, first, end - 1);
    values[index] = text;
    if (slot.kind === 'word' && slot.words.length < MOST_WORDS)
      slot.words.push({ bytes: Buffer.from(bytes.subarray(first, end)), word: text });
    return end;
  }

  /** A value that is no text. */
  private bare(bytes: Buffer, at: number, { index, kind }: Slot): number {
    const { values } = this;
    const digits = digitsEnd(bytes, at);
    const after = bytes[digits];
    // A whole number, and no leading zero.
    if (digits > at && (after === COMMA || after === CLOSE) && (bytes[at] !== ZERO || digits === at + 1)) {
      if (kind === 'id') values[index] = textOf(bytes, at, digits);
      else if (digits - at <= SAFE_DIGITS) values[index] = wholeNumber(bytes, at, digits);
      else values[index] = numberOf(bytes, at, digits);
      return digits;
    }
    const first = bytes[at] ?? 0;
    if (first === OPEN || first === OPEN_LIST) return DECLINED;
    const end = valueEnd(bytes, at);
    if (end === DECLINED) return DECLINED;
    if (first === T) values[index] = true;
    else if (first === F) values[index] = false;
    else if (first === N) values[index] = null;
    // Where there is no id it is -1.
    else values[index] = end - at === 2 && bytes[at + 1] === ZERO + 1 ? -1 : numberOf(bytes, at, end);
    return end;
  }
}

function expectedAt(bytes: Buffer, at: number, expected: readonly Member[]): Member | null {
  for (let index = 0; index < expected.length; index++) {
    const member = expected[index];
    if (member === undefined) return null;
    const { key } = member;
    const { length } = key;
    let same = 0;
    while (same < length && bytes[at + same] === key[same]) same++;
    if (same === length) return member;
  }
  return null;
}

/** Where the run of digits ends that begins at `at`. */
function digitsEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) end++;
  return end;
}

/** At most SAFE_DIGITS digits, as a number. In two halves: integers are quicker than doubles. */
function wholeNumber(bytes: Buffer, at: number, end: number): number {
  const middle = end - at > HALF_DIGITS ? end - HALF_DIGITS : at;
  let high = 0;
  for (let place = at; place < middle; place++) high = (high * 10 + ((bytes[place] ?? 0) - ZERO)) | 0;
  let low = 0;
  for (let place = middle; place < end; place++) low = (low * 10 + ((bytes[place] ?? 0) - ZERO)) | 0;
  return high === 0 ? low : high * HALF + low;
}

function textOf(bytes: Buffer, at: number, end: number): string {
  return at === end ? '' : bytes.toString('latin1', at, end);
}

function numberOf(bytes: Buffer, at: number, end: number): number | string {
  const source = bytes.toString('latin1', at, end);
  const value = Number(source);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : source;
}
