// Checks what only an account's exchange knows: which credentials it demands, and which endpoints it has.

import { exchangeOf } from '../exchanges/index.ts';
import type { AccountSettings } from './config-schema.ts';

/** What the exchange would refuse, beginning with the name of the field; null when it would take the account. Nothing is sent. */
export function accountProblem({
  platform,
  accessKey,
  secretKey,
  passphrase,
  endpoints,
}: AccountSettings): string | null {
  const exchange = exchangeOf(platform);
  try {
    exchange.checkCredentials({ accessKey, secretKey, passphrase: passphrase ?? null });
    exchange.endpoints(endpoints);
    return null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error.message;
    throw error;
  }
}
