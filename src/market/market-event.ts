// What a market's stream goes through, in the same words as a Trade's ConnectionEvent. Orders have no part in it, so a closed gap has no findings.

import type { TradeError } from '../domain/errors.ts';

interface Event {
  readonly stream: 'market';
  /** Our clock, ms. */
  readonly at: number;
}

export type MarketEvent =
  /** `reconnected`: the stream delivers again after a break of the connection; `gap-closed` follows. */
  | (Event & { readonly type: 'open' | 'reconnected' })
  /** The book is worthless from now on: `market.orderbook` is null. */
  | (Event & { readonly type: 'gap-opened'; readonly reason: string })
  /** The book was built anew from a snapshot. `openedAt`: when the gap began, our clock. */
  | (Event & { readonly type: 'gap-closed'; readonly openedAt: number })
  | (Event & {
      readonly type: 'reconnecting';
      readonly attempt: number;
      readonly retryInMs: number;
      readonly reason: string;
    })
  | (Event & { readonly type: 'close'; readonly code: number; readonly reason: string })
  | (Event & { readonly type: 'exception'; readonly error: TradeError });

/** Without what is the same for all, event by event. */
export type MarketEventWords<E = MarketEvent> = E extends MarketEvent ? Omit<E, 'stream' | 'at'> : never;
