// `aioquant doctor`: checks every account of a configuration before - or while - it trades.

import type { Command } from 'commander';
import { listOption, textOption, type Finish } from './usage.ts';

const HELP = `
Per account: is it reachable, is the key valid, what may it do, how far is the clock off, how much of the rate budget is
used, what is unfinished, and which of the five lines of defence protect it.

Examples:
  $ aioquant doctor -c config.yaml
  $ aioquant doctor -c config.yaml --strict && aioquant run strategy.ts -c config.yaml

Exit status: 0 every account can trade; 1 one cannot (with --strict: or there is a warning); 2 wrong usage or configuration.
`;

export interface DoctorOptions {
  readonly config: string;
  readonly account?: readonly string[];
  readonly strict?: true;
  readonly json?: true;
}

export function registerDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('check accounts, keys, clocks and what protects their orders')
    .requiredOption('-c, --config <file>', 'configuration, YAML or JSON', textOption)
    .option('--account <names>', 'only these accounts (repeat, or separate by commas)', listOption)
    .option('--strict', 'warnings count as failures')
    .option('--json', 'one JSON object per account')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const { examineAll } = await import('./examination.ts');
      finish(await examineAll(options));
    });
}
