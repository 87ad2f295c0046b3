// Ourselves, as a strategy uses us: a Trade with production defaults, the journal in its usual file (of a temporary home), every check on.
import { Trade } from '../../src/index.ts';
import { closeDefaultEnvironment, flushJournal } from '../../src/runtime/assembly/environment.ts';
import type { Callback, Target, UpdatesClient } from './kit.ts';

let trade: Trade | null = null;

export const STRATEGY = 'bench';

export const aioquant: UpdatesClient = {
  async connect({ exchange, endpoints, account }: Target, callback: Callback) {
    const { name, accessKey, secretKey, passphrase } = account;
    trade = new Trade({
      strategy: STRATEGY,
      platform: exchange,
      symbol: 'BTC/USDT',
      account: name,
      accessKey,
      secretKey,
      ...(exchange === 'okx' ? { passphrase } : {}),
      endpoints,
      onOrderUpdate: (order) => callback(order.orderId, order.status, order.filled),
      onFill: () => undefined,
    });
    if (!(await trade.ready)) throw new Error('the Trade did not become ready');
  },
  flush: flushJournal,
  async close() {
    await trade?.close();
    await closeDefaultEnvironment();
  },
};
