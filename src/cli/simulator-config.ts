// A configuration for the simulator's accounts, as a user would write it: for the demo, and for trying the other commands.

import { stringify } from 'yaml';
import type { RunningSimulator } from '../simulator/index.ts';

interface SimulatorConfigOptions {
  readonly symbols?: readonly string[];
  /** Further keys of the file. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Further keys of every account. */
  readonly account?: object;
}

/** With several exchanges, an account's name says which one it is on. */
export function simulatorConfig(
  { endpoints, accounts }: Pick<RunningSimulator, 'endpoints' | 'accounts'>,
  exchanges: readonly string[],
  { symbols = ['BTC/USDT'], extra = {}, account = {} }: SimulatorConfigOptions = {},
): string {
  const entries = exchanges.flatMap((platform) =>
    accounts.map(({ name, accessKey, secretKey, passphrase }) => ({
      name: exchanges.length === 1 ? name : `${name}@${platform}`,
      platform,
      accessKey,
      secretKey,
      passphrase,
      symbols,
      endpoints: endpoints[platform],
      ...account,
    })),
  );
  return stringify({ ...extra, accounts: entries }, { aliasDuplicateObjects: false });
}
