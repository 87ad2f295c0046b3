// Small builders for tests of the simulator: two instruments, a handful of accounts, orders in one line.
import { Decimal } from '../../src/domain/decimal.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import type { AccountSettings } from '../../src/simulator/engine/account.ts';
import { createVenue, type MatchingVenue, type VenueOptions } from '../../src/simulator/engine/venue.ts';
import type { NewVenueOrder, PlaceResult, PlaceRules, Side, VenueInstrument } from '../../src/simulator/venue.ts';

export const d = (value: string | number): Decimal => Decimal.from(value);

export function instrument(symbol: string, tick: string, lot: string, code: number): VenueInstrument {
  const [base = '', quote = ''] = symbol.split('/');
  return {
    symbol,
    base,
    quote,
    tickSize: d(tick),
    lotSize: d(lot),
    minQuantity: d(lot),
    maxQuantity: d(1_000_000),
    minNotional: d(1),
    code,
  };
}

export const EOS = 'EOS/USDT';
export const BNB = 'BNB/USDT';
export const INSTRUMENTS = [instrument(EOS, '0.0001', '0.1', 1), instrument(BNB, '0.01', '0.001', 2)];

export function account(uid: number, extra: Partial<AccountSettings> = {}): AccountSettings {
  return {
    name: `account-${uid}`,
    uid,
    accessKey: `key-${uid}`,
    secretKey: `secret-${uid}`,
    passphrase: 'phrase',
    balances: { EOS: '100000', USDT: '100000', BNB: '10' },
    ...extra,
  };
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly venue: MatchingVenue;
}

export function bench(options: Partial<VenueOptions> = {}): Bench {
  const clock = new VirtualClock();
  const venue = createVenue({
    clock,
    random: seededRandom('bench'),
    instruments: INSTRUMENTS,
    accounts: [account(1), account(2), account(3)],
    ...options,
  });
  return { clock, venue };
}

export const RULES: PlaceRules = { uniqueClientOrderIds: true, postOnly: 'reject' };

let ids = 0;
export function order(
  side: Side,
  price: string | null,
  quantity: string | null,
  extra: Partial<NewVenueOrder> = {},
): NewVenueOrder {
  return {
    symbol: EOS,
    side,
    type: price === null ? 'MARKET' : 'LIMIT',
    timeInForce: price === null ? 'IOC' : 'GTC',
    postOnly: false,
    price: price === null ? null : d(price),
    quantity: quantity === null ? null : d(quantity),
    quoteQuantity: null,
    clientOrderId: `c${ids++}`,
    selfTradePrevention: 'none',
    tag: {},
    ...extra,
  };
}

/** Places and expects the engine to accept. */
export function accepted(result: PlaceResult): Extract<PlaceResult, { ok: true }> {
  if (!result.ok) throw new Error(`refused: ${result.rejection}`);
  return result;
}

export function balance(venue: MatchingVenue, uid: number, asset: string): [free: string, locked: string] {
  const found = venue.accountByUid(uid)?.balances.get(asset);
  return [found?.free.toString() ?? '0', found?.locked.toString() ?? '0'];
}

export function levels(list: readonly (readonly [Decimal, Decimal])[]): string[] {
  return list.map(([price, quantity]) => `${price.toString()}x${quantity.toString()}`);
}
