// Leaves three orders behind, far from the market, as a program does that nobody stopped in order: something to rehearse revoking with.
//   npm run -s aioquant -- run examples/leave-orders.ts -c sim.yaml
import { config, Decimal, ORDER_ACTION_BUY, quant, Trade, type SymbolRules } from 'aioquant';

export default async function leaveOrders(): Promise<void> {
  const trade = new Trade({
    strategy: 'leave-orders',
    symbol: 'BTC/USDT',
    ...config.account(), // its symbol, where the configuration names one, takes the place of the one above
    // What no strategy that earns its living should say.
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  if (!(await trade.ready)) return fail('the account cannot trade');

  const [book, error] = await trade.getOrderbook(1);
  const best = book?.bids[0]?.[0];
  if (error || best === undefined) return fail(`no best bid: ${error?.message ?? 'the book is empty'}`);
  const { rules } = trade;
  if (rules === null) return fail('the rules of the symbol are not known');
  let placed = 0;
  for (const share of ['0.97', '0.96', '0.95']) {
    const wanted = Decimal.from(best).mul(Decimal.from(share)).toStep(Decimal.from(rules.tickSize), 'down');
    const price = wanted.toString();
    const [orderId, refused] = await trade.createOrder(ORDER_ACTION_BUY, price, quantityAt(price, rules));
    console.log(refused ? `not placed: ${refused.message}` : `left behind: ${orderId}`);
    if (!refused) placed++;
  }
  if (placed === 0) return fail('no order could be placed, as said above');
  await quant.stop('done');
}

/** 0.002 as in the course or, where the rules of the symbol ask for more, as little as they allow. */
function quantityAt(price: string, { lotSize, minQuantity, minNotional }: SymbolRules): string {
  const leastWorth = Decimal.from(minNotional ?? '0').div(Decimal.from(price), 18, 'up');
  const least = Decimal.max(Decimal.from(minQuantity ?? '0'), leastWorth);
  return Decimal.max(Decimal.from('0.002'), least).toStep(Decimal.from(lotSize), 'up').toString();
}

/** Stops in order, but with exit status 1. */
function fail(reason: string): Promise<void> {
  process.once('exit', () => {
    process.exitCode = 1;
  });
  return quant.stop(reason);
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', leaveOrders);
