// Reports as text, put together by hand, against JSON.stringify: the same fields, the same values, for whatever a report may hold. And without
// what is known already: joined to what was written before, it gives the same order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { merge, newOrderState, type OrderState } from '../../src/domain/merge.ts';
import type { OrderReport } from '../../src/domain/order-report.ts';
import { TIME_IN_FORCE } from '../../src/domain/order.ts';
import { readReport } from '../../src/storage/report-text.ts';
import { reportText } from './support/report-text.ts';

const text = fc.option(fc.string({ unit: 'binary' }));
const decimal = fc.option(
  fc.oneof(
    fc.integer().map((value) => Decimal.from(value)),
    fc.bigInt().map((value) => Decimal.from(value).mul(Decimal.from('0.00000001'))),
  ),
);
const time = fc.option(fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double()));
const liquidity = fc.constantFrom(null, 'maker' as const, 'taker' as const);
const life = fc.constantFrom(null, 'open' as const, 'filled', 'canceled', 'failed', 'presumed-failed');
const report: fc.Arbitrary<OrderReport> = fc.record({
  source: fc.constantFrom('push', 'create-reply', 'open-orders', 'fills'),
  symbol: fc.string(),
  orderId: text,
  clientOrderId: text,
  life,
  action: fc.constantFrom(null, 'BUY', 'SELL'),
  orderType: fc.constantFrom(null, 'LIMIT', 'MARKET'),
  timeInForce: fc.constantFrom(null, ...TIME_IN_FORCE),
  tradeType: text,
  price: decimal,
  quantity: decimal,
  filled: decimal,
  filledValue: decimal,
  fee: decimal,
  feeAsset: text,
  fill: fc.option(
    fc.record({
      tradeId: fc.string({ unit: 'binary' }),
      price: decimal.map((value) => value ?? Decimal.ONE),
      quantity: decimal.map((value) => value ?? Decimal.ONE),
      fee: decimal,
      feeAsset: text,
      liquidity,
      time: fc.nat(),
    }),
  ),
  reason: text,
  ctime: time,
  utime: time,
});

test('text made by hand says what JSON.stringify says', () => {
  fc.assert(
    fc.property(report, (value) => {
      const plain = JSON.stringify(value, (_key, field: unknown) =>
        field === null || field === Infinity || field === -Infinity || Number.isNaN(field) ? undefined : field,
      );
      expect(JSON.parse(reportText(value))).toEqual(JSON.parse(plain));
      expect(JSON.stringify(readReport(reportText(value)))).toBe(JSON.stringify(readReport(plain)));
    }),
    { numRuns: 500 },
  );
});

/** As they come of one order: a few values for each field, so that most are known already. */
const some = <T>(...values: readonly T[]): fc.Arbitrary<T | null> => fc.constantFrom(null, ...values);
const amount = some(Decimal.ZERO, Decimal.from('0.5'), Decimal.ONE, Decimal.from('12.25'));
const ofOneOrder: fc.Arbitrary<OrderReport> = fc.record({
  source: fc.constantFrom('push', 'create-reply', 'open-orders', 'fills'),
  symbol: fc.constant('BTC/USDT'),
  orderId: some('7', '8'),
  clientOrderId: some('a', 'b'),
  life,
  action: some('BUY' as const),
  orderType: some('LIMIT' as const, 'MARKET' as const),
  timeInForce: some('GTC' as const, 'IOC' as const),
  tradeType: some('x', 'y'),
  price: amount,
  quantity: amount,
  filled: amount,
  filledValue: amount,
  fee: amount,
  feeAsset: some('BTC', 'BNB'),
  fill: fc.option(
    fc.record({
      tradeId: fc.constantFrom('1', '2'),
      price: fc.constant(Decimal.ONE),
      quantity: fc.constant(Decimal.from('0.5')),
      fee: amount,
      feeAsset: some('BTC', 'BNB'),
      liquidity,
      time: fc.nat({ max: 3 }),
    }),
  ),
  reason: some('because', 'why not'),
  ctime: some(1, 2),
  utime: some(1, 2, 3),
});

/** Without when it was told: a report that only moves times is not written. */
function known(state: OrderState): unknown {
  const { price, quantity, trades } = state;
  return JSON.parse(
    JSON.stringify({
      ...state,
      clientOrderIdAt: null,
      utime: null,
      price: price.value,
      quantity: quantity.value,
      trades: trades.values(),
      fees: trades.paid(),
    }),
  );
}

test('what is known is left out, and nothing is lost by that', () => {
  fc.assert(
    fc.property(fc.array(ofOneOrder, { maxLength: 8 }), (reports) => {
      let state = newOrderState('BTC/USDT');
      let read = newOrderState('BTC/USDT');
      for (const value of reports) {
        const { state: next, learnt } = merge(state, value);
        if (learnt) {
          const line = readReport(reportText(value, state), 'BTC/USDT');
          expect(line).not.toBeNull();
          if (line !== null) read = merge(read, line).state;
        }
        state = next;
        expect(known(read)).toEqual(known(state));
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an update of a known order is short', () => {
  const first = {
    source: 'push',
    symbol: 'BTC/USDT',
    orderId: '7',
    clientOrderId: 'a',
    life: 'open',
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    tradeType: null,
    price: Decimal.from('60000'),
    quantity: Decimal.ONE,
    filled: Decimal.ZERO,
    filledValue: Decimal.ZERO,
    fee: null,
    feeAsset: null,
    fill: null,
    reason: null,
    ctime: 1,
    utime: 1,
  } as const;
  const { state } = merge(newOrderState('BTC/USDT'), first);
  expect(reportText({ ...first, life: 'filled', filled: Decimal.ONE, utime: 2 }, state)).toBe(
    '{"source":"push","life":"filled","filled":"1","filledValue":"0","utime":2}',
  );
});
