// The command line as a whole: its commands, what --help says, and how mistakes become messages and exit statuses.
// What a command does is loaded only when it runs, so that --help and mistakes answer at once.

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { ConfigError } from '../runtime/config-problems.ts';
import { redact } from '../runtime/redact.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerOrders } from './orders.ts';
import { registerRevoke } from './revoke.ts';
import { registerRun } from './run.ts';
import { registerSimulate } from './simulate.ts';
import type { Finish } from './usage.ts';

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

const EXAMPLES = `
Examples:
  $ aioquant demo                                a strategy on the built-in exchange; no keys, no internet
  $ aioquant run strategy.ts -c config.yaml      run a strategy under the supervisor
  $ aioquant orders -c config.yaml               what is unfinished, on every account
  $ aioquant revoke -c config.yaml               revoke it all, and have the exchanges confirm it
  $ aioquant doctor -c config.yaml               check accounts, keys, clocks and what protects them

Exit status: 0 done; 1 something is left undone; 2 wrong usage or configuration.
`;

function buildProgram(finish: Finish): Command {
  const program = new Command('aioquant')
    .description('Quantitative trading on Binance, OKX and HTX, in which an order is never lost.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ sortSubcommands: false, helpWidth: 110 })
    .exitOverride();
  registerDemo(program, finish);
  registerRun(program, finish);
  registerOrders(program, finish);
  registerRevoke(program, finish);
  registerDoctor(program, finish);
  registerSimulate(program, finish);
  for (const command of program.commands) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'show help')
      .configureHelp({ helpWidth: 110 })
      .showHelpAfterError(`See: aioquant ${command.name()} --help`);
  }
  program.showHelpAfterError('See: aioquant --help');
  return program;
}

/** Runs one command. Resolves with the exit status; mistakes have been printed. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = buildProgram((result) => {
    status = result;
  });
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    // commander has printed its message; help and version that were asked for are no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ConfigError) {
      process.stderr.write(`error: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`unexpected error: ${JSON.stringify(redact(error), null, 2)}\n`);
    return 1;
  }
}
