// A strategy's process for the cases with a real engine behind them: revokes everything, or waits to hear of orders in one of two ways.
import { Trade } from '../../src/index.ts';
import { answer } from '../harness/child.ts';
import { ourOptions, type Target } from './kit.ts';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let trade: Trade;
let exchange = '';
let onId: (orderId: string) => void = () => undefined;

const RAW: Readonly<Record<string, string>> = { binance: 'BTCUSDT', okx: 'BTC-USDT', htx: 'btcusdt' };

/** One request and its answer. */
async function roundTrip(): Promise<number> {
  const api = trade.restApi as unknown as {
    getOrderbook(symbol: string, limit: number): Promise<readonly [unknown, Error | null]>;
  };
  const times: number[] = [];
  for (let index = 0; index < 15; index++) {
    const begun = now();
    const [, error] = await api.getOrderbook(RAW[exchange] ?? '', exchange === 'htx' ? (undefined as never) : 5);
    if (error !== null) throw error;
    times.push(now() - begun);
  }
  return times.sort((a, b) => a - b)[7] ?? NaN;
}

answer({
  async connect(target: Target) {
    exchange = target.exchange;
    trade = new Trade({
      ...ourOptions(target),
      onOrderUpdate: (order) => onId(order.orderId),
    });
    if (!(await trade.ready)) throw new Error('the Trade did not become ready');
  },
  async revoke(orders: number) {
    const until = now() + 10_000;
    while (trade.orders.size < orders && now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    const trip = await roundTrip();
    // Budgets that the questions drew on are full again.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const startedAt = now();
    const [revoked, error] = await trade.revokeOrder();
    if (error !== null) throw error;
    if (revoked.length !== orders) throw new Error(`${revoked.length} of ${orders} were revoked`);
    return { roundTrip: trip, startedAt, confirmed: now() - startedAt };
  },
  async hear(way: 'push' | 'poll', changes: number) {
    const heard = new Map<string, number>();
    const already = new Set(trade.orders.keys());
    const note = (id: string): void => {
      if (!already.has(id) && !heard.has(id)) heard.set(id, now());
    };
    let requests = 0;
    const cpu = process.cpuUsage();
    const begun = now();
    if (way === 'push') {
      await new Promise<void>((resolve) => {
        onId = (id) => {
          note(id);
          if (heard.size === changes) resolve();
        };
      });
    } else {
      onId = () => undefined;
      while (heard.size < changes) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const [ids, error] = await trade.getOpenOrderIds();
        if (error !== null) throw error;
        requests++;
        for (const id of ids) note(id);
      }
    }
    const { user, system } = process.cpuUsage(cpu);
    return { heard, cpuMs: (user + system) / 1_000, wallMs: now() - begun, requests };
  },
});
