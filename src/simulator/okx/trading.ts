// Placing, canceling and amending, item by item, each answered by a row with an sCode of its own (okx.md 6).
// REST and the socket share this; they differ in how an instrument is named, in a text and in the order of keys.

import type { VenueAccount, VenueInstrument } from '../venue.ts';
import { fieldsOf, isRecord, orderIdOf, positive, type Fields } from './fields.ts';
import { instIdOf, instrumentByCode, requiredInstrument } from './instruments.ts';
import type { RateLimit } from './limiter.ts';
import { limit } from './limiter.ts';
import type { Row } from './order-rows.ts';
import { place } from './placing.ts';
import { Refusal, badParameter, refusal } from './refusal.ts';
import type { Site } from './site.ts';

export type Way = 'rest' | 'socket';
export type Action = 'place' | 'cancel' | 'amend';

export const BATCH_SIZE = 20;

/** Single and batch requests draw from buckets of their own; REST and socket share them (okx.md 12). */
const BUCKETS: Readonly<Record<Action, { readonly single: RateLimit; readonly batch: RateLimit }>> = {
  place: { single: limit('place', 60, 'user+instrument'), batch: limit('place-batch', 300, 'user+instrument') },
  cancel: { single: limit('cancel', 60, 'user+instrument'), batch: limit('cancel-batch', 300, 'user+instrument') },
  amend: { single: limit('amend', 60, 'user+instrument'), batch: limit('amend-batch', 300, 'user+instrument') },
};

/** Counts orders, each against its own instrument; a batch of one is a single request. False when there are too many. */
export function chargeItems(site: Site, account: VenueAccount, action: Action, items: readonly unknown[]): boolean {
  const perInstrument = new Map<string, number>();
  for (const item of items) {
    const fields = fieldsOf(item);
    const name = fields.text('instIdCode') || fields.text('instId');
    const instrument = instrumentByCode(site, Number(name));
    const instId = instrument === null ? name : instIdOf(instrument.symbol);
    perInstrument.set(instId, (perInstrument.get(instId) ?? 0) + 1);
  }
  const { single, batch } = BUCKETS[action];
  const rule = items.length > 1 ? batch : single;
  for (const [instId, cost] of perInstrument) {
    if (!site.limiter.take(rule, `${account.uid}|${instId}`, cost)) return false;
  }
  return true;
}

/** The instrument an item names; null when it names none that is listed. For faults and latency, which do not refuse. */
function symbolOfItem(site: Site, item: unknown, way: Way): string | null {
  try {
    return instrumentOf(site, item, way).symbol;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** The one symbol that all items name, else null. */
export function commonSymbol(site: Site, items: readonly unknown[], way: Way): string | null {
  const [first] = items;
  const symbol = symbolOfItem(site, first, way);
  return items.every((item) => symbolOfItem(site, item, way) === symbol) ? symbol : null;
}

function instrumentOf(site: Site, item: unknown, way: Way): VenueInstrument {
  if (way === 'rest') return requiredInstrument(site, fieldsOf(item));
  const code = codeIn(item);
  const instrument = code === null ? null : instrumentByCode(site, code);
  if (instrument === null) throw refusal('51001');
  return instrument;
}

/** Only the integer code counts on the socket; instId is ignored, a text is none (okx.md 5.1, trap 1). */
export function codeIn(item: unknown): number | null {
  const code = isRecord(item) ? item['instIdCode'] : null;
  return typeof code === 'number' ? code : null;
}

/** Does one item and words its outcome; never throws a Refusal. */
export function runItem(site: Site, account: VenueAccount, action: Action, item: unknown, way: Way): Row {
  const fields = fieldsOf(item);
  const act = { place: placeItem, cancel: cancelItem, amend: amendItem }[action];
  try {
    if (!isRecord(item)) throw badParameter('args');
    return act(site, account, instrumentOf(site, item, way), fields, way);
  } catch (error) {
    if (error instanceof Refusal) return refusedItem(site, action, fields, way, error);
    throw error;
  }
}

export function refusedItem(
  site: Site,
  action: Action,
  fields: Fields,
  way: Way,
  { code, message, subCode }: Refusal,
): Row {
  const ids = { clOrdId: fields.text('clOrdId'), ordId: action === 'place' ? '' : fields.text('ordId') };
  return itemRow(action, way, ids, fields, String(site.now()), code, message, subCode);
}

interface Ids {
  readonly clOrdId: string;
  readonly ordId: string;
}

function itemRow(
  action: Action,
  way: Way,
  ids: Ids,
  fields: Fields,
  ts: string,
  sCode: string,
  sMsg: string,
  subCode: string,
): Row {
  if (action === 'cancel') return { ...ids, ts, sCode, sMsg };
  if (action === 'amend') return { ...ids, ts, reqId: fields.text('reqId'), sCode, sMsg, subCode };
  const tag = fields.text('tag');
  // As recorded from the socket (okx.md 7.2) and as documented for REST (6.1).
  if (way === 'socket') return { tag, ts, ordId: ids.ordId, clOrdId: ids.clOrdId, sCode, sMsg, subCode };
  return { ...ids, tag, ts, sCode, sMsg, subCode };
}

function placeItem(site: Site, account: VenueAccount, instrument: VenueInstrument, fields: Fields, way: Way): Row {
  const order = place(site, account, instrument, fields);
  const ids = { clOrdId: order.clientOrderId, ordId: String(order.orderId) };
  const message = way === 'socket' ? 'Order successfully placed.' : 'Order placed';
  return itemRow('place', way, ids, fields, String(order.createdAt), '0', message, '');
}

function cancelItem(site: Site, account: VenueAccount, instrument: VenueInstrument, fields: Fields, way: Way): Row {
  const orderId = orderIdOf(fields, 'ordId');
  const clientOrderId = fields.text('clOrdId');
  if (orderId === null && clientOrderId === '') throw refusal('51407');
  const ref = orderId === null ? { clientOrderId } : { orderId };
  const result = site.gateway.cancel(account.uid, instrument.symbol, ref);
  if (!result.ok) throw refusal('51400');
  const ids = { clOrdId: result.order.clientOrderId, ordId: String(result.order.orderId) };
  return itemRow('cancel', way, ids, fields, String(site.now()), '0', '', '');
}

/**
 * The venue cannot change an order in place, so a well-formed amendment of a living order is refused with 51506:
 * the order lives on untouched, as after any refused amendment.
 */
function amendItem(site: Site, account: VenueAccount, instrument: VenueInstrument, fields: Fields): Row {
  const orderId = orderIdOf(fields, 'ordId');
  const clientOrderId = fields.text('clOrdId');
  if (orderId === null && clientOrderId === '') throw refusal('51003');
  if (fields.text('newSz') === '' && fields.text('newPx') === '') throw refusal('51500');
  for (const name of ['newSz', 'newPx']) if (fields.text(name) !== '') positive(fields, name);
  const order = site.venue.order(account.uid, instrument.symbol, orderId === null ? { clientOrderId } : { orderId });
  throw refusal(order === null || order.status !== 'open' ? '51503' : '51506');
}

/** The outer code of a trade answer: all well, none, some (okx.md 6.1). */
export function outerCode(items: readonly Row[]): '0' | '1' | '2' {
  const good = items.filter((item) => item['sCode'] === '0').length;
  if (good === items.length) return '0';
  return good === 0 ? '1' : '2';
}
