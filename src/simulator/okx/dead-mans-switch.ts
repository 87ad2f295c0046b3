// cancel-all-after: timers that cancel an account's orders unless the client calls again in time (okx.md 6.7).
// One timer for the whole account and one for each tag; the request that arms them is read in rest-trade.ts.

import type { Clock, Timer } from '../../seam/clock.ts';
import type { Venue } from '../venue.ts';
import { badParameter, refusal } from './refusal.ts';

const MIN_SECONDS = 10;
const MAX_SECONDS = 120;
const MAX_TAGS = 20;

export class DeadMansSwitches {
  private readonly venue: Venue;
  private readonly clock: Clock;
  private readonly timers = new Map<number, Map<string, Timer>>();

  constructor(venue: Venue, clock: Clock) {
    this.venue = venue;
    this.clock = clock;
  }

  /**
   * @param seconds 0 disarms, 10 to 120 arm anew; anything else is refused
   * @param tag '' for all orders of the account
   */
  set(uid: number, tag: string, seconds: number): void {
    if (seconds !== 0 && (seconds < MIN_SECONDS || seconds > MAX_SECONDS)) throw badParameter('timeOut');
    const own = this.timers.get(uid) ?? new Map<string, Timer>();
    this.timers.set(uid, own);
    if (seconds > 0 && tag !== '' && !own.has(tag) && tagsIn(own) >= MAX_TAGS) throw refusal('51071');
    own.get(tag)?.cancel();
    own.delete(tag);
    if (seconds === 0) return;
    own.set(
      tag,
      this.clock.after(seconds * 1000, () => {
        own.delete(tag);
        this.strike(uid, tag);
      }),
    );
  }

  /** One after the other, as the exchange does; afterwards the switch is off. */
  private strike(uid: number, tag: string): void {
    for (const order of this.venue.openOrders(uid, null)) {
      if (tag !== '' && order.tag['tag'] !== tag) continue;
      this.venue.cancel(uid, order.symbol, { orderId: order.orderId }, '', 'cancel-all-after');
    }
  }

  close(): void {
    for (const own of this.timers.values()) for (const timer of own.values()) timer.cancel();
    this.timers.clear();
  }
}

function tagsIn(timers: ReadonlyMap<string, Timer>): number {
  return timers.size - (timers.has('') ? 1 : 0);
}
