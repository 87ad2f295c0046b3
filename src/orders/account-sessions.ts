// The accounts this process is connected to: one session for all Trades that reach an account in the same way - same key, secret, URLs and
// timings. What a session does is account-session.ts's part.

import type { Secret } from '../domain/secret.ts';
import type { AccountConfig, Exchange, ExchangeEnvironment } from '../exchanges/exchange.ts';
import { AccountSession } from './account-session.ts';

interface Entry {
  readonly session: AccountSession;
  readonly way: string;
  readonly config: AccountConfig;
  users: number;
}

/** All but the secrets. */
function wayOf(exchange: Exchange, { accessKey, endpoints, timings }: AccountConfig): string {
  return JSON.stringify([exchange.platform, accessKey, endpoints, timings]);
}

function isSame(one: Secret | null, other: Secret | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

export class AccountSessions {
  /** Out of sight of whoever prints this: they hold the accounts' keys. */
  readonly #entries = new Set<Entry>();

  /** Every call must be paired with one `release` of the session it returned. */
  acquire(exchange: Exchange, config: AccountConfig, environment: ExchangeEnvironment): AccountSession {
    const way = wayOf(exchange, config);
    for (const entry of this.#entries) {
      // A session that failed for good is of no use to a Trade that comes later: the key may have been enabled meanwhile.
      if (entry.way !== way || entry.session.hasFailed) continue;
      // A wrong secret must neither pass for the right one nor spoil it.
      if (!isSame(entry.config.secretKey, config.secretKey)) continue;
      if (!isSame(entry.config.passphrase, config.passphrase)) continue;
      entry.users++;
      return entry.session;
    }
    const session = new AccountSession(exchange, config, environment);
    this.#entries.add({ session, way, config, users: 1 });
    return session;
  }

  /** The last one to leave closes the connections. */
  async release(session: AccountSession): Promise<void> {
    for (const entry of this.#entries) {
      if (entry.session !== session) continue;
      entry.users--;
      if (entry.users > 0) return;
      this.#entries.delete(entry);
      await session.close();
    }
  }
}
