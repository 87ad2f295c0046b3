// The offset of the exchange's clock, back-off waits: small helpers with numbers in them.
import { expect, test } from 'vitest';
import { ok, TradeError, type Result } from '../../src/domain/errors.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { sleep } from '../../src/seam/clock.ts';
import { Backoff } from '../../src/wire/backoff.ts';
import { ClockOffset } from '../../src/wire/clock-offset.ts';

function setup(skew: { ms: number }) {
  const clock = new VirtualClock();
  const ways = [80, 10, 200, 30, 90];
  let asked = 0;
  const offset = new ClockOffset({
    clock,
    ask: async (): Promise<Result<number>> => {
      const way = ways[asked++ % ways.length]!;
      await sleep(clock, way);
      const time = clock.now() + skew.ms;
      await sleep(clock, way);
      return ok(time);
    },
  });
  return { clock, offset, asked: () => asked };
}

/** As `setup`, but the answer takes all of the round trip: the middle is wrong by half of it. */
function lopsided() {
  const clock = new VirtualClock();
  const ways = [400, 100, 300];
  let asked = 0;
  let skew = 0;
  const offset = new ClockOffset({
    clock,
    samples: 3,
    ask: async (): Promise<Result<number>> => {
      const time = clock.now() + skew;
      await sleep(clock, ways[asked++ % ways.length]!);
      return ok(time);
    },
  });
  return { clock, offset, shift: (ms: number) => (skew = ms) };
}

test('one sample is enough to go on; of all the one with the shortest round trip counts', async () => {
  const { clock, offset } = lopsided();
  const began = clock.monotonic();
  expect(await clock.runFor(offset.measure())).toEqual([true, null]);
  expect(clock.monotonic() - began).toBe(400);
  expect([offset.offset, offset.isOld]).toEqual([-200, false]);
  await clock.advance(100);
  expect(offset.offset).toBe(-50);
  await clock.advance(10_000);
  expect(offset.offset).toBe(-50);
});

test('a measurement that is begun anew owes nothing to the one before it', async () => {
  const { clock, offset, shift } = lopsided();
  await clock.runFor(offset.measure());
  shift(60_000);
  expect(await clock.runFor(offset.measure())).toEqual([true, null]);
  await clock.advance(10_000);
  expect(Math.abs(offset.offset - 60_000)).toBeLessThan(400);
});

test('the round trip begins when the question leaves, however long it had to wait before', async () => {
  const clock = new VirtualClock();
  const offset = new ClockOffset({
    clock,
    samples: 1,
    ask: async (onLeaving): Promise<Result<number>> => {
      await sleep(clock, 40_000);
      onLeaving();
      await sleep(clock, 10);
      const time = clock.now() + 7;
      await sleep(clock, 10);
      return ok(time);
    },
  });
  await clock.runFor(offset.measure());
  expect(offset.offset).toBe(7);
});

test('asks as often as it was told, and grows old', async () => {
  const { clock, offset, asked } = setup({ ms: -4_321 });
  expect(await clock.runFor(offset.measure())).toEqual([true, null]);
  await clock.advance(2_000);
  expect(asked()).toBe(5);
  expect(offset.offset).toBe(-4_321);
  expect(offset.serverNow()).toBe(clock.now() - 4_321);
  expect(offset.isOld).toBe(false);
  await clock.advance(1_800_000);
  expect(offset.isOld).toBe(true);
});

test('it is old as soon as our clock was set, either way', async () => {
  for (const ms of [-60_000, 2_000]) {
    const { clock, offset } = setup({ ms: 0 });
    await clock.runFor(offset.measure());
    await clock.advance(60_000);
    expect(offset.isOld).toBe(false);
    clock.stepWall(ms);
    expect(offset.isOld).toBe(true);
    await clock.runFor(offset.measure());
    expect(offset.isOld).toBe(false);
  }
});

test('a complaint about the clock is healed by one measurement, once', async () => {
  const skew = { ms: 0 };
  const { clock, offset, asked } = setup(skew);
  await clock.runFor(offset.measure());
  await clock.advance(2_000);
  skew.ms = 60_000;
  await clock.advance(10_000);
  const call = (): Promise<string> =>
    Promise.resolve(Math.abs(offset.offset - skew.ms) < 1_000 ? 'fine' : 'wrong clock');
  const isClockError = (answer: string): boolean => answer === 'wrong clock';
  const all = await clock.runFor(
    Promise.all([offset.healOnce(call, isClockError), offset.healOnce(call, isClockError)]),
  );
  expect(all).toEqual(['fine', 'fine']);
  await clock.advance(900);
  expect(asked()).toBe(10);
  expect(await clock.runFor(offset.healOnce(() => Promise.resolve('wrong clock'), isClockError))).toBe('wrong clock');
});

test('a complaint about the clock while a measurement is still being refined waits for that', async () => {
  const clock = new VirtualClock();
  // For the first question a connection has to be opened: nearly all of its time passes before it is read.
  const ways = [3_000, 100, 100];
  let asked = 0;
  const offset = new ClockOffset({
    clock,
    samples: 3,
    ask: async (): Promise<Result<number>> => {
      await sleep(clock, ways[asked++]!);
      const time = clock.now();
      await sleep(clock, 50);
      return ok(time);
    },
  });
  const call = async (): Promise<string> => {
    const timestamp = offset.serverNow();
    await sleep(clock, 60);
    return timestamp < clock.now() + 1_000 ? 'taken' : 'ahead';
  };
  await clock.runFor(offset.measure());
  expect(await clock.runFor(offset.healOnce(call, (answer) => answer === 'ahead'))).toBe('taken');
  expect(asked).toBe(3);
});

test('an exchange that cannot be reached leaves the offset as it was', async () => {
  const clock = new VirtualClock();
  const error = new TradeError('unreachable', { kind: 'network', outcome: 'not-sent' });
  const offset = new ClockOffset({ clock, ask: () => Promise.resolve([null, error]) });
  expect(await offset.measure()).toEqual([null, error]);
  expect(offset.offset).toBe(0);
});

test('waits grow, stay within their bounds, and start again after a reset', () => {
  const backoff = new Backoff({
    random: { next: () => 0.999_999, int: () => 0, id: () => '' },
    baseMs: 500,
    maxMs: 30_000,
  });
  const waits = Array.from({ length: 9 }, () => backoff.next());
  expect(waits).toEqual([499, 999, 1999, 3999, 7999, 15999, 29999, 29999, 29999]);
  backoff.reset();
  expect(backoff.next()).toBe(499);
  const jittered = new Backoff({ random: seededRandom(7) });
  expect(new Set(Array.from({ length: 6 }, () => jittered.next())).size).toBeGreaterThan(3);
});
