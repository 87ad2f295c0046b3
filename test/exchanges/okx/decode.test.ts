// The corners of OKX's order rows: empty texts, fills told twice, quote-sized orders, states nobody has heard of.
// The plain cases are the reference's own payloads (payloads.test.ts).

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { cumulativeFee, filledQuantity, merge, newOrderState, stateStatus } from '../../../src/domain/merge.ts';
import { assetsOf, instrumentOf } from '../../../src/exchanges/okx/decode-market.ts';
import { fillReport, orderReport } from '../../../src/exchanges/okx/decode.ts';
import {
  integerOrNull,
  isRow,
  parse,
  readFrame,
  readReply,
  text,
  type Row,
} from '../../../src/exchanges/okx/frames.ts';

const file = z.object({ payloads: z.array(z.object({ id: z.string(), wire: z.record(z.string(), z.unknown()) })) });
const { payloads } = file.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/okx/payloads.json', import.meta.url), 'utf8')),
);
const filledPush = payloads.find(({ id }) => id === '7.2#4')!.wire;

const push = (fields: Row): Row => ({
  ...filledPush,
  ordId: '9',
  clOrdId: 'a1',
  side: 'buy',
  sz: '10',
  px: '100',
  state: 'live',
  accFillSz: '0',
  avgPx: '0',
  fee: '0',
  feeCcy: 'BTC',
  fillSz: '0',
  fillPx: '',
  tradeId: '',
  fillFee: '0',
  fillFeeCcy: '',
  execType: '',
  fillTime: '',
  cTime: '1700000000000',
  uTime: '1700000000000',
  ...fields,
});
const marketOrder = (fields: Row): Row => push({ ordType: 'market', px: '', ...fields });

describe('amounts', () => {
  it('"" is not known, not zero', () => {
    const report = orderReport(
      push({ avgPx: '', fee: '', px: '', accFillSz: '', cTime: '', clOrdId: '' }),
      'open-orders',
    );
    expect(report).toMatchObject({
      filled: null,
      filledValue: null,
      fee: null,
      price: null,
      ctime: null,
      clientOrderId: null,
    });
  });

  it('a fee that was paid is positive, a rebate negative', () => {
    const paid = orderReport(push({ accFillSz: '1', avgPx: '100', fee: '-0.001' }), 'push');
    expect([paid?.fee?.toString(), paid?.feeAsset]).toEqual(['0.001', 'BTC']);
    expect(orderReport(push({ accFillSz: '1', avgPx: '100', fee: '0.002' }), 'push')?.fee?.toString()).toBe('-0.002');
  });

  it('the fee asset before any fill is only an expectation', () => {
    expect(orderReport(push({}), 'push')).toMatchObject({ fee: null, feeAsset: null });
  });

  it('an id beyond 2^53 keeps its digits', () => {
    expect(orderReport(push({ ordId: '3469373785093513216' }), 'push')?.orderId).toBe('3469373785093513216');
  });
});

describe('market orders', () => {
  it('sized in quote have no base quantity until they are filled', () => {
    expect(orderReport(marketOrder({ sz: '100', tgtCcy: 'quote_ccy' }), 'push')).toMatchObject({
      orderType: 'MARKET',
      quantity: null,
      price: null,
    });
    expect(
      orderReport(
        marketOrder({ sz: '100', tgtCcy: 'quote_ccy', state: 'filled', accFillSz: '0.5', avgPx: '200' }),
        'push',
      )?.quantity?.toString(),
    ).toBe('0.5');
    expect(orderReport(marketOrder({ sz: '100', tgtCcy: '' }), 'push')?.quantity).toBeNull();
    expect(orderReport(marketOrder({ sz: '100', tgtCcy: 'base_ccy', tdMode: 'cross' }), 'push')?.quantity).toBeNull();
  });

  it('sized in base state it', () => {
    expect(orderReport(marketOrder({ sz: '2', tgtCcy: 'base_ccy' }), 'push')?.quantity?.toString()).toBe('2');
    expect(orderReport(marketOrder({ side: 'sell', sz: '2', tgtCcy: '' }), 'push')?.quantity?.toString()).toBe('2');
  });

  it('may end filled with a push that carries no fill', () => {
    expect(
      orderReport(marketOrder({ state: 'filled', accFillSz: '1', avgPx: '100', tgtCcy: 'base_ccy' }), 'push'),
    ).toMatchObject({ life: 'filled', fill: null });
  });
});

describe('the end of an order', () => {
  it.each([
    ['1', 'canceled', 'Order was canceled by you'],
    ['13', 'canceled', 'FOK order was canceled because it could not be filled completely'],
    ['14', 'canceled', 'IOC order was partly canceled because it could not be filled completely'],
    ['20', 'canceled', 'Order was canceled by cancel-all-after'],
    ['31', 'failed', 'Post-only order would have taken liquidity'],
    ['32', 'canceled', 'Order was canceled by self-trade prevention'],
    ['777', 'canceled', 'Order was canceled (cancelSource 777)'],
    ['', 'canceled', null],
  ])('cancelSource %s: %s, %s', (cancelSource, life, reason) => {
    expect(orderReport(push({ state: 'canceled', cancelSource }), 'push')).toMatchObject({ life, reason });
  });

  it('has the same reason from REST, which adds its own words, as from a push', () => {
    const row = push({
      state: 'canceled',
      cancelSource: '31',
      cancelSourceReason: 'The order would have been filled by taker',
    });
    expect(orderReport(row, 'query')?.reason).toBe(
      orderReport(push({ state: 'canceled', cancelSource: '31' }), 'push')?.reason,
    );
  });

  it('by market maker protection is a cancel', () => {
    expect(orderReport(push({ state: 'mmp_canceled', cancelSource: '38' }), 'push')?.life).toBe('canceled');
  });
});

test('a state nobody has heard of says nothing and breaks nothing', () => {
  expect(orderReport(push({ state: 'hibernating', ordType: 'exotic' }), 'push')).toMatchObject({
    life: null,
    orderType: null,
    timeInForce: null,
    orderId: '9',
  });
});

test('rows of other products are not ours', () => {
  for (const instType of ['SWAP', 'FUTURES', 'OPTION', 'EVENTS'])
    expect(orderReport(push({ instType }), 'push')).toBeNull();
  expect(orderReport(push({ instType: 'MARGIN' }), 'push')?.symbol).toBe('BTC/USDT');
});

test('a query repeats the last fill without its fee: it is not taken for a fill', () => {
  const row = push({
    state: 'partially_filled',
    accFillSz: '2',
    avgPx: '100',
    fillSz: '1',
    fillPx: '100',
    tradeId: '5',
  });
  expect(orderReport(row, 'query')?.fill).toBeNull();
  expect(orderReport(row, 'push')?.fill?.tradeId).toBe('5');
});

test('several pushes, one of them twice with another uTime, add up once', () => {
  const one = push({
    state: 'partially_filled',
    accFillSz: '4',
    avgPx: '100',
    fee: '-0.4',
    fillSz: '4',
    fillPx: '100',
    tradeId: '1',
    fillFee: '-0.4',
    fillFeeCcy: 'BTC',
    execType: 'T',
    fillTime: '1700000000001',
  });
  const two = push({
    state: 'filled',
    accFillSz: '10',
    avgPx: '100.6',
    fee: '-1',
    fillSz: '6',
    fillPx: '101',
    tradeId: '2',
    fillFee: '-0.6',
    fillFeeCcy: 'BTC',
    execType: 'M',
    fillTime: '1700000000002',
  });
  let state = newOrderState('BTC/USDT');
  for (const row of [push({}), two, one, { ...one, uTime: '1700000000099' }, push({})])
    state = merge(state, orderReport(row, 'push')!).state;
  expect(stateStatus(state)).toBe('FILLED');
  expect(filledQuantity(state).toString()).toBe('10');
  expect(state.tradedValue.toString()).toBe('1006');
  expect(cumulativeFee(state).fee.toString()).toBe('1');
  expect(state.trades.size).toBe(2);
});

test('a fill row without a trade id or a quantity tells nothing', () => {
  expect(fillReport({ instType: 'SPOT', instId: 'BTC-USDT', tradeId: '', fillPx: '1', fillSz: '1' })).toBeNull();
  expect(fillReport({ instType: 'SPOT', instId: 'BTC-USDT', tradeId: '7', fillPx: '', fillSz: '1' })).toBeNull();
  expect(fillReport({ instType: 'SWAP', instId: 'BTC-USDT-SWAP', tradeId: '7', fillPx: '1', fillSz: '1' })).toBeNull();
});

describe('frames', () => {
  it('pong is no JSON', () => {
    expect(readFrame('pong')).toEqual({ type: 'pong' });
  });
  it.each(['', 'ping', '[]', '42', 'null', '{"a":1}', '{"arg":{"channel":"orders"}}', '<html>'])(
    '%j is junk',
    (source) => {
      expect(readFrame(source)).toEqual({ type: 'junk' });
    },
  );
  it('a body that is not OKX’s is no reply', () => {
    expect(['', '<html>502</html>', '[]', '{"error":"x"}', 'null'].map(readReply)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
  it('rows that are no objects are dropped', () => {
    expect(readReply('{"code":"0","data":[1,null,{"a":"b"},[]]}')?.rows).toEqual([{ a: 'b' }]);
  });
  it('integers beyond exactness are not taken', () => {
    expect(integerOrNull({ a: 2021032601102993 }, 'a')).toBe(2021032601102993);
    expect(integerOrNull({ a: 2 ** 53 }, 'a')).toBeNull();
    expect(isRow([])).toBe(false);
  });
});

describe('instruments and balances', () => {
  it('only a live instrument is open for trading', () => {
    const row = { instType: 'SPOT', instId: 'NEW-USDT', tickSz: '0.1', lotSz: '1', minSz: '1' };
    expect(instrumentOf({ ...row, state: 'live', instIdCode: null })).toMatchObject({
      isTrading: true,
      base: 'NEW',
      quote: 'USDT',
      extra: {},
    });
    for (const state of ['suspend', 'preopen', 'post_only', 'rebase', 'test', ''])
      expect(instrumentOf({ ...row, state })?.isTrading).toBe(false);
    expect(instrumentOf({ ...row, tickSz: '' })).toBeNull();
  });
  it('balances without an equity figure fall back on what is stated', () => {
    expect(
      assetsOf({
        details: [
          { ccy: 'btc', availBal: '1', frozenBal: '0.5', cashBal: '1.5', eq: '' },
          { ccy: 'ETH', availEq: '2', availBal: '', eq: '2' },
          7,
        ],
      }),
    ).toEqual({
      BTC: { free: '1', locked: '0.5', total: '1.5' },
      ETH: { free: '2', locked: '0', total: '2' },
    });
    expect(assetsOf({})).toEqual({});
  });
});

const recording = new URL('../../../../shared/data/okx-rest-20220513.jsonl.gz', import.meta.url);
const isThere = existsSync(recording);
if (!isThere) console.log('skipped: recorded OKX instrument lists, ../shared/data is not here');

test.runIf(isThere)('recorded instrument lists: every spot row is understood, no other row is', () => {
  let spot = 0;
  let others = 0;
  for (const line of gunzipSync(readFileSync(recording)).toString().split('\n').slice(0, 5)) {
    const record = parse(line);
    if (!isRow(record)) continue;
    for (const row of readReply(text(record, 'body'))?.rows ?? []) {
      const instrument = instrumentOf(row);
      if (text(row, 'instType') === 'SPOT') {
        spot++;
        expect(instrument).toMatchObject({ base: row['baseCcy'], quote: row['quoteCcy'], rawSymbol: row['instId'] });
        expect(instrument!.minQuantity!.gte(instrument!.lotSize)).toBe(true);
      } else {
        others++;
        expect(instrument).toBeNull();
      }
    }
  }
  expect(spot).toBeGreaterThan(300);
  expect(others).toBeGreaterThan(100);
});
