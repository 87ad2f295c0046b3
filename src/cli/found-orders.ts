// Asks many accounts for their unfinished orders at once. Showing and revoking them is the commands' part.

import type { OrderReport } from '../domain/order-report.ts';
import type { AccessEnvironment } from '../runtime/assembly/account-access.ts';
import { concerned } from '../runtime/assembly/concern.ts';
import { explain, inParallel, reach } from './reached-accounts.ts';
import type { Target } from './selected-accounts.ts';
import { counted, Progress } from './terminal.ts';
import type { ConcernOf } from './whose-orders.ts';

export interface Found {
  readonly target: Target;
  readonly orders: readonly OrderReport[];
  /** Why the exchange could not be asked; null when it answered. */
  readonly problem: string | null;
}

/** How many accounts answered. */
export function countAsked(found: readonly Found[]): number {
  return new Set(found.filter(({ problem }) => problem === null).map(({ target }) => target.settings.name)).size;
}

/**
 * What the exchanges were asked for, and answered: ` of BTC/USDT, EOS/USDT on 3 accounts`, and each kind of account by itself where their symbols
 * differ. @param own the strategy, when it is about its orders only
 */
export function describeAsked(found: readonly Found[], own: string | undefined): string {
  const bySymbols = new Map<string, string[]>();
  for (const group of byAccount(found.filter(({ problem }) => problem === null).map(({ target }) => target))) {
    const symbols = group
      .map(({ symbol }) => symbol)
      .toSorted()
      .join(', ');
    const name = group[0]?.settings.name ?? '';
    bySymbols.set(symbols, [...(bySymbols.get(symbols) ?? []), name]);
  }
  const parts = [...bySymbols].map(([symbols, names]) => {
    const [name = ''] = names;
    const which = bySymbols.size > 1 && names.length === 1 ? name : counted(names.length, 'account');
    return `of ${symbols} on ${which}`;
  });
  return `${own === undefined ? '' : ` placed by ${own}`} ${parts.join(', ')}`;
}

/** How many orders the exchanges told of. */
export function countOrders(found: readonly Found[]): number {
  return found.reduce((sum, { orders }) => sum + orders.length, 0);
}

/** Targets of the same account use one connection. */
export function byAccount(targets: readonly Target[]): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const group = groups.get(target.settings.name);
    if (group === undefined) groups.set(target.settings.name, [target]);
    else group.push(target);
  }
  return [...groups.values()];
}

async function findOn(
  targets: readonly Target[],
  concernOf: ConcernOf,
  environment: AccessEnvironment,
): Promise<Found[]> {
  const [first] = targets;
  if (first === undefined) return [];
  const failed = (problem: string): Found[] => targets.map((target) => ({ target, orders: [], problem }));
  const { access, problem } = reach(first.settings, environment);
  if (access === null) return failed(problem);
  const { connector } = access;
  try {
    const [, failure] = await connector.prepare();
    if (failure !== null) return failed(explain(failure));
    return await Promise.all(
      targets.map(async (target) => {
        const [instrument, unknown] = await connector.instrument(target.symbol);
        if (unknown !== null) return { target, orders: [], problem: explain(unknown) };
        const [orders, error] = await connector.trading.openOrders(instrument);
        if (error !== null) return { target, orders: [], problem: explain(error) };
        const concerns = concerned(concernOf(target), () => connector.clockOffset());
        return { target, orders: orders.filter(concerns), problem: null };
      }),
    );
  } finally {
    await connector.close();
  }
}

export async function findOrders(
  targets: readonly Target[],
  concernOf: ConcernOf,
  environment: AccessEnvironment,
): Promise<Found[]> {
  const groups = byAccount(targets);
  const progress = new Progress();
  let done = 0;
  progress.show(`asking ${counted(groups.length, 'account')} …`);
  const found = await inParallel(groups, async (group) => {
    const answers = await findOn(group, concernOf, environment);
    progress.show(`asked ${++done} of ${groups.length} accounts`);
    return answers;
  });
  progress.clear();
  return found.flat();
}
