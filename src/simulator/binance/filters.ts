// The symbol's trading rules: as exchangeInfo lists them and as an order is measured by them, in exact decimals (binance.md A9).
// The first rule an order breaks is named: "Filter failure: LOT_SIZE".

import { Decimal } from '../../domain/decimal.ts';
import type { NewVenueOrder, VenueInstrument } from '../venue.ts';
import { filterFailure, invalidValue } from './errors.ts';
import { padded, ZERO } from './symbols.ts';

const MAX_PRICE = Decimal.from('1000000');
const MAX_NOTIONAL = Decimal.from('9000000');
const UP = Decimal.from('5');
const DOWN = Decimal.from('0.2');
const AVERAGE_MINUTES = 5;

/** What an order is measured against besides the instrument. */
interface Measure {
  /** The average price; null before the first trade: then nothing can be compared with it. */
  readonly reference: Decimal | null;
  readonly openOrders: number;
  readonly maxOpenOrders: number;
}

/** The prices a symbol accepts end here; cheap ones are listed with fewer digits. */
function maxPrice(instrument: VenueInstrument): Decimal {
  return MAX_PRICE.toStep(instrument.tickSize, 'down');
}

export function checkFilters(instrument: VenueInstrument, order: NewVenueOrder, measure: Measure): void {
  const { price, quantity, quoteQuantity } = order;
  if (quantity !== null && !quantity.isPositive()) throw invalidValue('Invalid quantity.');
  if (quoteQuantity !== null && !quoteQuantity.isPositive()) throw invalidValue('Invalid quote order quantity.');
  if (order.type === 'LIMIT' && price !== null) checkPrice(instrument, price, measure.reference);
  if (quantity !== null) checkQuantity(instrument, order.type, quantity);
  const worth = quoteQuantity ?? worthOf(price ?? measure.reference, quantity);
  if (worth !== null && worth.lt(instrument.minNotional)) throw filterFailure('NOTIONAL');
  if (worth !== null && order.type === 'LIMIT' && worth.gt(MAX_NOTIONAL)) throw filterFailure('NOTIONAL');
  if (measure.openOrders >= measure.maxOpenOrders) throw filterFailure('MAX_NUM_ORDERS');
}

function worthOf(price: Decimal | null, quantity: Decimal | null): Decimal | null {
  return price === null || quantity === null ? null : price.mul(quantity);
}

function checkPrice(instrument: VenueInstrument, price: Decimal, reference: Decimal | null): void {
  if (!price.isPositive()) throw invalidValue('Invalid price.');
  const isInRange = price.gte(instrument.tickSize) && price.lte(maxPrice(instrument));
  if (!isInRange || !price.isMultipleOf(instrument.tickSize)) throw filterFailure('PRICE_FILTER');
  if (reference === null) return;
  // Bids and asks happen to have the same bounds here, as on most symbols.
  if (price.gt(reference.mul(UP)) || price.lt(reference.mul(DOWN))) throw filterFailure('PERCENT_PRICE_BY_SIDE');
}

function checkQuantity(instrument: VenueInstrument, type: 'LIMIT' | 'MARKET', quantity: Decimal): void {
  const isInRange = quantity.gte(instrument.minQuantity) && quantity.lte(instrument.maxQuantity);
  if (!isInRange || !quantity.isMultipleOf(instrument.lotSize)) throw filterFailure('LOT_SIZE');
  if (type === 'MARKET' && quantity.gt(marketMaximum(instrument))) throw filterFailure('MARKET_LOT_SIZE');
}

/** Market orders may be a tenth as large as limit orders. */
function marketMaximum(instrument: VenueInstrument): Decimal {
  return instrument.maxQuantity.div(Decimal.from(10), 8, 'down').toStep(instrument.lotSize, 'down');
}

/** `filters` of exchangeInfo, as JSON text. */
export function filtersText(instrument: VenueInstrument, maxOpenOrders: number): string {
  const { tickSize, lotSize, minQuantity, maxQuantity, minNotional } = instrument;
  return (
    `[{"filterType":"PRICE_FILTER","minPrice":"${padded(tickSize)}","maxPrice":"${padded(maxPrice(instrument))}","tickSize":"${padded(tickSize)}"},` +
    `{"filterType":"LOT_SIZE","minQty":"${padded(minQuantity)}","maxQty":"${padded(maxQuantity)}","stepSize":"${padded(lotSize)}"},` +
    `{"filterType":"MARKET_LOT_SIZE","minQty":"${ZERO}","maxQty":"${padded(marketMaximum(instrument))}","stepSize":"${ZERO}"},` +
    `{"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"${UP}","bidMultiplierDown":"${DOWN}","askMultiplierUp":"${UP}","askMultiplierDown":"${DOWN}","avgPriceMins":${AVERAGE_MINUTES}},` +
    `{"filterType":"NOTIONAL","minNotional":"${padded(minNotional)}","applyMinToMarket":true,"maxNotional":"${padded(MAX_NOTIONAL)}","applyMaxToMarket":false,"avgPriceMins":${AVERAGE_MINUTES}},` +
    `{"filterType":"MAX_NUM_ORDERS","maxNumOrders":${maxOpenOrders}}]`
  );
}
