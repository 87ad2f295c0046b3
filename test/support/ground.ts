// A simulated exchange on real ports in the test's process, with a configuration for its accounts: orders can be planted and counted past every wire.
// Processes that trade on it are launched.ts's part.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulatorConfig } from '../../src/cli/simulator-config.ts';
import { Decimal } from '../../src/domain/decimal.ts';
import type { Platform } from '../../src/domain/platform.ts';
import { ownPrefix } from '../../src/orders/client-order-id.ts';
import { startSimulator, type RunningSimulator, type SimulatorServerOptions } from '../../src/simulator/index.ts';

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
