// Balances as /account/balance and the `account` channel show them, and as `balance_and_position` does (okx.md 8, 10.1).
// Only spot exists here, so equity is what is free plus what orders hold.

import { Decimal } from '../../domain/decimal.ts';
import type { Balance, VenueAccount } from '../venue.ts';
import type { Row } from './order-rows.ts';
import type { Site } from './site.ts';

const DOLLARS = new Set(['USDT', 'USDC', 'USD']);

function inDollars(site: Site, asset: string, amount: Decimal): Decimal | null {
  if (DOLLARS.has(asset)) return amount;
  const symbol = `${asset}/USDT`;
  const price = site.venue.instruments.has(symbol) ? site.venue.lastPrice(symbol) : null;
  return price === null ? null : amount.mul(price);
}

function totalOf(balance: Balance): Decimal {
  return balance.free.add(balance.locked);
}

function detail(site: Site, balance: Balance, isSpotMode: boolean, time: string): Row {
  const total = totalOf(balance);
  const free = balance.free.toString();
  const locked = balance.locked.toString();
  const equity = total.toString();
  return {
    ccy: balance.asset,
    eq: equity,
    cashBal: equity,
    availBal: free,
    availEq: isSpotMode ? '' : free,
    frozenBal: locked,
    ordFrozen: locked,
    upl: isSpotMode ? '' : '0',
    isoEq: '0',
    isoUpl: '0',
    eqUsd: inDollars(site, balance.asset, total)?.toString() ?? '0',
    disEq: inDollars(site, balance.asset, total)?.toString() ?? '0',
    uTime: time,
    liab: '',
    crossLiab: '',
    interest: '',
    maxLoan: '',
    stgyEq: '0',
    collateralEnabled: false,
    fixedBal: '0',
    spotBal: '',
    twap: '0',
  };
}

/** @param shown which balances stand in `details`; the totals are always those of the whole account */
export function balanceRow(site: Site, account: VenueAccount, shown: readonly Balance[]): Row {
  const time = String(site.now());
  const isSpotMode = site.settings.levelOf(account.uid) === 1;
  let total = Decimal.ZERO;
  for (const balance of account.balances.values()) {
    total = total.add(inDollars(site, balance.asset, totalOf(balance)) ?? Decimal.ZERO);
  }
  const margin = isSpotMode ? '' : '0';
  return {
    uTime: time,
    totalEq: total.toString(),
    isoEq: '0',
    adjEq: isSpotMode ? '' : total.toString(),
    availEq: isSpotMode ? '' : total.toString(),
    ordFroz: margin,
    imr: margin,
    mmr: margin,
    borrowFroz: margin,
    mgnRatio: '',
    notionalUsd: margin,
    upl: margin,
    details: shown.map((balance) => detail(site, balance, isSpotMode, time)),
  };
}

/** Currencies the account holds any of, as queries and snapshots list them. */
export function heldBalances(account: VenueAccount, currencies: ReadonlySet<string> | null = null): Balance[] {
  return [...account.balances.values()].filter(
    (balance) => !totalOf(balance).isZero() && (currencies === null || currencies.has(balance.asset)),
  );
}

/** A row of `balData`. */
export function cashRow(balance: Balance, time: string): Row {
  return { ccy: balance.asset, cashBal: totalOf(balance).toString(), uTime: time };
}
