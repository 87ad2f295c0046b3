// Where HTX lives: its hosts, the fixed paths of its four sockets, and the check of what a user wrote instead (htx.md 1).
// There is no testnet; which host a signature names is decided here, because it must be the one dialled.

import { namedUrls } from '../../wire/endpoint-urls.ts';
import type { Endpoints, EndpointsOption } from '../exchange.ts';

export const ENDPOINT_NAMES = ['rest', 'wsMarket', 'wsFeed', 'wsPrivate', 'wsTrade'] as const;
const NAMES = { exchange: 'HTX', names: ENDPOINT_NAMES, words: "'live'" } as const;
type HtxEndpointName = (typeof ENDPOINT_NAMES)[number];
export type HtxEndpoints = Readonly<Record<HtxEndpointName, string>>;

function hosts(host: string): HtxEndpoints {
  return {
    rest: `https://${host}`,
    wsMarket: `wss://${host}/ws`,
    wsFeed: `wss://${host}/feed`,
    wsPrivate: `wss://${host}/ws/v2`,
    wsTrade: `wss://${host}/ws/trade`,
  };
}

/** The exchange was renamed, its API host was not; signing against api.htx.com is unconfirmed (htx.md 1, 17). */
const LIVE = hosts('api.huobi.pro');

/** Hosts that serve everything: naming one as `rest` moves the sockets along. */
const FAMILIES: Readonly<Record<string, HtxEndpoints>> = {
  'api.huobi.pro': LIVE,
  'api-aws.huobi.pro': hosts('api-aws.huobi.pro'),
};

/** The same exchange under several names; whether the last one serves everything is unconfirmed (htx.md 1). */
const LIVE_HOSTS = [...Object.keys(FAMILIES), 'api.htx.com'];

/** '' for live, else the host of REST. */
export function venueOf({ rest = LIVE.rest }: Endpoints): string {
  const { host } = new URL(rest);
  return LIVE_HOSTS.includes(host) ? '' : host;
}

/**
 * The full set of URLs. An object may name any subset; when it names a known REST host, the sockets are that host's too.
 * @throws RangeError naming the endpoint that is unknown or no URL, or the testnet that HTX does not have
 */
export function resolveEndpoints(option: EndpointsOption | undefined): HtxEndpoints {
  if (option === undefined || option === 'live') return LIVE;
  if (option === 'testnet')
    throw new RangeError("endpoints: HTX has no testnet; use 'live' or the URLs of a simulator");
  const given = namedUrls(option, NAMES);
  const family = given.rest === undefined ? undefined : FAMILIES[new URL(given.rest).host];
  return { ...(family ?? LIVE), ...given };
}

/** Same, for endpoints that passed `resolveEndpoints` already and come back as a plain record. */
export function named(endpoints: Endpoints): HtxEndpoints {
  return resolveEndpoints(endpoints);
}

/** Host (with its port where it is not the scheme's own) and path of a URL, as a signature names them (htx.md 2.1, 2.7). */
export function signedPlace(url: string): { readonly host: string; readonly path: string } {
  const { host, pathname } = new URL(url);
  return { host: host.toLowerCase(), path: pathname };
}
