// The examples do what they say, on every exchange, unchanged.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { parseConfig } from '../../src/runtime/config.ts';
import { openStage, type Stage } from '../e2e/support.ts';
import { aioquant, type Ended, type Launched } from '../support/launched.ts';

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const start = (stage: Stage, name: string): Launched =>
  stage.start(['run', example(name), '-c', stage.at.config, '--no-supervisor']);
const ended = (stage: Stage, name: string): Promise<Ended> => start(stage, name).ended;

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  const open = (): Promise<Stage> => openStage(platform, { market: 'model' });

  it("rest-client speaks the exchange's own words", async () => {
    await using stage = await open();
    const { status, out } = await ended(stage, 'rest-client.ts');
    expect(out).toMatch(/asks: \[/);
    expect(status).toBe(0);
  });

  it('market-price shows the best prices and an exact spread', async () => {
    await using stage = await open();
    const { status, out } = await ended(stage, 'market-price.ts');
    expect(out).toContain(`${platform} BTC/USDT`);
    expect(out).toMatch(/spread \d+(?:\.\d{1,2})?\n/);
    expect(status).toBe(0);
  });

  it('live-book follows the market until it is stopped', async () => {
    await using stage = await open();
    const running = start(stage, 'live-book.ts');
    await running.says(/spread/);
    running.signal('SIGTERM');
    const { status, out } = await running.ended;
    expect(out).toMatch(/bid \d+(?:\.\d+)? x \d\S* {2}ask \d+(?:\.\d+)? x \d\S* {2}spread \d+(?:\.\d+)?\n/);
    expect(out).not.toContain('no book:');
    expect(status).toBe(0);
  });

  it('list-orders changes nothing, revoke-orders leaves nothing', async () => {
    await using stage = await open();
    stage.at.plant(3);
    const listed = await ended(stage, 'list-orders.ts');
    expect(listed.out).toContain('the exchange says: 3 unfinished');
    expect(listed.status).toBe(0);
    expect(stage.at.open()).toBe(3);
    const revoked = await ended(stage, 'revoke-orders.ts');
    expect(revoked.out).toContain('2 more revoked; none is left');
    expect(revoked.status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });

  it('leave-orders leaves three', async () => {
    await using stage = await open();
    const { status, out } = await ended(stage, 'leave-orders.ts');
    expect(out.match(/left behind: \d+/g)).toHaveLength(3);
    expect([status, stage.at.open()]).toEqual([0, 3]);
  });

  it('those that place orders do so on whichever symbol the configuration names', async () => {
    await using stage = await openStage(platform, { market: 'model', symbols: ['EOS/USDT'] });
    for (const name of ['strategy06.ts', 'dynamic-order.ts']) {
      const running = start(stage, name);
      await running.says(/SUBMITTED(?:: \S+)? at 0\.\d+/);
      running.signal('SIGTERM');
      const { status, out } = await running.ended;
      expect([status, stage.at.open()]).toEqual([0, 0]);
      expect(out).not.toContain('no order placed');
    }
    const { status, out } = await ended(stage, 'leave-orders.ts');
    expect(out.match(/left behind: \d+/g)).toHaveLength(3);
    expect([status, stage.at.open()]).toEqual([0, 3]);
  });

  it('leave-orders ends with status 1 where it could place none, and is not started again', async () => {
    await using stage = await openStage(platform, { market: 'model' });
    const { uid = 0, balances } = stage.venue.accounts[0] ?? {};
    const money = balances?.get('USDT')?.free ?? Decimal.ZERO;
    stage.venue.deposit(uid, 'USDT', money.neg());
    const { status, out } = await stage.run(['run', example('leave-orders.ts'), '-c', stage.at.config]);
    expect(out.match(/not placed: /g)).toHaveLength(3);
    expect(out).toContain('stopping: no order could be placed');
    expect([status, stage.at.open()]).toEqual([1, 0]);
  });

  it('dynamic-order keeps one order near the market, and none after it was stopped', async () => {
    await using stage = await open();
    const running = start(stage, 'dynamic-order.ts');
    await running.says(/SUBMITTED/);
    expect(stage.at.open()).toBe(1);
    running.signal('SIGTERM');
    expect((await running.ended).status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });

  it('several-accounts keeps an order on each account, and one that cannot trade stops no other', async () => {
    await using stage = await openStage(platform, { market: 'model', accounts: 3 });
    stage.at.simulator.accounts.forEach((_, account) => stage.at.plant(1, { account }));
    const [, , { permissions } = {}] = stage.venue.accounts;
    if (permissions !== undefined) permissions.valid = false;
    const running = start(stage, 'several-accounts.ts');
    await running.says(/demo: order \d+ SUBMITTED[^]*demo: order \d+ SUBMITTED/);
    await running.says(/demo-2: order \d+ SUBMITTED[^]*demo-2: order \d+ SUBMITTED/);
    await running.says(/demo-3 cannot trade; the others go on/);
    expect([0, 1].map((account) => stage.at.open(account))).toEqual([1, 1]);
    running.signal('SIGTERM');
    expect((await running.ended).status).toBe(0);
    expect([0, 1, 2].map((account) => stage.at.open(account))).toEqual([0, 0, 1]);
  });

  it('its configuration file is valid, with keys from the environment', () => {
    const file = `config.${platform}.yaml`;
    const name = platform.toUpperCase();
    const env = { [`${name}_KEY`]: 'key', [`${name}_SECRET`]: 'hush', [`${name}_PASS`]: 'hush' };
    const { accounts } = parseConfig(readFileSync(example(file), 'utf8'), file, env);
    expect(accounts).toMatchObject([{ platform, accessKey: 'key', symbols: ['BTC/USDT'], endpoints: 'live' }]);
  });
});

it.concurrent.each(['strategy06.ts', 'dynamic-order.ts'])(
  '%s does not begin while orders are left',
  async (name) => {
    await using stage = await openStage('okx', { config: { stop: { timeLimit: 1 } } });
    stage.at.plant(1);
    const operation: ('cancel' | 'cancel-all')[] = ['cancel', 'cancel-all'];
    stage.at.simulator.faults.inject({ fault: 'maintenance', operation, durationMs: 600_000 });
    const { status, out } = await ended(stage, name);
    expect(out).toContain('stopping: orders are left: 1 of 1 orders could not be revoked');
    expect([status, stage.at.open()]).toEqual([1, 1]);
  },
  60_000,
);

it.concurrent('loop-task never overlaps and lives through a failure', async () => {
  const { status, out } = await aioquant(['run', example('loop-task.ts'), '--no-supervisor']);
  expect(out.match(/run \d: looking at the market/g)).toHaveLength(5);
  expect(out).toContain('this one fails');
  expect(status).toBe(0);
});

it.concurrent('single-task keeps the order it promises', async () => {
  const { status, out } = await aioquant(['run', example('single-task.ts'), '--no-supervisor']);
  expect(out).toMatch(/first\nsecond[^\n]*\nthird[^\n]*\n/);
  expect(out).not.toContain('never:');
  expect(status).toBe(0);
});

it('strategy06 is a page long', () => {
  const lines = readFileSync(example('strategy06.ts'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(60);
  expect(lines.length).toBeLessThanOrEqual(90);
});
