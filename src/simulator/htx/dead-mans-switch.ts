// `POST /v2/algo-orders/cancel-all-after` (htx.md section 5.10): cancels up to 500 of the account's orders when it is not renewed in time.

import type { Clock, Timer } from '../../seam/clock.ts';
import type { Venue, VenueAccount } from '../venue.ts';
import type { Body, Params } from './commands.ts';

const MIN_SECONDS = 5;
const MAX_ORDERS = 500;

export class DeadMansSwitch {
  private readonly venue: Venue;
  private readonly clock: Clock;
  private readonly armed = new Map<number, Timer>();

  constructor(venue: Venue, clock: Clock) {
    this.venue = venue;
    this.clock = clock;
  }

  set(account: VenueAccount, params: Params, now: number): Body {
    const given = params['timeout'];
    const seconds = typeof given === 'string' || typeof given === 'number' ? Number(given) : Number.NaN;
    if (given === undefined) return { code: 2003, message: 'missing mandatory field' };
    if (!Number.isInteger(seconds) || (seconds !== 0 && seconds < MIN_SECONDS))
      return { code: 2002, message: 'invalid field value: timeout' };
    this.armed.get(account.uid)?.cancel();
    this.armed.delete(account.uid);
    if (seconds > 0)
      this.armed.set(
        account.uid,
        this.clock.after(seconds * 1000, () => this.fire(account.uid)),
      );
    return {
      code: 200,
      message: 'success',
      data: { currentTime: now, triggerTime: seconds === 0 ? 0 : now + seconds * 1000 },
    };
  }

  private fire(uid: number): void {
    this.armed.delete(uid);
    for (const order of this.venue.openOrders(uid, null).slice(0, MAX_ORDERS)) {
      this.venue.cancel(uid, order.symbol, { orderId: order.orderId }, '', 'cancel-all-after');
    }
  }

  close(): void {
    for (const timer of this.armed.values()) timer.cancel();
    this.armed.clear();
  }
}
