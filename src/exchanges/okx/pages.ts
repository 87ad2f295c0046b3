// Lists that come in pages of 100: all pages, or an error, never a part (okx.md 9.3, 9.5; AIOQuant saw only the first page).
// The set may change between two pages; the cursor is an id, so nothing is skipped, and doubles are dropped by id.

import { fail, ok, type Result } from '../../domain/errors.ts';
import { OKX } from '../../domain/platform.ts';
import { pagesStuck } from '../../wire/errors.ts';
import { text, type Row } from './frames.ts';
import { PAGE_SIZE } from './limits.ts';
import type { Rows } from './rest.ts';

export interface Paging {
  /** The page of rows older than the row with this id; undefined: the newest. */
  readonly fetch: (after: string | undefined) => Promise<Rows>;
  /** The rows' id by which the pages run: ordId for orders, billId for fills. */
  readonly cursor: 'ordId' | 'billId';
  /** True for a row behind which nothing of interest comes (rows run from new to old). */
  readonly isPast?: (row: Row) => boolean;
}

export async function everyPage({ fetch, cursor, isPast }: Paging): Promise<Result<readonly Row[]>> {
  const found = new Map<string, Row>();
  let after: string | undefined;
  for (;;) {
    const [rows, error] = await fetch(after);
    if (error !== null) return fail(error);
    let known = 0;
    for (const row of rows) {
      const id = text(row, cursor);
      if (found.has(id)) known++;
      else found.set(id, row);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_SIZE || isPast?.(last) === true) return ok([...found.values()]);
    after = text(last, cursor);
    if (after === '' || known === rows.length) return fail(pagesStuck(OKX, `${cursor} ${after}`));
  }
}
