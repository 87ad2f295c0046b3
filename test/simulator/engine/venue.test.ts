// The engine by behaviour: what an account that places, trades and cancels gets, is charged, and is told.
import { describe, expect, it } from 'vitest';
import type { VenueEvent } from '../../../src/simulator/venue.ts';
import { accepted, account, balance, bench, BNB, d, EOS, levels, order, RULES } from '../support.ts';

describe('placing and matching', () => {
  it('matches the best price first and, at one price, the oldest order first', () => {
    const { venue } = bench();
    const late = accepted(venue.place(1, order('SELL', '0.81', '10'), RULES)).order;
    const first = accepted(venue.place(1, order('SELL', '0.80', '10'), RULES)).order;
    const second = accepted(venue.place(2, order('SELL', '0.80', '10'), RULES)).order;
    const { order: taker, fills } = accepted(venue.place(3, order('BUY', '0.81', '25'), RULES));
    expect(fills.map((fill) => `${fill.price.toString()}x${fill.quantity.toString()}`)).toEqual([
      '0.8x10',
      '0.8x10',
      '0.81x5',
    ]);
    expect(taker.status).toBe('filled');
    expect(taker.filledQuote.toString()).toBe('20.05');
    expect(venue.order(1, EOS, { orderId: first.orderId })?.status).toBe('filled');
    expect(venue.order(2, EOS, { orderId: second.orderId })?.status).toBe('filled');
    expect(venue.order(1, EOS, { orderId: late.orderId })?.filled.toString()).toBe('5');
    expect(levels(venue.book(EOS, 5).asks)).toEqual(['0.81x5']);
    expect(venue.lastPrice(EOS)?.toString()).toBe('0.81');
    expect(venue.trades(EOS, 2).map((trade) => trade.takerSide)).toEqual(['BUY', 'BUY']);
  });

  it('locks on placing, gives back what a better price saved, and releases on cancel', () => {
    const { venue } = bench();
    venue.place(1, order('SELL', '0.80', '10'), RULES);
    expect(balance(venue, 1, 'EOS')).toEqual(['99990', '10']);
    const { order: buy } = accepted(venue.place(2, order('BUY', '0.90', '30'), RULES));
    // 10 bought at 0.80 although 0.90 was offered; 20 more rest at 0.90.
    expect(balance(venue, 2, 'USDT')).toEqual(['99974', '18']);
    expect(balance(venue, 2, 'EOS')).toEqual(['100009.99', '0']);
    expect(balance(venue, 1, 'USDT')).toEqual(['100007.992', '0']);
    const cancel = venue.cancel(2, EOS, { orderId: buy.orderId }, 'cancel-1');
    expect(cancel.ok && cancel.order.status).toBe('canceled');
    expect(cancel.order?.cancelId).toBe('cancel-1');
    expect(cancel.order?.filled.toString()).toBe('10');
    expect(balance(venue, 2, 'USDT')).toEqual(['99992', '0']);
  });

  it('refuses what the account cannot pay, a client id in use, an unknown symbol, a disabled account', () => {
    const { venue } = bench({ maxOpenOrders: 2 });
    const refused = (result: ReturnType<typeof venue.place>): string => (result.ok ? 'accepted' : result.rejection);
    expect(refused(venue.place(1, order('BUY', '1', '100000.1'), RULES))).toBe('insufficient-balance');
    venue.place(1, order('BUY', '0.1', '1', { clientOrderId: 'same' }), RULES);
    expect(refused(venue.place(1, order('BUY', '0.1', '1', { clientOrderId: 'same' }), RULES))).toBe(
      'duplicate-client-order-id',
    );
    venue.cancel(1, EOS, { clientOrderId: 'same' }, '');
    expect(refused(venue.place(1, order('BUY', '0.1', '1', { clientOrderId: 'same' }), RULES))).toBe('accepted');
    expect(refused(venue.place(1, order('BUY', '0.1', '1', { symbol: 'X/Y' }), RULES))).toBe('unknown-symbol');
    venue.place(1, order('BUY', '0.1', '1'), RULES);
    expect(refused(venue.place(1, order('BUY', '0.1', '1'), RULES))).toBe('too-many-orders');
    const owner = venue.accountByUid(2);
    if (owner !== null) owner.permissions.trade = false;
    expect(refused(venue.place(2, order('BUY', '0.1', '1'), RULES))).toBe('account-disabled');
    expect(() => venue.place(3, order('BUY', '0.1', null), RULES)).toThrow(RangeError);
  });

  it('lets the newest order with a client id answer to it', () => {
    const { venue } = bench();
    const first = accepted(venue.place(1, order('BUY', '0.1', '1', { clientOrderId: 'x' }), RULES)).order;
    const free = { ...RULES, uniqueClientOrderIds: false };
    const second = accepted(venue.place(1, order('BUY', '0.1', '1', { clientOrderId: 'x' }), free)).order;
    expect(venue.order(1, EOS, { clientOrderId: 'x' })?.orderId).toBe(second.orderId);
    expect(venue.order(1, EOS, { orderId: first.orderId })?.status).toBe('open');
    expect(venue.order(2, EOS, { orderId: first.orderId })).toBeNull();
  });

  it('knows IOC, FOK, and market orders by base and by quote amount', () => {
    const { venue } = bench();
    venue.place(1, order('SELL', '0.80', '10'), RULES);
    const ioc = accepted(venue.place(2, order('BUY', '0.80', '4', { timeInForce: 'IOC' }), RULES)).order;
    expect([ioc.status, ioc.filled.toString()]).toEqual(['filled', '4']);
    const fok = accepted(venue.place(2, order('BUY', '0.80', '7', { timeInForce: 'FOK' }), RULES)).order;
    expect([fok.status, fok.endReason, fok.filled.toString()]).toEqual(['expired', 'fok-unfillable', '0']);
    const rest = accepted(venue.place(2, order('BUY', '0.80', '7', { timeInForce: 'IOC' }), RULES)).order;
    expect([rest.status, rest.endReason, rest.filled.toString()]).toEqual(['expired', 'ioc-remainder', '6']);
    venue.place(1, order('SELL', '0.80', '10'), RULES);
    venue.place(1, order('SELL', '0.90', '10'), RULES);
    const spend = accepted(venue.place(2, order('BUY', null, null, { quoteQuantity: d('12.55') }), RULES)).order;
    expect([spend.status, spend.filled.toString(), spend.filledQuote.toString()]).toEqual(['filled', '15', '12.5']);
    const market = accepted(venue.place(2, order('BUY', null, '8'), RULES)).order;
    expect([market.status, market.endReason, market.filled.toString()]).toEqual(['expired', 'market-exhausted', '5']);
    venue.place(3, order('BUY', '0.5', '100'), RULES);
    const raise = accepted(venue.place(1, order('SELL', null, null, { quoteQuantity: d('10') }), RULES)).order;
    expect([raise.status, raise.filled.toString(), raise.filledQuote.toString()]).toEqual(['filled', '20', '10']);
    const empty = accepted(venue.place(2, order('BUY', null, '1'), RULES)).order;
    expect([empty.status, empty.endReason]).toEqual(['expired', 'market-exhausted']);
    for (const uid of [1, 2]) expect(balance(venue, uid, 'USDT')[1]).toBe('0');
  });

  it('treats a post-only order that would take by either rule', () => {
    const { venue } = bench();
    venue.place(1, order('SELL', '0.80', '10'), RULES);
    expect(venue.place(2, order('BUY', '0.80', '5', { postOnly: true }), RULES)).toEqual({
      ok: false,
      rejection: 'post-only-would-take',
      order: null,
    });
    const accept = { ...RULES, postOnly: 'accept-then-cancel' } as const;
    const ended = accepted(venue.place(2, order('BUY', '0.80', '5', { postOnly: true }), accept)).order;
    expect([ended.status, ended.endReason]).toEqual(['expired', 'post-only-would-take']);
    const rests = accepted(venue.place(2, order('BUY', '0.79', '5', { postOnly: true }), RULES)).order;
    expect([rests.status, rests.rested]).toEqual(['open', true]);
  });

  it('prevents self trades in every mode', () => {
    const run = (mode: 'none' | 'expire-taker' | 'expire-maker' | 'expire-both'): string[] => {
      const { venue } = bench();
      const own = accepted(venue.place(1, order('SELL', '0.80', '10'), RULES)).order;
      venue.place(2, order('SELL', '0.81', '10'), RULES);
      const taker = accepted(venue.place(1, order('BUY', '0.81', '12', { selfTradePrevention: mode }), RULES)).order;
      const maker = venue.order(1, EOS, { orderId: own.orderId });
      return [maker?.status ?? '', taker.status, taker.filled.toString()];
    };
    expect(run('none')).toEqual(['filled', 'filled', '12']);
    expect(run('expire-taker')).toEqual(['open', 'expired', '0']);
    expect(run('expire-maker')).toEqual(['expired', 'open', '10']);
    expect(run('expire-both')).toEqual(['expired', 'expired', '0']);
  });

  it('charges fees in the received asset or in the fee asset, and pays rebates', () => {
    const fees = { makerFee: d('-0.0002'), takerFee: d('0.001') };
    const { venue } = bench({ accounts: [account(1, fees), account(2, { feeAsset: 'BNB' }), account(3)] });
    venue.place(3, order('SELL', '500', '0.001', { symbol: BNB }), RULES);
    venue.place(2, order('BUY', '500', '0.001', { symbol: BNB }), RULES);
    venue.place(1, order('SELL', '0.80', '1000'), RULES);
    const { fills } = accepted(venue.place(2, order('BUY', '0.80', '1000'), RULES));
    // 0.1 % of 800 USDT at 500 USDT a BNB.
    expect([fills[0]?.feeAsset, fills[0]?.fee.toString()]).toEqual(['BNB', '0.0016']);
    expect(balance(venue, 2, 'EOS')[0]).toBe('101000');
    const [rebate] = venue.fills(1, { symbol: EOS });
    expect([rebate?.feeAsset, rebate?.fee.toString(), rebate?.maker]).toEqual(['USDT', '-0.16', true]);
    expect(balance(venue, 1, 'USDT')[0]).toBe('100800.16');
  });
});

describe('cancelling and asking', () => {
  it('cancels all, oldest first, and says what an unknown or finished order is', () => {
    const { venue } = bench();
    const placed = ['0.1', '0.2', '0.3'].map(
      (price) => accepted(venue.place(1, order('BUY', price, '1'), RULES)).order.orderId,
    );
    venue.place(1, order('BUY', '100', '0.01', { symbol: BNB }), RULES);
    expect(venue.cancelAll(1, EOS, 'all').map((ended) => ended.orderId)).toEqual(placed);
    expect(venue.openOrders(1, null)).toHaveLength(1);
    expect(venue.cancelAll(1, null, 'all')).toHaveLength(1);
    const [known = 0n] = placed;
    const again = venue.cancel(1, EOS, { orderId: known }, '');
    expect([again.ok, again.order?.endReason]).toEqual([false, 'cancel-all']);
    expect(venue.cancel(1, EOS, { orderId: 5n }, '')).toEqual({ ok: false, order: null });
    expect(venue.cancel(2, EOS, { orderId: known }, '')).toEqual({ ok: false, order: null });
  });

  it('lets somebody fill an order in the moment before its cancel', () => {
    const { venue } = bench();
    venue.beforeCancel((open) => void venue.house.fillOrder(open.orderId, null));
    const { orderId } = accepted(venue.place(1, order('BUY', '0.5', '10'), RULES)).order;
    const result = venue.cancel(1, EOS, { orderId }, 'too-late');
    expect([result.ok, result.order?.status, result.order?.cancelId]).toEqual([false, 'filled', '']);
    expect(venue.fills(1, { orderId })).toHaveLength(1);
  });

  it('uses ids beyond 2^53 when asked to, and finds fills by every condition', () => {
    const { venue, clock } = bench({ firstOrderId: 9_007_199_254_740_993n });
    const maker = accepted(venue.place(1, order('SELL', '0.8', '30'), RULES)).order;
    expect(maker.orderId).toBe(9_007_199_254_740_993n);
    const first = accepted(venue.place(2, order('BUY', '0.8', '10'), RULES)).fills[0];
    clock.stepWall(1000);
    const second = accepted(venue.place(2, order('BUY', '0.8', '10'), RULES)).fills[0];
    expect(venue.fills(1, { orderId: maker.orderId })).toHaveLength(2);
    expect(venue.fills(2, { symbol: EOS, fromTradeId: second?.tradeId ?? 0n })).toEqual([second]);
    expect(venue.fills(2, { endTime: (second?.time ?? 0) - 1 })).toEqual([first]);
    expect(venue.fills(2, { symbol: BNB })).toEqual([]);
  });

  it('forgets finished orders by age or number, never open ones', () => {
    const { venue, clock } = bench({ retention: { maxFinished: 2, maxAgeMs: 60_000 } });
    const open = accepted(venue.place(1, order('BUY', '0.1', '1'), RULES)).order;
    for (let index = 0; index < 5; index++) {
      const { orderId } = accepted(venue.place(1, order('BUY', '0.2', '1'), RULES)).order;
      venue.cancel(1, EOS, { orderId }, '');
    }
    expect(venue.orders(1, EOS)).toHaveLength(6);
    expect(venue.retention.prune()).toBe(3);
    expect(venue.orders(1, EOS)).toHaveLength(3);
    clock.stepWall(60_001);
    expect(venue.retention.prune()).toBe(2);
    expect(venue.orders(1, EOS).map((left) => left.orderId)).toEqual([open.orderId]);
  });
});

describe('events', () => {
  it('tells one step in order: accepted, locked, filled, trade, balances, book', () => {
    const { venue } = bench();
    venue.place(1, order('SELL', '0.80', '10'), RULES);
    const events: VenueEvent[] = [];
    venue.listen((event) => events.push(event));
    venue.place(2, order('BUY', '0.80', '4', { timeInForce: 'IOC' }), RULES);
    expect(events.map((event) => event.type)).toEqual([
      'order-accepted',
      'balances',
      'order-filled',
      'order-filled',
      'trade',
      'balances',
      'balances',
      'book',
    ]);
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => (events[0]?.sequence ?? 0) + index));
    const snapshots = events.filter((event) => event.type === 'order-filled').map((event) => event.order);
    expect(snapshots.map((snapshot) => [snapshot.accountUid, snapshot.status])).toEqual([
      [2, 'filled'],
      [1, 'open'],
    ]);
    expect(Object.isFrozen(snapshots[0])).toBe(true);
  });

  it('keeps the order of events when a listener acts on one of them', () => {
    const { venue } = bench();
    const seen: string[] = [];
    venue.listen((event) => {
      if (event.type === 'order-accepted' && event.order.accountUid === 1)
        venue.place(2, order('BUY', '0.1', '1'), RULES);
    });
    const stop = venue.listen((event) => {
      if ('order' in event) seen.push(`${event.type}:${event.order.accountUid}`);
      else if (event.type === 'book') seen.push(`book:${event.updateId}`);
    });
    venue.place(1, order('BUY', '0.2', '1'), RULES);
    expect(seen).toEqual(['order-accepted:1', 'book:10000001', 'order-accepted:2', 'book:10000002']);
    stop();
    venue.place(3, order('BUY', '0.2', '1'), RULES);
    expect(seen).toHaveLength(4);
  });

  it('reports a refused order, which has used up an id and is not kept, and a deposit', () => {
    const { venue } = bench();
    const events: VenueEvent[] = [];
    venue.listen((event) => events.push(event));
    venue.place(1, order('BUY', '1', '999999'), RULES);
    venue.deposit(1, 'BTC', d('2'));
    expect(events).toMatchObject([
      { type: 'order-rejected', rejection: 'insufficient-balance', order: { status: 'rejected' } },
      { type: 'balances', cause: 'deposit', changed: [{ asset: 'BTC', version: 1 }] },
    ]);
    expect(venue.orders(1, null)).toEqual([]);
    const refused = events[0]?.type === 'order-rejected' ? events[0].order.orderId : 0n;
    expect(accepted(venue.place(1, order('BUY', '1', '1'), RULES)).order.orderId).toBe(refused + 1n);
  });
});
