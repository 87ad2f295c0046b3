// The simulator as a server: what it prints, that it answers, that it ends.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { readConfig } from '../../src/runtime/config.ts';
import { run, start } from './support.ts';

const announcement = z.object({
  binance: z.object({ rest: z.url(), stream: z.url(), wsApi: z.url() }),
  okx: z.object({ rest: z.url(), wsPublic: z.url(), wsPrivate: z.url(), wsBusiness: z.url() }),
  htx: z.object({ rest: z.url(), wsMarket: z.url(), wsFeed: z.url(), wsPrivate: z.url(), wsTrade: z.url() }),
  accounts: z.array(
    z.object({ name: z.string(), accessKey: z.string(), secretKey: z.string(), passphrase: z.string() }),
  ),
});

it('--json: the first line is one object with every URL and key, then it serves until SIGTERM', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'sim.yaml');
  const running = start(['simulate', '--json', '--accounts', '2', '--seed', '7', '--write-config', config]);
  const said = await running.said('\n');
  const { accounts, binance } = announcement.parse(JSON.parse(said.split('\n')[0] ?? ''));
  expect(accounts.map(({ name }) => name)).toEqual(['demo', 'demo-2']);
  const answer = await fetch(`${binance.rest}/api/v3/time`);
  expect(await answer.json()).toHaveProperty('serverTime');
  expect(readConfig(config).accounts.map(({ name }) => name)).toContain('demo-2@okx');
  expect(readFileSync(config, 'utf8')).toContain(accounts[1]?.secretKey);
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ status: 0, err: '' });
});

it('for people: exchanges, URLs and keys as tables', async () => {
  const running = start(['simulate', '--exchange', 'okx,htx']);
  const said = await running.said('Ctrl-C stops it');
  expect(said).toContain('wsPrivate');
  expect(said).not.toContain('binance');
  running.child.kill('SIGINT');
  expect((await running.ended).status).toBe(0);
});

it('a port in use is a matter of choosing another', async () => {
  const first = start(['simulate', '--json', '--exchange', 'okx']);
  const said = await first.said('\n');
  const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? '';
  const { status, err } = await run(['simulate', '--exchange', 'okx', '--port', port]);
  expect(err).toContain('choose another with --port');
  expect(status).toBe(2);
  first.child.kill('SIGTERM');
  await first.ended;
});

it('all exchanges are there', () => {
  expect(Object.keys(announcement.shape).filter((name) => name !== 'accounts')).toEqual([...PLATFORMS]);
});
