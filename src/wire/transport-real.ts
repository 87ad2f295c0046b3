// The real transport: HTTP and WebSocket connections over the machine's network, behind the seam.
// How each works is http.ts's and websocket.ts's part.

import type { Clock } from '../seam/clock.ts';
import type { Transport } from '../seam/transport.ts';
import { httpClient, type HttpOptions } from './http.ts';
import { connectWebSocket } from './websocket.ts';

interface RealTransportOptions extends HttpOptions {
  /** Called right before a request or a text frame leaves this process, once for those that leave together. Must not throw. */
  readonly onLeaving?: () => void;
}

/** @param clock counts the time limits of requests */
export function realTransport(clock: Clock, options: RealTransportOptions = {}): Transport {
  const onLeaving = options.onLeaving ?? (() => undefined);
  const http = httpClient(clock, onLeaving, options);
  return {
    request: (request) => http.request(request),
    connect: (url, handlers, { connectTimeoutMs } = {}) =>
      connectWebSocket(url, handlers, onLeaving, { connectTimeoutMs, proxy: options.proxy }),
    close: () => http.close(),
  };
}
