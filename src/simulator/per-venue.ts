// One thing per venue, made when it is first asked for. A restart of the exchange makes its dialect anew, over the same venue:
// what the world has seen of the market - candles, numbers of trades - must be the same afterwards, so no dialect may own it.

import type { Venue } from './venue.ts';

export class PerVenue<T> {
  private readonly known = new WeakMap<Venue, T>();

  of(venue: Venue, make: () => T): T {
    const known = this.known.get(venue);
    if (known !== undefined) return known;
    const made = make();
    this.known.set(venue, made);
    return made;
  }
}
