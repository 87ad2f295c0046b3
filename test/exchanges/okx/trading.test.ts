// Orders in and out: socket or REST, two-level codes, what is certain and what is in doubt, batches, pages, and the dead man's switch.

import { describe, expect, it, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { ok, TradeError } from '../../../src/domain/errors.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Args } from '../../../src/exchanges/okx/encode.ts';
import { isRow, parse, type Reply, type Row } from '../../../src/exchanges/okx/frames.ts';
import { OkxLimits } from '../../../src/exchanges/okx/limits.ts';
import { OkxRequests, type Answer } from '../../../src/exchanges/okx/requests.ts';
import { OkxRest } from '../../../src/exchanges/okx/rest.ts';
import { createSigner } from '../../../src/exchanges/okx/sign.ts';
import { OkxTrading } from '../../../src/exchanges/okx/trading.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { TransportError } from '../../../src/seam/transport.ts';
import { ClockOffset } from '../../../src/wire/clock-offset.ts';
import { createRateBudgets, type RateBudgets } from '../../../src/wire/rate-budget.ts';
import { btcUsdt, FakeTransport, json, limitOrder, OpenBudgets, rows } from './fake.ts';

interface Sent {
  readonly op: string;
  readonly args: readonly Args[];
  readonly expTime: number | null;
}

const placed = (fields: Row = {}): Row => ({
  clOrdId: 'a1',
  ordId: '77',
  tag: '',
  ts: '1695190491421',
  sCode: '0',
  sMsg: 'Order placed',
  subCode: '',
  ...fields,
});
const refused = (sCode: string, sMsg = 'no', fields: Row = {}): Row => placed({ ordId: '', sCode, sMsg, ...fields });
const reply = (code: string, data: readonly Row[] = [], msg = ''): Reply => ({ code, msg, rows: data });
const answer = (code: string, data: readonly Row[] = [], msg = ''): Answer => ({
  type: 'reply',
  reply: reply(code, data, msg),
});

const gone: Answer = { type: 'lost', error: new TradeError('gone', { kind: 'network', outcome: 'unknown' }) };

async function makeTrading(options: { level?: string | null; isDemo?: boolean; budgets?: RateBudgets } = {}) {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const budgets = new OpenBudgets();
  const sent: Sent[] = [];
  /** Answers of the socket, in order; none left: the socket is not open. */
  const socketAnswers: Answer[] = [];
  const refusals: string[] = [];
  const state = { clockOff: false, resyncs: 0 };
  const time = new ClockOffset({
    clock,
    samples: 1,
    minAgeMs: 0,
    ask: () => {
      state.resyncs++;
      return Promise.resolve(ok(clock.now()));
    },
  });
  await time.measure();
  state.resyncs = 0;
  const limits = new OkxLimits(options.budgets ?? budgets, clock, 'okx.test', 'key');
  const requests = new OkxRequests({
    transport,
    limits,
    signer: createSigner(new Secret('mock-secret')),
    accessKey: 'key',
    passphrase: 'open sesame',
    restUrl: 'https://okx.test',
    isDemo: options.isDemo ?? false,
    timeoutMs: 5_000,
    time,
  });
  const trading = new OkxTrading({
    requests,
    limits,
    rest: new OkxRest(requests),
    now: () => clock.now(),
    requestTimeoutMs: 5_000,
    level: () => (options.level === undefined ? '1' : options.level),
    socket: {
      call: (op, args, expTime) => {
        const next = socketAnswers.shift();
        if (next === undefined) return null;
        sent.push({ op, args, expTime });
        return Promise.resolve(next);
      },
    },
    clockWasOff: () => Promise.resolve(state.clockOff),
    onRefused: (code) => void refusals.push(code),
  });
  const bodies = (): unknown[] => transport.requests.map((request) => parse(request.body ?? ''));
  return { clock, transport, budgets, sent, socketAnswers, refusals, state, limits, trading, bodies };
}

describe('a create', () => {
  it('goes over the socket by code, with a time limit, before the first await', async () => {
    const { trading, sent, socketAnswers, clock } = await makeTrading();
    socketAnswers.push(answer('0', [placed()]));
    const pending = trading.create(limitOrder());
    expect(sent).toEqual([
      {
        op: 'order',
        args: [{ instIdCode: 3, tdMode: 'cash', clOrdId: 'a1', side: 'buy', ordType: 'limit', px: '2.15', sz: '2' }],
        expTime: clock.now() + 5_000,
      },
    ]);
    const outcome = await pending;
    expect(outcome).toMatchObject({
      outcome: 'accepted',
      reports: [{ source: 'create-reply', orderId: '77', clientOrderId: 'a1', life: 'open', ctime: 1695190491421 }],
    });
  });

  it('goes by REST when no socket is open, signed, with the time limit in a header', async () => {
    const { trading, transport, clock, bodies, budgets } = await makeTrading();
    transport.answer('trade/order', rows(placed()));
    expect((await trading.create(limitOrder())).outcome).toBe('accepted');
    const [request] = transport.requests;
    expect(bodies()).toEqual([
      { instId: 'BTC-USDT', tdMode: 'cash', clOrdId: 'a1', side: 'buy', ordType: 'limit', px: '2.15', sz: '2' },
    ]);
    expect(request).toMatchObject({ method: 'POST', url: 'https://okx.test/api/v5/trade/order', timeoutMs: 5_000 });
    expect(request!.headers).toMatchObject({
      'OK-ACCESS-KEY': 'key',
      'OK-ACCESS-PASSPHRASE': 'open sesame',
      expTime: String(clock.now() + 5_000),
      'content-type': 'application/json',
    });
    expect(request!.headers).not.toHaveProperty('x-simulated-trading');
    expect(budgets.taken).toEqual(['okx.test:key:place:BTC-USDT 1 order']);
  });

  it('goes by REST when the instrument has no code yet', async () => {
    const { trading, transport, socketAnswers, sent } = await makeTrading();
    socketAnswers.push(answer('0', [placed()]));
    transport.answer('trade/order', rows(placed()));
    expect((await trading.create(limitOrder({ instrument: { ...btcUsdt, extra: {} } }))).outcome).toBe('accepted');
    expect(sent).toEqual([]);
  });

  it('goes by REST when the socket says that it is not logged in: nothing was done', async () => {
    const { trading, transport, socketAnswers } = await makeTrading();
    socketAnswers.push(answer('60011', [], 'Please log in'));
    transport.answer('trade/order', rows(placed()));
    expect((await trading.create(limitOrder())).outcome).toBe('accepted');
  });

  it('tells demo trading by its header', async () => {
    const { trading, transport } = await makeTrading({ isDemo: true });
    transport.answer('trade/order', rows(placed()));
    await trading.create(limitOrder());
    expect(transport.requests[0]!.headers['x-simulated-trading']).toBe('1');
  });

  it('is not sent while the account’s mode is unknown', async () => {
    const { trading, transport, sent } = await makeTrading({ level: null });
    expect(await trading.create(limitOrder())).toMatchObject({
      outcome: 'not-sent',
      error: { kind: 'not-ready', outcome: 'not-sent' },
    });
    expect([...sent, ...transport.requests]).toEqual([]);
  });

  it.each([
    [
      'the row',
      answer(
        '1',
        [refused('51008', 'Order failed. Insufficient USDT balance in account', { subCode: '1000' })],
        'All operations failed',
      ),
      'rejected',
      'insufficient-funds',
      '51008',
    ],
    ['the request', answer('60013', [], 'Invalid args'), 'rejected', 'invalid-order', '60013'],
    ['the rate limit', answer('50011', [], 'Too Many Requests'), 'rejected', 'rate-limited', '50011'],
    ['the account’s rate', answer('1', [refused('50061')]), 'rejected', 'rate-limited', '50061'],
    [
      'a time limit that ran out in the queue',
      answer('1', [refused('50037', 'Order expired')]),
      'rejected',
      'timeout',
      '50037',
    ],
    ['a busy system', answer('50013', [], 'Systems are busy'), 'unknown', 'unknown', '50013'],
    ['maintenance', answer('50001', [], 'Service temporarily unavailable'), 'unknown', 'maintenance', '50001'],
    ['a time-out inside the exchange', answer('1', [refused('51149')]), 'unknown', 'timeout', '51149'],
    [
      'a duplicate id: the order exists',
      answer('1', [refused('51016', 'Client order ID already exists.')]),
      'unknown',
      'duplicate-order',
      '51016',
    ],
    ['success without a row', answer('0'), 'unknown', 'unknown', undefined],
    ['failure without a row', answer('1'), 'unknown', 'unknown', undefined],
    ['success without an id', answer('0', [placed({ ordId: '' })]), 'unknown', 'unknown', undefined],
  ] as const)('reads %s', async (_what, given, outcome, kind, code) => {
    const { trading, socketAnswers } = await makeTrading();
    socketAnswers.push(given);
    expect(await trading.create(limitOrder())).toMatchObject({ outcome, error: { kind, code, outcome } });
  });

  it.each([
    ['no answer', new TransportError('timed out', 'maybe', 'timeout'), 'unknown', 'timeout'],
    ['a connection that never was', new TransportError('refused', 'no', 'network'), 'not-sent', 'network'],
    ['a page of the gateway', { status: 502, headers: {}, body: '<html>Bad Gateway</html>' }, 'unknown', 'network'],
    ['an empty body', { status: 200, headers: {}, body: '' }, 'unknown', 'network'],
    ['HTTP 500, whatever the code', json({ code: '51000', msg: 'x', data: [] }, 500), 'unknown', 'invalid-order'],
    ['HTTP 408, whatever the code', json({ code: '51000', msg: 'x', data: [] }, 408), 'unknown', 'invalid-order'],
    [
      'HTTP 400 with a business code',
      json({ code: '51000', msg: 'Parameter sz error', data: [] }, 400),
      'rejected',
      'invalid-order',
    ],
    [
      'HTTP 401 without data',
      json({ msg: 'APIKey does not match current environment.', code: '50101' }, 401),
      'rejected',
      'auth',
    ],
    ['HTTP 429', json({ msg: 'Too Many Requests', code: '50011' }, 429), 'rejected', 'rate-limited'],
  ] as const)('by REST reads %s', async (_what, given, outcome, kind) => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/order', given);
    expect(await trading.create(limitOrder())).toMatchObject({ outcome, error: { kind, outcome } });
    expect(transport.requests).toHaveLength(1);
  });

  it.each([
    ['HTTP 429 with a gateway’s page', { status: 429, headers: {}, body: '<html>' }],
    ['HTTP 429 that says busy', json({ msg: 'Systems are busy', code: '50013' }, 429)],
    ['the account’s rate, said of the order', json({ code: '1', msg: '', data: [refused('50061')] })],
  ])('by REST is followed by a pause after %s (okx.md 11.1, 12)', async (_what, given) => {
    const { trading, transport, budgets } = await makeTrading();
    transport.answer('trade/order', given);
    await trading.create(limitOrder());
    expect(budgets.taken).toEqual(['okx.test:key:place:BTC-USDT 1 order', 'okx.test:key:place:BTC-USDT blocked 1000']);
  });

  it('refused for our clock is signed anew with a corrected one, once: it was not executed', async () => {
    const { trading, transport, state } = await makeTrading();
    transport.answer('trade/order', json({ msg: 'Timestamp request expired', code: '50102' }, 401), rows(placed()));
    expect((await trading.create(limitOrder())).outcome).toBe('accepted');
    expect([transport.requests.length, state.resyncs]).toEqual([2, 1]);
    transport.requests.length = 0;
    transport.answer('trade/order', json({ msg: 'Timestamp request expired', code: '50102' }, 401));
    expect(await trading.create(limitOrder())).toMatchObject({ outcome: 'rejected', error: { kind: 'clock-skew' } });
    expect(transport.requests).toHaveLength(2);
  });

  it('that expired on arrival goes out again only when our clock was to blame', async () => {
    const { trading, socketAnswers, state, sent } = await makeTrading();
    socketAnswers.push(answer('1', [refused('50036')]));
    expect(await trading.create(limitOrder())).toMatchObject({ outcome: 'rejected', error: { kind: 'timeout' } });
    state.clockOff = true;
    socketAnswers.push(answer('50036'), answer('0', [placed()]));
    expect((await trading.create(limitOrder())).outcome).toBe('accepted');
    expect(sent).toHaveLength(3);
  });

  it('refused for our clock does not leave again once it is called off', async () => {
    const { trading, transport, socketAnswers, state, sent } = await makeTrading();
    let asked = 0;
    const isCalledOff = (): boolean => ++asked > 0;
    transport.answer('trade/order', json({ msg: 'Timestamp request expired', code: '50102' }, 401), rows(placed()));
    const off = { outcome: 'not-sent', error: { kind: 'closed', outcome: 'not-sent' } };
    expect(await trading.create(limitOrder({ isCalledOff }))).toMatchObject(off);
    expect(transport.requests).toHaveLength(1);
    state.clockOff = true;
    socketAnswers.push(answer('50036'), answer('0', [placed()]));
    expect(await trading.create(limitOrder({ isCalledOff }))).toMatchObject(off);
    expect(sent).toHaveLength(1);
  });

  it('does not leave when its turn comes later than it was meant, however often that is put off', async () => {
    const { trading, transport, clock, limits } = await makeTrading({ budgets: createRateBudgets() });
    transport.answer('trade/order', rows(placed()));
    const place = limits.budget('place', 'BTC-USDT');
    place.tryTake(60, 'order');
    const creating = trading.create(limitOrder());
    for (let refusals = 0; refusals < 6; refusals++) {
      await clock.advance(900);
      place.blockFor(1_000);
    }
    expect(await creating).toMatchObject({ outcome: 'not-sent', error: { kind: 'rate-limited', outcome: 'not-sent' } });
    await clock.advance(60_000);
    expect(transport.requests).toEqual([]);
  });

  it('tells the account which code refused it, for rules that have changed', async () => {
    const { trading, socketAnswers, refusals } = await makeTrading();
    socketAnswers.push(answer('1', [refused('51121')]));
    await trading.create(limitOrder());
    expect(refusals).toEqual(['51121']);
  });

  it('by market says what its size means', async () => {
    const { trading, socketAnswers, sent } = await makeTrading();
    socketAnswers.push(answer('0', [placed()]));
    await trading.create(
      limitOrder({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: Decimal.from('100') }),
    );
    expect(sent[0]!.args[0]).toMatchObject({ ordType: 'market', sz: '100', tgtCcy: 'quote_ccy' });
  });
});

const ref = (orderId: string) => ({ orderId, clientOrderId: null });

describe('a cancel', () => {
  it('of one order is single, of several in batches of twenty, all at once', async () => {
    const { trading, socketAnswers, sent, budgets } = await makeTrading();
    const ids = Array.from({ length: 41 }, (_, index) => String(1_000 + index));
    const items = (from: number, to: number): Row[] =>
      ids.slice(from, to).map((ordId) => ({ ordId, sCode: '0', sMsg: '' }));
    socketAnswers.push(answer('0', items(0, 20)), answer('0', items(20, 40)), answer('0', items(40, 41)));
    const pending = trading.cancel(btcUsdt, ids.map(ref));
    expect(sent.map(({ op, args, expTime }) => [op, args.length, expTime])).toEqual([
      ['batch-cancel-orders', 20, null],
      ['batch-cancel-orders', 20, null],
      ['cancel-order', 1, null],
    ]);
    expect(sent[0]!.args[0]).toEqual({ instIdCode: 3, ordId: '1000' });
    expect(budgets.taken.map((line) => line.replace('okx.test:key:', ''))).toEqual([
      'cancel-batch:BTC-USDT 20 cancel',
      'cancel-batch:BTC-USDT 20 cancel',
      'cancel:BTC-USDT 1 cancel',
    ]);
    const outcomes = await pending;
    expect(outcomes).toHaveLength(41);
    // Taken is not done: nothing is reported of the orders yet.
    expect(outcomes.every((outcome) => outcome.outcome === 'accepted' && outcome.reports.length === 0)).toBe(true);
  });

  it('by REST names the instrument by its id, alone or in a list', async () => {
    const { trading, transport, bodies } = await makeTrading();
    transport.answer('trade/cancel-order', rows({ ordId: '7', sCode: '0' }));
    transport.answer('trade/cancel-batch-orders', rows({ ordId: '7', sCode: '0' }, { ordId: '8', sCode: '0' }));
    await trading.cancel(btcUsdt, [{ orderId: null, clientOrderId: 'a1' }]);
    await trading.cancel(btcUsdt, [ref('7'), ref('8')]);
    expect(bodies()).toEqual([
      { instId: 'BTC-USDT', clOrdId: 'a1' },
      [
        { instId: 'BTC-USDT', ordId: '7' },
        { instId: 'BTC-USDT', ordId: '8' },
      ],
    ]);
    expect(transport.requests[0]!.headers).not.toHaveProperty('expTime');
  });

  it.each([
    ['51001', answer('1', [{ ordId: '7', sCode: '51001', sMsg: '' }])],
    ['60013', answer('60013', [], 'Invalid args')],
  ])(
    'refused for the code of its instrument (%s) goes by REST, once, and the rules are learnt anew',
    async (code, no) => {
      const { trading, transport, socketAnswers, refusals, budgets } = await makeTrading();
      socketAnswers.push(no, no);
      transport.answer('trade/cancel-order', rows({ ordId: '7', sCode: '0' }));
      expect(await trading.cancel(btcUsdt, [ref('7')])).toMatchObject([{ outcome: 'accepted' }]);
      expect(refusals).toEqual([code]);
      expect(budgets.taken.map((line) => line.replace('okx.test:key:', ''))).toEqual([
        'cancel:BTC-USDT 1 cancel',
        'cancel:BTC-USDT 1 cancel',
      ]);
      transport.answer('trade/cancel-order', rows({ ordId: '7', sCode: '51001' }));
      expect(await trading.cancel(btcUsdt, [ref('7')])).toMatchObject([{ outcome: 'rejected' }]);
      expect(transport.requests).toHaveLength(2);
    },
  );

  it('reads each item of a batch for itself', async () => {
    const { trading, socketAnswers } = await makeTrading();
    socketAnswers.push(
      answer('2', [
        { ordId: '1', sCode: '0', sMsg: '' },
        {
          ordId: '2',
          sCode: '51400',
          sMsg: 'Order cancellation failed as the order has been filled, canceled or does not exist.',
        },
        { ordId: '3', sCode: '51410', sMsg: '' },
        { ordId: '4', sCode: '51412', sMsg: '' },
        { ordId: '5', sCode: '51404', sMsg: '' },
      ]),
    );
    const outcomes = await trading.cancel(btcUsdt, ['1', '2', '3', '4', '5'].map(ref));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'gone', 'accepted', 'unknown', 'rejected']);
    expect(outcomes[1]).toMatchObject({ error: { code: '51400', kind: 'already-done' } });
  });

  it('of which one item is refused for rate is followed by a pause, by the socket and by REST (okx.md 6.1, 12)', async () => {
    const { trading, transport, socketAnswers, budgets } = await makeTrading();
    const data = [
      { ordId: '1', sCode: '0', sMsg: '' },
      { ordId: '2', sCode: '50011', sMsg: '' },
    ];
    socketAnswers.push(answer('2', data));
    transport.answer('trade/cancel-batch-orders', json({ code: '2', msg: '', data }));
    for (const _way of ['socket', 'REST']) await trading.cancel(btcUsdt, [ref('1'), ref('2')]);
    const blocked = 'okx.test:key:cancel-batch:BTC-USDT blocked 1000';
    expect(budgets.taken.filter((note) => note === blocked)).toHaveLength(2);
  });

  it('whose list of items is short leaves those that are missing in doubt', async () => {
    const { trading, socketAnswers } = await makeTrading();
    socketAnswers.push(answer('2', [{ ordId: '2', sCode: '0', sMsg: '' }]));
    expect((await trading.cancel(btcUsdt, [ref('1'), ref('2')])).map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'accepted',
    ]);
  });

  it.each([
    ['a lost connection', gone, 'unknown'],
    ['a busy system', answer('50026'), 'unknown'],
    ['the rate limit', answer('50011'), 'rejected'],
    ['success without rows', answer('0'), 'unknown'],
  ] as const)('as a whole: %s', async (_what, given, outcome) => {
    const { trading, socketAnswers } = await makeTrading();
    socketAnswers.push(given);
    expect((await trading.cancel(btcUsdt, [ref('1'), ref('2')])).map((one) => one.outcome)).toEqual([outcome, outcome]);
  });

  it('of what cannot be an order id is settled here, so that it spoils no batch', async () => {
    const { trading, socketAnswers, sent, transport } = await makeTrading();
    socketAnswers.push(answer('0', [{ ordId: '1001', sCode: '0', sMsg: '' }]));
    const impossible = ['abc', '-5', '1&instId=X', '9223372036854775808', '9'.repeat(40)];
    const refs = [...impossible, '1001'].map(ref);
    const outcomes = await trading.cancel(btcUsdt, refs);
    expect(sent.map(({ args }) => args)).toEqual([[{ instIdCode: 3, ordId: '1001' }]]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([...impossible.map(() => 'gone'), 'accepted']);
    for (const one of refs.slice(0, -1)) {
      expect(await trading.query(btcUsdt, one)).toMatchObject({
        outcome: 'not-found',
        error: { kind: 'order-not-found', outcome: 'rejected' },
      });
      expect(await trading.fills(btcUsdt, { ref: one })).toEqual([[], null]);
    }
    expect(transport.requests).toEqual([]);
  });

  it('of nothing sends nothing', async () => {
    const { trading, sent } = await makeTrading();
    expect(await trading.cancel(btcUsdt, [])).toEqual([]);
    expect(sent).toEqual([]);
  });
});

const orderRow = (ordId: string, fields: Row = {}): Row => ({
  instType: 'SPOT',
  instId: 'BTC-USDT',
  ordId,
  clOrdId: '',
  state: 'live',
  side: 'buy',
  ordType: 'limit',
  px: '1',
  sz: '1',
  accFillSz: '0',
  cTime: '1',
  uTime: '1',
  ...fields,
});

describe('a question about orders that is refused', () => {
  it.each([
    ['51001', 'unknown'],
    ['51021', 'unknown'],
    ['51022', 'maintenance'],
    ['51009', 'unknown'],
    ['51000', 'unknown'],
    ['50011', 'rate-limited'],
    ['50113', 'auth'],
  ])('with %s is %s: only a bad key is the last word', async (code, kind) => {
    const { trading, transport } = await makeTrading();
    for (const path of ['order', 'orders-pending', 'fills', 'fills-history'])
      transport.answer(`trade/${path}`, json({ code, msg: 'no', data: [] }));
    const error = { kind, code, message: expect.stringContaining(`no (${code})`) as string };
    expect(await trading.query(btcUsdt, ref('77'))).toMatchObject({ outcome: 'no-answer', error });
    expect((await trading.openOrders(btcUsdt))[1]).toMatchObject({ ...error, symbol: 'BTC/USDT' });
    expect((await trading.fills(btcUsdt, { ref: ref('77') }))[1]).toMatchObject(error);
    expect((await trading.fills(btcUsdt, { since: 0 }))[1]).toMatchObject(error);
  });
});

describe('a query', () => {
  it('asks by the exchange’s id where it is known', async () => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/order', rows(orderRow('77')));
    expect(await trading.query(btcUsdt, { orderId: '77', clientOrderId: 'a1' })).toMatchObject({
      outcome: 'found',
      reports: [{ source: 'query', orderId: '77' }],
    });
    await trading.query(btcUsdt, { orderId: null, clientOrderId: 'a1' });
    expect(transport.requests.map(({ url }) => new URL(url).search)).toEqual([
      '?instId=BTC-USDT&ordId=77',
      '?instId=BTC-USDT&clOrdId=a1',
    ]);
  });

  it.each([
    ['51603', json({ code: '51603', msg: 'Order does not exist', data: [] }), 'not-found'],
    ['no rows', rows(), 'not-found'],
    ['another code', json({ code: '50011', msg: '' }, 429), 'no-answer'],
    ['an instrument that is gone', json({ code: '51001', msg: '' }, 400), 'no-answer'],
    ['silence', new TransportError('timed out', 'maybe', 'timeout'), 'no-answer'],
    ['HTTP 503', { status: 503, headers: {}, body: '' }, 'no-answer'],
  ] as const)('%s', async (_what, given, outcome) => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/order', given);
    expect((await trading.query(btcUsdt, ref('77'))).outcome).toBe(outcome);
  });
});

describe('lists', () => {
  const page = (from: number, count: number): Row =>
    rows(...Array.from({ length: count }, (_, index) => orderRow(String(from - index))));

  it('of open orders come whole, however many pages', async () => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/orders-pending', page(1_000, 100), page(900, 100), page(801, 3));
    const [orders, error] = await trading.openOrders(btcUsdt);
    expect(error).toBeNull();
    // 801 came twice: the list moved while it was read.
    expect(orders!.length).toBe(202);
    expect(transport.requests.map(({ url }) => new URL(url).searchParams.get('after'))).toEqual([null, '901', '801']);
  });

  it('with a failed page fail as a whole', async () => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/orders-pending', page(1_000, 100), json({ code: '50011', msg: 'Too Many Requests' }, 429));
    expect((await trading.openOrders(btcUsdt))[1]).toMatchObject({ kind: 'rate-limited' });
  });

  it('whose pages do not advance fail rather than go round', async () => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/orders-pending', page(1_000, 100));
    expect((await trading.openOrders(btcUsdt))[1]).toMatchObject({
      kind: 'unknown',
      message: 'the pages of the answer do not advance behind ordId 901',
    });
  });

  const fillRow = (billId: number, ts: number): Row => ({
    instType: 'SPOT',
    instId: 'BTC-USDT',
    billId: String(billId),
    tradeId: `t${billId}`,
    ordId: '77',
    fillPx: '1',
    fillSz: '1',
    fee: '-0.1',
    feeCcy: 'USDT',
    side: 'sell',
    execType: 'M',
    fillTime: String(ts),
    ts: String(ts),
  });

  it('that have to wait for more than a minute are told so', async () => {
    const { trading, transport, limits } = await makeTrading({ budgets: createRateBudgets() });
    limits.budget('orders-pending').blockFor(60_001);
    const [, error] = await trading.openOrders(btcUsdt);
    expect(error).toMatchObject({ kind: 'rate-limited', retryAfter: 60_001 });
    expect(transport.requests).toEqual([]);
  });

  it('of fills run back by billId until the time asked for', async () => {
    const { trading, transport, clock } = await makeTrading();
    const now = clock.now();
    const fills = (from: number, count: number): Row =>
      rows(
        ...Array.from({ length: count }, (_, index) => fillRow(from - index, now - (1_000 - (from - index)) * 1_000)),
      );
    transport.answer('trade/fills', fills(1_000, 100), fills(900, 100), fills(800, 100));
    const [found] = await trading.fills(btcUsdt, { since: now - 150_000 });
    expect(found!.length).toBe(151);
    expect(transport.requests.map(({ url }) => new URL(url).search)).toEqual([
      '?instId=BTC-USDT&limit=100',
      '?instId=BTC-USDT&after=901&limit=100',
    ]);
  });

  it('of fills older than three days are asked of the history as well', async () => {
    const { trading, transport, clock } = await makeTrading();
    const old = clock.now() - 4 * 86_400_000;
    transport.answer('trade/fills', rows(fillRow(5, clock.now())));
    transport.answer('trade/fills-history', rows(fillRow(5, clock.now()), fillRow(4, old)));
    const [found] = await trading.fills(btcUsdt, { since: old - 1 });
    expect(found!.map(({ fill }) => fill!.tradeId)).toEqual(['t5', 't4']);
  });

  it('of an order’s fills need its id: a client id is looked up first', async () => {
    const { trading, transport, clock } = await makeTrading();
    transport.answer('trade/order', rows({ ...orderRow('77'), cTime: String(clock.now()) }));
    transport.answer('trade/fills', rows(fillRow(5, 1)));
    const [found] = await trading.fills(btcUsdt, { ref: { orderId: null, clientOrderId: 'a1' } });
    expect(found!.map(({ source, fill }) => [source, fill!.fee!.toString()])).toEqual([['fills', '0.1']]);
    expect(transport.requests.map(({ url }) => new URL(url).searchParams.get('ordId'))).toEqual([null, '77']);
  });

  it('of an order’s fills look into the history when the last days know none', async () => {
    const { trading, transport } = await makeTrading();
    transport.answer('trade/fills', rows());
    transport.answer('trade/fills-history', rows(fillRow(5, 1)));
    expect((await trading.fills(btcUsdt, { ref: ref('77') }))[0]).toHaveLength(1);
  });

  it.each([
    ['an old order', 5, ['t9', 't5', 't4']],
    ['an order of unknown age', 0, ['t9', 't5', 't4']],
    ['a young order', -1, ['t9', 't5']],
  ])(
    'of the fills of %s that was filled lately: each once, those of the history too where there may be any',
    async (_what, days, expected) => {
      const { trading, transport, clock } = await makeTrading();
      const placedAt = days === 0 ? 0 : clock.now() - Math.max(days, 0) * 86_400_000;
      transport.answer('trade/fills', rows(fillRow(9, clock.now()), fillRow(5, clock.now())));
      // Whether the history gives a fill the same bill is not said.
      const again = { ...fillRow(5, clock.now()), billId: '1005' };
      transport.answer('trade/fills-history', rows(again, fillRow(4, placedAt)));
      const [found] = await trading.fills(btcUsdt, { ref: ref('77'), placedAt });
      expect(found!.map(({ fill }) => fill!.tradeId)).toEqual(expected);
    },
  );

  it('of the fills of an order whose age is asked for along with its id', async () => {
    const { trading, transport, clock } = await makeTrading();
    const old = clock.now() - 5 * 86_400_000;
    transport.answer('trade/order', rows({ ...orderRow('77'), cTime: String(old) }));
    transport.answer('trade/fills', rows(fillRow(5, clock.now())));
    transport.answer('trade/fills-history', rows(fillRow(5, clock.now()), fillRow(4, old)));
    expect((await trading.fills(btcUsdt, { ref: { orderId: null, clientOrderId: 'a1' } }))[0]).toHaveLength(2);
  });
});

describe('the dead man’s switch', () => {
  it('takes seconds', async () => {
    const { trading, transport, bodies } = await makeTrading();
    transport.answer('trade/cancel-all-after', rows({ triggerTime: '1587971460', tag: '', ts: '1587971400' }));
    expect(await trading.armDeadMansSwitch(60)).toEqual([true, null]);
    expect(await trading.armDeadMansSwitch(0)).toEqual([true, null]);
    expect(bodies()).toEqual([{ timeOut: '60' }, { timeOut: '0' }]);
  });
  it.each([9, 121, 15.5, -1, NaN])('refuses %s', async (seconds) => {
    const { trading } = await makeTrading();
    await expect(trading.armDeadMansSwitch(seconds)).rejects.toThrow(RangeError);
  });
});

test('no request shows the secret, and a refused one holds no credentials', async () => {
  const { trading, transport } = await makeTrading();
  transport.answer('trade/order', json({ code: '50113', msg: 'Invalid signature' }, 401));
  const outcome = await trading.create(limitOrder());
  expect(isRow(outcome) && JSON.stringify([outcome, transport.requests])).not.toContain('mock-secret');
  expect(JSON.stringify(outcome)).not.toContain('open sesame');
});
