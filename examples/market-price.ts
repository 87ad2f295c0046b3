// The market by REST: best prices, spread and depth of a symbol, in the unified form that is the same for every platform.
//   npm run -s aioquant -- run examples/market-price.ts -c config.yaml
import { config, Decimal, quant, Trade } from 'aioquant';

export default async function marketPrice(): Promise<void> {
  const trade = new Trade({
    strategy: 'market-price',
    symbol: 'BTC/USDT',
    ...config.account(), // its symbol, where the configuration names one, takes the place of the one above
    // Looking must change nothing: not at the stop, and not if this process dies.
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  await trade.ready;

  const [book, error] = await trade.getOrderbook(5);
  if (error) return quant.stop(`no order book: ${error.message}`);
  const [[ask] = []] = book.asks;
  const [[bid] = []] = book.bids;
  if (ask === undefined || bid === undefined) return quant.stop('the book is empty');

  console.log(`${trade.platform} ${trade.symbol}`);
  for (const [price, quantity] of book.asks.toReversed()) console.log(`  ask ${price}  ${quantity}`);
  for (const [price, quantity] of book.bids) console.log(`  bid ${price}  ${quantity}`);
  // Prices are strings and arithmetic is exact: no 0.30000000000000004 here.
  console.log(`spread ${Decimal.from(ask).sub(Decimal.from(bid)).toString()}`);
  await quant.stop('done');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', marketPrice);
