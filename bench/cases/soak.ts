// The soak: a thousand updates a second for as long as asked, and the slope of the memory after warm-up. Reconnects are reconnects.ts's part.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownPrefix } from '../../src/orders/client-order-id.ts';
import type { Measured } from '../contenders/kit.ts';
import { start } from '../harness/child.ts';
import { slope, slopeBeside } from '../harness/slope.ts';

const SERVER = fileURLToPath(new URL('../server/replay.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../contenders/updates.ts', import.meta.url));
const PER_SECOND = 1_000;
/** Of a block, which plays some ten seconds. All of them end: an exchange that denies orders which its stream left open is another matter. */
const ORDERS = 2_700;

export async function runSoak(minutes: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-soak-'));
  const server = start('server', SERVER);
  const client = start('client', CLIENT, ['aioquant'], { XDG_DATA_HOME: home }, ['--expose-gc']);
  try {
    const prefix = ownPrefix('bench');
    const target = { exchange: 'binance', ...(await server.ask<object>('begin', 'binance')) };
    // The client makes what it must see block by block, or its own memory would be all that is seen.
    await client.ask('connect', target, prefix, Date.now());
    const points: [at: number, heap: number, tracked: number][] = [];
    const begun = performance.now();
    for (let index = 0; performance.now() - begun < minutes * 60_000; index++) {
      const startTime = Date.now();
      const count = await server.ask<number>('prepareBlock', index, ORDERS, prefix, startTime);
      await client.ask('expectBlock', index, ORDERS, prefix, startTime);
      const measuring = client.ask<Measured>('measure', count);
      await server.ask('paced', 0, count, PER_SECOND);
      const { problem } = await measuring;
      if (problem !== null) throw new Error(`block ${index}: ${problem}`);
      const { heapUsed, rss, tracked } = await client.ask<NodeJS.MemoryUsage & { tracked: number }>('memory');
      const at = (performance.now() - begun) / 3_600_000;
      points.push([at, heapUsed / 2 ** 20, tracked]);
      console.log(
        `${(at * 60).toFixed(1)} min: heap ${(heapUsed / 2 ** 20).toFixed(2)} MB after collection, ${tracked} orders in memory, resident ${(rss / 2 ** 20).toFixed(0)} MB`,
      );
    }
    // Ended orders stay addressable for a while, and leave at the comparison after: from then on nothing may grow.
    const settled = points.filter(([at]) => at > 6.5 / 60);
    // Between comparisons, one a minute, ended orders gather, and readings come at other moments each minute: what goes with their number is no growth.
    if (settled.length > 10)
      console.log(
        `memory slope after warm-up: ${slopeBeside(settled).toFixed(2)} MB/h through ${settled.length} readings, what orders in memory take left out; ` +
          `${slope(settled.map(([at, , tracked]) => [at, tracked])).toFixed(0)} more orders in memory an hour`,
      );
    else console.log('too short to tell a slope: ended orders are kept for minutes');
  } finally {
    client.stop();
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
