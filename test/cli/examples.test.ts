// The examples do what they say, on every exchange, unchanged.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { parseConfig } from '../../src/runtime/config.ts';
import { example, ground, run, start, type Ended, type Ground } from './support.ts';

describe.each(PLATFORMS)('on %s', (platform) => {
  let at: Ground;
  beforeAll(async () => {
    at = await ground(platform, { market: 'model' });
  });
  afterAll(() => at.close());
  const runExample = (name: string): Promise<Ended> => run(['run', example(name), '-c', at.config, '--no-supervisor']);

  it("rest-client speaks the exchange's own words", async () => {
    const { status, out } = await runExample('rest-client.ts');
    expect(out).toMatch(/asks: \[/);
    expect(status).toBe(0);
  });

  it('market-price shows the best prices and an exact spread', async () => {
    const { status, out } = await runExample('market-price.ts');
    expect(out).toContain(`${platform} BTC/USDT`);
    expect(out).toMatch(/spread \d+(?:\.\d{1,2})?\n/);
    expect(status).toBe(0);
  });

  it('live-book follows the market until it is stopped', async () => {
    const running = start(['run', example('live-book.ts'), '-c', at.config, '--no-supervisor']);
    await running.said('spread');
    running.child.kill('SIGTERM');
    const { status, out } = await running.ended;
    expect(out).toMatch(/bid \d+(?:\.\d+)? x \d\S* {2}ask \d+(?:\.\d+)? x \d\S* {2}spread \d+(?:\.\d+)?\n/);
    expect(out).not.toContain('no book:');
    expect(status).toBe(0);
  });

  it('list-orders changes nothing, revoke-orders leaves nothing', async () => {
    at.plant(3);
    const listed = await runExample('list-orders.ts');
    expect(listed.out).toContain('the exchange says: 3 unfinished');
    expect(listed.status).toBe(0);
    expect(at.open()).toBe(3);
    const revoked = await runExample('revoke-orders.ts');
    expect(revoked.out).toContain('2 more revoked; none is left');
    expect(revoked.status).toBe(0);
    expect(at.open()).toBe(0);
  });

  it('dynamic-order keeps one order near the market, and none after it was stopped', async () => {
    const running = start(['run', example('dynamic-order.ts'), '-c', at.config, '--no-supervisor']);
    await running.said('SUBMITTED');
    expect(at.open()).toBe(1);
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
    expect(at.open()).toBe(0);
  });

  it('its configuration file is valid, with keys from the environment', () => {
    const file = `config.${platform}.yaml`;
    const name = platform.toUpperCase();
    const env = { [`${name}_KEY`]: 'key', [`${name}_SECRET`]: 'hush', [`${name}_PASS`]: 'hush' };
    const { accounts } = parseConfig(readFileSync(example(file), 'utf8'), file, env);
    expect(accounts).toMatchObject([{ platform, accessKey: 'key', symbols: ['BTC/USDT'], endpoints: 'live' }]);
  });
});

it('loop-task never overlaps and lives through a failure', async () => {
  const { status, out } = await run(['run', example('loop-task.ts'), '--no-supervisor']);
  expect(out.match(/run \d: looking at the market/g)).toHaveLength(5);
  expect(out).toContain('this one fails');
  expect(status).toBe(0);
});

it('single-task keeps the order it promises', async () => {
  const { status, out } = await run(['run', example('single-task.ts'), '--no-supervisor']);
  expect(out).toMatch(/first\nsecond[^\n]*\nthird[^\n]*\n/);
  expect(out).not.toContain('never:');
  expect(status).toBe(0);
});

it('strategy06 is a page long', () => {
  const lines = readFileSync(example('strategy06.ts'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(60);
  expect(lines.length).toBeLessThanOrEqual(90);
});
