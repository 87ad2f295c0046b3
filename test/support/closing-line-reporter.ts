// Prints `N passed, N failed` (`, N skipped` when any were) alone on the last line of a run, for continuous integration.
// It only counts; showing what failed, and the exit status, stay with vitest's own reporter.
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** What a run came to. A file or suite that failed outside its tests, and a stray error, count as one failure each. */
export interface RunTotals {
  passed: number;
  failed: number;
  skipped: number;
}

/** The closing line itself; `skipped` is left out when there were none. */
export function closingLine({ passed, failed, skipped }: RunTotals): string {
  const skippedPart = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${skippedPart}`;
}

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const totals: RunTotals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      totals.failed += module.errors().length > 0 ? 1 : 0;
      for (const suite of module.children.allSuites()) totals.failed += suite.errors().length > 0 ? 1 : 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test still pending at the end was never decided (a crashed worker, an interrupt): that is no pass.
        totals[state === 'pending' ? 'failed' : state] += 1;
      }
    }
    process.stdout.write(`${closingLine(totals)}\n`);
  }
}
