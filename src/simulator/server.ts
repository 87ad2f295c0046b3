// The simulator as a server: every exchange on a real port of its own, on this machine only unless told otherwise.
// What is simulated is put together in assemble.ts; one port is server-port.ts's business.

import { realClock } from '../runtime/real-clock.ts';
import type { Clock } from '../seam/clock.ts';
import { assemble, type SimulatorOptions } from './assemble.ts';
import type { RetentionOptions } from './engine/retention.ts';
import type { MatchingVenue } from './engine/venue.ts';
import type { SimulatedExchange } from './exchange.ts';
import type { FaultsGroup } from './faults/faults-group.ts';
import { ServerPort } from './server-port.ts';

export interface SimulatorServerOptions extends SimulatorOptions {
  /** The first exchange's port, the others on the next ones; 0 (default) takes any free ports. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** What a client needs to trade on an account. */
export interface SimulatorCredentials {
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly passphrase: string;
}

export interface RunningSimulator {
  /** Per exchange what a client is configured with. */
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly accounts: readonly SimulatorCredentials[];
  readonly exchanges: ReadonlyMap<string, SimulatedExchange>;
  /** The engine behind one exchange. Throws RangeError when it is not simulated. */
  readonly venue: (exchange: string) => MatchingVenue;
  readonly faults: FaultsGroup;
  /** What a recording is played on; null without one. */
  readonly recordedSymbol: string | null;
  /** Cuts every connection, frees the ports, stops the markets. */
  readonly close: () => Promise<void>;
}

/** A server may run for weeks: what is longer ago than exchanges themselves list is of no use to anybody. */
const RETENTION: RetentionOptions = { maxAgeMs: 7 * 86_400_000, maxFinished: 50_000 };

/**
 * Starts listening and resolves when clients may come and every market has a book.
 * @throws RangeError for an unknown exchange, FaultPlanError, the error of an unreadable recording, the system's error for a port
 */
export async function startSimulator(options: SimulatorServerOptions = {}): Promise<RunningSimulator> {
  const clock = options.clock ?? realClock;
  const assembled = await assemble({ idsFromTime: true, retention: RETENTION, ...options }, clock);
  const onError =
    options.onError ??
    ((error: unknown): void => {
      clock.after(0, () => {
        throw error;
      });
    });
  const ports: ServerPort[] = [];
  const close = async (): Promise<void> => {
    assembled.close();
    await Promise.all(ports.map((port) => port.close()));
  };
  const endpoints: Record<string, Readonly<Record<string, string>>> = {};
  try {
    for (const [name, exchange] of assembled.exchanges) {
      const port = await ServerPort.open(exchange, {
        host: options.host ?? '127.0.0.1',
        port: options.port === undefined || options.port === 0 ? 0 : options.port + ports.length,
        onError,
      });
      ports.push(port);
      endpoints[name] = exchange.dialect.endpoints(port.httpOrigin, port.wsOrigin);
    }
    await assembled.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    endpoints,
    accounts: assembled.accounts.map(({ name, accessKey, secretKey, passphrase }) => ({
      name,
      accessKey,
      secretKey,
      passphrase,
    })),
    exchanges: assembled.exchanges,
    venue: (name) => assembled.venue(name),
    faults: assembled.faults,
    recordedSymbol: assembled.recordedSymbol,
    close,
  };
}
