// The open connections a fault can strike: who carries each (a real socket, a socket in memory) and what its dialect says it is for.
// Dialects register through the gateway; carriers (server.ts, in-memory.ts) report their sockets through exchange.ts.

import type { StreamKind } from '../gateway.ts';

/** What a carrier can do to one of its sockets. */
export interface Carrier {
  /** Stops carrying either way, without closing. */
  freeze(): void;
  /** Drops it without a closing handshake. */
  cut(): void;
  /** Writes half of the next frame and drops it. */
  cutMidFrame(): void;
}

/** What a dialect can do to, and knows of, one of its connections. */
export interface Registration {
  readonly stream: StreamKind;
  accountUid(): number | null;
  cut(): void;
  expire(): void;
}

export interface Connection {
  /** Null when a dialect registers something that nobody carries, as in tests of the gateway alone. */
  readonly carrier: Carrier | null;
  readonly registrations: Set<Registration>;
}

export class Connections {
  private readonly byCarrier = new Map<Carrier, Connection>();
  private readonly uncarried = new Set<Connection>();

  opened(carrier: Carrier): void {
    this.byCarrier.set(carrier, { carrier, registrations: new Set() });
  }

  closed(carrier: Carrier): void {
    this.byCarrier.delete(carrier);
  }

  register(registration: Registration, carrier: Carrier | null): () => void {
    const known = carrier === null ? undefined : this.byCarrier.get(carrier);
    if (known !== undefined) {
      known.registrations.add(registration);
      return () => {
        known.registrations.delete(registration);
      };
    }
    const alone: Connection = { carrier: null, registrations: new Set([registration]) };
    this.uncarried.add(alone);
    return () => {
      this.uncarried.delete(alone);
    };
  }

  of(carrier: Carrier): Connection | null {
    return this.byCarrier.get(carrier) ?? null;
  }

  /** A copy: striking changes the set. */
  all(): Connection[] {
    return [...this.byCarrier.values(), ...this.uncarried];
  }

  get size(): number {
    return this.byCarrier.size + this.uncarried.size;
  }
}
