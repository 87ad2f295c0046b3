// What a Trade reads when it starts: unfinished orders, the last proof, what ended lately. Reading for people is journal-history.ts's part.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FinishedOrder, JournalScope, RememberedOrder } from '../orders/journal.ts';
import { readStatus } from './journal-history.ts';
import { parseFields, readIntent, readReport } from './report-text.ts';

const OF_SCOPE = 'platform = ? AND venue = ? AND account = ? AND symbol = ? AND strategy = ?';

function values({
  platform,
  venue,
  account,
  symbol,
  strategy,
}: JournalScope): [string, string, string, string, string] {
  return [platform, venue, account, symbol, strategy];
}

export class JournalReader {
  private readonly proof: StatementSync;
  private readonly unfinished: StatementSync;
  private readonly finished: StatementSync;
  private readonly namesakes: StatementSync;
  private readonly reports: StatementSync;
  private readonly told: StatementSync;
  private readonly toldOfId: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.proof = prepare(`SELECT proven_at FROM scopes WHERE ${OF_SCOPE}`);
    const orders = 'FROM orders JOIN scopes ON scopes.id = orders.scope';
    this.unfinished = prepare(`SELECT orders.* ${orders} WHERE status IS NULL AND ${OF_SCOPE} ORDER BY orders.id`);
    this.finished = prepare(
      `SELECT order_id, status ${orders} WHERE status IS NOT NULL AND order_id IS NOT NULL AND ${OF_SCOPE} AND at >= ?`,
    );
    // CROSS JOIN: from the few that are unfinished to those of their ids, and not through everything that ever ended.
    this.namesakes = prepare(
      `SELECT ended.order_id, ended.status ${orders} CROSS JOIN orders AS ended
       ON ended.scope = orders.scope AND ended.client_order_id = orders.client_order_id
       WHERE orders.status IS NULL AND orders.order_id IS NULL AND ${OF_SCOPE}
       AND ended.status IS NOT NULL AND ended.order_id IS NOT NULL`,
    );
    this.reports = prepare(`SELECT detail FROM events WHERE "order" = ? AND what = 'report' ORDER BY id`);
    // What was told under another name of the order, by a Trade that saw it to its end, was told.
    this.told = prepare(
      `SELECT trade_id FROM told WHERE "order" = ?1 UNION
       SELECT trade_id FROM orders CROSS JOIN orders AS ended
       ON ended.scope = orders.scope AND ended.client_order_id = orders.client_order_id AND ended.status IS NOT NULL
       JOIN told ON told."order" = ended.id WHERE orders.id = ?1 AND ended.order_id = orders.order_id`,
    );
    this.toldOfId = prepare(
      `SELECT trade_id ${orders} JOIN told ON told."order" = orders.id WHERE ${OF_SCOPE} AND order_id = ?`,
    );
  }

  lastProof(scope: JournalScope): number | null {
    const proven = this.proof.get(...values(scope))?.['proven_at'];
    return typeof proven === 'number' ? proven : null;
  }

  load(scope: JournalScope): readonly RememberedOrder[] {
    return this.unfinished.all(...values(scope)).map((order): RememberedOrder => {
      const id = Number(order['id']);
      const intent = order['intent'];
      return {
        key: String(order['key']),
        intent: typeof intent === 'string' ? readIntent(parseFields(intent)) : null,
        adopted: order['adopted'] === 1,
        reports: this.reports
          .all(id)
          .map(({ detail }) => readReport(String(detail), scope.symbol))
          .filter((report) => report !== null),
        told: new Set(this.told.all(id).map((row) => String(row['trade_id']))),
      };
    });
  }

  toldOf(scope: JournalScope, orderId: string): ReadonlySet<string> {
    return new Set(this.toldOfId.all(...values(scope), orderId).map((row) => String(row['trade_id'])));
  }

  finishedSince(scope: JournalScope, since: number): readonly FinishedOrder[] {
    const rows = [...this.finished.all(...values(scope), since), ...this.namesakes.all(...values(scope))];
    return rows.flatMap((row): FinishedOrder[] => {
      const status = readStatus(row['status']);
      return status === null ? [] : [{ orderId: String(row['order_id']), status }];
    });
  }
}
