// Where Binance lives: hosts of the live exchange, the testnet and demo mode, and the check of what a user wrote instead (binance.md A1).
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

const DEMO: BinanceEndpoints = {
  rest: 'https://demo-api.binance.com',
  stream: 'wss://demo-stream.binance.com',
  wsApi: 'wss://demo-ws-api.binance.com/ws-api/v3',
};

/** The same exchange under several names (A1). */
const LIVE_HOSTS = ['api', 'api-gcp', 'api1', 'api2', 'api3', 'api4'].map((name) => `${name}.binance.com`);
const TESTNET_HOSTS = ['testnet.binance.vision', 'api1.testnet.binance.vision'];
/** Market data alone. */
const DATA_HOSTS = ['data-api.binance.vision', 'data-stream.binance.vision'];

interface World {
  readonly name: string;
  readonly urls: BinanceEndpoints;
  readonly hosts: ReadonlySet<string>;
}

function worldOf(name: string, urls: BinanceEndpoints, others: readonly string[] = []): World {
  const named = Object.values(urls).map((url) => new URL(url).hostname);
  return { name, urls, hosts: new Set([...named, ...others]) };
}

const LIVE_WORLD = worldOf('live', LIVE, [...LIVE_HOSTS, ...DATA_HOSTS]);
/** Each has orders, keys and books of its own. */
const WORLDS: readonly World[] = [LIVE_WORLD, worldOf('testnet', TESTNET, TESTNET_HOSTS), worldOf('demo mode', DEMO)];

/** '' for live, `testnet`, or the host of REST. */
export function venueOf({ rest = LIVE.rest }: Endpoints): string {
  const { host } = new URL(rest);
  if (LIVE_HOSTS.includes(host)) return '';
  return TESTNET_HOSTS.includes(host) ? 'testnet' : host;
}

/** Where the limits of an address count: the names of the live exchange are one place, and so are those of the testnet (A1, A3.2). */
export function limitsPlaceOf(rest: string): string {
  const { host } = new URL(rest);
  if (LIVE_HOSTS.includes(host)) return new URL(LIVE.rest).host;
  return TESTNET_HOSTS.includes(host) ? new URL(TESTNET.rest).host : host;
}

/**
 * The full set of URLs. An object may name any subset: what it leaves out is of the same world, and of the live one where no URL tells.
 * @throws RangeError naming the endpoint that is unknown, no URL, or of another world than the others
 */
export function resolveEndpoints(option: EndpointsOption | undefined): BinanceEndpoints {
  if (option === undefined || option === 'live') return LIVE;
  if (option === 'testnet') return TESTNET;
  const given = namedUrls(option, NAMES);
  return { ...agreedWorld(given).urls, ...given };
}

/** That of the hosts of Binance's own; any other host, a simulator's say, tells of none. */
function agreedWorld(given: Partial<BinanceEndpoints>): World {
  const places = Object.entries(given).flatMap(([endpoint, url]) =>
    WORLDS.filter(({ hosts }) => hosts.has(new URL(url).hostname)).map((world) => ({ endpoint, world })),
  );
  const [first] = places;
  const other = places.find(({ world }) => world !== first?.world);
  if (first !== undefined && other !== undefined)
    throw new RangeError(
      `endpoints: ${first.endpoint} is of Binance ${first.world.name}, ${other.endpoint} of Binance ${other.world.name}; orders, keys and books of one are unknown in the other`,
    );
  return first?.world ?? LIVE_WORLD;
}
