// The words of the benchmark page around its figures.
import { expect, it } from 'vitest';
import { peer } from '../../bench/harness/page.ts';
import { Rows, type Row } from '../../bench/harness/rows.ts';

function row(unit: string, figures: Readonly<Record<string, readonly number[]>>): Row {
  const rows = new Rows();
  const whole = { id: 'a', section: 'a section', what: 'a row', unit, must: null, only: 'a' };
  for (const [name, values] of Object.entries(figures)) for (const value of values) rows.add(whole, name, value);
  const [made] = rows.all.values();
  if (made === undefined) throw new Error('no row');
  return made;
}

it('a peer is compared round by round', () => {
  expect(peer(row('µs', { aioquant: [10, 20], ccxt: [30, 20] }), 'ccxt')).toBe('ccxt 25.0 (20.0-30.0) = 2.00× ours');
});

it('of a rate it is said what is compared, because there more is better', () => {
  expect(peer(row('1/s', { aioquant: [100], ccxt: [9] }), 'ccxt')).toBe('ccxt 9.00 = 0.09× our rate');
});

it('nothing is no measure', () => {
  expect(peer(row('', { aioquant: [0], polling: [59.7] }), 'polling')).toBe('polling 59.7');
});
