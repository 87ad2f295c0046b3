// What the process must know of everything that trades in it, to stop it cleanly or to let a supervisor clean up after it.
// A Trade enrols here when it is made and leaves when it is closed; shutdown.ts and lease.ts are the readers.

import type { Platform } from '../domain/platform.ts';
import type { Secret } from '../domain/secret.ts';
import type { RevokeReceipt, UnfinishedOrders } from '../domain/unfinished-orders.ts';

/** All that somebody else needs to revoke the orders of a strategy that is dead. */
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

export interface Participant {
  readonly place: TradingPlace;
  /** From now on no order can be placed: `createOrder` answers kind `closed`. Revoking still works. */
  closeGate(): void;
  /** Resolves when no request is in flight and no order in doubt; never rejects. */
  settle(): Promise<void>;
  /** Orders that are believed unfinished right now: order ids, or client order ids where the exchange's is not known yet. */
  unfinished(): readonly string[];
  /** Revokes as the policy for `stop` says and asks the exchange until it says none is left; never rejects. */
  revokeAtStop(): Promise<RevokeReceipt>;
  /** Closes streams and connections. Touches no order. */
  close(): Promise<void>;
}

/** Hears of every participant: the ones already there when it starts to listen, and each new one. */
export type EnrolmentListener = (participant: Participant) => void;

export class Enrolment {
  private readonly members = new Set<Participant>();
  private readonly listeners = new Set<EnrolmentListener>();

  /** Returns the way to leave. */
  add(participant: Participant): () => void {
    this.members.add(participant);
    for (const listener of this.listeners) listener(participant);
    return () => {
      this.members.delete(participant);
    };
  }

  get all(): readonly Participant[] {
    return [...this.members];
  }

  listen(listener: EnrolmentListener): () => void {
    this.listeners.add(listener);
    for (const member of this.members) listener(member);
    return () => {
      this.listeners.delete(listener);
    };
  }
}

/** Everything that trades in this process. */
export const participants = new Enrolment();
