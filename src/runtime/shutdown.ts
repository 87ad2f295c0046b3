// The order of a clean stop: close the gate, let what is in flight settle, revoke, confirm, close, flush - within a time limit.
// Why it stops, signals and the exit are quant.ts's part; how one Trade revokes is its own.

import { counted } from '../domain/counted.ts';
import type { LiveTrade, TradingPlace } from '../domain/live-trade.ts';
import {
  describeReceipt,
  isConfirmed,
  isRevokedAt,
  type Ending,
  type RevokeReceipt,
} from '../domain/unfinished-orders.ts';
import type { Clock } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import type { Enrolment } from './participant.ts';

export interface LeftOver {
  readonly place: TradingPlace;
  readonly orderId: string;
}

interface StopReport {
  readonly receipts: readonly RevokeReceipt[];
  /** Orders that may still rest on an exchange although the policy was to revoke them. */
  readonly left: readonly LeftOver[];
  /** Of every place whose policy is to revoke, the exchange said that nothing is left. What nobody could ask may be left, too. */
  readonly confirmed: boolean;
  readonly timedOut: boolean;
}

export interface ShutdownParts {
  readonly participants: Enrolment;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeLimitMs: number;
  readonly ending: Exclude<Ending, 'crash'>;
  /** Ends what could place orders by itself (tasks). */
  readonly quiet: () => void;
  /** Writes out and closes what must not be lost (the journal), after the last order is settled. */
  readonly flush: () => Promise<void>;
}

const where = ({ account, platform, symbol }: TradingPlace): string => `${account} ${platform} ${symbol}`;

/** A receipt takes so long at most from the last answer on. */
const RECEIPT_MS = 1_000;
const LEAST_REVOKE_MS = 1_000;

export class Shutdown {
  private readonly parts: ShutdownParts;
  private readonly members: readonly LiveTrade[];
  private readonly receipts = new Map<LiveTrade, RevokeReceipt>();
  private timedOut = false;

  constructor(parts: ShutdownParts) {
    this.parts = parts;
    this.members = parts.participants.all;
  }

  /** What would be left if everything ended now. */
  left(): LeftOver[] {
    return this.members.flatMap((member) => {
      const { place } = member;
      if (this.isKept(member)) return [];
      const ids = this.receipts.get(member)?.left ?? member.unfinished();
      return ids.map((orderId) => ({ place, orderId }));
    });
  }

  private isKept({ place }: LiveTrade): boolean {
    return !isRevokedAt(this.parts.ending, place.unfinishedOrders);
  }

  private get isConfirmed(): boolean {
    return this.members.every((member) => {
      if (this.isKept(member)) return true;
      const receipt = this.receipts.get(member);
      return receipt !== undefined && isConfirmed(receipt);
    });
  }

  /** Runs the whole sequence once. Never rejects. */
  async run(): Promise<StopReport> {
    const { clock, log, timeLimitMs, quiet, flush } = this.parts;
    for (const member of this.members) member.closeGate();
    quiet();
    const deadline = clock.monotonic() + timeLimitMs;
    const limit = new Promise<void>((resolve) => {
      const timer = clock.after(timeLimitMs, () => {
        this.timedOut = true;
        resolve();
      });
      void Promise.allSettled(this.members.map((member) => this.finish(member, deadline))).then(() => {
        timer.cancel();
        resolve();
      });
    });
    await limit;
    for (const [{ place }, { error }] of this.receipts) {
      if (error !== null) log.error(`could not confirm that nothing is left on ${where(place)}: ${error}`);
    }
    try {
      await flush();
    } catch (error) {
      log.error('the journal could not be flushed', { err: error });
    }
    return {
      receipts: [...this.receipts.values()],
      left: this.left(),
      confirmed: this.isConfirmed,
      timedOut: this.timedOut,
    };
  }

  private async finish(member: LiveTrade, deadline: number): Promise<void> {
    const { clock, log } = this.parts;
    const { place } = member;
    try {
      await member.settle();
      if (this.isKept(member)) {
        const kept = member.unfinished();
        if (kept.length > 0)
          log.warn(`kept ${counted(kept.length, 'unfinished order')} on ${where(place)}`, { orderIds: kept });
      } else {
        // A little before everything ends: what it could not do, and why, is to be said.
        const timeLimitMs = Math.max(LEAST_REVOKE_MS, deadline - clock.monotonic() - RECEIPT_MS);
        const receipt = await member.revokeAtStop(timeLimitMs);
        this.receipts.set(member, receipt);
        log.info(`${where(place)}: ${describeReceipt(receipt).counts}`);
      }
    } catch (error) {
      log.error(`stopping ${where(place)} failed`, { err: error });
    }
    if (this.timedOut) return;
    try {
      await member.close();
    } catch (error) {
      log.warn(`closing the connections of ${where(place)} failed`, { err: error });
    }
  }
}
