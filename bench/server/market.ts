// The server of the cases that need a real exchange behind them: the simulator in a process of its own, with a delay or in a hurry, and hands on
// its engine and its connections.
import { readdirSync } from 'node:fs';
import { Decimal } from '../../src/domain/decimal.ts';
import { startSimulator, type FaultRule, type RunningSimulator } from '../../src/simulator/index.ts';
import { answer } from '../harness/child.ts';
import { hurriedClock, type Hurry } from '../harness/hurried-clock.ts';
import type { ExchangeName } from '../harness/order-frames.ts';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let simulator: RunningSimulator;
let exchange: ExchangeName = 'binance';
let firstCancelAt = 0;
let lastCancelAt = 0;
const SYMBOL = 'BTC/USDT';

function place(price: number, quantity = '0.001'): string {
  const venue = simulator.venue(exchange);
  const account = venue.accounts[0];
  if (account === undefined) throw new Error('no account');
  const result = venue.place(
    account.uid,
    {
      symbol: SYMBOL,
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      postOnly: false,
      price: Decimal.from(price),
      quantity: Decimal.from(quantity),
      quoteQuantity: null,
      clientOrderId: `bench${count++}`,
      selfTradePrevention: 'none',
      tag: {},
    },
    { postOnly: 'reject', uniqueClientOrderIds: true },
  );
  if (!result.ok) throw new Error(`refused: ${result.rejection}`);
  return String(result.order.orderId);
}
let count = 0;

/** Places an order and cancels it; returns its id. */
function comeAndGo(): string {
  const venue = simulator.venue(exchange);
  const orderId = place(50_000);
  venue.cancel(venue.accounts[0]?.uid ?? 0, SYMBOL, { orderId: BigInt(orderId) }, '');
  return orderId;
}

answer({
  async begin(name: ExchangeName, delayMs: number, hurry?: Hurry) {
    exchange = name;
    const half = { fixedMs: delayMs / 2, jitterMs: 0 };
    simulator = await startSimulator({
      exchanges: [name],
      market: 'quiet',
      seed: 1,
      ...(delayMs === 0 ? {} : { latency: { wayIn: half, wayOut: half } }),
      ...(hurry === undefined ? {} : { clock: hurriedClock(hurry) }),
      maxOpenOrders: 10_000,
    });
    simulator.venue(name).listen((event) => {
      if (event.type !== 'order-ended') return;
      lastCancelAt = now();
      if (firstCancelAt === 0) firstCancelAt = lastCancelAt;
    });
    return { endpoints: simulator.endpoints[name], account: simulator.accounts[0] };
  },
  rest(orders: number) {
    for (let index = 0; index < orders; index++) place(50_000 - index);
    firstCancelAt = 0;
  },
  /** Orders that come and go, with all that is told of them: after some thousands the simulator is as quick as it gets. */
  churn(orders: number) {
    for (let index = 0; index < orders; index++) comeAndGo();
  },
  comeAndGo,
  /** At once, or at the next frame where the fault needs one. */
  strike(rule: FaultRule) {
    simulator.faults.inject([rule]);
  },
  forget: () => simulator.faults.clear(),
  descriptors: () => readdirSync('/proc/self/fd').length,
  state: () => ({ firstCancelAt, lastCancelAt }),
  /** One new order about every `everyMs`; returns when each came to be. */
  async change(changes: number, everyMs: number) {
    const made = new Map<string, number>();
    for (let index = 0; index < changes; index++) {
      await new Promise((resolve) => setTimeout(resolve, everyMs + ((index * 137) % 300)));
      const at = now();
      made.set(place(40_000 - index), at);
    }
    return made;
  },
});
