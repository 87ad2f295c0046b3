// The second line of defence: every way to stop a strategy in order closes the gate, revokes, confirms, and ends with the right status.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { ECHO_MS } from '../../src/runtime/stop-signals.ts';
import { onOne } from '../support/everywhere.ts';
import { Launched } from '../support/launched.ts';
import { AT_A_TERMINAL, openStage, REHEARSAL, ROUND_TRIP_50, type Stage, type StageOptions } from './support.ts';

/** No echo any more, by the clock of the other process as well, and timers may be a millisecond early. */
const PRESSED_AGAIN_MS = ECHO_MS + 100;

function stageFor(platform: Platform, ending: string, orders: number, options: StageOptions = {}): Promise<Stage> {
  const { config, ...rest } = options;
  return openStage(platform, {
    latency: ROUND_TRIP_50,
    config: { rehearsal: { orders, ending }, deadMansSwitch: 0, ...config },
    ...rest,
  });
}

function refuseCancels(stage: Stage): void {
  const operation: ('cancel' | 'cancel-all')[] = ['cancel', 'cancel-all'];
  stage.at.simulator.faults.inject({ fault: 'maintenance', operation, durationMs: 600_000 });
}

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('cancels are refused: what is left is named by id, status 1', async () => {
    await using stage = await stageFor(platform, 'rest', 2, { config: { stop: { timeLimit: 1 } } });
    const alone = stage.start(['run', REHEARSAL, '-c', stage.at.config, '--no-supervisor']);
    await alone.says(/PLACED 2/);
    const uid = stage.venue.accounts[0]?.uid ?? 0;
    const ids = stage.venue.openOrders(uid, null).map(({ orderId }) => String(orderId));
    refuseCancels(stage);
    alone.signal('SIGTERM');
    const { status, out } = await alone.ended;
    for (const id of ids) expect(out).toMatch(new RegExp(`left on the exchange: .*demo BTC/USDT ${id}`));
    expect(stage.at.open()).toBe(2);
    expect(status).toBe(1);
  });

  it('A12: SIGTERM in the middle of placing: the gate closes, what is in flight settles, nothing is left', async () => {
    await using stage = await stageFor(platform, 'rest', 1_000);
    const supervisor = stage.rehearse();
    await stage.filledUp(10);
    supervisor.signal('SIGTERM');
    const { status, out } = await supervisor.ended;
    expect(out).toContain('stopping: SIGTERM');
    expect(out).toMatch(/GATE CLOSED after \d+/);
    expect(out).toMatch(/ unfinished, \d+ revoked, 0 filled meanwhile, 0 left/);
    expect(out).not.toContain('PLACED');
    expect(stage.at.open()).toBe(0);
    expect(status).toBe(0);
  });
});

describe('how it is told to stop does not depend on the exchange', { concurrent: true, timeout: 60_000 }, () => {
  it.each(onOne('htx'))(
    'Ctrl-C, which reaches supervisor and strategy both, and again: nothing is cut short; %s',
    async (platform) => {
      await using stage = await stageFor(platform, 'rest', 1_000);
      const supervisor = stage.rehearse();
      await stage.filledUp(10);
      supervisor.signalGroup('SIGINT');
      await supervisor.says(/stopping: SIGINT/);
      supervisor.signalGroup('SIGINT');
      const { status } = await supervisor.ended;
      expect(stage.at.open()).toBe(0);
      expect(status).toBe(0);
    },
  );

  it.each(onOne('okx'))('quant.stop ends strategy and supervisor, status 0; %s', async (platform) => {
    await using stage = await stageFor(platform, 'stop', 5);
    const { status, out } = await stage.rehearse().ended;
    expect(out).toContain('stopping: the rehearsal is over');
    expect(out).toContain('5 unfinished, 5 revoked, 0 filled meanwhile, 0 left');
    expect(stage.at.open()).toBe(0);
    expect(status).toBe(0);
  });

  it.each(onOne('binance'))(
    'alone, without shell, terminal or supervisor (as process 1 of a container): the same; %s',
    async (platform) => {
      await using stage = await stageFor(platform, 'rest', 5);
      const alone = stage.start(['run', REHEARSAL, '-c', stage.at.config, '--no-supervisor']);
      const [, , pid] = await alone.says(/PLACED (\d+) by (\d+)/);
      expect(Number(pid)).toBe(alone.pid);
      alone.signal('SIGTERM');
      alone.signal('SIGINT');
      const { status, signal, out } = await alone.ended;
      expect(out).toContain('5 unfinished, 5 revoked');
      expect(stage.at.open()).toBe(0);
      expect({ status, signal }).toEqual({ status: 0, signal: null });
    },
  );

  it.each(onOne('htx'))('alone and with an uncaught error: revoked, status 1; %s', async (platform) => {
    await using stage = await stageFor(platform, 'throw', 5);
    const { status, out } = await stage.run(['run', REHEARSAL, '-c', stage.at.config, '--no-supervisor']);
    expect(out).toContain('thrown by the strategy');
    expect(out).toContain('5 unfinished, 5 revoked');
    expect(stage.at.open()).toBe(0);
    expect(status).toBe(1);
  });
});

it(
  'Ctrl-\\, which a terminal sends to supervisor and strategy both, is a stop like any other',
  { timeout: 60_000 },
  async () => {
    await using stage = await stageFor('binance', 'rest', 3);
    const supervisor = stage.rehearse();
    await supervisor.says(/PLACED 3/);
    supervisor.signalGroup('SIGQUIT');
    const { status, out } = await supervisor.ended;
    expect(out).toContain('stopping: SIGQUIT');
    expect(stage.at.open()).toBe(0);
    expect(status).toBe(0);
  },
);

describe('a second Ctrl-C at a terminal', { concurrent: true, timeout: 60_000 }, () => {
  const refusing = async (): Promise<Stage> => {
    const stage = await stageFor('okx', 'rest', 2);
    refuseCancels(stage);
    return stage;
  };

  it.each([
    [
      'alone',
      ['--no-supervisor'],
      /Still stopping \(2 orders left: demo BTC\/USDT \d+, demo BTC\/USDT \d+\)\. Abandon\? \[y\/N\]/,
    ],
    [
      'under the supervisor',
      [],
      /The strategy is still stopping\. End at once and leave what is unfinished\? \[y\/N\]/,
    ],
  ])('asks before it abandons, and says what is left (%s)', async (_how, flags, question) => {
    await using stage = await refusing();
    const running = stage.start(['run', REHEARSAL, '-c', stage.at.config, ...flags], AT_A_TERMINAL);
    await running.says(/PLACED 2/);
    running.signal('SIGINT');
    await running.says(/stopping: SIGINT/);
    await wait(PRESSED_AGAIN_MS);
    running.signal('SIGINT');
    await running.says(question);
    expect(stage.at.open()).toBe(2);
    running.type('y\n');
    const { status } = await running.ended;
    expect(status).toBe(1);
    expect(stage.at.open()).toBe(2);
  });

  it('a Ctrl-C that arrives twice, from the terminal and from npm, is one', async () => {
    await using stage = await stageFor('okx', 'rest', 2);
    const alone = stage.start(['run', REHEARSAL, '-c', stage.at.config, '--no-supervisor'], AT_A_TERMINAL);
    await alone.says(/PLACED 2/);
    alone.signal('SIGINT');
    await alone.says(/stopping: SIGINT/);
    alone.signal('SIGINT');
    const { status, out, err } = await alone.ended;
    expect(out + err).not.toContain('Abandon?');
    expect([status, stage.at.open()]).toEqual([0, 0]);
  });

  it('"no" goes on stopping', async () => {
    await using stage = await refusing();
    const alone = stage.start(['run', REHEARSAL, '-c', stage.at.config, '--no-supervisor'], AT_A_TERMINAL);
    await alone.says(/PLACED 2/);
    alone.signal('SIGINT');
    await alone.says(/stopping: SIGINT/);
    await wait(PRESSED_AGAIN_MS);
    alone.signal('SIGINT');
    await alone.says(/Abandon\?/);
    alone.type('n\n');
    stage.at.simulator.faults.clear();
    expect((await alone.ended).status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });
});

describe('started through npm, as the pages print it', { concurrent: true, timeout: 60_000 }, () => {
  const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
  const checkout = fileURLToPath(new URL('../../', import.meta.url));
  const throughNpm = (stage: Stage, env: Readonly<Record<string, string>> = {}): Launched =>
    new Launched([npm, 'run', '-s', 'aioquant', '--', 'run', REHEARSAL, '-c', stage.at.config], env, checkout);

  it('A12: SIGTERM to npm alone stops the strategy, and npm ends after it', async () => {
    await using stage = await stageFor('binance', 'rest', 5);
    await using run = throughNpm(stage);
    const [, , pid] = await run.says(/PLACED (\d+) by (\d+)/);
    run.signal('SIGTERM');
    const { status, out } = await run.ended;
    expect(out).toContain('5 unfinished, 5 revoked');
    expect([status, stage.at.open()]).toEqual([0, 0]);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });

  it('Ctrl-C, which npm hands on to those that have it from the terminal, asks nothing; a second one does', async () => {
    await using stage = await stageFor('binance', 'rest', 2);
    refuseCancels(stage);
    await using run = throughNpm(stage, AT_A_TERMINAL);
    await run.says(/PLACED 2/);
    run.signalGroup('SIGINT');
    await run.says(/stopping: SIGINT/);
    await wait(PRESSED_AGAIN_MS);
    expect(run.text).not.toContain('End at once');
    run.signalGroup('SIGINT');
    await run.says(/End at once and leave what is unfinished\? \[y\/N\]/);
    stage.at.simulator.faults.clear();
    run.type('n\n');
    expect((await run.ended).status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });
});

it('stop: keep - and they stay; whose: own - and a stranger keeps his', async () => {
  await using kept = await stageFor('htx', 'stop', 2, { unfinishedOrders: { stop: 'keep' } });
  const stopped = await kept.rehearse().ended;
  expect(stopped.out).toContain('kept 2 unfinished orders');
  expect([stopped.status, kept.at.open()]).toEqual([0, 2]);

  await using own = await stageFor('htx', 'stop', 2, { unfinishedOrders: { whose: 'own' } });
  own.at.plant(1);
  own.at.plant(1, { strategy: 'another' });
  expect((await own.rehearse().ended).status).toBe(0);
  expect(own.at.open()).toBe(2);
}, 60_000);
