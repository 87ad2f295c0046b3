// Revokes orders: first one by its id, then all the others at once - and each time the exchange confirms it.
//   npm run -s aioquant -- run examples/revoke-orders.ts -c config.yaml
import { config, quant, RevokeError, Trade } from 'aioquant';

export default async function revokeOrders(): Promise<void> {
  // The symbol of the account, where the configuration names one, takes the place of BTC/USDT.
  const trade = new Trade({ strategy: 'revoke-orders', symbol: 'BTC/USDT', ...config.account() });
  if (!(await trade.ready)) return quant.stop('the account cannot trade');

  const [first] = trade.orders.values();
  if (first !== undefined && first.orderId !== '') {
    const [, error] = await trade.revokeOrder(first.orderId);
    // An order that filled in the race is not an accident: the error says what became of it.
    console.log(error ? `${first.orderId}: ${error.kind}, ${error.message}` : `${first.orderId} revoked`);
  }

  const [revoked, error] = await trade.revokeOrder();
  if (error instanceof RevokeError) {
    console.log(`${error.revoked.length} revoked, ${error.failed.length} not:`);
    for (const { orderId, error: why } of error.failed) console.log(`  ${orderId}: ${why.kind}, ${why.message}`);
  } else console.log(error ? error.message : `${revoked.length} more revoked; none is left`);
  await quant.stop('done');
}

if (import.meta.main) await quant.start(process.argv[2] ?? 'config.yaml', revokeOrders);
