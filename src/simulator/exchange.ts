// One simulated exchange: a venue, its market, its faults, its gateway and a dialect, with a door that carriers knock at.
// server.ts carries real sockets to it, in-memory.ts those of a simulation; neither knows what is behind the door.

import type { Clock } from '../seam/clock.ts';
import type { Random } from '../seam/random.ts';
import type {
  Dialect,
  DialectFactory,
  ServerSession,
  ServerSocket,
  SimulatorReply,
  SimulatorRequest,
} from './dialect.ts';
import type { MatchingVenue } from './engine/venue.ts';
import { Connections, type Carrier } from './faults/connections.ts';
import { Faults } from './faults/faults.ts';
import { SimulatorGateway, type Latency } from './gateway/gateway.ts';

/** Sums of fractional times are a hair off. */
const ROUNDING_MS = 0.001;

interface ExchangeOptions {
  readonly name: string;
  readonly venue: MatchingVenue;
  readonly dialect: DialectFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly seed: number | string;
  readonly wayIn?: Latency;
  readonly wayOut?: Latency;
  /** Told of what the dialect throws at a request, which then gets the dialect's internal error. Default: it is thrown on. */
  readonly onError?: (error: unknown) => void;
}

/** A request under way, as its carrier knows it. */
interface PendingRequest {
  /** Breaks the connection it came on: no answer will follow. */
  reset(): void;
}

/** Told when the address goes dark (for `ms`) and when it is back, so that a real server can stop listening meanwhile. */
interface NetworkListener {
  dark(): void;
  back(): void;
}

export class SimulatedExchange {
  readonly name: string;
  readonly venue: MatchingVenue;
  readonly faults: Faults;
  readonly gateway: SimulatorGateway;
  private readonly clock: Clock;
  private readonly connections = new Connections();
  private readonly pending = new Set<PendingRequest>();
  private readonly networkListeners = new Set<NetworkListener>();
  private readonly makeDialect: () => Dialect;
  private current: Dialect;
  private darkUntil = 0;
  private isDark = false;
  private isClosed = false;

  constructor(options: ExchangeOptions) {
    const { clock, venue, seed, name } = options;
    this.name = name;
    this.clock = clock;
    this.venue = venue;
    this.faults = new Faults({
      clock,
      seed,
      connections: this.connections,
      exchange: name,
      accountName: (uid) => venue.accountByUid(uid)?.name ?? null,
      setKeyValid: (accountName, valid) => {
        for (const account of venue.accounts) {
          if (accountName === null || account.name === accountName) account.permissions.valid = valid;
        }
      },
    });
    this.gateway = new SimulatorGateway({
      clock,
      random: options.random,
      venue,
      faults: this.faults,
      connections: this.connections,
      ...(options.wayIn === undefined ? {} : { wayIn: options.wayIn }),
      ...(options.wayOut === undefined ? {} : { wayOut: options.wayOut }),
      ...(options.onError === undefined ? {} : { onError: options.onError }),
    });
    this.faults.attach({ refuse: (ms) => this.refuse(ms), restart: (ms) => this.restart(ms) });
    this.makeDialect = () => options.dialect({ venue, gateway: this.gateway, clock, random: options.random });
    this.current = this.makeDialect();
  }

  get dialect(): Dialect {
    return this.current;
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Whether a connection attempt or a request that arrives now is refused. Counts as an occurrence for rules that count. */
  refuses(): boolean {
    return this.isDark || this.isClosed || this.faults.refuses();
  }

  listenNetwork(listener: NetworkListener): () => void {
    this.networkListeners.add(listener);
    return () => {
      this.networkListeners.delete(listener);
    };
  }

  /** `reply` is called at most once; `pending` is how the carrier breaks off when no reply will come. */
  request(request: SimulatorRequest, pending: PendingRequest, reply: (reply: SimulatorReply) => void): void {
    this.pending.add(pending);
    const reset = (): void => {
      if (this.pending.delete(pending)) pending.reset();
    };
    this.gateway.carrying({ carrier: null, reset }, () => {
      this.current.request(request, (answer) => {
        if (this.pending.delete(pending)) reply(answer);
      });
    });
  }

  /** The carrier gave up on a request (its client is gone). */
  abandon(pending: PendingRequest): void {
    this.pending.delete(pending);
  }

  /** Offers a connection to the dialect. The session that comes back must be used through the carrier's calls below. */
  connect(
    socket: ServerSocket,
    carrier: Carrier,
    path: string,
    query: string,
    headers: Readonly<Record<string, string>>,
  ): ServerSession | SimulatorReply {
    this.connections.opened(carrier);
    const answer = this.within(carrier, () => this.current.connect(socket, path, query, headers));
    if ('status' in answer) {
      this.connections.closed(carrier);
      return answer;
    }
    return {
      onFrame: (text) => this.within(carrier, () => answer.onFrame(text)),
      onPing: () => this.within(carrier, () => answer.onPing?.()),
      onPong: (payload) => this.within(carrier, () => answer.onPong?.(payload)),
      onClose: () => {
        this.connections.closed(carrier);
        answer.onClose();
      },
    };
  }

  /** To be called before a frame goes out on a connection: faults that count frames look at it and may strike the carrier. */
  frameOut(carrier: Carrier): void {
    const connection = this.connections.of(carrier);
    if (connection !== null) this.faults.frame(connection);
  }

  private within<T>(carrier: Carrier, handle: () => T): T {
    return this.gateway.carrying({ carrier, reset: () => carrier.cut() }, handle);
  }

  /** Refuses new connections and requests for `ms`; open sockets live on. */
  refuse(ms: number): void {
    this.darkUntil = Math.max(this.darkUntil, this.clock.monotonic() + ms);
    if (!this.isDark) {
      this.isDark = true;
      for (const listener of this.networkListeners) listener.dark();
    }
    this.waitForLight(ms);
  }

  private waitForLight(ms: number): void {
    this.clock.after(ms, () => {
      if (!this.isDark) return;
      // The system's timers may come a little early, and a later refusal may have made the night longer.
      const left = this.darkUntil - this.clock.monotonic();
      if (left > ROUNDING_MS) {
        this.waitForLight(left);
        return;
      }
      this.isDark = false;
      for (const listener of this.networkListeners) listener.back();
    });
  }

  /** Cuts every connection and request under way, forgets everything but the venue, and is unreachable for `ms`. */
  restart(ms: number): void {
    this.refuse(ms);
    this.cutAll();
    this.current.close();
    this.current = this.makeDialect();
  }

  private cutAll(): void {
    for (const { carrier, registrations } of this.connections.all()) {
      if (carrier !== null) carrier.cut();
      else for (const registration of registrations) registration.cut();
    }
    const pending = [...this.pending];
    this.pending.clear();
    for (const request of pending) request.reset();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cutAll();
    this.current.close();
    this.faults.close();
    this.gateway.close();
    this.venue.retention.stop();
  }
}
