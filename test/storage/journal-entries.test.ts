// What came of a report stands in its line: the tables are the same as if every line had been written by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EMPTY_REPORT, type OrderReport } from '../../src/domain/order-report.ts';
import type { JournalScope, OrderJournal } from '../../src/orders/journal.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';
import { fillCalled } from './support/fill.ts';

const SCOPES: readonly JournalScope[] = ['a', 'b'].map((strategy) => ({
  platform: 'okx',
  venue: '',
  account: 'me',
  symbol: 'EOS/USDT',
  strategy,
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entries-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Call {
  readonly what: 'report' | 'told' | 'closed' | 'adopted' | 'turn';
  readonly scope: number;
  readonly order: string;
  readonly trade: string | null;
  readonly at: number;
  readonly isBroken: boolean;
}

function report({ order, trade, isBroken }: Call): OrderReport {
  const made = {
    ...EMPTY_REPORT,
    source: 'push',
    symbol: 'EOS/USDT',
    orderId: order,
    fill: trade === null ? null : fillCalled(trade),
  } as const;
  if (!isBroken) return made;
  return {
    ...made,
    get price(): never {
      throw new Error('no price');
    },
  };
}

function make(orders: OrderJournal, call: Call): void {
  const key = `o:${call.order}`;
  if (call.what === 'report') orders.report(key, report(call), call.at);
  else if (call.what === 'told') orders.told(key, call.trade ?? 't0');
  else if (call.what === 'closed') orders.closed(key, 'FILLED', call.at);
  else if (call.what === 'adopted') orders.adopted(key);
}

let files = 0;
async function tablesAfter(calls: readonly Call[], eachByItself: boolean): Promise<unknown> {
  const file = join(folder, `${files++}.sqlite`);
  const journal = new SqliteJournal({ file, clock: new VirtualClock(), log: silentLog });
  const scopes = SCOPES.map((scope) => journal.open(scope));
  for (const call of calls) {
    const orders = scopes[call.scope];
    if (orders !== undefined) make(orders, call);
    if (eachByItself || call.what === 'turn') await journal.flush();
  }
  await journal.close();
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = ['orders', 'events', 'told'].map((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  return tables;
}

const call: fc.Arbitrary<Call> = fc.record({
  what: fc.constantFrom('report', 'report', 'report', 'told', 'told', 'closed', 'closed', 'adopted', 'turn'),
  scope: fc.constantFrom(0, 0, 0, 1),
  order: fc.constantFrom('1', '1', '1', '2'),
  trade: fc.constantFrom(null, 't0', 't0', 't0', 't1', 'a\tb'),
  at: fc.constantFrom(5, 5, 5, 6),
  isBroken: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

test('whatever is told, within a turn or each by itself, the tables are the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 14 }), async (calls) => {
      const together = await tablesAfter(calls, false);
      expect(together).toEqual(await tablesAfter(calls, true));
    }),
    { numRuns: 300 },
  );
});
