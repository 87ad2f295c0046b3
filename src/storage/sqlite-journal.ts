// The journal in an SQLite file: everything is enqueued in no time and written in groups, off the path of orders.
// The one exception, intents, is intent-tail.ts's part; tables and opening are journal-schema.ts's.

import type { DatabaseSync } from 'node:sqlite';
import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type {
  FinishedOrder,
  HistoryQuery,
  Intent,
  Journal,
  JournalScope,
  OrderHistory,
  OrderJournal,
  RememberedOrder,
  RequestResult,
} from '../orders/journal.ts';
import type { Clock, Timer } from '../seam/clock.ts';
import type { Log } from '../seam/log.ts';
import { IntentTail } from './intent-tail.ts';
import { readHistory, readReceipts, readStatus } from './journal-history.ts';
import { Statements } from './journal-statements.ts';
import { BUSY, explain, openDatabase, sqliteCode } from './journal-schema.ts';
import { parseFields, readIntent, readReport, reportText } from './report-text.ts';

export interface SqliteJournalOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Finished orders and receipts are kept this long. Default 90. */
  readonly retentionDays?: number;
}

/** Written together when this much time has passed, or this much has come. */
const GROUP_MS = 20;
const GROUP_SIZE = 2_000;
/** Beyond this the oldest entries of a journal that cannot be written are dropped: memory matters more. */
const MOST_WAITING = 200_000;
const RETRY_MS = 1_000;
/** The write-ahead log is folded in when nothing has come for so long: it takes a few ms. */
const QUIET_MS = 2_000;
/** ... or when it never is quiet, after so many entries: else it would grow for as long as the market is busy. */
const MOST_UNFOLDED = 50_000;
const DAY_MS = 86_400_000;
const DEFAULT_RETENTION_DAYS = 90;

type Entry =
  | { readonly what: 'intent'; readonly scope: Scope; readonly key: string; readonly intent: Intent }
  | {
      readonly what: 'report';
      readonly scope: Scope;
      readonly key: string;
      readonly report: OrderReport;
      readonly at: number;
    }
  | { readonly what: 'result'; readonly scope: Scope; readonly key: string; readonly result: RequestResult }
  | { readonly what: 'told'; readonly scope: Scope; readonly key: string; readonly tradeId: string }
  | { readonly what: 'adopted'; readonly scope: Scope; readonly key: string }
  | {
      readonly what: 'closed';
      readonly scope: Scope;
      readonly key: string;
      readonly status: OrderStatus;
      readonly at: number;
    }
  | { readonly what: 'proof'; readonly scope: Scope; readonly at: number }
  | { readonly what: 'receipt'; readonly receipt: RevokeReceipt };

/** An unfinished order's row, and whether it holds both ids already. */
interface Row {
  readonly id: number;
  isNamed: boolean;
}

/** A scope and the rows of its unfinished orders, so that they need not be looked up for every entry. */
interface Scope {
  readonly of: JournalScope;
  id: number | null;
  readonly rows: Map<string, Row>;
}

export class SqliteJournal implements Journal {
  private readonly database: DatabaseSync;
  private readonly tail: IntentTail;
  private readonly options: SqliteJournalOptions;
  private readonly statements: Statements;
  private readonly scopes = new Map<string, Scope>();
  private waiting: Entry[] = [];
  private timer: Timer | null = null;
  private quietTimer: Timer | null = null;
  private lastCleaned = -Infinity;
  /** Entries in the write-ahead log, not yet folded into the database itself. */
  private unfolded = 0;
  private complained = false;
  private closed = false;

  /** @throws JournalError that names the file and what to do */
  constructor(options: SqliteJournalOptions) {
    this.options = options;
    const { file, clock } = options;
    this.database = openDatabase(file);
    this.statements = new Statements(this.database);
    this.tail = new IntentTail(file);
    try {
      this.tail.recover((found) => {
        for (const { scope, key, intent } of found)
          this.waiting.push({ what: 'intent', scope: this.scope(scope), key, intent });
        this.write();
      });
      this.clean(clock.now());
    } catch (error) {
      this.database.close();
      throw explain(file, error);
    }
  }

  private scope(of: JournalScope): Scope {
    const name = JSON.stringify([of.platform, of.account, of.symbol, of.strategy]);
    let scope = this.scopes.get(name);
    if (scope === undefined) {
      const { platform, account, symbol, strategy } = of;
      scope = { of: { platform, account, symbol, strategy }, id: null, rows: new Map() };
      this.scopes.set(name, scope);
    }
    return scope;
  }

  open(of: JournalScope): OrderJournal {
    const scope = this.scope(of);
    return {
      load: () => this.load(scope),
      lastProof: () => this.lastProof(scope),
      proof: (at) => this.enqueue({ what: 'proof', scope, at }),
      finishedSince: (since) => this.finishedSince(scope, since),
      intent: (key, intent) => {
        this.appendIntent(scope, key, intent);
        this.enqueue({ what: 'intent', scope, key, intent });
      },
      report: (key, report, at) => this.enqueue({ what: 'report', scope, key, report, at }),
      adopted: (key) => this.enqueue({ what: 'adopted', scope, key }),
      told: (key, tradeId) => this.enqueue({ what: 'told', scope, key, tradeId }),
      closed: (key, status, at) => this.enqueue({ what: 'closed', scope, key, status, at }),
      result: (key, result) => this.enqueue({ what: 'result', scope, key, result }),
      receipt: (receipt) => this.enqueue({ what: 'receipt', receipt }),
    };
  }

  private appendIntent({ of }: Scope, key: string, intent: Intent): void {
    try {
      this.tail.append(of, key, intent);
    } catch (error) {
      // The order goes out all the same: a full disk must not stop a strategy from closing its position.
      this.complain(error);
    }
  }

  private enqueue(entry: Entry): void {
    const count = this.waiting.push(entry);
    if (this.timer === null && !this.closed) this.timer = this.options.clock.after(GROUP_MS, () => this.group());
    else if (count === GROUP_SIZE && !this.complained) {
      this.timer?.cancel();
      this.timer = this.options.clock.after(0, () => this.group());
    }
  }

  private group(): void {
    this.timer = null;
    try {
      this.write();
      this.complained = false;
      if (this.unfolded > MOST_UNFOLDED) this.fold();
      this.whenQuiet();
    } catch (error) {
      this.complain(error);
      if (this.waiting.length > MOST_WAITING) this.waiting.splice(0, this.waiting.length - MOST_WAITING / 2);
      if (!this.closed) this.timer = this.options.clock.after(RETRY_MS, () => this.group());
    }
  }

  /** Says it once, until writing works again. */
  private complain(error: unknown): void {
    if (this.complained) return;
    const code = sqliteCode(error);
    if (code !== null && BUSY.has(code)) return;
    this.complained = true;
    this.options.log.error(
      `${explain(this.options.file, error).message}. Trading goes on; the record will have a hole`,
      { err: error },
    );
  }

  /** Everything that waits, in one transaction. */
  private write(): void {
    const group = this.waiting;
    if (group.length === 0) return;
    const { database } = this;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const entry of group) this.store(entry);
      this.statements.events.finish();
      this.statements.told.finish();
      database.exec('COMMIT');
    } catch (error) {
      // Rows that the group made are gone again.
      this.statements.events.drop();
      this.statements.told.drop();
      for (const scope of this.scopes.values()) {
        scope.rows.clear();
        scope.id = null;
      }
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
    this.waiting = [];
    this.unfolded += group.length;
    this.tail.clear();
  }

  private store(entry: Entry): void {
    const { statements } = this;
    if (entry.what === 'receipt') {
      const { endedAt, platform, account, symbol } = entry.receipt;
      statements.receipt.run(endedAt, platform, account, symbol, JSON.stringify(entry.receipt));
      return;
    }
    if (entry.what === 'proof') {
      statements.proof.run(entry.at, this.scopeRow(entry.scope));
      return;
    }
    const row = this.row(entry.scope, entry.key, 'at' in entry ? entry.at : this.options.clock.now());
    switch (entry.what) {
      case 'intent': {
        const text = JSON.stringify(entry.intent);
        if (statements.intent.run(text, entry.intent.clientOrderId, entry.intent.at, row.id).changes === 0) return;
        statements.events.add(row.id, entry.intent.at, 'intent', text);
        return;
      }
      case 'report': {
        const { orderId, clientOrderId } = entry.report;
        statements.events.add(row.id, entry.at, 'report', reportText(entry.report));
        // Ids that are there stay: nothing would change once both are.
        if (row.isNamed) return;
        statements.ids.run(orderId, clientOrderId, row.id);
        row.isNamed = orderId !== null && clientOrderId !== null;
        return;
      }
      case 'result':
        statements.events.add(row.id, entry.result.at, 'result', JSON.stringify(entry.result));
        return;
      case 'told':
        statements.told.add(row.id, entry.tradeId);
        return;
      case 'adopted':
        statements.adopted.run(row.id);
        return;
      case 'closed':
        statements.events.add(row.id, entry.at, 'closed', JSON.stringify(entry.status));
        statements.closed.run(entry.status, entry.at, row.id);
        // Should anything new come it is looked up, and so opened, again.
        entry.scope.rows.delete(entry.key);
    }
  }

  private row(scope: Scope, key: string, at: number): Row {
    const known = scope.rows.get(key);
    if (known !== undefined) return known;
    const { statements } = this;
    const of = this.scopeRow(scope);
    const added = statements.addOrder.run(of, key, at);
    const id = added.changes === 1 ? Number(added.lastInsertRowid) : Number(statements.findOrder.get(of, key)?.['id']);
    const row: Row = { id, isNamed: false };
    scope.rows.set(key, row);
    return row;
  }

  private scopeRow(scope: Scope): number {
    if (scope.id !== null) return scope.id;
    const { statements } = this;
    const { platform, account, symbol, strategy } = scope.of;
    statements.addScope.run(platform, account, symbol, strategy);
    scope.id = Number(statements.findScope.get(platform, account, symbol, strategy)?.['id']);
    return scope.id;
  }

  private lastProof({ of: { platform, account, symbol, strategy } }: Scope): number | null {
    const proven = this.statements.findScope.get(platform, account, symbol, strategy)?.['proven_at'];
    return typeof proven === 'number' ? proven : null;
  }
  private load(scope: Scope): readonly RememberedOrder[] {
    this.writeNow();
    const { platform, account, symbol, strategy } = scope.of;
    const { statements } = this;
    return statements.unfinished.all(platform, account, symbol, strategy).map((order): RememberedOrder => {
      const id = Number(order['id']);
      const intent = order['intent'];
      return {
        key: String(order['key']),
        intent: typeof intent === 'string' ? readIntent(parseFields(intent)) : null,
        adopted: order['adopted'] === 1,
        reports: statements.reports
          .all(id)
          .map(({ detail }) => readReport(String(detail)))
          .filter((report) => report !== null),
        told: new Set(statements.toldOf.all(id).map((row) => String(row['trade_id']))),
      };
    });
  }

  private finishedSince(scope: Scope, since: number): readonly FinishedOrder[] {
    const { platform, account, symbol, strategy } = scope.of;
    return this.statements.finished.all(platform, account, symbol, strategy, since).flatMap((row): FinishedOrder[] => {
      const status = readStatus(row['status']);
      return status === null ? [] : [{ orderId: String(row['order_id']), status }];
    });
  }

  history(query: HistoryQuery): readonly OrderHistory[] {
    this.writeNow();
    return readHistory(this.database, query);
  }

  receipts(query: HistoryQuery): readonly RevokeReceipt[] {
    this.writeNow();
    return readReceipts(this.database, query);
  }

  private writeNow(): void {
    this.timer?.cancel();
    this.group();
  }

  async flush(): Promise<void> {
    this.writeNow();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.writeNow();
    this.closed = true;
    this.timer?.cancel();
    this.quietTimer?.cancel();
    this.tail.close();
    this.database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    this.database.close();
  }

  /** Does what it can without waiting for readers. */
  private fold(): void {
    this.database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    this.unfolded = 0;
  }

  private whenQuiet(): void {
    this.quietTimer?.cancel();
    if (this.closed) return;
    this.quietTimer = this.options.clock.after(QUIET_MS, () => {
      this.quietTimer = null;
      try {
        this.fold();
        this.clean(this.options.clock.now());
      } catch (error) {
        this.complain(error);
      }
    });
  }

  /** Once a day: finished orders and receipts whose time is over. Unfinished ones are never dropped. */
  private clean(now: number): void {
    if (now - this.lastCleaned < DAY_MS) return;
    this.lastCleaned = now;
    const before = now - (this.options.retentionDays ?? DEFAULT_RETENTION_DAYS) * DAY_MS;
    this.statements.clean(before);
  }
}
