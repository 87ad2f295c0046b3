// Where OKX lives: hosts by region, demo hosts, and the check of what a user wrote instead (okx.md 1).
// Which header marks a demo request is here too; who sends it is rest.ts's part.

import type { Endpoints, EndpointsOption } from '../exchange.ts';

export const ENDPOINT_NAMES = ['rest', 'wsPublic', 'wsPrivate', 'wsBusiness'] as const;
export type OkxEndpointName = (typeof ENDPOINT_NAMES)[number];
export type OkxEndpoints = Readonly<Record<OkxEndpointName, string>>;

/** No port: 443. The historic 8443 is being shut (okx.md 1.2). */
function hosts(rest: string, socket: string): OkxEndpoints {
  return {
    rest: `https://${rest}`,
    wsPublic: `wss://${socket}/ws/v5/public`,
    wsPrivate: `wss://${socket}/ws/v5/private`,
    wsBusiness: `wss://${socket}/ws/v5/business`,
  };
}

const LIVE = hosts('openapi.okx.com', 'ws.okx.com');
/** Demo trading shares the REST hosts of live trading and tells itself apart by a header (okx.md 1.3). */
const TESTNET = hosts('openapi.okx.com', 'wspap.okx.com');

/** An API key works only on the hosts of its account's region; elsewhere it "does not exist" (50119). */
const REGIONS: Readonly<Record<string, OkxEndpoints>> = {
  'openapi.okx.com': LIVE,
  'www.okx.com': hosts('www.okx.com', 'ws.okx.com'),
  'eea.okx.com': hosts('eea.okx.com', 'wseea.okx.com'),
  'us.okx.com': hosts('us.okx.com', 'wsus.okx.com'),
};

const DEMO_HOST = /^ws[a-z]*pap\.okx\.com$/;

/** The header that turns a REST request into one to demo trading. */
export const DEMO_HEADER = 'x-simulated-trading';

/**
 * The full set of URLs. An object may name any subset; when it names the REST host of a region, the sockets are that region's too.
 * @throws RangeError naming the endpoint that is unknown or no URL
 */
export function resolveEndpoints(option: EndpointsOption | undefined): OkxEndpoints {
  if (option === undefined || option === 'live') return LIVE;
  if (option === 'testnet') return TESTNET;
  if (typeof option !== 'object' || option === null) {
    throw new RangeError(`endpoints: expected 'live', 'testnet' or an object with ${ENDPOINT_NAMES.join(', ')}`);
  }
  const given: Partial<Record<OkxEndpointName, string>> = {};
  for (const [name, url] of Object.entries(option)) {
    if (!isName(name)) throw new RangeError(`endpoints.${name}: unknown; OKX has ${ENDPOINT_NAMES.join(', ')}`);
    given[name] = checked(name, url);
  }
  return { ...baseFor(given.rest), ...given };
}

function baseFor(rest: string | undefined): OkxEndpoints {
  return (rest === undefined ? undefined : REGIONS[new URL(rest).host]) ?? LIVE;
}

function isName(name: string): name is OkxEndpointName {
  return ENDPOINT_NAMES.some((known) => known === name);
}

function checked(name: OkxEndpointName, url: unknown): string {
  const scheme = name === 'rest' ? 'http' : 'ws';
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || (parsed.protocol !== `${scheme}:` && parsed.protocol !== `${scheme}s:`)) {
    throw new RangeError(`endpoints.${name}: expected a ${scheme}(s):// URL, got ${JSON.stringify(url)}`);
  }
  return String(url).replace(/\/+$/, '');
}

/** Whether these are demo trading's: its private socket has a host of its own, which is the one sure sign. */
export function isDemo(endpoints: Endpoints): boolean {
  const host = URL.parse(endpoints['wsPrivate'] ?? '')?.hostname;
  return host !== undefined && DEMO_HOST.test(host);
}
