// Account events, compared with the documented shapes to the last character (binance.md A5.2, A6).
import { describe, expect, it } from 'vitest';
import { d } from '../support.ts';
import { account, binanceBench, LIMIT, OTHER, START, type Bench, type Fields, type SocketClient } from './support.ts';

interface Stage {
  readonly bench: Bench;
  readonly socket: SocketClient;
  readonly place: (fields?: Fields, identity?: typeof OTHER) => Promise<void>;
  /** Events so far, as text without envelope, execution ids made predictable. */
  readonly texts: () => string[];
}

async function stage(
  options?: Parameters<typeof binanceBench>[0],
  venue?: Parameters<typeof binanceBench>[1],
): Promise<Stage> {
  const bench = binanceBench(options, venue);
  const socket = await bench.open('/ws-api/v3');
  await socket.signed('userDataStream.subscribe.signature');
  return {
    bench,
    socket,
    async place(fields = {}, identity) {
      await bench.signed('POST', '/api/v3/order', { ...LIMIT, ...fields }, identity);
      await bench.clock.advance(0.01);
    },
    texts: () =>
      socket.frames
        .filter((text) => text.includes('"event"'))
        .map((text) => text.replace(/^\{"subscriptionId":0,"event":(.*)\}$/, '$1').replace(/"I":\d+/, '"I":0')),
  };
}

const shape = (over: Record<string, string>): string => {
  const fields: Record<string, string> = {
    e: '"executionReport"',
    E: `${START}`,
    s: '"BTCUSDT"',
    c: '"aq-000001"',
    S: '"BUY"',
    o: '"LIMIT"',
    f: '"GTC"',
    q: '"0.00300000"',
    p: '"60000.00000000"',
    P: '"0.00000000"',
    F: '"0.00000000"',
    g: '-1',
    C: '""',
    x: '"NEW"',
    X: '"NEW"',
    r: '"NONE"',
    i: '48123456789',
    l: '"0.00000000"',
    z: '"0.00000000"',
    L: '"0.00000000"',
    n: '"0"',
    N: 'null',
    T: `${START}`,
    t: '-1',
    I: '0',
    w: 'true',
    m: 'false',
    M: 'false',
    O: `${START}`,
    Z: '"0.00000000"',
    Y: '"0.00000000"',
    Q: '"0.00000000"',
    W: `${START}`,
    V: '"EXPIRE_MAKER"',
    ...over,
  };
  return `{${Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
};
const position = (u: number, ...rows: string[]): string =>
  `{"e":"outboundAccountPosition","E":${u},"u":${u},"B":[${rows
    .map((row) => {
      const [asset, free, locked] = row.split(' ');
      return `{"a":"${asset}","f":"${free}","l":"${locked}"}`;
    })
    .join(',')}]}`;

describe('the life of an order in events', () => {
  it('NEW, TRADE twice, FILLED, each followed by the balances', async () => {
    const { bench, place, texts } = await stage();
    await place();
    await bench.clock.advance(1000);
    await place({ side: 'SELL', quantity: '0.001', newClientOrderId: 'x1' }, OTHER);
    await bench.clock.advance(1000);
    await place({ side: 'SELL', quantity: '0.002', newClientOrderId: 'x2' }, OTHER);
    const first = `${START + 1000}`;
    const second = `${START + 2000}`;
    expect(texts()).toEqual([
      shape({}),
      position(START, 'USDT 999820.00000000 180.00000000'),
      shape({
        E: first,
        T: first,
        x: '"TRADE"',
        X: '"PARTIALLY_FILLED"',
        l: '"0.00100000"',
        z: '"0.00100000"',
        L: '"60000.00000000"',
        n: '"0.00000100"',
        N: '"BTC"',
        t: '5000001',
        m: 'true',
        M: 'true',
        Z: '"60.00000000"',
        Y: '"60.00000000"',
      }),
      position(START + 1000, 'USDT 999820.00000000 120.00000000', 'BTC 10.00099900 0.00000000'),
      shape({
        E: second,
        T: second,
        x: '"TRADE"',
        X: '"FILLED"',
        l: '"0.00200000"',
        z: '"0.00300000"',
        L: '"60000.00000000"',
        n: '"0.00000200"',
        N: '"BTC"',
        t: '5000002',
        w: 'false',
        m: 'true',
        M: 'true',
        Z: '"180.00000000"',
        Y: '"120.00000000"',
      }),
      position(START + 2000, 'USDT 999820.00000000 0.00000000', 'BTC 10.00299700 0.00000000'),
    ]);
  });

  it('CANCELED: c is the cancel’s id, C the order’s, and the next order may carry it again', async () => {
    const { bench, place, texts } = await stage();
    await place();
    await bench.signed('DELETE', '/api/v3/order', {
      symbol: 'BTCUSDT',
      orderId: 48_123_456_789,
      newClientOrderId: 'pXa1Hz6mprAcVYpVMTGgx3',
    });
    await bench.clock.advance(0.01);
    await place();
    expect(texts().filter((text) => text.includes('executionReport'))).toEqual([
      shape({}),
      shape({ c: '"pXa1Hz6mprAcVYpVMTGgx3"', C: '"aq-000001"', x: '"CANCELED"', X: '"CANCELED"', w: 'false' }),
      shape({ i: '48123456790' }),
    ]);
  });

  it('a cancel-all shows one id on every order, and the balances once', async () => {
    const { bench, socket, place } = await stage();
    for (const id of ['a', 'b', 'c']) await place({ newClientOrderId: id });
    const before = socket.reports().length;
    await bench.signed('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' });
    await bench.clock.advance(0.01);
    const reports = socket.reports().slice(before);
    expect(
      reports.map((report) => (report['e'] === 'executionReport' ? [report['x'], report['C']] : report['e'])),
    ).toEqual([['CANCELED', 'a'], ['CANCELED', 'b'], ['CANCELED', 'c'], 'outboundAccountPosition']);
    expect(new Set(reports.slice(0, 3).map((report) => report['c'])).size).toBe(1);
  });

  it('an order swept over several makers: one TRADE each, then EXPIRED, one time, one position', async () => {
    const { place, texts } = await stage();
    await place({ quantity: '0.001', newClientOrderId: 'm1' }, OTHER);
    await place({ quantity: '0.001', price: '59999', newClientOrderId: 'm2' }, OTHER);
    await place({ side: 'SELL', price: '59999', timeInForce: 'IOC' });
    const common = { S: '"SELL"', f: '"IOC"', p: '"59999.00000000"', i: '48123456791' };
    const trade = {
      ...common,
      x: '"TRADE"',
      X: '"PARTIALLY_FILLED"',
      w: 'false',
      M: 'true',
      N: '"USDT"',
      l: '"0.00100000"',
    };
    expect(texts()).toEqual([
      shape(common),
      shape({
        ...trade,
        z: '"0.00100000"',
        L: '"60000.00000000"',
        n: '"0.06000000"',
        t: '5000001',
        Z: '"60.00000000"',
        Y: '"60.00000000"',
      }),
      shape({
        ...trade,
        z: '"0.00200000"',
        L: '"59999.00000000"',
        n: '"0.05999900"',
        t: '5000002',
        Z: '"119.99900000"',
        Y: '"59.99900000"',
      }),
      shape({
        ...common,
        x: '"EXPIRED"',
        X: '"EXPIRED"',
        w: 'false',
        z: '"0.00200000"',
        Z: '"119.99900000"',
        eR: '"UNFILLED_IOC_QUANTITY_EXPIRED"',
      }),
      position(START, 'BTC 9.99800000 0.00000000', 'USDT 1000119.87900100 0.00000000'),
    ]);
  });

  it.each([
    ['a FOK that cannot be filled', { timeInForce: 'FOK', type: 'LIMIT' }, 'UNFILLED_FOK_ORDER_EXPIRED'],
    ['a market order on an empty book', { type: 'MARKET' }, 'INSUFFICIENT_LIQUIDITY'],
  ])('%s expires for its reason', async (_what, fields, reason) => {
    const { bench, socket } = await stage();
    const { price, timeInForce, ...rest } = LIMIT;
    const order =
      fields.type === 'MARKET'
        ? { ...rest, ...fields }
        : { ...rest, price: price ?? '', timeInForce: timeInForce ?? '', ...fields };
    await bench.signed('POST', '/api/v3/order', order);
    await bench.clock.advance(0.01);
    expect(socket.reports().map((report) => [report['x'] ?? report['e'], report['eR']])).toEqual([
      ['NEW', undefined],
      ['EXPIRED', reason],
      // Nothing was locked for the market order: its book was empty.
      ...(fields.type === 'MARKET' ? [] : [['outboundAccountPosition', undefined]]),
    ]);
  });

  it.each([
    ['an id of its own, as an option', true, '48123456789'],
    ['no id', false, '-1'],
  ])(
    'REJECTED with %s for what the engine refuses, and nothing for what never reached it',
    async (_id, rejectsWithId, i) => {
      const { place, texts, socket } = await stage({ rejectsWithId });
      await place({ quantity: '20' });
      await place({ price: '1.005' });
      await place();
      await place();
      expect(texts()[0]).toBe(
        shape({
          q: '"20.00000000"',
          x: '"REJECTED"',
          X: '"REJECTED"',
          r: '"INSUFFICIENT_BALANCES"',
          i,
          w: 'false',
          W: '',
        }),
      );
      expect(socket.reports().map((report) => report['x'] ?? report['e'])).toEqual([
        'REJECTED',
        'NEW',
        'outboundAccountPosition',
      ]);
    },
  );

  it.each([
    [true, 48_123_456_790],
    [false, -1],
  ])(
    'REJECTED for a duplicate, as an option: it carries the client id of an order that lives',
    async (rejectsWithId, i) => {
      const { place, socket } = await stage({ announcesDuplicates: true, rejectsWithId });
      await place();
      await place();
      expect(
        socket
          .reports()
          .filter((report) => report['x'] !== undefined)
          .map((report) => [report['x'], report['c'], report['i']]),
      ).toEqual([
        ['NEW', 'aq-000001', 48_123_456_789],
        ['REJECTED', 'aq-000001', i],
      ]);
    },
  );

  it('REJECTED before the refusal that goes with it, by a fault', async () => {
    const { bench, socket } = await stage({ rejectsWithId: true });
    bench.exchange.faults.inject({ fault: 'push-before-reply', operation: 'create', delayMs: 50 });
    await socket.signed('order.place', { ...LIMIT, quantity: '20' });
    const [event = '', reply = ''] = socket.frames.slice(-2);
    expect(event).toContain('"x":"REJECTED","X":"REJECTED","r":"INSUFFICIENT_BALANCES","i":48123456789,');
    expect(reply).toContain('"code":-2010');
  });

  it('none of a symbol whose pushes a fault drops', async () => {
    const { bench, place, texts } = await stage();
    bench.exchange.faults.inject({ fault: 'push-dropped', symbol: 'BNB/USDT' });
    await place();
    expect(texts().join()).toContain('"x":"NEW"');
    const before = texts().length;
    bench.exchange.faults.inject({ fault: 'push-dropped', symbol: 'BTC/USDT' });
    await place({ newClientOrderId: 'aq-000002' });
    const after = texts().slice(before);
    expect(after.join()).not.toContain('executionReport');
    expect(after.join()).toContain('outboundAccountPosition');
  });

  it('TRADE_PREVENTION names the order it would have met', async () => {
    const { place, texts } = await stage();
    await place({ quantity: '0.002', newClientOrderId: 'resting', selfTradePreventionMode: 'EXPIRE_TAKER' });
    await place({ side: 'SELL', newClientOrderId: 'aq-000004', selfTradePreventionMode: 'EXPIRE_TAKER' });
    const sell = { c: '"aq-000004"', S: '"SELL"', i: '48123456790' };
    expect(texts().at(-2)).toBe(
      `${shape({ ...sell, x: '"TRADE_PREVENTION"', X: '"EXPIRED_IN_MATCH"', w: 'false', V: '"EXPIRE_TAKER"' })
        .replace('"t":-1,', '"t":-1,"v":1,')
        .slice(
          0,
          -1,
        )},"A":"0.00300000","B":"0.00300000","u":-1,"U":48123456789,"Cs":"BTCUSDT","pl":"0.00200000","pL":"60000.00000000","pY":"120.00000000"}`,
    );
  });

  it('an order the exchange ends is EXPIRED, not CANCELED', async () => {
    const { bench, place, socket } = await stage();
    await place();
    bench.venue.cancel(1, 'BTC/USDT', { clientOrderId: 'aq-000001' }, '', 'exchange');
    await bench.clock.advance(0.01);
    expect(socket.reports().at(-2)).toMatchObject({
      x: 'EXPIRED',
      X: 'EXPIRED',
      c: 'aq-000001',
      C: '',
      eR: 'EXCHANGE_CANCELED',
    });
  });

  it('a deposit is a delta and a position', async () => {
    const { bench, texts } = await stage();
    bench.venue.deposit(1, 'USDT', d('250'));
    await bench.clock.advance(0.01);
    expect(texts()).toEqual([
      `{"e":"balanceUpdate","E":${START},"a":"USDT","d":"250.00000000","T":${START}}`,
      position(START, 'USDT 1000250.00000000 0.00000000'),
    ]);
  });

  it('ids beyond 2^53 and a fee in BNB', async () => {
    const { place, texts } = await stage(
      {},
      {
        firstOrderId: 8_389_765_739_703_625_592n,
        accounts: [account(1, { feeAsset: 'BNB' }), account(2)],
      },
    );
    await place({ symbol: 'BNBUSDT', side: 'BUY', price: '500', quantity: '1', newClientOrderId: 'm' }, OTHER);
    await place({ symbol: 'BNBUSDT', side: 'SELL', price: '500', quantity: '1' });
    const trade = texts().find((text) => text.includes('"x":"TRADE"'));
    expect(trade).toContain('"i":8389765739703625593,');
    await place({ side: 'SELL', newClientOrderId: 'm2' }, OTHER);
    await place({});
    expect(texts().findLast((text) => text.includes('"x":"TRADE"'))).toContain('"n":"0.00036000","N":"BNB"');
  });

  it('strategy ids are echoed', async () => {
    const { place, socket } = await stage();
    await place({ strategyId: 12, strategyType: 1_000_001 });
    expect(socket.reports()[0]).toMatchObject({ j: 12, J: 1_000_001 });
  });
});

describe('who hears them', () => {
  it('every connection of the account, and no other account’s', async () => {
    const { bench, place, socket } = await stage();
    const second = await bench.open('/ws-api/v3');
    await second.signed('userDataStream.subscribe.signature');
    const other = await bench.open('/ws-api/v3');
    await other.signed('userDataStream.subscribe.signature', {}, OTHER);
    await place();
    expect(second.events()).toEqual(socket.events());
    expect(other.events()).toEqual([]);
  });

  it('one connection may hear several accounts, told apart by subscription', async () => {
    const { place, socket } = await stage();
    await socket.signed('userDataStream.subscribe.signature', {}, OTHER);
    await place({}, OTHER);
    await place();
    expect(socket.events().map((frame) => frame['subscriptionId'])).toEqual([1, 1, 0, 0]);
  });
});
