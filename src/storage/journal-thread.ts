// The thread that stores, as the thread that trades sees it: tasks go there, answers come back, and one can be waited for.
// What it does with them is journal-writer.ts's part; what is done when it dies, sqlite-journal.ts's.

import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { JournalScope } from '../orders/journal.ts';
import type { Group } from './journal-lines.ts';

export type Task =
  /** `scopes`: those that have come since the last group. */
  | { readonly what: 'write'; readonly group: Group; readonly scopes: readonly JournalScope[] }
  | { readonly what: 'tidy'; readonly before: number | null }
  | { readonly what: 'close' };

/** One for each task, and one before all others when the file is open. */
export interface Answer {
  readonly to: Task['what'] | 'open';
  /** What went wrong: an error does not keep SQLite's code on its way between threads. */
  readonly problem: { readonly message: string; readonly errcode: number | null } | null;
}

export interface Start {
  readonly file: string;
  readonly port: MessagePort;
  /** Counts answers, for those who wait. */
  readonly answers: Int32Array;
}

/** How long is waited for an answer, ms: opening a file that another program holds takes two seconds until it is given up. */
const PATIENCE_MS = 5_000;
/** From source, the thread runs source. */
const PROGRAM = new URL(`./journal-writer${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
/** It holds one group at a time, and rows of unfinished orders. Without a limit it would take 48 MB for what is thrown away at once. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 };

export class JournalThread {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly answers = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  private readonly onAnswer: (answer: Answer) => void;
  /** The first answer is nobody's task. */
  private posted = 1;
  private answered = 0;

  constructor(file: string, onAnswer: (answer: Answer) => void, onDeath: (error: Error) => void) {
    this.onAnswer = onAnswer;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const start: Start = { file, port: port2, answers: this.answers };
    this.worker = new Worker(PROGRAM, {
      name: 'journal',
      workerData: start,
      transferList: [port2],
      resourceLimits: LIMITS,
      execArgv: [],
    });
    let error: Error | null = null;
    this.worker.on('error', (reason: unknown) => {
      error = reason instanceof Error ? reason : new Error(String(reason));
    });
    this.worker.on('exit', (code) => {
      // What it still did, it did.
      this.drain();
      this.port.close();
      onDeath(error ?? new Error(`exit status ${code}`));
    });
    this.port.on('message', (answer: Answer) => this.hear(answer));
    this.worker.unref();
    this.port.unref();
  }

  /** What is posted keeps the process alive until it is answered, as a timer would; the thread by itself does not. */
  post(task: Task): void {
    if (this.posted++ === this.answered) this.port.ref();
    this.port.postMessage(task);
  }

  private hear(answer: Answer): void {
    if (++this.answered === this.posted) this.port.unref();
    this.onAnswer(answer);
  }

  private drain(): void {
    for (;;) {
      const received: { message: Answer } | undefined = receiveMessageOnPort(this.port);
      if (received === undefined) return;
      this.hear(received.message);
    }
  }

  /** Blocks until the next answer has come and is heard. False when it does not come in time. */
  wait(patienceMs = PATIENCE_MS): boolean {
    const outcome = Atomics.wait(this.answers, 0, this.answered, patienceMs);
    this.drain();
    return outcome !== 'timed-out';
  }

  /** Resolves when the thread has let go of the file and is gone. */
  async end(): Promise<void> {
    this.worker.removeAllListeners('exit');
    if (this.answered > 0) {
      this.post({ what: 'close' });
      while (this.answered < this.posted && this.wait());
    }
    await this.worker.terminate();
    this.port.close();
  }
}
