// The simulator's public surface: start it on real ports or inside a process, inject faults, look into its engine.
// Named re-exports, nothing else.

export {
  startSimulator,
  type RunningSimulator,
  type SimulatorCredentials,
  type SimulatorServerOptions,
} from './server.ts';
export { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';
export type { SimulatorOptions } from './assemble.ts';
export { SimulatedExchange } from './exchange.ts';
export { inMemoryTransport, type InMemoryOptions, type InMemoryTransport } from './in-memory.ts';
export { createVenue, MatchingVenue, type VenueOptions } from './engine/venue.ts';
export type { AccountSettings } from './engine/account.ts';
export type { RetentionOptions } from './engine/retention.ts';
export { DEFAULT_LISTINGS, defaultAccounts, type Listing } from './defaults.ts';
export { DIALECTS } from './dialects.ts';
export { FaultsGroup } from './faults/faults-group.ts';
export { Faults, type InjectedFault, type Strike } from './faults/faults.ts';
export { FaultPlanError, loadFaults, parseFaults, resolveFaults } from './faults/load.ts';
export { FAULT_PLANS } from './faults/plans.ts';
export { FAULT_NAMES, FAULTS, type FaultName, type FaultPlan, type FaultRule } from './faults/vocabulary.ts';
export type { Latency } from './gateway/gateway.ts';
