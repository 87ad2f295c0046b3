// Whose limits they are: a user's whatever the key, an address's whoever asks.
import { expect, test } from 'vitest';
import { HtxLimits, LIMITS, type Bucket } from '../../../src/exchanges/htx/limits.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';

function limitsOf(...keys: string[]): HtxLimits[] {
  const budgets = createRateBudgets();
  const clock = new VirtualClock();
  return keys.map((key) => new HtxLimits(budgets, clock, 'h', key));
}

const useUp = (limits: HtxLimits, bucket: Bucket): boolean =>
  limits.budget(bucket).tryTake(LIMITS[bucket].capacity, 'order');
const hasRoom = (limits: HtxLimits | undefined, bucket: Bucket): boolean | undefined =>
  limits?.budget(bucket).hasRoom(1, 'order');

test('two keys of one user share what counts for the user (12), and each has its own share of what counts for the key', () => {
  const [one, two, stranger] = limitsOf('key-1', 'key-2', 'key-3');
  one?.learnUser('u');
  two?.learnUser('u');
  stranger?.learnUser('v');
  useUp(one!, 'place');
  useUp(one!, 'other');
  expect([hasRoom(two, 'place'), hasRoom(stranger, 'place'), hasRoom(two, 'other')]).toEqual([false, true, true]);
});

test('requests on sockets count for the address (8.1)', () => {
  const [one, two] = limitsOf('key-1', 'key-2');
  useUp(one!, 'socket');
  expect(hasRoom(two, 'socket')).toBe(false);
});

test('a blocked address blocks every endpoint for everybody, whether it was used before or not, and no other host (12)', () => {
  const budgets = createRateBudgets();
  const clock = new VirtualClock();
  const [one, two, elsewhere] = ['h', 'h', 'i'].map(
    (host, index) => new HtxLimits(budgets, clock, host, `key-${index}`),
  );
  expect(hasRoom(two, 'place')).toBe(true);
  one?.blockAll(1_000);
  for (const bucket of Object.keys(LIMITS) as Bucket[])
    expect([bucket, hasRoom(one, bucket), hasRoom(two, bucket), hasRoom(elsewhere, bucket)]).toEqual([
      bucket,
      false,
      false,
      true,
    ]);
  const late = new HtxLimits(budgets, clock, 'h', 'key-3');
  expect(hasRoom(late, 'place')).toBe(false);
});
