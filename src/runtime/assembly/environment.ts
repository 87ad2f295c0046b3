// The real world for a Trade: sockets, clock, chance, log, journal and the exchanges. Assembled when the first Trade is made.
// Simulations and tests pass an environment of their own.

import type { TradeEnvironment } from '../../orders/environment.ts';

export function defaultEnvironment(): TradeEnvironment {
  throw new Error('the default environment is not assembled yet: pass one as the second argument of new Trade');
}
