// Reads chosen members of a JSON object straight from a frame's bytes: what JSON.parse would give for them, for a quarter of the cost.
// It knows the plain form that exchanges send and declines everything else; whoever calls it then parses the frame as ever.

import { Decimal } from '../domain/decimal.ts';
import { Literal } from '../domain/literal.ts';
import { RecentTexts } from './recent-texts.ts';

/**
 * Value of a member as wire/json.ts's parseJson gives it - an integer beyond 2^53 as its text -, except that an `amount` of
 * everyday size is a Decimal already, a `time` a number, and an `id` its digits.
 */
export type Scanned = string | number | boolean | null | undefined | Decimal;

/** What objects are read into. */
export type ScannedRow = Record<string, Scanned>;

/**
 * How a member is read. Texts: `word` is one of a few, `amount` a decimal, `time` a whole number written as text, `text` anything.
 * Numbers: `id` gives a whole one as its text, which is what it becomes in the end and much cheaper to make. `textAgain` and `idAgain` are
 * such as come again soon, with the next report of the same order. Values of other types are read as what they are.
 */
export type Kind = 'word' | 'amount' | 'time' | 'text' | 'textAgain' | 'id' | 'idAgain' | 'number';

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

/** A word read before: it need not be made again. */
interface Word {
  /** From the colon's quote on, which makes it long enough: `":"BUY"`, `":true`. */
  readonly literal: Literal;
  readonly value: Scanned;
}

interface Slot {
  readonly index: number;
  readonly kind: Kind;
  readonly words: Word[];
  /** Of `textAgain` and `idAgain`. */
  readonly recent: RecentTexts | null;
}

/** A member that came before. */
interface Member {
  /** `"name":` */
  readonly key: Literal;
  /** Null when nobody wants it. */
  readonly slot: Slot | null;
  readonly next: Place;
  /** Of one that nobody wants: all of it, with the byte behind it, as it has always been; null when it has been different. */
  constant: Literal | null;
}

/**
 * A stretch of an object that came before, letter for letter: members that nobody wants and have always been the same, and such as say one of a
 * few words or nothing. It is read in one go.
 */
interface Run {
  /** Up to the value of `member`, or to the end of the object. */
  readonly literal: Literal;
  readonly told: readonly { readonly index: number; readonly value: Scanned }[];
  /** Whose name it ends with; null when it ends with the object. */
  readonly member: Member | null;
}

/** Between two members: what followed before most likely follows again. */
interface Place {
  readonly members: Member[];
  runs: Run[];
  /** How often another run may be learnt here. */
  runsLeft: number;
}

/** An exchange has a few forms of the same object; one that sends ever new ones is read more slowly. */
const MOST_NEXT = 6;
/** ... and of all that may follow, this many are kept: names in ever another order would go on making new places. */
const MOST_MEMBERS = 2_000;
const MOST_RUNS = 8;
/** ... and so often one is learnt, those included that are forgotten. */
const MOST_RUNS_LEARNT = 40;

/** A member that turns out to have more words than these is read like any other text. */
const MOST_WORDS = 8;

function newPlace(): Place {
  return { members: [], runs: [], runsLeft: MOST_RUNS_LEARNT };
}

/** Of the memory that the frame lies in: many frames share one. */
let view: DataView = new DataView(new ArrayBuffer(0));

export class RowScanner {
  /** The byte after the object that was read last. */
  end = 0;
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly values: Scanned[];
  private readonly fill: (row: ScannedRow, values: readonly Scanned[]) => void;
  private readonly first = newPlace();
  private kept = 0;
  private readonly withRuns = new Set<Place>();

  /**
   * @param wanted members to read, and what they are
   * @param fill gives the row their values, which come in the order of `wanted`; undefined for those that are not there
   */
  constructor(wanted: Readonly<Record<string, Kind>>, fill: (row: ScannedRow, values: readonly Scanned[]) => void) {
    const names = Object.entries(wanted);
    this.slots = new Map(
      names.map(([name, kind], index) => [
        name,
        { index, kind, words: [], recent: kind.endsWith('Again') ? new RecentTexts() : null },
      ]),
    );
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
    for (let index = 0; index < values.length; index++) values[index] = undefined;
    if (bytes[at + 1] === CLOSE) return this.finish(at + 2, row);
    const { buffer, byteOffset, length } = bytes;
    if (buffer !== view.buffer) view = new DataView(buffer);
    const limit = byteOffset + length;
    let expected = this.first;
    /** Of the run that is being learnt: where it begins; DECLINED while none is. */
    let runFrom = DECLINED;
    let runPlace = expected;
    let told: number[] = [];
    for (let place = at + 1; ;) {
      const from = place;
      const run = runAt(byteOffset + place, limit, expected);
      let member: Member;
      if (run === null) {
        const known = memberAt(byteOffset + place, limit, expected) ?? this.learn(bytes, place, expected);
        if (known === null) return false;
        member = known;
        place += member.key.length;
      } else {
        place += run.literal.length;
        for (const { index, value } of run.told) values[index] = value;
        if (runFrom !== DECLINED) {
          this.learnRun(
            runPlace,
            bytes.subarray(runFrom, place),
            [...told, ...run.told.map(({ index }) => index)],
            run.member,
          );
          runFrom = DECLINED;
        }
        if (run.member === null) return this.finish(place, row);
        ({ member } = run);
      }
      const { slot } = member;
      const first = place;
      // The walk through what nobody wants is written out here: a call for every piece would cost as much again.
      if (slot !== null) place = this.value(bytes, place, slot, limit);
      else if (bytes[place] === QUOTE) {
        place++;
        while (PLAIN[bytes[place] ?? 0] === 1) place++;
        if (bytes[place] !== QUOTE) return false;
        place++;
      } else place = valueEnd(bytes, place);
      if (place === DECLINED) return false;
      const after = bytes[place++];
      if (after !== COMMA && after !== CLOSE) return false;
      if (run === null) {
        if (slot === null ? this.isStillConstant(member, byteOffset + from, limit) : saysLittle(slot, values)) {
          if (runFrom === DECLINED && expected.runsLeft > 0 && expected.runs.length < MOST_RUNS) {
            runFrom = from;
            runPlace = expected;
            told = [];
          }
          if (slot !== null) told.push(slot.index);
        } else if (runFrom !== DECLINED) {
          this.learnRun(runPlace, bytes.subarray(runFrom, first), told, member);
          runFrom = DECLINED;
        }
      }
      expected = member.next;
      if (after === COMMA) continue;
      if (runFrom !== DECLINED) this.learnRun(runPlace, bytes.subarray(runFrom, place), told, null);
      return this.finish(place, row);
    }
  }

  private finish(end: number, row: ScannedRow): true {
    this.end = end;
    this.fill(row, this.values);
    return true;
  }

  /** Whether the member at `at` is as it has always been. Once it is not, it is a constant no more, and no run with it will come again. */
  private isStillConstant(member: Member, at: number, limit: number): boolean {
    if (member.constant === null) return false;
    if (member.constant.isAt(view, at, limit)) return true;
    member.constant = null;
    for (const place of this.withRuns) place.runs = [];
    return false;
  }

  /** @param told which values it says, as they are now */
  private learnRun(place: Place, bytes: Buffer, told: readonly number[], member: Member | null): void {
    const values = told.map((index) => ({ index, value: this.values[index] }));
    place.runs.push({ literal: new Literal(bytes), told: values, member });
    place.runsLeft--;
    this.withRuns.add(place);
  }

  private learn(bytes: Buffer, at: number, { members }: Place): Member | null {
    if (bytes[at] !== QUOTE) return null;
    const end = textEnd(bytes, at + 1);
    if (end === DECLINED || bytes[end] !== COLON || end + 1 - at < Literal.LEAST) return null;
    const slot = this.slots.get(bytes.toString('latin1', at + 1, end - 1)) ?? null;
    const key = new Literal(bytes.subarray(at, end + 1));
    const after = slot === null ? valueEnd(bytes, end + 1) : DECLINED;
    const constant = after === DECLINED ? null : new Literal(bytes.subarray(at, after + 1));
    const member: Member = { key, slot, next: newPlace(), constant };
    if (members.length < MOST_NEXT && this.kept < MOST_MEMBERS) {
      members.push(member);
      this.kept++;
    }
    return member;
  }

  /** Returns the byte after the value. */
  private value(bytes: Buffer, at: number, slot: Slot, limit: number): number {
    const { values } = this;
    const { index, kind } = slot;
    if (kind === 'word') {
      const { words } = slot;
      const place = bytes.byteOffset + at - WORD_HEAD;
      for (let known = 0; known < words.length; known++) {
        const word = words[known];
        if (word === undefined || !word.literal.isAt(view, place, limit)) continue;
        values[index] = word.value;
        return at - WORD_HEAD + word.literal.length;
      }
      const end = bytes[at] === QUOTE ? this.text(bytes, at + 1, index) : this.bare(bytes, at, slot, limit);
      const first = bytes[at];
      // A number may be the beginning of another.
      if (
        end !== DECLINED &&
        words.length < MOST_WORDS &&
        (first === QUOTE || first === T || first === F || first === N)
      )
        words.push({ literal: new Literal(bytes.subarray(at - WORD_HEAD, end)), value: values[index] });
      return end;
    }
    if (bytes[at] !== QUOTE) return this.bare(bytes, at, slot, limit);
    const first = at + 1;
    if (kind === 'amount') {
      const amount = Decimal.scan(bytes, first);
      if (amount === null || bytes[Decimal.scanned] !== QUOTE) return this.text(bytes, first, index);
      values[index] = amount;
      return Decimal.scanned + 1;
    }
    if (kind === 'time') {
      const end = digitsEnd(bytes, first);
      if (end === first || end - first > SAFE_DIGITS || bytes[end] !== QUOTE) return this.text(bytes, first, index);
      values[index] = wholeNumber(bytes, first, end);
      return end + 1;
    }
    if (slot.recent === null || kind !== 'textAgain') return this.text(bytes, first, index);
    const known = slot.recent.find(view, bytes.byteOffset + first, limit);
    if (known !== null && bytes[first + known.length] === QUOTE) {
      values[index] = known;
      return first + known.length + 1;
    }
    const end = textEnd(bytes, first);
    if (end !== DECLINED)
      values[index] = slot.recent.keep(textOf(bytes, first, end - 1), view, bytes.byteOffset + first);
    return end;
  }

  private text(bytes: Buffer, first: number, index: number): number {
    const end = textEnd(bytes, first);
    if (end !== DECLINED) this.values[index] = textOf(bytes, first, end - 1);
    return end;
  }

  /** A value that is no text. */
  private bare(bytes: Buffer, at: number, { index, kind, recent }: Slot, limit: number): number {
    const { values } = this;
    const kept = kind === 'idAgain' ? recent : null;
    const known = kept === null ? null : kept.find(view, bytes.byteOffset + at, limit);
    if (known !== null) {
      const end = at + known.length;
      if (bytes[end] === COMMA || bytes[end] === CLOSE) {
        values[index] = known;
        return end;
      }
    }
    const digits = digitsEnd(bytes, at);
    const after = bytes[digits];
    // A whole number, and no leading zero.
    if (digits > at && (after === COMMA || after === CLOSE) && (bytes[at] !== ZERO || digits === at + 1)) {
      if (kept !== null) values[index] = kept.keep(textOf(bytes, at, digits), view, bytes.byteOffset + at);
      else if (kind === 'id') values[index] = textOf(bytes, at, digits);
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

/** What a literal of a word has before the value: the quote and the colon. */
const WORD_HEAD = 2;

function memberAt(at: number, limit: number, { members }: Place): Member | null {
  for (let index = 0; index < members.length; index++) {
    const member = members[index];
    if (member?.key.isAt(view, at, limit) === true) return member;
  }
  return null;
}

function runAt(at: number, limit: number, { runs }: Place): Run | null {
  for (let index = 0; index < runs.length; index++) {
    const run = runs[index];
    if (run?.literal.isAt(view, at, limit) === true) return run;
  }
  return null;
}

/** One of a few words, or nothing: it will be said again just so. */
function saysLittle({ index, words }: Slot, values: readonly Scanned[]): boolean {
  const value = values[index];
  if (value === Decimal.ZERO || value === '' || value === null || value === -1) return true;
  for (let known = 0; known < words.length; known++) if (words[known]?.value === value) return true;
  return false;
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

/** Character codes on their way into a text, by their number: ids and words are made in half the time that a call into the buffer takes. */
const CODES: readonly number[][] = Array.from({ length: 40 }, (_, length) => Array.from({ length }, () => 0));

function textOf(bytes: Buffer, at: number, end: number): string {
  const codes = CODES[end - at];
  if (codes === undefined) return bytes.toString('latin1', at, end);
  for (let index = 0; index < codes.length; index++) codes[index] = bytes[at + index] ?? 0;
  return String.fromCharCode(...codes);
}

function numberOf(bytes: Buffer, at: number, end: number): number | string {
  const source = bytes.toString('latin1', at, end);
  const value = Number(source);
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : source;
}
