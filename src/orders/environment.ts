// What a Trade stands on: the seams, the journal, the exchanges and the accounts shared by all Trades of the process.
// The real one is assembled in runtime/assembly; simulations and tests bring their own.

import type { Platform } from '../domain/platform.ts';
import type { Secret } from '../domain/secret.ts';
import type { RevokeReceipt, UnfinishedOrders } from '../domain/unfinished-orders.ts';
import type { Exchange, ExchangeEnvironment } from '../exchanges/exchange.ts';
import type { AccountSessions } from './account-sessions.ts';
import type { Journal } from './journal.ts';

/** Where a Trade trades, with all that somebody else needs to revoke its orders if it dies. */
export interface LivePlace {
  readonly strategy: string;
  readonly platform: Platform;
  readonly account: string;
  readonly symbol: string;
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly passphrase: Secret | null;
  /** The full set of URLs. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly unfinishedOrders: UnfinishedOrders;
}

/** A Trade as the process sees it, to stop it cleanly. */
export interface LiveTrade {
  readonly place: LivePlace;
  /** From now on no order can be placed: `createOrder` answers kind `closed`. Revoking still works. */
  closeGate(): void;
  /** Resolves when no request is in flight and no order in doubt; never rejects. */
  settle(): Promise<void>;
  /** Orders that are believed unfinished: order ids, or client order ids where the exchange's is not known yet. */
  unfinished(): readonly string[];
  /** Revokes as the policy for `stop` says and asks the exchange until it says none is left; never rejects. */
  revokeAtStop(): Promise<RevokeReceipt>;
  /** Closes streams and connections. Touches no order. */
  close(): Promise<void>;
}

/** Keeps the list of what trades in this process. */
export interface LiveTrades {
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
