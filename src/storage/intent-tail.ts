// Intents are written before their request leaves, and a database transaction for each would cost more than sending it. So they go to the
// end of a small file first (one write for those that leave together, in the system's hands when it returns) and into the database with
// the next group.

import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Intent, JournalScope } from '../orders/journal.ts';
import { parseFields, readIntent } from './report-text.ts';

export interface TailedIntent {
  readonly scope: JournalScope;
  readonly key: string;
  readonly intent: Intent;
}

const SUFFIX = '-intents-';
/** Ends the name of the second file of a pair. */
const OTHER = 'b';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isPlatform(value: unknown): value is JournalScope['platform'] {
  // Written by ourselves; which platforms exist is not this file's to know.
  return typeof value === 'string';
}

function read(line: string): TailedIntent | null {
  const { platform, account, symbol, strategy, key, intent } = parseFields(line) ?? {};
  const known = readIntent(intent);
  if (known === null || !isPlatform(platform) || typeof key !== 'string') return null;
  if (typeof account !== 'string' || typeof symbol !== 'string' || typeof strategy !== 'string') return null;
  return { scope: { platform, account, symbol, strategy }, key, intent: known };
}

/** What every line about a scope begins with, up to the order's key: put together once, not for each intent. */
export function tailHead({ platform, account, symbol, strategy }: JournalScope): string {
  const begin = JSON.stringify({ platform, account, symbol, strategy });
  // The line before may have been cut short by a full disk: this one is whole all the same.
  return `\n${begin.slice(0, -1)},"key":`;
}

/** One file. */
class TailFile {
  private readonly path: string;
  private handle: number | null = null;
  isEmpty = true;

  constructor(path: string) {
    this.path = path;
  }

  append(lines: string): void {
    this.handle ??= openSync(this.path, 'a+', 0o600);
    this.isEmpty = false;
    writeSync(this.handle, lines);
  }

  clear(): void {
    if (this.handle === null || this.isEmpty) return;
    ftruncateSync(this.handle, 0);
    this.isEmpty = true;
  }

  close(): void {
    if (this.handle === null) return;
    const { size } = fstatSync(this.handle);
    closeSync(this.handle);
    this.handle = null;
    if (size === 0) rmSync(this.path, { force: true });
  }
}

export class IntentTail {
  /** Those of this process: a process may have one journal open twice. */
  private static readonly used = new Set<string>();
  private readonly file: string;
  private readonly path: string;
  /** While what is in one is being stored, what comes goes into the other: so each can be emptied as a whole. */
  private current: TailFile;
  private turned: TailFile;
  /** The number of the last line that must be stored before `turned` may be emptied. */
  private mark = 0;
  /** Not in a file yet. */
  private waiting = '';

  /** @param file of the database: the tail lies beside it, a pair of files for each journal of each process */
  constructor(file: string) {
    this.file = file;
    const base = `${file}${SUFFIX}${process.pid}`;
    let path = base;
    for (let count = 2; IntentTail.used.has(path); count++) path = `${base}-${count}`;
    this.path = path;
    this.current = new TailFile(path);
    this.turned = new TailFile(`${path}${OTHER}`);
    IntentTail.used.add(path);
  }

  /** Is in the file after the next `write`. @param head of the scope's lines (`tailHead`). @param intent as JSON */
  add(head: string, key: string, intent: string): void {
    this.waiting += `${head}${JSON.stringify(key)},"intent":${intent}}\n`;
  }

  /** @throws what the file system says */
  write(): void {
    if (this.waiting === '') return;
    const lines = this.waiting;
    this.waiting = '';
    this.current.append(lines);
  }

  /** @param last number of the last line that is enqueued: every intent so far is among them, and was written */
  turn(last: number): void {
    if (this.current.isEmpty || !this.turned.isEmpty) return;
    [this.current, this.turned] = [this.turned, this.current];
    this.mark = last;
  }

  /** @param stored all lines up to this number are in the database. @param last number of the last line that is enqueued */
  clear(stored: number, last: number): void {
    if (stored >= this.mark) this.turned.clear();
    if (stored >= last) this.current.clear();
  }

  /** What processes that died did not get into the database. `take` must have stored it when it returns. */
  recover(take: (found: readonly TailedIntent[]) => void): void {
    const folder = dirname(this.file);
    const prefix = basename(this.file) + SUFFIX;
    for (const name of readdirSync(folder).filter((other) => other.startsWith(prefix))) {
      const pid = Number.parseInt(name.slice(prefix.length), 10);
      const path = join(folder, name);
      // A last line cut short never left as a request: it is written before.
      const found = readFileSync(path, 'utf8')
        .split('\n')
        .map(read)
        .filter((intent) => intent !== null);
      take(found);
      // A number of ours that we do not use was another process's before (in a container they are all process 1).
      if (pid === process.pid ? this.isUsedByAnother(path) : isAlive(pid)) continue;
      rmSync(path, { force: true });
    }
  }

  private isUsedByAnother(path: string): boolean {
    const own = path.endsWith(OTHER) ? path.slice(0, -OTHER.length) : path;
    return own !== this.path && IntentTail.used.has(own);
  }

  close(): void {
    IntentTail.used.delete(this.path);
    this.current.close();
    this.turned.close();
  }
}
