// What OKX's wire can say: the forms of socket frames and REST bodies, and the reading of a text into one of them.
// Rows stay as they came (okx.md 0: numbers are strings, "" means not applicable); decode.ts gives them meaning.

import { isRow, rowsOf, type Row } from '../../wire/rows.ts';

export { isRow, type Row };

/** Events: login, subscribe, unsubscribe, error, notice, channel-conn-count, channel-conn-count-error (4.2-4.4). */
export interface EventFrame {
  readonly type: 'event';
  readonly event: string;
  readonly id: string;
  readonly code: string;
  readonly msg: string;
  readonly channel: string;
  readonly connCount: string;
}

/** Reply to an order operation, routed by its id (6.5). */
interface ReplyFrame {
  readonly type: 'reply';
  readonly id: string;
  readonly op: string;
  readonly reply: Reply;
}

/** Data of a subscribed channel (4.3). */
export interface PushFrame {
  readonly type: 'push';
  readonly channel: string;
  readonly instId: string;
  /** Books: snapshot or update. */
  readonly action: string;
  /** Account: snapshot or event_update. */
  readonly eventType: string;
  readonly rows: readonly Row[];
}

/** `pong` is text, not JSON (4.1). `junk` is whatever has none of these forms. */
export type Frame = EventFrame | ReplyFrame | PushFrame | { readonly type: 'pong' } | { readonly type: 'junk' };

/** The two-level answer of REST and of socket operations: `code` of the request, `sCode` in each row (6.1). */
export interface Reply {
  readonly code: string;
  readonly msg: string;
  /** Empty when the body had no `data` (gateway errors). */
  readonly rows: readonly Row[];
  /** Rows without names, as candles are (14): there when the first is one. */
  readonly lists?: readonly (readonly unknown[])[];
}

/** A text; '' when it is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text; null when it is none, or "" (trap 15). */
export function asTextOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A text field; '' when absent, null or not a text. */
export function text(row: Row, name: string): string {
  return asText(row[name]);
}

/** A text field where "" and absence are null. */
export function textOrNull(row: Row, name: string): string | null {
  return asTextOrNull(row[name]);
}

/** A code: text on the wire, but a number would mean the same. */
function code(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
}

/** A real JSON number (seqId, prevSeqId, checksum, instIdCode); null when it is none or beyond exact integers. */
export function integerOrNull(row: Row, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

export function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** The body of a REST answer; null when it is not OKX's JSON (an HTML page of a gateway, an empty body). */
export function readReply(body: string): Reply | null {
  const value = parse(body);
  return isRow(value) && 'code' in value ? replyOf(value) : null;
}

function replyOf(value: Row): Reply {
  const { data } = value;
  const reply = { code: code(value, 'code'), msg: text(value, 'msg'), rows: rowsOf(data) };
  return Array.isArray(data) && Array.isArray(data[0]) ? { ...reply, lists: data.filter(isList) } : reply;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const PONG: Frame = { type: 'pong' };
const JUNK: Frame = { type: 'junk' };

export function readFrame(source: string): Frame {
  if (source === 'pong') return PONG;
  const value = parse(source);
  if (!isRow(value)) return JUNK;
  const arg = value['arg'];
  if (isRow(arg) && 'data' in value) {
    return {
      type: 'push',
      channel: text(arg, 'channel'),
      instId: text(arg, 'instId'),
      action: text(value, 'action'),
      eventType: text(value, 'eventType'),
      rows: rowsOf(value['data']),
    };
  }
  const event = text(value, 'event');
  if (event !== '') {
    return {
      type: 'event',
      event,
      id: text(value, 'id'),
      code: code(value, 'code'),
      msg: text(value, 'msg'),
      channel: isRow(arg) ? text(arg, 'channel') : text(value, 'channel'),
      connCount: code(value, 'connCount'),
    };
  }
  const op = text(value, 'op');
  return op === '' ? JUNK : { type: 'reply', id: text(value, 'id'), op, reply: replyOf(value) };
}
