// What the exchange says of its limits and of what is used of them (binance.md A3.1, A3.2).
import { expect, test } from 'vitest';
import { BinanceLimits } from '../../../src/exchanges/binance/limits.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';

function setup() {
  // 3 s into a minute, and into a window of 10 s.
  const clock = new VirtualClock(1_723_161_603_000);
  const time = { offset: 0, serverNow: () => clock.now() + time.offset };
  const limits = new BinanceLimits(createRateBudgets(), clock, 'host', 'key', time);
  return { clock, time, limits };
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

test('A3.2: orders are counted for the account, whichever of its keys places them; what a key has used is taken along', () => {
  const clock = new VirtualClock(1_723_161_603_000);
  const budgets = createRateBudgets();
  const time = { offset: 0, serverNow: () => clock.now() };
  const [one, other, stranger] = ['a', 'b', 'c'].map((key) => new BinanceLimits(budgets, clock, 'host', key, time));
  for (let index = 0; index < 20; index++) one!.tryTake(0, 1, 'order');
  one!.belongTo('account 7');
  other!.belongTo('account 7');
  for (let index = 0; index < 30; index++) expect(other!.tryTake(0, 1, 'order')).toBe(true);
  expect([one, other, stranger].map((limits) => limits!.tryTake(0, 1, 'order'))).toEqual([false, false, true]);
});

const weight = (count: number) => ({
  rateLimitType: 'REQUEST_WEIGHT',
  interval: 'MINUTE',
  intervalNum: 1,
  limit: 6_000,
  count,
});

test('headers and rateLimits correct what we counted', () => {
  const { limits } = setup();
  const headers = { 'x-mbx-used-weight-1m': '5399', 'x-mbx-order-count-10s': '49', 'content-type': 'x' };
  limits.correctByHeaders(headers, limits.departure(0, 1));
  expect(limits.tryTake(2, 0, 'query')).toBe(false);
  expect(limits.tryTake(1, 0, 'query')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(true);
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
  const other = setup().limits;
  other.correct([orders(50, 50), weight(6_000)], other.departure(0, 1));
  expect(other.waitTime(0, 1, 'order')).toBe(57_000);
  expect(other.waitTime(1, 0, 'cancel')).toBe(57_000);
});

test('A3.2: orders that were filled give back what they took, one after the other; a burst frees nothing that may be counted yet', () => {
  const { limits } = setup();
  for (let index = 0; index < 80; index++) {
    expect(limits.tryTake(0, 1, 'order')).toBe(true);
    // Filled at once: the exchange counts none.
    limits.correct([orders(50, 0)], limits.departure(0, 1));
  }
  const departures = Array.from({ length: 50 }, () => {
    expect(limits.tryTake(0, 1, 'order')).toBe(true);
    return limits.departure(0, 1);
  });
  departures.forEach((departure, index) => limits.correct([orders(50, index + 1)], departure));
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
});

test('what a request of an earlier window says of that window is not booked into this one', async () => {
  const { clock, limits } = setup();
  limits.tryTake(5, 1, 'order');
  const late = limits.departure(0, 1);
  await clock.advance(57_000);
  limits.correct([orders(50, 50), weight(6_000)], late);
  expect(limits.waitTime(1, 1, 'order')).toBe(0);
  limits.correctByHeaders({ 'x-mbx-used-weight-1m': '6000', 'x-mbx-order-count-10s': '50' }, late);
  expect(limits.waitTime(1, 1, 'order')).toBe(0);
  limits.correct([orders(50, 50)], limits.departure(0, 1));
  expect(limits.waitTime(1, 1, 'order')).toBe(10_000);
});

test("A3.1: windows begin by the exchange's clock", async () => {
  const { clock, time, limits } = setup();
  time.offset = 2_000;
  for (let index = 0; index < 50; index++) limits.tryTake(0, 1, 'order');
  expect(limits.waitTime(0, 1, 'order')).toBe(5_000);
  await clock.advance(5_000);
  expect(limits.waitTime(0, 1, 'order')).toBe(0);
  limits.refused({ status: 429, code: '-1015', retryAfter: null });
  expect(limits.waitTime(0, 1, 'order')).toBe(10_000);
  limits.refused({ status: 429, code: '-1003', retryAfter: null });
  expect(limits.waitTime(0, 0, 'cancel')).toBe(50_000);
});

test('an order that waits for weight takes its place in the window in which it leaves', async () => {
  const { clock, limits } = setup();
  // Until 4 s into the next window of 10 s.
  limits.refused({ status: 429, code: '-1003', retryAfter: 11_000 });
  const sent: number[] = [];
  for (let index = 0; index < 51; index++) void limits.take(0, 1, 'order').then(() => sent.push(clock.now() % 60_000));
  await clock.advance(10_999);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toHaveLength(50);
  expect(limits.tryTake(0, 1, 'order')).toBe(false);
  await clock.advance(6_000);
  expect(sent.slice(49)).toEqual([14_000, 20_000]);
});

test('an order that gives up has taken nothing of any limit, nor does it leave into a ban that began meanwhile', async () => {
  const { clock, limits } = setup();
  for (let index = 0; index < 50; index++) limits.tryTake(0, 1, 'order');
  const told: number[] = [];
  const take = (mostMs: number): void => void limits.take(5, 1, 'order', { mostMs }).then((wait) => told.push(wait));
  take(6_999);
  take(7_000);
  await clock.settle();
  expect(told).toEqual([7_000]);
  await clock.advance(1_000);
  limits.refused({ status: 418, code: '-1003', retryAfter: 120_000 });
  await clock.advance(6_000);
  expect(told).toEqual([7_000, 114_000]);
  await clock.advance(114_000);
  expect(limits.tryTake(5_400, 50, 'order')).toBe(true);
});

test('D7: 429 and 418 hold back everything as long as told; -1015 only new orders', () => {
  const { limits } = setup();
  limits.refused({ status: 429, code: '-1015', retryAfter: null });
  expect(limits.waitTime(0, 1, 'order')).toBe(7_000);
  expect(limits.waitTime(0, 0, 'cancel')).toBe(0);
  limits.refused({ status: 418, code: '-1003', retryAfter: 300_000 });
  expect(limits.waitTime(0, 0, 'cancel')).toBe(300_000);
  limits.refused({ status: 400, code: '-2010', retryAfter: null });
  const { limits: blocked } = setup();
  blocked.refused({ status: 403, code: '-2015', retryAfter: null });
  expect(blocked.waitTime(0, 0, 'cancel')).toBe(0);
  blocked.refused({ status: 403, code: null, retryAfter: null });
  expect(blocked.waitTime(0, 0, 'cancel')).toBe(5_000);
  const { limits: other } = setup();
  other.refused({ status: 429, code: '-1003', retryAfter: null });
  expect(other.waitTime(1, 0, 'query')).toBe(57_000);
});

test('A7.4: a cancel-replace over the count of orders holds back orders alone, whatever its code', () => {
  const { limits } = setup();
  limits.refused({ status: 429, code: '-2021', retryAfter: null });
  expect(limits.waitTime(0, 1, 'order')).toBe(7_000);
  expect(limits.waitTime(1, 0, 'cancel')).toBe(0);
});

test('A3.1: a ban that does not say how long it lasts is taken for the shortest there is, two minutes', () => {
  const { limits } = setup();
  limits.refused({ status: 418, code: '-1003', retryAfter: null });
  expect(limits.waitTime(0, 0, 'cancel')).toBe(120_000);
  const { limits: other } = setup();
  other.handshakeRefused({ status: 418, retryAfter: null });
  expect(other.waitTime(0, 0, 'cancel')).toBe(120_000);
});

test('no connection is opened during a ban; a handshake refused for too many of them holds up connections alone', async () => {
  const { clock, limits } = setup();
  let opened = 0;
  const connect = (weight: number | null) => void limits.connect(weight).then(() => opened++);
  limits.refused({ status: 418, code: '-1003', retryAfter: 300_000 });
  connect(null);
  connect(2);
  await clock.advance(299_999);
  expect(opened).toBe(0);
  await clock.advance(1);
  expect(opened).toBe(2);
  limits.handshakeRefused({ status: 429, retryAfter: 20_000 });
  connect(null);
  expect(limits.waitTime(1, 1, 'order')).toBe(0);
  await clock.advance(20_000);
  expect(opened).toBe(3);
  limits.handshakeRefused({ status: 418, retryAfter: 20_000 });
  expect(limits.waitTime(1, 1, 'order')).toBe(20_000);
  limits.handshakeRefused({ status: 403, retryAfter: 90_000 });
  expect(limits.waitTime(1, 1, 'order')).toBe(20_000);
});
