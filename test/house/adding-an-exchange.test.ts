// The checklist names every file outside the exchanges' own folders in which a new one has its place.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PLATFORMS } from '../../src/domain/platform.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

/** A file has a table of the exchanges when each of them is a key or an entry of it. */
function hasTable(file: string): boolean {
  const text = read(file);
  return PLATFORMS.every((name) => {
    const key = new RegExp(String.raw`(?:^\s*|[{,] ?|readonly )${name}(?::|,| \})`, 'm');
    const entry = new RegExp(String.raw`\[${name.toUpperCase()},|, ${name.toUpperCase()}[,\]]`);
    return key.test(text) || entry.test(text);
  });
}

it('docs/adding-an-exchange.md names every table of the exchanges', () => {
  const page = read('docs/adding-an-exchange.md');
  const files = globSync(['src/**/*.ts', 'test/**/*.ts', 'examples/*.ts'], {
    cwd: root,
    exclude: (name) => name.includes('node_modules'),
  });
  const tables = files.map((file) => file.replaceAll('\\', '/')).filter(hasTable);
  expect(tables).toEqual(expect.arrayContaining(['src/exchanges/index.ts', 'examples/rest-client.ts']));
  expect(tables.filter((file) => !page.includes(`\`${file}\``))).toEqual([]);
});
