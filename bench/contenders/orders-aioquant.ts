// Ourselves: `trade.createOrder` with every check, the intent journaled before the request leaves. Which way it goes is decided by what is open.
import { Trade } from '../../src/index.ts';
import { ourOptions } from './kit.ts';
import type { OrdersClient } from './orders.ts';

export const aioquant: OrdersClient = {
  async connect(target) {
    const trade = new Trade({ ...ourOptions(target), onOrderUpdate: () => undefined });
    if (!(await trade.ready)) throw new Error('the Trade did not become ready');
    // Order entry connects beside the private stream.
    await new Promise((resolve) => setTimeout(resolve, 500));
    return async (id) => {
      const [orderId, error] = await trade.createOrder('BUY', '60000', '0.001', { clientOrderId: id });
      if (error !== null) throw error;
      return orderId;
    };
  },
};
