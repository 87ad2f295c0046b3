// The levels of a book change as texts, whichever way the feed has read them.
// What a test does with them is its own.
import { isExact, type BookLevels } from '../../src/domain/book-change.ts';
import { exactText } from '../../src/domain/exact-number.ts';
import type { BookLevel } from '../../src/domain/order.ts';

export function pairsOf(levels: BookLevels): readonly BookLevel[] {
  if (!isExact(levels)) return levels;
  return Array.from({ length: levels.length / 2 }, (_, index): BookLevel => [
    exactText(levels[index * 2] ?? NaN),
    exactText(levels[index * 2 + 1] ?? NaN),
  ]);
}
