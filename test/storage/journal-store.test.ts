// What the thread that stores keeps in mind: as much as there are unfinished orders, however long it runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { EMPTY_REPORT } from '../../src/domain/order-report.ts';
import type { JournalScope } from '../../src/orders/journal.ts';
import { Lines } from '../../src/storage/journal-lines.ts';
import { JournalQueue } from '../../src/storage/journal-queue.ts';
import { openDatabase } from '../../src/storage/journal-schema.ts';
import { JournalStore } from '../../src/storage/journal-store.ts';

const SCOPE: JournalScope = { platform: 'okx', venue: '', account: 'me', symbol: 'EOS/USDT', strategy: 'test' };

it('a reply that comes after the end of its order leaves nothing in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const database = openDatabase(join(folder, 'journal.sqlite'));
  const store = new JournalStore(database, [SCOPE]);
  const queue = new JournalQueue();
  const lines = new Lines(queue.line, 0);
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  /** One order in each group, as on a quiet day, and a reply of 20 kB. */
  const live = (from: number, to: number): void => {
    for (let index = from; index < to; index++) {
      const key = `c:order-number-${index}`;
      lines.report(
        key,
        { ...EMPTY_REPORT, source: 'push', symbol: SCOPE.symbol, orderId: `${index}` },
        index,
        null,
        false,
        null,
      );
      queue.endLine();
      lines.closed(key, 'CANCELED', index);
      queue.endLine();
      const reply = { outcome: 'accepted', kind: null, code: null, message: 'x'.repeat(20_000), at: index } as const;
      lines.result(key, { request: 'cancel', ...reply });
      queue.endLine();
      const group = queue.take(index);
      store.write(group!);
      queue.release(group!);
    }
  };
  try {
    live(0, 100);
    const before = heap();
    live(100, 600);
    expect(heap() - before).toBeLessThan(2_000_000);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
