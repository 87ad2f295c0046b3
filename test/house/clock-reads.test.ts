// `new Date()` reads the machine's clock behind the seam's back, and lint has no rule for a call without arguments.
// The other ways around the seam (Date.now, timers, Math.random, …) are refused by .oxlintrc.json.
import { expect, test } from 'vitest';
import { factsOf, readSourceTree } from './source-facts.ts';

test('only runtime/ and cli/ read the machine clock through Date', () => {
  const reads = [...readSourceTree()]
    .filter(([file]) => !/^(?:runtime|cli)\//.test(file))
    .flatMap(([file, { clockReads }]) =>
      clockReads.map(({ line }) => `src/${file}:${line} takes no Clock from src/seam`),
    );
  expect(reads).toEqual([]);
});

test('a read is found, and a conversion is none', () => {
  const source = `const a = new Date(ms);\nconst b = new Date();\nconst c = Date(); // new Date()`;
  expect(factsOf(source, 'sample.ts').clockReads.map(({ line }) => line)).toEqual([2, 3]);
});
