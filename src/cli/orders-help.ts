// The help texts of `orders` and `revoke`, which have their selection of accounts in common.

export const ORDERS_HELP = `
Examples:
  $ aioquant orders -c config.yaml                              every account; symbols of the configuration and the journal
  $ aioquant orders -c config.yaml --account a --symbol EOS/USDT
  $ aioquant orders -c config.yaml --own my-strategy --json     for scripts: one JSON object per order
  $ aioquant orders -c config.yaml --history                    from the journal: orders, and what was revoked when

Without --symbol: the symbols of the configuration, and those of which the journal knows unfinished orders of the account.
Exit status: 0 every account was asked; 1 some could not be; 2 wrong usage or configuration.
`;

export const REVOKE_HELP = `
Examples:
  $ aioquant revoke -c config.yaml --dry-run                    what would be revoked
  $ aioquant revoke -c config.yaml                              asks first, then revokes and confirms with the exchanges
  $ aioquant revoke -c config.yaml --account a,b --symbol EOS/USDT --yes
  $ aioquant revoke -c config.yaml --own my-strategy --yes      leaves orders placed by hand or by others alone

Without --symbol: the symbols of the configuration, and those of which the journal knows unfinished orders of the account.
Exit status: 0 the exchanges say that nothing of these is left; 1 something is, and is listed; 2 wrong usage or configuration.
`;
