// The real world for a Trade: sockets, clock, chance, log, journal and the exchanges. Assembled when the first Trade is made.
// Simulations and tests pass an environment of their own.

import { exchangeOf } from '../../exchanges/index.ts';
import type { MarketEnvironment } from '../../market.ts';
import { AccountSessions } from '../../orders/account-sessions.ts';
import type { TradeEnvironment } from '../../orders/environment.ts';
import { createRateBudgets } from '../../wire/rate-budget.ts';
import { Proxy } from '../../wire/proxy.ts';
import { realTransport } from '../../wire/transport-real.ts';
import { config, type Config } from '../config.ts';
import { logger } from '../logger.ts';
import { participants } from '../participant.ts';
import { systemRandom } from '../random.ts';
import { realClock } from '../real-clock.ts';
import type { AccessEnvironment } from './account-access.ts';
import { openJournal } from './journal.ts';

let access: AccessEnvironment | null = null;
let current: TradeEnvironment | null = null;
const markets = new Set<{ close(): Promise<void> }>();

/**
 * What it takes to reach accounts, for commands and the supervisor: no journal, no Trades. Made at the first call.
 * @param settings the configuration in force
 */
export function accessEnvironment({ proxy }: Pick<Config, 'proxy'> = config): AccessEnvironment {
  access ??= {
    transport: realTransport(realClock, {
      onLeaving: () => current?.journal.writeIntents(),
      proxy: proxy === undefined ? null : new Proxy(proxy),
    }),
    clock: realClock,
    random: systemRandom,
    log: logger,
    budgets: createRateBudgets(),
    exchange: exchangeOf,
  };
  return access;
}

/** What a Market stands on: connections and budgets shared with the Trades of the process, no journal. */
export function marketEnvironment(): MarketEnvironment {
  return {
    ...accessEnvironment(),
    markets: {
      add(market) {
        markets.add(market);
        return () => void markets.delete(market);
      },
    },
  };
}

/** The environment of this process: one set of connections, budgets and one journal for all its Trades. */
export function defaultEnvironment(): TradeEnvironment {
  current ??= {
    ...accessEnvironment(),
    journal: openJournal(config.journal, { gathersIntents: true }),
    sessions: new AccountSessions(),
    trades: participants,
  };
  return current;
}

/** Resolves when what was journaled so far is written. */
export async function flushJournal(): Promise<void> {
  await current?.journal.flush();
}

/** Closes markets, writes the journal out and lets go of connections. Does nothing when nothing was ever opened. */
export async function closeDefaultEnvironment(): Promise<void> {
  await Promise.all([...markets].map((market) => market.close()));
  const journal = current?.journal;
  const transport = access?.transport;
  current = null;
  access = null;
  await journal?.flush();
  await journal?.close();
  await transport?.close();
}
