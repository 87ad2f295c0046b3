// Order placement: from the call to the arrival of the bytes, one-way, by REST and over the WebSocket API of Binance.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start, type Child } from '../harness/child.ts';
import { percentile } from './updates.ts';

const SERVER = fileURLToPath(new URL('../server/replay.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../contenders/orders.ts', import.meta.url));

export interface OrdersSizes {
  readonly warmUp: number;
  readonly single: number;
  /** Rounds of 10 and of 50 at a time. */
  readonly rounds: number;
}

/** Microseconds, p50: one order, call to arrival; ten and fifty at once, first call to last arrival. */
export interface OrdersFigures {
  readonly one: number;
  readonly ten: number;
  readonly fifty: number;
}

/** A server that takes orders one way. */
export interface OrdersStage {
  readonly way: 'rest' | 'ws';
  readonly sizes: OrdersSizes;
  readonly server: Child;
  readonly target: object;
}

export async function withOrders<T>(
  way: 'rest' | 'ws',
  sizes: OrdersSizes,
  work: (stage: OrdersStage) => Promise<T>,
): Promise<T> {
  const server = start('server', SERVER);
  try {
    const begun = await server.ask<object>('begin', 'binance', { refuseSecondSocket: way === 'rest' });
    return await work({ way, sizes, server, target: { exchange: 'binance', ...begun } });
  } finally {
    server.stop();
  }
}

/** One contender, in a process of its own. */
export async function runOrders(
  { way, sizes, server, target }: OrdersStage,
  contender: string,
  execArgv: readonly string[] = [],
): Promise<OrdersFigures> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const client = start('client', CLIENT, [contender, way], { XDG_DATA_HOME: home }, execArgv);
  try {
    await client.ask('connect', target);
    const take = async (rounds: number, inFlight: number): Promise<number> => {
      const asked = await client.ask<Map<string, number>>('run', rounds, inFlight);
      const arrived = await server.ask<Map<string, number>>('arrivals');
      const ids = [...asked.keys()];
      // From the first call of a round to the last arrival: what a ladder of orders takes to be there.
      const delays = new Float64Array(rounds);
      for (let round = 0; round < rounds; round++) {
        const mine = ids.slice(round * inFlight, (round + 1) * inFlight);
        const arrivals = mine.map((id) => arrived.get(id) ?? NaN);
        if (arrivals.some(Number.isNaN)) throw new Error('an order never arrived');
        delays[round] = (Math.max(...arrivals) - (asked.get(mine[0] ?? '') ?? NaN)) * 1_000;
      }
      return percentile(delays.sort(), 0.5);
    };
    await take(sizes.warmUp, 1);
    await take(Math.ceil(sizes.warmUp / 50), 50);
    const one = await take(sizes.single, 1);
    const ten = await take(sizes.rounds, 10);
    const fifty = await take(sizes.rounds, 50);
    return { one, ten, fifty };
  } finally {
    client.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
