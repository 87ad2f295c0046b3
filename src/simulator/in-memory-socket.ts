// One WebSocket connection inside a process: the client's end (Socket) and the exchange's end (ServerSocket) and the wire between them.
// in-memory.ts opens it; frames, pings and closes travel both ways in order, each after the network's delay.

import type { Clock, Timer } from '../seam/clock.ts';
import { HandshakeError, type Socket, type SocketHandlers } from '../seam/transport.ts';
import type { ServerSession, ServerSocket } from './dialect.ts';
import type { SimulatedExchange } from './exchange.ts';
import type { Carrier } from './faults/connections.ts';
import { Lane } from './gateway/lane.ts';

interface InMemorySocketOptions {
  readonly clock: Clock;
  readonly networkMs: number;
  readonly remote: string;
  readonly url: string;
  /** Null when nobody lives there. */
  readonly exchange: SimulatedExchange | null;
  readonly handlers: SocketHandlers;
  readonly takesPing: (answer: () => void) => void;
  readonly connectTimeoutMs: number;
  readonly onGone: () => void;
}

const ABNORMAL = 1006;
const CLOSE_PATIENCE_MS = 30_000;

export class InMemorySocket implements Socket {
  private readonly options: InMemorySocketOptions;
  private readonly toExchange: Lane;
  private readonly toClient: Lane;
  private readonly connectTimer: Timer;
  private readonly serverEnd: ServerSocket;
  private session: ServerSession | null = null;
  /** The two ends see the connection open and close at different moments. */
  private clientOpen = false;
  private clientGone = false;
  private serverOpen = false;
  private frozen = false;
  private dead = false;
  private cutNextFrame = false;
  /** What the dialect sends while it is still accepting; it leaves after the handshake's answer. */
  private deferred: (() => void)[] | null = null;

  constructor(options: InMemorySocketOptions) {
    this.options = options;
    this.serverEnd = this.makeServerEnd();
    this.toExchange = new Lane(options.clock);
    this.toClient = new Lane(options.clock);
    this.connectTimer = options.clock.after(options.connectTimeoutMs, () => {
      if (!this.clientOpen) this.lose(new Error(`no connection within ${options.connectTimeoutMs} ms`));
    });
    this.travel(this.toExchange, () => this.arrive());
  }

  private travel(lane: Lane, run: () => void): void {
    // At least a hair, so that nothing ever happens inside the call that caused it.
    lane.add(Math.max(this.options.networkMs, 0.001), run);
  }

  private readonly carrier: Carrier = {
    freeze: () => {
      this.frozen = true;
    },
    cut: () => this.cut(),
    cutMidFrame: () => {
      this.cutNextFrame = true;
    },
  };

  // ---- the exchange's end

  private arrive(): void {
    const { exchange, url } = this.options;
    if (this.clientGone) return;
    const { host, pathname } = new URL(url);
    if (exchange === null) return this.lose(new Error(`getaddrinfo ENOTFOUND ${host}`));
    if (exchange.refuses()) return this.lose(new Error(`connect ECONNREFUSED ${host}`));
    this.serverOpen = true;
    const start = url.indexOf('?');
    const query = start < 0 ? '' : url.slice(start + 1);
    const greeting: (() => void)[] = [];
    this.deferred = greeting;
    const answer = exchange.connect(this.serverEnd, this.carrier, pathname, query, { host });
    this.deferred = null;
    if ('status' in answer) {
      this.serverOpen = false;
      this.travel(this.toClient, () => this.lose(new HandshakeError(answer)));
      return;
    }
    // A fault may have struck while the dialect was accepting.
    if (!this.serverOpen) return answer.onClose();
    this.session = answer;
    this.travel(this.toClient, () => {
      if (this.clientGone || this.frozen) return;
      this.clientOpen = true;
      this.connectTimer.cancel();
      this.tell((handlers) => handlers.onOpen());
    });
    for (const send of greeting) send();
  }

  private makeServerEnd(): ServerSocket {
    const isOpen = (): boolean => this.serverOpen;
    const emit = (send: () => void): void => {
      if (this.deferred === null) send();
      else this.deferred.push(send);
    };
    const { remote } = this.options;
    return {
      remote,
      get isOpen() {
        return isOpen();
      },
      send: (data) => emit(() => this.sendToClient(data)),
      ping: (payload) => emit(() => this.pingClient(payload)),
      close: (code, reason) => emit(() => this.closeFromServer(code, reason)),
      terminate: () => emit(() => this.cut()),
    };
  }

  private sendToClient(data: string | Buffer): void {
    if (!this.serverOpen) return;
    this.options.exchange?.frameOut(this.carrier);
    if (!this.serverOpen || this.frozen) return;
    if (this.cutNextFrame) return this.cut();
    const binary = typeof data !== 'string';
    // Its own memory in any case: others may be sent the same bytes.
    const bytes = Buffer.from(data);
    this.travel(this.toClient, () => {
      if (!this.clientOpen || this.frozen) return;
      this.tell((handlers) => handlers.onFrame(bytes, binary));
      // As over a real socket, which reads the next one into the same memory.
      bytes.fill(0);
    });
  }

  private pingClient(payload: string): void {
    if (!this.serverOpen || this.frozen) return;
    this.travel(this.toClient, () => {
      if (!this.clientOpen || this.frozen || this.dead) return;
      this.options.takesPing(() => {
        this.travel(this.toExchange, () => {
          if (this.serverOpen && !this.frozen) this.session?.onPong?.(payload);
        });
      });
      this.tell((handlers) => handlers.onPing?.());
    });
  }

  private closeFromServer(code: number, reason: string): void {
    if (!this.serverOpen) return;
    this.endServer();
    this.travel(this.toClient, () => {
      if (!this.frozen) this.endClient(code, reason);
    });
  }

  /** Both ends lose the connection without a closing handshake; what was already under way to the client still arrives before. */
  private cut(): void {
    if (!this.serverOpen) return;
    this.endServer();
    this.travel(this.toClient, () => {
      if (!this.frozen) this.endClient(ABNORMAL, '');
    });
  }

  private endServer(): void {
    if (!this.serverOpen) return;
    this.serverOpen = false;
    const { session } = this;
    this.session = null;
    session?.onClose();
  }

  // ---- the client's end

  get isOpen(): boolean {
    return this.clientOpen;
  }

  send(text: string): boolean {
    if (!this.clientOpen) return false;
    this.travel(this.toExchange, () => {
      if (this.serverOpen && !this.frozen) this.session?.onFrame(text);
    });
    return true;
  }

  ping(): void {
    if (!this.clientOpen) return;
    this.travel(this.toExchange, () => {
      if (!this.serverOpen || this.frozen) return;
      this.session?.onPing?.();
      this.travel(this.toClient, () => {
        if (this.clientOpen && !this.frozen) this.tell((handlers) => handlers.onPong?.());
      });
    });
  }

  close(): void {
    if (this.clientGone) return;
    const wasOpen = this.clientOpen;
    this.clientOpen = false;
    if (!wasOpen) return this.terminate();
    // Nobody waits for ever for the other end's half of the handshake.
    this.options.clock.after(CLOSE_PATIENCE_MS, () => {
      if (this.clientGone) return;
      this.endClient(ABNORMAL, '');
      this.travel(this.toExchange, () => this.endServer());
    });
    this.travel(this.toExchange, () => {
      if (this.frozen) return;
      this.endServer();
      this.travel(this.toClient, () => this.endClient(1000, ''));
    });
  }

  terminate(): void {
    if (this.clientGone) return;
    this.clientOpen = false;
    this.options.clock.after(0, () => this.endClient(ABNORMAL, ''));
    // What is frozen carries nothing, but the exchange does not keep what its client has let go.
    this.travel(this.toExchange, () => this.endServer());
  }

  /** As `terminate`, but nobody on this side is left to be told. */
  die(): void {
    this.dead = true;
    this.terminate();
  }

  private lose(error: Error): void {
    this.endClient(ABNORMAL, '', error);
    this.endServer();
  }

  private endClient(code: number, reason: string, error?: Error): void {
    if (this.clientGone) return;
    this.clientGone = true;
    this.clientOpen = false;
    this.connectTimer.cancel();
    this.options.onGone();
    if (this.dead) return;
    if (error === undefined) this.options.handlers.onClose(code, reason);
    else this.options.handlers.onClose(code, reason, error);
  }

  private tell(act: (handlers: SocketHandlers) => void): void {
    if (!this.dead && !this.clientGone) act(this.options.handlers);
  }
}
