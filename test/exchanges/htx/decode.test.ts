import { describe, expect, test } from 'vitest';
import {
  clearingPush,
  fillRow,
  isPostOnlyRefusal,
  kindOfType,
  lifeOf,
  orderPush,
  orderRow,
  type PushHints,
} from '../../../src/exchanges/htx/decode.ts';
import { privateFrame, text, type Row } from '../../../src/exchanges/htx/frames.ts';
import { StreamMemory } from '../../../src/exchanges/htx/stream-memory.ts';
import { fixture, named, rowAt, stated, symbols } from './support.ts';

const table = symbols();
const NO_HINTS: PushHints = { createdAt: null, cancelAsked: false, bought: null };

/** Decodes a push the way the account feed does. */
function decodePush(frame: Row): unknown {
  const push = privateFrame(frame);
  if (push.type !== 'push') throw new Error(`not a push: ${JSON.stringify(frame)}`);
  const symbol = table.toSymbol(text(push.data, 'symbol'));
  if (symbol === null) throw new Error('symbol not listed');
  if (push.channel.startsWith('trade.clearing')) return stated(clearingPush(push.data, symbol));
  return stated(orderPush(push.data, symbol, new StreamMemory(() => 0).hints(push.data)));
}

describe('payloads of the reference', () => {
  test.each(named('orders-push'))('push: %s', (_, example) => {
    expect(decodePush(rowAt(example, 'frame'))).toEqual('noReport' in example ? null : example['report']);
  });

  test.each(named('orders-rest'))('row: %s', (_, example) => {
    const row = rowAt(example, 'row');
    const symbol = table.toSymbol(text(row, 'symbol')) ?? '';
    const source = text(example, 'endpoint') === 'open-orders' ? 'open-orders' : 'query';
    const report = text(example, 'endpoint') === 'fills' ? fillRow(row, symbol) : orderRow(row, symbol, source, false);
    expect(stated(report)).toEqual(example['report']);
  });

  test('what has no report of its own is listed with its reason', () => {
    const reasons = [
      ...fixture('orders-push').map((example) => text(example, 'noReport')),
      ...fixture('unused').map((example) => text(example, 'reason')),
    ];
    expect(reasons.filter((reason) => reason !== '').length).toBeGreaterThan(6);
  });
});

test.each([
  ['buy-limit', 'BUY', 'LIMIT', 'GTC'],
  ['sell-ioc', 'SELL', 'LIMIT', 'IOC'],
  ['buy-limit-fok', 'BUY', 'LIMIT', 'FOK'],
  ['sell-limit-maker', 'SELL', 'LIMIT', 'POST_ONLY'],
  ['buy-stop-limit', 'BUY', 'LIMIT', 'GTC'],
  ['sell-market', 'SELL', 'MARKET', null],
  ['buy-something-new', 'BUY', null, null],
])('type %s', (type, action, orderType, timeInForce) => {
  expect(kindOfType(type)).toMatchObject({ action, orderType, timeInForce });
});

test.each([
  ['created', 'open'],
  ['pre-submitted', 'open'],
  ['canceling', 'open'],
  ['partial-filled', 'open'],
  ['partial-canceled', 'canceled'],
  ['rejected', 'failed'],
  ['something-new', null],
])('state %s is %s', (state, life) => {
  expect(lifeOf(state)).toBe(life);
});

test('a partly filled order that is canceled keeps its fills', () => {
  const row = {
    eventType: 'cancellation',
    symbol: 'btcusdt',
    orderId: 5,
    type: 'buy-ioc',
    orderStatus: 'partial-canceled',
    orderPrice: '10',
    orderSize: '3',
    execAmt: '1',
    remainAmt: '2',
    totalTradeAmount: '10.0',
    lastActTime: 7,
    canceledSourceDesc: 'ioc rest',
  };
  expect(stated(orderPush(row, 'BTC/USDT', NO_HINTS))).toMatchObject({
    life: 'canceled',
    filled: '1',
    filledValue: '10',
    quantity: '3',
    reason: 'ioc rest',
  });
});

test.each([{ orderValue: '50' }, { orderValue: '50', orderSize: '0' }, { orderSize: '50' }])(
  'what a market buy has spent is money, whatever its size is called: %j',
  (size) => {
    const memory = new StreamMemory(() => 0);
    const trade = {
      eventType: 'trade',
      symbol: 'btcusdt',
      orderId: 5,
      type: 'buy-market',
      orderStatus: 'partial-filled',
      tradeId: 1,
      tradePrice: '20',
      tradeVolume: '2',
      tradeTime: 5,
      execAmt: '40',
      remainAmt: '10',
      ...size,
    };
    expect(stated(orderPush(trade, 'BTC/USDT', memory.hints(trade)))).toMatchObject({ filled: '2', filledValue: '40' });
    // In another unit after all, or with a fill unheard: looked up, not believed.
    const end = { ...trade, orderStatus: 'filled', tradeId: 2, tradeVolume: '0.5', execAmt: '2.5' };
    expect(orderPush(end, 'BTC/USDT', memory.hints(end))).toMatchObject({ life: null, filled: null, quantity: null });
  },
);

test('order ids may be text or number, and beyond 2^53', () => {
  for (const orderId of ['9223372036854775807', '1474908579893191', 1474908579893191]) {
    expect(
      orderPush({ eventType: 'creation', type: 'buy-limit', orderStatus: 'submitted', orderId }, 'BTC/USDT', NO_HINTS)
        ?.orderId,
    ).toBe(String(orderId));
  }
});

describe('fees', () => {
  const base = {
    eventType: 'trade',
    orderId: 1,
    orderType: 'buy-limit',
    tradeId: 2,
    tradePrice: '10',
    tradeVolume: '1',
    tradeTime: 3,
  };
  test.each([
    [{ transactFee: '0.002', feeCurrency: 'btc', feeDeduct: '0', feeDeductType: '' }, '0.002', 'BTC'],
    // A rebate is negative, in the other currency.
    [{ transactFee: '-0.01', feeCurrency: 'usdt' }, '-0.01', 'USDT'],
    [{ transactFee: '0', feeCurrency: 'btc', feeDeduct: '0.5', feeDeductType: 'ht' }, '0.5', 'HT'],
    [{ transactFee: '0', feeCurrency: 'btc', feeDeduct: '0.5', feeDeductType: 'point' }, '0.5', 'HBPOINT'],
    [{ transactFee: '0', feeCurrency: 'btc', feeDeduct: '0', feeDeductType: '' }, '0', 'BTC'],
  ])('of clearing %j', (fields, fee, feeAsset) => {
    expect(stated(clearingPush({ ...base, ...fields }, 'BTC/USDT'))).toMatchObject({ fill: { fee, feeAsset } });
  });

  test('while a deduction is going on the fee is not known', () => {
    const row = {
      'trade-id': 1,
      'order-id': 2,
      type: 'buy-limit',
      price: '1',
      'filled-amount': '1',
      'filled-fees': '0',
      'fee-currency': 'btc',
      'filled-points': '0',
      'fee-deduct-currency': '',
      'fee-deduct-state': 'ongoing',
    };
    expect(fillRow(row, 'BTC/USDT')?.fill).toMatchObject({ fee: null, feeAsset: null });
  });
});

describe('post-only orders that would take', () => {
  const kind = kindOfType('buy-limit-maker');
  const ended = { life: 'canceled', filled: null, createdAt: 1000, endedAt: 1000 } as const;

  test('ended on arrival, unfilled and unasked: refused', () => {
    expect(isPostOnlyRefusal(kind, ended, false)).toBe(true);
  });
  test.each([
    ['we asked for it', kind, ended, true],
    ['it rested a while', kind, { ...ended, endedAt: 2000 }, false],
    ['its creation was not heard', kind, { ...ended, createdAt: null }, false],
    ['not post-only', kindOfType('buy-limit'), ended, false],
  ] as const)('canceled when %s', (_, of, how, asked) => {
    expect(isPostOnlyRefusal(of, how, asked)).toBe(false);
  });

  test('the stream and a query say the same', () => {
    const memory = new StreamMemory(() => 0);
    const creation = {
      eventType: 'creation',
      symbol: 'btcusdt',
      orderId: 5,
      clientOrderId: 'c',
      type: 'buy-limit-maker',
      orderStatus: 'submitted',
      orderPrice: '10',
      orderSize: '1',
      orderCreateTime: 1000,
    };
    const cancellation = {
      ...creation,
      eventType: 'cancellation',
      orderStatus: 'canceled',
      execAmt: '0',
      remainAmt: '1',
      lastActTime: 1000,
      orderCreateTime: undefined,
    };
    orderPush(creation, 'BTC/USDT', memory.hints(creation));
    expect(orderPush(cancellation, 'BTC/USDT', memory.hints(cancellation))).toMatchObject({
      life: 'failed',
      reason: 'post-only order would have taken liquidity',
    });
    const row = {
      id: 5,
      symbol: 'btcusdt',
      type: 'buy-limit-maker',
      state: 'canceled',
      amount: '1',
      price: '10',
      'field-amount': '0',
      'created-at': 1000,
      'canceled-at': 1000,
      'finished-at': 1000,
    };
    expect(orderRow(row, 'BTC/USDT', 'query', false)).toMatchObject({ life: 'failed' });
  });
});

describe('market buys count money', () => {
  const trade = (tradeId: number, price: string, volume: string, execAmt: string, orderStatus: string): Row => ({
    eventType: 'trade',
    symbol: 'btcusdt',
    orderId: 9,
    clientOrderId: 'm',
    type: 'buy-market',
    orderValue: '30',
    orderStatus,
    tradeId,
    tradePrice: price,
    tradeVolume: volume,
    tradeTime: 1000 + tradeId,
    execAmt,
    remainAmt: '0',
    aggressor: true,
  });

  test('base bought is the sum of the fills, once they explain the money', () => {
    const memory = new StreamMemory(() => 0);
    const first = trade(1, '10', '1', '10', 'partial-filled');
    const second = trade(2, '20', '1', '30', 'filled');
    expect(stated(orderPush(first, 'BTC/USDT', memory.hints(first)))).toMatchObject({
      life: 'open',
      filled: '1',
      filledValue: '10',
    });
    // A repetition adds nothing.
    expect(stated(orderPush(first, 'BTC/USDT', memory.hints(first)))).toMatchObject({ filled: '1' });
    expect(stated(orderPush(second, 'BTC/USDT', memory.hints(second)))).toMatchObject({
      life: 'filled',
      filled: '2',
      filledValue: '30',
      quantity: '2',
    });
  });

  test('with a fill unheard the last word is withheld: the order must be looked up', () => {
    const last = trade(2, '20', '1', '30', 'filled');
    expect(stated(orderPush(last, 'BTC/USDT', new StreamMemory(() => 0).hints(last)))).not.toHaveProperty('life');
  });
});
