// The price limit: no buying above and no selling below a band around the last price (okx.md 2.3).
// Switched off unless the options set a band.

import type { Decimal } from '../../domain/decimal.ts';
import type { VenueInstrument } from '../venue.ts';
import { instIdOf } from './instruments.ts';
import type { Row } from './order-rows.ts';
import { Refusal } from './refusal.ts';
import type { Site } from './site.ts';

function bandOf(site: Site, instrument: VenueInstrument): { readonly buy: Decimal; readonly sell: Decimal } | null {
  const { priceBand } = site.settings;
  const last = site.venue.lastPrice(instrument.symbol);
  if (priceBand === null || last === null) return null;
  const half = last.mul(priceBand);
  return {
    buy: last.add(half).toStep(instrument.tickSize, 'down'),
    sell: last.sub(half).toStep(instrument.tickSize, 'up'),
  };
}

/** The price itself when it is inside; at the band's edge when the client allowed that; else 51006. */
export function boundedPrice(
  site: Site,
  instrument: VenueInstrument,
  side: 'buy' | 'sell',
  price: Decimal,
  mayAmend: boolean,
): Decimal {
  const band = bandOf(site, instrument);
  if (band === null) return price;
  if (side === 'buy' ? price.lte(band.buy) : price.gte(band.sell)) return price;
  if (mayAmend) return band[side];
  throw new Refusal(
    '51006',
    `Order price is not within the price limit (max buy price: ${band.buy.toString()} , min sell price: ${band.sell.toString()} )`,
  );
}

export function priceLimitRow(site: Site, instrument: VenueInstrument): Row {
  const band = bandOf(site, instrument);
  return {
    instType: 'SPOT',
    instId: instIdOf(instrument.symbol),
    buyLmt: band?.buy.toString() ?? '',
    sellLmt: band?.sell.toString() ?? '',
    ts: String(site.now()),
    enabled: band !== null,
  };
}
