// `aioquant run`: a strategy under its supervisor, or alone for debugging.
// The supervisor's decisions are runtime/supervisor.ts's; here a real process, real signals and real exchanges are put behind it.

import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { OrderReport } from '../domain/order-report.ts';
import type { Config } from '../runtime/config.ts';
import type { StopSignal } from '../runtime/stop-signals.ts';
import type { SupervisedChild } from '../runtime/supervisor.ts';
import { strategyFile } from './strategy-module.ts';
import { textOption, type Finish } from './usage.ts';

const HELP = `
STRATEGY is a module; its default export is constructed if it is a class, called (and awaited) if it is a function.
The supervisor kills the strategy when its event loop freezes for longer than the lease, and after any death - kill -9
included - revokes what is unfinished, has the exchange confirm it, and starts the strategy again. In the configuration:
  supervisor: { restart: on-crash, lease: 10, maxRestarts: 10 }        # or restart: never; lease in seconds

Examples:
  $ aioquant run strategy.ts -c config.yaml
  $ aioquant run strategy.ts -c config.yaml --no-supervisor     in this very process, e.g. under a debugger
`;

interface Options {
  readonly config?: string;
  readonly supervisor: boolean;
}

export function registerRun(program: Command, finish: Finish): void {
  program
    .command('run')
    .description('run a strategy under the supervisor')
    .argument('<strategy>', "the strategy's module (.ts or .js)", textOption)
    .option('-c, --config <file>', 'configuration, YAML or JSON', textOption)
    .option('--no-supervisor', 'run it in this process, without a net')
    .addHelpText('after', HELP)
    .action(async (strategy: string, options: Options) => {
      finish(
        options.supervisor ? await runSupervised(strategy, options.config) : await runAlone(strategy, options.config),
      );
    });
}

/** Never resolves in practice: quant ends the process. */
export async function runAlone(strategy: string, config: string | undefined): Promise<number> {
  const path = strategyFile(strategy);
  const { quant } = await import('../quant.ts');
  const { loadStrategy } = await import('./strategy-module.ts');
  // The module is loaded inside the process that quant has made, so that its own mistakes end in order, too.
  await quant.start(config, async () => {
    const entrance = await loadStrategy(path);
    const { runEntrance } = await import('../quant.ts');
    await runEntrance(entrance);
  });
  return new Promise<number>(() => undefined);
}

async function runSupervised(strategy: string, configFile: string | undefined): Promise<number> {
  const path = strategyFile(strategy);
  const { parseConfig, readConfig } = await import('../runtime/config.ts');
  const config: Config = configFile === undefined ? parseConfig('{}', 'defaults.json') : readConfig(configFile);
  const { configureLogger, logger } = await import('../runtime/logger.ts');
  const { realClock } = await import('../runtime/real-clock.ts');
  const { onStopSignal } = await import('../runtime/stop-signals.ts');
  const { Supervisor } = await import('../runtime/supervisor.ts');
  const { supervisedChild } = await import('./supervised-child.ts');
  const { SUPERVISED } = await import('../quant.ts');
  const { ask, canAsk } = await import('../runtime/ask.ts');
  const { sweepDeadPlace } = await import('../runtime/assembly/dead-place.ts');
  const { keepListed, keepReceipts, readRemembered, scopeOf } = await import('../runtime/assembly/journal.ts');
  const { accessEnvironment } = await import('../runtime/assembly/environment.ts');
  await configureLogger({ ...config.log, base: { server: config.serverId, process: 'supervisor' } });
  const leaseMs = config.supervisor.lease * 1_000;

  const spawn = (): SupervisedChild => {
    const entry = fileURLToPath(new URL(`./run-child${extname(import.meta.url)}`, import.meta.url));
    const child = fork(entry, [path, ...(configFile === undefined ? [] : [configFile])], {
      env: { ...process.env, [SUPERVISED]: String(leaseMs) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    logger.info(`strategy started as process ${child.pid ?? '?'}, lease ${config.supervisor.lease} s`);
    return supervisedChild(child);
  };

  const supervisor = new Supervisor({
    spawn,
    clock: realClock,
    log: logger,
    sweep: async (place, task) => {
      const [remembered = null] = (await readRemembered(config.journal, [scopeOf(place)])) ?? [];
      const listed: OrderReport[] = [];
      const onListed = (reports: readonly OrderReport[]): void => void listed.push(...reports);
      const result = await sweepDeadPlace({ ...task, place, remembered, onListed }, accessEnvironment(config));
      await keepListed(config.journal, place, listed);
      return result;
    },
    record: (receipt) => keepReceipts(config.journal, [receipt]),
    leaseMs,
    restart: config.supervisor.restart,
    maxRestarts: config.supervisor.maxRestarts,
    // The child may take its own limit for revoking, and then a little for each of its last steps (quant.ts).
    stopLimitMs: config.stop.timeLimit * 1_000 + 25_000,
  });

  let asking = false;
  const onSignal = async (signal: StopSignal): Promise<void> => {
    if (!supervisor.isStopping) {
      supervisor.stop(signal);
      return;
    }
    if (signal !== 'SIGINT' || asking || !canAsk()) return;
    asking = true;
    const { left } = supervisor;
    const what = left.length === 0 ? 'The strategy is still stopping.' : `Still open: ${left.join(', ')}.`;
    const abandon = await ask(`${what} End at once and leave what is unfinished?`);
    asking = false;
    if (!abandon) return;
    supervisor.abandon();
    process.exit(1);
  };
  onStopSignal(realClock, (signal) => void onSignal(signal));
  return supervisor.run();
}
