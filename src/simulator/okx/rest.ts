// The REST API's way in and out: route, authenticate, count, handle, and put the answer into OKX's envelope (okx.md 3, 11.1).
// Every request goes through the gateway, which may delay it, lose it, or have it fail in the words of rest-failures.ts.

import type { SimulatorReply, SimulatorRequest } from '../dialect.ts';
import type { VenueAccount } from '../venue.ts';
import { authenticate, checkDeadline, checkEnvironment, claimedAccount } from './auth.ts';
import { fieldsOf, fieldsOfQuery, type Fields } from './fields.ts';
import { instrumentById } from './instruments.ts';
import type { RateLimit } from './limiter.ts';
import { Refusal, httpStatusOf, isGatewayCode, refusal } from './refusal.ts';
import { ACCOUNT_ENDPOINTS } from './rest-account.ts';
import type { Answer, Endpoint } from './rest-call.ts';
import { failureReply } from './rest-failures.ts';
import { PUBLIC_ENDPOINTS } from './rest-public.ts';
import { TRADE_ENDPOINTS } from './rest-trade.ts';
import type { Site } from './site.ts';
import { commonSymbol } from './trading.ts';

const PREFIX = '/api/v5/';

const BY_PATH: ReadonlyMap<string, readonly Endpoint[]> = Map.groupBy(
  [...TRADE_ENDPOINTS, ...ACCOUNT_ENDPOINTS, ...PUBLIC_ENDPOINTS],
  ({ path }) => PREFIX + path,
);

function jsonReply(status: number, body: unknown): SimulatorReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function refusedReply({ code, message }: Refusal): SimulatorReply {
  const body = isGatewayCode(code) ? { msg: message, code } : { code, msg: message, data: [] };
  return jsonReply(httpStatusOf(code), body);
}

/** Undefined when the body is no JSON. */
function parsed(body: string): unknown {
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    return undefined;
  }
}

export function handleRest(site: Site, request: SimulatorRequest, reply: (reply: SimulatorReply) => void): void {
  const candidates = BY_PATH.get(request.path) ?? [];
  const endpoint = candidates.find(({ method }) => method === request.method);
  const [other] = candidates;
  const body = request.method === 'GET' ? null : parsed(request.body);
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  const fields = request.method === 'GET' ? fieldsOfQuery(request.query) : fieldsOf(body);
  site.gateway.run<SimulatorReply>(
    {
      operation: (endpoint ?? other)?.operation ?? 'other',
      channel: 'rest',
      accountUid: (endpoint ?? other)?.access === 'private' ? (claimedAccount(site, request)?.uid ?? null) : null,
      symbol:
        endpoint?.items === undefined
          ? (instrumentById(site, fields.text('instId'))?.symbol ?? null)
          : commonSymbol(site, items, 'rest'),
      remote: request.remote,
      count: endpoint?.items === undefined ? 1 : items.length,
    },
    {
      execute() {
        try {
          if (endpoint === undefined) throw refusal(other === undefined ? '404' : '50115');
          return execute(site, endpoint, request, body, fields);
        } catch (error) {
          if (error instanceof Refusal) return refusedReply(error);
          throw error;
        }
      },
      failure: (kind) => failureReply(site, kind, endpoint, items),
      deliver: reply,
    },
  );
}

function execute(
  site: Site,
  endpoint: Endpoint,
  request: SimulatorRequest,
  body: unknown,
  fields: Fields,
): SimulatorReply {
  const inTime = site.microseconds();
  const call = { site, fields, body, remote: request.remote };
  if (endpoint.access === 'public') {
    checkEnvironment(site, request);
    charge(site, endpoint.limit, request.remote, fields);
    return answered(site, endpoint.handle(call), inTime);
  }
  const account = authenticate(site, request);
  if (endpoint.trades === true && !account.permissions.trade) throw refusal('50120');
  if (endpoint.method === 'POST') checkBody(request, body);
  charge(site, endpoint.limit, ownerOf(endpoint.limit, account, fields), fields);
  // Canceling has no deadline (okx.md 3).
  if (endpoint.items !== undefined && endpoint.items.action !== 'cancel') {
    checkDeadline(site, request.headers['exptime'] ?? '');
  }
  return answered(site, endpoint.handle({ ...call, account }), inTime);
}

function checkBody(request: SimulatorRequest, body: unknown): void {
  const type = request.headers['content-type'] ?? 'application/json';
  if (!type.startsWith('application/json')) throw refusal('50006');
  if (request.body === '') throw refusal('50000');
  if (body === undefined) throw refusal('50002');
}

function ownerOf(rule: RateLimit | null, account: VenueAccount, fields: Fields): string {
  if (rule?.per === 'user+instrument') return `${account.uid}|${fields.text('instId')}`;
  return rule?.per === 'user+tag' ? `${account.uid}|${fields.text('tag')}` : String(account.uid);
}

function charge(site: Site, rule: RateLimit | null, owner: string, fields: Fields): void {
  if (rule === null) return;
  const place = rule.name === 'instruments' ? `${owner}|${fields.text('instType')}` : owner;
  if (!site.limiter.take(rule, place)) throw refusal('50011');
}

function answered(site: Site, { code, msg, data, timed }: Answer, inTime: string): SimulatorReply {
  return jsonReply(200, timed ? { code, msg, data, inTime, outTime: site.microseconds() } : { code, msg, data });
}
