// Hands events to the listeners in the order they happened, also when a listener itself makes the engine take another step.
// What an event means, and when a step is over, is core.ts's business.

import type { VenueEvent } from '../venue.ts';

/** An event before it got its number. */
export type Unnumbered<E> = E extends { readonly sequence: number } ? Omit<E, 'sequence'> : never;

export class EventQueue {
  private readonly listeners = new Set<(event: VenueEvent) => void>();
  private pending: VenueEvent[] = [];
  private sequence = 0;
  private dispatching = false;

  listen(listener: (event: VenueEvent) => void): () => void {
    // A wrapper of its own, so that one function registered twice is two listeners.
    const entry = (event: VenueEvent): void => listener(event);
    this.listeners.add(entry);
    return () => {
      this.listeners.delete(entry);
    };
  }

  push(event: Unnumbered<VenueEvent>): void {
    this.sequence++;
    if (this.listeners.size > 0) this.pending.push({ ...event, sequence: this.sequence });
  }

  /** Delivers what is pending. Called by a listener it returns at once: the outer call delivers the rest afterwards, in order. */
  dispatch(): void {
    if (this.dispatching) return;
    this.dispatching = true;
    try {
      while (this.pending.length > 0) {
        const batch = this.pending;
        this.pending = [];
        for (const event of batch) for (const listener of this.listeners) listener(event);
      }
    } finally {
      this.dispatching = false;
    }
  }
}
