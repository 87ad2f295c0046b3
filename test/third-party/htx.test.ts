// The simulated HTX under ccxt, unchanged, over real ports. Where it stumbles, the simulator is wrong, not the client.
// How ccxt signs hosts and paths, and why its sockets need a hand: htx.md section 14, point 10.
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
interface CcxtHtx {
  hostname: string;
  urls: { hostnames: Record<string, unknown>; api: Record<string, unknown> };
  options: Record<string, unknown>;
  client(url: string): unknown;
  loadHttpProxyAgent(): Promise<unknown>;
  loadMarkets(): Promise<Record<string, unknown>>;
  fetchBalance(): Promise<Record<string, { free: number; total: number }>>;
  fetchOrderBook(symbol: string): Promise<{ bids: number[][]; asks: number[][] }>;
  fetchTicker(symbol: string): Promise<{ bid: number; ask: number }>;
  fetchTrades(symbol: string): Promise<unknown[]>;
  fetchOHLCV(symbol: string, bar: string): Promise<number[][]>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price?: number,
    params?: Json,
  ): Promise<CcxtOrder>;
  createOrders(orders: Json[]): Promise<CcxtOrder[]>;
  fetchOpenOrders(symbol: string): Promise<CcxtOrder[]>;
  fetchOrder(id: string, symbol: string): Promise<CcxtOrder>;
  cancelOrder(id: string, symbol: string): Promise<unknown>;
  cancelOrders(ids: string[], symbol: string): Promise<CcxtOrder[]>;
  cancelAllOrders(symbol: string): Promise<unknown>;
  fetchMyTrades(symbol: string): Promise<{ order: string; amount: number; fee: { cost: number; currency: string } }[]>;
  watchOrders(symbol: string): Promise<CcxtOrder[]>;
  watchMyTrades(symbol: string): Promise<{ order: string }[]>;
  watchOrderBook(symbol: string): Promise<{ bids: unknown[][]; asks: unknown[][] }>;
  watchTrades(symbol: string): Promise<unknown[]>;
  watchTicker(symbol: string): Promise<{ last: number }>;
  close(): Promise<void>;
}
type Library = { readonly default: { readonly pro: { readonly htx: new (options: Json) => CcxtHtx } } };

const SYMBOL = 'BTC/USDT';
const available = await thirdPartyClients();

let simulator: RunningSimulator;
let htx: CcxtHtx;

beforeEach(async () => {
  if (!available) return;
  simulator = await startSimulator({ exchanges: ['htx'], seed: 'third party' });
  const { default: library } = await load<Library>('ccxt');
  const [account] = simulator.accounts;
  htx = new library.pro.htx({
    apiKey: account?.accessKey,
    secret: account?.secretKey,
    options: { fetchMarkets: { types: { spot: true, linear: false, inverse: false } }, defaultType: 'spot' },
  });
  const host = new URL(simulator.endpoints['htx']?.['rest'] ?? '').host;
  htx.hostname = host;
  htx.urls.hostnames['spot'] = host;
  for (const [name, url] of Object.entries(htx.urls.api)) {
    if (typeof url === 'string') htx.urls.api[name] = url.replace('https://', 'http://');
  }
  // The path that ccxt signs is what follows `wss://<host>`; only what is dialled may differ.
  const dial = htx.client.bind(htx);
  htx.client = (url) => dial(url.replace('wss://', 'ws://'));
  await htx.loadHttpProxyAgent();
});

afterEach(async () => {
  if (!available) return;
  await htx.close();
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
  test('markets, orders, cancels, fills and the order stream', async () => {
    expect(Object.keys(await htx.loadMarkets())).toContain(SYMBOL);
    expect((await htx.fetchBalance())['USDT']?.free).toBe(1_000_000);
    const told: string[] = [];
    const sent = framesSent(simulator.exchanges.get('htx'));
    let isWatching = true;
    const watch = async (): Promise<void> => {
      while (isWatching) for (const { id, status } of await htx.watchOrders(SYMBOL)) told.push(`${id} ${status}`);
    };
    const watching = watch().catch((error: unknown) => {
      if (isWatching) throw error;
    });
    await until('ccxt has subscribed', () => sent.some((frame) => /"action":"sub".*"ch":"orders#btcusdt"/.test(frame)));

    const placed: CcxtOrder[] = [];
    for (const price of [58_000, 58_100, 58_200, 58_300])
      placed.push(await htx.createOrder(SYMBOL, 'limit', 'buy', 0.001, price));
    const ids = placed.map(({ id }) => id);
    const [first = '', ...others] = ids;
    const open = await htx.fetchOpenOrders(SYMBOL);
    expect(open.map(({ id, status }) => `${id} ${status}`).sort()).toEqual(ids.map((id) => `${id} open`).sort());
    await htx.cancelOrder(first, SYMBOL);
    await htx.cancelOrders(others, SYMBOL);
    expect(await htx.fetchOpenOrders(SYMBOL)).toEqual([]);
    expect((await htx.fetchOrder(first, SYMBOL)).status).toBe('canceled');
    await expect(htx.cancelOrder(first, SYMBOL)).rejects.toThrow('order-orderstate-error');
    await expect(htx.createOrder(SYMBOL, 'limit', 'buy', 0.00001, 58_000)).rejects.toThrow('order-value-min-error');

    const sold = await htx.createOrder(SYMBOL, 'market', 'sell', 0.002);
    const bought = await htx.createOrder(SYMBOL, 'market', 'buy', 100, undefined, { cost: 100 });
    const trades = await htx.fetchMyTrades(SYMBOL);
    const ofSale = trades.filter(({ order }) => order === sold.id);
    expect(ofSale.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(0.002, 12);
    expect(ofSale[0]?.fee.currency).toBe('USDT');
    expect(trades.filter(({ order }) => order === bought.id)[0]?.fee.currency).toBe('BTC');
    expect((await htx.fetchOrder(sold.id, SYMBOL)).status).toBe('closed');

    await htx.createOrder(SYMBOL, 'limit', 'buy', 0.001, 58_000);
    await htx.cancelAllOrders(SYMBOL);
    expect(await htx.fetchOpenOrders(SYMBOL)).toEqual([]);
    const expected = [...ids.map((id) => `${id} canceled`), `${sold.id} closed`, `${bought.id} closed`];
    await until('ccxt was told of every end', () => expected.every((line) => told.includes(line)));
    isWatching = false;
    await htx.close();
    await watching;
  }, 30_000);

  test('market data over REST and the compressed sockets', async () => {
    await htx.loadMarkets();
    const { bids, asks } = await htx.fetchOrderBook(SYMBOL);
    expect((bids[0]?.[0] ?? 0) < (asks[0]?.[0] ?? 0)).toBe(true);
    expect((await htx.fetchTicker(SYMBOL)).bid).toBeGreaterThan(0);
    expect(Array.isArray(await htx.fetchTrades(SYMBOL))).toBe(true);
    expect(Array.isArray(await htx.fetchOHLCV(SYMBOL, '1m'))).toBe(true);
    const book = await htx.watchOrderBook(SYMBOL);
    expect(Math.min(book.bids.length, book.asks.length)).toBeGreaterThan(0);
    expect((await htx.watchTicker(SYMBOL)).last).toBeGreaterThan(0);
    expect((await htx.watchTrades(SYMBOL)).length).toBeGreaterThan(0);
  }, 30_000);
});
