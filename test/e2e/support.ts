// A stage for whole-program tests: a simulated exchange on real ports, and processes that trade on it as a user's would.
// `await using` leaves nothing behind, so that tests may run side by side. Processes and the exchange by themselves: test/support.
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Platform } from '../../src/domain/platform.ts';
import type { SimulatorServerOptions } from '../../src/simulator/index.ts';
import { ground, type Ground } from '../support/ground.ts';
import { Launched, MAIN, type Ended } from '../support/launched.ts';

export const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
export const REHEARSAL = fixture('rehearsal.ts');

/** Environment of a process that asks its questions although they go through pipes. */
export const AT_A_TERMINAL = { NODE_OPTIONS: `--import ${fixture('pretend-terminal.ts')}` };

const oneWay = { fixedMs: 25, jitterMs: 0 };
/** 50 ms from a request to its answer. */
export const ROUND_TRIP_50 = { wayIn: oneWay, wayOut: oneWay } as const;

export interface StageOptions extends SimulatorServerOptions {
  /** Further keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What every account trades. */
  readonly symbols?: readonly string[];
  /** Policy of every account. */
  readonly unfinishedOrders?: Readonly<Record<string, string>>;
}

export class Stage {
  readonly at: Ground;
  /** Requests that were answered with "too many". */
  refusedForRate = 0;
  private readonly processes: Launched[] = [];

  constructor(at: Ground) {
    this.at = at;
    for (const exchange of at.simulator.exchanges.values()) {
      const request = exchange.request.bind(exchange);
      exchange.request = (asked, pending, reply) =>
        request(asked, pending, (answer) => {
          if (answer.status === 429 || answer.status === 418) this.refusedForRate++;
          reply(answer);
        });
    }
  }

  get venue(): ReturnType<Ground['simulator']['venue']> {
    return this.at.simulator.venue(this.at.platform);
  }

  /** The command line. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Launched {
    return this.launch([MAIN, ...args], env);
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** The rehearsal under its supervisor. */
  rehearse(env: Readonly<Record<string, string>> = {}): Launched {
    return this.start(['run', REHEARSAL, '-c', this.at.config], env);
  }

  launch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Launched {
    const launched = new Launched(args, env);
    this.processes.push(launched);
    return launched;
  }

  /** Resolves when the exchange's own book holds no order of the account any more, with the time of that. */
  emptied(account = 0): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.at.open(account) > 0) return;
        stop();
        resolve(performance.now());
      };
      const stop = this.venue.listen((event) => {
        if (event.type === 'order-ended' || event.type === 'order-filled') queueMicrotask(look);
      });
      look();
    });
  }

  /** Resolves when the account has at least so many orders in the exchange's own book. */
  filledUp(count: number, account = 0): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.at.open(account) < count) return;
        stop();
        resolve();
      };
      const stop = this.venue.listen((event) => {
        if (event.type === 'order-accepted') queueMicrotask(look);
      });
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((one) => one[Symbol.asyncDispose]()));
    await this.at.close();
  }
}

/** A quiet exchange with a configuration for its accounts. */
export async function openStage(platform: Platform, options: StageOptions = {}): Promise<Stage> {
  const { config = {}, symbols, unfinishedOrders, ...rest } = options;
  const at = await ground(platform, rest, config, {
    ...(symbols === undefined ? {} : { symbols }),
    ...(unfinishedOrders === undefined ? {} : { unfinishedOrders }),
  });
  return new Stage(at);
}

/**
 * For goals in time: where the machine was busy with something else, the run is made again. What a run asserts by itself has to hold each time.
 * @param run resolves with the share of the goal that it took, at most 1 when it is met
 */
export async function quickEnough(run: () => Promise<number>, attempts = 4): Promise<void> {
  let share = await run();
  for (let attempt = 1; share > 1 && attempt < attempts; attempt++) share = await run();
  expect(share).toBeLessThanOrEqual(1);
}

/** One JSON value per line. */
export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
