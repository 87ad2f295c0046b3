// The public surface of the package: everything a strategy may import, by name. Nothing is defined here.

export { Trade } from './trade.ts';
export type { TradeOptions } from './trade.ts';
export type { TradeInfo } from './orders/trade-options.ts';
export type { Amount, CreateOrderOptions } from './orders/order-request.ts';
export type { ConnectionEvent, GapFindings } from './orders/connection-event.ts';
export type { Percentiles, TradeStats } from './orders/stats.ts';
export type { TradeEnvironment } from './orders/environment.ts';
export type { HistoryEvent, HistoryQuery, Journal, OrderHistory } from './orders/journal.ts';
export { MemoryJournal } from './orders/memory-journal.ts';
export { JournalError } from './storage/journal-schema.ts';
export { SqliteJournal } from './storage/sqlite-journal.ts';
export { isOwn } from './orders/client-order-id.ts';

export { Market } from './market.ts';
export type { MarketEnvironment } from './market.ts';
export type { MarketEvent } from './market/market-event.ts';
export type { MarketInfo, MarketOptions } from './market/market-options.ts';

export { BINANCE, HTX, HUOBI, OKEX, OKX, PLATFORMS } from './domain/platform.ts';
export type { Platform } from './domain/platform.ts';
export {
  ORDER_ACTION_BUY,
  ORDER_ACTION_SELL,
  ORDER_STATUS_CANCELED,
  ORDER_STATUS_FAILED,
  ORDER_STATUS_FILLED,
  ORDER_STATUS_NONE,
  ORDER_STATUS_PARTIAL_FILLED,
  ORDER_STATUS_SUBMITTED,
  ORDER_TYPE_LIMIT,
  ORDER_TYPE_MARKET,
} from './domain/order.ts';
export type {
  Asset,
  Assets,
  BookLevel,
  Fill,
  Liquidity,
  Order,
  OrderAction,
  Orderbook,
  OrderStatus,
  OrderType,
  TimeInForce,
} from './domain/order.ts';
export type { SymbolRules } from './domain/instrument.ts';
export type { Position } from './domain/position.ts';
export { Decimal } from './domain/decimal.ts';
export type { DecimalInput, Rounding } from './domain/decimal.ts';
export { RevokeError, TradeError } from './domain/errors.ts';
export type { ErrorKind, Outcome, Result, RevokeFailure } from './domain/errors.ts';
export { Secret } from './domain/secret.ts';
export type { RevokeReceipt, RevokeTrigger, UnfinishedOrders, Whose } from './domain/unfinished-orders.ts';
export type { EndpointsOption, Timings } from './exchanges/exchange.ts';
export type { EndpointsOf, PlatformEndpoints, RestApis } from './exchanges/index.ts';

export { quant } from './quant.ts';
export type { Entrance } from './quant.ts';
export { LoopRunTask, SingleTask } from './tasks.ts';
export type { TaskFunction } from './tasks.ts';
export { config } from './runtime/config.ts';
export type { AccountOptions, Config } from './runtime/config.ts';
export { ConfigError } from './runtime/config-problems.ts';
export { logger } from './runtime/logger.ts';
export type { Logger } from './runtime/logger.ts';
