// A new order as a request writes it: every parameter read and checked, the symbol's filters applied, the engine's refusal worded (binance.md A7.1).
// Shared by placing, testing and cancel-replace.

import type { Decimal } from '../../../domain/decimal.ts';
import type {
  NewVenueOrder,
  PlaceRejection,
  PlaceRules,
  VenueAccount,
  VenueFill,
  VenueOrder,
  VenueTimeInForce,
} from '../../venue.ts';
import type { Desk } from '../desk.ts';
import {
  invalidSide,
  invalidSymbol,
  invalidTimeInForce,
  invalidType,
  invalidValue,
  missing,
  notRequired,
  oneOfMissing,
  rejected,
  filterFailure,
  type ApiError,
} from '../errors.ts';
import { checkFilters } from '../filters.ts';
import { DEFAULT_SELF_TRADE_MODE, SELF_TRADE_MODES } from '../order-words.ts';
import type { Params } from '../params.ts';
import type { ResponseKind } from '../render-orders.ts';
import type { Listed } from '../symbols.ts';

export const NEW_ORDER_PARAMS: readonly string[] = [
  'symbol',
  'side',
  'type',
  'timeInForce',
  'quantity',
  'quoteOrderQty',
  'price',
  'newClientOrderId',
  'newOrderRespType',
  'selfTradePreventionMode',
  'strategyId',
  'strategyType',
  'stopPrice',
  'trailingDelta',
  'icebergQty',
  'pegPriceType',
  'pegOffsetType',
  'pegOffsetValue',
];

const TYPES = ['LIMIT', 'MARKET', 'LIMIT_MAKER'] as const;
type OrderType = (typeof TYPES)[number];
const TIMES: readonly VenueTimeInForce[] = ['GTC', 'IOC', 'FOK'];
const RESPONSES: readonly ResponseKind[] = ['ACK', 'RESULT', 'FULL'];
const SIDES = ['BUY', 'SELL'] as const;
const GENERATED_ID_LENGTH = 22;
const RULES: PlaceRules = { uniqueClientOrderIds: true, postOnly: 'reject' };

export interface NewOrder {
  readonly listed: Listed;
  readonly request: NewVenueOrder;
  readonly response: ResponseKind;
}

/** Ids that the exchange makes up: 22 alphanumerics. */
export function generatedId(desk: Desk): string {
  return desk.random.id(GENERATED_ID_LENGTH);
}

export function listedSymbol(desk: Desk, params: Params): Listed {
  const listed = desk.symbols.find(params.required('symbol'));
  if (listed === null) throw invalidSymbol();
  return listed;
}

/** Reads, checks and measures; throws ApiError. Nothing has reached the engine yet. */
export function readNewOrder(desk: Desk, account: VenueAccount, params: Params): NewOrder {
  const listed = listedSymbol(desk, params);
  const side = params.oneOf('side', SIDES, invalidSide);
  if (side === null) throw missing('side');
  const type = params.oneOf('type', TYPES, invalidType);
  if (type === null) throw missing('type');
  refuseForeign(params);
  const timeInForce = readTimeInForce(params, type);
  const { price, quantity, quoteQuantity } = readAmounts(params, type);
  const clientOrderId = params.clientId('newClientOrderId') ?? generatedId(desk);
  const response =
    params.oneOf('newOrderRespType', RESPONSES, () => invalidValue('Invalid newOrderRespType.')) ??
    (type === 'LIMIT_MAKER' ? 'ACK' : 'FULL');
  const mode = params.optional('selfTradePreventionMode') ?? DEFAULT_SELF_TRADE_MODE;
  const selfTradePrevention = SELF_TRADE_MODES.get(mode);
  if (selfTradePrevention === undefined) {
    throw invalidValue('This symbol does not allow the specified self-trade prevention mode.');
  }
  const request: NewVenueOrder = {
    symbol: listed.instrument.symbol,
    side,
    type: type === 'MARKET' ? 'MARKET' : 'LIMIT',
    timeInForce,
    postOnly: type === 'LIMIT_MAKER',
    price,
    quantity,
    quoteQuantity,
    clientOrderId,
    selfTradePrevention,
    tag: strategyTag(params),
  };
  checkFilters(listed.instrument, request, {
    reference: desk.references.average(request.symbol),
    openOrders: desk.openOrders.count(account.uid, request.symbol),
    maxOpenOrders: desk.options.maxOpenOrders,
  });
  if (quoteQuantity !== null) checkLiquidity(desk, listed, request, quoteQuantity);
  return { listed, request, response };
}

/** Parameters of order types that this exchange does not offer. */
function refuseForeign(params: Params): void {
  for (const name of ['stopPrice', 'trailingDelta', 'pegPriceType', 'pegOffsetType', 'pegOffsetValue']) {
    if (params.has(name)) throw notRequired(name);
  }
  if (params.has('icebergQty')) throw invalidValue('Iceberg orders are not supported for this symbol.');
}

function readTimeInForce(params: Params, type: OrderType): VenueTimeInForce {
  const timeInForce = params.oneOf('timeInForce', TIMES, invalidTimeInForce);
  if (type === 'LIMIT') {
    if (timeInForce === null) throw missing('timeInForce');
    return timeInForce;
  }
  if (timeInForce !== null) throw notRequired('timeInForce');
  return type === 'MARKET' ? 'IOC' : 'GTC';
}

interface Amounts {
  readonly price: Decimal | null;
  readonly quantity: Decimal | null;
  readonly quoteQuantity: Decimal | null;
}

function readAmounts(params: Params, type: OrderType): Amounts {
  const quantity = params.decimal('quantity');
  const quoteQuantity = params.decimal('quoteOrderQty');
  const price = params.decimal('price');
  if (type === 'MARKET') {
    if (price !== null) throw notRequired('price');
    if (quantity === null && quoteQuantity === null) throw oneOfMissing('quantity', 'quoteOrderQty');
    if (quantity !== null && quoteQuantity !== null) throw notRequired('quoteOrderQty');
    return { price, quantity, quoteQuantity };
  }
  if (quoteQuantity !== null) throw notRequired('quoteOrderQty');
  if (quantity === null) throw missing('quantity');
  if (price === null) throw missing('price');
  return { price, quantity, quoteQuantity };
}

function strategyTag(params: Params): Readonly<Record<string, string>> {
  if (!params.has('strategyId') && !params.has('strategyType')) return {};
  const tag: Record<string, string> = {};
  const id = params.integer('strategyId');
  const type = params.integer('strategyType');
  if (id !== null) tag['strategyId'] = String(id);
  if (type !== null) {
    if (type < 1_000_000) throw invalidValue('Invalid strategyType.');
    tag['strategyType'] = String(type);
  }
  return tag;
}

function checkLiquidity(desk: Desk, { instrument }: Listed, request: NewVenueOrder, quoteQuantity: Decimal): void {
  const book = desk.venue.book(request.symbol, 1);
  const [best] = request.side === 'BUY' ? book.asks : book.bids;
  if (best !== undefined && quoteQuantity.lt(best[0].mul(instrument.minQuantity))) {
    throw rejected('Order book liquidity is less than `LOT_SIZE` filter minimum quantity.');
  }
}

/** Hands the order to the engine and counts it; throws what the engine refuses. */
export function place(
  desk: Desk,
  account: VenueAccount,
  request: NewVenueOrder,
): { readonly order: VenueOrder; readonly fills: readonly VenueFill[] } {
  // Counted first (orders that the engine refuses count as well): a fill in the very step that accepts it gives some of the count back.
  desk.limits.countOrder(account.uid, desk.serverTime());
  const result = desk.venue.place(account.uid, request, RULES);
  if (!result.ok) throw refusal(result.rejection);
  return { order: result.order, fills: result.fills };
}

function refusal(rejection: PlaceRejection): ApiError {
  switch (rejection) {
    case 'insufficient-balance':
      return rejected('Account has insufficient balance for requested action.');
    case 'duplicate-client-order-id':
      return rejected('Duplicate order sent.');
    case 'post-only-would-take':
      return rejected('Order would immediately match and take.');
    case 'no-liquidity':
      return rejected('Order book liquidity is less than `LOT_SIZE` filter minimum quantity.');
    case 'account-disabled':
      return rejected('This account may not place or cancel orders.');
    case 'too-many-orders':
      return filterFailure('MAX_NUM_ORDERS');
    case 'unknown-symbol':
      return invalidSymbol();
  }
}
