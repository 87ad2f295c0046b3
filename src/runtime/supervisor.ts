// The supervisor: watches the strategy's process; when it dies or freezes, kills it for certain, revokes what it left, and starts it anew.
// It starts processes and asks exchanges only through its parts, so that every end of a child can be rehearsed on a virtual clock. What a
// child left is clean-up.ts's part.

import type { TradingPlace } from '../domain/live-trade.ts';
import type { Ending } from '../domain/unfinished-orders.ts';
import { sleep } from '../seam/clock.ts';
import { backoff, CleanUp, type CleanUpParts } from './clean-up.ts';
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

export interface SupervisorParts extends CleanUpParts {
  readonly spawn: () => SupervisedChild;
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

/** In a shorter wait what was left is not tried again: where an exchange does not answer that takes its time, and the next life would wait. */
const LONG_WAIT_MS = 10_000;

/** The exit status of wrong usage or configuration. */
const USED_WRONGLY = 2;

type End =
  /** In order, or before it ever ran: it is not started again. */
  | { readonly how: 'ended'; readonly status: number; readonly ending: Ending; readonly confirmed: boolean }
  | { readonly how: 'crashed'; readonly why: string; readonly ending: Ending; readonly confirmed: boolean };

/** What became of one child. */
interface Life {
  readonly end: End;
  readonly places: readonly TradingPlace[];
  readonly lastedMs: number;
}

export class Supervisor {
  private readonly parts: SupervisorParts;
  private child: SupervisedChild | null = null;
  private stopReason: string | null = null;
  private stopAsked: () => void = () => {};
  /** Resolves when `stop` is called. */
  readonly stopRequested: Promise<void>;
  private readonly cleanUp: CleanUp;

  constructor(parts: SupervisorParts) {
    this.parts = parts;
    this.cleanUp = new CleanUp(parts);
    this.stopRequested = new Promise((resolve) => {
      this.stopAsked = resolve;
    });
  }

  /** Orders known to be left, for whoever asks. */
  get left(): readonly string[] {
    return this.cleanUp.left;
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

  /** Runs the strategy until it ends for good, and nothing of it is left that should not be. Resolves with the exit status. */
  async run(): Promise<number> {
    const { log, restart, maxRestarts, clock } = this.parts;
    let attempt = 0;
    for (;;) {
      const { end, places, lastedMs } = await this.live();
      if (end.how !== 'crashed') {
        if (!end.confirmed) await this.cleanUp.take(places, end.ending);
        if (!(await this.cleanUp.finish(this))) return 1;
        // Where the exchange had not confirmed it, status 1 said just that, and that is mended.
        return !end.confirmed && end.status === 1 ? 0 : end.status;
      }
      log.error(`the strategy died: ${end.why}`);
      if (lastedMs >= GOOD_RUN_MS) attempt = 0;
      const again = restart === 'on-crash' && attempt < maxRestarts && !this.isStopping;
      if (!end.confirmed) await this.cleanUp.take(places, end.ending);
      if (!again && restart === 'on-crash' && !this.isStopping) log.error(`given up after ${attempt} restarts`);
      if (again && !this.isStopping) {
        const wait = backoff(attempt++);
        log.warn(`starting the strategy again in ${wait / 1000} s (restart ${attempt} of at most ${maxRestarts})`);
        if (wait > LONG_WAIT_MS) this.cleanUp.goOn();
        await Promise.race([sleep(clock, wait), this.stopRequested]);
      }
      if (again && !this.isStopping) await this.cleanUp.handOver();
      // It may have been told to stop during any of these waits.
      if (!again || this.isStopping) {
        await this.cleanUp.finish(this);
        return 1;
      }
    }
  }

  /** One child from its start to its certain death. */
  private async live(): Promise<Life> {
    const { clock, log, leaseMs, stopLimitMs } = this.parts;
    const begun = clock.monotonic();
    let child: SupervisedChild;
    try {
      child = this.parts.spawn();
    } catch (error) {
      // Where memory is short, say. What earlier lives left is to be looked after all the same.
      const why = `it could not be started (${error instanceof Error ? error.message : String(error)})`;
      return { end: { how: 'crashed', why, ending: 'crash', confirmed: true }, places: [], lastedMs: 0 };
    }
    this.child = child;
    const places: TradingPlace[] = [];
    let farewell: Extract<ChildMessage, { type: 'stopped' }> | null = null;
    let started = false;
    let fence: string | null = null;
    const kill = (why: string): void => {
      fence ??= why;
      child.kill();
    };
    const frozen = (silence: number): void => {
      // First of all: nothing, and be it a line of the log, may come between.
      kill(`its event loop was frozen for ${Math.round(silence)} ms`);
      log.error(`no sign of life from the strategy for ${Math.round(silence)} ms: killed process ${child.pid ?? '?'}`);
    };
    const grace = clock.after(Math.max(START_GRACE_MS, leaseMs), () => frozen(clock.monotonic() - begun));
    let lease: LeaseWatch | null = null;
    child.onMessage((message) => {
      grace.cancel();
      lease ??= new LeaseWatch(clock, leaseMs, frozen);
      lease.renew();
      if (message.type === 'place') {
        places.push(readPlace(message));
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
    return { end, places, lastedMs: clock.monotonic() - begun };
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
    if (fence !== null) return { how: 'crashed', why: fence, ending: 'crash', confirmed: false };
    if (farewell !== null && exit.signal === null) {
      const status = exit.code ?? 1;
      const { ending, confirmed } = farewell;
      // What was used wrongly, or failed before it ever ran, would only fail again.
      const isFutile = status === USED_WRONGLY || (!started && confirmed);
      if (ending === 'stop' || isFutile) return { how: 'ended', status, ending, confirmed };
      return { how: 'crashed', why: 'an uncaught error (see above)', ending, confirmed };
    }
    // A Ctrl-C at the terminal reaches it while it is being loaded: nothing was placed yet.
    if (!started && exit.signal !== null && (this.isStopping || exit.signal === 'SIGINT'))
      return { how: 'ended', status: 0, ending: 'stop', confirmed: true };
    const why = exit.signal === null ? `it exited with status ${String(exit.code)}` : `killed by ${exit.signal}`;
    return { how: 'crashed', why, ending: 'crash', confirmed: false };
  }
}
