// The journal with a thread that writes: nothing is lost when it is slow, locked out, dies or the process ends, and what goes wrong is said once.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent, JournalScope, OrderJournal } from '../../src/orders/journal.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';

const SCOPE: JournalScope = { platform: 'okx', venue: '', account: 'me', symbol: 'EOS/USDT', strategy: 'test' };
const intent = (clientOrderId: string): Intent => ({
  clientOrderId,
  action: 'BUY',
  orderType: 'LIMIT',
  timeInForce: 'GTC',
  price: '2.001',
  quantity: '10',
  quoteQuantity: null,
  at: 1_700_000_000_000,
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(folder, 'journal.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Intents that lie beside the database. */
function tails(): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes('-intents-'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { key: string }).key)
    .toSorted();
}

interface Stage {
  readonly journal: SqliteJournal;
  readonly orders: OrderJournal;
  readonly clock: VirtualClock;
  readonly errors: string[];
  readonly worker: Worker;
}

const BEFORE = 250;

/** A journal that was told so much that a thread writes it. */
async function threaded(): Promise<Stage> {
  const clock = new VirtualClock();
  const errors: string[] = [];
  const ready = Promise.withResolvers<void>();
  const log = { ...silentLog, debug: () => ready.resolve(), error: (message: string) => void errors.push(message) };
  const journal = new SqliteJournal({ file, clock, log });
  const orders = journal.open(SCOPE);
  const started = once(process, 'worker');
  for (let i = 0; i < BEFORE; i++) orders.told('o:before', `${i}`);
  await clock.advance(30);
  const [worker] = (await started) as [Worker];
  await ready.promise;
  return { journal, orders, clock, errors, worker };
}

const toldOf = (orders: OrderJournal, key: string): number =>
  orders.load().find((order) => order.key === key)?.told.size ?? 0;

describe('the journal with a thread that writes', () => {
  it('holds up whoever tells more than can be written, and loses nothing', async () => {
    const { journal, orders, errors } = await threaded();
    // Some 70 MB without a pause: more than may wait.
    const long = 'x'.repeat(10_000);
    for (let i = 0; i < 7_000; i++) orders.told('o:1', `${i} ${long}`);
    expect(toldOf(orders, 'o:1')).toBe(7_000);
    expect(errors).toEqual([]);
    await journal.close();
  });

  it('is as before: everything that was enqueued is read, in its order, across many groups', async () => {
    const { journal, orders, clock, errors } = await threaded();
    for (let i = 0; i < 10_000; i++) {
      orders.told('o:1', `${i}`);
      if (i % 1_000 === 0) await clock.advance(25);
    }
    orders.intent('c:a', intent('a'));
    orders.closed('c:a', 'CANCELED', 5);
    orders.proof(77);
    expect(toldOf(orders, 'o:1')).toBe(10_000);
    expect(toldOf(orders, 'o:before')).toBe(BEFORE);
    expect(orders.lastProof()).toBe(77);
    const other = journal.open({ ...SCOPE, strategy: 'made later' });
    other.told('o:9', 'x');
    expect(toldOf(other, 'o:9')).toBe(1);
    await journal.close();
    expect(errors).toEqual([]);
    // The last one to close the file folds it and takes the helpers away.
    expect(readdirSync(folder)).toEqual(['journal.sqlite']);
  });

  it('one that dies is said once; what it had is written without it', async () => {
    const { journal, orders, clock, errors, worker } = await threaded();
    for (let i = 0; i < 3_000; i++) orders.told('o:1', `${i}`);
    await clock.advance(25);
    await worker.terminate();
    orders.intent('c:a', intent('a'));
    for (let i = 0; i < 3_000; i++) orders.told('o:2', `${i}`);
    expect(toldOf(orders, 'o:1')).toBe(3_000);
    expect(toldOf(orders, 'o:2')).toBe(3_000);
    expect(tails()).toEqual([]);
    await journal.close();
    expect(errors).toEqual([expect.stringMatching(/^the thread that writes the journal .*journal\.sqlite died/)]);
  });

  it('locked out by another program it says nothing, keeps intents safe and writes them later', async () => {
    const { journal, orders, clock, errors } = await threaded();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    orders.intent('c:a', intent('a'));
    await journal.flush();
    orders.intent('c:b', intent('b'));
    await journal.flush();
    expect(tails()).toEqual(['c:a', 'c:b']);
    expect(orders.load().map(({ key }) => key)).toEqual(['o:before']);
    other.exec('ROLLBACK');
    other.close();
    await clock.advance(1_100);
    expect(orders.load().map(({ key }) => key)).toEqual(['o:before', 'c:a', 'c:b']);
    expect(tails()).toEqual([]);
    await journal.close();
    expect(errors).toEqual([]);
  });

  it('what cannot be written is said once, with the way out, and is written when it can be', async () => {
    const { journal, orders, errors } = await threaded();
    const other = new DatabaseSync(file);
    other.exec('ALTER TABLE told RENAME TO gone');
    for (let i = 0; i < 3; i++) {
      orders.told('o:1', `${i}`);
      await journal.flush();
    }
    expect(errors).toEqual([
      expect.stringMatching(
        /^the journal .*journal\.sqlite cannot be used \(.*told.*\)\. .*Trading goes on; the record will have a hole$/,
      ),
    ]);
    other.exec('ALTER TABLE gone RENAME TO told');
    other.close();
    await journal.flush();
    expect(toldOf(orders, 'o:1')).toBe(3);
    await journal.close();
    expect(errors).toHaveLength(1);
  });

  it('drops finished orders once a day', async () => {
    const { journal, orders, clock } = await threaded();
    orders.closed('o:before', 'FILLED', clock.now());
    await clock.advance(91 * 86_400_000);
    orders.told('o:new', '1');
    await clock.advance(30);
    // Stored: from now on it is quiet.
    expect(toldOf(orders, 'o:new')).toBe(1);
    await clock.advance(10_000);
    await expect.poll(() => journal.history({}).map(({ key }) => key)).toEqual(['o:new']);
    await journal.close();
  });

  it('does not keep a process alive, and what was enqueued is written before it ends', async () => {
    const program = fileURLToPath(new URL('fixtures/ends-by-itself.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, file]);
    expect(stdout).toBe('');
    const database = new DatabaseSync(file, { readOnly: true });
    const found = database
      .prepare('SELECT count(*) AS n, max(trade_id) AS last FROM told JOIN orders ON "order" = id WHERE key = ?')
      .get('o:2');
    expect(found).toMatchObject({ n: 5_001, last: 'the last' });
    database.close();
  });
});
