// The fourth line of defence, over real ports: how fast, how sure, and what it says when it could not do everything.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/domain/platform.ts';
import { readConfig } from '../../src/runtime/config.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { realTransport } from '../../src/wire/transport-real.ts';
import { realClock } from '../../src/runtime/real-clock.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { MemoryJournal } from '../../src/orders/memory-journal.ts';
import { AccountSessions } from '../../src/orders/account-sessions.ts';
import { silentLog } from '../../src/seam/log.ts';
import type { OrderJournal } from '../../src/orders/journal.ts';
import { scopeOf } from '../../src/runtime/assembly/journal.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';
import { Trade } from '../../src/trade.ts';
import { AT_A_TERMINAL, jsonLines, openStage, quickEnough, ROUND_TRIP_50, type Stage } from './support.ts';

const receiptSchema = z.object({
  account: z.string(),
  found: z.array(z.string()),
  revoked: z.array(z.string()),
  left: z.array(z.string()),
  error: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number(),
  confirmedAt: z.number().nullable(),
});
const receipts = (out: string): z.infer<typeof receiptSchema>[] => z.array(receiptSchema).parse(jsonLines(out));

/** A Trade on the stage's first account, in this process. */
async function tradeOn(stage: Stage): Promise<{ trade: Trade } & AsyncDisposable> {
  const transport = realTransport(realClock);
  const trade = new Trade(
    { strategy: 'quick', ...readConfig(stage.at.config).account(), symbol: 'BTC/USDT' },
    {
      transport,
      clock: realClock,
      random: systemRandom,
      log: silentLog,
      budgets: createRateBudgets(),
      exchange: exchangeOf,
      journal: new MemoryJournal(),
      sessions: new AccountSessions(),
    },
  );
  expect(await trade.ready).toBe(true);
  return {
    trade,
    async [Symbol.asyncDispose]() {
      await trade.close();
      await transport.close();
    },
  };
}

describe.each(PLATFORMS)('in numbers, on %s at 50 ms round trip', { timeout: 120_000 }, (platform) => {
  it('100 accounts with 20 orders each: revoked and confirmed by one command within 3 s, never refused for its pace', () =>
    quickEnough(async () => {
      await using stage = await openStage(platform, { accounts: 100, latency: ROUND_TRIP_50 });
      for (let account = 0; account < 100; account++) stage.at.plant(20, { account });
      const began = performance.now();
      const { status, out, err } = await stage.run(['revoke', '-c', stage.at.config, '--yes', '--json']);
      const took = performance.now() - began;
      console.log(
        `${platform}: 2000 orders of 100 accounts revoked and confirmed in ${Math.round(took)} ms, process included`,
      );
      const made = receipts(out);
      expect(made.reduce((sum, { revoked }) => sum + revoked.length, 0)).toBe(2_000);
      expect(made.every(({ confirmedAt, error }) => confirmedAt !== null && error === null)).toBe(true);
      for (let account = 0; account < 100; account++) expect(stage.at.open(account)).toBe(0);
      expect({ status, err, refused: stage.refusedForRate }).toEqual({ status: 0, err: '', refused: 0 });
      return took / 3_000;
    }));

  it('100 orders of one account: within half a second by a Trade, about that by command, the proof included', () =>
    quickEnough(async () => {
      await using stage = await openStage(platform, { latency: ROUND_TRIP_50 });
      stage.at.plant(100);
      const { out } = await stage.run(['revoke', '-c', stage.at.config, '--yes', '--json']);
      const [made] = receipts(out);
      expect(made?.revoked).toHaveLength(100);
      const byCommand = (made?.endedAt ?? Infinity) - (made?.startedAt ?? 0);

      stage.at.plant(100);
      await using on = await tradeOn(stage);
      const began = performance.now();
      const [revoked, error] = await on.trade.revokeOrder();
      const byTrade = performance.now() - began;
      expect(stage.at.open()).toBe(0);
      expect([revoked?.length, error]).toEqual([100, null]);
      console.log(
        `${platform}: 100 orders revoked and proven in ${byCommand} ms by command, ${Math.round(byTrade)} ms by a Trade`,
      );
      expect(stage.refusedForRate).toBe(0);
      // A process of its own first learns the clock, the account and the rules, all at once: that is half a second by a hair where the round
      // trip is 50 ms, and a busy machine needs room.
      return Math.max(byCommand / 750, byTrade / 500);
    }));
});

describe.each(PLATFORMS)('on %s', { concurrent: true, timeout: 60_000 }, (platform) => {
  it('a wrong key among many, some orders that cannot be canceled: the rest is done, all is told, exit status 1', async () => {
    await using stage = await openStage(platform, { accounts: 4 });
    for (const account of [0, 1, 2, 3]) stage.at.plant(2, { account });
    const secret = stage.at.simulator.accounts[1]?.secretKey ?? '';
    writeFileSync(stage.at.config, readFileSync(stage.at.config, 'utf8').replace(secret, 'x'.repeat(48)));
    const operation: ('cancel' | 'cancel-all')[] = ['cancel', 'cancel-all'];
    const refused = { fault: 'maintenance', operation, account: 'demo-3', durationMs: 600_000 } as const;
    stage.at.simulator.faults.inject(refused);

    const args = ['revoke', '-c', stage.at.config, '--yes', '--time-limit', '1'];
    const { status, out } = await stage.run([...args, '--json']);
    const made = receipts(out);
    expect(made.map(({ account, revoked, left }) => [account, revoked.length, left.length])).toEqual([
      ['demo', 2, 0],
      ['demo-2', 0, 0],
      ['demo-3', 0, 2],
      ['demo-4', 2, 0],
    ]);
    expect(made.map(({ error }) => error !== null)).toEqual([false, true, true, false]);
    expect(status).toBe(1);
    expect([0, 1, 2, 3].map((account) => stage.at.open(account))).toEqual([0, 2, 2, 0]);

    const told = await stage.run(args);
    for (const id of made[2]?.left ?? []) expect(told.out).toContain(`demo-3 BTC/USDT ${id}`);
    expect(told.out).toContain('0 revoked; on 2 of 4 something is left or not confirmed');
    expect(told.status).toBe(1);
  });

  it("own leaves a manual order and another strategy's; all takes them too; the journal has the receipts", async () => {
    await using stage = await openStage(platform);
    stage.at.plant(2, { strategy: 'mine' });
    stage.at.plant(1, { strategy: 'another' });
    stage.at.plant(1);
    const own = ['-c', stage.at.config, '--own', 'mine'];
    const dry = await stage.run(['revoke', ...own, '--dry-run', '--json']);
    expect(jsonLines(dry.out)).toMatchObject([{ dryRun: true, found: { length: 2 }, error: null }]);
    expect([dry.status, stage.at.open()]).toEqual([0, 4]);

    expect((await stage.run(['revoke', ...own, '--yes'])).status).toBe(0);
    expect(stage.at.open()).toBe(2);
    expect((await stage.run(['revoke', '-c', stage.at.config, '--yes'])).status).toBe(0);
    expect(stage.at.open()).toBe(0);

    const history = await stage.run(['orders', '-c', stage.at.config, '--history', '--json']);
    expect(jsonLines(history.out)).toMatchObject([
      { kind: 'receipt', trigger: 'command', whose: 'all', revoked: { length: 2 }, left: [], error: null },
      { kind: 'receipt', trigger: 'command', whose: 'own', revoked: { length: 2 }, left: [], error: null },
    ]);
    expect(history.status).toBe(0);
  });

  it('asks before it does anything, and takes only yes for yes', async () => {
    await using stage = await openStage(platform);
    stage.at.plant(2);
    const no = stage.start(['revoke', '-c', stage.at.config], AT_A_TERMINAL);
    await no.says(/Revoke these 2 orders, whoever placed them\? \[y\/N\]/);
    await no.says(/ 70001 /);
    no.type('\n');
    const { status, out } = await no.ended;
    expect(out).toContain('Nothing was revoked.');
    expect([status, stage.at.open()]).toEqual([1, 2]);

    const yes = stage.start(['revoke', '-c', stage.at.config], AT_A_TERMINAL);
    await yes.says(/\[y\/N\]/);
    yes.type('y\n');
    expect((await yes.ended).status).toBe(0);
    expect(stage.at.open()).toBe(0);
  });
});

it('for people: what would be done, what was done, and that nothing is left, each in a sentence', async () => {
  await using stage = await openStage('okx');
  stage.at.plant(3);
  const dry = await stage.run(['revoke', '-c', stage.at.config, '--dry-run']);
  expect(dry.out).toContain('3 orders would be revoked; nothing was done');
  expect([dry.status, stage.at.open()]).toEqual([0, 3]);
  const done = await stage.run(['revoke', '-c', stage.at.config, '--yes']);
  expect(done.out).toContain('3 orders revoked; every exchange says that nothing of BTC/USDT is left.');
  expect(done).toMatchObject({ status: 0, err: '' });
  const after = await stage.run(['orders', '-c', stage.at.config]);
  expect(after.out).toBe('No unfinished orders of BTC/USDT on 1 account.\n');
  const none = await stage.run(['revoke', '-c', stage.at.config, '--dry-run']);
  expect(none.out).toBe('Nothing to revoke: no unfinished orders of BTC/USDT on 1 account.\n');
}, 60_000);

it('an account with a mistake in it keeps nobody from revoking those of the others, and is told with its field', async () => {
  await using stage = await openStage('okx', { accounts: 2 });
  for (const account of [0, 1]) stage.at.plant(2, { account });
  const text = readFileSync(stage.at.config, 'utf8');
  writeFileSync(stage.at.config, text.replace(/\n *passphrase: .*/, ''));
  const { status, out } = await stage.run(['revoke', '-c', stage.at.config, '--yes']);
  expect(out).toMatch(/^demo +okx +BTC\/USDT +0 +0 +0 +\? .*passphrase: required for OKX/m);
  expect(out).toMatch(/^demo-2 +okx +BTC\/USDT +2 +2 +0 +0 .*none left/m);
  expect([status, stage.at.open(0), stage.at.open(1)]).toEqual([1, 2, 0]);
});

it('--own: nor from looking for those of a strategy on the others', async () => {
  await using stage = await openStage('okx', { accounts: 2 });
  for (const account of [0, 1]) stage.at.plant(2, { account, strategy: 'mine' });
  stage.at.plant(1, { account: 1 });
  const text = readFileSync(stage.at.config, 'utf8');
  writeFileSync(stage.at.config, text.replace(/\n *rest: .*/, '\n      rest: no-url'));
  const args = ['revoke', '-c', stage.at.config, '--own', 'mine'];
  const dry = await stage.run([...args, '--dry-run', '--json']);
  expect(jsonLines(dry.out)).toMatchObject([
    { account: 'demo', error: expect.stringContaining('rest') as string },
    { account: 'demo-2', error: null, found: { length: 2 } },
  ]);
  expect(dry.status).toBe(1);
  const { status, out } = await stage.run([...args, '--yes']);
  expect(out).toMatch(/^demo +okx +BTC\/USDT +0 +0 +0 +\? .*rest/m);
  expect(out).toMatch(/^demo-2 +okx +BTC\/USDT +2 +2 +0 +0 .*none left/m);
  expect([status, stage.at.open(0), stage.at.open(1)]).toEqual([1, 2, 1]);
});

describe(
  'symbols that the configuration does not name, and a strategy trades',
  { concurrent: true, timeout: 60_000 },
  () => {
    const order = {
      action: 'SELL',
      orderType: 'LIMIT',
      timeInForce: 'GTC',
      price: '70001',
      quantity: '0.001',
    } as const;
    const begin = (journal: OrderJournal, id: string): void =>
      journal.intent(`c:${id}`, { ...order, clientOrderId: id, quoteQuantity: null, at: Date.now() });

    /** Two accounts with other symbols in the configuration than BTC/USDT, of which the first has orders. The journal's file is made by the test. */
    async function elsewhere(symbols: string): Promise<{ stage: Stage; journal: string }> {
      const stage = await openStage('okx', { accounts: 2 });
      stage.at.plant(2, { strategy: 'mine' });
      writeFileSync(
        stage.at.config,
        readFileSync(stage.at.config, 'utf8').replaceAll(/symbols:\n *- BTC\/USDT/g, symbols),
      );
      return { stage, journal: join(stage.at.folder, 'journal.sqlite') };
    }

    /** The journal knows unfinished orders on the first account, among others that are none of its business. */
    async function journaled(symbols: string): Promise<Stage> {
      const { stage, journal: file } = await elsewhere(symbols);
      const journal = new SqliteJournal({ file, clock: realClock, log: silentLog });
      const { platform, account, endpoints } = readConfig(stage.at.config).account('demo');
      const place = { platform, account, endpoints: exchangeOf(platform).endpoints(endpoints) };
      const scope = scopeOf({ ...place, symbol: 'BTC/USDT', strategy: 'mine' });
      begin(journal.open(scope), 'open');
      begin(journal.open({ ...scope, strategy: 'another' }), 'too');
      begin(journal.open({ ...scope, venue: 'another', symbol: 'LTC/USDT' }), 'there');
      begin(journal.open({ ...scope, account: 'gone', symbol: 'LTC/USDT' }), 'gone');
      const ended = journal.open({ ...scope, symbol: 'ETH/USDT' });
      begin(ended, 'ended');
      ended.closed('c:ended', 'FILLED', Date.now());
      await journal.close();
      return stage;
    }

    it('are those of the journal, too: shown, revoked, and named', async () => {
      await using stage = await journaled('symbols: [EOS/USDT]');
      const config = ['-c', stage.at.config];
      const before = await stage.run(['orders', ...config]);
      expect(before.out).toContain('\n2 unfinished orders of BTC/USDT, EOS/USDT on demo, of EOS/USDT on demo-2.\n');
      const own = await stage.run(['orders', ...config, '--own', 'another', '--account', 'demo']);
      expect(own.out).toBe('No unfinished orders placed by another of BTC/USDT, EOS/USDT on 1 account.\n');
      const spared = await stage.run(['revoke', ...config, '--own', 'another', '--yes']);
      expect(spared.out).toContain(
        '0 orders revoked; every exchange says that nothing of another is left in these symbols.',
      );
      const chosen = await stage.run(['revoke', ...config, '--symbol', 'EOS/USDT', '--yes']);
      expect(chosen.out).toContain('0 orders revoked; every exchange says that nothing of EOS/USDT is left.');
      expect(stage.at.open()).toBe(2);
      const { status, out, err } = await stage.run(['revoke', ...config, '--yes']);
      expect(out).toContain('2 orders revoked; every exchange says that nothing of these symbols is left.');
      expect([status, err, stage.at.open()]).toEqual([0, '', 0]);
    });

    it('are enough where the configuration names none', async () => {
      await using stage = await journaled('symbols: []');
      const alone = await stage.run(['revoke', '-c', stage.at.config, '--account', 'demo', '--yes', '--json']);
      expect(jsonLines(alone.out)).toMatchObject([{ account: 'demo', symbol: 'BTC/USDT', revoked: { length: 2 } }]);
      expect([alone.status, stage.at.open()]).toEqual([0, 0]);
      const both = await stage.run(['orders', '-c', stage.at.config]);
      expect(both.err).toContain('account demo-2 names no symbols, and the journal knows no unfinished orders of it');
      expect(both.status).toBe(2);
    });

    it.each(['absent', 'memory', 'damaged', 'locked'])(
      'a journal that is %s keeps nobody from the others',
      async (how) => {
        const { stage: made, journal } = await elsewhere('symbols: [EOS/USDT]');
        await using stage = made;
        const { config } = stage.at;
        if (how === 'memory')
          writeFileSync(config, readFileSync(config, 'utf8').replace(/^journal: .*/m, 'journal: memory'));
        if (how === 'damaged') writeFileSync(journal, 'no journal '.repeat(1_000));
        const other = how === 'locked' ? new DatabaseSync(journal) : null;
        other?.exec('PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE');
        const shown = await stage.run(['orders', '-c', config]);
        expect(shown.out).toBe('No unfinished orders of EOS/USDT on 2 accounts.\n');
        const done = await stage.run(['revoke', '-c', config, '--yes']);
        other?.close();
        expect(done.out).toContain('every exchange says that nothing of EOS/USDT is left.');
        const complaint = 'the journal could not be asked for unfinished orders';
        for (const { status, err } of [shown, done])
          expect([status, err.includes(complaint)]).toEqual([0, other !== null || how === 'damaged']);
        // One line that says what to do, and no stack.
        for (const { err } of [shown, done]) expect(err).not.toContain('"stack"');
      },
    );
  },
);

describe('an account that could not be asked what is open', () => {
  /** The second of two accounts has a wrong secret: its exchange does not answer what it holds. */
  async function halfAsked(): Promise<Stage> {
    const stage = await openStage('okx', { accounts: 2 });
    const secret = stage.at.simulator.accounts[1]?.secretKey ?? '';
    writeFileSync(stage.at.config, readFileSync(stage.at.config, 'utf8').replace(secret, 'x'.repeat(48)));
    return stage;
  }

  it.each([
    [0, [], /Revoke whatever is open on demo-2, which could not be asked\? \[y\/N\]/],
    [
      2,
      [],
      /Revoke these 2 orders, whoever placed them, and whatever is open on demo-2, which could not be asked\? \[y\/N\]/,
    ],
    [
      1,
      ['--own', 'mine'],
      /Revoke this order, placed by mine, and whatever mine has open on demo-2, which could not be asked\? \[y\/N\]/,
    ],
  ])('is named in the question (%i orders elsewhere, %j)', async (count, flags, question) => {
    await using stage = await halfAsked();
    stage.at.plant(count, { strategy: 'mine' });
    const asked = stage.start(['revoke', '-c', stage.at.config, ...flags], AT_A_TERMINAL);
    await asked.says(/could not be asked: demo-2 \(okx\): /);
    await asked.says(question);
    asked.type('n\n');
    const { status, out } = await asked.ended;
    expect(out).toContain('Nothing was revoked.');
    expect([status, stage.at.open()]).toEqual([1, count]);
  });

  it('--dry-run does not say that there is nothing', async () => {
    await using stage = await halfAsked();
    const dry = ['revoke', '-c', stage.at.config, '--dry-run'];
    const half = await stage.run(dry);
    expect(half.out).toBe('Nothing to revoke: no unfinished orders of BTC/USDT on 1 account.\n');
    const none = await stage.run([...dry, '--account', 'demo-2']);
    expect(none.out).toBe('');
    for (const { status, err } of [half, none]) {
      expect(err).toContain('could not be asked: demo-2 (okx)');
      expect(status).toBe(1);
    }
  });
});

it('--json: what is said to a person is not on standard output', async () => {
  await using stage = await openStage('okx');
  stage.at.plant(1);
  const asked = stage.start(['revoke', '-c', stage.at.config, '--json'], AT_A_TERMINAL);
  await asked.says(/ 70001 [^]*Revoke this order/);
  asked.type('n\n');
  const { status, out, err } = await asked.ended;
  expect([status, out]).toEqual([1, '']);
  expect(err).toContain('Nothing was revoked.');
});

it('one order is one order', async () => {
  await using stage = await openStage('okx');
  stage.at.plant(1);
  const dry = await stage.run(['revoke', '-c', stage.at.config, '--dry-run']);
  expect(dry.out).toContain('1 order would be revoked');
  const asked = stage.start(['revoke', '-c', stage.at.config], AT_A_TERMINAL);
  await asked.says(/Revoke this order, whoever placed it\? \[y\/N\]/);
  asked.type('n\n');
  expect((await asked.ended).status).toBe(1);
});

it('an exchange that is not there: nothing is said to be done, exit status 1', async () => {
  await using stage = await openStage('okx');
  stage.at.plant(1);
  await stage.at.close();
  const { status, out } = await stage.run(['revoke', '-c', stage.at.config, '--yes', '--time-limit', '1']);
  expect(out).toContain('something is left or not confirmed');
  expect(status).toBe(1);
});
