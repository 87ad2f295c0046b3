// Ourselves, as a strategy uses us: a Trade with production defaults, the journal in its usual file (of a temporary home), every check on.
import { Trade } from '../../src/index.ts';
import { closeDefaultEnvironment, flushJournal } from '../../src/runtime/assembly/environment.ts';
import { ourOptions, type Callback, type Target, type UpdatesClient } from './kit.ts';

let trade: Trade | null = null;

export const aioquant: UpdatesClient = {
  async connect(target: Target, callback: Callback) {
    trade = new Trade({
      ...ourOptions(target),
      onOrderUpdate: (order) => callback(order.orderId, order.status, order.filled),
      onFill: () => undefined,
    });
    if (!(await trade.ready)) throw new Error('the Trade did not become ready');
  },
  flush: flushJournal,
  tracked: () => trade?.stats().tracked ?? 0,
  async close() {
    await trade?.close();
    await closeDefaultEnvironment();
  },
};
