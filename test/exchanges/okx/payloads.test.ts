// Every payload example of the OKX reference is decoded to what it means, or listed with the reason why it is not.
// The payloads are in test/fixtures/okx/payloads.json, by section and number; a payload without a line here fails.

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { accountModeOf, assetsOf, instrumentOf, orderbookOf } from '../../../src/exchanges/okx/decode-market.ts';
import { createReport, fillReport, orderReport } from '../../../src/exchanges/okx/decode.ts';
import { BookSequence } from '../../../src/exchanges/okx/books.ts';
import { isRow, readFrame, readReply, text, type Row } from '../../../src/exchanges/okx/frames.ts';
import { cancelVerdict, errorFor } from '../../../src/exchanges/okx/outcomes.ts';

const file = z.object({ payloads: z.array(z.object({ id: z.string(), wire: z.record(z.string(), z.unknown()) })) });
const { payloads } = file.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/okx/payloads.json', import.meta.url), 'utf8')),
);
const wireOf = (id: string): Row => payloads.find((payload) => payload.id === id)!.wire;

/** As a test compares it: decimals as text, undefined left out. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const known = (report: unknown): unknown => {
  const value = plain(report);
  return isRow(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) : value;
};

const frame = (wire: Row): unknown => plain(readFrame(JSON.stringify(wire)));
const rows = (wire: Row): readonly Row[] => readReply(JSON.stringify(wire))!.rows;
const pushed = (row: Row): unknown => known(orderReport(row, 'push'));
/** The constructed pushes of 7.2 name only the fields that differ from a recorded one. */
const pushedOver = (row: Row): unknown =>
  pushed({
    ...wireOf('7.2#4'),
    cTime: '1700000000000',
    uTime: '1700000001001',
    ordId: '77',
    px: '30000.5',
    side: 'buy',
    fee: '0',
    fillFee: '0',
    fillSz: '0',
    fillPx: '',
    tradeId: '',
    ...row,
  });
const event = (fields: Row): unknown => ({
  type: 'event',
  id: '',
  code: '',
  msg: '',
  channel: '',
  connCount: '',
  ...fields,
});
const itemError = (row: Row): unknown => {
  const { kind, outcome, code, message } = errorFor(text(row, 'sCode'), text(row, 'sMsg'), {
    subCode: text(row, 'subCode'),
  });
  return { kind, outcome, code, message };
};
const spot = 'BTC/USDT';
const soldByMaker = {
  source: 'push',
  symbol: spot,
  orderId: '452197707845865472',
  life: 'filled',
  action: 'SELL',
  orderType: 'LIMIT',
  timeInForce: 'GTC',
  price: '31527.1',
  quantity: '0.001',
  filled: '0.001',
  filledValue: '31.5271',
  fee: '0.02522168',
  feeAsset: 'USDT',
  ctime: 1654084334977,
  utime: 1654084353264,
  fill: {
    tradeId: '242589207',
    price: '31527.1',
    quantity: '0.001',
    fee: '0.02522168',
    feeAsset: 'USDT',
    liquidity: 'maker',
    time: 1654084353263,
  },
};
const constructed = {
  source: 'push',
  symbol: spot,
  orderId: '77',
  action: 'BUY',
  orderType: 'LIMIT',
  timeInForce: 'GTC',
  ctime: 1700000000000,
  utime: 1700000001001,
};
const accepted = { source: 'create-reply', symbol: spot, life: 'open' };

interface Case {
  readonly as: (wire: Row) => unknown;
  readonly means: unknown;
}

const DECODED: Readonly<Record<string, Case>> = {
  '1.4#1': { as: (wire) => text(rows(wire)[0]!, 'ts'), means: '1597026383085' },
  '2.1#3': {
    as: (wire) => known(instrumentOf(wire)),
    means: {
      symbol: spot,
      rawSymbol: 'BTC-USDT',
      base: 'BTC',
      quote: 'USDT',
      tickSize: '0.1',
      lotSize: '0.00000001',
      minQuantity: '0.00001',
      maxQuantity: '9999999999',
      isTrading: true,
      extra: { instIdCode: 3 },
    },
  },
  '3#2': {
    as: (wire) => readReply(JSON.stringify(wire)),
    means: { code: '50102', msg: 'Timestamp request expired', rows: [] },
  },
  '4.2#2': { as: frame, means: event({ event: 'login', code: '0' }) },
  '4.2#3': { as: frame, means: event({ event: 'error', code: '60009', msg: 'Login failed.' }) },
  '4.3#2': { as: frame, means: event({ event: 'subscribe', id: '1512', channel: 'orders' }) },
  '4.3#3': { as: frame, means: event({ event: 'unsubscribe', id: '1512', channel: 'orders' }) },
  '4.3#4': {
    as: (wire) => errorFor(text(wire, 'code'), text(wire, 'msg')).message,
    means: 'Invalid request (60012)',
  },
  '4.3#6': {
    as: frame,
    means: event({
      event: 'notice',
      code: '64008',
      msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
    }),
  },
  '4.3#7': { as: frame, means: event({ event: 'channel-conn-count', channel: 'orders', connCount: '2' }) },
  '4.3#8': { as: frame, means: event({ event: 'channel-conn-count-error', channel: 'orders', connCount: '30' }) },
  '6.1#3': {
    as: (wire) => known(createReport(rows(wire)[0]!, spot, 'oktswap6')),
    means: { ...accepted, orderId: '312269865356374016', clientOrderId: 'oktswap6', ctime: 1695190491421 },
  },
  '6.1#4': {
    as: (wire) => itemError(rows(wire)[0]!),
    means: { kind: 'invalid-order', outcome: 'rejected', code: '51000', message: 'Parameter posSide error (51000)' },
  },
  '6.2#1': {
    as: (wire) => [known(createReport(rows(wire)[0]!, spot, 'a1')), itemError(rows(wire)[1]!)],
    means: [
      { ...accepted, orderId: '12345689', clientOrderId: 'a1', ctime: 1695190491421 },
      {
        kind: 'insufficient-funds',
        outcome: 'rejected',
        code: '51008',
        message: 'Order failed. Insufficient USDT balance in account (51008_1000)',
      },
    ],
  },
  '6.3#2': { as: (wire) => cancelVerdict(text(wire, 'sCode')), means: 'accepted' },
  '6.5#3': {
    as: frame,
    means: {
      type: 'reply',
      id: '1512',
      op: 'order',
      reply: {
        code: '0',
        msg: '',
        rows: [{ clOrdId: 'a1', ordId: '12345689', tag: '', ts: '1695190491421', sCode: '0', sMsg: '', subCode: '' }],
      },
    },
  },
  '6.5#4': {
    as: (wire) => itemError(rows(wire)[0]!),
    means: {
      kind: 'insufficient-funds',
      outcome: 'rejected',
      code: '51008',
      message: 'Order failed. Insufficient USDT margin in account (51008_1001)',
    },
  },
  '6.5#5': {
    as: frame,
    means: { type: 'reply', id: '1512', op: 'order', reply: { code: '60013', msg: 'Invalid args', rows: [] } },
  },
  '6.5#7': {
    as: frame,
    means: {
      type: 'reply',
      id: '1513',
      op: 'cancel-order',
      reply: {
        code: '0',
        msg: '',
        rows: [{ clOrdId: '', ordId: '2510789768709120', ts: '1695190491421', sCode: '0', sMsg: '' }],
      },
    },
  },
  '6.7#3': { as: (wire) => text(rows(wire)[0]!, 'triggerTime'), means: '1587971460' },
  '7.2#2': {
    as: (wire) => known(createReport(rows(wire)[0]!, spot, '1775897795764')),
    means: { ...accepted, orderId: '3469373785093513216', clientOrderId: '1775897795764', ctime: 1775897796026 },
  },
  '7.2#4': { as: pushed, means: soldByMaker },
  '7.2#6': {
    as: pushedOver,
    means: {
      ...constructed,
      life: 'open',
      price: '30000.5',
      quantity: '10',
      filled: '2',
      filledValue: '60001',
      fee: '0.12',
      feeAsset: 'USDT',
      fill: {
        tradeId: '555',
        price: '30000.5',
        quantity: '2',
        fee: '0.12',
        feeAsset: 'USDT',
        liquidity: 'maker',
        time: 1700000001000,
      },
    },
  },
  '7.2#7': {
    as: pushedOver,
    means: {
      ...constructed,
      life: 'canceled',
      reason: 'Order was canceled by you',
      price: '30000.5',
      quantity: '10',
      filled: '2',
      filledValue: '60001',
      fee: '0.12',
      feeAsset: 'USDT',
    },
  },
  '7.2#8': {
    as: pushedOver,
    means: {
      ...constructed,
      life: 'failed',
      reason: 'Post-only order would have taken liquidity',
      price: '30000.5',
      quantity: '0.001',
      filled: '0',
    },
  },
  '7.2#9': {
    as: pushedOver,
    means: {
      ...constructed,
      life: 'open',
      price: '29990',
      quantity: '12',
      filled: '2',
      filledValue: '63054.2',
      fee: '0',
      feeAsset: 'USDT',
    },
  },
  '7.2#10': {
    as: (wire) => pushedOver({ ...wire, px: '30000.5', sz: '10', accFillSz: '0' }),
    means: { ...constructed, life: 'open', price: '30000.5', quantity: '10', filled: '0' },
  },
  '9.1#1': {
    as: (wire) => readReply(JSON.stringify(wire)),
    means: { code: '51603', msg: 'Order does not exist', rows: [] },
  },
  '9.1#2': {
    as: (wire) => known(orderReport(rows(wire)[0]!, 'query')),
    means: {
      source: 'query',
      symbol: spot,
      orderId: '680800019749904384',
      life: 'filled',
      action: 'BUY',
      orderType: 'MARKET',
      quantity: '0.00192834',
      filled: '0.00192834',
      filledValue: '99.99985572',
      fee: '0.00000192834',
      feeAsset: 'BTC',
      ctime: 1708587373361,
      utime: 1708587373362,
    },
  },
  '9.5#1': {
    as: (wire) => known(fillReport(wire)),
    means: {
      source: 'fills',
      symbol: spot,
      orderId: '680800019749904384',
      action: 'BUY',
      fill: {
        tradeId: '744876980',
        price: '51858',
        quantity: '0.00192834',
        fee: '0.00000192834',
        feeAsset: 'BTC',
        liquidity: 'taker',
        time: 1708587373361,
      },
    },
  },
  '10.1#1': {
    as: (wire) => assetsOf(rows(wire)[0]!),
    means: { USDT: { free: '94.42612990333333', locked: '5.468566666666667', total: '99.89469657000001' } },
  },
  '10.3#config': {
    as: accountModeOf,
    means: { uid: '44705892343619584', level: '3', canTrade: true, canWithdraw: true, kycLevel: 3 },
  },
  '12#1': {
    as: (wire) => readReply(JSON.stringify(wire)),
    means: { code: '50011', msg: 'Too Many Requests', rows: [] },
  },
  '13.1#1': {
    as: (wire) => stepOf([wire]),
    means: {
      type: 'snapshot',
      asks: [
        ['8476.98', '415'],
        ['8477', '7'],
      ],
      bids: [['8476.97', '256']],
      time: 1597026383085,
      sequence: 123456,
      followedLevels: 400,
    },
  },
  '13.1#2': {
    as: (wire) => stepOf([wireOf('13.1#1'), wire]),
    means: { type: 'update', asks: [['8476.98', '0']], bids: [], time: 1597026383185, sequence: 123457 },
  },
  '13.1#4': {
    as: (wire) => bookOfPush(wire),
    means: {
      platform: 'okx',
      symbol: 'BCH/USDT',
      asks: [['111.06', '55154']],
      bids: [['111.05', '57745']],
      timestamp: 1670324386802,
    },
  },
  '14#1': {
    as: (wire) => orderbookOf(wire, spot),
    means: {
      platform: 'okx',
      symbol: spot,
      asks: [['41006.8', '0.60038921']],
      bids: [['41006.3', '0.30178218']],
      timestamp: 1629966436396,
    },
  },
};

const REQUEST = 'a request: what is sent is tested in encode.test.ts and trading.test.ts';
const SWAP = 'about a swap: contracts are not decoded by the spot connector (it must be ignored, see below)';
const UNUSED = 'of an endpoint or channel that the connector does not use';

const NOT_DECODED: Readonly<Record<string, string>> = {
  '1.3#1': UNUSED,
  '1.4#2': UNUSED,
  '2#1': UNUSED,
  '2.1#1': SWAP,
  '2.1#2': SWAP,
  '2.1#4': UNUSED,
  '2.3#1': UNUSED,
  '3#1': REQUEST,
  '4.2#1': REQUEST,
  '4.3#1': REQUEST,
  '4.3#5': 'the arg of a push, not a frame',
  '6.1#1': REQUEST,
  '6.1#2': REQUEST,
  '6.3#1': REQUEST,
  '6.4#1': REQUEST,
  '6.4#2': 'the reply to an amendment: the framework amends nothing',
  '6.5#1': UNUSED,
  '6.5#2': REQUEST,
  '6.5#6': REQUEST,
  '6.5#8': REQUEST,
  '6.5#9': 'the reply to an amendment: the framework amends nothing',
  '6.6#1': UNUSED,
  '6.6#2': UNUSED,
  '6.7#1': REQUEST,
  '6.7#2': REQUEST,
  '7.1#1': REQUEST,
  '7.2#1': SWAP,
  '7.2#3': SWAP,
  '7.2#5': SWAP,
  '7.8#1': 'the fills channel needs VIP4 and tells no fee; orders tells the same fills',
  '8#1': REQUEST,
  '8#2': REQUEST,
  '8#3': UNUSED,
  '10.2#1': SWAP,
  '10.3#1': UNUSED,
  '10.3#2': UNUSED,
  '10.3#3': UNUSED,
  '10.3#4': UNUSED,
  '10.3#5': UNUSED,
  '13.1#3': UNUSED,
  '13.5#1': UNUSED,
  '13.6#1': UNUSED,
  '13.7#1': UNUSED,
  '13.7#2': REQUEST,
  '13.7#3': UNUSED,
  '13.7#4': UNUSED,
};

function stepOf(wires: readonly Row[]): unknown {
  const sequence = new BookSequence();
  let step: unknown = null;
  for (const wire of wires) {
    const push = readFrame(JSON.stringify(wire));
    if (push.type === 'push') for (const row of push.rows) step = sequence.step(push.action, row);
  }
  return plain(step);
}

function bookOfPush(wire: Row): unknown {
  const push = readFrame(JSON.stringify(wire));
  return push.type === 'push' ? orderbookOf(push.rows[0]!, 'BCH/USDT') : null;
}

test('every payload of the reference is either decoded or excused, and none is both', () => {
  const ids = payloads.map(({ id }) => id);
  expect([...Object.keys(DECODED), ...Object.keys(NOT_DECODED)].toSorted()).toEqual(ids.toSorted());
});

describe('a payload means what the reference says', () => {
  it.each(Object.entries(DECODED))('%s', (id, { as, means }) => {
    expect(as(wireOf(id))).toEqual(means);
  });
});

describe('what is about contracts is ignored, not misread', () => {
  it.each(['7.2#1', '7.2#3', '7.2#5', '2.1#1', '2.1#2'])('%s', (id) => {
    const wire = wireOf(id);
    const push = readFrame(JSON.stringify(wire));
    const row = push.type === 'push' ? push.rows[0]! : wire;
    expect(orderReport(row, 'push')).toBeNull();
    expect(instrumentOf(row)).toBeNull();
    expect(fillReport(row)).toBeNull();
  });
});
