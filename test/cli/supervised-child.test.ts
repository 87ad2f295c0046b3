// When a process is over for certain: nothing may be revoked for it, or started in its place, before.
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { supervisedChild } from '../../src/cli/supervised-child.ts';

it('a message that does not reach the child does not end it', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => process.exit(3), 200)']);
  const { exited } = supervisedChild(child);
  for (let time = 0; time < 2; time++) child.emit('error', new Error('write EPIPE'));
  expect(await exited).toEqual({ code: 3, signal: null });
});

it('a child that could not be started is over', async () => {
  const { code, signal } = await supervisedChild(spawn('/no/such/program')).exited;
  expect(code).toBeNull();
  expect(signal).toContain('ENOENT');
});

it('a child that is gone is over, although a process that it started holds its pipes open', async () => {
  const sleeper = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8000)'], { stdio: 'inherit' })`;
  const child = spawn(process.execPath, ['-e', `${sleeper}; process.exit(3)`]);
  const begun = performance.now();
  expect(await supervisedChild(child).exited).toEqual({ code: 3, signal: null });
  expect(performance.now() - begun).toBeLessThan(7_000);
}, 20_000);
