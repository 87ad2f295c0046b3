// `aioquant demo`: the course's strategy 6 on the built-in exchange, with everything it goes through shown as it happens.

import { Option, type Command } from 'commander';
import { PLATFORMS } from '../domain/platform.ts';
import { numberOption, textOption, type Finish } from './usage.ts';

const HELP = `
A strategy (examples/strategy06.ts, the same file for every exchange) keeps one sell order between the 6th and the 8th ask.
An earlier run "crashed" and left orders behind: they are revoked at the start. At the end nothing is left, and the
exchange says so. No keys, no internet: the exchange is a simulator in another process, and speaks the real protocol.

Examples:
  $ aioquant demo
  $ aioquant demo --platform okx --seconds 60
  $ aioquant demo --replay recording.ws.gz     a recorded real market instead of the model
  $ aioquant demo --seconds 0                  until Ctrl-C

Exit status: 0 nothing is left on the exchange; 1 something is; 2 wrong usage.
`;

export interface DemoOptions {
  readonly platform: (typeof PLATFORMS)[number];
  readonly seconds: number;
  readonly replay?: string;
  readonly seed?: string;
  readonly json?: true;
}

export function registerDemo(program: Command, finish: Finish): void {
  program
    .command('demo')
    .description("the course's strategy 6 on the built-in exchange; no keys, no internet")
    .addOption(new Option('--platform <name>', 'which exchange').choices(PLATFORMS).default('binance'))
    .option('--seconds <n>', 'how long; 0 = until Ctrl-C', numberOption(0), 30)
    .option('--replay <file>', 'play a recording of a real BTC/USDT market', textOption)
    .option('--seed <text>', 'another market', textOption)
    .option('--json', 'one JSON object per event, the last one is the summary')
    .addHelpText('after', HELP)
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo/stage.ts');
      finish(await demo(options));
    });
}
