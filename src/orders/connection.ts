// The connector of an account together with the instrument it is used for: what every request needs. There is none until the instrument is known.

import type { Instrument } from '../domain/instrument.ts';
import type { ExchangeAccount } from '../exchanges/exchange.ts';
import type { Clock } from '../seam/clock.ts';

export interface Connection {
  readonly account: ExchangeAccount;
  readonly instrument: Instrument;
}

/** Holds the connection, and those who wait for it. */
export class ConnectionHolder {
  private readonly clock: Clock;
  private connection: Connection | null = null;
  private waiters: (() => void)[] = [];
  private final = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get current(): Connection | null {
    return this.connection;
  }

  set(connection: Connection): void {
    this.connection = connection;
    this.release();
  }

  /** It will not change any more: nobody need wait. */
  finish(): void {
    this.final = true;
    this.release();
  }

  /** Resolves with the connection as soon as there is one, or with null when there will be none, or after `patienceMs`. */
  async wait(patienceMs: number): Promise<Connection | null> {
    if (this.connection === null && !this.final) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.after(patienceMs, resolve);
        this.waiters.push(() => {
          timer.cancel();
          resolve();
        });
      });
    }
    return this.connection;
  }

  private release(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
