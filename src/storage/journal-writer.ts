// The program of the thread that stores: it does one task after the other, and answers each. It knows no clock: times come with the tasks.
// What a task means for the file is journal-store.ts's part.

import { workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import type { JournalScope } from '../orders/journal.ts';
import { JournalError, openDatabase } from './journal-schema.ts';
import { JournalStore } from './journal-store.ts';
import type { Answer, Start, Task } from './journal-thread.ts';

const { file, port, answers } = workerData as Start;
const scopes: JournalScope[] = [];
let database: DatabaseSync | null = null;
let store: JournalStore | null = null;

/** At the start, and again with each task while it cannot be opened. */
function opened(): JournalStore {
  if (store !== null) return store;
  database ??= openDatabase(file);
  return (store = new JournalStore(database, scopes));
}

/** What SQLite said, without what opening made of it: the same is made of it where it is told. */
function problemOf(error: unknown): Answer['problem'] {
  const reason = error instanceof JournalError && error.cause instanceof Error ? error.cause : error;
  const errcode = reason instanceof Error && 'errcode' in reason ? Number(reason.errcode) : null;
  return { message: reason instanceof Error ? reason.message : String(reason), errcode };
}

function perform(task: Task): void {
  switch (task.what) {
    case 'write':
      scopes.push(...task.scopes);
      // A Buffer arrives as what it is made of.
      opened().write({ ...task.group, bytes: Buffer.from(task.group.bytes.buffer) });
      return;
    case 'tidy':
      store?.tidy(task.before);
      return;
    case 'close':
      database?.close();
  }
}

function answer(to: Answer['to'], work: () => void): void {
  let problem: Answer['problem'] = null;
  try {
    work();
  } catch (error) {
    problem = problemOf(error);
  }
  const message: Answer = { to, problem };
  port.postMessage(message);
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

answer('open', opened);
port.on('message', (task: Task) => {
  answer(task.what, () => perform(task));
  if (task.what === 'close') port.close();
});
