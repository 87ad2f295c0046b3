// The whole connector against the simulated HTX on a virtual clock: signatures, logins, both order ways, pushes, fees, pages and faults.
// What the wire looks like in detail is tested with prepared answers in the other files of this folder.

import { afterEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/domain/decimal.ts';
import type { Result } from '../../../src/domain/errors.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import {
  averagePrice,
  cumulativeFee,
  filledQuantity,
  merge,
  newOrderState,
  stateStatus,
  type OrderState,
} from '../../../src/domain/merge.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { CreateCommand, ExchangeAccount, OrderRef } from '../../../src/exchanges/exchange.ts';
import { htx } from '../../../src/exchanges/htx/index.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { silentLog } from '../../../src/seam/log.ts';
import { createVenue, type MatchingVenue } from '../../../src/simulator/engine/venue.ts';
import { SimulatedExchange } from '../../../src/simulator/exchange.ts';
import type { InjectedFault } from '../../../src/simulator/faults/faults.ts';
import type { FaultRule } from '../../../src/simulator/faults/vocabulary.ts';
import type { HtxSettings } from '../../../src/simulator/htx/commands.ts';
import { htxDialect } from '../../../src/simulator/htx/index.ts';
import { inMemoryTransport } from '../../../src/simulator/in-memory.ts';
import { createRateBudgets } from '../../../src/wire/rate-budget.ts';
import { account as venueAccount, EOS, INSTRUMENTS, order, RULES } from '../../simulator/support.ts';
import { FeedDiary } from './support.ts';

const HOST = 'htx.test';

/** Faults of the test that runs: one that never struck has tested nothing. */
const injected: { readonly rule: FaultRule; readonly fault: InjectedFault }[] = [];
afterEach(() => {
  const idle = injected.splice(0).filter(({ rule, fault }) => rule.fault !== 'clock-skew' && fault.strikes === 0);
  if (idle.length > 0) throw new Error(`never struck: ${idle.map(({ rule }) => rule.fault).join(', ')}`);
});

interface Bench {
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
  readonly exchange: SimulatedExchange;
  readonly account: ExchangeAccount;
  readonly diary: FeedDiary;
  readonly eos: Instrument;
  readonly run: <T>(promise: Promise<T>) => Promise<T>;
  readonly inject: (rule: FaultRule) => InjectedFault;
  /** An order of the other account. */
  readonly other: (side: 'BUY' | 'SELL', price: string, quantity: string) => void;
  readonly command: (fields: Partial<CreateCommand>) => CreateCommand;
  /** The order as everything reported so far makes it. */
  readonly stateOf: (clientOrderId: string, more?: readonly OrderReport[]) => OrderState;
}

function value<T>([result, error]: Result<T>): T {
  if (error !== null) throw error;
  return result;
}

interface Options extends Partial<HtxSettings> {
  readonly live?: boolean;
  readonly secretKey?: string;
}

async function bench({ live = true, secretKey = 'secret-1', ...settings }: Options = {}): Promise<Bench> {
  const clock = new VirtualClock();
  const venue = createVenue({
    clock,
    random: seededRandom('venue'),
    instruments: INSTRUMENTS,
    accounts: [venueAccount(1), venueAccount(2)],
    firstOrderId: 1_474_908_579_893_191n,
  });
  const exchange = new SimulatedExchange({
    name: 'htx',
    venue,
    dialect: htxDialect(settings),
    clock,
    random: seededRandom('dialect'),
    seed: 1,
  });
  const account = htx.open(
    {
      account: 'a@x.test',
      accessKey: 'key-1',
      secretKey: new Secret(secretKey),
      passphrase: null,
      endpoints: htx.endpoints(exchange.dialect.endpoints(`http://${HOST}`, `ws://${HOST}`)),
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
  const diary = new FeedDiary();
  if (secretKey === 'secret-1') value(await run(account.prepare()));
  const eos = value(await run(account.instrument(EOS)));
  if (live) {
    account.feed.start(diary);
    await clock.runUntil(() => account.feed.isLive, 10_000);
    // The order socket follows at its own pace.
    await clock.advance(200);
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
    inject: (rule) => {
      const fault = exchange.faults.inject(rule);
      injected.push({ rule, fault });
      return fault;
    },
    other: (side, price, quantity) => void venue.place(2, order(side, price, quantity), RULES),
    command: (fields) => ({
      instrument: eos,
      clientOrderId: `k-${ids++}`,
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

const view = (state: OrderState): unknown => ({
  status: stateStatus(state),
  filled: filledQuantity(state).toString(),
  fills: state.trades.size,
  fee: cumulativeFee(state).fee.toString(),
});
const byClientId = (clientOrderId: string): OrderRef => ({ orderId: null, clientOrderId });

describe('the life of an order', () => {
  it('placed over the order socket, filled in parts; each fill’s fee comes apart and is joined to it', async () => {
    const { account, command, run, other, clock, stateOf, venue, diary } = await bench();
    const create = command({});
    expect(await run(account.trading.create(create))).toMatchObject({ outcome: 'accepted' });
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toEqual({ status: 'SUBMITTED', filled: '0', fills: 0, fee: '0' });
    other('SELL', '0.8', '4');
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'PARTIAL-FILLED', filled: '4', fills: 1 });
    other('SELL', '0.8', '6');
    await clock.advance(100);
    const [truth] = venue.orders(1, EOS);
    const state = stateOf(create.clientOrderId);
    expect(view(state)).toEqual({ status: 'FILLED', filled: '10', fills: 2, fee: truth?.fee.toString() });
    expect(cumulativeFee(state).asset).toBe(truth?.feeAsset);
    expect(state.orderId).toBe(String(truth?.orderId));
    // The fill first, without its fee; then the same trade with it.
    expect(diary.reports.filter(({ fill }) => fill !== null).map(({ fill }) => fill?.fee === null)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('is the same over REST, before any socket is there', async () => {
    const { account, command, run, other, venue, eos, exchange } = await bench({ live: false });
    expect(exchange.connectionCount).toBe(0);
    other('SELL', '0.7', '4');
    expect(await run(account.trading.create(command({ clientOrderId: 'r1' })))).toMatchObject({ outcome: 'accepted' });
    expect(await run(account.trading.query(eos, byClientId('r1')))).toMatchObject({
      outcome: 'found',
      reports: [{ life: 'open', timeInForce: 'GTC' }],
    });
    const fills = value(await run(account.trading.fills(eos, { ref: byClientId('r1') })));
    expect(
      fills.map(
        ({ fill }) => `${fill?.quantity.toString()} at ${fill?.price.toString()}, fee ${fill?.fee?.toString()}`,
      ),
    ).toEqual([`4 at 0.7, fee ${venue.fills(1, {})[0]?.fee.toString()}`]);
    expect(value(await run(account.trading.fills(eos, { since: clock0(venue) })))).toHaveLength(1);
    expect(await run(account.trading.cancel(eos, [byClientId('r1')]))).toMatchObject([{ outcome: 'accepted' }]);
    expect(await run(account.trading.query(eos, byClientId('r1')))).toMatchObject({ reports: [{ life: 'canceled' }] });
  });

  it.each([['cancel'], ['refuse']] as const)(
    'post-only that would take ends FAILED with its reason when the exchange would %s it',
    async (crossingLimitMaker) => {
      const { account, command, run, other, clock, stateOf, eos } = await bench({ crossingLimitMaker });
      other('SELL', '0.8', '4');
      const create = command({ timeInForce: 'POST_ONLY' });
      const outcome = await run(account.trading.create(create));
      if (crossingLimitMaker === 'refuse') {
        expect(outcome).toMatchObject({ outcome: 'rejected' });
        return;
      }
      expect(outcome.outcome).toBe('accepted');
      await clock.advance(100);
      expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'FAILED', filled: '0' });
      expect(stateOf(create.clientOrderId).reason).toBe('post-only order would have taken liquidity');
      expect(await run(account.trading.query(eos, byClientId(create.clientOrderId)))).toMatchObject({
        reports: [{ life: 'failed' }],
      });
    },
  );

  it('a post-only order that we cancel is CANCELED, however soon', async () => {
    const { account, command, run, clock, stateOf, eos } = await bench();
    const create = command({ timeInForce: 'POST_ONLY' });
    const placed = account.trading.create(create);
    const canceled = account.trading.cancel(eos, [byClientId(create.clientOrderId)]);
    await run(Promise.all([placed, canceled]));
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'CANCELED' });
  });

  it.each([
    ['IOC', 'CANCELED', '4'],
    ['FOK', 'CANCELED', '0'],
  ] as const)('%s that cannot be filled wholly ends %s', async (timeInForce, status, filled) => {
    const { account, command, run, other, clock, stateOf } = await bench();
    other('SELL', '0.8', '4');
    const create = command({ timeInForce });
    await run(account.trading.create(create));
    await clock.advance(100);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status, filled });
  });
});

describe('market buys', () => {
  it('of a quote amount: the base bought, its average price and its fee are exact', async () => {
    const { account, command, run, other, clock, stateOf, venue } = await bench();
    other('SELL', '0.8', '4');
    other('SELL', '0.9', '100');
    const create = command({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: Decimal.from('20.3') });
    expect(account.trading.refuse(create)).toBeNull();
    await run(account.trading.create(create));
    await clock.advance(100);
    const [truth] = venue.orders(1, EOS);
    const state = stateOf(create.clientOrderId);
    expect(view(state)).toMatchObject({
      status: 'FILLED',
      filled: truth?.filled.toString(),
      fee: truth?.fee.toString(),
      fills: 2,
    });
    expect(averagePrice(state).eq(truth!.filledQuote.div(truth!.filled, 18))).toBe(true);
    expect(state.quantity.value?.toString()).toBe(truth?.filled.toString());
  });

  it('of a base quantity: priced at the best ask, never dearer', async () => {
    const { account, command, run, other, venue } = await bench();
    other('SELL', '0.8', '400');
    await run(account.trading.create(command({ orderType: 'MARKET', price: null, quantity: Decimal.from('12.3') })));
    const [truth] = venue.orders(1, EOS);
    // 12.3 × 0.8 = 9.84; this market has one decimal in amounts, so 9.8.
    expect([truth?.quoteQuantity?.toString(), truth?.status]).toEqual(['9.8', 'filled']);
    expect(truth?.filledQuote.lte(Decimal.from('9.84'))).toBe(true);
  });

  it('with nobody selling nothing is sent', async () => {
    const { account, command, run, venue } = await bench();
    expect(
      await run(account.trading.create(command({ orderType: 'MARKET', price: null, quantity: Decimal.from('12') }))),
    ).toMatchObject({ outcome: 'not-sent' });
    expect(venue.orders(1, EOS)).toEqual([]);
  });

  it('whose fill the stream loses is not closed until it was looked up', async () => {
    const { account, command, run, other, clock, stateOf, inject } = await bench();
    other('SELL', '0.8', '4');
    other('SELL', '0.9', '100');
    await clock.advance(1_000);
    // Pushes of this order: creation, first fill, second fill and what clearing says later.
    inject({ fault: 'push-dropped', stream: 'private', account: 'account-1', nth: [3] });
    const create = command({ orderType: 'MARKET', price: null, quantity: null, quoteQuantity: Decimal.from('20.3') });
    await run(account.trading.create(create));
    await clock.advance(60);
    const early = stateOf(create.clientOrderId);
    await clock.advance(5_000);
    const late = stateOf(create.clientOrderId);
    expect([stateStatus(early), stateStatus(late)]).toEqual(['PARTIAL-FILLED', 'FILLED']);
  });
});

describe('cancels', () => {
  it('many at once, in batches: those that are gone are told apart', async () => {
    const { account, command, run, clock, eos, other, venue } = await bench();
    await run(
      Promise.all(Array.from({ length: 60 }, () => account.trading.create(command({ price: Decimal.from('0.5') })))),
    );
    const first = await run(account.trading.create(command({ price: Decimal.from('0.9'), clientOrderId: 'taken' })));
    other('SELL', '0.9', '10');
    await clock.advance(100);
    expect(first.outcome).toBe('accepted');
    const refs = venue.orders(1, EOS).map(({ orderId }) => ({ orderId: String(orderId), clientOrderId: null }));
    const outcomes = await run(
      account.trading.cancel(eos, [...refs, byClientId('never-there'), { orderId: 'not an id', clientOrderId: null }]),
    );
    expect(outcomes.slice(0, 60).every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(
      outcomes
        .slice(60)
        .map((outcome) => ('error' in outcome ? `${outcome.outcome}: ${outcome.error.kind}` : outcome.outcome)),
    ).toEqual(['gone: already-done', 'gone: order-not-found', 'gone: order-not-found']);
    expect(value(await run(account.trading.openOrders(eos)))).toEqual([]);
  });

  it('that are queued: a fill in between wins, and the order ends FILLED', async () => {
    const { account, command, run, clock, eos, other, stateOf } = await bench({ cancelTakesMs: 50 });
    const create = command({});
    await run(account.trading.create(create));
    expect(await run(account.trading.cancel(eos, [byClientId(create.clientOrderId)]))).toMatchObject([
      { outcome: 'accepted' },
    ]);
    expect(await run(account.trading.cancel(eos, [byClientId(create.clientOrderId)]))).toMatchObject([
      { outcome: 'accepted' },
    ]);
    other('SELL', '0.8', '10');
    await clock.advance(200);
    expect(view(stateOf(create.clientOrderId))).toMatchObject({ status: 'FILLED', filled: '10' });
    expect(await run(account.trading.cancel(eos, [byClientId(create.clientOrderId)]))).toMatchObject([
      { outcome: 'gone' },
    ]);
  });

  it('everything, in two round trips, beyond the hundred that one call takes', async () => {
    const { account, run, clock, eos, venue } = await bench();
    for (let index = 0; index < 700; index++)
      venue.place(1, order('BUY', '0.5', '4', { clientOrderId: `b${index}` }), RULES);
    await clock.advance(3_000);
    expect(value(await run(account.trading.openOrders(eos)))).toHaveLength(700);
    await clock.advance(3_000);
    const before = clock.monotonic();
    await run(account.trading.query(eos, byClientId('b1')));
    const roundTrip = clock.monotonic() - before;
    expect(await run(account.trading.cancelAll(eos))).toEqual({ outcome: 'accepted', reports: [] });
    // Two pages of open orders beside the first call, then every batch at once.
    expect(clock.monotonic() - before - roundTrip).toBeLessThanOrEqual(3 * roundTrip);
    expect(value(await run(account.trading.openOrders(eos)))).toEqual([]);
    expect(await run(account.trading.cancelAll(eos))).toEqual({ outcome: 'accepted', reports: [] });
  });

  it('everything that is known by name, in one round trip; what is not known goes as well', async () => {
    const { account, run, clock, eos, venue } = await bench();
    const place = (count: number, name: string): void => {
      for (let index = 0; index < count; index++)
        venue.place(1, order('BUY', '0.5', '4', { clientOrderId: `${name}${index}` }), RULES);
    };
    const refs = (): { orderId: string; clientOrderId: null }[] =>
      venue.openOrders(1, EOS).map(({ orderId }) => ({ orderId: String(orderId), clientOrderId: null }));
    const tripOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = clock.monotonic();
      await run(work());
      return clock.monotonic() - before;
    };
    place(600, 'b');
    const known = refs();
    place(80, 'c');
    await clock.advance(3_000);
    const roundTrip = await tripOf(() => account.trading.query(eos, byClientId('b1')));
    expect(await tripOf(() => account.trading.cancelAll(eos, known))).toBeLessThanOrEqual(roundTrip + 1);
    expect(venue.openOrders(1, EOS)).toEqual([]);
    // More than one call takes besides: those are listed, and go in batches.
    place(120, 'd');
    const some = refs();
    place(250, 'e');
    await clock.advance(3_000);
    expect(await run(account.trading.cancelAll(eos, some))).toEqual({ outcome: 'accepted', reports: [] });
    expect(venue.openOrders(1, EOS)).toEqual([]);
  });

  it('the dead man’s switch cancels when it is not renewed', async () => {
    const { account, run, command, clock, venue } = await bench();
    await run(account.trading.create(command({})));
    expect(value(await run(account.trading.armDeadMansSwitch(10)))).toBe(true);
    await clock.advance(9_000);
    expect(venue.openOrders(1, EOS)).toHaveLength(1);
    await clock.advance(2_000);
    expect(venue.openOrders(1, EOS)).toHaveLength(0);
    expect((await run(account.trading.armDeadMansSwitch(1)))[1]).not.toBeNull();
  });

  it('a canceled order without fills is forgotten after two hours', async () => {
    const { account, run, command, clock, eos } = await bench();
    await run(account.trading.create(command({ clientOrderId: 'old' })));
    await run(account.trading.cancel(eos, [byClientId('old')]));
    await clock.advance(htx.capabilities.forgetsCanceledAfterMs! + 60_000);
    expect(await run(account.trading.query(eos, byClientId('old')))).toMatchObject({
      outcome: 'not-found',
      error: { code: 'base-record-invalid' },
    });
  });
});

describe('doubt', () => {
  it.each([
    ['reply-lost', 'socket', true],
    ['request-lost', 'socket', false],
    ['unknown-outcome', 'rest', true],
    ['server-error-executed', 'rest', true],
    ['server-error-not-executed', 'rest', false],
  ] as const)('%s over %s: unknown; a query tells whether it exists', async (fault, channel, exists) => {
    const { account, run, command, inject, eos } = await bench({ live: channel === 'socket' });
    inject({ fault, operation: 'create', count: 1, ...(fault === 'unknown-outcome' ? { executed: true } : {}) });
    expect(await run(account.trading.create(command({ clientOrderId: 'd1' })))).toMatchObject({
      outcome: 'unknown',
      error: { outcome: 'unknown' },
    });
    expect((await run(account.trading.query(eos, byClientId('d1')))).outcome).toBe(exists ? 'found' : 'not-found');
  });

  it.each([[429], [200]] as const)(
    'a refusal for rate (HTTP %i) is definite, and the next order waits',
    async (rateStatus) => {
      const { account, run, command, inject, clock } = await bench({ live: false, rateStatus });
      inject({ fault: 'rate-limit', operation: 'create', count: 1, retryAfterMs: 500 });
      expect(await run(account.trading.create(command({})))).toMatchObject({
        outcome: 'rejected',
        error: { kind: 'rate-limited' },
      });
      const before = clock.now();
      expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
      expect(clock.now() - before).toBeGreaterThanOrEqual(900);
    },
  );

  it('no answer to a query says nothing about the order', async () => {
    const { account, run, inject, eos } = await bench();
    inject({ fault: 'server-error-not-executed', operation: 'query-order', count: 1 });
    expect(await run(account.trading.query(eos, byClientId('x')))).toMatchObject({ outcome: 'no-answer' });
  });
});

describe('the private stream', () => {
  it('tells every balance on subscription, then changes, absolute', async () => {
    const { account, run, command, diary, clock } = await bench();
    expect(diary.assets.flatMap((assets) => Object.keys(assets))).toEqual(
      expect.arrayContaining(['EOS', 'USDT', 'BNB']),
    );
    await run(account.trading.create(command({})));
    await clock.advance(100);
    expect(diary.assets.at(-1)).toEqual({ USDT: { free: '99992', locked: '8', total: '100000' } });
    expect(value(await run(account.assets()))['USDT']).toEqual({ free: '99992', locked: '8', total: '100000' });
  });

  it('of a user who has a margin account too: its orders, fills and balances are not ours', async () => {
    const { account, run, command, diary, clock, other, eos } = await bench({ marginAccount: true });
    const create = command({});
    await run(account.trading.create(create));
    other('SELL', '0.8', '4');
    await clock.advance(100);
    await run(account.trading.cancel(eos, [byClientId(create.clientOrderId)]));
    await clock.advance(100);
    expect(new Set(diary.reports.map(({ orderId }) => orderId)).size).toBe(1);
    const { USDT } = value(await run(account.assets()));
    expect(USDT).toMatchObject({ locked: '0', total: '99996.8' });
    expect(diary.assets.findLast((assets) => 'USDT' in assets)).toEqual({ USDT });
  });

  it('comes back after a cut, says so, and answers pings for hours', async () => {
    const { account, clock, diary, inject } = await bench();
    diary.take();
    inject({ fault: 'connection-cut', stream: 'private', at: 1_000 });
    await clock.advance(2_000);
    await clock.runUntil(() => account.feed.isLive, 60_000);
    expect(diary.lines.filter((line) => line === 'live' || line.startsWith('broken'))).toEqual([
      expect.stringContaining('broken'),
      'live',
    ]);
    diary.take();
    await clock.advance(2 * 3_600_000);
    expect(diary.take()).toEqual([]);
  });

  it('an order channel that stalls while pings go on is found out by an accepted order that it says nothing of', async () => {
    const { account, clock, diary, inject, run, command, other, stateOf } = await bench();
    await run(account.trading.create(command({})));
    await clock.advance(60_000);
    diary.take();
    const stall = inject({ fault: 'push-dropped', stream: 'private' });
    const create = command({});
    await run(account.trading.create(create));
    await clock.advance(1_000);
    await run(account.trading.create(command({})));
    await clock.advance(8_000);
    expect(diary.take().find((line) => line.startsWith('broken'))).toContain('nothing came about it');
    await clock.runUntil(() => account.feed.isLive, 5_000);
    // As long as no order is heard of, the next connection is not broken for it.
    await run(account.trading.create(command({})));
    await clock.advance(30_000);
    expect(account.feed.isLive).toBe(true);
    stall.remove();
    diary.take();
    await run(account.trading.create(command({})));
    other('SELL', '0.8', '50');
    await clock.advance(30_000);
    expect(diary.take().filter((line) => line.startsWith('broken'))).toEqual([]);
    expect(stateStatus(stateOf(create.clientOrderId))).toBe('FILLED');
  });

  it('a half-open connection is found dead by its silence', async () => {
    const { account, clock, diary, inject } = await bench();
    diary.take();
    inject({ fault: 'half-open', stream: 'private', at: 1_000 });
    await clock.advance(2_000);
    await clock.runUntil(() => !account.feed.isLive, 45_000);
    await clock.runUntil(() => account.feed.isLive, 60_000);
    expect(diary.lines.at(-1)).toBe('live');
  });

  it('without its order socket, orders go over REST', async () => {
    const { account, clock, inject, run, command, venue } = await bench();
    inject({ fault: 'connection-cut', stream: 'trade', at: 1 });
    await clock.advance(5);
    expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
    expect(venue.openOrders(1, EOS)).toHaveLength(1);
    await clock.advance(60_000);
    expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
  });

  it.each([['rest-codes'], ['socket-codes']] as const)(
    'an order socket that lost its login (%s) refuses nothing for good: the request goes over REST or is looked up, and the socket is replaced',
    async (tradeRefusals) => {
      const { account, clock, inject, run, command, venue, eos } = await bench({
        tradeExpiry: 'forget-login',
        tradeRefusals,
      });
      inject({ fault: 'session-expired', stream: 'trade', at: 1 });
      await clock.advance(5);
      // A refusal that does not name the order may be of something else: it is not sent again.
      const outcome = tradeRefusals === 'rest-codes' ? 'accepted' : 'unknown';
      expect(await run(account.trading.create(command({ clientOrderId: 'e1' })))).toMatchObject({ outcome });
      await run(account.trading.create(command({ clientOrderId: 'e2' })));
      expect(venue.openOrders(1, EOS)).toHaveLength(outcome === 'accepted' ? 2 : 1);
      inject({ fault: 'session-expired', stream: 'trade', at: 1_000 });
      await clock.advance(1_005);
      expect(await run(account.trading.cancelAll(eos))).toMatchObject({ outcome: 'accepted' });
      expect(venue.openOrders(1, EOS)).toEqual([]);
      // Twice in a row is enough for a pause; then the socket carries orders again.
      await clock.advance(60_000);
      inject({ fault: 'reply-late', operation: 'create', channel: 'socket', count: 1, delayMs: 1 });
      expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
    },
  );

  it('an order socket that answers no more while its pings go on is replaced, and orders go over REST meanwhile', async () => {
    const { account, clock, inject, run, command, venue, eos } = await bench();
    const stall = inject({ fault: 'request-lost', channel: 'socket', operation: ['create', 'cancel', 'cancel-all'] });
    expect(await run(account.trading.create(command({ clientOrderId: 's1' })))).toMatchObject({
      outcome: 'unknown',
      error: { kind: 'timeout' },
    });
    expect(await run(account.trading.create(command({ clientOrderId: 's2' })))).toMatchObject({ outcome: 'accepted' });
    expect(await run(account.trading.cancel(eos, [byClientId('s2')]))).toMatchObject([{ outcome: 'accepted' }]);
    // A new connection that is no better leaves one more doubt, then orders keep to REST for half a minute, then for minutes.
    await clock.advance(1_000);
    expect(await run(account.trading.cancel(eos, [byClientId('s2')]))).toMatchObject([{ outcome: 'unknown' }]);
    for (let second = 0; second < 25; second++) {
      await clock.advance(1_000);
      expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
    }
    expect(stall.strikes).toBe(2);
    await clock.advance(30_000);
    expect(await run(account.trading.cancelAll(eos))).toMatchObject({ outcome: 'unknown' });
    await clock.advance(200_000);
    expect(await run(account.trading.cancelAll(eos))).toMatchObject({ outcome: 'accepted' });
    expect(venue.openOrders(1, EOS)).toEqual([]);
    stall.remove();
  });

  it('a refusal for rate that names no request ends the only one at once: an order is looked up, a cancel goes over REST', async () => {
    const { account, clock, inject, run, command, venue, eos } = await bench({ tradeRefusals: 'socket-codes' });
    inject({ fault: 'rate-limit', channel: 'socket', operation: 'create', count: 1, retryAfterMs: 500 });
    const before = clock.now();
    expect(await run(account.trading.create(command({ clientOrderId: 'p1' })))).toMatchObject({
      outcome: 'unknown',
      error: { kind: 'rate-limited', retryAfter: 1_000 },
    });
    expect(clock.now() - before).toBeLessThan(1_000);
    // The socket is left alone for the pause.
    expect(await run(account.trading.create(command({ clientOrderId: 'p2' })))).toMatchObject({ outcome: 'accepted' });
    await clock.advance(2_000);
    inject({
      fault: 'rate-limit',
      channel: 'socket',
      operation: ['cancel', 'cancel-all'],
      count: 1,
      retryAfterMs: 500,
    });
    expect(await run(account.trading.cancel(eos, [byClientId('p2')]))).toMatchObject([{ outcome: 'accepted' }]);
    expect(venue.openOrders(1, EOS)).toEqual([]);
  });

  it('a wrong secret is given up after the clock was measured again', async () => {
    const { account, clock, diary, run } = await bench({ live: false, secretKey: 'wrong' });
    expect((await run(account.prepare()))[1]).toMatchObject({ kind: 'auth', outcome: 'rejected' });
    account.feed.start(diary);
    await clock.runUntil(() => diary.lines.some((line) => line.startsWith('fatal')), 60_000);
    expect(diary.lines.at(-1)).toContain('auth.fail');
    await clock.advance(60_000);
    expect(diary.lines.filter((line) => line.startsWith('fatal'))).toHaveLength(1);
  });

  it('a clock that is far off is measured, and healed when it jumps', async () => {
    const { account, run, inject, clock, command } = await bench({ live: false });
    inject({ fault: 'clock-skew', skewMs: 900_000 });
    await clock.advance(10);
    // A definite refusal: nothing was placed; the offset is corrected for the next.
    expect(await run(account.trading.create(command({})))).toMatchObject({
      outcome: 'rejected',
      error: { kind: 'clock-skew' },
    });
    expect(await run(account.trading.create(command({})))).toMatchObject({ outcome: 'accepted' });
    expect(Math.round(account.clockOffset() / 1000)).toBe(900);
  });

  it('stops for good, leaving orders alone', async () => {
    const { account, run, command, exchange, venue, clock } = await bench();
    await run(account.trading.create(command({})));
    await run(account.close());
    await clock.advance(60_000);
    expect(exchange.connectionCount).toBe(0);
    expect(venue.openOrders(1, EOS)).toHaveLength(1);
  });
});

it('the unified book, in plain decimals, best first', async () => {
  const { account, run, other, eos } = await bench({ live: false });
  other('SELL', '0.0009', '12345.5');
  other('SELL', '0.8', '1');
  other('BUY', '0.0004', '20000000');
  expect(value(await run(account.orderbook(eos, 5)))).toMatchObject({
    platform: 'htx',
    symbol: EOS,
    asks: [
      ['0.0009', '12345.5'],
      ['0.8', '1'],
    ],
    bids: [['0.0004', '20000000']],
  });
});

function clock0(venue: MatchingVenue): number {
  return venue.clock.now() - 100 * 3_600_000;
}
