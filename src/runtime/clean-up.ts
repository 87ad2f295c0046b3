// What lives that ended have left on the exchanges: revoked at once, and again - between and beside later lives - until the exchanges
// confirmed it and nothing that a dead process sent can arrive any more. When processes begin and end is supervisor.ts's part.

import type { TradingPlace } from '../domain/live-trade.ts';
import {
  describeReceipt,
  isConfirmed,
  isRevokedAt,
  type Ending,
  type RevokeReceipt,
  type RevokeTrigger,
} from '../domain/unfinished-orders.ts';
import { sleep, type Clock, type Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';

export interface SweepTask {
  readonly trigger: RevokeTrigger;
  /** Our clock, ms: what was made from then on belongs to a later life, and is left alone. Null: there has been none. */
  readonly madeBefore: number | null;
}

export interface SweepResult {
  readonly receipt: RevokeReceipt;
  /** For so long after a process died, ms, a request of it may still arrive at the exchange and be taken. 0: none is on its way. */
  readonly arrivesWithinMs: number;
}

export interface CleanUpParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Revokes and confirms; tries again by itself for some seconds. */
  readonly sweep: (place: TradingPlace, task: SweepTask) => Promise<SweepResult>;
  /** Keeps the receipt for people. Never rejects. */
  readonly record: (receipt: RevokeReceipt) => Promise<void>;
}

/** Whether somebody wants the end now. */
interface StopSign {
  readonly isStopping: boolean;
  readonly stopRequested: Promise<void>;
}

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Our idea of the exchange's clock is not exact. */
const CLOCK_MARGIN_MS = 1_000;

/** Longer with each attempt (the first is 0). */
export const backoff = (attempt: number): number => Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS);

interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

/** A place that a life has left. */
interface Debt {
  readonly place: TradingPlace;
  readonly trigger: RevokeTrigger;
  /** When that life was over for certain (monotonic). */
  readonly since: number;
  /** When the life after it began. */
  heir: Moment | null;
  rounds: number;
  isConfirmed: boolean;
  /** Until then something may still arrive (monotonic). */
  until: number;
  left: readonly string[];
}

/** Two accounts may have been given one name: the key, and where it is used, tell them apart. */
function placeKey(place: TradingPlace): string {
  const { platform, accessKey, endpoints, symbol, strategy, unfinishedOrders } = place;
  // Each strategy has a journal of its own to look into, though all of them may be about the same orders.
  return [platform, accessKey, endpoints['rest'], symbol, unfinishedOrders.whose, strategy].join('\n');
}

export class CleanUp {
  private readonly parts: CleanUpParts;
  private readonly debts = new Map<string, Debt>();
  /** One round at a time. */
  private work: Promise<void> = Promise.resolve();
  private timer: Timer | null = null;
  private attempt = 0;

  constructor(parts: CleanUpParts) {
    this.parts = parts;
  }

  /** Orders known to be left, for whoever asks. */
  get left(): readonly string[] {
    return [...this.debts.values()].flatMap(({ left }) => left);
  }

  /** A life is over, and this is what it left. Resolves after the first attempt. */
  async take(places: readonly TradingPlace[], ending: Ending): Promise<void> {
    const { clock, log } = this.parts;
    const trigger: RevokeTrigger = ending === 'stop' ? 'stop' : 'crash';
    const since = clock.monotonic();
    this.timer?.cancel();
    for (const [key, place] of new Map(places.map((one) => [placeKey(one), one]))) {
      const { account, symbol, unfinishedOrders } = place;
      if (!isRevokedAt(ending, unfinishedOrders))
        log.warn(`${account} ${symbol}: unfinished orders are kept, as configured`);
      else {
        const debt = { place, trigger, since, heir: null, rounds: 0, isConfirmed: false, until: since, left: [] };
        this.debts.set(key, debt);
      }
    }
    this.attempt = 0;
    await this.round();
  }

  /** Further attempts follow by themselves. */
  goOn(): void {
    this.timer?.cancel();
    if (this.debts.size === 0) return;
    this.timer = this.parts.clock.after(this.pause(), () => {
      void this.round().then(() => this.goOn());
    });
  }

  /** The next life begins now: from here on nothing of it may be touched. Resolves when that is certain. */
  async handOver(): Promise<void> {
    const { clock } = this.parts;
    this.timer?.cancel();
    await this.work;
    const heir = { now: clock.now(), monotonic: clock.monotonic() };
    for (const debt of this.debts.values()) debt.heir ??= heir;
    this.goOn();
  }

  /**
   * Nobody else will look after it: goes on until it is done. False when it was told to stop and could not confirm it even then.
   * Requests that may still arrive are waited for in any case.
   */
  async finish(sign: StopSign): Promise<boolean> {
    const { clock } = this.parts;
    await this.work;
    this.timer?.cancel();
    for (let triedWhileStopping = 0; this.debts.size > 0;) {
      const debts = [...this.debts.values()];
      const { isStopping } = sign;
      if (triedWhileStopping > 0 && debts.every(({ until }) => until <= clock.monotonic())) return false;
      if (!isStopping) await Promise.race([sleep(clock, this.pause()), sign.stopRequested]);
      else if (triedWhileStopping > 0 || debts.every((debt) => debt.isConfirmed)) await sleep(clock, this.pause());
      if (sign.isStopping) triedWhileStopping++;
      await this.round();
    }
    return true;
  }

  /** Until the next attempt; where something may only still arrive, not longer than until it cannot any more. */
  private pause(): number {
    const now = this.parts.clock.monotonic();
    const waits = [...this.debts.values()].map(({ isConfirmed: is, until }) =>
      is ? Math.max(0, until - now) : Infinity,
    );
    return Math.min(backoff(this.attempt++), ...waits);
  }

  private round(): Promise<void> {
    this.work = this.work.then(async () => {
      await Promise.all([...this.debts].map(([key, debt]) => this.settle(key, debt)));
    });
    return this.work;
  }

  /** Never rejects. */
  private async settle(key: string, debt: Debt): Promise<void> {
    const { clock, log, sweep, record } = this.parts;
    const { place, trigger, since } = debt;
    const asked = clock.monotonic();
    try {
      const { receipt, arrivesWithinMs } = await sweep(place, { trigger, madeBefore: this.beginning(debt.heir) });
      debt.isConfirmed = isConfirmed(receipt);
      debt.left = receipt.left.map((orderId) => `${place.account} ${place.symbol} ${orderId}`);
      debt.until = arrivesWithinMs === 0 ? since : since + arrivesWithinMs + CLOCK_MARGIN_MS;
      const isDone = debt.isConfirmed && asked >= debt.until;
      if (isDone && this.debts.get(key) === debt) this.debts.delete(key);
      // That another look found nothing either is no news.
      if (debt.rounds++ === 0 || receipt.found.length > 0 || !debt.isConfirmed) {
        this.report(receipt);
        if (!isDone && debt.isConfirmed) this.reportWait(debt);
        await record(receipt);
      }
    } catch (error) {
      debt.isConfirmed = false;
      log.error(`${place.account} ${place.symbol}: what the strategy left could not be revoked`, { err: error });
    }
  }

  /** When the later life began, by our clock of now: had it been set back or forward since, orders of that life might look older than it. */
  private beginning(heir: Moment | null): number | null {
    if (heir === null) return null;
    const { clock } = this.parts;
    return Math.min(heir.now, clock.now() - Math.ceil(clock.monotonic() - heir.monotonic));
  }

  private report(receipt: RevokeReceipt): void {
    const { log } = this.parts;
    const { platform, account, symbol, left, startedAt, endedAt } = receipt;
    const { confirmed, counts, says } = describeReceipt(receipt);
    const where = `${account} ${platform} ${symbol}`;
    const took = `${endedAt - startedAt} ms`;
    if (confirmed) log.info(`${where}: ${counts}; confirmed by the exchange in ${took}`);
    else log.error(`${where}: ${counts}, not confirmed: ${says}`, { left });
  }

  private reportWait({ place: { account, symbol }, until }: Debt): void {
    const seconds = Math.ceil((until - this.parts.clock.monotonic()) / 1_000);
    if (seconds <= 0) return;
    this.parts.log.info(
      `${account} ${symbol}: an order of the dead process may still arrive; looked for until ${seconds} s from now`,
    );
  }
}
