// `aioquant simulate`: the exchange simulator as a server of its own, for any client in any language.
// What it simulates is simulator/'s part; here are its options and what it says when it is ready.

import { existsSync, mkdtempSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { inspect } from 'node:util';
import type { Command } from 'commander';
import { realClock } from '../runtime/real-clock.ts';
import { onStopSignal } from '../runtime/stop-signals.ts';
import type { RunningSimulator } from '../simulator/index.ts';
import { paint, print, printJson, table } from './terminal.ts';
import { listOption, numberOption, textOption, UsageError, type Finish } from './usage.ts';

const HELP = `
Examples:
  $ aioquant simulate                              on free ports; keys and URLs are printed
  $ aioquant simulate --port 7000 --json           first line: {"binance":{…},"okx":{…},"htx":{…},"accounts":[…]}
  $ aioquant simulate --accounts 100 --latency 25  a hundred accounts; 25 ms each way
  $ aioquant simulate --faults replies-lost        one in eight replies is lost; see docs/faults.md
  $ aioquant simulate --write-config sim.yaml      also write a configuration for its accounts, for -c
`;

interface Options {
  readonly port?: number;
  readonly host?: string;
  readonly seed?: string;
  readonly json?: true;
  readonly accounts: number;
  readonly exchange?: readonly string[];
  readonly replay?: string;
  readonly speed?: number;
  readonly faults?: string;
  readonly latency?: number;
  readonly quiet?: true;
  readonly writeConfig?: string;
  readonly symbol?: readonly string[];
}

export function registerSimulate(program: Command, finish: Finish): void {
  program
    .command('simulate')
    .description('run the exchange simulator as a server')
    .option(
      '--port <n>',
      'first port; the exchanges take one each (default: free ports)',
      numberOption(0, 'whole', 65_535),
    )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)', textOption)
    .option('--seed <text>', 'everything that happens by chance follows from it (default: 1)', textOption)
    .option('--accounts <n>', 'how many accounts', numberOption(1, 'whole'), 1)
    .option('--exchange <names>', 'only these exchanges', listOption)
    .option('--replay <file>', 'play a recording of a real market instead of the model', textOption)
    .option('--speed <factor>', 'play it that many times faster', numberOption(0.01))
    .option('--faults <name|file>', 'a fault plan by name, or a file with one', textOption)
    .option('--latency <ms>', 'one-way latency inside the exchange', numberOption(0))
    .option('--quiet', 'no market model: only accounts trade')
    .option(
      '--write-config <file>',
      'write a configuration with its accounts and URLs, not over one of your own',
      textOption,
    )
    .option('--symbol <symbols>', 'with --write-config: what its accounts trade (default: BTC/USDT)', listOption)
    .option('--json', 'print one JSON object with URLs and keys, and nothing else')
    .addHelpText('after', HELP)
    .action(async (options: Options) => finish(await simulate(options)));
}

async function simulate(options: Options): Promise<0> {
  // Before anything is printed: whoever reads the first line may already want it to end.
  const ended = new Promise<void>((resolve) => {
    let asked = false;
    onStopSignal(realClock, () => {
      // Nobody has anything to lose in a simulator: who asks again need not wait.
      if (asked) process.exit(1);
      asked = true;
      resolve();
    });
  });
  if (options.speed !== undefined && options.replay === undefined)
    throw new UsageError('--speed needs --replay: the market of the model has no other speed than its own');
  if (options.symbol !== undefined && options.writeConfig === undefined)
    throw new UsageError('--symbol needs --write-config: it says what the accounts of that file trade');
  if (options.writeConfig !== undefined) await mayBeWritten(options.writeConfig);
  const simulator = await startFor(options);
  const { endpoints, accounts } = simulator;
  if (options.writeConfig !== undefined) await writeConfig(options.writeConfig, options.symbol, simulator);
  if (options.json === true) printJson({ ...endpoints, accounts });
  else {
    print(paint.bold('The simulator is running.'));
    if (simulator.recordedSymbol !== null) print(`The recording is played on ${simulator.recordedSymbol}.`);
    for (const [exchange, urls] of Object.entries(endpoints)) {
      print();
      print(paint.bold(exchange));
      print(table(['endpoint', 'URL'], Object.entries(urls)));
    }
    print();
    print(paint.bold('accounts'));
    const shown = accounts.slice(0, 5);
    print(
      table(
        ['name', 'accessKey', 'secretKey', 'passphrase'],
        shown.map((account) => [account.name, account.accessKey, account.secretKey, account.passphrase]),
      ),
    );
    if (accounts.length > shown.length) print(`… and ${accounts.length - shown.length} more: see --json`);
    print();
    if (options.writeConfig !== undefined) print(`Configuration for these accounts: ${options.writeConfig}`);
    print(paint.dim('Ctrl-C stops it.'));
  }
  await ended;
  await simulator.close();
  return 0;
}

/** A journal that somebody has begun stays for whoever wants to read it. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty, or gone already.
  }
}

function notWritten(file: string, error: unknown): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(`--write-config ${file}: ${why}; give the path of a file that this user may write`);
}

/**
 * The same command may be given again and again, but a configuration with somebody's own keys and settings is not overwritten.
 * @throws UsageError
 */
async function mayBeWritten(file: string): Promise<void> {
  // By such a name it would be read as JSON, and refused.
  if (extname(file).toLowerCase() === '.json')
    throw new UsageError(`--write-config ${file}: what is written is YAML; give a name that ends in .yaml`);
  const { isUntouched } = await import('./simulator-config.ts');
  let text = '';
  try {
    // A terminal or a pipe has nothing to lose, and reading it might never end.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) text = readFileSync(file, 'utf8');
  } catch (error) {
    throw notWritten(file, error);
  }
  if (isUntouched(text)) return;
  throw new UsageError(
    `--write-config ${file}: it exists, and is not as this command wrote it; give another name, or remove it first`,
  );
}

/** @param symbols of every account; undefined: the usual one */
async function writeConfig(
  file: string,
  symbols: readonly string[] | undefined,
  simulator: RunningSimulator,
): Promise<void> {
  const { sealed, simulatorConfig } = await import('./simulator-config.ts');
  for (const { venue } of simulator.exchanges.values()) {
    const missing = symbols?.find((symbol) => !venue.instruments.has(symbol));
    if (missing === undefined) continue;
    await simulator.close();
    throw new UsageError(
      `--symbol: "${missing}" is not listed here; there are: ${[...venue.instruments.keys()].join(', ')}`,
    );
  }
  try {
    // A journal of its own: what an earlier simulator knew of its orders means nothing to this one.
    const folder = mkdtempSync(join(tmpdir(), 'aioquant-simulator-'));
    process.once('exit', () => removeIfEmpty(folder));
    const extra = { journal: join(folder, 'journal.sqlite') };
    const options = { extra, ...(symbols === undefined ? {} : { symbols }) };
    const config = simulatorConfig(simulator, Object.keys(simulator.endpoints), options);
    writeFileSync(file, sealed(config), { mode: 0o600 });
  } catch (error) {
    await simulator.close();
    throw notWritten(file, error);
  }
}

/** Starts it, and turns what a user got wrong into words. */
async function startFor(options: Options) {
  const { replay, faults, latency, port, host, seed, accounts, exchange, speed, quiet } = options;
  if (replay !== undefined && !existsSync(replay)) throw new UsageError(`--replay ${replay}: no such file`);
  const { startSimulator, FaultPlanError } = await import('../simulator/index.ts');
  const oneWay = latency === undefined ? undefined : { fixedMs: latency, jitterMs: 0 };
  try {
    return await startSimulator({
      accounts,
      // One request that the simulator cannot cope with must not end everybody's rehearsal.
      onError: (error) => process.stderr.write(`simulator: ${inspect(error)}\n`),
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(seed === undefined ? {} : { seed }),
      ...(exchange === undefined ? {} : { exchanges: exchange }),
      ...(replay === undefined ? {} : { replay }),
      ...(speed === undefined ? {} : { speed }),
      ...(faults === undefined ? {} : { faults }),
      ...(quiet === undefined ? {} : { market: 'quiet' as const }),
      ...(oneWay === undefined ? {} : { latency: { wayIn: oneWay, wayOut: oneWay } }),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_SOCKET_BAD_PORT')
      throw new UsageError(
        `--port ${port ?? 0}: each exchange takes one from there on, and the last there is is 65535`,
      );
    if (error instanceof FaultPlanError || error instanceof RangeError) throw new UsageError(error.message);
    if (code === 'EADDRINUSE')
      throw new UsageError(`port ${port ?? 0} or one of the next is in use; choose another with --port`);
    if (code === 'EACCES') throw new UsageError(`port ${port ?? 0} may not be used by you; choose one above 1023`);
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL')
      throw new UsageError(`--host ${host ?? ''}: this machine has no such address`);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new UsageError(`--host ${host ?? ''}: no address belongs to this name`);
    if (replay !== undefined && error instanceof Error) throw new UsageError(`--replay ${replay}: ${error.message}`);
    throw error;
  }
}
