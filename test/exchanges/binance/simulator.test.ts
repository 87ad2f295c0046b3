// The whole connector against the simulated Binance on a virtual clock: signatures, subscriptions, orders, pushes, pages and faults.
// What the wire looks like in detail is tested with prepared frames in the other files of this folder.

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { Result } from '../../../src/domain/errors.ts';
import { cumulativeFee, merge, newOrderState, stateStatus } from '../../../src/domain/merge.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { binance } from '../../../src/exchanges/binance/index.ts';
import { BinanceRest } from '../../../src/exchanges/binance/rest.ts';
import type { CreateCommand, ExchangeAccount } from '../../../src/exchanges/exchange.ts';
import { isFatal } from '../../../src/orders/account-session.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { silentLog } from '../../../src/seam/log.ts';
import type { HttpRequest } from '../../../src/seam/transport.ts';
import { binanceDialect, type BinanceOptions } from '../../../src/simulator/binance/index.ts';
import { createSimulation } from '../../../src/simulator/simulation.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { RULES, account as venueAccount, accepted, order } from '../../simulator/support.ts';
import { Diary } from './diary.ts';

function value<T>([result, error]: Result<T>): T {
  if (error !== null) throw error;
  return result;
}

const EOS = 'EOS/USDT';

interface Settings {
  readonly options?: Partial<BinanceOptions>;
  readonly ed25519?: boolean;
  readonly secretKey?: string;
  readonly live?: boolean;
}

async function bench({ options = {}, ed25519 = false, secretKey, live = true }: Settings = {}) {
  const keys = generateKeyPairSync('ed25519');
  const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const simulation = await createSimulation({
    exchanges: ['binance'],
    dialects: { binance: binanceDialect(options) },
    market: 'quiet',
    firstOrderId: 9_007_199_254_740_993_000n,
    accounts: [
      venueAccount(
        1,
        ed25519 ? { ed25519PublicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() } : {},
      ),
      venueAccount(2),
    ],
  });
  const { clock } = simulation;
  const venue = simulation.venue('binance');
  const transport = simulation.transport();
  const requests: HttpRequest[] = [];
  const account: ExchangeAccount = binance.open(
    {
      account: 'a@x.test',
      accessKey: 'key-1',
      secretKey: new Secret(secretKey ?? (ed25519 ? pem : 'secret-1')),
      passphrase: null,
      endpoints: binance.endpoints(simulation.endpoints['binance']),
      timings: {
        requestTimeout: 5_000,
        inDoubtPatience: 10_000,
        notFoundAfter: 30_000,
        reconcileEvery: 60_000,
        feeWait: 3_000,
        streamSilence: undefined,
      },
    },
    {
      transport: {
        request: (request) => {
          requests.push(request);
          return transport.request(request);
        },
        connect: (url, handlers, settings) => transport.connect(url, handlers, settings),
        close: () => transport.close(),
      },
      clock,
      random: seededRandom('connector'),
      log: silentLog,
      budgets: createRateBudgets(),
    },
  );
  const run = <T>(promise: Promise<T>): Promise<T> => clock.runFor(promise);
  const diary = new Diary();
  const eos = secretKey === undefined ? value(await run(account.prepare().then(() => account.instrument(EOS)))) : null;
  if (live) {
    account.feed.start(diary);
    await clock.runUntil(() => account.feed.isLive, 60_000);
    await clock.advance(1_000);
  }
  const instrument = () => {
    if (eos === null) throw new Error('no instrument');
    return eos;
  };
  let ids = 0;
  const command = (fields: Partial<CreateCommand> = {}): CreateCommand => ({
    instrument: instrument(),
    clientOrderId: `aq-${++ids}`,
    action: 'BUY',
    orderType: 'LIMIT',
    timeInForce: 'GTC',
    price: Decimal.from('0.75'),
    quantity: Decimal.from('100'),
    quoteQuantity: null,
    extra: {},
    ...fields,
  });
  const rest = (side: 'BUY' | 'SELL', price: string, quantity: string): void => {
    accepted(venue.place(2, order(side, price, quantity), RULES));
  };
  const place = async (fields: Partial<CreateCommand> = {}): Promise<string> => {
    const outcome = await run(account.trading.create(command(fields)));
    if (outcome.outcome !== 'accepted') throw outcome.error;
    const id = outcome.reports.at(-1)?.orderId;
    if (typeof id !== 'string') throw new Error('no order id');
    return id;
  };
  const restCalls = (method: string, path: string): number =>
    requests.filter((request) => request.method === method && new URL(request.url).pathname === path).length;
  return { simulation, clock, venue, account, diary, run, command, rest, place, restCalls, requests, eos: instrument };
}

describe('start', () => {
  test('prepare, rules, live stream; ids beyond 2^53 survive; orders go over the socket', async () => {
    const { account, diary, eos, place, restCalls, run, clock, simulation } = await bench();
    expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
    expect(eos().tickSize.toString()).toBe('0.0001');
    expect(eos().lotSize.toString()).toBe('0.1');
    const id = await place();
    expect(BigInt(id) > 2n ** 53n).toBe(true);
    expect(restCalls('POST', '/api/v3/order')).toBe(0);
    await clock.advance(100);
    const state = diary.order(id);
    expect(stateStatus(state)).toBe('SUBMITTED');
    expect(state.clientOrderId).toBe('aq-1');
    expect(diary.assets['USDT']).toEqual({ free: '99925', locked: '75', total: '100000' });
    await run(account.close());
    simulation.close();
  });

  test('an Ed25519 key logs its connections on and trades', async () => {
    const { diary, place, clock, account, run, restCalls, eos } = await bench({ ed25519: true });
    expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
    const id = await place();
    expect(restCalls('POST', '/api/v3/order')).toBe(0);
    const [outcome] = await run(account.trading.cancel(eos(), [{ orderId: id, clientOrderId: null }]));
    expect(outcome?.outcome).toBe('accepted');
    await clock.advance(100);
    expect(stateStatus(diary.order(id))).toBe('CANCELED');
  });

  test('a wrong secret is an auth error of prepare, and the stream gives up', async () => {
    const { account, run, diary, clock } = await bench({ secretKey: 'wrong', live: false });
    const [, error] = await run(account.prepare());
    expect(error).toMatchObject({ kind: 'auth', outcome: 'rejected', code: '-1022' });
    account.feed.start(diary);
    await clock.advance(60_000);
    expect(diary.lines.filter((line) => line.startsWith('fatal'))).toHaveLength(1);
  });

  test('D7: a key that is refused at the start, as during a ban, is tried three times before it is given up', async () => {
    const { account, run, simulation, clock, restCalls } = await bench({
      options: { bansShowAs: 'key' },
      secretKey: 'secret-1',
      live: false,
    });
    const { faults } = simulation;
    faults.inject({ fault: 'ban', operation: 'account', nth: 1, retryAfterMs: 2_000 });
    expect(await run(account.prepare())).toEqual([true, null]);
    expect(restCalls('GET', '/api/v3/account')).toBe(3);
    faults.inject({ fault: 'ban', operation: 'account', nth: 1, retryAfterMs: 60_000 });
    const before = clock.monotonic();
    expect((await run(account.prepare()))[1]).toMatchObject({ kind: 'auth', code: '-2015' });
    expect(clock.monotonic() - before).toBeLessThan(5_000);
    expect(restCalls('GET', '/api/v3/account')).toBe(6);
  });

  test("A3.1: the firewall's page at the start is waited out; it decides nothing", async () => {
    const { account, run, simulation, clock, requests } = await bench({
      options: { bansShowAs: 'firewall' },
      secretKey: 'secret-1',
      live: false,
    });
    simulation.faults.inject({ fault: 'ban', operation: 'account', nth: 1, retryAfterMs: 4_000 });
    const [, error] = await run(account.prepare());
    expect(error).toMatchObject({ kind: 'rate-limited', outcome: 'rejected', retryAfter: 5_000 });
    expect(error !== null && isFatal(error)).toBe(false);
    const asked = requests.length;
    const again = account.prepare();
    await clock.advance(4_900);
    expect(requests).toHaveLength(asked);
    expect(await run(again)).toEqual([true, null]);
  });

  test("A2.4: a question for the exchange's time that has to wait for the rate limit does not set the clock wrong", async () => {
    const { simulation, account, run, eos, clock } = await bench({ live: false });
    await clock.advance(29.5 * 60_000);
    simulation.faults.inject({ fault: 'rate-limit', operation: 'open-orders', nth: 1, retryAfterMs: 50_000 });
    expect((await run(account.trading.openOrders(eos())))[1]).toMatchObject({ kind: 'rate-limited' });
    await clock.advance(35_000);
    // The clock has become old meanwhile: it is asked for before the balances, and waits with them.
    const balances = account.assets();
    let furthest = 0;
    for (let step = 0; step < 20_000; step++) {
      await clock.advance(1);
      furthest = Math.max(furthest, Math.abs(account.clockOffset()));
    }
    expect((await run(balances))[1]).toBeNull();
    expect(furthest).toBeLessThan(100);
  });

  test('an unknown symbol and a swap are told apart from trouble', async () => {
    const { account, run } = await bench({ live: false });
    expect((await run(account.instrument('NIX/USDT')))[1]).toMatchObject({
      kind: 'invalid-order',
      outcome: 'not-sent',
    });
    expect((await run(account.instrument('BTC/USDT:USDT')))[1]).toMatchObject({ kind: 'invalid-order' });
  });

  test("the exchange's clock runs ahead: measured at the start, healed when it steps", async () => {
    const { account, simulation, place, clock } = await bench();
    simulation.faults.inject({ fault: 'clock-skew', skewMs: 90_000 });
    const id = await place();
    expect(id).not.toBe('');
    expect(Math.abs(account.clockOffset() - 90_000)).toBeLessThan(50);
    await clock.advance(10);
  });
});

describe('orders', () => {
  test('fills come once each with fee and liquidity, by push and by reply alike', async () => {
    const { rest, place, clock, diary, run, account, command } = await bench();
    rest('SELL', '0.75', '30');
    rest('SELL', '0.76', '30');
    const outcome = await run(account.trading.create(command({ price: Decimal.from('0.76'), clientOrderId: 'aq-x' })));
    if (outcome.outcome !== 'accepted') throw outcome.error;
    await clock.advance(100);
    const id = outcome.reports.at(-1)?.orderId ?? '';
    const state = diary.order(id, outcome.reports);
    expect(stateStatus(state)).toBe('PARTIAL-FILLED');
    expect([...state.trades.values()].map((fill) => `${fill.quantity}@${fill.price} ${fill.liquidity}`)).toEqual([
      '30@0.75 taker',
      '30@0.76 taker',
    ]);
    expect(cumulativeFee(state)).toMatchObject({ asset: 'EOS' });
    expect(cumulativeFee(state).fee.toString()).toBe('0.06');
    expect(state.filledValue?.toString()).toBe('45.3');
    expect(await place({ price: Decimal.from('0.5') })).not.toBe(id);
  });

  test('a canceled order keeps its own client id, by push, reply and query', async () => {
    const { place, account, eos, run, clock, diary } = await bench();
    const id = await place();
    const [outcome] = await run(account.trading.cancel(eos(), [{ orderId: id, clientOrderId: null }]));
    if (outcome?.outcome !== 'accepted') throw new Error(`cancel: ${outcome?.outcome}`);
    expect(outcome.reports).toMatchObject([{ orderId: id, clientOrderId: 'aq-1', life: 'canceled' }]);
    await clock.advance(100);
    const pushed = diary.reports.findLast((report) => report.orderId === id);
    expect(pushed).toMatchObject({ clientOrderId: 'aq-1', life: 'canceled', reason: 'CANCELED' });
    const found = await run(account.trading.query(eos(), { orderId: id, clientOrderId: null }));
    expect(found).toMatchObject({
      outcome: 'found',
      reports: [{ orderId: id, clientOrderId: null, life: 'canceled' }],
    });
    const again = await run(account.trading.cancel(eos(), [{ orderId: id, clientOrderId: null }]));
    expect(again[0]).toMatchObject({ outcome: 'gone', error: { code: '-2011' } });
    const nonsense = await run(account.trading.cancel(eos(), [{ orderId: 'abc', clientOrderId: null }]));
    expect(nonsense[0]).toMatchObject({ outcome: 'gone', error: { kind: 'order-not-found' } });
  });

  test('cancel-all takes everything at once; nothing to cancel is fine', async () => {
    const { place, account, eos, run, venue } = await bench();
    const ids = [await place(), await place(), await place()];
    const outcome = await run(account.trading.cancelAll(eos()));
    if (outcome.outcome !== 'accepted') throw outcome.error;
    expect(new Set(outcome.reports.map((report) => report.orderId))).toEqual(new Set(ids));
    expect(new Set(outcome.reports.map((report) => report.clientOrderId)).size).toBe(3);
    expect(venue.openOrders(1, null)).toEqual([]);
    expect(await run(account.trading.cancelAll(eos()))).toEqual({ outcome: 'accepted', reports: [] });
    expect(value(await run(account.trading.openOrders(eos())))).toEqual([]);
  });

  test('A2: a hundred cancels go out side by side', async () => {
    const { place, account, eos, run, clock } = await bench({ options: { ordersPer10Seconds: 1_000 } });
    const refs = [];
    for (let index = 0; index < 100; index++) refs.push({ orderId: await place(), clientOrderId: null });
    const before = clock.monotonic();
    const outcomes = await run(account.trading.cancel(eos(), refs));
    expect(outcomes.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(clock.monotonic() - before).toBeLessThan(30);
  });

  test('A11: MARKET is a market order, POST_ONLY is refused when it would take, IOC and FOK end as they should', async () => {
    const { rest, place, clock, diary, run, account, command } = await bench();
    rest('SELL', '0.8', '50');
    const market = await place({ orderType: 'MARKET', price: null, quantity: Decimal.from('10') });
    const quote = await place({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: Decimal.from('8') });
    const ioc = await place({ timeInForce: 'IOC', price: Decimal.from('0.8'), quantity: Decimal.from('100') });
    rest('SELL', '0.8', '50');
    const fok = await place({ timeInForce: 'FOK', price: Decimal.from('0.8'), quantity: Decimal.from('100') });
    await clock.advance(100);
    expect(stateStatus(diary.order(market))).toBe('FILLED');
    expect(stateStatus(diary.order(quote))).toBe('FILLED');
    expect(diary.order(ioc)).toMatchObject({ life: 'canceled', timeInForce: 'IOC' });
    expect(diary.order(ioc).filled.toString()).toBe('30');
    expect(diary.order(fok)).toMatchObject({ life: 'canceled', timeInForce: 'FOK' });
    const postOnly = await run(
      account.trading.create(command({ timeInForce: 'POST_ONLY', price: Decimal.from('0.9') })),
    );
    expect(postOnly).toMatchObject({ outcome: 'rejected', error: { code: '-2010', kind: 'rejected' } });
    const resting = await place({ timeInForce: 'POST_ONLY', price: Decimal.from('0.7') });
    await clock.advance(100);
    expect(diary.order(resting)).toMatchObject({ life: 'open', timeInForce: 'POST_ONLY', orderType: 'LIMIT' });
  });

  test('a market order by quote amount is no more than partly filled until the exchange says so, whatever it shows as its quantity', async () => {
    const { rest, place, clock, diary, run, account, eos } = await bench();
    for (let round = 0; round < 2; round++) {
      rest('SELL', '0.8', '10');
      rest('SELL', '0.9', '10');
      const from = diary.reports.length;
      const id = await place({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: Decimal.from('17') });
      await clock.advance(100);
      const pushes = diary.reports.slice(from).filter(({ orderId, source }) => orderId === id && source === 'push');
      const lives = pushes.map((_, index) => {
        const told = pushes
          .slice(0, index + 1)
          .reduce((state, report) => merge(state, report).state, newOrderState(EOS));
        return [stateStatus(told), told.filled.toString()];
      });
      expect(lives).toEqual([
        ['SUBMITTED', '0'],
        ['PARTIAL-FILLED', '10'],
        ['FILLED', '20'],
      ]);
      const query = await run(account.trading.query(eos(), { orderId: id, clientOrderId: null }));
      expect(query).toMatchObject({ outcome: 'found', reports: [{ life: 'filled', quantity: null }] });
    }
  });

  test.each([{ skewMs: 0 }, { skewMs: 8_000 }])(
    'orders go out as long as the exchange has room for them: filled ones do not count, windows are its own (ahead: $skewMs ms)',
    async ({ skewMs }) => {
      const { simulation, rest, command, clock, run, account } = await bench({
        options: { ordersPer10Seconds: 10 },
        live: false,
      });
      simulation.faults.inject({ fault: 'clock-skew', skewMs });
      await clock.advance(2_000);
      rest('SELL', '0.75', '5000');
      const outcomes = async (price: string, count: number): Promise<string[]> => {
        const told: string[] = [];
        for (let index = 0; index < count; index++)
          told.push((await run(account.trading.create(command({ price: Decimal.from(price) })))).outcome);
        return told;
      };
      // The clock heals; then into the later half of a window of the exchange.
      await outcomes('0.75', 1);
      await clock.advance(16_000 - ((clock.now() + skewMs) % 10_000));
      expect(new Set(await outcomes('0.75', 30))).toEqual(new Set(['accepted']));
      const resting = await outcomes('0.7', 12);
      expect(resting.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'accepted'));
      // Those that had to wait for the next window were sent in it.
      expect(resting).not.toContain('rejected');
    },
  );

  test('A7.4: the error of a cancel-replace by the raw client tells what became of both halves', async () => {
    const { account, rest, place, run } = await bench();
    rest('SELL', '0.8', '50');
    const cancelOrderId = await place();
    if (!(account.rest instanceof BinanceRest)) throw new Error('another client');
    const [, error] = await run(
      account.rest.request('POST', '/api/v3/order/cancelReplace', {
        symbol: 'EOSUSDT',
        side: 'BUY',
        type: 'LIMIT_MAKER',
        quantity: '10',
        price: '0.9',
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId,
      }),
    );
    expect(error).toMatchObject({
      code: '-2021',
      outcome: 'unknown',
      cause: {
        data: {
          cancelResult: 'SUCCESS',
          newOrderResult: 'FAILURE',
          cancelResponse: { origClientOrderId: 'aq-1', status: 'CANCELED' },
          newOrderResponse: { code: -2010 },
        },
      },
    });
  });

  test('refusals have their kinds', async () => {
    const { account, run, command, place } = await bench();
    const poor = await run(account.trading.create(command({ quantity: Decimal.from('900000') })));
    expect(poor).toMatchObject({ outcome: 'rejected', error: { kind: 'insufficient-funds', code: '-2010' } });
    await place({ clientOrderId: 'twin' });
    const twin = await run(account.trading.create(command({ clientOrderId: 'twin' })));
    expect(twin).toMatchObject({ outcome: 'unknown', error: { kind: 'duplicate-order', code: '-2010' } });
    const filter = await run(account.trading.create(command({ price: Decimal.from('0.75001') })));
    expect(filter).toMatchObject({ outcome: 'rejected', error: { kind: 'invalid-order', code: '-1013' } });
  });

  test('queries: found by either id, not found, fills of an order and since a moment, over pages', async () => {
    const { rest, place, account, eos, run, clock } = await bench({ options: { ordersPer10Seconds: 5_000 } });
    const start = clock.now();
    const id = await place({ price: Decimal.from('0.9'), quantity: Decimal.from('2000') });
    for (let index = 0; index < 1_100; index++) rest('SELL', '0.9', '1');
    await clock.advance(100);
    const found = await run(account.trading.query(eos(), { orderId: null, clientOrderId: 'aq-1' }));
    expect(found).toMatchObject({ outcome: 'found', reports: [{ orderId: id, clientOrderId: 'aq-1', life: 'open' }] });
    expect(await run(account.trading.query(eos(), { orderId: null, clientOrderId: 'nobody' }))).toMatchObject({
      outcome: 'not-found',
    });
    const ofOrder = value(await run(account.trading.fills(eos(), { ref: { orderId: id, clientOrderId: null } })));
    expect(ofOrder).toHaveLength(1_100);
    expect(new Set(ofOrder.map((report) => report.fill?.tradeId)).size).toBe(1_100);
    expect(value(await run(account.trading.fills(eos(), { since: start - 3 * 86_400_000 })))).toHaveLength(1_100);
    expect(value(await run(account.trading.fills(eos(), { since: clock.now() + 1 })))).toEqual([]);
    const [open] = value(await run(account.trading.openOrders(eos())));
    expect(open).toMatchObject({ orderId: id, source: 'open-orders' });
    expect(open?.filled?.toString()).toBe('1100');
  });

  test('the book, the balances, what the key may do', async () => {
    const { account, run, eos, rest } = await bench({ live: false });
    rest('SELL', '0.8', '50');
    rest('BUY', '0.7', '40');
    const book = value(await run(account.orderbook(eos(), 5)));
    expect(book).toMatchObject({ platform: 'binance', symbol: EOS, asks: [['0.8', '50']], bids: [['0.7', '40']] });
    expect(value(await run(account.assets()))['EOS']).toEqual({ free: '100000', locked: '0', total: '100000' });
    expect(value(await run(account.permissions()))).toMatchObject({ trade: true });
  });
});

describe('trouble', () => {
  test('a lost reply is unknown, and the create is not sent again', async () => {
    const { simulation, account, run, command, venue } = await bench();
    simulation.faults.inject({ fault: 'reply-lost', operation: 'create' });
    const outcome = await run(account.trading.create(command()));
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { kind: 'timeout', outcome: 'unknown' } });
    expect(venue.openOrders(1, null)).toHaveLength(1);
  });

  test.each([
    ['server-error-executed', 1],
    ['server-error-not-executed', 0],
  ] as const)('%s is unknown', async (fault, open) => {
    const { simulation, account, run, command, venue } = await bench();
    simulation.faults.inject({ fault, operation: 'create' });
    expect(await run(account.trading.create(command()))).toMatchObject({ outcome: 'unknown' });
    expect(venue.openOrders(1, null)).toHaveLength(open);
  });

  test('"execution status unknown" is unknown', async () => {
    const { simulation, account, run, command } = await bench();
    simulation.faults.inject({ fault: 'unknown-outcome', operation: 'create', executed: true });
    expect(await run(account.trading.create(command()))).toMatchObject({ outcome: 'unknown' });
  });

  test('an order socket that stalls is passed over for REST and replaced; the stream sees everything', async () => {
    const { simulation, account, run, command, place, restCalls, clock, diary } = await bench();
    const stalled = simulation.faults.inject({ fault: 'half-open', operation: 'create', channel: 'socket', nth: 1 });
    expect(await run(account.trading.create(command()))).toMatchObject({ outcome: 'unknown' });
    expect(stalled.strikes).toBe(1);
    await place();
    expect(restCalls('POST', '/api/v3/order')).toBe(1);
    await clock.advance(10_000);
    await place();
    expect(restCalls('POST', '/api/v3/order')).toBe(1);
    expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
  });

  test('cut, half-open, restarted: the stream heals and says so', async () => {
    const { simulation, clock, account, diary, place } = await bench();
    simulation.faults.inject({ fault: 'connection-cut', stream: 'private', at: 10 });
    await clock.advance(5_000);
    expect(account.feed.isLive).toBe(true);
    simulation.faults.inject({ fault: 'half-open', stream: 'private', at: 10 });
    await clock.advance(45_000);
    expect(account.feed.isLive).toBe(true);
    simulation.faults.inject({ fault: 'exchange-restart', at: 10 });
    await clock.advance(60_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines.filter((line) => line.startsWith('broken')).length).toBe(3);
    expect(diary.lines.filter((line) => line === 'live').length).toBe(4);
    const id = await place();
    await clock.advance(100);
    expect(diary.order(id).life).toBe('open');
  });

  test('a connection is replaced before its 24 hours without a break', async () => {
    const { clock, account, diary, place } = await bench();
    await clock.advance(30 * 3_600_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines.filter((line) => line.startsWith('broken'))).toEqual([]);
    const id = await place();
    await clock.advance(100);
    expect(diary.order(id).life).toBe('open');
  });

  test('an announced shutdown is answered by another connection, without a break', async () => {
    const { simulation, clock, account, diary } = await bench();
    simulation.faults.inject({ fault: 'session-expired', stream: 'private', at: 10 });
    await clock.advance(30_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines.filter((line) => line === 'open').length).toBeGreaterThan(1);
  });

  test('a key that is refused for a while, and was taken before, is tried again', async () => {
    const { simulation, clock, diary, account } = await bench();
    simulation.faults.inject({ fault: 'key-revoked', at: 5, durationMs: 300_000 });
    simulation.faults.inject({ fault: 'connection-cut', stream: 'private', at: 10 });
    await clock.advance(290_000);
    expect(account.feed.isLive).toBe(false);
    await clock.advance(60_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines.filter((line) => line.startsWith('fatal'))).toEqual([]);
  });

  test('a refusal for rate holds everything back as long as told, cancels included', async () => {
    const { simulation, account, run, place, eos, clock } = await bench();
    const id = await place();
    simulation.faults.inject({ fault: 'rate-limit', operation: 'open-orders', nth: 1, retryAfterMs: 7_000 });
    const [, error] = await run(account.trading.openOrders(eos()));
    expect(error).toMatchObject({ kind: 'rate-limited', outcome: 'rejected' });
    const before = clock.monotonic();
    const [outcome] = await run(account.trading.cancel(eos(), [{ orderId: id, clientOrderId: null }]));
    expect(outcome?.outcome).toBe('accepted');
    expect(clock.monotonic() - before).toBeGreaterThan(5_000);
  });

  test.each(['key', 'firewall', 'any'] as const)(
    'a ban that shows itself otherwise (%s) refuses orders and passes by itself',
    async (bansShowAs) => {
      const { simulation, run, account, command, clock, diary, place } = await bench({ options: { bansShowAs } });
      simulation.faults.inject({ fault: 'connection-cut', at: 0 });
      simulation.faults.inject({ fault: 'ban', at: 1, operation: 'create', retryAfterMs: 4_000 });
      await clock.advance(2);
      const outcome = await run(account.trading.create(command()));
      expect(outcome).toMatchObject({ outcome: 'rejected' });
      if (bansShowAs === 'firewall') expect(outcome).toMatchObject({ error: { kind: 'rate-limited' } });
      await clock.advance(15_000);
      expect(diary.lines.some((line) => line.startsWith('fatal'))).toBe(false);
      await place();
    },
  );

  test('too many orders: the ones that fit go out, the others say when', async () => {
    const { account, run, command } = await bench({ options: { ordersPer10Seconds: 20 } });
    const outcomes = await run(
      Promise.all(Array.from({ length: 30 }, () => account.trading.create(command({ quantity: Decimal.from('10') })))),
    );
    const counts = outcomes.reduce<Record<string, number>>(
      (sum, { outcome }) => ({ ...sum, [outcome]: (sum[outcome] ?? 0) + 1 }),
      {},
    );
    expect(counts['unknown'] ?? 0).toBe(0);
    expect(counts['rejected'] ?? 0).toBe(0);
    expect(counts['accepted']).toBeGreaterThanOrEqual(20);
  });
});
