// The peers' ways to place an order, by REST and over the WebSocket API, as their documentation shows them.
import { load } from '../harness/peers.ts';
import type { OrdersClient } from './orders.ts';
import { ccxtFor } from './updates-peers.ts';

interface CcxtOrders {
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price: number,
    params: object,
  ): Promise<{ readonly id: string }>;
  createOrderWs(
    symbol: string,
    type: string,
    side: string,
    amount: number,
    price: number,
    params: object,
  ): Promise<{ readonly id: string }>;
}

export function ccxt(way: 'rest' | 'ws'): OrdersClient {
  return {
    async connect(target) {
      const client = await ccxtFor(target);
      await client.loadMarkets();
      const orders = client as unknown as CcxtOrders;
      const call = way === 'rest' ? orders.createOrder.bind(orders) : orders.createOrderWs.bind(orders);
      return async (id) =>
        (await call('BTC/USDT', 'limit', 'buy', 0.001, 60_000, { clientOrderId: id, newClientOrderId: id })).id;
    },
  };
}

interface BinanceSdk {
  readonly MainClient: new (options: object) => {
    submitNewOrder(order: object): Promise<{ readonly orderId: number }>;
  };
  readonly WebsocketAPIClient: new (
    options: object,
    logger: object,
  ) => {
    submitNewSpotOrder(order: object): Promise<{ readonly result: { readonly orderId: number } }>;
    getWSClient(): { on(event: string, listener: (message: unknown) => void): void };
  };
}

const QUIET = { trace() {}, debug() {}, info() {}, notice() {}, warning() {}, error() {}, silly() {} };
const ORDER = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '60000' };

export function binanceSdk(way: 'rest' | 'ws'): OrdersClient {
  return {
    async connect({ endpoints, account }) {
      const { MainClient, WebsocketAPIClient } = await load<BinanceSdk>('binance');
      const keys = { api_key: account.accessKey, api_secret: account.secretKey };
      if (way === 'rest') {
        const client = new MainClient({ ...keys, baseUrl: endpoints['rest'] });
        return async (id) => String((await client.submitNewOrder({ ...ORDER, newClientOrderId: id })).orderId);
      }
      const client = new WebsocketAPIClient({ ...keys, wsUrl: endpoints['wsApi'], attachEventListeners: false }, QUIET);
      client.getWSClient().on('exception', () => undefined);
      return async (id) =>
        String(
          (await client.submitNewSpotOrder({ ...ORDER, newClientOrderId: id, timestamp: Date.now() })).result.orderId,
        );
    },
  };
}
