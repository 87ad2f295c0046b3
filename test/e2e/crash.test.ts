// The third line of defence: however a supervised strategy dies, the exchange is empty soon after, and the exit status says what happened.
import { describe, expect, it } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { onOne } from '../support/everywhere.ts';
import type { Launched } from '../support/launched.ts';
import { openStage, quickEnough, REHEARSAL, ROUND_TRIP_50, type Stage, type StageOptions } from './support.ts';

const GOAL_MS = 2_000;

function stageFor(platform: Platform, ending: string, orders: number, options: StageOptions = {}): Promise<Stage> {
  const { config, ...rest } = options;
  return openStage(platform, {
    latency: ROUND_TRIP_50,
    config: { rehearsal: { orders, ending }, supervisor: { restart: 'never', lease: 1 }, deadMansSwitch: 0, ...config },
    ...rest,
  });
}

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('A13: kill -9 with 100 unfinished orders: the exchange is empty within two seconds', () =>
    quickEnough(async () => {
      await using stage = await stageFor(platform, 'rest', 100);
      const supervisor = stage.rehearse();
      const [, count, pid] = await supervisor.says(/PLACED (\d+) by (\d+)/);
      expect([count, stage.at.open()]).toEqual(['100', 100]);
      const killed = performance.now();
      process.kill(Number(pid), 'SIGKILL');
      const took = (await stage.emptied()) - killed;
      console.log(`${platform}: empty ${Math.round(took)} ms after kill -9 with 100 unfinished orders`);
      const { status, out } = await supervisor.ended;
      expect(out).toContain('the strategy died: killed by SIGKILL');
      expect(out).toContain('100 unfinished, 100 revoked, 0 filled meanwhile, 0 left');
      expect(out).toContain('confirmed by the exchange');
      expect(stage.at.open()).toBe(0);
      expect(status).toBe(1);
      return took / GOAL_MS;
    }));

  it('kill -9 while an order is on its way: the supervisor stays, and revokes it when it arrives', async () => {
    await using stage = await stageFor(platform, 'rest', 3);
    stage.at.simulator.faults.inject({ fault: 'request-late', delayMs: 3_000, operation: 'create', nth: 3 });
    const supervisor = stage.rehearse();
    const [, pid] = await supervisor.says(/strategy started as process (\d+)/);
    await stage.filledUp(2);
    process.kill(Number(pid), 'SIGKILL');
    const { status, out } = await supervisor.ended;
    expect(out).toMatch(
      / 2 unfinished, 2 revoked[^]*an order of the dead process may still arrive[^]* 1 unfinished, 1 revoked/,
    );
    expect(stage.at.open()).toBe(0);
    expect(status).toBe(1);
  });
});

describe('how it died does not depend on the exchange', { concurrent: true, timeout: 60_000 }, () => {
  it.each(onOne('htx'))(
    'an event loop frozen for longer than the lease: killed first, then revoked; %s',
    async (platform) => {
      await using stage = await stageFor(platform, 'freeze', 5);
      const supervisor = stage.rehearse();
      const [, , pid] = await supervisor.says(/PLACED (\d+) by (\d+)/);
      await stage.emptied();
      // Fenced: what cannot run any more cannot place another order.
      expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
      const { status, out } = await supervisor.ended;
      expect(out).toMatch(/no sign of life from the strategy for \d+ ms: killed process/);
      expect(out).toContain('5 unfinished, 5 revoked');
      expect(status).toBe(1);
    },
  );

  const DEATHS = [
    ['exit', /the strategy died: it exited with status 3/],
    ['out-of-memory', /the strategy died: (?:killed by SIGABRT|it exited)/],
  ] as const;
  it.each(onOne('okx').flatMap((platform) => DEATHS.map(([ending, says]) => ({ platform, ending, says }))))(
    '$ending: revoked by the supervisor; $platform',
    async ({ platform, ending, says }) => {
      // A lease that outlasts the struggle of a full heap: the process dies by itself, not by the supervisor.
      const config = { supervisor: { restart: 'never', lease: 15 } };
      await using stage = await stageFor(platform, ending, 5, { config });
      const { status, out } = await stage.rehearse({ NODE_OPTIONS: '--max-old-space-size=48' }).ended;
      expect(out).toContain('PLACED 5');
      expect(out).toMatch(says);
      expect(out).toContain('5 unfinished, 5 revoked');
      expect(stage.at.open()).toBe(0);
      expect(status).toBe(1);
    },
  );

  const UNCAUGHT = [
    ['throw', 'thrown by the strategy'],
    ['reject', 'rejected by the strategy'],
  ] as const;
  it.each(onOne('binance').flatMap((platform) => UNCAUGHT.map(([ending, message]) => ({ platform, ending, message }))))(
    'an uncaught error ($ending): the strategy itself revokes before it ends; $platform',
    async ({ platform, ending, message }) => {
      await using stage = await stageFor(platform, ending, 5);
      const { status, out } = await stage.rehearse().ended;
      expect(out).toContain(message);
      expect(out).toContain('5 unfinished, 5 revoked, 0 filled meanwhile, 0 left');
      expect(out).toContain('the strategy died: an uncaught error');
      expect(stage.at.open()).toBe(0);
      expect(status).toBe(1);
    },
  );

  it.each(onOne('htx'))('a callback that throws is told to onError and ends nothing; %s', async (platform) => {
    await using stage = await stageFor(platform, 'throw-in-callback', 5);
    const supervisor = stage.rehearse();
    await supervisor.says(/ON-ERROR .*a callback that throws/);
    await supervisor.says(/PLACED 5/);
    expect(stage.at.open()).toBe(5);
    supervisor.signal('SIGTERM');
    expect((await supervisor.ended).status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });

  it.each(onOne('binance'))(
    'freqtrade #9675: with restart on-crash it lives again, and the receipt of the crash is in the journal; %s',
    async (platform) => {
      await using stage = await stageFor(platform, 'rest', 3, {
        config: { supervisor: { restart: 'on-crash', lease: 5 }, rehearsal: { orders: 3, ending: 'rest' } },
      });
      const supervisor = stage.rehearse();
      const [, , first] = await supervisor.says(/PLACED (\d+) by (\d+)/);
      process.kill(Number(first), 'SIGKILL');
      await supervisor.says(/starting the strategy again in 1 s \(restart 1 of at most 10\)/);
      expect(stage.at.open()).toBe(0);
      // It knows what became of the orders of its first life, those included whose replies it did not live to write down.
      await supervisor.says(/INIT true with 0 orders[^]*INIT true with 0 orders/);
      const [, second] = await supervisor.says(new RegExp(`PLACED 3 by (?!${first}\\b)(\\d+)`));
      expect(second).not.toBe(first);
      supervisor.signal('SIGTERM');
      expect((await supervisor.ended).status).toBe(0);
      expect(stage.at.open()).toBe(0);
      const history = await stage.run(['orders', '-c', stage.at.config, '--history']);
      expect(history.out).toMatch(/ crash +demo .* 3 +3 +0 +0 +none left at/);
      expect(history.out).toMatch(/ stop +demo .* 3 +3 +0 +0 +none left at/);
    },
  );
});

describe('an uncaught error is a stop and a crash in one', { concurrent: true, timeout: 60_000 }, () => {
  it.each([
    [{ stop: 'keep', crash: 'revoke' }, 0],
    [{ stop: 'revoke', crash: 'keep' }, 0],
    [{ stop: 'keep', crash: 'keep' }, 2],
  ])('%j: %i of 2 orders stay', async (unfinishedOrders, expected) => {
    await using stage = await stageFor('okx', 'throw', 2, { unfinishedOrders, config: { deadMansSwitch: 10 } });
    const { status, out } = await stage.rehearse().ended;
    expect(out).toContain('the strategy died: an uncaught error');
    expect(out).toContain(expected === 0 ? '2 unfinished, 2 revoked' : 'kept 2 unfinished orders');
    expect([status, stage.at.open()]).toEqual([1, expected]);

    await using alone = await stageFor('htx', 'throw', 2, { unfinishedOrders });
    expect((await alone.run(['run', REHEARSAL, '-c', alone.at.config, '--no-supervisor'])).status).toBe(1);
    expect(alone.at.open()).toBe(expected);
  });

  it('the strategy could not revoke: the supervisor does', async () => {
    const unfinishedOrders = { stop: 'keep', crash: 'revoke' };
    const config = { rehearsal: { orders: 2, ending: 'throw' }, stop: { timeLimit: 1 } };
    await using stage = await stageFor('okx', 'throw', 2, { unfinishedOrders, config });
    const operation: ('cancel' | 'cancel-all')[] = ['cancel', 'cancel-all'];
    stage.at.simulator.faults.inject({ fault: 'maintenance', operation, durationMs: 600_000 });
    const supervisor = stage.rehearse();
    await supervisor.says(/left on the exchange: demo BTC\/USDT [^]*the strategy died: an uncaught error/);
    stage.at.simulator.faults.clear();
    const { status } = await supervisor.ended;
    expect([status, stage.at.open()]).toEqual([1, 0]);
  });

  it('a supervisor that is gone, too', async () => {
    const unfinishedOrders = { stop: 'keep', crash: 'revoke' };
    await using stage = await stageFor('okx', 'rest', 2, { unfinishedOrders });
    const supervisor = stage.rehearse();
    await supervisor.says(/PLACED 2/);
    supervisor.signal('SIGKILL');
    const { out } = await supervisor.ended;
    expect(out).toContain('stopping: the supervisor is gone');
    expect(stage.at.open()).toBe(0);
  });
});

describe('a log that nobody reads', { concurrent: true, timeout: 60_000 }, () => {
  const unread = async (ending: string): Promise<{ stage: Stage; supervisor: Launched }> => {
    // What is not read soon fills whatever lies between the two processes.
    const stage = await stageFor('okx', ending, 2, { config: { rehearsal: { orders: 2, ending, chatter: 800 } } });
    const supervisor = stage.rehearse();
    supervisor.stopReading();
    await stage.filledUp(2);
    return { stage, supervisor };
  };

  /** No line of one process in the midst of the other's. */
  const expectWhole = (out: string): void => {
    const lines = out.trimEnd().split('\n');
    for (const line of lines)
      if (!/^(?:INIT|PLACED) /.test(line)) expect(() => JSON.parse(line) as unknown).not.toThrow();
  };

  it('a strategy that freezes is killed and its orders are revoked all the same; what was said is there for who reads on', async () => {
    const { stage, supervisor } = await unread('freeze');
    await using _ = stage;
    await stage.emptied();
    supervisor.readOn();
    const { status, out } = await supervisor.ended;
    // What waited in the memory of the one that was killed is gone.
    expect(out).toMatch(/chatter 1 [^]*chatter 20 [^]*no sign of life from the strategy for \d+ ms: killed process/);
    expect(out).toContain('2 unfinished, 2 revoked');
    expectWhole(out);
    expect(status).toBe(1);
  });

  it('a strategy that exits: its orders are revoked although nobody reads that it died', async () => {
    const { stage, supervisor } = await unread('exit');
    await using _ = stage;
    await stage.emptied();
    supervisor.readOn();
    expect((await supervisor.ended).out).toMatch(
      /the strategy died: it exited with status 3[^]*2 unfinished, 2 revoked/,
    );
  });

  it('holds no strategy up: it stops as ever', async () => {
    const { stage, supervisor } = await unread('rest');
    await using _ = stage;
    // Frozen it would be killed after a second.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(stage.at.open()).toBe(2);
    supervisor.signal('SIGTERM');
    await stage.emptied();
    supervisor.readOn();
    const { status, out } = await supervisor.ended;
    expect(out).toMatch(/chatter 200 [^]*lines missing here[^]*stopped/);
    expectWhole(out);
    expect(status).toBe(0);
  });
});

it("crash: keep - and nothing is revoked, as configured; a stranger's order is nobody's business with own", async () => {
  await using kept = await stageFor('okx', 'exit', 2, { unfinishedOrders: { crash: 'keep' } });
  expect((await kept.rehearse().ended).out).toContain('unfinished orders are kept, as configured');
  expect(kept.at.open()).toBe(2);

  await using own = await stageFor('okx', 'exit', 2, { unfinishedOrders: { whose: 'own' } });
  own.at.plant(1);
  own.at.plant(1, { strategy: 'another' });
  expect((await own.rehearse().ended).out).toContain('2 unfinished, 2 revoked');
  expect(own.at.open()).toBe(2);
}, 60_000);
