// What cannot be a key is refused on every exchange before anything is sent: the option is named, its value is not.
import { expect, test } from 'vitest';
import { PLATFORMS, type Platform } from '../../src/domain/platform.ts';
import { Secret } from '../../src/domain/secret.ts';
import { exchangeOf } from '../../src/exchanges/index.ts';

const OPTIONS = ['accessKey', 'secretKey', 'passphrase'] as const;
type Option = (typeof OPTIONS)[number];

const check = (platform: Platform, change: Partial<Record<Option, string>>): void => {
  const { accessKey, secretKey, passphrase } = {
    accessKey: 'a-Key',
    secretKey: 'hush+/=',
    passphrase: 'Hush, hush!',
    ...change,
  };
  const secrets = { secretKey: new Secret(secretKey), passphrase: new Secret(passphrase) };
  exchangeOf(platform).checkCredentials({ accessKey, ...secrets });
};

const wrong: readonly (readonly [Platform, Option])[] = PLATFORMS.flatMap((platform) => {
  const needed = exchangeOf(platform).capabilities.passphrase ? OPTIONS : OPTIONS.slice(0, 2);
  return needed.map((option) => [platform, option] as const);
});

test.each(wrong)('%s: %s with a line break, a space or other writing', (platform, option) => {
  expect(() => check(platform, {})).not.toThrow();
  const trim = new TypeError(`${option}: begins or ends with a space or a line break; trim() it`);
  for (const value of ['hush\n', ' hush', 'hush\r\n']) expect(() => check(platform, { [option]: value })).toThrow(trim);
  const copy = new TypeError(`${option}: holds a character that no key has; copy it again`);
  for (const value of ['hu\nsh', '密码', 'hush…', 'hu\0sh'])
    expect(() => check(platform, { [option]: value })).toThrow(copy);
});
