import { describe, expect, test } from 'vitest';
import { MbpSequence } from '../../../src/exchanges/htx/books.ts';
import type { MbpUpdate } from '../../../src/exchanges/htx/decode-market.ts';

const update = (previous: number, sequence: number): MbpUpdate => ({
  previous,
  sequence,
  bids: [['1', String(sequence)]],
  asks: [],
});

function fed(...updates: [number, number][]): MbpSequence {
  const sequence = new MbpSequence();
  for (const [previous, own] of updates) sequence.update(update(previous, own), 0);
  return sequence;
}

const begun = (sequence: MbpSequence, at: number): number[] | string => {
  const verdict = sequence.snapshot(at);
  return verdict.type === 'begin' ? verdict.updates.map(({ sequence: own }) => own) : verdict.type;
};

describe('a snapshot', () => {
  test('with nothing held back begins the book', () => {
    expect(begun(fed(), 10)).toEqual([]);
  });
  test('at the beginning of what was held back: everything is applied', () => {
    expect(begun(fed([10, 12], [12, 15]), 10)).toEqual([12, 15]);
  });
  test('inside what was held back: older updates are dropped', () => {
    expect(begun(fed([10, 12], [12, 15], [15, 17]), 15)).toEqual([17]);
    // Levels are absolute, so an update may span it.
    expect(begun(fed([10, 12], [12, 15]), 13)).toEqual([15]);
  });
  test('newer than everything held back: the next update hangs on it', () => {
    const sequence = fed([10, 12]);
    expect(begun(sequence, 20)).toEqual([]);
    expect(sequence.update(update(12, 18), 0).type).toBe('old');
    expect(sequence.update(update(18, 22), 0).type).toBe('apply');
    expect(sequence.update(update(21, 25), 0).type).toBe('lost');
  });
  test('older than what was held back is of no use: ask again later, with the chain kept', () => {
    const sequence = fed([10, 12], [12, 15]);
    expect(begun(sequence, 9)).toBe('stale');
    expect(begun(sequence, 12)).toEqual([15]);
  });
  test('that nobody waits for changes nothing', () => {
    const sequence = fed();
    sequence.snapshot(10);
    expect(begun(sequence, 11)).toBe('ignored');
  });
});

test('a missing update loses the book, and the one that came starts a new chain', () => {
  const sequence = fed();
  sequence.snapshot(10);
  expect(sequence.update(update(10, 12), 0).type).toBe('apply');
  expect(sequence.update(update(13, 15), 0)).toMatchObject({
    type: 'lost',
    reason: 'expected the update after 12, got the one after 13',
  });
  expect(sequence.isContinuous).toBe(false);
  expect(begun(sequence, 13)).toEqual([15]);
});

test('a broken chain before the snapshot is not kept', () => {
  expect(begun(fed([10, 12], [14, 16]), 12)).toBe('stale');
  expect(begun(fed([10, 12], [14, 16]), 14)).toEqual([16]);
});
