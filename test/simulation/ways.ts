// Where an exchange's public documents are silent it may do one thing or another: which it does in a run is drawn from the seed.
// What each of these means is said where it is set, in the dialects.
import type { Platform } from '../../src/domain/platform.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { Random } from '../../src/seam/random.ts';
import { binanceDialect } from '../../src/simulator/binance/index.ts';
import type { DialectFactory } from '../../src/simulator/dialect.ts';
import { htxDialect } from '../../src/simulator/htx/index.ts';
import { DIALECTS } from '../../src/simulator/index.ts';
import { okxDialect } from '../../src/simulator/okx/index.ts';

function oneOf<T>(random: Random, first: T, ...others: readonly T[]): T {
  return [first, ...others][random.int(others.length + 1)] ?? first;
}

const DRAWN: Readonly<Record<Platform, (random: Random) => DialectFactory>> = {
  binance: (random) =>
    binanceDialect({
      bansShowAs: oneOf(random, 'ban', 'key', 'firewall', 'any'),
      findsCanceledByOriginalId: oneOf(random, false, true),
      rejectsWithId: oneOf(random, true, false),
      announcesDuplicates: oneOf(random, false, true),
    }),
  okx: (random) =>
    okxDialect({
      accountLevel: oneOf(random, 1, 2, 3),
      protocolPingMs: oneOf(random, null, 20_000),
    }),
  htx: (random) =>
    htxDialect({
      crossingLimitMaker: oneOf(random, 'cancel', 'refuse'),
      tradeRefusals: oneOf(random, 'rest-codes', 'socket-codes'),
      tradeExpiry: oneOf(random, 'close', 'forget-login'),
      marginAccount: oneOf(random, false, true),
      cancelTakesMs: oneOf(random, 0, 30, 2_500),
      rateStatus: oneOf(random, 429, 200),
    }),
};

/** @param documented as the documents have it, or what they suggest; default: by the seed, in half of them */
export function waysOf(
  platform: Platform,
  seed: number,
  documented?: boolean,
): Readonly<Record<string, DialectFactory>> {
  const random = seededRandom(`${seed}/ways`);
  const isPlain = random.int(2) === 0;
  return (documented ?? isPlain) ? DIALECTS : { [platform]: DRAWN[platform](random) };
}
