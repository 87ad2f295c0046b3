// THE DIALECT PORT: how an exchange's wire is put over the venue. A dialect knows requests, frames, signatures, codes and texts of
// one exchange; who carries the bytes (server.ts on real ports, in-memory.ts in a simulation) and which faults strike is not its business.

import type { Clock } from '../seam/clock.ts';
import type { Random } from '../seam/random.ts';
import type { Gateway } from './gateway.ts';
import type { Venue } from './venue.ts';

export interface SimulatorRequest {
  readonly method: string;
  /** Path without the query, e.g. `/api/v3/order`. */
  readonly path: string;
  /** The raw query string without `?`, still percent-encoded: signatures cover these bytes. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The client's IP address: rate limits are per IP. */
  readonly remote: string;
}

export interface SimulatorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The server's end of one WebSocket connection. Sending on a closed one does nothing. */
export interface ServerSocket {
  readonly remote: string;
  readonly isOpen: boolean;
  send(data: string | Buffer): void;
  ping(payload: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** The dialect's side of one accepted connection. */
export interface ServerSession {
  onFrame(text: string): void;
  onPing?(): void;
  onPong?(payload: string): void;
  /** The connection is gone: stop timers and subscriptions. */
  onClose(): void;
}

export interface DialectContext {
  readonly venue: Venue;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Dialect {
  /** Platform name as in configuration. */
  readonly name: string;
  /** The endpoints object a client is configured with (docs/configuration.md), given where this dialect is served: `http://host:port` and `ws://host:port`. */
  endpoints(httpOrigin: string, wsOrigin: string): Readonly<Record<string, string>>;
  /** Answers through `reply`, once, now or later (or never, when a fault says so). */
  request(request: SimulatorRequest, reply: (reply: SimulatorReply) => void): void;
  /** Takes a connection, or refuses the handshake with an HTTP answer. */
  connect(
    socket: ServerSocket,
    path: string,
    query: string,
    headers: Readonly<Record<string, string>>,
  ): ServerSession | SimulatorReply;
  /** Drops all state that lives in connections and timers (exchange restart, shutdown). */
  close(): void;
}

export type DialectFactory = (context: DialectContext) => Dialect;
