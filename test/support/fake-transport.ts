// A transport whose other end is the test: sockets that open, speak and die when told, and HTTP answered by a function.
// It knows no exchange; what the frames say is each test's part.

import type { HttpRequest, HttpResponse, Socket, SocketHandlers, Transport } from '../../src/seam/transport.ts';

export class FakeSocket implements Socket {
  readonly url: string;
  readonly sent: string[] = [];
  readonly handlers: SocketHandlers;
  isOpen = false;
  gone = false;
  pings = 0;
  /** When set, answers every frame sent, in a later microtask. */
  responder: ((text: string, socket: FakeSocket) => void) | null = null;

  constructor(url: string, handlers: SocketHandlers) {
    this.url = url;
    this.handlers = handlers;
  }

  open(): void {
    this.isOpen = true;
    this.handlers.onOpen();
  }

  /** A frame from the exchange. */
  receive(frame: unknown): void {
    if (!this.gone)
      this.handlers.onFrame(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false);
  }

  /** The connection dies. */
  die(code = 1006, reason = ''): void {
    if (this.gone) return;
    this.gone = true;
    this.isOpen = false;
    this.handlers.onClose(code, reason);
  }

  refuse(message = 'connect ECONNREFUSED'): void {
    this.gone = true;
    this.handlers.onClose(1006, '', new Error(message));
  }

  send(text: string): boolean {
    if (!this.isOpen) return false;
    this.sent.push(text);
    const { responder } = this;
    if (responder !== null) queueMicrotask(() => responder(text, this));
    return true;
  }
  ping(): void {
    this.pings++;
  }
  close(): void {
    this.isOpen = false;
    queueMicrotask(() => this.die(1000));
  }
  terminate(): void {
    this.isOpen = false;
    queueMicrotask(() => this.die());
  }
}

export class FakeTransport implements Transport {
  readonly sockets: FakeSocket[] = [];
  readonly requests: HttpRequest[] = [];
  /** Called for every new socket, e.g. to open it or to set its responder. */
  onConnect: (socket: FakeSocket) => void = () => undefined;
  onRequest: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse = () => ({
    status: 404,
    headers: {},
    body: '',
  });

  request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    return Promise.resolve(request).then(this.onRequest);
  }

  connect(url: string, handlers: SocketHandlers): Socket {
    const socket = new FakeSocket(url, handlers);
    this.sockets.push(socket);
    queueMicrotask(() => this.onConnect(socket));
    return socket;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nothing has connected');
    return socket;
  }
}
