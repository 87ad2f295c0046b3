// The supervisor: keeps a strategy's process company, and when that dies or freezes, kills it for certain, revokes what it left, and starts it anew.
// It starts processes and asks exchanges only through its parts, so that every end of a child can be rehearsed on a virtual clock.

import type { TradingPlace } from '../domain/live-trade.ts';
import { isConfirmed, type RevokeReceipt, type RevokeTrigger } from '../domain/unfinished-orders.ts';
import { sleep, type Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import { LeaseWatch, readPlace, type ChildMessage } from './lease.ts';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One process that runs the strategy. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  onMessage(listener: (message: ChildMessage) => void): void;
  /** Asks it to stop in order. Does nothing once it is gone. */
  stop(reason: string): void;
  /** SIGKILL: after `exited` it cannot send another order. */
  kill(): void;
  readonly exited: Promise<ChildExit>;
}

export interface SupervisorParts {
  readonly spawn: () => SupervisedChild;
  readonly clock: Clock;
  readonly log: Log;
  /** Revokes and confirms; tries again by itself for some seconds; never rejects. */
  readonly sweep: (place: TradingPlace, trigger: RevokeTrigger) => Promise<RevokeReceipt>;
  readonly leaseMs: number;
  readonly restart: 'on-crash' | 'never';
  readonly maxRestarts: number;
  /** How long a child may take to stop in order before it is killed. */
  readonly stopLimitMs: number;
}

/** Loading a strategy may take a while before its event loop turns for the first time. */
const START_GRACE_MS = 30_000;
/** A run this long proves that the strategy can live: back-off and count start anew. */
const GOOD_RUN_MS = 600_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

type End =
  | { readonly how: 'stopped'; readonly status: number; readonly confirmed: boolean }
  | { readonly how: 'refused'; readonly status: number }
  | { readonly how: 'crashed'; readonly why: string; readonly confirmed: boolean };

/** What became of one child. */
interface Life {
  readonly end: End;
  readonly places: readonly TradingPlace[];
  readonly lastedMs: number;
}

function placeKey({ platform, account, symbol, strategy, unfinishedOrders: { whose } }: TradingPlace): string {
  return [platform, account, symbol, whose, whose === 'own' ? strategy : ''].join('\n');
}

const backoff = (attempt: number): number => Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS);

export class Supervisor {
  private readonly parts: SupervisorParts;
  private child: SupervisedChild | null = null;
  private stopReason: string | null = null;
  private stopAsked: () => void = () => {};
  private readonly stopRequested: Promise<void>;
  /** Orders known to be left after the last clean-up, for whoever asks. */
  private leftNow: string[] = [];

  constructor(parts: SupervisorParts) {
    this.parts = parts;
    this.stopRequested = new Promise((resolve) => {
      this.stopAsked = resolve;
    });
  }

  get left(): readonly string[] {
    return this.leftNow;
  }

  get isStopping(): boolean {
    return this.stopReason !== null;
  }

  /** Ends the child in order, and then `run`. */
  stop(reason: string): void {
    if (this.stopReason !== null) return;
    this.stopReason = reason;
    this.child?.stop(reason);
    this.stopAsked();
  }

  /** Ends the child at once; what it leaves is still revoked. */
  abandon(): void {
    this.child?.kill();
  }

  /** Runs the strategy until it ends for good. Resolves with the exit status. */
  async run(): Promise<number> {
    const { log, restart, maxRestarts, clock } = this.parts;
    let attempt = 0;
    for (;;) {
      const { end, places, lastedMs } = await this.live();
      if (end.how === 'refused') return end.status;
      if (end.how === 'stopped') {
        if (end.confirmed) return end.status;
        return (await this.cleanUp(places, 'stop', true)) ? 0 : 1;
      }
      log.error(`the strategy died: ${end.why}`);
      if (lastedMs >= GOOD_RUN_MS) attempt = 0;
      const again = restart === 'on-crash' && attempt < maxRestarts && !this.isStopping;
      if (!end.confirmed) await this.cleanUp(places, 'crash', !again);
      if (this.isStopping || !again) {
        if (restart === 'on-crash' && !again && !this.isStopping) log.error(`given up after ${attempt} restarts`);
        return 1;
      }
      const wait = backoff(attempt++);
      log.warn(`starting the strategy again in ${wait / 1000} s (restart ${attempt} of at most ${maxRestarts})`);
      await Promise.race([sleep(clock, wait), this.stopRequested]);
      if (this.isStopping) return 1;
    }
  }

  /** One child from its start to its certain death. */
  private async live(): Promise<Life> {
    const { clock, log, leaseMs, stopLimitMs } = this.parts;
    const begun = clock.monotonic();
    const child = this.parts.spawn();
    this.child = child;
    const places = new Map<string, TradingPlace>();
    let farewell: Extract<ChildMessage, { type: 'stopped' }> | null = null;
    let started = false;
    let fence: string | null = null;
    const kill = (why: string): void => {
      fence ??= why;
      child.kill();
    };
    const frozen = (silence: number): void => {
      log.error(`no sign of life from the strategy for ${Math.round(silence)} ms: killing process ${child.pid ?? '?'}`);
      kill(`its event loop was frozen for ${Math.round(silence)} ms`);
    };
    const grace = clock.after(Math.max(START_GRACE_MS, leaseMs), () => frozen(clock.monotonic() - begun));
    let lease: LeaseWatch | null = null;
    child.onMessage((message) => {
      grace.cancel();
      lease ??= new LeaseWatch(clock, leaseMs, frozen);
      lease.renew();
      if (message.type === 'place') {
        const place = readPlace(message);
        places.set(placeKey(place), place);
      } else if (message.type === 'stopped') farewell = message;
      // A strategy that trades has started, even if its entrance never returns.
      if (message.type === 'started' || message.type === 'place') started = true;
    });
    const limit = this.stopRequested.then(() =>
      clock.after(stopLimitMs, () => kill(`it did not stop within ${stopLimitMs / 1000} s`)),
    );
    if (this.stopReason !== null) child.stop(this.stopReason);
    const exit = await child.exited;
    if (this.isStopping) (await limit).cancel();
    grace.cancel();
    this.stopLease(lease);
    this.child = null;
    const end = this.judge(exit, fence, farewell, started);
    return { end, places: [...places.values()], lastedMs: clock.monotonic() - begun };
  }

  private stopLease(lease: LeaseWatch | null): void {
    lease?.stop();
  }

  private judge(
    exit: ChildExit,
    fence: string | null,
    farewell: Extract<ChildMessage, { type: 'stopped' }> | null,
    started: boolean,
  ): End {
    if (fence !== null) return { how: 'crashed', why: fence, confirmed: false };
    if (farewell !== null && exit.signal === null) {
      const status = exit.code ?? 1;
      if (!farewell.crashed)
        return status === 2 ? { how: 'refused', status } : { how: 'stopped', status, confirmed: farewell.confirmed };
      // It failed before it ever ran: starting it again would only fail again.
      if (!started && farewell.confirmed) return { how: 'refused', status };
      return { how: 'crashed', why: 'an uncaught error (see above)', confirmed: farewell.confirmed };
    }
    const why = exit.signal === null ? `it exited with status ${String(exit.code)}` : `killed by ${exit.signal}`;
    return { how: 'crashed', why, confirmed: false };
  }

  /**
   * Revokes what a dead child left. True when the exchanges confirmed that nothing is left.
   * @param insist nobody else will look after it: try again until it is done or somebody ends the supervisor
   */
  private async cleanUp(places: readonly TradingPlace[], trigger: 'stop' | 'crash', insist: boolean): Promise<boolean> {
    const { clock, log, sweep } = this.parts;
    const kept = places.filter(({ unfinishedOrders }) => unfinishedOrders[trigger] === 'keep');
    for (const { account, symbol } of kept) log.warn(`${account} ${symbol}: unfinished orders are kept, as configured`);
    let pending = places.filter(({ unfinishedOrders }) => unfinishedOrders[trigger] === 'revoke');
    for (let attempt = 0; pending.length > 0; attempt++) {
      const outcomes = await Promise.all(
        pending.map(async (place) => ({ place, receipt: await sweep(place, trigger) })),
      );
      for (const { place, receipt } of outcomes) this.report(place, receipt);
      const failed = outcomes.filter(({ receipt }) => !isConfirmed(receipt));
      this.leftNow = failed.flatMap(({ place, receipt }) =>
        receipt.left.map((orderId) => `${place.account} ${place.symbol} ${orderId}`),
      );
      pending = failed.map(({ place }) => place);
      // A child that is stopping was told to: once it is gone, one more round of trying is what a stop still waits for.
      if (pending.length === 0 || !insist || (this.isStopping && attempt > 0)) break;
      await Promise.race([sleep(clock, backoff(attempt)), this.isStopping ? sleep(clock, 0) : this.stopRequested]);
    }
    return pending.length === 0;
  }

  private report(place: TradingPlace, receipt: RevokeReceipt): void {
    const { log } = this.parts;
    const { found, revoked, filled, left, error, startedAt, endedAt } = receipt;
    const where = `${place.account} ${place.platform} ${place.symbol}`;
    const counts = `${found.length} unfinished, ${revoked.length} revoked, ${filled.length} filled meanwhile, ${left.length} left`;
    const took = `${endedAt - startedAt} ms`;
    if (isConfirmed(receipt)) log.info(`${where}: ${counts}; confirmed by the exchange in ${took}`);
    else log.error(`${where}: ${counts}, not confirmed: ${error ?? 'orders are still open'}`, { left });
  }
}
