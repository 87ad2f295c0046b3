// Where OKX lives: hosts by region, demo hosts, and the check of what a user wrote instead (okx.md 1).
// Which header marks a demo request is here too; who sends it is requests.ts's part.

import { namedUrls } from '../../wire/endpoint-urls.ts';
import type { Endpoints, EndpointsOption } from '../exchange.ts';

export const ENDPOINT_NAMES = ['rest', 'wsPublic', 'wsPrivate', 'wsBusiness'] as const;
const NAMES = { exchange: 'OKX', names: ENDPOINT_NAMES, words: "'live', 'testnet'" } as const;
type OkxEndpointName = (typeof ENDPOINT_NAMES)[number];
export type OkxEndpoints = Readonly<Record<OkxEndpointName, string>>;

interface Region {
  readonly name: string;
  /** The first is the one to use where none is named. */
  readonly rest: readonly [string, ...string[]];
  /** Hosts of the sockets; null where they are not known. */
  readonly live: string | null;
  readonly demo: string | null;
}

/** Demo trading shares the REST hosts of live trading and tells itself apart by a header (okx.md 1.3). */
const GLOBAL = {
  name: 'Global',
  rest: ['openapi.okx.com', 'www.okx.com', 'aws.okx.com'],
  live: 'ws.okx.com',
  demo: 'wspap.okx.com',
} as const;

/** An account lives in one region, and its API key "does not exist" elsewhere (okx.md 1.1, 1.2, trap 32). */
const REGIONS: readonly Region[] = [
  GLOBAL,
  { name: 'EEA', rest: ['eea.okx.com'], live: 'wseea.okx.com', demo: 'wseeapap.okx.com' },
  { name: 'US and Australia', rest: ['us.okx.com'], live: 'wsus.okx.com', demo: 'wsuspap.okx.com' },
  { name: 'Turkey', rest: ['tr.okx.com'], live: null, demo: null },
];

const DEMO_HOST = /^ws[a-z]*pap\.okx\.com$/;

/** What clients append for demo trading. Whether it is still needed is not confirmed, and it does no harm (okx.md 1.3, 20.8). */
const DEMO_QUERY = '?brokerId=9999';

/** No port: 443. The historic 8443 is being shut (okx.md 1.2). */
function urlsOf(rest: string, socket: string): OkxEndpoints {
  const query = DEMO_HOST.test(socket) ? DEMO_QUERY : '';
  return {
    rest: `https://${rest}`,
    wsPublic: `wss://${socket}/ws/v5/public${query}`,
    wsPrivate: `wss://${socket}/ws/v5/private${query}`,
    wsBusiness: `wss://${socket}/ws/v5/business${query}`,
  };
}

const LIVE = urlsOf(GLOBAL.rest[0], GLOBAL.live);
const TESTNET = urlsOf(GLOBAL.rest[0], GLOBAL.demo);

/** The header that turns a REST request into one to demo trading. */
export const DEMO_HEADER = 'x-simulated-trading';

/**
 * The full set of URLs. An object may name any subset: what it leaves out is of the same region, and of demo trading when one of its sockets is.
 * @throws RangeError naming the endpoint that is unknown, no URL, or of another region or kind of trading than the others
 */
export function resolveEndpoints(option: EndpointsOption | undefined): OkxEndpoints {
  if (option === undefined || option === 'live') return LIVE;
  if (option === 'testnet') return TESTNET;
  const given = namedUrls(option, NAMES);
  const places = Object.entries(given).flatMap(([name, url]) => placeOf(name, url));
  // Where the sockets of a region are not known, whatever the user names may be them.
  const known = places.filter(({ region }) => region.live !== null);
  const { region = GLOBAL } = agreed(known, (place) => place.region.name) ?? places[0] ?? {};
  const sockets = places.filter(({ trading }) => trading !== null);
  const host = agreed(sockets, ({ trading }) => `${trading} trading`)?.trading === 'demo' ? region.demo : region.live;
  const { rest = `https://${region.rest[0]}`, wsPublic, wsPrivate, wsBusiness } = given;
  if (host !== null) return { ...urlsOf(region.rest[0], host), ...given };
  if (wsPublic !== undefined && wsPrivate !== undefined && wsBusiness !== undefined)
    return { rest, wsPublic, wsPrivate, wsBusiness };
  throw new RangeError(
    `endpoints: the sockets of OKX ${region.name} are not known here; name wsPublic, wsPrivate and wsBusiness too`,
  );
}

interface Place {
  readonly endpoint: string;
  readonly region: Region;
  /** Null for REST, which serves both. */
  readonly trading: 'live' | 'demo' | null;
}

/** What a host of OKX's own gives away; nothing for any other. */
function placeOf(endpoint: string, url: string): Place[] {
  const { hostname } = new URL(url);
  return REGIONS.flatMap((region): Place[] => {
    if (region.rest.includes(hostname)) return [{ endpoint, region, trading: null }];
    if (hostname === region.live) return [{ endpoint, region, trading: 'live' }];
    return hostname === region.demo ? [{ endpoint, region, trading: 'demo' }] : [];
  });
}

/** One of those that say so, when all say the same. */
function agreed(places: readonly Place[], what: (place: Place) => string): Place | undefined {
  const [first] = places;
  const other = places.find((place) => first !== undefined && what(place) !== what(first));
  if (first === undefined || other === undefined) return first;
  throw new RangeError(
    `endpoints: ${first.endpoint} is of OKX ${what(first)}, ${other.endpoint} of OKX ${what(other)}; an API key works in one of them only`,
  );
}

/** Whether these are demo trading's: its private socket has a host of its own, which is the one sure sign. */
export function isDemo(endpoints: Endpoints): boolean {
  const host = URL.parse(endpoints['wsPrivate'] ?? '')?.hostname;
  return host !== undefined && DEMO_HOST.test(host);
}

/** '' for live, `testnet` for demo trading (which has the same REST hosts), else the host of REST. An account lives in one region (okx.md 1.1). */
export function venueOf(endpoints: Endpoints): string {
  if (isDemo(endpoints)) return 'testnet';
  const { host } = new URL(endpoints['rest'] ?? LIVE.rest);
  return REGIONS.some(({ rest }) => rest.includes(host)) ? '' : host;
}
