// One simulated exchange on one real port: HTTP and WebSocket over the same listener, raw bodies and queries kept.
// When the exchange goes dark it stops listening, so that clients see a true refusal; what is answered is the dialect's.

import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket as NetSocket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ServerSession, SimulatorReply } from './dialect.ts';
import type { SimulatedExchange } from './exchange.ts';
import { RealServerSocket } from './server-socket.ts';

interface ServerPortOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Something in a dialect threw: the request is answered with a plain 500. */
  readonly onError: (error: unknown) => void;
}

const KEEP_ALIVE_MS = 65_000;
const MAX_FRAME = 4 * 1024 * 1024;
const RELISTEN_MS = 50;

export class ServerPort {
  private readonly exchange: SimulatedExchange;
  private readonly options: ServerPortOptions;
  private readonly server: Server;
  private readonly webSockets: WebSocketServer;
  private readonly sockets = new Set<Duplex>();
  private readonly stopNetwork: () => void;
  private boundPort = 0;
  private isClosed = false;

  private constructor(exchange: SimulatedExchange, options: ServerPortOptions) {
    this.exchange = exchange;
    this.options = options;
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
      this.onRequest(request, response);
    });
    this.webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: MAX_FRAME,
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
    this.stopNetwork = exchange.listenNetwork({
      dark: () => this.server.close(),
      back: () => this.listenAgain(),
    });
  }

  /** @throws the system's error when the port is taken or not allowed */
  static async open(exchange: SimulatedExchange, options: ServerPortOptions): Promise<ServerPort> {
    const port = new ServerPort(exchange, options);
    await new Promise<void>((resolve, reject) => {
      port.server.once('error', reject);
      port.server.listen(options.port, options.host, () => {
        port.server.off('error', reject);
        resolve();
      });
    });
    const address: string | AddressInfo | null = port.server.address();
    port.boundPort = typeof address === 'object' && address !== null ? address.port : options.port;
    return port;
  }

  get port(): number {
    return this.boundPort;
  }

  get httpOrigin(): string {
    return `http://${this.authority}`;
  }

  get wsOrigin(): string {
    return `ws://${this.authority}`;
  }

  private get authority(): string {
    const { host } = this.options;
    return `${host.includes(':') ? `[${host}]` : host}:${this.boundPort}`;
  }

  private listenAgain(): void {
    if (this.isClosed) return;
    this.server.once('error', () => {
      // Somebody took the port meanwhile, or the system has not let go of it yet.
      this.exchange.venue.clock.after(RELISTEN_MS, () => this.listenAgain());
    });
    this.server.listen(this.boundPort, this.options.host, () => this.server.removeAllListeners('error'));
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.answer(request, Buffer.concat(chunks).toString(), response));
    request.on('error', () => response.destroy());
  }

  private answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    if (this.exchange.refuses()) {
      reset(request.socket);
      return;
    }
    const pending = { reset: () => reset(request.socket) };
    response.once('close', () => this.exchange.abandon(pending));
    const [path, query] = splitUrl(request.url ?? '/');
    const asked = {
      method: request.method ?? 'GET',
      path,
      query,
      headers: flatHeaders(request),
      body,
      remote: remoteOf(request),
    };
    try {
      this.exchange.request(asked, pending, (reply) => write(response, reply));
    } catch (error) {
      this.options.onError(error);
      write(response, { status: 500, headers: {}, body: 'Internal Server Error' });
    }
  }

  private onUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    // Until `ws` takes the socket over, nobody else would hear of its errors.
    const ignore = (): void => void raw.destroy();
    raw.on('error', ignore);
    if (this.exchange.refuses()) {
      reset(raw);
      return;
    }
    const [path, query] = splitUrl(request.url ?? '/');
    const socket = new RealServerSocket(raw, remoteOf(request), (carrier) => this.exchange.frameOut(carrier));
    let session: ServerSession | SimulatorReply;
    try {
      session = this.exchange.connect(socket, socket, path, query, flatHeaders(request));
    } catch (error) {
      this.options.onError(error);
      session = { status: 500, headers: {}, body: '' };
    }
    if ('status' in session) {
      refuseHandshake(raw, session);
      return;
    }
    const accepted = session;
    let upgraded = false;
    this.webSockets.handleUpgrade(request, raw, head, (webSocket) => {
      upgraded = true;
      raw.off('error', ignore);
      this.serve(webSocket, socket, accepted);
    });
    // `ws` itself refuses what is no proper handshake; the dialect must not keep a session that never was.
    if (!upgraded) {
      socket.detach();
      accepted.onClose();
    }
  }

  private serve(webSocket: WebSocket, socket: RealServerSocket, session: ServerSession): void {
    const guarded = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        this.options.onError(error);
        webSocket.terminate();
      }
    };
    webSocket.on('message', (data: Buffer | ArrayBuffer | Buffer[]) => {
      guarded(() => session.onFrame(textOf(data)));
    });
    webSocket.on('ping', () => guarded(() => session.onPing?.()));
    webSocket.on('pong', (payload: Buffer) => guarded(() => session.onPong?.(payload.toString())));
    webSocket.on('error', () => webSocket.terminate());
    let ended = false;
    const end = (): void => {
      socket.detach();
      if (ended) return;
      ended = true;
      guarded(() => session.onClose());
    };
    webSocket.on('close', end);
    socket.attach(webSocket, end);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopNetwork();
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

function reset(socket: Duplex): void {
  if (socket instanceof NetSocket) socket.resetAndDestroy();
  else socket.destroy();
}

function splitUrl(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

/** IPv4 addresses as such, also on a listener that speaks both. */
function remoteOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}

function write(response: ServerResponse, reply: SimulatorReply): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(reply.status, { ...reply.headers, 'content-length': String(Buffer.byteLength(reply.body)) });
  response.end(reply.body);
}

function refuseHandshake(raw: Duplex, reply: SimulatorReply): void {
  const lines = [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(reply.body)}`,
    ...Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  raw.end(`${lines.join('\r\n')}\r\n\r\n${reply.body}`);
}
