// Where the log's lines go: standard output or error, and a file. Each line is handed over at once, so that the last ones before a crash are
// there; but a reader that pauses (Ctrl-S, a pager) must not hold up a process that trades: lines wait in memory then, and are dropped and
// counted when too many do.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import pino from 'pino';
import { ConfigError } from './config-problems.ts';

export interface Sink {
  write(line: string): void;
}

/** So much may wait for a reader that pauses, or, of a log file, for a full disk to get room again. */
const MOST_WAITING_BYTES = 1_048_576;

/**
 * Has the system take what it can, and never make us wait. For each line anew: whoever shares the descriptor (a child, its parent) sets this
 * as it likes when it starts and when it ends.
 */
function unblock(stream: Writable): void {
  const handle: unknown = Reflect.get(stream, '_handle');
  if (typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return;
  if (typeof handle.setBlocking === 'function') Reflect.apply(handle.setBlocking, handle, [false]);
}

/**
 * @param fd 1 standard output, 2 standard error
 * @param notice the line that says how many were dropped
 */
export function standardSink(fd: 1 | 2, notice: (dropped: number) => string): Sink {
  let dropped = 0;
  let opened: Writable | null = null;
  const confess = (stream: Writable): void => {
    if (dropped === 0) return;
    const line = notice(dropped);
    dropped = 0;
    stream.write(line);
  };
  /** Not before there is a line: whoever only imports this may not want the streams. */
  const open = (): Writable => {
    const stream = fd === 1 ? process.stdout : process.stderr;
    // A reader that went away (`| head`) or a full disk must not end a strategy that holds orders.
    stream.on('error', () => undefined);
    stream.on('drain', () => confess(stream));
    // What waited leaves line by line: supervisor and strategy print into one pipe, which takes lines whole and not heaps of them.
    Reflect.set(stream, '_writev', null);
    return stream;
  };
  return {
    write(line) {
      const stream = (opened ??= open());
      if (stream.writableLength >= MOST_WAITING_BYTES) {
        dropped++;
        return;
      }
      unblock(stream);
      confess(stream);
      stream.write(line);
    },
  };
}

/**
 * Appends to a file; nothing is ever deleted.
 * @throws ConfigError when it cannot be written
 */
export function fileSink(file: string): Sink {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const out = pino.destination({ dest: file, append: true, sync: true, maxLength: MOST_WAITING_BYTES });
    // A full disk costs lines, and nothing else.
    out.on('error', () => undefined);
    return out;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`log.file: cannot be written (${why}); give the path of a file that this user may write`, {
      cause: error,
    });
  }
}
