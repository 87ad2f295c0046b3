// The life of an order as a ladder: knowledge only climbs it. The strange-but-legal rungs are explained at the rung.

import type { ReportedLife } from './order-report.ts';
import {
  ORDER_STATUS_CANCELED,
  ORDER_STATUS_FAILED,
  ORDER_STATUS_FILLED,
  ORDER_STATUS_NONE,
  ORDER_STATUS_PARTIAL_FILLED,
  ORDER_STATUS_SUBMITTED,
  type OrderStatus,
} from './order.ts';

/** What is known of an order's life, from nothing to the last word. */
export type Life = 'unseen' | ReportedLife;

/**
 * Rungs, lowest first. The merge keeps the highest rung it ever heard.
 * - `presumed-failed` stands below `open`: it was inferred from silence, so any evidence that the order exists reopens it.
 * - `presumed-canceled` stands above `open`: it was inferred of an order that had been open. `reopened` stands above what it proves wrong.
 * - `canceled` stands above `failed`: an exchange that cancels an order had accepted it, whatever an earlier refusal said.
 * - `filled` stands above `canceled`: a cancel can be reported before the last fill that beat it.
 */
export const LADDER: readonly Life[] = [
  'unseen',
  'presumed-failed',
  'open',
  'presumed-canceled',
  'failed',
  'reopened',
  'canceled',
  'filled',
];

const RUNG: Readonly<Record<Life, number>> = {
  unseen: 0,
  'presumed-failed': 1,
  open: 2,
  'presumed-canceled': 3,
  failed: 4,
  reopened: 5,
  canceled: 6,
  filled: 7,
};

export function higher(a: Life, b: Life): Life {
  return a === b || RUNG[a] >= RUNG[b] ? a : b;
}

/** What is only presumed counts as ended for the strategy, though it may be reopened. */
export function isEnded(life: Life): boolean {
  return life !== 'unseen' && life !== 'open' && life !== 'reopened';
}

export function isPresumed(life: Life): boolean {
  return life === 'presumed-failed' || life === 'presumed-canceled';
}

/** The status a strategy sees, from the rung and from whether something, or everything, was filled. */
export function statusOf(life: Life, filled: 'nothing' | 'part' | 'all'): OrderStatus {
  if (life === 'filled' || filled === 'all') return ORDER_STATUS_FILLED;
  switch (life) {
    case 'unseen':
      return filled === 'part' ? ORDER_STATUS_PARTIAL_FILLED : ORDER_STATUS_NONE;
    case 'open':
    case 'reopened':
      return filled === 'part' ? ORDER_STATUS_PARTIAL_FILLED : ORDER_STATUS_SUBMITTED;
    case 'presumed-failed':
      // A fill proves that the order exists: the inference was wrong.
      return filled === 'part' ? ORDER_STATUS_PARTIAL_FILLED : ORDER_STATUS_FAILED;
    case 'failed':
      // A refused order has no fills; one with fills was accepted and then ended.
      return filled === 'part' ? ORDER_STATUS_CANCELED : ORDER_STATUS_FAILED;
    case 'presumed-canceled':
    case 'canceled':
      return ORDER_STATUS_CANCELED;
  }
}

/** Which statuses may follow which, as a strategy is told them (the documentation's diagram). Everything may stay as it is. */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  [ORDER_STATUS_NONE]: [
    ORDER_STATUS_SUBMITTED,
    ORDER_STATUS_PARTIAL_FILLED,
    ORDER_STATUS_FILLED,
    ORDER_STATUS_CANCELED,
    ORDER_STATUS_FAILED,
  ],
  [ORDER_STATUS_SUBMITTED]: [
    ORDER_STATUS_PARTIAL_FILLED,
    ORDER_STATUS_FILLED,
    ORDER_STATUS_CANCELED,
    ORDER_STATUS_FAILED,
  ],
  [ORDER_STATUS_PARTIAL_FILLED]: [ORDER_STATUS_FILLED, ORDER_STATUS_CANCELED],
  // A late fill can complete an order whose cancel was heard first. Only what was inferred from silence becomes open again.
  [ORDER_STATUS_CANCELED]: [ORDER_STATUS_FILLED, ORDER_STATUS_SUBMITTED, ORDER_STATUS_PARTIAL_FILLED],
  // Only what was inferred from silence comes back (SUBMITTED and onwards); a stated refusal can still turn out canceled or filled when evidence says so.
  [ORDER_STATUS_FAILED]: [
    ORDER_STATUS_SUBMITTED,
    ORDER_STATUS_PARTIAL_FILLED,
    ORDER_STATUS_CANCELED,
    ORDER_STATUS_FILLED,
  ],
  [ORDER_STATUS_FILLED]: [],
};
