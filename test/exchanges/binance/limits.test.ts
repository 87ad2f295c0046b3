// What the exchange says of its limits and of what is used of them (binance.md A3.1, A3.2).
import { expect, test } from 'vitest';
import { BinanceLimits } from '../../../src/exchanges/binance/limits.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';

function setup() {
  // 3 s into a minute, and into a window of 10 s.
  const clock = new VirtualClock(1_723_161_603_000);
  return { clock, limits: new BinanceLimits(createRateBudgets(), clock, 'host', 'key') };
}

const orders = (limit: number, count?: number) => ({
  rateLimitType: 'ORDERS',
  interval: 'SECOND',
  intervalNum: 10,
  limit,
  ...(count === undefined ? {} : { count }),
});

test('the documented limits hold until exchangeInfo states others; what was used is taken along', () => {
  const { limits } = setup();
  for (let index = 0; index < 50; index++) expect(limits.tryTake(0, 1, 'order')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
  expect(limits.waitTime(0, 1, 'order')).toBe(7_000);
  limits.learn([orders(100), { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1_200 }]);
  for (let index = 0; index < 50; index++) expect(limits.tryTake(0, 1, 'order')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
  expect(limits.tryTake(1_080, 0, 'query')).toBe(true);
  expect(limits.tryTake(1, 0, 'query')).toBe(false);
  expect(limits.tryTake(1, 0, 'cancel')).toBe(true);
});

test('headers and rateLimits correct what we counted', () => {
  const { limits } = setup();
  limits.correctByHeaders({ 'x-mbx-used-weight-1m': '5399', 'x-mbx-order-count-10s': '49', 'content-type': 'x' });
  expect(limits.tryTake(2, 0, 'query')).toBe(false);
  expect(limits.tryTake(1, 0, 'query')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
  const other = setup().limits;
  other.correct([
    orders(50, 50),
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 6000 },
  ]);
  expect(other.waitTime(0, 1, 'order')).toBe(57_000);
  expect(other.waitTime(1, 0, 'cancel')).toBe(57_000);
});

test('D7: 429 and 418 hold back everything as long as told; -1015 only new orders', () => {
  const { limits } = setup();
  limits.refused({ status: 429, code: '-1015', retryAfter: null });
  expect(limits.waitTime(0, 1, 'order')).toBe(7_000);
  expect(limits.waitTime(0, 0, 'cancel')).toBe(0);
  limits.refused({ status: 418, code: '-1003', retryAfter: 300_000 });
  expect(limits.waitTime(0, 0, 'cancel')).toBe(300_000);
  limits.refused({ status: 400, code: '-2010', retryAfter: null });
  const { limits: other } = setup();
  other.refused({ status: 429, code: '-1003', retryAfter: null });
  expect(other.waitTime(1, 0, 'query')).toBe(57_000);
});
