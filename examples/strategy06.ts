// Strategy 6 of the course, complete: keep one sell order between the 6th and the 8th ask of the order book.
// It hears every change of its order over WebSocket, revokes every unfinished order of the symbol before it starts (`whose: own`: its own),
// and leaves none behind when it stops. The file is the same for every platform: the configuration says where to trade.
// It has no goal and no limit: an order that is filled is followed by the next, until the balance is spent.
import { config, Decimal, logger, LoopRunTask, ORDER_ACTION_SELL, quant, Trade } from 'aioquant';
import type { Fill, Order, SymbolRules, TradeError, TradeInfo } from 'aioquant';

export default class Strategy06 {
  private readonly trade: Trade;

  constructor() {
    this.trade = new Trade({
      strategy: 'strategy06',
      symbol: 'BTC/USDT',
      ...config.account(), // platform, keys, endpoints: the first account of the configuration; its symbol wins over the one above
      onInit: (success, info) => this.onInit(success, info),
      onOrderUpdate: (order) => this.onOrderUpdate(order),
      onFill: (fill) => this.onFill(fill),
      onError: (error) => this.onError(error),
    });
  }

  /** Once, when the private stream is live and every unfinished order is known. */
  private async onInit(success: boolean, info: TradeInfo): Promise<void> {
    if (!success) return void quant.stop(`${info.account} cannot trade`);
    const [revoked, error] = await this.trade.revokeOrder();
    // One that was filled while we revoked it is `already-done`: nothing is left of it either.
    if (error && error.kind !== 'already-done') return void quant.stop(`orders are left: ${error.message}`);
    logger.info(`${info.account} is ready; revoked ${revoked?.length ?? 'all'} unfinished orders`);
    LoopRunTask.register(() => this.followTheBook(), 1);
  }

  /** Once a second: leave the order where it is while it lies in the band, else revoke it and place it anew. */
  private async followTheBook(): Promise<void> {
    const [book, error] = await this.trade.getOrderbook(20);
    const { rules } = this.trade;
    if (error || rules === null) return logger.warn('no order book, or no rules', error);
    const [ask6, ask7, ask8] = book.asks.slice(5, 8).map(([price]) => price);
    if (ask6 === undefined || ask7 === undefined || ask8 === undefined) return logger.warn('fewer than 8 asks');

    for (const order of this.trade.orders.values()) {
      if (order.orderId === '') return; // still on its way
      if (isBetween(order.price, ask6, ask8)) return;
      const [, refused] = await this.trade.revokeOrder(order.orderId);
      if (refused) return logger.info(`not revoked: ${refused.message}`); // filled meanwhile, perhaps: look again next time
    }
    const [, failed] = await this.trade.createOrder(ORDER_ACTION_SELL, ask7, quantityAt(ask7, rules));
    if (failed) logger.warn('no order placed', failed);
  }

  private onOrderUpdate(order: Order): void {
    logger.info(`order ${order.orderId} ${order.status}: ${order.quantity} at ${order.price}, ${order.filled} filled`);
  }

  private onFill(fill: Fill): void {
    logger.info(`sold ${fill.quantity} at ${fill.price} for a fee of ${fill.fee} ${fill.feeAsset ?? ''}`);
  }

  private onError(error: TradeError): void {
    logger.error('something went wrong', error);
  }
}

function isBetween(price: string | null, low: string, high: string): boolean {
  if (price === null) return false;
  const exact = Decimal.from(price);
  return exact.gte(Decimal.from(low)) && exact.lte(Decimal.from(high));
}

/** 0.002 as in the course or, where the rules of the symbol ask for more, as little as they allow. */
function quantityAt(price: string, { lotSize, minQuantity, minNotional }: SymbolRules): string {
  const leastWorth = Decimal.from(minNotional ?? '0').div(Decimal.from(price), 18, 'up');
  const least = Decimal.max(Decimal.from(minQuantity ?? '0'), leastWorth);
  return Decimal.max(Decimal.from('0.002'), least).toStep(Decimal.from(lotSize), 'up').toString();
}

// `aioquant run` starts the default export by itself; where the package is installed, `node strategy06.ts config.yaml` comes here.
if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', Strategy06);
