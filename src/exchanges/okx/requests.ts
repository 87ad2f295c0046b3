// One signed or public request to OKX's REST API: budget, signature, demo header, and what an answer that is none means (okx.md 3, 11.1, 12).
// Reading codes inside the answer is the callers' part; a refusal for our clock is healed here, once, because it proves that nothing was done.

import { TradeError } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import type { HttpRequest, HttpResponse, Transport } from '../../seam/transport.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import { transportError } from '../../wire/errors.ts';
import type { Priority } from '../../wire/rate-budget.ts';
import { calledOff, patienceFor, waitsTooLong } from '../../wire/waited.ts';
import { DEMO_HEADER } from './endpoints.ts';
import { pathWithQuery } from './encode.ts';
import { readReply, text, type Reply } from './frames.ts';
import { RATE_PAUSE_MS, type Bucket, type OkxLimits } from './limits.ts';
import { errorFor, isClockCode, kindOf } from './outcomes.ts';
import { isoTimestamp, type OkxSigner } from './sign.ts';

export interface RequestOptions {
  readonly method: 'GET' | 'POST';
  /** With `/api/v5`, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** The body as JSON text, sent and signed as it is. */
  readonly body?: string;
  readonly bucket: Bucket;
  readonly instId?: string;
  readonly cost?: number;
  readonly priority?: Priority;
  readonly isPublic?: boolean;
  /** The caller has taken the cost from the budget already. */
  readonly isPaid?: boolean;
  /** Exchange time, ms: dropped by the exchange when it arrives later. A header here, never a field of the body (trap 31). */
  readonly expTime?: () => number;
  /** See CreateCommand. */
  readonly isCalledOff?: (() => boolean) | undefined;
}

/** `reply` for whatever OKX itself answered, whatever it says; `lost` when there is no answer that says anything, or nothing was sent. */
export type Answer =
  | { readonly type: 'reply'; readonly reply: Reply }
  | { readonly type: 'lost'; readonly error: TradeError };

export interface RequestContext {
  readonly transport: Transport;
  readonly limits: OkxLimits;
  readonly signer: OkxSigner;
  readonly accessKey: string;
  readonly passphrase: string;
  readonly restUrl: string;
  readonly isDemo: boolean;
  readonly timeoutMs: number;
  readonly time: ClockOffset;
  /** Comes when what asks here is closed: nothing waits for a limit any more. */
  readonly closing?: AbortSignal;
}

export class OkxRequests {
  readonly #context: RequestContext;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  /** The bytes leave synchronously when the budget allows. Never rejects. */
  send(options: RequestOptions): Promise<Answer> {
    if (options.isPublic === true) return this.#once(options);
    const { time } = this.#context;
    if (time.isOld) void time.measure();
    let isFirst = true;
    const call = (): Promise<Answer> => {
      const isPaid = isFirst && options.isPaid === true;
      if (!isFirst && options.isCalledOff?.() === true) return Promise.resolve({ type: 'lost', error: calledOff(OKX) });
      isFirst = false;
      return this.#once({ ...options, isPaid });
    };
    return time.healOnce(call, (answer) => answer.type === 'reply' && isClockCode(answer.reply.code));
  }

  async #once(options: RequestOptions): Promise<Answer> {
    const { limits, transport, timeoutMs, closing } = this.#context;
    const budget = limits.budget(options.bucket, options.instId);
    const cost = options.cost ?? 1;
    const priority = options.priority ?? 'query';
    if (options.isPaid !== true && !budget.tryTake(cost, priority)) {
      const wait = await budget.take(cost, priority, patienceFor(priority, timeoutMs, closing));
      if (options.isCalledOff?.() === true) return { type: 'lost', error: calledOff(OKX) };
      if (wait > 0) return { type: 'lost', error: waitsTooLong(OKX, wait) };
    }
    let response: HttpResponse;
    try {
      response = await transport.request(this.#request(options));
    } catch (error) {
      return { type: 'lost', error: transportError(OKX, error) };
    }
    const reply = readReply(response.body);
    // 429 says so whatever stands in it: a gateway's page, or "busy" (11.2, 12).
    if (response.status === 429 || (reply !== null && isRefusedForRate(reply))) budget.blockFor(RATE_PAUSE_MS);
    if (reply === null) return { type: 'lost', error: notJson(response) };
    // A 5xx, or a 408, that is OKX's own JSON still promises nothing, whatever its code.
    if (response.status >= 500 || response.status === 408)
      return { type: 'lost', error: errorFor(reply.code, reply.msg, { outcome: 'unknown' }) };
    return { type: 'reply', reply };
  }

  #request(options: RequestOptions): HttpRequest {
    const { accessKey, passphrase, signer, restUrl, isDemo, timeoutMs, time } = this.#context;
    const requestPath = pathWithQuery(options.path, options.query ?? {});
    const body = options.body ?? '';
    const headers: Record<string, string> = {};
    if (isDemo) headers[DEMO_HEADER] = '1';
    if (options.method === 'POST') headers['content-type'] = 'application/json';
    if (options.expTime !== undefined) headers['expTime'] = String(options.expTime());
    if (options.isPublic !== true) {
      const timestamp = isoTimestamp(time.serverNow());
      headers['OK-ACCESS-KEY'] = accessKey;
      headers['OK-ACCESS-TIMESTAMP'] = timestamp;
      headers['OK-ACCESS-PASSPHRASE'] = passphrase;
      headers['OK-ACCESS-SIGN'] = signer.request(timestamp, options.method, requestPath, body);
    }
    const request = { method: options.method, url: restUrl + requestPath, headers, timeoutMs };
    return options.method === 'POST' ? { ...request, body } : request;
  }
}

/** Whether the request, or one of its items, was refused for rate: that was not executed (6.1, 11.1). */
export function isRefusedForRate({ code, rows }: Reply): boolean {
  return kindOf(code) === 'rate-limited' || rows.some((row) => kindOf(text(row, 'sCode')) === 'rate-limited');
}

/** A body that is not OKX's: of a gateway or a content network in between (3). */
function notJson(response: HttpResponse): TradeError {
  const kind = response.status === 429 ? 'rate-limited' : response.status === 503 ? 'maintenance' : 'network';
  return new TradeError(`HTTP ${response.status} with a body that is not OKX's`, {
    kind,
    outcome: 'unknown',
    platform: OKX,
    cause: { status: response.status, body: response.body.slice(0, 200) },
  });
}
