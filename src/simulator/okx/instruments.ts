// Instruments as OKX names them: `BTC-USDT` and an integer code, and the row of the instrument lists (okx.md 2, 2.1).
// The venue knows `BTC/USDT`; nothing but this file turns one into the other.

import type { VenueInstrument } from '../venue.ts';
import type { Fields } from './fields.ts';
import { badParameter, emptyParameter, refusal } from './refusal.ts';
import type { Site } from './site.ts';

/** Product types that exist on OKX; only SPOT is simulated, the lists of the others are empty. */
const INSTRUMENT_TYPES = new Set(['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS']);

export function instIdOf(symbol: string): string {
  return symbol.replace('/', '-');
}

/** Null when it is not listed. */
export function instrumentById(site: Site, instId: string): VenueInstrument | null {
  return site.venue.instruments.get(instId.replace('-', '/')) ?? null;
}

export function instrumentByCode(site: Site, code: number): VenueInstrument | null {
  for (const instrument of site.venue.instruments.values()) if (codeNow(site, instrument) === code) return instrument;
  return null;
}

function codeNow(site: Site, { symbol, code }: VenueInstrument): number | null {
  const { code: now = code } = site.settings.instrumentNow(symbol);
  return now;
}

/** `live` or another of the states that refuse ordinary orders (okx.md 2.1, trap 37). */
export function stateNow(site: Site, { symbol }: VenueInstrument): string {
  return site.settings.instrumentNow(symbol).state ?? 'live';
}

/** The instrument of `instId`: 50014 when missing, 51001 when not listed. */
export function requiredInstrument(site: Site, fields: Fields): VenueInstrument {
  const instId = fields.text('instId');
  if (instId === '') throw emptyParameter('instId');
  const instrument = instrumentById(site, instId);
  if (instrument === null) throw refusal('51001');
  return instrument;
}

export function requiredType(fields: Fields, allowAny = false): string {
  const type = fields.text('instType');
  if (type === '') throw emptyParameter('instType');
  if (!INSTRUMENT_TYPES.has(type) && !(allowAny && type === 'ANY')) throw badParameter('instType');
  return type;
}

/** Whether a filter by product type lets SPOT rows through. */
export function includesSpot(type: string): boolean {
  return type === '' || type === 'SPOT' || type === 'ANY';
}

/** `instFamily` and `uly` belong to derivatives: a filter by them leaves nothing of SPOT. */
export function listedInstruments(site: Site, fields: Fields): VenueInstrument[] {
  if (!includesSpot(requiredType(fields))) return [];
  if (fields.text('instFamily') !== '' || fields.text('uly') !== '') return [];
  const instId = fields.text('instId');
  if (instId !== '') return [requiredInstrument(site, fields)];
  return [...site.venue.instruments.values()];
}

export function instrumentRow(site: Site, instrument: VenueInstrument): Readonly<Record<string, unknown>> {
  const most = instrument.maxQuantity.toString();
  return {
    instType: 'SPOT',
    instId: instIdOf(instrument.symbol),
    instIdCode: codeNow(site, instrument),
    instFamily: '',
    uly: '',
    baseCcy: instrument.base,
    quoteCcy: instrument.quote,
    settleCcy: '',
    ctType: '',
    ctVal: '',
    ctMult: '',
    ctValCcy: '',
    tickSz: instrument.tickSize.toString(),
    lotSz: instrument.lotSize.toString(),
    minSz: instrument.minQuantity.toString(),
    lever: '10',
    state: stateNow(site, instrument),
    ruleType: 'normal',
    maxLmtSz: most,
    maxMktSz: MAX_MARKET_AMOUNT,
    maxLmtAmt: '20000000',
    maxMktAmt: MAX_MARKET_AMOUNT,
    maxIcebergSz: most,
    maxTriggerSz: most,
    maxTwapSz: most,
    maxStopSz: MAX_MARKET_AMOUNT,
    listTime: '1548133413000',
    contTdSwTime: '',
    expTime: '',
    openType: 'fix_price',
    category: '1',
    instCategory: '1',
    groupId: '1',
    futureSettlement: false,
    posLmtAmt: '',
    posLmtPct: '',
    maxPlatOILmt: '',
    longPosRemainingQuota: '',
    shortPosRemainingQuota: '',
    tradeQuoteCcyList: [instrument.quote],
    upcChg: [],
    auctionEndTime: '',
    preMktSwTime: '',
    alias: '',
    optType: '',
    stk: '',
    freq: '',
    method: '',
    seriesId: '',
  };
}

/** Most quote currency one market order may be worth; for SPOT `maxMktSz` is in USDT, not base (okx.md 2.1). */
export const MAX_MARKET_AMOUNT = '1000000';
