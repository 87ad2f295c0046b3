// Every statement the journal writes with, prepared once. When they run is sqlite-journal.ts's part.

import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Statements {
  readonly addScope: StatementSync;
  readonly findScope: StatementSync;
  readonly proof: StatementSync;
  readonly addOrder: StatementSync;
  readonly findOrder: StatementSync;
  readonly intent: StatementSync;
  readonly ids: StatementSync;
  readonly event: StatementSync;
  readonly told: StatementSync;
  readonly adopted: StatementSync;
  readonly closed: StatementSync;
  readonly receipt: StatementSync;
  readonly unfinished: StatementSync;
  readonly finished: StatementSync;
  readonly reports: StatementSync;
  readonly toldOf: StatementSync;
  private readonly database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.database = database;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.addScope = prepare('INSERT OR IGNORE INTO scopes (platform, account, symbol, strategy) VALUES (?, ?, ?, ?)');
    this.findScope = prepare(
      'SELECT id, proven_at FROM scopes WHERE platform = ? AND account = ? AND symbol = ? AND strategy = ?',
    );
    this.proof = prepare('UPDATE scopes SET proven_at = ? WHERE id = ?');
    this.addOrder = prepare('INSERT OR IGNORE INTO orders (scope, key, at) VALUES (?, ?, ?)');
    this.findOrder = prepare('SELECT id FROM orders WHERE scope = ? AND key = ?');
    this.intent = prepare('UPDATE orders SET intent = ?, client_order_id = ?, at = ? WHERE id = ? AND intent IS NULL');
    // Something new about an order: if it was finished, it has to be told again after a restart.
    this.ids = prepare(
      'UPDATE orders SET order_id = coalesce(order_id, ?), client_order_id = coalesce(client_order_id, ?), status = NULL WHERE id = ?',
    );
    this.event = prepare('INSERT INTO events ("order", at, what, detail) VALUES (?, ?, ?, ?)');
    this.told = prepare('INSERT OR IGNORE INTO told ("order", trade_id) VALUES (?, ?)');
    this.adopted = prepare('UPDATE orders SET adopted = 1 WHERE id = ?');
    this.closed = prepare('UPDATE orders SET status = ?, at = ? WHERE id = ?');
    this.receipt = prepare('INSERT INTO receipts (at, platform, account, symbol, detail) VALUES (?, ?, ?, ?, ?)');
    this.unfinished = prepare(
      'SELECT orders.* FROM orders JOIN scopes ON scopes.id = orders.scope WHERE status IS NULL AND platform = ? AND account = ? AND symbol = ? AND strategy = ? ORDER BY orders.id',
    );
    this.finished = prepare(
      'SELECT order_id, status FROM orders JOIN scopes ON scopes.id = orders.scope WHERE status IS NOT NULL AND order_id IS NOT NULL AND platform = ? AND account = ? AND symbol = ? AND strategy = ? AND at >= ?',
    );
    this.reports = prepare(`SELECT detail FROM events WHERE "order" = ? AND what = 'report' ORDER BY id`);
    this.toldOf = prepare('SELECT trade_id FROM told WHERE "order" = ?');
  }

  clean(before: number): void {
    const old = 'SELECT id FROM orders WHERE status IS NOT NULL AND at < ?';
    for (const table of ['events', 'told'])
      this.database.prepare(`DELETE FROM ${table} WHERE "order" IN (${old})`).run(before);
    this.database.prepare('DELETE FROM orders WHERE status IS NOT NULL AND at < ?').run(before);
    this.database.prepare('DELETE FROM receipts WHERE at < ?').run(before);
  }
}
