// The continuity of books: the reference's chain, gaps, and real recorded books checked with the checksums of their time.

import type { BookChange } from '../../../src/domain/book-change.ts';
import { existsSync, readFileSync } from 'node:fs';
import { crc32, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { BookSequence } from '../../../src/exchanges/okx/books.ts';
import { LocalBook } from '../../../src/market/local-book.ts';
import { integerOrNull, parse, isRow, readFrame, text, type Row } from '../../../src/exchanges/okx/frames.ts';
import { pairsOf } from '../../support/level-pairs.ts';

const row = (prevSeqId: number, seqId: number, fields: Row = {}): Row => ({
  asks: [],
  bids: [],
  ts: '1',
  checksum: 0,
  prevSeqId,
  seqId,
  ...fields,
});

test('the documented chain is continuous: snapshot, update, idle, maintenance reset, update', () => {
  const book = new BookSequence();
  const steps = [
    book.step('snapshot', row(-1, 10)),
    ...[
      [10, 15],
      [15, 15],
      [15, 3],
      [3, 5],
    ].map(([previous, next]) => book.step('update', row(previous!, next!))),
  ];
  expect(steps.map(({ type }) => type)).toEqual(['snapshot', 'update', 'update', 'update', 'update']);
  expect(book.isContinuous).toBe(true);
});

test('a missed frame loses the book until the next snapshot', () => {
  const book = new BookSequence();
  book.step('snapshot', row(-1, 10));
  expect(book.step('update', row(11, 12))).toEqual({
    type: 'lost',
    reason: 'expected the frame after 10, got the one after 11',
  });
  expect(book.isContinuous).toBe(false);
  expect(book.step('update', row(12, 13)).type).toBe('ignored');
  expect(book.step('snapshot', row(-1, 40)).type).toBe('snapshot');
  expect(book.step('update', row(40, 41)).type).toBe('update');
});

test('nothing counts before a snapshot, and a checksum counts never', () => {
  const book = new BookSequence();
  expect(book.step('update', row(1, 2)).type).toBe('ignored');
  book.step('snapshot', row(-1, 1, { checksum: 12345 }));
  expect(book.step('update', row(1, 2, { checksum: -7 })).type).toBe('update');
  book.reset();
  expect(book.step('update', row(2, 3)).type).toBe('ignored');
});

test('no more levels are kept than the channel follows (okx.md 13.1, 13.4)', () => {
  const ladder = (best: number): [string, string][] => Array.from({ length: 400 }, (_, i) => [String(best - i), '1']);
  const local = new LocalBook();
  const book = new BookSequence();
  const snapshot = book.step('snapshot', row(-1, 1, { bids: ladder(1_000) }));
  if (snapshot.type !== 'snapshot') throw new Error(snapshot.type);
  local.load(snapshot.bids, snapshot.asks, snapshot);
  const update = book.step('update', row(1, 2, { bids: [['1001', '1']] }));
  if (update.type !== 'update') throw new Error(update.type);
  local.apply(update.bids, update.asks);
  expect(local.top(500).bids.map(([price]) => price)).toEqual(ladder(1_001).map(([price]) => price));
});

test('a book that crosses loses itself: frames in order do not make it right', () => {
  const book = new BookSequence();
  book.step('snapshot', row(-1, 1, { bids: [['100', '1'], ['99', '1']], asks: [['101', '1'], ['102', '1']] })); // prettier-ignore
  expect(book.step('update', row(1, 2, { bids: [['100.5', '2']] })).type).toBe('update');
  // The best ask goes and a better bid comes in one frame.
  expect(book.step('update', row(2, 3, { bids: [['101', '1']], asks: [['101', '0']] })).type).toBe('update');
  expect(book.step('update', row(3, 4, { asks: [['101.5', '1']] })).type).toBe('update');
  expect(book.step('update', row(4, 5, { bids: [['101.5', '1']] }))).toEqual({
    type: 'lost',
    reason: 'crossed: a bid of 101.5 against an ask of 101.5',
  });
  expect(book.isContinuous).toBe(false);
  expect(book.step('update', row(5, 6)).type).toBe('ignored');
});

test('a book that comes crossed in its snapshot is in a call auction, and stays', () => {
  const book = new BookSequence();
  book.step('snapshot', row(-1, 1, { bids: [['102', '1']], asks: [['101', '1']] }));
  expect(book.step('update', row(1, 2, { bids: [['103', '1']] })).type).toBe('update');
  book.step('snapshot', row(-1, 3, { bids: [['100', '1']], asks: [['101', '1']] }));
  expect(book.step('update', row(3, 4, { asks: [['100', '1']] })).type).toBe('lost');
});

/** A plain local book, best first, keeping the exchange's own texts. */
class PlainBook {
  asks = new Map<string, string>();
  bids = new Map<string, string>();
  apply({ asks, bids }: BookChange): void {
    for (const [side, levels] of [
      [this.asks, asks],
      [this.bids, bids],
    ] as const) {
      for (const [price, size] of pairsOf(levels)) {
        if (Decimal.from(size).isZero()) side.delete(price);
        else side.set(price, size);
      }
    }
  }
  /** The legacy checksum (13.3): the best 25 of both sides, alternating, as signed CRC32. */
  checksum(): number {
    const best = (side: Map<string, string>, sign: 1 | -1) =>
      [...side]
        .map(([price, size]) => ({ price, size, value: Number(price) }))
        .toSorted((a, b) => sign * (a.value - b.value))
        .slice(0, 25);
    const bids = best(this.bids, -1);
    const asks = best(this.asks, 1);
    const parts: string[] = [];
    for (let i = 0; i < 25; i++)
      for (const level of [bids[i], asks[i]]) if (level !== undefined) parts.push(level.price, level.size);
    return crc32(parts.join(':')) | 0;
  }
}

test('the legacy checksum’s vectors', () => {
  const book = new PlainBook();
  book.apply({
    bids: [
      ['3366.1', '7'],
      ['3366', '6'],
    ],
    asks: [
      ['3366.8', '9'],
      ['3368', '8'],
    ],
    time: 0,
    sequence: 0,
  });
  expect(book.checksum()).toBe(-1881014294);
});

const recording = new URL('../../../../shared/data/okx-public-20220513.jsonl.gz', import.meta.url);
const isThere = existsSync(recording);
if (!isThere) console.log('skipped: recorded OKX books, ../shared/data is not here');

test.runIf(isThere)('recorded books stay equal to the exchange’s, by its checksums', () => {
  const books = new Map<string, { sequence: BookSequence; book: PlainBook; frames: number }>();
  let checked = 0;
  for (const line of gunzipSync(readFileSync(recording)).toString().split('\n')) {
    const record = parse(line);
    if (!isRow(record) || record['dir'] !== 'in') continue;
    const frame = readFrame(text(record, 'text'));
    if (frame.type !== 'push' || frame.channel !== 'books') continue;
    for (const recorded of frame.rows) {
      let entry = books.get(frame.instId);
      if (entry === undefined)
        books.set(frame.instId, (entry = { sequence: new BookSequence(), book: new PlainBook(), frames: 0 }));
      // Frames of that time carry no sequence ids; they are complete, so their count stands in.
      const numbered = {
        ...recorded,
        prevSeqId: frame.action === 'snapshot' ? -1 : entry.frames,
        seqId: ++entry.frames,
      };
      const step = entry.sequence.step(frame.action, numbered);
      if (step.type === 'snapshot') entry.book = new PlainBook();
      expect(['snapshot', 'update']).toContain(step.type);
      if (step.type === 'snapshot' || step.type === 'update') entry.book.apply(step);
      expect(entry.book.checksum()).toBe(integerOrNull(recorded, 'checksum'));
      checked++;
    }
  }
  expect(books.size).toBe(3);
  expect(checked).toBeGreaterThan(50);
});
