// `aioquant revoke`: revokes the unfinished orders of any number of accounts at once, and has every exchange say that none is left.

import type { Command } from 'commander';
import { REVOKE_HELP } from './orders-help.ts';
import { listOption, numberOption, textOption, type Finish } from './usage.ts';

export interface RevokeOptions {
  readonly config: string;
  readonly account?: readonly string[];
  readonly symbol?: readonly string[];
  readonly own?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly timeLimit: number;
}

export function registerRevoke(program: Command, finish: Finish): void {
  program
    .command('revoke')
    .description('revoke the unfinished orders of every account, and confirm it')
    .requiredOption('-c, --config <file>', 'configuration, YAML or JSON', textOption)
    .option('--account <names>', 'only these accounts (repeat, or separate by commas)', listOption)
    .option('--symbol <symbols>', 'only these symbols, e.g. EOS/USDT', listOption)
    .option('--own <strategy>', 'only orders placed by this strategy', textOption)
    .option('--dry-run', 'show what would be revoked, and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--time-limit <seconds>', 'per account: when to give up and say what is left', numberOption(1), 30)
    .option('--json', 'one JSON receipt per line')
    .addHelpText('after', REVOKE_HELP)
    .action(async (options: RevokeOptions) => {
      const { revoke } = await import('./revoking.ts');
      finish(await revoke(options));
    });
}
