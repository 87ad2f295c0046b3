// Names of what Binance trades: BTC/USDT is BTCUSDT (binance.md A9). The way back needs the reference data: instruments.ts.

import { parseSymbol } from '../../domain/symbol.ts';

/** The exchange's name for a unified symbol. Throws RangeError for what is no spot symbol. */
export function rawSymbolOf(symbol: string): string {
  const { base, quote, settle } = parseSymbol(symbol);
  if (settle !== null)
    throw new RangeError(`symbol: ${symbol} is a swap; this connector trades Binance spot (${base}/${quote})`);
  return base + quote;
}
