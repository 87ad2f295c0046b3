// A strategy that is cut off by the hundred, in every way a connection ends: each time its stream must be whole again and what happens then be
// told; in the end it must hold no more of the system than at the beginning. Real sockets between two processes, both on a hurried clock.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultRule } from '../../src/simulator/index.ts';
import { start } from '../harness/child.ts';
import type { Hurry } from '../harness/hurried-clock.ts';
import type { ExchangeName } from '../harness/order-frames.ts';
import { slope, type Reading } from '../harness/slope.ts';

const SERVER = fileURLToPath(new URL('../server/market.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../contenders/reconnector.ts', import.meta.url));

/** An hour passes in 36 seconds. */
const TIMES = 100;
/** What a connection must have lived for its end to be a new trouble: without it back-off would grow to half a minute. */
const STEADY_MS = 10_500;
/** In turn; most are what happens most. */
const ENDS: readonly FaultRule[] = [
  { fault: 'connection-cut' },
  { fault: 'session-expired' },
  { fault: 'connection-cut' },
  { fault: 'cut-mid-frame', stream: 'private' },
  { fault: 'connection-cut' },
  { fault: 'exchange-restart', durationMs: 1_000 },
  { fault: 'connection-cut' },
  { fault: 'session-expired' },
  { fault: 'connection-cut' },
  { fault: 'half-open' },
];

/** What is opened when it is needed first is open after these: orders that come and go, then reconnects. */
const WARM_UP_ORDERS = 500;
const WARM_UP = ENDS.length;
const READ_EVERY = 25;
/** Real: nothing takes this long in a hurry. */
const PATIENCE_MS = 60_000;

export interface ReconnectFigures {
  readonly reconnects: number;
  readonly seconds: number;
  /** Connections that nobody had ended, and that had to be replaced all the same: by a time limit that was too short in the hurry. */
  readonly unordered: number;
  /** File descriptors of the strategy's process, with the stream live. */
  readonly before: number;
  readonly after: number;
  /** Of descriptors by 1,000 reconnects; null: too few readings. */
  readonly descriptorSlope: number | null;
  /** Of MB of heap after collection by 1,000 reconnects, over the second half: what is compiled on the way is in the first. */
  readonly heapSlope: number | null;
  /** File descriptors of the exchange's process. */
  readonly serverBefore: number;
  readonly serverAfter: number;
}

interface Held {
  readonly descriptors: number;
  readonly heap: number;
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws Error when the stream does not come back, or what happens on it is not told */
export async function runReconnects(
  exchange: ExchangeName,
  reconnects: number,
  tell: (text: string) => void = () => undefined,
): Promise<ReconnectFigures> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-reconnects-'));
  const server = start('server', SERVER);
  const client = start('client', CLIENT, [], { XDG_DATA_HOME: home }, ['--expose-gc']);
  try {
    const hurry: Hurry = { times: TIMES, since: Date.now() };
    const target = { exchange, ...(await server.ask<object>('begin', exchange, 0, hurry)) };
    await client.ask('connect', target, hurry);
    let unordered = -(WARM_UP + reconnects);
    let logins = await client.ask<number>('whole', 0);
    const reconnect = async (index: number): Promise<void> => {
      const end = ENDS[index % ENDS.length] as FaultRule;
      await server.ask('strike', end);
      if (end.fault === 'cut-mid-frame') await server.ask('comeAndGo');
      for (let told = false; !told;) {
        const seen = await inTime(client.ask<number>('whole', logins), `${end.fault}: the stream was not whole again`);
        unordered += seen - logins;
        logins = seen;
        const orderId = await server.ask<string>('comeAndGo');
        told = await inTime(
          client.ask<boolean>('heard', orderId, logins),
          `${end.fault}: order ${orderId} was not told`,
        );
      }
      await server.ask('forget');
      await new Promise((resolve) => setTimeout(resolve, STEADY_MS / TIMES));
    };
    const held = (): Promise<Held> => client.ask('held');

    await server.ask('churn', WARM_UP_ORDERS);
    await inTime(client.ask('hasJournalThread'), 'the journal had no thread of its own');
    for (let index = 0; index < WARM_UP; index++) await reconnect(index);
    const before = await held();
    const serverBefore = await server.ask<number>('descriptors');
    const descriptors: Reading[] = [];
    const heap: Reading[] = [];
    const begun = performance.now();
    for (let index = 1; index <= reconnects; index++) {
      await reconnect(index - 1);
      if (index % READ_EVERY !== 0) continue;
      const now = await held();
      descriptors.push([index / 1_000, now.descriptors]);
      heap.push([index / 1_000, now.heap / 2 ** 20]);
      if (index % 100 === 0)
        tell(
          `${exchange}: ${index} reconnects, ${now.descriptors} file descriptors (${before.descriptors} before), heap ${(now.heap / 2 ** 20).toFixed(2)} MB`,
        );
    }
    const after = await held();
    return {
      reconnects,
      seconds: (performance.now() - begun) / 1_000,
      unordered,
      before: before.descriptors,
      after: after.descriptors,
      descriptorSlope: descriptors.length < 3 ? null : slope(descriptors),
      heapSlope: heap.length < 6 ? null : slope(heap.slice(heap.length >> 1)),
      serverBefore,
      serverAfter: await server.ask<number>('descriptors'),
    };
  } finally {
    client.stop();
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
