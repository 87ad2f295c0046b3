// Intents are written before their request leaves, and a database transaction for each would cost more than sending it. So they go to the
// end of a small file first (one write for those that leave together, in the system's hands when it returns) and into the database with
// the next group.

import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Intent, JournalScope } from '../orders/journal.ts';
import type { Clock } from '../seam/clock.ts';
import { parseFields, readIntent } from './report-text.ts';

interface TailedIntent {
  readonly scope: JournalScope;
  readonly key: string;
  readonly intent: Intent;
}

const SUFFIX = '-intents-';
/**
 * A file that nobody wrote to for so long is nobody's: a process makes sure of its own before it relies on it after a shorter silence.
 * Process numbers say nothing: containers that share the journal count theirs from 1, each for itself.
 */
const ABANDONED_MS = 3_600_000;
const SILENCE_MS = 60_000;

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function isPlatform(value: unknown): value is JournalScope['platform'] {
  // Written by ourselves; which platforms exist is not this file's to know.
  return typeof value === 'string';
}

function read(line: string): TailedIntent | null {
  const { platform, venue = '', account, symbol, strategy, key, intent } = parseFields(line) ?? {};
  const known = readIntent(intent);
  if (known === null || !isPlatform(platform) || typeof venue !== 'string' || typeof key !== 'string') return null;
  if (typeof account !== 'string' || typeof symbol !== 'string' || typeof strategy !== 'string') return null;
  return { scope: { platform, venue, account, symbol, strategy }, key, intent: known };
}

/** Stands in JSON as it is. */
const PLAIN = /^[\w.:-]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** As JSON. Put together by hand, as the order waits for it; what is null is left out. */
export function intentText(intent: Intent): string {
  const { clientOrderId, action, orderType, timeInForce, price, quantity, quoteQuantity, at } = intent;
  let json = `{"clientOrderId":${quoted(clientOrderId)},"action":"${action}","orderType":"${orderType}","timeInForce":"${timeInForce}"`;
  if (price !== null) json += `,"price":"${price}"`;
  if (quantity !== null) json += `,"quantity":"${quantity}"`;
  if (quoteQuantity !== null) json += `,"quoteQuantity":"${quoteQuantity}"`;
  return `${json},"at":${at}}`;
}

/** What every line about a scope begins with, up to the order's key: put together once, not for each intent. */
export function tailHead({ platform, venue, account, symbol, strategy }: JournalScope): string {
  const begin = JSON.stringify({ platform, venue, account, symbol, strategy });
  // The line before may have been cut short by a full disk: this one is whole all the same.
  return `\n${begin.slice(0, -1)},"key":`;
}

/** One file, made when it is needed first, and by nobody else. */
class TailFile {
  private readonly base: string;
  private readonly clock: Clock;
  private held: { readonly path: string; readonly handle: number } | null = null;
  private writtenAt = 0;
  isEmpty = true;

  /** @param base of its name; a number is added where it is taken */
  constructor(base: string, clock: Clock) {
    this.base = base;
    this.clock = clock;
  }

  append(lines: string): void {
    const now = this.clock.monotonic();
    const wasSilent = this.held !== null && now - this.writtenAt > SILENCE_MS;
    this.writtenAt = now;
    this.isEmpty = false;
    this.held ??= this.create();
    writeSync(this.held.handle, lines);
    if (!wasSilent || this.isOnDisk(this.held.handle)) return;
    // Somebody who started meanwhile took it for abandoned.
    closeSync(this.held.handle);
    this.held = this.create();
    writeSync(this.held.handle, lines);
  }

  private create(): { path: string; handle: number } {
    for (let count = 1; ; count++) {
      const path = count === 1 ? this.base : `${this.base}-${count}`;
      try {
        return { path, handle: openSync(path, 'ax', 0o600) };
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
    }
  }

  private isOnDisk(handle: number): boolean {
    return fstatSync(handle).nlink > 0;
  }

  clear(): void {
    if (this.held === null || this.isEmpty) return;
    ftruncateSync(this.held.handle, 0);
    this.isEmpty = true;
  }

  /** What is still in it is for the next start. */
  close(): void {
    if (this.held === null) return;
    const { path, handle } = this.held;
    this.held = null;
    const isOurs = this.isOnDisk(handle) && fstatSync(handle).size === 0;
    closeSync(handle);
    if (isOurs) rmSync(path, { force: true });
  }
}

export class IntentTail {
  private readonly file: string;
  private readonly clock: Clock;
  /** While what is in one is being stored, what comes goes into the other: so each can be emptied as a whole. */
  private current: TailFile;
  private turned: TailFile;
  /** The number of the last line that must be stored before `turned` may be emptied. */
  private mark = 0;
  /** Not in a file yet. */
  private waiting = '';

  /** @param file of the database: the tail lies beside it, a pair of files for each journal of each process */
  constructor(file: string, clock: Clock) {
    this.file = file;
    this.clock = clock;
    // The number is for people only.
    const base = `${file}${SUFFIX}${process.pid}`;
    this.current = new TailFile(base, clock);
    this.turned = new TailFile(base, clock);
  }

  /** Is in the file after the next `write`. @param head of the scope's lines (`tailHead`). @param intent as JSON */
  add(head: string, key: string, intent: string): void {
    this.waiting += `${head}${quoted(key)},"intent":${intent}}\n`;
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

  /**
   * What processes that died did not get into the database. `take` must have stored it when it returns.
   * What lives is stored as well, and what is found again later: an intent that is known is not stored twice.
   */
  recover(take: (found: readonly TailedIntent[]) => void): void {
    const folder = dirname(this.file);
    const prefix = basename(this.file) + SUFFIX;
    for (const name of readdirSync(folder).filter((other) => other.startsWith(prefix))) {
      const path = join(folder, name);
      let writtenAt: number;
      let text: string;
      try {
        writtenAt = statSync(path).mtimeMs;
        text = readFileSync(path, 'utf8');
      } catch (error) {
        // Its process has just closed it.
        if (isCode(error, 'ENOENT')) continue;
        throw error;
      }
      // A last line cut short never left as a request: it is written before.
      take(
        text
          .split('\n')
          .map(read)
          .filter((intent) => intent !== null),
      );
      if (this.clock.now() - writtenAt > ABANDONED_MS) rmSync(path, { force: true });
    }
  }

  close(): void {
    this.current.close();
    this.turned.close();
  }
}
