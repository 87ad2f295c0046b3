// A Trade as others see it who must stop it, or clean up after it: where it trades, and what may be asked of it.
// A Trade describes itself so (trade.ts); the process (runtime/) reads it.

import type { Platform } from './platform.ts';
import type { Secret } from './secret.ts';
import type { RevokeReceipt, UnfinishedOrders } from './unfinished-orders.ts';

/** Where a Trade trades, with all that somebody else needs to revoke its orders if it is dead. */
export interface TradingPlace {
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
  readonly place: TradingPlace;
  /** From now on no order can be placed: `createOrder` answers kind `closed`. Revoking still works. */
  closeGate(): void;
  /** Resolves when no request is in flight and no order in doubt; never rejects. */
  settle(): Promise<void>;
  /** Orders that are believed unfinished: order ids, or client order ids where the exchange's is not known yet. */
  unfinished(): readonly string[];
  /**
   * Revokes as the policy for `stop` says and asks the exchange until it says none is left; never rejects.
   * @param timeLimitMs what is not done by then is not waited for: the receipt says what is left
   */
  revokeAtStop(timeLimitMs: number): Promise<RevokeReceipt>;
  /** Closes streams and connections. Touches no order. */
  close(): Promise<void>;
}
