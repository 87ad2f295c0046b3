// Rate limits as OKX enforces them: one bucket for each endpoint and user, user + instrument, or address (okx.md 12).
// Which endpoint draws from which bucket is said in the endpoint tables; this only counts.

import type { Clock } from '../../seam/clock.ts';

/** Tokens per window; `per` says whose bucket it is. */
export interface RateLimit {
  readonly name: string;
  readonly count: number;
  readonly windowMs: number;
  readonly per: 'ip' | 'user' | 'user+instrument' | 'user+tag';
}

export function limit(name: string, count: number, per: RateLimit['per'], windowMs = 2000): RateLimit {
  return { name, count, windowMs, per };
}

/**
 * A burst may be a little larger than the documented number (on the demo it may be twice as large), so that the network's jitter refuses nobody.
 * Not rounded up: of one a second, two at once are one too many.
 */
const SLACK = 1.1;
const MANY_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class Limiter {
  private readonly clock: Clock;
  private readonly enabled: boolean;
  private readonly buckets = new Map<string, Bucket>();

  constructor(clock: Clock, enabled: boolean) {
    this.clock = clock;
    this.enabled = enabled;
  }

  /** Takes `cost` tokens of `owner`'s bucket, or none and returns false. */
  take(rule: RateLimit, owner: string, cost = 1): boolean {
    if (!this.enabled || cost === 0) return true;
    const now = this.clock.monotonic();
    const capacity = rule.count * SLACK;
    const key = `${rule.name}|${owner}`;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      if (this.buckets.size > MANY_BUCKETS) this.sweep(now);
      this.buckets.set(key, (bucket = { tokens: capacity, at: now }));
    }
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) * rule.count) / rule.windowMs);
    bucket.at = now;
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }

  /** Buckets untouched for ten minutes are full again, whatever their rule. */
  private sweep(now: number): void {
    for (const [key, bucket] of this.buckets) if (now - bucket.at > 600_000) this.buckets.delete(key);
  }
}
