// Every payload example of the reference, decoded or listed with the reason why not (binance.md A3-A11).
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { checkAmounts } from '../../../src/domain/instrument.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import {
  ACCOUNT_NAMES,
  assetsOf,
  cancelReport,
  cancelReports,
  createReports,
  executionReport,
  lifeOf,
  POSITION_NAMES,
  queryReport,
  tradeReport,
} from '../../../src/exchanges/binance/decode.ts';
import { readSocketFrame, rowsOf } from '../../../src/exchanges/binance/frames.ts';
import { errorOf, readSocketError } from '../../../src/exchanges/binance/outcomes.ts';
import { instrumentOf, levelsOf } from '../../../src/exchanges/binance/decode-market.ts';
import { event, load, payload, row } from './fixtures.ts';

const SYMBOL = 'BTC/USDT';

/** A report as one writes it down: decimals as text. */
function plain(report: OrderReport | null): unknown {
  return JSON.parse(JSON.stringify(report));
}

const OF_THE_ORDER = {
  source: 'push',
  symbol: SYMBOL,
  orderId: '48123456789',
  clientOrderId: 'aq-000001',
  action: 'BUY',
  orderType: 'LIMIT',
  timeInForce: 'GTC',
  tradeType: null,
  price: '60000',
  quantity: '0.003',
  fee: null,
  feeAsset: null,
  reason: null,
  ctime: 1795300000203,
};

describe('executionReport', () => {
  const decode = (name: string): unknown => plain(executionReport(event(`executionReport ${name}`), SYMBOL));

  test('A6.2 NEW', () => {
    expect(decode('NEW/NEW')).toEqual({
      ...OF_THE_ORDER,
      life: 'open',
      filled: '0',
      filledValue: '0',
      fill: null,
      utime: 1795300000203,
    });
  });

  test('A6.3 TRADE, partial then full', () => {
    expect(decode('TRADE/PARTIALLY_FILLED')).toEqual({
      ...OF_THE_ORDER,
      life: 'open',
      filled: '0.001',
      filledValue: '60',
      fill: {
        tradeId: '3312001',
        price: '60000',
        quantity: '0.001',
        fee: '0.000001',
        feeAsset: 'BTC',
        liquidity: 'maker',
        time: 1795300001500,
      },
      utime: 1795300001500,
    });
    expect(decode('TRADE/FILLED')).toMatchObject({
      life: 'filled',
      filled: '0.003',
      filledValue: '180',
      fill: { tradeId: '3312044', quantity: '0.002' },
    });
  });

  test("A6.4 CANCELED: the order's own id is C, never c", () => {
    expect(decode('CANCELED/CANCELED')).toMatchObject({
      clientOrderId: 'aq-000001',
      life: 'canceled',
      filled: '0.001',
      reason: 'CANCELED',
      fill: null,
    });
    expect(executionReport({ ...event('executionReport CANCELED/CANCELED'), C: '' }, SYMBOL)?.clientOrderId).toBeNull();
  });

  test('A6.5 REJECTED ends its own order; without an order id it is the echo of somebody else', () => {
    expect(decode('REJECTED/REJECTED')).toMatchObject({
      orderId: '48123456801',
      life: 'failed',
      reason: 'WOULD_MATCH_IMMEDIATELY',
      timeInForce: 'POST_ONLY',
    });
    expect(executionReport({ ...event('executionReport REJECTED/REJECTED'), i: -1 }, SYMBOL)).toBeNull();
  });

  test('A6.6 EXPIRED with fills is CANCELED with its reason', () => {
    expect(decode('EXPIRED/EXPIRED')).toMatchObject({
      clientOrderId: 'aq-000003',
      life: 'canceled',
      filled: '0.001',
      reason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
      timeInForce: 'IOC',
    });
  });

  test('A6.7 TRADE_PREVENTION: the status decides, and what was prevented is no fill', () => {
    expect(decode('TRADE_PREVENTION/EXPIRED_IN_MATCH')).toMatchObject({
      life: 'canceled',
      reason: 'EXPIRED_IN_MATCH',
      filled: '0',
      fill: null,
    });
    const survivor = executionReport(
      { ...event('executionReport TRADE_PREVENTION/EXPIRED_IN_MATCH'), X: 'NEW' },
      SYMBOL,
    );
    expect(survivor).toMatchObject({ life: 'open', reason: null, fill: null });
  });

  test('A6.8 REPLACED changes the quantity', () => {
    expect(decode('REPLACED/NEW')).toMatchObject({ life: 'open', quantity: '0.002' });
  });

  test('a fee of nothing, ids beyond 2^53, market orders', () => {
    const frame = readSocketFrame(
      JSON.stringify({
        subscriptionId: 0,
        event: { ...event('executionReport TRADE/FILLED'), N: null, n: '0', o: 'MARKET', p: '0.00000000' },
      })
        .replace('48123456789', '8389765739703625592')
        .replace('3312044', '9007199254740993'),
    );
    if (frame.type !== 'event') throw new Error('no event');
    const report = executionReport(frame.event, SYMBOL);
    expect(plain(report)).toMatchObject({
      orderId: '8389765739703625592',
      orderType: 'MARKET',
      price: null,
      fill: { tradeId: '9007199254740993', fee: '0', feeAsset: null },
    });
  });

  test.each([
    ['PENDING_NEW', null, 'open'],
    ['PENDING_CANCEL', null, null],
    ['NEW_INSURANCE', null, null],
    ['EXPIRED', 'REJECTED', 'failed'],
    ['EXPIRED', 'EXCHANGE_CANCELED', 'canceled'],
    ['EXPIRED', null, 'canceled'],
  ])('part C: %s with %s is %s', (status, reason, life) => {
    expect(lifeOf(status, reason)).toBe(life);
  });
});

describe('replies and queries', () => {
  test('A7.1 ACK tells the ids, RESULT the order, FULL the fills first', () => {
    const ack = createReports(row(payload('place reply ACK')), SYMBOL);
    expect(ack).toHaveLength(1);
    expect(ack[0]).toMatchObject({
      orderId: '48123456789',
      clientOrderId: 'aq-000001',
      life: 'open',
      filled: null,
      ctime: 1795300000203,
    });
    const result = row(payload('place reply RESULT'));
    expect(plain(createReports(result, SYMBOL)[0] ?? null)).toMatchObject({
      life: 'open',
      price: '60000',
      quantity: '0.003',
      filled: '0',
      timeInForce: 'GTC',
      action: 'BUY',
    });
    const full = createReports(
      {
        ...result,
        status: 'PARTIALLY_FILLED',
        executedQty: '0.00100000',
        cummulativeQuoteQty: '60.00000000',
        fills: payload('fills of a FULL reply'),
      },
      SYMBOL,
    );
    expect(full.map((report) => plain(report))).toMatchObject([
      {
        fill: {
          tradeId: '3312001',
          price: '60000',
          quantity: '0.001',
          fee: '0.000001',
          feeAsset: 'BTC',
          liquidity: 'taker',
        },
        life: null,
        filled: null,
      },
      { fill: null, life: 'open', filled: '0.001', filledValue: '60' },
    ]);
  });

  test('A7.1 a reply may be the end already', () => {
    const reply = {
      ...row(payload('place reply RESULT')),
      status: 'EXPIRED',
      timeInForce: 'IOC',
      expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
      fills: [],
    };
    expect(createReports(reply, SYMBOL)).toMatchObject([{ life: 'canceled', reason: 'UNFILLED_IOC_QUANTITY_EXPIRED' }]);
  });

  test('A7.2 cancel reply', () => {
    const reply = load('socket-messages').find(({ name }) => name === 'reply c1');
    const report = plain(cancelReport(row(row(reply?.payload)['result']), SYMBOL));
    expect(report).toMatchObject({
      source: 'cancel-reply',
      orderId: '48123456789',
      clientOrderId: 'aq-000001',
      life: 'canceled',
      filled: '0.001',
      filledValue: '60',
      utime: 1795300003000,
      ctime: null,
    });
  });

  test('A7.3 cancel-all: plain reports and lists of orders, mixed', () => {
    const reports = cancelReports(payload('cancel-all result'), SYMBOL);
    expect(
      reports.map(({ orderId, clientOrderId, life, orderType }) => [orderId, clientOrderId, life, orderType]),
    ).toEqual([
      ['11', 'aq-000010', 'canceled', 'LIMIT'],
      ['20', 'leg-1', 'canceled', 'LIMIT'],
      ['21', 'leg-2', 'canceled', 'LIMIT'],
    ]);
  });

  test('A8.1 query; a canceled order has lost its client id', () => {
    const query = row(payload('order query'));
    expect(plain(queryReport(query, SYMBOL, 'query'))).toMatchObject({
      clientOrderId: 'aq-000001',
      life: 'open',
      filled: '0.001',
      ctime: 1795300000203,
      utime: 1795300001500,
    });
    expect(queryReport({ ...query, status: 'CANCELED' }, SYMBOL, 'query').clientOrderId).toBeNull();
    expect(queryReport({ ...query, cummulativeQuoteQty: '-1.00000000' }, SYMBOL, 'query').filledValue).toBeNull();
  });

  test('A8.2 my trades', () => {
    const [trade] = rowsOf(payload('myTrades'));
    expect(plain(tradeReport(row(trade), SYMBOL))).toMatchObject({
      source: 'fills',
      orderId: '48123456789',
      action: 'BUY',
      life: null,
      fill: {
        tradeId: '3312001',
        price: '60000',
        quantity: '0.001',
        fee: '0.000001',
        feeAsset: 'BTC',
        liquidity: 'maker',
        time: 1795300001500,
      },
    });
  });

  test('A5.2, A8.3 balances are absolute', () => {
    expect(assetsOf(event('outboundAccountPosition')['B'], POSITION_NAMES)).toEqual({
      BTC: { free: '1.5', locked: '0', total: '1.5' },
      USDT: { free: '9000', locked: '600', total: '9600' },
    });
    expect(assetsOf(row(payload('account'))['balances'], ACCOUNT_NAMES)).toEqual({
      BTC: { free: '1.5', locked: '0', total: '1.5' },
    });
  });

  test('A11.1 depth without padding', () => {
    expect(levelsOf(row(payload('/api/v3/depth'))['asks'])).toEqual([['60000.01', '0.8']]);
  });
});

describe('socket messages', () => {
  test('errors carry their kind, and the moment of a ban is turned into a delay', () => {
    const ban = row(load('socket-messages').find(({ name }) => name === 'reply r7')?.payload);
    const error = errorOf(readSocketError(418, ban['error'], 0));
    expect(error).toMatchObject({ kind: 'rate-limited', outcome: 'rejected', code: '-1003', retryAfter: 300_000 });
    const poor = row(load('socket-messages').find(({ name }) => name === 'reply o1')?.payload);
    expect(errorOf(readSocketError(400, poor['error'], 0))).toMatchObject({
      kind: 'insufficient-funds',
      outcome: 'rejected',
      code: '-2010',
    });
  });

  test('every example is a frame of the form it should be', () => {
    for (const { name, payload: value } of load('socket-messages')) {
      const frame = readSocketFrame(JSON.stringify(value));
      expect([name, frame.type]).toEqual([name, name.startsWith('reply') ? 'reply' : 'junk']);
    }
    for (const { name, payload: value } of load('socket-events')) {
      const frame = readSocketFrame(JSON.stringify(value));
      expect([name, frame.type]).toEqual([name, 'event']);
    }
  });

  test('nothing of the reference is passed over in silence', () => {
    const notDecoded: Readonly<Record<string, string>> = {
      eventStreamTerminated: 'ends the connection: account-feed.test.ts',
      serverShutdown: 'replaces the connection: account-feed.test.ts',
      balanceUpdate: 'a deposit as a difference; the absolute balance comes in outboundAccountPosition',
      externalLockUpdate: 'a lock from outside as a difference; the absolute balance comes in outboundAccountPosition',
      listStatus: 'order lists are not placed here; their legs come as executionReport',
    };
    const left = load('socket-events')
      .filter(
        ({ payload: value }) =>
          !['executionReport', 'outboundAccountPosition'].includes(String(row(row(value)['event'])['e'])),
      )
      .map(({ name }) => name);
    expect(left.sort()).toEqual(Object.keys(notDecoded).sort());
  });
});

describe('A9 instrument', () => {
  const entry = {
    ...row(payload('exchangeInfo symbol')),
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
      { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
      { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '100.00000000', stepSize: '0.00000000' },
      {
        filterType: 'NOTIONAL',
        minNotional: '5.00000000',
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
    ],
  };

  test('filters become rules; a zero switches a part off', () => {
    const instrument = instrumentOf(entry);
    expect(JSON.parse(JSON.stringify(instrument))).toMatchObject({
      symbol: 'BTC/USDT',
      rawSymbol: 'BTCUSDT',
      tickSize: '0.01',
      lotSize: '0.00001',
      minQuantity: '0.00001',
      maxQuantity: '9000',
      minMarketQuantity: null,
      maxMarketQuantity: '100',
      marketLotSize: null,
      minNotional: '5',
      quotePrecision: 8,
      isTrading: true,
    });
    if (instrument === null) throw new Error('no instrument');
    const order = {
      action: 'BUY',
      orderType: 'LIMIT',
      price: Decimal.from('60000.001'),
      quantity: Decimal.from('1'),
      quoteQuantity: null,
    } as const;
    expect(checkAmounts(instrument, order)).toMatch(
      /not a multiple of the tick size 0.01; the nearest legal price is 60000/,
    );
  });

  test.each([
    [{ filterType: 'NOTIONAL', applyMinToMarket: true, applyMaxToMarket: false }, ['below', null, null]],
    [{ filterType: 'NOTIONAL', applyMinToMarket: false, applyMaxToMarket: true }, [null, null, 'above']],
    [{ filterType: 'MIN_NOTIONAL', applyToMarket: true }, ['below', null, null]],
    [{ filterType: 'MIN_NOTIONAL', applyToMarket: false }, [null, null, null]],
  ])('F16: what a market order must be worth: %o', (filter, expected) => {
    const notional = {
      ...filter,
      minNotional: '5.00000000',
      ...(filter.filterType === 'NOTIONAL' ? { maxNotional: '9000000.00000000' } : {}),
    };
    const instrument = instrumentOf({ ...entry, filters: [...entry.filters.slice(0, 3), notional] });
    if (instrument === null) throw new Error('no instrument');
    const market = { action: 'BUY', orderType: 'MARKET', price: null, quantity: null } as const;
    const told = ['4', '5', '9000001'].map((worth) =>
      checkAmounts(instrument, { ...market, quoteQuantity: Decimal.from(worth) }),
    );
    expect(told.map((problem) => /below|above/.exec(problem ?? '')?.[0] ?? null)).toEqual(expected);
    const limit = { action: 'BUY', orderType: 'LIMIT', price: Decimal.from('4'), quantity: Decimal.ONE } as const;
    expect(checkAmounts(instrument, { ...limit, quoteQuantity: null })).toMatch(/below the minimum 5/);
  });

  test('only TRADING is open', () => {
    for (const status of ['HALT', 'BREAK', 'END_OF_DAY', 'CANCEL_ONLY'])
      expect(instrumentOf({ ...entry, status })?.isTrading).toBe(false);
  });
});
