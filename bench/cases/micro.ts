// The cases without a network: asked of one process, pinned like every client.
import { fileURLToPath } from 'node:url';
import { start } from '../harness/child.ts';
import type { Rows } from '../harness/rows.ts';

const MICRO = fileURLToPath(new URL('../contenders/micro.ts', import.meta.url));

type Figures = Readonly<Record<string, number>>;

/** @param ratiosOnly only what is held against a floor */
export async function runMicro(rows: Rows, ratiosOnly: boolean): Promise<void> {
  const child = start('client', MICRO);
  try {
    const base = { section: 'Work without a network', only: 'micro' };
    const signing = await child.ask<Figures>('signing');
    // Nothing but the call itself may come on top: a tenth is the noise of the machine.
    const sign = {
      ...base,
      id: 'signing',
      what: 'signing an order, synchronous (floor: createHmac with a cached key; peer: webcrypto, key imported each time, as both SDKs do)',
      unit: 'µs',
      must: { ratio: 1.1 },
    };
    rows.add(sign, 'floor', (signing['floor'] ?? NaN) / 1_000);
    rows.add(sign, 'aioquant', (signing['aioquant'] ?? NaN) / 1_000);
    rows.add(sign, 'webcrypto', (signing['webcrypto'] ?? NaN) / 1_000);
    const book = await child.ask<Figures>('book');
    const depth = {
      ...base,
      id: 'book',
      what: 'local order book, 26 changes: frame to applied, sequence checked, exact (floor: JSON.parse and typed arrays of doubles)',
      unit: 'µs',
      must: { ratio: 1.1 },
    };
    for (const name of ['floor', 'aioquant']) rows.add(depth, name, (book[name] ?? NaN) / 1_000);
    if (ratiosOnly) return;
    const decimals = await child.ask<Figures>('decimals');
    const sub = {
      ...base,
      id: 'decimals',
      what: 'remain = quantity - filled, exact (floor: Number)',
      unit: 'ns',
      must: { atMost: 30 },
    };
    for (const name of ['floor', 'aioquant', 'decimal.js']) rows.add(sub, name, decimals[name] ?? null);
    const journal = await child.ask<Figures>('journal');
    const us = (name: string): number => (journal[name] ?? NaN) / 1_000;
    rows.add(
      {
        ...base,
        id: 'journal-enqueue',
        what: 'journal: an event enqueued on the callback path (floor: one append to a plain file)',
        unit: 'µs',
        must: { atMost: 1 },
      },
      'aioquant',
      us('enqueue'),
    );
    rows.add({ ...base, id: 'journal-enqueue', what: '', unit: 'µs', must: null }, 'floor', us('floor'));
    const byEvent = (id: string, what: string, atMost: number, name: string): void =>
      rows.add(
        { ...base, id, what: `journal: CPU for an event, ${what}`, unit: 'µs', must: { atMost } },
        'aioquant',
        us(name),
      );
    byEvent('journal-main', 'of the thread that runs the callbacks', 1, 'mainByEvent');
    byEvent('journal-event', 'of the whole process, until it is written', 10, 'processByEvent');
    rows.add(
      {
        ...base,
        id: 'journal-intent',
        what: 'journal: an intent, safe from the death of the process when it returns',
        unit: 'µs',
        must: null,
      },
      'aioquant',
      us('intent'),
    );
  } finally {
    child.stop();
  }
}
