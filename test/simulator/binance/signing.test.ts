// Signatures over the published vectors (binance.md A2), and who is let in with what.
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSigned, restPayload, socketPayload } from '../../../src/simulator/binance/auth.ts';
import { Account } from '../../../src/simulator/engine/account.ts';
import { account, binanceBench, DEMO, hmac, LIMIT, refusal, START } from './support.ts';

const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const documented = new Account(
  account(1, { accessKey: KEY, secretKey: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j' }),
);
const TAIL = 'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';

describe('a REST signature', () => {
  it.each([
    [
      'the query',
      `symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&${TAIL}`,
      '',
      'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
    ],
    [
      'query and body without a seam',
      'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC',
      TAIL,
      '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77',
    ],
    [
      'percent-encoded bytes as sent',
      `symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&${TAIL}`,
      '',
      'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
    ],
  ])('covers %s', (_what, query, body, signature) => {
    expect(isSigned(documented, restPayload(`${query}&signature=${signature}`, body), signature)).toBe(true);
    expect(isSigned(documented, restPayload(query, body), signature.toUpperCase())).toBe(true);
    expect(isSigned(documented, restPayload(`${query}&x=1`, body), signature)).toBe(false);
  });

  it('may stand in the body', () => {
    expect(restPayload('a=1', 'b=2&signature=abc')).toBe('a=1b=2');
  });
});

describe('a WebSocket API signature', () => {
  it.each([
    [
      {
        symbol: 'BTCUSDT',
        side: 'SELL',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.01000000',
        price: '52000.00',
        recvWindow: '100',
      },
      'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
    ],
    [
      {
        symbol: '１２３４５６',
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '1.00000000',
        price: '0.10000000',
        recvWindow: '5000',
      },
      'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
    ],
  ])('covers the sorted parameters, not encoded (%#)', (params, signature) => {
    const values = new Map(Object.entries({ signature, ...params, timestamp: '1645423376532', apiKey: KEY }));
    expect(isSigned(documented, socketPayload(values), signature)).toBe(true);
  });
});

describe('who is let in', () => {
  const bench = binanceBench();
  const query = `timestamp=${START}`;
  const ask = (text: string, key: string | null): Promise<{ status: number; said: string }> =>
    bench.get('/api/v3/account', text, key === null ? {} : { 'X-MBX-APIKEY': key }).then((answer) => ({
      status: answer.status,
      said: answer.status === 200 ? 'in' : refusal(answer),
    }));

  it.each([
    ['a good signature', `${query}&signature=${hmac('secret-1', query)}`, 'key-1', 200, 'in'],
    ['no key', `${query}&signature=x`, null, 401, '-2014 API-key format invalid.'],
    ['a malformed key', `${query}&signature=x`, 'no key!', 401, '-2014 API-key format invalid.'],
    ['an unknown key', `${query}&signature=x`, 'key-9', 401, '-2015 Invalid API-key, IP, or permissions for action.'],
    [
      'another’s signature',
      `${query}&signature=${hmac('secret-2', query)}`,
      'key-1',
      400,
      '-1022 Signature for this request is not valid.',
    ],
    [
      'no signature',
      query,
      'key-1',
      400,
      "-1102 Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    ],
    [
      'no timestamp',
      'signature=x',
      'key-1',
      400,
      "-1102 Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
    ],
  ])('%s', async (_what, text, key, status, said) => {
    expect(await ask(text, key)).toEqual({ status, said });
  });

  it.each([
    [0, 5000, 'in'],
    [-5000, null, 'in'],
    [-5001, null, '-1021 Timestamp for this request is outside of the recvWindow.'],
    [-6000, '6000.5', 'in'],
    [999, null, 'in'],
    [1000, null, "-1021 Timestamp for this request was 1000ms ahead of the server's time."],
    [0, 60_001, '-1131 recvWindow must be less than 60000'],
    [
      0,
      '5000.0001',
      "-1100 Illegal characters found in parameter 'recvWindow'; legal range is '^[0-9]{1,5}(\\.[0-9]{1,3})?$'.",
    ],
  ])('a timestamp %d ms off with a window of %s', async (offset, recvWindow, said) => {
    const answer = await bench.signed('GET', '/api/v3/account', {
      timestamp: bench.clock.now() + offset,
      ...(recvWindow === null ? {} : { recvWindow }),
    });
    expect(answer.status === 200 ? 'in' : refusal(answer)).toBe(said);
  });

  it('microseconds are understood', async () => {
    expect((await bench.signed('GET', '/api/v3/account', { timestamp: bench.clock.now() * 1000 })).status).toBe(200);
  });

  it('the clock that counts is the exchange’s, which a fault may set wrong', async () => {
    const skewed = binanceBench();
    skewed.exchange.faults.inject({ fault: 'clock-skew', skewMs: 8000 });
    expect((await skewed.get('/api/v3/time')).json).toEqual({ serverTime: skewed.clock.now() + 8000 });
    expect(refusal(await skewed.signed('POST', '/api/v3/order', LIMIT))).toContain('outside of the recvWindow');
    expect(
      (await skewed.signed('POST', '/api/v3/order', { ...LIMIT, timestamp: skewed.clock.now() + 8000 })).status,
    ).toBe(200);
  });

  it('a request that is late on its way to the engine is refused there, and costs an order', async () => {
    const slow = binanceBench({}, {}, { fixedMs: 3000, jitterMs: 0 });
    expect(refusal(await slow.signed('POST', '/api/v3/order', { ...LIMIT, recvWindow: 2500 }))).toContain('-1021');
    expect(slow.openIds()).toEqual([]);
    const counts = await slow.signed('GET', '/api/v3/rateLimit/order');
    expect(counts.list.map((limit) => limit['count'])).toEqual([1, 1]);
  });

  it('Ed25519 keys sign in base64', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const modern = binanceBench({}, { accounts: [account(1, { ed25519PublicKeyPem: pem })] });
    const signature = encodeURIComponent(sign(null, Buffer.from(query), privateKey).toString('base64'));
    const headers = { 'X-MBX-APIKEY': DEMO.key };
    expect((await modern.get('/api/v3/account', `${query}&signature=${signature}`, headers)).status).toBe(200);
    expect(refusal(await modern.get('/api/v3/account', `${query}&signature=AAAA`, headers))).toContain('-1022');
  });
});
