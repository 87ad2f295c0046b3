// The endpoints under /api/v5/account, and the few of /api/v5/asset that clients ask on their way (okx.md 10).
// Balances are worded in balances.ts.

import { Decimal } from '../../domain/decimal.ts';
import { balanceRow, heldBalances } from './balances.ts';
import { instrumentRow, listedInstruments, requiredType } from './instruments.ts';
import { limit } from './limiter.ts';
import { badParameter } from './refusal.ts';
import { privateGet, type Endpoint, type PrivateCall } from './rest-call.ts';
import type { Row } from './order-rows.ts';

function balance({ site, account, fields }: PrivateCall): Row[] {
  const asked = fields.text('ccy');
  const currencies = asked === '' ? null : new Set(asked.split(','));
  return [balanceRow(site, account, heldBalances(account, currencies))];
}

function config({ site, account }: PrivateCall): Row[] {
  const { permissions, uid, name } = account;
  const granted = [
    ['read_only', true],
    ['withdraw', permissions.withdraw],
    ['trade', permissions.trade],
  ] as const;
  return [
    {
      uid: String(uid),
      mainUid: String(uid),
      acctLv: String(site.settings.levelOf(uid)),
      posMode: 'net_mode',
      acctStpMode: 'cancel_maker',
      autoLoan: false,
      ctIsoMode: 'automatic',
      mgnIsoMode: 'automatic',
      greeksType: 'PA',
      level: 'Lv1',
      levelTmp: '',
      label: name,
      perm: granted
        .filter(([, has]) => has)
        .map(([word]) => word)
        .join(','),
      ip: '',
      kycLv: '3',
      roleType: '0',
      opAuth: '0',
      spotOffsetType: '',
      traderInsts: [],
      spotRoleType: '0',
      spotTraderInsts: [],
      enableSpotBorrow: false,
      spotBorrowAutoRepay: false,
      type: '0',
      feeType: '0',
      settleCcy: '',
      settleCcyList: [],
      stgyType: '0',
    },
  ];
}

/** Negative = you pay (okx.md 10.3). */
function tradeFee({ site, account, fields }: PrivateCall): Row[] {
  const instType = requiredType(fields);
  const maker = account.makerFee.neg().toString();
  const taker = account.takerFee.neg().toString();
  return [
    {
      category: '1',
      delivery: '',
      exercise: '',
      feeGroup: [{ groupId: '1', taker, maker, rpiMaker: '' }],
      fiat: [],
      instType,
      level: 'Lv1',
      maker,
      makerU: '',
      makerUSDC: maker,
      ruleType: 'normal',
      taker,
      takerU: '',
      takerUSDC: taker,
      ts: String(site.now()),
    },
  ];
}

function positions({ fields }: PrivateCall): Row[] {
  const instType = fields.text('instType');
  if (instType !== '' && (requiredType(fields) === '' || instType === 'SPOT')) throw badParameter('instType');
  return [];
}

/** Every currency the venue trades, as one chain each. */
function currencies({ site, fields }: PrivateCall): Row[] {
  const asked = fields.text('ccy');
  const names = new Set<string>();
  for (const { base, quote } of site.venue.instruments.values()) names.add(base).add(quote);
  return [...names].filter((name) => asked === '' || asked.split(',').includes(name)).map(currencyRow);
}

function currencyRow(ccy: string): Row {
  return {
    burningFeeRate: '',
    canDep: true,
    canInternal: true,
    canWd: true,
    ccy,
    chain: `${ccy}-${ccy}`,
    ctAddr: '',
    depQuotaFixed: '',
    depQuoteDailyLayer2: '',
    fee: '0.0001',
    logoLink: '',
    mainNet: true,
    maxFee: '0.0001',
    maxFeeForCtAddr: '',
    maxWd: '1000000',
    minDep: '0.0001',
    minDepArrivalConfirm: '1',
    minFee: '0.0001',
    minFeeForCtAddr: '',
    minInternal: '0.0001',
    minWd: '0.001',
    minWdUnlockConfirm: '2',
    name: ccy,
    needTag: false,
    usedDepQuotaFixed: '',
    usedWdQuota: '0',
    wdQuota: '10000000',
    wdTickSz: '8',
  };
}

/** Withdrawing, lending and funding are not simulated: the funding account is empty. */
function fundingBalances(): Row[] {
  return [];
}

function maxSize({ site, account, fields }: PrivateCall): Row[] {
  return listedInstruments(site, { ...fields, text: (name) => (name === 'instType' ? 'SPOT' : fields.text(name)) }).map(
    ({ symbol, base, quote }) => ({
      instId: symbol.replace('/', '-'),
      ccy: '',
      availBuy: (account.balances.get(quote)?.free ?? Decimal.ZERO).toString(),
      availSell: (account.balances.get(base)?.free ?? Decimal.ZERO).toString(),
    }),
  );
}

export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [
  privateGet('account/balance', 'account', limit('balance', 10, 'user'), balance),
  privateGet('account/positions', 'account', limit('positions', 10, 'user'), positions),
  privateGet('account/config', 'account', limit('config', 5, 'user'), config),
  privateGet('account/trade-fee', 'account', limit('trade-fee', 5, 'user'), tradeFee),
  privateGet('account/max-avail-size', 'account', limit('max-avail-size', 20, 'user'), maxSize),
  privateGet('account/instruments', 'instruments', limit('account-instruments', 20, 'user'), ({ site, fields }) =>
    listedInstruments(site, fields).map((instrument) => instrumentRow(site, instrument)),
  ),
  privateGet('asset/currencies', 'other', limit('currencies', 6, 'user', 1000), currencies),
  privateGet('asset/balances', 'account', limit('asset-balances', 6, 'user', 1000), fundingBalances),
];
