// The account itself: balances, permissions, commission rates, order counts (binance.md A8.3, A8.4), and the few wallet calls that spot clients make.
// Wallet calls (/sapi) have no WebSocket method.

import { Decimal } from '../../../domain/decimal.ts';
import type { VenueAccount } from '../../venue.ts';
import type { Desk } from '../desk.ts';
import type { Endpoint } from '../endpoint.ts';
import { padded, ZERO } from '../symbols.ts';
import { listedSymbol } from './new-order.ts';

const BASIS_POINTS = Decimal.from(10_000);

function rates({ makerFee, takerFee }: VenueAccount): string {
  return `{"maker":"${padded(makerFee)}","taker":"${padded(takerFee)}","buyer":"${ZERO}","seller":"${ZERO}"}`;
}

/** @param suffix `ForOrder` in answers to a test order */
export function commissionText(account: VenueAccount, suffix: '' | 'ForOrder'): string {
  const none =
    suffix === ''
      ? `{"maker":"${ZERO}","taker":"${ZERO}","buyer":"${ZERO}","seller":"${ZERO}"}`
      : `{"maker":"${ZERO}","taker":"${ZERO}"}`;
  const standard =
    suffix === '' ? rates(account) : `{"maker":"${padded(account.makerFee)}","taker":"${padded(account.takerFee)}"}`;
  const asset = account.feeAsset ?? 'BNB';
  return (
    `"standardCommission${suffix}":${standard},"specialCommission${suffix}":${none},"taxCommission${suffix}":${none}` +
    `,"discount":{"enabledForAccount":${account.feeAsset !== null},"enabledForSymbol":true,"discountAsset":"${asset}","discount":"0.75000000"}`
  );
}

function basisPoints(rate: Decimal): string {
  return rate.mul(BASIS_POINTS).toFixed(0);
}

function balancesText(desk: Desk, account: VenueAccount, omitZero: boolean): string {
  const rows: string[] = [];
  const assets = new Set([...desk.symbols.assets, ...account.balances.keys()]);
  for (const asset of assets) {
    const balance = account.balances.get(asset);
    const isZero = balance === undefined || (balance.free.isZero() && balance.locked.isZero());
    if (omitZero && isZero) continue;
    rows.push(
      `{"asset":"${asset}","free":"${padded(balance?.free ?? null)}","locked":"${padded(balance?.locked ?? null)}"}`,
    );
  }
  return `[${rows.join(',')}]`;
}

export function accountEndpoints(desk: Desk): Endpoint[] {
  return [
    {
      rest: 'GET /api/v3/account',
      method: 'account.status',
      security: 'signed',
      operation: 'account',
      weight: 20,
      params: ['omitZeroBalances'],
      run({ params, account }) {
        const { trade, withdraw } = account.permissions;
        const omitZero = params.boolean('omitZeroBalances') === true;
        return (
          `{"makerCommission":${basisPoints(account.makerFee)},"takerCommission":${basisPoints(account.takerFee)},"buyerCommission":0,"sellerCommission":0` +
          `,"commissionRates":${rates(account)},"canTrade":${trade},"canWithdraw":${withdraw},"canDeposit":true,"brokered":false` +
          `,"requireSelfTradePrevention":false,"preventSor":false,"updateTime":${desk.clock.now()},"accountType":"SPOT"` +
          `,"balances":${balancesText(desk, account, omitZero)},"permissions":["SPOT"],"uid":${account.uid}}`
        );
      },
    },
    {
      rest: 'GET /api/v3/account/commission',
      method: 'account.commission',
      security: 'signed',
      operation: 'account',
      weight: 20,
      params: ['symbol'],
      run: ({ params, account }) => `{"symbol":"${listedSymbol(desk, params).wire}",${commissionText(account, '')}}`,
    },
    {
      rest: 'GET /api/v3/rateLimit/order',
      method: 'account.rateLimits.orders',
      security: 'signed',
      operation: 'other',
      weight: 40,
      params: [],
      run: ({ account }) => `[${desk.limits.ordersText(account.uid, desk.serverTime())}]`,
    },
    {
      rest: 'GET /sapi/v1/capital/config/getall',
      method: null,
      security: 'signed',
      operation: 'other',
      weight: 10,
      params: [],
      run: ({ account }) => `[${desk.symbols.assets.map((asset) => coinText(asset, account)).join(',')}]`,
    },
    {
      rest: 'GET /sapi/v1/asset/tradeFee',
      method: null,
      security: 'signed',
      operation: 'other',
      weight: 1,
      params: ['symbol'],
      run({ params, account }) {
        const listed = params.has('symbol') ? [listedSymbol(desk, params)] : desk.symbols.all;
        const row = (wire: string): string =>
          `{"symbol":"${wire}","makerCommission":"${account.makerFee}","takerCommission":"${account.takerFee}"}`;
        return `[${listed.map(({ wire }) => row(wire)).join(',')}]`;
      },
    },
    noMargin('/sapi/v1/margin/allPairs'),
    noMargin('/sapi/v1/margin/isolated/allPairs'),
    {
      rest: 'GET /sapi/v1/system/status',
      method: null,
      security: 'none',
      operation: 'other',
      weight: 1,
      params: [],
      run: () => '{"status":0,"msg":"normal"}',
    },
    {
      rest: 'GET /sapi/v1/account/apiRestrictions',
      method: null,
      security: 'signed',
      operation: 'other',
      weight: 1,
      params: [],
      run: ({ account: { permissions } }) =>
        `{"ipRestrict":false,"createTime":1609459200000,"enableReading":true,"enableWithdrawals":${permissions.withdraw}` +
        `,"enableInternalTransfer":false,"enableMargin":false,"enableFutures":false,"permitsUniversalTransfer":false` +
        `,"enableVanillaOptions":false,"enableFixApiTrade":false,"enableFixReadOnly":false,"enableSpotAndMarginTrading":${permissions.trade},"enablePortfolioMarginTrading":false}`,
    },
  ];
}

/** Margin pairs, of which there are none here. */
function noMargin(path: string): Endpoint {
  return {
    rest: `GET ${path}`,
    method: null,
    security: 'signed',
    operation: 'other',
    weight: 1,
    params: ['symbol'],
    run: () => '[]',
  };
}

/** One coin of the wallet. It can be neither deposited nor withdrawn here, and has no network. */
function coinText(asset: string, account: VenueAccount): string {
  const balance = account.balances.get(asset);
  return (
    `{"coin":"${asset}","depositAllEnable":false,"withdrawAllEnable":false,"name":"${asset}","free":"${padded(balance?.free ?? null)}"` +
    `,"locked":"${padded(balance?.locked ?? null)}","freeze":"0","withdrawing":"0","ipoing":"0","ipoable":"0","storage":"0","isLegalMoney":false,"trading":true,"networkList":[]}`
  );
}
