// What waits to be stored: any text survives being a line, tails are emptied no earlier than they may be, and memory has a limit.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EMPTY_REPORT } from '../../src/domain/order-report.ts';
import type { JournalScope } from '../../src/orders/journal.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { IntentTail, tailHead } from '../../src/storage/intent-tail.ts';
import { forEachLine } from '../../src/storage/journal-lines.ts';
import { JournalQueue } from '../../src/storage/journal-queue.ts';
import { SqliteJournal } from '../../src/storage/sqlite-journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scope = (account: string): JournalScope => ({
  platform: 'okx',
  venue: '',
  account,
  symbol: 'EOS/USDT',
  strategy: 'test',
});
// Lone halves of a character become another one in a file, as they always did; an exchange sends none.
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a\tb', 'a\nb', '"', '\\', '\u0001', '"a\tb"'));

it('ids may be any text', () => {
  const journal = new SqliteJournal({ file: join(folder, 'j.sqlite'), clock: new VirtualClock(), log: silentLog });
  let count = 0;
  fc.assert(
    fc.property(text, text, text, (key, id, reason) => {
      const orders = journal.open(scope(`${count++}`));
      const report = { ...EMPTY_REPORT, source: 'push', symbol: 'EOS/USDT', orderId: id, reason } as const;
      orders.report(key, report, 1);
      orders.told(key, id);
      expect(orders.load()).toMatchObject([{ key, reports: [report], told: new Set([id]) }]);
    }),
    { numRuns: 200 },
  );
});

it('lines come out as they went in, in their order, however long they are', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(1, 7, 3_000, 60_000))), (texts) => {
      const queue = new JournalQueue();
      const lines = texts.map(([word, times]) => word.replaceAll('\n', ' ').repeat(times));
      for (const line of lines) {
        queue.line.text(line);
        queue.line.text('\n');
        queue.endLine();
      }
      const found: string[] = [];
      for (let group = queue.take(0); group !== null; group = queue.take(0)) {
        forEachLine(group, (line) => found.push(line));
        queue.release(group);
      }
      expect(found.length).toBe(lines.length);
      expect(found.every((line, index) => line === lines[index])).toBe(true);
      expect([queue.size, queue.total]).toEqual([0, lines.length]);
    }),
    { numRuns: 50 },
  );
});

it('what waits too long is dropped from its oldest end', () => {
  const queue = new JournalQueue();
  const line = `${'x'.repeat(9_990)}\n`;
  let lost = 0;
  let count = 0;
  for (; lost === 0; count++) {
    expect(count).toBeLessThan(20_000);
    queue.line.text(`${count} ${line}`);
    queue.endLine();
    lost = queue.trim();
  }
  expect(queue.size).toBe(count - lost);
  const first = queue.take(0)!;
  expect(first.bytes.toString('utf8', 0, first.size)).toMatch(new RegExp(`^${lost} x`));
});

it('intents that leave together cost one write, and are in the file when it returns', () => {
  const file = join(folder, 'j.sqlite');
  const tail = new IntentTail(file, new VirtualClock());
  tail.write();
  expect(readdirSync(folder)).toEqual([]);
  tail.add(tailHead(scope('me')), 'c:a', '{}');
  tail.add(tailHead(scope('me')), 'c:b', '{}');
  expect(readdirSync(folder)).toEqual([]);
  tail.write();
  const [name = ''] = readdirSync(folder);
  expect(readFileSync(join(folder, name), 'utf8').match(/"key":"c:[ab]"/g)).toEqual(['"key":"c:a"', '"key":"c:b"']);
  tail.clear(2, 2);
  tail.close();
});

it('a tail is emptied when all of it is stored, and what came meanwhile stays', () => {
  const file = join(folder, 'j.sqlite');
  const tail = new IntentTail(file, new VirtualClock());
  const kept = (): string =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
  const append = (key: string): void => {
    tail.add(tailHead(scope('me')), key, '{}');
    tail.write();
  };
  append('c:a');
  tail.turn(1);
  append('c:b');
  tail.clear(0, 2);
  expect(kept()).toMatch(/c:a[^]*c:b|c:b[^]*c:a/);
  tail.turn(2);
  tail.clear(1, 2);
  expect(kept()).not.toContain('c:a');
  expect(kept()).toContain('c:b');
  tail.turn(2);
  append('c:c');
  tail.clear(2, 3);
  expect(kept()).not.toContain('c:b');
  expect(kept()).toContain('c:c');
  tail.clear(3, 3);
  tail.close();
  expect(readdirSync(folder)).toEqual([]);
});
