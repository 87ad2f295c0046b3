// One call to Binance on its way: budget, signature, socket or REST, and what an answer that is none means (binance.md A2, A3, D).
// A refusal for our clock is healed here, once, because it proves that nothing was done (A2.4). Nothing else is ever sent twice.

import { fail, ok, TradeError, type Result } from '../../domain/errors.ts';
import { BINANCE } from '../../domain/platform.ts';
import type { HttpResponse, Transport } from '../../seam/transport.ts';
import type { ClockOffset } from '../../wire/clock-offset.ts';
import { transportError } from '../../wire/errors.ts';
import { calledOff, patienceFor, waitsTooLong } from '../../wire/waited.ts';
import type { Call } from './encode.ts';
import { parse } from './frames.ts';
import type { BinanceLimits } from './limits.ts';
import { newOrderQuery } from './new-order.ts';
import { errorOf, isClockError, readRestError } from './outcomes.ts';
import { queryOf, signedQuery, type Signer } from './sign.ts';

/** Order entry over a socket, where one is open. */
export interface OrderEntry {
  /** With the transport when this returns. Null when there is no socket to trust, or the call is none for it: then nothing was sent. */
  call(call: Call): Promise<Result<unknown>> | null;
}

export interface RequestContext {
  readonly transport: Transport;
  readonly limits: BinanceLimits;
  readonly signer: Signer;
  readonly accessKey: string;
  readonly restUrl: string;
  readonly time: ClockOffset;
  readonly timeoutMs: number;
  readonly orderEntry: OrderEntry;
  /** Comes when what asks here is closed: nothing waits for a limit any more. */
  readonly closing?: AbortSignal;
}

const NO_HEADERS: Readonly<Record<string, string>> = {};

/** `best`: over the socket where one is open. `rest`: signed, by REST. `public`: by REST, without a key. */
type Way = 'best' | 'rest' | 'public';

export class BinanceRequests {
  readonly #context: RequestContext;
  readonly #signedHeaders: Readonly<Record<string, string>>;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#signedHeaders = { 'X-MBX-APIKEY': context.accessKey };
  }

  /** A signed call, handed to the transport before this returns when the budget allows. Never rejects. */
  send(call: Call): Promise<Result<unknown>> {
    return this.#healed(call, 'best');
  }

  /** A signed call that goes by REST whatever else is open. */
  sendByRest(call: Call): Promise<Result<unknown>> {
    return this.#healed(call, 'rest');
  }

  /** A call that needs no key. */
  sendPublic(call: Call): Promise<Result<unknown>> {
    return this.#admitted(call, 'public');
  }

  #healed(call: Call, way: Way): Promise<Result<unknown>> {
    const { time, timeoutMs } = this.#context;
    if (time.isOld) void time.measure();
    // The question for the time may have to wait out a ban: an order that left then would not be the order that was meant.
    const mostMs = call.priority === 'order' ? timeoutMs : Infinity;
    return this.#admitted(call, way).then((answer) => {
      const [, error] = answer;
      return error !== null && isClockError(error) ? time.heal(answer, () => this.#again(call, way), mostMs) : answer;
    });
  }

  #again(call: Call, way: Way): Promise<Result<unknown>> {
    return isCalledOff(call) ? Promise.resolve(fail(calledOff(BINANCE))) : this.#admitted(call, way);
  }

  #admitted(call: Call, way: Way): Promise<Result<unknown>> {
    const { weight, orders, priority } = call;
    return this.#context.limits.tryTake(weight, orders, priority) ? this.#go(call, way) : this.#waited(call, way);
  }

  async #waited(call: Call, way: Way): Promise<Result<unknown>> {
    const { limits, timeoutMs, closing } = this.#context;
    const { weight, orders, priority } = call;
    const wait = await limits.take(weight, orders, priority, patienceFor(priority, timeoutMs, closing));
    if (isCalledOff(call)) return fail(calledOff(BINANCE));
    if (wait > 0) return fail(waitsTooLong(BINANCE, wait));
    return this.#go(call, way);
  }

  #go(call: Call, way: Way): Promise<Result<unknown>> {
    // Nothing left by the socket where it says so, and REST may take it.
    const sent = way === 'best' ? this.#context.orderEntry.call(call) : null;
    return sent ?? this.#rest(call, way !== 'public');
  }

  #signedQuery(call: Call): string {
    const { signer, time } = this.#context;
    const timestamp = time.serverNow();
    return (
      (call.order === undefined ? null : newOrderQuery(call.order, timestamp, signer)) ??
      signedQuery({ ...call.params, timestamp }, signer)
    );
  }

  async #rest(call: Call, isSigned: boolean): Promise<Result<unknown>> {
    const { transport, limits, restUrl, timeoutMs, time } = this.#context;
    const query = isSigned ? this.#signedQuery(call) : queryOf(call.params);
    const headers = isSigned ? this.#signedHeaders : NO_HEADERS;
    const url = query === '' ? restUrl + call.path : `${restUrl}${call.path}?${query}`;
    const departure = limits.departure(call.weight, call.orders);
    call.onLeaving?.();
    let response: HttpResponse;
    try {
      response = await transport.request({ method: call.method, url, headers, timeoutMs });
    } catch (error) {
      return fail(transportError(BINANCE, error));
    }
    limits.correctByHeaders(response.headers, departure);
    if (response.status === 200) {
      const body = parse(response.body);
      if (body !== undefined) return ok(body);
      return fail(
        new TradeError('HTTP 200 with a body that is no JSON', {
          kind: 'unknown',
          outcome: 'unknown',
          platform: BINANCE,
          cause: { body: response.body.slice(0, 200) },
        }),
      );
    }
    const answer = readRestError(response, time.serverNow());
    limits.refused(answer);
    return fail(errorOf(answer));
  }
}

function isCalledOff({ order }: Call): boolean {
  return order?.isCalledOff?.() === true;
}
