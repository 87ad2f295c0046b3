// Objects of the wire as JSON gives them, before an exchange's decode.ts gives their fields a meaning.

/** One object of the wire. Fields are added without notice, so whatever is not asked for is ignored. */
export type Row = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; none when it is no list. */
export function rowsOf(value: unknown): readonly Row[] {
  if (!Array.isArray(value)) return [];
  return value.every(isRow) ? value : value.filter(isRow);
}
