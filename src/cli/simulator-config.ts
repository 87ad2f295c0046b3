// A configuration for the simulator's accounts, as a user would write it: for the demo, and for trying the other commands.

import { createHash } from 'node:crypto';
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

/** Under a first line that tells whether somebody has changed it since. */
export function sealed(config: string): string {
  const digest = createHash('sha256').update(config).digest('hex').slice(0, 16);
  return `# Written by aioquant simulate, which overwrites it as long as nobody has changed it (${digest}).\n${config}`;
}

/** Whether a file's text is as it was written here: then nobody's work is lost with it. */
export function isUntouched(text: string): boolean {
  return text === '' || text === sealed(text.slice(text.indexOf('\n') + 1));
}
