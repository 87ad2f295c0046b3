// Which accounts and symbols a command is about: those of the configuration, or the ones named with --account and --symbol.

import { parseSymbol } from '../domain/symbol.ts';
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

/** @throws UsageError also when an account names no symbols and none is given */
export function selectTargets(config: Config, selection: Selection): readonly Target[] {
  for (const symbol of selection.symbol ?? []) {
    try {
      parseSymbol(symbol);
    } catch (error) {
      throw new UsageError(`--${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return selectAccounts(config, selection).flatMap((settings) => {
    const symbols = selection.symbol ?? settings.symbols;
    if (symbols.length === 0) {
      throw new UsageError(
        `${selection.config}: account ${settings.name} names no symbols; give --symbol BASE/QUOTE, or add "symbols: [BASE/QUOTE]" to it`,
      );
    }
    return symbols.map((symbol) => ({ settings, symbol }));
  });
}
