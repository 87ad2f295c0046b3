// A live order book over WebSocket, without keys: every change of the best prices, and the moments in which there is no book to trust.
//   npm run -s aioquant -- run examples/live-book.ts -c config.yaml
import { config, Decimal, Market, quant, type Orderbook } from 'aioquant';

let last = '';

function show({ asks: [ask], bids: [bid] }: Orderbook): void {
  if (ask === undefined || bid === undefined) return;
  // Each is a price and a quantity.
  const spread = Decimal.from(ask[0]).sub(Decimal.from(bid[0])).toString();
  const line = `bid ${bid.join(' x ')}  ask ${ask.join(' x ')}  spread ${spread}`;
  if (line !== last) console.log(line);
  last = line;
}

export default async function liveBook(): Promise<void> {
  // From the configuration only where; { platform: OKX } alone will do.
  const { platform, endpoints } = config.account();
  const market = new Market({
    platform,
    endpoints,
    symbol: 'BTC/USDT',
    depth: 5,
    onOrderbookUpdate: show,
    onConnection: (event) => {
      if (event.type === 'gap-opened') console.log(`no book: ${event.reason}`);
      if (event.type === 'gap-closed') console.log(`the book is back after ${event.at - event.openedAt} ms`);
    },
    onError: (error) => console.log(`trouble: ${error.message}`),
  });
  if (!(await market.ready)) await quant.stop('there will be no book');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', liveBook);
