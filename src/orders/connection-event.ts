// What a connection goes through, in words people know, and the record of a gap: its beginning, its end, what was found.

import type { TradeError } from '../domain/errors.ts';

/** What came to light when a gap was closed. Order ids, or client order ids where the exchange's is not known. */
export interface GapFindings {
  /** Orders that ended meanwhile. */
  readonly ended: readonly string[];
  /** Orders that were filled, wholly or in part, meanwhile. */
  readonly filled: readonly string[];
  /** Orders whose fate the exchange has not told yet; they are still being asked for. */
  readonly unknown: readonly string[];
}

interface Event {
  readonly stream: 'private' | 'market';
  /** Our clock, ms. */
  readonly at: number;
}

export type ConnectionEvent =
  | (Event & { readonly type: 'open' | 'authenticated' | 'reconnected' })
  /** The stream may have missed something from now on. */
  | (Event & { readonly type: 'gap-opened'; readonly reason: string })
  /** The view was proven equal to the exchange's again. `openedAt`: when the gap began, our clock. */
  | (Event & { readonly type: 'gap-closed'; readonly openedAt: number } & GapFindings)
  | (Event & {
      readonly type: 'reconnecting';
      readonly attempt: number;
      readonly retryInMs: number;
      readonly reason: string;
    })
  | (Event & { readonly type: 'close'; readonly code: number; readonly reason: string })
  | (Event & { readonly type: 'exception'; readonly error: TradeError });
