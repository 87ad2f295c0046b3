// A real process as the supervisor wants it: what it says, and when it is over for certain.

import type { ChildProcess } from 'node:child_process';
import { readChildMessage } from '../runtime/lease.ts';
import { realClock } from '../runtime/real-clock.ts';
import type { SupervisedChild } from '../runtime/supervisor.ts';

/** What a dead child said last is read in no time. */
const LAST_WORDS_MS = 1_000;

export function supervisedChild(child: ChildProcess): SupervisedChild {
  return {
    pid: child.pid,
    onMessage(listener) {
      child.on('message', (raw) => {
        const message = readChildMessage(raw);
        if (message !== null) listener(message);
      });
    },
    stop(reason) {
      if (child.connected) child.send({ type: 'stop', reason });
    },
    kill() {
      child.kill('SIGKILL');
    },
    exited: new Promise((resolve) => {
      child.on('error', (error) => {
        // It never was. Of one that is there this says only that a message or a signal did not reach it: it may go on trading.
        if (child.pid === undefined) resolve({ code: null, signal: error.message });
      });
      // 'close' rather than 'exit': what the child said last has been read by then. A process that it started may hold its pipes open for
      // longer, though, and orders must not wait for that one.
      child.once('close', (code, signal) => resolve({ code, signal }));
      child.once('exit', (code, signal) => {
        // Where this process stood still itself, the pipe is looked into once more.
        const limit = realClock.after(LAST_WORDS_MS, () => setImmediate(() => resolve({ code, signal })));
        child.once('close', () => limit.cancel());
      });
    }),
  };
}
