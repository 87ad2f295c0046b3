// Unified symbols and OKX instrument ids (okx.md 2). Spot: BTC/USDT is BTC-USDT; a swap BTC/USDT:USDT is BTC-USDT-SWAP.
// Whether an instrument exists, and its rules, come from the instrument list (instruments.ts).

import { parseSymbol } from '../../domain/symbol.ts';

/** Throws RangeError when the text is no symbol. */
export function toInstId(symbol: string): string {
  const { base, quote, settle } = parseSymbol(symbol);
  return settle === null ? `${base}-${quote}` : `${base}-${quote}-SWAP`;
}

const known = new Map<string, string | null>();
/** More distinct ids than OKX lists; a bound against a stream that invents them. */
const MOST_KNOWN = 20_000;

/** Unified symbol of a spot instrument id; null for swaps, futures, options and whatever else is not BASE-QUOTE. */
export function toSpotSymbol(instId: string): string | null {
  let symbol = known.get(instId);
  if (symbol === undefined) {
    const parts = instId.split('-');
    const [base, quote] = parts;
    symbol =
      parts.length === 2 && base !== undefined && quote !== undefined && base !== '' && quote !== ''
        ? `${base}/${quote}`
        : null;
    if (known.size < MOST_KNOWN) known.set(instId, symbol);
  }
  return symbol;
}
