// Processes of a benchmark: server and client kept to different cores where the machine can do that, and asked questions over their message channel.
// What they answer is their own part.

import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';

const CORES = availableParallelism();
export const CAN_PIN = CORES > 1 && process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;

export interface Child {
  /** Rejects when the child says so, or ends. */
  ask<T>(call: string, ...args: unknown[]): Promise<T>;
  stop(): void;
  readonly process: ChildProcess;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number';
}

/** The server has the last core to itself. A client has all others, for its threads too: in production nobody squeezes it onto one. */
const CORES_OF = { server: String(CORES - 1), client: CORES > 2 ? `0-${CORES - 2}` : '0' } as const;

export function start(
  role: keyof typeof CORES_OF,
  module: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  execArgv: readonly string[] = [],
): Child {
  const options = {
    env: { ...process.env, ...env },
    execArgv: [...execArgv],
    serialization: 'advanced' as const,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'] as ('ignore' | 'inherit' | 'ipc')[],
  };
  const child = fork(module, [...args], options);
  // Threads that are there already keep their place: it is done before the process has begun to work.
  if (CAN_PIN && child.pid !== undefined)
    spawnSync('taskset', ['-a', '-p', '-c', CORES_OF[role], String(child.pid)], { stdio: 'ignore' });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let count = 0;
  let stopped = false;
  child.on('message', (message: unknown) => {
    if (!isAnswer(message)) return;
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(new Error(message.error));
  });
  child.on('exit', (code, signal) => {
    for (const call of waiting.values()) call.reject(new Error(`${module} ended (${signal ?? code})`));
    waiting.clear();
    if (!stopped && code !== 0) console.error(`${module} ${args.join(' ')} ended with ${signal ?? code}`);
  });
  return {
    process: child,
    ask<T>(call: string, ...callArgs: unknown[]) {
      return new Promise<T>((resolve, reject) => {
        const id = count++;
        waiting.set(id, { resolve: (value) => resolve(value as T), reject });
        child.send({ id, call, args: callArgs }, (error) => {
          if (error !== null) reject(error);
        });
      });
    },
    stop() {
      stopped = true;
      child.kill('SIGKILL');
    },
  };
}

/** The child's side: `calls` by name. */
export function answer(calls: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  // Written at the end otherwise, and that is a kill. Does nothing where no cache was asked for.
  flushCompileCache();
  process.on('message', (message: { readonly id: number; readonly call: string; readonly args: never[] }) => {
    const { id, call, args } = message;
    void (async () => {
      try {
        const found = calls[call];
        if (found === undefined) throw new Error(`no such call: ${call}`);
        process.send?.({ id, value: await found(...args) });
      } catch (error) {
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    })();
  });
}
