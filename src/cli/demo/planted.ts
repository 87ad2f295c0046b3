// Leaves unfinished orders on the exchange, as a run that crashed would have: sent through the exchange's own API, then forgotten.

import { Decimal } from '../../domain/decimal.ts';
import { ORDER_ACTION_SELL, ORDER_TYPE_LIMIT } from '../../domain/order.ts';
import { ClientOrderIds } from '../../orders/client-order-id.ts';
import type { AccessEnvironment, AccountAccess } from '../../runtime/assembly/account-access.ts';

export interface PlantedOrder {
  readonly orderId: string;
  readonly price: string;
  readonly quantity: string;
}

interface Planting {
  readonly access: AccountAccess;
  readonly environment: AccessEnvironment;
  readonly strategy: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly count: number;
}

/** Sell orders one to three per cent above the market, where nothing happens to them. Throws when the exchange refuses. */
export async function plantOrders(planting: Planting): Promise<PlantedOrder[]> {
  const { access, environment, strategy, symbol, quantity, count } = planting;
  const { connector } = access;
  const [, failure] = await connector.prepare();
  if (failure !== null) throw failure;
  const [instrument, unknown] = await connector.instrument(symbol);
  if (unknown !== null) throw unknown;
  const [book, blind] = await connector.orderbook(instrument, 5);
  if (blind !== null) throw blind;
  const [best] = book.asks[0] ?? ['1'];
  const ids = new ClientOrderIds(strategy, environment.clock, environment.random);
  const prices = Array.from({ length: count }, (_, index) =>
    Decimal.from(best)
      .mul(Decimal.from(`1.0${10 + index * 5}`))
      .toStep(instrument.tickSize, 'up'),
  );
  return Promise.all(
    prices.map(async (price) => {
      const outcome = await connector.trading.create({
        instrument,
        clientOrderId: ids.next(),
        action: ORDER_ACTION_SELL,
        orderType: ORDER_TYPE_LIMIT,
        timeInForce: 'GTC',
        price,
        quantity: Decimal.from(quantity),
        quoteQuantity: null,
        extra: {},
      });
      if (outcome.outcome !== 'accepted') throw outcome.error;
      const orderId = outcome.reports.find((report) => report.orderId !== null)?.orderId;
      return { orderId: orderId ?? '', price: price.toString(), quantity };
    }),
  );
}
