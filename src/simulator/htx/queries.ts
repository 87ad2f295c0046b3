// What only reads an account: accounts, balances, orders, fills (htx.md sections 4, 5.12-5.16).

import type { Decimal } from '../../domain/decimal.ts';
import type { Gateway } from '../gateway.ts';
import type { JsonValue } from '../json-text.ts';
import type { Venue, VenueAccount, VenueFill, VenueOrder } from '../venue.ts';
import type { Body, Commands } from './commands.ts';
import { errorBody, NO_SYMBOL, RECORD_INVALID, required, type HtxError } from './errors.ts';
import {
  marginAccountId,
  matchRow,
  openOrderRow,
  orderRow,
  pointAccountId,
  spotAccountId,
  stateOf,
  wireType,
} from './render.ts';
import { findInstrument, rawSymbol } from './symbols.ts';

/** Orders sent by API and canceled without a fill leave the queries after two hours (section 5.13). */
const CANCELED_MEMORY_MS = 7_200_000;
const WINDOW_MS = 48 * 3_600_000;

/** Both ends belong to it. */
interface Window {
  readonly start: number;
  readonly end: number;
}

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly id: (row: Row) => bigint;
  readonly query: URLSearchParams;
  readonly defaultSize: number;
  readonly maxSize: number;
}

const BAD_FROM: HtxError = { code: 'validation-format-error', message: 'Format Error: from.' };

/**
 * Newest first unless `direct=prev` says otherwise; `from` is inclusive (section 17). Rows come oldest first.
 * Null when `from` is no id. `next` is the first row that did not fit.
 */
function page<Row>(asked: Page<Row>): { readonly rows: readonly Row[]; readonly next: Row | null } | null {
  const { rows, id, query, defaultSize, maxSize } = asked;
  const wanted = Number(query.get('size') ?? defaultSize);
  const size = Math.min(Math.max(Number.isInteger(wanted) ? wanted : defaultSize, 1), maxSize);
  const from = query.get('from') ?? '';
  if (!/^\d{0,30}$/.test(from)) return null;
  const ascending = query.get('direct') === 'prev';
  const ordered = ascending ? [...rows] : [...rows].reverse();
  const start = BigInt(from);
  const onward = from === '' ? ordered : ordered.filter((row) => (ascending ? id(row) >= start : id(row) <= start));
  return { rows: onward.slice(0, size), next: onward[size] ?? null };
}

/** By `types`, a list; an order that the exchange has forgotten is of none. */
function typeFilter(query: URLSearchParams): (order: VenueOrder | null) => boolean {
  const types = query.get('types')?.split(',') ?? null;
  return (order) => types === null || (order !== null && types.includes(wireType(order)));
}

export class Queries {
  private readonly venue: Venue;
  private readonly gateway: Gateway;
  private readonly commands: Commands;

  constructor(venue: Venue, gateway: Gateway, commands: Commands) {
    this.venue = venue;
    this.gateway = gateway;
    this.commands = commands;
  }

  accounts(account: VenueAccount): Body {
    return {
      status: 'ok',
      data: [
        ...(this.commands.settings.marginAccount
          ? [{ id: marginAccountId(account), type: 'super-margin', subtype: '', state: 'working' }]
          : []),
        { id: pointAccountId(account), type: 'point', subtype: '', state: 'working' },
        { id: spotAccountId(account), type: 'spot', subtype: '', state: 'working' },
      ],
    };
  }

  balance(account: VenueAccount, accountId: string): Body {
    if (accountId !== String(spotAccountId(account)))
      return errorBody({ code: 'account-get-accounts-inexistent-error', message: 'account for id does not exist' });
    const list: JsonValue[] = [];
    for (const balance of account.balances.values()) {
      const currency = balance.asset.toLowerCase();
      const sequence = String(balance.version);
      list.push({
        currency,
        type: 'trade',
        balance: balance.free.toString(),
        available: balance.free.toString(),
        debt: '0',
        'seq-num': sequence,
      });
      list.push({ currency, type: 'frozen', balance: balance.locked.toString(), debt: '0', 'seq-num': sequence });
    }
    return { status: 'ok', data: { id: spotAccountId(account), type: 'spot', state: 'working', list } };
  }

  private raw(symbol: string): string {
    const instrument = this.venue.instruments.get(symbol);
    return instrument === undefined ? symbol : rawSymbol(instrument);
  }

  /** The unified symbol asked for; undefined when none was, null when it is unknown. */
  private symbolOf(query: URLSearchParams): string | null | undefined {
    const raw = query.get('symbol');
    if (raw === null || raw === '') return undefined;
    return findInstrument(this.venue, raw)?.symbol ?? null;
  }

  openOrders(account: VenueAccount, query: URLSearchParams): Body {
    const symbol = this.symbolOf(query);
    if (symbol === null) return errorBody(NO_SYMBOL);
    const side = query.get('side');
    const isOfType = typeFilter(query);
    const open = this.gateway
      .openOrders(account.uid, symbol ?? null)
      .filter((order) => (side === null || order.side.toLowerCase() === side) && isOfType(order));
    const listed = page<VenueOrder>({
      rows: open,
      id: (order) => order.orderId,
      query,
      defaultSize: 100,
      maxSize: 500,
    });
    if (listed === null) return errorBody(BAD_FROM);
    return {
      status: 'ok',
      data: listed.rows.map((order) => openOrderRow(order, this.raw(order.symbol), spotAccountId(account))),
    };
  }

  private isForgotten(order: VenueOrder): boolean {
    return stateOf(order) === 'canceled' && this.venue.clock.now() - order.updatedAt >= CANCELED_MEMORY_MS;
  }

  private isUnknown(order: VenueOrder): boolean {
    return this.isForgotten(order) || this.gateway.isHidden(order.accountUid, order);
  }

  private shown(order: VenueOrder | null): VenueOrder | null {
    return order === null || this.isForgotten(order) ? null : this.gateway.queried(order);
  }

  order(account: VenueAccount, orderId: string): Body {
    if (!/^\d{1,20}$/.test(orderId))
      return errorBody({ code: 'validation-format-error', message: 'Format Error: order-id.' });
    const order = this.shown(this.commands.find(account, { orderId: BigInt(orderId) }));
    if (order === null) return errorBody(RECORD_INVALID);
    return { status: 'ok', data: orderRow(order, this.raw(order.symbol), spotAccountId(account)) };
  }

  orderByClientId(account: VenueAccount, query: URLSearchParams): Body {
    const clientOrderId = query.get('clientOrderId');
    if (clientOrderId === null || clientOrderId === '') return errorBody(required('clientOrderId'));
    const order = this.shown(this.commands.find(account, { clientOrderId }));
    if (order === null || !this.commands.remembersClientId(order)) return errorBody(RECORD_INVALID);
    return { status: 'ok', data: orderRow(order, this.raw(order.symbol), spotAccountId(account)) };
  }

  /** `GET /v1/order/orders` (states required) and `GET /v1/order/history`, which tells where its next page begins (section 5.15). */
  history(account: VenueAccount, query: URLSearchParams, needsStates: boolean): Body {
    const symbol = this.symbolOf(query);
    if (symbol === null) return errorBody(NO_SYMBOL);
    const states = query.get('states')?.split(',') ?? null;
    if (needsStates && states === null) return errorBody(required('states'));
    const window = this.window(query);
    if ('code' in window) return errorBody(window);
    const isOfType = typeFilter(query);
    const rows = this.venue.orders(account.uid, symbol ?? null).filter((order) => {
      if (!isOfType(order) || order.createdAt < window.start || order.createdAt > window.end || this.isUnknown(order))
        return false;
      return states === null ? order.status !== 'open' : states.includes(stateOf(order));
    });
    const chosen = page<VenueOrder>({
      rows,
      id: (order) => order.orderId,
      query,
      defaultSize: 100,
      maxSize: needsStates ? 100 : 1000,
    });
    if (chosen === null) return errorBody(BAD_FROM);
    return {
      status: 'ok',
      data: chosen.rows.map((order) => orderRow(order, this.raw(order.symbol), spotAccountId(account))),
      'next-time': needsStates ? undefined : chosen.next?.createdAt,
    };
  }

  /** Of times in ms, so whole numbers (section 5.15). */
  private window(query: URLSearchParams): Window | HtxError {
    const now = this.venue.clock.now() + this.gateway.skew();
    const startText = query.get('start-time');
    const endText = query.get('end-time');
    for (const [name, text] of [
      ['start', startText],
      ['end', endText],
    ] as const) {
      if (text !== null && !/^\d{1,16}$/.test(text))
        return { code: `invalid-${name}-time`, message: `Invalid ${name} time` };
    }
    if (startText === null && endText === null) return { start: now - WINDOW_MS, end: now };
    const end = endText === null ? Number(startText) + WINDOW_MS : Number(endText);
    const start = startText === null ? end - WINDOW_MS : Number(startText);
    if (end >= start && end - start <= WINDOW_MS) return { start, end };
    return { code: 'invalid-interval', message: 'Invalid query window' };
  }

  matchesOfOrder(account: VenueAccount, orderId: string): Body {
    const order = /^\d{1,20}$/.test(orderId) ? this.commands.find(account, { orderId: BigInt(orderId) }) : null;
    if (order === null || this.isUnknown(order)) return errorBody(RECORD_INVALID);
    const fills = this.venue.fills(account.uid, { symbol: order.symbol, orderId: order.orderId });
    return { status: 'ok', data: [...fills].reverse().map((fill) => matchRow(fill, order, this.raw(order.symbol))) };
  }

  matches(account: VenueAccount, query: URLSearchParams): Body {
    const symbol = this.symbolOf(query);
    if (symbol === null) return errorBody(NO_SYMBOL);
    const window = this.window(query);
    if ('code' in window) return errorBody(window);
    const isOfType = typeFilter(query);
    const orderOf = (fill: VenueFill): VenueOrder | null =>
      this.venue.order(account.uid, fill.symbol, { orderId: fill.orderId });
    const fills = this.venue
      .fills(account.uid, {
        ...(symbol === undefined ? {} : { symbol }),
        startTime: window.start,
        endTime: window.end,
      })
      .filter((fill) => isOfType(orderOf(fill)));
    const chosen = page<VenueFill>({ rows: fills, id: (fill) => fill.fillId, query, defaultSize: 100, maxSize: 500 });
    if (chosen === null) return errorBody(BAD_FROM);
    return {
      status: 'ok',
      data: chosen.rows.map((fill) => matchRow(fill, orderOf(fill), this.raw(fill.symbol))),
    };
  }

  feeRates(account: VenueAccount, query: URLSearchParams): Body {
    const symbols = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
    const maker = account.makerFee.toString();
    const taker = account.takerFee.toString();
    return {
      code: 200,
      data: symbols.map((symbol) => ({
        symbol,
        makerFeeRate: maker,
        takerFeeRate: taker,
        actualMakerRate: maker,
        actualTakerRate: taker,
      })),
      success: true,
    };
  }

  /** Total of a balance. */
  static total(balance: { readonly free: Decimal; readonly locked: Decimal }): Decimal {
    return balance.free.add(balance.locked);
  }
}
