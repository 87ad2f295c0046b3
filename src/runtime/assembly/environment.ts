// The real world for a Trade: sockets, clock, chance, log, journal and the exchanges. Assembled when the first Trade is made.
// Simulations and tests pass an environment of their own.

import { exchangeOf } from '../../exchanges/index.ts';
import { AccountSessions } from '../../orders/account-sessions.ts';
import type { TradeEnvironment } from '../../orders/environment.ts';
import { createRateBudgets } from '../../wire/rate-budget.ts';
import { realTransport } from '../../wire/transport-real.ts';
import { config } from '../config.ts';
import { logger } from '../logger.ts';
import { participants } from '../participant.ts';
import { systemRandom } from '../random.ts';
import { realClock } from '../real-clock.ts';
import { openJournal } from './journal.ts';

let current: TradeEnvironment | null = null;

/** The environment of this process: one set of connections, budgets and one journal for all its Trades. */
export function defaultEnvironment(): TradeEnvironment {
  current ??= {
    transport: realTransport(realClock),
    clock: realClock,
    random: systemRandom,
    log: logger,
    budgets: createRateBudgets(),
    journal: openJournal(config.journal),
    sessions: new AccountSessions(),
    exchange: exchangeOf,
    trades: participants,
  };
  return current;
}

/** Resolves when what was journaled so far is written. */
export async function flushJournal(): Promise<void> {
  await current?.journal.flush();
}

/** Writes the journal out and lets go of connections. Does nothing when no Trade was ever made. */
export async function closeDefaultEnvironment(): Promise<void> {
  if (current === null) return;
  const { journal, transport } = current;
  current = null;
  await journal.flush();
  await journal.close();
  await transport.close();
}
