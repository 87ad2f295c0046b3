// Order placement: from the call to the arrival of the bytes, one-way, by REST and over the WebSocket API of Binance.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../harness/child.ts';
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

export async function runOrders(
  contender: string,
  way: 'rest' | 'ws',
  sizes: OrdersSizes,
  execArgv: readonly string[] = [],
): Promise<OrdersFigures> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const server = start(SERVER, 1);
  const client = start(CLIENT, 0, [contender, way], { XDG_DATA_HOME: home }, execArgv);
  try {
    const begun = await server.ask<object>('begin', 'binance', { refuseSecondSocket: way === 'rest' });
    await client.ask('connect', { exchange: 'binance', ...begun });
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
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
