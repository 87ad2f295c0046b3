// What a smoke run calls too slow. It runs on machines that are busy with other things: the best round of each side counts, for noise only ever
// adds, or the middle one of the rounds' ratios, should the floor alone have met a quiet moment; and only what is far off.
import { ratioTo, type Row } from './rows.ts';

/** How many times its goal a ratio may be; or, where the goal is not reached yet, how many times what it is known to be. */
const FAR_OFF = 2;

/**
 * How far over its goal (or its known miss) the ratio is, as a factor. Infinity: ours or the floor failed, or did not deliver what it had to.
 * Null: there is no goal for a ratio, or nothing was measured.
 */
function over(row: Row): number | null {
  const { must, knownMiss, notes, values } = row;
  if (must === null || !('ratio' in must)) return null;
  if (notes.has('aioquant') || notes.has('floor')) return Infinity;
  const ours = Math.min(...(values.get('aioquant') ?? []));
  const floor = Math.min(...(values.get('floor') ?? []));
  if (!Number.isFinite(ours) || !Number.isFinite(floor)) return null;
  const ratio = Math.min(ours / floor, ratioTo(row, 'aioquant', 'floor') ?? Infinity);
  return ratio / (must.ratio * Math.max(1, knownMiss ?? 1));
}

/** The rows that are far off, and how in words. */
export function tooSlow(rows: Iterable<Row>): readonly { readonly row: Row; readonly words: string }[] {
  return [...rows].flatMap((row) => {
    const factor = over(row);
    if (factor === null || factor <= FAR_OFF) return [];
    const note = row.notes.get('aioquant') ?? row.notes.get('floor');
    const than = (row.knownMiss ?? 1) > 1 ? 'what it is known to miss its goal by' : 'its goal';
    return [{ row, words: note ?? `${factor.toFixed(1)} times ${than}` }];
  });
}
