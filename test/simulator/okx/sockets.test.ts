// The sockets' own rules: acknowledgements, wrong doors, silence, counting, service notices, and order operations (okx.md 4, 6.5).
import { describe, expect, it, test } from 'vitest';
import { seededRandom } from '../../../src/runtime/random.ts';
import type { InstrumentNow } from '../../../src/simulator/okx/index.ts';
import { EOS, order, RULES } from '../support.ts';
import { DEMO, FIRST_ORDER_ID, limitOrder, loginFrame, okxBench, rowOf, socketOrder, type Json } from './support.ts';

describe('subscribing', () => {
  test('one acknowledgement for each arg, with id and connection; a failing arg stops no other', async () => {
    const client = await okxBench().open('public');
    client.send({
      id: '1512',
      op: 'subscribe',
      args: [{ channel: 'books', instId: 'EOS-USDT' }, { channel: 'books', instId: 'NOPE-USDT' }, { channel: 'trades', instId: 'EOS-USDT' }],
    }); // prettier-ignore
    const answers: Json[] = [];
    for (const _ of [1, 2, 3]) answers.push(await client.next(({ event }) => event !== undefined));
    const connId = expect.stringMatching(/^[0-9a-f]{8}$/) as string;
    expect(answers).toEqual([
      { id: '1512', event: 'subscribe', arg: { channel: 'books', instId: 'EOS-USDT' }, connId },
      {
        id: '1512',
        event: 'error',
        code: '60018',
        msg: "Wrong URL or channel:books,instId:NOPE-USDT doesn't exist. Please use the correct URL, channel and parameters referring to API document.",
        connId,
      },
      { id: '1512', event: 'subscribe', arg: { channel: 'trades', instId: 'EOS-USDT' }, connId },
    ]);
  });

  test('the acknowledgement leaves extraParams out, and frames come after it', async () => {
    const client = await okxBench().login();
    const [answer] = await client.subscribe({ channel: 'account', extraParams: '{"updateInterval":"0"}' });
    expect(answer?.['arg']).toEqual({ channel: 'account' });
    const types = client.texts.map((text) => /"event":"([^"]+)"|"eventType":"([^"]+)"/.exec(text)?.slice(1).join(''));
    expect(types).toEqual(['login', 'subscribe', 'channel-conn-count', 'snapshot']);
  });

  it.each([
    ['public', { channel: 'candle1m', instId: 'EOS-USDT' }, '60018'],
    ['public', { channel: 'orders', instType: 'ANY' }, '60018'],
    ['public', { channel: 'books-l2-tbt', instId: 'EOS-USDT' }, '60011'],
    ['public', { channel: 'nonsense' }, '60018'],
    ['public', {}, '60013'],
    ['business', { channel: 'books', instId: 'EOS-USDT' }, '64002'],
    ['business', { channel: 'orders', instType: 'ANY' }, '64002'],
    ['business', { channel: 'orders-algo', instType: 'ANY' }, '60011'],
    ['private', { channel: 'orders-algo', instType: 'ANY' }, '64001'],
    ['private', { channel: 'orders', instType: 'ANY' }, '60011'],
  ] as const)('on /%s %j is %s', async (path, arg, code) => {
    const client = await okxBench().open(path);
    expect((await client.subscribe(arg))[0]).toMatchObject({ event: 'error', code });
  });

  test('64003 for what needs a better fee tier; orders needs a product', async () => {
    const client = await okxBench().login();
    const answers = await client.subscribe({ channel: 'fills' }, { channel: 'orders' });
    expect(answers.map(({ code }) => code)).toEqual(['64003', '60018']);
  });

  it.each([
    [
      '{"op":"subscribe","argss":[{"channel":"orders"}]}',
      '60012',
      'Invalid request: {"op":"subscribe","argss":[{"channel":"orders"}]}',
    ],
    ['not json', '60012', 'Invalid request: not json'],
    ['{"op":"dance"}', '60019', 'Invalid op: dance'],
    ['{"op":"subscribe","args":[]}', '60013', 'Invalid args'],
  ])('%s is %s', async (frame, code, msg) => {
    const client = await okxBench().open('public');
    client.send(frame);
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code, msg });
  });

  test('60014 after 480 operations within the hour', async () => {
    const client = await okxBench().open('public');
    for (let index = 0; index < 480; index++) client.send({ op: 'subscribe', args: [{ channel: 'status' }] });
    client.send({ op: 'unsubscribe', args: [{ channel: 'status' }] });
    expect(await client.next(({ event }) => event === 'error')).toMatchObject({ code: '60014' });
  });
});

describe('connections', () => {
  test('a text ping is answered with a text pong', async () => {
    const { open, clock } = okxBench();
    const client = await open('public');
    client.send('ping');
    await clock.advance(5);
    expect(client.texts).toEqual(['pong']);
  });

  test('4004 after 30 silent seconds; pings keep it alive', async () => {
    const { open, clock } = okxBench();
    const client = await open('public');
    for (const _ of [1, 2, 3]) {
      await clock.advance(25_000);
      client.send('ping');
    }
    await clock.advance(29_000);
    expect(client.isOpen).toBe(true);
    await clock.advance(2000);
    expect(client.closed).toMatchObject({ code: 4004 });
  });

  test('4004 also when times are fractions of milliseconds', async () => {
    const jitter = { fixedMs: 0, jitterMs: 3 };
    for (let turn = 0; turn < 20; turn++) {
      const { login, clock } = okxBench({}, { random: seededRandom(`turn ${turn}`) }, jitter);
      await clock.advance(0.1 * turn);
      const client = await login();
      await clock.advance(31_000);
      expect(client.closed).toMatchObject({ code: 4004 });
    }
  });

  test('a subscription on which nothing happens does not keep it alive', async () => {
    const client = await okxBench().login();
    await client.subscribe({ channel: 'orders', instType: 'ANY' });
    await client.next(({ event }) => event === 'channel-conn-count');
    expect(await client.during('orders', 31_000)).toEqual([]);
    expect(client.closed).toMatchObject({ code: 4004 });
  });

  test('three new ones a second for an address, paths that do not exist none', async () => {
    const { open } = okxBench();
    const clients = [];
    for (let index = 0; index < 6; index++) clients.push(await open('public'));
    expect(clients.filter(({ isOpen }) => isOpen)).toHaveLength(3);
    expect(clients.at(-1)?.closed?.error).toContain('429');
    const nowhere = await okxBench().open('nowhere' as 'public');
    expect(nowhere.closed?.error).toContain('404');
  });

  test('1009 for a frame beyond 64 KB', async () => {
    const { open, clock } = okxBench();
    const client = await open('public');
    client.send('x'.repeat(70_000));
    await clock.advance(5);
    expect(client.closed).toMatchObject({ code: 1009 });
  });

  test('connections that went half-open and were given up do not count for ever', async () => {
    const bench = okxBench({ limits: false });
    const args = ['orders', 'account'].map((channel) => ({ channel, instType: 'ANY' }));
    for (let round = 0; round < 35; round++) {
      const client = await bench.login();
      expect((await client.subscribe(...args)).map(({ event }) => event)).toEqual(['subscribe', 'subscribe']);
      expect(await client.next(({ event }) => event === 'channel-conn-count')).toMatchObject({ channel: 'orders' });
      bench.exchange.faults.inject({ fault: 'half-open' });
      client.close();
      await bench.clock.advance(20_000);
    }
  });

  test('channel-conn-count tells how many have the channel; the 31st is turned away after its acknowledgement', async () => {
    const bench = okxBench({ limits: false });
    const first = await bench.login();
    await first.subscribe({ channel: 'orders', instType: 'ANY' });
    expect(await first.next(({ event }) => event === 'channel-conn-count')).toMatchObject({
      channel: 'orders',
      connCount: '1',
    });
    for (let index = 2; index <= 30; index++) {
      const client = await bench.login();
      await client.subscribe({ channel: 'orders', instType: 'ANY' });
    }
    const last = await bench.login();
    const [ack] = await last.subscribe({ channel: 'orders', instType: 'ANY' });
    expect(ack).toMatchObject({ event: 'subscribe' });
    expect(await last.next(({ event }) => event === 'channel-conn-count-error')).toMatchObject({ connCount: '30' });
    await first.operation('order', [socketOrder('buy', '0.8', '10')]);
    expect(await last.during('orders', 10)).toEqual([]);
    first.close();
    await bench.clock.advance(10);
    await last.subscribe({ channel: 'orders', instType: 'ANY' });
    expect(await last.next(({ event }) => event === 'channel-conn-count')).toMatchObject({ connCount: '30' });
  });

  test('a session that expires says so with 64008 and closes a minute later', async () => {
    const { login, clock, exchange } = okxBench();
    const client = await login();
    exchange.faults.inject({ fault: 'session-expired' });
    expect(await client.next(() => true)).toEqual({
      event: 'notice',
      code: '64008',
      msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
      connId: expect.any(String) as string,
    });
    for (const _ of [1, 2]) {
      client.send('ping');
      await clock.advance(29_000);
    }
    expect(client.isOpen).toBe(true);
    client.send('ping');
    await clock.advance(3000);
    expect(client.isOpen).toBe(false);
  });

  test('4007 when the key is deleted under way', async () => {
    const { login, clock, venue } = okxBench();
    const client = await login();
    venue.accountByUid(1)!.permissions.valid = false;
    client.send('ping');
    await clock.advance(5);
    expect(client.closed).toMatchObject({ code: 4007 });
  });
});

describe('order operations', () => {
  test('an order by instrument code: the envelope and item that were recorded', async () => {
    const client = await okxBench().login();
    const reply = await client.operation('order', [socketOrder('buy', '0.8', '10', { clOrdId: 'a1' })]);
    expect(Object.keys(reply)).toEqual(['id', 'op', 'code', 'msg', 'data', 'inTime', 'outTime']);
    expect(reply).toMatchObject({ op: 'order', code: '0', msg: '' });
    expect((reply['data'] as Json[])[0]).toEqual({
      tag: '',
      ts: expect.stringMatching(/^\d{13}$/) as string,
      ordId: String(FIRST_ORDER_ID),
      clOrdId: 'a1',
      sCode: '0',
      sMsg: 'Order successfully placed.',
      subCode: '',
    });
    expect(reply['event']).toBeUndefined();
  });

  it.each([
    ['instId alone', { instIdCode: undefined, instId: 'EOS-USDT' }, { code: '60013', msg: 'Invalid args', data: [] }],
    ['a code as text', { instIdCode: '1' }, { code: '60013', msg: 'Invalid args', data: [] }],
    ['an unknown code', { instIdCode: 99 }, { code: '1', msg: '', data: [{ sCode: '51001', ordId: '' }] }],
  ])('%s is refused', async (_what, change, answer) => {
    const client = await okxBench().login();
    expect(await client.operation('order', [socketOrder('buy', '0.8', '10', change)])).toMatchObject(answer);
  });

  test('an instrument can be given another code, and a state in which it takes no orders', async () => {
    let now: InstrumentNow = {};
    const bench = okxBench({ instrumentNow: (symbol) => (symbol === EOS ? now : {}) });
    const client = await bench.login();
    const place = async (change: Json = {}): Promise<unknown> =>
      rowOf(await client.operation('order', [socketOrder('buy', '0.8', '10', change)]))['sCode'];
    const listed = async (): Promise<Json> =>
      (await bench.raw('GET', '/api/v5/public/instruments?instType=SPOT&instId=EOS-USDT')).data[0] ?? {};
    expect(await place()).toBe('0');
    now = { code: 77 };
    expect(await place()).toBe('51001');
    expect(await place({ instIdCode: 77 })).toBe('0');
    expect(await listed()).toMatchObject({ instIdCode: 77, state: 'live' });
    now = { state: 'suspend', code: null };
    expect(await listed()).toMatchObject({ instIdCode: null, state: 'suspend' });
    const refused = await bench.post('/api/v5/trade/order', limitOrder('buy', '0.8', '10'));
    expect(refused.data[0]).toMatchObject({ sCode: '51022' });
    now = { state: 'post_only' };
    expect(await place()).toBe('51022');
    expect(await place({ ordType: 'post_only' })).toBe('0');
  });

  test('a batch, its cancel, and a single cancel', async () => {
    const { login, venue } = okxBench();
    const client = await login();
    const placed = await client.operation('batch-orders', [
      socketOrder('buy', '0.8', '10', { clOrdId: 'b1' }),
      socketOrder('buy', '0.7', '10', { clOrdId: 'b2' }),
      socketOrder('buy', '0.6', '10.05'),
    ]);
    expect(placed).toMatchObject({ code: '2', msg: 'Bulk operation partially succeeded.' });
    expect((placed['data'] as Json[]).map(({ sCode }) => sCode)).toEqual(['0', '0', '51121']);
    expect(await client.operation('cancel-order', [{ instIdCode: 1, clOrdId: 'b1' }])).toMatchObject({
      code: '0',
      data: [{ clOrdId: 'b1', ordId: String(FIRST_ORDER_ID), sCode: '0', sMsg: '' }],
    });
    const cancel = await client.operation('batch-cancel-orders', [
      { instIdCode: 1, clOrdId: 'b1' },
      { instIdCode: 1, clOrdId: 'b2' },
    ]);
    expect((cancel['data'] as Json[]).map(({ sCode }) => sCode)).toEqual(['51400', '0']);
    expect(venue.openOrders(1, null)).toEqual([]);
    expect(
      await client.operation('amend-order', [{ instIdCode: 1, clOrdId: 'b1', newSz: '5', reqId: 'r7' }]),
    ).toMatchObject({
      data: [{ reqId: 'r7', sCode: '51503' }],
    });
  });

  test('the id is required; no args, or two for one order, are 60013', async () => {
    const client = await okxBench().login();
    client.send({ op: 'order', args: [socketOrder('buy', '0.8', '10')] });
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code: '60027' });
    client.send({ id: 'not-alphanumeric', op: 'order', args: [] });
    expect(await client.next(() => true)).toMatchObject({ event: 'error', code: '60033' });
    expect(await client.operation('order', [])).toMatchObject({
      op: 'order',
      data: [],
      code: '60013',
      msg: 'Invalid args',
    });
    const two = [socketOrder('buy', '0.8', '10'), socketOrder('buy', '0.8', '10')];
    expect(await client.operation('order', two)).toMatchObject({ code: '60013' });
  });

  test('expTime at the top level', async () => {
    const { login, clock } = okxBench();
    const client = await login();
    const late = await client.operation('order', [socketOrder('buy', '0.8', '10')], {
      expTime: String(clock.now() - 1),
    });
    expect(late).toMatchObject({ code: '50036', data: [] });
  });

  test('60028 on the public path', async () => {
    const { open, clock } = okxBench();
    const client = await open('public');
    client.send(loginFrame(clock, DEMO));
    await client.next(({ event }) => event === 'login');
    client.send({ id: '1', op: 'order', args: [socketOrder('buy', '0.8', '10')] });
    expect(await client.next(() => true)).toMatchObject({ id: '1', event: 'error', code: '60028' });
  });

  test('REST and socket share one bucket', async () => {
    const bench = okxBench();
    const client = await bench.login();
    for (let index = 0; index < 66; index++)
      client.send({ id: `c${index}`, op: 'cancel-order', args: [{ instIdCode: 1, ordId: '1' }] });
    await bench.clock.advance(2);
    expect((await bench.post('/api/v5/trade/cancel-order', { instId: 'EOS-USDT', ordId: '1' })).status).toBe(429);
    expect(await client.operation('cancel-order', [{ instIdCode: 1, ordId: '1' }])).toMatchObject({
      code: '50011',
      data: [],
    });
  });
});

describe("the dead man's switch", () => {
  const url = '/api/v5/trade/cancel-all-after';

  test('cancels everything when it is not renewed, and says so with source 20', async () => {
    const bench = okxBench();
    const client = await bench.login();
    await client.subscribe({ channel: 'orders', instType: 'ANY' });
    await client.operation('batch-orders', [
      socketOrder('buy', '0.8', '10'),
      { ...socketOrder('buy', '9', '1'), instIdCode: 2 },
    ]);
    await client.during('orders', 10);
    const { data } = await bench.post(url, { timeOut: '10' });
    const now = Math.floor(bench.clock.now() / 1000);
    expect(data[0]).toEqual({ triggerTime: String(now + 10), tag: '', ts: String(now) });
    await bench.clock.advance(9000);
    await bench.post(url, { timeOut: '10' });
    await bench.clock.advance(9000);
    expect(bench.venue.openOrders(1, null)).toHaveLength(2);
    const rows = (await client.during('orders', 1100)).map((frame) => (frame['data'] as Json[])[0]);
    expect(rows.map((row) => [row?.['instId'], row?.['state'], row?.['cancelSource']])).toEqual([
      ['EOS-USDT', 'canceled', '20'],
      ['BNB-USDT', 'canceled', '20'],
    ]);
  });

  test('with a tag only the orders that carry it; other accounts never', async () => {
    const bench = okxBench();
    const client = await bench.login();
    await client.operation('batch-orders', [
      socketOrder('buy', '0.8', '10', { tag: 'one' }),
      socketOrder('buy', '0.7', '10', { tag: 'two' }),
    ]);
    bench.venue.place(2, order('BUY', '0.6', '10'), RULES);
    await bench.post(url, { timeOut: '10', tag: 'one' });
    await bench.clock.advance(10_100);
    expect(bench.venue.openOrders(1, null).map(({ tag }) => tag['tag'])).toEqual(['two']);
    expect(bench.venue.openOrders(2, null)).toHaveLength(1);
  });

  test('0 disarms; 1 to 9 and more than 120 seconds are refused', async () => {
    const bench = okxBench();
    bench.venue.place(1, order('BUY', '0.6', '10'), RULES);
    await bench.post(url, { timeOut: '10' });
    await bench.clock.advance(1000);
    expect((await bench.post(url, { timeOut: '0' })).data[0]).toMatchObject({ triggerTime: '0' });
    await bench.clock.advance(11_000);
    expect(bench.venue.openOrders(1, null)).toHaveLength(1);
    for (const timeOut of ['9', '121', '10000', 'soon']) {
      await bench.clock.advance(1000);
      const { status, body } = await bench.post(url, { timeOut });
      expect([status, body['code'], body['msg']]).toEqual([400, '51000', 'Parameter timeOut error ']);
    }
  });

  test('once a second', async () => {
    const bench = okxBench();
    const statuses: number[] = [];
    for (const _ of [1, 2, 3]) statuses.push((await bench.post(url, { timeOut: '10' })).status);
    expect(statuses).toEqual([200, 429, 429]);
    expect((await bench.post(url, { timeOut: '10', tag: 'other' })).status).toBe(200);
  });

  test('more than 20 tags are 51071', async () => {
    const bench = okxBench();
    for (let index = 0; index < 20; index++) await bench.post(url, { timeOut: '60', tag: `t${index}` });
    expect((await bench.post(url, { timeOut: '60', tag: 't20' })).body['code']).toBe('51071');
    expect((await bench.post(url, { timeOut: '60' })).body['code']).toBe('0');
  });
});

test('the balance after a fill', async () => {
  const bench = okxBench();
  bench.venue.place(2, order('SELL', '0.8', '10'), RULES);
  const client = await bench.login();
  await client.operation('order', [socketOrder('buy', '0.8', '10')]);
  const { data } = await bench.get('/api/v5/account/balance?ccy=EOS,USDT');
  const details = data[0]?.['details'] as Json[];
  expect(details.map(({ ccy, cashBal, availBal, frozenBal }) => [ccy, cashBal, availBal, frozenBal])).toEqual([
    ['EOS', '100009.99', '100009.99', '0'],
    ['USDT', '99992', '99992', '0'],
  ]);
  // BNB has no price yet and counts for nothing.
  expect(data[0]?.['totalEq']).toBe('179999.992');
});
