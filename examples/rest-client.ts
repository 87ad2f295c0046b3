// The platform's own REST client: every endpoint in the exchange's own words, signed, within its rate limits, errors as results.
//   npm run -s aioquant -- run examples/rest-client.ts -c config.yaml
import { config, quant, Trade } from 'aioquant';

/** Raw calls take symbols as the exchange writes them. */
const RAW_SYMBOL = { binance: 'BTCUSDT', okx: 'BTC-USDT', htx: 'btcusdt' } as const;

export default async function restClient(): Promise<void> {
  const trade = new Trade({
    strategy: 'rest-client',
    ...config.account(),
    symbol: 'BTC/USDT', // after the account's own: the raw names above are of this one
    // Looking must change nothing: not at the stop, and not if this process dies.
    unfinishedOrders: { stop: 'keep', crash: 'keep' },
  });
  await trade.ready;

  const [book, error] = await trade.restApi.getOrderbook(RAW_SYMBOL[trade.platform], 5);
  if (error) console.log(`${error.kind}: ${error.message}`);
  else console.dir(book, { depth: 4 });
  await quant.stop('done');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', restClient);
