// The real transport: HTTP and WebSocket connections over the machine's network, behind the seam.
// How each works is http.ts's and websocket.ts's part.

import type { Clock } from '../seam/clock.ts';
import type { Transport } from '../seam/transport.ts';
import { httpClient, type HttpOptions } from './http.ts';
import { connectWebSocket } from './websocket.ts';

/** @param clock counts the time limits of requests */
export function realTransport(clock: Clock, options: HttpOptions = {}): Transport {
  const http = httpClient(clock, options);
  return {
    request: (request) => http.request(request),
    connect: connectWebSocket,
    close: () => http.close(),
  };
}
