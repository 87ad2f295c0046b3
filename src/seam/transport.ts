// The seam to the network: HTTP requests and WebSocket connections, without saying who carries them.
// Real sockets are wire/http.ts and wire/websocket.ts; simulator/in-memory.ts stands in for both in simulations.

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute URL including the query string, sent byte for byte as given (signatures cover it). */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Give up after this many ms; the rejection then says `sent: 'maybe'`. */
  readonly timeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A request that got no response. `sent: 'no'` only when it is certain that no byte of the request left
 * (connection refused, DNS, TLS failure); otherwise `'maybe'`: the exchange may have acted on it.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly sent: 'no' | 'maybe';
  readonly kind: 'network' | 'timeout';
  constructor(message: string, sent: 'no' | 'maybe', kind: 'network' | 'timeout', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.sent = sent;
    this.kind = kind;
  }
}

/** The server answered the opening of a WebSocket connection with something else. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly status: number;
  /** ms, where the answer said so. */
  readonly retryAfter: number | null;
  constructor({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>) {
    super(`Unexpected server response: ${status}`);
    this.status = status;
    const seconds = Number(headers['retry-after']);
    this.retryAfter = seconds > 0 ? seconds * 1_000 : null;
  }
}

/** One WebSocket connection's events. All are called on the event loop, never re-entrantly from `send`. */
export interface SocketHandlers {
  onOpen(): void;
  /** `data` is the raw frame, valid until this returns; `binary` tells a binary frame (HTX market data is gzip). */
  onFrame(data: Buffer, binary: boolean): void;
  /** A protocol-level ping came (already answered by the transport). */
  onPing?(): void;
  onPong?(): void;
  /** Exactly once per connection, also when it never opened (refused by the server: HandshakeError). Nothing follows it. */
  onClose(code: number, reason: string, error?: Error): void;
}

export interface Socket {
  readonly isOpen: boolean;
  /**
   * Takes a text frame for the kernel, which has it at the latest when the program comes to rest again. Returns false when the socket is not
   * open: then nothing was sent.
   */
  send(text: string): boolean;
  /** Protocol-level ping. */
  ping(): void;
  /** Closing handshake; `onClose` follows. */
  close(): void;
  /** Drops the connection at once; `onClose` follows (code 1006). */
  terminate(): void;
}

export interface Transport {
  /** Resolves with any HTTP status; rejects only with TransportError. */
  request(request: HttpRequest): Promise<HttpResponse>;
  connect(url: string, handlers: SocketHandlers, options?: { connectTimeoutMs?: number }): Socket;
  /** Releases pooled connections. */
  close(): Promise<void>;
}
