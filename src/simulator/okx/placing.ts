// A new order: what a client may write, checked in OKX's order and refused in OKX's words, then placed on the venue (okx.md 5, 6.1, 18).
// Who sent it and how the answer travels is rest-trade.ts's and socket-trade.ts's.

import { Decimal } from '../../domain/decimal.ts';
import type { NewVenueOrder, PlaceRejection, PlaceRules, VenueAccount, VenueInstrument, VenueOrder } from '../venue.ts';
import { positive, type Fields } from './fields.ts';
import { MAX_MARKET_AMOUNT, instIdOf, stateNow } from './instruments.ts';
import { STP_MODES, type Echo } from './order-words.ts';
import { boundedPrice } from './price-limit.ts';
import { Refusal, badParameter, refusal } from './refusal.ts';
import type { Site } from './site.ts';

const ORDER_TYPES = new Set(['limit', 'market', 'post_only', 'fok', 'ioc']);
const MAX_PENDING = 4000;
const MAX_PENDING_PER_INSTRUMENT = 500;

/** @throws Refusal */
export function place(site: Site, account: VenueAccount, instrument: VenueInstrument, fields: Fields): VenueOrder {
  checkState(site, instrument, fields);
  const request = requestFrom(site, account, instrument, fields);
  checkCapacity(site, account, instrument);
  if (fields.flag('banAmend') && !isCovered(site, account, instrument, request))
    throw worded('insufficient-balance', request, instrument);
  const rules: PlaceRules = { uniqueClientOrderIds: request.clientOrderId !== '', postOnly: 'accept-then-cancel' };
  let result = site.venue.place(account.uid, request, rules);
  if (!result.ok && result.rejection === 'insufficient-balance' && !fields.flag('banAmend')) {
    const trimmed = trimmedToFunds(site, account, instrument, request);
    if (trimmed !== null) result = site.venue.place(account.uid, trimmed, rules);
  }
  if (!result.ok) throw worded(result.rejection, request, instrument);
  return result.order;
}

/** What a market buy sets aside for each unit of money it is to spend, until it has traded (okx.md 5.4, 18). */
const SET_ASIDE = Decimal.from('1.05');

/** Whether there is money enough for what a market buy sets aside; of any other order that is not the question here. */
function isCovered(
  site: Site,
  account: VenueAccount,
  { symbol, quote }: VenueInstrument,
  { type, side, quantity, quoteQuantity }: NewVenueOrder,
): boolean {
  if (type !== 'MARKET' || side !== 'BUY') return true;
  const cost = quoteQuantity ?? costOf(site, symbol, quantity ?? Decimal.ZERO);
  return (account.balances.get(quote)?.free ?? Decimal.ZERO).gte(cost.mul(SET_ASIDE));
}

/** What the book's asks take for so much, as far as they go. */
function costOf(site: Site, symbol: string, quantity: Decimal): Decimal {
  let left = quantity;
  let cost = Decimal.ZERO;
  for (const [price, there] of site.venue.book(symbol, Number.MAX_SAFE_INTEGER).asks) {
    if (left.isZero()) break;
    const part = Decimal.min(left, there);
    cost = cost.add(price.mul(part));
    left = left.sub(part);
  }
  return cost;
}

/** As much of a market order as the account can pay for (okx.md 5.1, 5.4); null for any other, and when that is less than the least. */
function trimmedToFunds(
  site: Site,
  account: VenueAccount,
  { symbol, base, quote, lotSize, minQuantity }: VenueInstrument,
  request: NewVenueOrder,
): NewVenueOrder | null {
  if (request.type !== 'MARKET') return null;
  const free = account.balances.get(request.side === 'BUY' ? quote : base)?.free ?? Decimal.ZERO;
  if (request.quoteQuantity !== null) {
    // What a sale for a stated sum is trimmed to is not documented: it is refused.
    if (request.side === 'SELL') return null;
    const least = minQuantity.mul(site.venue.lastPrice(symbol) ?? Decimal.ZERO);
    return free.isPositive() && free.gte(least) ? { ...request, quoteQuantity: free } : null;
  }
  const quantity = (request.side === 'SELL' ? free : basePayable(site, symbol, free, lotSize)).toStep(lotSize, 'down');
  return quantity.gte(minQuantity) ? { ...request, quantity } : null;
}

/** How much the book's asks give for so much money. */
function basePayable(site: Site, symbol: string, money: Decimal, lot: Decimal): Decimal {
  let left = money;
  let payable = Decimal.ZERO;
  for (const [price, quantity] of site.venue.book(symbol, Number.MAX_SAFE_INTEGER).asks) {
    const cost = price.mul(quantity);
    if (cost.gte(left)) return payable.add(left.div(price, lot.decimals(), 'down'));
    left = left.sub(cost);
    payable = payable.add(quantity);
  }
  return payable;
}

/** Only a live instrument takes every order, and one that is `post_only` nothing but those (okx.md 2.1). */
function checkState(site: Site, instrument: VenueInstrument, fields: Fields): void {
  const state = stateNow(site, instrument);
  if (state === 'live' || (state === 'post_only' && fields.text('ordType') === 'post_only')) return;
  throw refusal(state === 'preopen' ? '51021' : state === 'expired' ? '51027' : '51022');
}

function requestFrom(site: Site, account: VenueAccount, instrument: VenueInstrument, fields: Fields): NewVenueOrder {
  const side = fields.text('side');
  if (side !== 'buy' && side !== 'sell') throw badParameter('side');
  const ordType = fields.text('ordType');
  if (!ORDER_TYPES.has(ordType)) throw badParameter('ordType');
  const isMarket = ordType === 'market';
  const size = positive(fields, 'sz');
  const tdMode = fields.text('tdMode');
  // Cross market orders take their size by the default and ignore tgtCcy (okx.md trap 4).
  const tgtCcy = isMarket ? targetOf(tdMode === 'cross' ? '' : fields.text('tgtCcy'), side) : '';
  const byQuote = tgtCcy === 'quote_ccy';
  const price = isMarket ? null : priceOf(site, instrument, fields, side);
  checkSize(site, instrument, size, isMarket, byQuote);
  const clientOrderId = identifier(fields, 'clOrdId', 32);
  const tag = identifier(fields, 'tag', 16);
  checkMode(site, account, tdMode);
  const stpMode = fields.text('stpMode') || 'cancel_maker';
  const selfTradePrevention = STP_MODES.get(stpMode);
  if (selfTradePrevention === undefined) throw badParameter('stpMode');
  if (ordType === 'fok' && stpMode === 'cancel_both') throw refusal('54036');
  const echo: Echo = { ordType, tdMode, tgtCcy, tag };
  return {
    symbol: instrument.symbol,
    side: side === 'buy' ? 'BUY' : 'SELL',
    type: isMarket ? 'MARKET' : 'LIMIT',
    timeInForce: ordType === 'fok' ? 'FOK' : ordType === 'ioc' || isMarket ? 'IOC' : 'GTC',
    postOnly: ordType === 'post_only',
    price,
    quantity: byQuote ? null : size,
    quoteQuantity: byQuote ? size : null,
    clientOrderId,
    selfTradePrevention,
    tag: echo,
  };
}

function targetOf(given: string, side: 'buy' | 'sell'): string {
  if (given === '') return side === 'buy' ? 'quote_ccy' : 'base_ccy';
  if (given !== 'quote_ccy' && given !== 'base_ccy') throw badParameter('tgtCcy');
  return given;
}

function priceOf(site: Site, instrument: VenueInstrument, fields: Fields, side: 'buy' | 'sell'): Decimal {
  const price = positive(fields, 'px');
  if (!price.isMultipleOf(instrument.tickSize)) throw refusal('51150');
  return boundedPrice(site, instrument, side, price, fields.text('pxAmendType') === '1');
}

function checkSize(site: Site, instrument: VenueInstrument, size: Decimal, isMarket: boolean, byQuote: boolean): void {
  const last = site.venue.lastPrice(instrument.symbol);
  if (byQuote) {
    if (last !== null && size.lt(instrument.minQuantity.mul(last))) throw refusal('51020');
  } else {
    if (size.lt(instrument.minQuantity)) throw refusal('51020');
    if (!size.isMultipleOf(instrument.lotSize)) throw refusal('51121');
    if (size.gt(instrument.maxQuantity)) throw refusal('51005');
  }
  if (!isMarket) return;
  const worth = byQuote ? size : last === null ? Decimal.ZERO : size.mul(last);
  if (worth.gt(Decimal.from(MAX_MARKET_AMOUNT))) {
    throw new Refusal('51201', `Value of per market order cannot exceed ${MAX_MARKET_AMOUNT} USDT`);
  }
}

/** Letters and digits only (okx.md 5.1, trap 18). */
function identifier(fields: Fields, name: string, length: number): string {
  const text = fields.text(name);
  if (text.length > length || !/^[A-Za-z0-9]*$/.test(text)) throw badParameter(name);
  return text;
}

/** Cash up to futures mode, cross above (okx.md 5.2). */
function checkMode(site: Site, account: VenueAccount, tdMode: string): void {
  const isCash = site.settings.levelOf(account.uid) <= 2;
  if (tdMode === (isCash ? 'cash' : 'cross')) return;
  if (isCash && (tdMode === 'cross' || tdMode === 'isolated')) throw refusal('51010');
  throw badParameter('tdMode');
}

function checkCapacity(site: Site, account: VenueAccount, instrument: VenueInstrument): void {
  if (site.venue.openOrders(account.uid, instrument.symbol).length >= MAX_PENDING_PER_INSTRUMENT) {
    throw tooMany(instrument);
  }
  if (site.venue.openOrders(account.uid, null).length >= MAX_PENDING) throw refusal('51025');
}

function tooMany(instrument: VenueInstrument): Refusal {
  return new Refusal(
    '51174',
    `The number of ${instIdOf(instrument.symbol)} pending orders reached the upper limit of ${MAX_PENDING_PER_INSTRUMENT} (orders).`,
  );
}

function worded(rejection: PlaceRejection, request: NewVenueOrder, instrument: VenueInstrument): Refusal {
  switch (rejection) {
    case 'insufficient-balance': {
      const asset = request.side === 'BUY' ? instrument.quote : instrument.base;
      const isCash = request.tag['tdMode'] === 'cash';
      return new Refusal(
        '51008',
        `Order failed. Insufficient ${asset} ${isCash ? 'balance' : 'margin'} in account${isCash ? '' : ' '}`,
        isCash ? '1000' : '1001',
      );
    }
    case 'duplicate-client-order-id':
      return refusal('51016');
    case 'too-many-orders':
      return tooMany(instrument);
    case 'unknown-symbol':
      return refusal('51001');
    case 'account-disabled':
      return refusal('51024');
    case 'post-only-would-take':
    case 'no-liquidity':
      return refusal('51020');
  }
}
