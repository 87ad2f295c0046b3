// Orders over REST: two-level codes, refusals in the exchange's words, lists page by page, and what vanishes when (okx.md 5, 6, 9, 11).
import { describe, expect, it, test } from 'vitest';
import { d, order, RULES } from '../support.ts';
import { DEMO, FIRST_ORDER_ID, OTHER, limitOrder, okxBench, sign, type Bench, type Json } from './support.ts';

const ORDER = '/api/v5/trade/order';

async function place(bench: Bench, px: string, extra: Json = {}): Promise<string> {
  const { data } = await bench.post(ORDER, limitOrder('buy', px, '10', extra));
  return String(data[0]?.['ordId']);
}

describe('placing', () => {
  test('answers with the envelope and item of the reference', async () => {
    const { post } = okxBench();
    const { status, body } = await post(ORDER, limitOrder('buy', '0.8', '10', { clOrdId: 'b15', tag: 'grid1' }));
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['code', 'msg', 'data', 'inTime', 'outTime']);
    expect(body).toMatchObject({ code: '0', msg: '', inTime: expect.stringMatching(/^\d{16}$/) as string });
    expect((body['data'] as Json[])[0]).toEqual({
      clOrdId: 'b15',
      ordId: String(FIRST_ORDER_ID),
      tag: 'grid1',
      ts: expect.stringMatching(/^\d{13}$/) as string,
      sCode: '0',
      sMsg: 'Order placed',
      subCode: '',
    });
  });

  it.each([
    ['51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.", { instId: 'NOPE-USDT' }],
    ['51000', 'Parameter side error ', { side: 'BUY' }],
    ['51000', 'Parameter ordType error ', { ordType: 'gtc' }],
    ['51000', 'Parameter px error ', { px: '' }],
    ['51000', 'Parameter sz error ', { sz: '-1' }],
    ['51000', 'Parameter sz error ', { sz: '0' }],
    ['51150', null, { px: '0.80001' }],
    ['51121', 'Order quantity must be a multiple of the lot size.', { sz: '10.05' }],
    ['51020', 'Your order should meet or exceed the minimum order amount.', { sz: '0.01' }],
    ['51005', null, { sz: '2000000' }],
    ['51000', 'Parameter clOrdId error ', { clOrdId: 'with-hyphen' }],
    ['51000', 'Parameter clOrdId error ', { clOrdId: 'x'.repeat(33) }],
    ['51000', 'Parameter tag error ', { tag: 'much-too-long-tag' }],
    ['51000', 'Parameter tdMode error ', { tdMode: '' }],
    ['51010', null, { tdMode: 'cross' }],
    ['51000', 'Parameter stpMode error ', { stpMode: 'none' }],
    ['54036', null, { stpMode: 'cancel_both', ordType: 'fok' }],
    ['51008', 'Order failed. Insufficient USDT balance in account', { px: '100000' }],
  ])('%s %s inside code 1', async (sCode, sMsg, change) => {
    const { post, venue } = okxBench();
    const { status, body } = await post(ORDER, limitOrder('buy', '0.8', '10', change));
    expect([status, body['code'], body['msg']]).toEqual([200, '1', 'All operations failed']);
    expect((body['data'] as Json[])[0]).toMatchObject({
      ordId: '',
      sCode,
      sMsg: sMsg ?? (expect.any(String) as string),
      subCode: sCode === '51008' ? '1000' : '',
    });
    expect(venue.orders(1, null)).toEqual([]);
  });

  test('51016 while the first order is pending; afterwards the id is free again', async () => {
    const bench = okxBench();
    await place(bench, '0.8', { clOrdId: 'same' });
    const again = await bench.post(ORDER, limitOrder('buy', '0.7', '10', { clOrdId: 'same' }));
    expect(again.data[0]).toMatchObject({
      sCode: '51016',
      sMsg: 'Client order ID already exists.',
      ordId: '',
      clOrdId: 'same',
    });
    await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', clOrdId: 'same' });
    expect(await place(bench, '0.7', { clOrdId: 'same' })).toMatch(/^\d{19}$/);
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&clOrdId=same`)).data[0]).toMatchObject({
      px: '0.7',
      state: 'live',
    });
  });

  test('many orders without a client id', async () => {
    const bench = okxBench();
    await place(bench, '0.8');
    expect(await place(bench, '0.7')).toMatch(/^\d{19}$/);
  });

  test('market orders: base on request, base by default when selling', async () => {
    const bench = okxBench();
    bench.venue.place(2, order('SELL', '0.8', '100'), RULES);
    bench.venue.place(2, order('BUY', '0.7', '100'), RULES);
    const market = { instId: 'EOS-USDT', tdMode: 'cash', ordType: 'market' };
    await bench.post(ORDER, { ...market, side: 'buy', sz: '10', tgtCcy: 'base_ccy' });
    await bench.post(ORDER, { ...market, side: 'sell', sz: '5' });
    const rows = (await bench.get('/api/v5/trade/orders-history?instType=SPOT')).data;
    expect(rows.map(({ side, sz, accFillSz, tgtCcy }) => [side, sz, accFillSz, tgtCcy])).toEqual([
      ['sell', '5', '5', 'base_ccy'],
      ['buy', '10', '10', 'base_ccy'],
    ]);
  });

  test('in multi-currency mode spot is cross, cash is refused, and a market buy is by quote whatever it says', async () => {
    const bench = okxBench({ accountLevel: 3 });
    bench.venue.place(2, order('SELL', '0.8', '100'), RULES);
    const cash = await bench.post(ORDER, limitOrder('buy', '0.7', '10'));
    expect(cash.data[0]).toMatchObject({ sCode: '51000', sMsg: 'Parameter tdMode error ' });
    const cross = { instId: 'EOS-USDT', tdMode: 'cross', side: 'buy', ordType: 'market', sz: '8', tgtCcy: 'base_ccy' };
    await bench.post(ORDER, cross);
    expect((await bench.get('/api/v5/trade/orders-history?instType=SPOT')).data[0]).toMatchObject({
      accFillSz: '10',
      tdMode: 'cross',
      ccy: 'USDT',
    });
    const poor = await bench.post(ORDER, limitOrder('buy', '100000', '10', { tdMode: 'cross' }));
    expect(poor.data[0]).toMatchObject({
      sCode: '51008',
      subCode: '1001',
      sMsg: 'Order failed. Insufficient USDT margin in account ',
    });
    expect((await bench.get('/api/v5/account/config')).data[0]).toMatchObject({ acctLv: '3', uid: '1' });
  });

  test.each([
    ['buy', 'quote_ccy', '200000', '100000', '125000'],
    ['buy', 'base_ccy', '200000', '119999.8', '119999.8'],
    ['sell', 'base_ccy', '200000', '100000', '100000'],
  ])(
    'a market %s (%s) that the funds are short of is trimmed, unless banAmend',
    async (side, tgtCcy, sz, size, filled) => {
      const bench = okxBench();
      const other = side === 'buy' ? 'SELL' : 'BUY';
      // A buy by quantity pays 99,999 EOS at 0.8 and the rest at 1.
      const prices = tgtCcy === 'quote_ccy' ? ['0.8'] : side === 'buy' ? ['0.8', '1'] : ['0.8'];
      for (const price of prices) {
        bench.venue.deposit(2, 'EOS', d('1000000'));
        bench.venue.deposit(2, 'USDT', d('1000000'));
        const quantity = prices.length === 2 && price === '0.8' ? '100000' : '900000';
        bench.venue.place(2, order(other, price, quantity), RULES);
      }
      bench.venue.place(2, order(side === 'buy' ? 'BUY' : 'SELL', '0.8', '1'), RULES);
      const market = { instId: 'EOS-USDT', tdMode: 'cash', side, ordType: 'market', sz, tgtCcy };
      const banned = await bench.post(ORDER, { ...market, banAmend: true });
      expect(banned.data[0]).toMatchObject({ sCode: '51008', subCode: '1000' });
      const { data } = await bench.post(ORDER, market);
      expect(data[0]).toMatchObject({ sCode: '0' });
      const [row] = (await bench.get('/api/v5/trade/orders-history?instType=SPOT')).data;
      expect(row).toMatchObject({ ordId: data[0]?.['ordId'], sz: size, accFillSz: filled, state: 'filled' });
      // Nothing is left to trim to.
      const poor = await bench.post(ORDER, { ...market, clOrdId: 'poor' });
      expect(poor.data[0]).toMatchObject({ sCode: '51008' });
    },
  );

  test.each([
    ['quote_ccy', '95238', '95239'],
    ['base_ccy', '119047', '119048'],
  ])(
    'a market buy (%s) must be covered with a twentieth to spare, where it may not be trimmed (okx.md 5.4, 18)',
    async (tgtCcy, most, more) => {
      const bench = okxBench();
      bench.venue.deposit(2, 'EOS', d('1000000'));
      bench.venue.place(2, order('SELL', '0.8', '900000'), RULES);
      bench.venue.place(2, order('BUY', '0.8', '1'), RULES);
      const market = { instId: 'EOS-USDT', tdMode: 'cash', side: 'buy', ordType: 'market', tgtCcy };
      const refused = await bench.post(ORDER, { ...market, sz: more, banAmend: true });
      expect(refused.data[0]).toMatchObject({ sCode: '51008', subCode: '1000' });
      expect((await bench.post(ORDER, { ...market, sz: most, banAmend: true })).data[0]).toMatchObject({ sCode: '0' });
    },
  );

  test('a sale for more than the coins are worth is refused: in what unit it would be trimmed is not documented', async () => {
    const bench = okxBench();
    bench.venue.deposit(2, 'USDT', d('1000000'));
    bench.venue.place(2, order('BUY', '0.8', '900000'), RULES);
    const market = {
      instId: 'EOS-USDT',
      tdMode: 'cash',
      side: 'sell',
      ordType: 'market',
      sz: '90000',
      tgtCcy: 'quote_ccy',
    };
    expect((await bench.post(ORDER, market)).data[0]).toMatchObject({ sCode: '51008' });
    expect((await bench.post(ORDER, { ...market, sz: '70000' })).data[0]).toMatchObject({ sCode: '0' });
  });

  test('51006 outside the price limit, or at its edge when the client allows that', async () => {
    const bench = okxBench({ priceBand: '0.05' });
    bench.venue.house.quote('EOS/USDT', 'SELL', d('1.0001'), d('1'));
    bench.venue.house.take('EOS/USDT', 'BUY', null, d('1'));
    const high = '1.2';
    const refused = await bench.post(ORDER, limitOrder('buy', high, '10'));
    expect(refused.data[0]).toMatchObject({
      sCode: '51006',
      sMsg: expect.stringContaining('max buy price: 1.0501 ') as string,
    });
    await bench.post(ORDER, limitOrder('buy', high, '10', { pxAmendType: '1' }));
    expect((await bench.get('/api/v5/trade/orders-pending')).data[0]).toMatchObject({ px: '1.0501' });
  });

  test('a batch: each item its own verdict, code 2 when only some are well', async () => {
    const { post } = okxBench();
    const { body, data } = await post('/api/v5/trade/batch-orders', [
      limitOrder('buy', '0.8', '10', { clOrdId: 'a1' }),
      limitOrder('buy', '100000', '10', { clOrdId: 'a2' }),
    ]);
    expect([body['code'], body['msg']]).toEqual(['2', 'Bulk operation partially succeeded.']);
    expect(data.map(({ clOrdId, sCode }) => [clOrdId, sCode])).toEqual([['a1', '0'], ['a2', '51008']]); // prettier-ignore
    const tooMany = Array.from({ length: 21 }, () => limitOrder('buy', '0.8', '10'));
    expect((await post('/api/v5/trade/batch-orders', tooMany)).body).toMatchObject({ code: '51111', data: [] });
  });

  test('expTime in the header: past on arrival is 50036; in the body it means nothing', async () => {
    const { post, clock, venue } = okxBench();
    const late = await post(ORDER, limitOrder('buy', '0.8', '10'), undefined, { expTime: String(clock.now() - 1) });
    expect(late.body).toMatchObject({ code: '50036', data: [] });
    expect(venue.orders(1, null)).toEqual([]);
    expect((await post(ORDER, limitOrder('buy', '0.8', '10', { expTime: '1' }))).body['code']).toBe('0');
    expect(
      (await post(ORDER, limitOrder('buy', '0.8', '10'), undefined, { expTime: String(clock.now() + 5000) })).body[
        'code'
      ],
    ).toBe('0');
  });

  it.each([
    ['50002', 400, '{"instId":', 'application/json'],
    ['50000', 400, '', 'application/json'],
    ['50006', 400, 'instId=EOS-USDT', 'application/x-www-form-urlencoded'],
  ])('%s: a body that is none', async (code, status, body, type) => {
    const bench = okxBench();
    const timestamp = new Date(bench.clock.now()).toISOString();
    const answer = await bench.raw('POST', ORDER, body, {
      'OK-ACCESS-KEY': DEMO.accessKey,
      'OK-ACCESS-SIGN': sign(DEMO.secretKey, `${timestamp}POST${ORDER}${body}`),
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-PASSPHRASE': DEMO.passphrase,
      'Content-Type': type,
    });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });
});

describe('canceling', () => {
  test('sCode 0 and no tag; a second time 51400', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8', { clOrdId: 'c1' });
    const { data, body } = await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId });
    expect(data[0]).toEqual({ clOrdId: 'c1', ordId, ts: expect.any(String) as string, sCode: '0', sMsg: '' });
    expect(body['code']).toBe('0');
    const again = await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId });
    expect(again.body['code']).toBe('1');
    expect(again.data[0]).toMatchObject({
      ordId,
      sCode: '51400',
      sMsg: 'Order cancellation failed as the order has been filled, canceled or does not exist.',
    });
  });

  test('a batch, with ordId winning over clOrdId, over instruments', async () => {
    const bench = okxBench();
    const first = await place(bench, '0.8', { clOrdId: 'c1' });
    await place(bench, '0.7', { clOrdId: 'c2' });
    const { body, data } = await bench.post('/api/v5/trade/cancel-batch-orders', [
      { instId: 'EOS-USDT', ordId: first, clOrdId: 'c2' },
      { instId: 'EOS-USDT', clOrdId: 'nobody' },
      { instId: 'EOS-USDT' },
      { clOrdId: 'c2' },
    ]);
    expect(body['code']).toBe('2');
    expect(data.map(({ sCode }) => sCode)).toEqual(['0', '51400', '51407', '50014']);
    expect(bench.venue.openOrders(1, null).map(({ clientOrderId }) => clientOrderId)).toEqual(['c2']);
    const tooMany = Array.from({ length: 21 }, () => ({ instId: 'EOS-USDT', ordId: first }));
    expect((await bench.post('/api/v5/trade/cancel-batch-orders', tooMany)).body).toMatchObject({ code: '51406' });
  });

  test('not of somebody else', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8');
    expect(
      (await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId }, OTHER)).data[0],
    ).toMatchObject({ sCode: '51400' });
  });

  test('amending is refused and leaves the order as it is', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8');
    const amend = (extra: Json): Promise<unknown> =>
      bench
        .post('/api/v5/trade/amend-order', { instId: 'EOS-USDT', reqId: 'r1', ...extra })
        .then(({ data }) => data[0]);
    expect(await amend({ ordId, newSz: '20' })).toMatchObject({ ordId, reqId: 'r1', sCode: '51506' });
    expect(await amend({ ordId })).toMatchObject({ sCode: '51500' });
    expect(await amend({ newSz: '20' })).toMatchObject({ sCode: '51003' });
    expect(await amend({ ordId: '1', newSz: '20' })).toMatchObject({ sCode: '51503' });
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${ordId}`)).data[0]).toMatchObject({
      sz: '10',
      state: 'live',
    });
  });
});

describe('asking', () => {
  test('one order, in REST form', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8', { clOrdId: 'q1' });
    const { data } = await bench.get(`${ORDER}?instId=EOS-USDT&clOrdId=q1`);
    expect(data[0]).toMatchObject({
      ordId,
      avgPx: '',
      posSide: 'net',
      lever: '',
      fillSz: '0',
      state: 'live',
      cancelSourceReason: '',
    });
    for (const absent of ['execType', 'fillFee', 'reqId', 'amendResult', 'code', 'msg', 'lastPx', 'notionalUsd']) {
      expect(data[0]).not.toHaveProperty(absent);
    }
    await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId });
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${ordId}`)).data[0]).toMatchObject({
      state: 'canceled',
      cancelSource: '1',
      cancelSourceReason: 'Order was canceled by you',
    });
  });

  test('51603 with HTTP 200 for an order that is not there, or somebody else’s', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8');
    for (const answer of [
      await bench.get(`${ORDER}?instId=EOS-USDT&clOrdId=nobody`),
      await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${ordId}`, OTHER),
    ]) {
      expect([answer.status, answer.body]).toEqual([200, { code: '51603', msg: 'Order does not exist', data: [] }]);
    }
  });

  test('the REST fill fields are those of the last fill', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8');
    bench.venue.place(2, order('SELL', '0.8', '4'), RULES);
    bench.venue.place(2, order('SELL', '0.8', '6'), RULES);
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${ordId}`)).data[0]).toMatchObject({
      state: 'filled', accFillSz: '10', fillSz: '6', fillPx: '0.8', avgPx: '0.8', fee: '-0.008', feeCcy: 'EOS',
    }); // prettier-ignore
  });

  test('pending orders: newest first, a hundred to a page, filters', async () => {
    const bench = okxBench({ limits: false });
    for (let index = 0; index < 105; index++) {
      await place(bench, '0.5', { clOrdId: `p${index}`, ordType: index === 3 ? 'post_only' : 'limit' });
    }
    const url = '/api/v5/trade/orders-pending';
    const first = (await bench.get(`${url}?instType=SPOT`)).data;
    expect(first).toHaveLength(100);
    expect(first[0]).toMatchObject({ clOrdId: 'p104' });
    const oldest = String(first.at(-1)?.['ordId']);
    const second = (await bench.get(`${url}?after=${oldest}&limit=100`)).data;
    expect(second.map(({ clOrdId }) => clOrdId)).toEqual(['p4', 'p3', 'p2', 'p1', 'p0']);
    expect((await bench.get(`${url}?before=${oldest}&limit=2`)).data).toHaveLength(2);
    expect((await bench.get(`${url}?ordType=post_only,fok`)).data.map(({ clOrdId }) => clOrdId)).toEqual(['p3']);
    expect((await bench.get(`${url}?instId=BNB-USDT`)).data).toEqual([]);
    expect((await bench.get(`${url}?instType=SWAP`)).data).toEqual([]);
    expect((await bench.get(`${url}?state=partially_filled`)).data).toEqual([]);
  });

  test('canceled without a fill: gone from every query after two hours; filled orders stay', async () => {
    const bench = okxBench();
    const canceled = await place(bench, '0.5');
    const filled = await place(bench, '0.8');
    bench.venue.place(2, order('SELL', '0.8', '10'), RULES);
    await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId: canceled });
    const history = async (): Promise<unknown[]> =>
      (await bench.get('/api/v5/trade/orders-history?instType=SPOT')).data.map(({ ordId }) => ordId);
    await bench.clock.advance(7_100_000);
    expect(await history()).toEqual([filled, canceled]);
    await bench.clock.advance(200_000);
    expect(await history()).toEqual([filled]);
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${canceled}`)).body['code']).toBe('51603');
    expect((await bench.get(`${ORDER}?instId=EOS-USDT&ordId=${filled}`)).data[0]).toMatchObject({ state: 'filled' });
  });

  test('history needs instType, and with begin runs oldest first', async () => {
    const bench = okxBench();
    const begin = bench.clock.now();
    const ids = [await place(bench, '0.5'), await place(bench, '0.6')];
    for (const ordId of ids) await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId });
    expect((await bench.get('/api/v5/trade/orders-history')).body['code']).toBe('50014');
    const rows = (await bench.get(`/api/v5/trade/orders-history-archive?instType=SPOT&begin=${begin}`)).data;
    expect(rows.map(({ ordId }) => ordId)).toEqual(ids);
  });

  test('fills: both sides, negative fees, paged by bill id', async () => {
    const bench = okxBench();
    const ordId = await place(bench, '0.8', { clOrdId: 'f1', tag: 't' });
    for (const _ of [1, 2, 3]) bench.venue.place(2, order('SELL', '0.8', '2'), RULES);
    const rows = (await bench.get('/api/v5/trade/fills?instType=SPOT')).data;
    expect(rows[0]).toMatchObject({
      instType: 'SPOT', instId: 'EOS-USDT', ordId, clOrdId: 'f1', tag: 't', subType: '1', side: 'buy', execType: 'M', fillPx: '0.8', fillSz: '2',
      fee: '-0.0016', feeCcy: 'EOS', feeRate: '-0.0008', posSide: 'net', billId: expect.stringMatching(/^\d{19}$/) as string,
    }); // prettier-ignore
    expect(new Set(rows.map(({ billId }) => billId)).size).toBe(3);
    const next = (await bench.get(`/api/v5/trade/fills-history?after=${String(rows[0]?.['billId'])}`)).data;
    expect(next).toEqual(rows.slice(1));
    const taker = (await bench.get(`/api/v5/trade/fills?ordId=${ordId}`, OTHER)).data;
    expect(taker).toEqual([]);
    expect((await bench.get('/api/v5/trade/fills', OTHER)).data[0]).toMatchObject({
      side: 'sell',
      execType: 'T',
      fee: '-0.0016',
      feeCcy: 'USDT',
      subType: '2',
    });
  });
});

describe('limits', () => {
  test('50011 with HTTP 429 and no data, per instrument; refilled with time', async () => {
    const bench = okxBench();
    const codes: unknown[] = [];
    for (let index = 0; index < 90; index++) {
      const { status, body } = await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId: '1' });
      codes.push(status === 200 ? body['code'] : body);
    }
    // The in-memory network takes 2 ms for each, so that a few more than the burst pass.
    const refused = codes.filter((code) => code !== '1');
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]).toEqual({ msg: 'Too Many Requests', code: '50011' });
    expect((await bench.post('/api/v5/trade/cancel-order', { instId: 'BNB-USDT', ordId: '1' })).status).toBe(200);
    expect((await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId: '1' }, OTHER)).status).toBe(
      200,
    );
    await bench.clock.advance(2000);
    expect((await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId: '1' })).status).toBe(200);
  });

  test('a batch counts its orders', async () => {
    const bench = okxBench();
    const batch = Array.from({ length: 20 }, () => ({ instId: 'EOS-USDT', ordId: '1' }));
    const statuses: number[] = [];
    for (let index = 0; index < 20; index++)
      statuses.push((await bench.post('/api/v5/trade/cancel-batch-orders', batch)).status);
    expect(statuses.filter((status) => status === 200).length).toBe(16);
  });

  test('51174 at 500 pending orders of one instrument', async () => {
    const bench = okxBench({ limits: false });
    for (let index = 0; index < 25; index++) {
      await bench.post(
        '/api/v5/trade/batch-orders',
        Array.from({ length: 20 }, () => limitOrder('buy', '0.5', '10')),
      );
    }
    expect((await bench.post(ORDER, limitOrder('buy', '0.5', '10'))).data[0]).toMatchObject({
      sCode: '51174',
      sMsg: 'The number of EOS-USDT pending orders reached the upper limit of 500 (orders).',
    });
  });

  test('unknown paths and methods', async () => {
    const { raw } = okxBench();
    expect((await raw('GET', '/api/v5/nowhere')).status).toBe(404);
    expect((await raw('POST', '/api/v5/public/time', '{}')).body['code']).toBe('50115');
  });
});
