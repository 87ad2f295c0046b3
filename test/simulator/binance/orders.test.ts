// Order entry and queries: what is accepted, what is refused and in which words, and what replies look like (binance.md A7 to A10).
import { describe, expect, it } from 'vitest';
import { order, RULES, d } from '../support.ts';
import { binanceBench, BTC, LIMIT, OTHER, refusal, START, type Bench, type Fields } from './support.ts';

const place = (bench: Bench, fields: Fields = {}, identity?: typeof OTHER) =>
  bench.signed('POST', '/api/v3/order', { ...LIMIT, ...fields }, identity);
const without = (...names: string[]): Fields =>
  Object.fromEntries(Object.entries(LIMIT).filter(([name]) => !names.includes(name)));
const cancel = (bench: Bench, fields: Fields) =>
  bench.signed('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', ...fields });
const query = (bench: Bench, fields: Fields) => bench.signed('GET', '/api/v3/order', { symbol: 'BTCUSDT', ...fields });

describe('a placed order', () => {
  it('is answered in three sizes', async () => {
    const bench = binanceBench();
    const head = `{"symbol":"BTCUSDT","orderId":48123456789,"orderListId":-1,"clientOrderId":"aq-000001","transactTime":${START}`;
    const result =
      `,"price":"60000.00000000","origQty":"0.00300000","executedQty":"0.00000000","origQuoteOrderQty":"0.000000"` +
      `,"cummulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":${START}`;
    const mode = `,"selfTradePreventionMode":"EXPIRE_MAKER"}`;
    const answer = async (kind: string, id: string): Promise<string> =>
      (await place(bench, { newOrderRespType: kind, newClientOrderId: id })).text;
    expect(await answer('ACK', 'aq-000001')).toBe(`${head}}`);
    expect(await answer('RESULT', 'aq-000002')).toBe(
      `${head.replace('789', '790').replace('01"', '02"')}${result}${mode}`,
    );
    expect(await answer('FULL', 'aq-000003')).toBe(
      `${head.replace('789', '791').replace('01"', '03"')}${result},"fills":[]${mode}`,
    );
  });

  it('is answered FULL unless it only makes', async () => {
    const bench = binanceBench();
    expect((await place(bench)).json).toHaveProperty('fills');
    const maker = await bench.signed('POST', '/api/v3/order', {
      ...without('timeInForce', 'newClientOrderId'),
      type: 'LIMIT_MAKER',
    });
    expect(Object.keys(maker.json)).toEqual(['symbol', 'orderId', 'orderListId', 'clientOrderId', 'transactTime']);
    expect(maker.json['clientOrderId']).toMatch(/^[0-9a-zA-Z]{22}$/);
  });

  it('shows its fills, with the fee in what was received', async () => {
    const bench = binanceBench();
    await place(bench, { quantity: '0.001' }, OTHER);
    await place(bench, { quantity: '0.002', price: '59999', newClientOrderId: 'b' }, OTHER);
    const sold = await bench.signed('POST', '/api/v3/order', {
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity: '0.002',
    });
    expect(sold.json).toMatchObject({
      status: 'FILLED',
      timeInForce: 'GTC',
      type: 'MARKET',
      price: '0.00000000',
      executedQty: '0.00200000',
      cummulativeQuoteQty: '119.99900000',
      fills: [
        {
          price: '60000.00000000',
          qty: '0.00100000',
          commission: '0.06000000',
          commissionAsset: 'USDT',
          tradeId: 5_000_001,
        },
        {
          price: '59999.00000000',
          qty: '0.00100000',
          commission: '0.05999900',
          commissionAsset: 'USDT',
          tradeId: 5_000_002,
        },
      ],
    });
  });

  it('may come back EXPIRED with status 200', async () => {
    const bench = binanceBench();
    expect((await place(bench, { timeInForce: 'IOC' })).json).toMatchObject({
      status: 'EXPIRED',
      expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
    });
    expect((await place(bench, { timeInForce: 'FOK' })).json).toMatchObject({
      expiryReason: 'UNFILLED_FOK_ORDER_EXPIRED',
    });
    const market = await bench.signed('POST', '/api/v3/order', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quoteOrderQty: '100',
    });
    expect(market.json).toMatchObject({
      status: 'EXPIRED',
      expiryReason: 'INSUFFICIENT_LIQUIDITY',
      origQuoteOrderQty: '100.00000000',
    });
  });

  it('keeps ids beyond 2^53', async () => {
    const bench = binanceBench({}, { firstOrderId: 8_389_765_739_703_625_592n });
    expect((await place(bench)).text).toContain('"orderId":8389765739703625592,');
    expect((await query(bench, { orderId: '8389765739703625592' })).status).toBe(200);
    const socket = await bench.open('/ws-api/v3');
    await socket.signed('order.status', { symbol: 'BTCUSDT', origClientOrderId: 'aq-000001' });
    expect(socket.frames.at(-1)).toContain('"orderId":8389765739703625592,');
  });

  it('a test order reaches nobody', async () => {
    const bench = binanceBench();
    expect((await bench.signed('POST', '/api/v3/order/test', LIMIT)).text).toBe('{}');
    const rates = await bench.signed('POST', '/api/v3/order/test', { ...LIMIT, computeCommissionRates: 'true' });
    expect(rates.json['standardCommissionForOrder']).toEqual({ maker: '0.00100000', taker: '0.00100000' });
    expect(bench.openIds()).toEqual([]);
  });

  it('takes its parameters from query and body, the query first', async () => {
    const bench = binanceBench();
    const queryText = 'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&newClientOrderId=from-query';
    const body = `quantity=0.003&price=60000&newClientOrderId=from-body&timestamp=${START}`;
    const { hmac, HOST } = await import('./support.ts');
    const answer = await bench.raw({
      method: 'POST',
      url: `http://${HOST}/api/v3/order?${queryText}`,
      headers: { 'X-MBX-APIKEY': 'key-1', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `${body}&signature=${hmac('secret-1', queryText + body)}`,
    });
    expect(answer.json['clientOrderId']).toBe('from-query');
  });
});

describe('a refused order', () => {
  const bench = binanceBench();
  const market = without('timeInForce', 'price');

  it.each<[string, Fields, string]>([
    ['no symbol', without('symbol'), "-1102 Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    ['an unknown symbol', { ...LIMIT, symbol: 'NOPEUSDT' }, '-1121 Invalid symbol.'],
    ['no side', without('side'), "-1102 Mandatory parameter 'side' was not sent, was empty/null, or malformed."],
    ['a wrong side', { ...LIMIT, side: 'buy' }, '-1117 Invalid side.'],
    ['a wrong type', { ...LIMIT, type: 'STOP' }, '-1116 Invalid orderType.'],
    ['a wrong time in force', { ...LIMIT, timeInForce: 'GTX' }, '-1115 Invalid timeInForce.'],
    [
      'no time in force',
      without('timeInForce'),
      "-1102 Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
    ],
    [
      'a time in force with MARKET',
      { ...market, type: 'MARKET', timeInForce: 'GTC' },
      "-1106 Parameter 'timeInForce' sent when not required.",
    ],
    [
      'a price with MARKET',
      { ...without('timeInForce'), type: 'MARKET' },
      "-1106 Parameter 'price' sent when not required.",
    ],
    ['a stop price', { ...LIMIT, stopPrice: '1' }, "-1106 Parameter 'stopPrice' sent when not required."],
    ['an empty price', { ...LIMIT, price: '' }, "-1105 Parameter 'price' was empty."],
    [
      'no amount',
      { ...without('quantity', 'timeInForce', 'price'), type: 'MARKET' },
      "-1102 Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
    ],
    [
      'a price with an exponent',
      { ...LIMIT, price: '6e4' },
      "-1100 Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    ],
    [
      'a negative quantity',
      { ...LIMIT, quantity: '-1' },
      "-1100 Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
    ],
    [
      'a client id with a dot',
      { ...LIMIT, newClientOrderId: 'a.b' },
      "-1100 Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
    ],
    [
      'a client id too long',
      { ...LIMIT, newClientOrderId: 'a'.repeat(37) },
      "-1100 Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
    ],
    ['nine decimals', { ...LIMIT, quantity: '0.000000001' }, "-1111 Parameter 'quantity' has too much precision."],
    [
      'a parameter nobody reads',
      { ...LIMIT, colour: 'red' },
      "-1104 Not all sent parameters were read; read '9' parameter(s) but was sent '10'.",
    ],
    ['zero quantity', { ...LIMIT, quantity: '0' }, '-1013 Invalid quantity.'],
    ['zero price', { ...LIMIT, price: '0' }, '-1013 Invalid price.'],
    ['half a tick', { ...LIMIT, price: '60000.005' }, '-1013 Filter failure: PRICE_FILTER'],
    ['a price too high', { ...LIMIT, price: '1000001' }, '-1013 Filter failure: PRICE_FILTER'],
    ['half a lot', { ...LIMIT, quantity: '0.003005' }, '-1013 Filter failure: LOT_SIZE'],
    ['too large a quantity', { ...LIMIT, quantity: '9001' }, '-1013 Filter failure: LOT_SIZE'],
    [
      'too large a market order',
      { ...market, type: 'MARKET', quantity: '901' },
      '-1013 Filter failure: MARKET_LOT_SIZE',
    ],
    ['too little worth', { ...LIMIT, quantity: '0.00008' }, '-1013 Filter failure: NOTIONAL'],
    ['too much worth', { ...LIMIT, quantity: '151' }, '-1013 Filter failure: NOTIONAL'],
    [
      'a mode that the symbol lacks',
      { ...LIMIT, selfTradePreventionMode: 'DECREMENT' },
      '-1013 This symbol does not allow the specified self-trade prevention mode.',
    ],
    [
      'more than there is',
      { ...LIMIT, quantity: '20' },
      '-2010 Account has insufficient balance for requested action.',
    ],
  ])('with %s', async (_what, fields, said) => {
    const answer = await bench.signed('POST', '/api/v3/order', fields);
    expect({ status: answer.status, said: refusal(answer) }).toEqual({ status: 400, said });
    expect(bench.openIds()).toEqual([]);
  });

  it('accepts what is exactly on the edge', async () => {
    for (const fields of [
      { price: '0.01', quantity: '500' },
      { price: '50000.00', quantity: '0.0001' },
    ]) {
      expect((await place(binanceBench(), fields)).status).toBe(200);
    }
  });

  it('with a price far from the average', async () => {
    const living = binanceBench();
    await place(living, { price: '60000' }, OTHER);
    await living.signed('POST', '/api/v3/order', {
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'MARKET',
      quantity: '0.001',
    });
    expect(refusal(await place(living, { price: '11000' }))).toBe('-1013 Filter failure: PERCENT_PRICE_BY_SIDE');
    expect((await place(living, { price: '13000' })).status).toBe(200);
    expect(refusal(await place(living, { side: 'SELL', price: '330000' }))).toBe(
      '-1013 Filter failure: PERCENT_PRICE_BY_SIDE',
    );
  });

  it('with an id that an open order carries, until that one is gone', async () => {
    const own = binanceBench();
    await place(own);
    expect(refusal(await place(own))).toBe('-2010 Duplicate order sent.');
    await cancel(own, { origClientOrderId: 'aq-000001' });
    expect((await place(own)).status).toBe(200);
  });

  it('that would take although it should only make', async () => {
    const own = binanceBench();
    await place(own, {}, OTHER);
    const maker = { ...without('timeInForce'), type: 'LIMIT_MAKER', side: 'SELL', price: '60000' };
    expect(refusal(await own.signed('POST', '/api/v3/order', maker))).toBe(
      '-2010 Order would immediately match and take.',
    );
  });

  it('when there are too many already', async () => {
    const own = binanceBench({ maxOpenOrders: 2 });
    await place(own, { newClientOrderId: 'a' });
    await place(own, { newClientOrderId: 'b' });
    expect(refusal(await place(own, { newClientOrderId: 'c' }))).toBe('-1013 Filter failure: MAX_NUM_ORDERS');
    await cancel(own, { origClientOrderId: 'a' });
    expect((await place(own, { newClientOrderId: 'c' })).status).toBe(200);
  });

  it('whose quote amount buys less than a lot', async () => {
    const own = binanceBench(
      {},
      { instruments: [{ ...binanceBench().venue.instruments.get(BTC)!, minNotional: d('0.1') }] },
    );
    await place(own, { side: 'SELL' }, OTHER);
    const tiny = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '0.5' };
    expect(refusal(await own.signed('POST', '/api/v3/order', tiny))).toBe(
      '-2010 Order book liquidity is less than `LOT_SIZE` filter minimum quantity.',
    );
  });
});

describe('a cancel', () => {
  it('puts its own id in the place of the order’s', async () => {
    const bench = binanceBench();
    await place(bench);
    await bench.clock.advance(500);
    const answer = await cancel(bench, { orderId: 48_123_456_789, newClientOrderId: 'my-cancel' });
    expect(answer.text).toBe(
      `{"symbol":"BTCUSDT","origClientOrderId":"aq-000001","orderId":48123456789,"orderListId":-1,"clientOrderId":"my-cancel"` +
        `,"transactTime":${START + 500},"price":"60000.00000000","origQty":"0.00300000","executedQty":"0.00000000"` +
        `,"origQuoteOrderQty":"0.000000","cummulativeQuoteQty":"0.00000000","status":"CANCELED","timeInForce":"GTC","type":"LIMIT"` +
        `,"side":"BUY","selfTradePreventionMode":"EXPIRE_MAKER"}`,
    );
    expect((await query(bench, { orderId: 48_123_456_789 })).json).toMatchObject({
      clientOrderId: 'my-cancel',
      status: 'CANCELED',
    });
    expect((await query(bench, { origClientOrderId: 'my-cancel' })).json).toMatchObject({ orderId: 48_123_456_789 });
    expect(refusal(await query(bench, { origClientOrderId: 'aq-000001' }))).toBe('-2013 Order does not exist.');
  });

  it('keeps the name of its cancel, and what self-trade prevention did, over a restart of the exchange', async () => {
    const bench = binanceBench();
    await place(bench);
    await cancel(bench, { origClientOrderId: 'aq-000001', newClientOrderId: 'my-cancel' });
    await place(bench, { side: 'SELL', newClientOrderId: 'own' });
    await place(bench, { newClientOrderId: 'expired', selfTradePreventionMode: 'EXPIRE_TAKER' });
    const before = [
      (await query(bench, { origClientOrderId: 'my-cancel' })).text,
      (await query(bench, { origClientOrderId: 'expired' })).text,
    ];
    expect(before[0]).toContain('"orderId":48123456789');
    expect(before[1]).toContain('"preventedMatchId":1');
    bench.exchange.faults.inject({ fault: 'exchange-restart', durationMs: 1000 });
    await bench.clock.advance(1000);
    expect([
      (await query(bench, { origClientOrderId: 'my-cancel' })).text,
      (await query(bench, { origClientOrderId: 'expired' })).text,
    ]).toEqual(before);
    await place(bench, { newClientOrderId: 'another', selfTradePreventionMode: 'EXPIRE_TAKER' });
    expect((await query(bench, { origClientOrderId: 'another' })).text).toContain('"preventedMatchId":2');
  });

  it('may leave the original id findable, as an option', async () => {
    const bench = binanceBench({ findsCanceledByOriginalId: true });
    await place(bench);
    await cancel(bench, { origClientOrderId: 'aq-000001' });
    expect((await query(bench, { origClientOrderId: 'aq-000001' })).json).toMatchObject({ status: 'CANCELED' });
  });

  it('of a reused id: the older order is found once the newer is renamed', async () => {
    const bench = binanceBench();
    await place(bench, { side: 'SELL' });
    await place(bench, { newClientOrderId: 'taker' }, OTHER);
    await place(bench, { price: '50000' });
    await cancel(bench, { origClientOrderId: 'aq-000001' });
    expect((await query(bench, { origClientOrderId: 'aq-000001' })).json).toMatchObject({
      orderId: 48_123_456_789,
      status: 'FILLED',
    });
  });

  it.each<[string, Fields, string]>([
    ['of an unknown order', { orderId: 5 }, '-2011 Unknown order sent.'],
    ['of nothing', {}, "-1102 Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"],
    [
      'with ids of different orders',
      { orderId: 48_123_456_789, origClientOrderId: 'other' },
      '-2011 Unknown order sent.',
    ],
    [
      'that restricts itself to partly filled ones',
      { orderId: 48_123_456_789, cancelRestrictions: 'ONLY_PARTIALLY_FILLED' },
      '-2011 Order was not canceled due to cancel restrictions.',
    ],
    [
      'with a strange restriction',
      { orderId: 48_123_456_789, cancelRestrictions: 'ONLY_OLD' },
      '-1145 Invalid cancelRestrictions',
    ],
  ])('%s is refused', async (_what, fields, said) => {
    const bench = binanceBench();
    await place(bench);
    expect(refusal(await cancel(bench, fields))).toBe(said);
    expect(bench.openIds()).toEqual(['aq-000001']);
  });

  it('of all orders shares one id, and fails when there are none', async () => {
    const bench = binanceBench();
    for (const id of ['a', 'b', 'c']) await place(bench, { newClientOrderId: id });
    const all = await bench.signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' });
    expect(all.list.map((row) => row['origClientOrderId'])).toEqual(['a', 'b', 'c']);
    expect(new Set(all.list.map((row) => row['clientOrderId'])).size).toBe(1);
    expect(all.list[0]!['clientOrderId']).toMatch(/^[0-9a-zA-Z]{22}$/);
    const again = await bench.signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' });
    expect([again.status, refusal(again)]).toEqual([400, '-2011 Unknown order sent.']);
  });
});

describe('cancel-replace', () => {
  const replace = (bench: Bench, fields: Fields) =>
    bench.signed('POST', '/api/v3/order/cancelReplace', { ...LIMIT, cancelReplaceMode: 'STOP_ON_FAILURE', ...fields });
  const outcome = (answer: { status: number; json: Record<string, unknown> }): unknown[] => {
    const { json, status } = answer;
    const data = (json['data'] ?? json) as Record<string, unknown>;
    return [status, json['code'], data['cancelResult'], data['newOrderResult']];
  };

  it('does both, and the new order may reuse the id', async () => {
    const bench = binanceBench();
    await place(bench);
    const answer = await replace(bench, {
      cancelOrigClientOrderId: 'aq-000001',
      price: '59000',
      cancelNewClientOrderId: 'cx',
    });
    expect(outcome(answer)).toEqual([200, undefined, 'SUCCESS', 'SUCCESS']);
    expect(answer.json).toMatchObject({
      cancelResponse: { clientOrderId: 'cx' },
      newOrderResponse: { price: '59000.00000000' },
    });
    expect(bench.openIds()).toEqual(['aq-000001']);
  });

  it('stops when the cancel fails', async () => {
    const bench = binanceBench();
    const answer = await replace(bench, { cancelOrderId: 7 });
    expect(outcome(answer)).toEqual([400, -2022, 'FAILURE', 'NOT_ATTEMPTED']);
    expect(answer.json['data']).toMatchObject({ cancelResponse: { code: -2011 }, newOrderResponse: null });
    expect(bench.openIds()).toEqual([]);
  });

  it('goes on when told to', async () => {
    const bench = binanceBench();
    const answer = await replace(bench, { cancelOrderId: 7, cancelReplaceMode: 'ALLOW_FAILURE' });
    expect(outcome(answer)).toEqual([409, -2021, 'FAILURE', 'SUCCESS']);
    expect(bench.openIds()).toEqual(['aq-000001']);
  });

  it('may leave nothing', async () => {
    const bench = binanceBench();
    await place(bench);
    const poor = await replace(bench, { cancelOrigClientOrderId: 'aq-000001', quantity: '20' });
    expect(outcome(poor)).toEqual([409, -2021, 'SUCCESS', 'FAILURE']);
    const none = await replace(bench, { cancelOrderId: 7, quantity: '20', cancelReplaceMode: 'ALLOW_FAILURE' });
    expect(outcome(none)).toEqual([400, -2022, 'FAILURE', 'FAILURE']);
  });

  it('cancels nothing when the new order breaks a filter', async () => {
    const bench = binanceBench();
    await place(bench);
    expect(refusal(await replace(bench, { cancelOrigClientOrderId: 'aq-000001', price: '1.005' }))).toContain(
      'PRICE_FILTER',
    );
    expect(bench.openIds()).toEqual(['aq-000001']);
  });

  it('over the order limit does nothing, or only cancels', async () => {
    const bench = binanceBench({ ordersPer10Seconds: 1 });
    await place(bench);
    const nothing = await replace(bench, { cancelOrigClientOrderId: 'aq-000001' });
    expect([nothing.status, refusal(nothing)]).toEqual([
      429,
      '-1015 Too many new orders; current limit is 1 orders per 10 SECOND.',
    ]);
    expect(bench.openIds()).toEqual(['aq-000001']);
    const only = await replace(bench, {
      cancelOrigClientOrderId: 'aq-000001',
      orderRateLimitExceededMode: 'CANCEL_ONLY',
    });
    expect(outcome(only)).toEqual([409, -2021, 'SUCCESS', 'FAILURE']);
    expect(bench.openIds()).toEqual([]);
  });
});

describe('queries', () => {
  it('show an order in full', async () => {
    const bench = binanceBench();
    await place(bench);
    expect((await query(bench, { orderId: 48_123_456_789 })).text).toBe(
      `{"symbol":"BTCUSDT","orderId":48123456789,"orderListId":-1,"clientOrderId":"aq-000001","price":"60000.00000000","origQty":"0.00300000"` +
        `,"executedQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY"` +
        `,"stopPrice":"0.00000000","icebergQty":"0.00000000","time":${START},"updateTime":${START},"isWorking":true,"workingTime":${START}` +
        `,"origQuoteOrderQty":"0.00000000","selfTradePreventionMode":"EXPIRE_MAKER"}`,
    );
    expect(refusal(await query(bench, { orderId: 48_123_456_789, origClientOrderId: 'x' }))).toBe(
      '-2039 Client order ID is not correct for this order ID.',
    );
    expect(refusal(await query(bench, { orderId: 4 }))).toBe('-2013 Order does not exist.');
  });

  it('list orders and fills in ascending order, from either end', async () => {
    const bench = binanceBench();
    for (const id of ['a', 'b', 'c']) {
      await place(bench, { newClientOrderId: id, quantity: '0.001' });
      await bench.clock.advance(1000);
    }
    await place(bench, { side: 'SELL', newClientOrderId: 'seller' }, OTHER);
    const all = async (path: string, fields: Fields): Promise<unknown[]> =>
      (await bench.signed('GET', path, { symbol: 'BTCUSDT', ...fields })).list.map(
        (row) => row['clientOrderId'] ?? row['id'],
      );
    expect(await all('/api/v3/allOrders', { limit: 2 })).toEqual(['b', 'c']);
    expect(await all('/api/v3/allOrders', { startTime: START, limit: 2 })).toEqual(['a', 'b']);
    expect(await all('/api/v3/allOrders', { endTime: START + 1000 })).toEqual(['a', 'b']);
    expect(await all('/api/v3/allOrders', { orderId: 48_123_456_790 })).toEqual(['b', 'c']);
    expect(await all('/api/v3/myTrades', {})).toEqual([5_000_001, 5_000_002, 5_000_003]);
    expect(await all('/api/v3/myTrades', { fromId: 5_000_002, limit: 1 })).toEqual([5_000_002]);
    expect(await all('/api/v3/myTrades', { orderId: 48_123_456_791 })).toEqual([5_000_003]);
    const fills = await bench.signed('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', limit: 1 });
    expect(fills.text).toBe(
      `[{"symbol":"BTCUSDT","id":5000003,"orderId":48123456791,"orderListId":-1,"price":"60000.00000000","qty":"0.00100000","quoteQty":"60.00000000"` +
        `,"commission":"0.00000100","commissionAsset":"BTC","time":${START + 3000},"isBuyer":true,"isMaker":true,"isBestMatch":true}]`,
    );
  });

  it.each<[Fields, string]>([
    [{ startTime: START, endTime: START + 86_400_001 }, '-1127 More than 24 hours between startTime and endTime.'],
    [{ fromId: 1, startTime: START }, '-1128 Combination of optional parameters invalid.'],
    [{ orderId: 1, endTime: START }, '-1128 Combination of optional parameters invalid.'],
  ])('refuse fills by %j', async (fields, said) => {
    const bench = binanceBench();
    expect(refusal(await bench.signed('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', ...fields }))).toBe(said);
  });

  it('do not see what a fault hides', async () => {
    const bench = binanceBench();
    bench.exchange.faults.inject({ fault: 'query-lag', lagMs: 1000 });
    await place(bench);
    expect(refusal(await query(bench, { origClientOrderId: 'aq-000001' }))).toBe('-2013 Order does not exist.');
    expect((await bench.signed('GET', '/api/v3/openOrders')).text).toBe('[]');
    expect((await bench.signed('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' })).text).toBe('[]');
    await bench.clock.advance(1000);
    expect((await query(bench, { origClientOrderId: 'aq-000001' })).status).toBe(200);
  });

  it('show the account', async () => {
    const bench = binanceBench();
    await place(bench);
    const { json } = await bench.signed('GET', '/api/v3/account', { omitZeroBalances: 'true' });
    expect(json).toMatchObject({
      makerCommission: 10,
      commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
      accountType: 'SPOT',
      permissions: ['SPOT'],
      uid: 1,
      balances: [
        { asset: 'BTC', free: '10.00000000', locked: '0.00000000' },
        { asset: 'USDT', free: '999820.00000000', locked: '180.00000000' },
        { asset: 'BNB', free: '10.00000000', locked: '0.00000000' },
      ],
    });
  });
});

describe('self-trade prevention', () => {
  it.each([
    ['NONE', 'FILLED', 'FILLED'],
    ['EXPIRE_TAKER', 'EXPIRED_IN_MATCH', 'NEW'],
    ['EXPIRE_MAKER', 'NEW', 'EXPIRED_IN_MATCH'],
    ['EXPIRE_BOTH', 'EXPIRED_IN_MATCH', 'EXPIRED_IN_MATCH'],
  ])('%s: the taker ends %s, the maker %s', async (mode, taker, maker) => {
    const bench = binanceBench();
    await place(bench, { newClientOrderId: 'maker' });
    const answer = await place(bench, { side: 'SELL', newClientOrderId: 'taker', selfTradePreventionMode: mode });
    expect(answer.json).toMatchObject({ status: taker, selfTradePreventionMode: mode });
    if (taker === 'EXPIRED_IN_MATCH') expect(answer.json['preventedQuantity']).toBe('0.00300000');
    expect((await query(bench, { origClientOrderId: 'maker' })).json['status']).toBe(maker);
  });

  it('orders of other exchanges’ making are shown as well', async () => {
    const bench = binanceBench();
    bench.venue.place(1, order('BUY', '100', '1', { symbol: BTC, clientOrderId: 'elsewhere' }), RULES);
    expect((await query(bench, { origClientOrderId: 'elsewhere' })).json).toMatchObject({
      selfTradePreventionMode: 'NONE',
    });
  });
});
