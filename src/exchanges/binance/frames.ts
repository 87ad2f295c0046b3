// What Binance's wire can say: the forms of socket frames, the payloads of the REST client, and the reading of single fields.
// Fields stay as they came (binance.md: money is text, ids and times are numbers); decode.ts gives them meaning.

import { parseJson } from '../../wire/json.ts';
import { isRow, rowsOf, type Row } from '../../wire/rows.ts';

export { isRow, rowsOf, type Row };

/** A number, or its text where a double could not hold it. */
export type Id = number | string;

const ZERO = 48;
const NINE = 57;

/** A text; '' when it is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text; null when it is none, or "". */
export function asTextOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number (a time, a count, a code); null when it is none. */
export function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** An id as text, exact also beyond 2^53 (wire/json.ts); null when it is none, or negative (-1 means none). */
export function asId(value: unknown): string | null {
  if (typeof value === 'number') return value >= 0 ? String(value) : null;
  return typeof value === 'string' && isDigits(value) ? value : null;
}

function isDigits(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return value !== '';
}

/** A text field; '' when absent or not a text. */
export function text(row: Row, name: string): string {
  return asText(row[name]);
}

/** A text field where "" and absence are null. */
export function textOrNull(row: Row, name: string): string | null {
  return asTextOrNull(row[name]);
}

/** A number field; null when it is none. */
export function number(row: Row, name: string): number | null {
  return asNumber(row[name]);
}

/** An id field as text. */
export function idOrNull(row: Row, name: string): string | null {
  return asId(row[name]);
}

/** The parsed text, or undefined when it is no JSON (a gateway's HTML page, an empty body). */
export function parse(source: string): unknown {
  try {
    return parseJson(source);
  } catch {
    return undefined;
  }
}

/** Reply on the WebSocket API (A4); `id` null with status 401: the session was revoked (A2.3). */
export interface SocketReply {
  readonly type: 'reply';
  readonly id: string | null;
  readonly status: number;
  readonly result: unknown;
  readonly error: unknown;
  readonly rateLimits: unknown;
}

/** Event of a user data subscription, or of the connection (then without a subscription, A5.1). */
interface SocketEvent {
  readonly type: 'event';
  readonly subscriptionId: number | null;
  readonly event: Row;
}

type SocketFrame = SocketReply | SocketEvent | { readonly type: 'junk' };

const JUNK: SocketFrame = { type: 'junk' };

export function readSocketFrame(source: string): SocketFrame {
  const value = parse(source);
  if (!isRow(value)) return JUNK;
  const { event } = value;
  if (isRow(event)) return { type: 'event', subscriptionId: number(value, 'subscriptionId'), event };
  const status = number(value, 'status');
  if (status === null) return JUNK;
  const { id } = value;
  return {
    type: 'reply',
    id: typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null,
    status,
    result: value['result'],
    error: value['error'],
    rateLimits: value['rateLimits'],
  };
}
