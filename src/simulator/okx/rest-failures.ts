// How a REST request fails when a fault says so (okx.md 11.1, 11.2). Nothing is executed here.
// The same for the sockets is socket-failures.ts.

import type { SimulatorReply } from '../dialect.ts';
import type { FailureKind } from '../gateway.ts';
import { fieldsOf } from './fields.ts';
import { httpStatusOf, isGatewayCode, refusal, textOf, type KnownCode } from './refusal.ts';
import type { Endpoint } from './rest-call.ts';
import { itemsAnswer } from './rest-trade.ts';
import type { Site } from './site.ts';
import { refusedItem } from './trading.ts';

/** What stands before the exchange answers in HTML. */
const BAD_GATEWAY: SimulatorReply = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n',
};

const CODES: Readonly<Record<Exclude<FailureKind, 'server-error' | 'order-not-found'>, KnownCode>> = {
  'unknown-outcome': '50004',
  'rate-limit': '50011',
  ban: '50040',
  'clock-skew': '50102',
  'key-revoked': '50119',
  maintenance: '50001',
};

function reply(status: number, body: unknown): SimulatorReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function failureReply(
  site: Site,
  kind: FailureKind,
  endpoint: Endpoint | undefined,
  items: readonly unknown[],
): SimulatorReply {
  if (kind === 'server-error') return BAD_GATEWAY;
  if (kind === 'order-not-found') return notFound(site, endpoint, items);
  const code = CODES[kind];
  const msg = textOf(code);
  return reply(httpStatusOf(code), isGatewayCode(code) ? { msg, code } : { code, msg, data: [] });
}

function notFound(site: Site, endpoint: Endpoint | undefined, items: readonly unknown[]): SimulatorReply {
  if (endpoint?.items !== undefined) {
    const { action } = endpoint.items;
    const code = action === 'cancel' ? '51400' : action === 'amend' ? '51503' : '51603';
    const refused = items.map((item) => refusedItem(site, action, fieldsOf(item), 'rest', refusal(code)));
    const { timed: _timed, ...answer } = itemsAnswer(refused);
    return reply(200, { ...answer, inTime: site.microseconds(), outTime: site.microseconds() });
  }
  // Only the query for one order has a code for it; a list is just empty.
  if (endpoint?.path === 'trade/order') return reply(200, { code: '51603', msg: textOf('51603'), data: [] });
  return reply(200, { code: '0', msg: '', data: [] });
}
