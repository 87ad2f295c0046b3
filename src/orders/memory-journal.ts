// A journal that lives as long as the process: for tests, simulations and strategies that want none on disk.
// It remembers across Trades of the same process, so a simulated restart finds what it must find.

import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { RevokeReceipt } from '../domain/unfinished-orders.ts';
import type {
  FinishedOrder,
  HistoryEvent,
  HistoryQuery,
  Intent,
  Journal,
  JournalScope,
  OrderHistory,
  OrderJournal,
  RememberedOrder,
} from './journal.ts';
import { summarize } from './remembered-state.ts';

interface Entry {
  readonly scope: JournalScope;
  readonly key: string;
  intent: Intent | null;
  adopted: boolean;
  readonly reports: OrderReport[];
  readonly told: Set<string>;
  readonly events: HistoryEvent[];
  status: OrderStatus | null;
  closedAt: number;
}

function matches(
  scope: Omit<JournalScope, 'strategy' | 'venue'> & { strategy?: string },
  query: HistoryQuery,
): boolean {
  return (
    (query.platform === undefined || query.platform === scope.platform) &&
    (query.account === undefined || query.account === scope.account) &&
    (query.symbol === undefined || query.symbol === scope.symbol) &&
    (query.strategy === undefined || query.strategy === scope.strategy)
  );
}

function lastOf(reports: readonly OrderReport[], field: 'orderId' | 'clientOrderId'): string | null {
  return reports.findLast((report) => report[field] !== null)?.[field] ?? null;
}

/** Never null for one without an exchange id. */
function clientIdOf({ intent, reports, key }: Entry): string {
  return lastOf(reports, 'clientOrderId') ?? intent?.clientOrderId ?? key;
}

/** Forgets finished orders beyond this many, oldest first. */
const FINISHED_KEPT = 10_000;
const MOST_RECEIPTS = 1_000;

export class MemoryJournal implements Journal {
  private readonly entries = new Map<string, Entry>();
  private readonly proofs = new Map<string, number>();
  private readonly finished: string[] = [];
  private readonly receiptList: RevokeReceipt[] = [];
  private readonly finishedKept: number;

  constructor(finishedKept: number = FINISHED_KEPT) {
    this.finishedKept = finishedKept;
  }

  /** Nothing outlives the process. */
  writeIntents(): void {}

  open(scope: JournalScope): OrderJournal {
    const prefix = JSON.stringify([scope.platform, scope.venue, scope.account, scope.symbol, scope.strategy]);
    const at = (key: string): Entry => {
      const id = prefix + key;
      let entry = this.entries.get(id);
      if (entry === undefined) {
        entry = {
          scope,
          key,
          intent: null,
          adopted: false,
          reports: [],
          told: new Set(),
          events: [],
          status: null,
          closedAt: 0,
        };
        this.entries.set(id, entry);
      }
      return entry;
    };
    return {
      load: (): readonly RememberedOrder[] => {
        const mine = [...this.entries].filter(([id, { key }]) => id === prefix + key).map(([, entry]) => entry);
        const byId = Map.groupBy(mine, ({ reports }) => lastOf(reports, 'orderId'));
        return mine
          .filter(({ status }) => status === null)
          .map((entry) => {
            const orderId = lastOf(entry.reports, 'orderId');
            const names = orderId === null ? [entry] : (byId.get(orderId) ?? []);
            const told = new Set(names.flatMap((one) => [...one.told]));
            return { ...entry, reports: [...entry.reports], told };
          });
      },
      lastProof: () => this.proofs.get(prefix) ?? null,
      proof: (time) => {
        this.proofs.set(prefix, time);
      },
      toldOf: (orderId) =>
        new Set(
          [...this.entries]
            .filter(([id, { key, reports }]) => id === prefix + key && lastOf(reports, 'orderId') === orderId)
            .flatMap(([, { told }]) => [...told]),
        ),
      finishedSince: (since) => {
        const found: FinishedOrder[] = [];
        const mine = [...this.entries].filter(([id, { key }]) => id === prefix + key).map(([, entry]) => entry);
        const doubted = new Set(
          mine
            .filter(({ status, reports }) => status === null && lastOf(reports, 'orderId') === null)
            .map((entry) => clientIdOf(entry)),
        );
        for (const entry of mine) {
          const { status, closedAt, reports } = entry;
          const orderId = lastOf(reports, 'orderId');
          if (status === null || orderId === null) continue;
          if (closedAt < since && !doubted.has(clientIdOf(entry))) continue;
          found.push({ orderId, status });
        }
        return found;
      },
      intent: (key, intent) => {
        const entry = at(key);
        entry.intent = intent;
        entry.events.push({ at: intent.at, what: 'intent', detail: intent });
      },
      report: (key, report, time) => {
        const entry = at(key);
        entry.reports.push(report);
        entry.events.push({ at: time, what: 'report', detail: report });
        // Something new about a finished order: it has to be told again after a restart.
        entry.status = null;
      },
      adopted: (key) => {
        at(key).adopted = true;
      },
      told: (key, tradeId) => {
        at(key).told.add(tradeId);
      },
      closed: (key, status, time) => {
        const entry = at(key);
        entry.status = status;
        entry.closedAt = time;
        entry.events.push({ at: time, what: 'closed', detail: status });
        this.finished.push(prefix + key);
        if (this.finished.length > this.finishedKept) this.forget();
      },
      result: (key, result) => {
        at(key).events.push({ at: result.at, what: 'result', detail: result });
      },
      receipt: (receipt) => {
        this.receiptList.push(receipt);
        if (this.receiptList.length > MOST_RECEIPTS) this.receiptList.splice(0, MOST_RECEIPTS / 10);
      },
    };
  }

  private forget(): void {
    const old = this.finished.splice(0, Math.ceil(this.finishedKept / 10));
    for (const id of old) {
      const entry = this.entries.get(id);
      if (entry !== undefined && entry.status !== null) this.entries.delete(id);
    }
  }

  history(query: HistoryQuery): readonly OrderHistory[] {
    const found: OrderHistory[] = [];
    for (const entry of this.entries.values()) {
      if (!matches(entry.scope, query)) continue;
      if (query.since !== undefined && !entry.events.some(({ at }) => at >= (query.since ?? 0))) continue;
      found.push({
        ...entry.scope,
        ...summarize(entry.scope, entry.intent, entry.reports),
        key: entry.key,
        orderId: lastOf(entry.reports, 'orderId'),
        clientOrderId: entry.intent?.clientOrderId ?? lastOf(entry.reports, 'clientOrderId'),
        adopted: entry.adopted,
        status: entry.status,
        events: [...entry.events],
      });
    }
    return found.reverse().slice(0, query.limit ?? found.length);
  }

  receipts(query: HistoryQuery): readonly RevokeReceipt[] {
    const found = this.receiptList.filter(
      (receipt) => matches(receipt, query) && receipt.endedAt >= (query.since ?? 0),
    );
    return found.reverse().slice(0, query.limit ?? found.length);
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}
