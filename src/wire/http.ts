// HTTP requests over kept-alive connections, one pool per origin, through a proxy where there is one: the request part of the real transport.
// Signing, budgets and the meaning of a status are the callers' part.

import { Pool, type Dispatcher } from 'undici';
import type { Clock } from '../seam/clock.ts';
import { TransportError, type HttpRequest, type HttpResponse } from '../seam/transport.ts';
import { Deadlines, Limited } from './deadlines.ts';
import type { Proxy } from './proxy.ts';

export interface HttpOptions {
  /** Connections per origin. Default 64: a burst of cancels goes out side by side. */
  readonly connections?: number;
  /** Default 10 000. */
  readonly connectTimeoutMs?: number;
  readonly proxy?: Proxy | null;
}

interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** Short enough that the other side seldom hangs up first: a request on a connection that is just being closed is in doubt. */
const KEEP_ALIVE_MS = 30_000;
const SLASH = 47;

type Resolve = (response: HttpResponse) => void;
type Reject = (error: TransportError) => void;

/** One request on its way: turns the dispatcher's callbacks into one response or one TransportError. */
class Exchange extends Limited implements Dispatcher.DispatchHandler {
  private readonly resolve: Resolve;
  private readonly reject: Reject;
  private readonly deadlines: Deadlines;
  private readonly timeoutMs: number;
  private readonly onLeaving: () => void;
  private controller: Dispatcher.DispatchController | null = null;
  private status = 0;
  private headers: Record<string, string> = {};
  private first: Buffer | null = null;
  private rest: Buffer[] | null = null;
  private done = false;

  constructor(resolve: Resolve, reject: Reject, deadlines: Deadlines, timeoutMs: number, onLeaving: () => void) {
    super();
    this.resolve = resolve;
    this.reject = reject;
    this.deadlines = deadlines;
    this.timeoutMs = timeoutMs;
    this.onLeaving = onLeaving;
  }

  /** From now on it is given up when nothing has settled it in time. */
  limit(): void {
    if (!this.done) this.deadlines.add(this, this.timeoutMs);
  }

  /** Bytes leave right after this: from here on nobody can say whether they arrived. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: it must not leave any more. Throwing here sends nothing.
    if (this.done) throw new Error('given up before it was sent');
    this.controller = controller;
    this.onLeaving();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    const flat: Record<string, string> = {};
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
    }
    this.headers = flat;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.first === null) this.first = chunk;
    else (this.rest ??= [this.first]).push(chunk);
  }

  onResponseEnd(): void {
    if (!this.finish()) return;
    const whole = this.rest === null ? this.first : Buffer.concat(this.rest);
    this.resolve({
      status: this.status,
      headers: this.headers,
      body: whole === null ? '' : whole.toString('utf8'),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.fail(error.message, 'network', error);
  }

  expire(): void {
    const { controller, timeoutMs } = this;
    const message = controller === null ? `no connection within ${timeoutMs} ms` : `no response within ${timeoutMs} ms`;
    this.fail(message, 'timeout');
    controller?.abort(new Error(message));
  }

  fail(message: string, kind: 'network' | 'timeout', cause?: unknown): void {
    const sent = this.controller === null ? 'no' : 'maybe';
    if (this.finish()) this.reject(new TransportError(message, sent, kind, cause));
  }

  private finish(): boolean {
    if (this.done) return false;
    this.done = true;
    this.deadlines.delete(this);
    return true;
  }
}

/** @param onLeaving is called right before the bytes of a request leave */
export function httpClient(clock: Clock, onLeaving: () => void, options: HttpOptions = {}): HttpClient {
  const dispatchers = new Map<string, Dispatcher>();
  const deadlines = new Deadlines(clock);
  const { connections = 64, connectTimeoutMs = 10_000, proxy = null } = options;
  const settings = {
    connections,
    // One request at a time per connection: a pipelined one behind a dead one would be in doubt as well.
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Time limits are the caller's, on the program's clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  /** The one used last: a strategy talks to one exchange. */
  let last: { readonly origin: string; readonly dispatcher: Dispatcher } | null = null;
  let closed = false;

  function dispatcherOf(origin: string): Dispatcher {
    let dispatcher = dispatchers.get(origin);
    if (dispatcher === undefined) {
      dispatcher =
        proxy?.isFor(origin) === true
          ? proxy.dispatcher(settings, connectTimeoutMs)
          : new Pool(origin, {
              ...settings,
              connect: { timeout: connectTimeoutMs, rejectUnauthorized: true, noDelay: true },
            });
      dispatchers.set(origin, dispatcher);
    }
    return dispatcher;
  }

  /**
   * Hands over at once. On a connection used before, the library first lets what has already come in on it be read (an end, above all) and
   * writes right after, in the same turn of the event loop: a burst goes out side by side, and not into connections that are closed.
   */
  function request({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(resolve, reject, deadlines, timeoutMs, onLeaving);
      if (closed) {
        exchange.fail('the transport is closed', 'network');
        return;
      }
      try {
        if (last === null || !url.startsWith(last.origin) || url.charCodeAt(last.origin.length) !== SLASH) {
          const start = url.indexOf('/', url.indexOf('//') + 2);
          const origin = start < 0 ? url : url.slice(0, start);
          last = { origin, dispatcher: dispatcherOf(origin) };
        }
        // The path is cut out of the text, not parsed and written again: signatures cover these bytes.
        const path = url.length === last.origin.length ? '/' : url.slice(last.origin.length);
        last.dispatcher.dispatch({ origin: last.origin, path, method, headers, body: body ?? null }, exchange);
      } catch (error) {
        exchange.fail(error instanceof Error ? error.message : String(error), 'network', error);
      }
      exchange.limit();
    });
  }

  return {
    request,
    async close() {
      closed = true;
      const all = [...dispatchers.values()];
      dispatchers.clear();
      last = null;
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}
