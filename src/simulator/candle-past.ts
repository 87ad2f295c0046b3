// A venue's candles with a past: a market that has just begun gets invented minutes that end at its first price.
// The candles themselves are the engine's; intervals and rows are the dialects'.

import type { Decimal } from '../domain/decimal.ts';
import type { DialectContext } from './dialect.ts';
import { CandleStore } from './engine/candles.ts';
import { PerVenue } from './per-venue.ts';

const STORES = new PerVenue<CandleStore>();

/** @param minutes how much past; 0 for none */
export function candlesWithPast(context: DialectContext, minutes: number): CandleStore {
  return STORES.of(context.venue, () => made(context, minutes));
}

function made({ venue, clock, random }: DialectContext, minutes: number): CandleStore {
  const invented = new Set<string>();
  const invent = (symbol: string, price: Decimal): void => {
    const instrument = venue.instruments.get(symbol);
    if (instrument === undefined || invented.has(symbol)) return;
    invented.add(symbol);
    store.invent(instrument, price, minutes, clock, random);
  };
  // Registered before the store's own listener: the past must be there before the first trade is added to it.
  const stopListening = venue.listen((event) => {
    if (event.type !== 'trade') return;
    invent(event.trade.symbol, event.trade.price);
    if (invented.size === venue.instruments.size) stopListening();
  });
  const store = new CandleStore(venue);
  for (const symbol of venue.instruments.keys()) {
    const price = venue.lastPrice(symbol);
    if (price !== null) invent(symbol, price);
  }
  return store;
}
