// Where the journal is when the configuration does not say.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openJournal } from '../../../src/runtime/assembly/journal.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const OF_HOME = ['home', '.local', 'share'];

it.each([
  ['an absolute one is heeded', (folder: string) => join(folder, 'data'), ['data']],
  ['an empty one counts as not set', () => '', OF_HOME],
  ['so does a relative one: it would be another in each folder', () => 'data', OF_HOME],
])('$XDG_DATA_HOME: %s', async (_what, given, where) => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-'));
  vi.stubEnv('HOME', join(folder, 'home'));
  vi.stubEnv('USERPROFILE', join(folder, 'home'));
  vi.stubEnv('XDG_DATA_HOME', given(folder));
  await openJournal(undefined).close();
  expect(existsSync(join(folder, ...where, 'aioquant', 'journal.sqlite'))).toBe(true);
});
