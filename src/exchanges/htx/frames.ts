// What HTX's wire can say: envelopes of REST and of the four sockets, and the reading of a parsed text into one of them (htx.md 5, 6, 8, 9, 11).
// Rows stay as they came; decode.ts gives them meaning. Ids may be numbers or text (5.0): they are read as text.

import { isRow, rowsOf, type Row } from '../../wire/rows.ts';

export { isRow, rowsOf, type Row };

/** A text, or a number's own text; '' when it is neither. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function text(row: Row, name: string): string {
  return asText(row[name]);
}

export function integerOrNull(row: Row, name: string): number | null {
  return asInteger(row[name]);
}

/** Whole number, as number or text; null when it is neither. */
export function asInteger(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null;
  if (typeof value !== 'string' || value === '') return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

/** The two envelopes of REST and of order entry as one: either what was asked for, or a code with words (11.1). */
type Envelope =
  | { readonly ok: true; readonly data: unknown; readonly row: Row }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly orderState: number | null };

/**
 * Null when the value is no envelope of HTX's. v1 says `status`, v2 says `code` (200, as number or text); an unknown code is an error,
 * never a success (11.1). Market data carries its payload in `tick`.
 */
export function envelopeOf(value: unknown): Envelope | null {
  if (!isRow(value)) return null;
  const status = value['status'];
  if (status === 'ok') return { ok: true, data: value['data'] ?? value['tick'], row: value };
  if (status === 'error') {
    return {
      ok: false,
      code: text(value, 'err-code'),
      message: text(value, 'err-msg'),
      orderState: integerOrNull(value, 'order-state'),
    };
  }
  const code = text(value, 'code');
  if (code === '') return null;
  if (code === '200') return { ok: true, data: value['data'], row: value };
  return { ok: false, code, message: text(value, 'message'), orderState: null };
}

/** A ping in one of HTX's dialects (trap 13), with the pong that answers it in kind. */
export interface PingFrame {
  readonly type: 'ping';
  readonly pong: string;
}

/** Frames of /ws/v2 (8). */
export type PrivateFrame =
  | PingFrame
  /** Answers to auth, sub and unsub; `action` is '' in an error that names nothing. */
  | {
      readonly type: 'answer';
      readonly action: string;
      readonly channel: string;
      readonly code: string;
      readonly message: string;
    }
  | { readonly type: 'push'; readonly channel: string; readonly data: Row }
  | { readonly type: 'junk' };

/** Frames of /ws/trade (6): the login answers like /ws/v2, everything else like REST with the request's `cid`. */
export type TradeFrame =
  | PingFrame
  | Extract<PrivateFrame, { type: 'answer' | 'junk' }>
  | { readonly type: 'reply'; readonly cid: string; readonly envelope: Envelope };

/** Frames of /ws and /feed, after gunzip (9.1). */
export type MarketFrame =
  | PingFrame
  | { readonly type: 'push'; readonly channel: string; readonly time: number; readonly tick: Row }
  | { readonly type: 'reply'; readonly id: string; readonly channel: string; readonly data: Row }
  | { readonly type: 'subscribed' | 'unsubscribed'; readonly id: string; readonly channel: string }
  | { readonly type: 'error'; readonly id: string; readonly code: string; readonly message: string }
  | { readonly type: 'junk' };

const JUNK = { type: 'junk' } as const;

/** The same integer goes back, unquoted, also when the reader kept numbers as text. Answered in kind whichever dialect a socket speaks: what /ws/trade sends nobody could confirm (6, 17). */
function pingOf(row: Row): PingFrame | null {
  const ping = text(row, 'ping');
  if (/^\d+$/.test(ping)) return { type: 'ping', pong: `{"pong":${ping}}` };
  if (row['action'] === 'ping') {
    const data = row['data'];
    const time = isRow(data) ? text(data, 'ts') : '';
    return {
      type: 'ping',
      pong: /^\d+$/.test(time) ? `{"action":"pong","data":{"ts":${time}}}` : '{"action":"pong","data":{}}',
    };
  }
  if (row['op'] === 'ping') return { type: 'ping', pong: JSON.stringify({ op: 'pong', ts: row['ts'] }) };
  return null;
}

export function privateFrame(value: unknown): PrivateFrame {
  if (!isRow(value)) return JUNK;
  if (value['action'] === 'push') {
    const data = value['data'];
    return isRow(data) ? { type: 'push', channel: text(value, 'ch'), data } : JUNK;
  }
  const ping = pingOf(value);
  if (ping !== null) return ping;
  const code = text(value, 'code');
  if (code === '') {
    // The documentation's clearing sample has no `action` (8.4).
    const data = value['data'];
    return isRow(data) && text(value, 'ch') !== '' ? { type: 'push', channel: text(value, 'ch'), data } : JUNK;
  }
  return {
    type: 'answer',
    action: text(value, 'action'),
    channel: text(value, 'ch'),
    code,
    message: text(value, 'message'),
  };
}

export function tradeFrame(value: unknown): TradeFrame {
  if (!isRow(value)) return JUNK;
  const cid = text(value, 'cid');
  if (cid !== '') {
    const envelope = envelopeOf(value);
    return envelope === null ? JUNK : { type: 'reply', cid, envelope };
  }
  const frame = privateFrame(value);
  return frame.type === 'push' ? JUNK : frame;
}

export function marketFrame(value: unknown): MarketFrame {
  if (!isRow(value)) return JUNK;
  const ping = pingOf(value);
  if (ping !== null) return ping;
  const id = text(value, 'id');
  if (value['status'] === 'error')
    return { type: 'error', id, code: text(value, 'err-code'), message: text(value, 'err-msg') };
  const subscribed = text(value, 'subbed');
  if (subscribed !== '') return { type: 'subscribed', id, channel: subscribed };
  const unsubscribed = text(value, 'unsubbed');
  if (unsubscribed !== '') return { type: 'unsubscribed', id, channel: unsubscribed };
  const replied = text(value, 'rep');
  const data = value['data'];
  if (replied !== '') return isRow(data) ? { type: 'reply', id, channel: replied, data } : JUNK;
  const tick = value['tick'];
  return isRow(tick) ? { type: 'push', channel: text(value, 'ch'), time: integerOrNull(value, 'ts') ?? 0, tick } : JUNK;
}
