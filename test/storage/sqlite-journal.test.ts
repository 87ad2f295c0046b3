// The journal on disk: survives death at any moment, says clearly what is wrong with its file, and costs next to nothing on the way.
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { merge, newOrderState } from '../../src/domain/merge.ts';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import type { Intent, JournalScope, OrderJournal } from '../../src/orders/journal.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { readReport } from '../../src/storage/report-text.ts';
import type { Group } from '../../src/storage/journal-lines.ts';
import { JournalStore } from '../../src/storage/journal-store.ts';
import { fillCalled } from './support/fill.ts';
import { reportText } from './support/report-text.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';
import { story } from '../domain/support/reports.ts';
import { Stage } from '../orders/support/stage.ts';

const SCOPE: JournalScope = { platform: 'okx', venue: '', account: 'me', symbol: 'EOS/USDT', strategy: 'test' };
const intent = (clientOrderId: string, at = 1_700_000_000_000): Intent => ({
  clientOrderId,
  action: 'BUY',
  orderType: 'LIMIT',
  timeInForce: 'GTC',
  price: '2.001',
  quantity: '10',
  quoteQuantity: null,
  at,
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(folder, 'journal.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (clock = new VirtualClock(), retentionDays?: number): SqliteJournal =>
  new SqliteJournal({ file, clock, log: silentLog, ...(retentionDays === undefined ? {} : { retentionDays }) });

/** Of the unfinished orders. */
const keysIn = (journal: SqliteJournal): string[] =>
  journal
    .open(SCOPE)
    .load()
    .map(({ key }) => key);

describe('SqliteJournal', () => {
  it('remembers unfinished orders with everything heard of them, and forgets to bring up finished ones', async () => {
    const [of] = fc.sample(story, { numRuns: 1, seed: 7 });
    const journal = make();
    const orders = journal.open(SCOPE);
    orders.intent('c:a', intent('a'));
    for (const report of of!.reports) orders.report('c:a', report, 5);
    orders.told('c:a', 't0');
    orders.intent('c:b', intent('b'));
    orders.closed('c:b', 'CANCELED', 6);
    orders.adopted('o:9');
    await journal.close();
    const again = make();
    const loaded = again.open(SCOPE).load();
    expect(loaded.map(({ key, adopted, told }) => [key, adopted, [...told]])).toEqual([
      ['c:a', false, ['t0']],
      ['o:9', true, []],
    ]);
    expect(loaded[0]?.intent).toEqual(intent('a'));
    expect(JSON.stringify(loaded[0]?.reports)).toBe(JSON.stringify(of!.reports));
    expect(again.open({ ...SCOPE, strategy: 'other' }).load()).toEqual([]);
    await again.close();
  });

  it('what was told of an order under another name, by whoever saw it to its end, was told', async () => {
    const clock = new VirtualClock();
    const now = clock.now();
    const journal = make(clock);
    const orders = journal.open(SCOPE);
    const report = (orderId: string): OrderReport => ({
      ...EMPTY_REPORT,
      source: 'push',
      symbol: SCOPE.symbol,
      orderId,
      clientOrderId: 'a',
    });
    orders.intent('c:a', intent('a'));
    orders.report('c:a', report('9'), now);
    orders.told('c:a', 't1');
    for (const [id, tradeId] of [
      ['8', 't0'],
      ['9', 't2'],
    ] as const) {
      orders.report(`o:${id}`, report(id), now);
      orders.told(`o:${id}`, tradeId);
      orders.closed(`o:${id}`, 'FILLED', now);
    }
    await journal.close();
    const again = make(clock);
    const loaded = again.open(SCOPE).load();
    expect(loaded.map(({ key, told }) => [key, [...told].toSorted()])).toEqual([['c:a', ['t1', 't2']]]);
    await again.close();
  });

  it('where somebody sees to it before anything leaves, intents are gathered and survive from then on', async () => {
    const clock = new VirtualClock();
    const journal = new SqliteJournal({ file, clock, log: silentLog, gathersIntents: true });
    const tail = (): string =>
      readdirSync(folder)
        .filter((name) => name.includes('-intents-'))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
    const orders = journal.open(SCOPE);
    orders.intent('c:a', intent('a'));
    orders.intent('c:b', intent('b'));
    expect(tail()).toBe('');
    journal.writeIntents();
    expect(tail().match(/"key":"c:[ab]"/g)).toHaveLength(2);
    // Nobody sends the third: it is stored with its group all the same, and comes into no tail that outlives that.
    orders.intent('c:c', intent('c'));
    await clock.advance(100);
    journal.writeIntents();
    expect(tail()).toBe('');
    const again = make();
    expect(keysIn(again)).toEqual(['c:a', 'c:b', 'c:c']);
    await again.close();
    await journal.close();
  });

  it('an intent survives the death of the process the moment `intent` returns', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    journal.open(SCOPE).intent('c:a', intent('a'));
    // Dead: no timer of it ever fires. Its tail is found by the next process.
    const [tail] = readdirSync(folder).filter((name) => name.includes('-intents-'));
    writeFileSync(`${file}-intents-999999999`, `${readFileSync(join(folder, tail!), 'utf8')}{"cut short`);
    rmSync(join(folder, tail!));
    const again = make(clock);
    expect(
      again
        .open(SCOPE)
        .load()
        .map(({ key, intent: known }) => [key, known?.price]),
    ).toEqual([['c:a', '2.001']]);
    await again.close();
    await journal.close();
  });

  it('an intent is safe at every moment, also when more is told in the same turn than may wait', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    const orders = journal.open(SCOPE);
    const isSafe = (): boolean => {
      const database = new DatabaseSync(file, { readOnly: true });
      const stored = database.prepare("SELECT 1 FROM orders WHERE key = 'c:a'").get() !== undefined;
      database.close();
      return stored || readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8').includes('"c:a"'));
    };
    const wasSafe: boolean[] = [];
    const store: (this: JournalStore, group: Group) => void = Reflect.get(JournalStore.prototype, 'write');
    const storing = vi.spyOn(JournalStore.prototype, 'write').mockImplementation(function (this: JournalStore, group) {
      wasSafe.push(isSafe());
      store.call(this, group);
    });
    const long = 'x'.repeat(400_000);
    for (let i = 0; i < 140; i++) orders.told('o:1', `${i} ${long}`);
    orders.intent('c:a', intent('a'));
    await journal.flush();
    storing.mockRestore();
    expect(wasSafe.length).toBeGreaterThan(130);
    expect(new Set(wasSafe)).toEqual(new Set([true]));
    expect(keysIn(journal)).toEqual(['o:1', 'c:a']);
    await journal.close();
  });

  it('a tail stays for as long as its process may live, whatever its number says: in containers all are process 1', async () => {
    const clock = new VirtualClock();
    const path = `${file}-intents-${process.pid}`;
    const of = (key: string): string => `${JSON.stringify({ ...SCOPE, key: `c:${key}`, intent: intent(key) })}\n`;
    const keys = (orders: OrderJournal): string[] => orders.load().map(({ key }) => key);
    // Another container's, with our number: it has just written an intent.
    writeFileSync(path, of('a'));
    const journal = make(clock);
    const orders = journal.open(SCOPE);
    orders.intent('c:b', intent('b'));
    expect(keys(orders)).toEqual(['c:a', 'c:b']);
    await journal.close();
    expect(readFileSync(path, 'utf8')).toBe(of('a'));
    // Nobody has written to it for hours.
    const hoursAgo = (clock.now() - 2 * 3_600_000) / 1_000;
    utimesSync(path, hoursAgo, hoursAgo);
    await make(clock).close();
    expect(readdirSync(folder).filter((name) => name.includes('-intents-'))).toEqual([]);
  });

  it('keeps apart what was heard from each venue, intents of the dead included', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    const live = journal.open(SCOPE);
    const testnet = journal.open({ ...SCOPE, venue: 'testnet' });
    live.intent('c:a', intent('a'));
    live.proof(7);
    await journal.flush();
    testnet.intent('c:b', intent('b'));
    const [tail] = readdirSync(folder).filter((name) => name.includes('-intents-'));
    writeFileSync(`${file}-intents-999999999`, readFileSync(join(folder, tail!)));
    const again = make();
    const seen = (venue: string): unknown => {
      const orders = again.open({ ...SCOPE, venue });
      return [orders.load().map(({ key }) => key), orders.lastProof()];
    };
    expect(seen('')).toEqual([['c:a'], 7]);
    expect(seen('testnet')).toEqual([['c:b'], null]);
    expect(again.history({ account: 'me' }).map(({ venue, key }) => [venue, key])).toEqual([
      ['testnet', 'c:b'],
      ['', 'c:a'],
    ]);
    await again.close();
    await journal.close();
  });

  it('reads what was written before there were venues as live', async () => {
    const old = new DatabaseSync(file);
    old.exec(`
      CREATE TABLE scopes (id INTEGER PRIMARY KEY, platform TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL,
        strategy TEXT NOT NULL, proven_at INTEGER, UNIQUE (platform, account, symbol, strategy)) STRICT;
      CREATE TABLE orders (id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, key TEXT NOT NULL, client_order_id TEXT, order_id TEXT,
        intent TEXT, adopted INTEGER NOT NULL DEFAULT 0, status TEXT, at INTEGER NOT NULL, UNIQUE (scope, key)) STRICT;
      INSERT INTO scopes VALUES (4, 'okx', 'me', 'EOS/USDT', 'test', 9);
      INSERT INTO orders (scope, key, order_id, at) VALUES (4, 'o:7', '7', 5);
      PRAGMA user_version = 1;
    `);
    old.close();
    writeFileSync(
      `${file}-intents-999999999`,
      `${JSON.stringify({ platform: 'okx', account: 'me', symbol: 'EOS/USDT', strategy: 'test', key: 'c:a', intent: intent('a') })}\n`,
    );
    for (let start = 0; start < 2; start++) {
      const journal = make();
      expect(journal.open({ ...SCOPE, venue: 'testnet' }).load()).toEqual([]);
      const orders = journal.open(SCOPE);
      expect(orders.load().map(({ key }) => key)).toEqual(['o:7', 'c:a']);
      expect(orders.lastProof()).toBe(9);
      await journal.close();
    }
  });

  it('tells of an older order whose client id one in doubt has, however long ago that one ended', async () => {
    const journal = make();
    const orders = journal.open(SCOPE);
    const ended = { ...EMPTY_REPORT, source: 'push', symbol: SCOPE.symbol, orderId: '7', clientOrderId: 'a' } as const;
    for (const [key, orderId, clientOrderId] of [
      ['c:a', '7', 'a'],
      ['c:b', '8', 'b'],
    ] as const) {
      orders.intent(key, intent(clientOrderId));
      orders.report(key, { ...ended, orderId, clientOrderId }, 5);
      orders.closed(key, 'FILLED', 5);
    }
    expect(journal.open(SCOPE).finishedSince(6)).toEqual([]);
    orders.intent('c:a:2', intent('a'));
    expect(journal.open(SCOPE).finishedSince(6)).toEqual([{ orderId: '7', status: 'FILLED' }]);
    await journal.close();
  });

  it('a tail that was taken for abandoned is made anew before anything leaves', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    const orders = journal.open(SCOPE);
    // Into both files of the pair.
    for (const key of ['a', 'b']) {
      orders.intent(`c:${key}`, intent(key));
      await clock.advance(100);
    }
    await clock.advance(2 * 3_600_000);
    for (const name of readdirSync(folder)) if (name.includes('-intents-')) rmSync(join(folder, name));
    orders.intent('c:c', intent('c'));
    const again = make();
    expect(keysIn(again)).toEqual(['c:a', 'c:b', 'c:c']);
    await again.close();
    await journal.close();
  });

  it('a report about a finished order brings it up again', async () => {
    const [of] = fc.sample(story, { numRuns: 1, seed: 3 });
    const journal = make();
    const orders = journal.open(SCOPE);
    orders.intent('c:a', intent('a'));
    orders.closed('c:a', 'FAILED', 5);
    await journal.flush();
    expect(journal.open(SCOPE).load()).toEqual([]);
    orders.report('c:a', of!.reports[0]!, 6);
    expect(journal.open(SCOPE).load()).toHaveLength(1);
    await journal.close();
  });

  it('writes in groups, off the path', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    const [of] = fc.sample(story, { numRuns: 1, seed: 1 });
    const orders = journal.open(SCOPE);
    for (let i = 0; i < 100; i++) orders.report('o:1', of!.reports[0]!, i);
    const reader = new DatabaseSync(file, { readOnly: true });
    const count = (): unknown => reader.prepare('SELECT count(*) AS n FROM events').get()?.['n'];
    expect(count()).toBe(0);
    await clock.advance(30);
    expect(count()).toBe(100);
    reader.close();
    await journal.close();
  });

  it('what cannot be written is told once, and what comes behind it is written', async () => {
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const journal = new SqliteJournal({ file, clock: new VirtualClock(), log });
    const orders = journal.open(SCOPE);
    const report = { ...EMPTY_REPORT, source: 'push', symbol: SCOPE.symbol, orderId: '1', action: 'BUY' } as const;
    const { state } = merge(newOrderState(SCOPE.symbol), report);
    const broken = {
      ...report,
      get price(): never {
        throw new Error('no price');
      },
    };
    orders.report('o:1', broken, 5, state);
    orders.report('o:1', { ...report, utime: 7 }, 5, state);
    orders.told('o:1', 't1');
    await journal.close();
    expect(errors).toEqual([expect.stringContaining('no price')]);
    const again = make();
    const [loaded] = again.open(SCOPE).load();
    // In full, for what the broken one said is missing.
    expect(loaded?.reports).toEqual([{ ...report, utime: 7 }]);
    expect([...(loaded?.told ?? [])]).toEqual(['t1']);
    await again.close();
  });

  it('what came of a report within the turn takes no line of its own', async () => {
    const journal = make();
    const orders = journal.open(SCOPE);
    const fill = fillCalled('t1');
    orders.report('o:1', { ...EMPTY_REPORT, source: 'push', symbol: SCOPE.symbol, orderId: '1', fill }, 5);
    orders.told('o:1', 't1');
    orders.closed('o:1', 'FILLED', 5);
    await Promise.resolve();
    expect(journal['queue'].total).toBe(1);
    expect(journal.history({})[0]).toMatchObject({
      status: 'FILLED',
      events: [{ what: 'report' }, { what: 'closed' }],
    });
    expect([...(orders.toldOf('1') ?? [])]).toEqual(['t1']);
    await journal.close();
  });

  it('leaves out of a report what it was told before, until lines were lost', async () => {
    const clock = new VirtualClock();
    const journal = make(clock);
    const orders = journal.open(SCOPE);
    const report = { ...EMPTY_REPORT, source: 'push', symbol: SCOPE.symbol, orderId: '1', action: 'BUY' } as const;
    const { state } = merge(newOrderState(SCOPE.symbol), report);
    const details = (): unknown[] => journal.history({}).flatMap(({ events }) => events.map(({ detail }) => detail));
    orders.report('o:1', { ...report, utime: 7 }, 5, state);
    expect(details()).toEqual([{ source: 'push', utime: 7 }]);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const reason = 'x'.repeat(400_000);
    for (let line = 0; line < 150; line++) orders.report('o:1', { ...report, reason, utime: 8 }, 6, state);
    // Lines are written when what is going on has run its course.
    await Promise.resolve();
    other.exec('ROLLBACK');
    other.close();
    await journal.flush();
    orders.report('o:1', { ...report, utime: 9 }, 7, state);
    expect(details().at(-1)).toEqual({ source: 'push', symbol: SCOPE.symbol, orderId: '1', action: 'BUY', utime: 9 });
    await journal.close();
  });

  it('keeps receipts and the history of every order, newest first', async () => {
    const stage = new Stage({}, make());
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.revokeOrder());
    await trade.close();
    const history = stage.journal.history({ account: 'me' });
    expect(history.map(({ orderId, status }) => [orderId, status])).toEqual([
      ['1002', 'CANCELED'],
      ['1001', 'CANCELED'],
    ]);
    expect(history[0]?.events.map(({ what }) => what)).toEqual(['intent', 'report', 'result', 'report', 'closed']);
    expect(stage.journal.history({ account: 'somebody else' })).toEqual([]);
    expect(stage.journal.history({ limit: 1 })).toHaveLength(1);
    expect(stage.journal.receipts({ symbol: 'EOS/USDT' })).toMatchObject([
      { trigger: 'strategy', revoked: ['1001', '1002'], left: [] },
    ]);
    await stage.journal.close();
  });

  it('a strategy restarted on the file hears what happened while it was dead, once', async () => {
    const stage = new Stage({}, make());
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '1');
    await stage.clock.advance(100);
    await trade.close();
    await stage.journal.close();
    stage.venue.fill(stage.venue.orders[0]!, '9');
    for (const expected of [['2'], []]) {
      const journal = make();
      Object.assign(stage.environment, { journal });
      const { trade: next, told } = await stage.ready();
      expect(told.fills.map(({ tradeId }) => tradeId)).toEqual(expected);
      expect(told.orders.map(({ status }) => status)).toEqual(expected.length > 0 ? ['FILLED'] : []);
      await next.close();
      await journal.close();
    }
  });

  it('drops finished orders when their time is over, never unfinished ones', async () => {
    const clock = new VirtualClock();
    const journal = make(clock, 30);
    const orders = journal.open(SCOPE);
    orders.intent('c:old', intent('old', clock.now()));
    orders.closed('c:old', 'FILLED', clock.now());
    orders.intent('c:open', intent('open', clock.now()));
    await clock.advance(31 * 86_400_000);
    orders.intent('c:new', intent('new', clock.now()));
    orders.closed('c:new', 'FILLED', clock.now());
    await clock.advance(10_000);
    expect(journal.history({}).map(({ key }) => key)).toEqual(['c:new', 'c:open']);
    await journal.close();
  });

  it('drops them in a market that is never quiet, too', async () => {
    const clock = new VirtualClock();
    const journal = make(clock, 0.5);
    const orders = journal.open(SCOPE);
    orders.intent('c:old', intent('old', clock.now()));
    orders.closed('c:old', 'FILLED', clock.now());
    await clock.advance(86_400_000);
    for (let second = 0; second < 5; second++) {
      orders.intent(`c:${second}`, intent(`${second}`, clock.now()));
      await clock.advance(1_000);
    }
    expect(journal.history({}).map(({ key }) => key)).toEqual(['c:4', 'c:3', 'c:2', 'c:1', 'c:0']);
    await journal.close();
  });

  it('a lock that another program holds on to is said once; what waits for it is written afterwards', async () => {
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const clock = new VirtualClock();
    const journal = new SqliteJournal({ file, clock, log });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const orders = journal.open(SCOPE);
    orders.told('c:a', 't1');
    await clock.advance(4_000);
    expect(errors).toEqual([]);
    await clock.advance(10_000);
    const locked: unknown = expect.stringMatching(/the journal .* is locked by another program/);
    expect(errors).toEqual([locked]);
    other.exec('ROLLBACK');
    await clock.advance(2_000);
    expect(orders.load()).toMatchObject([{ key: 'c:a', told: new Set(['t1']) }]);

    other.exec('BEGIN IMMEDIATE');
    orders.told('c:a', 't2');
    await journal.close();
    expect(errors).toEqual([locked, locked]);
    other.close();
  });

  it('two processes may share one file', async () => {
    const one = make();
    const two = make();
    one.open(SCOPE).intent('c:a', intent('a'));
    two.open({ ...SCOPE, strategy: 'other' }).intent('c:b', intent('b'));
    await one.flush();
    await two.flush();
    expect(one.history({})).toHaveLength(2);
    await one.close();
    await two.close();
  });

  it('closes on a full disk: what could not be written is said once, and intents wait in their file for the next start', async () => {
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const journal = new SqliteJournal({ file, clock: new VirtualClock(), log });
    const full = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(() => {
      throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
    });
    journal.open(SCOPE).intent('c:a', intent('a'));
    await journal.close();
    full.mockRestore();
    expect(errors).toEqual([expect.stringContaining('database or disk is full')]);
    const again = make();
    expect(again.open(SCOPE).load()).toMatchObject([{ key: 'c:a' }]);
    await again.close();
  });

  it('a damaged page costs the memory and not the trading: said once, with the way out', async () => {
    const clock = new VirtualClock();
    const first = new Stage({}, make(clock));
    const { trade } = await first.ready();
    await first.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await trade.close();
    await first.journal.close();
    const database = new DatabaseSync(file, { readOnly: true });
    const page = database.prepare(`SELECT rootpage FROM sqlite_master WHERE name = 'by_order'`).get()?.['rootpage'];
    database.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, (Number(page) - 1) * 4_096, Number(page) * 4_096);
    writeFileSync(file, bytes);

    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const stage = new Stage({}, new SqliteJournal({ file, clock, log }));
    stage.venue.place({ clientOrderId: 'by-hand' });
    const next = await stage.ready();
    expect(next.told.calls).toContain('init true');
    expect(await stage.clock.runFor(next.trade.revokeOrder())).toEqual([['1001'], null]);
    const [second] = await stage.clock.runFor(next.trade.createOrder('SELL', '2', '10'));
    expect(second).toBe('1002');
    await next.trade.close();
    await stage.journal.close();
    expect(errors).toEqual([expect.stringMatching(/the journal .* is damaged .*mv ".*Trading goes on/)]);
  });

  it('a damaged file is an error that names it and the way out', () => {
    writeFileSync(file, 'this is no database, but it is long enough to be looked at as if it were one. '.repeat(20));
    expect(make).toThrow(`the journal ${file} is damaged`);
    expect(make).toThrow('mv "');
  });

  it('a locked file is an error that names it and the way out', async () => {
    await make().close();
    const other = new DatabaseSync(file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    expect(make).toThrow(/the journal .*journal\.sqlite is locked by another program.*"memory" for none/);
    other.close();
  });

  it('a place that cannot be written is an error that names it', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(
      () =>
        new SqliteJournal({ file: join(folder, 'plain', 'journal.sqlite'), clock: new VirtualClock(), log: silentLog }),
    ).toThrow('cannot be used');
  });

  it('what is written of a report is read back as it was', () => {
    fc.assert(
      fc.property(story, ({ reports }) => {
        for (const report of reports)
          expect(JSON.stringify(readReport(reportText(report)))).toBe(JSON.stringify(report));
      }),
    );
    for (const wrong of ['', '{', 'null', '[]', '{"source":"nowhere"}', '{"source":"push"}'])
      expect(readReport(wrong)).toBeNull();
  });
});
