// The rules of the local order book (binance.md A11.3), and five minutes of the real stream rebuilt and compared at every step.
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { DepthSequence, depthUpdateOf, type DepthUpdate } from '../../../src/exchanges/binance/books.ts';
import { isRow, number, parse, text } from '../../../src/exchanges/binance/frames.ts';
import { LocalBook } from '../../../src/market/local-book.ts';
import { pairsOf } from '../../support/level-pairs.ts';

const update = (first: number, sequence: number): DepthUpdate => ({ first, sequence, time: 0, bids: [], asks: [] });

describe('continuity', () => {
  test('changes are held until the snapshot, those it contains are dropped', () => {
    const sequence = new DepthSequence();
    expect(sequence.update(update(10, 12)).type).toBe('held');
    expect(sequence.update(update(13, 15)).type).toBe('held');
    expect(sequence.update(update(13, 15)).type).toBe('old');
    expect(sequence.snapshot(12)).toMatchObject({ type: 'apply', updates: [{ first: 13 }] });
    expect(sequence.update(update(16, 16)).type).toBe('apply');
    expect(sequence.update(update(14, 16)).type).toBe('old');
    expect(sequence.isContinuous).toBe(true);
  });

  test.each([
    [9, 'apply'],
    [11, 'apply'],
    [8, 'gap'],
    [40, 'apply'],
  ])('a snapshot that ends at %d, with changes from 10 on: %s', (lastUpdateId, type) => {
    const sequence = new DepthSequence();
    sequence.update(update(10, 12));
    expect(sequence.snapshot(lastUpdateId).type).toBe(type);
    expect(sequence.isContinuous).toBe(type === 'apply');
  });

  test('a gap makes the book worthless; the change after it waits for the next snapshot', () => {
    const sequence = new DepthSequence();
    sequence.update(update(10, 12));
    sequence.snapshot(12);
    expect(sequence.update(update(14, 15))).toEqual({ type: 'gap', reason: 'changes 13 to 13 were missed' });
    expect(sequence.isContinuous).toBe(false);
    expect(sequence.isWaiting).toBe(true);
    expect(sequence.snapshot(14)).toMatchObject({ type: 'apply', updates: [{ sequence: 15 }] });
  });

  test('a hole among the changes held starts them anew', () => {
    const sequence = new DepthSequence();
    sequence.update(update(10, 12));
    sequence.update(update(20, 22));
    expect(sequence.snapshot(15).type).toBe('gap');
    expect(sequence.snapshot(19).type).toBe('apply');
  });

  test.each([[false], [true]])(
    'however long a snapshot takes (of a book being renewed: %s), only the last changes are held; an old one does not fit them',
    (isRenewing) => {
      const sequence = new DepthSequence();
      if (isRenewing) {
        sequence.update(update(1, 1));
        sequence.snapshot(1);
        sequence.renew();
      }
      for (let id = 2; id <= 50_000; id++) sequence.update(update(id, id));
      expect(sequence.snapshot(44_999).type).toBe('gap');
      const step = sequence.snapshot(45_000);
      expect(step.type === 'apply' && step.updates.map(({ first }) => first)).toEqual(
        Array.from({ length: 5_000 }, (_, index) => 45_001 + index),
      );
      expect(sequence.update(update(50_001, 50_001)).type).toBe('apply');
    },
  );

  const continuous = (): DepthSequence => {
    const sequence = new DepthSequence();
    sequence.update(update(10, 12));
    sequence.snapshot(12);
    sequence.renew();
    return sequence;
  };

  test('a book goes on while it is renewed; its new snapshot is joined with the changes since it was asked for', () => {
    const sequence = continuous();
    expect(sequence.update(update(13, 15)).type).toBe('apply');
    expect(sequence.update(update(16, 18)).type).toBe('apply');
    expect(sequence.isRenewing && sequence.isContinuous).toBe(true);
    expect(sequence.snapshot(15)).toMatchObject({ type: 'apply', updates: [{ first: 16 }] });
    expect(sequence.isRenewing).toBe(false);
    expect(sequence.update(update(19, 19)).type).toBe('apply');
  });

  test.each([
    [11, [], 'gap'],
    [12, [], 'apply'],
    [11, [update(13, 15)], 'gap'],
    [12, [update(13, 15)], 'apply'],
    [40, [update(13, 15)], 'apply'],
  ])('renewed from 12 on by a snapshot that ends at %d, with %o since: %s', (lastUpdateId, since, type) => {
    const sequence = continuous();
    for (const each of since) sequence.update(each);
    expect(sequence.snapshot(lastUpdateId).type).toBe(type);
    expect(sequence.isContinuous).toBe(true);
    expect(sequence.isRenewing).toBe(type === 'gap');
  });

  test('a gap while it is renewed is a gap', () => {
    const sequence = continuous();
    sequence.update(update(13, 15));
    expect(sequence.update(update(17, 18)).type).toBe('gap');
    expect(sequence.isRenewing || sequence.isContinuous).toBe(false);
    expect(sequence.snapshot(15).type).toBe('gap');
    expect(sequence.snapshot(16)).toMatchObject({ type: 'apply', updates: [{ sequence: 18 }] });
  });
});

const RECORDING = new URL('../../../../shared/data/binance-spot-btcusdt-20240809.ws.gz', import.meta.url);
test('the recorded stream: no gap, the book equals a plain one at every step, its best prices those of bookTicker', async () => {
  if (!existsSync(RECORDING)) {
    console.log('skipped: ../shared/data/binance-spot-btcusdt-20240809.ws.gz is not there');
    return;
  }
  const book = new LocalBook();
  const sequence = new DepthSequence();
  const truth = { bids: new Map<number, string>(), asks: new Map<number, string>() };
  /** Prices an update has told of. The recording begins without a snapshot: levels that stood before and have not changed since are unknown. */
  const told = new Set<string>();
  let updates = 0;
  let compared = 0;
  let unknown = 0;
  /** Newest last; those of the last few hundred milliseconds. */
  const tickers: { id: number; best: [string, string][] }[] = [];
  /** The book at the end of the last update, until the ticker that was in force at its id is known. */
  let pending: { id: number; best: unknown[] } | null = null;
  /** The newest ticker up to the update's last id is the truth at that id; it is known for certain when a later one has come. */
  const compare = (): void => {
    const at = pending;
    if (at === null || (tickers.at(-1)?.id ?? 0) <= at.id) return;
    pending = null;
    const truthAtId = tickers.findLast(({ id }) => id <= at.id);
    for (const [side, level] of truthAtId?.best.entries() ?? []) {
      if (told.has(level[0])) {
        expect([at.id, at.best[side]]).toEqual([at.id, level]);
        compared++;
      } else unknown++;
    }
  };
  const plain = (value: string): string => Decimal.from(value).toString();

  for await (const line of createInterface({ input: createReadStream(RECORDING).pipe(createGunzip()) })) {
    const frame = parse(line.slice(line.indexOf(' ') + 1));
    if (!isRow(frame) || !isRow(frame['data'])) continue;
    const { data } = frame;
    const stream = text(frame, 'stream');
    if (stream === 'btcusdt@bookTicker') {
      const id = number(data, 'u') ?? 0;
      const levelOf = (price: string, quantity: string): [string, string] => [
        plain(text(data, price)),
        plain(text(data, quantity)),
      ];
      tickers.push({ id, best: [levelOf('b', 'B'), levelOf('a', 'A')] });
      if (tickers.length > 2_000) tickers.splice(0, 1_000);
      compare();
    } else if (stream === 'btcusdt@depth@100ms') {
      const change = depthUpdateOf(data);
      if (change === null) throw new Error('no depth update');
      if (updates === 0) {
        sequence.update(change);
        expect(sequence.snapshot(change.first - 1).type).toBe('apply');
      } else expect(sequence.update(change).type).toBe('apply');
      book.apply(change.bids, change.asks);
      for (const side of ['bids', 'asks'] as const) {
        for (const [price, quantity] of pairsOf(change[side])) {
          told.add(plain(price));
          if (Number(quantity) === 0) truth[side].delete(Number(price));
          else truth[side].set(Number(price), plain(quantity));
        }
      }
      updates++;
      expect(book.size).toEqual({ bids: truth.bids.size, asks: truth.asks.size });
      const top = book.top(1);
      expect(top.bids[0]?.[1]).toBe(truth.bids.get(Math.max(...truth.bids.keys())));
      expect(top.asks[0]?.[1]).toBe(truth.asks.get(Math.min(...truth.asks.keys())));
      if (updates % 100 === 0) {
        const all = book.top(100_000);
        expect(all.bids).toEqual(
          [...truth.bids].sort(([a], [b]) => b - a).map(([price, quantity]) => [String(price), quantity]),
        );
        expect(all.asks).toEqual(
          [...truth.asks].sort(([a], [b]) => a - b).map(([price, quantity]) => [String(price), quantity]),
        );
      }
      pending = { id: change.sequence, best: [top.bids[0] ?? null, top.asks[0] ?? null] };
      compare();
    }
  }
  expect(updates).toBe(3_044);
  expect(compared).toBeGreaterThan(5_000);
  expect(unknown).toBeLessThan(compared / 50);
}, 60_000);
