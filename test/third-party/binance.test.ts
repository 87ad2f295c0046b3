// Clients that others wrote for the real Binance, against the simulated one over real ports: ccxt, and the `binance` SDK.
// Where one of them stumbles, the simulator is wrong, not the client.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type RunningSimulator, type SimulatorCredentials } from '../../src/simulator/index.ts';
import { load, thirdPartyClients } from './install.ts';

type Row = Readonly<Record<string, unknown>>;

interface Ccxt {
  readonly urls: { readonly api: Record<string, unknown> };
  loadMarkets(): Promise<Readonly<Record<string, Row>>>;
  fetchBalance(): Promise<Readonly<Record<string, Row>>>;
  fetchOrderBook(
    symbol: string,
    limit: number,
  ): Promise<{
    readonly bids: readonly (readonly [number, number])[];
    readonly asks: readonly (readonly [number, number])[];
  }>;
  fetchTicker(symbol: string): Promise<Row>;
  fetchTrades(symbol: string): Promise<readonly Row[]>;
  fetchOHLCV(symbol: string, timeframe: string): Promise<readonly (readonly number[])[]>;
  fetchTradingFee(symbol: string): Promise<Row>;
  fetchTime(): Promise<number>;
  createOrder(symbol: string, type: string, side: string, amount: number, price?: number, params?: Row): Promise<Row>;
  fetchOrder(id: string, symbol: string): Promise<Row>;
  fetchOpenOrders(symbol: string): Promise<readonly Row[]>;
  fetchOrders(symbol: string): Promise<readonly Row[]>;
  fetchMyTrades(symbol: string): Promise<readonly Row[]>;
  editOrder(id: string, symbol: string, type: string, side: string, amount: number, price: number): Promise<Row>;
  cancelOrder(id: string, symbol: string): Promise<Row>;
  cancelAllOrders(symbol: string): Promise<readonly Row[]>;
  watchOrders(symbol: string): Promise<readonly Row[]>;
  watchMyTrades(symbol: string): Promise<readonly Row[]>;
  watchBalance(): Promise<Readonly<Record<string, Row>>>;
  watchOrderBook(symbol: string): Promise<Row>;
  watchTrades(symbol: string): Promise<readonly Row[]>;
  watchTicker(symbol: string): Promise<Row>;
  createOrderWs(symbol: string, type: string, side: string, amount: number, price?: number): Promise<Row>;
  cancelOrderWs(id: string, symbol: string): Promise<Row>;
  fetchOpenOrdersWs(symbol: string): Promise<readonly Row[]>;
  authenticate(): Promise<void>;
  loadHttpProxyAgent(): Promise<unknown>;
  close(): Promise<void>;
}
type CcxtModule = { readonly default: { readonly pro: { readonly binance: new (options: Row) => Ccxt } } };

interface MainClient {
  getExchangeInfo(params?: Row): Promise<Row>;
  getAccountInformation(): Promise<Row>;
  getOrderBook(params: Row): Promise<Row>;
  submitNewOrder(params: Row): Promise<Row>;
  testNewOrder(params: Row): Promise<Row>;
  getOrder(params: Row): Promise<Row>;
  getOpenOrders(params: Row): Promise<readonly Row[]>;
  getAllOrders(params: Row): Promise<readonly Row[]>;
  getAccountTradeList(params: Row): Promise<readonly Row[]>;
  replaceOrder(params: Row): Promise<Row>;
  cancelOrder(params: Row): Promise<Row>;
  cancelAllSymbolOrders(params: Row): Promise<readonly Row[]>;
}
interface Emitter {
  on(event: string, listener: (message: Row) => void): void;
}
interface WebsocketClient extends Emitter {
  subscribe(topics: readonly string[], wsKey: string): Promise<unknown>;
  closeAll(force: boolean): void;
}
interface WebsocketApiClient {
  getWSClient(): WebsocketClient;
  getSpotServerTime(): Promise<Row>;
  getSpotSessionStatus(): Promise<Row>;
  submitNewSpotOrder(params: Row): Promise<{ readonly result: Row }>;
  getSpotOrderStatus(params: Row): Promise<{ readonly result: Row }>;
  getSpotOpenOrders(params: Row): Promise<{ readonly result: readonly Row[] }>;
  getSpotMyTrades(params: Row): Promise<{ readonly result: readonly Row[] }>;
  getSpotAccountInformation(params: Row): Promise<{ readonly result: Row }>;
  cancelSpotOrder(params: Row): Promise<{ readonly result: Row }>;
  cancelAllSpotOpenOrders(params: Row): Promise<{ readonly result: readonly Row[] }>;
  subscribeUserDataStream(wsKey: string): Promise<Row>;
}
interface Sdk {
  readonly MainClient: new (options: Row, requestOptions?: Row) => MainClient;
  readonly WebsocketAPIClient: new (options: Row, logger?: Row) => WebsocketApiClient;
  readonly WebsocketClient: new (options: Row, logger?: Row) => WebsocketClient;
}

const available = await thirdPartyClients();
const SYMBOL = 'BTC/USDT';
const RAW = 'BTCUSDT';
const quietLogger = { trace() {}, info() {}, error() {} };
const { publicKey, privateKey } = generateKeyPairSync('ed25519');

describe.runIf(available)('clients of others trade on the simulated Binance', () => {
  let simulator: RunningSimulator;
  let endpoints: Readonly<Record<string, string>>;
  let hmac: SimulatorCredentials;
  const clean: (() => void | Promise<void>)[] = [];

  beforeAll(async () => {
    simulator = await startSimulator({
      exchanges: ['binance'],
      accounts: [1, 2, 3].map((uid) => ({
        name: `account-${uid}`,
        uid,
        accessKey: `key${uid}`.padEnd(64, 'x'),
        secretKey: `secret${uid}`.padEnd(64, 'y'),
        passphrase: '',
        balances: { BTC: '10', USDT: '1000000', BNB: '100' },
        ed25519PublicKeyPem: uid === 3 ? publicKey.export({ type: 'spki', format: 'pem' }).toString() : null,
      })),
    });
    endpoints = simulator.endpoints['binance'] ?? {};
    low = Math.floor((simulator.venue('binance').lastPrice(SYMBOL)?.toNumber() ?? 0) * 0.8);
    [hmac] = simulator.accounts as [SimulatorCredentials];
  });

  afterAll(async () => {
    for (const act of clean.reverse()) await act();
    await simulator.close();
  });

  /** A price at which an order rests, far below the market. */
  let low = 0;

  describe('ccxt', () => {
    let exchange: Ccxt;
    const opened = async (id: number): Promise<Ccxt> => {
      const { default: ccxt } = await load<CcxtModule>('ccxt');
      const account = simulator.accounts[id]!;
      const client = new ccxt.pro.binance({
        apiKey: account.accessKey,
        secret: account.secretKey,
        newUpdates: true,
        options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
      });
      const { rest, stream, wsApi } = endpoints;
      const { api } = client.urls;
      for (const name of ['public', 'private']) api[name] = `${rest}/api/v3`;
      for (const [name, version] of [
        ['sapi', 1],
        ['sapiV2', 2],
        ['sapiV3', 3],
        ['sapiV4', 4],
      ])
        api[`${name}`] = `${rest}/sapi/v${version}`;
      api['ws'] = { spot: `${stream}/ws`, 'ws-api': { spot: wsApi } };
      // What it calls proxy support is what it needs for plain ws:// as well.
      await client.loadHttpProxyAgent();
      clean.push(() => client.close());
      return client;
    };

    beforeAll(async () => {
      exchange = await opened(0);
    });

    it('reads the market', async () => {
      const markets = await exchange.loadMarkets();
      expect(markets[SYMBOL]).toMatchObject({
        id: RAW,
        active: true,
        spot: true,
        precision: { amount: 0.00001, price: 0.01 },
      });
      expect(await exchange.fetchTime()).toBeGreaterThan(1.7e12);
      const book = await exchange.fetchOrderBook(SYMBOL, 5);
      expect(book.bids).toHaveLength(5);
      expect(book.asks[0]![0]).toBeGreaterThan(book.bids[0]![0]);
      expect((await exchange.fetchTicker(SYMBOL))['last']).toBeGreaterThan(0);
      expect((await exchange.fetchTrades(SYMBOL)).length).toBeGreaterThan(0);
      expect((await exchange.fetchOHLCV(SYMBOL, '1m')).length).toBeGreaterThan(100);
      expect(await exchange.fetchTradingFee(SYMBOL)).toMatchObject({ maker: 0.001, taker: 0.001 });
      expect((await exchange.fetchBalance())['USDT']).toMatchObject({ total: 1_000_000 });
    });

    it('places, finds, moves and cancels orders', async () => {
      const placed = await exchange.createOrder(SYMBOL, 'limit', 'buy', 0.01, low);
      expect(placed).toMatchObject({ status: 'open', side: 'buy', type: 'limit', amount: 0.01, filled: 0 });
      const id = String(placed['id']);
      expect((await exchange.fetchOpenOrders(SYMBOL)).map((order) => order['id'])).toEqual([id]);
      expect(await exchange.fetchOrder(id, SYMBOL)).toMatchObject({ id, status: 'open', price: low });
      const moved = await exchange.editOrder(id, SYMBOL, 'limit', 'buy', 0.02, low);
      expect(moved).toMatchObject({ status: 'open', amount: 0.02 });
      expect(await exchange.cancelOrder(String(moved['id']), SYMBOL)).toMatchObject({ status: 'canceled' });
      await exchange.createOrder(SYMBOL, 'limit', 'buy', 0.01, low);
      await exchange.createOrder(SYMBOL, 'limit', 'buy', 0.01, low - 1);
      expect(await exchange.cancelAllOrders(SYMBOL)).toHaveLength(2);
      expect(await exchange.fetchOpenOrders(SYMBOL)).toEqual([]);
      expect((await exchange.fetchOrders(SYMBOL)).map((order) => order['status'])).toEqual(
        Array.from({ length: 4 }, () => 'canceled'),
      );
    });

    it('names refusals by its own errors', async () => {
      await expect(exchange.createOrder(SYMBOL, 'limit', 'sell', 11, low * 2)).rejects.toMatchObject({
        name: 'InsufficientFunds',
      });
      await expect(exchange.cancelOrder('1', SYMBOL)).rejects.toMatchObject({ name: 'OrderNotFound' });
      await expect(exchange.fetchOrder('1', SYMBOL)).rejects.toMatchObject({ name: 'OrderNotFound' });
      await expect(
        exchange.createOrder(SYMBOL, 'limit', 'buy', 0.01, low * 2, { postOnly: true }),
      ).rejects.toMatchObject({
        name: 'OrderImmediatelyFillable',
      });
    });

    it('trades, and finds its trades', async () => {
      const order = await exchange.createOrder(SYMBOL, 'market', 'buy', 0.001);
      expect(order).toMatchObject({ status: 'closed', filled: 0.001, remaining: 0 });
      const trades = await exchange.fetchMyTrades(SYMBOL);
      expect(trades.length).toBeGreaterThan(0);
      expect(trades.at(-1)).toMatchObject({
        order: order['id'],
        side: 'buy',
        takerOrMaker: 'taker',
        fee: { currency: 'BTC' },
      });
    });

    it('watches its orders, trades and balance', async () => {
      const watcher = await opened(1);
      await watcher.loadMarkets();
      const heard: (readonly unknown[])[] = [];
      let onOpen = (): void => undefined;
      const isOpen = new Promise<void>((resolve) => {
        onOpen = resolve;
      });
      const untilHeard = async (status: string): Promise<void> => {
        while (heard.at(-1)?.[1] !== status) {
          for (const order of await watcher.watchOrders(SYMBOL)) {
            heard.push([order['clientOrderId'], order['status'], order['filled']]);
            if (order['status'] === 'open') onOpen();
          }
        }
      };
      const trades = watcher.watchMyTrades(SYMBOL);
      const balance = watcher.watchBalance();
      const listening = untilHeard('canceled');
      await watcher.authenticate();
      const placed = await watcher.createOrder(SYMBOL, 'limit', 'buy', 0.01, low, { clientOrderId: 'watched-1' });
      // It tells only the last of the states that come while nobody looks.
      await isOpen;
      await watcher.cancelOrder(String(placed['id']), SYMBOL);
      await listening;
      expect(heard).toEqual([
        ['watched-1', 'open', 0],
        ['watched-1', 'canceled', 0],
      ]);
      expect((await balance)['USDT']).toBeDefined();
      const closing = untilHeard('closed');
      await watcher.createOrder(SYMBOL, 'market', 'sell', 0.001, undefined, { clientOrderId: 'watched-2' });
      await closing;
      expect((await trades)[0]).toMatchObject({ side: 'sell', takerOrMaker: 'taker' });
      expect(heard.at(-1)).toEqual(['watched-2', 'closed', 0.001]);
    });

    it('trades over the WebSocket API', async () => {
      const placed = await exchange.createOrderWs(SYMBOL, 'limit', 'buy', 0.01, low);
      expect((await exchange.fetchOpenOrdersWs(SYMBOL)).map((order) => order['id'])).toEqual([placed['id']]);
      expect(await exchange.cancelOrderWs(String(placed['id']), SYMBOL)).toMatchObject({ status: 'canceled' });
    });

    it('watches the market', async () => {
      expect(await exchange.watchTrades(SYMBOL)).not.toHaveLength(0);
      expect((await exchange.watchTicker(SYMBOL))['last']).toBeGreaterThan(0);
      for (let count = 0; count < 5; count++) await exchange.watchOrderBook(SYMBOL);
    });
  });

  describe('the binance SDK', () => {
    let sdk: Sdk;
    beforeAll(async () => {
      const module = await load<{ readonly default: Sdk }>('binance');
      sdk = module.default;
    });

    it('trades over REST', async () => {
      const client = new sdk.MainClient({
        api_key: hmac.accessKey,
        api_secret: hmac.secretKey,
        baseUrl: endpoints['rest'],
        beautifyResponses: false,
      });
      const info = await client.getExchangeInfo({ symbol: RAW });
      expect(info['symbols']).toHaveLength(1);
      const order = {
        symbol: RAW,
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.01',
        price: String(low),
      };
      expect(await client.testNewOrder(order)).toEqual({});
      const placed = await client.submitNewOrder({ ...order, newOrderRespType: 'FULL' });
      expect(placed).toMatchObject({ status: 'NEW', fills: [] });
      const { orderId } = placed;
      expect(await client.getOrder({ symbol: RAW, orderId })).toMatchObject({ orderId, status: 'NEW' });
      expect(await client.getOpenOrders({ symbol: RAW })).toHaveLength(1);
      const replaced = await client.replaceOrder({
        ...order,
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId: orderId,
      });
      expect(replaced).toMatchObject({ cancelResult: 'SUCCESS', newOrderResult: 'SUCCESS' });
      expect(await client.cancelAllSymbolOrders({ symbol: RAW })).toHaveLength(1);
      await expect(client.cancelAllSymbolOrders({ symbol: RAW })).rejects.toMatchObject({ code: -2011 });
      await expect(client.cancelOrder({ symbol: RAW, orderId })).rejects.toMatchObject({
        code: -2011,
        message: 'Unknown order sent.',
      });
      await client.submitNewOrder({ symbol: RAW, side: 'SELL', type: 'MARKET', quantity: '0.001' });
      expect((await client.getAccountTradeList({ symbol: RAW })).at(-1)).toMatchObject({
        isBuyer: false,
        isMaker: false,
      });
      expect((await client.getAllOrders({ symbol: RAW })).length).toBeGreaterThan(2);
      expect(await client.getAccountInformation()).toMatchObject({ accountType: 'SPOT', canTrade: true });
    });

    it.each(['HMAC', 'Ed25519'])('trades and hears its orders over the WebSocket API with an %s key', async (kind) => {
      const account = simulator.accounts[kind === 'HMAC' ? 1 : 2]!;
      const secret =
        kind === 'HMAC' ? account.secretKey : privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const options = {
        api_key: account.accessKey,
        api_secret: secret,
        wsUrl: endpoints['stream'],
        attachEventListeners: false,
        muteLatencyWarning: true,
      };
      const client = new sdk.WebsocketAPIClient(options, quietLogger);
      const events: Row[] = [];
      let wake: () => void = () => undefined;
      const ws = client.getWSClient();
      ws.on('message', (message) => {
        events.push(message);
        wake();
      });
      ws.on('exception', () => undefined);
      clean.push(() => ws.closeAll(true));
      const until = async (executionType: string): Promise<Row> => {
        for (;;) {
          const found = events.map(bodyOf).find((event) => event['x'] === executionType);
          if (found !== undefined) return found;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      };

      expect(await client.getSpotServerTime()).toMatchObject({ status: 200 });
      expect(await client.subscribeUserDataStream('mainWSAPI')).toMatchObject({ result: { subscriptionId: 0 } });
      const order = {
        symbol: RAW,
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.01',
        price: String(low),
        timestamp: Date.now(),
      };
      const { result: placed } = await client.submitNewSpotOrder(order);
      expect(placed).toMatchObject({ status: 'NEW' });
      const { orderId } = placed;
      expect(await until('NEW')).toMatchObject({ i: orderId, s: RAW, X: 'NEW' });
      const ask = (): { symbol: string; timestamp: number } => ({ symbol: RAW, timestamp: Date.now() });
      expect((await client.getSpotOrderStatus({ ...ask(), orderId })).result).toMatchObject({ status: 'NEW' });
      expect((await client.getSpotOpenOrders(ask())).result).toHaveLength(1);
      expect((await client.cancelSpotOrder({ ...ask(), orderId })).result).toMatchObject({ status: 'CANCELED' });
      expect(await until('CANCELED')).toMatchObject({ i: orderId, C: placed['clientOrderId'] });
      await client.submitNewSpotOrder({ ...ask(), side: 'SELL', type: 'MARKET', quantity: '0.001' });
      expect(await until('TRADE')).toMatchObject({ o: 'MARKET', m: false, N: 'USDT' });
      expect((await client.getSpotMyTrades(ask())).result.length).toBeGreaterThan(0);
      expect((await client.getSpotAccountInformation({ timestamp: Date.now() })).result).toMatchObject({
        accountType: 'SPOT',
      });
      await client.submitNewSpotOrder({ ...order, timestamp: Date.now() });
      expect((await client.cancelAllSpotOpenOrders(ask())).result).toHaveLength(1);
      await expect(client.cancelAllSpotOpenOrders(ask())).rejects.toMatchObject({ error: { code: -2011 } });
      expect(events.map(bodyOf).some((event) => event['e'] === 'outboundAccountPosition')).toBe(true);
    });

    it('hears market streams', async () => {
      const ws = new sdk.WebsocketClient({ wsUrl: endpoints['stream'] }, quietLogger);
      clean.push(() => ws.closeAll(true));
      const kinds = new Set<string>();
      const all = new Promise<void>((resolve) => {
        ws.on('message', (message) => {
          kinds.add(String(bodyOf(message)['e']));
          if (kinds.size >= 4) resolve();
        });
      });
      await ws.subscribe(['btcusdt@trade', 'btcusdt@depth@100ms', 'btcusdt@bookTicker', 'btcusdt@kline_1s'], 'main');
      await all;
      expect(kinds).toEqual(new Set(['bookTicker', 'depthUpdate', 'kline', 'trade']));
    });
  });
});

/** The event of a message, out of whichever envelope. */
function bodyOf(message: Row): Row {
  const inner = message['event'] ?? message['data'] ?? message;
  return typeof inner === 'object' && inner !== null ? { ...inner } : {};
}
