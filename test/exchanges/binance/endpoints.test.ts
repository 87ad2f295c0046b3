// Which URLs Binance's endpoint options come to: the testnet, demo mode, overrides, and what is refused (binance.md A1).

import { describe, expect, it, test } from 'vitest';
import { resolveEndpoints } from '../../../src/exchanges/binance/endpoints.ts';

const LIVE = {
  rest: 'https://api.binance.com',
  stream: 'wss://stream.binance.com:9443',
  wsApi: 'wss://ws-api.binance.com:443/ws-api/v3',
};
const TESTNET = {
  rest: 'https://testnet.binance.vision',
  stream: 'wss://stream.testnet.binance.vision',
  wsApi: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
};
const DEMO = {
  rest: 'https://demo-api.binance.com',
  stream: 'wss://demo-stream.binance.com',
  wsApi: 'wss://demo-ws-api.binance.com/ws-api/v3',
};

test('live is the default', () => {
  expect(resolveEndpoints(undefined)).toEqual(LIVE);
  expect(resolveEndpoints('live')).toEqual(LIVE);
  expect(resolveEndpoints('testnet')).toEqual(TESTNET);
});

test('one URL of the testnet or of demo mode brings the others along: never half of it live', () => {
  for (const world of [TESTNET, DEMO]) {
    for (const [name, url] of Object.entries(world)) expect(resolveEndpoints({ [name]: url })).toEqual(world);
  }
  expect(resolveEndpoints({ rest: 'https://api1.testnet.binance.vision' })).toEqual({
    ...TESTNET,
    rest: 'https://api1.testnet.binance.vision',
  });
  expect(resolveEndpoints({ wsApi: 'wss://ws-api.testnet.binance.vision:9443/ws-api/v3' }).rest).toBe(TESTNET.rest);
});

test('any subset can be pointed elsewhere', () => {
  expect(resolveEndpoints({ rest: 'https://api3.binance.com/' })).toEqual({
    ...LIVE,
    rest: 'https://api3.binance.com',
  });
  expect(resolveEndpoints({ rest: 'http://127.0.0.1:9000/' })).toEqual({ ...LIVE, rest: 'http://127.0.0.1:9000' });
  const data = { rest: 'https://data-api.binance.vision', stream: 'wss://data-stream.binance.vision' };
  expect(resolveEndpoints(data)).toEqual({ ...LIVE, ...data });
  expect(resolveEndpoints({ ...TESTNET, stream: 'ws://127.0.0.1:9000' })).toEqual({
    ...TESTNET,
    stream: 'ws://127.0.0.1:9000',
  });
});

describe('what is refused names the endpoint', () => {
  it.each([
    [{ wsPrivate: 'wss://ws-api.binance.com/ws-api/v3' }, 'endpoints.wsPrivate: unknown'],
    [{ stream: 'https://api.binance.com' }, 'endpoints.stream: expected'],
    [{ rest: LIVE.rest, wsApi: TESTNET.wsApi }, 'endpoints: rest is of Binance live, wsApi of Binance testnet'],
    [{ stream: TESTNET.stream, rest: DEMO.rest }, 'endpoints: stream is of Binance testnet, rest of Binance demo mode'],
  ])('%j', (option, message) => {
    expect(() => resolveEndpoints(option)).toThrow(RangeError);
    expect(() => resolveEndpoints(option)).toThrow(message);
  });
});
