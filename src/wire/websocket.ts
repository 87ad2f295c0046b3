// A WebSocket connection over a real socket: the connect part of the real transport.
// Reconnecting, liveness and logins are link.ts's part.

// The global one is a getter, which would be called for every frame.
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { HandshakeError, type Socket, type SocketHandlers } from '../seam/transport.ts';
import { DirectRead } from './direct-read.ts';
import type { Proxy } from './proxy.ts';

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** No frame of an exchange comes near; a broken one must not eat the memory. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const ABNORMAL = 1006;
/** Given as bytes, a frame goes to the kernel as one piece; a text would go as two, its head apart. */
const TEXT_FRAME = { binary: false, compress: false } as const;

const DONE = Promise.resolve();

interface WebSocketOptions {
  readonly connectTimeoutMs?: number | undefined;
  readonly proxy?: Proxy | null | undefined;
}

/**
 * Never throws: what is wrong with the URL comes through `onClose` too. TLS certificates are always verified.
 * The first frame goes to the kernel at once; those that are sent before the program comes to rest again follow together, in one piece.
 * @param onLeaving is called right before frames leave
 */
export function connectWebSocket(
  url: string,
  handlers: SocketHandlers,
  onLeaving: () => void,
  { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, proxy }: WebSocketOptions = {},
): Socket {
  let failure: Error | undefined;
  const onMessage = (data: Buffer, binary: boolean): void => {
    try {
      handlers.onFrame(data, binary);
    } catch (error) {
      // Thrown from here it would stop the reading: what stands behind the message, and what the library is given from then on, would be lost.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  const directRead = new DirectRead(onMessage);
  let webSocket: WebSocket;
  try {
    webSocket = new WebSocket(url, {
      // Compression costs CPU and latency on both sides for messages of a few hundred bytes.
      perMessageDeflate: false,
      handshakeTimeout: connectTimeoutMs,
      maxPayload: MAX_FRAME_BYTES,
      // JSON.parse refuses what is not text anyway.
      skipUTF8Validation: true,
      followRedirects: false,
      rejectUnauthorized: true,
      ...(proxy?.isFor(url) === true ? { agent: proxy.agent() } : directRead.options),
    });
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    queueMicrotask(() => handlers.onClose(ABNORMAL, reason.message, reason));
    return DEAD_SOCKET;
  }
  // Nagle's algorithm is switched off by the library as soon as the socket is there.
  let under: Duplex | null = null;
  webSocket.on('upgrade', ({ socket }) => {
    under = socket;
  });
  webSocket.on('open', () => {
    if (under !== null) directRead.begin(under);
    handlers.onOpen();
  });
  webSocket.on('message', (data, binary) => {
    onMessage(Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data), binary);
  });
  if (handlers.onPing !== undefined) webSocket.on('ping', () => handlers.onPing?.());
  if (handlers.onPong !== undefined) webSocket.on('pong', () => handlers.onPong?.());
  // Whoever hears of a refused handshake must end it; `error` and `close` follow.
  webSocket.on('unexpected-response', (_request, { statusCode = 0, headers }) => {
    failure = new HandshakeError({ status: statusCode, headers: { 'retry-after': headers['retry-after'] ?? '' } });
    webSocket.terminate();
  });
  webSocket.on('error', (error) => {
    failure ??= error;
    directRead.end();
  });
  webSocket.on('close', (code, reason) => {
    const text = reason.toString('utf8') || (failure?.message ?? '');
    if (failure === undefined) handlers.onClose(code, text);
    else handlers.onClose(code, text, failure);
  });
  let hasSent = false;
  let isGathering = false;
  const gather = (stream: Duplex): void => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
  };
  const letGo = (): void => {
    hasSent = false;
    if (!isGathering) return;
    isGathering = false;
    onLeaving();
    under?.uncork();
  };
  return {
    get isOpen() {
      return webSocket.readyState === WebSocket.OPEN;
    },
    send(text) {
      if (webSocket.readyState !== WebSocket.OPEN) return false;
      if (hasSent && under !== null) gather(under);
      else {
        if (!hasSent) void DONE.then(letGo);
        hasSent = true;
        onLeaving();
      }
      webSocket.send(Buffer.from(text), TEXT_FRAME);
      return true;
    },
    ping() {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
    },
    close() {
      webSocket.close();
    },
    terminate() {
      webSocket.terminate();
    },
  };
}

const DEAD_SOCKET: Socket = { isOpen: false, send: () => false, ping() {}, close() {}, terminate() {} };
