// Clients and simulated exchanges in one process without sockets: the Transport seam over exchange.ts, driven by a clock.
// Everything arrives after a network delay, in order per connection, and never re-entrantly; with a virtual clock it is deterministic.

import type { Clock } from '../seam/clock.ts';
import {
  TransportError,
  type HttpRequest,
  type HttpResponse,
  type Socket,
  type SocketHandlers,
  type Transport,
} from '../seam/transport.ts';
import type { SimulatedExchange } from './exchange.ts';
import { InMemorySocket } from './in-memory-socket.ts';

export interface InMemoryOptions {
  /** One way between client and exchange, ms, on top of the gateway's latency. Default 1. */
  readonly networkMs?: number;
  /** The client's address as the exchange sees it. Default 127.0.0.1. */
  readonly remote?: string;
  /** Called with the answer to each ping that arrives; default: it is given at once. A client that stands still gives it later. */
  readonly takesPing?: (answer: () => void) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** A transport that can also die the way a process dies. */
export interface InMemoryTransport extends Transport {
  /** Everything stops at once: no callback of this transport is called any more. The exchanges see their sockets drop. */
  kill(): void;
  readonly openSockets: number;
}

/**
 * @param hosts the simulated exchange behind each origin host, as in `URL.host` (e.g. `binance.test`); several hosts may lead to one exchange
 */
export function inMemoryTransport(
  hosts: ReadonlyMap<string, SimulatedExchange>,
  clock: Clock,
  options: InMemoryOptions = {},
): InMemoryTransport {
  const networkMs = options.networkMs ?? 1;
  const remote = options.remote ?? '127.0.0.1';
  const sockets = new Set<InMemorySocket>();
  let isClosed = false;
  let isDead = false;

  function request(call: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const url = new URL(call.url);
      const exchange = hosts.get(url.host);
      let settled = false;
      const settle = (act: () => void): void => {
        if (settled) return;
        settled = true;
        timeout.cancel();
        if (exchange !== undefined) exchange.abandon(pending);
        if (!isDead) act();
      };
      const fail = (message: string, sent: 'no' | 'maybe', kind: 'network' | 'timeout'): void => {
        settle(() => reject(new TransportError(message, sent, kind)));
      };
      const timeout = clock.after(call.timeoutMs, () => {
        fail(`no answer within ${call.timeoutMs} ms`, 'maybe', 'timeout');
      });
      const pending = {
        reset: () => clock.after(networkMs, () => fail('connection reset by the exchange', 'maybe', 'network')),
      };
      if (isClosed) {
        clock.after(0, () => fail('the transport is closed', 'no', 'network'));
        return;
      }
      if (exchange === undefined) {
        clock.after(networkMs, () => fail(`unknown host ${url.host}`, 'no', 'network'));
        return;
      }
      clock.after(networkMs, () => {
        // Also when the caller has timed out or died meanwhile: what was handed over has been sent.
        if (exchange.refuses()) {
          clock.after(networkMs, () => fail(`connect ECONNREFUSED ${url.host}`, 'no', 'network'));
          return;
        }
        const arrived = {
          method: call.method,
          path: url.pathname,
          query: rawQuery(call.url),
          headers: lowerCase({ host: url.host, ...call.headers }),
          body: call.body ?? '',
          remote,
        };
        exchange.request(arrived, pending, (reply) => {
          clock.after(networkMs, () => {
            settle(() => resolve({ status: reply.status, headers: lowerCase(reply.headers), body: reply.body }));
          });
        });
      });
    });
  }

  function connect(url: string, handlers: SocketHandlers, settings: { connectTimeoutMs?: number } = {}): Socket {
    const { host } = new URL(url);
    const socket = new InMemorySocket({
      clock,
      networkMs,
      remote,
      url,
      exchange: isClosed ? null : (hosts.get(host) ?? null),
      handlers,
      takesPing: options.takesPing ?? ((answer) => answer()),
      connectTimeoutMs: settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      onGone: () => sockets.delete(socket),
    });
    sockets.add(socket);
    return socket;
  }

  return {
    request,
    connect,
    close() {
      isClosed = true;
      for (const socket of sockets) socket.terminate();
      return Promise.resolve();
    },
    kill() {
      isClosed = true;
      isDead = true;
      for (const socket of sockets) socket.die();
      sockets.clear();
    },
    get openSockets() {
      return sockets.size;
    },
  };
}

/** The query exactly as written: signatures cover these bytes. */
function rawQuery(url: string): string {
  const start = url.indexOf('?');
  const end = url.indexOf('#');
  return start < 0 ? '' : url.slice(start + 1, end < 0 ? undefined : end);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
