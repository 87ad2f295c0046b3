// The public face: options that name what is wrong with them, callbacks one at a time and in order, the part of a Trade in a clean stop.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TradeError } from '../src/domain/errors.ts';
import type { Order } from '../src/domain/order.ts';
import { Secret } from '../src/domain/secret.ts';
import { CALLBACKS } from '../src/orders/trade-options.ts';
import { loggerTo, type Logger } from '../src/runtime/logger.ts';
import { sleep } from '../src/seam/clock.ts';
import { silentLog } from '../src/seam/log.ts';
import { Trade, type TradeOptions } from '../src/trade.ts';
import { Stage } from './orders/support/stage.ts';

/** What the log would say. */
function linesOf(use: (log: Logger) => void): string[] {
  const lines: string[] = [];
  use(loggerTo({ write: (line) => void lines.push(line) }));
  return lines;
}

describe('Trade', () => {
  it('places an order, hears of its fill and revokes the rest', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    expect(told.inits).toEqual([true]);
    expect(await stage.clock.runFor(trade.createOrder('SELL', '2', '10'))).toEqual(['1001', null]);
    stage.venue.fill(stage.venue.orders[0]!, '4');
    await stage.clock.advance(100);
    expect(told.fills.map(({ tradeId, quantity, fee, feeAsset }) => [tradeId, quantity, fee, feeAsset])).toEqual([
      ['1', '4', '0.008', 'USDT'],
    ]);
    expect(trade.orders.get('1001')).toMatchObject({
      status: 'PARTIAL-FILLED',
      filled: '4',
      remain: '6',
      avgPrice: '2',
    });
    expect(await stage.clock.runFor(trade.revokeOrder())).toEqual([['1001'], null]);
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'PARTIAL-FILLED', 'CANCELED']);
    expect(trade.orders.size).toBe(0);
    expect(trade.stats()).toMatchObject({
      created: 1,
      accepted: 1,
      revoked: 1,
      updates: 3,
      fills: 1,
      updateDelay: { count: 3 },
    });
    await trade.close();
  });

  it('gives the strategy frozen snapshots in which remain is always quantity - filled', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '0.3', { clientOrderId: 'abc' }).then(() => undefined));
    expect(told.orders).toEqual([]);
    await stage.clock.runFor(trade.createOrder('SELL', '20', '0.3', { clientOrderId: 'abc' }));
    stage.venue.fill(stage.venue.orders[0]!, '0.1');
    await stage.clock.advance(100);
    const order = told.orders.at(-1)!;
    expect(order.remain).toBe('0.2');
    expect(Object.isFrozen(order)).toBe(true);
    expect(order).toMatchObject({
      platform: 'okx',
      account: 'me',
      strategy: 'test',
      symbol: 'EOS/USDT',
      orderId: '1001',
      clientOrderId: 'abc',
      action: 'SELL',
      orderType: 'LIMIT',
      timeInForce: 'GTC',
      tradeType: null,
      price: '20',
      quantity: '0.3',
      reason: null,
    });
    await trade.close();
  });

  it('names the option that is missing or wrong', () => {
    const stage = new Stage();
    const make =
      (change: Record<string, unknown>): (() => unknown) =>
      () => {
        const made: unknown = Reflect.construct(Trade, [{ ...stage.options(), ...change }, stage.environment]);
        return made;
      };
    for (const name of ['strategy', 'platform', 'symbol', 'account', 'accessKey', 'secretKey']) {
      expect(make({ [name]: undefined })).toThrow(new TypeError(`new Trade: option ${name} is missing`));
      expect(make({ [name]: '' })).toThrow(`option ${name} is empty`);
    }
    expect(make({ strategy: 5 })).toThrow(new TypeError('new Trade: option strategy must be a string, got number'));
    expect(make({ symbol: 'EOSUSDT' })).toThrow(RangeError);
    expect(make({ onFill: 'no' })).toThrow('option onFill must be a function');
    expect(make({ onOrderUpdated: () => undefined })).toThrow('there is no callback onOrderUpdated');
    expect(make({ order_update_callback: () => undefined })).toThrow('there is no callback order_update_callback');
    expect(make({ timings: { feeWait: -1 } })).toThrow('timings.feeWait must be a number of ms of at least 0');
    expect(make({ timings: { feeWaits: 1 } })).toThrow('timings.feeWaits is unknown');
    // Nothing is switched off by it: everything would be asked without a pause, or nothing ever be in time.
    for (const name of ['requestTimeout', 'reconcileEvery', 'streamSilence'])
      expect(make({ timings: { [name]: 0 } })).toThrow(
        new RangeError(`new Trade: timings.${name} must be a number of ms above 0, got 0`),
      );
    expect(make({ unfinishedOrders: { stop: 'adopt' } })).toThrow('unfinishedOrders.stop must be revoke or keep');
    expect(make({ tradeDuringGaps: 1 })).toThrow(TypeError);
  });

  it("refuses a misspelt option, whose default would hold in silence, and passes over what is somebody else's", async () => {
    const stage = new Stage();
    const make = (change: Record<string, unknown>): Trade =>
      new Trade(Object.assign(stage.options(), change), stage.environment);
    for (const [name, meant] of [
      ['endpoint', 'endpoints'],
      ['end_points', 'endpoints'],
      ['unfinishedOrder', 'unfinishedOrders'],
      ['unfinished_orders', 'unfinishedOrders'],
      ['timing', 'timings'],
      ['tradeDuringGap', 'tradeDuringGaps'],
      ['passPhrase', 'passphrase'],
      ['onfill', 'onFill'],
      ['onorderUpdate', 'onOrderUpdate'],
    ] as const)
      expect(() => make({ [name]: undefined })).toThrow(
        new RangeError(`new Trade: option ${name} is unknown; did you mean ${meant}?`),
      );
    for (const name of ['testnet', 'sandbox', 'demo'])
      expect(() => make({ [name]: true })).toThrow(
        new RangeError(`new Trade: option ${name} is unknown; did you mean endpoints: 'testnet'?`),
      );
    // As they stand in a configuration and in what `aioquant simulate` prints.
    const others = { name: 'me', symbols: ['EOS/USDT'], grid: 5, endpoint: 'mine', endpoints: 'live', testnet: false };
    await make(others).close();
    // Said in our words, too, as the error asks for.
    await make({ endpoints: 'testnet', testnet: true }).close();
    expect(() => make({ endpoints: 'live', testnet: true })).toThrow("did you mean endpoints: 'testnet'?");
  });

  it('takes null for a callback that is not given', async () => {
    const stage = new Stage();
    const said: string[] = [];
    const log = { ...silentLog, error: (message: string) => void said.push(message) };
    const none = Object.fromEntries(CALLBACKS.map((name) => [name, null]));
    const options = { ...stage.options(), ...none };
    const trade = new Trade(options, { ...stage.environment, log });
    expect(await stage.clock.runFor(trade.ready)).toBe(true);
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '4');
    await stage.clock.runFor(trade.revokeOrder());
    await trade.close();
    expect(said).toEqual([]);
  });

  it('takes a Secret as well as a string, and shows neither', async () => {
    const stage = new Stage();
    const { trade } = stage.trade({ secretKey: new Secret('hush-hush'), passphrase: 'hush' });
    expect(JSON.stringify([...stage.live])).not.toContain('hush');
    await trade.close();
  });

  it('prints its orders as the map of orders that they are', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '20', '10'));
    expect(inspect(trade.orders)).toBe(inspect(new Map([['1001', trade.orders.get('1001')]])));
    await trade.close();
  });

  it('shows its keys to nobody who prints it', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready({
      accessKey: 'a-key',
      secretKey: 'hidden-secret',
      passphrase: 'hidden-phrase',
    });
    const [line = ''] = linesOf((log) => log.info('made', trade));
    for (const shown of [inspect(trade, { depth: Infinity, showHidden: true }), JSON.stringify(trade), line]) {
      expect(shown).toContain('EOS/USDT');
      expect(shown).not.toMatch(/a-key|hidden-/);
    }
    await trade.close();
  });

  it('revokeOrder with none or several is a RevokeError also where there is nobody to ask', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await trade.close();
    const [, none] = await trade.revokeOrder();
    expect(none).toMatchObject({ name: 'RevokeError', kind: 'closed', outcome: 'not-sent', revoked: [], failed: [] });
    const [, several] = await trade.revokeOrder('1', '2');
    expect(several).toMatchObject({ name: 'RevokeError', failed: [{ orderId: '1' }, { orderId: '2' }] });
    const [, one] = await trade.revokeOrder('1');
    expect(one).toMatchObject({ name: 'TradeError', kind: 'closed' });
  });

  it('getOpenOrderIds asks the exchange', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.pushDelayMs = null;
    stage.venue.place({});
    expect(await stage.clock.runFor(trade.getOpenOrderIds())).toEqual([['1001'], null]);
    stage.venue.fault('openOrders', 'request-lost');
    const [, error] = await stage.clock.runFor(trade.getOpenOrderIds());
    expect(error).toBeInstanceOf(TradeError);
    expect(error).toMatchObject({ kind: 'network', symbol: 'EOS/USDT', account: 'me' });
    await trade.close();
  });

  it('A22: every failure is a TradeError that says what, where, and whether anything left', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', { reject: 'rejected' });
    stage.venue.fault('openOrders', 'request-lost');
    const failures = [
      await stage.clock.runFor(trade.createOrder('SELL', '2', '10')),
      await stage.clock.runFor(trade.createOrder('SELL', '0', '10')),
      await stage.clock.runFor(trade.getOpenOrderIds()),
      await stage.clock.runFor(trade.getOrderbook()),
      await stage.clock.runFor(trade.revokeOrder('nope')),
      await stage.clock.runFor(trade.revokeOrder('nope', 'never')),
    ];
    for (const [value, error] of failures) {
      expect(value).toBeNull();
      expect(error).toBeInstanceOf(TradeError);
      expect(error).toMatchObject({ platform: 'okx', account: 'me', symbol: 'EOS/USDT' });
      expect(['rejected', 'unknown', 'not-sent']).toContain(error?.outcome);
    }
    await trade.close();
  });

  it('closing leaves nothing behind that would keep the process alive', async () => {
    const stage = new Stage();
    stage.venue.fault('prepare', ...Array.from({ length: 100 }, () => 'not-sent' as const));
    const { trade } = stage.trade();
    await stage.clock.advance(100_000);
    await trade.close();
    const other = new Stage();
    const made = await other.ready();
    other.venue.fault('create', 'request-lost');
    await other.clock.runFor(made.trade.createOrder('SELL', '2', '10'));
    await other.clock.advance(1_000);
    await made.trade.close();
    for (const clock of [stage.clock, other.clock]) {
      const before = clock.monotonic();
      await clock.runAll();
      expect(clock.monotonic() - before).toBeLessThan(100);
    }
  });

  it('publishes orders and fills on diagnostics channels', async () => {
    const seen: string[] = [];
    const names = ['aioquant:create', 'aioquant:created', 'aioquant:order-update', 'aioquant:fill', 'aioquant:revoke'];
    const hear = (_message: unknown, name: string | symbol): void => void seen.push(String(name).slice(9));
    for (const name of names) subscribe(name, hear);
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '1');
    await stage.clock.advance(100);
    await stage.clock.runFor(trade.revokeOrder());
    for (const name of names) unsubscribe(name, hear);
    await trade.close();
    expect(seen).toEqual(['create', 'order-update', 'created', 'fill', 'order-update', 'revoke', 'order-update']);
  });

  it('several Trades of one account share one connection; the last one closes it', async () => {
    const stage = new Stage();
    const one = await stage.ready({ strategy: 'one' });
    const two = await stage.ready({ strategy: 'two' });
    expect(stage.venue.opened).toBe(1);
    await stage.clock.runFor(one.trade.createOrder('SELL', '2', '10'));
    await stage.clock.advance(50);
    expect(two.told.orders).toMatchObject([{ orderId: '1001', strategy: 'two' }]);
    const elsewhere = await stage.ready({ accessKey: 'another' });
    expect(stage.venue.opened).toBe(2);
    await one.trade.close();
    expect(stage.venue.closed).toBe(0);
    await two.trade.close();
    expect(stage.venue.closed).toBe(1);
    await elsewhere.trade.close();
  });
});

describe('callbacks', () => {
  it('A9: run one at a time, in order, asynchronous ones included', async () => {
    const stage = new Stage();
    const log: string[] = [];
    const slow = async (name: string): Promise<void> => {
      log.push(`${name} begins`);
      await sleep(stage.clock, 500);
      log.push(`${name} ends`);
    };
    const { trade } = await stage.ready({
      onOrderUpdate: ({ status }: Order) => slow(status),
      onFill: ({ tradeId }) => slow(`fill ${tradeId}`),
    });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '4');
    stage.venue.fill(stage.venue.orders[0]!, '6');
    await stage.clock.advance(5_000);
    expect(log).toEqual(
      ['SUBMITTED', 'fill 1', 'PARTIAL-FILLED', 'fill 2', 'FILLED'].flatMap((name) => [
        `${name} begins`,
        `${name} ends`,
      ]),
    );
    await trade.close();
  });

  it('one that throws is reported to onError and stops nothing', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready({
      onOrderUpdate: ({ status }) => {
        if (status === 'SUBMITTED') throw new Error('a mistake');
        return Promise.reject(new Error('another'));
      },
      onError: () => {
        throw new Error('onError is wrong, too');
      },
    });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(100);
    expect(told.errors.map(({ message }) => message)).toEqual([
      'a callback of the strategy failed: a mistake',
      'a callback of the strategy failed: another',
    ]);
    expect(told.fills).toHaveLength(1);
    expect(trade.orders.size).toBe(0);
    await trade.close();
  });

  it('one that throws what has no text is reported as well, and the next one is called', async () => {
    const stage = new Stage();
    const { trade, told } = await stage.ready({
      onOrderUpdate: () => {
        // eslint-disable-next-line no-throw-literal, only-throw-error -- strategies throw anything
        throw Object.create(null);
      },
    });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    await stage.clock.runFor(trade.revokeOrder());
    expect(told.orders.map(({ status }) => status)).toEqual(['SUBMITTED', 'CANCELED']);
    expect(told.errors).toHaveLength(2);
    await trade.close();
  });

  it('one that returns what only looks like a promise ends nothing either, and is waited for once', async () => {
    const refuses = (): never => {
      throw new Error('no promise');
    };
    // Strategies return anything: the query builders of databases have a `then`, too.
    const like = (then: PropertyDescriptor): Promise<void> =>
      // eslint-disable-next-line no-thenable -- that is the point
      Object.defineProperty({}, 'then', then) as Promise<void>;
    const twice = (done: () => void): void => {
      done();
      done();
    };
    const broken = [like({ get: refuses }), like({ value: refuses }), like({ value: twice })];
    const stage = new Stage();
    let running = 0;
    let most = 0;
    const { trade, told } = await stage.ready({
      onOrderUpdate: () => broken.shift(),
      onFill: async () => {
        most = Math.max(most, ++running);
        await sleep(stage.clock, 500);
        running--;
      },
    });
    for (let i = 0; i < 3; i++) await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    for (const order of stage.venue.orders) stage.venue.fill(order, '10');
    await stage.clock.advance(5_000);
    expect(told.orders.map(({ orderId, status }) => `${orderId} ${status}`)).toEqual(
      ['SUBMITTED', 'FILLED'].flatMap((status) => ['1001', '1002', '1003'].map((id) => `${id} ${status}`)),
    );
    expect(told.errors).toHaveLength(2);
    expect([told.fills.length, most]).toEqual([3, 1]);
    await trade.close();
  });

  it('a callback may place and revoke orders', async () => {
    const stage = new Stage();
    const ids: (string | null)[] = [];
    const { trade, told } = await stage.ready({
      onFill: async () => {
        const [id] = await trade.createOrder('BUY', '1', '10');
        ids.push(id);
        await trade.revokeOrder(id ?? '');
      },
    });
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.fill(stage.venue.orders[0]!, '10');
    await stage.clock.advance(1_000);
    expect(ids).toEqual(['1002']);
    expect(told.orders.map(({ orderId, status }) => `${orderId} ${status}`)).toEqual([
      '1001 SUBMITTED',
      '1001 FILLED',
      '1002 SUBMITTED',
      '1002 CANCELED',
    ]);
    await trade.close();
  });

  it('onInit that throws is reported; ready says true all the same', async () => {
    const stage = new Stage();
    const { trade, told } = stage.trade({
      onInit: () => {
        throw new Error('too early');
      },
    });
    expect(await stage.clock.runFor(trade.ready)).toBe(true);
    expect(told.errors).toHaveLength(1);
    await trade.close();
  });

  it('closing in onInit leaves ready what onInit was told', async () => {
    const stage = new Stage();
    const { trade } = stage.trade({ onInit: () => trade.close() });
    expect(await stage.clock.runFor(trade.ready)).toBe(true);
  });

  it('closing a second time waits for the first', async () => {
    const stage = new Stage();
    stage.venue.closingMs = 1_000;
    const { trade } = await stage.ready();
    const first = trade.close();
    await stage.clock.runFor(trade.close());
    expect(stage.venue.closed).toBe(1);
    await first;
  });

  it('closing with unfinished orders, which no stop will revoke then, is said in the log', async () => {
    const stage = new Stage();
    const said: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void said.push(message) };
    const make = (unfinishedOrders: TradeOptions['unfinishedOrders']): Trade =>
      new Trade(stage.options({ unfinishedOrders }), { ...stage.environment, log });
    const first = make({ stop: 'revoke' });
    await stage.clock.runFor(first.ready);
    await stage.clock.runFor(first.createOrder('SELL', '20', '10'));
    await stage.clock.runFor(first.close());
    const warning =
      'me okx EOS/USDT: closed with 1 unfinished order (1001), which a stop of the process will not revoke';
    expect(said).toEqual([warning]);
    const kept = make({ stop: 'keep' });
    await stage.clock.runFor(kept.ready);
    await stage.clock.runFor(kept.close());
    const stopping = make({ stop: 'revoke' });
    await stage.clock.runFor(stopping.ready);
    for (const live of stage.live) live.closeGate();
    await stage.clock.runFor(stopping.close());
    const revoked = make({ stop: 'revoke' });
    await stage.clock.runFor(revoked.ready);
    await stage.clock.runFor(revoked.revokeOrder());
    await stage.clock.runFor(revoked.close());
    expect(said).toEqual([warning]);
  });

  it('closing before it was ready resolves ready with false', async () => {
    const stage = new Stage();
    const { trade, told } = stage.trade();
    await trade.close();
    expect(await trade.ready).toBe(false);
    await stage.clock.advance(5_000);
    expect(told.calls).toEqual([]);
    expect(stage.live.size).toBe(0);
  });

  it('assets are kept as last known and told as they change', async () => {
    const stage = new Stage();
    const changes: unknown[] = [];
    const { trade } = await stage.ready({ onAssetUpdate: (assets) => void changes.push(assets) });
    const free = (amount: string): { free: string; locked: string; total: string } => ({
      free: amount,
      locked: '0',
      total: amount,
    });
    stage.venue.handlers?.onAssets({ USDT: free('10'), EOS: free('1') });
    stage.venue.handlers?.onAssets({ EOS: free('2') });
    expect(trade.assets).toEqual({ USDT: free('10'), EOS: free('2') });
    expect(changes).toHaveLength(2);
    await trade.close();
  });
});

describe('a clean stop', () => {
  it('hummingbot #720: closes the gate, lets what is in flight settle, revokes and confirms', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    stage.venue.delayMs = 400;
    const inFlight = trade.createOrder('SELL', '2', '10');
    const [live] = [...stage.live];
    live!.closeGate();
    const [, error] = await stage.clock.runFor(trade.createOrder('SELL', '2', '10'));
    expect(error).toMatchObject({ kind: 'closed', outcome: 'not-sent' });
    expect(live!.unfinished()).toHaveLength(2);
    await stage.clock.runFor(live!.settle());
    expect((await inFlight)[0]).toBe('1002');
    const receipt = await stage.clock.runFor(live!.revokeAtStop(120_000));
    expect(receipt).toMatchObject({ trigger: 'stop', revoked: ['1001', '1002'], left: [], error: null });
    expect(stage.venue.openOrders).toEqual([]);
    await live!.close();
  });

  it('doubt does not hold up the stop: what turns up while we revoke is caught', async () => {
    const stage = new Stage();
    const { trade } = await stage.ready();
    stage.venue.fault('create', { lateBy: 8_000 });
    void trade.createOrder('SELL', '2', '10');
    const [live] = [...stage.live];
    live!.closeGate();
    const begun = stage.clock.monotonic();
    await stage.clock.runFor(live!.settle());
    expect(stage.clock.monotonic() - begun).toBeLessThan(7_000);
    const receipt = await stage.clock.runFor(live!.revokeAtStop(120_000));
    expect(receipt).toMatchObject({ revoked: ['1001'], left: [], error: null });
    await live!.close();
  });

  it('with a key that never worked there is nothing to revoke and nothing wrong', async () => {
    const stage = new Stage();
    stage.venue.fault('prepare', { reject: 'auth' });
    const { trade } = stage.trade();
    await stage.clock.runFor(trade.ready);
    const [live] = [...stage.live];
    expect(await stage.clock.runFor(live!.revokeAtStop(120_000))).toMatchObject({
      left: [],
      error: null,
      confirmedAt: null,
    });
    await live!.close();
  });
});
