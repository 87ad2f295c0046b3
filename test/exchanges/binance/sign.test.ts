// Signatures: every vector of the reference (binance.md A2.1, A2.2), and the two ways of writing parameters.
import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { createSigner, queryOf, signedQuery, socketFrame, socketPayload } from '../../../src/exchanges/binance/sign.ts';

const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const signer = createSigner(new Secret('NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'));
const ORDER = {
  symbol: 'LTCBTC',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '1',
  price: '0.1',
  recvWindow: 5000,
  timestamp: 1499827319559,
};

describe('REST', () => {
  test('vector 1: query only', () => {
    const query =
      'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
    expect(queryOf(ORDER)).toBe(query);
    expect(signedQuery(ORDER, signer)).toBe(
      `${query}&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71`,
    );
  });

  test('vector 2: query and body, nothing at the seam', () => {
    const query = { symbol: 'LTCBTC', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' };
    const body = 'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
    expect(signedQuery(query, signer, body)).toMatch(
      /&signature=0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77$/,
    );
  });

  test('vector 3: what is no ASCII is encoded before it is signed', () => {
    const query = signedQuery({ ...ORDER, symbol: '１２３４５６' }, signer);
    expect(query).toMatch(/^symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY/);
    expect(query).toMatch(/&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3$/);
  });

  test('numbers have no exponent', () => {
    expect(queryOf({ icebergQty: 1e-7, big: 1e21, half: 0.5, whole: 1_795_300_000_000 })).toBe(
      'icebergQty=0.0000001&big=1000000000000000000000&half=0.5&whole=1795300000000',
    );
  });

  test('lists and base64 are encoded', () => {
    expect(queryOf({ symbols: '["A","B"]' })).toBe('symbols=%5B%22A%22%2C%22B%22%5D');
    const ed25519 = createSigner(new Secret(pem('ed25519').private));
    expect(signedQuery({ a: 1 }, ed25519)).toMatch(/^a=1&signature=[A-Za-z0-9%]+$/);
  });
});

describe('WebSocket API', () => {
  const params = {
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.01000000',
    price: '52000.00',
    apiKey: KEY,
    recvWindow: 100,
    timestamp: 1645423376532,
  };

  test('vector A: sorted, with the key', () => {
    expect(signer.sign(socketPayload(params))).toBe('aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24');
  });

  test('vector B: not encoded', () => {
    const other = {
      ...params,
      symbol: '１２３４５６',
      side: 'BUY',
      quantity: '1.00000000',
      price: '0.10000000',
      recvWindow: 5000,
    };
    expect(signer.sign(socketPayload(other))).toBe('b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd');
  });

  test('numbers have no exponent, in the frame as in the signed text', () => {
    const signature = signer.sign('apiKey=K&icebergQty=0.0000001');
    expect(socketPayload({ icebergQty: 1e-7, apiKey: 'K' })).toBe('apiKey=K&icebergQty=0.0000001');
    expect(socketFrame('7', 'order.place', { icebergQty: 1e-7, apiKey: 'K' }, signer)).toBe(
      `{"id":"7","method":"order.place","params":{"icebergQty":0.0000001,"apiKey":"K","signature":"${signature}"}}`,
    );
  });

  test('frames are JSON; ids beyond 2^53 are numbers in it, and in the signed text', () => {
    const frame = socketFrame(
      '7',
      'order.cancel',
      { symbol: 'X"Y', orderId: 8389765739703625592n, apiKey: 'K', timestamp: 5 },
      signer,
    );
    const signature = signer.sign('apiKey=K&orderId=8389765739703625592&symbol=X"Y&timestamp=5');
    expect(frame).toBe(
      `{"id":"7","method":"order.cancel","params":{"symbol":"X\\"Y","orderId":8389765739703625592,"apiKey":"K","timestamp":5,"signature":"${signature}"}}`,
    );
    expect(socketFrame('8', 'userDataStream.subscribe', {}, null)).toBe(
      '{"id":"8","method":"userDataStream.subscribe","params":{}}',
    );
  });
});

function pem(type: 'ed25519' | 'rsa') {
  const { privateKey, publicKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { private: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey };
}

test('private keys in PEM: Ed25519 logs on, RSA signs, anything else is refused without quoting it', () => {
  const ed25519 = pem('ed25519');
  const signerOfEd = createSigner(new Secret(ed25519.private));
  expect(signerOfEd.canLogOn).toBe(true);
  expect(signerOfEd.sign('x')).toHaveLength(88);
  expect(verify(null, Buffer.from('x'), ed25519.publicKey, Buffer.from(signerOfEd.sign('x'), 'base64'))).toBe(true);
  const rsa = pem('rsa');
  const signerOfRsa = createSigner(new Secret(rsa.private));
  expect(signerOfRsa.canLogOn).toBe(false);
  expect(verify('sha256', Buffer.from('x'), rsa.publicKey, Buffer.from(signerOfRsa.sign('x'), 'base64'))).toBe(true);
  expect(signer.canLogOn).toBe(false);
  expect(() => createSigner(new Secret('-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----'))).toThrow(
    /^secretKey: looks like a PEM/,
  );
});
