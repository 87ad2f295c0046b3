// Runs the command line as a user does - a process of its own - against a simulated exchange on real ports in the test's process.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { simulatorConfig } from '../../src/cli/simulator-config.ts';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import { ownPrefix } from '../../src/orders/client-order-id.ts';
import { startSimulator, type RunningSimulator, type SimulatorServerOptions } from '../../src/simulator/index.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
export const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
export const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with everything printed so far when it contains `text`; rejects when the process ends without. */
  said(text: string): Promise<string>;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  // A test that failed half-way must leave no process behind.
  for (const child of running) child.kill('SIGKILL');
});

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NO_COLOR: '1', ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  const check = (): void => {
    for (const look of waiting) look();
  };
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    check();
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
    check();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) => resolve({ status, out, err }));
  });
  const said = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!`${out}${err}`.includes(text)) return;
        waiting.delete(look);
        resolve(`${out}${err}`);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying "${text}":\n${out}${err}`)));
    });
  return { child, ended, said };
}

export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(args, env).ended;
}

export interface Ground {
  readonly simulator: RunningSimulator;
  readonly platform: Platform;
  readonly folder: string;
  readonly config: string;
  /** Puts sell orders far above the market into the exchange's books, as somebody else would. */
  plant(count: number, part?: { account?: number; strategy?: string }): void;
  /** How many orders are open in the exchange's own books. */
  open(account?: number): number;
  close(): Promise<void>;
}

/** A simulated exchange without a market of its own, and a configuration for its accounts. */
export async function ground(
  platform: Platform,
  options: SimulatorServerOptions = {},
  extra: Readonly<Record<string, unknown>> = {},
  account: object = {},
): Promise<Ground> {
  const simulator = await startSimulator({ exchanges: [platform], market: 'quiet', ...options });
  const folder = mkdtempSync(join(tmpdir(), 'aioquant-cli-'));
  const config = join(folder, 'config.yaml');
  const journal = join(folder, 'journal.sqlite');
  writeFileSync(config, simulatorConfig(simulator, [platform], { extra: { journal, ...extra }, account }));
  const venue = simulator.venue(platform);
  const uidOf = (account: number): number => venue.accounts[account]?.uid ?? 0;
  let planted = 0;
  return {
    simulator,
    platform,
    folder,
    config,
    plant(count, { account = 0, strategy } = {}) {
      for (let index = 0; index < count; index++) {
        planted++;
        const order = {
          symbol: 'BTC/USDT',
          side: 'SELL',
          type: 'LIMIT',
          timeInForce: 'GTC',
          postOnly: false,
          price: Decimal.from(70_000 + planted),
          quantity: Decimal.from('0.001'),
          quoteQuantity: null,
          clientOrderId: `${strategy === undefined ? 'byhand' : ownPrefix(strategy)}${planted}`,
          selfTradePrevention: 'none',
          tag: {},
        } as const;
        const placed = venue.place(uidOf(account), order, { uniqueClientOrderIds: false, postOnly: 'reject' });
        if (!placed.ok) throw new Error(`the simulator refused to plant an order: ${placed.rejection}`);
      }
    },
    open: (account = 0) => venue.openOrders(uidOf(account), null).length,
    close: () => simulator.close(),
  };
}
