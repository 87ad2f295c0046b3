// Whose orders a command is about: everybody's, or with --own those of one strategy, which the journal helps to tell.

import { exchangeOf } from '../exchanges/index.ts';
import type { Concern } from '../runtime/assembly/concern.ts';
import { readRemembered, scopeOf } from '../runtime/assembly/journal.ts';
import { accountProblem } from '../runtime/config-accounts.ts';
import type { Target } from './selected-accounts.ts';

export type ConcernOf = (target: Target) => Concern;

/** @param own the strategy; none: everybody's */
export async function whoseOrders(
  own: string | undefined,
  targets: readonly Target[],
  journal: string | undefined,
): Promise<ConcernOf> {
  if (own === undefined) return () => ({ whose: 'all', strategy: '', remembered: [], madeBefore: null });
  // One account with a mistake in it must not keep the others from being looked into; that it cannot be reached is told where it is tried.
  const sound = targets.filter(({ settings }) => accountProblem(settings) === null);
  const scopes = sound.map(({ settings: { platform, name, endpoints }, symbol }) =>
    scopeOf({ platform, account: name, symbol, strategy: own, endpoints: exchangeOf(platform).endpoints(endpoints) }),
  );
  const remembered = await readRemembered(journal, scopes);
  return (target) => ({
    whose: 'own',
    strategy: own,
    remembered: remembered?.[sound.indexOf(target)] ?? [],
    madeBefore: null,
  });
}
