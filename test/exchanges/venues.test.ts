// Which URLs lead to the same orders: those of one venue must never be taken for those of another.
import { expect, test } from 'vitest';
import type { Platform } from '../../src/domain/platform.ts';
import type { EndpointsOption } from '../../src/exchanges/exchange.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';

test.each<[Platform, EndpointsOption | undefined, string]>([
  ['binance', undefined, ''],
  ['binance', { rest: 'https://api3.binance.com/' }, ''],
  ['binance', 'testnet', 'testnet'],
  ['binance', { rest: 'https://api1.testnet.binance.vision' }, 'testnet'],
  ['binance', { rest: 'https://demo-api.binance.com' }, 'demo-api.binance.com'],
  ['binance', { rest: 'http://127.0.0.1:7000' }, '127.0.0.1:7000'],
  ['htx', 'live', ''],
  ['htx', { rest: 'https://api-aws.huobi.pro' }, ''],
  ['htx', { rest: 'http://127.0.0.1:7002' }, '127.0.0.1:7002'],
  ['okx', 'live', ''],
  ['okx', { rest: 'https://eea.okx.com' }, ''],
  ['okx', 'testnet', 'testnet'],
  ['okx', { wsPrivate: 'wss://wseeapap.okx.com/ws/v5/private' }, 'testnet'],
  ['okx', { rest: 'http://127.0.0.1:7001' }, '127.0.0.1:7001'],
])('%s at %j is venue "%s"', (platform, option, venue) => {
  const exchange = exchangeOf(platform);
  expect(exchange.venue(exchange.endpoints(option))).toBe(venue);
});
