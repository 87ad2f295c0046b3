// The rows of the page: what was measured of whom, round by round, and what it is held against.

export interface Row {
  readonly id: string;
  readonly section: string;
  readonly what: string;
  readonly unit: string;
  /** Ratio to the floor of the same run that must not be exceeded; or an absolute figure; null: only reported. */
  readonly must: { readonly ratio: number } | { readonly atMost: number } | null;
  /** How far over its goal it is known to be, as a factor: a smoke run is to notice what gets worse than that. */
  readonly knownMiss?: number;
  /** The case to run for this row alone. */
  readonly only: string;
  /** By contender; `aioquant` and `floor` among them. Empty: could not be measured. */
  readonly values: Map<string, number[]>;
  /** What was wrong with a contender's result: its figure is void, or is to be read with this in mind. */
  readonly notes: Map<string, string>;
}

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? NaN)) / 2;
}

export class Rows {
  readonly all = new Map<string, Row>();

  add(row: Omit<Row, 'values' | 'notes'>, contender: string, value: number | null, note?: string | null): void {
    let known = this.all.get(row.id);
    if (known === undefined) this.all.set(row.id, (known = { ...row, values: new Map(), notes: new Map() }));
    if (note !== undefined && note !== null) known.notes.set(contender, note);
    if (value === null || !Number.isFinite(value)) return;
    const values = known.values.get(contender);
    if (values === undefined) known.values.set(contender, [value]);
    else values.push(value);
  }

  /** Forgets what a case measured, so that it can be measured anew. */
  forget(only: string): void {
    for (const [id, row] of this.all) if (row.only === only) this.all.delete(id);
  }
}

/** The ratio to the floor: the median of those of the rounds, floor and figure taken in the same round. */
export function ratioTo(row: Row, contender: string, to: string): number | null {
  const mine = row.values.get(contender);
  const theirs = row.values.get(to);
  if (mine === undefined || theirs === undefined) return null;
  return median(mine.map((value, index) => value / (theirs[Math.min(index, theirs.length - 1)] ?? NaN)));
}

/** How the row stands: how far over its goal as a factor (at most 1: met), or null where there is no goal or no figure. */
export function standing(row: Row): number | null {
  if (row.must === null) return null;
  if (row.notes.has('aioquant')) return Infinity;
  if ('atMost' in row.must) {
    const values = row.values.get('aioquant');
    return values === undefined ? null : median(values) / row.must.atMost;
  }
  const ratio = ratioTo(row, 'aioquant', 'floor');
  return ratio === null ? null : ratio / row.must.ratio;
}
