// The tables of the journal, and the opening of its file: what can be wrong with it is said with the file's name and the way out.
// What is written and read is sqlite-journal.ts's part.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The journal cannot be used. The message names the file and says what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

const VERSION = 2;
/** How long opening and closing wait for another program that holds the file, ms. */
const OPEN_PATIENCE_MS = 2_000;
/** How long a write may stand still for another process, ms: longer ones are tried again with the next group. */
const WRITE_PATIENCE_MS = 20;

const TABLES = `
CREATE TABLE IF NOT EXISTS scopes (
  id INTEGER PRIMARY KEY, platform TEXT NOT NULL, venue TEXT NOT NULL DEFAULT '', account TEXT NOT NULL, symbol TEXT NOT NULL,
  strategy TEXT NOT NULL, proven_at INTEGER, UNIQUE (platform, venue, account, symbol, strategy)
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
  id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, key TEXT NOT NULL, client_order_id TEXT, order_id TEXT, intent TEXT,
  adopted INTEGER NOT NULL DEFAULT 0, status TEXT, at INTEGER NOT NULL,
  UNIQUE (scope, key)
) STRICT;
CREATE INDEX IF NOT EXISTS unfinished ON orders (scope) WHERE status IS NULL;
CREATE INDEX IF NOT EXISTS by_time ON orders (at);
CREATE INDEX IF NOT EXISTS by_client_id ON orders (scope, client_order_id) WHERE status IS NOT NULL;
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY, "order" INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS by_order ON events ("order");
CREATE TABLE IF NOT EXISTS told (
  "order" INTEGER NOT NULL, trade_id TEXT NOT NULL, PRIMARY KEY ("order", trade_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
`;

/** Version 1 knew no venues. What it holds is read as live: what is told of real orders must not be forgotten. */
const FROM_VERSION_1 = `
ALTER TABLE scopes RENAME TO scopes_1;
${TABLES}
INSERT INTO scopes (id, platform, account, symbol, strategy, proven_at)
  SELECT id, platform, account, symbol, strategy, proven_at FROM scopes_1;
DROP TABLE scopes_1;
`;

/** SQLite's primary result code of an error, or null when it is none of SQLite's. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

export const BUSY: ReadonlySet<number> = new Set([5, 6]);
const CORRUPT: ReadonlySet<number> = new Set([11, 26]);

export function explain(file: string, error: unknown): JournalError {
  const code = sqliteCode(error);
  const why = error instanceof Error ? error.message : String(error);
  const other = 'or set "journal" in the configuration to another file ("memory" for none)';
  if (code !== null && CORRUPT.has(code)) {
    return new JournalError(
      `the journal ${file} is damaged (${why}). Move it away, e.g. mv "${file}" "${file}.damaged", and start again; ` +
        'no order is lost by that, the exchange is the truth',
      { cause: error },
    );
  }
  if (code !== null && BUSY.has(code)) {
    return new JournalError(`the journal ${file} is locked by another program. End that program, ${other}`, {
      cause: error,
    });
  }
  return new JournalError(`the journal ${file} cannot be used (${why}). Check the path and its permissions, ${other}`, {
    cause: error,
  });
}

/** From now on a write waits for another program as long as opening does. */
export function beginWaiting(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${OPEN_PATIENCE_MS}`);
}

/** @throws JournalError */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: OPEN_PATIENCE_MS });
    // Survives the death of the process; a power cut may cost the last moments, and the exchange still knows.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;');
    // Two processes may find the same old file.
    database.exec('BEGIN IMMEDIATE');
    const row = database.prepare('PRAGMA user_version').get();
    const version = row === undefined ? 0 : Number(row['user_version']);
    if (version > VERSION)
      throw new JournalError(
        `the journal ${file} was written by a newer version of this program; update, or use another file`,
      );
    database.exec(`${version === 1 ? FROM_VERSION_1 : TABLES} PRAGMA user_version = ${VERSION}; COMMIT;`);
    database.exec(`PRAGMA busy_timeout = ${WRITE_PATIENCE_MS}`);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof JournalError ? error : explain(file, error);
  }
}
