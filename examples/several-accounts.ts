// Several accounts in one program: a Trade for each account of the configuration, on whichever exchange it is, with one order below the market.
// An account that cannot trade stops none of the others; a stop revokes on all of them at once.
//   npm run -s aioquant -- run examples/several-accounts.ts -c config.yaml
import { config, Decimal, logger, ORDER_ACTION_BUY, quant, Trade } from 'aioquant';

/** Of the best bid. */
const SHARE = Decimal.from('0.97');

class OneAccount {
  private readonly trade: Trade;
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.trade = new Trade({
      strategy: 'several-accounts',
      ...config.account(name), // platform, keys, endpoints
      symbol: 'BTC/USDT', // on every account, whatever symbol it names first
      onInit: (success) => this.onInit(success),
      onOrderUpdate: ({ orderId, status, price }) => logger.info(`${name}: order ${orderId} ${status} at ${price}`),
      onError: (error) => logger.error(`${name}: something went wrong`, error),
    });
  }

  private async onInit(success: boolean): Promise<void> {
    if (!success) return logger.warn(`${this.name} cannot trade; the others go on`);
    const [, left] = await this.trade.revokeOrder();
    if (left && left.kind !== 'already-done') return logger.warn(`${this.name}: orders are left`, left);
    const [book, error] = await this.trade.getOrderbook(1);
    const best = book?.bids[0]?.[0];
    const step = this.trade.rules?.tickSize;
    if (error || best === undefined || step === undefined) return logger.warn(`${this.name}: no price`, error);
    const price = Decimal.from(best).mul(SHARE).toStep(Decimal.from(step), 'down');
    const [, failed] = await this.trade.createOrder(ORDER_ACTION_BUY, price.toString(), '0.002');
    if (failed) logger.warn(`${this.name}: no order placed`, failed);
  }
}

export default function severalAccounts(): void {
  for (const { name } of config.accounts) new OneAccount(name);
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', severalAccounts);
