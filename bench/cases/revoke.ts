// Revoking five hundred orders with an injected delay, and the seed's claim: learning an order's state by push against asking each second.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../harness/child.ts';
import type { ExchangeName } from '../harness/order-frames.ts';

const SERVER = fileURLToPath(new URL('../server/market.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../contenders/trader.ts', import.meta.url));

const CHURN = 3_000;

type Child = ReturnType<typeof start>;

/** @param work gets the exchange, and traders on it, each in a process and with a journal of its own */
async function withServer<T>(
  exchange: ExchangeName,
  delayMs: number,
  work: (server: Child, trader: () => Promise<Child>) => Promise<T>,
): Promise<T> {
  const server = start('server', SERVER);
  const clients: Child[] = [];
  const homes: string[] = [];
  try {
    const target = await server.ask<object>('begin', exchange, delayMs);
    return await work(server, async () => {
      const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
      homes.push(home);
      const client = start('client', CLIENT, [], { XDG_DATA_HOME: home });
      clients.push(client);
      await client.ask('connect', { exchange, ...target });
      return client;
    });
  } finally {
    for (const client of clients) client.stop();
    server.stop();
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  }
}

export interface RevokeFigures {
  /** One request and its answer, as measured, ms. */
  readonly roundTrip: number;
  /** From the call to the exchange's acceptance of the last cancel (by its engine), ms. */
  readonly accepted: number;
  /** Of that, from the first order's end to the last one's: the exchange's own work, or its rate limit's. */
  readonly ending: number;
  /** From the call to its result: confirmed by the exchange, ms. */
  readonly confirmed: number;
}

/** @param orders how many rest in the book */
export function runRevoke(exchange: ExchangeName, orders: number, delayMs: number): Promise<RevokeFigures> {
  return withServer(exchange, delayMs, async (server, trader) => {
    const revoke = async (): Promise<RevokeFigures> => {
      const client = await trader();
      await server.ask('rest', orders);
      const figures = await client.ask<RevokeFigures & { startedAt: number }>('revoke', orders);
      const state = await server.ask<{ firstCancelAt: number; lastCancelAt: number }>('state');
      client.stop();
      const { firstCancelAt, lastCancelAt } = state;
      return { ...figures, accepted: lastCancelAt - figures.startedAt, ending: lastCancelAt - firstCancelAt };
    };
    // An exchange is warm, whoever revokes in an emergency is not: all this is for the simulator alone.
    const client = await trader();
    await server.ask('churn', CHURN);
    client.stop();
    await revoke();
    return revoke();
  });
}

export interface PollingFigures {
  /** From the change at the exchange to the strategy's knowledge of it, ms, p50. */
  readonly pushMs: number;
  readonly pollMs: number;
  /** CPU of the client for each minute of waiting, ms. */
  readonly pushCpuMs: number;
  readonly pollCpuMs: number;
  /** Requests a minute. */
  readonly pollRequests: number;
}

/** @param changes how many changes are waited for, one about every 700 ms */
export function runPolling(changes: number): Promise<PollingFigures> {
  return withServer('binance', 0, async (server, trader) => {
    const client = await trader();
    const measure = async (
      way: 'push' | 'poll',
    ): Promise<{ median: number; cpuPerMinute: number; requests: number }> => {
      const hearing = client.ask<{ heard: Map<string, number>; cpuMs: number; wallMs: number; requests: number }>(
        'hear',
        way,
        changes,
      );
      const made = await server.ask<Map<string, number>>('change', changes, 700);
      const { heard, cpuMs, wallMs, requests } = await hearing;
      const delays = [...made].map(([id, at]) => (heard.get(id) ?? NaN) - at).sort((a, b) => a - b);
      if (delays.some(Number.isNaN)) throw new Error(`${way}: a change was never heard of`);
      return {
        median: delays[delays.length >> 1] ?? NaN,
        cpuPerMinute: (cpuMs / wallMs) * 60_000,
        requests: (requests / wallMs) * 60_000,
      };
    };
    const push = await measure('push');
    const poll = await measure('poll');
    return {
      pushMs: push.median,
      pollMs: poll.median,
      pushCpuMs: push.cpuPerMinute,
      pollCpuMs: poll.cpuPerMinute,
      pollRequests: poll.requests,
    };
  });
}
