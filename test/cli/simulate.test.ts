// The simulator as a server: what it prints, that it answers, that it ends.
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { readConfig } from '../../src/runtime/config.ts';
import { recordingOf } from '../support/recording-of.ts';
import { aioquant, Launched, MAIN } from '../support/launched.ts';

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
  await using running = new Launched(
    [MAIN, 'simulate', '--json', '--accounts', '2', '--seed', '7', '--write-config', config],
    {},
  );
  await running.says(/\n/);
  const { accounts, binance } = announcement.parse(JSON.parse(running.text.split('\n')[0] ?? ''));
  expect(accounts.map(({ name }) => name)).toEqual(['demo', 'demo-2']);
  const answer = await fetch(`${binance.rest}/api/v3/time`);
  expect(await answer.json()).toHaveProperty('serverTime');
  expect(readConfig(config).accounts.map(({ name }) => name)).toContain('demo-2@okx');
  expect(readFileSync(config, 'utf8')).toContain(accounts[1]?.secretKey);
  running.signal('SIGTERM');
  expect(await running.ended).toMatchObject({ status: 0, err: '' });
});

it('for people: exchanges, URLs and keys as tables', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'sim.yaml');
  await using running = new Launched([MAIN, 'simulate', '--exchange', 'okx,htx', '--write-config', config], {});
  await running.says(/Ctrl-C stops it/);
  expect(running.text).toContain(`Configuration for these accounts: ${config}`);
  expect(running.text).toContain('wsPrivate');
  expect(running.text).not.toContain('binance');
  running.signal('SIGINT');
  expect((await running.ended).status).toBe(0);
});

it('a Ctrl-C that arrives more than once, from the terminal and from npm, lets it close in order', async () => {
  await using running = new Launched([MAIN, 'simulate'], {});
  await running.says(/Ctrl-C stops it/);
  let isOver = false;
  const ended = running.ended.finally(() => {
    isOver = true;
  });
  for (let copy = 0; copy < 40 && !isOver; copy++) {
    try {
      running.signal('SIGINT');
    } catch {
      break; // it has ended
    }
    await wait(2);
  }
  expect(await ended).toMatchObject({ status: 0, signal: null });
});

it('--write-config leaves no empty folder behind, whether the file could be written or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-sim-'));
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const args = ['simulate', '--exchange', 'okx', '--write-config'];
  await using running = new Launched([MAIN, ...args, join(folder, 'sim.yaml')], { TMPDIR: temporary });
  await running.says(/Ctrl-C stops it/);
  expect(readdirSync(temporary)).toHaveLength(1);
  running.signal('SIGTERM');
  expect((await running.ended).status).toBe(0);
  expect(readdirSync(temporary)).toEqual([]);
  const failed = await aioquant([...args, join(folder, 'none', 'sim.yaml')], { TMPDIR: temporary });
  expect(failed.err).toContain('no such file or directory');
  expect(failed.status).toBe(2);
  expect(readdirSync(temporary)).toEqual([]);
});

it('--write-config: the same command writes its file again, but not over one that somebody has changed', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'sim.yaml');
  const args = ['simulate', '--exchange', 'okx', '--write-config', config];
  writeFileSync(config, '');
  const written: string[] = [];
  for (let start = 0; start < 2; start++) {
    await using running = new Launched([MAIN, ...args], {});
    await running.says(/Ctrl-C stops it/);
    written.push(readFileSync(config, 'utf8'));
    running.signal('SIGTERM');
    await running.ended;
  }
  // Each has a journal of its own.
  expect(new Set(written).size).toBe(2);
  for (const others of [`${written[1] ?? ''}log: { level: debug }\n`, 'accounts: [{ name: mine }]\n', '# mine']) {
    writeFileSync(config, others);
    expect(await aioquant(args)).toMatchObject({
      status: 2,
      out: '',
      err: `error: --write-config ${config}: it exists, and is not as this command wrote it; give another name, or remove it first\n`,
    });
    expect(readFileSync(config, 'utf8')).toBe(others);
  }
});

it('a port in use is a matter of choosing another', async () => {
  await using first = new Launched([MAIN, 'simulate', '--json', '--exchange', 'okx'], {});
  const [, port = ''] = await first.says(/127\.0\.0\.1:(\d+)/);
  const { status, err } = await aioquant(['simulate', '--exchange', 'okx', '--port', port]);
  expect(err).toContain('choose another with --port');
  expect(status).toBe(2);
  first.signal('SIGTERM');
  await first.ended;
});

it('a first port that leaves no room for the other exchanges is a matter of choosing another', async () => {
  const { status, err } = await aioquant(['simulate', '--port', '65535']);
  expect(err).toBe('error: --port 65535: each exchange takes one from there on, and the last there is is 65535\n');
  expect(status).toBe(2);
});

it.each(['EOSUSDT', 'eos/usdt', 'FOO/BAR'])('--symbol %s, which no market here has, is not written', async (symbol) => {
  const config = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'sim.yaml');
  const { status, err } = await aioquant(['simulate', '--write-config', config, '--symbol', `BTC/USDT,${symbol}`]);
  expect(err).toContain(`--symbol: "${symbol}" is not listed here; there are: BTC/USDT, ETH/USDT, EOS/USDT`);
  expect(status).toBe(2);
  expect(existsSync(config)).toBe(false);
});

it.each([
  ['account: demo@okx', 'rules.0.account: there is no "demo@okx" here; there are: demo, demo-2'],
  ['symbol: BTCUSDT', 'rules.0.symbol: there is no "BTCUSDT" here; there are: BTC/USDT, ETH/USDT'],
])('a fault plan with %s, which would never strike, is refused', async (field, says) => {
  const plan = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'plan.yaml');
  writeFileSync(plan, `- fault: push-dropped\n  ${field}\n`);
  const { status, err } = await aioquant(['simulate', '--accounts', '2', '--faults', plan]);
  expect(err).toContain(says);
  expect(status).toBe(2);
});

it('says which symbol a recording is played on', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'aioquant-sim-')), 'eos.ws');
  writeFileSync(file, recordingOf('EOSUSDT', 20));
  await using running = new Launched([MAIN, 'simulate', '--exchange', 'okx', '--replay', file], {});
  await running.says(/Ctrl-C stops it/);
  expect(running.text).toContain('The recording is played on EOS/USDT.');
  running.signal('SIGTERM');
  await running.ended;
});

it('a recording that cannot be read is named, with the reason', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-sim-'));
  expect(await aioquant(['simulate', '--replay', folder])).toMatchObject({
    status: 2,
    err: `error: --replay ${folder}: EISDIR: illegal operation on a directory, read\n`,
  });
});

it('all exchanges are there', () => {
  expect(Object.keys(announcement.shape).filter((name) => name !== 'accounts')).toEqual([...PLATFORMS]);
});
