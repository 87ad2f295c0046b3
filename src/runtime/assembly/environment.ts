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
import type { AccessEnvironment } from './account-access.ts';
import { openJournal } from './journal.ts';

let access: AccessEnvironment | null = null;
let current: TradeEnvironment | null = null;

/** What it takes to reach accounts, for commands and the supervisor: no journal, no Trades. */
export function accessEnvironment(): AccessEnvironment {
  access ??= {
    transport: realTransport(realClock),
    clock: realClock,
    random: systemRandom,
    log: logger,
    budgets: createRateBudgets(),
    exchange: exchangeOf,
  };
  return access;
}

/** The environment of this process: one set of connections, budgets and one journal for all its Trades. */
export function defaultEnvironment(): TradeEnvironment {
  current ??= {
    ...accessEnvironment(),
    journal: openJournal(config.journal),
    sessions: new AccountSessions(),
    trades: participants,
  };
  return current;
}

/** Resolves when what was journaled so far is written. */
export async function flushJournal(): Promise<void> {
  await current?.journal.flush();
}

/** Writes the journal out and lets go of connections. Does nothing when nothing was ever opened. */
export async function closeDefaultEnvironment(): Promise<void> {
  const journal = current?.journal;
  const transport = access?.transport;
  current = null;
  access = null;
  await journal?.flush();
  await journal?.close();
  await transport?.close();
}
