// Which channel lives on which path, who may have it, and what it needs to be opened (okx.md 1.2, 4.3, 4.4, 13).
// The feeds behind the channels are private-feed.ts and market-*.ts.

import { barOf } from './bars.ts';
import { fieldsOf, type Fields } from './fields.ts';
import { instrumentById } from './instruments.ts';
import type { BookFeed } from './market-books.ts';
import type { StreamFeed } from './market-streams.ts';
import type { PrivateFeed } from './private-feed.ts';
import { Refusal, refusal } from './refusal.ts';
import type { Site } from './site.ts';
import { SILENT, type Subscriber, type Subscription } from './subscription.ts';

export type SocketPath = 'public' | 'private' | 'business';

export interface Feeds {
  readonly privates: PrivateFeed;
  readonly books: BookFeed;
  readonly streams: StreamFeed;
}

const BOOKS = new Set(['books', 'books5', 'bbo-tbt']);
const TIERED = new Set(['books50-l2-tbt', 'books-l2-tbt']);
/** Channels that exist and on which nothing happens here. */
const QUIET: Readonly<Record<SocketPath, ReadonlySet<string>>> = {
  public: new Set([
    'instruments',
    'status',
    'funding-rate',
    'mark-price',
    'index-tickers',
    'open-interest',
    'price-limit',
    'estimated-price',
  ]),
  private: new Set(['liquidation-warning', 'account-greeks']),
  business: new Set(['orders-algo', 'algo-advance', 'deposit-info', 'withdrawal-info']),
};
const PRIVATES = new Set(['orders', 'account', 'positions', 'balance_and_position', 'fills', ...QUIET.private]);
const ALGO = QUIET.business;

/** Channels of which an account may have only so many connections. */
export const COUNTED: ReadonlySet<string> = new Set([
  'orders',
  'account',
  'positions',
  'balance_and_position',
  'liquidation-warning',
  'account-greeks',
]);
export const MAX_CONNECTIONS_PER_CHANNEL = 30;

function pathOf(channel: string): SocketPath | null {
  if (BOOKS.has(channel) || TIERED.has(channel) || QUIET.public.has(channel)) return 'public';
  if (channel === 'tickers' || channel === 'trades') return 'public';
  if (PRIVATES.has(channel)) return 'private';
  if (channel === 'trades-all' || ALGO.has(channel) || /^(?:index-|mark-price-)?candle/.test(channel))
    return 'business';
  return null;
}

/** 60018, naming what was asked for. */
function doesNotExist(fields: Fields): Refusal {
  const named = ['channel', 'instType', 'instFamily', 'instId', 'ccy'].flatMap((name) =>
    fields.text(name) === '' ? [] : [`${name}:${fields.text(name)}`],
  );
  return new Refusal(
    '60018',
    `Wrong URL or ${named.join(',')} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`,
  );
}

/** Refuses what does not belong on this path, or to this client. */
function checkAccess(path: SocketPath, fields: Fields, isLoggedIn: boolean): void {
  const channel = fields.text('channel');
  const home = pathOf(channel);
  if (home === null) throw doesNotExist(fields);
  if (home !== path) {
    if (path === 'business') throw refusal('64002');
    throw ALGO.has(channel) && path === 'private' ? refusal('64001') : doesNotExist(fields);
  }
  const needsLogin = PRIVATES.has(channel) || ALGO.has(channel) || TIERED.has(channel);
  if (needsLogin && !isLoggedIn) throw refusal('60011');
  if (TIERED.has(channel) || channel === 'fills') throw refusal('64003');
}

/**
 * Opens the channel that `arg` names.
 * @throws Refusal with a socket code
 */
export function openChannel(
  site: Site,
  feeds: Feeds,
  path: SocketPath,
  arg: Readonly<Record<string, unknown>>,
  subscriber: Subscriber,
): Subscription {
  const fields = fieldsOf(arg);
  const channel = fields.text('channel');
  if (channel === '') throw refusal('60013');
  checkAccess(path, fields, subscriber.account !== null);
  if (QUIET[path].has(channel)) return SILENT;
  switch (channel) {
    case 'orders':
      return feeds.privates.openOrders(subscriber, ordersFilter(site, fields));
    case 'account':
      return feeds.privates.openAccount(subscriber, wantsEventsOnly(fields));
    case 'balance_and_position':
      return feeds.privates.openBalanceAndPosition(subscriber);
    case 'positions':
      if (!PRODUCTS.has(fields.text('instType'))) throw doesNotExist(fields);
      return feeds.privates.openPositions(subscriber);
    default:
      return openMarket(site, feeds, channel, fields, subscriber);
  }
}

function openMarket(site: Site, feeds: Feeds, channel: string, fields: Fields, subscriber: Subscriber): Subscription {
  const instrument = instrumentById(site, fields.text('instId'));
  if (instrument === null) throw doesNotExist(fields);
  const { symbol } = instrument;
  if (BOOKS.has(channel)) return feeds.books.open(channel, symbol, subscriber);
  if (channel === 'tickers') return feeds.streams.openTicker(symbol, subscriber);
  if (channel === 'trades') return feeds.streams.openTrades(symbol, subscriber, true);
  if (channel === 'trades-all') return feeds.streams.openTrades(symbol, subscriber, false);
  const bar = /^candle(.+)$/.exec(channel)?.[1];
  if (bar === undefined) return SILENT;
  const known = barOf(bar);
  if (known === null) throw doesNotExist(fields);
  return feeds.streams.openCandles(symbol, known, subscriber);
}

const PRODUCTS = new Set(['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS', 'ANY']);

function ordersFilter(site: Site, fields: Fields): { instType: string; instFamily: string; instId: string } {
  const instType = fields.text('instType');
  const instId = fields.text('instId');
  if (!PRODUCTS.has(instType)) throw doesNotExist(fields);
  if (instId !== '' && (instType === 'SPOT' || instType === 'ANY') && instrumentById(site, instId) === null) {
    throw doesNotExist(fields);
  }
  return { instType, instFamily: fields.text('instFamily'), instId };
}

/** `extraParams` is a text that holds JSON. */
function wantsEventsOnly(fields: Fields): boolean {
  const text = fields.text('extraParams');
  if (text === '') return false;
  try {
    return fieldsOf(JSON.parse(text)).text('updateInterval') === '0';
  } catch {
    throw refusal('60013');
  }
}
