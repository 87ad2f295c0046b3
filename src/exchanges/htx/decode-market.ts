// HTX's market data: book levels and depth replies, in exact text (htx.md 9.2, 9.3, 10, 13). Pure.
// Numbers come unquoted, with exponents and up to 18 decimals: the reader keeps them as text, and they leave here in plain notation.

import { Decimal } from '../../domain/decimal.ts';
import type { BookLevel } from '../../domain/order.ts';
import { integerOrNull, type Row } from './frames.ts';

/** `[price, size]` pairs in plain notation; rows that are neither are left out. Absent side: no levels. */
export function levelsOf(value: unknown): BookLevel[] {
  if (!Array.isArray(value)) return [];
  const levels: BookLevel[] = [];
  for (const row of value) {
    if (!Array.isArray(row)) continue;
    const price = plain(row[0]);
    const size = plain(row[1]);
    if (price !== null && size !== null) levels.push([price, size]);
  }
  return levels;
}

function plain(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return Decimal.tryFrom(value)?.toString() ?? null;
}

/** Best levels of a depth snapshot (`tick` of /market/depth, depth.step0 or mbp.refresh); there may be fewer than asked for (trap 32). */
export function depthOf(
  tick: Row,
  depth: number,
): { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[]; readonly time: number } {
  return {
    bids: levelsOf(tick['bids']).slice(0, depth),
    asks: levelsOf(tick['asks']).slice(0, depth),
    time: integerOrNull(tick, 'ts') ?? 0,
  };
}

/** The size to ask /market/depth for: it serves 5, 10, 20, 30 or, unasked, 150 levels (10). Null = leave it out. */
export function depthSize(depth: number): string | null {
  for (const size of [5, 10, 20, 30]) if (depth <= size) return String(size);
  return null;
}

/** An incremental book message, or the snapshot it hangs on (9.3). Sequence numbers of a snapshot have no `previous`. */
export interface MbpUpdate {
  readonly sequence: number;
  readonly previous: number | null;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** Null when it has no sequence number. */
export function mbpOf(row: Row): MbpUpdate | null {
  const sequence = integerOrNull(row, 'seqNum');
  if (sequence === null) return null;
  return {
    sequence,
    previous: integerOrNull(row, 'prevSeqNum'),
    bids: levelsOf(row['bids']),
    asks: levelsOf(row['asks']),
  };
}
