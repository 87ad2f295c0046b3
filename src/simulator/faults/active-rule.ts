// One injected rule at work: what it applies to, when it strikes, and the window that a strike may have opened.
// The effects belong to faults.ts and its neighbours.

import type { Clock } from '../../seam/clock.ts';
import type { Random } from '../../seam/random.ts';
import type { Operation, RequestContext, StreamKind } from '../gateway.ts';
import { Trigger } from './trigger.ts';
import { FAULTS, type FaultName, type FaultRule, type FaultTarget } from './vocabulary.ts';

function includes<T>(wanted: T | readonly T[] | undefined, value: T): boolean {
  if (wanted === undefined) return true;
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
}

export class ActiveRule {
  readonly rule: FaultRule;
  readonly fault: FaultName;
  readonly target: FaultTarget;
  readonly trigger: Trigger;
  readonly random: Random;
  /** Until when (ms after injection) a strike keeps refusing; null when no window is open. */
  windowEnd: number | null = null;
  private readonly clock: Clock;
  private readonly injectedAt: number;

  constructor(rule: FaultRule, clock: Clock, random: Random) {
    this.rule = rule;
    this.fault = rule.fault;
    this.target = FAULTS[rule.fault].target;
    this.random = random;
    this.trigger = new Trigger(rule, random);
    this.clock = clock;
    this.injectedAt = clock.monotonic();
  }

  get elapsed(): number {
    return this.clock.monotonic() - this.injectedAt;
  }

  occurs(): boolean {
    return this.trigger.occurs(this.elapsed);
  }

  /** How long an earlier strike is still at work, ms; null when it is not. */
  get windowLeft(): number | null {
    const left = (this.windowEnd ?? 0) - this.elapsed;
    return left > 0 ? left : null;
  }

  /** Like `occurs`, but a strike opens a window of `ms` in which every occurrence is struck. Returns ms left, or null. */
  occursInWindow(ms: number): number | null {
    const left = this.windowLeft;
    if (left !== null) return left;
    this.windowEnd = null;
    const now = this.elapsed;
    if (!this.trigger.occurs(now)) return null;
    this.windowEnd = now + ms;
    return ms;
  }

  matchesRequest(context: RequestContext, accountName: string | null): boolean {
    const { rule } = this;
    return (
      includes<Operation>(rule.operation, context.operation) &&
      includes(rule.channel, context.channel) &&
      this.matchesAccount(accountName) &&
      this.matchesSymbol(context.symbol)
    );
  }

  matchesStream(stream: StreamKind): boolean {
    return includes<StreamKind>(this.rule.stream, stream);
  }

  matchesAccount(accountName: string | null): boolean {
    return this.rule.account === undefined || this.rule.account === accountName;
  }

  matchesSymbol(symbol: string | null): boolean {
    return this.rule.symbol === undefined || this.rule.symbol === symbol;
  }

  /** The rule's delay, drawn when it is a range. */
  delay(otherwise: number): number {
    const { delayMs } = this.rule;
    if (delayMs === undefined) return otherwise;
    if (typeof delayMs === 'number') return delayMs;
    const [least, most] = delayMs;
    return least + this.random.next() * Math.max(0, most - least);
  }
}
