// Lists of orders and fills: which ones a query sees, in which order, and page by page (okx.md 9.3 to 9.5).
// What a row looks like is order-rows.ts's and fill-rows.ts's.

import type { VenueAccount, VenueFill, VenueOrder } from '../venue.ts';
import { limitOf, orderIdOf, whole, type Fields } from './fields.ts';
import { billIdOf, fillRow } from './fill-rows.ts';
import { includesSpot, instIdOf, instrumentById, requiredType } from './instruments.ts';
import { restRow, type Row } from './order-rows.ts';
import { echoOf, stateOf } from './order-words.ts';
import { refusal } from './refusal.ts';
import type { Site } from './site.ts';

const DAY = 86_400_000;
const PAGE = 100;
/** Canceled orders without a fill vanish from every query after two hours (okx.md 9.1, 9.4). */
const UNFILLED_KEPT_MS = 2 * 3_600_000;

function isPurged(site: Site, order: VenueOrder): boolean {
  return order.status !== 'open' && order.filled.isZero() && site.clock.now() - order.updatedAt > UNFILLED_KEPT_MS;
}

/** An order by id as queries see it; null when they do not. With both ids given the exchange's own wins. */
export function queriedOrder(site: Site, account: VenueAccount, symbol: string, fields: Fields): VenueOrder | null {
  const orderId = orderIdOf(fields, 'ordId');
  const ref = orderId === null ? { clientOrderId: fields.text('clOrdId') } : { orderId };
  const order = site.venue.order(account.uid, symbol, ref);
  return order === null || isPurged(site, order) ? null : site.gateway.queried(order);
}

export function orderRow(site: Site, order: VenueOrder): Row {
  const lastFill = order.filled.isZero()
    ? null
    : (site.venue.fills(order.accountUid, { orderId: order.orderId }).at(-1) ?? null);
  return restRow(order, lastFill);
}

/** One page out of `items`, whatever their order; `after` means older than, `before` newer than. Newest first. */
function pageOf<T>(items: readonly T[], idOf: (item: T) => bigint, fields: Fields, ascending = false): T[] {
  const after = orderIdOf(fields, 'after');
  const before = orderIdOf(fields, 'before');
  const direction = ascending ? 1 : -1;
  const known = items.map((item) => ({ item, id: idOf(item) }));
  return known
    .filter(({ id }) => (after === null || id < after) && (before === null || id > before))
    .sort((a, b) => (a.id < b.id ? -direction : direction))
    .slice(0, limitOf(fields, PAGE))
    .map(({ item }) => item);
}

/** The symbol of the `instId` filter; null without one. 51001 when it is not listed. */
function symbolFilter(site: Site, fields: Fields): string | null {
  const instId = fields.text('instId');
  if (instId === '') return null;
  const instrument = instrumentById(site, instId);
  if (instrument === null) throw refusal('51001');
  return instrument.symbol;
}

function matchesWords(order: VenueOrder, fields: Fields): boolean {
  const types = fields.text('ordType');
  const state = fields.text('state');
  if (types !== '' && !types.split(',').includes(echoOf(order).ordType)) return false;
  return state === '' || stateOf(order) === state;
}

export function pendingOrders(site: Site, account: VenueAccount, fields: Fields): Row[] {
  const symbol = symbolFilter(site, fields);
  if (!includesSpot(fields.text('instType')) || fields.text('instFamily') !== '') return [];
  const open = site.gateway.openOrders(account.uid, symbol);
  const wanted = open.filter((order) => matchesWords(order, fields));
  return pageOf(wanted, (order) => order.orderId, fields).map((order) => orderRow(site, order));
}

/** @param days how far back: 7 for orders-history, 90 for its archive */
export function finishedOrders(site: Site, account: VenueAccount, fields: Fields, days: number): Row[] {
  const type = requiredType(fields);
  const symbol = symbolFilter(site, fields);
  if (!includesSpot(type) || fields.text('instFamily') !== '') return [];
  const begin = whole(fields, 'begin', null);
  const end = whole(fields, 'end', null);
  const since = site.clock.now() - days * DAY;
  const wanted = site.venue.orders(account.uid, symbol).filter((order) => {
    if (order.status === 'open' || order.status === 'rejected' || order.updatedAt < since) return false;
    if (begin !== null && order.createdAt < begin) return false;
    if (end !== null && order.createdAt > end) return false;
    return matchesWords(order, fields) && !isPurged(site, order) && !site.gateway.isHidden(account.uid, order);
  });
  return pageOf(wanted, (order) => order.orderId, fields, begin !== null).map((order) => orderRow(site, order));
}

/** @param days how far back: 3 for fills, 90 for fills-history */
export function fills(site: Site, account: VenueAccount, fields: Fields, days: number): Row[] {
  const symbol = symbolFilter(site, fields);
  if (!includesSpot(fields.text('instType')) || fields.text('instFamily') !== '') return [];
  const orderId = orderIdOf(fields, 'ordId');
  const begin = whole(fields, 'begin', 0);
  const endTime = whole(fields, 'end', null);
  const found = site.venue.fills(account.uid, {
    startTime: Math.max(begin, site.clock.now() - days * DAY),
    ...(symbol === null ? {} : { symbol }),
    ...(orderId === null ? {} : { orderId }),
    ...(endTime === null ? {} : { endTime }),
  });
  const subType = fields.text('subType');
  const wanted = found.filter((fill) => subType === '' || subType === (fill.side === 'BUY' ? '1' : '2'));
  return pageOf(wanted, (fill) => billId(site, fill), fields).map((fill) =>
    fillRow(fill, site.venue.order(account.uid, fill.symbol, { orderId: fill.orderId }), billId(site, fill)),
  );
}

function billId(site: Site, fill: VenueFill): bigint {
  return billIdOf(fill, instrumentById(site, instIdOf(fill.symbol))?.code ?? 0);
}
