// The order book around an order, as traders know it: asks above, bids below, one's own order marked.

import { Decimal } from '../../domain/decimal.ts';
import type { Level } from '../../simulator/venue.ts';
import { paint } from '../terminal.ts';

const BAR = 16;

function bar(quantity: Decimal, most: Decimal): string {
  if (!most.isPositive()) return '';
  const width = Math.max(1, Math.round((quantity.toNumber() / most.toNumber()) * BAR));
  return '▇'.repeat(width);
}

interface LadderView {
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  readonly own: { readonly price: Decimal; readonly quantity: string };
  /** Steps of price and quantity decide how many decimals are shown. */
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

/** Lines, top to bottom. */
export function ladder({ asks, bids, own, priceDecimals, quantityDecimals }: LadderView): string[] {
  const shownAsks = asks.slice(0, 9);
  const shownBids = bids.slice(0, 3);
  const levels = [...shownAsks, ...shownBids];
  const most = levels.reduce((max, [, quantity]) => Decimal.max(max, quantity), Decimal.ZERO);
  const priceWidth = Math.max(...levels.map(([price]) => price.toFixed(priceDecimals).length));
  const quantityWidth = Math.max(...levels.map(([, quantity]) => quantity.toFixed(quantityDecimals).length));
  const line = (side: 'ask' | 'bid', rank: number, [price, quantity]: Level): string => {
    const colour = side === 'ask' ? paint.red : paint.green;
    const isOurs = price.eq(own.price);
    const inBand = side === 'ask' && rank >= 6 && rank <= 8;
    const edge = inBand ? paint.cyan('│') : ' ';
    const text = `${side} ${rank}  ${colour(price.toFixed(priceDecimals).padStart(priceWidth))}  ${quantity.toFixed(quantityDecimals).padStart(quantityWidth)}`;
    const mark = isOurs ? paint.bold(paint.cyan(`  ◀ our ${own.quantity}`)) : '';
    return `    ${edge} ${text}  ${paint.dim(colour(bar(quantity, most)))}${mark}`;
  };
  return [
    ...shownAsks.map((level, index) => line('ask', index + 1, level)).toReversed(),
    paint.dim('      ─────'),
    ...shownBids.map((level, index) => line('bid', index + 1, level)),
  ];
}
