// Where Binance lives: live and testnet hosts, and the check of what a user wrote instead (binance.md A1).
// Paths below the hosts are encode.ts's part.

import { namedUrls } from '../../wire/endpoint-urls.ts';
import type { Endpoints, EndpointsOption } from '../exchange.ts';

export const ENDPOINT_NAMES = ['rest', 'stream', 'wsApi'] as const;
const NAMES = { exchange: 'Binance', names: ENDPOINT_NAMES, words: "'live', 'testnet'" } as const;
type BinanceEndpointName = (typeof ENDPOINT_NAMES)[number];
export type BinanceEndpoints = Readonly<Record<BinanceEndpointName, string>>;

const LIVE: BinanceEndpoints = {
  rest: 'https://api.binance.com',
  stream: 'wss://stream.binance.com:9443',
  wsApi: 'wss://ws-api.binance.com:443/ws-api/v3',
};

const TESTNET: BinanceEndpoints = {
  rest: 'https://testnet.binance.vision',
  stream: 'wss://stream.testnet.binance.vision',
  wsApi: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
};

/** The same exchange under several names (A1). */
const LIVE_HOSTS = ['api', 'api-gcp', 'api1', 'api2', 'api3', 'api4'].map((name) => `${name}.binance.com`);
const TESTNET_HOSTS = ['testnet.binance.vision', 'api1.testnet.binance.vision'];

/** '' for live, `testnet`, or the host of REST. */
export function venueOf({ rest = LIVE.rest }: Endpoints): string {
  const { host } = new URL(rest);
  if (LIVE_HOSTS.includes(host)) return '';
  return TESTNET_HOSTS.includes(host) ? 'testnet' : host;
}

/**
 * The full set of URLs. An object may name any subset; the rest is live.
 * @throws RangeError naming the endpoint that is unknown or no URL
 */
export function resolveEndpoints(option: EndpointsOption | undefined): BinanceEndpoints {
  if (option === undefined || option === 'live') return LIVE;
  if (option === 'testnet') return TESTNET;
  const given = namedUrls(option, NAMES);
  return { ...LIVE, ...given };
}
