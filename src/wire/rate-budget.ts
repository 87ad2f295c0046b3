// Rate budgets: how many requests may still be sent, per IP and per account. One governor per limit, shared by the whole process.

import type { Clock } from '../seam/clock.ts';

/** Cancels never wait behind others: they have a reserve of their own. */
export type Priority = 'cancel' | 'order' | 'query';

/** All budgets of the process, by key (e.g. `host:weight`, `accessKey:orders`). */
export interface RateBudgets {
  get(key: string, limit: { readonly clock: Clock; readonly capacity: number; readonly windowMs: number; readonly aligned: boolean; readonly cancelReserve: number }): RateBudget;
}

export interface RateBudget {
  /** True and taken when `cost` fits now. */
  tryTake(cost: number, priority: Priority): boolean;
  /** Resolves when `cost` was taken; in order of priority, then of arrival. */
  take(cost: number, priority: Priority): Promise<void>;
  /** The exchange says that `used` of the window is gone: the higher figure counts. */
  correct(used: number): void;
  /** The exchange says to keep away for this long. */
  blockFor(ms: number): void;
  /** ms until `cost` could be taken, 0 when now. */
  waitTime(cost: number, priority: Priority): number;
  readonly used: number;
}
