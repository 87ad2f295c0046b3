// Unified symbols and HTX's own names (htx.md 3): BTC/USDT is btcusdt. A raw name cannot be split by rule - quotes vary -
// so the way back needs the reference data; this table learns it from there.

import { parseSymbol } from '../../domain/symbol.ts';

/** Throws RangeError when the text is no symbol, or is not one of the spot market. */
export function toRawSymbol(symbol: string): string {
  const { base, quote, settle } = parseSymbol(symbol);
  if (settle !== null) throw new RangeError(`symbol: this connector trades HTX spot, not swaps such as ${symbol}`);
  return `${base}${quote}`.toLowerCase();
}

export class SymbolTable {
  readonly #symbols = new Map<string, string>();

  learn(rawSymbol: string, symbol: string): void {
    this.#symbols.set(rawSymbol, symbol);
  }

  /** Null for a name that the reference data does not list: no Trade can be following it. */
  toSymbol(rawSymbol: string): string | null {
    return this.#symbols.get(rawSymbol) ?? null;
  }
}
