// Leaves three orders behind, far from the market, as a program does that nobody stopped in order: something to rehearse revoking with.
//   npm run -s aioquant -- run examples/leave-orders.ts -c sim.yaml
import { config, Decimal, ORDER_ACTION_BUY, quant, Trade } from 'aioquant';

export default async function leaveOrders(): Promise<void> {
  const trade = new Trade({
    strategy: 'leave-orders',
    symbol: 'BTC/USDT',
    ...config.account(), // its symbol, where the configuration names one, takes the place of the one above
    // What no strategy that earns its living should say.
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  if (!(await trade.ready)) return quant.stop('the account cannot trade');

  const [book, error] = await trade.getOrderbook(1);
  const best = book?.bids[0]?.[0];
  if (error || best === undefined) return quant.stop(`no best bid: ${error?.message ?? 'the book is empty'}`);
  const decimals = best.split('.')[1]?.length ?? 0;
  for (const share of ['0.97', '0.96', '0.95']) {
    const price = Decimal.from(best).mul(Decimal.from(share)).toFixed(decimals);
    const [orderId, refused] = await trade.createOrder(ORDER_ACTION_BUY, price, '0.002');
    console.log(refused ? `not placed: ${refused.message}` : `left behind: ${orderId}`);
  }
  await quant.stop('done');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', leaveOrders);
