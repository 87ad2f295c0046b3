// The accounts this process is connected to: one session per platform, key and endpoints, shared by all Trades that use it.
// What a session does is account-session.ts's part.

import type { AccountConfig, Exchange, ExchangeEnvironment } from '../exchanges/exchange.ts';
import { AccountSession } from './account-session.ts';

export class AccountSessions {
  private readonly sessions = new Map<string, { session: AccountSession; users: number }>();

  /** Every call must be paired with one `release` of the session it returned. */
  acquire(exchange: Exchange, config: AccountConfig, environment: ExchangeEnvironment): AccountSession {
    const key = JSON.stringify([exchange.platform, config.accessKey, config.endpoints]);
    let entry = this.sessions.get(key);
    // A session that failed for good is of no use to a Trade that comes later: the key may have been enabled meanwhile.
    if (entry === undefined || entry.session.hasFailed) {
      entry = { session: new AccountSession(exchange, config, environment), users: 0 };
      this.sessions.set(key, entry);
    }
    entry.users++;
    return entry.session;
  }

  /** The last one to leave closes the connections. */
  async release(session: AccountSession): Promise<void> {
    for (const [key, entry] of this.sessions) {
      if (entry.session !== session) continue;
      entry.users--;
      if (entry.users > 0) return;
      this.sessions.delete(key);
    }
    if (!session.hasMembers) await session.close();
  }
}
