// The faults of several exchanges in one hand: injected everywhere, or where a rule's `exchange` says.
// Each exchange's own faults are in faults.ts and can also be driven alone.

import type { Faults, InjectedFault, Strike } from './faults.ts';
import type { FaultName, FaultPlan, FaultRule } from './vocabulary.ts';

export class FaultsGroup {
  private readonly members: ReadonlyMap<string, Faults>;

  constructor(members: ReadonlyMap<string, Faults>) {
    this.members = members;
  }

  /** @throws ZodError naming the field of a rule that is not one; RangeError when a rule names an exchange that is not here */
  inject(rules: FaultRule | readonly FaultRule[] | FaultPlan): InjectedFault {
    const list = 'rules' in rules ? rules.rules : rules;
    for (const rule of 'fault' in list ? [list] : list) {
      if (rule.exchange !== undefined && !this.members.has(rule.exchange)) {
        throw new RangeError(
          `exchange: "${rule.exchange}" is not simulated here; there are ${[...this.members.keys()].join(', ')}`,
        );
      }
    }
    const injected = Array.from(this.members.values(), (faults) => faults.inject(list));
    return {
      remove: () => {
        for (const each of injected) each.remove();
      },
      get strikes() {
        return injected.reduce((sum, each) => sum + each.strikes, 0);
      },
    };
  }

  clear(): void {
    for (const faults of this.members.values()) faults.clear();
  }

  /** How often each fault has struck, on all exchanges together. */
  get struck(): ReadonlyMap<FaultName, number> {
    const sums = new Map<FaultName, number>();
    for (const faults of this.members.values()) {
      for (const [name, count] of faults.struck) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return sums;
  }

  onStrike(listener: (strike: Strike) => void): () => void {
    const stops = Array.from(this.members.values(), (faults) => faults.onStrike(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }
}
