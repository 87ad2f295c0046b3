// A dynamic order: one buy order that follows the market at a distance, revoked and placed anew when the market has moved away.
// It has no goal and no limit: an order that is filled is followed by the next, until the balance is spent.
//   npm run -s aioquant -- run examples/dynamic-order.ts -c config.yaml
import { config, Decimal, logger, LoopRunTask, ORDER_ACTION_BUY, quant, Trade, type SymbolRules } from 'aioquant';

/** One per mille below the best bid, and anew once it is further than two per mille away from there. */
const DISTANCE = Decimal.from('0.999');
const TOLERANCE = Decimal.from('0.002');

export default class DynamicOrder {
  private readonly trade = new Trade({
    strategy: 'dynamic-order',
    symbol: 'BTC/USDT',
    ...config.account(), // its symbol, where the configuration names one, takes the place of the one above
    onInit: (success) => this.onInit(success),
    onOrderUpdate: (order) => logger.info(`order ${order.orderId} ${order.status} at ${order.price}`),
  });

  private async onInit(success: boolean): Promise<void> {
    if (!success) return void quant.stop('the account cannot trade');
    const [, left] = await this.trade.revokeOrder();
    if (left && left.kind !== 'already-done') return void quant.stop(`orders are left: ${left.message}`);
    LoopRunTask.register(() => this.follow(), 2);
  }

  private async follow(): Promise<void> {
    const [book, error] = await this.trade.getOrderbook(5);
    const best = book?.bids[0]?.[0];
    const { rules } = this.trade;
    if (error || best === undefined || rules === null) return logger.warn('no best bid, or no rules', error);
    const wanted = Decimal.from(best).mul(DISTANCE).toStep(Decimal.from(rules.tickSize), 'down');

    for (const order of this.trade.orders.values()) {
      if (order.orderId === '' || order.price === null) return;
      const drift = Decimal.from(order.price).sub(wanted).abs();
      if (drift.lte(wanted.mul(TOLERANCE))) return;
      const [, refused] = await this.trade.revokeOrder(order.orderId);
      if (refused) return logger.info(`not revoked: ${refused.message}`);
    }
    const price = wanted.toString();
    const [, failed] = await this.trade.createOrder(ORDER_ACTION_BUY, price, quantityAt(price, rules));
    if (failed) logger.warn('no order placed', failed);
  }
}

/** 0.002 as in the course or, where the rules of the symbol ask for more, as little as they allow. */
function quantityAt(price: string, { lotSize, minQuantity, minNotional }: SymbolRules): string {
  const leastWorth = Decimal.from(minNotional ?? '0').div(Decimal.from(price), 18, 'up');
  const least = Decimal.max(Decimal.from(minQuantity ?? '0'), leastWorth);
  return Decimal.max(Decimal.from('0.002'), least).toStep(Decimal.from(lotSize), 'up').toString();
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', DynamicOrder);
