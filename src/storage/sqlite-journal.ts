// The journal in an SQLite file: everything is enqueued in no time and stored in groups, off the path of orders - by a thread of its own
// as soon as there is enough to do for one. Intents are safe before that (intent-tail.ts); what is stored how is journal-store.ts's part.

import type { DatabaseSync } from 'node:sqlite';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type {
  HistoryQuery,
  Intent,
  Journal,
  JournalPlace,
  JournalScope,
  OrderHistory,
  OrderJournal,
} from '../orders/journal.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import { IntentTail, intentText, tailHead } from './intent-tail.ts';
import { readHistory, readReceipts, readUnfinishedPlaces } from './journal-history.ts';
import { JournalEntries, type Entry } from './journal-entries.ts';
import { Lines, type Group } from './journal-lines.ts';
import { JournalQueue } from './journal-queue.ts';
import { JournalReader } from './journal-reader.ts';
import { beginWaiting, BUSY, explain, openDatabase, sqliteCode } from './journal-schema.ts';
import { JournalStore } from './journal-store.ts';
import { JournalThread, type Answer } from './journal-thread.ts';

export interface SqliteJournalOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Finished orders and receipts are kept this long. Default 90. */
  readonly retentionDays?: number;
  /**
   * Somebody calls `writeIntents` before anything leaves this process: orders that leave together cost one write. Default false: each intent
   * is written where it is made.
   */
  readonly gathersIntents?: boolean;
}

/** Stored together when this much time has passed, or a group is full. */
const GROUP_MS = 20;
const RETRY_MS = 1_000;
/** How long a callback may be held up so that nothing is dropped: a group takes some 20 ms. */
const CATCH_UP_MS = 200;
/** Tidied after this long without a new line. */
const QUIET_MS = 2_000;
/** For so long a lock held by another program is nothing to speak of: it is tried again. */
const LOCKED_PATIENCE_MS = 5_000;
const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_DAYS = 90;
/** A thread costs some ms to start and 20 MB to have: a process that only watches, or asks for one revoke, does without. */
const LINES_BEFORE_THREAD = 200;
const DONE = Promise.resolve();

export class SqliteJournal implements Journal {
  private readonly options: SqliteJournalOptions;
  /** Read by this thread always, written by it only while there is no other: `store` and `thread` are never both there. */
  private readonly database: DatabaseSync;
  private readonly reader: JournalReader;
  private readonly tail: IntentTail;
  private readonly scopes: JournalScope[] = [];
  private readonly queue = new JournalQueue();
  /** Their lines are written when everything that was going on has run its course: no callback and no order waits for that. */
  private readonly entries = new JournalEntries(() => void DONE.then(this.writeEntries));
  /** Intents that the tail has and the lines have not: while there are any it is neither turned nor cleared. */
  private intentsBehind = 0;
  /** Being stored, or to be tried again. */
  private group: Group | null = null;
  /** The thread has it. */
  private isHandedOver = false;
  private store: JournalStore | null = null;
  private thread: JournalThread | null = null;
  /** It has started and opened the file; until then this thread goes on writing. */
  private isThreadReady = false;
  private threadFailed = false;
  private scopesTold = 0;
  private proofs = 0;
  private timer: Timer | null = null;
  private quietTimer: Timer | null = null;
  private lastCleaned: number;
  private complained = false;
  /** Since when another program holds the file (monotonic). */
  private lockedSince: number | null = null;
  /** Lines were lost: what they said may be missing, so reports repeat everything from now on. */
  private hasHole = false;
  private closed = false;
  private isLastAttempt = false;
  /** What it kept for a strategy's next start could not be read: what it remembers may not be all. */
  isUnreadable = false;

  /** @throws JournalError that names the file and what to do */
  constructor(options: SqliteJournalOptions) {
    this.options = options;
    const { file, clock } = options;
    this.database = openDatabase(file);
    this.reader = new JournalReader(this.database);
    this.tail = new IntentTail(file, clock);
    try {
      const store = this.ownStore();
      this.tail.recover((found) => {
        for (const { scope, key, intent } of found) {
          new Lines(this.queue.line, this.numberOf(scope)).intent(key, intentText(intent));
          this.queue.endLine();
        }
        for (let group = this.queue.take(clock.now()); group !== null; group = this.queue.take(clock.now()))
          store.write(group);
      });
      this.lastCleaned = clock.now();
      store.tidy(this.oldest());
    } catch (error) {
      this.database.close();
      throw explain(file, error);
    }
  }

  private numberOf({ platform, venue, account, symbol, strategy }: JournalScope): number {
    const known = this.scopes.findIndex(
      (of) =>
        of.platform === platform &&
        of.venue === venue &&
        of.account === account &&
        of.symbol === symbol &&
        of.strategy === strategy,
    );
    return known >= 0 ? known : this.scopes.push({ platform, venue, account, symbol, strategy }) - 1;
  }

  open(scope: JournalScope): OrderJournal {
    const lines = new Lines(this.queue.line, this.numberOf(scope));
    const head = tailHead(scope);
    const { reader, entries } = this;
    return {
      load: () => this.recall(() => reader.load(scope), []),
      lastProof: () => this.recall(() => reader.lastProof(scope), null),
      toldOf: (orderId) => this.recall<ReadonlySet<string> | null>(() => reader.toldOf(scope, orderId), null),
      finishedSince: (since) => this.recall(() => reader.finishedSince(scope, since), []),
      proof: (at) => {
        this.proofs++;
        entries.add(() => lines.proof(at));
      },
      intent: (key, intent) => this.intend(head, lines, key, intent),
      report: (key, report, at, known) => entries.report(lines, key, report, at, known ?? null),
      told: (key, tradeId) => entries.told(lines, key, tradeId),
      adopted: (key) => entries.add(() => lines.adopted(key)),
      closed: (key, status, at) => entries.closed(lines, key, status, at),
      result: (key, result) => entries.add(() => lines.result(key, result)),
      receipt: (receipt) => entries.add(() => lines.receipt(receipt)),
    };
  }

  /** A file that cannot be read must not keep a strategy from its orders: it trades without memory then, and the exchange is the truth. */
  private recall<T>(read: () => T, nothing: T): T {
    try {
      this.settle();
      return read();
    } catch (error) {
      if (!this.isUnreadable)
        this.options.log.error(
          `${explain(this.options.file, error).message}. Trading goes on; what happened before this start may not be remembered`,
          { err: error },
        );
      // That it cannot be written either would be no news.
      this.isUnreadable = this.complained = true;
      return nothing;
    }
  }

  /** @param head of the scope's lines in the tail */
  private intend(head: string, lines: Lines, key: string, intent: Intent): void {
    if (this.closed) return;
    const json = intentText(intent);
    this.tail.add(head, key, json);
    this.intentsBehind++;
    if (this.options.gathersIntents !== true) this.writeIntents();
    this.entries.add(() => {
      this.intentsBehind--;
      lines.intent(key, json);
    });
  }

  writeIntents(): void {
    try {
      this.tail.write();
    } catch (error) {
      // The order goes out all the same: a full disk must not stop a strategy from closing its position.
      this.complain(error);
    }
  }

  private readonly writeEntries = (): void => this.entries.forEach((entry) => this.writeEntry(entry));

  private writeEntry(entry: Entry): void {
    try {
      entry.write(this.hasHole);
    } catch (error) {
      // What it said may be missing; what came of it, and those behind it, must not be.
      this.queue.dropLine();
      this.hasHole = true;
      this.complain(error);
      for (const rest of entry.rest) this.writeEntry(rest);
      return;
    }
    this.onLine();
  }

  private onLine(): void {
    if (this.queue.endLine()) this.onFullGroup();
    else if (this.timer === null) this.arm(GROUP_MS);
  }

  private onFullGroup(): void {
    if (this.queue.isCrowded && !this.complained) this.catchUp();
    const lost = this.queue.trim();
    if (lost > 0) {
      this.hasHole = true;
      this.complain(new Error(`it takes too long to write: the oldest ${lost} entries are dropped`));
    }
    if (this.group === null) this.arm(0);
  }

  /** More comes than is stored, for long: before anything is lost, this thread waits as it would if it stored it itself. */
  private catchUp(): void {
    if (this.isHandedOver && this.thread?.wait(CATCH_UP_MS) !== true) return;
    if (!this.isHandedOver) this.next();
  }

  private arm(ms: number): void {
    this.timer?.cancel();
    this.timer = this.options.clock.after(ms, () => {
      this.timer = null;
      if (this.isHandedOver) {
        this.arm(GROUP_MS);
        return;
      }
      this.next();
      const hasWork = this.queue.total - this.proofs > LINES_BEFORE_THREAD;
      if (hasWork && this.thread === null && !this.threadFailed) this.startThread();
    });
  }

  /** Stores the oldest lines, or hands them over. False when there are none, or when it failed. */
  private next(): boolean {
    const { options, queue, scopes } = this;
    this.group ??= queue.take(options.clock.now());
    if (this.group === null) return false;
    const { group } = this;
    this.writeIntents();
    if (this.intentsBehind === 0) this.tail.turn(queue.total);
    if (this.thread !== null && this.isThreadReady) {
      this.isHandedOver = true;
      this.thread.post({ what: 'write', group, scopes: scopes.slice(this.scopesTold) });
      this.scopesTold = scopes.length;
      return true;
    }
    try {
      this.ownStore().write(group);
    } catch (error) {
      this.onFailed(error);
      return false;
    }
    this.onStored();
    return true;
  }

  private ownStore(): JournalStore {
    return (this.store ??= new JournalStore(this.database, this.scopes));
  }

  private onStored(): void {
    const { queue, group } = this;
    if (group !== null) queue.release(group);
    this.group = null;
    this.complained = false;
    this.lockedSince = null;
    if (this.intentsBehind === 0) this.tail.clear(queue.total - queue.size, queue.total);
    if (this.closed) return;
    if (queue.hasFullGroup) this.arm(0);
    else if (queue.size > 0 && this.timer === null) this.arm(GROUP_MS);
    this.takeCare();
  }

  private onFailed(error: unknown): void {
    this.complain(error);
    if (!this.closed) this.arm(RETRY_MS);
  }

  /** Says it once, until writing works again. */
  private complain(error: unknown): void {
    if (this.complained || this.mayPass(error)) return;
    this.complained = true;
    this.options.log.error(
      `${explain(this.options.file, error).message}. Trading goes on; the record will have a hole`,
      { err: error },
    );
  }

  /** A lock that has not been held for long, while there is a next attempt. */
  private mayPass(error: unknown): boolean {
    const code = sqliteCode(error);
    if (code === null || !BUSY.has(code) || this.isLastAttempt) return false;
    const now = this.options.clock.monotonic();
    this.lockedSince ??= now;
    return now - this.lockedSince < LOCKED_PATIENCE_MS;
  }

  private startThread(): void {
    try {
      this.thread = new JournalThread(
        this.options.file,
        (answer) => this.onAnswer(answer),
        (error) => this.onThreadDied(error),
      );
    } catch (error) {
      this.onThreadDied(error);
    }
  }

  private onAnswer({ to, problem }: Answer): void {
    const error = problem === null ? null : Object.assign(new Error(problem.message), { errcode: problem.errcode });
    if (to === 'write') {
      this.isHandedOver = false;
      if (error === null) this.onStored();
      else this.onFailed(error);
      return;
    }
    // A file that could not be opened is opened again for the next group; should that fail too, the group says so.
    if (to === 'open') {
      this.isThreadReady = true;
      this.store = null;
      this.options.log.debug(`a thread of its own writes the journal ${this.options.file} from now on`);
    } else if (error !== null) this.complain(error);
  }

  /** What it did not answer is stored here, at worst a second time: only the history shows that. */
  private onThreadDied(error: unknown): void {
    this.thread = null;
    this.threadFailed = true;
    this.options.log.error(
      `the thread that writes the journal ${this.options.file} died. It is written between callbacks from now on, which delays them`,
      { err: error },
    );
    if (!this.isHandedOver) return;
    this.isHandedOver = false;
    this.arm(0);
  }

  /** Everything enqueued so far is in the file when this returns, or it cannot be written now. */
  private settle(): void {
    this.writeEntries();
    this.timer?.cancel();
    this.timer = null;
    while (this.isHandedOver || this.next()) {
      if (this.thread === null || !this.isHandedOver) continue;
      if (!this.thread.wait()) {
        this.complain(new Error('writing it takes too long'));
        return;
      }
      // Still there and not with the thread: it failed, and is tried again in a while.
      if (this.group !== null && !this.isHandedOver) return;
    }
  }

  history(query: HistoryQuery): readonly OrderHistory[] {
    this.settle();
    return readHistory(this.database, query);
  }

  /** Where orders are unfinished, whichever strategy's. */
  unfinishedPlaces(): readonly JournalPlace[] {
    this.settle();
    return readUnfinishedPlaces(this.database);
  }

  receipts(query: HistoryQuery): readonly RevokeReceipt[] {
    this.settle();
    return readReceipts(this.database, query);
  }

  async flush(): Promise<void> {
    this.settle();
  }

  /** Never rejects: whoever closes the journal has an end to come to, whatever the file says. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.entries.close();
    this.attempt(() => this.settle());
    this.quietTimer?.cancel();
    try {
      await this.thread?.end();
    } catch (error) {
      this.complain(error);
    }
    // What it did not get done before its time was up, and what another program has kept from being written.
    this.thread = null;
    this.isHandedOver = false;
    this.isLastAttempt = true;
    this.attempt(() => beginWaiting(this.database));
    this.attempt(() => this.settle());
    this.attempt(() => this.tail.close());
    // What cannot be folded into the database now stays in its log, and is read from there.
    this.attempt(() => this.database.exec('PRAGMA wal_checkpoint(PASSIVE)'));
    this.attempt(() => this.database.close());
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.complain(error);
    }
  }

  private takeCare(): void {
    this.quietTimer?.cancel();
    this.quietTimer = null;
    // A busy market may know no quiet moment for days.
    if (this.isNewDay()) this.tidy(this.oldest());
    else
      this.quietTimer = this.options.clock.after(QUIET_MS, () => {
        this.quietTimer = null;
        this.tidy(null);
      });
  }

  private tidy(before: number | null): void {
    if (this.thread !== null && this.isThreadReady) this.thread.post({ what: 'tidy', before });
    else this.attempt(() => this.ownStore().tidy(before));
  }

  private isNewDay(): boolean {
    const now = this.options.clock.now();
    if (now - this.lastCleaned < DAY_MS) return false;
    this.lastCleaned = now;
    return true;
  }

  /** Finished orders and receipts from before then are dropped once a day. Unfinished ones never are. */
  private oldest(): number {
    return this.options.clock.now() - (this.options.retentionDays ?? DEFAULT_RETENTION_DAYS) * DAY_MS;
  }
}
