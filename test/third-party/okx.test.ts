// The simulated OKX under two clients that others wrote for the real one, unchanged: ccxt and okx-api.
// Where one of them stumbles, the simulator is wrong, not the client.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../src/simulator/index.ts';
import { framesSent } from './frames-sent.ts';
import { load, thirdPartyClients } from './install.ts';

type Json = Record<string, unknown>;

/** What of ccxt is used here. */
interface CcxtOrder {
  readonly id: string;
  readonly clientOrderId: string;
  readonly status: string;
  readonly filled: number;
}
interface CcxtOkx {
  urls: { api: { rest: string; ws: string } };
  loadHttpProxyAgent(): Promise<unknown>;
  loadMarkets(): Promise<Record<string, unknown>>;
  fetchBalance(): Promise<Record<string, { free: number; total: number }>>;
  createOrder(symbol: string, type: string, side: string, amount: number, price?: number): Promise<CcxtOrder>;
  createOrderWs(symbol: string, type: string, side: string, amount: number, price?: number): Promise<CcxtOrder>;
  fetchOpenOrders(symbol: string): Promise<CcxtOrder[]>;
  fetchOrder(id: string, symbol: string): Promise<CcxtOrder>;
  cancelOrder(id: string, symbol: string): Promise<CcxtOrder>;
  cancelOrderWs(id: string, symbol: string): Promise<CcxtOrder>;
  cancelOrders(ids: string[], symbol: string): Promise<CcxtOrder[]>;
  fetchMyTrades(symbol: string): Promise<{ order: string; amount: number; fee: { cost: number; currency: string } }[]>;
  watchOrders(symbol: string): Promise<CcxtOrder[]>;
  watchOrderBook(symbol: string): Promise<{ bids: unknown[][]; asks: unknown[][] }>;
  watchTrades(symbol: string): Promise<unknown[]>;
  watchBalance(): Promise<Record<string, { total: number }>>;
  fetchOHLCV(symbol: string, bar: string): Promise<number[][]>;
  close(): Promise<void>;
}

/** What of okx-api is used here. */
interface OkxRest {
  getInstruments(query: Json): Promise<Json[]>;
  getBalance(): Promise<Json[]>;
  getAccountConfiguration(): Promise<Json[]>;
  submitOrder(order: Json): Promise<Json[]>;
  submitMultipleOrders(orders: Json[]): Promise<Json[]>;
  getOrderList(query: Json): Promise<Json[]>;
  getOrderDetails(query: Json): Promise<Json[]>;
  cancelOrder(order: Json): Promise<Json[]>;
  cancelMultipleOrders(orders: Json[]): Promise<Json[]>;
  getFills(query: Json): Promise<Json[]>;
}
interface OkxSocket {
  on(event: string, listener: (message: Json) => void): void;
  subscribe(args: Json[]): void;
  closeAll(force: boolean): void;
}
interface OkxSocketApi {
  submitNewOrder(order: Json): Promise<Json>;
  submitMultipleOrders(orders: Json[]): Promise<Json>;
  cancelOrder(order: Json): Promise<Json>;
  cancelMultipleOrders(orders: Json[]): Promise<Json>;
  getWSClient(): OkxSocket;
}
interface OkxApi {
  RestClient: new (options: Json) => OkxRest;
  WebsocketClient: new (options: Json, logger: Json) => OkxSocket;
  WebsocketAPIClient: new (options: Json, logger: Json) => OkxSocketApi;
}

const silence = (): undefined => undefined;
const LOGGER = { trace: silence, info: silence, error: silence };
const SYMBOL = 'BTC/USDT';
const available = await thirdPartyClients();

let simulator: RunningSimulator;

// One for each: three new connections a second are an address's limit, and not every client comes back after a refusal.
beforeEach(async () => {
  simulator = await startSimulator({ exchanges: ['okx'], seed: 'third party' });
});

afterEach(async () => {
  await simulator.close();
});

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

describe.runIf(available)('ccxt', () => {
  test('markets, orders, cancels, trades and streams', async () => {
    const { default: library } = await load<{ default: { pro: { okx: new (options: Json) => CcxtOkx } } }>('ccxt');
    const [account] = simulator.accounts;
    const okx = new library.pro.okx({
      apiKey: account?.accessKey,
      secret: account?.secretKey,
      password: account?.passphrase,
    });
    okx.urls.api.rest = simulator.endpoints['okx']?.['rest'] ?? '';
    okx.urls.api.ws = simulator.endpoints['okx']?.['wsPublic']?.replace('/public', '') ?? '';
    await okx.loadHttpProxyAgent();
    const told: string[] = [];
    const sent = framesSent(simulator.exchanges.get('okx'));
    let isWatching = true;
    const watch = async (): Promise<void> => {
      while (isWatching) {
        for (const { id, status } of await okx.watchOrders(SYMBOL)) told.push(`${id} ${status}`);
      }
    };
    try {
      expect(Object.keys(await okx.loadMarkets())).toContain(SYMBOL);
      expect((await okx.fetchBalance())['USDT']?.free).toBe(1_000_000);
      const watching = watch().catch((error: unknown) => {
        if (isWatching) throw error;
      });
      await until('ccxt has subscribed', () =>
        sent.some((frame) => /"event":"subscribe".*"channel":"orders"/.test(frame)),
      );

      const placed: CcxtOrder[] = [];
      for (const price of [50_000, 50_100, 50_200, 50_300])
        placed.push(await okx.createOrder(SYMBOL, 'limit', 'buy', 0.001, price));
      const ids = placed.map(({ id }) => id);
      const [first = '', ...others] = ids;
      const open = await okx.fetchOpenOrders(SYMBOL);
      expect(open.map(({ id, status }) => `${id} ${status}`).sort()).toEqual(ids.map((id) => `${id} open`).sort());
      await okx.cancelOrder(first, SYMBOL);
      await okx.cancelOrders(others, SYMBOL);
      expect(await okx.fetchOpenOrders(SYMBOL)).toEqual([]);
      expect((await okx.fetchOrder(first, SYMBOL)).status).toBe('canceled');
      await expect(okx.cancelOrder(first, SYMBOL)).rejects.toThrow('51400');

      const sold = await okx.createOrder(SYMBOL, 'market', 'sell', 0.002);
      const trades = (await okx.fetchMyTrades(SYMBOL)).filter(({ order }) => order === sold.id);
      expect(trades.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(0.002, 12);
      expect(trades[0]?.fee.currency).toBe('USDT');
      expect(trades[0]?.fee.cost).toBeGreaterThan(0);

      const bySocket = await okx.createOrderWs(SYMBOL, 'limit', 'buy', 0.001, 50_400);
      await okx.cancelOrderWs(bySocket.id, SYMBOL);
      const expected = [...ids.map((id) => `${id} canceled`), `${sold.id} closed`, `${bySocket.id} canceled`];
      await until('ccxt was told of every end', () => expected.every((line) => told.includes(line)));

      const book = await okx.watchOrderBook(SYMBOL);
      expect(Math.min(book.bids.length, book.asks.length)).toBeGreaterThan(0);
      expect((await okx.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
      expect((await okx.watchBalance())['BTC']?.total).toBeCloseTo(9.998, 9);
      expect((await okx.fetchOHLCV(SYMBOL, '1m')).length).toBeGreaterThan(0);
      isWatching = false;
      await okx.close();
      await watching;
    } finally {
      isWatching = false;
      await okx.close();
    }
  }, 30_000);
});

describe.runIf(available)('okx-api', () => {
  test('REST, the private stream, and order operations over the socket', async () => {
    const library = await load<OkxApi>('okx-api');
    const [account] = simulator.accounts;
    const credentials = { apiKey: account?.accessKey, apiSecret: account?.secretKey, apiPass: account?.passphrase };
    const endpoints = simulator.endpoints['okx'] ?? {};
    const order = { tdMode: 'cash', side: 'buy', ordType: 'limit', px: '50000', sz: '0.001' };

    const rest = new library.RestClient({ ...credentials, baseUrl: endpoints['rest'] });
    const instruments = await rest.getInstruments({ instType: 'SPOT' });
    const instIdCode = instruments.find(({ instId }) => instId === 'BTC-USDT')?.['instIdCode'];
    expect((await rest.getAccountConfiguration())[0]).toMatchObject({ acctLv: '1' });
    expect((await rest.getBalance())[0]).toHaveProperty('details');
    const [placed] = await rest.submitOrder({ ...order, instId: 'BTC-USDT', clOrdId: 'r0' });
    await rest.submitMultipleOrders(['r1', 'r2'].map((clOrdId) => ({ ...order, instId: 'BTC-USDT', clOrdId })));
    expect((await rest.getOrderList({ instType: 'SPOT' })).map(({ clOrdId }) => clOrdId)).toEqual(['r2', 'r1', 'r0']);
    expect((await rest.getOrderDetails({ instId: 'BTC-USDT', ordId: placed?.['ordId'] }))[0]).toMatchObject({
      state: 'live',
    });
    await rest.cancelOrder({ instId: 'BTC-USDT', ordId: placed?.['ordId'] });
    const canceled = await rest.cancelMultipleOrders(['r1', 'r2'].map((clOrdId) => ({ instId: 'BTC-USDT', clOrdId })));
    expect(canceled.map(({ sCode }) => sCode)).toEqual(['0', '0']);
    await expect(rest.getOrderDetails({ instId: 'BTC-USDT', ordId: '1' })).rejects.toMatchObject({ code: '51603' });
    await expect(rest.submitOrder({ ...order, instId: 'BTC-USDT', px: '5000000', sz: '100' })).rejects.toMatchObject({
      code: '1',
    });

    const told: string[] = [];
    const subscribed: unknown[] = [];
    const stream = new library.WebsocketClient({ accounts: [credentials], wsUrl: endpoints['wsPrivate'] }, LOGGER);
    stream.on('update', ({ arg, data }) => {
      if ((arg as Json)['channel'] !== 'orders') return;
      for (const row of data as Json[]) told.push(`${String(row['clOrdId'])} ${String(row['state'])}`);
    });
    stream.on('response', ({ event, arg }) => {
      if (event === 'subscribe') subscribed.push((arg as Json)['channel']);
    });
    stream.on('exception', silence);
    stream.subscribe([{ channel: 'orders', instType: 'ANY' }, { channel: 'account' }]);
    const api = new library.WebsocketAPIClient(
      {
        accounts: [credentials],
        wsUrl: endpoints['wsPrivate'],
        attachEventListeners: false,
        // Else it logs in when it connects and again for its first request; where the second login is late, it waits for its answer for ever.
        authPrivateConnectionsOnConnect: false,
      },
      LOGGER,
    );
    const refused: Json[] = [];
    api.getWSClient().on('exception', (message) => refused.push(message));
    try {
      await until('okx-api has subscribed', () => subscribed.length === 2);
      const reply = await api.submitNewOrder({ ...order, instIdCode, clOrdId: 'w0' });
      expect(reply).toMatchObject({ op: 'order', code: '0', data: [{ clOrdId: 'w0', sCode: '0' }] });
      await api.submitMultipleOrders(['w1', 'w2'].map((clOrdId) => ({ ...order, instIdCode, clOrdId })));
      await api.cancelOrder({ instIdCode, clOrdId: 'w0' });
      await api.cancelMultipleOrders(['w1', 'w2'].map((clOrdId) => ({ instIdCode, clOrdId })));
      const expected = ['w0', 'w1', 'w2'].flatMap((id) => [`${id} live`, `${id} canceled`]);
      await until('okx-api was told of everything', () => expected.every((line) => told.includes(line)));
      expect(await rest.getOrderList({ instType: 'SPOT' })).toEqual([]);
      expect(Array.isArray(await rest.getFills({ instType: 'SPOT' }))).toBe(true);
      expect(refused).toEqual([]);
    } finally {
      stream.closeAll(true);
      api.getWSClient().closeAll(true);
    }
  }, 30_000);
});
