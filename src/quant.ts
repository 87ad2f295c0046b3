// The process a strategy lives in: configuration, log, heartbeat, signals, and one clean way to end.
// The steps of a stop are runtime/shutdown.ts's; what a strategy trades with is trade.ts's.

import { resolve } from 'node:path';
import { counted } from './domain/counted.ts';
import type { Ending } from './domain/unfinished-orders.ts';
import type { Timer } from './seam/clock.ts';
import { ask, canAsk } from './runtime/ask.ts';
import { DeadMansSwitches } from './runtime/assembly/dead-mans-switches.ts';
import { closeDefaultEnvironment, defaultEnvironment, flushJournal } from './runtime/assembly/environment.ts';
import { config, readConfig, useConfig } from './runtime/config.ts';
import { ConfigError } from './runtime/config-problems.ts';
import { flushOutput } from './runtime/flush-output.ts';
import { Heartbeat } from './runtime/heartbeat.ts';
import { beatsPerLease, readSupervisorMessage, writePlace, type ChildMessage } from './runtime/lease.ts';
import { configureLogger, logger } from './runtime/logger.ts';
import { participants } from './runtime/participant.ts';
import { realClock } from './runtime/real-clock.ts';
import { Shutdown, type LeftOver } from './runtime/shutdown.ts';
import { onStopSignal, type StopSignal } from './runtime/stop-signals.ts';
import { tasks } from './tasks.ts';

/** A strategy: a class to construct, or a function to call and await. */
export type Entrance = (new () => unknown) | (() => unknown);

/** Set by `aioquant run` for the process it supervises. */
export const SUPERVISED = 'AIOQUANT_SUPERVISED';

/** How long each of the last steps may take: what it waits for may never come, and the process has to exit. */
const CLOSING_LIMIT_MS = 5_000;
/** What is returned by what ends with the process. */
const NEVER = new Promise<void>(() => undefined);

const heartbeat = new Heartbeat(realClock, logger);
let started = false;
let stopping: Shutdown | null = null;
let signalled = false;
let asking = false;
let switches: DeadMansSwitches | null = null;

function isClass(entrance: Entrance): entrance is new () => unknown {
  return /^class\b/.test(Function.prototype.toString.call(entrance));
}

/** Constructs a class, calls and awaits a function; what it throws is the caller's. */
export async function runEntrance(entrance: Entrance): Promise<void> {
  if (isClass(entrance)) Reflect.construct(entrance, []);
  else await entrance();
}

const isSupervised = (): boolean => process.env[SUPERVISED] !== undefined && process.send !== undefined;

/** Resolves when the supervisor has it, or at once when there is none. */
function tellSupervisor(message: ChildMessage): Promise<void> {
  return new Promise((done) => {
    if (!isSupervised() || process.send === undefined || !process.connected) done();
    else process.send(message, undefined, undefined, () => done());
  });
}

function serveSupervisor(): void {
  if (!isSupervised()) return;
  const leaseMs = Number(process.env[SUPERVISED]);
  const renew = (): Timer =>
    realClock.after(leaseMs / beatsPerLease, () => {
      void tellSupervisor({ type: 'beat' });
      if (process.connected) renew();
    });
  renew();
  participants.listen(({ place }) => void tellSupervisor(writePlace(place)));
  process.on('message', (message) => {
    const known = readSupervisorMessage(message);
    if (known !== null) void quant.stop(known.reason);
  });
  // Nobody would clean up after this process any more: better to end in order than to trade without a net.
  process.on('disconnect', () => void end('the supervisor is gone', 0, 'failure'));
}

function describeLeft(left: readonly LeftOver[]): string {
  return left.map(({ place, orderId }) => `${place.account} ${place.symbol} ${orderId}`).join(', ');
}

function describeStop(shutdown: Shutdown): string {
  const left = shutdown.left();
  return left.length === 0
    ? 'confirming with the exchange'
    : `${counted(left.length, 'order')} left: ${describeLeft(left)}`;
}

/** A second signal never cuts a stop short by itself: it says what is going on, and asks where there is somebody to answer. */
async function onRepeatedSignal(shutdown: Shutdown, signal: string): Promise<void> {
  if (asking) return;
  const what = describeStop(shutdown);
  if (signal !== 'SIGINT' || !canAsk()) {
    logger.warn(`${signal} again; still stopping, ${what}`);
    return;
  }
  asking = true;
  const abandon = await ask(`Still stopping (${what}). Abandon?`);
  asking = false;
  if (!abandon) return;
  logger.error(`abandoned; ${what}`);
  process.exit(1);
}

function onSignal(signal: StopSignal): void {
  const isFirst = !signalled;
  signalled = true;
  if (stopping === null) void quant.stop(signal);
  // The supervisor has heard it, too, and answers.
  else if (isSupervised()) return;
  // Something else had begun the stop: whoever sent this one need not know of it, and has not asked twice.
  else if (isFirst) logger.info(`${signal}; stopping already, ${describeStop(stopping)}`);
  else void onRepeatedSignal(stopping, signal);
}

function onUncaught(error: unknown): void {
  logger.error('uncaught error', error instanceof Error ? error : { err: error });
  void end('an uncaught error', 1);
}

function watchProcess(): void {
  onStopSignal(realClock, onSignal);
  // Both are needed: as process 1 of a container nothing else would handle them.
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  // A terminal or pipe that went away must not end a process that holds orders.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** The exchanges' own switches, for the day on which this machine is gone. */
function watchOverMachine(): void {
  const made = new DeadMansSwitches({
    participants,
    environment: defaultEnvironment,
    clock: realClock,
    log: logger,
    seconds: config.deadMansSwitch,
  });
  heartbeat.onBeat(() => made.beat());
  switches = made;
}

/** A step after the orders are dealt with. Never rejects: nothing that fails or hangs there may keep the process from exiting. */
async function closing(what: string, step: () => Promise<void>): Promise<void> {
  let giveUp = (): void => undefined;
  const patience = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const limit = realClock.after(CLOSING_LIMIT_MS, () => {
    logger.warn(`${what} takes too long and is left behind`);
    giveUp();
  });
  try {
    await Promise.race([step(), patience]);
  } catch (error) {
    logger.error(`${what} failed`, { err: error });
  } finally {
    limit.cancel();
  }
}

type OrderlyEnding = Exclude<Ending, 'crash'>;

async function stopAndExit(
  shutdown: Shutdown,
  reason: string,
  status: 0 | 1 | 2,
  ending: OrderlyEnding,
): Promise<void> {
  let final: number = Math.max(status, 1);
  try {
    logger.info(`stopping: ${reason}`);
    const { left, timedOut, confirmed } = await shutdown.run();
    if (timedOut) logger.error(`the stop took longer than ${config.stop.timeLimit} s`);
    if (left.length > 0) logger.error(`left on the exchange: ${describeLeft(left)}`);
    heartbeat.stop();
    // When something may be left, the exchange's own switch is the last one to look after it.
    if (confirmed) await closing("disarming the dead man's switches", async () => switches?.disarm());
    await closing('closing journal and connections', closeDefaultEnvironment);
    final = Math.max(status, confirmed && !timedOut ? 0 : 1);
    await closing('telling the supervisor', () => tellSupervisor({ type: 'stopped', ending, confirmed }));
    logger.info(final === 0 ? 'stopped' : `stopped with exit status ${final}`);
    await flushOutput();
  } catch (error) {
    logger.error('the stop failed', { err: error });
  } finally {
    process.exit(final);
  }
}

/** Everything that ends the process goes through here, once. Never resolves and never rejects: the process exits. */
function end(
  reason: string,
  status: 0 | 1 | 2,
  ending: OrderlyEnding = status === 0 ? 'stop' : 'failure',
): Promise<void> {
  if (stopping !== null) return NEVER;
  stopping = new Shutdown({
    participants,
    clock: realClock,
    log: logger,
    timeLimitMs: config.stop.timeLimit * 1_000,
    ending,
    quiet: () => {
      tasks.stop();
      // What is made while we stop must not trade either.
      participants.listen((participant) => participant.closeGate());
    },
    flush: flushJournal,
  });
  void stopAndExit(stopping, reason, status, ending);
  return NEVER;
}

export const quant = {
  /**
   * Loads the configuration, starts log and heartbeat, takes over signals, then runs the strategy: a class is constructed, a
   * function is called and awaited. The process lives until `quant.stop`, a signal, or an uncaught error.
   * A configuration that cannot be used ends the process with status 2 and a message that names the field.
   * @param configFile YAML or JSON; none: the defaults, without accounts
   */
  async start(configFile?: string | null, entrance?: Entrance): Promise<void> {
    if (entrance !== undefined && typeof entrance !== 'function') {
      throw new TypeError(`quant.start(entrance): expected a class or a function, got ${typeof entrance}`);
    }
    if (started) throw new Error('quant.start: this process has been started already; call it once');
    started = true;
    watchProcess();
    try {
      if (configFile !== undefined && configFile !== null) useConfig(readConfig(resolve(configFile)));
      await configureLogger({
        ...config.log,
        base: { server: config.serverId, ...(isSupervised() ? { process: 'strategy' } : {}) },
      });
      heartbeat.start();
      watchOverMachine();
      serveSupervisor();
      if (entrance !== undefined) await runEntrance(entrance);
      await tellSupervisor({ type: 'started' });
    } catch (error) {
      if (!(error instanceof ConfigError)) {
        logger.error('the strategy could not be started', error instanceof Error ? error : { err: error });
        return end('the strategy could not be started', 1);
      }
      process.stderr.write(`${error.message}\n`);
      // Its own kind of ConfigError is the command line's, and says that something else than the file was wrong.
      const isOfFile = error.constructor === ConfigError;
      return end(isOfFile ? 'the configuration cannot be used' : 'the strategy could not be started', 2);
    }
  },

  /**
   * Ends the process in order: no new orders, what is in flight settles, unfinished orders are revoked as the policy says and
   * confirmed with the exchange, streams are closed, the journal is flushed. Exit status 0, or 1 when something is left.
   */
  async stop(reason = 'quant.stop'): Promise<void> {
    return end(reason, 0);
  },

  /** The beat of the process, once a second. What a listener throws is logged. Returns the way to stop listening. */
  onBeat(listener: (count: number) => unknown): () => void {
    return heartbeat.onBeat(listener);
  },
} as const;
