// Rate budgets: windows, the reserve of cancels, order of waiting, corrections and bans.
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';

function budget(aligned: boolean, capacity = 10, cancelReserve = 2) {
  // 3 s into a minute.
  const clock = new VirtualClock(1_723_161_603_000);
  return { clock, budget: createRateBudgets().get('k', { clock, capacity, windowMs: 60_000, aligned, cancelReserve }) };
}

test('one governor per key', () => {
  const { clock } = budget(true);
  const budgets = createRateBudgets();
  const limit = { clock, capacity: 1, windowMs: 1_000, aligned: true, cancelReserve: 0 };
  expect(budgets.get('a', limit)).toBe(budgets.get('a', limit));
  expect(budgets.get('a', limit)).not.toBe(budgets.get('b', limit));
});

test('an aligned window is given back whole at the full minute', async () => {
  const { clock, budget: b } = budget(true);
  expect(b.tryTake(8, 'order')).toBe(true);
  expect(b.tryTake(1, 'order')).toBe(false);
  expect(b.waitTime(1, 'order')).toBe(57_000);
  await clock.advance(57_000);
  expect(b.used).toBe(0);
  expect(b.tryTake(8, 'order')).toBe(true);
});

test('a sliding window gives back what is older than its length', async () => {
  const { clock, budget: b } = budget(false);
  b.tryTake(4, 'order');
  await clock.advance(10_000);
  b.tryTake(4, 'order');
  expect(b.waitTime(3, 'order')).toBe(50_000);
  expect(b.waitTime(5, 'order')).toBe(60_000);
  await clock.advance(50_000);
  expect(b.used).toBe(4);
});

test('cancels have a reserve and go first; others wait by priority, then by arrival', async () => {
  const { clock, budget: b } = budget(true);
  b.tryTake(8, 'query');
  expect(b.tryTake(2, 'cancel')).toBe(true);
  const order: string[] = [];
  const all = Promise.all([
    b.take(5, 'query').then(() => order.push('query')),
    b.take(2, 'order').then(() => order.push('order 1')),
    b.take(2, 'order').then(() => order.push('order 2')),
    b.take(4, 'cancel').then(() => order.push('cancel')),
  ]);
  // Nobody overtakes those who wait.
  expect(b.tryTake(1, 'order')).toBe(false);
  await clock.runFor(all);
  expect(order).toEqual(['cancel', 'order 1', 'order 2', 'query']);
});

test('what can wait leaves half of a window to the others, and holds nobody up', async () => {
  const { clock, budget: b } = budget(true);
  expect(b.tryTake(4, 'spare')).toBe(true);
  expect(b.tryTake(2, 'spare')).toBe(false);
  const waiting = b.take(2, 'spare');
  expect(b.tryTake(4, 'query')).toBe(true);
  expect(b.tryTake(2, 'cancel')).toBe(true);
  expect(b.waitTime(2, 'spare')).toBe(57_000);
  await clock.runFor(waiting);
  expect(b.used).toBe(2);
});

test('corrections count when higher, a ban holds back everybody', async () => {
  const { clock, budget: b } = budget(true);
  b.correct(7);
  b.correct(3);
  expect(b.used).toBe(7);
  b.blockFor(120_000);
  expect(b.waitTime(1, 'cancel')).toBe(120_000);
  let taken = false;
  void b.take(1, 'cancel').then(() => {
    taken = true;
  });
  await clock.advance(119_999);
  expect(taken).toBe(false);
  await clock.advance(1);
  expect(taken).toBe(true);
});

test('what is dearer than the whole budget goes out on a fresh window', async () => {
  const { clock, budget: b } = budget(true);
  b.tryTake(1, 'query');
  await clock.runFor(b.take(500, 'query'));
  expect(b.used).toBe(500);
});

test('a count of the exchange replaces ours as far as it is certain; whoever waits for room goes when there is some', async () => {
  const { clock, budget: b } = budget(true);
  for (let count = 0; count < 8; count++) b.tryTake(1, 'order');
  const early = b.mark();
  let gone = false;
  void b.take(3, 'order').then(() => {
    gone = true;
  });
  // The other seven may be in this figure or not.
  b.replace(1, early, 1);
  expect(b.used).toBe(8);
  // All are answered now, and some have given back what they took; the first one may not be in this figure.
  b.replace(2, early, 7);
  await Promise.resolve();
  expect([gone, b.used]).toEqual([true, 6]);
  // Somebody else uses the same key.
  b.replace(9, b.mark(), 3);
  expect(b.used).toBe(9);
  const late = b.mark();
  await clock.advance(57_000);
  b.replace(9, late, 0);
  expect(b.used).toBe(0);
});

test('replies out of order free nothing that the exchange has counted', () => {
  const { budget: b } = budget(true);
  for (let count = 0; count < 10; count++) b.tryTake(1, 'cancel');
  const mark = b.mark();
  for (const used of [7, 2, 10, 4, 1, 9, 3, 8, 5, 6]) b.replace(used, mark, 1);
  expect(b.used).toBe(10);
});

test('replies to a burst free nothing before the exchange has counted all of it', async () => {
  const { budget: b } = budget(true);
  let sent = 0;
  for (let count = 0; count < 30; count++) void b.take(1, 'order').then(() => sent++);
  await Promise.resolve();
  const first = sent;
  const mark = b.mark();
  for (let used = 1; used <= first; used++) b.replace(used, mark, 1);
  await Promise.resolve();
  expect(sent).toBe(first);
});

test('what is in the background leaves half of the budget to others, and waits behind them', async () => {
  const { clock, budget: b } = budget(true);
  expect(b.tryTake(4, 'spare')).toBe(true);
  const order: string[] = [];
  const all = Promise.all([
    b.take(2, 'spare').then(() => order.push('spare')),
    b.take(5, 'query').then(() => order.push('query')),
  ]);
  expect(b.tryTake(4, 'order')).toBe(true);
  await clock.runFor(all);
  expect(order).toEqual(['query', 'spare']);
  // Beside the query it would have been more than half: it took the window after.
  expect(b.used).toBe(2);
});

test('the wait counts those who wait already', async () => {
  const { clock, budget: b } = budget(false);
  const waits: number[] = [];
  for (let count = 0; count < 30; count++) {
    waits.push(b.waitTime(1, 'order'));
    void b.take(1, 'order');
  }
  await Promise.resolve();
  const last = b.waitTime(1, 'order');
  expect(waits[0]).toBe(0);
  expect(last).toBeGreaterThan(120_000);
  // Those with a better right do not wait for them.
  expect(b.waitTime(1, 'cancel')).toBeLessThan(60_001);
  let gone = false;
  void b.take(1, 'order').then(() => (gone = true));
  await clock.advance(last + 60_000);
  expect(gone).toBe(true);
});

/** Takes one for an order that waits `mostMs`; what it was told, and when. */
function waiting(b: ReturnType<typeof budget>, mostMs: number, cost = 1, signal?: AbortSignal) {
  const told: { wait?: number; at?: number } = {};
  void b.budget.take(cost, 'order', { mostMs, signal }).then((wait) => {
    told.wait = wait;
    told.at = b.clock.monotonic();
  });
  return told;
}

test('whoever would wait longer than it may is told at once, and takes nothing', async () => {
  const of = budget(true);
  of.budget.tryTake(8, 'query');
  const told = waiting(of, 56_999);
  await of.clock.settle();
  expect(told).toEqual({ wait: 57_000, at: 0 });
  await of.clock.advance(57_000);
  expect(of.budget.used).toBe(0);
});

test('a ban that lasts longer than somebody may wait ends that wait at once; those who may wait it out go first afterwards', async () => {
  const of = budget(true);
  of.budget.tryTake(8, 'query');
  const short = waiting(of, 58_000, 3);
  const long = waiting(of, 200_000);
  await of.clock.advance(1_000);
  of.budget.blockFor(120_000);
  await of.clock.settle();
  expect(short).toEqual({ wait: 120_000, at: 1_000 });
  await of.clock.advance(120_000);
  expect(long).toEqual({ wait: 0, at: 121_000 });
  expect(of.budget.used).toBe(1);
});

test('a wait that turns out longer than thought ends when its time is over, and holds up nobody behind it', async () => {
  const of = budget(false);
  of.budget.tryTake(4, 'query');
  await of.clock.advance(1_000);
  of.budget.tryTake(4, 'query');
  const large = waiting(of, 61_000, 4);
  const small = waiting(of, 90_000, 1);
  await of.clock.advance(50_000);
  // Cancels go first, and take what it counted on.
  of.budget.tryTake(2, 'cancel');
  void of.budget.take(4, 'cancel');
  await of.clock.advance(10_999);
  expect([large, small]).toEqual([{}, {}]);
  await of.clock.advance(1);
  expect(large.wait).toBeGreaterThan(0);
  expect(large.at).toBe(62_000);
  expect(small).toEqual({ wait: 0, at: 62_000 });
});

test('room that comes at the last moment is taken', async () => {
  const of = budget(true);
  of.budget.tryTake(8, 'query');
  const told = waiting(of, 57_000);
  await of.clock.advance(57_000);
  expect(told).toEqual({ wait: 0, at: 57_000 });
});

test('a signal ends the wait, and leaves no timer behind', async () => {
  const of = budget(true);
  const ending = new AbortController();
  of.budget.tryTake(1, 'query');
  of.budget.blockFor(3 * 86_400_000);
  const told = waiting(of, Infinity, 1, ending.signal);
  await of.clock.advance(5);
  expect(told).toEqual({});
  ending.abort();
  await of.clock.settle();
  expect(told).toEqual({ wait: 3 * 86_400_000 - 5, at: 5 });
  expect(await of.clock.runAll(0)).toBe(true);
  // Nor does anybody begin to wait any more.
  const late = waiting(of, Infinity, 1, ending.signal);
  await of.clock.settle();
  expect(late.at).toBe(5);
});

test('a turn comes in order and takes nothing; whoever does not use it makes room for the next', async () => {
  const of = budget(true);
  of.budget.tryTake(8, 'query');
  const order: string[] = [];
  void of.budget.turn(5, 'order').then(() => order.push('unused'));
  void of.budget.turn(5, 'order').then(() => {
    order.push('used');
    expect(of.budget.fits(5, 'order')).toBe(true);
    of.budget.spend(5);
  });
  void of.budget.take(5, 'order').then(() => order.push('next window'));
  await of.clock.advance(57_000);
  expect(order).toEqual(['unused', 'used']);
  expect(of.budget.used).toBe(5);
  await of.clock.advance(60_000);
  expect(order).toEqual(['unused', 'used', 'next window']);
});
