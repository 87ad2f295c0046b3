// Which URLs OKX's endpoint options come to: regions, demo trading, overrides, and what is refused.

import { describe, expect, it, test } from 'vitest';
import { isDemo, resolveEndpoints } from '../../../src/exchanges/okx/endpoints.ts';

const LIVE = {
  rest: 'https://openapi.okx.com',
  wsPublic: 'wss://ws.okx.com/ws/v5/public',
  wsPrivate: 'wss://ws.okx.com/ws/v5/private',
  wsBusiness: 'wss://ws.okx.com/ws/v5/business',
};

test('live is the default, on port 443', () => {
  expect(resolveEndpoints(undefined)).toEqual(LIVE);
  expect(resolveEndpoints('live')).toEqual(LIVE);
  expect(Object.values(LIVE).map((url) => new URL(url).port)).toEqual(['', '', '', '']);
});

test('demo trading has its own sockets, asked for as every client known asks, and is recognised by them', () => {
  const demo = resolveEndpoints('testnet');
  expect(demo).toEqual({
    ...LIVE,
    wsPublic: 'wss://wspap.okx.com/ws/v5/public?brokerId=9999',
    wsPrivate: 'wss://wspap.okx.com/ws/v5/private?brokerId=9999',
    wsBusiness: 'wss://wspap.okx.com/ws/v5/business?brokerId=9999',
  });
  expect(isDemo(demo)).toBe(true);
  expect(isDemo(resolveEndpoints({ wsPrivate: 'wss://wseeapap.okx.com/ws/v5/private' }))).toBe(true);
  expect(isDemo(resolveEndpoints('live'))).toBe(false);
  expect(isDemo(resolveEndpoints({ wsPrivate: 'ws://127.0.0.1:9000/ws/v5/private' }))).toBe(false);
});

test('the REST host of a region brings its sockets along', () => {
  expect(resolveEndpoints({ rest: 'https://eea.okx.com' }).wsPrivate).toBe('wss://wseea.okx.com/ws/v5/private');
  expect(resolveEndpoints({ rest: 'https://us.okx.com' }).wsPublic).toBe('wss://wsus.okx.com/ws/v5/public');
  expect(resolveEndpoints({ rest: 'https://eea.okx.com', wsPrivate: 'wss://other.example/private' }).wsPrivate).toBe(
    'wss://other.example/private',
  );
});

test('one demo socket of a region brings its demo trading along', () => {
  expect(resolveEndpoints({ wsPrivate: 'wss://wseeapap.okx.com/ws/v5/private' })).toEqual({
    rest: 'https://eea.okx.com',
    wsPublic: 'wss://wseeapap.okx.com/ws/v5/public?brokerId=9999',
    wsPrivate: 'wss://wseeapap.okx.com/ws/v5/private',
    wsBusiness: 'wss://wseeapap.okx.com/ws/v5/business?brokerId=9999',
  });
  const us = resolveEndpoints({ rest: 'https://us.okx.com', wsPublic: 'wss://wsuspap.okx.com:8443/ws/v5/public' });
  expect(us.wsPrivate).toBe('wss://wsuspap.okx.com/ws/v5/private?brokerId=9999');
  expect(isDemo(us)).toBe(true);
});

test('a region whose sockets are not known wants them named', () => {
  const rest = 'https://tr.okx.com';
  expect(() => resolveEndpoints({ rest })).toThrow('endpoints: the sockets of OKX Turkey are not known here');
  const named = { rest, wsPublic: 'wss://a.test', wsPrivate: 'wss://b.test', wsBusiness: 'wss://c.test' };
  expect(resolveEndpoints(named)).toEqual(named);
  expect(resolveEndpoints({ ...LIVE, rest })).toEqual({ ...LIVE, rest });
});

test('any subset can be pointed elsewhere', () => {
  expect(resolveEndpoints({ rest: 'http://127.0.0.1:9000/' })).toEqual({ ...LIVE, rest: 'http://127.0.0.1:9000' });
});

test('a list names no URL, and is not taken for the live exchange', () => {
  expect(() => void Reflect.apply(resolveEndpoints, undefined, [[]])).toThrow(
    "endpoints: expected 'live', 'testnet' or an object with rest, wsPublic",
  );
});

describe('what is refused names the endpoint', () => {
  it.each([
    [{ stream: 'wss://ws.okx.com' }, 'endpoints.stream: unknown'],
    [{ rest: 'not a url' }, 'endpoints.rest: expected'],
    [{ rest: 'wss://ws.okx.com' }, 'endpoints.rest: expected'],
    [{ wsPrivate: 'https://www.okx.com' }, 'endpoints.wsPrivate: expected'],
    [
      { rest: 'https://eea.okx.com', wsPrivate: 'wss://ws.okx.com/ws/v5/private' },
      'endpoints: rest is of OKX EEA, wsPrivate of OKX Global',
    ],
    [
      { wsPublic: 'wss://ws.okx.com/ws/v5/public', wsPrivate: 'wss://wspap.okx.com/ws/v5/private' },
      'endpoints: wsPublic is of OKX live trading, wsPrivate of OKX demo trading',
    ],
  ])('%j', (option, message) => {
    expect(() => resolveEndpoints(option)).toThrow(RangeError);
    expect(() => resolveEndpoints(option)).toThrow(message);
  });
});
