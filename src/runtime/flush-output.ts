// Waits until everything printed has left the process: exiting drops what a pipe has not taken yet.

import type { Writable } from 'node:stream';

/** A reader that does not read must not keep a process alive for ever. */
const PATIENCE_MS = 5_000;

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, PATIENCE_MS);
    // The callback comes when everything before has been taken, or with an error when nobody reads any more.
    stream.write('', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Never rejects. */
export async function flushOutput(): Promise<void> {
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
}
