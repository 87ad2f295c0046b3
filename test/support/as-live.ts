// A simulated exchange that passes for the live one, so that the rules for real money are what a simulation tries.
import type { Exchange } from '../../src/exchanges/exchange.ts';

export function asLive(exchange: Exchange): Exchange {
  return Object.create(exchange, { venue: { value: () => '' } }) as Exchange;
}
