// What a smoke run of the benchmarks calls too slow: it decides whether a change lands.
import { expect, it } from 'vitest';
import { Rows, type Row } from '../../bench/harness/rows.ts';
import { tooSlow } from '../../bench/harness/smoke.ts';

function words(
  row: Pick<Row, 'must'> & Partial<Row>,
  figures: Readonly<Record<string, readonly number[]>>,
  note?: string,
): readonly string[] {
  const rows = new Rows();
  const whole = { id: 'a', section: 'a section', what: 'a row', unit: 'us', only: 'a', ...row };
  for (const [name, values] of Object.entries(figures))
    for (const value of values) rows.add(whole, name, value, name === 'aioquant' ? (note ?? null) : null);
  return tooSlow(rows.all.values()).map((slow) => slow.words);
}

it('more than twice the goal is too slow, by the best round of each side', () => {
  const must = { ratio: 1.25 };
  expect(words({ must }, { floor: [10], aioquant: [26] })).toEqual(['2.1 times its goal']);
  expect(words({ must }, { floor: [10], aioquant: [24] })).toEqual([]);
  expect(words({ must }, { floor: [12, 10], aioquant: [90, 24] })).toEqual([]);
});

it('... or by the middle one of their ratios: one quiet moment of the floor is not held against us', () => {
  const must = { ratio: 1.25 };
  expect(words({ must }, { floor: [20, 8, 20], aioquant: [24, 26, 24] })).toEqual([]);
  expect(words({ must }, { floor: [10, 8, 10], aioquant: [27, 26, 27] })).toEqual(['2.2 times its goal']);
});

it('where a goal is known to be missed, more than twice that is', () => {
  const row = { must: { ratio: 1 }, knownMiss: 2.5 };
  expect(words(row, { floor: [10], aioquant: [49] })).toEqual([]);
  expect(words(row, { floor: [10], aioquant: [52] })).toEqual(['2.1 times what it is known to miss its goal by']);
});

it('a result that is void is never fast enough; without a goal or a floor nothing is too slow', () => {
  expect(words({ must: { ratio: 1 } }, { floor: [10], aioquant: [1] }, 'delivered 99.9 % of the states')).toEqual([
    'delivered 99.9 % of the states',
  ]);
  expect(words({ must: null }, { floor: [1], aioquant: [99] })).toEqual([]);
  expect(words({ must: { ratio: 1 } }, { aioquant: [99] })).toEqual([]);
});
