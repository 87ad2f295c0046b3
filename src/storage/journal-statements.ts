// Every statement the journal writes with, prepared once. When they run is journal-store.ts's part.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Rows to a statement: most of what a row costs is the call. */
const ROWS = 8;

/** Rows of one table on their way in, several to a statement, in the order they came. */
class Rows {
  private readonly one: StatementSync;
  private readonly many: StatementSync;
  private readonly width: number;
  private values: SQLInputValue[] = [];

  constructor(database: DatabaseSync, into: string, width: number) {
    const row = `(${Array.from({ length: width }, () => '?').join(', ')})`;
    this.one = database.prepare(`${into} VALUES ${row}`);
    this.many = database.prepare(`${into} VALUES ${Array.from({ length: ROWS }, () => row).join(', ')}`);
    this.width = width;
  }

  add(...row: SQLInputValue[]): void {
    this.values.push(...row);
    if (this.values.length < ROWS * this.width) return;
    this.many.run(...this.values);
    this.values = [];
  }

  /** Writes those that did not fill a statement. */
  finish(): void {
    for (let at = 0; at < this.values.length; at += this.width) this.one.run(...this.values.slice(at, at + this.width));
    this.values = [];
  }

  /** The transaction they belonged to is no more. */
  drop(): void {
    this.values = [];
  }
}

export class Statements {
  readonly addScope: StatementSync;
  readonly findScope: StatementSync;
  readonly proof: StatementSync;
  readonly addOrder: StatementSync;
  readonly findOrder: StatementSync;
  readonly intent: StatementSync;
  readonly ids: StatementSync;
  readonly events: Rows;
  readonly told: Rows;
  readonly adopted: StatementSync;
  readonly closed: StatementSync;
  readonly receipt: StatementSync;
  private readonly database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.database = database;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.addScope = prepare(
      'INSERT OR IGNORE INTO scopes (platform, venue, account, symbol, strategy) VALUES (?, ?, ?, ?, ?)',
    );
    this.findScope = prepare(
      'SELECT id FROM scopes WHERE platform = ? AND venue = ? AND account = ? AND symbol = ? AND strategy = ?',
    );
    this.proof = prepare('UPDATE scopes SET proven_at = ? WHERE id = ?');
    this.addOrder = prepare('INSERT OR IGNORE INTO orders (scope, key, at) VALUES (?, ?, ?)');
    this.findOrder = prepare('SELECT id FROM orders WHERE scope = ? AND key = ?');
    this.intent = prepare('UPDATE orders SET intent = ?, client_order_id = ?, at = ? WHERE id = ? AND intent IS NULL');
    // Something new about an order: if it was finished, it has to be told again after a restart.
    this.ids = prepare(
      'UPDATE orders SET order_id = coalesce(order_id, ?), client_order_id = coalesce(client_order_id, ?), status = NULL WHERE id = ?',
    );
    this.events = new Rows(database, 'INSERT INTO events ("order", at, what, detail)', 4);
    this.told = new Rows(database, 'INSERT OR IGNORE INTO told ("order", trade_id)', 2);
    this.adopted = prepare('UPDATE orders SET adopted = 1 WHERE id = ?');
    this.closed = prepare('UPDATE orders SET status = ?, at = ? WHERE id = ?');
    this.receipt = prepare('INSERT INTO receipts (at, platform, account, symbol, detail) VALUES (?, ?, ?, ?, ?)');
  }

  clean(before: number): void {
    const old = 'SELECT id FROM orders WHERE status IS NOT NULL AND at < ?';
    for (const table of ['events', 'told'])
      this.database.prepare(`DELETE FROM ${table} WHERE "order" IN (${old})`).run(before);
    this.database.prepare('DELETE FROM orders WHERE status IS NOT NULL AND at < ?').run(before);
    this.database.prepare('DELETE FROM receipts WHERE at < ?').run(before);
  }
}
