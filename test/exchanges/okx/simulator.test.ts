// The whole connector against the simulated OKX on a virtual clock: signatures, logins, orders, pushes, pages and faults, end to end.
// What the wire looks like in detail is tested with prepared answers in the other files of this folder.

import type { BookChange } from '../../../src/domain/book-change.ts';
import { afterEach, describe, expect, it, test } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { Result } from '../../../src/domain/errors.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import {
  cumulativeFee,
  filledQuantity,
  merge,
  newOrderState,
  stateStatus,
  type OrderState,
} from '../../../src/domain/merge.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { CreateCommand, ExchangeAccount } from '../../../src/exchanges/exchange.ts';
import { probeOf } from '../../../src/exchanges/okx/conversation.ts';
import { okx } from '../../../src/exchanges/okx/index.ts';
import { OkxMarketFeed } from '../../../src/exchanges/okx/market-feed.ts';
import { OkxRest } from '../../../src/exchanges/okx/rest.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { createVenue } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import { okxDialect, type InstrumentNow, type OkxOptions } from '../../../src/simulator/okx/index.ts';
import type { InjectedFault } from '../../../src/simulator/faults/faults.ts';
import type { FaultRule } from '../../../src/simulator/faults/vocabulary.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { account as venueAccount, BNB, EOS, INSTRUMENTS, order, RULES } from '../../simulator/support.ts';
import { pairsOf } from '../../support/level-pairs.ts';
import { FeedDiary } from './fake.ts';

const HOST = 'okx.test';

/** Faults of the test that runs: one that never struck has tested nothing. */
const injected: { readonly rule: FaultRule; readonly fault: InjectedFault }[] = [];
afterEach(() => {
  const idle = injected.splice(0).filter(({ rule, fault }) => rule.fault !== 'clock-skew' && fault.strikes === 0);
  if (idle.length > 0) throw new Error(`never struck: ${idle.map(({ rule }) => rule.fault).join(', ')}`);
});

interface Bench {
  readonly clock: VirtualClock;
  readonly venue: ReturnType<typeof createVenue>;
  readonly exchange: SimulatedExchange;
  readonly account: ExchangeAccount;
  readonly diary: FeedDiary;
  readonly eos: Instrument;
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  readonly inject: (rule: FaultRule) => void;
  /** Liquidity of the other account. */
  readonly rest: (side: 'BUY' | 'SELL', price: string, quantity: string) => void;
  readonly command: (fields: Partial<CreateCommand>) => CreateCommand;
  /** The order as everything reported so far makes it. */
  readonly stateOf: (clientOrderId: string, more?: readonly OrderReport[]) => OrderState;
}

function value<T>([result, error]: Result<T>): T {
  if (error !== null) throw error;
  return result;
}

async function bench(options: OkxOptions = {}, live = true): Promise<Bench> {
  const clock = new VirtualClock();
  const venue = createVenue({
    clock,
    random: seededRandom('venue'),
    instruments: INSTRUMENTS,
    accounts: [venueAccount(1), venueAccount(2)],
    firstOrderId: 3_470_000_000_000_000_000n,
  });
  const exchange = new SimulatedExchange({
    name: 'okx',
    venue,
    dialect: okxDialect(options),
    clock,
    random: seededRandom('dialect'),
    seed: 1,
  });
  const account = okx.open(
    {
      account: 'a@x.test',
      accessKey: 'key-1',
      secretKey: new Secret('secret-1'),
      passphrase: new Secret('phrase'),
      endpoints: okx.endpoints(exchange.dialect.endpoints(`http://${HOST}`, `ws://${HOST}`)),
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
      transport: inMemoryTransport(new Map([[HOST, exchange]]), clock),
      clock,
      random: seededRandom('connector'),
      log: silentLog,
      budgets: createRateBudgets(),
    },
  );
  const run = <T>(promise: Promise<T>): Promise<T> => clock.runFor(promise);
  value(await run(account.prepare()));
  const eos = value(await run(account.instrument(EOS)));
  const diary = new FeedDiary();
  if (live) {
    account.feed.start(diary);
    await clock.runUntil(() => account.feed.isLive, 10_000);
  }
  let ids = 0;
  return {
    clock,
    venue,
    exchange,
    account,
    diary,
    eos,
    run,
    inject: (rule) => void injected.push({ rule, fault: exchange.faults.inject(rule) }),
    rest: (side, price, quantity) => void venue.place(2, order(side, price, quantity), RULES),
    command: (fields) => ({
      instrument: eos,
      clientOrderId: `a${ids++}`,
      action: 'BUY',
      orderType: 'LIMIT',
      timeInForce: 'GTC',
      price: Decimal.from('0.8'),
      quantity: Decimal.from('10'),
      quoteQuantity: null,
      extra: {},
      ...fields,
    }),
    stateOf: (clientOrderId, more = []) => {
      let state = newOrderState(EOS);
      const all = [...more, ...diary.reports];
      const orderId = all.find((report) => report.clientOrderId === clientOrderId && report.orderId !== null)?.orderId;
      for (const report of all)
        if (report.clientOrderId === clientOrderId || (orderId !== undefined && report.orderId === orderId))
          state = merge(state, report).state;
      return state;
    },
  };
}

const D = (text: string): Decimal => Decimal.from(text);
const view = (state: OrderState) => ({
  status: stateStatus(state),
  filled: filledQuantity(state).toString(),
  fills: state.trades.size,
  fee: cumulativeFee(state).fee.toString(),
  reason: state.reason,
});

describe('the life of an order', () => {
  it('placed over the socket, filled in parts, each fill with its fee', async () => {
    const { account, command, run, rest, clock, stateOf, venue, exchange } = await bench();
    expect(exchange.connectionCount).toBe(1);
    const create = command({});
    const outcome = await run(account.trading.create(create));
    expect(outcome.outcome).toBe('accepted');
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toEqual({
      status: 'SUBMITTED',
      filled: '0',
      fills: 0,
      fee: '0',
      reason: null,
    });
    rest('SELL', '0.8', '4');
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'PARTIAL-FILLED', filled: '4', fills: 1 });
    rest('SELL', '0.8', '6');
    await clock.advance(100);
    const state = stateOf(create.clientOrderId);
    const [truth] = venue.orders(1, EOS);
    expect(view(state)).toMatchObject({ status: 'FILLED', filled: '10', fills: 2, fee: truth!.fee.toString() });
    expect(state.orderId).toBe(truth!.orderId.toString());
    expect(cumulativeFee(state).asset).toBe(truth!.feeAsset);
  });

  it('is the same by REST, before the stream is live', async () => {
    const { account, command, run, rest, venue, eos } = await bench({}, false);
    rest('SELL', '0.7', '4');
    const outcome = await run(account.trading.create(command({ clientOrderId: 'r1' })));
    expect(outcome.outcome).toBe('accepted');
    const found = await run(account.trading.query(eos, { orderId: null, clientOrderId: 'r1' }));
    expect(found).toMatchObject({ outcome: 'found', reports: [{ life: 'open', timeInForce: 'GTC' }] });
    const fills = value(await run(account.trading.fills(eos, { ref: { orderId: null, clientOrderId: 'r1' } })));
    expect(fills.map(({ fill }) => `${fill!.quantity} at ${fill!.price}`)).toEqual(['4 at 0.7']);
    expect(fills[0]!.fill!.fee!.toString()).toBe(venue.fills(1, {})[0]!.fee.toString());
    const [canceled] = await run(account.trading.cancel(eos, [{ orderId: null, clientOrderId: 'r1' }]));
    expect(canceled!.outcome).toBe('accepted');
    expect(await run(account.trading.query(eos, { orderId: null, clientOrderId: 'r1' }))).toMatchObject({
      reports: [{ life: 'canceled', reason: 'Order was canceled by you' }],
    });
  });

  it('post-only that would take is accepted and then FAILED, with its reason', async () => {
    const { account, command, run, rest, clock, stateOf } = await bench();
    rest('SELL', '0.8', '4');
    const create = command({ timeInForce: 'POST_ONLY' });
    const outcome = await run(account.trading.create(create));
    expect(outcome.outcome).toBe('accepted');
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({
      status: 'FAILED',
      filled: '0',
      reason: 'Post-only order would have taken liquidity',
    });
  });

  it.each([
    ['IOC', 'CANCELED', '4'],
    ['FOK', 'CANCELED', '0'],
  ] as const)('%s ends by its own terms', async (timeInForce, status, filled) => {
    const { account, command, run, rest, clock, stateOf } = await bench();
    rest('SELL', '0.8', '4');
    const create = command({ timeInForce });
    await run(account.trading.create(create));
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status, filled });
    expect(view(stateOf(create.clientOrderId)).reason).toContain(timeInForce);
  });
});

describe('market orders', () => {
  it('buy a base amount, or for a quote amount', async () => {
    const { account, command, run, rest, clock, stateOf } = await bench();
    rest('SELL', '0.8', '1000');
    const base = command({ orderType: 'MARKET', price: null, quantity: D('10') });
    const quote = command({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: D('16') });
    await run(account.trading.create(base));
    await run(account.trading.create(quote));
    await clock.advance(100);
    expect(view(stateOf(base.clientOrderId))).toMatchObject({ status: 'FILLED', filled: '10' });
    const state = stateOf(quote.clientOrderId);
    expect(view(state)).toMatchObject({ status: 'FILLED', filled: '20' });
    expect(state.quantity.value!.toString()).toBe('20');
  });

  it('on a margin account are cross, and a buy in base is refused before it is sent', async () => {
    const { account, command, run, rest, clock, stateOf } = await bench({ accountLevel: 3 });
    rest('SELL', '0.8', '1000');
    expect(account.trading.refuse(command({ orderType: 'MARKET', price: null }))).toContain('quoteQuantity');
    const quote = command({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: D('16') });
    expect(account.trading.refuse(quote)).toBeNull();
    expect((await run(account.trading.create(quote))).outcome).toBe('accepted');
    expect((await run(account.trading.create(command({ price: D('0.5') })))).outcome).toBe('accepted');
    await clock.advance(100);
    expect(view(stateOf(quote.clientOrderId))).toMatchObject({ status: 'FILLED', filled: '20' });
  });
});

describe('refusals', () => {
  it('say what is wrong', async () => {
    const { account, command, run } = await bench();
    expect(await run(account.trading.create(command({ quantity: D('999999') })))).toMatchObject({
      outcome: 'rejected',
      error: { kind: 'insufficient-funds', code: '51008' },
    });
    expect(await run(account.trading.create(command({ quantity: D('0.15') })))).toMatchObject({
      outcome: 'rejected',
      error: { kind: 'invalid-order', code: '51121' },
    });
  });

  it('of an instrument whose code has changed: orders say so, cancels find their way, and the new code is learnt', async () => {
    let now: InstrumentNow = {};
    const { account, command, eos, run, venue } = await bench({
      instrumentNow: (symbol) => (symbol === EOS ? now : {}),
    });
    await run(account.trading.create(command({ clientOrderId: 'one' })));
    now = { code: 77 };
    expect(await run(account.trading.cancel(eos, [{ orderId: null, clientOrderId: 'one' }]))).toMatchObject([
      { outcome: 'accepted' },
    ]);
    expect(venue.openOrders(1, EOS)).toEqual([]);
    const learnt = value(await run(account.instrument(EOS)));
    expect(learnt.extra).toEqual({ instIdCode: 77 });
    expect(await run(account.trading.create(command({})))).toMatchObject({
      outcome: 'rejected',
      error: { code: '51001' },
    });
    expect(await run(account.trading.create(command({ instrument: learnt })))).toMatchObject({ outcome: 'accepted' });
  });

  it('of an instrument that is suspended make it known at once', async () => {
    let now: InstrumentNow = {};
    const { account, command, run } = await bench({ instrumentNow: () => now });
    now = { state: 'suspend' };
    expect(await run(account.trading.create(command({})))).toMatchObject({
      outcome: 'rejected',
      error: { code: '51022' },
    });
    expect(value(await run(account.instrument(EOS))).isTrading).toBe(false);
  });

  it('of a client id that an open order has leave no doubt that the order exists', async () => {
    const { account, command, run } = await bench();
    await run(account.trading.create(command({ clientOrderId: 'twin' })));
    expect(await run(account.trading.create(command({ clientOrderId: 'twin' })))).toMatchObject({
      outcome: 'unknown',
      error: { kind: 'duplicate-order' },
    });
  });

  it('of an unknown symbol and an unknown order', async () => {
    const { account, run, eos } = await bench();
    expect((await run(account.instrument('NOPE/USDT')))[1]).toMatchObject({
      kind: 'invalid-order',
      outcome: 'not-sent',
    });
    expect(await run(account.trading.query(eos, { orderId: null, clientOrderId: 'never' }))).toMatchObject({
      outcome: 'not-found',
      error: { kind: 'order-not-found' },
    });
    expect(await run(account.trading.cancel(eos, [{ orderId: '123', clientOrderId: null }]))).toMatchObject([
      { outcome: 'gone' },
    ]);
  });

  it('of a wrong key end the stream for good', async () => {
    const { exchange, account, clock, diary } = await bench({}, false);
    exchange.venue.accountByUid(1)!.permissions.valid = false;
    account.feed.start(diary);
    await clock.advance(60_000);
    expect(diary.lines.filter((line) => line.startsWith('fatal'))).toHaveLength(1);
    expect(diary.events.filter(({ type }) => type === 'open')).toHaveLength(1);
  });
});

test('every open order is found and revoked, in batches, within a few round trips', async () => {
  const { account, eos, run, venue, clock } = await bench();
  for (let index = 0; index < 250; index++)
    venue.place(1, order('BUY', '0.5', '10', { clientOrderId: `m${index}` }), RULES);
  await clock.advance(3_000);
  const open = value(await run(account.trading.openOrders(eos)));
  expect(open.length).toBe(250);
  const before = clock.monotonic();
  const outcomes = await run(
    account.trading.cancel(
      eos,
      open.map(({ orderId }) => ({ orderId, clientOrderId: null })),
    ),
  );
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
  expect(clock.monotonic() - before).toBeLessThan(10);
  expect(value(await run(account.trading.openOrders(eos)))).toEqual([]);
  expect(venue.openOrders(1, EOS)).toEqual([]);
});

test('a batch names each order that is gone', async () => {
  const { account, eos, run, command, clock } = await bench();
  await run(account.trading.create(command({ clientOrderId: 'one' })));
  await run(account.trading.create(command({ clientOrderId: 'two' })));
  const refs = ['one', 'none', 'two'].map((clientOrderId) => ({ orderId: null, clientOrderId }));
  expect((await run(account.trading.cancel(eos, refs))).map(({ outcome }) => outcome)).toEqual([
    'accepted',
    'gone',
    'accepted',
  ]);
  await clock.advance(100);
});

test('all fills since a time come, page by page', async () => {
  const { account, eos, run, venue, rest, clock } = await bench();
  const start = clock.now();
  for (let index = 0; index < 230; index++) {
    venue.place(1, order('BUY', '0.8', '1', { clientOrderId: `f${index}` }), RULES);
    rest('SELL', '0.8', '1');
  }
  await clock.advance(1_000);
  const fills = value(await run(account.trading.fills(eos, { since: start })));
  expect(new Set(fills.map(({ fill }) => fill!.tradeId)).size).toBe(230);
  expect(venue.fills(1, {}).length).toBe(230);
  expect(value(await run(account.trading.fills(eos, { since: clock.now() + 1 })))).toEqual([]);
});

describe('doubt', () => {
  it.each(['socket', 'rest'] as const)(
    'a lost reply over %s is unknown, and the order is found by its client id',
    async (channel) => {
      const { account, command, eos, run, inject } = await bench({}, channel === 'socket');
      inject({ fault: 'reply-lost', operation: 'create', count: 1 });
      const create = command({});
      expect(await run(account.trading.create(create))).toMatchObject({ outcome: 'unknown' });
      expect(
        await run(account.trading.query(eos, { orderId: null, clientOrderId: create.clientOrderId })),
      ).toMatchObject({ outcome: 'found', reports: [{ life: 'open' }] });
    },
  );

  it.each([
    ['unknown-outcome', {}],
    ['server-error-executed', {}],
    ['server-error-not-executed', {}],
  ] as const)('%s is unknown', async (fault, more) => {
    const { account, command, run, inject } = await bench({}, false);
    inject({ fault, operation: 'create', count: 1, ...more });
    expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'unknown' });
  });

  it('a request that is late beyond its time limit is refused by the exchange itself', async () => {
    const { account, command, eos, run, inject, clock, venue } = await bench();
    inject({ fault: 'request-late', operation: 'create', count: 1, delayMs: 8_000 });
    const create = command({});
    expect(await run(account.trading.create(create))).toMatchObject({ outcome: 'unknown', error: { kind: 'timeout' } });
    await clock.advance(10_000);
    expect(await run(account.trading.query(eos, { orderId: null, clientOrderId: create.clientOrderId }))).toMatchObject(
      { outcome: 'not-found' },
    );
    expect(venue.orders(1, EOS)).toEqual([]);
  });

  it('over a socket that carries nothing any more costs one time limit; then cancels and orders go by REST', async () => {
    const { account, command, eos, run, inject, clock, venue, diary } = await bench();
    for (const clientOrderId of ['one', 'two']) await run(account.trading.create(command({ clientOrderId })));
    inject({ fault: 'half-open', count: 1 });
    const cancel = (clientOrderId: string) => account.trading.cancel(eos, [{ orderId: null, clientOrderId }]);
    expect(await run(cancel('one'))).toMatchObject([{ outcome: 'unknown', error: { kind: 'timeout' } }]);
    const before = clock.monotonic();
    expect(await run(cancel('one'))).toMatchObject([{ outcome: 'accepted' }]);
    expect(await run(cancel('two'))).toMatchObject([{ outcome: 'accepted' }]);
    expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
    expect(clock.monotonic() - before).toBeLessThan(100);
    expect(venue.openOrders(1, EOS)).toHaveLength(1);
    // Found dead by that, sooner than by its silence.
    await clock.advance(12_000);
    expect(diary.lines.filter((line) => line.startsWith('broken'))).toEqual(['broken: nothing came for 15000 ms']);
    expect(account.feed.isLive).toBe(true);
  });

  it('a rate limit is a refusal', async () => {
    const { account, command, run, inject } = await bench();
    inject({ fault: 'rate-limit', operation: 'create', count: 1, retryAfterMs: 100 });
    expect(await run(account.trading.create(command({})))).toMatchObject({
      outcome: 'rejected',
      error: { kind: 'rate-limited' },
    });
  });
});

describe('the clock', () => {
  it('of the exchange, set wrong by a minute, is followed: REST heals at once, orders over the socket too', async () => {
    const { account, command, eos, run, inject } = await bench();
    inject({ fault: 'clock-skew', skewMs: 60_000 });
    expect((await run(account.trading.create(command({})))).outcome).toBe('accepted');
    expect(Math.round(account.clockOffset() / 1_000)).toBe(60);
    expect((await run(account.trading.openOrders(eos)))[1]).toBeNull();
  });

  it('wrong at the login heals there', async () => {
    const { account, clock, diary, inject } = await bench({}, false);
    inject({ fault: 'clock-skew', skewMs: -60_000 });
    account.feed.start(diary);
    await clock.runUntil(() => account.feed.isLive, 60_000);
    expect(account.feed.isLive).toBe(true);
  });
});

describe('the stream', () => {
  it('moves to a new session before the old one is closed, without a gap', async () => {
    const { account, command, run, rest, clock, diary, inject, stateOf, exchange } = await bench();
    const create = command({});
    await run(account.trading.create(create));
    diary.take();
    inject({ fault: 'session-expired', count: 1, at: 10 });
    await clock.advance(1_000);
    rest('SELL', '0.8', '4');
    await clock.advance(120_000);
    expect(diary.lines.filter((line) => line.startsWith('broken'))).toEqual([]);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'PARTIAL-FILLED', fills: 1 });
    expect(exchange.connectionCount).toBe(1);
    expect((await run(account.trading.create(command({})))).outcome).toBe('accepted');
  });

  it('that goes silent is found dead within 30 s and replaced', async () => {
    const { clock, diary, inject, account } = await bench();
    diary.take();
    inject({ fault: 'half-open', count: 1 });
    await clock.advance(31_000);
    expect(diary.lines.some((line) => line.startsWith('broken: nothing came'))).toBe(true);
    await clock.runUntil(() => account.feed.isLive, 10_000);
    expect(diary.lines.at(-1)).toBe('live');
  });

  it('stays up for an hour without traffic', async () => {
    const { clock, diary, account } = await bench();
    await clock.advance(3_600_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
  });

  it('stays up though the exchange pings it all the time: that counts for nobody', async () => {
    const { clock, diary, account } = await bench({ protocolPingMs: 5_000 });
    await clock.advance(600_000);
    expect(account.feed.isLive).toBe(true);
    expect(diary.lines).toEqual(['open', 'authenticated', 'live']);
  });

  it('tells balances', async () => {
    const { account, command, run, clock, diary } = await bench();
    const before = value(await run(account.assets()));
    await run(account.trading.create(command({})));
    await clock.advance(100);
    expect(before['USDT']).toEqual({ free: '100000', locked: '0', total: '100000' });
    expect(diary.assets.at(-1)?.['USDT']).toEqual({ free: '99992', locked: '8', total: '100000' });
    expect(value(await run(account.assets()))['USDT']).toEqual({ free: '99992', locked: '8', total: '100000' });
  });
});

test('the dead man’s switch cancels when nobody refreshes it, and says why', async () => {
  const { account, command, run, clock, stateOf, venue } = await bench();
  const create = command({});
  await run(account.trading.create(create));
  value(await run(account.trading.armDeadMansSwitch(10)));
  await clock.advance(5_000);
  value(await run(account.trading.armDeadMansSwitch(10)));
  await clock.advance(9_000);
  expect(venue.openOrders(1, EOS)).toHaveLength(1);
  await clock.advance(2_000);
  expect(view(stateOf(create.clientOrderId))).toMatchObject({
    status: 'CANCELED',
    reason: 'Order was canceled by cancel-all-after',
  });
  await run(account.trading.create(command({})));
  value(await run(account.trading.armDeadMansSwitch(10)));
  await clock.advance(1_500);
  value(await run(account.trading.armDeadMansSwitch(0)));
  await clock.advance(60_000);
  expect(venue.openOrders(1, EOS)).toHaveLength(1);
});

test('the order book and the permissions', async () => {
  const { account, eos, run, rest } = await bench();
  rest('SELL', '0.9', '5');
  rest('BUY', '0.7', '3');
  expect(value(await run(account.orderbook(eos, 5)))).toMatchObject({
    symbol: EOS,
    asks: [['0.9', '5']],
    bids: [['0.7', '3']],
  });
  expect(value(await run(account.permissions()))).toMatchObject({ trade: true });
  expect(value(await run(account.instrument(BNB))).extra).toEqual({ instIdCode: 2 });
});

test('candles come by the raw client, newest first, page by page', async () => {
  const { account, run, rest, clock, venue } = await bench({ inventedMinutes: 0 });
  if (!(account.rest instanceof OkxRest)) throw new Error('not the raw client');
  for (const price of ['0.8', '0.9', '0.7']) {
    rest('SELL', price, '5');
    venue.place(1, order('BUY', price, '5', { clientOrderId: `c${price.slice(2)}` }), RULES);
    await clock.advance(60_000);
  }
  const [newest, ...older] = value(await run(account.rest.getCandles('EOS-USDT', '1m', { limit: 2 })));
  expect([newest, ...older]).toHaveLength(2);
  const before = value(await run(account.rest.getHistoryCandles('EOS-USDT', '1m', { after: older[0]![0] })));
  const times = [newest!, ...older, ...before].map(([time]) => Number(time));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(before.map(([, open, high, low, close, volume]) => [open, high, low, close, volume])).toContainEqual([
    '0.8',
    '0.8',
    '0.8',
    '0.8',
    '5',
  ]);
});

test('closing leaves no connection', async () => {
  const { account, run, exchange, clock } = await bench();
  await run(account.close());
  await clock.advance(60_000);
  expect(exchange.connectionCount).toBe(0);
});

test('public books follow the simulated market, change by change', async () => {
  expect(await followBooks({})).toEqual([]);
});

test('public books follow it through lost frames and a numbering that begins anew', async () => {
  let frames = 0;
  const lost = await followBooks({
    bookFault: ({ action }) => {
      frames++;
      if (action === 'snapshot') return frames < 3 ? 'lost' : null;
      return frames === 40 ? 'reset' : frames === 60 ? 'lost' : null;
    },
  });
  expect(lost).toEqual([expect.stringMatching(/^expected the frame after \d+, got the one after \d+$/)]);
});

/** Trades at random with the feed looking on; the book it holds at the end is the venue's. Returns what it lost on the way. */
async function followBooks(options: OkxOptions): Promise<string[]> {
  const { exchange, clock, eos, rest, venue, run } = await bench(options);
  const feed = new OkxMarketFeed({
    transport: inMemoryTransport(new Map([[HOST, exchange]]), clock),
    clock,
    random: seededRandom('feed'),
    log: silentLog,
    url: `ws://${HOST}/ws/v5/public`,
    probe: probeOf(undefined),
    connects: createRateBudgets().get('connect', {
      clock,
      capacity: 3,
      windowMs: 1_000,
      aligned: false,
      cancelReserve: 0,
    }),
  });
  const sides = { asks: new Map<string, string>(), bids: new Map<string, string>() };
  let stands = false;
  const lost: string[] = [];
  const apply = (change: BookChange): void => {
    for (const side of ['asks', 'bids'] as const) {
      for (const [price, quantity] of pairsOf(change[side])) {
        if (D(quantity).isZero()) sides[side].delete(price);
        else sides[side].set(price, quantity);
      }
    }
  };
  rest('SELL', '0.9', '5');
  feed.start({
    onSnapshot: (_symbol, book) => {
      stands = true;
      sides.asks.clear();
      sides.bids.clear();
      apply(book);
    },
    onUpdate: (_symbol, change) => apply(change),
    onLost: (_symbol, reason) => void lost.push(reason),
    onError: ({ message }) => void lost.push(message),
  });
  feed.watch(eos);
  await clock.runUntil(() => stands, 60_000);
  const random = seededRandom('market');
  for (let step = 0; step < 200; step++) {
    rest(random.int(2) === 0 ? 'BUY' : 'SELL', `0.${800 + random.int(40)}`, String(1 + random.int(9)));
    await clock.advance(70);
  }
  await clock.advance(1_000);
  const truth = venue.book(EOS, 400);
  const texts = (levels: readonly (readonly [Decimal, Decimal])[]): string[] =>
    levels.map(([price, quantity]) => `${price} ${quantity}`).toSorted();
  const held = (side: Map<string, string>): string[] =>
    [...side].map(([price, quantity]) => `${D(price)} ${D(quantity)}`).toSorted();
  expect(truth.asks.length + truth.bids.length).toBeGreaterThan(10);
  expect([held(sides.asks), held(sides.bids)]).toEqual([texts(truth.asks), texts(truth.bids)]);
  await run(feed.stop());
  return lost;
}
