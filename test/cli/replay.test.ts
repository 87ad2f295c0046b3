// `aioquant simulate --replay`: each exchange plays a recording of its own real market, and whoever watches it with the market feed sees that market.
// The recordings are no part of the repository; what the venue makes of them is test/simulator/market's part.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Orderbook } from '../../src/domain/order.ts';
import type { Platform } from '../../src/domain/platform.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';
import { Market } from '../../src/market.ts';
import { systemRandom } from '../../src/runtime/random.ts';
import { realClock } from '../../src/runtime/real-clock.ts';
import { silentLog } from '../../src/seam/log.ts';
import { createRateBudgets } from '../../src/wire/rate-budget.ts';
import { realTransport } from '../../src/wire/transport-real.ts';
import { Launched, MAIN } from '../support/launched.ts';

const RECORDINGS: readonly (readonly [Platform, string, string])[] = [
  ['binance', 'BTC/USDT', 'binance-spot-btcusdt-20240809.ws.gz'],
  ['okx', 'BTC/USDT', 'okx-public-20220513.jsonl.gz'],
  ['htx', 'FIL3S/USDT', 'htx-market-20210417.jsonl.gz'],
];
const pathOf = (file: string): string => fileURLToPath(new URL(`../../../shared/data/${file}`, import.meta.url));
const missing = RECORDINGS.filter(([, , file]) => !existsSync(pathOf(file)));
if (missing.length > 0)
  console.log(`skipped: replays of ${missing.map(([, , file]) => file).join(', ')}, not in ../shared/data`);

const announced = z.record(z.string(), z.unknown());
const urls = z.record(z.string(), z.string());

/** Best bid and ask. */
const top = ({ bids, asks }: Orderbook): string => `${bids[0]?.[0]} ${asks[0]?.[0]}`;

describe.each(RECORDINGS)('%s', { concurrent: true, timeout: 60_000 }, (platform, symbol, file) => {
  it.skipIf(!existsSync(pathOf(file)))(
    'plays its own recording: the book stands, moves, and is traded on',
    async () => {
      const args = ['simulate', '--json', '--exchange', platform, '--replay', pathOf(file)];
      await using simulator = new Launched([MAIN, ...args], {});
      const [, line = ''] = await simulator.says(/^(.*)\n/);
      const endpoints = urls.parse(announced.parse(JSON.parse(line))[platform]);
      const transport = realTransport(realClock);
      const budgets = createRateBudgets();
      const environment = { transport, clock: realClock, random: systemRandom, log: silentLog, budgets };
      const tops = new Set<string>();
      const moved = Promise.withResolvers<void>();
      const troubles: string[] = [];
      const market = new Market(
        {
          platform,
          symbol,
          endpoints,
          onOrderbookUpdate: (book) => {
            if (Number(book.bids[0]?.[0]) >= Number(book.asks[0]?.[0])) troubles.push(`crossed: ${top(book)}`);
            tops.add(top(book));
            if (tops.size >= 5) moved.resolve();
          },
          onError: (error) => void troubles.push(error.message),
        },
        { ...environment, exchange: exchangeOf },
      );
      try {
        expect(await market.ready).toBe(true);
        await moved.promise;
        const { bids = [], asks = [] } = market.orderbook ?? {};
        expect([bids.length, asks.length]).toEqual([20, 20]);
        expect(troubles).toEqual([]);
        expect(await trades(platform, endpoints['rest'] ?? '', symbol)).toBeGreaterThan(0);
      } finally {
        await market.close();
        await transport.close();
      }
      simulator.signal('SIGTERM');
      expect(await simulator.ended).toMatchObject({ status: 0, err: '' });
    },
  );
});

/** How many trades the exchange has had, asked in its own words. */
async function trades(platform: Platform, rest: string, symbol: string): Promise<number> {
  const [base = '', quote = ''] = symbol.split('/');
  const path = {
    binance: `/api/v3/trades?symbol=${base}${quote}`,
    okx: `/api/v5/market/trades?instId=${base}-${quote}`,
    htx: `/market/history/trade?symbol=${base}${quote}&size=100`.toLowerCase(),
  }[platform];
  const answer: unknown = await (await fetch(rest + path)).json();
  const rows = z.union([z.array(z.unknown()), z.object({ data: z.array(z.unknown()) })]).parse(answer);
  return Array.isArray(rows) ? rows.length : rows.data.length;
}
