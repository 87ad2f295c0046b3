// The symbol list with its filters and the exchange's limits (binance.md A9), with every way of asking for a part of it.
// A symbol offers exactly what this exchange can do: limit, maker-only and market orders, cancel-replace, self-trade prevention.

import type { Desk } from '../desk.ts';
import type { Endpoint } from '../endpoint.ts';
import { badCombination, invalidSymbol, invalidValue } from '../errors.ts';
import { filtersText } from '../filters.ts';
import { DEFAULT_SELF_TRADE_MODE, SELF_TRADE_MODES } from '../order-words.ts';
import type { Params } from '../params.ts';
import type { Listed } from '../symbols.ts';

const PERMISSIONS: ReadonlySet<string> = new Set(['SPOT']);
const STATUSES = ['TRADING', 'END_OF_DAY', 'HALT', 'BREAK', 'CANCEL_ONLY'] as const;
const MODES = JSON.stringify([...SELF_TRADE_MODES.keys()]);

function symbolText({ wire, instrument }: Listed, maxOpenOrders: number, showPermissionSets: boolean): string {
  return (
    `{"symbol":"${wire}","status":"TRADING","baseAsset":"${instrument.base}","baseAssetPrecision":8,"quoteAsset":"${instrument.quote}"` +
    `,"quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8` +
    `,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],"icebergAllowed":false,"ocoAllowed":false,"otoAllowed":false,"opoAllowed":false` +
    `,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":false,"cancelReplaceAllowed":true,"amendAllowed":false` +
    `,"pegInstructionsAllowed":false,"isSpotTradingAllowed":true,"isMarginTradingAllowed":false` +
    `,"filters":${filtersText(instrument, maxOpenOrders)},"permissions":[],"permissionSets":${showPermissionSets ? '[["SPOT"]]' : '[]'}` +
    `,"defaultSelfTradePreventionMode":"${DEFAULT_SELF_TRADE_MODE}","allowedSelfTradePreventionModes":${MODES}}`
  );
}

function rateLimitsText({ options }: Desk): string {
  return (
    `[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":${options.weightPerMinute}}` +
    `,{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":${options.ordersPer10Seconds}}` +
    `,{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":${options.ordersPerDay}}` +
    `,{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":${options.requestsPer5Minutes}}]`
  );
}

function selected(desk: Desk, params: Params): readonly Listed[] {
  const one = params.optional('symbol');
  const many = params.list('symbols');
  const permissions = params.list('permissions');
  const status = params.oneOf('symbolStatus', STATUSES, () => invalidValue('Invalid symbolStatus.'));
  const named = one === null ? many : [one];
  if ((one !== null && many !== null) || (named !== null && (permissions !== null || status !== null))) {
    throw badCombination();
  }
  if (named !== null) {
    return named.map((name) => {
      const listed = desk.symbols.find(name);
      if (listed === null) throw invalidSymbol();
      return listed;
    });
  }
  if (status !== null && status !== 'TRADING') return [];
  return permissions === null || permissions.some((name) => PERMISSIONS.has(name)) ? desk.symbols.all : [];
}

export function exchangeInfoEndpoints(desk: Desk): Endpoint[] {
  return [
    {
      rest: 'GET /api/v3/exchangeInfo',
      method: 'exchangeInfo',
      security: 'none',
      operation: 'instruments',
      weight: 20,
      params: ['symbol', 'symbols', 'permissions', 'showPermissionSets', 'symbolStatus'],
      run({ params }) {
        const showPermissionSets = params.boolean('showPermissionSets') ?? true;
        const symbols = selected(desk, params).map((listed) =>
          symbolText(listed, desk.options.maxOpenOrders, showPermissionSets),
        );
        return (
          `{"timezone":"UTC","serverTime":${desk.serverTime()},"rateLimits":${rateLimitsText(desk)}` +
          `,"exchangeFilters":[],"symbols":[${symbols.join(',')}]}`
        );
      },
    },
  ];
}
