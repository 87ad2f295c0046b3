// What can be set on a simulated OKX, and what stands when nothing is: the exchange as its documentation describes it.
// Accounts, instruments and fees belong to the venue; this is only what the wire adds.

import { Decimal } from '../../domain/decimal.ts';

/** `acctLv`: 1 spot, 2 futures, 3 multi-currency margin, 4 portfolio margin (okx.md 5.2). */
export type AccountLevel = 1 | 2 | 3 | 4;

/** `state` (okx.md 2.1) decides whether orders are taken; `code` is the instIdCode, null for a listing so new that it has none. */
export interface InstrumentNow {
  readonly state?: string;
  readonly code?: number | null;
}

/** One frame of a `books` channel on its way out: to one subscriber when it is a snapshot, to all of them when it is an update. */
export interface BookFrame {
  readonly symbol: string;
  readonly action: 'snapshot' | 'update';
}
/** `lost`: it never leaves. `reset`: the numbering begins anew with it, as after maintenance (okx.md 13.2). */
export type BookFault = 'lost' | 'reset';

export interface OkxOptions {
  /** One level for all accounts, or a level for each uid. Default 1. */
  readonly accountLevel?: AccountLevel | ((uid: number) => AccountLevel);
  /** `true`: only requests with the demo header are accepted; `false`: only those without (50101 otherwise). Default: both. */
  readonly demo?: boolean | null;
  /** Whether rate limits are enforced. Default true. */
  readonly limits?: boolean;
  /** A connection on which nothing was sent for so long is closed with 4004. Default 30 s. */
  readonly idleMs?: number;
  /** Protocol-level pings to every client, so often; they do not count as anything (okx.md 4.1). Null = none (the default). */
  readonly protocolPingMs?: number | null;
  /** Between notice 64008 and the close. Default 60 s. */
  readonly noticeMs?: number;
  /** How an instrument stands where it is not `live` under the venue's code. Asked whenever it matters: it may change at any time. */
  readonly instrumentNow?: (symbol: string) => InstrumentNow;
  /** What happens to each frame of the `books` channels; null: nothing. */
  readonly bookFault?: (frame: BookFrame) => BookFault | null;
  /** Half-width of the price limit around the last price, e.g. '0.05'; null = no limit (the default). */
  readonly priceBand?: string | null;
  /** How many minutes of candles there are before the first trade, so that a chart finds something to draw. Default 600. */
  readonly inventedMinutes?: number;
}

export interface Settings {
  levelOf(uid: number): AccountLevel;
  readonly demo: boolean | null;
  readonly limits: boolean;
  readonly idleMs: number;
  readonly protocolPingMs: number | null;
  readonly noticeMs: number;
  instrumentNow(symbol: string): InstrumentNow;
  bookFault(frame: BookFrame): BookFault | null;
  readonly priceBand: Decimal | null;
  readonly inventedMinutes: number;
}

export function settingsFrom(options: OkxOptions): Settings {
  const { accountLevel = 1, priceBand = null } = options;
  return {
    levelOf: typeof accountLevel === 'function' ? accountLevel : () => accountLevel,
    demo: options.demo ?? null,
    limits: options.limits ?? true,
    idleMs: options.idleMs ?? 30_000,
    protocolPingMs: options.protocolPingMs ?? null,
    noticeMs: options.noticeMs ?? 60_000,
    instrumentNow: options.instrumentNow ?? (() => ({})),
    bookFault: options.bookFault ?? (() => null),
    priceBand: priceBand === null ? null : Decimal.from(priceBand),
    inventedMinutes: options.inventedMinutes ?? 600,
  };
}
