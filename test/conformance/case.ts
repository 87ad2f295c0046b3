// A case of the suite: what it shows, what an exchange must be able to do for it, and the steps.
import type { Capabilities } from '../../src/exchanges/exchange.ts';
import type { SimulationOptions } from '../../src/simulator/simulation.ts';
import type { Stage } from './stage.ts';

export interface Case {
  readonly name: string;
  /** Absent: every exchange must pass. */
  readonly needs?: (capabilities: Capabilities) => boolean;
  readonly simulation?: SimulationOptions;
  readonly run: (stage: Stage, capabilities: Capabilities) => Promise<void>;
}

export interface Chapter {
  readonly title: string;
  readonly cases: readonly Case[];
}
