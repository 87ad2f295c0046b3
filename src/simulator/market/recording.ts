// What a recorded market says, in neutral words, and what a decoder of one exchange's frames must offer.
// Reading files is recording-reader.ts's part, playing them replay.ts's; the frames themselves are known in each exchange's recording.ts.

import { Decimal } from '../../domain/decimal.ts';
import type { Level, Side } from '../venue.ts';

/** `time`: ms since the epoch on the recording's clock, fractional. */
export type RecordedEvent =
  /** Absolute quantities of levels, zero = gone. A snapshot names every level there is. `updateId` orders it against `top`; null when the exchange has none. */
  | {
      readonly kind: 'book';
      readonly time: number;
      readonly symbol: string;
      readonly snapshot: boolean;
      readonly bids: readonly Level[];
      readonly asks: readonly Level[];
      readonly updateId: number | null;
    }
  /** The best level of each side: nothing better exists. */
  | {
      readonly kind: 'top';
      readonly time: number;
      readonly symbol: string;
      readonly bid: Level;
      readonly ask: Level;
      readonly updateId: number;
    }
  | {
      readonly kind: 'trade';
      readonly time: number;
      readonly symbol: string;
      readonly price: Decimal;
      readonly quantity: Decimal;
      readonly takerSide: Side;
    };

export interface RecordingDecoder {
  /** Whether a file that begins with this line is of this decoder's kind. */
  accepts(firstLine: string): boolean;
  /** What one line says; nothing for lines that are not about books or trades. Throws on a line that is not of this kind at all. */
  decode(line: string): readonly RecordedEvent[];
}

/** A captured message of a `.jsonl` recording: `{t, dir, text | base64}`, `t` in seconds. Null for what did not come in. */
interface Captured {
  readonly time: number;
  readonly text: string | null;
  readonly base64: string | null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseCaptured(line: string): Captured | null {
  const entry: unknown = JSON.parse(line);
  if (!isRecord(entry) || entry['dir'] !== 'in' || typeof entry['t'] !== 'number') return null;
  const { text, base64 } = entry;
  return {
    time: entry['t'] * 1000,
    text: typeof text === 'string' ? text : null,
    base64: typeof base64 === 'string' ? base64 : null,
  };
}

/** The address a `.jsonl` recording connected to, from its first line; null when it is not such a line. */
export function openedUrl(firstLine: string): string | null {
  if (!firstLine.startsWith('{')) return null;
  let entry: unknown;
  try {
    entry = JSON.parse(firstLine);
  } catch {
    return null;
  }
  return isRecord(entry) && typeof entry['url'] === 'string' ? entry['url'] : null;
}

/** A number from a frame, without the trailing zeros that would only make arithmetic slower. */
export function amount(value: unknown): Decimal {
  if (typeof value === 'number') return Decimal.from(value);
  if (typeof value !== 'string') throw new Error(`not an amount: ${JSON.stringify(value)}`);
  return Decimal.from(value.includes('.') ? value.replace(/\.?0+$/, '') : value);
}

/** Levels given as arrays that begin with price and quantity. */
export function levels(value: unknown): Level[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw new Error(`not a level: ${JSON.stringify(entry)}`);
    return [amount(entry[0]), amount(entry[1])] as const;
  });
}

/** `BTCUSDT` to `BTC/USDT`, by the quote assets that were common when the recordings were made; null when none fits. */
export function splitSymbol(joined: string, quotes: readonly string[]): string | null {
  const upper = joined.toUpperCase();
  const quote = quotes.find((each) => upper.endsWith(each) && upper.length > each.length);
  return quote === undefined ? null : `${upper.slice(0, -quote.length)}/${quote}`;
}
