// What shall happen to unfinished orders, and the record of what did: the policy of an account and the receipt of a revoke.
// Who carries it out: orders/ for a running strategy, runtime/assembly/sweep.ts for one that is dead.

import type { Platform } from './platform.ts';

/** `all`: every unfinished order of the symbol, whoever placed it. `own`: those whose client order id carries the strategy. */
export type Whose = 'all' | 'own';

/**
 * - `revoke`: canceled, and confirmed with the exchange.
 * - `keep`: left alone. The strategy still sees them when it starts.
 * - `adopt` (start only): left alone and taken on as the strategy's own.
 */
export interface UnfinishedOrders {
  readonly start: 'revoke' | 'keep' | 'adopt';
  readonly stop: 'revoke' | 'keep';
  /** The process died: what the supervisor does, and whether the exchange's own dead man's switch is armed. */
  readonly crash: 'revoke' | 'keep';
  readonly whose: Whose;
}

/**
 * How a strategy's process ends.
 * - `stop`: in order, because somebody wanted it to.
 * - `failure`: in order, but nobody wanted it to: an error that nobody caught, a supervisor that is gone.
 * - `crash`: it is dead, and could do nothing any more.
 */
export type Ending = 'stop' | 'failure' | 'crash';

/** A failure is a stop and a crash in one: orders are kept only where both are to keep them. */
export function isRevokedAt(ending: Ending, { stop, crash }: UnfinishedOrders): boolean {
  if (ending === 'failure') return stop === 'revoke' || crash === 'revoke';
  return (ending === 'stop' ? stop : crash) === 'revoke';
}

/** At the start the strategy decides, as in the course (`revokeOrder()` in `onInit`); afterwards nothing is left unwatched. */
export const DEFAULT_UNFINISHED_ORDERS: UnfinishedOrders = {
  start: 'adopt',
  stop: 'revoke',
  crash: 'revoke',
  whose: 'all',
};

/** `strategy`: its own `revokeOrder()`. `command`: `aioquant revoke`. */
export type RevokeTrigger = 'start' | 'strategy' | 'stop' | 'crash' | 'command';

/** What one revoke of everything came to, ending with the exchange's own last word. */
export interface RevokeReceipt {
  readonly trigger: RevokeTrigger;
  readonly platform: Platform;
  readonly account: string;
  readonly symbol: string;
  readonly whose: Whose;
  /** Order ids that were open. */
  readonly found: readonly string[];
  readonly revoked: readonly string[];
  /** Filled in the race with the cancel. */
  readonly filled: readonly string[];
  /** Still open, or not known to be gone. */
  readonly left: readonly string[];
  /** Why something is left, or why nothing could be asked; null when all went well. */
  readonly error: string | null;
  /** Our clock, ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** When the exchange last said that none is left (our clock, ms); null when it did not. */
  readonly confirmedAt: number | null;
}

/** Nothing is left, and that is more than a belief: the exchange said so, or nothing can ever have been placed. */
export function isConfirmed({ error, left }: Pick<RevokeReceipt, 'left' | 'error'>): boolean {
  return error === null && left.length === 0;
}

/** What a receipt comes to, in words. */
interface ReceiptSummary {
  /** See isConfirmed. */
  readonly confirmed: boolean;
  /** How many are left; `?` when none is known to be, but the exchange could not be asked to the end. */
  readonly left: string;
  /** `5 unfinished, 4 revoked, 1 filled meanwhile, 0 left`. */
  readonly counts: string;
  /** `none left`, or why that cannot be said. */
  readonly says: string;
}

export function describeReceipt({ found, revoked, filled, left, error }: RevokeReceipt): ReceiptSummary {
  const confirmed = isConfirmed({ left, error });
  const count = confirmed || left.length > 0 ? String(left.length) : '?';
  return {
    confirmed,
    left: count,
    counts: `${found.length} unfinished, ${revoked.length} revoked, ${filled.length} filled meanwhile, ${count} left`,
    says: confirmed ? 'none left' : (error ?? 'orders are still open'),
  };
}
