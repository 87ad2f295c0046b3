// Runs the command line, or any module, as a user does: in a process of its own that ends with the test. What it trades on is ground.ts's part.
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** One process and all it starts: a process group of its own. */
export class Launched {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private out = '';
  private err = '';
  private readonly waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string) {
    const child = spawn(process.execPath, args, {
      detached: true,
      env: { ...process.env, NO_COLOR: '1', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child = child;
    child.stdout.on('data', (chunk) => this.hear('out', String(chunk)));
    child.stderr.on('data', (chunk) => this.hear('err', String(chunk)));
    this.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => resolve({ status, signal, out: this.out, err: this.err }));
    });
  }

  get pid(): number {
    const { pid } = this.child;
    // 0 would be this very process group.
    if (pid === undefined) throw new Error('the process could not be started');
    return pid;
  }

  get text(): string {
    return this.out + this.err;
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** From now on nobody reads what it prints, until `readOn`. */
  stopReading(): void {
    this.child.stdout?.pause();
  }

  readOn(): void {
    this.child.stdout?.resume();
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** As a terminal sends Ctrl-C: to the process and everything it started. */
  signalGroup(name: NodeJS.Signals): void {
    process.kill(-this.pid, name);
  }

  /** Resolves with the first match in what was said so far; rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.text);
        if (match === null) return;
        this.waiting.delete(look);
        resolve(match);
      };
      this.waiting.add(look);
      look();
      void this.ended.then(({ status, signal }) => {
        reject(new Error(`ended (${status ?? signal}) without saying ${String(pattern)}:\n${this.text}`));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
    this.child.stdin?.destroy();
    await this.ended;
  }

  private hear(from: 'out' | 'err', text: string): void {
    this[from] += text;
    for (const look of this.waiting) look();
  }
}

/** The command line, to its end. */
export const aioquant = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Launched([MAIN, ...args], env).ended;
