// Rate budgets that remember which limits were asked for, so that `doctor` can show how much of each is used.

import type { RateBudget, RateBudgets } from '../wire/rate-budget.ts';

export interface BudgetUse {
  /** What is limited, in the exchange's words: `weight`, `orders`, `open-orders`. */
  readonly limit: string;
  readonly used: number;
  readonly capacity: number;
  readonly windowMs: number;
}

/** Budgets are kept by host, owner, limit, and what else tells two of them apart: of that only the limit is a word. */
function limitOf(key: string, accessKey: string): string {
  const [, ...parts] = key.split(':');
  return parts.filter((part) => part !== accessKey && part !== 'ip' && /^[a-z-]+$/.test(part)).join(' ');
}

export class NotedBudgets implements RateBudgets {
  private readonly inner: RateBudgets;
  private readonly noted = new Map<string, { budget: RateBudget; capacity: number; windowMs: number }>();

  constructor(inner: RateBudgets) {
    this.inner = inner;
  }

  get(key: string, limit: Parameters<RateBudgets['get']>[1]): RateBudget {
    const budget = this.inner.get(key, limit);
    this.noted.set(key, { budget, capacity: limit.capacity, windowMs: limit.windowMs });
    return budget;
  }

  /** The limits of which something is used, without what could give the key away. */
  uses(accessKey: string): BudgetUse[] {
    return [...this.noted]
      .map(([key, { budget, capacity, windowMs }]) => ({
        limit: limitOf(key, accessKey),
        used: budget.used,
        capacity,
        windowMs,
      }))
      .filter(({ used }) => used > 0);
  }
}
