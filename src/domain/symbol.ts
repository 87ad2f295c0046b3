// Symbols as people write them: `BASE/QUOTE`, perpetual swaps `BASE/QUOTE:SETTLE`.

interface SymbolParts {
  readonly base: string;
  readonly quote: string;
  /** Null for spot. */
  readonly settle: string | null;
}

const PATTERN = /^([^\s/:]+)\/([^\s/:]+)(?::([^\s/:]+))?$/;

/** Throws RangeError when the text is not a symbol. */
export function parseSymbol(symbol: string): SymbolParts {
  const match = PATTERN.exec(symbol);
  if (match === null) throw new RangeError(`symbol: expected BASE/QUOTE such as BTC/USDT, got "${symbol}"`);
  const [, base = '', quote = '', settle = null] = match;
  return { base, quote, settle };
}

/** For the end of a message about a symbol that does not exist: how it was probably meant. Empty when nothing suggests itself. */
export function spellingHint(symbol: string, exists = symbol.toUpperCase()): string {
  return exists === symbol ? '' : `; did you mean ${exists}?`;
}
