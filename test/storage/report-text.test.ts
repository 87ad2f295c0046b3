// Reports as text, put together by hand, against JSON.stringify: the same fields, the same values, for whatever a report may hold.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import type { OrderReport } from '../../src/domain/order-report.ts';
import { TIME_IN_FORCE } from '../../src/domain/order.ts';
import { readReport, reportText } from '../../src/storage/report-text.ts';

const text = fc.option(fc.string({ unit: 'binary' }));
const decimal = fc.option(
  fc.oneof(
    fc.integer().map((value) => Decimal.from(value)),
    fc.bigInt().map((value) => Decimal.from(value).mul(Decimal.from('0.00000001'))),
  ),
);
const time = fc.option(fc.nat());
const report: fc.Arbitrary<OrderReport> = fc.record({
  source: fc.constantFrom('push', 'create-reply', 'open-orders', 'fills'),
  symbol: fc.string(),
  orderId: text,
  clientOrderId: text,
  life: fc.constantFrom(null, 'open', 'filled', 'canceled', 'failed', 'presumed-failed'),
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
      liquidity: fc.constantFrom(null, 'maker', 'taker'),
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
      const plain = JSON.stringify(value, (_key, field: unknown) => (field === null ? undefined : field));
      expect(JSON.parse(reportText(value))).toEqual(JSON.parse(plain));
      expect(JSON.stringify(readReport(reportText(value)))).toBe(JSON.stringify(readReport(plain)));
    }),
    { numRuns: 500 },
  );
});
