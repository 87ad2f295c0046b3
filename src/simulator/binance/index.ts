// Binance spot over the venue: REST under /api/v3, the WebSocket API at /ws-api/v3, market streams at /ws and /stream.
// This file only puts the parts together and decides which of them a connection belongs to.

import type {
  Dialect,
  DialectContext,
  DialectFactory,
  ServerSession,
  ServerSocket,
  SimulatorReply,
} from '../dialect.ts';
import { Desk } from './desk.ts';
import type { Endpoint } from './endpoint.ts';
import { accountEndpoints } from './endpoints/account.ts';
import { cancelReplaceEndpoints } from './endpoints/cancel-replace.ts';
import { exchangeInfoEndpoints } from './endpoints/exchange-info.ts';
import { marketEndpoints } from './endpoints/market.ts';
import { orderEndpoints } from './endpoints/orders.ts';
import { queryEndpoints } from './endpoints/queries.ts';
import { tickerEndpoints } from './endpoints/tickers.ts';
import { ApiError, BANNED } from './errors.ts';
import { MarketSession } from './market-streams.ts';
import { DEFAULT_OPTIONS, type BinanceOptions } from './options.ts';
import { Rest } from './rest.ts';
import { WsApiSession } from './session-ws-api.ts';
import { StreamHub } from './streams/hub.ts';

export type { BinanceOptions } from './options.ts';

const API_PATH = '/ws-api/v3';
const CONNECTION_WEIGHT = 2;

function refused(status: number, retryAfterMs: number | null = null): SimulatorReply {
  const headers: Record<string, string> = { 'content-type': 'text/plain' };
  if (retryAfterMs !== null) headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
  return { status, headers, body: '' };
}

/** The dialect with some of its options changed. */
export function binanceDialect(options: Partial<BinanceOptions> = {}): DialectFactory {
  return (context) => assemble(context, { ...DEFAULT_OPTIONS, ...options });
}

export const createDialect: DialectFactory = binanceDialect();

function assemble(context: DialectContext, options: BinanceOptions): Dialect {
  const desk = new Desk(context, options);
  const endpoints: readonly Endpoint[] = [
    ...marketEndpoints(desk),
    ...tickerEndpoints(desk),
    ...exchangeInfoEndpoints(desk),
    ...orderEndpoints(desk),
    ...cancelReplaceEndpoints(desk),
    ...queryEndpoints(desk),
    ...accountEndpoints(desk),
  ];
  const methods = new Map<string, Endpoint>();
  for (const endpoint of endpoints) if (endpoint.method !== null) methods.set(endpoint.method, endpoint);
  const rest = new Rest(desk, endpoints);
  const hub = new StreamHub(desk);
  const sessions = new Set<ServerSession>();

  function accept(make: (onGone: () => void) => ServerSession): ServerSession {
    const session: ServerSession = make(() => sessions.delete(session));
    sessions.add(session);
    return session;
  }

  function connect(socket: ServerSocket, path: string, query: string): ServerSession | SimulatorReply {
    const isApi = path === API_PATH;
    if (!isApi && !MarketSession.serves(path)) return refused(404);
    const banned = desk.gateway.banLeft();
    if (banned !== null) return refused(BANNED, banned);
    const now = desk.serverTime();
    try {
      desk.limits.connect(socket.remote, now);
    } catch (error) {
      if (error instanceof ApiError) return refused(error.status, error.retryAfterMs);
      throw error;
    }
    if (!isApi) return accept((onGone) => new MarketSession(desk, hub, socket, path, query, onGone));
    desk.limits.addWeight(socket.remote, CONNECTION_WEIGHT, now);
    return accept((onGone) => new WsApiSession(desk, socket, methods, query, onGone));
  }

  return {
    name: 'binance',
    endpoints: (httpOrigin, wsOrigin) => ({ rest: httpOrigin, stream: wsOrigin, wsApi: `${wsOrigin}${API_PATH}` }),
    request: (request, reply) => {
      rest.request(request, reply);
    },
    connect: (socket, path, query) => connect(socket, path, query),
    close() {
      for (const session of sessions) session.onClose();
      hub.close();
      desk.close();
    },
  };
}
