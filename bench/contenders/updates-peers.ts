// The peers, each as its documentation says orders are watched, with its log off. Only what they leave to the user is read.
import { load } from '../harness/peers.ts';
import type { Callback, Target, UpdatesClient } from './kit.ts';

type Row = Readonly<Record<string, never>>;

interface CcxtOrder {
  readonly id: string;
  readonly status: string;
  readonly filled: number;
}
interface Ccxt {
  readonly urls: { api: Record<string, unknown> };
  loadMarkets(): Promise<unknown>;
  watchOrders(symbol: string): Promise<readonly CcxtOrder[]>;
  loadHttpProxyAgent(): Promise<unknown>;
  close(): Promise<void>;
}
interface CcxtModule {
  readonly default: { readonly pro: Readonly<Record<string, new (options: object) => Ccxt>> };
}

export async function ccxtFor({ exchange, endpoints, account }: Target): Promise<Ccxt> {
  const { pro } = (await load<CcxtModule>('ccxt')).default;
  const Exchange = pro[exchange];
  if (Exchange === undefined) throw new Error(`ccxt has no ${exchange}`);
  const client = new Exchange({
    apiKey: account.accessKey,
    secret: account.secretKey,
    ...(exchange === 'okx' ? { password: account.passphrase } : {}),
    enableRateLimit: false,
    newUpdates: true,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
  });
  const { api } = client.urls;
  if (exchange === 'binance') {
    const { rest, stream, wsApi } = endpoints;
    for (const name of ['public', 'private']) api[name] = `${rest}/api/v3`;
    for (const [name, version] of Object.entries({ sapi: 1, sapiV2: 2, sapiV3: 3, sapiV4: 4 }))
      api[name] = `${rest}/sapi/v${version}`;
    api['ws'] = { spot: `${stream}/ws`, 'ws-api': { spot: wsApi } };
  } else if (exchange === 'okx') {
    api['rest'] = endpoints['rest'] ?? '';
    api['ws'] = (endpoints['wsPublic'] ?? '').replace('/public', '');
  }
  // What it calls proxy support is what it needs for plain ws:// as well.
  await client.loadHttpProxyAgent();
  return client;
}

function ccxtStatus({ status, filled }: CcxtOrder): string {
  if (status === 'closed') return 'FILLED';
  if (status === 'canceled') return 'CANCELED';
  return filled > 0 ? 'PARTIAL-FILLED' : 'SUBMITTED';
}

export const ccxt: UpdatesClient = {
  async connect(target: Target, callback: Callback) {
    const client = await ccxtFor(target);
    await client.loadMarkets();
    void (async () => {
      for (;;) {
        const orders = await client.watchOrders('BTC/USDT');
        for (const order of orders) callback(order.id, ccxtStatus(order), String(order.filled));
      }
    })().catch((error: unknown) => {
      console.error('ccxt', error);
      process.exit(1);
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  },
};

const QUIET = { trace() {}, debug() {}, info() {}, notice() {}, warning() {}, error() {}, silly() {} };
interface Emitter {
  on(event: string, listener: (message: never) => void): void;
}
interface BinanceSdk {
  readonly WebsocketAPIClient: new (
    options: object,
    logger: object,
  ) => {
    subscribeUserDataStream(key: string): Promise<unknown>;
    getWSClient(): Emitter;
  };
}
interface OkxSdk {
  readonly WebsocketClient: new (
    options: object,
    logger: object,
  ) => Emitter & { subscribe(args: readonly object[]): void };
}

const BINANCE_STATUS: Readonly<Record<string, string>> = {
  NEW: 'SUBMITTED',
  PARTIALLY_FILLED: 'PARTIAL-FILLED',
  FILLED: 'FILLED',
  CANCELED: 'CANCELED',
};
const OKX_STATUS: Readonly<Record<string, string>> = {
  live: 'SUBMITTED',
  partially_filled: 'PARTIAL-FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
};

export const sdk: UpdatesClient = {
  async connect({ exchange, endpoints, account }: Target, callback: Callback) {
    if (exchange === 'binance') {
      const library = await load<BinanceSdk>('binance');
      const api = new library.WebsocketAPIClient(
        {
          api_key: account.accessKey,
          api_secret: account.secretKey,
          beautify: true,
          wsUrl: endpoints['wsApi'],
          attachEventListeners: false,
        },
        QUIET,
      );
      const client = api.getWSClient();
      // Its "formatted" events are what its documentation tells users to listen to.
      client.on('formattedUserDataMessage', (message: Row) => {
        if (message['eventType'] !== 'executionReport') return;
        callback(
          String(message['orderId']),
          BINANCE_STATUS[message['orderStatus'] ?? ''] ?? '',
          String(message['accumulatedQuantity']),
        );
      });
      client.on('exception', (error: unknown) => console.error('binance SDK', error));
      await api.subscribeUserDataStream('mainWSAPI');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return;
    }
    const library = await load<OkxSdk>('okx-api');
    const credentials = { apiKey: account.accessKey, apiSecret: account.secretKey, apiPass: account.passphrase };
    const client = new library.WebsocketClient({ accounts: [credentials], wsUrl: endpoints['wsPrivate'] }, QUIET);
    client.on('update', (message: { readonly arg: { readonly channel: string }; readonly data: readonly Row[] }) => {
      if (message.arg.channel !== 'orders') return;
      for (const row of message.data)
        callback(row['ordId'] ?? '', OKX_STATUS[row['state'] ?? ''] ?? '', row['accFillSz'] ?? '');
    });
    client.subscribe([{ channel: 'orders', instType: 'ANY' }]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  },
};
