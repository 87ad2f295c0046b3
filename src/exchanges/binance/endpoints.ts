// Where Binance lives: live and testnet hosts, and the check of what a user wrote instead (binance.md A1).
// Paths below the hosts are encode.ts's part.

import type { Endpoints, EndpointsOption } from '../exchange.ts';

export const ENDPOINT_NAMES = ['rest', 'stream', 'wsApi'] as const;
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
  if (typeof option !== 'object' || option === null) {
    throw new RangeError(`endpoints: expected 'live', 'testnet' or an object with ${ENDPOINT_NAMES.join(', ')}`);
  }
  const given: Partial<Record<BinanceEndpointName, string>> = {};
  for (const [name, url] of Object.entries(option)) {
    if (!isName(name)) throw new RangeError(`endpoints.${name}: unknown; Binance has ${ENDPOINT_NAMES.join(', ')}`);
    given[name] = checked(name, url);
  }
  return { ...LIVE, ...given };
}

function isName(name: string): name is BinanceEndpointName {
  return ENDPOINT_NAMES.some((known) => known === name);
}

function checked(name: BinanceEndpointName, url: unknown): string {
  const scheme = name === 'rest' ? 'http' : 'ws';
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || (parsed.protocol !== `${scheme}:` && parsed.protocol !== `${scheme}s:`)) {
    throw new RangeError(`endpoints.${name}: expected a ${scheme}(s):// URL, got ${JSON.stringify(url)}`);
  }
  return String(url).replace(/\/+$/, '');
}
