// What the framework's commands look like on OKX's wire, by account level, and what a level cannot express.

import { describe, expect, it, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { instrumentOf } from '../../../src/exchanges/okx/decode-market.ts';
import {
  cancelArgs,
  codeOf,
  createArgs,
  operationFrame,
  pathWithQuery,
  refusalOf,
  tdModeOf,
} from '../../../src/exchanges/okx/encode.ts';
import { toInstId, toSpotSymbol } from '../../../src/exchanges/okx/symbols.ts';
import type { CreateCommand } from '../../../src/exchanges/exchange.ts';

const instrument = instrumentOf({
  instType: 'SPOT',
  instId: 'BTC-USDT',
  instIdCode: 3,
  tickSz: '0.1',
  lotSz: '0.00000001',
  minSz: '0.00001',
  state: 'live',
})!;

function command(fields: Partial<CreateCommand>): CreateCommand {
  return {
    instrument,
    clientOrderId: 'a1',
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('2.15'),
    quantity: Decimal.from('2'),
    quoteQuantity: null,
    extra: {},
    ...fields,
  };
}
const market = (fields: Partial<CreateCommand>): CreateCommand =>
  command({ orderType: 'MARKET', price: null, ...fields });
const quote = { quantity: null, quoteQuantity: Decimal.from('100') };
const BY_CODE = { instIdCode: 3 };

describe('an order', () => {
  it.each([
    ['GTC', 'limit'],
    ['IOC', 'ioc'],
    ['FOK', 'fok'],
    ['POST_ONLY', 'post_only'],
  ] as const)('%s is ordType %s', (timeInForce, ordType) => {
    expect(createArgs(command({ timeInForce }), { instId: 'BTC-USDT' }, '1')).toEqual({
      instId: 'BTC-USDT',
      tdMode: 'cash',
      clOrdId: 'a1',
      side: 'buy',
      ordType,
      px: '2.15',
      sz: '2',
    });
  });

  it('goes by the integer code and without the id on the socket', () => {
    expect(createArgs(command({}), codeOf(instrument)!, '1')).toMatchObject({ instIdCode: 3 });
    expect(createArgs(command({}), codeOf(instrument)!, '1')).not.toHaveProperty('instId');
  });

  it('has no code when the listing is too fresh for one', () => {
    expect(codeOf({ ...instrument, extra: {} })).toBeNull();
  });

  it('never carries an exponent', () => {
    expect(
      createArgs(command({ price: Decimal.from('1e-8'), quantity: Decimal.from('1e21') }), BY_CODE, '1'),
    ).toMatchObject({ px: '0.00000001', sz: '1000000000000000000000' });
  });

  it.each([
    ['1', 'cash'],
    ['2', 'cash'],
    ['3', 'cross'],
    ['4', 'cross'],
  ])('of an account of level %s trades in mode %s', (level, mode) => {
    expect(tdModeOf(level)).toBe(mode);
    expect(createArgs(command({}), BY_CODE, level)).toMatchObject({ tdMode: mode });
  });

  it('keeps the caller’s own options, but not against the order itself', () => {
    const args = createArgs(
      command({ extra: { stpMode: 'cancel_taker', tag: 'b1', tdMode: 'isolated', sz: '99', clOrdId: 'zz' } }),
      BY_CODE,
      '2',
    );
    expect(args).toMatchObject({ stpMode: 'cancel_taker', tag: 'b1', tdMode: 'isolated', sz: '2', clOrdId: 'a1' });
  });
});

describe('a market order', () => {
  it('says in which currency its size is, always', () => {
    expect(createArgs(market({}), BY_CODE, '1')).toEqual({
      instIdCode: 3,
      tdMode: 'cash',
      clOrdId: 'a1',
      side: 'buy',
      ordType: 'market',
      sz: '2',
      tgtCcy: 'base_ccy',
      banAmend: true,
    });
    expect(createArgs(market({ action: 'SELL' }), BY_CODE, '1')).toMatchObject({
      side: 'sell',
      tgtCcy: 'base_ccy',
      sz: '2',
    });
    expect(createArgs(market(quote), BY_CODE, '2')).toMatchObject({ tgtCcy: 'quote_ccy', sz: '100' });
    expect(createArgs(market({ action: 'SELL', ...quote }), BY_CODE, '2')).toMatchObject({
      tgtCcy: 'quote_ccy',
      sz: '100',
    });
  });

  it('on margin has no target currency: buys are in quote, sells in base', () => {
    expect(createArgs(market(quote), BY_CODE, '3')).toEqual({
      instIdCode: 3,
      tdMode: 'cross',
      clOrdId: 'a1',
      side: 'buy',
      ordType: 'market',
      sz: '100',
      banAmend: true,
    });
  });

  it('is never trimmed silently, on margin neither (okx.md 5.1, 5.4)', () => {
    for (const level of ['1', '2', '3', '4'])
      expect(createArgs(market(quote), BY_CODE, level)).toMatchObject({ banAmend: true });
    expect(createArgs(market({ action: 'SELL' }), BY_CODE, '3')).toMatchObject({ banAmend: true });
    expect(createArgs(command({}), BY_CODE, '3')).not.toHaveProperty('banAmend');
  });

  it('may be trimmed to the funds only when the caller says so', () => {
    expect(createArgs(market({ extra: { banAmend: false } }), BY_CODE, '1')).toMatchObject({ banAmend: false });
  });
});

describe('what an account cannot express is refused with the way out', () => {
  it('a market buy in base on margin', () => {
    expect(refusalOf(market({}), '3')).toMatch(/quoteQuantity.*LIMIT.*IOC/);
    expect(refusalOf(market({}), '4')).not.toBeNull();
    expect(refusalOf(market(quote), '3')).toBeNull();
    expect(refusalOf(market({}), '1')).toBeNull();
    expect(refusalOf(market({ extra: { tdMode: 'cross' } }), '2')).not.toBeNull();
  });

  it('a market sell in quote on margin', () => {
    expect(refusalOf(market({ action: 'SELL', ...quote }), '3')).toMatch(/give quantity/);
    expect(refusalOf(market({ action: 'SELL' }), '3')).toBeNull();
    expect(refusalOf(market({ action: 'SELL', ...quote }), '1')).toBeNull();
  });

  it('a market order that is post-only or fill-or-kill', () => {
    expect(refusalOf(market({ timeInForce: 'FOK' }), '1')).toMatch(/LIMIT/);
    expect(refusalOf(market({ timeInForce: 'POST_ONLY' }), '1')).toMatch(/LIMIT/);
    expect(refusalOf(market({ timeInForce: 'IOC' }), '1')).toBeNull();
  });

  it('anything while the level is not known', () => {
    expect(refusalOf(command({}), null)).toMatch(/not known yet/);
  });

  it('and nothing else', () => {
    for (const level of ['1', '2', '3', '4']) expect(refusalOf(command({}), level)).toBeNull();
  });
});

test('a cancel names the exchange’s id where both are known', () => {
  expect(cancelArgs({ orderId: '77', clientOrderId: 'a1' }, BY_CODE)).toEqual({ instIdCode: 3, ordId: '77' });
  expect(cancelArgs({ orderId: null, clientOrderId: 'a1' }, { instId: 'BTC-USDT' })).toEqual({
    instId: 'BTC-USDT',
    clOrdId: 'a1',
  });
});

test('expTime stands at the top level of a socket operation', () => {
  expect(JSON.parse(operationFrame('1512', 'order', [{ instIdCode: 3 }], 1763433838000))).toEqual({
    id: '1512',
    op: 'order',
    args: [{ instIdCode: 3 }],
    expTime: '1763433838000',
  });
  expect(JSON.parse(operationFrame('1512', 'cancel-order', [], null))).not.toHaveProperty('expTime');
});

test('a query is encoded once and leaves out what is not given', () => {
  expect(pathWithQuery('/api/v5/trade/order', { instId: 'BTC-USDT', ordId: undefined, clOrdId: 'a1' })).toBe(
    '/api/v5/trade/order?instId=BTC-USDT&clOrdId=a1',
  );
  expect(pathWithQuery('/api/v5/account/balance', { ccy: 'BTC,USDT' })).toBe('/api/v5/account/balance?ccy=BTC%2CUSDT');
  expect(pathWithQuery('/api/v5/account/config', {})).toBe('/api/v5/account/config');
});

test('symbols and instrument ids', () => {
  expect(toInstId('BTC/USDT')).toBe('BTC-USDT');
  expect(toInstId('BTC/USDT:USDT')).toBe('BTC-USDT-SWAP');
  expect(toSpotSymbol('BTC-USDT')).toBe('BTC/USDT');
  expect(['BTC-USDT-SWAP', 'BTC-USD-220527', 'BTC', '', '-USDT', 'BTC-'].map(toSpotSymbol)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});
