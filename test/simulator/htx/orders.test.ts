// Orders over REST and over the order socket: places, refusals in order, cancels by either id, batches, pages, retention (htx.md sections 3-6).
import { describe, expect, it, test } from 'vitest';
import { order, RULES } from '../support.ts';
import {
  ACCOUNT_ID,
  htxBench,
  limitOrder,
  loginFrame,
  DEMO,
  OTHER,
  refusal,
  type Bench,
  type Json,
} from './support.ts';

const PLACE = '/v1/order/orders/place';
const HOUR = 3_600_000;

const rows = ({ body }: { readonly body: Json }): Json[] => body['data'] as Json[];

function rest(bench: Bench, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const placed = bench.venue.place(
      1,
      order('BUY', '0.5', '10', { tag: { type: 'buy-limit' }, clientOrderId: `b${index}` }),
      RULES,
    );
    return String(placed.order?.orderId);
  });
}

test('accounts come with a decoy first; balances in two rows a currency', async () => {
  const { get } = htxBench();
  expect((await get('/v1/account/accounts')).body).toEqual({
    status: 'ok',
    data: [
      { id: 10, type: 'point', subtype: '', state: 'working' },
      { id: 11, type: 'spot', subtype: '', state: 'working' },
    ],
  });
  const { body } = await get(`/v1/account/accounts/${ACCOUNT_ID}/balance`);
  expect(body).toMatchObject({ status: 'ok', data: { id: 11, type: 'spot', state: 'working' } });
  expect((body['data'] as { list: Json[] }).list.filter(({ currency }) => currency === 'eos')).toEqual([
    { currency: 'eos', type: 'trade', balance: '100000', available: '100000', debt: '0', 'seq-num': '1' },
    { currency: 'eos', type: 'frozen', balance: '0', debt: '0', 'seq-num': '1' },
  ]);
  expect(refusal(await get('/v1/account/accounts/10/balance'))).toMatch(/^account-get-accounts-inexistent-error/);
});

describe('placing', () => {
  test('answers with the id as text, and the client id when there is one', async () => {
    const { post } = htxBench();
    expect((await post(PLACE, limitOrder({ 'client-order-id': 'k1-000001' }))).text).toBe(
      '{"status":"ok","data":"1474908579893191","clientOrderId":"k1-000001"}',
    );
    expect((await post(PLACE, limitOrder())).body).toEqual({ status: 'ok', data: '1474908579893192' });
  });

  test('the same client id twice makes two orders; queries and cancels find the newest', async () => {
    const { place, get, post } = htxBench();
    const first = await place({ 'client-order-id': 'twin' });
    const second = await place({ 'client-order-id': 'twin' });
    expect(first).not.toBe(second);
    const found = await get('/v1/order/orders/getClientOrder', { clientOrderId: 'twin' });
    expect(String((found.body['data'] as Json)['id'])).toBe(second);
    await post('/v1/order/orders/submitCancelClientOrder', { 'client-order-id': 'twin' });
    expect(rows(await get('/v1/order/openOrders')).map(({ id }) => String(id))).toEqual([first]);
  });

  it.each([
    ['require-account-id: Parameter `account-id` is required.', { 'account-id': undefined }],
    [
      'account-frozen-account-inexistent-error: account for id 68,824,237 and user id 1 does not exist',
      { 'account-id': '68824237' },
    ],
    ['account-frozen-account-inexistent-error: account for id 10 and user id 1 does not exist', { 'account-id': '10' }],
    ['require-symbol: Parameter `symbol` is required.', { symbol: undefined }],
    [/^base-symbol-error/, { symbol: 'EOSUSDT' }],
    ['require-type: Parameter `type` is required.', { type: undefined }],
    [/^order-type-invalid/, { type: 'buy' }],
    ['require-amount: Parameter `amount` is required.', { amount: undefined }],
    [/^invalid-amount/, { amount: '1e3' }],
    [/^invalid-amount/, { amount: '-1' }],
    [/^invalid-client-order-id/, { 'client-order-id': 'with space' }],
    [/^invalid-client-order-id/, { 'client-order-id': 'x'.repeat(65) }],
    [/^order-invalid-price/, { price: undefined }],
    [/^order-invalid-price/, { price: '0', amount: '10' }],
    [/^order-invalid-price/, { type: 'sell-market' }],
    [/^order-orderamount-precision-error/, { amount: '10.01' }],
    [/^order-orderprice-precision-error/, { price: '0.80001' }],
    [/^order-limitorder-amount-min-error/, { amount: '0' }],
    [/^order-limitorder-amount-max-error/, { amount: '1000000.1' }],
    ['order-value-min-error: Order total cannot be lower than: 1 USDT', { amount: '1' }],
    [
      'order-value-min-error: Order total cannot be lower than: 1 USDT',
      { type: 'buy-market', amount: '0.9', price: undefined },
    ],
    [/^order-orderamount-precision-error/, { type: 'buy-market', amount: '10.05', price: undefined }],
    [/^order-marketorder-amount-min-error/, { type: 'sell-market', amount: '0', price: undefined }],
    [/^order-marketorder-amount-sell-max-error/, { type: 'sell-market', amount: '2000000', price: undefined }],
    [
      'account-frozen-balance-insufficient-error: trade account balance is not enough, left: 100000',
      { amount: '200000' },
    ],
  ])('is refused with %s', async (expected, fields) => {
    const { post, venue } = htxBench();
    const answer = await post(PLACE, limitOrder(fields));
    expect([answer.status, answer.body['status'], answer.body['data']]).toEqual([200, 'error', null]);
    if (typeof expected === 'string') expect(refusal(answer)).toBe(expected);
    else expect(refusal(answer)).toMatch(expected);
    expect(venue.orders(1, null)).toEqual([]);
  });

  test('outside the price band around the last trade is refused', async () => {
    const { post, venue, other } = htxBench();
    venue.place(1, order('SELL', '1', '10'), RULES);
    other('BUY', '1', '10');
    expect(refusal(await post(PLACE, limitOrder({ price: '1.1001' })))).toMatch(
      /^order-limitorder-price-buy-max-error/,
    );
    expect(refusal(await post(PLACE, limitOrder({ type: 'sell-limit', price: '0.8999' })))).toMatch(
      /^order-limitorder-price-sell-min-error/,
    );
    expect((await post(PLACE, limitOrder({ price: '1.1' }))).body['status']).toBe('ok');
  });

  test('checks stand in order: what is wrong with the account is told before what is wrong with the price', async () => {
    const { post } = htxBench();
    const wrong = limitOrder({ 'account-id': '1', symbol: 'nope', type: 'x', amount: 'y', price: 'z' });
    const told: string[] = [];
    for (const fix of [
      {},
      { 'account-id': ACCOUNT_ID },
      { symbol: 'eosusdt' },
      { type: 'buy-limit' },
      { amount: '10' },
    ]) {
      Object.assign(wrong, fix);
      told.push(String((await post(PLACE, wrong)).body['err-code']));
    }
    expect(told).toEqual([
      'account-frozen-account-inexistent-error',
      'base-symbol-error',
      'order-type-invalid',
      'invalid-amount',
      'order-invalid-price',
    ]);
  });

  test('a crossing limit-maker is refused where the exchange is set so', async () => {
    const { post, other } = htxBench({ crossingLimitMaker: 'refuse' });
    other('SELL', '0.8', '10');
    expect(refusal(await post(PLACE, limitOrder({ type: 'buy-limit-maker' })))).toMatch(/^order-limitorder-price/);
  });

  test('in a batch each order stands for itself, in the order of the request', async () => {
    const { post } = htxBench();
    const answer = await post('/v1/order/batch-orders', [
      limitOrder({ 'client-order-id': '2345' }),
      limitOrder({ 'client-order-id': '23456', amount: '1' }),
    ]);
    expect(answer.body).toEqual({
      status: 'ok',
      data: [
        { 'order-id': 1_474_908_579_893_191, 'client-order-id': '2345' },
        {
          'client-order-id': '23456',
          'err-code': 'order-value-min-error',
          'err-msg': 'Order total cannot be lower than: 1 USDT',
        },
      ],
    });
    for (const orders of [[], Array.from({ length: 11 }, () => limitOrder()), {}])
      expect((await post('/v1/order/batch-orders', orders)).body['status']).toBe('error');
  });

  test('order ids beyond 2^53 are exact in every answer', async () => {
    const firstOrderId = 9_223_372_036_854_775_000n;
    const { place, get } = htxBench({}, { firstOrderId });
    expect(await place()).toBe('9223372036854775000');
    expect((await get('/v1/order/openOrders')).text).toContain('"id":9223372036854775000,');
    expect((await get('/v1/order/orders/9223372036854775000')).text).toContain('"id":9223372036854775000,');
  });
});

describe('queries', () => {
  test('rows have the names and the padding of their endpoint', async () => {
    const { place, get, other } = htxBench();
    const id = await place({ 'client-order-id': 'k1' });
    other('SELL', '0.8', '4');
    expect(rows(await get('/v1/order/openOrders', { 'account-id': ACCOUNT_ID, symbol: 'eosusdt' }))[0]).toEqual({
      id: Number(id),
      symbol: 'eosusdt',
      'account-id': 11,
      'account-type': 'spot',
      'client-order-id': 'k1',
      price: '0.800000000000000000',
      amount: '10.000000000000000000',
      'created-at': expect.any(Number) as number,
      type: 'buy-limit',
      state: 'partial-filled',
      source: 'api',
      'filled-amount': '4.000000000000000000',
      'filled-cash-amount': '3.200000000000000000',
      'filled-fees': expect.stringMatching(/^0\.\d{18}$/) as string,
      'ice-amount': '0.0',
    });
    const one = (await get(`/v1/order/orders/${id}`)).body['data'] as Json;
    expect(one).toMatchObject({ 'field-amount': '4.000000000000000000', 'finished-at': 0, source: 'spot-api' });
    expect((await get('/v1/order/orders/getClientOrder', { clientOrderId: 'k1' })).body['data']).toEqual(one);
    expect(rows(await get(`/v1/order/orders/${id}/matchresults`))).toEqual([
      expect.objectContaining({
        'order-id': Number(id),
        symbol: 'eosusdt',
        type: 'buy-limit',
        price: '0.8',
        'filled-amount': '4',
        'fee-currency': 'eos',
        role: 'maker',
      }),
    ]);
  });

  test('open orders in pages: from is inclusive, both directions', async () => {
    const bench = htxBench();
    const ids = rest(bench, 250);
    const page = async (query: Record<string, string>): Promise<string[]> =>
      rows(await bench.get('/v1/order/openOrders', query)).map(({ id }) => String(id));
    expect(await page({})).toEqual(ids.slice(150).reverse());
    expect(await page({ size: '500' })).toEqual(ids.toReversed());
    expect(await page({ size: '3', from: ids[100] ?? '', direct: 'next' })).toEqual([ids[100], ids[99], ids[98]]);
    expect(await page({ size: '3', from: ids[100] ?? '', direct: 'prev' })).toEqual([ids[100], ids[101], ids[102]]);
    expect(await page({ side: 'sell' })).toEqual([]);
    expect(await page({ types: 'buy-limit', size: '1' })).toEqual([ids[249]]);
  });

  test('an unknown order is told as such, in four ways', async () => {
    const { get } = htxBench();
    expect(refusal(await get('/v1/order/orders/123'))).toBe('base-record-invalid: record invalid');
    expect(refusal(await get('/v1/order/orders/123/matchresults'))).toBe('base-record-invalid: record invalid');
    expect(refusal(await get('/v1/order/orders/getClientOrder', { clientOrderId: 'x' }))).toBe(
      'base-record-invalid: record invalid',
    );
    expect(refusal(await get('/v1/order/orders/abc'))).toBe('validation-format-error: Format Error: order-id.');
  });

  test('another account’s orders are not there', async () => {
    const { place, get } = htxBench();
    const id = await place();
    expect(rows(await get('/v1/order/openOrders', {}, OTHER))).toEqual([]);
    expect(refusal(await get(`/v1/order/orders/${id}`, {}, OTHER))).toBe('base-record-invalid: record invalid');
  });

  test('canceled without a fill: gone from queries two hours after its cancel; with a fill it stays', async () => {
    const { place, post, get, clock, other } = htxBench();
    const [empty, partly] = [await place(), await place({ price: '0.9' })];
    other('SELL', '0.9', '1');
    for (const id of [empty, partly]) await post(`/v1/order/orders/${id}/submitcancel`);
    const state = async (id: string): Promise<unknown> => {
      const { body } = await get(`/v1/order/orders/${id}`);
      return (body['data'] as Json | null)?.['state'] ?? body['err-code'];
    };
    await clock.advance(2 * HOUR - 10_000);
    expect([await state(empty), await state(partly)]).toEqual(['canceled', 'partial-canceled']);
    await clock.advance(20_000);
    expect([await state(empty), await state(partly)]).toEqual(['base-record-invalid', 'partial-canceled']);
    const history = await get('/v1/order/orders', { symbol: 'eosusdt', states: 'canceled,partial-canceled' });
    expect(rows(history).map(({ id }) => String(id))).toEqual([partly]);
  });

  test('a client id resolves for two hours from creation once the order is done', async () => {
    const { place, get, other, clock, post } = htxBench();
    await place({ 'client-order-id': 'done' });
    other('SELL', '0.8', '10');
    await place({ 'client-order-id': 'open' });
    await clock.advance(2 * HOUR + 1000);
    const find = async (clientOrderId: string): Promise<unknown> =>
      (await get('/v1/order/orders/getClientOrder', { clientOrderId })).body['status'];
    expect([await find('done'), await find('open')]).toEqual(['error', 'ok']);
    expect((await post('/v1/order/orders/submitCancelClientOrder', { 'client-order-id': 'done' })).body).toEqual({
      status: 'ok',
      data: 0,
    });
  });

  test('history and fills take windows of 48 hours', async () => {
    const { get, clock, place, other } = htxBench();
    await place();
    other('SELL', '0.8', '10');
    const now = clock.now();
    const ask = (path: string, start: number, end: number): Promise<{ body: Json }> =>
      get(path, { symbol: 'eosusdt', states: 'filled', 'start-time': String(start), 'end-time': String(end) });
    for (const path of ['/v1/order/orders', '/v1/order/history', '/v1/order/matchresults']) {
      expect(rows(await ask(path, now - HOUR, now + 1000))).toHaveLength(1);
      expect(rows(await ask(path, now - 3 * HOUR, now - HOUR))).toEqual([]);
      expect((await ask(path, now - 49 * HOUR, now)).body['err-code']).toBe('invalid-interval');
      expect((await ask(path, now, now - 1)).body['err-code']).toBe('invalid-interval');
      expect((await ask(path, now - HOUR + 0.5, now)).body['err-code']).toBe('invalid-start-time');
      expect((await ask(path, now - HOUR, now - 0.5)).body['err-code']).toBe('invalid-end-time');
    }
    expect(refusal(await get('/v1/order/orders', { symbol: 'eosusdt' }))).toMatch(/^require-states/);
  });

  test('fills in pages by record id', async () => {
    const { get, place, other } = htxBench();
    await place({ amount: '100' });
    for (let index = 0; index < 12; index++) other('SELL', '0.8', '2');
    const all = rows(await get('/v1/order/matchresults', { symbol: 'eosusdt' })).map(({ id }) => String(id));
    expect(all).toHaveLength(12);
    const page = await get('/v1/order/matchresults', {
      symbol: 'eosusdt',
      from: all[4] ?? '',
      direct: 'next',
      size: '5',
    });
    expect(rows(page).map(({ id }) => String(id))).toEqual(all.slice(4, 9));
  });

  test('fills of several symbols have ids of their own that grow with time, so that pages miss none', async () => {
    const { get, place, other, venue, clock } = htxBench();
    await place({ amount: '100' });
    await place({ symbol: 'bnbusdt', amount: '2', price: '0.9' });
    for (let index = 0; index < 10; index++) {
      venue.place(2, order('SELL', '0.9', '0.1', { symbol: 'BNB/USDT' }), RULES);
      other('SELL', '0.8', '2');
      // Some in the same millisecond.
      if (index % 3 === 0) await clock.advance(5);
    }
    // Both sides of one trade are the account's own.
    await place({ type: 'sell-limit', amount: '2', price: '0.8' });
    const all = rows(await get('/v1/order/matchresults')).map(({ id }) => Number(id));
    expect(all).toHaveLength(22);
    expect(all).toEqual([...new Set(all)].toSorted((a, b) => b - a));
    const paged: number[] = [];
    for (let from = '', size = 0; size !== paged.length || size === 0;) {
      size = paged.length;
      const answer = await get('/v1/order/matchresults', {
        direct: 'next',
        size: '5',
        ...(from === '' ? {} : { from }),
      });
      for (const { id } of rows(answer)) if (!paged.includes(Number(id))) paged.push(Number(id));
      from = String(paged.at(-1));
    }
    expect(paged).toEqual(all);
  });

  test('lists keep to the types asked for', async () => {
    const { get, place, other } = htxBench();
    for (const type of ['buy-limit', 'buy-ioc', 'buy-limit-maker']) {
      await place({ type, amount: '10', price: '0.7' });
      other('SELL', '0.7', '10');
    }
    const types = async (path: string, wanted: string): Promise<unknown[]> =>
      rows(await get(path, { symbol: 'eosusdt', states: 'filled,canceled', types: wanted })).map(({ type }) => type);
    for (const path of ['/v1/order/orders', '/v1/order/history']) {
      expect(await types(path, 'buy-ioc')).toEqual(['buy-ioc']);
      expect(await types(path, 'buy-limit,buy-limit-maker')).toEqual(['buy-limit-maker', 'buy-limit']);
      expect(await types(path, 'sell-limit')).toEqual([]);
    }
    expect(await types('/v1/order/matchresults', 'buy-limit')).toEqual(['buy-limit']);
    expect(await types('/v1/order/matchresults', 'sell-limit')).toEqual([]);
  });

  test('history says where its next page begins, in time, until there is none', async () => {
    const { get, place, other, clock } = htxBench();
    const made: string[] = [];
    for (let index = 0; index < 25; index++) {
      made.push(await place());
      other('SELL', '0.8', '10');
      await clock.advance(10);
    }
    for (const [direct, edge, expected] of [
      ['next', 'end-time', made.toReversed()],
      ['prev', 'start-time', made],
    ] as const) {
      const seen: string[] = [];
      let query: Record<string, string> = {};
      for (let pages = 0; pages < 3; pages++) {
        const answer = await get('/v1/order/history', { symbol: 'eosusdt', direct, size: '10', ...query });
        seen.push(...rows(answer).map(({ id }) => String(id)));
        const next = answer.body['next-time'];
        expect(next === undefined).toBe(pages === 2);
        query = { [edge]: String(next) };
      }
      expect(seen).toEqual(expected);
    }
    expect((await get('/v1/order/orders', { states: 'filled', size: '10' })).body).not.toHaveProperty('next-time');
  });

  test('fee rates of up to ten symbols', async () => {
    const { get } = htxBench();
    expect((await get('/v2/reference/transact-fee-rate', { symbols: 'eosusdt' })).body).toMatchObject({
      code: 200,
      data: [{ symbol: 'eosusdt', makerFeeRate: expect.any(String) as string }],
      success: true,
    });
  });
});

describe('canceling', () => {
  test('by id: ok once, then the state of the end', async () => {
    const { place, post, other, clock } = htxBench();
    const [canceled, filled, partly] = [await place(), await place({ price: '0.9' }), await place({ price: '0.85' })];
    other('SELL', '0.9', '10');
    other('SELL', '0.85', '3');
    const cancel = (id: string): Promise<{ body: Json }> => post(`/v1/order/orders/${id}/submitcancel`);
    expect((await cancel(canceled)).body).toEqual({ status: 'ok', data: canceled });
    expect((await cancel(partly)).body['status']).toBe('ok');
    expect((await cancel(canceled)).body).toEqual({
      status: 'error',
      'err-code': 'order-orderstate-error',
      'err-msg': 'Incorrect order state',
      'order-state': 7,
      data: null,
    });
    expect((await cancel(filled)).body['order-state']).toBe(6);
    expect((await cancel(partly)).body['order-state']).toBe(5);
    expect(refusal(await cancel('999'))).toBe('base-not-found: The record is not found.');
    expect(refusal(await cancel('x'))).toBe('validation-format-error: Format Error: order-id.');
    await clock.advance(2 * HOUR + 1000);
    expect((await cancel(filled)).body['order-state']).toBe(-1);
  });

  test('by client id: ok covers everything, the code tells', async () => {
    const { place, post, other } = htxBench();
    const cancel = async (id: string): Promise<unknown> =>
      (await post('/v1/order/orders/submitCancelClientOrder', { 'client-order-id': id })).body['data'];
    for (const id of ['a', 'b']) await place({ 'client-order-id': id });
    other('SELL', '0.8', '10');
    expect([await cancel('a'), await cancel('b'), await cancel('b'), await cancel('c')]).toEqual([6, 10, 7, 0]);
    expect(refusal(await post('/v1/order/orders/submitCancelClientOrder', {}))).toBe(
      'validation-constraints-required: Field is missing: client-order-id.',
    );
  });

  test('in batches of one kind of id', async () => {
    const { place, post } = htxBench();
    const first = await place({ 'client-order-id': 'first' });
    const second = await place();
    const batch = async (body: Json): Promise<Json> => (await post('/v1/order/orders/batchcancel', body)).body;
    expect(await batch({ 'order-ids': [second] })).toEqual({ status: 'ok', data: { success: [second], failed: [] } });
    await post(`/v1/order/orders/${first}/submitcancel`);
    expect(await batch({ 'client-order-ids': ['first', 'third'] })).toEqual({
      status: 'ok',
      data: {
        success: [],
        failed: [
          {
            'err-msg': 'Incorrect order state',
            'order-state': 7,
            'order-id': '',
            'err-code': 'order-orderstate-error',
            'client-order-id': 'first',
          },
          {
            'err-msg': 'The record is not found.',
            'order-id': '',
            'err-code': 'base-not-found',
            'client-order-id': 'third',
          },
        ],
      },
    });
    expect((await batch({ 'order-ids': [] }))['err-code']).toBe('batchcancel-order-id-list-empty');
    expect((await batch({ 'order-ids': Array.from({ length: 51 }, () => '1') }))['status']).toBe('error');
    expect((await batch({ 'order-ids': ['1'], 'client-order-ids': ['1'] }))['status']).toBe('error');
  });

  test('everything open, a hundred a call: next-id is the next one, then -1', async () => {
    const bench = htxBench();
    const ids = rest(bench, 230);
    const cancel = async (body: Json): Promise<Json> =>
      (await bench.post('/v1/order/orders/batchCancelOpenOrders', body)).body['data'] as Json;
    expect(await cancel({ symbol: 'bnbusdt' })).toEqual({ 'success-count': 0, 'failed-count': 0, 'next-id': -1 });
    expect(await cancel({ side: 'sell' })).toMatchObject({ 'success-count': 0 });
    expect(await cancel({ 'account-id': ACCOUNT_ID, symbol: 'eosusdt,bnbusdt', size: 30 })).toEqual({
      'success-count': 30,
      'failed-count': 0,
      'next-id': Number(ids[30]),
    });
    const counts: unknown[] = [];
    for (let next: unknown = 0; next !== -1;) {
      const answer = await cancel({ symbol: 'eosusdt' });
      counts.push(answer['success-count']);
      next = answer['next-id'];
    }
    expect(counts).toEqual([100, 100]);
    expect(bench.venue.openOrders(1, null)).toEqual([]);
    expect((await bench.post('/v1/order/orders/batchCancelOpenOrders', { size: 101 })).body['status']).toBe('error');
  });

  test('a GET cancels all of a symbol, once in two seconds', async () => {
    const bench = htxBench();
    rest(bench, 3);
    const answer = await bench.get('/v1/order/cancelAllOrders', { symbol: 'eosusdt' });
    expect(answer.body).toEqual({ status: 'ok', data: true });
    expect(bench.venue.openOrders(1, null)).toEqual([]);
    expect((await bench.get('/v1/order/cancelAllOrders')).status).toBe(429);
  });
});

describe('the order socket', () => {
  test('answers as REST does, with the cid', async () => {
    const { open, clock, venue } = htxBench();
    const socket = await open('/ws/trade');
    expect(await socket.call({ cid: '0', ch: 'create-order', params: limitOrder() })).toMatchObject({
      status: 'error',
      'err-code': 'login-required',
      cid: '0',
    });
    socket.send(loginFrame('/ws/trade', DEMO, clock.now()));
    await socket.next(({ ch }) => ch === 'auth');
    expect(
      await socket.call({ cid: '1', ch: 'create-order', params: limitOrder({ 'client-order-id': 'k1' }) }),
    ).toEqual({
      status: 'ok',
      data: '1474908579893191',
      clientOrderId: 'k1',
      cid: '1',
    });
    expect(await socket.call({ cid: '2', ch: 'create-order', params: limitOrder({ amount: '1' }) })).toMatchObject({
      status: 'error',
      'err-code': 'order-value-min-error',
      cid: '2',
    });
    expect(
      await socket.call({ cid: '3', ch: 'create-batchorder', params: [limitOrder(), limitOrder()] }),
    ).toMatchObject({
      status: 'ok',
      data: [{ 'client-order-id': '' }, { 'client-order-id': '' }],
    });
    expect(
      await socket.call({ cid: '4', ch: 'cancel', params: { 'order-ids': ['1474908579893191', '5'] } }),
    ).toMatchObject({
      status: 'ok',
      data: { success: ['1474908579893191'], failed: [{ 'order-id': '5', 'err-code': 'base-not-found' }] },
    });
    expect(await socket.call({ cid: '5', ch: 'cancelall', params: { symbol: 'eosusdt' } })).toEqual({
      status: 'ok',
      data: { 'success-count': 2, 'failed-count': 0, 'next-id': -1 },
      cid: '5',
    });
    expect(await socket.call({ cid: '6', ch: 'nonsense' })).toMatchObject({ status: 'error', cid: '6' });
    expect(socket.compressed).toBe(false);
    expect(venue.openOrders(1, null)).toEqual([]);
  });

  test('a gateway error page cannot come over it: the connection ends', async () => {
    const { open, clock, exchange } = htxBench();
    const socket = await open('/ws/trade');
    socket.send(loginFrame('/ws/trade', DEMO, clock.now()));
    await socket.next();
    exchange.faults.inject({ fault: 'server-error-executed', operation: 'create' });
    socket.send({ cid: '1', ch: 'create-order', params: limitOrder() });
    await clock.advance(1000);
    expect(socket.closed).toMatchObject({ code: 1011 });
  });
});

describe('what is no answer yet, or none any more', () => {
  it('a cancel is queued: asked again it is under way, and a fill in between wins (5.5, 14 point 5)', async () => {
    const bench = htxBench({ cancelTakesMs: 50 });
    const stream = await bench.stream('orders#*');
    const taken = await bench.place();
    const gone = await bench.place({ price: '0.7' });
    for (const id of [taken, gone])
      expect((await bench.post(`/v1/order/orders/${id}/submitcancel`)).body['status']).toBe('ok');
    expect((await bench.post(`/v1/order/orders/${gone}/submitcancel`)).body).toMatchObject({
      'err-code': 'order-orderstate-error',
      'order-state': 10,
    });
    bench.other('SELL', '0.8', '10');
    await bench.clock.advance(200);
    expect(
      stream.pushes('orders#*').map(({ orderId, orderStatus }) => `${String(orderId)} ${String(orderStatus)}`),
    ).toEqual([`${taken} submitted`, `${gone} submitted`, `${taken} filled`, `${gone} canceled`]);
    expect((await bench.post(`/v1/order/orders/${taken}/submitcancel`)).body).toMatchObject({ 'order-state': 6 });
  });

  it('an unfinished order is found by its client id for eight hours (5.3)', async () => {
    const { clock, get, place } = htxBench();
    await place({ 'client-order-id': 'k1' });
    const find = async (): Promise<unknown> =>
      (await get('/v1/order/orders/getClientOrder', { clientOrderId: 'k1' })).body['status'];
    await clock.advance(8 * 3_600_000 - 1_000);
    expect(await find()).toBe('ok');
    await clock.advance(2_000);
    expect(await find()).toBe('error');
  });

  it('a market buy has a most that it may spend, and the rules say so', async () => {
    const { get, post } = htxBench();
    const { body } = await get('/v1/settings/common/market-symbols');
    expect(body['data']).toMatchObject([{ bmmaxov: 1_000_000 }, {}]);
    const buy = limitOrder({ type: 'buy-market', amount: '1000001', price: undefined });
    expect((await post('/v1/order/orders/place', buy)).body['err-code']).toBe('order-marketorder-amount-buy-max-error');
  });

  it('a refusal for rate may come with HTTP 200, like every other code (5.0)', async () => {
    const { post } = htxBench({ rateStatus: 200 });
    for (let index = 0; index < 100; index++) await post('/v1/order/orders/place', limitOrder({ amount: '2' }));
    const { status, body } = await post('/v1/order/orders/place', limitOrder());
    expect([status, body['err-code']]).toEqual([200, 'base-request-exceed-frequency-limit']);
  });
});
