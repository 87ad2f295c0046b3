// The private stream and order entry over prepared sockets: what is sent to go live, what ends a connection, what replaces it.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { binance } from '../../../src/exchanges/binance/index.ts';
import { isRow, type Row } from '../../../src/exchanges/binance/frames.ts';
import { instrumentOf } from '../../../src/exchanges/binance/decode-market.ts';
import { BinanceLimits } from '../../../src/exchanges/binance/limits.ts';
import { BinanceRest } from '../../../src/exchanges/binance/rest.ts';
import type { CreateCommand } from '../../../src/exchanges/exchange.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { createRateBudgets, type RateBudgets } from '../../../src/wire/rate-budget.ts';
import { FakeTransport, type FakeSocket } from '../../support/fake-transport.ts';
import { Diary } from './diary.ts';
import { load, payload, row } from './fixtures.ts';

type Answer = (request: Row, socket: FakeSocket) => unknown;

/** Acknowledges whatever a session needs to go live; a test overrides single methods. */
function acknowledge(answers: Readonly<Record<string, Answer>>): Answer {
  return (request, socket) => {
    const method = String(request['method']);
    const own = answers[method];
    if (own !== undefined) return own(request, socket);
    if (method === 'session.logon') return { id: request['id'], status: 200, result: { userDataStream: false } };
    if (method.startsWith('userDataStream.subscribe'))
      return { id: request['id'], status: 200, result: { subscriptionId: 0 } };
    return undefined;
  };
}

async function setup(
  answers: Readonly<Record<string, Answer>> = {},
  secretKey = 'secret',
  budgets: RateBudgets = createRateBudgets(),
) {
  const clock = new VirtualClock();
  const transport = new FakeTransport();
  const answer = acknowledge(answers);
  transport.onRequest = () => ({ status: 200, headers: {}, body: JSON.stringify({ serverTime: clock.now() + 3_000 }) });
  const requests: Row[] = [];
  transport.onConnect = (socket) => {
    socket.responder = (text) => {
      const request: unknown = JSON.parse(text);
      if (!isRow(request)) throw new Error('no request');
      requests.push(request);
      const reply = answer(request, socket);
      if (reply !== undefined) socket.receive(reply);
    };
    socket.open();
  };
  const account = binance.open(
    {
      account: 'a',
      accessKey: 'K',
      secretKey: new Secret(secretKey),
      passphrase: null,
      endpoints: binance.endpoints({ rest: 'http://x.test', wsApi: 'ws://x.test/ws-api/v3', stream: 'ws://x.test' }),
      timings: {
        requestTimeout: 5_000,
        inDoubtPatience: 10_000,
        notFoundAfter: 30_000,
        reconcileEvery: 60_000,
        feeWait: 3_000,
        streamSilence: undefined,
      },
    },
    { transport, clock, random: seededRandom(1), log: silentLog, budgets },
  );
  const diary = new Diary();
  const instrument = instrumentOf(row(payload('exchangeInfo symbol')));
  if (instrument === null) throw new Error('no instrument');
  account.feed.watch(instrument);
  account.feed.start(diary);
  await clock.advance(100);
  const methods = (): string[] => requests.map((request) => String(request['method']));
  /** The connection of the private stream: the newest that was asked to subscribe. */
  const stream = (): FakeSocket => {
    const found = transport.sockets.findLast((socket) => socket.sent.some((frame) => frame.includes('userDataStream')));
    if (found === undefined) throw new Error('no stream');
    return found;
  };
  const ordersSocket = (): FakeSocket => {
    const found = transport.sockets.findLast(
      (socket) => !socket.gone && !socket.sent.some((frame) => frame.includes('userDataStream')),
    );
    if (found === undefined) throw new Error('no order socket');
    return found;
  };
  const command = (fields: Partial<CreateCommand> = {}): CreateCommand => ({
    instrument,
    clientOrderId: 'aq-000001',
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('60000'),
    quantity: Decimal.from('0.003'),
    quoteQuantity: null,
    extra: {},
    ...fields,
  });
  return { clock, transport, account, diary, requests, methods, stream, ordersSocket, command, instrument };
}

const events = load('socket-events');
const eventNamed = (name: string): unknown => events.find((fixture) => fixture.name === name)?.payload;

test('an HMAC key subscribes with a signature and is live when that is acknowledged', async () => {
  const { requests, diary, methods } = await setup();
  expect(methods()).toEqual(['userDataStream.subscribe.signature']);
  const params = row(requests[0]?.['params']);
  expect(params['apiKey']).toBe('K');
  expect(params['signature']).toMatch(/^[0-9a-f]{64}$/);
  expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
});

test('an Ed25519 key logs both connections on and subscribes without a signature', async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { methods, diary, account, command, requests } = await setup({}, pem);
  expect(methods().sort()).toEqual(['session.logon', 'session.logon', 'userDataStream.subscribe']);
  expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
  void account.trading.create(command());
  await Promise.resolve();
  const order = requests.find((request) => request['method'] === 'order.place');
  expect(Object.keys(row(order?.['params']))).not.toContain('signature');
  expect(Object.keys(row(order?.['params']))).not.toContain('apiKey');
});

test('events become reports in the order of arrival; balances that are older than known ones are passed over', async () => {
  const { stream, diary } = await setup();
  for (const { payload: value } of events.filter(({ name }) => name.startsWith('executionReport')))
    stream().receive(value);
  expect(diary.reports.map(({ life }) => life)).toEqual([
    'open',
    'open',
    'filled',
    'canceled',
    'failed',
    'canceled',
    'canceled',
    'open',
  ]);
  stream().receive(eventNamed('outboundAccountPosition'));
  stream().receive({
    subscriptionId: 0,
    event: {
      e: 'outboundAccountPosition',
      u: 1,
      B: [
        { a: 'BTC', f: '7', l: '0' },
        { a: 'BNB', f: '1', l: '0' },
      ],
    },
  });
  expect(diary.assets).toMatchObject({ BTC: { free: '1.5' }, BNB: { free: '1' }, USDT: { total: '9600' } });
});

test('balances read join those pushed by the time of the last update; what the answer leaves out is empty (A5.2, A8.3)', async () => {
  const { transport, clock, stream, account } = await setup();
  stream().receive(eventNamed('outboundAccountPosition'));
  const answer = (body: unknown): void => {
    transport.onRequest = ({ url }) => ({
      status: 200,
      headers: {},
      body: JSON.stringify(url.includes('/api/v3/account') ? body : { serverTime: clock.now() }),
    });
  };
  answer({ updateTime: 1_795_300_000_000, balances: [{ asset: 'BTC', free: '9', locked: '0' }] });
  const [older] = await clock.runFor(account.assets());
  expect(older).toMatchObject({ BTC: { free: '1.5' }, USDT: { total: '9600' } });
  answer({ updateTime: 1_795_300_001_000, balances: [{ asset: 'BTC', free: '9', locked: '0' }] });
  const [newer] = await clock.runFor(account.assets());
  expect(newer).toMatchObject({ BTC: { free: '9' }, USDT: { free: '0', locked: '0', total: '0' } });
  answer({ updateTime: 1_795_300_002_000 });
  expect((await clock.runFor(account.assets()))[1]).toMatchObject({ kind: 'unknown' });
});

test('an event before the reply to the subscription is delivered', async () => {
  const { diary } = await setup({
    'userDataStream.subscribe.signature': (request, socket) => {
      socket.receive(eventNamed('executionReport NEW/NEW'));
      return { id: request['id'], status: 200, result: { subscriptionId: 0 } };
    },
  });
  expect(diary.reports).toHaveLength(1);
});

test('already subscribed is subscribed (F24)', async () => {
  const { diary } = await setup({
    'userDataStream.subscribe.signature': (request) => ({
      id: request['id'],
      status: 400,
      error: { code: -2035, msg: 'User Data Stream subscription already active.' },
    }),
  });
  expect(diary.lines.at(-1)).toBe('live');
});

test('A5.1 eventStreamTerminated is a break; the next connection ends it', async () => {
  const { stream, diary, clock, account } = await setup();
  stream().receive(eventNamed('eventStreamTerminated'));
  expect(diary.lines.at(-3)).toBe('close');
  expect(diary.lines.at(-2)).toBe('broken: the exchange ended the stream');
  expect(account.feed.isLive).toBe(false);
  await clock.advance(2_000);
  expect(diary.lines.at(-1)).toBe('live');
});

test('A5.1 serverShutdown: the next connection is live before this one is let go, and nothing breaks', async () => {
  const { stream, diary, clock } = await setup();
  const old = stream();
  old.receive(eventNamed('serverShutdown'));
  await clock.advance(1_000);
  expect(stream()).not.toBe(old);
  expect(old.gone).toBe(false);
  old.receive(eventNamed('executionReport NEW/NEW'));
  stream().receive(eventNamed('executionReport NEW/NEW'));
  expect(diary.reports).toHaveLength(2);
  await clock.advance(5_000);
  expect(old.gone).toBe(true);
  expect(diary.lines.filter((line) => line.startsWith('broken'))).toEqual([]);
  expect(diary.lines.filter((line) => line === 'live')).toHaveLength(1);
});

test('A5.1 serverShutdown of a connection that is being opened: it is replaced once it is live', async () => {
  let shutdowns = 1;
  const { transport, diary, clock } = await setup({
    'userDataStream.subscribe.signature': (request, socket) => {
      if (shutdowns-- > 0) socket.receive(eventNamed('serverShutdown'));
      return { id: request['id'], status: 200, result: { subscriptionId: 0 } };
    },
  });
  await clock.advance(10_000);
  const streams = transport.sockets.filter(({ sent }) => sent.some((frame) => frame.includes('userDataStream')));
  expect(streams.map(({ gone }) => gone)).toEqual([true, false]);
  expect(diary.lines.filter((line) => line === 'live' || line.startsWith('broken'))).toEqual(['live']);
});

test('A5.1 serverShutdown of each new connection soon after it is live: they are not dialled as fast as they come', async () => {
  let clock: VirtualClock | null = null;
  const bench = await setup({
    'userDataStream.subscribe.signature': (request, socket) => {
      clock?.after(20, () => socket.receive(eventNamed('serverShutdown')));
      return { id: request['id'], status: 200, result: { subscriptionId: 0 } };
    },
  });
  ({ clock } = bench);
  bench.stream().receive(eventNamed('serverShutdown'));
  await clock.advance(60_000);
  const streams = bench.transport.sockets.filter(({ sent }) => sent.some((frame) => frame.includes('userDataStream')));
  expect(streams.length).toBeGreaterThan(2);
  expect(streams.length).toBeLessThan(20);
  expect(bench.diary.lines.filter((line) => line.startsWith('broken'))).toEqual([]);
});

test('A5.1 serverShutdown of a connection that has been replaced is no reason to replace its successor', async () => {
  const { stream, ordersSocket, transport, clock } = await setup();
  const [oldStream, oldOrders] = [stream(), ordersSocket()];
  for (const old of [oldStream, oldOrders]) old.receive(eventNamed('serverShutdown'));
  await clock.advance(1_000);
  expect(transport.sockets).toHaveLength(4);
  for (const old of [oldStream, oldOrders]) {
    expect(old.gone).toBe(false);
    old.receive(eventNamed('serverShutdown'));
  }
  await clock.advance(10_000);
  expect(transport.sockets).toHaveLength(4);
});

test('orders that a replaced connection leaves unanswered cost no further connection', async () => {
  const { account, command, transport, ordersSocket, clock } = await setup();
  const first = ordersSocket();
  for (let index = 0; index < 4; index++) {
    void account.trading.create(command({ clientOrderId: `a${index}` }));
    await clock.advance(500);
  }
  expect(first.sent).toHaveLength(4);
  await clock.advance(20_000);
  expect(first.gone).toBe(true);
  // The stream, the connection that answered nothing, and its successor.
  expect(transport.sockets).toHaveLength(3);
});

test('A2.3, D7: a revoked session is dialled anew, and a key that was taken before is never given up', async () => {
  let refuse = false;
  const { stream, diary, clock, transport } = await setup({
    'userDataStream.subscribe.signature': (request) =>
      refuse
        ? {
            id: request['id'],
            status: 401,
            error: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
          }
        : { id: request['id'], status: 200, result: { subscriptionId: 0 } },
  });
  refuse = true;
  stream().receive({
    id: null,
    status: 401,
    error: { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' },
  });
  await clock.advance(600_000);
  expect(diary.lines.filter((line) => line.startsWith('fatal'))).toEqual([]);
  const dialled = transport.sockets.filter((socket) => socket.sent.some((frame) => frame.includes('userDataStream')));
  expect(dialled.length).toBeGreaterThan(10);
  expect(dialled.length).toBeLessThan(60);
  refuse = false;
  await clock.advance(60_000);
  expect(diary.lines.at(-1)).toBe('live');
});

test('a wrong clock at the subscription is measured and healed', async () => {
  let told = 0;
  const { diary, transport } = await setup({
    'userDataStream.subscribe.signature': (request) =>
      ++told === 1
        ? {
            id: request['id'],
            status: 400,
            error: { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' },
          }
        : { id: request['id'], status: 200, result: { subscriptionId: 0 } },
  });
  expect(told).toBe(2);
  expect(diary.lines.at(-1)).toBe('live');
  expect(transport.requests.every(({ url }) => url === 'http://x.test/api/v3/time')).toBe(true);
});

test('create: the bytes leave before the call returns; a lost socket leaves it unknown and nothing is sent again', async () => {
  const { account, ordersSocket, command, transport, clock } = await setup();
  const socket = ordersSocket();
  const creating = account.trading.create(command());
  expect(socket.sent).toHaveLength(1);
  expect(JSON.parse(socket.sent[0] ?? '')).toMatchObject({
    method: 'order.place',
    params: {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.003',
      price: '60000',
      newClientOrderId: 'aq-000001',
      apiKey: 'K',
    },
  });
  socket.die(1006, 'reset');
  expect(await creating).toMatchObject({ outcome: 'unknown', error: { kind: 'network', outcome: 'unknown' } });
  await clock.advance(30_000);
  expect(transport.requests.filter(({ url }) => url.includes('/order'))).toEqual([]);
  expect(transport.sockets.flatMap(({ sent }) => sent).filter((frame) => frame.includes('order.place'))).toHaveLength(
    1,
  );
});

test('with no socket open an order goes by REST, signed, once', async () => {
  const { account, ordersSocket, command, transport, clock } = await setup();
  transport.onConnect = (socket) => socket.refuse();
  ordersSocket().die();
  transport.onRequest = () => ({
    status: 200,
    headers: { 'x-mbx-order-count-10s': '7' },
    body: JSON.stringify(payload('place reply RESULT')),
  });
  const outcome = await clock.runFor(account.trading.create(command()));
  expect(outcome).toMatchObject({ outcome: 'accepted', reports: [{ orderId: '48123456789', life: 'open' }] });
  const [request] = transport.requests.filter(({ url }) => url.includes('/order'));
  expect(request).toMatchObject({ method: 'POST', headers: { 'X-MBX-APIKEY': 'K' } });
  expect(request?.url).toMatch(
    /^http:\/\/x\.test\/api\/v3\/order\?newClientOrderId=.*&side=BUY&symbol=BTCUSDT&timeInForce=GTC&timestamp=\d+&type=LIMIT&signature=[0-9a-f]{64}$/,
  );
});

const TOO_MUCH = { code: -1003, msg: 'Too much request weight used.' };

test('what waits for a limit gives up at once when a ban begins that it cannot wait out, and no order leaves after it', async () => {
  const { account, ordersSocket, command, transport, clock, instrument } = await setup();
  // 2 s before the window of 10 s ends, all of its places are taken.
  await clock.advance(8_000 - (clock.now() % 10_000) + 10_000);
  const socket = ordersSocket();
  const creating = Array.from({ length: 51 }, (_, index) =>
    account.trading.create(command({ clientOrderId: `a${index}` })),
  );
  const last = creating.at(-1)!;
  await clock.advance(100);
  expect(socket.sent).toHaveLength(50);
  transport.onRequest = () => ({ status: 429, headers: { 'retry-after': '40' }, body: JSON.stringify(TOO_MUCH) });
  await account.trading.openOrders(instrument);
  // 40 s: too long for an order, not for these.
  const asking = account.trading.openOrders(instrument);
  const canceling = account.trading.cancel(instrument, [{ orderId: '1', clientOrderId: null }]);
  await clock.advance(4_000);
  expect(await last).toMatchObject({ outcome: 'not-sent', error: { kind: 'rate-limited', outcome: 'not-sent' } });
  const { id } = row(JSON.parse(socket.sent[0] ?? ''));
  socket.receive({ id, status: 418, error: { ...TOO_MUCH, data: { serverTime: 0, retryAfter: 600_000 } } });
  const before = clock.monotonic();
  expect(await clock.runFor(asking)).toMatchObject([
    null,
    { kind: 'rate-limited', outcome: 'not-sent', retryAfter: 600_000 },
  ]);
  expect(await clock.runFor(canceling)).toMatchObject([{ outcome: 'not-sent', error: { kind: 'rate-limited' } }]);
  expect(clock.monotonic()).toBe(before);
  await clock.advance(700_000);
  expect(transport.sockets.flatMap(({ sent }) => sent).filter((frame) => frame.includes('order.place'))).toHaveLength(
    50,
  );
  expect(transport.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('a closed account waits for nothing, however long a ban lasts', async () => {
  const { account, transport, clock, instrument, stream } = await setup();
  transport.onRequest = () => ({ status: 429, headers: { 'retry-after': '50' }, body: JSON.stringify(TOO_MUCH) });
  await account.trading.openOrders(instrument);
  // Its next connection waits as well.
  stream().die();
  await clock.advance(5_000);
  const asking = account.trading.openOrders(instrument);
  await clock.runFor(account.close());
  expect(await asking).toMatchObject([null, { kind: 'rate-limited', outcome: 'not-sent' }]);
  expect(await clock.runAll(0)).toBe(true);
});

test('nor for the next try of a key that was refused', async () => {
  const { account, transport, clock } = await setup();
  const refusal = { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' };
  transport.onRequest = ({ url }) =>
    url.includes('/time')
      ? { status: 200, headers: {}, body: JSON.stringify({ serverTime: clock.now() }) }
      : { status: 401, headers: {}, body: JSON.stringify(refusal) };
  const preparing = account.prepare();
  await clock.advance(100);
  await clock.runFor(account.close());
  expect(await preparing).toMatchObject([null, { kind: 'auth', code: '-2015' }]);
  expect(await clock.runAll(0)).toBe(true);
});

test('an order refused for the clock is not sent again once it is called off', async () => {
  const { account, ordersSocket, command, clock } = await setup();
  const socket = ordersSocket();
  let isOff = false;
  const creating = account.trading.create(command({ isCalledOff: () => isOff }));
  isOff = true;
  const { id } = row(JSON.parse(socket.sent[0] ?? ''));
  socket.receive({
    id,
    status: 400,
    error: { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' },
  });
  expect(await clock.runFor(creating)).toMatchObject({ outcome: 'not-sent', error: { kind: 'closed' } });
  expect(socket.sent).toHaveLength(1);
});

test('A2.4: a clock that was set is measured with the next request, whatever words it is refused in', async () => {
  const { account, ordersSocket, command, clock, transport } = await setup();
  // Far in the future is refused outright, and not said to be by -1021.
  const socket = ordersSocket();
  const last = (): Row => row(JSON.parse(socket.sent.at(-1) ?? ''));
  const serverNow = (): number => clock.monotonic() + 1_795_300_000_000;
  transport.onRequest = () => ({ status: 200, headers: {}, body: JSON.stringify({ serverTime: serverNow() }) });
  await account.prepare();
  await clock.advance(10_000);
  clock.stepWall(60_000);
  const refused = account.trading.create(command());
  socket.receive({ id: last()['id'], status: 400, error: { code: -1100, msg: "Illegal characters in 'timestamp'." } });
  expect(await clock.runFor(refused)).toMatchObject({ outcome: 'rejected' });
  await clock.advance(100);
  void account.trading.create(command());
  expect(Math.abs(Number(row(last()['params'])['timestamp']) - serverNow())).toBeLessThan(1_000);
});

const WRONG_CLOCK = { code: -1021, msg: 'Timestamp for this request is outside of the recvWindow.' };

test('an order refused for the clock does not leave long after it was meant, when the time is not to be had', async () => {
  const { account, ordersSocket, command, clock, transport, instrument } = await setup();
  const socket = ordersSocket();
  const creating = account.trading.create(command());
  await clock.advance(2_000);
  transport.onRequest = () => ({ status: 429, headers: { 'retry-after': '40' }, body: JSON.stringify(TOO_MUCH) });
  await account.trading.openOrders(instrument);
  const { id } = row(JSON.parse(socket.sent[0] ?? ''));
  socket.receive({ id, status: 400, error: WRONG_CLOCK });
  transport.onRequest = () => ({ status: 200, headers: {}, body: JSON.stringify({ serverTime: clock.now() }) });
  const since = clock.monotonic();
  expect(await clock.runFor(creating)).toMatchObject({ outcome: 'rejected', error: { code: '-1021' } });
  expect(clock.monotonic() - since).toBeLessThanOrEqual(5_000);
  await clock.advance(120_000);
  expect(transport.sockets.flatMap(({ sent }) => sent).filter((frame) => frame.includes('order.place'))).toHaveLength(
    1,
  );
});

test('a cancel refused for the clock is healed at once though questions have used up their part of the weight', async () => {
  const budgets = createRateBudgets();
  const { account, ordersSocket, clock, instrument } = await setup({}, 'secret', budgets);
  const limits = new BinanceLimits(budgets, clock, 'x.test', 'K', { offset: 0, serverNow: () => clock.now() });
  const socket = ordersSocket();
  const cancels = (): Row[] =>
    socket.sent.filter((frame) => frame.includes('order.cancel')).map((frame) => row(JSON.parse(frame)));
  const canceling = account.trading.cancel(instrument, [{ orderId: '1', clientOrderId: null }]);
  await clock.advance(2_000);
  while (limits.tryTake(1, 0, 'query'));
  socket.receive({ id: cancels()[0]?.['id'], status: 400, error: WRONG_CLOCK });
  await clock.advance(100);
  expect(cancels()).toHaveLength(2);
  socket.receive({ id: cancels()[1]?.['id'], status: 400, error: { code: -2011, msg: 'Unknown order sent.' } });
  expect(await clock.runFor(canceling)).toMatchObject([{ outcome: 'gone' }]);
});

test('a reply that says 5xx or "status unknown" is unknown; a refusal is rejected; no error names a key', async () => {
  const replies = [
    { status: 500, error: { code: -1000, msg: 'An unknown error occurred while processing the request.' } },
    {
      status: 400,
      error: {
        code: -1007,
        msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
      },
    },
    { status: 400, error: { code: -1013, msg: 'Filter failure: LOT_SIZE' } },
  ];
  const { account, command } = await setup({ 'order.place': (request) => ({ id: request['id'], ...replies.shift() }) });
  const outcomes = [];
  for (let index = 0; index < 3; index++) outcomes.push(await account.trading.create(command()));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'rejected']);
  for (const outcome of outcomes) {
    if (outcome.outcome === 'accepted') throw new Error('accepted');
    const { error } = outcome;
    expect(JSON.stringify({ message: error.message, cause: error.cause })).not.toMatch(/signature|secret|"K"/);
  }
});

test('what cannot be expressed is refused in words, and options cannot overwrite the order', async () => {
  const { account, command, instrument } = await setup();
  const refuse = (fields: Partial<CreateCommand>): string | null => account.trading.refuse(command(fields));
  expect(refuse({})).toBeNull();
  expect(refuse({ orderType: 'MARKET', price: null, timeInForce: 'POST_ONLY' })).toMatch(/use a LIMIT order/);
  expect(refuse({ orderType: 'MARKET', price: null, timeInForce: 'FOK' })).toMatch(/LIMIT order with timeInForce FOK/);
  expect(refuse({ extra: { selfTradePreventionMode: 'NONE' } })).toBeNull();
  expect(refuse({ extra: { selfTradePreventionMode: 'MAYBE' } })).toMatch(/allowed: NONE,EXPIRE_TAKER/);
  expect(refuse({ extra: { side: 'SELL' } })).toMatch(/option side is set by the order itself/);
  const noMarket = {
    ...instrument,
    extra: { ...instrument.extra, orderTypes: 'LIMIT', quoteOrderQtyMarketAllowed: 'false' },
  };
  expect(refuse({ instrument: noMarket, orderType: 'MARKET', price: null })).toMatch(/does not take MARKET orders/);
  expect(
    refuse({
      instrument: noMarket,
      orderType: 'MARKET',
      price: null,
      quantity: null,
      quoteQuantity: Decimal.from('5'),
    }),
  ).toMatch(/give the quantity in BTC/);
});

test('A3.2: once the account is known its orders count for it, and no more for the key', async () => {
  const real = createRateBudgets();
  const keys: string[] = [];
  const noting: RateBudgets = {
    get(key, limit) {
      if (key.includes(':orders:')) keys.push(key);
      return real.get(key, limit);
    },
  };
  const { account, transport } = await setup({}, 'secret', noting);
  expect(keys).toEqual(['x.test:K:orders:10000:50', 'x.test:K:orders:86400000:160000']);
  transport.onRequest = ({ url }) => ({
    status: 200,
    headers: {},
    body: url.includes('/account') ? '{"canTrade":true,"uid":354000001,"balances":[]}' : '{"serverTime":1}',
  });
  expect(await account.prepare()).toEqual([true, null]);
  expect(keys.slice(2)).toEqual([
    'x.test:account 354000001:orders:10000:50',
    'x.test:account 354000001:orders:86400000:160000',
  ]);
});

test('A1, A3.2: the names of the live exchange are one place: what is asked of one counts for all', async () => {
  const budgets = createRateBudgets();
  const clock = new VirtualClock();
  const environment = { transport: new FakeTransport(), clock, random: seededRandom(1), log: silentLog, budgets };
  const timings = { requestTimeout: 5_000, inDoubtPatience: 10_000, notFoundAfter: 30_000, reconcileEvery: 60_000 };
  const open = (rest: string) =>
    binance.open(
      {
        account: 'a',
        accessKey: 'K',
        secretKey: new Secret('secret'),
        passphrase: null,
        endpoints: binance.endpoints({ rest }),
        timings: { ...timings, feeWait: 3_000, streamSilence: undefined },
      },
      environment,
    );
  const [one, other] = [open('https://api.binance.com'), open('https://api3.binance.com')];
  environment.transport.onRequest = () => ({ status: 429, headers: { 'retry-after': '40' }, body: '{"code":-1003}' });
  if (!(one.rest instanceof BinanceRest) || !(other.rest instanceof BinanceRest)) throw new Error('another client');
  await one.rest.ping();
  const asked = environment.transport.requests.length;
  void other.rest.ping();
  await clock.advance(30_000);
  expect(environment.transport.requests).toHaveLength(asked);
  await clock.advance(15_000);
  expect(environment.transport.requests.length).toBeGreaterThan(asked);
});

test('A3.3: a test order that has its commission worked out weighs twenty times as much', async () => {
  const budgets = createRateBudgets();
  const { account, transport, clock } = await setup({}, 'secret', budgets);
  const limit = { clock, capacity: 6_000, windowMs: 60_000, aligned: true, cancelReserve: 600 };
  const weight = budgets.get('x.test:weight:6000', limit);
  transport.onRequest = () => ({ status: 200, headers: {}, body: '{"serverTime":1}' });
  const { rest } = account;
  if (!(rest instanceof BinanceRest)) throw new Error('another client');
  await rest.testOrder({ symbol: 'BTCUSDT' });
  // The clock is measured along with the first request.
  await clock.advance(100);
  for (const [computeCommissionRates, expected] of [
    [true, 20],
    ['true', 20],
    [false, 1],
  ] as const) {
    const before = weight.used;
    await rest.testOrder({ symbol: 'BTCUSDT', computeCommissionRates });
    expect(weight.used - before).toBe(expected);
  }
});

test('wrong options are named', () => {
  expect(() => binance.endpoints({ rest: 'ftp://x' })).toThrow(/endpoints\.rest: expected a http/);
  expect(() => binance.endpoints({ nix: 'http://x' })).toThrow(/endpoints\.nix: unknown/);
  expect(binance.endpoints('testnet')['rest']).toBe('https://testnet.binance.vision');
  const check = (accessKey: string, secretKey: string) => () =>
    binance.checkCredentials({ accessKey, secretKey: new Secret(secretKey), passphrase: null });
  expect(check('', 's')).toThrow(/accessKey/);
  expect(check('k', '')).toThrow(/secretKey/);
  expect(check('k', '-----BEGIN PRIVATE KEY-----')).toThrow(/secretKey/);
  expect(check('k', 's')).not.toThrow();
});
