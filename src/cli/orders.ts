// `aioquant orders`: what is unfinished on every account right now, asked of the exchanges; with --history, what the journal remembers.

import type { Command } from 'commander';
import { ORDERS_HELP } from './orders-help.ts';
import { listOption, numberOption, textOption, type Finish } from './usage.ts';

export interface OrdersOptions {
  readonly config: string;
  readonly account?: readonly string[];
  readonly symbol?: readonly string[];
  readonly own?: string;
  readonly json?: true;
  readonly history?: true;
  readonly limit: number;
}

export function registerOrders(program: Command, finish: Finish): void {
  program
    .command('orders')
    .description('show the unfinished orders of every account')
    .requiredOption('-c, --config <file>', 'configuration, YAML or JSON', textOption)
    .option('--account <names>', 'only these accounts (repeat, or separate by commas)', listOption)
    .option('--symbol <symbols>', 'only these symbols, e.g. EOS/USDT', listOption)
    .option('--own <strategy>', 'only orders placed by this strategy', textOption)
    .option('--history', 'what the journal remembers: orders, and the receipt of every revoke')
    .option('--limit <n>', 'with --history: how many of each', numberOption(1, 'whole'), 20)
    .option('--json', 'one JSON object per line')
    .addHelpText('after', ORDERS_HELP)
    .action(async (options: OrdersOptions) => {
      if (options.history === true) {
        const { showHistory } = await import('./history.ts');
        finish(await showHistory(options));
      } else {
        const { showOrders } = await import('./open-orders.ts');
        finish(await showOrders(options));
      }
    });
}
