// HTX's REST routes: exact paths and methods, signatures, limits; everything goes through the gateway (htx.md sections 3-5, 10, 14).

import type { SimulatorReply, SimulatorRequest } from '../dialect.ts';
import type { Operation } from '../gateway.ts';
import type { JsonValue } from '../json-text.ts';
import type { VenueAccount, VenueInstrument } from '../venue.ts';
import { authenticate } from './auth.ts';
import type { Body, Params } from './commands.ts';
import { failureReply, GATEWAY, METHOD, NO_PERMISSION, refuse, refuseOn, reply, TOO_FREQUENT } from './errors.ts';
import { periodNamed } from './market-data.ts';
import type { Site } from './site.ts';
import { commonSymbol, findInstrument, marketSymbol, settingsSymbol } from './symbols.ts';

interface Call {
  readonly account: VenueAccount;
  readonly query: URLSearchParams;
  /** What stood for `{id}`. */
  readonly id: string;
  readonly body: unknown;
}

interface PrivateRoute {
  readonly operation: Operation;
  readonly trades?: boolean;
  readonly count?: (body: unknown) => number;
  run(site: Site, call: Call): Body;
}

function object(body: unknown): Params {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Params) : {};
}

function list(body: unknown): readonly Params[] {
  return Array.isArray(body) ? body.map((item: unknown) => object(item)) : [];
}

function idCount(body: unknown): number {
  const ids: unknown = object(body)['order-ids'] ?? object(body)['client-order-ids'];
  return Array.isArray(ids) ? Math.max(ids.length, 1) : 1;
}

const PRIVATE: Readonly<Record<string, PrivateRoute>> = {
  'GET /v1/account/accounts': { operation: 'account', run: (site, { account }) => site.queries.accounts(account) },
  'GET /v1/account/accounts/{id}/balance': {
    operation: 'account',
    run: (site, { account, id }) => site.queries.balance(account, id),
  },
  'GET /v2/reference/transact-fee-rate': {
    operation: 'account',
    run: (site, { account, query }) => site.queries.feeRates(account, query),
  },
  'POST /v1/order/orders/place': {
    operation: 'create',
    trades: true,
    run: (site, { account, body }) => site.commands.place(account, object(body)),
  },
  'POST /v1/order/batch-orders': {
    operation: 'create',
    trades: true,
    count: (body) => Math.max(list(body).length, 1),
    run: (site, { account, body }) => site.commands.placeBatch(account, list(body)),
  },
  'POST /v1/order/orders/{id}/submitcancel': {
    operation: 'cancel',
    trades: true,
    run: (site, { account, id }) => site.commands.cancel(account, id),
  },
  'POST /v1/order/orders/submitCancelClientOrder': {
    operation: 'cancel',
    trades: true,
    run: (site, { account, body }) => site.commands.cancelByClientId(account, object(body)),
  },
  'POST /v1/order/orders/batchcancel': {
    operation: 'cancel',
    trades: true,
    count: idCount,
    run: (site, { account, body }) => site.commands.cancelBatch(account, object(body)),
  },
  'POST /v1/order/orders/batchCancelOpenOrders': {
    operation: 'cancel-all',
    trades: true,
    run: (site, { account, body }) => site.commands.cancelOpen(account, object(body)),
  },
  'GET /v1/order/cancelAllOrders': {
    operation: 'cancel-all',
    trades: true,
    run: (site, { account, query }) => site.commands.cancelEverything(account, query.get('symbol')),
  },
  'POST /v2/algo-orders/cancel-all-after': {
    operation: 'cancel-all-after',
    trades: true,
    run: (site, { account, body }) => site.switches.set(account, object(body), site.now()),
  },
  'GET /v1/order/openOrders': {
    operation: 'open-orders',
    run: (site, { account, query }) => site.queries.openOrders(account, query),
  },
  'GET /v1/order/orders/getClientOrder': {
    operation: 'query-order',
    run: (site, { account, query }) => site.queries.orderByClientId(account, query),
  },
  'GET /v1/order/orders/{id}': {
    operation: 'query-order',
    run: (site, { account, id }) => site.queries.order(account, id),
  },
  'GET /v1/order/orders': {
    operation: 'query-order',
    run: (site, { account, query }) => site.queries.history(account, query, true),
  },
  'GET /v1/order/history': {
    operation: 'query-order',
    run: (site, { account, query }) => site.queries.history(account, query, false),
  },
  'GET /v1/order/orders/{id}/matchresults': {
    operation: 'fills',
    run: (site, { account, id }) => site.queries.matchesOfOrder(account, id),
  },
  'GET /v1/order/matchresults': {
    operation: 'fills',
    run: (site, { account, query }) => site.queries.matches(account, query),
  },
};

type PublicRoute = readonly [Operation, (site: Site, query: URLSearchParams) => Body];

/** Market answers: `ch`, `ts` and the payload under its own name; an unknown symbol is refused, and so is what `payload` has a word against (section 10). */
function market(
  channel: (raw: string, query: URLSearchParams) => string,
  payload: (site: Site, instrument: VenueInstrument, query: URLSearchParams) => Body | string,
): PublicRoute {
  return [
    'market',
    (site, query) => {
      const raw = query.get('symbol') ?? '';
      const instrument = findInstrument(site.venue, raw);
      const answer = instrument === null ? 'invalid symbol' : payload(site, instrument, query);
      if (typeof answer === 'string')
        return { ts: site.now(), status: 'error', 'err-code': 'invalid-parameter', 'err-msg': answer };
      return { ch: channel(raw, query), status: 'ok', ts: site.now(), ...answer };
    },
  ];
}

function reference(name: 'instruments', rows: (site: Site) => JsonValue): PublicRoute {
  return [name, (site) => ({ status: 'ok', data: rows(site), ts: String(site.now()), full: 1 })];
}

function instrumentsOf(site: Site): VenueInstrument[] {
  return [...site.venue.instruments.values()];
}

function size(query: URLSearchParams, fallback: number, most: number): number {
  const asked = Number(query.get('size') ?? fallback);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : fallback;
}

/** What `/market/history/candles` does not have. */
const NOT_BY_TIME: ReadonlySet<string> = new Set(['1mon', '1year']);

const PUBLIC: Readonly<Record<string, PublicRoute>> = {
  'GET /v1/common/timestamp': ['time', (site) => ({ status: 'ok', data: site.now() })],
  'GET /v2/market-status': ['other', () => ({ code: 200, message: 'success', data: { marketStatus: 1 } })],
  'GET /v1/settings/common/market-symbols': reference('instruments', (site) => instrumentsOf(site).map(marketSymbol)),
  'GET /v1/settings/common/symbols': reference('instruments', (site) => instrumentsOf(site).map(settingsSymbol)),
  'GET /v2/settings/common/symbols': reference('instruments', (site) => instrumentsOf(site).map(settingsSymbol)),
  'GET /v1/common/symbols': ['instruments', (site) => ({ status: 'ok', data: instrumentsOf(site).map(commonSymbol) })],
  'GET /v1/common/currencys': [
    'instruments',
    (site) => ({
      status: 'ok',
      data: [...new Set(instrumentsOf(site).flatMap(({ base, quote }) => [base.toLowerCase(), quote.toLowerCase()]))],
    }),
  ],
  'GET /v2/reference/currencies': ['instruments', () => ({ code: 200, data: [] })],
  'GET /market/depth': market(
    (raw, query) => `market.${raw}.depth.${query.get('type') ?? 'step0'}`,
    (site, instrument, query) => ({ tick: site.market.depthTick(instrument, Number(query.get('depth') ?? 150)) }),
  ),
  'GET /market/detail/merged': market(
    (raw) => `market.${raw}.detail.merged`,
    (site, instrument) => {
      const {
        bid,
        bidSize,
        ask,
        askSize,
        lastPrice: _last,
        lastSize: _size,
        ...summary
      } = site.market.ticker(instrument);
      const { updateId } = site.venue.book(instrument.symbol, 1);
      return {
        tick: {
          id: updateId,
          version: updateId,
          ...summary,
          bid: [bid ?? 0, bidSize ?? 0],
          ask: [ask ?? 0, askSize ?? 0],
        },
      };
    },
  ),
  'GET /market/detail': market(
    (raw) => `market.${raw}.detail`,
    (site, instrument) => ({ tick: { id: site.now(), ...site.market.summary(instrument) } }),
  ),
  'GET /market/trade': market(
    (raw) => `market.${raw}.trade.detail`,
    (site, instrument) => ({ tick: site.market.tradeTick(site.venue.trades(instrument.symbol, 1), 'trade-id') }),
  ),
  'GET /market/history/trade': market(
    (raw) => `market.${raw}.trade.detail`,
    (site, instrument, query) => ({
      data: [...site.venue.trades(instrument.symbol, size(query, 1, 2000))]
        .reverse()
        .map((trade) => site.market.tradeTick([trade], 'trade-id')),
    }),
  ),
  'GET /market/history/kline': market(
    (raw, query) => `market.${raw}.kline.${query.get('period') ?? ''}`,
    (site, instrument, query) => {
      const period = periodNamed(query.get('period') ?? '');
      return period === null
        ? 'invalid period'
        : { data: site.market.candles(instrument, period, size(query, 150, 2000)) };
    },
  ),
  'GET /market/history/candles': market(
    (raw, query) => `market.${raw}.kline.${query.get('period') ?? ''}`,
    (site, instrument, query) => {
      const name = query.get('period') ?? '';
      const period = NOT_BY_TIME.has(name) ? null : periodNamed(name);
      if (period === null) return 'invalid period';
      const seconds = (edge: 'from' | 'to'): number | undefined => {
        const text = query.get(edge);
        return text === null ? undefined : Number(text) * 1000;
      };
      const limit = size(query, 150, 1000);
      return { data: site.market.candles(instrument, period, limit, seconds('from'), seconds('to')) };
    },
  ),
  'GET /market/tickers': ['market', (site) => ({ status: 'ok', ts: site.now(), data: site.market.tickers() })],
};

/** The path with its numeric (or wildcard) part as `{id}`, as route tables and limits name it. */
function template(path: string): { readonly name: string; readonly id: string } {
  const match = /^(\/v1\/(?:order\/orders|account\/accounts)\/)([^/]+)(\/[^/]+)?$/.exec(path);
  if (match === null) return { name: path, id: '' };
  const [, prefix = '', id = '', suffix = ''] = match;
  const named = PRIVATE[`GET ${path}`] ?? PRIVATE[`POST ${path}`];
  return named === undefined ? { name: `${prefix}{id}${suffix}`, id } : { name: path, id: '' };
}

/** Undefined when the body is not JSON. */
function parse(request: SimulatorRequest): unknown {
  if (request.body === '') return {};
  try {
    return JSON.parse(request.body) as unknown;
  } catch {
    return undefined;
  }
}

export function handleRest(site: Site, request: SimulatorRequest, deliver: (reply: SimulatorReply) => void): void {
  const open = PUBLIC[`${request.method} ${request.path}`];
  if (open !== undefined) {
    const [operation, run] = open;
    const query = new URLSearchParams(request.query);
    const symbol = findInstrument(site.venue, query.get('symbol') ?? '')?.symbol ?? null;
    site.gateway.run<SimulatorReply>(
      { operation, channel: 'rest', accountUid: null, symbol, remote: request.remote, count: 1 },
      {
        execute: () => reply(run(site, query)),
        failure: (kind) => failureReply(kind, request.path, site.settings.rateStatus),
        deliver,
      },
    );
    return;
  }
  const { name, id } = template(request.path);
  const route = PRIVATE[`${request.method} ${name}`];
  if (route === undefined) return deliver(refuse(METHOD, 405));
  handlePrivate(site, request, { route, name, id }, deliver);
}

function handlePrivate(
  site: Site,
  request: SimulatorRequest,
  { route, name, id }: { readonly route: PrivateRoute; readonly name: string; readonly id: string },
  deliver: (reply: SimulatorReply) => void,
): void {
  if (request.method === 'GET' && request.body !== '') return deliver({ status: 403, headers: {}, body: '' });
  if (request.method === 'POST' && !(request.headers['content-type'] ?? '').includes('json'))
    return deliver(refuse(GATEWAY));
  const body = parse(request);
  if (body === undefined) return deliver(refuse(GATEWAY));
  const query = new URLSearchParams(request.query);
  const raw = object(body)['symbol'] ?? query.get('symbol');
  const instrument = typeof raw === 'string' ? findInstrument(site.venue, raw) : null;
  const key = query.get('AccessKeyId');
  const claimed = key === null ? null : site.venue.accountByKey(key);
  site.gateway.run<SimulatorReply>(
    {
      operation: route.operation,
      channel: 'rest',
      accountUid: claimed?.uid ?? null,
      symbol: instrument?.symbol ?? null,
      remote: request.remote,
      count: route.count?.(body) ?? 1,
    },
    {
      execute: () => {
        const who = authenticate(site.venue, request, site.now());
        if ('error' in who) return refuseOn(request.path, who.error);
        const { account } = who;
        if (route.trades === true && !account.permissions.trade) return refuseOn(request.path, NO_PERMISSION);
        const verdict = site.limits.take(account.uid, name, site.clock.monotonic(), site.now());
        if (!verdict.allowed) {
          const refused = refuseOn(request.path, TOO_FREQUENT, site.settings.rateStatus);
          return { ...refused, headers: { ...refused.headers, ...verdict.headers } };
        }
        return reply(route.run(site, { account, query, id, body }), 200, verdict.headers);
      },
      failure: (kind) => failureReply(kind, request.path, site.settings.rateStatus),
      deliver,
    },
  );
}
