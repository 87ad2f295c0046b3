// The REST side: routes, headers, and answers of every kind, the gateway's pages included (binance.md A3.1).
// What a route does is in endpoints/, the checks before it in requests.ts.

import type { SimulatorReply, SimulatorRequest } from '../dialect.ts';
import type { FailureKind } from '../gateway.ts';
import { restPayload } from './auth.ts';
import type { Desk } from './desk.ts';
import type { Endpoint } from './endpoint.ts';
import { ApiError, invalidKey } from './errors.ts';
import { Params, readForm } from './params.ts';
import { banWordsOf, claimedAccount, contextOf, execute, failureOf, isImmune, type Arrival } from './requests.ts';

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const HTML_TYPE = { 'content-type': 'text/html' };
/** User data streams with a listen key are gone (A5). */
const RETIRED = /^\/(?:api\/v3|api\/v1|sapi\/v1)\/userDataStream(?:\/|$)/;

function page(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

export class Rest {
  private readonly desk: Desk;
  private readonly routes = new Map<string, Endpoint>();

  constructor(desk: Desk, endpoints: readonly Endpoint[]) {
    this.desk = desk;
    for (const endpoint of endpoints) if (endpoint.rest !== null) this.routes.set(endpoint.rest, endpoint);
  }

  request(request: SimulatorRequest, reply: (reply: SimulatorReply) => void): void {
    const endpoint = this.routes.get(`${request.method} ${request.path}`);
    if (endpoint === undefined) return this.unrouted(request, reply);
    const { desk } = this;
    const arrival = this.arrival(endpoint, request);
    desk.gateway.run<SimulatorReply>(contextOf(desk, arrival), {
      execute: () => this.answer(arrival),
      failure: (kind, retryAfterMs) => this.failure(arrival, request, kind, retryAfterMs),
      deliver: reply,
    });
  }

  private arrival(endpoint: Endpoint, { query, body, headers, remote }: SimulatorRequest): Arrival {
    const values = new Map<string, string>();
    // A name in both places takes the query's value (A2.1).
    readForm(query, values);
    readForm(body, values);
    const key = headers['x-mbx-apikey'];
    return {
      endpoint,
      params: new Params(values),
      channel: 'rest',
      remote,
      apiKey: key === undefined || key === '' ? null : key,
      session: null,
      payload: () => restPayload(query, body),
      arrivedAt: this.desk.serverTime(),
    };
  }

  private answer(arrival: Arrival): SimulatorReply {
    try {
      const body = execute(this.desk, arrival);
      return { status: 200, headers: this.headers(arrival, true), body };
    } catch (error) {
      if (error instanceof ApiError) return this.refusal(arrival, error);
      throw error;
    }
  }

  private refusal(arrival: Arrival, refused: ApiError): SimulatorReply {
    const words = banWordsOf(this.desk, arrival, refused);
    if (words === 'firewall') return { status: 403, headers: HTML_TYPE, body: page('403 Forbidden') };
    const error = words === 'key' ? invalidKey() : refused;
    const headers = this.headers(arrival, false);
    if (error.retryAfterMs !== null) headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000));
    return { status: error.status, headers, body: error.body };
  }

  private headers(arrival: Arrival, succeeded: boolean): Record<string, string> {
    const { limits } = this.desk;
    const now = this.desk.serverTime();
    const used = String(limits.weightUsed(arrival.remote, now));
    const headers: Record<string, string> = { ...JSON_TYPE, 'x-mbx-used-weight': used, 'x-mbx-used-weight-1m': used };
    if (!succeeded || !arrival.endpoint.placesOrder) return headers;
    const account = claimedAccount(this.desk, arrival);
    if (account === null) return headers;
    const { tenSeconds, day } = limits.orderCounts(account.uid, now);
    headers['x-mbx-order-count-10s'] = String(tenSeconds);
    headers['x-mbx-order-count-1d'] = String(day);
    return headers;
  }

  private failure(
    arrival: Arrival,
    request: SimulatorRequest,
    kind: FailureKind,
    retryAfterMs: number,
  ): SimulatorReply {
    if (isImmune(arrival.endpoint, kind)) return this.answer(arrival);
    if (kind === 'server-error') return this.brokenGateway(request);
    return this.refusal(arrival, failureOf(this.desk, arrival.endpoint, kind, retryAfterMs));
  }

  /** A 5xx that is not the exchange's own: an HTML page, or JSON of another make without a code. */
  private brokenGateway({ path }: SimulatorRequest): SimulatorReply {
    switch (this.desk.random.int(3)) {
      case 0:
        return { status: 502, headers: HTML_TYPE, body: page('502 Bad Gateway') };
      case 1:
        return { status: 504, headers: HTML_TYPE, body: page('504 Gateway Time-out') };
      default: {
        const msg = 'Unknown error, please check your request or try again later.';
        return {
          status: 503,
          headers: JSON_TYPE,
          body: `{"timestamp":${this.desk.serverTime()},"path":${JSON.stringify(path)},"msg":"${msg}"}`,
        };
      }
    }
  }

  private unrouted({ method, path, headers, remote }: SimulatorRequest, reply: (reply: SimulatorReply) => void): void {
    const answer = (): SimulatorReply => {
      if (RETIRED.test(path)) return { status: 410, headers: HTML_TYPE, body: page('410 Gone') };
      const wantsHtml = headers['accept']?.includes('text/html') === true;
      if (wantsHtml) return { status: 404, headers: HTML_TYPE, body: page('404 Not Found') };
      return {
        status: 404,
        headers: JSON_TYPE,
        body: `{"timestamp":${this.desk.serverTime()},"status":404,"error":"Not Found","path":${JSON.stringify(path)},"method":"${method}"}`,
      };
    };
    const context = { operation: 'other', channel: 'rest', accountUid: null, symbol: null, remote, count: 1 } as const;
    this.desk.gateway.run(context, { execute: answer, failure: answer, deliver: reply });
  }
}
