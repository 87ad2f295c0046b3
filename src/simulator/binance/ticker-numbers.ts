// The derived numbers of a ticker: change, per cent, weighted average, each printed as Binance does.
// Shared by the ticker endpoints and the ticker streams.

import { Decimal } from '../../domain/decimal.ts';
import type { Statistics } from './references.ts';
import { padded, ZERO } from './symbols.ts';

export const DAY = 86_400_000;
const HUNDRED = Decimal.from(100);

export interface Change {
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly weightedAverage: string;
}

export function change(statistics: Statistics | null): Change {
  if (statistics === null) return { priceChange: ZERO, priceChangePercent: '0.000', weightedAverage: ZERO };
  const { open, close, volume, quoteVolume } = statistics;
  const difference = close.sub(open);
  return {
    priceChange: padded(difference),
    priceChangePercent: difference.mul(HUNDRED).div(open, 3).toFixed(3),
    weightedAverage: volume.isZero() ? ZERO : padded(quoteVolume.div(volume, 8)),
  };
}
