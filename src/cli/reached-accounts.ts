// Reaches many accounts at once: one connection per account, a bounded number of them at work, and one bad key never stops the others.

import type { TradeError } from '../domain/errors.ts';
import { openAccount, type AccessEnvironment, type AccountAccess } from '../runtime/assembly/account-access.ts';
import type { AccountSettings } from '../runtime/config-schema.ts';

/** Enough to keep a hundred accounts busy at once; limits per IP are the rate budgets' part. */
const AT_ONCE = 100;

/** Runs `work` over `items`, at most `limit` at a time; results in the order of the items. `work` must not reject. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  limit: number = AT_ONCE,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

type Reached =
  | { readonly access: AccountAccess; readonly problem: null }
  | { readonly access: null; readonly problem: string };

/** Opens an account; what is wrong with its settings becomes a sentence instead of an exception. */
export function reach(settings: AccountSettings, environment: AccessEnvironment): Reached {
  const { name, platform, accessKey, secretKey, passphrase = null, endpoints } = settings;
  try {
    const access = openAccount({ account: name, platform, accessKey, secretKey, passphrase, endpoints }, environment);
    return { access, problem: null };
  } catch (error) {
    return { access: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What went wrong with an account, and what to do about it where that is clear. */
export function explain(error: TradeError): string {
  switch (error.kind) {
    case 'auth':
      return `${error.message} - check this account's keys, their permissions and IP list`;
    case 'network':
    case 'timeout':
      return `${error.message} - is the exchange reachable from here? check "endpoints", or name a "proxy"`;
    case 'clock-skew':
      return `${error.message} - correct this machine's clock`;
    case 'rate-limited':
      return `${error.message} - wait a little and try again`;
    default:
      return error.message;
  }
}
