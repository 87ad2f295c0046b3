// One order under our eyes: its merged state and what is known about it besides (how far its request got, what was told of it).
// The order manager changes it, and who finds something out about it: `phase` also submit and doubt, `isMissing` also the desk and doubt;
// `cancelSent` is the revokes', `refusedForRate` submit's, `silent` and the waiting fills are the fill teller's too, the filing the tracker's.
// What the exchange says of it, `state`, only the manager merges.

import { Decimal } from '../domain/decimal.ts';
import { filledQuantity, isFilledUp, type OrderState } from '../domain/merge.ts';
import type { FillReport, OrderReport } from '../domain/order-report.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import { isEnded, isPresumed } from '../domain/transitions.ts';
import type { Clock } from '../seam/clock.ts';

/**
 * How far createOrder got with it. `sending`: the request is out and has no answer yet. `doubt`: its outcome is unknown and is being looked up.
 * `settled`: the exchange took or refused it, or it was placed by somebody else.
 */
export type Phase = 'sending' | 'doubt' | 'settled';

/** Clocks are set, and what the exchange's clock was taken for when an order was sent may be wrong; but never by this much. */
const LONGEST_CLOCK_ERROR_MS = 86_400_000;

/** A fill that waits for its fee before it is told. */
export interface WaitingFill {
  readonly order: TrackedOrder;
  fill: FillReport;
  readonly receivedAt: number;
  /** Since when it waits, on the monotonic clock. */
  since: number;
  isAskedFor: boolean;
}

export class TrackedOrder {
  /** Its name in the journal. */
  readonly key: string;
  state: OrderState;
  /** The strategy's own: placed by it, in this process or an earlier one, or adopted. */
  own: boolean;
  phase: Phase = 'settled';
  /** A cancel of ours left for the exchange. If the order turns out canceled, it was us. */
  cancelSent = false;
  /** Known to have been open, but the exchange says that it knows no such order. */
  isMissing = false;
  /** Its end was concluded from the exchange's silence, not heard. */
  isConcluded = false;
  /** Refused by a rate limit, so most likely never seen by the matching: nobody asks for it, but what shows it all the same is believed. */
  refusedForRate = false;
  /** Of an order that had left memory and is back, or that an earlier process knew: the fills that were told before, by trade id. Null for any other. */
  toldBefore: ReadonlySet<string> | null = null;
  /** Filled before the first start and not yet explained by known fills: those are never told. */
  silent = Decimal.ZERO;
  feesGivenUp = false;
  /** Asked for often and long enough, in vain. */
  fillsGivenUp = false;
  /** Filled, but the exchange has no fills to show for it (too old): nothing more to ask. */
  unexplainable = Decimal.ZERO;
  /** The newest snapshot; what `orders` shows. */
  snapshot: Order | null = null;
  /** The snapshot last given to the strategy. */
  told: Order | null = null;
  /** The snapshot of its end, once the strategy's callback was called with it. */
  endTold: Order | null = null;
  /** The status it ended with, when the strategy knows its end and every fill; then the snapshots are let go. */
  closedAs: OrderStatus | null = null;
  /** Client ids it went by besides the one in its state (amended by hand). */
  otherClientIds: Set<string> | null = null;
  waitingFills: Map<string, WaitingFill> | null = null;
  /** The tracker's notes: the id it is shown under while it is unfinished, and those it is found by. */
  shownAs: string | null = null;
  filedOrderId: string | null = null;
  filedClientId: string | null = null;
  /** When it ended, on the monotonic clock; null while it lives. */
  endedAt: number | null = null;
  /** Our clock, ms: when it was sent, or first heard of. */
  readonly since: number;
  /** The exchange's clock, ms, as far as that was known: when it was sent; null when it is not ours. */
  sentAt: number | null = null;
  private watchers: (() => void)[] | null = null;

  constructor(key: string, state: OrderState, since: number, own: boolean) {
    this.key = key;
    this.state = state;
    this.since = since;
    this.own = own;
  }

  /** The exchange's id, or the client's while that is unknown. */
  get id(): string {
    return this.state.orderId ?? this.state.clientOrderId ?? '';
  }

  /** Ended as far as the exchange said or could be concluded, or filled to the last lot. */
  get isEnded(): boolean {
    const { state } = this;
    if (isEnded(state.life)) {
      // A fill proves that what was concluded from silence was wrong.
      return state.life !== 'presumed-failed' || filledQuantity(state).isZero();
    }
    return isFilledUp(state);
  }

  /** As the exchange said, not as was concluded from its silence. */
  get hasSurelyEnded(): boolean {
    return this.isEnded && !isPresumed(this.state.life) && !this.isConcluded;
  }

  /** Filled according to the exchange, without a fill that we know, and worth asking for. */
  get lacksFills(): boolean {
    const { state } = this;
    if (state.filled.lte(state.tradedQuantity)) return false;
    return state.filled.sub(state.tradedQuantity).sub(this.unexplainable).sub(this.silent).isPositive();
  }

  /** ... and not yet asked for often enough. */
  get awaitsFills(): boolean {
    return !this.fillsGivenUp && this.lacksFills;
  }

  /** A fill is known without its fee, and the fee may still come. */
  get lacksFees(): boolean {
    return !this.feesGivenUp && this.state.trades.withoutFee > 0;
  }

  /** The status that was told last; null when none was. */
  get toldStatus(): OrderStatus | null {
    return this.told === null ? this.closedAs : this.told.status;
  }

  /** There is evidence that the exchange has, or had, the order. */
  get isProven(): boolean {
    const { life } = this.state;
    return (life !== 'unseen' && life !== 'presumed-failed') || this.state.trades.size > 0;
  }

  /** The exchange said no: there never was such an order. */
  get wasRefused(): boolean {
    return this.state.life === 'failed' && filledQuantity(this.state).isZero();
  }

  /** What the report is about happened long before this order was sent. */
  isYoungerThan({ ctime, fill }: OrderReport): boolean {
    const time = ctime ?? fill?.time ?? null;
    return this.sentAt !== null && time !== null && time < this.sentAt - LONGEST_CLOCK_ERROR_MS;
  }

  /** Calls `watcher` after every change until the function returned is called. */
  watch(watcher: () => void): () => void {
    // A new list each time: one that is being walked through never changes.
    this.watchers = [...(this.watchers ?? []), watcher];
    return () => {
      this.watchers = this.watchers?.filter((other) => other !== watcher) ?? null;
    };
  }

  changed(): void {
    if (this.watchers === null) return;
    for (const watcher of this.watchers) watcher();
  }

  /** Resolves true when `holds` does, false after `ms`. Checked at once and after every change. */
  until(holds: () => boolean, ms: number, clock: Clock): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (result: boolean): void => {
        unwatch();
        timer.cancel();
        resolve(result);
      };
      const unwatch = this.watch(() => {
        if (holds()) finish(true);
      });
      const timer = clock.after(ms, () => finish(false));
    });
  }
}
