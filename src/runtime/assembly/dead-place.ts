// What the supervisor does for one place of a strategy that is dead: revokes there, and says how long a request of the dead may still arrive.

import type { TradingPlace } from '../../domain/live-trade.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import type { RememberedOrder } from '../../orders/journal.ts';
import type { SweepResult, SweepTask } from '../clean-up.ts';
import { openAccount, sweepAccount, type AccessEnvironment } from './account-access.ts';
import { QUERIES_AT_ONCE } from './sweep.ts';

const TIME_LIMIT_MS = 10_000;
/** Most of what was on its way arrives within this: it is worth waiting for before the next life begins. */
const STRAGGLER_MS = 300;
/** A request may leave this long after its order was noted - it waited for a rate limit, or for the clock -, and clocks are not exact. */
const LEAVES_LATER_MS = 10_000;

interface DeadPlace extends SweepTask {
  readonly place: TradingPlace;
  /** The strategy's unfinished orders in the journal; null: there is none, or it cannot be read. */
  readonly remembered: readonly RememberedOrder[] | null;
  /** Told what the exchange lists, before it is canceled. */
  readonly onListed?: (reports: readonly OrderReport[]) => void;
}

/** Nothing was ever heard of it, and its request may not have arrived yet. @param from, before our clock, ms: when it must have been made */
function isUnderWay({ intent, reports }: RememberedOrder, from: number, before: number): boolean {
  return intent !== null && reports.length === 0 && intent.at > from && intent.at < before;
}

export async function sweepDeadPlace(
  { place, trigger, madeBefore, remembered, onListed }: DeadPlace,
  environment: AccessEnvironment,
): Promise<SweepResult> {
  const { symbol, strategy, unfinishedOrders } = place;
  const access = openAccount(place, environment);
  const { placementValidMs } = access.exchange.capabilities;
  const from = environment.clock.now() - placementValidMs - LEAVES_LATER_MS;
  try {
    const receipt = await sweepAccount(
      access,
      {
        symbol,
        trigger,
        whose: unfinishedOrders.whose,
        strategy,
        remembered: remembered ?? [],
        madeBefore,
        timeLimitMs: TIME_LIMIT_MS,
        stragglerMs: STRAGGLER_MS,
        mostQueries: QUERIES_AT_ONCE,
        onListed,
      },
      environment,
    );
    const mayArrive =
      remembered === null || remembered.some((order) => isUnderWay(order, from, madeBefore ?? Infinity));
    return { receipt, arrivesWithinMs: mayArrive ? placementValidMs : 0 };
  } finally {
    await access.connector.close();
  }
}
