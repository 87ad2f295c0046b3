// Which journal the configuration asks for: a file, by default under the user's data folder, or memory only.
// What a journal keeps and how is the business of orders/journal.ts and storage/.

import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { TradingPlace } from '../../domain/live-trade.ts';
import type { OrderReport } from '../../domain/order-report.ts';
import type { RevokeReceipt } from '../../domain/unfinished-orders.ts';
import { exchangeOf } from '../../exchanges/index.ts';
import type { Journal, JournalPlace, JournalScope, RememberedOrder } from '../../orders/journal.ts';
import { MemoryJournal } from '../../orders/memory-journal.ts';
import { JournalError } from '../../storage/journal-schema.ts';
import { SqliteJournal, type SqliteJournalOptions } from '../../storage/sqlite-journal.ts';
import { ConfigError } from '../config-problems.ts';
import { logger } from '../logger.ts';
import { realClock } from '../real-clock.ts';

/** `$XDG_DATA_HOME/aioquant/journal.sqlite`, as is the custom. */
function defaultJournalFile(): string {
  const given = process.env['XDG_DATA_HOME'] ?? '';
  // By its specification an empty or relative one counts as not set: the journal would be another one in each folder.
  const base = isAbsolute(given) ? given : join(homedir(), '.local', 'share');
  return join(base, 'aioquant', 'journal.sqlite');
}

/** @param setting the configuration's `journal` where it is not `memory` */
export function journalFile(setting: string | undefined): string {
  return setting ?? defaultJournalFile();
}

/** Where one cannot even look, there may be one: opening it says what is wrong. */
export function isMissing(journal: string): boolean {
  try {
    return statSync(journal, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/**
 * @param setting the configuration's `journal`: a path, or `memory` for none on disk
 * @throws ConfigError when the file cannot be used
 */
export function openJournal(
  setting: string | undefined,
  options: Pick<SqliteJournalOptions, 'gathersIntents'> = {},
): Journal {
  return setting === 'memory' ? new MemoryJournal() : openFile(setting, options);
}

function openFile(
  setting: string | undefined,
  options: Pick<SqliteJournalOptions, 'gathersIntents'> = {},
): SqliteJournal {
  try {
    return new SqliteJournal({ ...options, file: journalFile(setting), clock: realClock, log: logger });
  } catch (error) {
    if (error instanceof JournalError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

/**
 * Writes receipts of revokes that no Trade made (by command, or after a crash) where the strategies' own are.
 * Orders come first: a journal that cannot be written is logged, and nothing else.
 */
export function keepReceipts(setting: string | undefined, receipts: readonly RevokeReceipt[]): Promise<void> {
  if (receipts.length === 0) return Promise.resolve();
  return write(setting, (journal) => {
    for (const receipt of receipts) {
      const { platform, account, symbol } = receipt;
      journal.open({ platform, venue: '', account, symbol, strategy: '' }).receipt(receipt);
    }
  });
}

/** What the journal files the orders of a Trade under. */
export function scopeOf({
  platform,
  account,
  symbol,
  strategy,
  endpoints,
}: Pick<TradingPlace, 'platform' | 'account' | 'symbol' | 'strategy' | 'endpoints'>): JournalScope {
  return { platform, venue: exchangeOf(platform).venue(endpoints), account, symbol, strategy };
}

/**
 * Writes what the exchange still listed of a dead strategy's orders, for its next start: an order whose reply the process did not live
 * to write down is known by its client id only, and that may lead nowhere once the order is canceled (binance.md A8.1).
 */
export function keepListed(
  setting: string | undefined,
  place: TradingPlace,
  listed: readonly OrderReport[],
): Promise<void> {
  if (listed.length === 0) return Promise.resolve();
  return write(setting, (journal) => {
    const scope = journal.open(scopeOf(place));
    const byClientId = new Map(listed.map((report) => [report.clientOrderId, report]));
    for (const { key, intent } of scope.load()) {
      const report = intent === null ? undefined : byClientId.get(intent.clientOrderId);
      if (report !== undefined) scope.report(key, report, realClock.now());
    }
  });
}

/**
 * The unfinished orders that the journal knows, for each scope. Null when there is none, or it cannot tell all of them: that is logged, and
 * nothing else.
 */
export async function readRemembered(
  setting: string | undefined,
  scopes: readonly JournalScope[],
): Promise<readonly (readonly RememberedOrder[])[] | null> {
  return ask(setting, (journal) => {
    const remembered = scopes.map((scope) => journal.open(scope).load());
    return journal.isUnreadable ? null : remembered;
  });
}

/** Where the journal knows unfinished orders, whichever strategy's. Null as above. */
export function readUnfinishedPlaces(setting: string | undefined): Promise<readonly JournalPlace[] | null> {
  return ask(setting, (journal) => journal.unfinishedPlaces());
}

/** What to do about a file is in the message; where that was worded, three causes deep, helps nobody at a terminal. */
function complain(what: string, error: unknown): void {
  if (error instanceof ConfigError) logger.warn(`${what}: ${error.message}`);
  else logger.warn(what, { err: error });
}

async function ask<T>(setting: string | undefined, question: (journal: SqliteJournal) => T): Promise<T | null> {
  if (setting === 'memory' || isMissing(journalFile(setting))) return null;
  try {
    const journal = openFile(setting);
    try {
      return question(journal);
    } finally {
      await journal.close();
    }
  } catch (error) {
    complain('the journal could not be asked for unfinished orders', error);
    return null;
  }
}

async function write(setting: string | undefined, entries: (journal: Journal) => void): Promise<void> {
  if (setting === 'memory') return;
  try {
    const journal = openJournal(setting);
    try {
      entries(journal);
    } finally {
      await journal.close();
    }
  } catch (error) {
    complain('this revoke could not be journaled', error);
  }
}
