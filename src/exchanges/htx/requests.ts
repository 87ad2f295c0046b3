// One REST request of HTX from budget to verdict: signing, sending, reading the envelope, judging what an absent or odd answer means (htx.md 2, 11, 12).
// Which endpoints there are is rest.ts's part; a request is sent once, except that a read or a cancel heals a wrong clock once.

import { TradeError } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import type { Clock } from '../../seam/clock.ts';
import type { HttpRequest, HttpResponse, Transport } from '../../seam/transport.ts';
import { transportError } from '../../wire/errors.ts';
import { parseJson, parseJsonNumbersAsText } from '../../wire/json.ts';
import type { Priority, RateBudget } from '../../wire/rate-budget.ts';
import { calledOff, patienceFor, waitsTooLong } from '../../wire/waited.ts';
import { signedPlace } from './endpoints.ts';
import { envelopeOf, type Row } from './frames.ts';
import { BLOCKED_PAUSE_MS, RATE_PAUSE_MS, type Bucket, type HtxLimits } from './limits.ts';
import { errorFor, httpError, mayBeClock } from './outcomes.ts';
import { canonicalQuery, timestampText, type HtxSigner, type QueryParams } from './sign.ts';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly bucket: Bucket;
  readonly priority: Priority;
  readonly signed: boolean;
  readonly params?: QueryParams;
  /** Of a POST; `{}` when left out (2.1). */
  readonly body?: unknown;
  /** Numbers of the answer come as the text they were written with (13). */
  readonly numbersAsText?: boolean;
  /** A place must leave once or not at all. */
  readonly isCreate?: boolean;
  /** How long an order may wait for its limit, ms, when it has been waited for before; else as long as a request may take. */
  readonly mostWaitMs?: number | undefined;
  /** See CreateCommand. */
  readonly isCalledOff?: (() => boolean) | undefined;
}

export type Answer =
  /** `row` is the whole envelope, for fields that stand beside the payload. */
  | { readonly ok: true; readonly data: unknown; readonly row: Row }
  | { readonly ok: false; readonly error: TradeError; readonly orderState: number | null };

interface RequestEnvironment {
  readonly rest: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signer: HtxSigner;
  readonly limits: HtxLimits;
  readonly timeoutMs: number;
  /** Comes when what asks here is closed: nothing waits for a limit any more. */
  readonly closing?: AbortSignal;
  /** Exchange time now, ms. */
  exchangeTime(): number;
  /** Measures the clock offset anew; by how much it changed, ms. 0 when it could not. */
  remeasure(): Promise<number>;
}

/** HTX's tolerance is minutes (2.4): a smaller correction cannot have been what a signature failed for. */
export const CLOCK_MOVED_MS = 5_000;

export class HtxRequests {
  readonly #env: RequestEnvironment;
  readonly #host: string;

  constructor(env: RequestEnvironment) {
    this.#env = env;
    this.#host = signedPlace(env.rest).host;
  }

  /** Leaves synchronously when the budget allows, else waits its turn. Never rejects. */
  send(call: Call): Promise<Answer> {
    const budget = this.#env.limits.budget(call.bucket);
    return budget.tryTake(1, call.priority) ? this.#attempt(call) : this.#waited(call, budget);
  }

  async #waited(call: Call, budget: RateBudget): Promise<Answer> {
    const { timeoutMs, closing } = this.#env;
    const wait = await budget.take(1, call.priority, patienceFor(call.priority, call.mostWaitMs ?? timeoutMs, closing));
    if (call.isCalledOff?.() === true) return failed(calledOff(HTX));
    return wait > 0 ? failed(waitsTooLong(HTX, wait)) : this.#attempt(call);
  }

  async #attempt(call: Call): Promise<Answer> {
    const answer = await this.#once(call);
    if (answer.ok || !call.signed || !mayBeClock(answer.error)) return answer;
    const moved = Math.abs(await this.#env.remeasure());
    if (call.isCreate !== true) return this.#once(call);
    return moved < CLOCK_MOVED_MS ? answer : failed(clockError(answer.error, moved));
  }

  /** Everything up to the hand-over to the transport happens before the first await. */
  async #once(call: Call): Promise<Answer> {
    let response: HttpResponse;
    try {
      response = await this.#env.transport.request(this.#request(call));
    } catch (error) {
      return failed(transportError(HTX, error));
    }
    return this.#judge(call, response);
  }

  #request({ method, path, signed, params, body }: Call): HttpRequest {
    const { rest, signer, timeoutMs } = this.#env;
    const query = signed
      ? signer.restQuery(method, this.#host, path, timestampText(this.#env.exchangeTime()), params)
      : params === undefined
        ? ''
        : canonicalQuery(params);
    const url = query === '' ? rest + path : `${rest}${path}?${query}`;
    // A GET with a body is answered 403; a POST without parameters still sends an object (2.1).
    if (method === 'GET') return { method, url, headers: {}, timeoutMs };
    return { method, url, headers: JSON_HEADERS, body: JSON.stringify(body ?? {}), timeoutMs };
  }

  #judge(call: Call, response: HttpResponse): Answer {
    const { status, headers } = response;
    const { limits } = this.#env;
    const left = Number(headers['x-hb-ratelimit-requests-remain'] ?? Number.NaN);
    if (Number.isFinite(left)) limits.remain(call.bucket, left);
    const pause = this.#pauseOf(response);
    const envelope =
      status >= 500 || status === 408 ? null : envelopeOf(parsedOrNull(response.body, call.numbersAsText === true));
    if (envelope?.ok === true && status < 300) return envelope;
    // Without an envelope 403 is an address blocked by the content network (12); in HTX's own words it is about this endpoint (2.5).
    if (envelope === null || envelope.ok) {
      const error = httpError(status, pause);
      if (status === 403) limits.blockAll(pause);
      else if (error.kind === 'rate-limited') limits.budget(call.bucket).blockFor(pause);
      return failed(error);
    }
    const { code, message, orderState } = envelope;
    const error = errorFor(code, message, detailsOf(status, code, pause));
    if (error.kind === 'rate-limited') limits.budget(call.bucket).blockFor(pause);
    return { ok: false, error, orderState };
  }

  /** The header names the end of the window in exchange time; else a guess (12). */
  #pauseOf({ status, headers }: HttpResponse): number {
    if (status === 403) return BLOCKED_PAUSE_MS;
    const until = Number(headers['x-hb-ratelimit-requests-expire'] ?? Number.NaN) - this.#env.exchangeTime();
    return until > 0 && until <= MOST_PAUSE_MS ? Math.ceil(until) : RATE_PAUSE_MS;
  }
}

/** What the HTTP status, and the place where a code stands, add to its meaning. */
function detailsOf(status: number, code: string, retryAfter: number): Parameters<typeof errorFor>[2] {
  if (status === 429 || status === 418) return { kind: 'rate-limited', outcome: 'rejected', retryAfter };
  // 4xx never reached matching (11.3).
  if (status === 403) return { outcome: 'rejected', retryAfter };
  return code === PARAMETER ? { kind: 'invalid-order', outcome: 'rejected' } : { retryAfter };
}

/** On v2 paths a parameter (5.17); on sockets the same number is about the login (8.6). */
const PARAMETER = '2002';
const MOST_PAUSE_MS = 10_000;
const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

function failed(error: TradeError): Answer {
  return { ok: false, error, orderState: null };
}

/** Gateways answer HTML or nothing (11.1): null, which is no envelope. */
function parsedOrNull(body: string, numbersAsText: boolean): unknown {
  try {
    return numbersAsText ? parseJsonNumbersAsText(body) : parseJson(body);
  } catch {
    return null;
  }
}

function clockError(from: TradeError, moved: number): TradeError {
  return new TradeError(`${from.message}; our clock was off by ${moved} ms and is corrected now`, {
    kind: 'clock-skew',
    outcome: 'rejected',
    platform: HTX,
    code: from.code,
    cause: from.cause,
  });
}
