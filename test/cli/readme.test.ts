// The README's first strategy, as a reader pastes it: its configuration is valid, and its commands run it on the simulator.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../../src/runtime/config.ts';
import { Launched, MAIN } from '../support/launched.ts';

const PREFIX = 'npm run -s aioquant -- ';

/** The first block of a language that has `text` in it. */
function block(page: string, language: string, text: string): string {
  const blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)];
  return blocks.find(([, name, code = '']) => name === language && code.includes(text))?.[2] ?? '';
}

it.concurrent.each([
  ['README.md', /placed \d+/],
  ['README.zh-CN.md', /已下单 \d+/],
])('%s', { timeout: 60_000 }, async (name, placed) => {
  const page = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const env = { OKX_KEY: 'k', OKX_SECRET: 's', OKX_PASS: 'p' };
  expect(parseConfig(block(page, 'yaml', 'accounts:'), 'config.yaml', env).account().symbol).toBe('EOS/USDT');

  const folder = mkdtempSync(join(tmpdir(), 'aioquant-readme-'));
  writeFileSync(join(folder, 'my-strategy.ts'), block(page, 'ts', 'MyFirst'));
  const [asShown = '', run = ''] = block(page, 'sh', 'my-strategy.ts').trim().split('\n');
  // An account may name another symbol first: a price of EOS/USDT on BTC/USDT would give the coins away.
  const simulate = asShown.replace('--symbol EOS/USDT', '--symbol BTC/USDT,EOS/USDT');
  expect(simulate).not.toBe(asShown);
  const launch = (command: string): Launched => {
    expect(command).toContain(PREFIX);
    return new Launched([MAIN, ...command.slice(PREFIX.length).split(' ')], { XDG_DATA_HOME: folder }, folder);
  };
  await using simulator = launch(simulate);
  await simulator.says(/Ctrl-C stops it/);
  await using strategy = launch(run);
  await strategy.says(placed);
  await strategy.says(/SUBMITTED 0 \S+ 10/);
  strategy.signal('SIGTERM');
  const { status, out } = await strategy.ended;
  expect(out).toContain('1 unfinished, 1 revoked');
  expect(status).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});
