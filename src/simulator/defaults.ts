// What a simulated exchange lists, and who trades there, when nobody says otherwise.
// Ticks, lots and prices are of the size seen on real exchanges; keys come from the seed, so that the same seed gives the same keys.

import { Decimal } from '../domain/decimal.ts';
import { seededRandom } from '../runtime/random.ts';
import type { AccountSettings } from './engine/account.ts';
import type { VenueInstrument } from './venue.ts';

/** An instrument and the price at which its market begins. */
export interface Listing {
  readonly instrument: VenueInstrument;
  readonly startPrice: Decimal;
}

function listing(symbol: string, code: number, startPrice: string, tickSize: string, lotSize: string): Listing {
  const [base = '', quote = ''] = symbol.split('/');
  return {
    startPrice: Decimal.from(startPrice),
    instrument: {
      symbol,
      base,
      quote,
      tickSize: Decimal.from(tickSize),
      lotSize: Decimal.from(lotSize),
      minQuantity: Decimal.from(lotSize),
      maxQuantity: Decimal.from('9000000'),
      minNotional: Decimal.from('5'),
      code,
    },
  };
}

export const DEFAULT_LISTINGS: readonly Listing[] = [
  listing('BTC/USDT', 1, '61686.00', '0.01', '0.00001'),
  listing('ETH/USDT', 2, '2660.00', '0.01', '0.0001'),
  listing('EOS/USDT', 3, '0.8000', '0.0001', '0.1'),
  listing('LTC/USDT', 4, '62.00', '0.01', '0.001'),
  listing('BNB/USDT', 5, '510.00', '0.01', '0.001'),
];

const BALANCES: Readonly<Record<string, string>> = {
  BTC: '10',
  ETH: '100',
  EOS: '100000',
  LTC: '1000',
  BNB: '100',
  USDT: '1000000',
};

const FIRST_UID = 100_001;

/** `count` accounts: demo, demo-2, demo-3, … */
export function defaultAccounts(seed: number | string, count: number): AccountSettings[] {
  return Array.from({ length: count }, (_, index) => {
    const random = seededRandom(`${seed}/account/${index}`);
    return {
      name: index === 0 ? 'demo' : `demo-${index + 1}`,
      uid: FIRST_UID + index,
      accessKey: random.id(40),
      secretKey: random.id(48),
      passphrase: random.id(12),
      balances: BALANCES,
    };
  });
}
