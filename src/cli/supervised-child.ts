// A real process as the supervisor wants it: what it says, and when it is over for certain.

import type { ChildProcess } from 'node:child_process';
import { readChildMessage } from '../runtime/lease.ts';
import type { SupervisedChild } from '../runtime/supervisor.ts';

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
      // 'close' rather than 'exit': what the child said last has been read by then.
      child.once('close', (code, signal) => resolve({ code, signal }));
    }),
  };
}
