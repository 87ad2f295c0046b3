// What an account holds, as the simulated exchange has it and as a strategy believes it: both without what is empty, so that they compare.
import type { Asset, Assets } from '../../src/domain/order.ts';
import type { Venue } from '../../src/simulator/venue.ts';

export function holdings(venue: Venue, uid: number): Assets {
  const assets: Record<string, Asset> = {};
  for (const { asset, free, locked } of venue.accountByUid(uid)?.balances.values() ?? []) {
    const total = free.add(locked);
    if (!total.isZero()) assets[asset] = { free: free.toString(), locked: locked.toString(), total: total.toString() };
  }
  return assets;
}

export function believedHoldings({ assets }: { readonly assets: Assets }): Assets {
  return Object.fromEntries(Object.entries(assets).filter(([, { total }]) => total !== '0'));
}
