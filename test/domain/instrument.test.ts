// Local checks name the rule, the value and the nearest legal value, and never round.
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.ts';
import { checkAmounts, type OrderAmounts } from '../../src/domain/instrument.ts';
import { INSTRUMENT } from '../orders/support/fake-exchange.ts';

const order = (price: string | null, quantity: string | null, more: Partial<OrderAmounts> = {}): OrderAmounts => ({
  action: 'BUY',
  orderType: 'LIMIT',
  price: price === null ? null : Decimal.from(price),
  quantity: quantity === null ? null : Decimal.from(quantity),
  quoteQuantity: null,
  ...more,
});

describe('checkAmounts', () => {
  const cases: readonly (readonly [string, OrderAmounts, string | null])[] = [
    ['a legal order', order('2.001', '10.01'), null],
    [
      'a price off the tick',
      order('2.0014', '10'),
      'price 2.0014 is not a multiple of the tick size 0.001; the nearest legal price is 2.001',
    ],
    [
      'a quantity off the lot',
      order('2', '10.018'),
      'quantity 10.018 is not a multiple of the lot size 0.01; the nearest legal quantity is 10.02',
    ],
    [
      'a quantity below one lot',
      order('2', '0.001'),
      'quantity 0.001 is not a multiple of the lot size 0.01; the nearest legal quantity is 0.01',
    ],
    ['a value below the minimum', order('0.5', '1'), 'order value 0.5 USDT is below the minimum 1'],
    ['a quantity above the maximum', order('2', '1000000.01'), 'quantity 1000000.01 is above the maximum 1000000'],
    ['a zero price', order('0', '1'), 'price 0 must be greater than zero'],
    ['a negative quantity', order('2', '-1'), 'quantity -1 must be greater than zero'],
    ['a limit order without a price', order(null, '1'), 'price is required for a LIMIT order'],
    ['a market order with a price', order('2', '1', { orderType: 'MARKET' }), 'price must be null for a MARKET order'],
    ['a market order', order(null, '1', { orderType: 'MARKET' }), null],
    ['a market order by value', order(null, null, { orderType: 'MARKET', quoteQuantity: Decimal.from('100') }), null],
    [
      'a limit order by value',
      order('2', null, { quoteQuantity: Decimal.from('100') }),
      'quoteQuantity is only for MARKET orders',
    ],
    [
      'a value of more decimals than the quote asset has here',
      order(null, null, { orderType: 'MARKET', quoteQuantity: Decimal.from('20.12345678912') }),
      'quoteQuantity 20.12345678912 is not a multiple of the quote step 0.00000001; the nearest legal quoteQuantity is 20.12345679',
    ],
    ['no quantity at all', order('2', null), 'quantity is required'],
  ];
  it.each(cases)('%s', (_name, amounts, problem) => {
    expect(checkAmounts(INSTRUMENT, amounts)).toBe(problem);
  });

  it('refuses what is not traded now', () => {
    expect(checkAmounts({ ...INSTRUMENT, isTrading: false }, order('2', '1'))).toBe(
      'EOS/USDT is not open for trading on this exchange',
    );
  });
});
