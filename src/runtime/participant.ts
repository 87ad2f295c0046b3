// What the process must know of everything that trades in it, to stop it cleanly or to let a supervisor clean up after it.
// A Trade enrols here when it is made and leaves when it is closed; shutdown.ts and lease.ts are the readers.

import type { LiveTrade } from '../domain/live-trade.ts';

/** Hears of every participant: the ones already there when it starts to listen, and each new one. */
type EnrolmentListener = (participant: LiveTrade) => void;

export class Enrolment {
  private readonly members = new Set<LiveTrade>();
  private readonly listeners = new Set<EnrolmentListener>();

  /** Returns the way to leave. */
  add(participant: LiveTrade): () => void {
    this.members.add(participant);
    for (const listener of this.listeners) listener(participant);
    return () => {
      this.members.delete(participant);
    };
  }

  get all(): readonly LiveTrade[] {
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
