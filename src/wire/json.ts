// JSON as exchanges send it: integers beyond 2^53 survive as text instead of being rounded, and numbers can be kept as they were written.
// What the fields mean is the codecs' part; these functions know only the grammar.

/**
 * An unquoted integer that may be beyond 2^53 (9 007 199 254 740 992): 17 digits or more, or 16 of which the first is a nine, as it follows
 * a bracket, comma, colon, space or sign. May also hit inside a text such as "a:12345678901234567": that only costs the slower way, never a digit.
 */
const LONG_INTEGER = /[:,[\s-](?:\d{17}|9\d{15})/;
const INTEGER = /^-?\d+$/;

function sourceOf(context: unknown): string | null {
  if (typeof context !== 'object' || context === null || !('source' in context)) return null;
  return typeof context.source === 'string' ? context.source : null;
}

function keepLongIntegers(_key: string, value: unknown, ...rest: unknown[]): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = sourceOf(rest[0]);
  return source !== null && INTEGER.test(source) ? source : value;
}

function keepSource(_key: string, value: unknown, ...rest: unknown[]): unknown {
  return typeof value === 'number' ? (sourceOf(rest[0]) ?? value) : value;
}

/**
 * As JSON.parse, but an integer that a double cannot hold exactly comes as its text: an id is a number or a string, and
 * `String(id)` is right for both. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  // The reviver costs several times the parse itself, so it is used only when there is something to keep.
  return LONG_INTEGER.test(text) ? JSON.parse(text, keepLongIntegers) : JSON.parse(text);
}

/** As JSON.parse, but every number comes as the text it was written with ("0.00012300" keeps its zeros). Throws SyntaxError. */
export function parseJsonNumbersAsText(text: string): unknown {
  return JSON.parse(text, keepSource);
}
