// Symbols on the wire (`BTCUSDT`) and in the venue (`BTC/USDT`), and how amounts are printed: padded to eight decimals.

import type { Decimal } from '../../domain/decimal.ts';
import type { VenueInstrument } from '../venue.ts';

/** Decimals of every price and quantity on the spot wire (binance.md E11). */
export const PRECISION = 8;
export const ZERO = '0.00000000';

export interface Listed {
  readonly wire: string;
  readonly instrument: VenueInstrument;
}

export class Symbols {
  private readonly byWire = new Map<string, Listed>();
  private readonly byVenue = new Map<string, string>();

  constructor(instruments: Iterable<VenueInstrument>) {
    for (const instrument of instruments) {
      const wire = `${instrument.base}${instrument.quote}`;
      this.byWire.set(wire, { wire, instrument });
      this.byVenue.set(instrument.symbol, wire);
    }
  }

  find(wire: string): Listed | null {
    return this.byWire.get(wire) ?? null;
  }

  /** @param symbol a venue symbol, which is always listed */
  wire(symbol: string): string {
    return this.byVenue.get(symbol) ?? symbol.replace('/', '');
  }

  get all(): readonly Listed[] {
    return [...this.byWire.values()];
  }

  /** Every asset of every instrument, once. */
  get assets(): readonly string[] {
    return [...new Set(this.all.flatMap(({ instrument }) => [instrument.base, instrument.quote]))];
  }
}

export function padded(amount: Decimal | null): string {
  return amount === null ? ZERO : amount.toFixed(PRECISION);
}
