// wickra-exchange promised what no code called. Here every file of tests that a page names as proof must be there, and every promise must name one.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = ['README.md', 'README.zh-CN.md', ...globSync('docs/*.md', { cwd: root })];
/** Paths in code marks below test/: files, folders, or patterns with `*`. */
const NAMED = /`(test\/[\w./*-]+)`/g;

it.each(PAGES)('%s names only tests that exist', (page) => {
  const text = readFileSync(`${root}${page}`, 'utf8');
  const missing = [...text.matchAll(NAMED)]
    .map(([, path = '']) => path)
    .filter((path) => globSync(path, { cwd: root }).length === 0);
  expect(missing).toEqual([]);
});

it('wickra-exchange: each promise of docs/reliability.md names its proof', () => {
  const rows = readFileSync(`${root}docs/reliability.md`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const promises = rows.filter((cells) => cells.length === 5);
  expect(promises.length).toBeGreaterThan(8);
  const unproven = promises.filter((cells) => !/test\/|simulation/.test(cells[3] ?? ''));
  expect(unproven.map((cells) => cells[1])).toEqual([]);
});
