// What the active rules do to one request: lose it, answer something else, lose or delay the answer.
// Pure decision; the gateway carries it out.

import type { FailureKind } from '../gateway.ts';
import type { ActiveRule } from './active-rule.ts';

export interface RequestDecision {
  /** Never reaches the engine, never answered. */
  lost: boolean;
  /** Executed (unless `failure` says otherwise), never answered. */
  replyLost: boolean;
  /** Reset the connection that carried what is lost. */
  reset: boolean;
  failure: { readonly kind: FailureKind; readonly executes: boolean; readonly retryAfterMs: number } | null;
  extraWayIn: number;
  extraWayOut: number;
}

const RETRY_AFTER_MS = 5000;
const BAN_MS = 120_000;
const MAINTENANCE_MS = 10_000;
const LATE_MS: readonly [number, number] = [500, 3000];
const AFTER_PUSHES_MS = 20;

export function untouched(): RequestDecision {
  return { lost: false, replyLost: false, reset: false, failure: null, extraWayIn: 0, extraWayOut: 0 };
}

function lateness(rule: ActiveRule): number {
  const [least, most] = LATE_MS;
  return rule.rule.delayMs === undefined ? least + rule.random.next() * (most - least) : rule.delay(0);
}

/** Lets one matching rule act on `decision`. Returns whether it struck. Of several failures the first rule's counts. */
export function applyToRequest(rule: ActiveRule, decision: RequestDecision): boolean {
  const fail = (kind: FailureKind, executes: boolean, retryAfterMs = 0): void => {
    decision.failure ??= { kind, executes, retryAfterMs };
  };
  const failFor = (kind: FailureKind, ms: number, executes = false): boolean => {
    const left = rule.occursInWindow(ms);
    if (left !== null) fail(kind, executes, Number.isFinite(left) ? Math.ceil(left) : 0);
    return left !== null;
  };
  switch (rule.fault) {
    case 'rate-limit':
      return failFor('rate-limit', rule.rule.retryAfterMs ?? RETRY_AFTER_MS, rule.rule.executed === true);
    case 'ban':
      return failFor('ban', rule.rule.retryAfterMs ?? BAN_MS);
    case 'maintenance':
      return failFor('maintenance', rule.rule.durationMs ?? MAINTENANCE_MS);
    case 'key-revoked':
      return failFor('key-revoked', rule.rule.durationMs ?? Number.POSITIVE_INFINITY);
    default:
  }
  if (!rule.occurs()) return false;
  switch (rule.fault) {
    case 'request-lost':
      decision.lost = true;
      decision.reset ||= rule.rule.how === 'reset';
      break;
    case 'reply-lost':
      decision.replyLost = true;
      decision.reset ||= rule.rule.how === 'reset';
      break;
    case 'reply-late':
      decision.extraWayOut += lateness(rule);
      break;
    case 'request-late':
      decision.extraWayIn += lateness(rule);
      break;
    case 'push-before-reply':
      decision.extraWayOut += rule.delay(AFTER_PUSHES_MS);
      break;
    case 'server-error-executed':
      fail('server-error', true);
      break;
    case 'server-error-not-executed':
      fail('server-error', false);
      break;
    case 'unknown-outcome':
      fail('unknown-outcome', rule.rule.executed ?? rule.random.next() < 0.5);
      break;
    case 'timestamp-refused':
      fail('clock-skew', false);
      break;
    case 'order-not-found':
      fail('order-not-found', false);
      break;
    default:
      return false;
  }
  return true;
}
