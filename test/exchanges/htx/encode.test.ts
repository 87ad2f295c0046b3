import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import {
  moneyFor,
  needsBestAsk,
  placeParams,
  refusal,
  wireAmount,
  wireType,
} from '../../../src/exchanges/htx/encode.ts';
import { instrumentOf } from '../../../src/exchanges/htx/decode-market.ts';
import { BTC_USDT_ROW, btcUsdt, command, marketBuy } from './support.ts';

test('a limit order as the reference sends it (5.1)', () => {
  expect(placeParams(command(), '100009', Decimal.from('0.001'))).toEqual({
    'account-id': '100009',
    symbol: 'btcusdt',
    type: 'buy-limit',
    amount: '0.001',
    price: '32000',
    source: 'spot-api',
    'client-order-id': 'k1-000001',
  });
});

test('a market order has no price; amounts have no exponent; the caller’s own options go along by name', () => {
  const order = command({
    action: 'SELL',
    orderType: 'MARKET',
    price: null,
    quantity: Decimal.from('1e-6'),
    extra: { 'self-match-prevent': 1 },
  });
  const amount = wireAmount(order, null);
  expect(placeParams(order, '1', amount!)).toEqual({
    'account-id': '1',
    symbol: 'btcusdt',
    type: 'sell-market',
    amount: '0.000001',
    source: 'spot-api',
    'client-order-id': 'k1-000001',
    'self-match-prevent': 1,
  });
});

test.each([
  ['BUY', 'LIMIT', 'GTC', 'buy-limit'],
  ['SELL', 'LIMIT', 'IOC', 'sell-ioc'],
  ['BUY', 'LIMIT', 'FOK', 'buy-limit-fok'],
  ['SELL', 'LIMIT', 'POST_ONLY', 'sell-limit-maker'],
  ['BUY', 'MARKET', 'GTC', 'buy-market'],
] as const)('%s %s %s is %s', (action, orderType, timeInForce, type) => {
  expect(wireType(action, orderType, timeInForce)).toBe(type);
});

describe('market buys', () => {
  test('a quote amount is sent as it is', () => {
    const order = marketBuy({ quoteQuantity: Decimal.from('50') });
    expect(needsBestAsk(order)).toBe(false);
    expect(wireAmount(order, null)?.toString()).toBe('50');
  });

  test('a base quantity costs what it costs at the best ask, cut down to the decimals HTX accepts', () => {
    const order = marketBuy({ quantity: Decimal.from('0.001234') });
    expect(needsBestAsk(order)).toBe(true);
    // 0.001234 × 32123.45 = 39.6403373…
    expect(wireAmount(order, Decimal.from('32123.45'))?.toString()).toBe('39.640337');
  });

  test('never more than that, also where amounts have no decimals', () => {
    const coarse = instrumentOf({ ...BTC_USDT_ROW, ap: '0' });
    expect(moneyFor(Decimal.from('5000000'), Decimal.from('0.00001234'), coarse!).toString()).toBe('61');
  });
});

test.each([
  [command({ clientOrderId: 'no spaces' }), 'clientOrderId'],
  [command({ clientOrderId: 'x'.repeat(65) }), 'clientOrderId'],
  [marketBuy({ quoteQuantity: Decimal.from('50'), timeInForce: 'FOK' }), 'no FOK market'],
  [marketBuy({ action: 'SELL', quoteQuantity: Decimal.from('50') }), 'quantity instead of quoteQuantity'],
  [command({ extra: { amount: '7' } }), 'set by the order itself'],
])('what HTX cannot express is refused with the way out', (order, words) => {
  expect(refusal(order)).toContain(words);
});

test('an ordinary order is not refused', () => {
  expect(refusal(command())).toBeNull();
});

describe('trading rules (3.1)', () => {
  test('decimals become steps, exponents become plain numbers', () => {
    expect(btcUsdt).toMatchObject({
      symbol: 'BTC/USDT',
      rawSymbol: 'btcusdt',
      base: 'BTC',
      quote: 'USDT',
      quotePrecision: 6,
      isTrading: true,
      extra: { buyMarketMaxValue: '1000000' },
    });
    expect([btcUsdt.tickSize, btcUsdt.lotSize, btcUsdt.minQuantity, btcUsdt.minNotional].map(String)).toEqual([
      '0.01',
      '0.000001',
      '0.00001',
      '5',
    ]);
  });
  test('all but the basic fields may be absent', () => {
    const bare = instrumentOf({ symbol: 'xyzusdt', state: 'online', bc: 'xyz', qc: 'usdt', pp: 4, ap: 2, vp: 8 });
    expect(bare).toMatchObject({ isTrading: true, minNotional: null, maxQuantity: null, extra: {} });
  });
  test.each([[{ state: 'suspend' }], [{ at: 'disabled' }]])('%j is not open for trading', (fields) => {
    expect(instrumentOf({ ...BTC_USDT_ROW, ...fields })?.isTrading).toBe(false);
  });
});
