import { createPrivateKey, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import {
  canonicalQuery,
  HtxSigner,
  percentEncode,
  signedText,
  timestampText,
} from '../../../src/exchanges/htx/sign.ts';

// Vectors of htx.md 2.2.
const KEY = 'testaccess-key00001-htx';
const signer = new HtxSigner(KEY, new Secret('testsecret-0001'));
const TIME = '2026-11-22T08:15:30';

function signatureIn(query: string): string {
  return decodeURIComponent(query.slice(query.indexOf('&Signature=') + '&Signature='.length));
}

describe('signature version 2', () => {
  test('a GET signs its business parameters, in ASCII order', () => {
    const params = { symbol: 'btcusdt', size: '500', 'account-id': '100009' };
    const query = signer.restQuery('GET', 'api.huobi.pro', '/v1/order/openOrders', TIME, params);
    expect(query).toBe(
      'AccessKeyId=testaccess-key00001-htx&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2026-11-22T08%3A15%3A30' +
        '&account-id=100009&size=500&symbol=btcusdt&Signature=%2FSMNjOW7m39CXjLqXrMJKy%2Fs58s%2FF4L4WAYxZWHSeDg%3D',
    );
  });

  test('a POST signs only the four', () => {
    expect(signatureIn(signer.restQuery('POST', 'api.huobi.pro', '/v1/order/orders/place', TIME))).toBe(
      '2y1Eu6tYvqI7lGykDkOmfiWWaI0LHqBW82SopLAezcI=',
    );
  });

  test('the same rules on the swap host', () => {
    expect(signatureIn(signer.restQuery('GET', 'api.hbdm.com', '/ws/v5/notification', TIME))).toBe(
      '4ZjtWnZaG5CZ78EpkQOPFylwQDG+T3PebA7VrooB33Y=',
    );
  });

  test('the Ed25519 vector signs the very text this connector puts together', () => {
    const query = canonicalQuery({
      AccessKeyId: KEY,
      SignatureMethod: 'Ed25519',
      SignatureVersion: '2',
      Timestamp: TIME,
    });
    const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const key = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const text = signedText('POST', 'api.huobi.pro', '/v1/order/orders/place', query);
    expect(sign(null, Buffer.from(text), key).toString('base64')).toBe(
      'Qb27bCQc7UmicuTr9UyJiOhupT/EQAcx/hai08VYLY7lfDRimhfsPcsIZr2PG1svF0dmKtZCkdwzWsh8Z+gzDg==',
    );
  });
});

test('signature version 2.1: the login of a socket, nothing encoded', () => {
  expect(signer.login('api.huobi.pro', '/ws/v2', TIME)).toEqual({
    authType: 'api',
    accessKey: KEY,
    signatureMethod: 'HmacSHA256',
    signatureVersion: '2.1',
    timestamp: TIME,
    signature: '1/e2NwbFh0kvIFaDIj/kfCbsktFS2iwch4pa63Z6n1A=',
  });
});

test('values are encoded by RFC 3986: no plus for a space, commas and colons encoded', () => {
  expect(percentEncode("filled,canceled a:b!'()*")).toBe('filled%2Ccanceled%20a%3Ab%21%27%28%29%2A');
});

test('the timestamp has neither milliseconds nor a Z', () => {
  expect(timestampText(Date.UTC(2026, 10, 22, 8, 15, 30, 999))).toBe(TIME);
});
