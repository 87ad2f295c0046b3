// The signature of wire/hmac.ts is the library's own, whatever the key and the text.
import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmacSha256 } from '../../src/wire/hmac.ts';

function wanted(secret: string, text: string, encoding: 'hex' | 'base64'): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest(encoding);
}

test('RFC 4231, test case 2', () => {
  expect(hmacSha256('Jefe')('what do ya want for nothing?', 'hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test.each([1, 31, 63, 64, 65, 131, 500])(
  'a key of %i characters, texts of every length one after the other',
  (size) => {
    const secret = randomBytes(size).toString('base64').slice(0, size);
    const sign = hmacSha256(secret);
    for (const length of [300, 0, 1, 55, 56, 63, 64, 65, 119, 120, 4_095, 4_096, 4_097, 20_000, 7]) {
      const text = randomBytes(length).toString('base64').slice(0, length);
      expect(sign(text, 'hex')).toBe(wanted(secret, text, 'hex'));
      expect(sign(text, 'base64')).toBe(wanted(secret, text, 'base64'));
    }
  },
);

test('text and key beyond ASCII are taken as UTF-8, up to the longest', () => {
  const secret = 'gehéim🔑';
  const sign = hmacSha256(secret);
  for (const text of ['é', '价格=1', '🔑'.repeat(2_048), '€'.repeat(4_096), '€'.repeat(4_097)])
    expect(sign(text, 'hex')).toBe(wanted(secret, text, 'hex'));
});

test('two keys do not disturb each other', () => {
  const a = hmacSha256('a');
  const b = hmacSha256('b');
  const first = a('text', 'hex');
  expect(b('text', 'hex')).toBe(wanted('b', 'text', 'hex'));
  expect(a('text', 'hex')).toBe(first);
});
