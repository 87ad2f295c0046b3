// Balances of the spot account as absolute amounts, joined from REST rows and pushes by their sequence numbers (htx.md 4.2, 8.5).
// REST lists thousands of empty currencies: those are left out unless they were held before.

import { Decimal } from '../../domain/decimal.ts';
import type { Asset, Assets } from '../../domain/order.ts';
import { decimalOrNull } from './decode.ts';
import { integerOrNull, rowsOf, text, type Row } from './frames.ts';

interface Holding {
  readonly free: Decimal | null;
  readonly total: Decimal | null;
  readonly sequence: number;
}

const UNKNOWN: Holding = { free: null, total: null, sequence: -1 };

function least(known: Decimal | null, limit: Decimal | null): Decimal | null {
  return known === null || limit === null || known.lte(limit) ? known : limit;
}

function most(known: Decimal | null, limit: Decimal | null): Decimal | null {
  return known === null || limit === null || known.gte(limit) ? known : limit;
}

/** What is known is newer; of what was never told the older will do. */
function completed({ free, total, sequence }: Holding, olderFree: Decimal, olderTotal: Decimal): Holding {
  return { free: free ?? least(olderFree, total), total: total ?? most(olderTotal, free), sequence };
}

function assetOf({ free, total }: Holding): Asset | null {
  if (free === null || total === null) return null;
  return { free: free.toString(), locked: total.sub(free).toString(), total: total.toString() };
}

export class Balances {
  readonly #held = new Map<string, Holding>();

  /** `data.list` of the balance endpoint: a `trade` and a `frozen` row for each currency. Returns every holding that is, or was, not empty. */
  snapshot(list: unknown): Assets {
    const free = new Map<string, Decimal>();
    const frozen = new Map<string, Decimal>();
    const sequences = new Map<string, number>();
    for (const row of rowsOf(list)) {
      const currency = text(row, 'currency').toUpperCase();
      const amount = decimalOrNull(row, 'balance');
      const type = text(row, 'type');
      if (currency === '' || amount === null) continue;
      if (type === 'trade') free.set(currency, amount);
      else if (type === 'frozen') frozen.set(currency, amount);
      else continue;
      sequences.set(currency, Math.max(sequences.get(currency) ?? -1, integerOrNull(row, 'seq-num') ?? -1));
    }
    const assets: Record<string, Asset> = {};
    for (const [currency, sequence] of sequences) {
      const known = this.#held.get(currency);
      const amount = free.get(currency) ?? Decimal.ZERO;
      const total = amount.add(frozen.get(currency) ?? Decimal.ZERO);
      if (known === undefined && total.isZero()) continue;
      // A push that overtook this answer knows better.
      const holding =
        known !== undefined && sequence < known.sequence
          ? completed(known, amount, total)
          : { free: amount, total, sequence };
      this.#held.set(currency, holding);
      const asset = assetOf(holding);
      if (asset !== null) assets[currency] = asset;
    }
    return assets;
  }

  /**
   * `data` of an accounts.update push: absolute amounts, of which either may be missing (8.5). Null when it is older than what is known,
   * is not about tradable balances, or does not tell enough.
   */
  push(row: Row): Assets | null {
    const currency = text(row, 'currency').toUpperCase();
    const type = text(row, 'accountType');
    if (currency === '' || (type !== '' && type !== 'trade')) return null;
    const known = this.#held.get(currency) ?? UNKNOWN;
    const sequence = integerOrNull(row, 'seqNum') ?? known.sequence;
    if (sequence < known.sequence) return null;
    const available = decimalOrNull(row, 'available');
    const balance = decimalOrNull(row, 'balance');
    // What is left out is as it was, as far as that can be: never is more free than there is.
    const holding = {
      free: available ?? least(known.free, balance),
      total: balance ?? most(known.total, available),
      sequence,
    };
    this.#held.set(currency, holding);
    const asset = assetOf(holding);
    return asset === null ? null : { [currency]: asset };
  }
}
