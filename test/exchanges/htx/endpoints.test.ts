import { expect, test } from 'vitest';
import { resolveEndpoints, signedPlace } from '../../../src/exchanges/htx/endpoints.ts';
import { toRawSymbol } from '../../../src/exchanges/htx/symbols.ts';

test('live hosts, with the fixed paths of the sockets', () => {
  expect(resolveEndpoints(undefined)).toEqual({
    rest: 'https://api.huobi.pro',
    wsMarket: 'wss://api.huobi.pro/ws',
    wsFeed: 'wss://api.huobi.pro/feed',
    wsPrivate: 'wss://api.huobi.pro/ws/v2',
    wsTrade: 'wss://api.huobi.pro/ws/trade',
  });
});

test('naming the other REST host moves the sockets along, unless they are named too', () => {
  expect(resolveEndpoints({ rest: 'https://api-aws.huobi.pro', wsFeed: 'wss://api.huobi.pro/feed' })).toMatchObject({
    wsPrivate: 'wss://api-aws.huobi.pro/ws/v2',
    wsFeed: 'wss://api.huobi.pro/feed',
  });
});

test.each([
  ['testnet', 'no testnet'],
  [{ wsPublic: 'wss://x' }, 'endpoints.wsPublic: unknown'],
  [{ rest: 'wss://x' }, 'endpoints.rest: expected'],
] as const)('refuses %j by name', (option, words) => {
  expect(() => resolveEndpoints(option)).toThrow(RangeError);
  expect(() => resolveEndpoints(option)).toThrow(words);
});

test('a signature names the host dialled, with its port where it is not the usual one, and the path', () => {
  expect(signedPlace('ws://127.0.0.1:8080/ws/v2')).toEqual({ host: '127.0.0.1:8080', path: '/ws/v2' });
  expect(signedPlace('wss://API.huobi.pro:443/ws/trade')).toEqual({ host: 'api.huobi.pro', path: '/ws/trade' });
});

test('spot symbols have no separator and no way back; swaps are refused', () => {
  expect(toRawSymbol('EOS/USDT')).toBe('eosusdt');
  expect(() => toRawSymbol('BTC/USDT:USDT')).toThrow(RangeError);
});
