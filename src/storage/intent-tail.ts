// Intents are written before their request leaves, and a database transaction for each would cost more than sending it. So they go to the
// end of a small file first (one write, in the system's hands when it returns) and into the database with the next group.

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

export class IntentTail {
  /** Those of this process: a process may have one journal open twice. */
  private static readonly used = new Set<string>();
  private readonly file: string;
  private readonly path: string;
  private handle: number | null = null;
  private isEmpty = true;

  /** @param file of the database: the tail lies beside it, one for each journal of each process */
  constructor(file: string) {
    this.file = file;
    const base = `${file}${SUFFIX}${process.pid}`;
    let path = base;
    for (let count = 2; IntentTail.used.has(path); count++) path = `${base}-${count}`;
    this.path = path;
    IntentTail.used.add(path);
  }

  append(scope: JournalScope, key: string, intent: Intent): void {
    this.handle ??= openSync(this.path, 'a+', 0o600);
    writeSync(this.handle, `${JSON.stringify({ ...scope, key, intent })}\n`);
    this.isEmpty = false;
  }

  /** Everything appended so far is in the database. */
  clear(): void {
    if (this.handle === null || this.isEmpty) return;
    ftruncateSync(this.handle, 0);
    this.isEmpty = true;
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
      if (pid === process.pid ? path !== this.path && IntentTail.used.has(path) : isAlive(pid)) continue;
      rmSync(path, { force: true });
    }
  }

  close(): void {
    IntentTail.used.delete(this.path);
    if (this.handle === null) return;
    const { size } = fstatSync(this.handle);
    closeSync(this.handle);
    this.handle = null;
    if (size === 0) rmSync(this.path, { force: true });
  }
}
