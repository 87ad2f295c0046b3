// What was told since this turn of the event loop began, in its order. Lines are made of it when the turn is through, and what came of a report within
// the turn - its fill told, its order closed - stands in the report's own line.

import type { OrderState } from '../domain/merge.ts';
import type { OrderReport } from '../domain/order-report.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { Lines } from './journal-lines.ts';

export interface Entry {
  /** @param inFull nothing may be left out because it is known */
  write(inFull: boolean): void;
  /** What is to be written all the same when the entry cannot be. */
  readonly rest: readonly Entry[];
}

class LineEntry implements Entry {
  readonly write: () => void;
  readonly rest: readonly Entry[] = [];

  constructor(line: () => void) {
    this.write = line;
  }
}

class ReportEntry implements Entry {
  readonly lines: Lines;
  readonly key: string;
  readonly at: number;
  readonly report: OrderReport;
  isTold = false;
  closedAs: OrderStatus | null = null;
  private readonly known: OrderState | null;

  constructor(lines: Lines, key: string, report: OrderReport, at: number, known: OrderState | null) {
    this.lines = lines;
    this.key = key;
    this.report = report;
    this.at = at;
    this.known = known;
  }

  write(inFull: boolean): void {
    const { lines, key, report, at, known, isTold, closedAs } = this;
    lines.report(key, report, at, inFull ? null : known, isTold, closedAs);
  }

  get rest(): readonly Entry[] {
    const { lines, key, report, at, isTold, closedAs } = this;
    const rest: Entry[] = [];
    const tradeId = report.fill?.tradeId;
    if (isTold && tradeId !== undefined) rest.push(new LineEntry(() => lines.told(key, tradeId)));
    if (closedAs !== null) rest.push(new LineEntry(() => lines.closed(key, closedAs, at)));
    return rest;
  }
}

export class JournalEntries {
  private readonly entries: Entry[] = [];
  private readonly onFirst: () => void;
  private isClosed = false;
  /** The newest one, when it is a report to which something may be added. */
  private last: ReportEntry | null = null;

  /** @param onFirst there is something to make lines of */
  constructor(onFirst: () => void) {
    this.onFirst = onFirst;
  }

  /** Takes in no more. */
  close(): void {
    this.isClosed = true;
  }

  add(line: () => void): void {
    this.last = null;
    this.push(new LineEntry(line));
  }

  /** @param known see writeReport */
  report(lines: Lines, key: string, report: OrderReport, at: number, known: OrderState | null): void {
    this.last = new ReportEntry(lines, key, report, at, known);
    this.push(this.last);
  }

  told(lines: Lines, key: string, tradeId: string): void {
    const last = this.lastOf(lines, key);
    if (last?.report.fill?.tradeId === tradeId) last.isTold = true;
    else this.add(() => lines.told(key, tradeId));
  }

  closed(lines: Lines, key: string, status: OrderStatus, at: number): void {
    const last = this.lastOf(lines, key);
    if (last === null || last.at !== at) return this.add(() => lines.closed(key, status, at));
    last.closedAs = status;
    // In the line the end stands behind everything else.
    this.last = null;
  }

  private push(entry: Entry): void {
    if (!this.isClosed && this.entries.push(entry) === 1) this.onFirst();
  }

  private lastOf(lines: Lines, key: string): ReportEntry | null {
    const { last } = this;
    return last !== null && last.lines === lines && last.key === key ? last : null;
  }

  /** Every entry once, in their order. Nothing is added meanwhile. */
  forEach(take: (entry: Entry) => void): void {
    this.last = null;
    for (const entry of this.entries) take(entry);
    this.entries.length = 0;
  }
}
