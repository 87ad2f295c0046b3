// `orders`, `revoke` and `doctor` over real ports, on every exchange.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { ground, run, type Ground } from './support.ts';

let at: Ground | null = null;
afterEach(async () => {
  await at?.close();
  at = null;
});

const lines = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
const receiptSchema = z.object({
  account: z.string(),
  found: z.array(z.string()),
  revoked: z.array(z.string()),
  left: z.array(z.string()),
  error: z.string().nullable(),
});

describe.each(PLATFORMS)('on %s', (platform) => {
  it('orders lists them, revoke --dry-run touches nothing, revoke --yes empties the exchange and keeps a receipt', async () => {
    at = await ground(platform);
    at.plant(3);
    const listed = await run(['orders', '-c', at.config, '--json']);
    expect(lines(listed.out)).toHaveLength(3);
    expect(lines(listed.out)).toContainEqual(
      expect.objectContaining({
        account: 'demo',
        platform,
        symbol: 'BTC/USDT',
        action: 'SELL',
        price: '70001',
        remain: '0.001',
      }),
    );
    expect(listed).toMatchObject({ status: 0, err: '' });

    const dry = await run(['revoke', '-c', at.config, '--dry-run']);
    expect(dry.out).toContain('3 orders would be revoked; nothing was done');
    expect(dry.status).toBe(0);
    expect(at.open()).toBe(3);

    const done = await run(['revoke', '-c', at.config, '--yes']);
    expect(done.out).toContain('3 orders revoked; every exchange says that nothing is left.');
    expect(done).toMatchObject({ status: 0, err: '' });
    expect(at.open()).toBe(0);

    const history = await run(['orders', '-c', at.config, '--history', '--json']);
    expect(lines(history.out)).toMatchObject([{ kind: 'receipt', trigger: 'command' }]);
    expect(receiptSchema.parse(lines(history.out)[0]).revoked).toHaveLength(3);
    const after = await run(['orders', '-c', at.config]);
    expect(after.out).toBe('No unfinished orders on 1 account.\n');
  });

  it("revoke --own leaves a manual order and another strategy's; without it they are gone, too", async () => {
    at = await ground(platform);
    at.plant(2, { strategy: 'mine' });
    at.plant(1, { strategy: 'another' });
    at.plant(1);
    const own = await run(['revoke', '-c', at.config, '--own', 'mine', '--yes', '--json']);
    expect(receiptSchema.parse(lines(own.out)[0]).revoked).toHaveLength(2);
    expect(own.status).toBe(0);
    expect(at.open()).toBe(2);
    expect((await run(['revoke', '-c', at.config, '--yes'])).status).toBe(0);
    expect(at.open()).toBe(0);
  });

  it('one wrong key does not stop the others: they are done, it is named, exit status 1', async () => {
    at = await ground(platform, { accounts: 3 });
    for (const account of [0, 1, 2]) at.plant(2, { account });
    const wrong = join(mkdtempSync(join(tmpdir(), 'aioquant-')), 'config.yaml');
    const key = at.simulator.accounts[1]?.secretKey ?? '';
    writeFileSync(wrong, readFileSync(at.config, 'utf8').replace(key, 'x'.repeat(48)));
    const { status, out } = await run(['revoke', '-c', wrong, '--yes', '--json']);
    const receipts = lines(out).map((line) => receiptSchema.parse(line));
    expect(receipts.map(({ revoked }) => revoked.length)).toEqual([2, 0, 2]);
    expect(receipts[1]?.error).not.toBeNull();
    expect(status).toBe(1);
    expect([0, 1, 2].map((account) => at?.open(account))).toEqual([0, 2, 0]);
    const listed = await run(['orders', '-c', wrong]);
    expect(listed.err).toContain('could not be asked: demo-2');
    expect(listed.err).toContain("check this account's keys");
    expect(listed.status).toBe(1);
  });

  it('doctor says that an account can trade, and what protects it', async () => {
    at = await ground(platform);
    at.plant(2);
    const { status, out, err } = await run(['doctor', '-c', at.config]);
    expect(out).toMatch(/✓ reachable +answered in \d+ ms/);
    expect(out).toContain('2 unfinished orders');
    expect(out).toMatch(/✓ 3 after a crash/);
    expect(out).toMatch(
      platform === 'binance' ? /· 5 machine gone +binance has no dead man's switch/ : /✓ 5 machine gone/,
    );
    expect(out).toContain('1 account examined: ready to trade.');
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  it('doctor finds a wrong key, exit status 1', async () => {
    at = await ground(platform);
    const text = readFileSync(at.config, 'utf8').replace(at.simulator.accounts[0]?.secretKey ?? '', 'x'.repeat(48));
    writeFileSync(at.config, text);
    const { status, out } = await run(['doctor', '-c', at.config]);
    expect(out).toMatch(/✗ (?:key|BTC\/USDT|reachable)/);
    expect(out).toContain('cannot trade as they are');
    expect(status).toBe(1);
  });
});

it('an exchange that is not there is named, and nothing is said to be done', async () => {
  at = await ground('okx');
  at.plant(1);
  await at.close();
  const { status, out } = await run(['revoke', '-c', at.config, '--yes', '--time-limit', '1']);
  expect(out).toContain('something is left or not confirmed');
  expect(status).toBe(1);
});

describe.each(PLATFORMS)('in numbers, on %s', (platform) => {
  it('100 accounts with 20 orders each, 50 ms round trip: all revoked and confirmed in one go', async () => {
    const oneWay = { fixedMs: 25, jitterMs: 0 };
    at = await ground(platform, { accounts: 100, latency: { wayIn: oneWay, wayOut: oneWay } });
    for (let account = 0; account < 100; account++) at.plant(20, { account });
    const began = performance.now();
    const { status, out, err } = await run(['revoke', '-c', at.config, '--yes', '--json']);
    const took = performance.now() - began;
    console.log(
      `${platform}: 2000 orders of 100 accounts revoked and confirmed in ${Math.round(took)} ms, process start included`,
    );
    expect(err).toBe('');
    const receipts = lines(out).map((line) => receiptSchema.parse(line));
    expect(receipts.reduce((sum, { revoked }) => sum + revoked.length, 0)).toBe(2_000);
    expect(receipts.filter(({ error }) => error !== null)).toEqual([]);
    for (let account = 0; account < 100; account++) expect(at.open(account)).toBe(0);
    expect(status).toBe(0);
  }, 60_000);
});
