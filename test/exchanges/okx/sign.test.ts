// The signature vectors of the OKX reference (section 3), and that the secret stays hidden.

import { expect, it, test } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { createSigner, isoTimestamp } from '../../../src/exchanges/okx/sign.ts';

const signer = createSigner(new Secret('mock-secret'));
const TIMESTAMP = '2020-12-08T09:08:57.715Z';

it.each([
  ['GET', '/api/v5/account/balance', '', 'tpQYvXdaAfU8ae6zI1rJ2xVcyMIk9BKWK/fysaanweQ='],
  ['GET', '/api/v5/account/balance?ccy=BTC', '', 'pS6nHuBl6Qc9S0h+soCkCVHaVHZzS19KqFpeI/doTlE='],
  [
    'POST',
    '/api/v5/trade/order',
    '{"instId":"BTC-USDT","tdMode":"cash","clOrdId":"b15","side":"buy","ordType":"limit","px":"2.15","sz":"2"}',
    '8YZow8ENL+p9sVZoPue+jR638wrfSGh6dPWt/sgVH8g=',
  ],
])('%s %s', (method, path, body, signature) => {
  expect(signer.request(TIMESTAMP, method, path, body)).toBe(signature);
});

test('the login', () => {
  expect(signer.login('1538054050')).toBe('Dmtp4TyTAO5yzuAvNFiwYvL5V3PEzvf8T2Y3IQaXs+8=');
});

test('a REST timestamp has milliseconds and ends in Z', () => {
  expect(isoTimestamp(Date.UTC(2020, 11, 8, 9, 8, 57, 715))).toBe(TIMESTAMP);
  expect(isoTimestamp(Date.UTC(2020, 11, 8, 9, 8, 57))).toBe('2020-12-08T09:08:57.000Z');
});
