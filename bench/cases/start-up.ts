// Start-up and memory: `aioquant demo` to its first line of orders, and an idle Trade - ready time and resident memory after a rest.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start } from '../harness/child.ts';

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const SERVER = fileURLToPath(new URL('../server/replay.ts', import.meta.url));
const IDLE = fileURLToPath(new URL('../contenders/idle.ts', import.meta.url));

function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1_024;
  } catch {
    return NaN;
  }
}

export interface StartUpFigures {
  /** From the start of the process to the first order update on the screen, ms. */
  readonly demoMs: number;
  readonly demoMb: number;
  /** From the start of the process to `trade.ready`, ms. */
  readonly idleMs: number;
  /** Of a bare Node process that has loaded `ws` and undici. */
  readonly bareMb: number;
  readonly idleMb: number;
}

async function demo(): Promise<{ ms: number; mb: number }> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const begun = performance.now();
  const child = spawn(process.execPath, [CLI, 'demo', '--seconds', '6', '--json'], {
    env: { ...process.env, XDG_DATA_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let ms = NaN;
  let mb = NaN;
  child.stdout.on('data', (chunk: Buffer) => {
    if (Number.isNaN(ms) && chunk.toString().includes('SUBMITTED')) ms = performance.now() - begun;
  });
  const timer = setTimeout(() => {
    mb = residentMb(child.pid ?? 0);
  }, 4_000);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  rmSync(home, { recursive: true, force: true });
  return { ms, mb };
}

async function idle(kind: string): Promise<{ ms: number; mb: number }> {
  const home = mkdtempSync(join(tmpdir(), 'aioquant-bench-'));
  const server = start('server', SERVER);
  try {
    const begun = await server.ask<object>('begin', 'binance');
    const at = performance.now();
    const client = start('client', IDLE, [kind], { XDG_DATA_HOME: home });
    await client.ask('connect', { exchange: 'binance', ...begun });
    const ms = performance.now() - at;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const mb = residentMb(client.process.pid ?? 0);
    client.stop();
    return { ms, mb };
  } finally {
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

export async function runStartUp(): Promise<StartUpFigures> {
  const bare = await idle('bare');
  const us = await idle('aioquant');
  const shown = await demo();
  return { demoMs: shown.ms, demoMb: shown.mb, idleMs: us.ms, bareMb: bare.mb, idleMb: us.mb };
}
