// Groups of lines into the tables, one transaction each, and the care of the file. Which thread does that is sqlite-journal.ts's part.

import type { DatabaseSync } from 'node:sqlite';
import type { JournalScope } from '../orders/journal.ts';
import { forEachLine, readField, type Group } from './journal-lines.ts';
import { Statements } from './journal-statements.ts';
import { parseFields } from './report-text.ts';

/** The write-ahead log is folded into the database after so many lines: else it would grow for as long as the market is busy. */
const MOST_UNFOLDED = 50_000;
/** ... and in quiet moments from so many on: it takes a few ms, and with some disks more. */
const WORTH_FOLDING = 100;

/** An order's row, and whether it is known to be unfinished. */
interface Row {
  readonly id: number;
  isOpen: boolean;
}

interface ScopeRows {
  readonly id: number;
  readonly orders: Map<string, Row>;
}

export class JournalStore {
  private readonly database: DatabaseSync;
  private readonly statements: Statements;
  private readonly scopes: readonly JournalScope[];
  private rows: (ScopeRows | undefined)[] = [];
  /** Lines in the write-ahead log, not yet folded into the database itself. */
  private unfolded = 0;

  /** @param scopes those that lines name by number; it may grow */
  constructor(database: DatabaseSync, scopes: readonly JournalScope[]) {
    this.database = database;
    this.statements = new Statements(database);
    this.scopes = scopes;
  }

  /** All of it or nothing. */
  write(group: Group): void {
    const { database, statements } = this;
    if (this.unfolded > MOST_UNFOLDED) this.fold();
    database.exec('BEGIN IMMEDIATE');
    try {
      forEachLine(group, (line) => this.store(line, group.at));
      statements.events.finish();
      statements.told.finish();
      database.exec('COMMIT');
    } catch (error) {
      // Rows that the group made are gone again.
      statements.events.drop();
      statements.told.drop();
      this.rows = [];
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
    this.unfolded += group.count;
  }

  private store(line: string, now: number): void {
    const { statements } = this;
    const [what, number, keyField, first = '', second = '', ...rest] = line.split('\t');
    if (what === 'v') {
      const [account, symbol, receipt = ''] = rest;
      statements.receipt.run(Number(first), second, readField(account), readField(symbol), receipt);
      return;
    }
    const scope = this.scope(Number(number));
    const key = readField(keyField);
    switch (what) {
      case 'r': {
        const at = Number(first);
        const row = this.row(scope, key, at);
        const [clientOrderId, toldTradeId, closedAs, report = ''] = rest;
        statements.events.add(row.id, at, 'report', report);
        // The first report opens an order that was closed; ids that are there stay.
        if (!row.isOpen || second !== '' || clientOrderId !== '')
          statements.ids.run(readField(second) || null, readField(clientOrderId) || null, row.id);
        row.isOpen = true;
        if (toldTradeId) statements.told.add(row.id, readField(toldTradeId));
        if (closedAs) this.close(scope, key, row, closedAs, at);
        return;
      }
      case 't':
        statements.told.add(this.idOf(scope, key, now), readField(first));
        return;
      case 'c':
        this.close(scope, key, this.row(scope, key, Number(first)), second, Number(first));
        return;
      case 'i': {
        const { id } = this.row(scope, key, now);
        const { clientOrderId, at } = parseFields(first) ?? {};
        if (statements.intent.run(first, String(clientOrderId), Number(at), id).changes === 0) return;
        statements.events.add(id, Number(at), 'intent', first);
        return;
      }
      case 'q':
        statements.events.add(this.idOf(scope, key, now), Number(first), 'result', second);
        return;
      case 'a':
        statements.adopted.run(this.idOf(scope, key, now));
        return;
      case 'p':
        statements.proof.run(Number(first), scope.id);
        return;
      default:
        throw new Error(`no line of a journal: ${line}`);
    }
  }

  private close({ orders }: ScopeRows, key: string, { id }: Row, status: string, at: number): void {
    this.statements.events.add(id, at, 'closed', `"${status}"`);
    this.statements.closed.run(status, at, id);
    // Should anything new come it is looked up, and so opened, again.
    orders.delete(key);
  }

  private row(scope: ScopeRows, key: string, at: number): Row {
    const known = scope.orders.get(key);
    if (known !== undefined) return known;
    const row: Row = { id: this.idOf(scope, key, at), isOpen: false };
    // A copy: the key is a piece of the text of many lines, all of which would stay with it.
    scope.orders.set(Buffer.from(key).toString(), row);
    return row;
  }

  /** For what may come after the end of an order, when nothing is to be remembered of it here any more. */
  private idOf({ id: scope, orders }: ScopeRows, key: string, at: number): number {
    const known = orders.get(key);
    if (known !== undefined) return known.id;
    const { addOrder, findOrder } = this.statements;
    const added = addOrder.run(scope, key, at);
    return Number(added.changes === 1 ? added.lastInsertRowid : findOrder.get(scope, key)?.['id']);
  }

  private scope(number: number): ScopeRows {
    const known = this.rows[number];
    if (known !== undefined) return known;
    const of = this.scopes[number];
    if (of === undefined) throw new Error(`the journal has no scope ${number}`);
    const { platform, venue, account, symbol, strategy } = of;
    this.statements.addScope.run(platform, venue, account, symbol, strategy);
    const id = Number(this.statements.findScope.get(platform, venue, account, symbol, strategy)?.['id']);
    return (this.rows[number] = { id, orders: new Map() });
  }

  /** For quiet moments. @param before time before which finished orders and receipts are dropped; null: none today */
  tidy(before: number | null): void {
    if (this.unfolded >= WORTH_FOLDING) this.fold();
    if (before !== null) this.statements.clean(before);
  }

  /** Does what it can without waiting for readers. */
  private fold(): void {
    // What fails now is tried again when there is more of it, not with every group.
    this.unfolded = 0;
    this.database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }
}
