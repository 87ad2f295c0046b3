// Lists the unfinished orders of a symbol: known right now without asking, and asked of the exchange.
//   npm run -s aioquant -- run examples/list-orders.ts -c config.yaml
import { config, quant, Trade } from 'aioquant';

export default async function listOrders(): Promise<void> {
  const trade = new Trade({
    strategy: 'list-orders',
    symbol: 'BTC/USDT',
    ...config.account(), // its symbol, where the configuration names one, takes the place of the one above
    // Listing must change nothing: not at the stop, and not if this process dies.
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  if (!(await trade.ready)) return quant.stop('the account cannot trade');

  for (const order of trade.orders.values()) {
    const { orderId, action, price, quantity, filled, status } = order;
    console.log(`${orderId}  ${action} ${quantity} at ${price ?? 'market'}  ${filled} filled  ${status}`);
  }
  const [ids, error] = await trade.getOpenOrderIds();
  if (error) return quant.stop(`the exchange was asked in vain: ${error.message}`);
  console.log(`the exchange says: ${ids.length} unfinished`);
  await quant.stop('done');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', listOrders);
