// Text put together straight in memory, piece by piece, line after line: no strings are made on the way, so nothing is left to collect.
// What the lines say is journal-lines.ts's part; whose memory it is, journal-queue.ts's.

import type { Decimal } from '../domain/decimal.ts';
import { DIGITS_BELOW, digitCount, writeDigits } from '../domain/digits.ts';
import type { Literal } from '../domain/literal.ts';

/** See Decimal.write. */
const LONGEST_DECIMAL = 20;
/** Most bytes that a character of a text takes. */
const WIDEST = 3;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const DELETE = 127;
/** Of a part of a number that has several. */
const PART_DIGITS = 9;

export class LineBuffer {
  bytes: Buffer;
  /** Where the line begins that is being written. */
  from = 0;
  /** Where its next byte goes. */
  at = 0;
  private view: DataView;
  private readonly makeRoom: (more: number) => void;

  /** @param makeRoom sees to it that `more` bytes fit behind the unfinished line, which it may move to other memory (`moveTo`) */
  constructor(bytes: Buffer, makeRoom: (more: number) => void) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.makeRoom = makeRoom;
  }

  /** The unfinished line stands at the beginning of `bytes` now, as far as it had come. */
  moveTo(bytes: Buffer, length: number): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.from = 0;
    this.at = length;
  }

  private reserve(more: number): void {
    if (this.at + more > this.bytes.length) this.makeRoom(more);
  }

  /** Any text. */
  text(value: string): void {
    if (this.plain(value)) return;
    this.reserve(value.length * WIDEST);
    this.at += this.bytes.write(value, this.at);
  }

  /** Bytes that were made once. */
  constant(value: Literal): void {
    this.reserve(value.length);
    this.at = value.write(this.view, this.at);
  }

  /** One character of ASCII. */
  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.at++] = code;
  }

  /** As it stands between the quotes of JSON. */
  quoted(value: string): void {
    if (!this.plain(value)) this.text(JSON.stringify(value).slice(1, -1));
  }

  /** With neither tab nor line feed in it: as it is, or else as JSON. Ids are anybody's text. */
  field(value: string): void {
    if (!this.plain(value)) this.text(JSON.stringify(value));
  }

  /** Printable ASCII without quotes and backslashes, which stands in JSON as it is. False, and nothing is written, when it is anything else. */
  private plain(value: string): boolean {
    const { length } = value;
    this.reserve(length);
    const { bytes, at } = this;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code < SPACE || code >= DELETE || code === QUOTE || code === BACKSLASH) return false;
      bytes[at + index] = code;
    }
    this.at = at + length;
    return true;
  }

  decimal(value: Decimal): void {
    this.reserve(LONGEST_DECIMAL);
    const end = value.write(this.view, this.at);
    if (end < 0) this.text(value.toString());
    else this.at = end;
  }

  /** A number as JSON has it. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) return this.text(String(value));
    if (value < DIGITS_BELOW) return this.digits(value, digitCount(value));
    const high = Math.floor(value / DIGITS_BELOW);
    this.digits(high, digitCount(high));
    this.digits(value - high * DIGITS_BELOW, PART_DIGITS);
  }

  private digits(value: number, length: number): void {
    this.reserve(length);
    this.at = writeDigits(this.view, this.at, value, length);
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
