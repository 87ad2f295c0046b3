// `trade.restApi` has the type of its platform: checked by the compiler here, and by a call on every platform.
import { afterEach, describe, expect, expectTypeOf, it, test } from 'vitest';
import type { Result } from '../src/domain/errors.ts';
import { BINANCE, HTX, OKX, type Platform } from '../src/domain/platform.ts';
import type { RestApis } from '../src/exchanges/index.ts';
import type { Trade } from '../src/trade.ts';
import { Stage, SYMBOL, value } from './conformance/stage.ts';

type ApiOf<P extends Platform> = Trade<P>['restApi'];

test('a literal platform decides', () => {
  expectTypeOf<ApiOf<typeof BINANCE>>().toEqualTypeOf<RestApis['binance']>();
  expectTypeOf<ApiOf<typeof OKX>>().toEqualTypeOf<RestApis['okx']>();
  expectTypeOf<ApiOf<typeof HTX>>().toEqualTypeOf<RestApis['htx']>();
  expectTypeOf<ApiOf<typeof BINANCE>['getOrderbook']>().parameter(0).toEqualTypeOf<string>();
  expectTypeOf<ApiOf<typeof BINANCE>['getOrderbook']>().returns.resolves.toExtend<Result<unknown>>();
  expectTypeOf<ApiOf<typeof OKX>['getOpenOrders']>().returns.resolves.toExtend<Result<readonly unknown[]>>();
  expectTypeOf<ApiOf<typeof HTX>['getOpenOrders']>().returns.resolves.toExtend<Result<readonly unknown[]>>();
  // What only another platform has is not there.
  expectTypeOf<ApiOf<typeof BINANCE>>().not.toHaveProperty('getMarketStatus');
});

test('a platform that is known at run time only gives what all have in common', () => {
  expectTypeOf<ApiOf<Platform>>().toEqualTypeOf<RestApis[Platform]>();
  expectTypeOf<ApiOf<Platform>>().toHaveProperty('getOrderbook');
  expectTypeOf<ApiOf<Platform>>().toHaveProperty('getOpenOrders');
});

describe('the same two calls', () => {
  let stage: Stage | null = null;
  afterEach(async () => {
    await stage?.close();
    stage = null;
  });

  it.each([
    [BINANCE, 'EOSUSDT', {}],
    [OKX, 'EOS-USDT', {}],
    [HTX, 'eosusdt', { type: 'buy-limit' }],
  ] as const)('on %s', async (platform, rawSymbol, handTag) => {
    stage = await Stage.open({ platform, handTag });
    const { trade } = await stage.ready();
    expect(trade.symbol).toBe(SYMBOL);
    stage.byHand('0.5');
    await stage.clock.advance(1_500);
    const { restApi } = trade;
    const book = value(await stage.run<Result<unknown>>(restApi.getOrderbook(rawSymbol, 5)));
    expect(JSON.stringify(book)).toContain('0.5');
    expect(value(await stage.run<Result<readonly unknown[]>>(restApi.getOpenOrders(rawSymbol)))).toHaveLength(1);
  });
});
