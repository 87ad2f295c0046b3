// What one account sees on `/ws/v2`, in order: the event scripts of htx.md 14.1, in the shape of the captured pushes of 8.3-8.5.
import { describe, expect, it, test } from 'vitest';
import { htxBench, limitOrder, type Bench, type Json, type SocketClient } from './support.ts';

const ORDERS = 'orders#*';
const CLEARING = 'trade.clearing#*#1';
const BALANCES = 'accounts.update#2';

/** `trade partial-filled 4`: event, status and what is executed. */
const line = ({ eventType, orderStatus, execAmt }: Json): string =>
  [eventType, orderStatus, execAmt].filter((part) => typeof part === 'string').join(' ');

async function settled({ clock }: Bench, stream: SocketClient, channel: string): Promise<string[]> {
  await clock.advance(200);
  return stream.pushes(channel).map(line);
}

/** Member names in order, as in the captures. */
const names = (push: Json | undefined): string[] => Object.keys(push ?? {}).sort();

const CREATION =
  '{"orderCreateTime":1764741859504,"totalTradeAmount":"0","orderSource":"spot-api","accountId":68824237,"orderPrice":"32000","orderSize":"0.001","eventType":"creation","symbol":"btcusdt","orderStatus":"submitted","orderId":1474908579893191,"clientOrderId":"bAAC","type":"buy-limit"}';
const TRADE =
  '{"tradePrice":"92700","tradeVolume":"0.00018","tradeTime":1764765015078,"aggressor":false,"execAmt":"0.00018","orderPrice":"92700","orderSize":"0.0005","remainAmt":"0.00032","tradeId":103617362803,"totalTradeAmount":"16.68600","orderSource":"spot-api","symbol":"btcusdt","eventType":"trade","clientOrderId":"1wAC","orderStatus":"partial-filled","orderId":1474911835261957,"type":"buy-limit"}';
const CANCELLATION =
  '{"execAmt":"0","lastActTime":1764743913799,"orderPrice":"32000","orderSize":"0.001","remainAmt":"0.001","orderSource":"spot-api","totalTradeAmount":"0","canceledSource":"","canceledSourceDesc":"","symbol":"btcusdt","eventType":"cancellation","clientOrderId":"bAAC","orderStatus":"canceled","orderId":1474908579893191,"type":"buy-limit"}';
const CLEARED =
  '{"eventType":"trade","symbol":"btcusdt","orderId":1474910383802238,"orderSide":"buy","orderType":"buy-limit","accountId":68824237,"source":"spot-api","orderPrice":"93000","orderSize":"0.0001","clientOrderId":"GAAC","orderCreateTime":1764754899204,"orderStatus":"filled","feeCurrency":"btc","tradePrice":"92951.16","tradeVolume":"0.0001","aggressor":true,"tradeId":103617356763,"tradeTime":1764754899208,"transactFee":"0.0000002","feeDeduct":"0","feeDeductType":""}';
const BALANCE_SNAPSHOT =
  '{"currency":"usdc","accountId":68824237,"balance":"98.72432","available":"98.72432","changeType":null,"accountType":"trade","changeTime":null,"seqNum":1}';
const BALANCE_CHANGE =
  '{"currency":"usdt","accountId":68824237,"balance":"78.45797228","changeType":"order.match","accountType":"trade","seqNum":18,"changeTime":1764754899212}';

const captured = (text: string): Json => JSON.parse(text) as Json;
/** The same members with values of the same JSON type. */
function sameShape(given: Json | undefined, capture: string): void {
  const expected = captured(capture);
  expect(names(given)).toEqual(names(expected));
  for (const [name, value] of Object.entries(expected))
    expect([name, typeof given?.[name]]).toEqual([name, typeof value]);
}

describe('event scripts (14.1)', () => {
  test('a limit order rests and is canceled', async () => {
    const bench = htxBench();
    const stream = await bench.stream(BALANCES, ORDERS);
    const id = await bench.place({ 'client-order-id': 'bAAC' });
    await bench.post(`/v1/order/orders/${id}/submitcancel`);
    expect(await settled(bench, stream, ORDERS)).toEqual(['creation submitted', 'cancellation canceled 0']);
    const [creation, cancellation] = stream.pushes(ORDERS);
    sameShape(creation, CREATION);
    sameShape(cancellation, CANCELLATION);
    const changes = stream.pushes(BALANCES).filter(({ changeType }) => changeType !== null);
    expect(
      changes.map(({ currency, changeType, balance, available }) => [currency, changeType, balance, available]),
    ).toEqual([
      ['usdt', 'order.place', '100000', '99992'],
      ['usdt', 'order.cancel', '100000', '100000'],
    ]);
    expect(stream.compressed).toBe(false);
  });

  test('rests, two fills: clearing and balances follow within 50 ms', async () => {
    const bench = htxBench();
    const stream = await bench.stream(BALANCES, CLEARING, ORDERS);
    await bench.place();
    bench.other('SELL', '0.8', '4');
    bench.other('SELL', '0.8', '6');
    expect(stream.pushes(CLEARING)).toEqual([]);
    expect(await settled(bench, stream, ORDERS)).toEqual([
      'creation submitted',
      'trade partial-filled 4',
      'trade filled 10',
    ]);
    const [, first, second] = stream.pushes(ORDERS);
    sameShape(first, TRADE);
    // Turnover keeps its scale: 0.8 has one decimal, the volume none.
    expect(
      [first, second].map((push) => [push?.['totalTradeAmount'], push?.['remainAmt'], push?.['aggressor']]),
    ).toEqual([
      ['3.2', '6', false],
      ['8.0', '0', false],
    ]);
    expect(stream.pushes(CLEARING)).toHaveLength(2);
    sameShape(stream.pushes(CLEARING)[0], CLEARED);
    const tradeIds = new Set([first, second].map((push) => push?.['tradeId']));
    expect(new Set(stream.pushes(CLEARING).map(({ tradeId }) => tradeId))).toEqual(tradeIds);
    const matched = stream.pushes(BALANCES).filter(({ changeType }) => changeType === 'order.match');
    expect(matched.map(({ currency }) => String(currency)).toSorted()).toEqual(['eos', 'eos', 'usdt', 'usdt']);
  });

  test('a taker sweeps two makers, the rest stays', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    bench.other('SELL', '0.79', '3');
    bench.other('SELL', '0.8', '4');
    await bench.place();
    expect(await settled(bench, stream, ORDERS)).toEqual([
      'creation submitted',
      'trade partial-filled 3',
      'trade partial-filled 7',
    ]);
    const trades = stream.pushes(ORDERS).slice(1);
    expect(trades.map(({ aggressor, tradePrice }) => [aggressor, tradePrice])).toEqual([
      [true, '0.79'],
      [true, '0.8'],
    ]);
    expect(new Set(trades.map(({ tradeId }) => tradeId)).size).toBe(2);
  });

  test('partly filled, then canceled; clearing tells cancellations in mode 1 only', async () => {
    const bench = htxBench();
    const stream = await bench.stream('trade.clearing#eosusdt#0', CLEARING, ORDERS);
    const id = await bench.place();
    bench.other('SELL', '0.8', '4');
    await bench.post(`/v1/order/orders/${id}/submitcancel`);
    expect(await settled(bench, stream, ORDERS)).toEqual([
      'creation submitted',
      'trade partial-filled 4',
      'cancellation partial-canceled 4',
    ]);
    expect(stream.pushes(ORDERS).at(-1)).toMatchObject({ remainAmt: '6', totalTradeAmount: '3.2' });
    expect(stream.pushes('trade.clearing#eosusdt#0').map(({ eventType }) => eventType)).toEqual(['trade']);
    expect(
      stream
        .pushes(CLEARING)
        .map(({ eventType }) => String(eventType))
        .toSorted(),
    ).toEqual(['cancellation', 'trade']);
  });

  it.each([
    ['buy-ioc', '0', ['creation submitted', 'cancellation canceled 0']],
    ['buy-ioc', '4', ['creation submitted', 'trade partial-filled 4', 'cancellation partial-canceled 4']],
    ['buy-limit-fok', '4', ['creation submitted', 'cancellation canceled 0']],
    ['buy-limit-fok', '10', ['creation submitted', 'trade filled 10']],
    ['buy-limit-maker', '4', ['creation submitted', 'cancellation canceled 0']],
    ['buy-limit-maker', '0', ['creation submitted']],
  ])('%s with %s on offer', async (type, offered, expected) => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    if (offered !== '0') bench.other('SELL', '0.8', offered);
    await bench.place({ type });
    expect(await settled(bench, stream, ORDERS)).toEqual(expected);
  });

  test('a cancel that loses the race: filled, no cancellation, and the second cancel says 6', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    const id = await bench.place();
    bench.exchange.faults.inject({ fault: 'cancel-fill-race', fraction: 1, nth: 1 });
    await bench.post(`/v1/order/orders/${id}/submitcancel`);
    expect(await settled(bench, stream, ORDERS)).toEqual(['creation submitted', 'trade filled 10']);
    expect((await bench.post(`/v1/order/orders/${id}/submitcancel`)).body['order-state']).toBe(6);
  });

  test('a fault of one symbol leaves the pushes of others alone, and knows the symbol of a market request', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    const { faults } = bench.exchange;
    faults.inject([
      { fault: 'push-dropped', symbol: 'BNB/USDT' },
      { fault: 'maintenance', symbol: 'EOS/USDT', operation: 'market' },
    ]);
    await bench.place();
    expect(await settled(bench, stream, ORDERS)).toEqual(['creation submitted']);
    faults.inject({ fault: 'push-dropped', symbol: 'EOS/USDT' });
    await bench.place();
    expect(await settled(bench, stream, ORDERS)).toEqual(['creation submitted']);
    const depth = (symbol: string): Promise<unknown> =>
      bench.raw('GET', `/market/depth?symbol=${symbol}&type=step0`).then(({ body }) => body['status']);
    expect([await depth('eosusdt'), await depth('bnbusdt')]).toEqual(['error', 'ok']);
  });

  test('a refused order is told to nobody', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    await bench.post('/v1/order/orders/place', limitOrder({ amount: '1' }));
    expect(await settled(bench, stream, ORDERS)).toEqual([]);
  });

  test('a buy-market counts in quote: no size, no price, and dust when it is filled', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    bench.other('SELL', '0.7', '100');
    await bench.place({ type: 'buy-market', amount: '20', price: undefined });
    await bench.clock.advance(200);
    const [creation, trade] = stream.pushes(ORDERS);
    expect(creation).toMatchObject({ type: 'buy-market', orderValue: '20', orderStatus: 'submitted' });
    for (const name of ['orderSize', 'orderPrice']) expect(creation).not.toHaveProperty(name);
    expect(trade).toMatchObject({ orderValue: '20', orderStatus: 'filled', aggressor: true });
    const [executed, left] = [Number(trade?.['execAmt']), Number(trade?.['remainAmt'])];
    expect(executed + left).toBeCloseTo(20, 9);
    expect(Number(trade?.['tradeVolume'])).toBeCloseTo(executed / 0.7, 9);
  });
});

describe('channels', () => {
  test('echo what was subscribed; a symbol sees its own only', async () => {
    const bench = htxBench();
    const stream = await bench.stream('orders#eosusdt', 'orders#bnbusdt');
    await bench.place();
    await bench.clock.advance(100);
    expect([stream.pushes('orders#eosusdt').length, stream.pushes('orders#bnbusdt').length]).toEqual([1, 0]);
  });

  test('orders# begins without a snapshot, accounts.update with one message a currency', async () => {
    const bench = htxBench();
    await bench.place();
    const stream = await bench.stream(ORDERS, BALANCES);
    await bench.clock.advance(100);
    expect(stream.pushes(ORDERS)).toEqual([]);
    const snapshot = stream.pushes(BALANCES);
    expect(snapshot.map(({ currency }) => String(currency)).toSorted()).toEqual(['bnb', 'eos', 'usdt']);
    const { changeType: _type, changeTime: _time, ...rest } = snapshot[0] ?? {};
    expect(snapshot[0]).toMatchObject({ changeType: null, changeTime: null });
    expect(names(rest)).toEqual(names(captured(BALANCE_SNAPSHOT)).filter((name) => !name.startsWith('change')));
  });

  test('accounts.update in three modes', async () => {
    const bench = htxBench();
    const channels = ['accounts.update', 'accounts.update#1', 'accounts.update#2'];
    const stream = await bench.stream(...channels);
    await bench.clock.advance(50);
    stream.frames.length = 0;
    await bench.place();
    await bench.clock.advance(100);
    expect(channels.map((channel) => stream.pushes(channel).length)).toEqual([0, 1, 1]);
    bench.other('SELL', '0.8', '10');
    await bench.clock.advance(200);
    sameShape(stream.pushes('accounts.update')[0], BALANCE_CHANGE);
    expect(stream.pushes('accounts.update#1').some((push) => 'balance' in push && 'available' in push)).toBe(false);
    expect(stream.pushes('accounts.update#2').every((push) => 'balance' in push && 'available' in push)).toBe(true);
  });

  test('seqNum is that of the balance endpoint, so that both can be joined', async () => {
    const bench = htxBench();
    const stream = await bench.stream(BALANCES);
    await bench.place();
    await bench.clock.advance(100);
    const told = stream.pushes(BALANCES).findLast(({ currency }) => currency === 'usdt');
    const { body } = await bench.get('/v1/account/accounts/11/balance');
    const { list } = body['data'] as { list: Json[] };
    expect(list.find(({ currency }) => currency === 'usdt')?.['seq-num']).toBe(String(told?.['seqNum']));
  });

  test('another account hears nothing of it', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    bench.other('BUY', '0.5', '10');
    await bench.clock.advance(100);
    expect(stream.pushes(ORDERS)).toEqual([]);
  });

  test('what is unsubscribed is silent', async () => {
    const bench = htxBench();
    const stream = await bench.stream(ORDERS);
    stream.send({ action: 'unsub', ch: ORDERS });
    await stream.next();
    await bench.place();
    await bench.clock.advance(100);
    expect(stream.pushes(ORDERS)).toEqual([]);
  });
});
