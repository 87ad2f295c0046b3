// A dynamic order: one buy order that follows the market at a distance, revoked and placed anew when the market has moved away.
// It has no goal and no limit: an order that is filled is followed by the next, until the balance is spent.
//   npm run -s aioquant -- run examples/dynamic-order.ts -c config.yaml
import { config, Decimal, logger, LoopRunTask, ORDER_ACTION_BUY, quant, Trade } from 'aioquant';

/** One per mille below the best bid, and anew once it is further than two per mille away from there. */
const DISTANCE = Decimal.from('0.999');
const TOLERANCE = Decimal.from('0.002');

export default class DynamicOrder {
  private readonly quantity = '0.002';
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
    if (error || best === undefined) return logger.warn('no best bid', error);
    const decimals = best.split('.')[1]?.length ?? 0;
    const wanted = Decimal.from(Decimal.from(best).mul(DISTANCE).toFixed(decimals));

    for (const order of this.trade.orders.values()) {
      if (order.orderId === '' || order.price === null) return;
      const drift = Decimal.from(order.price).sub(wanted).abs();
      if (drift.lte(wanted.mul(TOLERANCE))) return;
      const [, refused] = await this.trade.revokeOrder(order.orderId);
      if (refused) return logger.info(`not revoked: ${refused.message}`);
    }
    const [, failed] = await this.trade.createOrder(ORDER_ACTION_BUY, wanted.toString(), this.quantity);
    if (failed) logger.warn('no order placed', failed);
  }
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', DynamicOrder);
