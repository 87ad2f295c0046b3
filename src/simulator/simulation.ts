// Whole exchanges inside a process on a virtual clock: for tests that run a client's whole stack in no time, from one seed.
// The same exchanges on real ports are server.ts's; the wire in between is in-memory.ts.

import { VirtualClock } from '../runtime/virtual-clock.ts';
import { assemble, type SimulatorOptions } from './assemble.ts';
import type { AccountSettings } from './engine/account.ts';
import type { MatchingVenue } from './engine/venue.ts';
import type { SimulatedExchange } from './exchange.ts';
import type { FaultsGroup } from './faults/faults-group.ts';
import { inMemoryTransport, type InMemoryOptions, type InMemoryTransport } from './in-memory.ts';

export interface SimulationOptions extends SimulatorOptions {
  /** Default: a new one. */
  readonly clock?: VirtualClock;
}

export interface Simulation {
  readonly clock: VirtualClock;
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly accounts: readonly AccountSettings[];
  readonly exchanges: ReadonlyMap<string, SimulatedExchange>;
  readonly venue: (exchange: string) => MatchingVenue;
  readonly faults: FaultsGroup;
  /** The network of one client process; each call is another process (another address, if told so). */
  readonly transport: (options?: InMemoryOptions) => InMemoryTransport;
  readonly close: () => void;
}

/** A few milliseconds each way, never the same twice. */
const DEFAULT_LATENCY = { wayIn: { fixedMs: 1, jitterMs: 3 }, wayOut: { fixedMs: 1, jitterMs: 3 } };

/**
 * Everything is deterministic: the same options and the same client give the same run.
 * Nothing happens until the clock is advanced.
 */
export async function createSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const clock = options.clock ?? new VirtualClock();
  const assembled = await assemble({ latency: DEFAULT_LATENCY, ...options }, clock, (work) => clock.hold(work));
  if (options.replay !== undefined) await clock.runFor(assembled.ready);
  const hosts = new Map<string, SimulatedExchange>();
  const endpoints: Record<string, Readonly<Record<string, string>>> = {};
  for (const [name, exchange] of assembled.exchanges) {
    const host = `${name}.simulated`;
    hosts.set(host, exchange);
    endpoints[name] = exchange.dialect.endpoints(`http://${host}`, `ws://${host}`);
  }
  return {
    clock,
    endpoints,
    accounts: assembled.accounts,
    exchanges: assembled.exchanges,
    venue: (name) => assembled.venue(name),
    faults: assembled.faults,
    transport: (settings) => inMemoryTransport(hosts, clock, settings),
    close: () => assembled.close(),
  };
}
