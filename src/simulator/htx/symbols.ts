// Instruments in HTX's spelling and its three lists of them (htx.md section 3). Prices, amounts and values are limited by decimals here, not by steps.

import { Decimal } from '../../domain/decimal.ts';
import { RawNumber, type JsonValue } from '../json-text.ts';
import type { Venue, VenueInstrument } from '../venue.ts';
import { javaDouble } from './java-number.ts';

/** The most money one market buy may spend, in every quote currency. */
export const MARKET_BUY_MAX = Decimal.from(1_000_000);

export function rawSymbol(instrument: VenueInstrument): string {
  return `${instrument.base}${instrument.quote}`.toLowerCase();
}

export function findInstrument(venue: Venue, raw: string): VenueInstrument | null {
  for (const instrument of venue.instruments.values()) if (rawSymbol(instrument) === raw) return instrument;
  return null;
}

interface Precision {
  readonly price: number;
  readonly amount: number;
  readonly value: number;
}

export function precisionOf(instrument: VenueInstrument): Precision {
  return { price: instrument.tickSize.decimals(), amount: instrument.lotSize.decimals(), value: 8 };
}

function number(value: Decimal): RawNumber {
  return new RawNumber(javaDouble(value));
}

/** `GET /v1/settings/common/market-symbols`. */
export function marketSymbol(instrument: VenueInstrument): JsonValue {
  const { price, amount, value } = precisionOf(instrument);
  return {
    symbol: rawSymbol(instrument),
    state: 'online',
    bc: instrument.base.toLowerCase(),
    qc: instrument.quote.toLowerCase(),
    pp: price,
    ap: amount,
    sp: 'main',
    vp: value,
    minoa: number(instrument.minQuantity),
    maxoa: number(instrument.maxQuantity),
    minov: number(instrument.minNotional),
    lominoa: number(instrument.minQuantity),
    lomaxoa: number(instrument.maxQuantity),
    lomaxba: number(instrument.maxQuantity),
    lomaxsa: number(instrument.maxQuantity),
    smminoa: number(instrument.minQuantity),
    smmaxoa: number(instrument.maxQuantity),
    bmmaxov: number(MARKET_BUY_MAX),
    blmlt: 1.1,
    slmgt: 0.9,
    at: 'enabled',
    tags: '',
  };
}

/** `GET /v1/common/symbols`. */
export function commonSymbol(instrument: VenueInstrument): JsonValue {
  const { price, amount, value } = precisionOf(instrument);
  return {
    'base-currency': instrument.base.toLowerCase(),
    'quote-currency': instrument.quote.toLowerCase(),
    'price-precision': price,
    'amount-precision': amount,
    'symbol-partition': 'main',
    symbol: rawSymbol(instrument),
    state: 'online',
    'value-precision': value,
    'min-order-amt': number(instrument.minQuantity),
    'max-order-amt': number(instrument.maxQuantity),
    'min-order-value': number(instrument.minNotional),
    'limit-order-min-order-amt': number(instrument.minQuantity),
    'limit-order-max-order-amt': number(instrument.maxQuantity),
    'sell-market-min-order-amt': number(instrument.minQuantity),
    'sell-market-max-order-amt': number(instrument.maxQuantity),
    'buy-market-max-order-value': number(MARKET_BUY_MAX),
    'api-trading': 'enabled',
    tags: '',
  };
}

/** `GET /v2/settings/common/symbols`. */
export function settingsSymbol(instrument: VenueInstrument): JsonValue {
  const { price, amount, value } = precisionOf(instrument);
  return {
    sc: rawSymbol(instrument),
    dn: instrument.symbol,
    bc: instrument.base.toLowerCase(),
    qc: instrument.quote.toLowerCase(),
    bcdn: instrument.base,
    qcdn: instrument.quote,
    state: 'online',
    whe: false,
    cd: false,
    te: true,
    toa: 1_514_779_200_000,
    sp: 'main',
    w: 999_999,
    ttp: value,
    tap: amount,
    tpp: price,
    fp: 8,
    tags: '',
    d: null,
    p: [],
  };
}
