// Pushes of the private channels against the recordings in okx.md 7.2: the same fields in the same order, and what "nothing" looks like.
import { describe, expect, it, test } from 'vitest';
import { order, RULES } from '../support.ts';
import {
  FIRST_ORDER_ID,
  OTHER,
  limitOrder,
  okxBench,
  rowOf,
  socketOrder,
  type Bench,
  type Json,
  type SocketClient,
} from './support.ts';

/** Keys of the recorded `live` push of 2026-04-11 as they stood on the wire. */
const RECORDED_KEYS =
  'instType instId tgtCcy ccy tradeQuoteCcy ordId clOrdId algoClOrdId algoId tag px sz notionalUsd ordType side posSide tdMode accFillSz fillNotionalUsd avgPx state lever pnl feeCcy fee rebateCcy rebate category uTime cTime source reduceOnly cancelSource quickMgnType stpId stpMode attachAlgoClOrdId lastPx outcome isTpLimit slTriggerPx slTriggerPxType tpOrdPx tpTriggerPx tpTriggerPxType slOrdPx fillPx tradeId fillSz fillTime fillPnl fillFee fillFeeCcy execType fillPxVol fillPxUsd fillMarkVol fillFwdPx fillMarkPx fillIdxPx amendSource reqId amendResult code msg pxType pxUsd pxVol linkedAlgoOrd attachAlgoOrds'.split(
    ' ',
  );

async function watching(bench: Bench, ...args: Json[]): Promise<SocketClient> {
  const client = await bench.login();
  await client.subscribe(...(args.length > 0 ? args : [{ channel: 'orders', instType: 'ANY' }]));
  return client;
}

/** Liquidity of the other account. */
function rest(bench: Bench, side: 'BUY' | 'SELL', price: string, quantity: string): void {
  bench.venue.place(2, order(side, price, quantity), RULES);
}

describe('an order that rests', () => {
  test('live: every recorded key in the recorded order, nothing filled', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    const reply = await client.operation('order', [socketOrder('buy', '0.8', '10', { clOrdId: 'a1', tag: 'mine' })]);
    const { frame, row } = await client.push('orders');
    expect(frame['arg']).toEqual({ channel: 'orders', instType: 'ANY', uid: '1' });
    expect(Object.keys(row)).toEqual(RECORDED_KEYS);
    const [item] = reply['data'] as Json[];
    expect(row).toMatchObject({
      instType: 'SPOT', instId: 'EOS-USDT', ordId: String(FIRST_ORDER_ID), clOrdId: 'a1', tag: 'mine', px: '0.8', sz: '10', ordType: 'limit',
      side: 'buy', posSide: '', tdMode: 'cash', accFillSz: '0', avgPx: '0', state: 'live', lever: '0', feeCcy: 'EOS', fee: '0', rebateCcy: 'USDT',
      rebate: '0', tgtCcy: '', cancelSource: '', stpMode: 'cancel_maker', reduceOnly: 'false', fillPx: '', tradeId: '', fillSz: '0', fillTime: '',
      fillPnl: '0', fillFee: '0', fillFeeCcy: '', execType: '', fillNotionalUsd: '', amendResult: '', code: '0', msg: '', linkedAlgoOrd: { algoId: '' },
      attachAlgoOrds: [], cTime: item?.['ts'], uTime: item?.['ts'],
    }); // prettier-ignore
  });

  test('filled in two parts as maker, each fill with its own fee, negative', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('sell', '0.8', '10'));
    await client.push('orders');
    bench.venue.place(2, order('BUY', '0.8', '4'), RULES);
    const first = await client.push('orders');
    expect(first.row).toMatchObject({
      state: 'partially_filled', accFillSz: '4', avgPx: '0.8', fillSz: '4', fillPx: '0.8', execType: 'M', fillFee: '-0.00256', fillFeeCcy: 'USDT',
      fee: '-0.00256', feeCcy: 'USDT', rebate: '0', rebateCcy: 'EOS',
    }); // prettier-ignore
    bench.venue.place(2, order('BUY', '0.8', '6'), RULES);
    const second = await client.push('orders');
    expect(second.row).toMatchObject({
      state: 'filled',
      accFillSz: '10',
      fillSz: '6',
      fillFee: '-0.00384',
      fee: '-0.0064',
    });
    expect(second.row['tradeId']).not.toBe(first.row['tradeId']);
    expect(Object.keys(second.row)).toEqual(RECORDED_KEYS);
  });

  test('canceled by its owner: source 1 and no trace of a fill', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10', { clOrdId: 'c1' }));
    await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', clOrdId: 'c1' });
    await client.push('orders');
    const { row } = await client.push('orders');
    expect(row).toMatchObject({
      state: 'canceled', cancelSource: '1', accFillSz: '0', avgPx: '0', fillPx: '', fillSz: '0', tradeId: '', fillTime: '', fillPnl: '0', fillFee: '0',
      fillFeeCcy: '', execType: '', fee: '0', feeCcy: 'EOS', fillNotionalUsd: '',
    }); // prettier-ignore
  });

  test('canceled after a part was filled: cumulative figures stay, the fill fields are empty', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('sell', '0.8', '10', { clOrdId: 'c1' }));
    bench.venue.place(2, order('BUY', '0.8', '4'), RULES);
    await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', clOrdId: 'c1' });
    const rows = (await client.during('orders', 10)).map(rowOf);
    expect(rows.map(({ state }) => state)).toEqual(['live', 'partially_filled', 'canceled']);
    expect(rows[2]).toMatchObject({
      accFillSz: '4',
      avgPx: '0.8',
      fee: '-0.00256',
      fillSz: '0',
      fillPx: '',
      tradeId: '',
      fillFee: '0',
    });
  });
});

describe('an order that takes', () => {
  test('live first, then one push for each match, at least a millisecond later', async () => {
    const bench = okxBench();
    rest(bench, 'SELL', '0.8', '4');
    rest(bench, 'SELL', '0.81', '6');
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.81', '10'));
    const rows = (await client.during('orders', 10)).map(rowOf);
    expect(rows.map(({ state }) => state)).toEqual(['live', 'partially_filled', 'filled']);
    expect(rows[1]).toMatchObject({
      execType: 'T',
      fillPx: '0.8',
      fillSz: '4',
      fillFee: '-0.004',
      fillFeeCcy: 'EOS',
      fee: '-0.004',
    });
    expect(rows[2]).toMatchObject({ fillPx: '0.81', fillSz: '6', fillFee: '-0.006', fee: '-0.01', avgPx: '0.806' });
    expect(Number(rows[1]?.['uTime'])).toBe(Number(rows[0]?.['cTime']) + 1);
  });

  it.each([
    ['ioc', '14', ['live', 'partially_filled', 'canceled']],
    ['fok', '13', ['live', 'canceled']],
    ['post_only', '31', ['canceled']],
  ])('%s that cannot do all it wants ends with source %s', async (ordType, source, states) => {
    const bench = okxBench();
    rest(bench, 'SELL', '0.8', '4');
    const client = await watching(bench);
    const { data } = await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10', { ordType }));
    expect(data[0]).toMatchObject({ sCode: '0', ordId: expect.stringMatching(/^\d{19}$/) as string });
    const rows = (await client.during('orders', 10)).map(rowOf);
    expect(rows.map(({ state }) => state)).toEqual(states);
    expect(rows.at(-1)).toMatchObject({ cancelSource: source, ordType, fillSz: '0', tradeId: '' });
  });

  test('a post-only order that rests is shown live', async () => {
    const bench = okxBench();
    rest(bench, 'SELL', '0.8', '4');
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.79', '10', { ordType: 'post_only' }));
    expect((await client.push('orders')).row).toMatchObject({ state: 'live', ordType: 'post_only' });
  });

  test('a market buy by quote keeps its size in quote, fills in base', async () => {
    const bench = okxBench();
    rest(bench, 'SELL', '0.8', '100');
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', {
      instId: 'EOS-USDT',
      tdMode: 'cash',
      side: 'buy',
      ordType: 'market',
      sz: '8',
    });
    const rows = (await client.during('orders', 10)).map(rowOf);
    expect(rows.at(-1)).toMatchObject({
      state: 'filled',
      sz: '8',
      tgtCcy: 'quote_ccy',
      px: '',
      accFillSz: '10',
      ordType: 'market',
    });
  });

  test('trading with oneself cancels the maker with source 32', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    await bench.post('/api/v5/trade/order', limitOrder('sell', '0.8', '10', { clOrdId: 'maker' }));
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10', { clOrdId: 'taker' }));
    const rows = (await client.during('orders', 10)).map(rowOf);
    expect(rows.at(-1)).toMatchObject({ clOrdId: 'maker', state: 'canceled', cancelSource: '32' });
    expect(rows.map(({ clOrdId, state }) => `${String(clOrdId)} ${String(state)}`)).toContain('taker live');
  });
});

describe('a subscription to orders', () => {
  test('has no snapshot, and sees only its own account, its product and its instrument', async () => {
    const bench = okxBench();
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    const swaps = await watching(bench, { channel: 'orders', instType: 'SWAP' });
    const other = await watching(bench, { channel: 'orders', instType: 'SPOT', instId: 'BNB-USDT' });
    const own = await watching(bench, { channel: 'orders', instType: 'SPOT', instId: 'EOS-USDT' });
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.7', '10'), OTHER);
    expect(await own.during('orders', 10)).toEqual([]);
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.6', '10'));
    const { frame } = await own.push('orders');
    expect(frame['arg']).toEqual({ channel: 'orders', instType: 'SPOT', instId: 'EOS-USDT', uid: '1' });
    expect([...(await swaps.during('orders', 10)), ...(await other.during('orders', 0))]).toEqual([]);
  });

  test('ends with unsubscribe', async () => {
    const bench = okxBench();
    const client = await watching(bench);
    client.send({ op: 'unsubscribe', args: [{ instType: 'ANY', channel: 'orders' }] });
    await client.next(({ event }) => event === 'unsubscribe');
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.6', '10'));
    expect(await client.during('orders', 10)).toEqual([]);
  });
});

describe('balances', () => {
  test('account: a snapshot, an event for each change, and a regular picture unless events only are wanted', async () => {
    const bench = okxBench();
    const client = await watching(bench, { channel: 'account', extraParams: '{"updateInterval":"0"}' });
    const snapshot = await client.push('account');
    expect(snapshot.frame).toMatchObject({
      arg: { channel: 'account', uid: '1' },
      eventType: 'snapshot',
      curPage: 1,
      lastPage: true,
    });
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    const { frame, row } = await client.push('account');
    expect(frame['eventType']).toBe('event_update');
    expect(frame).not.toHaveProperty('curPage');
    expect(row['details']).toEqual([
      expect.objectContaining({
        ccy: 'USDT',
        cashBal: '100000',
        availBal: '99992',
        frozenBal: '8',
        ordFrozen: '8',
        availEq: '',
      }),
    ]);
    expect(await client.during('account', 20_000)).toEqual([]);

    const regular = await watching(bench, { channel: 'account' });
    expect(await regular.during('account', 11_000)).toHaveLength(3);
  });

  test('balance_and_position: cash only, when it changes', async () => {
    const bench = okxBench();
    rest(bench, 'SELL', '0.8', '10');
    const client = await watching(bench, { channel: 'balance_and_position' });
    expect((await client.push('balance_and_position')).row).toMatchObject({
      eventType: 'snapshot',
      posData: [],
      trades: [],
    });
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    const pushes = await client.during('balance_and_position', 10);
    expect(pushes).toHaveLength(1);
    expect(rowOf(pushes[0])).toMatchObject({
      eventType: 'filled',
      balData: expect.arrayContaining([
        { ccy: 'USDT', cashBal: '99992', uTime: expect.any(String) as string },
        { ccy: 'EOS', cashBal: '100009.99', uTime: expect.any(String) as string },
      ]) as unknown[],
      trades: [{ instId: 'EOS-USDT', tradeId: expect.stringMatching(/^\d+$/) as string }],
    });
  });

  test('orders of one symbol are dropped by a fault that names it, and nothing else', async () => {
    const bench = okxBench();
    const client = await watching(bench, { channel: 'orders', instType: 'SPOT' }, { channel: 'account' });
    await client.during('account', 1);
    bench.exchange.faults.inject({ fault: 'push-dropped', symbol: 'BNB/USDT' });
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    expect(await client.during('orders', 10)).toHaveLength(1);
    bench.exchange.faults.inject({ fault: 'push-dropped', symbol: 'EOS/USDT' });
    await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    await client.push('account');
    expect(await client.during('orders', 10)).toHaveLength(0);
  });

  test('positions: none', async () => {
    const client = await watching(okxBench(), { channel: 'positions', instType: 'ANY' });
    expect((await client.push('positions')).frame).toMatchObject({ eventType: 'snapshot', data: [] });
  });
});
