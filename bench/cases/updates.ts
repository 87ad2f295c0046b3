// Order updates: frame to callback, in a flood and at an even pace. The server plays the same frames to each contender.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownPrefix } from '../../src/orders/client-order-id.ts';
import type { Measured } from '../contenders/kit.ts';
import { start, type Child } from '../harness/child.ts';
import type { ExchangeName } from '../harness/order-frames.ts';

const SERVER = fileURLToPath(new URL('../server/replay.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../contenders/updates.ts', import.meta.url));

/** Updates a second. */
const PACES = [1_000, 10_000] as const;

export interface UpdatesSizes {
  readonly warmUp: number;
  readonly flood: number;
  /** How many floods there are: the best one counts. */
  readonly floods: number;
  /** Seconds of each pace. */
  readonly paceSeconds: number;
}

export interface UpdatesFigures {
  /** Of the thread that runs the callbacks. */
  readonly threadUs: number;
  /** Of the whole process, and until what came of it was written. */
  readonly cpuUs: number;
  readonly perSecond: number;
  /** With one frame to a segment, as on a day without stalls. */
  readonly threadAt10k: number | null;
  readonly p50At1k: number | null;
  readonly p99At1k: number | null;
  readonly p50At10k: number | null;
  readonly delivered: number;
  readonly problem: string | null;
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function delays(sent: Float64Array, measured: Measured): Float64Array | null {
  if (measured.problem !== null || measured.times.length !== sent.length) return null;
  return measured.times.map((time, index) => time - (sent[index] ?? 0)).sort();
}

/** A server with its frames, and all that a client must know to expect them. */
export interface UpdatesStage {
  readonly exchange: ExchangeName;
  readonly sizes: UpdatesSizes;
  readonly server: Child;
  readonly target: object;
  readonly prefix: string;
  readonly startTime: number;
}

export async function withUpdates<T>(
  exchange: ExchangeName,
  sizes: UpdatesSizes,
  work: (stage: UpdatesStage) => Promise<T>,
): Promise<T> {
  const server = start('server', SERVER);
  try {
    const { warmUp, flood, floods, paceSeconds } = sizes;
    const total = warmUp + floods * flood + PACES.reduce((sum, rate) => sum + rate * paceSeconds, 0);
    const prefix = ownPrefix('bench');
    const startTime = Date.now();
    const target = { exchange, ...(await server.ask<object>('begin', exchange)) };
    await server.ask('prepare', total, prefix, startTime);
    return await work({ exchange, sizes, server, target, prefix, startTime });
  } finally {
    server.stop();
  }
}

/** One contender, in a process of its own. */
export async function runUpdates(
  stage: UpdatesStage,
  contender: string,
  execArgv: readonly string[] = [],
): Promise<UpdatesFigures> {
  const { server, target, prefix, startTime, sizes } = stage;
  const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const client = start('client', CLIENT, [contender], { XDG_DATA_HOME: home }, execArgv);
  try {
    await client.ask('connect', target, prefix, startTime);
    let at = 0;
    const take = async (count: number, rate: number | null): Promise<[Measured, Float64Array]> => {
      await client.ask('expect', count, rate !== null);
      const measuring = client.ask<Measured>('measure', count);
      const playing =
        rate === null
          ? server.ask<Float64Array>('flood', at, at + count)
          : server.ask<Float64Array>('paced', at, at + count, rate);
      at += count;
      const [measured, sent] = await Promise.all([measuring, playing]);
      return [measured, sent];
    };
    const [warm] = await take(sizes.warmUp, null);
    let [best] = await take(sizes.flood, null);
    let problem = warm.problem ?? best.problem;
    for (let more = 1; more < sizes.floods; more++) {
      const [flood] = await take(sizes.flood, null);
      problem ??= flood.problem;
      if (flood.threadUs < best.threadUs) best = flood;
    }
    const paces: (Float64Array | null)[] = [];
    let threadAt10k: number | null = null;
    for (const rate of PACES) {
      if (sizes.paceSeconds === 0) continue;
      const [measured, sent] = await take(rate * sizes.paceSeconds, rate);
      paces.push(delays(sent, measured));
      if (rate === 10_000 && measured.problem === null) threadAt10k = measured.threadUs;
    }
    const of = (index: number, share: number): number | null => {
      const sorted = paces[index] ?? null;
      return sorted === null ? null : percentile(sorted, share);
    };
    return {
      cpuUs: best.cpuUs,
      threadUs: best.threadUs,
      perSecond: (best.count / best.wallMs) * 1_000,
      threadAt10k,
      p50At1k: of(0, 0.5),
      p99At1k: of(0, 0.99),
      p50At10k: of(1, 0.5),
      delivered: best.delivered,
      problem,
    };
  } finally {
    if (execArgv.length > 0) {
      await client.ask('exit');
      await new Promise((resolve) => client.process.once('exit', resolve));
    }
    client.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
