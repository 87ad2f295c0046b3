// Replay of real recordings (../shared/data, not part of the repository): what clients see is what was recorded, and orders fill.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { recordingDecoder as binance } from '../../../src/simulator/binance/recording.ts';
import { createVenue, type MatchingVenue } from '../../../src/simulator/engine/venue.ts';
import { recordingDecoder as htx } from '../../../src/simulator/htx/recording.ts';
import { inspectRecording, readRecording } from '../../../src/simulator/market/recording-reader.ts';
import { Replay } from '../../../src/simulator/market/replay.ts';
import { recordingDecoder as okx } from '../../../src/simulator/okx/recording.ts';
import type { Side } from '../../../src/simulator/venue.ts';
import { accepted, account, order, RULES } from '../support.ts';

const DECODERS = [binance, okx, htx];
const folder = new URL('../../../../shared/data/', import.meta.url);
const isThere = existsSync(folder);
if (!isThere) console.log('test/simulator/market/real-recordings.test.ts: skipped, ../shared/data is not here');
const file = (name: string): string => new URL(name, folder).pathname;
const SPOT = 'binance-spot-btcusdt-20240809.ws.gz';

async function replaying(
  name: string,
  speed = 1,
): Promise<{ venue: MatchingVenue; clock: VirtualClock; replay: Replay; symbol: string }> {
  const clock = new VirtualClock();
  const { symbol, instrument } = await inspectRecording(file(name), DECODERS);
  const venue = createVenue({
    clock,
    random: seededRandom(1),
    instruments: [instrument],
    accounts: [account(1, { balances: { BTC: '100', USDT: '10000000', FIL3S: '1000000' } })],
  });
  const replay = new Replay({
    venue,
    clock,
    symbol,
    speed,
    read: () => readRecording(file(name), DECODERS),
    hold: (work) => clock.hold(work),
  });
  replay.start();
  await clock.runFor(replay.ready);
  return { venue, clock, replay, symbol };
}

describe.runIf(isThere)('a recorded Binance stream', () => {
  it('gives clients a book that they can rebuild exactly, uncrossed at every step, and the recorded best prices', async () => {
    const { venue, clock, replay, symbol } = await replaying(SPOT);
    expect(symbol).toBe('BTC/USDT');
    const start = venue.book(symbol, 100_000);
    const copy: Record<Side, Map<string, Decimal>> = { BUY: new Map(), SELL: new Map() };
    for (const [price, quantity] of start.bids) copy.BUY.set(price.toString(), quantity);
    for (const [price, quantity] of start.asks) copy.SELL.set(price.toString(), quantity);
    expect(start.bids.length).toBeGreaterThan(100);
    let updateId = start.updateId;
    let steps = 0;
    venue.listen((event) => {
      if (event.type !== 'book') return;
      expect(event.updateId).toBe(++updateId);
      for (const [side, changes] of [
        ['BUY', event.bids],
        ['SELL', event.asks],
      ] as const) {
        for (const [price, quantity] of changes) {
          if (quantity.isZero()) copy[side].delete(price.toString());
          else copy[side].set(price.toString(), quantity);
        }
      }
      steps++;
      const [bid] = venue.book(symbol, 1).bids;
      const [ask] = venue.book(symbol, 1).asks;
      expect(bid![0].lt(ask![0])).toBe(true);
      if (steps % 200 !== 0) return;
      for (const [side, truth] of [
        ['BUY', venue.book(symbol, 100_000).bids],
        ['SELL', venue.book(symbol, 100_000).asks],
      ] as const) {
        expect(copy[side].size).toBe(truth.length);
        for (const [price, quantity] of truth) expect(copy[side].get(price.toString())?.eq(quantity)).toBe(true);
      }
    });
    await clock.advance(30_000);
    expect(steps).toBeGreaterThan(1000);
    replay.stop();
  });

  it('equals the recorded diffs level by level whenever both speak of the same moment', async () => {
    const { venue, clock, replay, symbol } = await replaying(SPOT);
    // An independent reading of the same file: only the depth diffs, nothing else.
    const truth: Record<Side, Map<string, Decimal>> = { BUY: new Map(), SELL: new Map() };
    const moments: { at: number; bids: string[]; asks: string[] }[] = [];
    let origin = 0;
    let topId = 0;
    reading: for await (const events of readRecording(file(SPOT), DECODERS)) {
      for (const event of events) {
        origin ||= event.time;
        if (event.time - origin > 40_000) break reading;
        if (event.kind === 'top') topId = event.updateId;
        if (event.kind !== 'book') continue;
        for (const [side, changes] of [
          ['BUY', event.bids],
          ['SELL', event.asks],
        ] as const) {
          for (const [price, quantity] of changes) {
            if (quantity.isZero()) truth[side].delete(price.toString());
            else truth[side].set(price.toString(), quantity);
          }
        }
        if ((event.updateId ?? 0) < topId || event.time - origin < 10_000) continue;
        moments.push({ at: event.time - origin - 5000, bids: best(truth.BUY, -1), asks: best(truth.SELL, 1) });
      }
    }
    expect(moments.length).toBeGreaterThan(100);
    const started = clock.monotonic();
    let compared = 0;
    for (const moment of moments) {
      await clock.advance(Math.max(0, moment.at + 0.01 - (clock.monotonic() - started)));
      const { bids, asks } = venue.book(symbol, 5);
      const seen = [bids, asks].map((side) =>
        side.map(([price, quantity]) => `${price.toString()}x${quantity.toString()}`),
      );
      if (JSON.stringify(seen) === JSON.stringify([moment.bids, moment.asks])) compared++;
    }
    // A trade or best price recorded within the same half millisecond may already be in the book.
    expect(compared / moments.length).toBeGreaterThan(0.9);
    replay.stop();
  });

  it('fills resting orders near the market, charges the taker what the book asked, and tells the same story twice', async () => {
    const run = async (): Promise<{ filled: number; hash: string }> => {
      const { venue, clock, replay, symbol } = await replaying(SPOT);
      const hash = createHash('sha256');
      venue.listen((event) => {
        const text = JSON.stringify(event, (key, value: unknown) =>
          key === 'clientOrderId' ? '' : typeof value === 'bigint' ? String(value) : value,
        );
        hash.update(text);
      });
      const { asks, bids } = venue.book(symbol, 1);
      accepted(venue.place(1, order('SELL', asks[0]![0].toString(), '0.05', { symbol }), RULES));
      accepted(venue.place(1, order('BUY', bids[0]![0].toString(), '0.05', { symbol }), RULES));
      await clock.advance(40_000);
      replay.stop();
      return { filled: venue.fills(1, { symbol }).length, hash: hash.digest('hex') };
    };
    const first = await run();
    expect(first.filled).toBeGreaterThan(0);
    expect(await run()).toEqual(first);
  });

  it('plays faster on demand and starts over at the end', async () => {
    const { clock, replay, venue, symbol } = await replaying(SPOT, 100);
    await clock.runUntil(() => replay.rounds === 2, 10_000);
    expect(clock.monotonic()).toBeGreaterThan(2500);
    expect(clock.monotonic()).toBeLessThan(3100);
    await clock.advance(100);
    expect(venue.trades(symbol, 1000)).toHaveLength(1000);
    replay.stop();
  });
});

describe.runIf(isThere)('other recordings', () => {
  it.each([
    ['okx-public-20220513.jsonl.gz', 'BTC/USDT', 8000],
    ['htx-market-20210417.jsonl.gz', 'FIL3S/USDT', 20_000],
  ])('%s replays', async (name, wanted, ms) => {
    const { venue, clock, replay, symbol } = await replaying(name);
    expect(symbol).toBe(wanted);
    let trades = 0;
    venue.listen((event) => {
      if (event.type === 'trade') trades++;
      const { bids, asks } = venue.book(symbol, 1);
      if (bids[0] !== undefined && asks[0] !== undefined) expect(bids[0][0].lt(asks[0][0])).toBe(true);
    });
    await clock.advance(ms);
    expect(trades).toBeGreaterThan(5);
    expect(venue.book(symbol, 20).bids.length).toBe(20);
    replay.stop();
  });

  it('says what is wrong with a file that is none', async () => {
    await expect(inspectRecording(file('README.md'), DECODERS)).rejects.toThrow('not a recording');
    await expect(inspectRecording(file('nothing.ws.gz'), DECODERS)).rejects.toThrow('ENOENT');
  });
});

function best(side: ReadonlyMap<string, Decimal>, direction: 1 | -1): string[] {
  return [...side]
    .map(([price, quantity]) => [Decimal.from(price), quantity] as const)
    .sort((a, b) => a[0].cmp(b[0]) * direction)
    .slice(0, 5)
    .map(([price, quantity]) => `${price.toString()}x${quantity.toString()}`);
}
