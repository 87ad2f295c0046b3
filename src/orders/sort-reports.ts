// The order in which answers are merged, so that the strategy hears old things before new ones. The merge itself does not mind.

import type { OrderReport } from '../domain/order-report.ts';

/** Trade ids are numbers of any length on some exchanges: longer is later, then the text decides. */
function laterId(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By time of the fill, or of the update; those that say nothing first. */
export function byTime(reports: readonly OrderReport[]): OrderReport[] {
  return [...reports].sort((a, b) => {
    const byClock = (a.fill?.time ?? a.utime ?? 0) - (b.fill?.time ?? b.utime ?? 0);
    if (byClock !== 0 || a.fill === null || b.fill === null) return byClock;
    return laterId(a.fill.tradeId, b.fill.tradeId);
  });
}
