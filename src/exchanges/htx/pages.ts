// Lists that come in pages: all pages, or an error, never a part (htx.md 5.12, 5.16).

import { fail, ok, type Result } from '../../domain/errors.ts';
import { HTX } from '../../domain/platform.ts';
import { pagesStuck } from '../../wire/errors.ts';
import { text, type Row } from './frames.ts';
import { PAGE_SIZE } from './limits.ts';

/**
 * Every page, newest first, each row once: whether `from` is inclusive is undocumented (5.12).
 * A short page is the last; a full one that brings nothing new would be asked for again for ever, and is an error.
 */
export async function everyPage(
  key: string,
  page: (from: string | null) => Promise<Result<readonly Row[]>>,
): Promise<Result<readonly Row[]>> {
  const byId = new Map<string, Row>();
  let from: string | null = null;
  for (;;) {
    const [rows, error]: Result<readonly Row[]> = await page(from);
    if (error !== null) return fail(error);
    const before = byId.size;
    for (const row of rows) byId.set(text(row, key), row);
    const last = rows.at(-1);
    if (rows.length < PAGE_SIZE || last === undefined) return ok([...byId.values()]);
    from = text(last, key);
    if (from === '' || byId.size === before) return fail(pagesStuck(HTX, `${key} ${from}`));
  }
}
