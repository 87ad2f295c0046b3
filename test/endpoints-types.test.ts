// `endpoints` of a Trade knows the names of its platform's URLs: checked by the compiler here. What comes past the compiler is refused by the exchanges.
import { expect, expectTypeOf, it, test } from 'vitest';
import { BINANCE, HTX, HUOBI, OKEX, OKX, PLATFORMS, type Platform } from '../src/domain/platform.ts';
import { exchangeOf, type EndpointsOf, type PlatformEndpoints } from '../src/exchanges/index.ts';
import { Trade, type TradeOptions } from '../src/trade.ts';

const account = {
  strategy: 'types',
  symbol: 'BTC/USDT',
  account: 'a',
  accessKey: 'k',
  secretKey: 's',
  passphrase: 'p',
};

/** Never called: what matters is whether it compiles. */
export function accepted(url: string, platform: Platform, urls: Readonly<Record<string, string>>): Trade<Platform>[] {
  return [
    new Trade({ ...account, platform: BINANCE }),
    new Trade({ ...account, platform: BINANCE, endpoints: 'live' }),
    new Trade({ ...account, platform: OKX, endpoints: 'testnet' }),
    new Trade({ ...account, platform: BINANCE, endpoints: { rest: url, stream: url, wsApi: url } }),
    new Trade({ ...account, platform: BINANCE, endpoints: { wsApi: url } }),
    new Trade({ ...account, platform: OKX, endpoints: { rest: url, wsPublic: url, wsPrivate: url, wsBusiness: url } }),
    new Trade({ ...account, platform: OKEX, endpoints: { rest: url } }),
    new Trade({
      ...account,
      platform: HTX,
      endpoints: { rest: url, wsMarket: url, wsFeed: url, wsPrivate: url, wsTrade: url },
    }),
    new Trade({ ...account, platform: HUOBI, endpoints: {} }),
    // As a configuration or the simulator gives them: names known at run time only.
    new Trade({ ...account, platform, endpoints: urls }),
    new Trade({ ...account, platform, endpoints: { rest: url } }),
  ];
}

/** Never called. Each of these lines must not compile; `@ts-expect-error` fails the type check where one does. */
export function refused(url: string): Trade<Platform>[] {
  return [
    // @ts-expect-error another platform's name
    new Trade({ ...account, platform: BINANCE, endpoints: { wsPrivate: url } }),
    // @ts-expect-error one right name does not excuse a wrong one
    new Trade({ ...account, platform: OKX, endpoints: { rest: url, wsApi: url } }),
    // @ts-expect-error a slip of the pen
    new Trade({ ...account, platform: OKX, endpoints: { wsprivate: url } }),
    // @ts-expect-error another platform's name
    new Trade({ ...account, platform: HTX, endpoints: { stream: url } }),
    // @ts-expect-error no URL
    new Trade({ ...account, platform: HTX, endpoints: { rest: 443 } }),
    // @ts-expect-error no such place
    new Trade({ ...account, platform: BINANCE, endpoints: 'sandbox' }),
  ];
}

test('a literal platform decides', () => {
  type NamesOf<P extends Platform> = keyof PlatformEndpoints[P];
  expectTypeOf<NamesOf<typeof BINANCE>>().toEqualTypeOf<'rest' | 'stream' | 'wsApi'>();
  expectTypeOf<NamesOf<typeof OKX>>().toEqualTypeOf<'rest' | 'wsPublic' | 'wsPrivate' | 'wsBusiness'>();
  expectTypeOf<NamesOf<typeof HTX>>().toEqualTypeOf<'rest' | 'wsMarket' | 'wsFeed' | 'wsPrivate' | 'wsTrade'>();
  expectTypeOf<TradeOptions<typeof OKX>['endpoints']>().toEqualTypeOf<EndpointsOf<typeof OKX> | undefined>();
  expectTypeOf<keyof PlatformEndpoints>().toEqualTypeOf<Platform>();
});

it.each(PLATFORMS)('%s refuses at run time what only a cast could bring', (platform) => {
  const exchange = exchangeOf(platform);
  expect(Object.keys(exchange.endpoints('live'))).toContain('rest');
  expect(() => exchange.endpoints({ wsprivate: 'wss://x' })).toThrow(/endpoints\.wsprivate: unknown; .* has rest, /);
});
