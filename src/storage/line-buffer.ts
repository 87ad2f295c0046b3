// Text put together straight in memory, piece by piece, line after line: no strings are made on the way, so nothing is left to collect.
// What the lines say is journal-lines.ts's part; whose memory it is, journal-queue.ts's.

import type { Decimal } from '../domain/decimal.ts';

/** See Decimal.write. */
const LONGEST_DECIMAL = 20;
/** Most bytes that a character of a text takes. */
const WIDEST = 3;
const ZERO = 48;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const DELETE = 127;
/** Digits are made from integers, which are quicker than doubles: larger numbers in two parts. */
const HALF_DIGITS = 9;
const HALF = 10 ** HALF_DIGITS;

export class LineBuffer {
  bytes: Buffer;
  /** Where the line begins that is being written. */
  from = 0;
  /** Where its next byte goes. */
  at = 0;
  private readonly makeRoom: (more: number) => void;

  /** @param makeRoom sees to it that `more` bytes fit behind the unfinished line, which it may move */
  constructor(bytes: Buffer, makeRoom: (more: number) => void) {
    this.bytes = bytes;
    this.makeRoom = makeRoom;
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
  constant(value: Uint8Array): void {
    const { length } = value;
    this.reserve(length);
    const { bytes, at } = this;
    for (let index = 0; index < length; index++) bytes[at + index] = value[index] ?? 0;
    this.at = at + length;
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
    const end = value.write(this.bytes, this.at);
    if (end < 0) this.text(value.toString());
    else this.at = end;
  }

  /** A number as JSON has it. */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) return this.text(String(value));
    if (value < HALF) return this.digits(value, 1);
    const high = Math.floor(value / HALF);
    this.digits(high, 1);
    this.digits(value - high * HALF, HALF_DIGITS);
  }

  private digits(value: number, least: number): void {
    let length = least;
    for (let bound = 10 ** least; value >= bound; bound *= 10) length++;
    this.reserve(length);
    const { bytes, at } = this;
    let rest = value | 0;
    for (let index = at + length - 1; index >= at; index--) {
      const tenth = (rest / 10) | 0;
      bytes[index] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.at = at + length;
  }
}
