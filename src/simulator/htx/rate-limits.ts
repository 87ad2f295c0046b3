// HTX's limits per user and endpoint in two-second windows, and the two headers that tell of them (htx.md section 12).

export interface Limit {
  readonly requests: number;
  readonly windowMs: number;
}

const PER_2S = (requests: number): Limit => ({ requests, windowMs: 2000 });

/** By the path with ids replaced by `{id}`. */
const LIMITS: Readonly<Record<string, Limit>> = {
  '/v1/order/orders/place': PER_2S(100),
  '/v1/order/orders/{id}/submitcancel': PER_2S(100),
  '/v1/order/orders/submitCancelClientOrder': PER_2S(100),
  '/v1/order/batch-orders': PER_2S(50),
  '/v1/order/orders/batchcancel': PER_2S(50),
  '/v1/order/orders/batchCancelOpenOrders': PER_2S(50),
  '/v1/order/openOrders': PER_2S(50),
  '/v1/order/orders/{id}': PER_2S(50),
  '/v1/order/orders/getClientOrder': PER_2S(50),
  '/v1/order/orders': PER_2S(50),
  '/v1/order/orders/{id}/matchresults': PER_2S(50),
  '/v1/order/history': PER_2S(20),
  '/v1/order/matchresults': PER_2S(20),
  '/v1/order/cancelAllOrders': PER_2S(1),
  '/v2/algo-orders/cancel-all-after': PER_2S(20),
  '/v2/reference/transact-fee-rate': PER_2S(50),
  '/v1/account/accounts': PER_2S(100),
  '/v1/account/accounts/{id}/balance': PER_2S(100),
};

export interface Verdict {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

const FREE: Verdict = { allowed: true, headers: {} };

export class RateLimits {
  private readonly windows = new Map<string, { startedAt: number; used: number }>();

  /** `now`: monotonic; `serverTime`: what the expiry header is told in. */
  take(uid: number, endpoint: string, now: number, serverTime: number): Verdict {
    const limit = LIMITS[endpoint];
    if (limit === undefined) return FREE;
    const key = `${uid} ${endpoint}`;
    let window = this.windows.get(key);
    if (window === undefined || now - window.startedAt >= limit.windowMs) {
      window = { startedAt: now, used: 0 };
      this.windows.set(key, window);
    }
    const allowed = window.used < limit.requests;
    if (allowed) window.used++;
    return {
      allowed,
      headers: {
        'x-hb-ratelimit-requests-remain': String(limit.requests - window.used),
        'x-hb-ratelimit-requests-expire': String(Math.round(serverTime + limit.windowMs - (now - window.startedAt))),
      },
    };
  }
}
