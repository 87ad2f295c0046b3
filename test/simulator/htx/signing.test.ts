// Signatures, timestamps and logins are checked as the exchange checks them (htx.md section 2).
import { describe, expect, it, test } from 'vitest';
import { generateKeyPairSync, sign } from 'node:crypto';
import { authenticate, socketLogin } from '../../../src/simulator/htx/auth.ts';
import { createVenue, type MatchingVenue } from '../../../src/simulator/engine/venue.ts';
import { seededRandom } from '../../../src/runtime/random.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { account, INSTRUMENTS } from '../support.ts';
import {
  DEMO,
  hmac,
  HOST,
  htxBench,
  limitOrder,
  loginFrame,
  refusal,
  signedPath,
  stamp,
  type Json,
} from './support.ts';

const KEY = 'testaccess-key00001-htx';
const NOW = Date.UTC(2026, 10, 22, 8, 15, 30);

function vectorVenue(extra: Json = {}): MatchingVenue {
  return createVenue({
    clock: new VirtualClock(NOW),
    random: seededRandom('vectors'),
    instruments: INSTRUMENTS,
    accounts: [account(1, { accessKey: KEY, secretKey: 'testsecret-0001', ...extra })],
  });
}

describe('the vectors of the reference (2.2)', () => {
  const auth = `AccessKeyId=${KEY}&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2026-11-22T08%3A15%3A30`;
  const request = (method: 'GET' | 'POST', path: string, query: string, signature: string): Json => ({
    method,
    path,
    query: `${query}&Signature=${encodeURIComponent(signature)}`,
    headers: { host: 'api.huobi.pro' },
    body: '',
    remote: '127.0.0.1',
  });

  it.each([
    [
      'GET',
      '/v1/order/openOrders',
      `${auth}&account-id=100009&size=500&symbol=btcusdt`,
      '/SMNjOW7m39CXjLqXrMJKy/s58s/F4L4WAYxZWHSeDg=',
    ],
    ['POST', '/v1/order/orders/place', auth, '2y1Eu6tYvqI7lGykDkOmfiWWaI0LHqBW82SopLAezcI='],
  ] as const)('%s %s', (method, path, query, signature) => {
    const given = request(method, path, query, signature) as unknown as Parameters<typeof authenticate>[1];
    expect(authenticate(vectorVenue(), given, NOW)).toHaveProperty('account.uid', 1);
    expect(authenticate(vectorVenue(), { ...given, path: `${path}/` }, NOW)).toHaveProperty(
      'error.code',
      'api-signature-not-valid',
    );
  });

  test('the socket login, version 2.1', () => {
    const params = {
      accessKey: KEY,
      signatureMethod: 'HmacSHA256',
      signatureVersion: '2.1',
      timestamp: '2026-11-22T08:15:30',
      signature: '1/e2NwbFh0kvIFaDIj/kfCbsktFS2iwch4pa63Z6n1A=',
    };
    const venue = vectorVenue();
    expect(socketLogin(venue, 'api.huobi.pro', '/ws/v2', params, NOW)?.uid).toBe(1);
    expect(socketLogin(venue, 'api.huobi.pro', '/ws/trade', params, NOW)).toBeNull();
    expect(socketLogin(venue, 'api-aws.huobi.pro', '/ws/v2', params, NOW)).toBeNull();
    expect(socketLogin(venue, 'api.huobi.pro', '/ws/v2', { ...params, signatureVersion: '2' }, NOW)).toBeNull();
  });

  test('Ed25519 over the same text', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const venue = vectorVenue({ ed25519PublicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() });
    const query = auth.replace('HmacSHA256', 'Ed25519');
    const path = '/v1/order/orders/place';
    const signature = sign(null, Buffer.from(`POST\napi.huobi.pro\n${path}\n${query}`), privateKey).toString('base64');
    const given = request('POST', path, query, signature) as unknown as Parameters<typeof authenticate>[1];
    expect(authenticate(venue, given, NOW)).toHaveProperty('account.uid', 1);
    expect(authenticate(vectorVenue(), given, NOW)).toHaveProperty('error.code', 'api-signature-not-valid');
  });
});

describe('a REST request', () => {
  const PATH = '/v1/account/accounts';

  test('is refused without credentials, with those of nobody, and with a wrong signature', async () => {
    const { raw, clock } = htxBench();
    expect((await raw('GET', PATH)).body).toEqual({
      status: 'error',
      'err-code': 'login-required',
      'err-msg': 'The account is not logged in, please log in and try again.',
      data: null,
    });
    const unknown = await raw('GET', signedPath('GET', PATH, {}, { key: 'nobody', secret: 'x' }, clock.now()));
    expect([unknown.status, refusal(unknown)]).toEqual([
      200,
      'api-signature-not-valid: Signature not valid: Incorrect Access key [Access key错误]',
    ]);
    const wrong = await raw('GET', signedPath('GET', PATH, {}, { key: DEMO.key, secret: 'x' }, clock.now()));
    expect(refusal(wrong)).toBe('api-signature-not-valid: Signature not valid: Verification failure [校验失败]');
    const method = await raw('GET', signedPath('POST', PATH, {}, DEMO, clock.now()));
    expect(refusal(method)).toContain('Verification failure');
  });

  test('signs its whole query; what is changed or added afterwards is noticed', async () => {
    const { raw, clock } = htxBench();
    const path = signedPath('GET', '/v1/order/openOrders', { symbol: 'eosusdt' }, DEMO, clock.now());
    expect((await raw('GET', path)).body['status']).toBe('ok');
    expect(refusal(await raw('GET', path.replace('eosusdt', 'bnbusdt')))).toContain('Verification failure');
    expect(refusal(await raw('GET', `${path}&size=1`))).toContain('Verification failure');
  });

  it.each([
    [-299_000, 'ok'],
    [299_000, 'ok'],
    [-301_000, 'error'],
    [301_000, 'error'],
  ])('with a clock %i ms off is %s', async (apart, status) => {
    const { raw, clock } = htxBench();
    const { body } = await raw('GET', signedPath('GET', PATH, {}, DEMO, clock.now() + apart));
    expect(body['status']).toBe(status);
  });

  test('takes no time stamp with milliseconds', async () => {
    const { raw, clock } = htxBench();
    const query = `AccessKeyId=key-1&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=${encodeURIComponent(`${stamp(clock.now())}.000Z`)}`;
    const signature = hmac(DEMO.secret, `GET\n${HOST}\n${PATH}\n${query}`);
    expect(refusal(await raw('GET', `${PATH}?${query}&Signature=${encodeURIComponent(signature)}`))).toContain(
      'Verification failure',
    );
  });

  test('with a key that may not trade reads, and places nothing', async () => {
    const { post, get, venue } = htxBench();
    venue.accountByUid(1)!.permissions.trade = false;
    expect(refusal(await post('/v1/order/orders/place', limitOrder()))).toBe(
      'api-signature-not-valid: Signature not valid: API key has no permission [API Key没有权限]',
    );
    expect((await get('/v1/order/openOrders')).body['status']).toBe('ok');
  });

  test('on a v2 path is refused in the words of v2', async () => {
    const { raw, clock } = htxBench();
    const path = '/v2/reference/transact-fee-rate';
    const wrong = await raw('GET', signedPath('GET', path, {}, { key: DEMO.key, secret: 'x' }, clock.now()));
    expect(wrong.body).toEqual({ code: 1003, message: 'invalid signature', data: null });
    expect((await raw('GET', path)).body['code']).toBe(1002);
  });

  test('body and content type: a GET carries none, a POST is JSON', async () => {
    const { raw, clock } = htxBench();
    expect((await raw('GET', signedPath('GET', PATH, {}, DEMO, clock.now()), { body: '{}' })).status).toBe(403);
    const path = signedPath('POST', '/v1/order/orders/place', {}, DEMO, clock.now());
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(refusal(await raw('POST', path, { body: 'a=1', headers: form }))).toMatch(/^gateway-internal-error/);
    const json = { 'content-type': 'application/json' };
    expect(refusal(await raw('POST', path, { body: '{"symbol":', headers: json }))).toMatch(/^gateway-internal-error/);
  });

  it.each([
    ['GET', '/v1/nowhere'],
    ['POST', '/v1/order/orders/batchCancel'],
    ['POST', '/v1/common/timestamp'],
    ['GET', '/v1/order/orders/place/x/y'],
  ] as const)('%s %s is no method', async (method, path) => {
    const { raw } = htxBench();
    const answer = await raw(method, path);
    expect([answer.status, answer.body['err-code']]).toEqual([405, 'method-not-allowed']);
  });
});

describe('a login', () => {
  it.each(['/ws/v2', '/ws/trade'])('on %s', async (path) => {
    const { open, clock } = htxBench();
    const client = await open(path);
    client.send(loginFrame(path, { key: DEMO.key, secret: 'wrong' }, clock.now()));
    expect(await client.next()).toEqual({ action: 'req', code: 2002, ch: 'auth', message: 'auth.fail' });
    client.send({ ...loginFrame(path, DEMO, clock.now()), params: { authType: 'password' } });
    expect(await client.next()).toEqual({ action: 'req', code: 2001, ch: 'auth', message: 'invalid.authType' });
    client.send(loginFrame(path, DEMO, clock.now()));
    expect(await client.next()).toEqual({ action: 'req', code: 200, ch: 'auth', data: {} });
  });

  test('is what a subscription needs', async () => {
    const { open, clock } = htxBench();
    const client = await open('/ws/v2');
    const sub = async (ch: string): Promise<Json> => {
      client.send({ action: 'sub', ch });
      return client.next();
    };
    expect(await sub('accounts.update#2')).toEqual({
      action: 'sub',
      code: 2002,
      ch: 'accounts.update#2',
      message: 'invalid.auth.state',
    });
    client.send(loginFrame('/ws/v2', DEMO, clock.now()));
    await client.next();
    expect(await sub('naughty')).toEqual({ action: 'sub', code: 2001, ch: 'naughty', message: 'invalid.ch' });
    expect(await sub('orders')).toMatchObject({ code: 2001, message: 'invalid.ch' });
    expect(await sub('orders#xyzusdt')).toMatchObject({ code: 2001, message: 'invalid.symbol' });
    expect(await sub('orders#*')).toEqual({ action: 'sub', code: 200, ch: 'orders#*', data: {} });
    client.send({ action: 'unsub', ch: 'orders#*' });
    expect(await client.next()).toEqual({ action: 'unsub', code: 200, ch: 'orders#*', data: {} });
    client.send({ action: 'dance' });
    expect(await client.next()).toEqual({ code: 2001, message: 'invalid.action' });
    for (const text of ['not json', 'null', '[1]']) {
      client.send(text);
      expect(await client.next()).toEqual({ code: 2001, message: 'invalid.json' });
    }
  });

  test('a path that is none is refused', async () => {
    const { open } = htxBench();
    const client = await open('/ws/v1');
    expect([client.isOpen, client.closed === null]).toEqual([false, false]);
  });
});
