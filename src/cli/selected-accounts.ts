// Which accounts and symbols a command is about: the ones named with --account and --symbol, or those of the configuration, and with its
// symbols those of which the journal knows unfinished orders: a strategy trades what its code says.

import { parseSymbol } from '../domain/symbol.ts';
import { exchangeOf } from '../exchanges/index.ts';
import type { JournalPlace } from '../orders/journal.ts';
import { readUnfinishedPlaces } from '../runtime/assembly/journal.ts';
import { accountProblem } from '../runtime/config-accounts.ts';
import type { Config } from '../runtime/config.ts';
import type { AccountSettings } from '../runtime/config-schema.ts';
import { UsageError } from './usage.ts';

interface Selection {
  /** The configuration's file, as messages name it. */
  readonly config: string;
  readonly account?: readonly string[] | undefined;
  readonly symbol?: readonly string[] | undefined;
}

/** One symbol of one account. */
export interface Target {
  readonly settings: AccountSettings;
  readonly symbol: string;
}

/** @throws UsageError when an account is unknown or there is nothing to look at */
export function selectAccounts(config: Config, { account, config: file }: Selection): readonly AccountSettings[] {
  if (config.accounts.length === 0)
    throw new UsageError(`${file}: has no accounts; add at least one under "accounts:"`);
  if (account === undefined) return config.accounts;
  return account.map((name) => {
    const found = config.accounts.find((entry) => entry.name === name);
    if (found !== undefined) return found;
    throw new UsageError(`--account ${name}: ${file} has ${config.accounts.map((entry) => entry.name).join(', ')}`);
  });
}

/** Those of the configuration, then those of the journal. What is wrong with an account is told where it is reached. */
function symbolsOf(settings: AccountSettings, unfinished: readonly JournalPlace[]): readonly string[] {
  const { name, platform, endpoints, symbols } = settings;
  if (accountProblem(settings) !== null) return symbols;
  const exchange = exchangeOf(platform);
  const venue = exchange.venue(exchange.endpoints(endpoints));
  const known = unfinished.filter(
    (place) => place.platform === platform && place.account === name && place.venue === venue,
  );
  return [...new Set([...symbols, ...known.map(({ symbol }) => symbol)])];
}

/**
 * A journal that is not there, or cannot be read, names no symbols: that keeps no command from its work.
 * @throws UsageError also when no symbol of an account is known and none is given
 */
export async function selectTargets(config: Config, selection: Selection): Promise<readonly Target[]> {
  for (const symbol of selection.symbol ?? []) {
    try {
      parseSymbol(symbol);
    } catch (error) {
      throw new UsageError(`--${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const accounts = selectAccounts(config, selection);
  const unfinished = selection.symbol === undefined ? await readUnfinishedPlaces(config.journal) : null;
  return accounts.flatMap((settings) => {
    const symbols = selection.symbol ?? symbolsOf(settings, unfinished ?? []);
    if (symbols.length === 0) {
      throw new UsageError(
        `${selection.config}: account ${settings.name} names no symbols, and the journal knows no unfinished orders of it; give --symbol BASE/QUOTE, or add "symbols: [BASE/QUOTE]" to it`,
      );
    }
    return symbols.map((symbol) => ({ settings, symbol }));
  });
}
