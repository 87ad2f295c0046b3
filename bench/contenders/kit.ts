// What every client of the order-update cases shares: it notes what its callback was given and when, and nothing else while it is measured.
// Whether that was right is judged afterwards.

import type { ExchangeName, Expected } from '../harness/order-frames.ts';

export interface Target {
  readonly exchange: ExchangeName;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly account: {
    readonly name: string;
    readonly accessKey: string;
    readonly secretKey: string;
    readonly passphrase: string;
  };
}

export const STRATEGY = 'bench';

/** What a Trade of ours needs to know of the target. */
export function ourOptions({ exchange, endpoints, account }: Target) {
  const { name, accessKey, secretKey, passphrase } = account;
  return {
    strategy: STRATEGY,
    platform: exchange,
    symbol: 'BTC/USDT',
    account: name,
    accessKey,
    secretKey,
    ...(exchange === 'okx' ? { passphrase } : {}),
    endpoints,
  };
}

export type Callback = (orderId: string, status: string, filled: string | number) => void;

export interface UpdatesClient {
  /** Resolves when the stream is subscribed and everything is loaded. */
  connect(target: Target, callback: Callback): Promise<void>;
  /** What is still to be written, written: it belongs to the cost. */
  flush?(): Promise<void>;
  close?(): Promise<void>;
  /** How many orders it has in memory. */
  tracked?(): number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export interface Measured {
  /** Of the whole process, all threads, from the first callback to the last, and until what came of it was written. */
  readonly cpuUs: number;
  /** Of the thread that runs the callbacks. */
  readonly threadUs: number;
  readonly wallMs: number;
  readonly count: number;
  readonly times: Float64Array;
  readonly problem: string | null;
  /** Share of the states expected that the callback was given. */
  readonly delivered: number;
}

export class Recorder {
  #orderIds: string[] = [];
  #statuses: string[] = [];
  #filled: (string | number)[] = [];
  #times = new Float64Array(0);
  #count = 0;
  #target = Infinity;
  #resolve: () => void = () => undefined;
  #started: { cpu: NodeJS.CpuUsage; thread: NodeJS.CpuUsage; at: number } | null = null;
  #lastAt = 0;

  readonly callback: Callback = (orderId, status, filled) => {
    const index = this.#count++;
    if (index === 0) this.#started = { cpu: process.cpuUsage(), thread: process.threadCpuUsage(), at: now() };
    this.#orderIds[index] = orderId;
    this.#statuses[index] = status;
    this.#filled[index] = filled;
    if (this.#timed) this.#times[index] = now();
    if (index + 1 === this.#target) this.#resolve();
  };
  #timed = false;

  /** Prepares for the next measurement. */
  reset(timed: boolean, most: number): void {
    this.#orderIds = [];
    this.#statuses = [];
    this.#filled = [];
    this.#times = new Float64Array(timed ? most : 0);
    this.#count = 0;
    this.#timed = timed;
    this.#started = null;
  }

  /** Resolves when `count` callbacks have come, or nothing has for a second and a half. */
  async until(count: number): Promise<void> {
    this.#target = count;
    let seen = -1;
    const all = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
    if (this.#count >= count) return;
    const quiet = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (this.#count > 0 && this.#count === seen) {
          clearInterval(timer);
          resolve();
        }
        seen = this.#count;
      }, 1_500);
      void all.then(() => clearInterval(timer));
    });
    await Promise.race([all, quiet]);
    this.#lastAt = now();
  }

  /** @param expected the states that must come, of which so many are taken now, and no sooner than everything is measured */
  async measure(
    expected: Iterator<Expected>,
    count: number,
    flush: (() => Promise<void>) | undefined,
  ): Promise<Measured> {
    await this.until(count);
    const started = this.#started;
    const wallMs = this.#lastAt - (started?.at ?? 0);
    await flush?.();
    const cpu = process.cpuUsage(started?.cpu);
    const thread = process.threadCpuUsage(started?.thread);
    const { problem, delivered } = this.#judge(expected, count);
    return {
      cpuUs: (cpu.user + cpu.system) / this.#count,
      threadUs: (thread.user + thread.system) / this.#count,
      wallMs,
      count: this.#count,
      times: this.#times.slice(0, this.#count),
      problem,
      delivered,
    };
  }

  #judge(expected: Iterator<Expected>, count: number): { problem: string | null; delivered: number } {
    const next = (): string => {
      const { orderId, status, filled } = expected.next().value as Expected;
      return `${orderId} ${status} ${filled}`;
    };
    const given = (index: number): string => `${this.#orderIds[index]} ${this.#statuses[index]} ${this.#filled[index]}`;
    // In order, with nothing left out and nothing told twice; else how many were there at all.
    for (let index = 0; index < count; index++) {
      const wanted = next();
      if (given(index) === wanted) continue;
      const problem = `callback ${index}: "${given(index)}" instead of "${wanted}"`;
      const all = new Set(Array.from({ length: this.#count }, (_, at) => given(at)));
      let hits = index + (all.has(wanted) ? 1 : 0);
      for (let more = index + 1; more < count; more++) if (all.has(next())) hits++;
      return { problem, delivered: hits / count };
    }
    const problem = this.#count === count ? null : `${this.#count} callbacks for ${count} states`;
    return { problem, delivered: 1 };
  }
}
