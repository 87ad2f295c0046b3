// What the journal writes of a report, as a text by itself.
import type { OrderState } from '../../../src/domain/merge.ts';
import type { OrderReport } from '../../../src/domain/order-report.ts';
import { JournalQueue } from '../../../src/storage/journal-queue.ts';
import { writeReport } from '../../../src/storage/report-line.ts';

export function reportText(report: OrderReport, known: OrderState | null = null): string {
  const { line } = new JournalQueue();
  writeReport(line, report, known);
  return line.bytes.toString('utf8', line.from, line.at);
}
