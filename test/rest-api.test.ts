// `trade.restApi`, method by method: the request that each sends, signed or not; and docs/rest-api.md says the same of every one.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../src/domain/secret.ts';
import { exchangeOf, type RestApis } from '../src/exchanges/index.ts';
import { DEFAULT_TIMINGS } from '../src/orders/trade-options.ts';
import { seededRandom } from '../src/runtime/random.ts';
import { VirtualClock } from '../src/runtime/virtual-clock.ts';
import { silentLog } from '../src/seam/log.ts';
import type { HttpRequest } from '../src/seam/transport.ts';
import { createRateBudgets } from '../src/wire/rate-budget.ts';
import { FakeTransport } from './support/fake-transport.ts';

interface Case<Rest> {
  readonly call: (rest: Rest) => Promise<unknown>;
  /** Method, path and query, without what a signature adds. */
  readonly sends: string;
  readonly body?: unknown;
  /** Default: signed. */
  readonly unsigned?: true;
}

/** The compiler holds the list complete. */
type Cases<Rest, Inner extends keyof Rest = never> = Readonly<Record<Exclude<keyof Rest, Inner>, Case<Rest>>>;

const ORDER = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '2', timeInForce: 'GTC' } as const;
const ORDER_QUERY = 'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=2&timeInForce=GTC';

const BINANCE: Cases<RestApis['binance']> = {
  ping: { call: (r) => r.ping(), sends: 'GET /api/v3/ping', unsigned: true },
  getServerTime: { call: (r) => r.getServerTime(), sends: 'GET /api/v3/time', unsigned: true },
  getExchangeInfo: {
    call: (r) => r.getExchangeInfo('BTCUSDT'),
    sends: 'GET /api/v3/exchangeInfo?symbol=BTCUSDT',
    unsigned: true,
  },
  getOrderbook: {
    call: (r) => r.getOrderbook('BTCUSDT', 5),
    sends: 'GET /api/v3/depth?symbol=BTCUSDT&limit=5',
    unsigned: true,
  },
  getTrades: {
    call: (r) => r.getTrades('BTCUSDT'),
    sends: 'GET /api/v3/trades?symbol=BTCUSDT&limit=500',
    unsigned: true,
  },
  getKlines: {
    call: (r) => r.getKlines('BTCUSDT', '1m', { startTime: 7, limit: 2 }),
    sends: 'GET /api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=7&limit=2',
    unsigned: true,
  },
  getPrice: {
    call: (r) => r.getPrice('BTCUSDT'),
    sends: 'GET /api/v3/ticker/price?symbol=BTCUSDT',
    unsigned: true,
  },
  getBookTicker: {
    call: (r) => r.getBookTicker('BTCUSDT'),
    sends: 'GET /api/v3/ticker/bookTicker?symbol=BTCUSDT',
    unsigned: true,
  },
  getTicker: {
    call: (r) => r.getTicker('BTCUSDT'),
    sends: 'GET /api/v3/ticker/24hr?symbol=BTCUSDT',
    unsigned: true,
  },
  getAccount: { call: (r) => r.getAccount(), sends: 'GET /api/v3/account?omitZeroBalances=true' },
  getOrderCount: { call: (r) => r.getOrderCount(), sends: 'GET /api/v3/rateLimit/order' },
  createOrder: { call: (r) => r.createOrder(ORDER), sends: `POST /api/v3/order?${ORDER_QUERY}` },
  testOrder: { call: (r) => r.testOrder(ORDER), sends: `POST /api/v3/order/test?${ORDER_QUERY}` },
  cancelOrder: {
    call: (r) => r.cancelOrder('BTCUSDT', { orderId: '1001' }),
    sends: 'DELETE /api/v3/order?symbol=BTCUSDT&orderId=1001',
  },
  cancelOpenOrders: { call: (r) => r.cancelOpenOrders('BTCUSDT'), sends: 'DELETE /api/v3/openOrders?symbol=BTCUSDT' },
  getOrder: {
    call: (r) => r.getOrder('BTCUSDT', { origClientOrderId: 'x' }),
    sends: 'GET /api/v3/order?symbol=BTCUSDT&origClientOrderId=x',
  },
  getOpenOrders: { call: (r) => r.getOpenOrders('BTCUSDT'), sends: 'GET /api/v3/openOrders?symbol=BTCUSDT' },
  getAllOrders: {
    call: (r) => r.getAllOrders('BTCUSDT', { orderId: '1001', limit: 2 }),
    sends: 'GET /api/v3/allOrders?symbol=BTCUSDT&orderId=1001&limit=2',
  },
  getMyTrades: {
    call: (r) => r.getMyTrades('BTCUSDT', { fromId: '9', limit: 2 }),
    sends: 'GET /api/v3/myTrades?symbol=BTCUSDT&fromId=9&limit=2',
  },
  request: { call: (r) => r.request('GET', '/api/v3/any', { name: 'x' }), sends: 'GET /api/v3/any?name=x' },
};

const OKX: Cases<RestApis['okx']> = {
  getServerTime: { call: (r) => r.getServerTime(), sends: 'GET /api/v5/public/time', unsigned: true },
  getInstruments: {
    call: (r) => r.getInstruments('SPOT', 'BTC-USDT'),
    sends: 'GET /api/v5/public/instruments?instType=SPOT&instId=BTC-USDT',
    unsigned: true,
  },
  getTicker: {
    call: (r) => r.getTicker('BTC-USDT'),
    sends: 'GET /api/v5/market/ticker?instId=BTC-USDT',
    unsigned: true,
  },
  getOrderbook: {
    call: (r) => r.getOrderbook('BTC-USDT', 5),
    sends: 'GET /api/v5/market/books?instId=BTC-USDT&sz=5',
    unsigned: true,
  },
  getTrades: {
    call: (r) => r.getTrades('BTC-USDT', 5),
    sends: 'GET /api/v5/market/trades?instId=BTC-USDT&limit=5',
    unsigned: true,
  },
  getCandles: {
    call: (r) => r.getCandles('BTC-USDT', '1m', { after: '7' }),
    sends: 'GET /api/v5/market/candles?instId=BTC-USDT&bar=1m&after=7&limit=100',
    unsigned: true,
  },
  getHistoryCandles: {
    call: (r) => r.getHistoryCandles('BTC-USDT', '1m', { limit: 3 }),
    sends: 'GET /api/v5/market/history-candles?instId=BTC-USDT&bar=1m&limit=3',
    unsigned: true,
  },
  getBalance: { call: (r) => r.getBalance('BTC,USDT'), sends: 'GET /api/v5/account/balance?ccy=BTC%2CUSDT' },
  getAccountConfig: { call: (r) => r.getAccountConfig(), sends: 'GET /api/v5/account/config' },
  getTradeFee: {
    call: (r) => r.getTradeFee('SPOT', 'BTC-USDT'),
    sends: 'GET /api/v5/account/trade-fee?instType=SPOT&instId=BTC-USDT',
  },
  createOrder: {
    call: (r) => r.createOrder({ instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '1', sz: '2' }),
    sends: 'POST /api/v5/trade/order',
    body: { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '1', sz: '2' },
  },
  cancelOrder: {
    call: (r) => r.cancelOrder({ instId: 'BTC-USDT', ordId: '1001' }),
    sends: 'POST /api/v5/trade/cancel-order',
    body: { instId: 'BTC-USDT', ordId: '1001' },
  },
  cancelOrders: {
    call: (r) => r.cancelOrders([{ instId: 'BTC-USDT', ordId: '1001' }]),
    sends: 'POST /api/v5/trade/cancel-batch-orders',
    body: [{ instId: 'BTC-USDT', ordId: '1001' }],
  },
  getOrder: {
    call: (r) => r.getOrder('BTC-USDT', { clOrdId: 'x' }),
    sends: 'GET /api/v5/trade/order?instId=BTC-USDT&clOrdId=x',
  },
  getOpenOrders: {
    call: (r) => r.getOpenOrders('BTC-USDT'),
    sends: 'GET /api/v5/trade/orders-pending?instId=BTC-USDT&limit=100',
  },
  getOrderHistory: {
    call: (r) => r.getOrderHistory('SPOT', 'BTC-USDT', { after: '1001', limit: 2 }),
    sends: 'GET /api/v5/trade/orders-history?instType=SPOT&instId=BTC-USDT&after=1001&limit=2',
  },
  getFills: {
    call: (r) => r.getFills({ instType: 'SPOT', ordId: '1001' }),
    sends: 'GET /api/v5/trade/fills?instType=SPOT&ordId=1001&limit=100',
  },
  getFillsHistory: {
    call: (r) => r.getFillsHistory('SPOT', { instId: 'BTC-USDT' }, { before: '9' }),
    sends: 'GET /api/v5/trade/fills-history?instType=SPOT&instId=BTC-USDT&before=9&limit=100',
  },
  cancelAllAfter: {
    call: (r) => r.cancelAllAfter(30),
    sends: 'POST /api/v5/trade/cancel-all-after',
    body: { timeOut: '30' },
  },
};

/** The framework's own: the same writes with what the exchange says besides. */
type HtxInner = 'place' | 'cancelById' | 'cancelByClientId' | 'cancelBatch' | 'cancelOpen';
const HTX_ORDER = { 'account-id': '4242', symbol: 'btcusdt', type: 'buy-limit', amount: '1', price: '2' };

const HTX: Cases<RestApis['htx'], HtxInner> = {
  request: {
    call: (r) => r.request('GET', '/v1/any', { params: { name: 'x' } }),
    sends: 'GET /v1/any?name=x',
  },
  getServerTime: { call: (r) => r.getServerTime(), sends: 'GET /v1/common/timestamp', unsigned: true },
  getMarketStatus: { call: (r) => r.getMarketStatus(), sends: 'GET /v2/market-status', unsigned: true },
  getMarketSymbols: {
    call: (r) => r.getMarketSymbols('btcusdt', 'ethusdt'),
    sends: 'GET /v1/settings/common/market-symbols?symbols=btcusdt%2Cethusdt',
    unsigned: true,
  },
  getOrderbook: {
    call: (r) => r.getOrderbook('btcusdt', 5),
    sends: 'GET /market/depth?depth=5&symbol=btcusdt&type=step0',
    unsigned: true,
  },
  getTicker: {
    call: (r) => r.getTicker('btcusdt'),
    sends: 'GET /market/detail/merged?symbol=btcusdt',
    unsigned: true,
  },
  getTrades: {
    call: (r) => r.getTrades('btcusdt', 5),
    sends: 'GET /market/history/trade?size=5&symbol=btcusdt',
    unsigned: true,
  },
  getCandles: {
    call: (r) => r.getCandles('btcusdt', '1min', 2),
    sends: 'GET /market/history/kline?period=1min&size=2&symbol=btcusdt',
    unsigned: true,
  },
  getAccounts: { call: (r) => r.getAccounts(), sends: 'GET /v1/account/accounts' },
  getBalance: { call: (r) => r.getBalance('4242'), sends: 'GET /v1/account/accounts/4242/balance' },
  getFeeRates: {
    call: (r) => r.getFeeRates('btcusdt'),
    sends: 'GET /v2/reference/transact-fee-rate?symbols=btcusdt',
  },
  placeOrder: { call: (r) => r.placeOrder(HTX_ORDER), sends: 'POST /v1/order/orders/place', body: HTX_ORDER },
  placeOrders: { call: (r) => r.placeOrders([HTX_ORDER]), sends: 'POST /v1/order/batch-orders', body: [HTX_ORDER] },
  cancelOrder: { call: (r) => r.cancelOrder('1001'), sends: 'POST /v1/order/orders/1001/submitcancel', body: {} },
  cancelClientOrder: {
    call: (r) => r.cancelClientOrder('x'),
    sends: 'POST /v1/order/orders/submitCancelClientOrder',
    body: { 'client-order-id': 'x' },
  },
  cancelOrders: {
    call: (r) => r.cancelOrders({ 'order-ids': ['1001'] }),
    sends: 'POST /v1/order/orders/batchcancel',
    body: { 'order-ids': ['1001'] },
  },
  cancelOpenOrders: {
    call: (r) => r.cancelOpenOrders({ symbol: 'btcusdt' }),
    sends: 'POST /v1/order/orders/batchCancelOpenOrders',
    body: { symbol: 'btcusdt' },
  },
  getOpenOrders: {
    call: (r) => r.getOpenOrders('btcusdt', { 'account-id': '4242' }),
    sends: 'GET /v1/order/openOrders?account-id=4242&symbol=btcusdt',
  },
  getOrder: { call: (r) => r.getOrder('1001'), sends: 'GET /v1/order/orders/1001' },
  getClientOrder: {
    call: (r) => r.getClientOrder('x'),
    sends: 'GET /v1/order/orders/getClientOrder?clientOrderId=x',
  },
  getOrders: {
    call: (r) => r.getOrders({ symbol: 'btcusdt', states: 'filled,canceled' }),
    sends: 'GET /v1/order/orders?states=filled%2Ccanceled&symbol=btcusdt',
  },
  getOrderFills: { call: (r) => r.getOrderFills('1001'), sends: 'GET /v1/order/orders/1001/matchresults' },
  getFills: {
    call: (r) => r.getFills({ symbol: 'btcusdt', size: '5' }),
    sends: 'GET /v1/order/matchresults?size=5&symbol=btcusdt',
  },
  cancelAllAfter: {
    call: (r) => r.cancelAllAfter(30),
    sends: 'POST /v2/algo-orders/cancel-all-after',
    body: { timeout: '30' },
  },
};

/** What a signature adds to a query. */
const OF_SIGNATURES = [
  ['timestamp', 'recvWindow', 'signature'],
  ['AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'Timestamp', 'Signature'],
].flat();

function written({ method, url, headers, body }: HttpRequest): Required<Omit<Case<unknown>, 'call' | 'unsigned'>> & {
  readonly signed: boolean;
} {
  const { pathname, search } = new URL(url);
  const parts = search.slice(1).split('&');
  const own = parts.filter((part) => part !== '' && !OF_SIGNATURES.includes(part.split('=')[0] ?? ''));
  return {
    sends: `${method} ${pathname}${own.length === 0 ? '' : '?'}${own.join('&')}`,
    body: body === undefined ? null : JSON.parse(body),
    signed: /[?&]signature=/i.test(search) || 'OK-ACCESS-SIGN' in headers,
  };
}

/** A client whose requests all come here, and what came. */
function client<P extends keyof RestApis>(platform: P): { rest: RestApis[P]; requests: HttpRequest[] } {
  const transport = new FakeTransport();
  const now = Date.UTC(2026, 0, 1);
  const clock = new VirtualClock(now);
  // The exchange's time first, so that no question after it comes between.
  transport.onRequest = () => ({
    status: 200,
    headers: {},
    body: JSON.stringify({ serverTime: now, code: '0', msg: '', status: 'ok', data: [{ ts: String(now) }] }),
  });
  const exchange = exchangeOf(platform);
  const { rest } = exchange.open(
    {
      account: 'me',
      accessKey: 'key',
      secretKey: new Secret('hush'),
      passphrase: new Secret('hush'),
      endpoints: exchange.endpoints('live'),
      timings: DEFAULT_TIMINGS,
    },
    { transport, clock, random: seededRandom(1), log: silentLog, budgets: createRateBudgets() },
  );
  return { rest: rest as RestApis[P], requests: transport.requests };
}

const isOfTheClock = ({ url }: HttpRequest): boolean => /\/time$|\/timestamp$/.test(url);

function platformSuite<P extends keyof RestApis>(
  platform: P,
  cases: Readonly<Record<string, Case<RestApis[P]>>>,
): void {
  const page = readFileSync(new URL('../docs/rest-api.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split(new RegExp(`^## ${platform}$`, 'im'));
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('`', '')));

  describe(`on ${platform}`, () => {
    it.each(Object.entries(cases))('%s', async (name, { call, sends, body = null, unsigned = false }) => {
      const { rest, requests } = client(platform);
      void call(rest);
      await new Promise((resolve) => setImmediate(resolve));
      const [sent] = name === 'getServerTime' ? requests : requests.filter((request) => !isOfTheClock(request));
      if (sent === undefined) throw new Error('nothing was sent');
      expect(written(sent)).toEqual({ sends, body, signed: !unsigned });
    });

    it('the page has every method with its request, and which are signed', () => {
      const path = (sends: string): string =>
        (sends.split('?')[0] ?? '').replace('1001', '{orderId}').replace('4242', '{accountId}');
      const stated = rows.map(([, method = '', request, signed]) => [method.split('(')[0], [request, signed]]);
      const real = Object.entries(cases).map(([name, { sends, unsigned = false }]) =>
        name === 'request' ? [name, ['any', 'yes']] : [name, [path(sends), unsigned ? 'no' : 'yes']],
      );
      expect(rows).toHaveLength(Object.keys(cases).length);
      expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(real));
    });
  });
}

platformSuite('binance', BINANCE);
platformSuite('okx', OKX);
platformSuite('htx', HTX);
