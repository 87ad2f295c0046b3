// What a Trade stands on: the seams, the journal, the exchanges and the accounts shared by all Trades of the process.
// The real one is assembled in runtime/assembly; simulations and tests bring their own.

import type { LiveTrade } from '../domain/live-trade.ts';
import type { Platform } from '../domain/platform.ts';
import type { Exchange, ExchangeEnvironment } from '../exchanges/exchange.ts';
import type { AccountSessions } from './account-sessions.ts';
import type { Journal } from './journal.ts';

/** Keeps the list of what trades in this process. */
interface LiveTrades {
  /** Returns the way to leave. */
  add(trade: LiveTrade): () => void;
}

export interface TradeEnvironment extends ExchangeEnvironment {
  readonly journal: Journal;
  readonly sessions: AccountSessions;
  /** Throws RangeError for a platform it does not know. */
  exchange(platform: Platform): Exchange;
  /** Absent: nobody wants to know. */
  readonly trades?: LiveTrades;
}
