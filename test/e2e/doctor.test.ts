// `aioquant doctor`: what it finds on an account, and the exit status a script can rely on.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import type { Ended } from '../support/launched.ts';
import { jsonLines, openStage, type Stage } from './support.ts';

const diagnosis = z.object({
  account: z.string(),
  ok: z.boolean(),
  findings: z.array(z.object({ verdict: z.string(), what: z.string(), says: z.string() })),
});
type Diagnosis = z.infer<typeof diagnosis>;

function examined({ out }: Ended): Diagnosis[] {
  return z.array(diagnosis).parse(jsonLines(out));
}

async function examine(stage: Stage, ...flags: string[]): Promise<{ of: (what: string) => string; ended: Ended }> {
  const ended = await stage.run(['doctor', '-c', stage.at.config, '--json', ...flags]);
  const [first] = examined(ended);
  return {
    ended,
    of: (what) => {
      const found = first?.findings.find((finding) => finding.what === what);
      return found === undefined ? 'nothing' : `${found.verdict}: ${found.says}`;
    },
  };
}

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('a good account: every question has its answer, status 0, also with --strict', async () => {
    await using stage = await openStage(platform);
    stage.at.plant(2);
    const { of, ended } = await examine(stage, '--strict');
    expect(of('reachable')).toMatch(/^ok: answered in \d+ ms/);
    expect(of('key')).toMatch(platform === 'htx' ? /^(?:ok|note): valid/ : /^ok: valid, may trade/);
    expect(of('withdrawals')).toMatch(/^(?:ok: not permitted|note: the exchange does not say)/);
    expect(of('clock')).toMatch(/^ok: the exchange's is \d+ ms (?:behind|ahead of) ours/);
    expect(of('rate budget')).toMatch(
      /^ok: \d+ of \d+ in [\d.]+ s used \([a-z-]+\)(?:, the tightest of (?:[2-9]|\d\d) limits)?$/,
    );
    expect(of('BTC/USDT')).toBe('note: 2 unfinished orders');
    for (const line of ['1 at start', '2 at stop', '3 after a crash', '4 by command'])
      expect(of(line)).toMatch(/^ok: /);
    expect(of('3 after a crash')).toContain('the strategy is killed at the latest 12.5 s after it froze');
    expect(of('5 machine gone')).toMatch(
      {
        binance: /^note: binance has no dead man's switch: if this machine is lost, orders stay/,
        okx: /^ok: the exchange cancels 30 s after the last sign of life/,
        htx: /^ok: the exchange cancels 30 s after .*, at most 500 orders/,
      }[platform],
    );
    expect(ended).toMatchObject({ status: 0, err: '' });
  });

  it('a wrong key: that account fails and is named, the other is examined all the same, status 1', async () => {
    await using stage = await openStage(platform, { accounts: 2 });
    const [first, second] = stage.at.simulator.accounts;
    writeFileSync(
      stage.at.config,
      readFileSync(stage.at.config, 'utf8').replace(first?.secretKey ?? '', 'x'.repeat(48)),
    );
    const ended = await stage.run(['doctor', '-c', stage.at.config, '--json']);
    const [bad, good] = examined(ended);
    expect([bad?.ok, good?.ok, good?.account, ended.status]).toEqual([false, true, second?.name, 1]);
    const failure = bad?.findings.find(({ verdict }) => verdict === 'failure');
    expect(failure?.says).toContain("check this account's keys");
    expect(ended.out + ended.err).not.toContain('x'.repeat(48));
  });

  it("the exchange's clock is off: a warning, and with --strict status 1", async () => {
    await using stage = await openStage(platform);
    stage.at.simulator.faults.inject({ fault: 'clock-skew', skewMs: 4_000 });
    const { of, ended } = await examine(stage);
    const [, offset] =
      /^warning: the exchange's is (\d+) ms ahead of ours; .* set this machine's clock/.exec(of('clock')) ?? [];
    // No clock can be read more exactly than its answer takes to come.
    const [, took] = /answered in (\d+) ms/.exec(of('reachable')) ?? [];
    expect(Math.abs(Number(offset) - 4_000)).toBeLessThanOrEqual(Number(took) + 1);
    expect(ended.status).toBe(0);
    expect((await examine(stage, '--strict')).ended.status).toBe(1);
  });

  it('what a key may do is told as far as the exchange tells it: may withdraw, may not trade', async () => {
    await using stage = await openStage(platform);
    const [account] = stage.venue.accounts;
    if (account === undefined) throw new Error('the simulator has no account');
    account.permissions.withdraw = true;
    const rich = await examine(stage);
    // Only OKX says it of the key itself; the others must not be taken for safe.
    expect(rich.of('withdrawals')).toMatch(
      platform === 'okx' ? /^warning: THIS KEY MAY WITHDRAW FUNDS/ : /^note: the exchange does not say; make sure/,
    );
    expect(rich.ended.status).toBe(0);
    expect((await examine(stage, '--strict')).ended.status).toBe(platform === 'okx' ? 1 : 0);
    account.permissions.trade = false;
    const poor = await examine(stage);
    expect(poor.of('key')).toMatch(
      platform === 'htx' ? /^note: valid; the exchange does not say/ : /^failure: valid, but may not trade/,
    );
    expect(poor.ended.status).toBe(platform === 'htx' ? 0 : 1);
  });

  it('an exchange that is not there: not reachable, status 1', async () => {
    await using stage = await openStage(platform);
    await stage.at.close();
    const { of, ended } = await examine(stage);
    expect(of('reachable')).toMatch(/^failure: .*is the exchange reachable from here\?/);
    expect(ended.status).toBe(1);
  });
});

it('for people: a mark per finding, and what is missing in a configuration that weakens the defence', async () => {
  await using stage = await openStage('okx', {
    config: { deadMansSwitch: 0 },
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  const { status, out } = await stage.run(['doctor', '-c', stage.at.config]);
  expect(out).toMatch(/✓ reachable +answered in \d+ ms/);
  expect(out).toMatch(/· 2 at stop +unfinished orders are kept, as configured/);
  expect(out).toMatch(/! 3 after a crash +unfinished orders are kept, as configured: nobody watches them/);
  expect(out).toMatch(/· 5 machine gone +the exchange's dead man's switch is not armed: switched off/);
  expect(out).toContain('1 account examined: ready to trade.');
  expect(status).toBe(0);

  const strict = await stage.run(['doctor', '-c', stage.at.config, '--strict']);
  expect(strict.out).toContain('1 of 1 accounts have warnings or cannot trade (! or ✗ above).');
  expect(strict.status).toBe(1);
});

it("a switch below the exchange's limits: doctor says what it becomes, and of what", async () => {
  await using stage = await openStage('okx', { config: { deadMansSwitch: 5 } });
  const { of } = await examine(stage);
  expect(of('5 machine gone')).toContain('the exchange cancels 10 s (configured: 5 s; it takes 10 to 120) after');
});
