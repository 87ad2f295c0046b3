// Replay with small made-up recordings: the rules of the queue, trades through a price, consumed liquidity, loops.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { recordingDecoder } from '../../../src/simulator/binance/recording.ts';
import { RECORDING_DECODERS } from '../../../src/simulator/dialects.ts';
import { startSimulator } from '../../../src/simulator/index.ts';
import { inspectRecording, readRecording } from '../../../src/simulator/market/recording-reader.ts';
import type { RecordedEvent } from '../../../src/simulator/market/recording.ts';
import { Replay, type ReplayOptions } from '../../../src/simulator/market/replay.ts';
import type { Level, Side } from '../../../src/simulator/venue.ts';
import { recordingOf } from '../../support/recording-of.ts';
import { accepted, bench, d, EOS, levels, order, RULES, type Bench } from '../support.ts';

const level = (price: string, quantity: string): Level => [d(price), d(quantity)];
let clockOfRecording = 0;
let updateId = 0;

function book(bids: Level[], asks: Level[], snapshot = false): RecordedEvent {
  return { kind: 'book', time: ++clockOfRecording, symbol: EOS, snapshot, bids, asks, updateId: ++updateId };
}
function top(bid: Level, ask: Level): RecordedEvent {
  return { kind: 'top', time: ++clockOfRecording, symbol: EOS, bid, ask, updateId: ++updateId };
}
function trade(takerSide: Side, price: string, quantity: string): RecordedEvent {
  return { kind: 'trade', time: ++clockOfRecording, symbol: EOS, price: d(price), quantity: d(quantity), takerSide };
}

interface Played extends Bench {
  readonly play: (...events: RecordedEvent[]) => Promise<void>;
  readonly read: (side: Side) => string[];
}

/** A replay that is fed by hand: the book begins at 0.80 / 0.81. */
async function played(extra: Partial<ReplayOptions> = {}): Promise<Played> {
  const made = bench();
  clockOfRecording = 0;
  updateId = 0;
  const batches: RecordedEvent[][] = [];
  let wake: () => void = () => undefined;
  async function* read(): AsyncGenerator<readonly RecordedEvent[]> {
    yield [book([level('0.80', '100'), level('0.79', '200')], [level('0.81', '100'), level('0.82', '200')])];
    // The beginning ends with the first event after it; this one changes nothing.
    yield [book([], [])];
    for (;;) {
      const batch = batches.shift();
      if (batch !== undefined) yield batch;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const replay = new Replay({ ...made, symbol: EOS, read, warmUpMs: 1, ...extra });
  replay.start();
  await made.clock.runFor(replay.ready);
  return {
    ...made,
    async play(...events) {
      batches.push(events);
      wake();
      await made.clock.advance(100);
    },
    read: (side) => levels(made.venue.book(EOS, 10)[side === 'BUY' ? 'bids' : 'asks']),
  };
}

describe('Replay', () => {
  it('shows the recorded book, and takes the faster best prices over older diffs', async () => {
    const { play, read } = await played();
    expect([read('BUY'), read('SELL')]).toEqual([
      ['0.8x100', '0.79x200'],
      ['0.81x100', '0.82x200'],
    ]);
    const stale = book([level('0.80', '90')], [level('0.815', '5')]);
    const fresh = top(level('0.79', '150'), level('0.81', '80'));
    await play(fresh, stale);
    expect([read('BUY'), read('SELL')]).toEqual([['0.79x150'], ['0.81x80', '0.815x5', '0.82x200']]);
  });

  it('fills an order at its price only after the queue ahead was traded away', async () => {
    const { play, venue } = await played();
    const { orderId } = accepted(venue.place(1, order('BUY', '0.80', '50'), RULES)).order;
    const filled = (): string => venue.order(1, EOS, { orderId })?.filled.toString() ?? '';
    await play(trade('SELL', '0.80', '60'));
    expect(filled()).toBe('0');
    // More comes behind: it does not delay the order.
    await play(book([level('0.80', '500')], []));
    await play(trade('SELL', '0.80', '55'));
    expect(filled()).toBe('15');
    await play(trade('SELL', '0.80', '100'));
    expect(filled()).toBe('50');
    expect(venue.fills(1, { orderId }).every((fill) => fill.maker)).toBe(true);
  });

  it('shortens the queue ahead when the level shrinks below it, and counts an announced trade once', async () => {
    const { play, venue, clock } = await played();
    const { orderId } = accepted(venue.place(1, order('BUY', '0.80', '50'), RULES)).order;
    const filled = (): string => venue.order(1, EOS, { orderId })?.filled.toString() ?? '';
    // The best price already shows what the trade took; together they take 30, not 60.
    await play(top(level('0.80', '70'), level('0.81', '100')), trade('SELL', '0.80', '30'));
    await play(trade('SELL', '0.80', '69'));
    expect(filled()).toBe('0');
    // Half of what is ahead is cancelled: no trade comes that would explain it.
    await play(book([level('0.80', '0.5')], []));
    clockOfRecording += 2000;
    await play(trade('SELL', '0.80', '2'));
    await clock.advance(2000);
    expect(filled()).toBe('1.5');
  });

  it('fills completely when the market trades through the price', async () => {
    const { play, venue } = await played();
    const { orderId } = accepted(venue.place(1, order('BUY', '0.80', '50'), RULES)).order;
    await play(trade('SELL', '0.79', '1'));
    expect(venue.order(1, EOS, { orderId })?.status).toBe('filled');
    expect(venue.trades(EOS, 5).map((each) => `${each.price.toString()}x${each.quantity.toString()}`)).toEqual([
      '0.8x50',
      '0.79x1',
    ]);
  });

  it('trades with recorded liquidity that appears across the price', async () => {
    const { play, venue, read } = await played();
    const { orderId } = accepted(venue.place(1, order('BUY', '0.805', '50'), RULES)).order;
    await play(book([], [level('0.804', '30')]));
    expect(venue.order(1, EOS, { orderId })?.filled.toString()).toBe('30');
    expect(read('SELL')[0]).toBe('0.81x100');
  });

  it('lets aggressive orders take recorded liquidity until the recording speaks of that level again', async () => {
    const { play, venue, read } = await played();
    const { order: taker } = accepted(venue.place(1, order('BUY', null, '130'), RULES));
    expect([taker.status, taker.filledQuote.toString()]).toEqual(['filled', '105.6']);
    expect(read('SELL')).toEqual(['0.82x170']);
    await play(book([], [level('0.815', '1')]));
    expect(read('SELL')).toEqual(['0.815x1', '0.82x170']);
    await play(book([], [level('0.82', '210'), level('0.81', '99')]));
    expect(read('SELL')).toEqual(['0.81x99', '0.815x1', '0.82x210']);
  });

  it('puts every recorded trade on the tape once, in full', async () => {
    const { play, venue } = await played();
    accepted(venue.place(1, order('SELL', '0.81', '50'), RULES));
    await play(trade('BUY', '0.81', '120'));
    expect(venue.trades(EOS, 5).map((each) => `${each.takerSide} ${each.quantity.toString()}`)).toEqual([
      'BUY 20',
      'BUY 100',
    ]);
  });

  it('starts over at the end, keeping accounts’ orders', async () => {
    const made = bench();
    clockOfRecording = 0;
    updateId = 0;
    const recording = [
      book([level('0.80', '100')], [level('0.81', '100')]),
      book([level('0.80', '90')], []),
      book([level('0.80', '0'), level('0.70', '10')], []),
    ];
    async function* read(): AsyncGenerator<readonly RecordedEvent[]> {
      yield recording;
    }
    const replay = new Replay({ ...made, symbol: EOS, read, warmUpMs: 1, rounds: 3, speed: 0.001 });
    replay.start();
    await made.clock.runFor(replay.ready);
    const resting = accepted(made.venue.place(1, order('BUY', '0.75', '5'), RULES)).order;
    const seen: string[] = [];
    made.venue.listen((event) => {
      if (event.type === 'book') seen.push(levels(event.bids).join(' '));
    });
    await made.clock.runUntil(() => replay.rounds === 3);
    expect(seen).toEqual(['0.8x0 0.7x10', '0.8x100 0.7x0', '0.8x90', '0.8x0 0.7x10', '0.8x100 0.7x0', '0.8x90']);
    expect(made.venue.order(1, EOS, { orderId: resting.orderId })?.status).toBe('open');
    replay.stop();
  });

  it('reports a recording that ends before it begins', async () => {
    const made = bench();
    let failure: unknown = null;
    async function* read(): AsyncGenerator<readonly RecordedEvent[]> {
      yield [book([], [])];
    }
    const replay = new Replay({ ...made, symbol: EOS, read, onError: (error) => (failure = error) });
    replay.start();
    await made.clock.runFor(replay.ready);
    expect(String(failure)).toContain('ends before its book is known');
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-recording-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function eventsIn(name: string, content: string | Uint8Array): Promise<number> {
    const file = join(folder, name);
    writeFileSync(file, content);
    let count = 0;
    for await (const events of readRecording(file, [recordingDecoder])) count += events.length;
    return count;
  }

  it('that breaks off, in half a line or in half a block, is read as far as it goes', async () => {
    const lines = recordingOf('EOSUSDT', 2000);
    expect(await eventsIn('whole.ws', lines)).toBe(2000);
    expect(await eventsIn('no-last-newline.ws', lines.trimEnd())).toBe(2000);
    expect(await eventsIn('half-a-line.ws', lines.slice(0, -10))).toBe(1999);
    const packed = gzipSync(lines);
    expect(await eventsIn('whole.ws.gz', packed)).toBe(2000);
    expect(await eventsIn('half.ws.gz', packed.subarray(0, packed.length / 2))).toBeGreaterThan(500);
    const middle = lines.indexOf('\n', lines.length / 2);
    const broken = `${lines.slice(0, middle - 10)}${lines.slice(middle)}`;
    await expect(eventsIn('broken.ws', broken)).rejects.toThrow(SyntaxError);
  });

  it('that is none is refused in words', async () => {
    const file = join(folder, 'other.json');
    writeFileSync(file, '{\n  "name": "aioquant"\n}\n');
    await expect(inspectRecording(file, RECORDING_DECODERS)).rejects.toThrow('not a recording');
  });

  it('that is too short for its book to be known is refused at the start', async () => {
    const file = join(folder, 'short.ws');
    writeFileSync(file, recordingOf('EOSUSDT', 4));
    await expect(startSimulator({ replay: file })).rejects.toThrow('ends before its book is known');
  });
});
